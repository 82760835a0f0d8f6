"""The exercises of the second capstone: words and their sounds, a model of one's own choice.

The checks ask for words that no learner was given, so what counts is what a function does.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from course_utils.checks.answers import as_numbers, count_words, shown
from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import HOLD_ANSWERS
from course_utils.checks.returned import Failure, kind_of
from course_utils.checks.sheets.word_work import (
    all_listed,
    by_letters,
    by_model,
    counted,
    distance,
    exam_words,
    knowing,
    letters_of,
    listed_of,
    rate,
    while_emptied,
)
from course_utils.checks.work import called, checked_text, claimed_number, parts_of, texts_from
from course_utils.tasks.ten_thousand import ten_thousand_words

# What a learner builds here stands in the package, and so does a model that was taught the exam's
# words. One tuple for all, so that a class's models are trained once.
WITHHELD = (
    *HOLD_ANSWERS,
    *("course_utils.lab.edits", "course_utils.lab.ready_made", "course_utils.lab.speaking"),
    "course_utils.tasks.pronunciations",
)

sheet = Sheet("20b", withholds=WITHHELD)

MOST_WRONG = 0.18  # phonemes, of words that nobody was given
TOO_FEW_WRONG = 0.09  # 10,000 words do not teach more
EDGES = (2, 6, 8, 10, 19)  # letters: 2–5, 6–7, 8–9, 10–18
RANGES = ("2 to 5", "6 to 7", "8 to 9", "10 to 18")


def _entries_in(name, value):
    """Return entries as a list of (word, sounds). Raises Failure for what is no such list."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if not isinstance(value, list | tuple):
        raise Failure(f"{name} must be a list of entries (word, sounds), got {kind_of(value)}")
    entries = [tuple(e) if isinstance(e, list | tuple) else (e,) for e in value]
    for entry in entries:
        if len(entry) != 2 or not all(isinstance(part, str) for part in entry):
            raise Failure(f"{name} must hold pairs of texts (word, sounds), got {shown(entry)}")
    return [(str(word), str(sounds)) for word, sounds in entries]


def _words_of(entries):
    return list(dict.fromkeys(word for word, _ in entries))


# 20b.1 A split by words

TEST_SIZE = 20


class Splits(NamedTuple):
    """What `split` gave: train and test, and the tests of the same and of other seeds."""

    entries: list
    train: list
    test: list
    again: list
    other: list
    size: int

    def words(self, name):
        return set(_words_of(getattr(self, name)))


def _entries_to_split(rng):
    """Entries of 50 words, in the order of the alphabet; some have several pronunciations."""
    listed = all_listed()
    words = list(listed)
    several = [word for word in words if len(listed[word]) > 1]
    chosen = {*rng.permutation(words)[:36].tolist(), *rng.permutation(several)[:20].tolist()}
    entries = [(word, " ".join(one)) for word in sorted(chosen) for one in listed[word]]
    return entries, TEST_SIZE, 0


def _split_by(split, entries, test_size, seed):
    """Split with a seed, the same again and another."""
    trains, tests = [], []
    for one in (seed, seed, seed + 1):
        value = called("split", split, list(entries), test_size, one)
        if value is None:
            raise Failure("split returns None: is there a return at its end?")
        if not isinstance(value, list | tuple) or len(value) != 2:
            raise Failure(f"split must return two lists, train and test; got {kind_of(value)}")
        trains.append(_entries_in("train", value[0]))
        tests.append(_entries_in("test", value[1]))
    return Splits(entries, trains[0], *tests, test_size)


def _said_of(question, answer):
    """Rows of a truth value that is the other one."""
    return ("expected", f"{question}: {answer}"), ("yours", f"{question}: {not answer}")


def _torn(seen):
    wrong = [e for e in (*seen.train, *seen.test) if e not in set(seen.entries)]
    return [("an entry", shown(" | ".join(wrong[0])))] if wrong else None


def _shared(seen, whole):
    """Rows where words of test are in train: all of them, or some."""
    test, shared = seen.words("test"), seen.words("test") & seen.words("train")
    if not shared or whole != (shared == test):
        return None
    return ("words of test", f"{len(test)}"), ("in train too", f"{len(shared)}"), _first(shared)


def _first(words):
    return ("for example", min(words))


def _size(seen):
    if len(seen.words("test")) == seen.size:
        return None
    return ("expected", f"{seen.size} words"), ("yours", f"{len(seen.words('test'))} words")


def _exchanged(seen):
    sizes = len(seen.words("train")), len(seen.words("test"))
    whole = len(_words_of(seen.entries))
    if sizes != (seen.size, whole - seen.size) or seen.size * 2 == whole:
        return None
    return ("expected", f"{seen.size} words in test"), ("yours", f"{seen.size} in train")


def _lost(seen):
    wanted, got = set(seen.entries), {*seen.train, *seen.test}
    return None if got == wanted else [("lost", f"{len(wanted - got)} entries are in neither")]


def _doubled(seen):
    both = [*seen.train, *seen.test]
    if len(both) == len(set(both)):
        return None
    return ("entries", f"{len(both)}"), ("different", f"{len(set(both))}")


def _end_of_the_list(seen):
    words = _words_of(seen.entries)
    ends = set(words[: seen.size]), set(words[-seen.size :])
    return [("test", "the first or the last words alone")] if seen.words("test") in ends else None


@sheet.work(
    "20b.1",
    "a split by words",
    points=2,
    asks="""
    An entry is `(word, sounds)`, such as `("tomato", "T AH M EY T OW")`. A word that is said in
    two ways has two entries. Return `(train, test)`, two lists of entries:

    - test has exactly `test_size` different **words**, each with all its entries;
    - no word of test is in train, and no entry is lost;
    - chance decides: another seed, another test; the same seed, the same test.
    """,
    what="the function split",
    inputs=_entries_to_split,
    tried=_split_by,
    described=lambda entries, size, seed: f"{len(entries)} entries, test_size = {size}, {seed = }",
    hints=(
        "What must be dealt out: entries, or words?",
        "words = sorted({word for word, _ in entries}); shuffle; test = entries whose word is ____",
    ),
)
def split(entries, test_size, seed):
    """Right: no word on both sides, no entry lost, left to chance, and the same every time."""
    words = sorted({word for word, _ in entries})
    order = np.random.default_rng(seed).permutation(len(words))
    held_out = {words[place] for place in order[:test_size]}
    train = [entry for entry in entries if entry[0] not in held_out]
    return train, [entry for entry in entries if entry[0] in held_out]


@split.also_right
def by_choice(entries, test_size, seed):
    words = np.array(sorted({word for word, _ in entries}))
    test = set(np.random.default_rng(seed).choice(words, test_size, replace=False).tolist())
    sides = [], []
    for entry in entries:
        sides[entry[0] in test].append(list(entry))
    return sides


