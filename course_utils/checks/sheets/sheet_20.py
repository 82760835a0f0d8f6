"""The exercises of the capstone: numerals, a split, a translator, what it knows and what not.

The checks draw fresh numbers, so what counts is what a function does, not what was typed.
"""

import random
import re
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from course_utils.checks.answers import as_numbers, count_words, shown
from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import HOLD_ANSWERS
from course_utils.checks.returned import Failure, kind_of
from course_utils.checks.sheets.numeral_work import (
    DIGITS,
    LARGEST,
    SMALLEST,
    NamesAlone,
    answers,
    by_groups,
    by_model,
    by_units,
    draw,
    fair_look,
    grouped_by_three,
    knowing,
    number_of,
    sentence_of,
    translated,
    with_long_ten,
)
from course_utils.checks.work import called, checked_text, claimed_number, far_apart, parts_of
from course_utils.metrics import by_length
from course_utils.tasks.alignment import NOWHERE, alignment_score, digit_alignment
from course_utils.tasks.numerals import chinese_numeral, english_words

# What a learner builds here stands in the package: in a class it cannot be imported. One tuple for
# all, so that a class's models are trained once.
WITHHELD = (
    *HOLD_ANSWERS,
    "course_utils.explorers",
    "course_utils.tasks.numerals",
    "course_utils.lab.ready_made",
    "course_utils.tasks",
)

sheet = Sheet("20", withholds=WITHHELD)


ENOUGH, ALIGNED = 0.88, 0.95  # what a translator must reach: exact match, digits on their word
EDGES = (2, 5, 7, 9, 12)  # ranges of English words: 2–4, 5–6, 7–8, 9–11


# 20.1 A number in Chinese


class Written(NamedTuple):
    """What `to_chinese` wrote for a number, and what is right."""

    number: int
    text: str
    right: str


EDGE_NUMBERS = (0, 7, 10, 12, 110, 1005, 1050, 100_010, 100_000, 10_001_000, 10**8 - 1)


def _written(to_chinese, rng):
    """The edges, and 200 random numbers, a third of them cut off after some digits."""
    numbers = [0, *draw(rng, 200, 1, 10**8)]
    cut = [n - n % 10 ** int(rng.integers(1, 6)) for n in numbers[:70]]
    tried = [*EDGE_NUMBERS, *cut, *numbers[70:]]
    return [
        Written(n, checked_text("to_chinese", called("to_chinese", to_chinese, n)), right)
        for n, right in ((n, chinese_numeral(n)) for n in tried)
    ]


def _where(wrong):
    """A finding's test: the first number that is written wrong, and wrong in this way."""

    def shows(seen):
        for one in seen:
            if one.text != one.right and wrong(one):
                rows = ("input", f"{one.number:,}"), ("expected", one.right)
                return *rows, ("yours", shown(one.text))
        return None

    return shows


@sheet.work(
    "20.1",
    "a number in Chinese",
    points=2,
    asks="""
    Write `to_chinese(number)` for 0 ≤ number < 100,000,000, without the course's own
    function.

    1. Split the digits into groups of four, from the right. After the upper group stands 万.
    2. In a group a digit is followed by its unit, 千 百 十; ones have none.
    3. Zeros between two digits of a group, or at the front of the lower one, are read as
       one 零, however many they are. Zeros at the end of a group are silent.
    4. 一十 at the very start is said 十. Elsewhere it stays. 2 is always 二.

    | 10 | 110 | 1,005 | 100,010 | 10,001,000 | 0 |
    |---|---|---|---|---|---|
    | 十 | 一百一十 | 一千零五 | 十万零一十 | 一千万一千 | 零 |
    """,
    what="the function to_chinese",
    tried=_written,
    hints=(
        "Can you write a number below 10,000, and call that twice for a larger one?",
        "high, low = divmod(number, 10_000); between them 万, and 零 where 0 < low < ____",
    ),
)
def to_chinese(number):
    """Right: groups of four, one 零 for a gap, silent zeros at an end, 十 at the start."""
    high, low = divmod(number, 10_000)
    gap = "零" if high and 0 < low < 1000 else ""
    text = (_group(high) + "万" if high else "") + gap + _group(low)
    return text.removeprefix("一") if text.startswith("一十") else text or "零"


def _group(number):
    """A number below 10,000; nothing for 0."""
    text, gap = "", ""
    for size, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, size)
        if digit:
            text += gap + DIGITS[digit] + unit
        gap = "零" if text and not digit else ""
    return text


to_chinese.also_right(by_groups)


to_chinese.also_right(by_units)


@to_chinese.also_right
def text_of_numpy(number):
    return np.str_(chinese_numeral(number))


@to_chinese.mistake(
    shows=_where(lambda one: one.number >= 10 and not set(one.text) & set("十百千万"))
)
def digits_one_by_one(number):
    """That reads digits one by one, as for a telephone. Every digit needs its unit."""
    return "".join(DIGITS[int(digit)] for digit in str(number))


