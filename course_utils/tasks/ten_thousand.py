"""Spelling → sounds on 10,000 words: a small part of the CMU Pronouncing Dictionary.

The course carries these words, so that the second capstone needs neither a network nor another
package. `python -m experiments.ten_thousand` drew them by chance from all that
`tasks.pronunciations` reads; the licence of the dictionary stands in LICENSE.
"""

import functools
import gzip
from pathlib import Path

FILE = Path(__file__).with_name("ten_thousand.txt.gz")
GIVEN = 10_000  # words to work with; those behind them are for an exam by others

Entry = tuple[str, str]


def ten_thousand_words() -> list[Entry]:
    """Return (word, sounds) for 10,000 words, sounds with a space between: ("knight", "N AY T").

    A word with several pronunciations has an entry for each, one behind the other.
    """
    words, entries = set(), []
    for word, sounds in all_entries():
        words.add(word)
        if len(words) > GIVEN:
            break
        entries.append((word, sounds))
    return entries


@functools.cache
def all_entries() -> tuple[Entry, ...]:
    """Return every entry of the file, the 10,000 words first."""
    lines = gzip.decompress(FILE.read_bytes()).decode("ascii").splitlines()
    return tuple((word, sounds) for word, sounds in (line.split("\t") for line in lines))