@split.also_right
def dealt_word_by_word(entries, test_size, seed):
    listed = listed_of(entries)
    words = sorted(listed)
    np.random.default_rng(seed).shuffle(words)
    parts = words[test_size:], words[:test_size]
    return tuple([(w, " ".join(one)) for w in part for one in listed[w]] for part in parts)


@split.also_right
def in_an_array(entries, test_size, seed):
    return tuple(np.array(part) for part in split(entries, test_size, seed))


@split.mistake(shows=_torn)
def sounds_of_another_word(entries, test_size, seed):
    """This should hold, and does not: a word keeps its own sounds. Deal out whole entries."""
    train, test = split(entries, test_size, seed)
    sounds = [sounds for _, sounds in train]
    return [(w, s) for (w, _), s in zip(train, sounds[3:] + sounds[:3], strict=True)], test


@split.mistake(shows=_exchanged)
def train_and_test_exchanged(entries, test_size, seed):
    """Your result is as if train and test were exchanged: return train first, the test second."""
    return split(entries, test_size, seed)[::-1]


@split.mistake(shows=lambda seen: _shared(seen, whole=True))
def test_inside_train(entries, test_size, seed):
    """This should hold, and does not: no word of test is in train. All of yours are: take them
    out.
    """
    return list(entries), split(entries, test_size, seed)[1]


@split.mistake(shows=lambda seen: _shared(seen, whole=False))
def dealt_by_entries(entries, test_size, seed):
    """This should hold, and does not: no word of test is in train. A word with two pronunciations
    can stand on both sides: deal out words.
    """
    order = np.random.default_rng(seed).permutation(len(entries))
    mixed = [entries[place] for place in order]
    held_out = set(_words_of(mixed)[:test_size])
    firsts = {word: next(e for e in mixed if e[0] == word) for word in held_out}
    test = list(firsts.values())
    return [entry for entry in mixed if entry not in test], test


@split.mistake(shows=_size)
def entries_counted(entries, test_size, seed):
    """This should hold, and does not: test has exactly test_size different words. Count words, not
    entries.
    """
    train, test = split(entries, test_size, seed)
    gone = set(_words_of(test[test_size:]) or _words_of(test)[-1:])
    kept = [entry for entry in test if entry[0] not in gone]
    return train + [entry for entry in test if entry[0] in gone], kept


@split.mistake(shows=_lost)
def one_pronunciation_each(entries, test_size, seed):
    """This should hold, and does not: every entry is in train or in test. Keep all pronunciations
    of a word.
    """
    train, test = split(entries, test_size, seed)
    return list(dict(train).items()), list(dict(test).items())


@split.mistake(shows=_doubled)
def entries_twice(entries, test_size, seed):
    """This should hold, and does not: each entry stands there once."""
    train, test = split(entries, test_size, seed)
    return train + train[:4], test


@split.mistake(shows=_end_of_the_list)
def cut_at_a_place(entries, test_size, seed):
    """Your result is as if nothing were shuffled: test holds one end of the list as it came."""
    held_out = set(_words_of(entries)[-test_size:])
    train = [entry for entry in entries if entry[0] not in held_out]
    return train, [entry for entry in entries if entry[0] in held_out]


@split.mistake(
    shows=lambda seen: (
        None if seen.words("again") == seen.words("test") else _said_of("the same test twice", True)
    ),
    seen_by="split(entries, test_size, seed)[1], split(entries, test_size, seed)[1]",
)
def new_every_time(entries, test_size, seed):
    """This should hold, and does not: the same seed gives the same split. Without it nobody could
    repeat your experiment.
    """
    return split(entries, test_size, None)


@split.mistake(
    shows=lambda seen: (
        _said_of("the same test", False) if seen.words("other") == seen.words("test") else None
    ),
    seen_by="split(entries, test_size, seed)[1], split(entries, test_size, seed + 1)[1]",
)
def one_seed_for_all(entries, test_size, seed):
    """This should hold, and does not: another seed gives another split. Use the seed that was
    given.
    """
    return split(entries, test_size, 7)


# 20b.2 The phoneme error rate


class Counted(NamedTuple):
    """A learner's rate, and what is needed to say what it counted."""

    rate: float
    written: list
    listed: list

    @property
    def right(self):
        return rate(self.written, self.listed)


def _written_and_listed(rng):
    """What a poor model wrote for a few words, and all that is listed for each."""
    known = all_listed()
    several = [word for word, ways in known.items() if len(ways) > 1]
    words = [*rng.permutation(list(known))[:5].tolist(), *rng.permutation(several)[:4].tolist()]
    texts = knowing(0.25)(words)
    texts[0] = " ".join(texts[0].split()[1:])  # one sound lost: all others move up
    texts[1] += " S S"
    listed = [[" ".join(way) for way in known[word][::-1]] for word in words]
    return [*texts, "B D K"], [*listed, ["AA B D K", "B D"]]  # equally near, and not as long


def _with_as_many(written, listed):
    """Make a smaller input fit: as many lists as texts, none of them empty."""
    return written, [ways or ["S"] for ways in listed][: len(written)]


def _rated(error_rate, written, listed):
    if not written or len(written) != len(listed) or not all(map(all, listed)):
        raise Failure("these are no words")
    value = called("error_rate", error_rate, list(written), [list(ways) for ways in listed])
    if value is None:
        raise Failure("error_rate returns None: is there a return at its end?")
    split_up = [[tuple(way.split()) for way in ways] for ways in listed]
    return Counted(claimed_number("error_rate", value), list(written), split_up)


def _as(code):
    """A finding's test: the rate is what this code counts."""

    def shows(seen):
        if abs(seen.rate - seen.right) < 1e-6 or abs(seen.rate - code(seen)) > 1e-6:
            return None
        return ("expected", f"{seen.right:.4f}"), ("yours", f"{seen.rate:.4f}")

    return shows


def _texts(listed):
    return [[" ".join(way) for way in ways] for ways in listed]


def _mean_of_words(seen):
    edits, sounds = counted(seen.written, seen.listed)
    return (edits / sounds).mean()


def _share_of_words(seen):
    return (counted(seen.written, seen.listed)[0] > 0).mean()


def _first_alone(seen):
    return rate(seen.written, [ways[:1] for ways in seen.listed])


def _over_what_was_written(seen):
    edits, _ = counted(seen.written, seen.listed)
    return edits.sum() / max(sum(len(text.split()) for text in seen.written), 1)