@to_chinese.mistake(shows=_where(lambda one: one.number >= 10**4 and "万" not in one.text))
def groups_of_three(number):
    """From 10,000 on there is a unit 万: split the digits into groups of four, not three."""
    return grouped_by_three(number)


@to_chinese.mistake(
    name="一十 at the start", shows=_where(lambda one: one.text == f"一{one.right}")
)
def long_ten_at_the_start(number):
    """At the very start 一十 is said 十: 12 is 十二."""
    return with_long_ten(number)


@to_chinese.mistake(
    name="十 in the middle", shows=_where(lambda one: one.text == one.right.replace("一十", "十"))
)
def short_ten_in_the_middle(number):
    """Only at the very start is 一十 shortened: 110 is 一百一十."""
    return chinese_numeral(number).replace("一十", "十")


@to_chinese.mistake(
    name="no 零 in a gap",
    shows=_where(lambda one: one.number and one.text == one.right.replace("零", "")),
)
def gap_not_read(number):
    """A gap between two digits is read as 零: without it 1,005 sounds like 1,500."""
    return chinese_numeral(number).replace("零", "") if number else "零"


@to_chinese.mistake(name="零 twice", shows=_where(lambda one: "零零" in one.text))
def every_zero_of_a_gap(number):
    """A run of zeros is read as one 零, however long it is."""
    return by_groups(number, lambda group: group.rstrip("零"))


@to_chinese.mistake(
    name="零 at an end",
    shows=_where(lambda one: one.number and (one.text[-1:] == "零" or "零万" in one.text)),
)
def zeros_at_an_end(number):
    """Zeros at the end of a group are silent: 1,050 ends with 五十."""
    return by_groups(number, lambda group: re.sub("零+", "零", group))


@to_chinese.mistake(shows=_where(lambda one: one.number == 0))
def zero_itself(number):
    """0 is a number too: 零."""
    return chinese_numeral(number) if number else ""


@to_chinese.mistake(shows=_where(lambda one: True))
def another_numeral(number):
    """This is not the numeral that the rules of 20.1 give. Go through them one by one."""
    return chinese_numeral(number).replace("二千", "两千")


# 20.2 Train and test without overlap

TEST_SIZE = 12


class Splits(NamedTuple):
    """What `split` gave: train and test, and the tests of the same and of other seeds."""

    numbers: list
    train: list
    test: list
    again: list
    other: list


def _pairs(name, pairs):
    """Pairs as (English text, Chinese text). Raises Failure for what is no list of pairs."""
    fine = isinstance(pairs, list | tuple) and all(
        isinstance(pair, list | tuple) and len(pair) == 2 for pair in pairs
    )
    if not fine:
        wanted = '("one hundred", "一百")'
        raise Failure(f"{name} must be a list of pairs such as {wanted}, got {kind_of(pairs)}")
    return [tuple(_as_text(name, part) for part in pair) for pair in pairs]


def _as_text(name, part):
    words = isinstance(part, list | tuple) and all(isinstance(word, str) for word in part)
    return checked_text(f"a pair of {name}", " ".join(part) if words else part)


def _split_by(split, rng):
    """Numbers in order of size, a few of them twice, split with seeds 0, 0 and 1."""
    numbers = draw(rng, 40)
    numbers = sorted([*numbers, *numbers[:20], *numbers[:8]])
    trains, tests = [], []
    for seed in (0, 0, 1):
        value = called("split", split, list(numbers), TEST_SIZE, seed)
        if not isinstance(value, list | tuple) or len(value) != 2:
            raise Failure(f"split must return two lists, train and test; got {kind_of(value)}")
        trains.append(_pairs("train", value[0]))
        tests.append(_pairs("test", value[1]))
    return Splits(numbers, trains[0], *tests)


def _torn(seen):
    right = {sentence_of(n): chinese_numeral(n) for n in seen.numbers}
    wrong = [pair for pair in (*seen.train, *seen.test) if right.get(pair[0]) != pair[1]]
    return [("a pair", shown(" | ".join(wrong[0])))] if wrong else None


def _shared(seen, whole):
    shared = [pair for pair in seen.test if pair in set(seen.train)]
    if not shared or whole != (len(shared) == len(seen.test)):
        return None
    return ("test", f"{len(seen.test)} pairs"), ("in train too", f"{len(shared)} of them")


def _lost(seen):
    wanted, got = set(map(sentence_of, seen.numbers)), {p[0] for p in (*seen.train, *seen.test)}
    return None if got == wanted else [("lost", f"{len(wanted - got)} numbers are in neither")]


def _block(seen):
    """The test is one end of the numbers, in their order or in the order of their words."""
    ordered = [sentence_of(n) for n in sorted(set(seen.numbers))]
    test = {pair[0] for pair in seen.test}
    ends = set(ordered[:TEST_SIZE]), set(ordered[-TEST_SIZE:])
    return [("test", "the smallest or the largest numbers alone")] if test in ends else None


