"""People's names as keys: what is the same name, however it is written."""

import unicodedata

STROKES = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)


def plain(name: str) -> str:
    """Return a name without case, width, spaces and marks of punctuation."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in unicodedata.normalize("NFC", text) if _is_word(letter))


def _is_word(letter: str) -> bool:
    """Say whether a character carries the name: a letter, a digit, or a vowel sign."""
    return unicodedata.category(letter)[0] in "LMN"


def orders(name: str) -> set[str]:
    """Return the keys of a name as it stands, and of "Last, First" turned round."""
    last, _, first = name.partition(",")
    return {plain(name), plain(first + last)} - {""}


def other_orders(name: str) -> set[str]:
    """Return the keys of a name with its words in other orders: "Lee Ada" and Canvas's "leeada"."""
    text = unicodedata.normalize("NFKC", name).casefold()
    words = "".join(letter if _is_word(letter) else " " for letter in text).split()
    turned = {"".join(words[n:] + words[:n]) for n in range(min(len(words), 8))}
    return turned | {"".join(sorted(words))} - {""}


def folded(key: str) -> str:
    """Return a key without accents: "é" is "e", "ł" is "l", "ß" has become "ss" before."""
    bare = (part for part in unicodedata.normalize("NFKD", key) if not unicodedata.combining(part))
    return "".join(bare).translate(STROKES)
