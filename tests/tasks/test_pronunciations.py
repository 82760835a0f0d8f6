import numpy as np
import pytest

from course_utils.tasks import pronunciations as module
from course_utils.tasks.pronunciations import (
    LARGEST_TESTED,
    SOUNDS,
    SPELLING,
    deal,
    dictionary_file,
    families,
    pronunciations,
    read_dictionary,
    stems,
)

MADE_UP = """\
a AH
bat B AE T
bats B AE T S
bat-man B AE T M AE N
can't K AE N T
dip D IH P
dipped D IH P T
dipping D IH P IH NG
doh D OW
dough D OW
mop M AA P
mop(2) M AO P
mr. M IH S T ER
ring R IH NG
zip Z IH P
"""

try:
    dictionary_file()
    REASON = ""
except ModuleNotFoundError as error:
    REASON = str(error)
with_the_dictionary = pytest.mark.skipif(bool(REASON), reason=REASON)


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "made_up.dict"
    file.write_text(MADE_UP, encoding="utf-8")
    return file


def test_variants_belong_to_one_word_in_the_order_of_the_file(path):
    listed = read_dictionary(path)
    assert listed["mop"] == [("M", "AA", "P"), ("M", "AO", "P")]
    assert listed["can't"] == [("K", "AE", "N", "T")]


def test_single_letters_hyphens_and_full_stops_are_left_out(path):
    assert not {"a", "bat-man", "mr.", "mop(2)"} & set(read_dictionary(path))
    assert len(read_dictionary(path)) == 11


def test_a_missing_package_is_one_sentence_with_the_remedy(monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="pip install pocketsphinx"):
        read_dictionary()


def test_a_row_for_each_pronunciation_to_learn_and_for_each_word_to_test(path):
    data = pronunciations(dev_size=1, test_size=3, path=path)
    rows = [SPELLING.text(row) for row in data.task.train.source]
    parts = set(rows), set(data.dev_words), set(data.test_words)
    assert set.union(*parts) == set(data.listed) and sum(map(len, parts)) == 11
    assert len(rows) == sum(len(data.listed[word]) for word in parts[0])
    assert [data.task.example(data.task.test, row)[0] for row in range(3)] == data.test_words
    for row, word in enumerate(data.test_words):
        assert tuple(SOUNDS.decode(data.task.test.target[row])) == data.listed[word][0]
    assert [SPELLING.text(row) for row in data.dev.source] == data.dev_words


def test_a_seed_makes_a_split_and_another_seed_another(path):
    def drawn(rng):
        return pronunciations(dev_size=2, test_size=4, rng=rng, path=path).test_words

    assert drawn(0) == drawn(0)
    assert len({tuple(drawn(seed)) for seed in range(5)}) > 1


def test_families(path):
    name = families(read_dictionary(path))
    assert name["bat"] == name["bats"]
    assert name["dip"] == name["dipped"] == name["dipping"]
    assert name["doh"] == name["dough"]
    assert len(set(name.values())) == 7


@pytest.mark.parametrize("seed", range(5))
def test_a_family_stands_on_one_side(path, seed):
    data = pronunciations("families", dev_size=2, test_size=4, rng=seed, path=path)
    name = families(data.listed)
    sides = {word: "test" for word in data.test_words} | {word: "dev" for word in data.dev_words}
    found = {(name[word], sides.get(word, "train")) for word in data.listed}
    assert len(found) == len(set(name.values()))


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("running", "run"),
        ("making", "make"),
        ("tries", "try"),
        ("walker's", "walker"),
        ("walker", "walk"),
        ("unhappy", "happy"),
        ("happiness", "happy"),
    ],
)
def test_stems(word, stem):
    assert stem in stems(word)


def test_short_words_are_no_stems():
    assert not {"th", "k"} & {*stems("thing"), *stems("king")}
    assert "wil" not in stems("wily")


def test_deal_keeps_groups_and_gives_the_largest_to_the_rest():
    large = [f"large{i}" for i in range(LARGEST_TESTED + 1)]
    pairs = [f"{side}{i}" for i in range(10) for side in "ab"]
    group = {word: "large" for word in large} | {word: word[1:] for word in pairs}
    for seed in range(5):
        rng = np.random.default_rng(seed)
        test, dev, train = deal(large + pairs, group, (5, 4), rng)
        assert (len(test), len(dev)) == (6, 4)
        assert set(large) <= set(train)
        assert sorted(test + dev + train) == sorted(large + pairs)


def test_wrong_requests_are_refused(path):
    with pytest.raises(ValueError, match="got 'words'"):
        pronunciations("words", path=path)
    with pytest.raises(ValueError, match="must be below the 11 words, got 14,000"):
        pronunciations(path=path)


@with_the_dictionary
def test_the_real_dictionary():
    listed = read_dictionary()
    assert 120_000 < len(listed) < 130_000
    assert [" ".join(one) for one in listed["tomato"]] == ["T AH M EY T OW", "T AH M AA T OW"]
    sounds = {sound for several in listed.values() for one in several for sound in one}
    assert sounds == set(SOUNDS.symbols)
    assert max(len(one) for several in listed.values() for one in several) == 28


@with_the_dictionary
def test_most_words_of_the_random_split_have_relatives_that_are_learnt():
    data = pronunciations()
    name = families(data.listed)
    held_out = {*data.test_words, *data.dev_words}
    learnt = {name[word] for word in data.listed if word not in held_out}
    assert len(data.test_words) == 12_000
    assert 0.55 < np.mean([name[word] in learnt for word in data.test_words]) < 0.70