def _by_characters(seen):
    nearest = [
        min((distance(text, way), len(way)) for way in ways)
        for text, ways in zip(seen.written, _texts(seen.listed), strict=True)
    ]
    return sum(edits for edits, _ in nearest) / sum(size for _, size in nearest)


def _places(seen):
    """Count differences place by place, against the nearest in this sense."""
    wrong = sounds = 0
    for text, ways in zip(seen.written, seen.listed, strict=True):
        counts = [(_at_places(tuple(text.split()), way), len(way)) for way in ways]
        wrong, sounds = (a + b for a, b in zip((wrong, sounds), min(counts), strict=True))
    return wrong / sounds


def _at_places(one, other):
    same = sum(a == b for a, b in zip(one, other, strict=False))
    return max(len(one), len(other)) - same


def _with_padding(seen):
    edits, sounds = counted(seen.written, seen.listed)
    return edits.sum() / (len(sounds) * sounds.max())


def _with_the_end_mark(seen):
    edits, sounds = counted(seen.written, seen.listed)
    return edits.sum() / (sounds + 1).sum()


@sheet.work(
    "20b.2",
    "the phoneme error rate",
    points=1.5,
    asks="""
    `written` has a text of sounds for each word, `listed` a list of all right texts for each. For
    a word the nearest right text counts: the one with the fewest edits, and of two with as few
    the shorter. Return **all edits over all sounds that were to be written**, one number. Sounds
    are counted, not characters: "N AY T" has three. `edit_distance` below counts edits between
    two lists.
    """,
    what="the function error_rate",
    inputs=_written_and_listed,
    fitting=_with_as_many,
    tried=_rated,
    described=lambda written, listed: f"{len(written)} words",
    hints=(
        "Is it a mean of rates, or a ratio of two sums?",
        "min((edit_distance(text.split(), way.split()), len(way.split())) for way in ____)",
    ),
)
def error_rate(written, listed):
    """Right: two sums, over all words, and then one division."""
    return rate(written, [[tuple(way.split()) for way in ways] for ways in listed])


@error_rate.also_right
def in_a_loop(written, listed):
    edits = sounds = 0
    for text, ways in zip(written, listed, strict=True):
        found = sorted((distance(text.split(), way.split()), len(way.split())) for way in ways)
        edits, sounds = edits + found[0][0], sounds + found[0][1]
    return edits / sounds


@error_rate.also_right
def by_arrays(written, listed):
    pairs = counted(written, [[tuple(way.split()) for way in ways] for ways in listed])
    return np.divide(*pairs.sum(axis=1))


@error_rate.also_right
def shorter_ones_first(written, listed):
    total = np.zeros(2)
    for text, ways in zip(written, listed, strict=True):
        ways = sorted((way.split() for way in ways), key=len)
        edits = [distance(text.split(), way) for way in ways]
        total += min(edits), len(ways[int(np.argmin(edits))])
    return np.array(total[0] / total[1])


def _mistaken(name, hint, code):
    """Declare a way of counting something else."""

    def wrong(written, listed):
        seen = Counted(0.0, written, [[tuple(way.split()) for way in ways] for ways in listed])
        return float(code(seen))

    wrong.__name__, wrong.__doc__ = name, hint
    error_rate.mistake(shows=_as(code))(wrong)


_mistaken(
    "share_of_words",
    "Your result is as if words were counted: the share with an error. Asked is that of sounds.",
    _share_of_words,
)
_mistaken(
    "mean_of_the_words",
    "Your result is as if each word had a rate, and these were averaged: then a short word counts "
    "as much as a long one. Sum first, divide once.",
    _mean_of_words,
)
_mistaken(
    "first_alone",
    "Your result is as if only the first right text counted. The nearest of all does.",
    _first_alone,
)
_mistaken(
    "over_what_was_written",
    "Your result is as if edits were divided by what was written. Divide by what should have been.",
    _over_what_was_written,
)
_mistaken(
    "by_characters",
    "Your result is as if characters were compared, spaces too. Cut both texts into sounds first.",
    _by_characters,
)
_mistaken(
    "place_by_place",
    "Your result is as if sounds were compared place by place: one that is missing makes all later "
    "ones wrong. Count edits.",
    _places,
)
_mistaken(
    "padding_counted",
    "Your result is as if each word were as long as the longest: padding is no sound.",
    _with_padding,
)
_mistaken(
    "end_marks_counted",
    "Your result is as if each word had one sound more: the end mark is no sound.",
    _with_the_end_mark,
)


@error_rate.mistake(
    shows=lambda seen: (
        [("yours", f"{seen.rate:.2f}")] if abs(seen.rate - 100 * seen.right) < 1e-4 else None
    )
)
def in_percent(written, listed):
    """Return a share, 0.12 and not 12."""
    return 100 * error_rate(written, listed)


@error_rate.mistake(
    shows=lambda seen: (
        [("expected", f"{seen.right:.4f}"), ("yours", f"{seen.rate:.4f}")]
        if abs(seen.rate - seen.right) > 1e-6
        else None
    )
)
def another_rate(written, listed):
    """This is another number: all edits to the nearest right text, over all of its sounds."""
    return error_rate(written, listed) + 0.01


# 20b.3 A baseline


class Table(NamedTuple):
    """A learner's sound of each letter, the right ones, and what they were counted in."""

    yours: dict
    right: dict
    entries: list


def _some_entries(rng):
    known = ten_thousand_words()
    alike = [("né", "N IH"), ("lé", "L EH"), ("ñe", "N EH"), ("ñi", "Y IH")]  # equally frequent
    return ([*alike, *(known[place] for place in rng.permutation(len(known))[:600])],)


def _tabled(letter_sounds, entries):
    value = called("letter_sounds", letter_sounds, list(entries))
    if value is None:
        raise Failure("letter_sounds returns None: is there a return at its end?")
    if not isinstance(value, dict):
        raise Failure(
            f"letter_sounds must return a dict from letter to sound, got {kind_of(value)}"
        )
    texts = {k: checked_text("letter_sounds", sound) for k, sound in value.items()}
    return Table(texts, letters_of(entries), entries)


def _table_as(code):
    """A finding's test: the table differs, and is what this code makes."""

    def shows(seen):
        if seen.yours == seen.right or seen.yours != code(seen.entries):
            return None
        return _differing(seen)

    return shows


def _differing(seen):
    """Rows for the first letter that differs; None where none does."""
    for letter in sorted({*seen.yours, *seen.right}, key=str):
        right, yours = seen.right.get(letter, "not there"), seen.yours.get(letter, "not there")
        if right != yours:
            return ("letter", str(letter)), ("expected", right), ("yours", yours)
    return None


def _with_all_entries(entries):
    cut = [(w[: len(s.split())], " ".join(s.split()[: len(w)])) for w, s in entries]
    return letters_of(cut)


