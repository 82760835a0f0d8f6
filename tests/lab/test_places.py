"""Readers of scripts: what is asked, gradients of each, and that they differ in places alone."""

import numpy as np
import pytest

from course_utils.gradients import check_gradients
from course_utils.lab import places as lab
from course_utils.lab.results import results
from tests.samples import randomise

READERS = {
    **{way: {"way": way} for way in lab.WAYS},
    "beside": {"way": "sinusoids", "beside": True},
}
every_reader = pytest.mark.parametrize("options", READERS.values(), ids=READERS)


@pytest.mark.parametrize("question", lab.QUESTIONS)
def test_a_script_begins_with_a_name_and_asks_at_words(question):
    texts = lab.scripts(question, 0, 50, 9)
    is_name = texts.ids < lab.NAMES
    assert is_name[:, 0].all() and (texts.words == ~is_name).all()
    assert 0.2 < is_name[:, 1:].mean() < 0.3
    for ids, asked in zip(texts.ids, texts.asked, strict=True):
        for place in range(9):
            named = [one for one in ids[: place + 1] if one < lab.NAMES]
            assert asked[place] == (named[-1] if question == "last" else named[0])


@every_reader
def test_gradients_of_a_reader(options):
    rng = np.random.default_rng(1)
    reader = randomise(lab.Reader(**options, width=8, rng=rng, dtype=np.float64), rng, 0.5)
    batch = lab.scripts("last", rng, 2, 5)
    _, cache = reader.forward(batch)
    grads = reader.backward(cache)
    assert grads.keys() == reader.params.keys()
    pairs = {name: (reader.params[name], grads[name]) for name in grads}
    check_gradients(lambda: reader.forward(batch)[0], pairs)


@every_reader
def test_a_reader_does_not_look_ahead(options):
    reader, ids = lab.Reader(**options, rng=0), lab.exam("last").ids[:3]
    changed = ids.copy()
    changed[:, 12:] = 0
    before, after = (reader.logits(x)[0][:, :12] for x in (ids, changed))
    np.testing.assert_array_equal(before, after)


def test_without_places_the_last_token_cannot_tell_an_order():
    ids = lab.exam("last").ids[:3]
    shuffled = np.concatenate([ids[:, -2::-1], ids[:, -1:]], axis=1)
    for way in lab.WAYS:
        reader = lab.Reader(way, rng=0, dtype=np.float64)
        gap = np.abs(reader.logits(ids)[0] - reader.logits(shuffled)[0])[:, -1].max()
        assert (gap < 1e-9) == (way == "none"), way


def test_a_reader_learns_within_the_trained_lengths():
    reader = lab.trained("rotation", "last", steps=150)
    assert lab.summary(lab.right_by_place(reader, "last"))["to 12"][0] > 0.97
    looks = lab.looks_at_asked(reader, "last")
    assert looks["to 12"] > looks["20 to 24"]
    assert lab.answers(reader, "AabBcd") == "·AA·BB"


def test_what_is_right_of_a_script_of_one_s_own():
    assert lab.right_answers("AabBcCd", "last") == "·AA·B·C"
    assert lab.right_answers("AabBcCd", "first") == "·AA·A·A"


def test_a_summary_takes_the_trained_lengths_and_the_last_five():
    inside, between, far = np.full(11, 0.9), np.full(7, 0.5), np.full(5, 0.2)
    curves = [np.concatenate([inside, between, far])]
    found = lab.summary(curves)
    assert found["to 12"] == pytest.approx([0.9]) and found["20 to 24"] == pytest.approx([0.2])
    assert lab.far(curves) == found["20 to 24"]


def test_the_kept_results_are_of_this_laboratory():
    kept = results("places")
    assert kept["settings"]["tokens in training"] == lab.TRAINED
    assert kept["settings"]["slope of gentle"] == lab.GENTLE < lab.SLOPE
    for question in lab.QUESTIONS:
        assert list(kept["found"][question]) == list(lab.WAYS)
        gentle = kept["found"]["gentle"][question]
        for runs in [*kept["found"][question].values(), gentle]:
            assert np.shape(runs) == (len(kept["seeds"]), lab.LONGEST - 1)


@pytest.mark.parametrize("text", ["", "abA", "AZ", "A" * 25])
def test_a_script_of_one_s_own_is_explained(text):
    with pytest.raises(ValueError, match="a script begins with a name"):
        lab.answers(lab.Reader("none"), text)
