"""The edges that every exercise on attention meets, each alone and in pairs: declared here once.

A mistake can hide behind one extreme: hiding by −1000 is right until what is seen has −1000 too.
An exercise says which edges its text defines, and how its arguments are made of a `Setting`.
Numbers are multiples of 1/4 and matrices hold −1, 0 and 1, so that scores of ±1000 are exact in
float32 as well.
"""

import functools
from collections import Counter
from itertools import combinations
from typing import NamedTuple

import numpy as np

WIDTH = 4  # of queries and keys: the root is exact, and no number of keys is larger
SEED = 16

# name → (n queries, m keys). The first of each kind is what holds where nothing else is said.
SIZES = {
    "": (2, 3),
    "one query": (1, 3),
    "one key": (2, 1),
    "as many queries as keys": (3, 3),
    "fewer keys than queries": (4, 2),
}

ONE_ROW = {"": (1, 3), "one key": (1, 1), "two keys": (1, 2)}


def _first_key_hidden(rng, shape):
    return np.broadcast_to((np.arange(shape[1]) > 0) | (shape[1] == 1), shape)


def _end_hidden(rng, shape):
    """Hide the end of each row, and of the first row something in any case."""
    lengths = rng.integers(1, shape[1] + 1, size=(shape[0], 1))
    lengths[0] = max(1, shape[1] - 1)
    return np.arange(shape[1]) < lengths


def _one_in_sight(rng, shape):
    return np.arange(shape[1]) == rng.integers(shape[1], size=(shape[0], 1))


def _an_empty_row(rng, shape):
    seen = rng.random(shape) < 0.7
    seen[0], seen[1:, 0] = False, True
    return seen


MASKS = {
    "": lambda rng, shape: np.ones(shape, bool),
    "the first key hidden": _first_key_hidden,
    "the end hidden": _end_hidden,
    "one key in sight": _one_in_sight,
    "an empty row": _an_empty_row,
    "nothing in sight": lambda rng, shape: np.zeros(shape, bool),
}
END_HIDDEN = ("the end hidden",)
EMPTY_ROWS = ("an empty row", "nothing in sight")


def _calm(rng, mask):
    """Draw multiples of 1/4 from −2 to 2, no two of a row equal."""
    one_each = np.broadcast_to(np.arange(-8, 9), (len(mask), 17))
    return rng.permuted(one_each, axis=1)[:, : mask.shape[1]] / 4


def _two_on_top(rng, mask):
    """Let the largest score of a row come twice, at places that may be looked at."""
    scores = _calm(rng, mask)
    places = np.cumsum(mask, axis=1) * mask  # 1, 2, … at what is seen
    return np.where((places == 1) | (places == 2), 3.0, scores)


def _both_in_a_row(rng, mask):
    """Put neighbours 2000 apart; the first row begins low, the next one high."""
    places = np.arange(mask.shape[1]) + np.arange(mask.shape[0])[:, None]
    return _calm(rng, mask) - 1000 * (-1.0) ** places


def _rows_far_apart(rng, mask):
    return _calm(rng, mask) + 1000 * (-1.0) ** np.arange(mask.shape[0])[:, None]


SCORES = {
    "": _calm,
    "equal scores": lambda rng, mask: np.full(mask.shape, 0.5),
    "two scores on top": _two_on_top,
    "1000 and −1000 in a row": _both_in_a_row,
    "a row near 1000 and one near −1000": _rows_far_apart,
    "scores near 1000": lambda rng, mask: _calm(rng, mask) + 1000,
    "scores near −1000": lambda rng, mask: _calm(rng, mask) - 1000,
    "1000 where hidden": lambda rng, mask: _calm(rng, mask) + 1000 * ~mask,
    "−1000 in sight": lambda rng, mask: _calm(rng, mask) - 1000 * mask,
    "−1000 in sight, 1000 where hidden": lambda rng, mask: _calm(rng, mask) + 1000 - 2000 * mask,
}
OF_HIDDEN = tuple(name for name in SCORES if "hidden" in name or "sight" in name)
TIES = ("equal scores", "two scores on top")


def _read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def _strided(array):
    """Lay an array in every second place of a wider one."""
    wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    wide[..., ::2] = array
    return wide[..., ::2]


