"""Spelling → sounds, on real words: the CMU Pronouncing Dictionary, as `pocketsphinx` ships it.

`pip install pocketsphinx` (BSD) brings the file; nothing of that package is run. One line of it is
a word and its phonemes, `tomato T AH M EY T OW`; a second pronunciation is `tomato(2) …`. The file
has no marks of stress, which makes the task easier than with them.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np

from course_utils.tasks import Batch, Task, Vocabulary, make_batch
from course_utils.tasks.batching import Seed

LETTERS = "abcdefghijklmnopqrstuvwxyz'"
PHONEMES = (
    "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W "
    "Y Z ZH"
)
SPELLING, SOUNDS = Vocabulary(LETTERS), Vocabulary(PHONEMES.split(), separator=" ")

# What a word may add to another of its family, and how many letters must be left: "running" → "run"
# and "walker" → "walk", but "thing" is no form of "th" and "wily" none of "wi".
INFLECTIONS = "'s s' ' s es ed ing", 3
DERIVATIONS = (
    "d r y er est ly ally ness less ful ment able ible ation tion ion ive al ial ic ical ism ist "
    "ity ize ise ship ish",
    4,
)
PREFIXES = "un re de dis mis non in im over under out pre anti inter super counter", 4
LARGEST_TESTED = 30  # a larger family is only learnt from: one alone would tilt a test


class Published(NamedTuple):
    """Errors in percent that others report for this dictionary without stress, on which words."""

    system: str
    per: float | None
    wer: float
    data: str  # the test words
    source: str
    read: str  # "at the source", "in its abstract" or "second hand"


README = "README of g2p-seq2seq", "at the source"
OLDER, LATEST = "PRONALSYL 2007", "CMUdict, latest"
OWN = "words of its own"
PUBLISHED = (
    Published("WFST", None, 33.89, LATEST, *README),
    Published("Transformer, 2 × 256", None, 31.0, LATEST + " (about)", *README),
    Published("WFST", None, 24.4, OLDER, *README),
    Published("Transformer, 2 × 256", None, 20.2, OLDER, *README),
    Published("LSTM both ways, CTC", None, 25.8, OWN, "Rao 2015", "in its abstract"),
    Published("the same with an n-gram model", None, 21.3, OWN, "Rao 2015", "in its abstract"),
    Published("LSTM both ways, alignments given", 5.45, 23.55, OWN, "Yao 2015", "second hand"),
    Published("attention, several models", 4.69, 20.24, OWN, "Toshniwal 2016", "second hand"),
    Published("attention, a later run of it", 4.82, 20.74, OWN, "shtoshni/g2p#3", "at the source"),
)


class Pronunciations(NamedTuple):
    """Words to learn from, to choose settings by (`dev`), and to test with.

    `task.train` has a row for each pronunciation, `dev` and `task.test` a row for each word, in
    the order of `dev_words` and `test_words`, with the one listed first as its target. `listed`
    has all pronunciations of every word.
    """

    task: Task
    dev: Batch
    dev_words: list[str]
    test_words: list[str]
    listed: dict[str, list[tuple[str, ...]]]


def dictionary_file() -> Path:
    """Find the dictionary of the installed `pocketsphinx`, or raise ModuleNotFoundError."""
    found = find_spec("pocketsphinx")  # finds the folder, and runs nothing
    if found is None:
        raise ModuleNotFoundError(
            "the dictionary comes with the package pocketsphinx, which is not installed: "
            "run `pip install pocketsphinx`, or use the ready-made model, which needs no dictionary"
        )
    return Path(found.submodule_search_locations[0], "model", "en-us", "cmudict-en-us.dict")


def read_dictionary(path: Path | str | None = None) -> dict[str, list[tuple[str, ...]]]:
    """Read each word with its pronunciations in the order of the file.

    Left out are words with a hyphen or a full stop (compounds whose parts are listed, and
    abbreviations such as "a.m."), and single letters, which are said by their names. Abbreviations
    without a full stop ("bbc") stay in: no rule tells them from words.
    """
    listed = defaultdict(list)
    for line in Path(path or dictionary_file()).read_text(encoding="utf-8").splitlines():
        entry, *sounds = line.split()
        word = re.sub(r"\(\d+\)$", "", entry)
        if len(word) > 1 and set(word) <= set(LETTERS):
            listed[word].append(tuple(sounds))
    return dict(listed)


def pronunciations(
    split: str = "random",
    dev_size: int = 2_000,
    test_size: int = 12_000,
    rng: Seed = 0,
    path: Path | str | None = None,
) -> Pronunciations:
    """Make a task of the dictionary, `Pronunciations`.

    `split="random"` draws words, as published work does: "walked" may be learnt and "walks" be
    tested. `split="families"` keeps all words of a family (see `families`) on one side.
    Raises ValueError for another split, or where there are too few words.
    """
    listed = read_dictionary(path)
    words = sorted(listed)
    if split not in ("random", "families"):
        raise ValueError(f'split must be "random" or "families", got {split!r}')
    if dev_size + test_size >= len(words):
        raise ValueError(
            f"dev_size + test_size must be below the {len(words):,} words, got "
            f"{dev_size + test_size:,}: take smaller ones"
        )
    group = families(listed) if split == "families" else {word: word for word in words}
    test, dev, train = deal(words, group, (test_size, dev_size), np.random.default_rng(rng))
    pairs = [(word, sounds) for word in train for sounds in listed[word]]
    batches = [make_batch(pairs, SPELLING, SOUNDS)]
    batches += [
        make_batch([(w, listed[w][0]) for w in part], SPELLING, SOUNDS) for part in (test, dev)
    ]
    return Pronunciations(Task(*batches[:2], SPELLING, SOUNDS), batches[2], dev, test, listed)


def deal(
    words: list[str], group: dict[str, str], sizes: Iterable[int], rng: np.random.Generator
) -> list[list[str]]:
    """Deal words in random order into parts of these sizes and a rest, groups undivided.

    A part ends with the group that fills it, so it may be a few words larger. Groups of more than
    LARGEST_TESTED words are in the rest.
    """
    members = defaultdict(list)
    for word in words:
        members[group[word]].append(word)
    names = list(members)
    waiting = [members[names[i]] for i in rng.permutation(len(names))]
    waiting.sort(key=lambda some: len(some) <= LARGEST_TESTED)  # popped from the end
    parts = []
    for size in sizes:
        part = []
        while len(part) < size and waiting:
            part += waiting.pop()
        parts.append(part)
    return [*parts, [word for some in waiting for word in some]]


def families(listed: dict[str, list[tuple[str, ...]]]) -> dict[str, str]:
    """Map each word to a name that all words of its family share.

    Two words are of one family where one is the other with a prefix or a suffix of the lists
    above (walk, walked, walker's, unwalkable), or both are said the same (color, colour, culler):
    and so on from word to word. It is by spelling alone, so it joins too much rather than too
    little ("bus" and "business"), but two parts of a compound (fire, firefighter) stay apart.
    """
    leader = {word: word for word in listed}

    def find(word: str) -> str:
        while leader[word] != word:
            leader[word] = word = leader[leader[word]]  # shorter ways for the next search
        return word

    said = {}
    for word, sounds in listed.items():
        for relative in (*stems(word), said.setdefault(sounds[0], word)):
            if relative in leader:
                leader[find(word)] = find(relative)
    return {word: find(word) for word in listed}


def stems(word: str) -> list[str]:
    """Return what may be left of a word without one prefix or one suffix, listed or not."""
    prefixes, shortest = PREFIXES
    starts = [prefix for prefix in prefixes.split() if word.startswith(prefix)]
    found = [(word[len(prefix) :], shortest) for prefix in starts]
    for suffixes, shortest in (INFLECTIONS, DERIVATIONS):
        for suffix in suffixes.split():
            if word.endswith(suffix):
                rest = word[: -len(suffix)]
                found += [(stem, shortest) for stem in (rest, *_respelt(rest))]
    return [stem for stem, shortest in found if len(stem) >= shortest]


def _respelt(rest: str) -> Iterator[str]:
    """Yield how a word without its suffix may end: mak(ing) → make, runn(ing) → run."""
    yield rest + "e"
    yield rest + "y"
    if rest.endswith("i"):
        yield rest[:-1] + "y"
    if rest[-2:-1] == rest[-1:]:
        yield rest[:-1]
