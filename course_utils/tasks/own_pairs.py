"""A learner's own pairs: are they pairs of texts, and which symbols are they written with?

Dates, words of another language, a code: whatever can be written as two texts side by side.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from course_utils.tasks.batching import Vocabulary

MOST_SYMBOLS = 40  # of one text: longer ones take long to train, and no picture shows them
EXAMPLE = '("one hundred", "一百")'


class Books(NamedTuple):
    """The symbols of both sides: `Books.source` and `Books.target`, each a `Vocabulary`."""

    source: Vocabulary
    target: Vocabulary


def symbols_of(text: str, separator: str) -> list[str]:
    """Cut a text into its symbols: at spaces, or letter by letter where there are none."""
    return text.split() if separator else list(text)


def separator_of(texts: Iterable[str]) -> str:
    """Return what stands between two symbols: a space where some text has one, or nothing."""
    return " " if any(" " in text for text in texts) else ""


def checked_pairs(pairs: object) -> list[tuple[str, str]]:
    """Return pairs as a list of (source text, target text).

    Raises TypeError for what is no list of pairs of texts; ValueError for none at all, for an empty
    text, for one of more than 40 symbols, and for a source with two targets.
    """
    if isinstance(pairs, str) or not isinstance(pairs, Sequence):
        raise TypeError(f"pairs must be a list such as [{EXAMPLE}], got {type(pairs).__name__}")
    if not pairs:
        raise ValueError(f"pairs must be a list such as [{EXAMPLE}], got an empty one: add pairs")
    checked = [_one_pair(place, pair) for place, pair in enumerate(pairs)]
    _check_lengths(checked)
    _check_one_target(checked)
    return checked


def _one_pair(place: int, pair: object) -> tuple[str, str]:
    fits = isinstance(pair, list | tuple) and len(pair) == 2
    if not (fits and all(isinstance(part, str) for part in pair)):
        raise TypeError(f"pair {place} must be two texts such as {EXAMPLE}, got {pair!r:.80}")
    source, target = map(str, pair)
    if not (source.strip() and target.strip()):
        raise ValueError(f"pair {place} must have text on both sides, got {pair!r:.80}: fill it in")
    return source, target


def _check_lengths(pairs: list[tuple[str, str]]) -> None:
    for texts in zip(*pairs, strict=True):
        separator = separator_of(texts)
        longest = max(texts, key=lambda text: len(symbols_of(text, separator)))
        if (count := len(symbols_of(longest, separator))) > MOST_SYMBOLS:
            raise ValueError(
                f"a text must have at most {MOST_SYMBOLS} symbols, got {count} in "
                f"{longest!r:.60}: choose shorter texts"
            )


def _check_one_target(pairs: list[tuple[str, str]]) -> None:
    target_of: dict[str, str] = {}
    for source, target in pairs:
        if target_of.setdefault(source, target) != target:
            raise ValueError(
                f"each source must have one target, got {target_of[source]!r:.40} and "
                f"{target!r:.40} for {source!r:.40}: keep one of them"
            )


def vocabularies(pairs: object) -> Books:
    """Return the vocabularies of both sides, `Books(source, target)`, symbols in sorted order.

    A side with spaces is cut into words, one without into letters. Give it many pairs, so that no
    symbol is missing later. Raises as `checked_pairs`.
    """
    sides = zip(*checked_pairs(pairs), strict=True)
    return Books(*(_vocabulary(texts) for texts in sides))


def _vocabulary(texts: Sequence[str]) -> Vocabulary:
    separator = separator_of(texts)
    found = {symbol for text in texts for symbol in symbols_of(text, separator)}
    return Vocabulary(sorted(found), separator)