LAYOUTS = {
    "": lambda array: array,
    "float32": lambda array: array.astype(np.float32) if array.dtype.kind == "f" else array,
    "read-only": _read_only,
    "strided": _strided,
    "transposed in memory": np.asfortranarray,
}


class Setting(NamedTuple):
    """What the arguments of one case are made of: scores and mask (n, m), and an own generator."""

    scores: np.ndarray
    mask: np.ndarray
    rng: np.random.Generator

    def numbers(self, *shape):
        """Draw multiples of 1/4 from −2 to 2, for values and all that is not compared."""
        return self.rng.integers(-8, 9, size=shape) / 4

    def queries_and_keys(self, scale=1.0):
        """Return queries (n, 4) and keys (m, 4) whose dot products are `scale` times the scores."""
        n, m = self.scores.shape
        lower = np.tril(self.rng.integers(-1, 2, size=(m, m)), -1) + np.eye(m)
        queries, keys = self.numbers(n, WIDTH), np.zeros((m, WIDTH))
        keys[:, :m] = lower  # beyond m a query may hold anything
        queries[:, :m] = scale * self.scores @ np.round(np.linalg.inv(lower)).T
        return queries, keys

    def projected(self, array, width=WIDTH + 1):
        """Return x (…, width) and W (width, d) with x @ W equal to `array` (…, d)."""
        x, W = self.numbers(*array.shape[:-1], width), np.zeros((width, array.shape[-1]))
        places = self.rng.permutation(width)[: array.shape[-1]]
        signs = self.rng.choice([-1.0, 1.0], size=array.shape[-1])
        x[..., places], W[places, np.arange(array.shape[-1])] = array * signs, signs
        return x, W


def edges_in_pairs(arguments, *, masks=(), scores=None, layouts=LAYOUTS, sizes=SIZES, without=()):
    """Return a function that gives {name: arguments} of all single edges and pairs of them.

    arguments : Setting → a tuple, or None where an exercise has no such case.
    masks : those that the text defines; without one, all keys are in sight.  sizes : see `SIZES`.
    scores : those that it defines, all by default.  without : edges of any kind that it does not.
    A pair is made of sizes, masks and scores; layouts, which hide nothing, take turns over all.
    """
    kinds = [
        [name for name in kind if name not in without]
        for kind in (
            sizes,
            dict.fromkeys(["", *masks]),
            _scores_for(masks) if scores is None else ["", *scores],
        )
    ]
    layouts = [name for name in layouts if name not in without]

    @functools.cache
    def made():
        rng, met, cases = np.random.default_rng(SEED), Counter(), {}
        for chosen in _singles_and_pairs(kinds):
            layout = min(layouts, key=lambda name: sum(met[edge, name] for edge in chosen))
            met.update((edge, layout) for edge in chosen)
            case = arguments(_setting(rng, sizes[chosen[0]], *chosen[1:]))
            if case is not None:
                named = [name for name in (*chosen, layout) if name]
                name = ", ".join(named if len(named) > 1 else [*named, "plain"])
                cases[name] = tuple(laid(LAYOUTS[layout], argument) for argument in case)
        return cases

    return made


def laid(layout, argument):
    """Return an array as it lies in memory in that layout; anything else as it is."""
    return layout(argument) if isinstance(argument, np.ndarray) else argument


def _scores_for(masks):
    return [name for name in SCORES if masks or name not in OF_HIDDEN]


def _setting(rng, shape, mask, scores):
    seen = MASKS[mask](rng, shape)
    return Setting(SCORES[scores](rng, seen), np.array(seen), rng)


def _singles_and_pairs(kinds):
    """Yield one name of each kind: all plain, then one edge each, then each two of two kinds."""
    plain = [kind[0] for kind in kinds]
    for count in (0, 1, 2):
        for places in combinations(range(len(kinds)), count):
            yield from _filled(plain, places, kinds)


def _filled(names, places, kinds):
    """Yield the names with each edge of the kinds at these places in turn."""
    if not places:
        yield tuple(names)
        return
    for edge in kinds[places[0]][1:]:
        changed = [edge if i == places[0] else name for i, name in enumerate(names)]
        yield from _filled(changed, places[1:], kinds)
