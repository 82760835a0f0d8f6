"""Numbers, orders and letters as people type them, on many keyboards and in many countries."""

import re

from course_utils.checks.answers import plain_text

DECIMAL = r"[-+]?\d*\.?\d+(?:e[-+]?\d+)?|[-+]?\d+\."
NUMBER = re.compile(rf"({DECIMAL})(?:\s*/\s*(\d+(?:\.\d+)?))?\s*(%?)", flags=re.I)
THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3}){2,}(\.\d+)?")
COMMA = re.compile(r"[-+]?\d+,\d+")
WORD = re.compile(r"(?<!\w)[^\W\d_]\w*\s*[):=]?|[≈~]")
NAMED = re.compile(r"\s*[^\W\d_]\w*\s*=")
MIXED = re.compile(r"\d\s*[¼-¾⅐-⅞]|[²³¹⁰⁴-⁹]")  # 2½ would be read as 21/2, and 2² as 22
SMALL_WORDS = {"about", "approximately", "around", "roughly", "circa", "and", "≈", "~"}
BETWEEN = re.compile(
    r"(?:[\s,;、·|/&()\[\]{}→⇒=>#第行–—-]|\.(?!\d)|\band\b|\bthen\b|\blines?\b)+", flags=re.I
)
LETTER = re.compile(
    r"\W*(?:(?:my|the|final|option|answer|choice|letter|is|i think|选项?|答案是?)\W*)*(?<![a-z])"
    r"([a-z])\W*",
    flags=re.I,
)


def numbers_in(text, percent=False):
    """Return the numbers of a typed text, as a list; None where it is no such text, or ambiguous.

    "0,5", "1/2", "50 %" and full-width digits are read, brackets left out. A comma is that of a
    decimal where no point stands, and spaces or semicolons separate numbers.
    percent : whether the numbers are asked for in percent: "50 %" is then 50, and else 0.5.
    """
    if MIXED.search(text):
        return None
    parts = _parts(_without_trimmings(plain_text(text)).strip("[](){}; ,"))
    found = [_number(part, percent) for part in parts]
    return None if not found or None in found else found


def _without_trimmings(text):
    """Leave out a sign of equality in front, a full stop at the end, and Python's 1_000."""
    text = re.sub(r"^\s*=|(?<=\d)_(?=\d{3})", "", text.replace("⁄", "/"))
    return re.sub(r"(\.\d+)\.\s*$|。\s*$", r"\1", text)


def numbers_asked_for(text, count, said, percent=False):
    """Return the numbers of a typed text where `count` are asked for, as `numbers_in` does.

    Where that finds another number of them, the question's own words may stand beside them,
    "67.1 MB", "4 rows, 5 columns"; several may be divided by any sign, "2×3×4", or by none, "2413".
    said : the question's words.
    """
    strict = numbers_in(text, percent)
    if MIXED.search(text) or (strict is not None and len(strict) == count):
        return strict
    read = (numbers_in(reading, percent) for reading in _readings(plain_text(text), count, said))
    return next((found for found in read if found and len(found) == count), strict)


def _readings(text, count, said):
    """Yield a text as other people would have typed it, the nearest first."""
    if count == 1:
        text = NAMED.sub("", text)
    text = WORD.sub(lambda found: _left_out(found[0], said), text)
    yield text
    if count > 1:
        yield re.sub(r"[×x*/,;、\n()\[\]]", " ", text)
        digits = re.sub(r"[\s;,]", "", text)
        if len(digits) == count and digits.isdecimal():
            yield " ".join(digits)


def _left_out(word, said):
    """Return a separator in place of a word of the question; any other word stays."""
    bare = word.rstrip("):= ").lower()
    known = {*SMALL_WORDS, *re.findall(r"[^\W\d_]\w*", said.lower())}
    label = re.fullmatch(r"[a-z]\s*\)", word)  # "a) 2, b) 4"
    return "; " if label or bare in known or f"{bare}s" in known else word


def _parts(text):
    """Cut a text into numbers, with a point in place of a decimal comma."""
    if THOUSANDS.fullmatch(text):
        return [text.replace(",", "")]
    for separator in (r"[;、\n]", r",\s+", r"\s+(?![%/])(?<![/]\s)"):
        parts = [part.strip() for part in re.split(separator, text) if part.strip()]
        if len(parts) > 1:
            return [_with_a_point(part.rstrip(",")) for part in parts]
    if text.count(",") == 1 and "." not in text:
        return [_with_a_point(text)]
    return [part.strip() for part in text.split(",")]


def _with_a_point(part):
    """Read a decimal comma; 1,024 may be two numbers, and stays as it is."""
    whole = part.rstrip("% ")
    if COMMA.fullmatch(whole) and (len(whole.split(",")[1]) != 3 or whole.lstrip("+-")[0] == "0"):
        return part.replace(",", ".")
    return part


def _number(part, percent):
    found = NUMBER.fullmatch(part)
    if found is None or (found[2] and float(found[2]) == 0):
        return None
    number = float(found[1]) / float(found[2] or 1)
    return number / 100 if found[3] and not percent else number


def order_in(text, lines):
    """Return the line numbers of a typed text, "4、9、2", "[4, 9, 2]" or "492"; None for another.

    lines : the numbers that there are; "492" is read digit by digit if each has one digit.
    """
    parts = [part for part in BETWEEN.split(plain_text(text).strip(" .。")) if part]
    if not all(re.fullmatch(r"[0-9]+", part) for part in parts):
        return None
    if len(parts) == 1 and len(parts[0]) > 1 and max(lines) < 10:
        parts = list(parts[0])
    return tuple(map(int, parts))


def letter_in(text):
    """Return the letter of an option as somebody typed it, "d", "D)", "(d)" or "option d"."""
    found = LETTER.fullmatch(plain_text(text))
    return found[1].lower() if found else plain_text(text).lower()