def _fitting_entries(entries):
    return [(word, sounds) for word, sounds in entries if len(word) == len(sounds.split())]


def _first_met(entries):
    table = {}
    for word, sounds in _fitting_entries(entries):
        for letter, sound in zip(word, sounds.split(), strict=True):
            table.setdefault(letter, sound)
    return table


def _last_met(entries):
    return _first_met(entries[::-1])


def _one_for_all(entries):
    sounds = [sound for _, text in _fitting_entries(entries) for sound in text.split()]
    most = min(set(sounds), key=lambda sound: (-sounds.count(sound), sound)) if sounds else ""
    return dict.fromkeys(letters_of(entries), most)


def _letters_of_sounds(entries):
    """Count the other way round: each sound's most frequent letter."""
    turned = [(tuple(s.split()), " ".join(w)) for w, s in _fitting_entries(entries)]
    return letters_of(turned)


@sheet.work(
    "20b.3",
    "a baseline that reads one letter at a time",
    points=1,
    asks="""
    A number needs another beside it. Take the entries with **as many sounds as letters**: there
    suppose that letter and sound at the same place belong together. Return a dict: each letter's
    most frequent sound, of equally frequent ones the first in the alphabet. A letter that never
    comes is not in it. Such a table writes "cat" as K AH T, and cannot know what stands beside a
    letter.
    """,
    what="the function letter_sounds",
    inputs=_some_entries,
    tried=_tabled,
    described=lambda entries: f"{len(entries)} entries",
    hints=(
        "Which entries may be counted at all? Then: for which pairs do you need a counter?",
        "counts[letter][sound] += 1; min(counts[letter], key=lambda s: (−counts[letter][s], ____))",
    ),
)
def letter_sounds(entries):
    """Right: counted where letters and sounds stand side by side, and the most frequent taken."""
    return letters_of(entries)


@letter_sounds.also_right
def in_two_loops(entries):
    counts = {}
    for word, text in entries:
        sounds = text.split()
        if len(sounds) != len(word):
            continue
        for letter, sound in zip(word, sounds, strict=True):
            counts[letter, sound] = counts.get((letter, sound), 0) + 1
    table = {}
    for (letter, sound), _ in sorted(counts.items(), key=lambda item: (-item[1], item[0][1])):
        table.setdefault(letter, sound)
    return table


@letter_sounds.also_right
def by_unique(entries):
    pairs = np.array(
        [
            pair
            for word, text in _fitting_entries(entries)
            for pair in zip(word, text.split(), strict=True)
        ]
    ).reshape(-1, 2)
    table = {}
    for letter in np.unique(pairs[:, 0]):
        sounds, counts = np.unique(pairs[pairs[:, 0] == letter, 1], return_counts=True)
        table[str(letter)] = sounds[counts.argmax()]
    return table


@letter_sounds.also_right
def sounds_sorted_first(entries):
    found = {}
    for word, text in _fitting_entries(entries):
        for letter, sound in zip(word, text.split(), strict=True):
            found.setdefault(letter, []).append(sound)
    return {k: max(sorted(set(sounds)), key=sounds.count) for k, sounds in found.items()}


def _other_table(name, hint, code):
    """Declare another way to make a table."""

    def wrong(entries):
        return code(entries)

    wrong.__name__, wrong.__doc__ = name, hint
    letter_sounds.mistake(shows=_table_as(code))(wrong)


_other_table(
    "all_entries_counted",
    "Your result is as if all entries were counted: where letters and sounds are not equally many, "
    "those at one place do not belong together.",
    _with_all_entries,
)
_other_table(
    "first_that_was_met",
    "Your result is as if the first sound that was met stayed. Count all, and take the most "
    "frequent.",
    _first_met,
)
_other_table(
    "last_that_was_met",
    "Your result is as if each sound replaced the one before. Count all, and take the most "
    "frequent.",
    _last_met,
)
_other_table(
    "one_sound_for_all",
    "Every letter has the same sound, the most frequent of all. Count for each letter.",
    _one_for_all,
)
_other_table(
    "turned_the_other_way",
    "Your result is as if the table were turned: from sound to letter. A letter is read, a sound "
    "written.",
    _letters_of_sounds,
)


@letter_sounds.mistake(shows=_differing)
def another_table(entries):
    """This is another table than counting gives: as many sounds as letters, the most frequent, and
    of equals the first in the alphabet.
    """
    return letters_of(entries) | {"e": "ZH"}


# 20b.4 The model


class Said(NamedTuple):
    """What a pronouncer wrote for words of the exam, and for others while its model was empty."""

    words: list
    texts: list
    listed: list
    baseline: list
    emptied: float

    @property
    def rate(self):
        return rate(self.texts, self.listed)

    def rows(self):
        """Return the first word that is wrong, as rows, and the rate."""
        share = ("wrong", f"{self.rate:.3f} of the sounds of {len(self.words)} fresh words")
        for word, text, ways in zip(self.words, self.texts, self.listed, strict=True):
            if tuple(text.split()) not in ways:
                expected = ("expected", " ".join(ways[0]))
                return ("word", word), expected, ("yours", shown(text)), share
        return (share,)


EXAM, EMPTIED = 1000, 100


def _said(claim, rng):
    say, model = parts_of(claim, "say", "model")
    words = exam_words(rng, EXAM + EMPTIED)
    exam, others = words[:EXAM], words[EXAM:]
    known = all_listed()
    texts = texts_from("say", say, exam)
    empty = while_emptied(model, lambda: texts_from("say", say, others))
    table = letters_of(ten_thousand_words())
    left = rate(empty, [known[word] for word in others])
    return Said(exam, texts, [known[word] for word in exam], by_letters(table, exam), left)


def _too_many(seen, holds):
    """Rows where too many sounds are wrong, and a test of what was seen holds."""
    return seen.rows() if seen.rate > MOST_WRONG and holds(seen) else None


def _lengths(texts):
    return np.array([len(text.split()) for text in texts])


def _like_the_baseline(seen):
    same = [
        one.split() == other.split() for one, other in zip(seen.texts, seen.baseline, strict=True)
    ]
    return np.mean(same) > 0.8


def _without_spaces(seen):
    return np.mean([" " not in text.strip() for text in seen.texts]) > 0.9


def _in_another_order(seen):
    right = {way for ways in seen.listed for way in ways}
    pairs = zip(seen.texts, seen.listed, strict=True)
    wrong = [one for text, ways in pairs if (one := tuple(text.split())) not in ways]
    return np.mean([one in right for one in wrong]) > 0.3


def _ends_too_early(seen):
    wanted = np.array([len(ways[0]) for ways in seen.listed])
    long = wanted > np.median(wanted)
    return (_lengths(seen.texts)[long] <= 0.8 * wanted[long]).mean() > 0.7


