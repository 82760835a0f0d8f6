"""Smaller and rounder inputs: what a failing input is tried as, so that a learner sees the least.

An input is a tuple of arguments. Arrays lose entries along all axes that belong together, numbers
become rounder, texts shorter; what else it holds stays as it is.
"""

import functools
import itertools
from string import ascii_lowercase

import numpy as np

AXES = 3  # inputs from which we learn which axes belong together
SEED = 3
MOST = 12  # entries of an axis that are left out one by one
LARGEST = 10_000  # of a whole number that may be a size


class Axes:
    """Which axes of the arguments have one size: those that have it in all inputs drawn."""

    def __init__(self, inputs):
        drawn = [inputs(np.random.default_rng(SEED + number)) for number in range(AXES)]
        self.drawn = [_sizes(arguments) for arguments in drawn]

    def groups(self, arguments):
        """Return lists of places (argument, axis); the axis is None for a whole number."""
        here, found = _sizes(arguments), {}
        as_drawn = all(sizes.keys() == here.keys() for sizes in self.drawn)
        for place, size in here.items():
            known = (*(sizes[place] for sizes in self.drawn), size) if as_drawn else size
            found.setdefault(known, []).append(place)
        return list(found.values())


def _sizes(arguments):
    """Return {place: size} of all axes, and of whole numbers, which often are a size."""
    sizes = {}
    for number, argument in enumerate(arguments):
        if isinstance(argument, np.ndarray):
            sizes |= {(number, axis): size for axis, size in enumerate(argument.shape)}
        elif isinstance(argument, list):
            sizes[number, 0] = len(argument)
        elif type(argument) is int and argument <= LARGEST:  # more is no size: a seed
            sizes[number, None] = argument
    return sizes


def shorter(arguments, groups):
    """Yield inputs with fewer entries along an axis, the boldest steps first."""
    sizes = _sizes(arguments)
    for cut in (_without_a_part, _one):
        for group in groups:
            for keep in cut(sizes[group[0]]):
                yield _kept(arguments, group, keep)
    for group in groups:
        for keep in _one_in_each_part(sizes[group[0]], sizes):
            yield _kept(arguments, group, keep)
    for group, other in itertools.permutations(groups, 2):
        size, larger = sizes[group[0]], sizes[other[0]]
        if size < larger:  # it may be the sum of two: then it loses an entry with each
            for keep in _one(size):
                both = _kept(arguments, group, keep)
                yield _kept(both, other, _without(larger, _lost(keep)))
                if larger % size == 0:  # or so many of them side by side: gates
                    keep = [place for place in range(larger) if place % size != _lost(keep)]
                    yield _kept(both, other, keep)


def folded(arguments, groups):
    """Yield inputs whose last entry along an axis is added to the one before it.

    What two entries do apart, such as a 1 in each, one may do as well.
    """
    sizes = _sizes(arguments)
    for group in groups:
        if 1 < sizes[group[0]] <= MOST:
            yield tuple(_folded(made, number, group) for number, made in enumerate(arguments))


def _folded(argument, number, group):
    for place, axis in group:
        if place == number:
            argument = argument - 1 if axis is None else _folded_along(argument, axis)
    return argument


def _folded_along(argument, axis):
    if isinstance(argument, list):
        return argument[:-1]
    made = argument.swapaxes(0, axis)[:-1].copy()
    if argument.dtype.kind == "f":
        made[-1] += argument.swapaxes(0, axis)[-1]
    return made.swapaxes(0, axis).copy()


def edits(arguments, of=None):
    """Yield steps to rounder numbers: functions that take arguments and return rounder ones.

    of : argument → functions that make it simpler; by default all that we know.
    """
    for number, argument in enumerate(arguments):
        for rounder in (of or _edits_of)(argument):
            yield functools.partial(_edited, number, rounder)


def _edited(number, rounder, arguments):
    return (*arguments[:number], rounder(arguments[number]), *arguments[number + 1 :])


