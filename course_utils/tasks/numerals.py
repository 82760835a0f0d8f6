"""Numbers from 0 to 10^12 as English words and as Chinese numerals.

Both languages name a number in the same way: the largest unit, how many of it, then the rest.
What differs is the units. English names every third power of ten, Chinese every fourth, so
342,000 is "three hundred and forty two" thousands and 三十四 万 二千. A translator between the
two must regroup the digits; that is what makes the task worth learning.
"""

from numbers import Integral

LARGEST = 10**12

# fmt: off
_BELOW_TWENTY = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
    "eighteen", "nineteen",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
# fmt: on
_ENGLISH_UNITS = (
    (10**12, "trillion"),
    (10**9, "billion"),
    (10**6, "million"),
    (10**3, "thousand"),
    (10**2, "hundred"),
)
_DIGITS = "零一二三四五六七八九"
_CHINESE_UNITS = ((10**8, "亿"), (10**4, "万"), (1000, "千"), (100, "百"), (10, "十"))

# every token that the two functions below can write
ENGLISH_WORDS = (*_BELOW_TWENTY, *_TENS, *(name for _, name in _ENGLISH_UNITS[::-1]), "and")
CHINESE_CHARACTERS = (*_DIGITS, *(name for _, name in _CHINESE_UNITS[::-1]))


def english_words(number: int) -> list[str]:
    """Write a number in English words, in British usage: with "and", no hyphens, no commas.

    342000 → three hundred and forty two thousand; 1005 → one thousand and five; 0 → zero.

    Raises ValueError for a number outside 0…10^12, TypeError for one that is not whole.
    """
    return _english(_checked(number))


def chinese_numeral(number: int) -> str:
    """Write a number as a Chinese numeral, in the everyday characters of mainland schools.

    10 → 十, 110 → 一百一十, 100010 → 十万零一十, 10^8 + 1 → 一亿零一, 10^12 → 一万亿.

    Conventions, where usage varies:

    - One 零 is read for a run of zeros inside a group of four digits or at its front, none for
      zeros at its end: 10,001,000 is 一千万一千, because its zeros end the 万 group. A group of
      zeros alone counts as a front: 100,001,000 is 一亿零一千.
    - 一十 is shortened to 十 at the very start only: 12 is 十二, 112 is 一百一十二.
    - 2 is always 二, never 两.

    Raises ValueError for a number outside 0…10^12, TypeError for one that is not whole.
    """
    numeral = _chinese(_checked(number))
    return numeral[1:] if numeral.startswith("一十") else numeral


def read_chinese(numeral: str) -> int:
    """Read the number that a Chinese numeral names: the inverse of `chinese_numeral`.

    Raises ValueError for a text that `chinese_numeral` never writes, such as 三万四 or 一十.
    """
    try:
        number = _value(numeral)
        if chinese_numeral(number) == numeral:
            return number
    except ValueError:
        pass
    raise ValueError(
        f"expected a Chinese numeral as chinese_numeral writes it, such as 三十四万二千; "
        f"got {numeral!r}"
    )


def _checked(number: int) -> int:
    if not isinstance(number, Integral):
        raise TypeError(f"number must be whole, such as 342000, got {number!r}")
    if not 0 <= number <= LARGEST:
        raise ValueError(f"number must be between 0 and 10^12, got {number:,}")
    return int(number)


def _english(number: int) -> list[str]:
    if number < 20:
        return [_BELOW_TWENTY[number]]
    if number < 100:
        tens, ones = divmod(number, 10)
        return [_TENS[tens - 2], *(_english(ones) if ones else [])]
    unit, name = next(pair for pair in _ENGLISH_UNITS if number >= pair[0])
    count, rest = divmod(number, unit)
    joint = ["and"] if 0 < rest < 100 else []
    return [*_english(count), name, *joint, *(_english(rest) if rest else [])]


def _chinese(number: int) -> str:
    if number < 10:
        return _DIGITS[number]
    unit, name = next(pair for pair in _CHINESE_UNITS if number >= pair[0])
    count, rest = divmod(number, unit)
    # the place just below the unit is empty, but something smaller follows
    joint = "零" if 0 < rest < unit // 10 else ""
    return _chinese(count) + name + joint + (_chinese(rest) if rest else "")


def _value(numeral: str) -> int:
    for unit, name in _CHINESE_UNITS:
        count, found, rest = numeral.partition(name)
        if found:
            # 十 alone is one ten; every other unit must say how many
            rest = rest.removeprefix("零")
            return _value(count or "一") * unit + (_value(rest) if rest else 0)
    if len(numeral) != 1:
        raise ValueError
    return _DIGITS.index(numeral)