def _long_words_fail(seen):
    edits, sounds = counted(seen.texts, seen.listed)
    letters = np.array([len(word) for word in seen.words])
    short, long = letters < 7, letters > 9
    rates = [edits[rows].sum() / sounds[rows].sum() for rows in (short, long)]
    return rates[1] > rates[0] + 0.1


@sheet.claim(
    "20b.4",
    "a model of your own choice",
    points=2,
    asks="""
    Split the 10,000 words, train a model on your train entries, and write `say`: a list of words →
    a list of texts of sounds. Which model is yours to decide: a GRU with a rule of your choice, a
    Transformer, two that write together; width, rate and steps too. Choose by words that you hold
    back from train, never by the test.

    The check asks for 1,000 words that nobody was given. At most 0.18 of their sounds may be
    wrong. Then it sets the model's parameters to 0 for a moment: what the model writes must be gone
    with them. Hand in both; of several models a list.
    """,
    what="the dict pronouncer",
    tried=_said,
    hints=(
        "On which rung of the ladder does it stop: ten words, the first loss, one map, all words?",
        "make_batch(pairs, SPELLING, SOUNDS); train(…); model.greedy(…, 30).____, one row a word",
    ),
)
def pronouncer():
    """Right: at most 0.18 of the sounds of 1,000 fresh words are wrong, and a model wrote them."""
    return by_model(knowing(0.14))  # knows the answer: to try a check needs no training


@pronouncer.also_right
def a_good_one():
    return by_model(knowing(0.12))


@pronouncer.also_right
def a_tuple_of_texts():
    claim = by_model(knowing(0.15))
    say = claim["say"]
    return claim | {"say": lambda words: tuple(say(words))}


@pronouncer.also_right
def of_several_models():
    claim = by_model(knowing(0.13))
    return claim | {"model": [claim["model"], by_model(knowing(0.13))["model"]]}


@pronouncer.mistake(shows=lambda seen: _too_many(seen, _without_spaces))
def sounds_without_spaces():
    """Sounds stand without a space between them: SOUNDS.text(ids) writes "N AY T"."""
    return by_model(lambda words: [text.replace(" ", "") for text in knowing(0)(words)])


@pronouncer.mistake(shows=lambda seen: _too_many(seen, lambda s: len(set(s.texts)) == 1))
def one_text_for_every_word():
    """Every word gets the same text. Was the model trained, and is this that model?"""
    return by_model(lambda words: ["AH N"] * len(words))


@pronouncer.mistake(shows=lambda seen: _too_many(seen, _in_another_order))
def in_another_order():
    """Many texts are right, of another word: keep the order of the words that you were given."""
    return by_model(lambda words: knowing(0)(sorted(words, key=len)))


@pronouncer.mistake(shows=lambda seen: _too_many(seen, _like_the_baseline))
def the_baseline_alone():
    """That is the table of 20b.3: a letter at a time. Let a model see the letters around."""
    return by_model(lambda words: by_letters(letters_of(ten_thousand_words()), words))


@pronouncer.mistake(shows=lambda seen: _too_many(seen, _ends_too_early))
def cut_off():
    """Your texts end too early: give greedy a larger max_length, say 30."""
    return by_model(lambda words: [" ".join(t.split()[:4]) for t in knowing(0)(words)])


@pronouncer.mistake(shows=lambda seen: _too_many(seen, _long_words_fail))
def long_words_fail():
    """Short words go well and long ones do not: does the model look back at all its letters?"""
    return by_model(knowing(0.5, wrong_where=lambda word: len(word) > 7))


@pronouncer.mistake(shows=lambda seen: _too_many(seen, lambda s: True))
def too_small_or_too_short():
    """Too many sounds are wrong. Go down the ladder: ten words first, then steps, rate, width."""
    return by_model(knowing(0.25))


@pronouncer.mistake(
    shows=lambda seen: (
        [("wrong while all parameters were 0", f"{seen.emptied:.2f}")]
        if seen.emptied < 0.4
        else None
    )
)
def written_without_the_model():
    """Your result is as if this model had not written these texts: with its parameters at 0 they
    were as right as before. Is it the one whose greedy say calls?
    """
    return by_model(knowing(0.14)) | {"say": knowing(0.14)}


@pronouncer.mistake(
    shows=lambda seen: [("wrong", f"{seen.rate:.3f}")] if seen.rate < TOO_FEW_WRONG else None
)
def taught_other_words():
    """Too good for 10,000 words: three of our models together were wrong in 0.12. Was this one
    taught words of the exam, as the ready-made one was?
    """
    return by_model(knowing(0.04))


# 20b.5 How good, by length


class Report(NamedTuple):
    """What was claimed, and what it is: (words, rate) for each range, of test, and other rates."""

    per: float
    baseline: float
    words: np.ndarray
    rates: np.ndarray
    true_words: np.ndarray
    true_rates: np.ndarray
    true_per: float
    true_baseline: float
    taught: list  # words of test that are in train
    size: int
    on_train: float
    fresh: float
    spread: float  # of the difference of test and fresh, one standard error
    others: dict  # what other countings would give


def _by_ranges(edits, sounds, sizes):
    inside = [(low <= sizes) & (sizes < high) for low, high in pairwise(EDGES)]
    counts = np.array([rows.sum() for rows in inside])
    rates = [edits[rows].sum() / max(sounds[rows].sum(), 1) for rows in inside]
    return counts, np.array(rates)


def _standard_error(edits, sounds):
    """Return the standard error of a rate: words are drawn, sounds come with them."""
    residuals = edits - edits.sum() / sounds.sum() * sounds
    return np.sqrt((residuals**2).sum()) / sounds.sum()


def _table_in(claim, table):
    try:
        return np.array([[float(part) for part in row] for row in table]).reshape(4, 2).T
    except (TypeError, ValueError):
        raise Failure(f'"table" must be 4 rows (words, rate), got {shown(table)}.') from None


def _right_entries(claim, *names):
    """Return the entries under these names. Raises Failure where one is not of the 10,000."""
    given, found = set(ten_thousand_words()), []
    for name in names:
        entries = _entries_in(f'"{name}"', claim[name])
        if wrong := [entry for entry in entries if entry not in given]:
            row = ("entry", shown(" | ".join(wrong[0])))
            raise Failure(f'"{name}" has an entry that is not of the 10,000 words', row)
        found.append(entries)
    return found


def _asked(say, words):
    """Return (edits, sounds, texts) of a pronouncer for these words."""
    texts = texts_from("say", say, words)
    return *counted(texts, [all_listed()[word] for word in words]), texts


