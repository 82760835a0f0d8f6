"""An answer as words or as numbers, and shown on one line."""

import re
import unicodedata

import numpy as np

MOST_KEPT = 2_000  # numbers or letters of an answer in the progress file
CHARACTERS = (  # of one word, in scripts that put no space between words
    (2, re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")),
    (4, re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")),
)


def is_missing(answer):
    """Tell whether the sheet's three dots, or nothing, stand where an answer is asked for.

    In a list, or a table of lists, one place with three dots is enough.
    """
    if isinstance(answer, list | tuple):
        return any(part is ... or (isinstance(part, list) and is_missing(part)) for part in answer)
    return answer is ... or answer is None


def is_empty(answer):
    """Tell whether an answer is a text without a letter in it."""
    return isinstance(answer, str) and not answer.strip()


def holds_text(answer):
    """Tell whether an answer is a text, or a list of texts, where numbers were asked for."""
    parts = answer if isinstance(answer, tuple | list) else [answer]
    return any(isinstance(part, str) for part in parts)


def plain_text(answer):
    """Return a typed text without an Asian keyboard's full-width letters, digits and signs."""
    return unicodedata.normalize("NFKC", answer).replace("−", "-").strip()


def count_words(text):
    """Count words; where no spaces stand between them, so many characters count as one.

    Two in Chinese and Japanese; four in Thai, Lao, Khmer and Burmese, vowel signs left out.
    """
    text = "".join(letter for letter in text if unicodedata.category(letter) != "Mn")
    words = 0
    for characters, script in CHARACTERS:
        words += len(script.findall(text)) // characters
        text = script.sub(" ", text)
    return words + sum(any(map(str.isalnum, word)) for word in text.split())


def as_numbers(answer):
    """Copy a learner's answer into an array of floats; None where it holds no numbers."""
    try:
        array = np.array(answer)
        if array.dtype.kind not in "biufO":  # objects may be numbers, such as fractions
            return None
        return array if array.dtype.kind == "f" else array.astype(np.float64)
    except Exception:  # an object may do anything when it is asked for its numbers
        return None


def shown(answer, letters=70):
    """Write a learner's answer on one line: arrays in few digits, objects by their kind.

    Never the text form of a strange object, which may be endless.
    """
    if isinstance(answer, bool | np.bool_):
        return str(bool(answer))
    if isinstance(answer, np.ndarray) and answer.dtype == np.bool_:
        return shorten(_truths(answer), letters)
    if isinstance(answer, np.ndarray | np.generic | int | float | tuple | list):
        numbers = as_numbers(answer)
        if numbers is not None:
            whole = numbers.size and np.all(numbers == np.round(numbers))
            return shorten(_plain(numbers, 0 if whole else 3), letters)
    if isinstance(answer, str):
        return shorten(repr(answer), letters)
    return f"{type(answer).__name__}"


def apart(name, right, yours):
    """Write two arrays that differ, in digits that show it; the worst place if large."""
    if 1 <= right.size <= 6:
        whole = all(np.all(array == np.round(array)) for array in (right, yours))
        for digits in (0,) if whole else (3, 6, 9):
            pair = _plain(right, digits), _plain(yours, digits)
            if pair[0] != pair[1] and max(map(len, pair)) < 84:
                return tuple(f"{name} = {text}" for text in pair)
    where = np.unravel_index(np.abs(yours - right).argmax(), yours.shape)
    place = f"{name}[{', '.join(map(str, where))}]" if where else name
    pair = float(right[where]), float(yours[where])
    digits = next((d for d in (4, 6, 9) if f"{pair[0]:.{d}g}" != f"{pair[1]:.{d}g}"), 12)
    return tuple(f"{place} = {number:.{digits}g}" for number in pair)


def _truths(array):
    """Write an array of truth values on one line, [[True False] [True True]]."""
    if not array.ndim:
        return str(bool(array))
    most = 6
    parts = [_truths(part) for part in array[:most]]
    return "[" + " ".join(parts + ["…"] * (len(array) > most)) + "]"


def _plain(numbers, digits):
    """Write an array in few digits on one line, [[0.25 0.75] [1 0]]."""
    numbers = np.round(numbers, digits) + 0.0 if np.isfinite(numbers).all() else numbers  # no −0
    if numbers.ndim == 0:
        return f"{float(numbers):.{digits}f}" if abs(numbers) < 1e6 else f"{float(numbers):.3g}"
    most = 6
    parts = [_plain(part, digits) for part in numbers[:most]]
    return "[" + " ".join(parts + ["…"] * (len(numbers) > most)) + "]"


def shorten(text, letters):
    """Return the text, cut with … where it is too long."""
    return text if len(text) <= letters else text[: letters - 1] + "…"
