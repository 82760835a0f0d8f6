"""What is built in lesson 21: layer norm, a feed-forward layer with its way around, a shift."""

import numpy as np

from course_utils.checks.declare import Lesson
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_inputs import moved, sizes

lesson = Lesson("21")
SMALL = 1e-5  # ε of the package


# 21.a: layer norm


def _vectors(rng, square=False):
    n, d = sizes(rng, 2, square, least=3)
    return (2 * rng.normal(size=(n, d)) + 3 * rng.normal(size=(n, 1)),)


def _mean_0(trial):
    means = trial.outputs["normal"].mean(axis=1)
    return moved(means, np.zeros(len(means)), 100 * trial.tolerance)


def _each_alone(trial):
    (x,) = trial.arguments
    alone = np.concatenate([trial.call(row[None])["normal"] for row in x])
    return moved(alone, trial.outputs["normal"], 10 * trial.tolerance)


@lesson.function(
    "21.a",
    "layer norm",
    outputs=lambda x: {"normal": x.shape},
    inputs=_vectors,
    edges={
        "one vector": (np.array([[2.0, 4, 6, 8]]),),
        "equal numbers": (np.full((2, 3), 5.0),),
        "two features": (np.array([[1.0, 3], [2, -2], [0, 10]]),),
        "small numbers": (np.array([[0.002, 0.004, 0.003], [0.01, 0.0, -0.01]]),),
        "large numbers": (np.array([[1000.0, 3000, 2000], [-500, 0, 500]]),),
        "vectors far apart": (np.array([[1.0, 2, 3], [100, 200, 400]]),),
    },
    properties=(
        Property("each vector's mean is 0", _mean_0),
        Property("a vector gets the same alone", _each_alone),
    ),
    hints=(
        "Each vector by itself: along which axis do its own features lie?",
        "x = x - x.mean(axis=____, keepdims=True); x / np.sqrt((x**2).mean(…) + 1e-5)",
    ),
)
def layer_norm(x):
    """Right: each vector has mean 0 and variance 1, whatever the others are."""
    x = x - x.mean(axis=1, keepdims=True)
    return x / np.sqrt((x * x).mean(axis=1, keepdims=True) + SMALL)


@layer_norm.also_right
def norm_by_variance(x):
    return (x - x.mean(-1)[:, None]) * (x.var(axis=-1)[:, None] + SMALL) ** -0.5


@layer_norm.also_right
def norm_row_by_row(x):
    rows = []
    for row in x:
        centred = row - sum(row) / len(row)
        rows.append(centred / np.sqrt(sum(centred**2) / len(row) + SMALL))
    return rows


@layer_norm.also_right
def norm_in_float32(x):
    return layer_norm(x.astype(np.float32))


@layer_norm.mistake
def over_the_places(x):
    """Your columns have mean 0, your vectors do not: each vector is taken by itself, axis 1."""
    return layer_norm(x.T).T


@layer_norm.mistake
def over_everything(x):
    """One mean and one variance for all vectors: each has its own."""
    return (x - x.mean()) / np.sqrt(x.var() + SMALL)


@layer_norm.mistake
def by_one_less(x):
    """The variance is divided by the number of features less one: here it is the plain mean of
    the squares.
    """
    ones = x.shape[1] - 1
    x = x - x.mean(axis=1, keepdims=True)
    return x / np.sqrt((x * x).sum(axis=1, keepdims=True) / ones + SMALL)


@layer_norm.mistake
def nothing_added(x):
    """Without 1e-5 in the root, equal numbers give 0 / 0, and small ones become too large."""
    with np.errstate(invalid="ignore"):
        return (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True)


@layer_norm.mistake
def by_the_variance(x):
    """Divided by the variance: it is its root, the standard deviation."""
    return (x - x.mean(axis=1, keepdims=True)) / (x.var(axis=1, keepdims=True) + SMALL)


@layer_norm.mistake
def mean_left_in(x):
    """The mean was not taken off: take it off first, then divide."""
    return x / np.sqrt(x.var(axis=1, keepdims=True) + SMALL)


@layer_norm.mistake
def never_divided(x):
    """The mean is off and the spread is left: divide by the root of variance + 1e-5."""
    return x - x.mean(axis=1, keepdims=True)


