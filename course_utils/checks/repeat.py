"""A failing input as lines of code: what a learner can paste into a cell to see it fail."""

import json

import numpy as np

WIDTH = 96  # of a line of code: what fits in JupyterLab beside a check's frame
MOST = 1_000  # letters: what is longer is asked for by its name


def lines_of(exercise, case, named, seen_by=""):
    """Return code that makes the arguments of a case and calls the learner's function with them.

    named : cases that `given` knows by their name, from one of which functions among the arguments
    come: no code here could write them. So do large arrays. Returns "" where these come from
    elsewhere.
    seen_by : the last line, where a plain call would not show what is wrong.
    """
    names, given = exercise.arguments, case.fresh()
    written = [written_as(argument) for argument in given]
    if sum(len(text or "") for text in written) > MOST:
        written = [None] * len(written)
    unwritten = [number for number, text in enumerate(written) if text is None]
    source = _source(case.arguments, unwritten, named)
    if source is None:
        return ""
    pairs = [pair for pair in zip(names, written, strict=True) if pair[1] is not None]
    lines = [_asked_for(exercise, source, pairs)] if unwritten else _assigned(pairs)
    locked = [f"{name}.flags.writeable = " for name in _locked(names, given)]
    lines += [f"{''.join(locked)}False"] if locked else []
    return "\n".join([*lines, seen_by or f"{exercise.name}({', '.join(names)})"])


def _source(arguments, numbers, named):
    """Return the first case whose arguments of these numbers are the given ones, or None."""
    fits = (c for c in named if all(c.arguments[n] is arguments[n] for n in numbers))
    return next(fits, None)


def _assigned(pairs):
    """Return lines that assign texts to names, each on the first line with room for it."""
    lines = []
    for pair in pairs:
        with_room = (line for line in lines if len(_line([*line, pair])) <= WIDTH)
        line = next(with_room, None)
        if line is None:
            lines.append(line := [])
        line.append(pair)
    return [_line(line) for line in lines]


def _line(pairs):
    names, texts = zip(*pairs, strict=True)
    return f"{', '.join(names)} = {', '.join(texts)}"


def _asked_for(exercise, source, pairs):
    """Write how to get at arguments that cannot be written down, functions; others in pairs."""
    targets = ", ".join(exercise.arguments) + "," * (len(exercise.arguments) == 1)
    name = json.dumps(source.name, ensure_ascii=False)
    asked = ", ".join([f'"{exercise.id}"', name, *map("=".join, pairs)])
    return f"from course_utils.checks import given\n{targets} = given({asked})"


def _locked(names, arguments):
    pairs = zip(names, arguments, strict=True)
    return [n for n, a in pairs if isinstance(a, np.ndarray) and not a.flags.writeable]


def written_as(argument):
    """Write an argument as code; None where it cannot be written."""
    if isinstance(argument, np.ndarray):
        return _array(argument)
    if isinstance(argument, str | bool | int):
        return repr(argument)
    if isinstance(argument, float):
        return _number(argument)
    if isinstance(argument, tuple | list):
        parts = [written_as(part) for part in argument]
        if None in parts:
            return None
        inside = ", ".join(parts) + ("," if isinstance(argument, tuple) and len(parts) == 1 else "")
        return f"({inside})" if isinstance(argument, tuple) else f"[{inside}]"
    return None


def _array(array):
    """Write an array with its dtype, and so that it lies in memory as this one does."""
    if array.flags.c_contiguous:
        return _packed(array)
    if array.flags.f_contiguous:
        return f"{_packed(array.T)}.T"
    return f"np.repeat({_packed(array)}, 2, axis=-1)[..., ::2]"


def _packed(array):
    dtype = "" if array.dtype in (np.float64, np.int64, np.bool_) else f"np.{array.dtype.name}"
    if not array.size or (array.size > 2 and not array.any() and array.dtype.kind == "f"):
        dtype = dtype or ("bool" if array.dtype == np.bool_ else f"np.{array.dtype.name}")
        return f"np.zeros({array.shape}{'' if dtype == 'np.float64' else f', {dtype}'})"
    if array.size > 2 and array.dtype == np.float64 and _is_whole(array):
        return f"np.array({_nested(array.astype(int))}, float)"
    return f"np.array({_nested(array)}{f', {dtype}' if dtype else ''})"


def _is_whole(array):
    """Tell whether an array holds small whole numbers alone."""
    return bool(((np.abs(array) < 1000) & (array == np.round(array))).all())


def _nested(array):
    if array.ndim:
        return f"[{', '.join(_nested(part) for part in array)}]"
    if array.dtype.kind == "f":
        return _number(array)
    return repr(array.item())


def _number(number):
    """Write a float in as few digits as give it back."""
    if not np.isfinite(number):
        return {"inf": "np.inf", "-inf": "-np.inf", "nan": "np.nan"}[str(float(number))]
    if isinstance(number, np.ndarray | np.generic):
        return (
            np.format_float_positional(number, trim=".")
            if 1e-4 < abs(number) < 1e9
            else ("0." if number == 0 else str(number))
        )
    return repr(number)
