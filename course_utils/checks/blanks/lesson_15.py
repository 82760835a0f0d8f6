"""What is built in lesson 15: sinusoids, the matrix from place to place, a price for distance."""

import numpy as np

from course_utils.checks.declare import Lesson
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_inputs import moved, sizes

lesson = Lesson("15")


def _count_and_size(rng, square=False):
    return 4 if square else int(rng.integers(1, 9)), 4 if square else 2 * int(rng.integers(1, 6))


def _one_length(trial):
    table = np.asarray(trial.outputs["table"], dtype=float)
    squares = (table**2).sum(axis=1)
    return moved(squares, np.full(len(squares), table.shape[1] / 2), trial.tolerance)


def _begins_at_0(trial):
    row = np.asarray(trial.outputs["table"], dtype=float)[0]
    return moved(row, np.tile([0.0, 1.0], len(row) // 2), trial.tolerance)


def _first_hand(trial):
    table = np.asarray(trial.outputs["table"], dtype=float)
    p = np.arange(len(table))
    return moved(table[:, :2], np.stack([np.sin(p), np.cos(p)], axis=1), trial.tolerance)


def _hand_turns(trial):
    """The last hand's speed, from the places 0 and 1."""
    n, size = trial.arguments
    if n < 2:
        return None
    table = np.asarray(trial.outputs["table"], dtype=float)
    wanted = 10_000 ** (-(size - 2) / size)
    return moved(np.arctan2(table[1, -2], table[1, -1]), wanted, trial.tolerance)


@lesson.function(
    "15.a",
    "places as hands of clocks",
    outputs=lambda n, size: {"table": (n, size)},
    inputs=_count_and_size,
    edges={"one place": (1, 6), "one hand": (5, 2), "far away": (2000, 4)},
    properties=(
        Property("place 0 is 0 1 0 1 …: all hands point up", _begins_at_0),
        Property("all rows have the length √(size / 2)", _one_length),
        Property("the first hand turns by 1 a place", _first_hand),
        Property("the last hand turns by 10000^(−(size − 2) / size) a place", _hand_turns),
    ),
    hints=(
        "One angle for each place and each pair: which axis is whose?",
        "angles = np.outer(np.arange(n), ____), speeds 10000.0 ** (-np.arange(0, size, 2) / size)",
    ),
)
def waves(n, size):
    """Right: sines and cosines take turns, and each pair is slower than the one before."""
    speeds = 10_000.0 ** (-np.arange(0, size, 2) / size)
    angles = np.outer(np.arange(n), np.repeat(speeds, 2))
    return np.where(np.arange(size) % 2, np.cos(angles), np.sin(angles))


@waves.also_right
def by_loops(n, size):
    table = []
    for p in range(n):
        angles = [p / 10_000 ** (2 * i / size) for i in range(size // 2)]
        table.append([wave(angle) for angle in angles for wave in (np.sin, np.cos)])
    return np.array(table)


@waves.also_right
def by_complex_numbers(n, size):
    speeds = 10_000.0 ** (-np.arange(0, size, 2) / size)
    hands = np.exp(1j * np.outer(np.arange(n), speeds))
    return [[part for hand in row for part in (hand.imag, hand.real)] for row in hands]


@waves.also_right
def in_float32(n, size):
    return waves(n, size).astype(np.float32)


def _table(n, size, speeds, join=None):
    angles = np.arange(n)[:, None] * speeds
    parts = np.sin(angles), np.cos(angles)
    return join(parts) if join else np.stack(parts, axis=-1).reshape(n, size)


@waves.mistake
def in_halves(n, size):
    """All sines, then all cosines: many programs do so, and here they take turns, sin at 0, 2, …,
    cos at 1, 3, ….
    """
    speeds = 10_000.0 ** (-np.arange(0, size, 2) / size)
    return _table(n, size, speeds, lambda parts: np.concatenate(parts, axis=1))


@waves.mistake
def one_speed_for_each_feature(n, size):
    """Each feature has a speed of its own: a pair shares one, so count pairs, 2i / size."""
    angles = np.arange(n)[:, None] / 10_000 ** (np.arange(size) / size)
    return np.where(np.arange(size) % 2, np.cos(angles), np.sin(angles))


@waves.mistake
def half_the_exponent(n, size):
    """Your hands slow down too little: the exponent is 2i / size, and i counts the pairs."""
    return _table(n, size, 10_000.0 ** (-np.arange(size // 2) / size))


@waves.mistake
def they_speed_up(n, size):
    """Your hands speed up from pair to pair: divide by 10000^(2i / size)."""
    return _table(n, size, 10_000.0 ** (np.arange(0, size, 2) / size))


@waves.mistake
def cos_first(n, size):
    """Cosines stand where sines belong: sin at 0, 2, …, cos at 1, 3, …."""
    speeds = 10_000.0 ** (-np.arange(0, size, 2) / size)
    return _table(n, size, speeds, lambda p: np.stack(p[::-1], axis=-1).reshape(n, size))


@waves.mistake
def from_place_1(n, size):
    """The first row is place 0: np.arange(n) begins there."""
    return waves(n + 1, size)[1:]


@waves.mistake
def i_counts_features(n, size):
    """Your i counts features: it counts pairs, 0 0 1 1 …, so a pair shares its angle."""
    angles = np.arange(n)[:, None] / 10_000 ** (2 * np.arange(size) / size)
    return np.where(np.arange(size) % 2, np.cos(angles), np.sin(angles))


@waves.mistake
def in_degrees(n, size):
    """You turned by degrees: np.sin wants radians, and the formula's angles are radians already."""
    return _table(n, size, np.radians(10_000.0 ** (-np.arange(0, size, 2) / size)))


@waves.mistake
def all_hands_alike(n, size):
    """All your hands have one speed: each pair divides by another power of 10000."""
    return _table(n, size, np.ones(size // 2))


# 15.b: from place to place


def _step_and_size(rng, square=False):
    return int(rng.integers(-6, 9)), 4 if square else 2 * int(rng.integers(1, 6))


def _leads_on(trial):
    k, size = trial.arguments
    R, pe = np.asarray(trial.outputs["R"], dtype=float), waves(40, size)
    start, end = (pe[:-k], pe[k:]) if k > 0 else (pe[-k:], pe[: 40 + k])
    return moved(start @ R.T, end, 10 * trial.tolerance)


def _keeps_lengths(trial):
    R = np.asarray(trial.outputs["R"], dtype=float)
    return moved(R @ R.T, np.eye(len(R)), 10 * trial.tolerance)


@lesson.function(
    "15.b",
    "one matrix from place to place",
    outputs=lambda k, size: {"R": (size, size)},
    inputs=_step_and_size,
    edges={"no step": (0, 4), "one hand": (3, 2), "a step back": (-2, 6), "far": (30, 4)},
    properties=(
        Property("R @ PE[p] is PE[p + k], for 40 places", _leads_on),
        Property("it leaves lengths as they are: R Rᵀ = 1", _keeps_lengths),
    ),
    hints=(
        "The pair is (sin a, cos a). Write sin(a + b) as one row times that pair; what is row two?",
        "with b = k / 10000^(first / size): [[cos b, sin b], [____, cos b]]",
    ),
)
def shift(k, size):
    """Right: one rotation for each hand, the same for every place."""
    R = np.zeros((size, size))
    for first in range(0, size, 2):
        angle = k / 10_000 ** (first / size)
        sin, cos = np.sin(angle), np.cos(angle)
        R[first : first + 2, first : first + 2] = [[cos, sin], [-sin, cos]]
    return R


@shift.also_right
def by_diagonals(k, size):
    angles = k * 10_000.0 ** (-np.arange(0, size, 2) / size)
    sin = np.zeros(size - 1)
    sin[::2] = np.sin(angles)
    return np.diag(np.repeat(np.cos(angles), 2)) + np.diag(sin, 1) - np.diag(sin, -1)


@shift.also_right
def by_steps_of_1(k, size):
    return np.linalg.matrix_power(shift(1, size), k)


@shift.also_right
def shift_in_float32(k, size):
    return shift(k, size).astype(np.float32)


@shift.mistake
def steps_back(k, size):
    """Yours leads k places back: the sine stands first, so the minus belongs into the lower row."""
    return shift(-k, size)


@shift.mistake
def no_minus(k, size):
    """cos(a + b) = cos a cos b − sin a sin b: one entry needs a minus."""
    speeds = 10_000.0 ** (-np.arange(0, size, 2) / size)
    return _blocks(k * speeds, sign=1)


@shift.mistake
def one_angle_for_all(k, size):
    """All hands turn by k: each has its own speed, k / 10000^(first / size)."""
    return np.kron(np.eye(size // 2), shift(k, 2))


@shift.mistake
def first_hand_alone(k, size):
    """Only the first hand turns: every pair needs its block."""
    R = np.eye(size)
    R[:2, :2] = shift(k, 2)
    return R


@shift.mistake
def one_step_alone(k, size):
    """Yours leads one place on, whatever k is: a hand turns by k times its speed."""
    return shift(1, size)


@shift.mistake
def half_the_speed(k, size):
    """Your hands turn at another speed than the table's: first is 0, 2, 4, …, divided by size."""
    return _blocks(k * 10_000.0 ** (-np.arange(size // 2) / size))


def _blocks(angles, sign=-1):
    R = np.zeros((2 * len(angles), 2 * len(angles)))
    for i, angle in enumerate(angles):
        sin, cos = np.sin(angle), np.cos(angle)
        R[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] = [[cos, sin], [sign * sin, cos]]
    return R


# 15.c: the price for distance


def _scores_and_slope(rng, square=False):
    n, m = sizes(rng, 2, square)
    return rng.normal(size=(n, m)), float(rng.uniform(0.1, 2))


def _own_place_is_free(trial):
    scores = trial.arguments[0]
    short = min(scores.shape)
    found = np.asarray(trial.outputs["scores"])[range(short), range(short)]
    return moved(found, scores[range(short), range(short)], trial.tolerance)


def _each_place_costs(trial):
    scores, slope = trial.arguments
    price = scores[0] - np.asarray(trial.outputs["scores"])[0]
    return moved(price, slope * np.arange(scores.shape[1]), 10 * trial.tolerance)


@lesson.function(
    "15.c",
    "a price for distance",
    outputs=lambda scores, slope: {"scores": scores.shape},
    inputs=_scores_and_slope,
    edges={
        "no price": (np.array([[1.0, 2, 3], [4, 5, 6]]), 0.0),
        "one key": (np.array([[1.0], [2], [3]]), 0.5),
        "one query": (np.array([[1.0, 2, 3]]), 0.5),
        "equal scores": (np.zeros((3, 4)), 1.0),
    },
    properties=(
        Property("a key at the query's own place costs nothing", _own_place_is_free),
        Property("query 0 pays `slope` more for each key further on", _each_place_costs),
    ),
    hints=(
        "Which table (n, m) has the distance |i − j|?",
        "scores - slope * np.abs(np.arange(n)[:, None] - ____)",
    ),
)
def priced(scores, slope):
    """Right: each score pays for the distance of its query and key."""
    n, m = scores.shape
    return scores - slope * np.abs(np.arange(n)[:, None] - np.arange(m))


@priced.also_right
def priced_by_loops(scores, slope):
    out = np.array(scores, dtype=float)
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] -= slope * abs(i - j)
    return out


@priced.also_right
def priced_by_outer(scores, slope):
    n, m = scores.shape
    return scores - np.abs(np.subtract.outer(np.arange(n), np.arange(m))) * slope


@priced.also_right
def priced_in_float32(scores, slope):
    return priced(scores.astype(np.float32), np.float32(slope)).astype(np.float32)


def _distance(scores):
    n, m = scores.shape
    return np.arange(n)[:, None] - np.arange(m)


@priced.mistake
def a_reward(scores, slope):
    """Yours rewards distance: what is far must score less, so take the price off."""
    return scores + slope * np.abs(_distance(scores))


@priced.mistake
def price_alone(scores, slope):
    """Yours is the price alone: take it off `scores`."""
    return -slope * np.abs(_distance(scores))


@priced.mistake
def not_absolute(scores, slope):
    """Keys behind the query win: the distance is |i − j|, without a sign."""
    return scores - slope * _distance(scores)


@priced.mistake
def divided(scores, slope):
    """Yours divides: the price is taken off, and a score of 0 pays as well."""
    return scores / (1 + slope * np.abs(_distance(scores)))


@priced.mistake
def squared(scores, slope):
    """The price grows with the distance's square: take its absolute value."""
    return scores - slope * _distance(scores) ** 2


@priced.mistake
def from_the_start(scores, slope):
    """Yours pays for the key's place, the same for every query: take the distance from i to j."""
    return scores - slope * np.arange(scores.shape[1])


@priced.mistake
def one_price_for_all(scores, slope):
    """Every key but the own costs the same: twice as far must cost twice as much."""
    return scores - slope * (_distance(scores) != 0)


@priced.mistake
def slope_forgotten(scores, slope):
    """The distance is taken off, and `slope` is not used: multiply by it."""
    return scores - np.abs(_distance(scores))