@sheet.work(
    "20.2",
    "train and test without overlap",
    points=2,
    asks="""
    A pair is `("one hundred and ten", "一百一十")`: the words of `english_words`, joined by
    spaces, and your numeral. `draw` gives some numbers twice; a number on both sides would
    be a test that the model has seen.

    Return `(train, test)`, two lists of pairs:

    - test has `test_size` different pairs, and no number of train;
    - every other number is in train (once or as often as it came);
    - chance decides: another seed, another test; the same seed, the same test.
    """,
    what="the function split",
    tried=_split_by,
    hints=(
        "When is a number that was drawn twice safe: before the shuffle, or after?",
        "different = sorted(____(numbers)); shuffle; test = the first test_size; train = ____",
    ),
)
def split(numbers, test_size, seed):
    """Right: no number on both sides, none lost, left to chance, and the same every time."""
    different = sorted(set(numbers))
    order = np.random.default_rng(seed).permutation(len(different))
    shuffled = [different[place] for place in order]
    pairs = [(sentence_of(number), chinese_numeral(number)) for number in shuffled]
    return pairs[test_size:], pairs[:test_size]


@split.also_right
def repeats_left_in_train(numbers, test_size, seed):
    different = list(dict.fromkeys(numbers))
    random.Random(seed).shuffle(different)
    held_out = set(different[:test_size])
    train = [(english_words(n), chinese_numeral(n)) for n in numbers if n not in held_out]
    return train, [(english_words(n), chinese_numeral(n)) for n in different[:test_size]]


@split.also_right
def drawn_by_choice(numbers, test_size, seed):
    different = np.unique(numbers)
    test = np.random.default_rng(seed).choice(different, test_size, replace=False)
    train = np.setdiff1d(different, test)
    return tuple(
        tuple((sentence_of(int(n)), chinese_numeral(int(n))) for n in part)
        for part in (train, test)
    )


@split.also_right
def a_list_of_both(numbers, test_size, seed):
    return list(split(numbers, test_size, seed))


@split.mistake(
    shows=lambda seen: (
        [("a pair", shown(" | ".join(seen.test[0])))]
        if seen.test and seen.test[0][1].isascii()
        else None
    )
)
def pairs_turned_round(numbers, test_size, seed):
    """The pairs are turned round: first the English text, then the Chinese."""
    train, test = split(numbers, test_size, seed)
    return [pair[::-1] for pair in train], [pair[::-1] for pair in test]


@split.mistake(shows=_torn)
def pairs_torn_apart(numbers, test_size, seed):
    """A sentence stands beside another number's numeral. Shuffle pairs, never one side."""
    train, test = split(numbers, test_size, seed)
    return _numerals_moved_up(train), _numerals_moved_up(test)


def _numerals_moved_up(pairs):
    english, chinese = zip(*pairs, strict=True)
    return list(zip(english, chinese[1:] + chinese[:1], strict=True))


@split.mistake(shows=lambda seen: _shared(seen, whole=True))
def test_drawn_from_train(numbers, test_size, seed):
    """Every pair of test is in train: a model could know them by heart. Take them out."""
    train, test = split(numbers, test_size, seed)
    return train + test, test


@split.mistake(shows=lambda seen: _shared(seen, whole=False))
def overlap_by_repeats(numbers, test_size, seed):
    """A number that was drawn twice stands on both sides. Which step makes them different?"""
    order = np.random.default_rng(seed).permutation(len(numbers))
    pairs = [(sentence_of(numbers[i]), chinese_numeral(numbers[i])) for i in order]
    return pairs[test_size:], pairs[:test_size]


