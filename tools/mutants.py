"""Mutants: a function of the course whose result is wrong by a tenth, planted in a kernel.

Three kinds, by what the function returns. "scaled": every float is 1.1 times as large; where there
are none, every count; where there are none either, every tenth truth is denied. "sharper": weights
that sum to 1 keep that sum and favour the largest, as a temperature of 1 / 1.1 would: whoever
divides by the sum does not see that weights were scaled.
"""

import dataclasses
import functools
import importlib
import sys
from numbers import Integral, Real

import numpy as np

KINDS = ("scaled", "sharper")
TENTH = 1.1


def plant(target, kind, trace):
    """Replace the function "module:name" or "module:Class.name" wherever the course uses it.

    kind : None changes nothing.  trace : a file that is told "target kind" of each kind that would
    change what the function returns.
    """
    module, _, name = target.partition(":")
    owner = importlib.import_module(module)
    *classes, last = name.split(".")
    for part in classes:
        owner = getattr(owner, part)
    original = vars(owner)[last]
    mutant = mutated(original, kind, functools.partial(_tell, trace, target))
    setattr(owner, last, mutant)
    for loaded in [m for n, m in sys.modules.items() if n.startswith("course_utils")]:
        for there in [key for key, value in vars(loaded).items() if value is original]:
            setattr(loaded, there, mutant)


def _tell(trace, target, kind):
    with open(trace, "a", encoding="utf-8") as file:
        file.write(f"{target} {kind}\n")


def mutated(original, kind, tell):
    """Return a function that does as the original and changes what it returns.

    tell : is called once with each kind that would change something.
    """
    if isinstance(original, classmethod | staticmethod):
        return type(original)(mutated(original.__func__, kind, tell))
    untold = set(KINDS)

    @functools.wraps(original)
    def mutant(*inputs, **options):
        right = original(*inputs, **options)
        # a layer returns its output, and beside it what its way back needs
        is_pair = isinstance(right, tuple) and original.__name__.endswith("forward")
        part = right[0] if is_pair else right
        for possible in [one for one in untold if wronged(part, one)[1]]:
            untold.remove(possible)
            tell(possible)
        if kind is None:
            return right
        wrong, _ = wronged(part, kind)
        return (wrong, *right[1:]) if is_pair else wrong

    return mutant


def wronged(result, kind):
    """Return a result that is wrong by a tenth, and whether anything in it could be changed."""
    for change in {"scaled": (larger, more, fewer), "sharper": (sharper,)}[kind]:
        changed = []
        wrong = everywhere(result, lambda part, by=change, to=changed: noted(by(part), to))
        if changed:
            return wrong, True
    return result, False


def noted(part, changed):
    """Return a part, and note in the list that it was changed; None stands for unchanged."""
    if part is not None:
        changed.append(True)
    return part


def everywhere(value, change):
    """Return a value with `change` applied to each number and array in it."""
    if isinstance(value, dict):
        return {key: everywhere(inner, change) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        inner = [everywhere(part, change) for part in value]
        return type(value)(*inner) if hasattr(value, "_fields") else type(value)(inner)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value) if field.init]
        parts = {name: everywhere(getattr(value, name), change) for name in names}
        return dataclasses.replace(value, **parts)
    new = change(value) if isinstance(value, np.ndarray | np.generic | Real) else None
    return value if new is None else new


def larger(part):
    """Return a float, or an array of floats, times 1.1."""
    is_float = np.asarray(part).dtype.kind == "f"
    return part * TENTH if is_float and np.any(part) else None


def more(part):
    """Return a count that is larger by a tenth."""
    is_count = isinstance(part, Integral) and not isinstance(part, bool)
    return round(part * TENTH) if is_count and round(part * TENTH) != part else None


def fewer(part):
    """Return truths of which every tenth is denied."""
    if not (isinstance(part, np.ndarray) and part.dtype == bool and part.any()):
        return None
    wrong = part.copy()
    wrong.flat[np.flatnonzero(part)[::10]] = False
    return wrong


def sharper(part):
    """Return weights, rows that sum to 1 or are empty, to the power 1.1, with their sum again."""
    if not (isinstance(part, np.ndarray) and part.dtype.kind == "f" and part.size):
        return None
    sums = part.sum(axis=-1, keepdims=True)
    is_row = np.isclose(sums, 1, atol=1e-4)
    if part.shape[-1] < 2 or (part < 0).any() or not (is_row | (sums == 0)).all():
        return None
    powers = part**TENTH
    new = (powers / np.where(is_row, powers.sum(axis=-1, keepdims=True), 1)).astype(part.dtype)
    return None if np.allclose(new, part, atol=1e-6) else new
