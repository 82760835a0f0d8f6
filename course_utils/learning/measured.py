"""What a lesson measured, shown as a number, and held against the range that is registered for it.

Digits behind `≈` may differ from machine to machine: the lessons' tests leave them out. What keeps
them true is the register, `register.toml`: the claim that a number serves, and where it must fall.
"""

import functools
import tomllib
from numbers import Integral, Real
from pathlib import Path

import numpy as np

__all__ = ["measured", "register"]

REGISTER = Path(__file__).with_name("register.toml")
MENDED = "If you have mended the bug above, this is as it should be. If not: "
WIDTH = 8  # letters of a column: the same for all numbers, so that only digits change


@functools.cache
def register():
    """Return what is promised of each measured number, {key: {"claim": text, "range": …}}.

    A range is [lowest, highest], or a table of such by the names of the rows (and of the columns).
    """
    return tomllib.loads(REGISTER.read_text(encoding="utf-8"))


def measured(label, value, key=None, unit=""):
    """Print what was measured, `label ≈ 0.97`, and a sentence where it left its range.

    label : what the number is, in words.
    value : a number; or several of the same, a sequence (one for each seed: the median is shown,
    with the range); or a table, {row: number or seeds} or {row: {column: number}}.
    key : its entry in `register.toml`; without one nothing is promised.  unit : said behind it.
    Raises TypeError for what is no number, LookupError for a key that is not registered.
    """
    print(_written(label, value, unit))
    for sentence in _outside(value, key):
        print(sentence)


def _written(label, value, unit):
    if not isinstance(value, dict):
        return f"{label} ≈ {_cell(value, _decimals(value))}{unit}"
    if not value:
        raise TypeError(f"measured({label!r}, …) needs at least one row, got an empty dict")
    rows = value.values()
    if all(isinstance(row, dict) for row in rows):
        return _table(label, value, unit)
    decimals = _decimals(list(map(_numbers, rows)))
    width = max(map(len, map(str, value)))
    lines = [f"  {name!s:{width}} ≈ {_cell(row, decimals)}{unit}" for name, row in value.items()]
    return "\n".join([f"{label}:", *lines])


def _table(label, table, unit):
    columns = list(next(iter(table.values())))
    decimals = _decimals([list(row.values()) for row in table.values()])
    width = max(map(len, map(str, table)))
    wide = [max(WIDTH, len(str(column)) + 2) for column in columns]
    pairs = list(zip(columns, wide, strict=True))
    behind = f" ({unit.strip()})" if unit else ""
    heads = "".join(f"{column!s:>{one}}" for column, one in pairs)
    lines = [f"{label}{behind}:", f"  {'':{width}}  {heads}"]
    for name, row in table.items():
        cells = "".join(f"{_cell(row[column], decimals):>{one}}" for column, one in pairs)
        lines.append(f"  {name!s:{width}} ≈{cells}")
    return "\n".join(lines)


def _cell(value, decimals):
    """Write one number, or the median of several with their range."""
    numbers = _numbers(value)
    if np.ndim(value) == 0:
        return _digits(numbers[0], decimals)
    low, middle, high = (f(numbers) for f in (min, np.median, max))
    low, middle, high = (_digits(one, decimals) for one in (low, middle, high))
    return f"{middle} ({low} to {high})"


def _digits(number, decimals):
    if number == 0 or not np.isfinite(number):
        return f"{number:.0f}"
    return f"{number:.2g}" if decimals is None else f"{number:,.{decimals}f}"


def _decimals(values):
    """Return the decimals that mean something; None where sizes lie far apart."""
    sizes = [abs(number) for number in _numbers(values) if number and np.isfinite(number)]
    if not sizes:
        return 2
    if all(float(size).is_integer() for size in sizes) and max(sizes) >= 10:
        return 0
    if min(sizes) < 0.005 or max(sizes) / min(sizes) > 10_000:
        return None
    return 2 if max(sizes) < 10 else 1 if max(sizes) < 100 else 0


def _numbers(value):
    """Return all numbers in a value, flat. Raises TypeError where one is none, or is a bool."""
    if isinstance(value, Real | np.integer | np.floating) and not isinstance(value, bool):
        return [float(value) if not isinstance(value, Integral) else int(value)]
    if isinstance(value, list | tuple | range) or (isinstance(value, np.ndarray) and value.ndim):
        return [number for one in value for number in _numbers(one)]
    raise TypeError(
        f"measured shows numbers, got {value!r}: give the number itself, not whether it is large"
    )


def _outside(value, key):
    """Yield a sentence for each number that lies outside of its registered range."""
    if key is None:
        return
    if key not in register():
        raise LookupError(f"{key!r} is not in {REGISTER.name}: add its claim and its range")
    entry = register()[key]
    for name, (low, high) in _ranges(entry["range"]):
        for number in _numbers(_at(value, name, key)):
            if not low <= number <= high:
                place = f"{', '.join(name)}: " if name else ""
                yield (
                    f"Outside: {place}{number:.4g}, where {low:g} to {high:g} was expected "
                    f"({entry['claim']}). {MENDED if '.hunt' in key else ''}Run the lesson again "
                    f"from its start; if it stays so, tell the authors: the claim may not hold on "
                    f"your machine."
                )


def _ranges(range_, name=()):
    """Yield (names of row and column, (low, high)) of every range in an entry."""
    if isinstance(range_, list):
        yield name, range_
        return
    for part, inner in range_.items():
        yield from _ranges(inner, (*name, part))


def _at(value, name, key):
    """Return the part of a value that a range is about."""
    for part in name:
        named = {str(there): inner for there, inner in value.items()}
        if part not in named:
            raise LookupError(f"{key!r} promises {part!r}, but measured were {list(named)}")
        value = named[part]
    return list(value.values()) if isinstance(value, dict) else value