@split.mistake(
    shows=lambda seen: (
        [("expected", f"{TEST_SIZE} different pairs"), ("yours", f"{len(set(seen.test))}")]
        if not len(seen.test) == len(set(seen.test)) == TEST_SIZE
        else None
    )
)
def another_size(numbers, test_size, seed):
    """test must have exactly test_size different pairs."""
    return split(numbers, len(set(numbers)) // 5, seed)


@split.mistake(shows=_lost)
def numbers_lost(numbers, test_size, seed):
    """Some numbers are in neither half. Whatever is not in test belongs to train."""
    train, test = split(numbers, test_size, seed)
    return train[1:], test


@split.mistake(shows=_block)
def not_shuffled(numbers, test_size, seed):
    """Nothing was shuffled: test holds one end of the numbers, the smallest or the largest."""
    pairs = [(sentence_of(n), chinese_numeral(n)) for n in dict.fromkeys(numbers)]
    return pairs[:-test_size], pairs[-test_size:]


@split.mistake(
    shows=lambda seen: (
        None if set(seen.again) == set(seen.test) else [("seed", "0, twice: two tests")]
    )
)
def another_split_every_time(numbers, test_size, seed):
    """The same seed gives another split each time: nobody could repeat your experiment."""
    return split(numbers, test_size, None)


@split.mistake(
    shows=lambda seen: (
        [("seeds", "0 and 1: one test")] if set(seen.other) == set(seen.test) else None
    )
)
def seed_ignored(numbers, test_size, seed):
    """Every seed gives the same split: use the seed that was given."""
    return split(numbers, test_size, 7)


# 20.3 The translator


def _case(seen, where):
    """The first sentence where that holds, as rows; None where there is none."""
    for place in np.flatnonzero(where)[:1]:
        share = f"{seen.hits.mean():.2f} of {len(seen.texts)} fresh numbers are right"
        rows = ("sentence", seen.sentences[place]), ("yours", shown(seen.texts[place]))
        return *rows, ("in all", share)
    return None


def _too_few(seen, holds):
    """Rows where too few are right, and a test of what was seen holds."""
    if seen.hits.mean() >= ENOUGH or not holds(seen):
        return None
    return _case(seen, ~seen.hits)


def _cut_off(seen):
    wrong = [
        right.startswith(text)
        for text, right, hit in zip(seen.texts, seen.right, seen.hits, strict=True)
        if not hit
    ]
    return np.mean(wrong) > 0.9


def _long_ones_fail(seen):
    short, long = seen.hits[seen.words <= 6].mean(), seen.hits[seen.words >= 9].mean()
    return short - long > 0.3


def _without_model(seen):
    """Rows where most texts do not change with the names that the model has for characters."""
    if seen.follows > 0.5:
        return None
    rows = ("sentence", seen.sentences[0]), ("yours", shown(seen.texts[0]))
    return *rows, ("renamed", shown(seen.renamed[0]))


def _claim(translate):
    """A claim whose texts never come from its model."""
    return {"translate": translate, "model": NamesAlone()}


@sheet.claim(
    "20.3",
    "the translator",
    points=2,
    withholds=HOLD_ANSWERS,  # the mini way takes data and model from the course
    asks="""
    Split `draw(1_600, seed=0)` with 1,000 pairs for the test: about 500 are left to learn
    from. Train a model on those, write `translate`: a list of English texts → a list of
    numerals, and hand in both. The check asks for 400 fresh numbers from 100 to 999,999 and
    wants 0.88 of them exactly right. Then it gives the model's characters other names for a
    moment: what the model writes changes with them, and what rules write does not. Rules
    alone do not count.

    Context, width, rate and steps are your choice. Steps cost time: 1,000 take 5 to 20 s.
    """,
    what="the dict translation",
    tried=translated,
    hints=(
        "On which step of the ladder does it stop: ten pairs, the first loss, the map, all pairs?",
        "batch = make_batch(…); model.greedy(batch.source, batch.source_lengths, 20).____",
    ),
)
def translation():
    """Right: at least 0.88 of 400 fresh numbers, written exactly, and by your model."""
    return by_model(knowing(0.95))  # knows the answer: to try a check needs no training


@translation.also_right
def all_right():
    return by_model(knowing(1.0))


@translation.also_right
def a_tuple_of_texts():
    return by_model(lambda sentences: tuple(knowing(0.93)(sentences)))


@translation.also_right
def more_in_the_dict():
    return by_model(knowing(0.97)) | {"width": 32}


@translation.mistake(
    shows=lambda seen: _too_few(seen, lambda s: np.mean([" " in t for t in s.texts]) > 0.5)
)
def spaces_between_characters():
    """Characters stand apart: join them without spaces. Vocabulary.text(ids) does that."""
    return _claim(lambda sentences: [" ".join(text) for text in knowing(1)(sentences)])


@translation.mistake(shows=lambda seen: _too_few(seen, lambda s: len(set(s.texts)) == 1))
def one_text_for_all():
    """Every sentence gets the same text. Was the model trained, and is this that model?"""
    return _claim(lambda sentences: ["一万"] * len(sentences))


@translation.mistake(
    shows=lambda seen: _too_few(
        seen, lambda s: np.mean([t in set(s.right) for t in s.texts]) >= ENOUGH
    )
)
def another_order():
    """The texts are right, and in another order than the sentences. Keep theirs."""
    return _claim(lambda sentences: sorted(knowing(1)(sentences), key=len))


@translation.mistake(shows=lambda seen: _too_few(seen, _cut_off))
def cut_off():
    """Your texts begin right and end too early: give greedy a larger max_length, say 20."""
    return _claim(lambda sentences: [text[:5] for text in knowing(1)(sentences)])


@translation.mistake(shows=lambda seen: _too_few(seen, _long_ones_fail))
def long_sentences_fail():
    """Short sentences go well, long ones do not: does the model look back at all its words?"""
    return _claim(knowing(0, spoilt=lambda sentence: len(sentence.split()) > 6))


@translation.mistake(shows=lambda seen: _too_few(seen, lambda s: True))
def too_few_right():
    """Not 0.88 yet. Go down the ladder of 20.3: ten pairs first, then steps and rate."""
    return _claim(knowing(0.8))


@translation.mistake(shows=_without_model)
def written_without_the_model():
    """This model did not write these texts: with its characters renamed they stayed as they
    were. Is it the one whose greedy translate calls?
    """
    return _claim(knowing(1))


# 20.4 How good, by length


class Report(NamedTuple):
    """What was claimed of a translator, and what it does with fresh numbers."""

    share: float
    pairs: np.ndarray
    shares: np.ndarray
    fresh: float
    fresh_pairs: np.ndarray
    fresh_shares: np.ndarray


def _reported(claim, rng):
    share, table, translate = parts_of(claim, "share", "table", "translate")
    try:
        rows = np.array([[float(part) for part in row] for row in table])
        pairs, shares = rows.reshape(len(EDGES) - 1, 2).T
    except (TypeError, ValueError):
        wanted = "four rows (pairs, share), for 2–4, 5–6, 7–8 and 9–11 words"
        raise Failure(f'"table" must be {wanted}; got {shown(table)}.') from None
    share = claimed_number("share", share)
    seen = answers(translate, rng, 600)
    fresh_shares, fresh_pairs = by_length(seen.hits, seen.words, EDGES)
    return Report(share, pairs, shares, seen.hits.mean(), fresh_pairs, fresh_shares)


def _misfit(seen):
    """Rows for the first range whose share is not what its translator does."""
    for i, (low, high) in enumerate(pairwise(EDGES)):
        measured = seen.fresh_shares[i], seen.fresh_pairs[i]
        if seen.pairs[i] and far_apart(seen.shares[i], seen.pairs[i], *measured):
            rows = ("words", f"{low} to {high - 1}"), ("yours", f"{seen.shares[i]:.2f}")
            return *rows, ("fresh", f"{measured[0]:.2f} of {measured[1]} numbers")
    return None


def _whole(seen, sign):
    """Rows where the claimed share is far from the fresh one, to that side."""
    count = max(seen.pairs.sum(), 1)
    far = far_apart(seen.share, count, seen.fresh, 600)
    if not far or sign * (seen.share - seen.fresh) < 0:
        return None
    return ("yours", f"{seen.share:.3f}"), ("fresh", f"{seen.fresh:.3f} of 600 numbers")


def _mean_of_rows(seen):
    return np.average(seen.shares, weights=seen.pairs)


# a translator whose errors depend on length, so that rows differ
UNEVEN = knowing(0.9, spoilt=lambda sentence: len(sentence.split()) > 6)


def _report(translate=UNEVEN, count=1000):
    """A claim about a translator, as an honest learner measures it."""
    seen = answers(translate, np.random.default_rng(1), count)
    shares, pairs = by_length(seen.hits, seen.words, EDGES)
    table = [(int(n), float(share)) for n, share in zip(pairs, shares, strict=True)]
    return {"share": float(seen.hits.mean()), "table": table, "translate": translate}


WEAK_IN_LENGTH = knowing(0.5, spoilt=lambda sentence: len(sentence.split()) > 8)


@sheet.claim(
    "20.4",
    "how good, by length",
    points=1,
    withholds=HOLD_ANSWERS,  # the mini way takes data and model from the course
    asks="""
    Measure `translate` on your test pairs: the share that is exactly right, and a table of
    four rows `(pairs, share)`, for English texts of 2–4, 5–6, 7–8 and 9–11 words. Hand in
    numbers **and** the function: the check measures it again on fresh numbers, and both
    must agree within what chance allows.

    Then train the twin without attention, with everything else the same. Its row belongs
    into your report: without a baseline a number has nothing beside it.
    """,
    what="the dict report",
    tried=_reported,
    hints=(
        "Which array says, pair by pair, whether the numeral is exactly right?",
        "rows = (low <= words) & (words < high); (rows.sum(), right[____].mean())",
    ),
)
def report():
    """Right: your table and your translator say the same."""
    return _report()


@report.also_right
def table_as_an_array():
    claim = _report()
    return claim | {"table": np.array(claim["table"])}


@report.also_right
def with_the_twin():
    return _report(knowing(0.93)) | {"more": "rows of the twin without attention"}


@report.also_right
def of_one_that_is_always_right():
    return _report(knowing(1.0))


@report.mistake(
    shows=lambda seen: (
        [("yours", shown(seen.shares))]
        if max(seen.share, *np.nan_to_num(seen.shares)) > 1
        else None
    )
)
def percent():
    """Give shares from 0 to 1, no percentages."""
    claim = _report()
    return claim | {"table": [(pairs, 100 * share) for pairs, share in claim["table"]]}


@report.mistake(
    shows=lambda seen: (
        [("yours", f"{seen.pairs.sum():.0f} pairs")] if seen.pairs.sum() < 200 else None
    )
)
def too_few_pairs():
    """Fewer than 200 pairs say little: one pair more or less would move the share."""
    return _report(count=60)


@report.mistake(
    shows=lambda seen: (
        [("rows by pairs", f"{_mean_of_rows(seen):.3f}"), ("yours", f"{seen.share:.3f}")]
        if abs(seen.share - seen.shares.mean()) < 0.002 < abs(seen.share - _mean_of_rows(seen))
        else None
    )
)
def rows_weigh_the_same():
    """Your share is the plain mean of four rows. Rows have different numbers of pairs."""
    claim = _report(WEAK_IN_LENGTH)
    return claim | {"share": float(np.mean([share for _, share in claim["table"]]))}


@report.mistake(shows=lambda seen: _whole(seen, 1))
def measured_on_train():
    """Your translator does worse on fresh numbers: did you measure the pairs it was taught?"""
    return _report(knowing(1)) | {"translate": knowing(0.85)}


@report.mistake(shows=lambda seen: _whole(seen, -1))
def another_translator():
    """Your translator does better than you say: is it the one that you measured?"""
    return _report(knowing(0.85)) | {"translate": knowing(0.99)}


@report.mistake(shows=_misfit)
def one_share_for_all_rows():
    """A row does not fit its translator: choose pairs by their English words, row by row."""
    claim = _report(WEAK_IN_LENGTH)
    return claim | {"table": [(pairs, 0.75) for pairs, _ in claim["table"]]}


@report.mistake(
    shows=lambda seen: (
        [("rows by pairs", f"{_mean_of_rows(seen):.3f}"), ("yours", f"{seen.share:.3f}")]
        if abs(seen.share - _mean_of_rows(seen)) > 0.005
        else None
    )
)
def share_and_rows_disagree():
    """Share and rows come from different pairs: all right pairs over all pairs."""
    return _report(knowing(0.93)) | {"share": 0.91}


# 20.5 Where it looks


class Looks(NamedTuple):
    """A claimed alignment score, and maps for fresh numbers: (weights, gold) where it was right."""

    share: float
    maps: list
    shape: tuple | None  # the sizes of the first map that does not fit, (yours, expected)

    def score(self, measure=alignment_score):
        """Mean of a measure over maps, each counting by its digits."""
        counts = [(gold != NOWHERE).sum() for _, gold in self.maps]
        return np.average([measure(*pair) for pair in self.maps], weights=counts)

    @property
    def digits(self):
        return int(sum((gold != NOWHERE).sum() for _, gold in self.maps))


def _looked(claim, rng):
    share, look = parts_of(claim, "share", "look")
    share, maps, shape = claimed_number("share", share), [], None
    for number in draw(rng, 60):
        text, weights = _one_look(look, number)
        wanted = len(text), len(english_words(number))
        if weights.shape != wanted:
            shape = shape or (weights.shape, wanted)
        elif text == chinese_numeral(number):
            maps.append((weights, digit_alignment(number)))
    if not maps and not shape:
        raise Failure("look must write numerals: none of 60 fresh numbers is right.")
    return Looks(share, maps, shape)


def _one_look(look, number):
    value = called("look", look, sentence_of(number))
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise Failure(f"look must return (numeral, weights), got {kind_of(value)}")
    weights = as_numbers(value[1])
    if weights is None or weights.ndim != 2 or not np.isfinite(weights).all():
        raise Failure(f"weights must be a table of numbers, got {kind_of(value[1])}")
    return checked_text("look", value[0]), weights


def _changed_look(change):
    def look(sentence):
        text, weights = fair_look(sentence)
        return text, change(weights)

    return look


def _shape(matches):
    """A finding's test: the map has other sizes, (symbols, words) given to `matches`."""

    def shows(seen):
        if seen.shape and matches(*seen.shape):
            return ("expected", f"{seen.shape[1]} here"), ("yours", f"{seen.shape[0]}")
        return None

    return shows


def _all_rows(weights, gold):
    return (weights.argmax(axis=1) == gold).mean()


def _not_as_measured(seen, measured):
    return far_apart(seen.share, seen.digits, measured, seen.digits)


def _rows_without_a_word(seen):
    """The claim is what comes out where rows with −1 count as wrong."""
    counted = seen.score(_all_rows)
    if not _not_as_measured(seen, seen.score()) or abs(seen.share - counted) > 0.06:
        return None
    return ("yours", f"{seen.share:.3f}"), ("digits alone", f"{seen.score():.3f}")


@sheet.claim(
    "20.5",
    "where it looks",
    points=1,
    withholds=HOLD_ANSWERS,  # the mini way takes data and model from the course
    asks="""
    Nobody told the model which word carries which digit. Compare its map with what is
    known: `digit_alignment(342_000)` gives for each of 三十四万二千 the place of its word, or −1
    for 十, 万, 千, which no word carries.

    Write two things. `look(text)` → `(numeral, weights)` for one English text, `weights`
    with a row for each character and a column for each word. And the alignment score of
    your test numbers: digits whose largest weight falls on their word, over all digits.
    Leave out numerals that are wrong: their rows have no known word. At least 0.95.
    `digit_alignment` wants the number, so keep a dict from text to number.
    """,
    what="the dict alignment",
    tried=_looked,
    hints=(
        "Which rows of the map can be right or wrong at all?",
        "gold = digit_alignment(number); hits = weights.argmax(axis=____) == gold, where gold >= 0",
    ),
)
def alignment():
    """Right: at least 0.95 of the digits look at the word that carries them."""
    return {"share": 1.0, "look": fair_look}


@alignment.also_right
def in_float32():
    look = _changed_look(lambda weights: weights.astype(np.float32))
    return {"share": np.float32(0.999), "look": look}


@alignment.also_right
def weights_as_lists():
    return {"share": 0.99, "look": _changed_look(lambda weights: weights.tolist())}


@alignment.also_right
def a_list_of_both():
    return {"share": 1, "look": lambda sentence: list(fair_look(sentence, 0.4))}


@alignment.mistake(shows=_shape(lambda yours, wanted: yours == wanted[::-1]))
def words_as_rows():
    """Your map is turned: row = character that is written, column = English word."""
    return {"share": 1.0, "look": _changed_look(np.transpose)}


@alignment.mistake(
    name="the end mark's row",
    shows=_shape(lambda yours, wanted: yours == (wanted[0] + 1, wanted[1])),
)
def row_of_the_end_mark():
    """One row too many: the last belongs to the end mark, which is no character."""
    return {"share": 1.0, "look": _changed_look(lambda w: np.vstack([w, w[-1:]]))}


@alignment.mistake(shows=_shape(lambda yours, wanted: True))
def padding_kept():
    """Cut the map: a row for each character, a column for each word, no padding."""
    return {"share": 1.0, "look": _changed_look(lambda w: np.pad(w, ((0, 3), (0, 2))))}


@alignment.mistake(
    shows=lambda seen: (
        [("rows sum to", shown(seen.maps[0][0].sum(axis=1)))]
        if not all(np.allclose(w.sum(axis=1), 1, atol=1e-3) for w, _ in seen.maps)
        else None
    )
)
def scores_instead_of_weights():
    """Rows of the map must sum to 1: hand in weights, after the softmax."""
    return {"share": 1.0, "look": _changed_look(np.log)}


@alignment.mistake(
    shows=lambda seen: (
        [("digits on their word", f"{seen.score():.3f} of {seen.digits}")]
        if seen.score() < ALIGNED
        else None
    )
)
def next_to_the_word():
    """Less than 0.95 of the digits look at their word. Print a map; try bidirectional=True."""
    return {"share": 1.0, "look": _changed_look(lambda w: np.roll(w, 1, axis=1))}


@alignment.mistake(shows=_rows_without_a_word)
def rows_without_a_word_counted():
    """You count rows that no word carries. Leave out rows where digit_alignment gives −1."""
    return {"share": 0.55, "look": fair_look}


@alignment.mistake(
    shows=lambda seen: (
        [("yours", f"{seen.share:.3f}"), ("fresh", f"{seen.score():.3f}")]
        if _not_as_measured(seen, seen.score())
        else None
    )
)
def another_share():
    """Your share is not what your maps give: digits on their word over all digits."""
    return {"share": 0.8, "look": fair_look}


# 20.6 Where it ends

BEYOND, WITHIN = 10**5, 10**4
LEAST_WORDS = 12


class Limit(NamedTuple):
    """What was claimed within and beyond the trained range, what is true, and the sentence."""

    within: float
    beyond: float
    fresh_within: float
    fresh_beyond: float
    words: int


def _tried_beyond(claim, rng):
    within, beyond, says, translate = parts_of(claim, "within", "beyond", "says", "translate")
    words = count_words(checked_text('"says"', says))
    fresh = [
        answers(translate, rng, 300, *between).hits.mean()
        for between in ((SMALLEST, WITHIN), (BEYOND, LARGEST))
    ]
    return Limit(claimed_number("within", within), claimed_number("beyond", beyond), *fresh, words)


def _only_within(sentences):
    """A translator that knows numbers below 10^4 alone."""
    pairs = zip(sentences, knowing(0.98)(sentences), strict=True)
    return [text if number_of(sentence) < WITHIN else text[-3:] for sentence, text in pairs]


SAYS = "Trained below ten thousand it writes no number above a hundred thousand at all."


def _limit(**other):
    claim = {"within": 0.98, "beyond": 0.0, "says": SAYS, "translate": _only_within}
    return claim | other


def _compared(seen):
    claimed = f"{seen.within:.2f} within, {seen.beyond:.2f} beyond"
    return ("yours", claimed), ("fresh", f"{seen.fresh_within:.2f} and {seen.fresh_beyond:.2f}")


@sheet.claim(
    "20.6",
    "where it ends",
    points=1,
    asks="""
    A result that says no is a result. Train a second model on numbers below 10,000 alone:
    of `draw(700, seed=2, largest=10**4)` keep 150 for its test. Measure it there, and on
    300 numbers of 100,000 and more. It has met every English word that those need.

    Hand in both shares, one sentence of at least 12 words (what was taught, what was asked,
    what came), and the function of the second model.
    """,
    what="the dict limit",
    tried=_tried_beyond,
    hints=(
        "Which numbers may this second model never see: those of the test, or more than that?",
        "pairs from draw(600, seed, largest=____); test it on draw(300, seed, smallest=____)",
    ),
)
def limit():
    """Right: a limit that was measured, and said. A result, though nothing got better."""
    return _limit()


@limit.also_right
def said_in_chinese():
    return _limit(
        within=np.float64(0.99),
        says="在一万以下学会的模型，十万以上的数一个也写不对，因为没有教过",
    )


@limit.also_right
def a_tuple_of_texts():
    return _limit(translate=lambda sentences: tuple(_only_within(sentences)))


@limit.also_right
def said_in_two_sentences():
    return _limit(beyond=0, says=f"{SAYS} Its texts are too short.")


@limit.mistake(shows=lambda seen: _compared(seen) if max(seen.within, seen.beyond) > 1 else None)
def percent():
    """Give shares from 0 to 1, no percentages."""
    return _limit(within=98.0)


@limit.mistake(shows=lambda seen: _compared(seen) if seen.fresh_beyond > 0.3 else None)
def trained_beyond():
    """It translates numbers above 10^5: was it taught some? Train below 10^4 alone."""
    return _limit(translate=knowing(0.95), beyond=0.95, within=0.95)


@limit.mistake(shows=lambda seen: _compared(seen) if seen.fresh_within < ENOUGH else None)
def not_learnt():
    """It fails within its own range too, so nothing is known of the limit. Train it first."""
    return _limit(translate=lambda sentences: ["一"] * len(sentences), within=0.0)


@limit.mistake(shows=lambda seen: _compared(seen) if seen.within < seen.beyond else None)
def exchanged():
    """ "within" is for numbers below 10^4, "beyond" for those above 10^5."""
    return _limit(within=0.0, beyond=0.98)


@limit.mistake(
    shows=lambda seen: (
        _compared(seen) if far_apart(seen.beyond, 300, seen.fresh_beyond, 300) else None
    )
)
def a_hope():
    """Your number beyond the range is not what fresh numbers give. Report what you measure."""
    return _limit(beyond=0.4)


@limit.mistake(
    shows=lambda seen: (
        _compared(seen) if far_apart(seen.within, 300, seen.fresh_within, 300) else None
    )
)
def measured_elsewhere():
    """Your number within the range does not fit: measure unseen numbers from 100 to 10^4."""
    return _limit(within=0.7)


@limit.mistake(
    shows=lambda seen: [("yours", f"{seen.words} words")] if seen.words < LEAST_WORDS else None
)
def no_sentence():
    """Say in at least 12 words what was trained, what was asked, and what came."""
    return _limit(says="It fails.")


# 20.7 and 20.8

sheet.choice(
    "20.7",
    "three digits against four",
    points=1,
    asks="""
    ```
    three hundred and forty two thousand        342 | 000
    三十四万二千                                  34 | 2000
    ```

    English groups digits by three, Chinese by four. Print a few maps with
    `show_weights(weights, list(numeral), text.split())`. Where does the difference show?

    Take numbers of your test. 342,000 itself may come out wrong: `draw` gives hardly any
    round number, and a model does not know what its data leave out.
    """,
    letter="c",
    options={
        "a": (
            "the digits look at the words in the opposite order, from right to left",
            "Both languages say the largest part first: the digits look from left to right.",
        ),
        "b": (
            "every digit looks at the word of its neighbour, one digit further",
            "Every digit keeps one word, and its order. It is the units that do not pair.",
        ),
        "c": (
            'digits keep their words; 万 has none: it falls between "forty" and "two"',
            "Yes: digits keep their words; 万 falls within English's thousands, where no word is.",
        ),
        "d": (
            "nowhere: six words, six characters, each has its own",
            "千 is 1,000, but here it is written for 2,000 of 342,000, and 万 comes first.",
        ),
    },
    hints=(
        "Write 342,000 in both languages, one above the other, and draw lines between digits.",
        "Between 四 and 二 stands ____; between forty and two stands ____.",
    ),
)


sheet.reason(
    "20.8",
    "the report",
    asks="""
    At least 80 words, in any language, for a reader who has not seen this notebook: the
    data and the split; the model, and the twin beside it; share by length; the alignment
    score, and what it does not say; the limit; what you predicted, and what surprised you.
    One figure with labelled axes and a text that says what it shows:
    `show(figure, alt="…")`.
    """,
    least_words=80,
    praise="Go through the rubric once more: which level would you give yourself, row by row?",
    hints=(
        "What would a reader need to believe your best number, and to know where it stops?",
        "Data, baseline, share by length, alignment, ____; then what you predicted, and one ____.",
    ),
)