REPORT = ("per", "baseline", "table", "train", "test", "say")


def _reported(claim, rng):
    per, baseline, table, *_, say = parts_of(claim, *REPORT)
    per, baseline = claimed_number("per", per), claimed_number("baseline", baseline)
    words, rates = _table_in(claim, table)
    train, test = _right_entries(claim, "train", "test")
    if len(_words_of(test)) < 300 or len(_words_of(train)) < 300:
        raise Failure("train and test need at least 300 words each: fewer say little")
    tested, taught = _words_of(test), set(_words_of(train))
    known = all_listed()
    edits, sounds, texts = _asked(say, tested)
    letters = by_letters(letters_of(train), tested)
    sizes = np.array([len(word) for word in tested])
    learnt = _asked(say, sorted(taught)[:: max(len(taught) // 400, 1)])
    fresh = _asked(say, exam_words(rng, 1000))
    spread = np.hypot(_standard_error(edits, sounds), _standard_error(*fresh[:2]))
    seen = Counted(0.0, texts, [known[word] for word in tested])
    others = {
        "words": _share_of_words(seen),
        "mean": _mean_of_words(seen),
        "padding": _with_padding(seen),
        "by sounds": _by_ranges(edits, sounds, sounds)[0],
        "word rates": _by_ranges(edits > 0, np.ones_like(edits), sizes)[1],
    }
    return Report(
        *(per, baseline, words, rates),
        *_by_ranges(edits, sounds, sizes),
        *(edits.sum() / sounds.sum(), rate(letters, [known[word] for word in tested])),
        *([word for word in tested if word in taught], len(tested)),
        *(learnt[0].sum() / learnt[1].sum(), fresh[0].sum() / fresh[1].sum()),
        *(spread, others),
    )


CLOSE = 0.001  # how near a claimed rate must be to the same one, measured again


def _per_is(seen, what):
    """Rows where the claimed rate is not the true one, and is this."""
    if abs(seen.per - seen.true_per) <= CLOSE or abs(seen.per - what) > CLOSE:
        return None
    return _both("your say on your test", seen.true_per, seen.per)


def _both(name, right, yours):
    return (name, f"{right:.4f}"), ("yours", f"{yours:.4f}")


def _rates_differ(seen):
    return np.abs(seen.rates - seen.true_rates).max() > CLOSE


def _first_rate(seen):
    """Rows for the first range whose rate is another one; None where none is."""
    for name, right, yours in zip(RANGES, seen.true_rates, seen.rates, strict=True):
        if not abs(right - yours) <= CLOSE:
            return ("letters", name), *_both("your say on your test", right, yours)
    return None


def _first_count(seen):
    for name, right, yours in zip(RANGES, seen.true_words, seen.words, strict=True):
        if right != yours:
            return ("letters", name), ("words", f"{right}"), ("yours", f"{yours:g}")
    return None


@sheet.claim(
    "20b.5",
    "how good, by length",
    points=2,
    asks="""
    Measure `say` on your test words, by your `error_rate`: `"per"` for all of them, and `"table"`,
    four rows `(words, rate)` for words of 2–5, 6–7, 8–9 and 10–18 letters. Beside it `"baseline"`,
    the rate of your table of letters, made of your train entries, on the same test; a letter
    without a sound writes nothing. Hand in a dict of these, `"train"`, `"test"` (the entries) and
    `"say"`. At least 300 words a side. The check measures all of it again, rates within 0.001, and
    on fresh words: a test whose words were taught shows there.
    """,
    what="the dict report",
    tried=_reported,
    hints=(
        "For which words of the test is a row? How many, and what does error_rate say of them?",
        "rows = [word for word in test_words if low <= len(word) < ____]",
    ),
)
def report():
    """Right: what you report is what your function does, on words that it was not taught."""
    return _report()


@report.also_right
def in_arrays():
    claim = _report(knowing(0.12))
    return claim | {"table": np.array(claim["table"]), "per": np.float32(claim["per"])}


@report.also_right
def a_small_test():
    return _report(size=400)


@report.also_right
def rows_as_lists():
    return _report() | {"table": [list(row) for row in _report()["table"]]}


def _honest_split(size=1000):
    return split(ten_thousand_words(), size, 0)


def _report(say=None, size=1000, sides=None):
    """A report as an honest learner measures it."""
    say = say or knowing(0.14)
    train, test = sides or _honest_split(size)
    words = _words_of(test)
    edits, sounds, _ = _asked(say, words)
    counts, rates = _by_ranges(edits, sounds, np.array([len(word) for word in words]))
    right = [all_listed()[word] for word in words]
    return {
        "per": edits.sum() / sounds.sum(),
        "baseline": rate(by_letters(letters_of(train), words), right),
        "table": list(zip(counts.tolist(), rates.tolist(), strict=True)),
        "train": train,
        "test": test,
        "say": say,
    }


@report.mistake(
    shows=lambda seen: (
        [("words of test", f"{seen.size}"), ("in train too", f"{len(seen.taught)}")]
        if seen.taught
        else None
    )
)
def test_words_in_train():
    """This should hold, and does not: no word of test is in train. Split by words, as in 20b.1."""
    train, test = _honest_split()
    return _report(sides=(train + test[:100], test))


@report.mistake(
    shows=lambda seen: (
        [("yours", f"{max(seen.per, seen.baseline, *seen.rates):.2f}")]
        if max(seen.per, seen.baseline, *seen.rates) > 2
        else None
    )
)
def rates_in_percent():
    """Give rates as shares, 0.14 and not 14."""
    claim = _report()
    return claim | {"per": 100 * claim["per"]}


@report.mistake(
    shows=lambda seen: (
        [("the first row", f"{seen.words[0]:.3f}, {seen.rates[0]:.0f}")]
        if seen.words.max() <= 1 < seen.rates.max()
        else None
    )
)
def rate_before_words():
    """Your result is as if rows were turned round: first the number of words, then the rate."""
    claim = _report()
    claim["table"] = [row[::-1] for row in claim["table"]]
    return claim | {"table": [(row[0], min(row[1], 2)) for row in claim["table"]]}


@report.mistake(shows=lambda seen: _per_is(seen, seen.others["words"]))
def words_with_an_error():
    """That is the share of words with an error. Asked is the rate of sounds."""
    claim = _report()
    words = _words_of(claim["test"])
    return claim | {"per": float((_asked(claim["say"], words)[0] > 0).mean())}


@report.mistake(shows=lambda seen: _per_is(seen, seen.others["mean"]))
def mean_of_rates():
    """That is a mean of the words' rates. Sum all edits and all sounds, then divide once."""
    claim = _report(knowing(0.3, wrong_where=lambda word: len(word) > 8))
    edits, sounds, _ = _asked(claim["say"], _words_of(claim["test"]))
    return claim | {"per": (edits / sounds).mean()}


@report.mistake(shows=lambda seen: _per_is(seen, seen.others["padding"]))
def padding_as_sounds():
    """Your rate is as low as if padding were counted, symbols that nobody had to write."""
    claim = _report()
    edits, sounds, _ = _asked(claim["say"], _words_of(claim["test"]))
    return claim | {"per": edits.sum() / (len(sounds) * sounds.max())}


@report.mistake(
    shows=lambda seen: (
        _both("your say on your test", seen.true_per, seen.per)
        if seen.true_per - seen.per > 0.01 and abs(seen.per - seen.on_train) < 0.03
        else None
    )
)
def measured_on_train():
    """Your rate is that of words which were taught. Measure the test."""
    say = _learnt_by_heart()
    return _report(say) | {"per": 0.02}


def _learnt_by_heart(also=()):
    """A pronouncer that knows the words of an honest train, and these, by heart."""
    train, _ = _honest_split()
    taught = {*_words_of(train), *also}
    return knowing(0.15, wrong_where=lambda word: word not in taught)


@report.mistake(
    shows=lambda seen: (
        _both("your say on your test", seen.true_per, seen.per)
        if abs(seen.per - seen.true_per) > CLOSE
        else None
    )
)
def another_rate_than_measured():
    """Your rate is not what your say does on your test. Is it the same function and test?"""
    return _report() | {"per": 0.11}


@report.mistake(
    shows=lambda seen: (
        [("on your test", f"{seen.true_per:.3f}"), ("on fresh words", f"{seen.fresh:.3f}")]
        if seen.fresh - seen.true_per > 4 * seen.spread + 0.01
        else None
    )
)
def test_was_taught():
    """Your test goes far better than words that nobody was given: was it taught, or were settings
    chosen by it? Train on train alone.
    """
    _, test = _honest_split()
    return _report(_learnt_by_heart(_words_of(test)))


@report.mistake(
    shows=lambda seen: (
        _first_count(seen) if np.array_equal(seen.words, seen.others["by sounds"]) else None
    )
)
def rows_by_sounds():
    """Your result is as if rows counted sounds. Choose words by their letters."""
    claim = _report()
    edits, sounds, _ = _asked(claim["say"], _words_of(claim["test"]))
    rows = zip(*_by_ranges(edits, sounds, sounds), strict=True)
    return claim | {"table": [tuple(map(float, row)) for row in rows]}


@report.mistake(shows=_first_count)
def other_words_in_a_row():
    """A row counts other words: each of your test's words once, by its letters. 2–5 has 5 in it."""
    claim = _report()
    (count, share), *rows = claim["table"]
    return claim | {"table": [(count - 9, share), *rows]}


@report.mistake(
    shows=lambda seen: (
        _first_rate(seen)
        if _rates_differ(seen) and np.abs(seen.rates - seen.others["word rates"]).max() <= CLOSE
        else None
    )
)
def word_errors_in_rows():
    """The rows have shares of words with an error. Asked are rates of sounds."""
    claim = _report()
    words = _words_of(claim["test"])
    edits, _, _ = _asked(claim["say"], words)
    sizes = np.array([len(word) for word in words])
    rows = zip(*_by_ranges(edits > 0, np.ones_like(edits), sizes), strict=True)
    return claim | {"table": [tuple(map(float, row)) for row in rows]}


@report.mistake(shows=_first_rate)
def one_rate_for_all_rows():
    """A row does not fit its words: edits of its own words over sounds of its own words."""
    claim = _report()
    return claim | {"table": [(count, claim["per"]) for count, _ in claim["table"]]}


@report.mistake(
    shows=lambda seen: (
        _both("a table of letters on your test", seen.true_baseline, seen.baseline)
        if not abs(seen.baseline - seen.true_baseline) <= 0.005
        else None
    )
)
def another_baseline():
    """Your baseline is not what a table of letters, made of your train, does on your test."""
    return _report() | {"baseline": 0.62}


# 20b.6 An honest negative result


class Tried(NamedTuple):
    """Claimed rates of several seeds, without and with an idea, and the last ones again."""

    words: int
    without: np.ndarray
    given: np.ndarray
    measured: tuple  # (without, with), of the last seed
    fresh: tuple  # the same on words that nobody was given
    same: float  # share of words that both write alike


LEAST_IDEA, WORKS, BROKEN, SEEDS = 8, 0.25, 0.45, 2
SEEDS_APART, FRESH_APART = 0.06, 0.06  # seeds of one side, and a test from fresh words
NEGATIVE = ("idea", "without", "with", "say_without", "say_with", "test")


def _tried(claim, rng):
    idea, without, given, *says, _ = parts_of(claim, *NEGATIVE)
    words = count_words(checked_text('"idea"', idea))
    without, given = _rates_in("without", without), _rates_in("with", given)
    (test,) = _right_entries(claim, "test")
    tested = _words_of(test)
    if len(tested) < 300:
        raise Failure("test needs at least 300 words: fewer say little")
    found = [_asked(say, tested) for say in says]
    rates = tuple(edits.sum() / sounds.sum() for edits, sounds, _ in found)
    same = np.mean([a == b for a, b in zip(found[0][2], found[1][2], strict=True)])
    others = exam_words(rng, 400)
    asked_too = [_asked(say, others) for say in says]
    fresh = tuple(edits.sum() / sounds.sum() for edits, sounds, _ in asked_too)
    return Tried(words, without, given, rates, fresh, same)


def _rates_in(name, value):
    rates = as_numbers(value)
    if rates is None or rates.ndim != 1 or not rates.size or not np.isfinite(rates).all():
        raise Failure(f'"{name}" must be a list of rates, one for each seed; got {shown(value)}')
    return rates


def _rows_of(seen):
    return tuple(
        (name, ", ".join(f"{one:.3f}" for one in rates))
        for name, rates in (("without", seen.without), ("with", seen.given))
    )


def _misfit(seen):
    """Rows where the last rate of a side is not what its function does."""
    for name, rates, measured in zip(
        ("without", "with"), (seen.without, seen.given), seen.measured, strict=True
    ):
        if abs(rates[-1] - measured) > CLOSE:
            return _both(f"say_{name} on your test", measured, rates[-1])
    return None


@sheet.claim(
    "20b.6",
    "an honest negative result",
    points=1.5,
    asks="""
    Most ideas do not help, and hardly anybody says so. Choose **one** idea that you expect to help,
    write down beforehand what you expect, and try it fairly: the same words, steps and seeds with
    it and without, at least two seeds. (A smaller model or fewer steps will do, if both sides have
    the same.) Does it help in every run? Then it is a positive result: keep it, and try another.

    Hand in a dict: `"idea"`, in at least 8 words; `"without"` and `"with"`, the rates on your test,
    one for each seed; `"say_without"` and `"say_with"`, the functions of the **last** seed;
    `"test"`, the entries, of at least 300 words. The side without must work (at most 0.25 wrong,
    every seed), and the idea may not break everything (at most 0.45): that would be a bug, no
    result; so would be seeds of one side that are more than 0.06 apart.
    """,
    what="the dict negative",
    tried=_tried,
    hints=(
        "What did others find helpful elsewhere? More steps, a wider model, words backwards, …",
        "for seed in (0, 1): train both sides with it; rates[side].append(error_rate(…, ____))",
    ),
)
def negative():
    """Right: tried fairly, with two seeds and more, and it did not help. Say it like that."""
    return _negative()


@negative.also_right
def it_made_things_worse():
    return _negative(0.3)


@negative.also_right
def three_seeds_that_overlap():
    claim = _negative(0.13, says=(0.14, 0.135))
    return claim | {
        "without": [0.131, 0.15, claim["without"][-1]],
        "with": (0.149, 0.14, claim["with"][-1]),
    }


@negative.also_right
def in_arrays_and_chinese():
    claim = _negative()
    return claim | {
        "idea": "把单词倒过来读,按萨茨克维尔二零一四年的做法,我原来以为会有帮助",
        "with": np.array(claim["with"], np.float32),
    }


def _negative(second=0.16, says=None):
    """An idea that did not help, with two seeds of each side."""
    _, test = _honest_split()
    words = _words_of(test)
    sides = [knowing(errors) for errors in says or (0.14, second)]
    rates = [edits.sum() / sounds.sum() for edits, sounds, _ in (_asked(s, words) for s in sides)]
    return {
        "idea": "Words are read backwards, as Sutskever did in 2014; I expected fewer errors",
        "without": [rates[0] + 0.004, rates[0]],
        "with": [rates[1] - 0.003, rates[1]],
        "say_without": sides[0],
        "say_with": sides[1],
        "test": test,
    }


@negative.mistake(
    shows=lambda seen: [("yours", f"{seen.words} words")] if seen.words < LEAST_IDEA else None
)
def idea_without_words():
    """Say in at least 8 words what you tried, and what you expected of it."""
    return _negative() | {"idea": "wider"}


@negative.mistake(
    shows=lambda seen: _rows_of(seen) if max(seen.without.max(), seen.given.max()) > 2 else None
)
def negative_in_percent():
    """Give rates as shares, 0.14 and not 14."""
    claim = _negative()
    return claim | {"with": [100 * one for one in claim["with"]]}


@negative.mistake(
    shows=lambda seen: _rows_of(seen) if min(len(seen.without), len(seen.given)) < SEEDS else None
)
def a_single_seed():
    """One seed a side: nobody can tell the idea from chance. Train each side at least twice."""
    claim = _negative()
    return claim | {"without": claim["without"][-1:], "with": claim["with"][-1:]}


@negative.mistake(
    shows=lambda seen: _rows_of(seen) if len(seen.without) != len(seen.given) else None
)
def more_seeds_on_one_side():
    """Both sides need the same seeds: else one has more chances than the other."""
    claim = _negative()
    return claim | {"with": [0.16, *claim["with"]]}


@negative.mistake(
    shows=lambda seen: (
        [("words that both write alike", f"{seen.same:.3f}")] if seen.same > 0.999 else None
    )
)
def one_model_twice():
    """Both functions write the same texts: was anything changed?"""
    claim = _negative()
    return claim | {"say_with": claim["say_without"], "with": claim["without"]}


@negative.mistake(shows=_misfit)
def rates_of_other_functions():
    """A last rate is not what its function does on your test: hand in the functions of the last
    seed.
    """
    claim = _negative()
    return claim | {"with": [0.2, 0.2]}


@negative.mistake(
    shows=lambda seen: (
        _rows_of(seen) if max(np.ptp(seen.without), np.ptp(seen.given)) > SEEDS_APART else None
    )
)
def seeds_far_apart():
    """The seeds of one side are far apart: did all of them have the same words, steps and width?"""
    claim = _negative()
    return claim | {"without": [0.24, claim["without"][-1]]}


@negative.mistake(
    shows=lambda seen: (
        [("on your test", shown(seen.measured)), ("on fresh words", shown(seen.fresh))]
        if max(np.subtract(seen.fresh, seen.measured)) > FRESH_APART
        else None
    )
)
def both_sides_know_the_test():
    """Your test goes far better than words that nobody was given: was it taught? Train on train
    alone.
    """
    claim = _negative()
    tested = set(_words_of(claim["test"]))
    says = [knowing(0.3, lambda word, m=m: word not in tested or word[0] < m) for m in "lm"]
    found = [_asked(say, sorted(tested)) for say in says]
    one, other = (edits.sum() / sounds.sum() for edits, sounds, _ in found)
    sides = {"say_without": says[0], "say_with": says[1]}
    return claim | sides | {"without": [one] * 2, "with": [other] * 2}


@negative.mistake(shows=lambda seen: _rows_of(seen) if seen.without.max() > WORKS else None)
def a_side_that_does_not_work():
    """The side without the idea is too weak: what helps or harms a model that hardly works says
    little. Train both sides longer.
    """
    return _negative(0.33, says=(0.32, 0.33))


@negative.mistake(shows=lambda seen: _rows_of(seen) if seen.given.max() > BROKEN else None)
def a_bug_and_no_result():
    """With the idea nearly half of the sounds are wrong: that looks like a bug in the trial. Go
    down the ladder.
    """
    return _negative(0.6)


@negative.mistake(
    shows=lambda seen: _rows_of(seen) if seen.given.max() < seen.without.min() else None
)
def a_positive_result():
    """With your idea every run is better than any without: that is a positive result, keep it!
    Asked is one that did not help: try another.
    """
    return _negative(says=(0.16, 0.12))


sheet.reason(
    "20b.7",
    "the report",
    asks="""
    At least 80 words, in any language, for a reader who has not seen this notebook: the words and
    the split, and what it cannot judge (is a relative of a test word in train?); the model, why
    that one, and the baseline beside it; the rate by length; the idea that did not help, what you
    had expected, and what your result does **not** show; what you would do with another hour. One
    figure with labelled axes.
    """,
    least_words=80,
    praise="Read it by the rubric below: what would a stranger ask first?",
    hints=(
        "Who reads it? They have neither your numbers nor your words.",
        "Of … words I held back …; … of the sounds were wrong, … by letters; I expected ____.",
    ),
)