@layer_norm.mistake
def to_length_1(x):
    """Each vector has length 1: divide by the root of the mean of squares, not of their sum."""
    x = x - x.mean(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        return x / np.linalg.norm(x, axis=1, keepdims=True)


@layer_norm.mistake
def epsilon_outside(x):
    """1e-5 is added to the root: it belongs to the variance, inside of it."""
    return (x - x.mean(axis=1, keepdims=True)) / (x.std(axis=1, keepdims=True) + SMALL)


# 21.b: feed-forward, with a norm before it and a way around it


def _stream(rng, square=False):
    n, d, hidden = (4, 4, 4) if square else sizes(rng, 3, least=3)
    shapes = (n, d), (d, hidden), (hidden,), (hidden, d), (d,)
    return tuple(rng.normal(size=shape) for shape in shapes)


def _goes_past(trial):
    x, W, b, W_out, b_out = trial.arguments
    found = trial.call(x, W, b, np.zeros_like(W_out), np.zeros_like(b_out))["y"]
    return moved(found, x, 10 * trial.tolerance)


def _places_alone(trial):
    x, *rest = trial.arguments
    again = trial.call(x[::-1], *rest)["y"]
    return moved(again[::-1], trial.outputs["y"], 100 * trial.tolerance)


_X = np.array([[1.0, 2, 6], [0, -3, 1]])
_IN, _OUT = np.array([[1.0, 0], [0, 1], [-1, 2]]), np.array([[1.0, 2, 0], [0, 1, -1]])


@lesson.function(
    "21.b",
    "feed-forward, and a way around it",
    outputs=lambda x, *_: {"y": x.shape},
    inputs=_stream,
    edges={
        "one place": (_X[:1], _IN, np.zeros(2), _OUT, np.zeros(3)),
        "no bias": (_X, _IN, np.zeros(2), _OUT, np.zeros(3)),
        "nothing gets through": (_X, _IN, np.full(2, -9.0), _OUT, np.array([1.0, 2, 3])),
        "everything gets through": (_X, _IN, np.full(2, 9.0), _OUT, np.array([1.0, 2, 3])),
        "equal numbers in": (np.full((2, 3), 4.0), _IN, np.ones(2), _OUT, np.zeros(3)),
    },
    properties=(
        Property("with W_out and b_out of zeros, x comes out as it went in", _goes_past),
        Property("each place is alone: in another order the same vectors come out", _places_alone),
    ),
    hints=(
        "What is added at the end: x as it came in, or its norm?",
        "hidden = np.maximum(layer_norm(x) @ W + b, 0); then ____ + hidden @ W_out + b_out",
    ),
)
def feed(x, W, b, W_out, b_out):
    """Right: the layer reads the norm, and what it says is added to x itself."""
    return x + np.maximum(layer_norm(x) @ W + b, 0) @ W_out + b_out


@feed.also_right
def feed_place_by_place(x, W, b, W_out, b_out):
    out = []
    for vector in x:
        hidden = layer_norm(vector[None])[0] @ W + b
        hidden[hidden < 0] = 0
        out.append(vector + hidden @ W_out + b_out)
    return np.array(out)


@feed.also_right
def feed_by_where(x, W, b, W_out, b_out):
    hidden = np.einsum("nd,dh->nh", layer_norm(x), W) + b
    hidden = np.where(hidden > 0, hidden, 0.0)
    return b_out + np.einsum("nh,hd->nd", hidden, W_out) + x


@feed.also_right
def feed_in_float32(*arrays):
    return feed(*(array.astype(np.float32) for array in arrays))


@feed.mistake
def no_way_around(x, W, b, W_out, b_out):
    """x does not come out again: add it to what the layer says."""
    return feed(x, W, b, W_out, b_out) - x


@feed.mistake
def norm_goes_around(x, W, b, W_out, b_out):
    """What goes around is the norm of x: the road carries x itself, only layers read the norm."""
    return feed(x, W, b, W_out, b_out) - x + layer_norm(x)


@feed.mistake
def no_norm(x, W, b, W_out, b_out):
    """The layer reads x as it is: here it reads layer_norm(x)."""
    return x + np.maximum(x @ W + b, 0) @ W_out + b_out


@feed.mistake
def norm_at_the_end(x, W, b, W_out, b_out):
    """The norm stands at the end, as first published: here it stands before the layer."""
    return layer_norm(no_norm(x, W, b, W_out, b_out))


@feed.mistake
def never_cut(x, W, b, W_out, b_out):
    """Nothing is cut at 0: two matrices one after the other are one matrix."""
    return x + (layer_norm(x) @ W + b) @ W_out + b_out


@feed.mistake
def cut_at_the_end(x, W, b, W_out, b_out):
    """Cut at 0 after the second matrix: it is the hidden layer that is cut, or nothing negative
    could ever be added.
    """
    return x + np.maximum((layer_norm(x) @ W + b) @ W_out + b_out, 0)


@feed.mistake
def cut_before_the_bias(x, W, b, W_out, b_out):
    """The bias comes after the cut: it says from where on a feature is cut, so add it before."""
    return x + (np.maximum(layer_norm(x) @ W, 0) + b) @ W_out + b_out


@feed.mistake
def inner_bias_forgotten(x, W, b, W_out, b_out):
    """b is left out: it is added before the cut."""
    return feed(x, W, np.zeros_like(b), W_out, b_out)


@feed.mistake
def outer_bias_forgotten(x, W, b, W_out, b_out):
    """b_out is left out: it is added after the second matrix."""
    return feed(x, W, b, W_out, np.zeros_like(b_out))


@feed.mistake
def norm_of_what_is_said(x, W, b, W_out, b_out):
    """The norm is of what the layer says: here it is of what the layer reads."""
    return x + layer_norm(np.maximum(x @ W + b, 0) @ W_out + b_out)


# 21.c: what the decoder reads, and what it is asked for


def _targets(rng, square=False):
    rows, longest = (4, 2) if square else sizes(rng, 2, least=2, most=6)
    target = np.zeros((rows, longest + 2), int)
    for row, length in enumerate([longest, *rng.integers(1, longest + 1, rows - 1)]):
        target[row, : length + 2] = 1, *rng.integers(3, 18, length), 2
    return (target,)


def _same_width(target):
    shape = len(target), target.shape[1] - 1
    return {"read": shape, "asked": shape}


def _next_of_what_is_read(trial):
    (target,) = trial.arguments
    read, asked = trial.outputs["read"], trial.outputs["asked"]
    for place in range(target.shape[1] - 1):
        if not np.array_equal(read[:, place], target[:, place]):
            return f"at place {place} it reads {read[:, place].tolist()}"
        if not np.array_equal(asked[:, place], target[:, place + 1]):
            return f"at place {place} it is asked for {asked[:, place].tolist()}"
    return None


@lesson.function(
    "21.c",
    "what is read, and what is asked",
    outputs=_same_width,
    inputs=_targets,
    edges={
        "one symbol": (np.array([[1, 5, 2]]),),
        "nothing but marks": (np.array([[1, 2]]),),
        "a row that ends early": (np.array([[1, 5, 7, 9, 2], [1, 4, 2, 0, 0]]),),
        "the same symbol twice": (np.array([[1, 6, 6, 6, 2]]),),
    },
    properties=(Property("at each place it is asked for what comes next", _next_of_what_is_read),),
    hints=(
        "What has been written before the first symbol? And which of all is never read?",
        "return target[:, :____], target[:, ____:]",
    ),
)
def read_and_asked(target):
    """Right: it reads up to a place, and is asked for the next one."""
    return target[:, :-1], target[:, 1:]


@read_and_asked.also_right
def by_split(target):
    width = target.shape[1] - 1
    places = np.arange(width)
    return np.take(target, places, axis=1), np.take(target, places + 1, axis=1)


@read_and_asked.also_right
def row_by_row(target):
    return [list(row[:-1]) for row in target], [list(row[1:]) for row in target]


@read_and_asked.also_right
def as_float32(target):
    return target[:, :-1].astype(np.float32), target[:, 1:].astype(np.float32)


@read_and_asked.mistake
def never_shifted(target):
    """It reads what it is asked for: the answer lies open, and nothing is learned but to copy."""
    return target[:, 1:], target[:, 1:]


@read_and_asked.mistake
def asked_for_what_it_reads(target):
    """It is asked for what it reads: the start mark too, and never for the end."""
    return target[:, :-1], target[:, :-1]


@read_and_asked.mistake
def the_other_way(target):
    """Turned round: it reads the next symbol and is asked for the one before."""
    return target[:, 1:], target[:, :-1]


@read_and_asked.mistake
def next_but_one(target):
    """It is asked for the next symbol but one: shift by one place."""
    asked = np.concatenate([target[:, 2:], np.zeros((len(target), 1), int)], axis=1)
    return target[:, :-1], asked


@read_and_asked.mistake
def the_end_is_cut(target):
    """The end marks are gone from what is asked: without them it never learns to stop."""
    read, asked = target[:, :-1], target[:, 1:].copy()
    asked[asked == 2] = 0
    return read, asked
