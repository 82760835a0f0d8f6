"""The exercises of the capstone: pairs, a split, a fault, a translator, and a headline that fails.

The checks draw fresh pairs, so what counts is what a function does, not what was typed.
"""

import datetime
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
    NamesAlone,
    by_groups,
    by_model,
    by_units,
    draw,
    fair_look,
    grouped_by_three,
    knowing,
    number_of,
    sentence_of,
    with_long_ten,
)
from course_utils.checks.sheets.pair_work import (
    CHINESE,
    as_it_is_right,
    asked,
    drawn,
    fresh_pairs,
    lengths,
    numbers_in,
    pairs_in,
    translated,
)
from course_utils.checks.work import called, checked_text, claimed_number, far_apart, parts_of
from course_utils.metrics import by_length
from course_utils.tasks import Batch, make_batch
from course_utils.tasks.alignment import NOWHERE, alignment_score, digit_alignment
from course_utils.tasks.marks import PADDING
from course_utils.tasks.numerals import chinese_numeral
from course_utils.tasks.own_pairs import separator_of, symbols_of, vocabularies

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
ALIGNED_OWN = 0.8  # of own pairs: a symbol that hardly changes needs no look
EDGES = (2, 5, 7, 9, 12)  # ranges of English words: 2–4, 5–6, 7–8, 9–11


# 20.1 Pairs


class Written(NamedTuple):
    """What was written for a number, and what is right."""

    number: int
    text: str
    right: str


class Drawn(NamedTuple):
    """What `draw_pairs` gave for a seed, for the same again and for another; numerals as such."""

    pairs: list
    again: list
    other: list
    written: list


DRAWN = 1200


def _count_and_seed(rng):
    return DRAWN, int(rng.integers(2**31))


def _drawn(draw_pairs, count, seed):
    pairs, again, other = (drawn(draw_pairs, count, one) for one in (seed, seed, seed + 1))
    numbers = numbers_in(pairs) or []
    texts = (text for _, text in pairs)
    written = [Written(n, t, chinese_numeral(n)) for n, t in zip(numbers, texts, strict=False)]
    return Drawn(pairs, again, other, written)


def _where(wrong):
    """A finding's test: the first number that is written wrong, and wrong in this way."""

    def shows(seen):
        for one in seen.written:
            if one.text != one.right and wrong(one):
                rows = ("number", f"{one.number:,}"), ("expected", one.right)
                return *rows, ("yours", shown(one.text))
        return None

    return shows


def _said_of(question, answer):
    """Rows of a truth value that is the other one."""
    return ("expected", f"{question}: {answer}"), ("yours", f"{question}: {not answer}")


def _numerals(write):
    """A `draw_pairs` that writes its numerals in some way."""

    def draw_pairs(count, seed):
        return [(sentence_of(n), write(n)) for n in draw(np.random.default_rng(seed), count)]

    return draw_pairs


@sheet.work(
    "20.1",
    "pairs to learn from",
    points=2,
    asks="""
    What shall your model translate? Write `draw_pairs(count, seed)`: a list of that many
    pairs, two texts each, left to chance; the same seed gives the same pairs. The two ways
    are below: pairs of **your own**, or English numbers → 中文数词.
    """,
    what="the function draw_pairs",
    inputs=_count_and_seed,
    tried=_drawn,
    described=lambda count, seed: f"count = {count}, seed = {seed}",
    hints=(
        "Can you write one pair for one random number? Then a list of them is one line.",
        "rng = np.random.default_rng(____); return [(source(n), target(n)) for n in rng.…]",
    ),
)
def draw_pairs(count, seed):
    """Right: many different pairs, left to chance, and the same every time."""
    return _numerals(chinese_numeral)(count, seed)


@draw_pairs.also_right
def numerals_by_groups(count, seed):
    return tuple(_numerals(by_groups)(count, seed))


@draw_pairs.also_right
def numerals_by_units(count, seed):
    return [list(pair) for pair in _numerals(by_units)(count, seed)]


@draw_pairs.also_right
def dates(count, seed):
    chance = random.Random(seed)
    days = [datetime.date.fromordinal(chance.randrange(700_000, 730_000)) for _ in range(count)]
    return [(f"{day:%d %B} {' '.join(str(day.year))}".lower(), day.isoformat()) for day in days]


@draw_pairs.also_right
def words_backwards(count, seed):
    letters = np.array(list("abcdefgh"))
    rng = np.random.default_rng(seed)
    words = ["".join(rng.choice(letters, rng.integers(4, 9))) for _ in range(count)]
    return [(np.str_(word), word[::-1]) for word in words]


@draw_pairs.mistake(
    shows=lambda seen: None if seen.again == seen.pairs else _said_of("the same twice", True),
    seen_by="draw_pairs(count, seed) == draw_pairs(count, seed)",
)
def other_pairs_every_time(count, seed):
    """This should hold, and does not: the same seed gives the same pairs. Without it nobody could
    repeat your experiment.
    """
    return draw_pairs(count, None)


@draw_pairs.mistake(
    shows=lambda seen: _said_of("the same", False) if seen.other == seen.pairs else None,
    seen_by="draw_pairs(count, seed) == draw_pairs(count, seed + 1)",
)
def no_use_of_the_seed(count, seed):
    """This should hold, and does not: another seed gives other pairs. Use the seed that was
    given.
    """
    return draw_pairs(count, 7)