def _without_a_part(size):
    """Leave out nearly all, then a half, a quarter, an eighth."""
    yield from (range(few) for few in (8, 64) if size > 8 * few)
    for parts in (2, 4, 8):
        ends = [size * part // parts for part in range(parts + 1)] if size >= 2 * parts else []
        for begin, end in reversed(list(itertools.pairwise(ends))):
            yield [*range(begin), *range(end, size)]


def _one(size):
    return [_without(size, lost) for lost in reversed(range(size))] if 1 < size <= MOST else []


def _one_in_each_part(size, sizes):
    """Leave out one entry of each part, where so many parts lie side by side: heads."""
    numbers = {number for (_, axis), number in sizes.items() if axis is None}
    for parts in sorted(number for number in numbers if 1 < number < size and size % number == 0):
        width = size // parts
        for lost in reversed(range(min(width, MOST))):
            yield [place for place in range(size) if place % width != lost]


def _without(size, lost):
    return [place for place in range(size) if place != lost]


def _lost(keep):
    return next(place for place in range(len(keep) + 1) if place not in keep)


def _kept(arguments, group, keep):
    made = list(arguments)
    for number, axis in group:
        made[number] = len(keep) if axis is None else _taken(made[number], keep, axis)
    return tuple(made)


def _taken(argument, keep, axis):
    if isinstance(argument, list):
        return [argument[place] for place in keep]
    return argument.take(keep, axis=axis)


def at_once(argument):
    """Return functions that make all numbers of an array simpler."""
    if isinstance(argument, np.ndarray) and argument.dtype.kind == "f":
        return np.zeros_like, np.round, functools.partial(np.round, decimals=1)
    return ()


def _edits_of(argument):
    """Yield functions that make one argument simpler."""
    yield from at_once(argument)
    if isinstance(argument, np.ndarray):
        for place in np.ndindex(argument.shape) if argument.size <= 40 else ():
            for number in _rounder_numbers(argument[place]):
                yield functools.partial(_with, place, number)
    elif _are_pairs_of_texts(argument):
        yield from (functools.partial(_lettered, place) for place in range(len({*argument})))
    elif isinstance(argument, str):
        yield from (functools.partial(_without_word, -1 - place) for place in range(len(argument)))
    elif type(argument) is int and argument > LARGEST:  # a seed
        yield lambda _: 1
    elif isinstance(argument, float):
        for number in _rounder_numbers(argument):
            yield lambda _, number=number: float(number)


def _with(place, number, array):
    made = array.copy(order="K")
    made[place] = number
    return made


def _are_pairs_of_texts(argument):
    """Tell whether an argument is a list of pairs of texts, few enough for an alphabet."""
    return (
        isinstance(argument, list)
        and all(isinstance(one, tuple) and all(isinstance(t, str) for t in one) for one in argument)
        and len({*argument}) <= len(ascii_lowercase)
    )


def _lettered(place, pairs):
    """Return pairs of texts as ("a", "A"), ("b", "B"), …; equal ones stay equal.

    place : which letter the first one gets, so that they come in another order.
    """
    different = [*dict.fromkeys(pairs)]
    alphabet = ascii_lowercase[: len(different)]
    letters = dict(zip(different, alphabet[place:] + alphabet[:place], strict=True))
    return [(letters[pair], letters[pair].upper()) for pair in pairs]


def _without_word(place, text):
    """Return a text without its word at that place; without a letter where it has no spaces."""
    between = " " if " " in text else ""
    parts = text.split(" ") if between else list(text)
    return between.join(parts[:place] + parts[place:][1:])


def _rounder_numbers(number):
    if isinstance(number, bool | np.bool_):
        return [True]
    if isinstance(number, int | np.integer):
        return [1, number // 2, number - 1] if number > 1 else [0]
    if not np.isfinite(number):
        return [0.0]
    sign, number = float(np.sign(number)), float(number)
    return [0.0, 1.0, sign, 2 * sign, round(number), sign / 2, round(number, 1), sign / 10]


def cost(arguments):
    """Return what an input costs to read: a step to another is taken only if it costs less."""
    return sum(map(_cost_of, arguments))


def _cost_of(argument):
    if isinstance(argument, np.ndarray):
        return 100 * argument.size + sum(map(_cost_of, argument.ravel().tolist()))
    if isinstance(argument, str):
        return 100 * len(argument)
    if isinstance(argument, list | tuple):
        return sum(map(_cost_of, argument))
    if isinstance(argument, bool):
        return 0 if argument else 1
    if isinstance(argument, int | float):
        return _cost_of_number(argument)
    return 0


def _cost_of_number(number):
    if number in (0, 1, -1):
        return {0: 0, 1: 1, -1: 2}[number]
    if isinstance(number, float) and not number.is_integer():
        return 20 + len(repr(number))
    if isinstance(number, int):
        return 4 + min(abs(number), 15) + number.bit_length()
    return 4 + len(repr(number))


def mended(arguments, before):
    """Return arguments without −0, and where rows summed to 1, with a largest number that fits."""
    return tuple(map(_mended, arguments, before))


def _mended(now, then):
    if not (isinstance(now, np.ndarray) and now.dtype.kind == "f" and now.size):
        return now
    if not _sum_to_one(then):
        return now + now.dtype.type(0)  # −0 becomes 0, as it is written
    made = np.round(now, 12)
    largest = made.argmax(axis=-1, keepdims=True)
    rest = 1 - made.sum(axis=-1, keepdims=True)
    number = np.round(np.take_along_axis(made, largest, -1) + rest, 12)
    np.put_along_axis(made, largest, number, -1)
    return made


def still_like(arguments, before):
    """Tell whether numbers are still positive, or at least 0, or sum to 1."""
    pairs = zip(arguments, before, strict=True)
    return all(_alike(now, then) for now, then in pairs if _is_number(then))


def _is_number(argument):
    kinds = "iuf" if isinstance(argument, np.ndarray) else ""
    return isinstance(argument, int | float) or (kinds and argument.dtype.kind in kinds)


def _alike(now, then):
    now, then = np.asarray(now), np.asarray(then)
    for kept in (_sum_to_one, _positive, _not_negative):
        if kept(then) and not kept(now):
            return False
    return True


def _sum_to_one(array):
    return array.ndim > 0 and array.dtype.kind == "f" and np.allclose(array.sum(axis=-1), 1)


def _positive(array):
    return bool((array > 0).all())


def _not_negative(array):
    return bool((array >= 0).all())