@draw_pairs.mistake(
    shows=lambda seen: (
        [("different pairs", f"{len(set(seen.pairs))} of {len(seen.pairs)}")]
        if len(set(seen.pairs)) < len(seen.pairs) / 2
        else None
    ),
    seen_by="len(set(draw_pairs(count, seed)))",
)
def few_pairs(count, seed):
    """This should hold, and does not: most pairs are different. Draw from more: a model would learn
    these by heart.
    """
    return (draw_pairs(100, seed) * -(-count // 100))[:count]


@draw_pairs.mistake(
    shows=lambda seen: (
        [("a pair", shown(" | ".join(seen.pairs[0])))]
        if all(source == target for source, target in seen.pairs)
        else None
    )
)
def nothing_to_translate(count, seed):
    """Source and target are the same text in every pair: what is there to translate?"""
    return [(source, source) for source, _ in draw_pairs(count, seed)]


@draw_pairs.mistake(
    name="other characters",
    shows=_where(lambda one: set(one.text) & CHINESE - set("零一二三四五六七八九十百千万")),
)
def in_other_characters(count, seed):
    """This sheet writes 零, 二 and 万: no 〇, no 两, no 萬. Elsewhere these are right too."""
    return _numerals(lambda n: chinese_numeral(n).replace("万", "萬"))(count, seed)


@draw_pairs.mistake(
    shows=_where(lambda one: one.number >= 10 and not set(one.text) & set("十百千万"))
)
def digits_one_by_one(count, seed):
    """Your result is as if digits were read one by one, as of a telephone number. Every digit needs
    its unit.
    """
    return _numerals(lambda n: "".join(DIGITS[int(digit)] for digit in str(n)))(count, seed)


@draw_pairs.mistake(shows=_where(lambda one: one.number >= 10**4 and "万" not in one.text))
def groups_of_three(count, seed):
    """Your result is as if digits stood in groups of three. From 10,000 on there is a unit 万: take
    groups of four.
    """
    return _numerals(grouped_by_three)(count, seed)


@draw_pairs.mistake(
    name="一十 at the start", shows=_where(lambda one: one.text == f"一{one.right}")
)
def long_ten_at_the_start(count, seed):
    """Your numeral begins with 一十. At the very start it is said 十: 120,000 is 十二万."""
    return _numerals(with_long_ten)(count, seed)


@draw_pairs.mistake(
    name="十 in the middle", shows=_where(lambda one: one.text == one.right.replace("一十", "十"))
)
def short_ten_in_the_middle(count, seed):
    """Your result is as if every 一十 were shortened. Only at the very start it is: 110 is
    一百一十.
    """
    return _numerals(lambda n: chinese_numeral(n).replace("一十", "十"))(count, seed)


@draw_pairs.mistake(
    name="no 零 in a gap", shows=_where(lambda one: one.text == one.right.replace("零", ""))
)
def gap_not_read(count, seed):
    """Your result is as if gaps were not read. Between two digits they are 零: without it 1,005
    sounds like 1,500.
    """
    return _numerals(lambda n: chinese_numeral(n).replace("零", ""))(count, seed)


@draw_pairs.mistake(name="零 twice", shows=_where(lambda one: "零零" in one.text))
def every_zero_of_a_gap(count, seed):
    """Your numeral has 零零. A run of zeros is read as one 零, however long it is."""
    return _numerals(lambda n: by_groups(n, lambda group: group.rstrip("零")))(count, seed)


@draw_pairs.mistake(
    name="零 at an end", shows=_where(lambda one: one.text[-1:] == "零" or "零万" in one.text)
)
def zeros_at_an_end(count, seed):
    """Your numeral reads zeros at the end of a group. They are silent: 1,050 ends with 五十."""
    return _numerals(lambda n: by_groups(n, lambda group: re.sub("零+", "零", group)))(count, seed)


@draw_pairs.mistake(shows=_where(lambda one: True))
def another_numeral(count, seed):
    """This is not the numeral that the rules of 20.1 give. Go through them one by one."""
    return _numerals(lambda n: chinese_numeral(n) + "一" * (n % 7 == 0))(count, seed)


# 20.2 Train and test without overlap

TEST_SIZE = 12


class Splits(NamedTuple):
    """What `split` gave: train and test, and the tests of the same and of other seeds."""

    pairs: list
    train: list
    test: list
    again: list
    other: list
    size: int


def _pairs_to_split(rng):
    """Numerals in order of size, a few of them twice, the size of a test and a seed."""
    numbers = draw(rng, 40)
    numbers = sorted([*numbers, *numbers[:20], *numbers[:8]])
    return [(sentence_of(n), chinese_numeral(n)) for n in numbers], TEST_SIZE, 0


def _split_by(split, pairs, test_size, seed):
    """Split with a seed, the same again and another."""
    trains, tests = [], []
    for one in (seed, seed, seed + 1):
        value = called("split", split, list(pairs), test_size, one)
        if value is None:
            raise Failure("split returns None: is there a return at its end?")
        if not isinstance(value, list | tuple) or len(value) != 2:
            raise Failure(f"split must return two lists, train and test; got {kind_of(value)}")
        trains.append(pairs_in("train", value[0]))
        tests.append(pairs_in("test", value[1]))
    return Splits(pairs, trains[0], *tests, test_size)


def _torn(seen):
    right = dict(seen.pairs)
    wrong = [pair for pair in (*seen.train, *seen.test) if right.get(pair[0]) != pair[1]]
    return [("a pair", shown(" | ".join(wrong[0])))] if wrong else None


def _shared(seen, whole):
    shared = [pair for pair in seen.test if pair in set(seen.train)]
    if not shared or whole != (len(shared) == len(seen.test)):
        return None
    return ("test", f"{len(seen.test)} pairs"), ("in train too", f"{len(shared)} of them")


def _lost(seen):
    wanted, got = set(seen.pairs), {*seen.train, *seen.test}
    return None if got == wanted else [("lost", f"{len(wanted - got)} pairs are in neither")]


def _block(seen):
    """The test is one end of the pairs, as they came."""
    ordered = list(dict.fromkeys(seen.pairs))
    test = set(seen.test)
    ends = set(ordered[: seen.size]), set(ordered[-seen.size :])
    return [("test", "the first or the last pairs alone")] if test in ends else None


def _swapped(seen):
    """Train has the size of a test, and test has all the rest."""
    sizes = len(seen.train), len(set(seen.test))
    if len(set(seen.train)) != seen.size or sizes[1] != len(set(seen.pairs)) - seen.size:
        return None
    if sizes[0] == sizes[1]:  # of two alike nobody can say
        return None
    return ("expected", f"{seen.size} in test"), ("yours", f"{seen.size} in train")


def _doubled(seen):
    """Test has pairs that stand there twice."""
    many, different = len(seen.test), len(set(seen.test))
    if many == different:
        return None
    return ("expected", f"{seen.size} different pairs"), ("yours", f"{many}, {different} different")


@sheet.work(
    "20.2",
    "train and test without overlap",
    points=1,
    asks="""
    `draw_pairs` may give a pair twice. On both sides it would be a test that the model has
    seen. Return `(train, test)`, two lists of pairs:

    - test has `test_size` different pairs, and none of train;
    - every other pair is in train (once or as often as it came);
    - chance decides: another seed, another test; the same seed, the same test.
    """,
    what="the function split",
    inputs=_pairs_to_split,
    tried=_split_by,
    described=lambda pairs, size, seed: f"{len(pairs)} pairs, test_size = {size}, seed = {seed}",
    hints=(
        "When is a pair that was drawn twice safe: before the shuffle, or after?",
        "different = sorted(____(pairs)); shuffle; test = the first test_size; train = ____",
    ),
)
def split(pairs, test_size, seed):
    """Right: no pair on both sides, none lost, left to chance, and the same every time."""
    different = sorted(set(pairs))
    order = np.random.default_rng(seed).permutation(len(different))
    shuffled = [different[place] for place in order]
    return shuffled[test_size:], shuffled[:test_size]


@split.also_right
def repeats_left_in_train(pairs, test_size, seed):
    different = list(dict.fromkeys(pairs))
    random.Random(seed).shuffle(different)
    held_out = set(different[:test_size])
    return [pair for pair in pairs if pair not in held_out], different[:test_size]


@split.also_right
def drawn_by_choice(pairs, test_size, seed):
    different = np.array(sorted(set(pairs)))
    test = np.random.default_rng(seed).choice(len(different), test_size, replace=False)
    rest = np.setdiff1d(np.arange(len(different)), test)
    return tuple(tuple(map(tuple, different[part].tolist())) for part in (rest, test))


@split.also_right
def a_list_of_both(pairs, test_size, seed):
    return list(split(pairs, test_size, seed))


@split.mistake(
    shows=lambda seen: (
        [("a pair", shown(" | ".join(seen.test[0])))]
        if seen.test and seen.test[0][::-1] in set(seen.pairs)
        else None
    )
)
def pairs_turned_round(pairs, test_size, seed):
    """The pairs are turned round: first the source, then the target."""
    train, test = split(pairs, test_size, seed)
    return [pair[::-1] for pair in train], [pair[::-1] for pair in test]


@split.mistake(shows=_torn)
def pairs_torn_apart(pairs, test_size, seed):
    """This should hold, and does not: a source keeps its own target. Shuffle pairs, never one
    side.
    """
    train, test = split(pairs, test_size, seed)
    return _targets_moved_up(train), _targets_moved_up(test)


def _targets_moved_up(pairs):
    sources, targets = zip(*pairs, strict=True)
    return list(zip(sources, targets[1:] + targets[:1], strict=True))


@split.mistake(shows=_swapped)
def train_and_test_swapped(pairs, test_size, seed):
    """Your result is as if train and test were exchanged: return train first, the test second."""
    return split(pairs, test_size, seed)[::-1]


@split.mistake(shows=lambda seen: _shared(seen, whole=True))
def test_drawn_from_train(pairs, test_size, seed):
    """This should hold, and does not: no pair of test is in train. All of yours are: a model could
    know them by heart. Take them out.
    """
    train, test = split(pairs, test_size, seed)
    return train + test, test


@split.mistake(shows=lambda seen: _shared(seen, whole=False))
def overlap_by_repeats(pairs, test_size, seed):
    """This should hold, and does not: no pair of test is in train. One that was drawn twice
    stands on both sides. Which step makes them different?
    """
    order = np.random.default_rng(seed).permutation(len(pairs))
    shuffled = [pairs[i] for i in order]
    return shuffled[test_size:], shuffled[:test_size]


@split.mistake(shows=_doubled)
def pairs_doubled_in_test(pairs, test_size, seed):
    """This should hold, and does not: the pairs of test are different. Make them so first: else one
    counts twice.
    """
    train, test = split(pairs, test_size, seed)
    return train, test + test[:5]


@split.mistake(
    shows=lambda seen: (
        [("expected", f"{seen.size} in test"), ("yours", f"{len(seen.test)} in test")]
        if len(seen.test) != seen.size
        else None
    )
)
def another_size(pairs, test_size, seed):
    """This should hold, and does not: test has exactly test_size different pairs."""
    return split(pairs, len(set(pairs)) // 5, seed)


@split.mistake(shows=_lost)
def pairs_lost(pairs, test_size, seed):
    """This should hold, and does not: every pair is in train or in test. Whatever is not in test
    belongs to train.
    """
    train, test = split(pairs, test_size, seed)
    return train[1:], test


@split.mistake(shows=_block)
def not_shuffled(pairs, test_size, seed):
    """Your result is as if nothing were shuffled: test holds one end of the pairs as they came."""
    different = list(dict.fromkeys(pairs))
    return different[:-test_size], different[-test_size:]


@split.mistake(
    shows=lambda seen: (
        None if set(seen.again) == set(seen.test) else _said_of("the same test twice", True)
    ),
    seen_by="split(pairs, test_size, seed)[1], split(pairs, test_size, seed)[1]",
)
def another_split_every_time(pairs, test_size, seed):
    """This should hold, and does not: the same seed gives the same split. Without it nobody could
    repeat your experiment.
    """
    return split(pairs, test_size, None)


@split.mistake(
    shows=lambda seen: (
        _said_of("the same test", False) if set(seen.other) == set(seen.test) else None
    ),
    seen_by="split(pairs, test_size, seed)[1], split(pairs, test_size, seed + 1)[1]",
)
def seed_ignored(pairs, test_size, seed):
    """This should hold, and does not: another seed gives another split. Use the seed that was
    given.
    """
    return split(pairs, test_size, 7)


# 20.3 The fault


class Prepared(NamedTuple):
    """What `short_first` made of a batch, and the right one in the order of its sources."""

    batch: Batch
    right: Batch
    whole: bool  # whether the rows of source are those that were given, each once

    @property
    def sorted(self):
        return bool((np.diff(self.right.source_lengths) >= 0).all())


def _batch(rng):
    pairs = [(sentence_of(n), chinese_numeral(n)) for n in draw(rng, 30)]
    return tuple(make_batch(pairs, *vocabularies(pairs)))


def _with_lengths(source, _, target, __):
    """Lengths that fit the ids, behind which is padding."""
    return source, (source != PADDING).sum(axis=1), target, (target != PADDING).sum(axis=1)


def _is_padded(ids, lengths):
    """Tell whether padding stands behind the end of each row, and nowhere else."""
    return np.array_equal(ids != PADDING, np.arange(ids.shape[1]) < lengths[:, None])


def _prepared(short_first, *parts):
    made = Batch(*parts)
    if not (_is_padded(*made[:2]) and _is_padded(*made[2:])):
        raise Failure("this is no batch")
    value = called("short_first", short_first, *(part.copy() for part in made))
    if value is None:
        raise Failure("short_first returns None: is there a return at its end?")
    if not isinstance(value, list | tuple) or len(value) != len(made):
        raise Failure(f"short_first must return the four parts of a batch, got {kind_of(value)}")
    batch = Batch(*map(_whole_numbers, Batch._fields, value, made))
    place = {row.tobytes(): i for i, row in enumerate(made.source.astype(int))}
    found = [place.get(row.tobytes(), -1) for row in batch.source]
    whole = sorted(found) == list(range(len(made.source)))
    return Prepared(batch, Batch(*(part[found] for part in made)), whole)


def _whole_numbers(name, part, given):
    """A part as whole numbers. Raises Failure for another shape than it was given in."""
    part = as_numbers(part)
    if part is None or part.shape != given.shape:
        raise Failure(f"{name} must keep its shape {given.shape} here", ("yours", shown(part)))
    return part.astype(int)


def _differs(*names):
    """A finding's test: of the batch's parts these, and no others, belong to other rows."""

    def shows(seen):
        both = {name: (getattr(seen.right, name), getattr(seen.batch, name)) for name in names}
        wrong = [
            name
            for name, right, yours in zip(Batch._fields, seen.right, seen.batch, strict=True)
            if not np.array_equal(right, yours)
        ]
        if wrong != list(names):
            return None
        right, yours = both[names[-1]]
        if right.ndim > 1:
            return [("of other rows", " and ".join(names))]
        row = np.flatnonzero(right != yours)[0]
        facts = ("row", f"{row}"), ("expected", f"{names[-1]} {right[row]}")
        return *facts, ("yours", f"{names[-1]} {yours[row]}")

    return shows


def _moved(parts, *names):
    """Put these parts of a batch in the order of its sources' lengths, and leave the others."""
    batch = Batch(*parts)
    order = np.argsort(batch.source_lengths, kind="stable")
    return tuple(batch._replace(**{name: getattr(batch, name)[order] for name in names}))


@sheet.work(
    "20.3",
    "the fault",
    points=1,
    withholds=HOLD_ANSWERS,
    asks="""
    Before you train a model of your own: a colleague hands you `short_first_given`. It gets
    the four parts of a batch and puts short sources first. Training with it goes well: the
    loss falls to nearly nothing. **And translations are wrong.** It has one fault. Go down
    the ladder until you meet it; then write `short_first`, the same without the fault: all
    rows, still short sources first.
    """,
    what="the function short_first",
    inputs=_batch,
    fitting=_with_lengths,
    tried=_prepared,
    described=lambda source, *_: f"a batch of {len(source)} rows",
    hints=(
        "In which of the ten texts is it wrong, and where: in front, or at the end?",
        "A batch has four parts. order is applied to ____ of them; what do the others belong to?",
    ),
)
def short_first(source, source_lengths, target, target_lengths):
    """Right: all four parts of a row stay together, and short sources come first."""
    return _moved((source, source_lengths, target, target_lengths), *Batch._fields)


@short_first.also_right
def by_sorted(source, source_lengths, target, target_lengths):
    order = sorted(range(len(source)), key=lambda row: source_lengths[row])
    return [part[order] for part in (source, source_lengths, target, target_lengths)]


@short_first.also_right
def ties_the_other_way(*parts):
    return short_first(*(part[::-1] for part in parts))


@short_first.also_right
def in_int32(*parts):
    return Batch(*(part.astype(np.int32) for part in short_first(*parts)))


@short_first.also_right
def as_lists(*parts):
    return tuple(part.tolist() for part in short_first(*parts))


@short_first.mistake(
    shows=lambda seen: None if seen.whole else [("rows", "some of them twice, others never")]
)
def a_row_twice(*parts):
    """This should hold, and does not: each row of source comes once. `order` must name each row
    once.
    """
    rows = np.arange(len(parts[0]))
    rows[-1] = 0
    return tuple(part[rows] for part in short_first(*parts))


@short_first.mistake(shows=_differs("source_lengths", "target_lengths"))
def as_it_was_given(*parts):
    """Your result is as if the fault were still there. Look at the last row: how many words, and
    what is its length?
    """
    return _moved(parts, "source", "target")


@short_first.mistake(shows=_differs("target_lengths"))
def one_length_left(*parts):
    """Half of the fault is mended: the sources' lengths fit now. Where does a target end?"""
    return _moved(parts, "source", "source_lengths", "target")


@short_first.mistake(shows=_differs("source_lengths"))
def another_length_left(*parts):
    """Half of the fault is mended: the targets' lengths fit now. Where does a source end?"""
    return _moved(parts, "source", "target", "target_lengths")


@short_first.mistake(shows=_differs("target", "target_lengths"))
def targets_left_behind(*parts):
    """Your result is as if the targets had kept their places: they stand beside other sources. One
    order for all four parts.
    """
    return _moved(parts, "source", "source_lengths")


@short_first.mistake(
    shows=lambda seen: None if seen.sorted else [("source_lengths", "not from short to long")]
)
def bypassed(*parts):
    """This should hold, and does not: short sources come first. The rows fit: mend the fault, and
    keep the order.
    """
    return parts


@short_first.mistake(
    shows=lambda seen: (
        None
        if all(map(np.array_equal, seen.batch, seen.right))
        else [("a row", "its parts belong to several pairs")]
    )
)
def another_batch(*parts):
    """This should hold, and does not: a row's four parts belong to one pair. Compare one row before
    and after.
    """
    source, source_lengths, target, target_lengths = short_first(*parts)
    return source, source_lengths + 1, target[::-1], target_lengths


# 20.4 The translator


def _case(seen, where):
    """The first sentence where that holds, as rows; None where there is none."""
    for place in np.flatnonzero(where)[:1]:
        share = f"{seen.hits.mean():.2f} of {len(seen.texts)} fresh sources are right"
        rows = ("source", seen.sentences[place]), ("expected", shown(seen.right[place]))
        return *rows, ("yours", shown(seen.texts[place])), ("in all", share)
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
    shorter, longer = np.quantile(seen.words, [0.4, 0.7])
    short, long = seen.hits[seen.words <= shorter], seen.hits[seen.words > longer]
    return bool(long.size) and short.mean() - long.mean() > 0.3


def _without_model(seen):
    """Rows where most texts do not change with the names that the model has for characters."""
    if seen.follows > 0.5:
        return None
    text, right = seen.renamed[0]
    return ("expected, before", shown(right)), ("while renamed", shown(text))


def _claim(translate):
    """A claim whose texts never come from its model."""
    return {"translate": translate, "model": NamesAlone()}


@sheet.claim(
    "20.4",
    "the translator",
    points=1,
    withholds=HOLD_ANSWERS,  # the mini way takes data and model from the course
    asks="""
    Split `draw_pairs(1_600, seed=0)` with 1,000 pairs for the exam: the rest, about 500, is
    left to learn from. Train a model on it, write `translate`: a list of sources → a list of
    targets, and hand in both. Who works with own pairs hands in `"pairs": draw_pairs` too.

    The check asks for 400 fresh sources and wants 0.88 of them exactly right. Then it gives
    the model's symbols other names for a moment: what the model writes changes with them,
    and what rules write does not. Rules alone do not count. Width, rate and steps are your
    choice; 1,000 steps take 5 to 30 s.
    """,
    what="the dict translation",
    tried=translated,
    hints=(
        "On which step of the ladder does it stop: ten pairs, the first loss, the map, all pairs?",
        "batch = make_batch(…); model.greedy(batch.source, batch.source_lengths, 20).____",
    ),
)
def translation():
    """Right: at least 0.88 of 400 fresh sources, written exactly, and by your model."""
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


@translation.also_right
def one_that_remembers_what_it_wrote():
    claim, kept = by_model(knowing(0.97)), {}

    def translate(sentences):
        new = [sentence for sentence in sentences if sentence not in kept]
        kept.update(zip(new, claim["translate"](new), strict=True))
        return [kept[sentence] for sentence in sentences]

    return claim | {"translate": translate}


@translation.also_right
def of_own_pairs():
    return by_model(knowing(0.97)) | {"pairs": draw_pairs.right}


@translation.mistake(
    shows=lambda seen: _too_few(
        seen, lambda s: np.mean([" " in t for t in s.texts]) > 0.5 > (" " in s.right[0])
    )
)
def spaces_between_characters():
    """Characters stand apart, and in your pairs they do not: join them without spaces.
    Vocabulary.text(ids) does that.
    """
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
    """Not 0.88 yet. Go down the ladder: ten pairs first, then steps and rate."""
    return _claim(knowing(0.8))


@translation.mistake(shows=_without_model)
def written_without_the_model():
    """Your result is as if this model had not written these texts: with its symbols renamed they
    did not change with them. Is it the one whose greedy translate calls?
    """
    return _claim(knowing(1))


# 20.5 How good, by length


class Report(NamedTuple):
    """What was claimed of a translator, and what it does with fresh pairs."""

    share: float
    pairs: np.ndarray
    shares: np.ndarray
    edges: tuple
    fresh: float
    fresh_pairs: np.ndarray
    fresh_shares: np.ndarray
    by_target: np.ndarray  # fresh pairs in each range, where one counts the target's symbols


def _reported(claim, rng):
    share, table, translate = parts_of(claim, "share", "table", "translate")
    edges = _edges_of(claim)
    try:
        rows = np.array([[float(part) for part in row] for row in table])
        pairs, shares = rows.reshape(len(edges) - 1, 2).T
    except (TypeError, ValueError):
        wanted = f"{len(edges) - 1} rows (pairs, share), one for each range"
        raise Failure(f'"table" must be {wanted}; got {shown(table)}.') from None
    share = claimed_number("share", share)
    seen = asked(translate, fresh_pairs(claim, rng, 600))
    fresh_shares, fresh_pairs_ = by_length(seen.hits, seen.words, edges)
    _, by_target = by_length(seen.hits, lengths(seen.right), edges)
    fresh = seen.hits.mean(), fresh_pairs_, fresh_shares
    return Report(share, pairs, shares, edges, *fresh, by_target)


def _edges_of(claim):
    """The ends of the ranges of lengths. Raises Failure for what is no rising row of numbers."""
    edges = as_numbers(claim.get("edges", EDGES))
    if edges is None or edges.ndim != 1 or len(edges) < 3 or not (np.diff(edges) > 0).all():
        raise Failure(
            f'"edges" must be numbers that rise, such as {EDGES} for 2–4, 5–6, 7–8 and 9–11 '
            f"words; got {shown(claim['edges'])}"
        )
    return tuple(edges.tolist())


def _distance(counts, others):
    """How far apart two tables of counts are: 0 the same shares, 1 nothing in common."""
    one, other = (np.nan_to_num(c / max(c.sum(), 1)) for c in (counts, others))
    return np.abs(one - other).sum() / 2


def _by_the_target(seen):
    """Rows where the table's pairs lie as if the target's symbols were counted."""
    by_source, by_target = (
        _distance(seen.pairs, fresh) for fresh in (seen.fresh_pairs, seen.by_target)
    )
    if by_source < 0.08 or by_source < 1.5 * by_target:
        return None
    expected = ", ".join(f"{count:.0f}" for count in seen.fresh_pairs)
    return ("of 600 fresh pairs", expected), ("yours", shown(seen.pairs))


def _other_counts(seen):
    """Rows where the table's pairs lie otherwise than fresh ones, by more than chance."""
    count = max(seen.pairs.sum(), 1)
    if _distance(seen.pairs, seen.fresh_pairs) < 0.02 + 1.3 * (1 / count + 1 / 600) ** 0.5:
        return None
    expected = ", ".join(f"{share:.2f}" for share in seen.fresh_pairs / seen.fresh_pairs.sum())
    yours = ", ".join(f"{share:.2f}" for share in seen.pairs / count)
    return ("shares of fresh pairs", expected), ("yours", yours)


def _misfit(seen):
    """Rows for the first range whose share is not what its translator does."""
    for i, (low, high) in enumerate(pairwise(seen.edges)):
        measured = seen.fresh_shares[i], seen.fresh_pairs[i]
        if seen.pairs[i] and far_apart(seen.shares[i], seen.pairs[i], *measured):
            rows = ("length", f"{low:g} to {high - 1:g}"), ("yours", f"{seen.shares[i]:.2f}")
            return *rows, ("fresh", f"{measured[0]:.2f} of {measured[1]} pairs")
    return None


def _whole(seen, sign):
    """Rows where the claimed share is far from the fresh one, to that side."""
    count = max(seen.pairs.sum(), 1)
    far = far_apart(seen.share, count, seen.fresh, 600)
    if not far or sign * (seen.share - seen.fresh) < 0:
        return None
    return ("yours", f"{seen.share:.3f}"), ("fresh", f"{seen.fresh:.3f} of 600 pairs")


def _mean_of_rows(seen):
    return np.average(seen.shares, weights=seen.pairs)


# a translator whose errors depend on length, so that rows differ
UNEVEN = knowing(0.9, spoilt=lambda sentence: len(sentence.split()) > 6)


def _exam(translate, count):
    """What a translator makes of that many numerals, the same each time."""
    return asked(translate, fresh_pairs({}, np.random.default_rng(1), count))


def _report(translate=UNEVEN, count=1000):
    """A claim about a translator, as an honest learner measures it."""
    seen = _exam(translate, count)
    shares, pairs = by_length(seen.hits, seen.words, EDGES)
    table = [(int(n), float(share)) for n, share in zip(pairs, shares, strict=True)]
    return {"share": float(seen.hits.mean()), "table": table, "translate": translate}


WEAK_IN_LENGTH = knowing(0.5, spoilt=lambda sentence: len(sentence.split()) > 8)


@sheet.claim(
    "20.5",
    "how good, by length",
    points=1,
    withholds=HOLD_ANSWERS,  # the mini way takes data and model from the course
    asks="""
    Measure `translate` on your exam: the share that is exactly right, and a table of four
    rows `(pairs, share)`, for sources of 2–4, 5–6, 7–8 and 9–11 words. Hand in numbers
    **and** the function: the check measures it again on fresh pairs, and both must agree
    within what chance allows.

    With own pairs: add `"pairs": draw_pairs`, and `"edges": (2, 5, 7, 9, 12)` with numbers
    of your own. Lengths are words, or letters where your sources have no space.

    Then train the twin without attention, with everything else the same, and `reveal` what
    you predicted. Without a baseline a number has nothing beside it.
    """,
    what="the dict report",
    tried=_reported,
    hints=(
        "Which array says, pair by pair, whether the target is exactly right?",
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


@report.also_right
def with_edges_and_pairs():
    seen, edges = _exam(UNEVEN, 900), (2, 6, 9, 12)
    shares, pairs = by_length(seen.hits, seen.words, edges)
    table = [list(row) for row in zip(pairs, shares, strict=True)]
    own = {"edges": list(edges), "pairs": draw_pairs.right}
    return {"share": seen.hits.mean(), "table": table, "translate": UNEVEN, **own}


@report.mistake(
    shows=lambda seen: (
        [("the first row", f"{seen.pairs[0]:.2f}, {seen.shares[0]:.0f}")]
        if np.nanmax([*seen.pairs, 0]) <= 1 < np.nanmax([*seen.shares, 0])
        else None
    )
)
def share_before_pairs():
    """Your result is as if rows were turned round: first the number of pairs, then the share."""
    claim = _report()
    return claim | {"table": [row[::-1] for row in claim["table"]]}


@report.mistake(
    shows=lambda seen: (
        [("yours", shown(seen.pairs))] if (seen.pairs < 0).any() or (seen.pairs % 1).any() else None
    )
)
def shares_of_pairs():
    """A row begins with the number of its pairs, counted: 0, 1, 2, …"""
    claim = _report()
    return claim | {"table": [(pairs / 1000, share) for pairs, share in claim["table"]]}


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


@report.mistake(shows=_by_the_target)
def rows_by_the_target():
    """Your result is as if rows counted the target's symbols: choose pairs by the words of their
    source.
    """
    seen = _exam(UNEVEN, 1000)
    shares, pairs = by_length(seen.hits, lengths(seen.right), EDGES)
    return _report() | {"table": list(zip(pairs.tolist(), shares.tolist(), strict=True))}


@report.mistake(shows=_other_counts)
def other_counts():
    """Your result is as if a row counted other pairs: fresh ones lie otherwise. Count all pairs of
    your exam, by the words of their source.
    """
    claim = _report(knowing(0.93))
    (count, share), *rows = claim["table"]
    return claim | {"table": [(3 * count, share), *rows]}


@report.mistake(
    shows=lambda seen: (
        [("rows by pairs", f"{_mean_of_rows(seen):.3f}"), ("yours", f"{seen.share:.3f}")]
        if abs(seen.share - seen.shares.mean()) < 0.002 < abs(seen.share - _mean_of_rows(seen))
        else None
    )
)
def rows_weigh_the_same():
    """Your result is as if all rows weighed the same. Rows have different numbers of pairs."""
    claim = _report(WEAK_IN_LENGTH)
    return claim | {"share": float(np.mean([share for _, share in claim["table"]]))}


@report.mistake(shows=lambda seen: _whole(seen, 1))
def measured_on_train():
    """Your translator does worse on fresh pairs: did you measure the pairs it was taught?"""
    return _report(knowing(1)) | {"translate": knowing(0.85)}


@report.mistake(shows=lambda seen: _whole(seen, -1))
def another_translator():
    """Your translator does better than you say: is it the one that you measured?"""
    return _report(knowing(0.85)) | {"translate": knowing(0.99)}


@report.mistake(shows=_misfit)
def one_share_for_all_rows():
    """A row does not fit its translator: choose pairs by the words of their source, row by row."""
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
    """This should hold, and does not: all right pairs of the table over all its pairs are the
    share.
    """
    return _report(knowing(0.93)) | {"share": 0.91}


# 20.6 Where it looks


class Looks(NamedTuple):
    """A claimed alignment score, and maps for fresh numbers: (weights, gold) where it was right."""

    share: float
    maps: list
    shape: tuple | None  # the sizes of the first map that does not fit, (yours, expected)
    least: float  # the score that is asked for

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
    pairs = fresh_pairs(claim, rng, 60)
    cuts = [separator_of(texts) for texts in zip(*pairs, strict=True)]
    for source, target in pairs:
        text, weights = _one_look(look, source)
        wanted = len(symbols_of(text, cuts[1])), len(symbols_of(source, cuts[0]))
        if weights.shape != wanted:
            shape = shape or (weights.shape, wanted)
        elif text == target:
            maps.append((weights, _known(claim, source, target, len(weights), cuts[0])))
    if not maps and not shape:
        raise Failure("look must write targets: none of 60 fresh ones is right.")
    if sum((gold != NOWHERE).mean() for _, gold in maps) < len(maps) / 4:
        raise Failure(
            "gold finds a word for less than a quarter of the symbols: are there no more?"
        )
    return Looks(share, maps, shape, ALIGNED if numbers_in(pairs) else ALIGNED_OWN)


def _known(claim, source, target, rows, separator):
    """Where each symbol of a target comes from: known of numerals, else what "gold" says."""
    if numbers_in([(source, target)]):
        return digit_alignment(number_of(source))
    if "gold" not in claim:
        raise Failure(
            'of own pairs hand in "gold" too: a function (source, target) → for each symbol of '
            "the target the place of its word in the source, or −1 where no word carries it"
        )
    places = as_numbers(called("gold", claim["gold"], source, target))
    if places is None or places.shape != (rows,):
        raise Failure(
            f"gold must return {rows} places for {target!r:.40}, one for each symbol; "
            f"got {shown(places)}"
        )
    if not np.isin(places, range(-1, len(symbols_of(source, separator)))).all():
        raise Failure(
            f"gold must return places in the source, counted from 0, or −1; of {source!r:.40} it "
            f"returns {shown(places)}"
        )
    return np.where(places < 0, NOWHERE, places).astype(int)


def _one_look(look, source):
    value = called("look", look, source)
    if value is None:
        raise Failure("look returns None: is there a return at its end?")
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise Failure(f"look must return (target, weights), got {kind_of(value)}")
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
    "20.6",
    "where it looks",
    points=1,
    withholds=HOLD_ANSWERS,  # the mini way takes data and model from the course
    asks="""
    Nobody told the model which word carries which digit. Compare its map with what is
    known: `digit_alignment(342_000)` gives for each of 三十四万二千 the place of its word, or −1
    for 十, 万, 千, which no word carries.

    Write two things. `look(text)` → `(numeral, weights)` for one source, `weights` with a
    row for each character and a column for each word. And the alignment score of your exam:
    digits whose largest weight falls on their word, over all digits. Leave out numerals that
    are wrong: their rows have no known word. At least 0.95. `digit_alignment` wants the
    number, so keep a dict from text to number.

    With own pairs: add `"pairs": draw_pairs`, and `"gold": gold`, a function
    (source, target) → for each symbol of the target the place of its word, or −1. Here 0.8
    is enough: a symbol that hardly changes can be written without a look.
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


@alignment.also_right
def of_pairs_with_a_gold():
    def look(source):
        return source[::-1], np.eye(len(source))[::-1]

    def gold(source, target):
        return [len(source) - 1 - row for row in range(len(target))]

    return {"share": 1.0, "look": look, "pairs": words_backwards, "gold": gold}


@alignment.mistake(shows=lambda seen: [("yours", f"{seen.share:g}")] if seen.share > 1 else None)
def alignment_in_percent():
    """Give a share from 0 to 1, no percentage."""
    return {"share": 99.56, "look": fair_look}


@alignment.mistake(shows=_shape(lambda yours, wanted: yours == wanted[::-1]))
def words_as_rows():
    """Your result is as if the map were turned: row = character that is written, column = word of
    the source.
    """
    return {"share": 1.0, "look": _changed_look(np.transpose)}


@alignment.mistake(
    name="the end mark's row",
    shows=_shape(lambda yours, wanted: yours == (wanted[0] + 1, wanted[1])),
)
def row_of_the_end_mark():
    """Your result is as if the end mark had a row too: it is no character. There is one row too
    many.
    """
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
    """This should hold, and does not: rows of the map sum to 1. Hand in weights, after the
    softmax.
    """
    return {"share": 1.0, "look": _changed_look(np.log)}


@alignment.mistake(
    shows=lambda seen: (
        [("digits on their word", f"{seen.score():.3f} of {seen.digits}")]
        if seen.score() < seen.least
        else None
    )
)
def next_to_the_word():
    """Too few digits look at their word. Print a map; try bidirectional=True."""
    return {"share": 1.0, "look": _changed_look(lambda w: np.roll(w, 1, axis=1))}


@alignment.mistake(shows=_rows_without_a_word)
def rows_without_a_word_counted():
    """Your result is as if rows counted that no word carries. Leave out those where
    digit_alignment gives −1.
    """
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


# 20.7 A headline


class Ending(NamedTuple):
    """What was promised, and what both translators do with the exam and with what failed."""

    words: int
    promise: float
    train: list
    added: list
    exam: list
    failing: list
    before: tuple  # shares right: (exam, failing)
    after: tuple
    fresh: float  # of fresh pairs, after the mend
    follows: float  # the share of the mended one's texts that follow its model's names


PARTS = ("headline", "promise", "exam", "train", "before", "failing", "added", "after")


def _ended(claim, rng):
    headline, promise, *parts = parts_of(claim, *PARTS)
    named = dict(zip(PARTS[2:], parts, strict=True))
    words = count_words(checked_text('"headline"', headline))
    promise = claimed_number("promise", promise)
    lists = {name: pairs_in(f'"{name}"', named[name]) for name in _LISTS}
    if wrong := [p for name in _LISTS for p in _written_wrong(lists[name])]:
        raise Failure("a pair of yours is wrong: mend it", ("pair", shown(" | ".join(wrong[0]))))
    shares = [
        tuple(_share(translate, lists[name]) for name in ("exam", "failing"))
        for translate in (parts_of(named[one], "translate")[0] for one in ("before", "after"))
    ]
    seen = translated({**_with_pairs(claim), **named["after"]}, rng)
    return Ending(words, promise, *map(lists.get, _LISTS), *shares, seen.hits.mean(), seen.follows)


_LISTS = ("train", "added", "exam", "failing")


def _with_pairs(claim):
    return {"pairs": claim["pairs"]} if "pairs" in claim else {}


def _written_wrong(pairs):
    """Pairs that are numerals, and whose target is not the right one."""
    return [pair for pair, right in zip(pairs, as_it_is_right(pairs), strict=True) if pair != right]


def _share(translate, pairs):
    return asked(translate, pairs).hits.mean()


def _leaked(seen, *names):
    """Rows for the first of these lists that shares a source with what is taught."""
    taught = {source for source, _ in (*seen.train, *seen.added)}
    for name in names:
        both = [source for source, _ in getattr(seen, name) if source in taught]
        if both:
            return ("taught, and asked in", name), ("how many", str(len(both))), ("first", both[0])
    return None


def _hardly_different(seen):
    """Rows for the first list with too few different pairs."""
    for name, least in (("exam", 100), ("train", 100), ("added", 20)):
        different = len(set(getattr(seen, name)))
        if different < least:
            return [("different pairs in", f"{name}: {different}")]
    return None


def _rows(seen):
    """The four shares, as rows."""
    return tuple(
        (name, f"exam {shares[0]:.2f}, failing {shares[1]:.2f}")
        for name, shares in (("before", seen.before), ("after", seen.after))
    )


LEAST_FAILING, MOST_ADDED, LEAST_WORDS = 100, 120, 6
FAILS, MENDED, LOST = 0.5, 0.9, 0.05


def _thousands(number):
    return number % 1000 == 0


def _spoilt(fails):
    """A translator that is right but for the numbers that a test picks."""

    def translate(sentences):
        texts = knowing(0.98)(sentences)
        pairs = zip(sentences, texts, strict=True)
        return [text + "零" if fails(number_of(sentence)) else text for sentence, text in pairs]

    return translate


def _numeral_pairs(numbers):
    return [(sentence_of(number), chinese_numeral(number)) for number in numbers]


def _ending(**other):
    """An ending of numerals, round thousands being what fails."""
    rng = np.random.default_rng(3)
    others = [number for number in draw(rng, 800) if not _thousands(number)]
    rounds = (1000 * rng.permutation(np.arange(1, 1000))[:300]).tolist()
    claim = {
        "headline": "It writes every English number below a million in Chinese",
        "promise": 0.98,
        "exam": _numeral_pairs(others[:300]),
        "train": _numeral_pairs(others[300:]),
        "before": by_model(_spoilt(_thousands)),
        "failing": _numeral_pairs(rounds[60:]),
        "added": _numeral_pairs(rounds[:60]),
        "after": by_model(knowing(0.98)),
    }
    return claim | other


@sheet.claim(
    "20.7",
    "a headline",
    points=2,
    withholds=HOLD_ANSWERS,
    asks="""
    Your model has passed its exam. **Promise**: write the headline under which you would
    publish it, and the share of right answers that you promise a reader who types a source of
    their own. Save the card first.

    1. **Watch.** Let it translate what people type (`typed` is there for numbers; of own pairs
       ask a friend for thirty sources). `reveal` your promise. Read the errors, not the share.
    2. **Find the class.** What do the errors have in common? Draw at least 100 pairs of that
       kind alone, `failing`: of these at most half are right.
    3. **Mend the data.** Add about 60 other pairs of that kind, `added`, and train anew.
    4. **Prove it.** At least 0.9 of `failing` right, and of the exam no more than 0.05 lost.

    Nothing of `exam` and of `failing` may be taught. Hand in a dict: `"headline"`,
    `"promise"`, `"exam"`, `"train"`, `"before"` (your `translation`), `"failing"`, `"added"`,
    `"after"` (the same of the mended model: `"translate"`, `"model"`), with own pairs
    `"pairs"`.
    """,
    what="the dict ending",
    tried=_ended,
    hints=(
        "Sort your model's errors. What do most of them end with? How many sources of train do?",
        "failing and added: split(pairs of that kind, ____, seed); learn(train_pairs + ____, …)",
    ),
)
def ending():
    """Right: promised, failed, found, mended; the exam kept, and nothing of it was taught."""
    return _ending()


@ending.also_right
def another_class():
    def fails(number):
        return number % 1000 < 10

    numbers = [1000 * k + k % 9 + 1 for k in range(1, 400)]
    return _ending(
        before=by_model(_spoilt(fails)),
        failing=_numeral_pairs(numbers[::2]),
        added=_numeral_pairs(numbers[1:120:2]),
        **{
            name: [pair for pair in _ending()[name] if not fails(number_of(pair[0]))]
            for name in ("exam", "train")
        },
    )


@ending.also_right
def in_tuples():
    claim = _ending(promise=np.float32(0.9), headline="它会写一百万以下所有的数")
    return {k: tuple(v) if isinstance(v, list) else v for k, v in claim.items()}


@ending.also_right
def with_pairs():
    return _ending(pairs=draw_pairs.right)


@ending.mistake(shows=lambda seen: [("yours", f"{seen.promise:g}")] if seen.promise > 1 else None)
def promised_percent():
    """Promise a share from 0 to 1, no percentage."""
    return _ending(promise=98)


@ending.mistake(shows=lambda seen: [("yours", f"{seen.promise:g}")] if seen.promise <= 0 else None)
def promised_nothing():
    """Whoever promises no right answer keeps it whatever comes: promise a share above 0."""
    return _ending(promise=0)


@ending.mistake(shows=_hardly_different)
def few_different():
    """These are too few different pairs: at least 100 in exam and in train, and 20 in added."""
    claim = _ending()
    return claim | {"exam": claim["exam"][:10] * 30}


@ending.mistake(
    shows=lambda seen: [("yours", f"{seen.words} words")] if seen.words < LEAST_WORDS else None
)
def no_headline():
    """A headline says what your model can do, and for what: in at least 6 words."""
    return _ending(headline="It works.")


@ending.mistake(shows=lambda seen: _leaked(seen, "exam"))
def exam_taught():
    """A part of the exam was taught: its share says nothing now. Take these pairs out of train."""
    claim = _ending()
    return claim | {"train": claim["train"] + claim["exam"][:20]}


@ending.mistake(shows=lambda seen: _leaked(seen, "failing"))
def failing_taught():
    """What is to prove the mend was taught. Draw that kind once, and split it in two."""
    claim = _ending()
    return claim | {"added": claim["added"] + claim["failing"][:20]}


@ending.mistake(
    shows=lambda seen: (
        [("different pairs", str(len(set(seen.failing))))]
        if len(set(seen.failing)) < LEAST_FAILING
        else None
    )
)
def few_failures():
    """A few failures are no class: draw at least 100 different pairs of that kind."""
    return _ending(failing=_ending()["failing"][:20])


@ending.mistake(
    shows=lambda seen: (
        [("added", f"{len(seen.added)} pairs")] if len(seen.added) > MOST_ADDED else None
    )
)
def much_added():
    """More than 120 pairs were added: about 60 of the right kind are enough. Which kind is it?"""
    claim = _ending()
    return claim | {"added": _numeral_pairs(range(100_001, 101_000, 3))}


@ending.mistake(shows=lambda seen: _rows(seen) if seen.before[0] < ENOUGH else None)
def exam_not_passed():
    """The model of "before" has not passed this exam: hand in that of 20.4, and its exam."""
    return _ending(before=by_model(_spoilt(lambda number: number % 2)))


@ending.mistake(shows=lambda seen: _rows(seen) if seen.before[1] > FAILS else None)
def no_class():
    """More than half of these come out right before the mend: read the errors once more."""
    return _ending(before=by_model(knowing(0.98)))


@ending.mistake(shows=lambda seen: _rows(seen) if seen.after[1] < MENDED else None)
def not_mended():
    """The mended model still fails on that kind: was it trained with the added pairs?"""
    return _ending(after=_ending()["before"])


@ending.mistake(shows=lambda seen: _rows(seen) if seen.before[0] - seen.after[0] > LOST else None)
def exam_lost():
    """The mend cost the exam: train on all pairs, old and added, with the same settings."""
    return _ending(after=by_model(_spoilt(lambda number: number % 1000 > 800)))


@ending.mistake(
    shows=lambda seen: (
        [("exam", f"{seen.after[0]:.3f}"), ("fresh", f"{seen.fresh:.3f} of 400 pairs")]
        if seen.after[0] > seen.fresh and far_apart(seen.after[0], len(seen.exam), seen.fresh, 400)
        else None
    )
)
def worse_on_fresh_ones():
    """The mended model is worse on fresh pairs than on your exam: did it learn the exam?"""
    claim = _ending()
    known = {source for source, _ in (*claim["exam"], *claim["failing"])}
    return claim | {"after": by_model(knowing(0.8, spoilt=lambda source: source not in known))}


@ending.mistake(
    shows=lambda seen: (
        [("texts that follow", f"{seen.follows:.2f}")] if seen.follows < 0.5 else None
    )
)
def mended_by_rules():
    """Your result is as if rules had written these texts: it takes data to mend a model, not
    rules.
    """
    return _ending(after=_claim(knowing(1)))


# 20.8 and 20.9

sheet.choice(
    "20.8",
    "three digits against four",
    points=1,
    asks="""
    ```
    three hundred and forty two thousand        342 | 000
    三十四万二千                                  34 | 2000
    ```

    English groups digits by three, Chinese by four. Print a few maps with
    `show_weights(weights, list(numeral), text.split())`. Where does the difference show?

    Who works with own pairs can answer from the two lines alone.
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
    "20.9",
    "the report",
    asks="""
    At least 80 words, in any language, for a reader who has not seen this notebook: the
    data and the split; the model, and the twin beside it; share by length; the alignment
    score, and what it does not say; what you promised, what failed, how you found the class,
    and what the mend cost; what you predicted, and what surprised you. One figure with
    labelled axes. It goes on your page, below.
    """,
    least_words=80,
    praise="Go through the rubric once more: which level would you give yourself, row by row?",
    hints=(
        "What would a reader need to believe your best number, and to know where it fails?",
        "Data, baseline, share by length, alignment, promise, ____; what you predicted; one ____.",
    ),
)
