"""The exercises of sheet 21: a block in order, layer norm, a shift, a block as first published."""

from math import prod

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import Property
from course_utils.checks.orders import stands_before
from course_utils.checks.sheets.attention_inputs import moved, sizes

sheet = Sheet("21")
SMALL = 1e-5  # ε of the package


@sheet.order(
    "21.1",
    "a decoder's block",
    points=2,
    asks="""
    Put lines in order: one block of a decoder, its norms before the layers. `look` is attention:
    who asks, who is looked at. Two lines do not belong.
    """,
    lines={
        1: "x = x + look(norm_2(x), memory)",
        2: "x = x + feed_forward(norm_3(x))",
        3: "x = x + look(norm_1(x), norm_1(x), causal_mask)",
        4: "x = look(norm_2(x), memory)",
        5: "x = x + look(memory, norm_2(x))",
    },
    hints=(
        "The text looks at itself first, then at the source. What comes last, place by place?",
        "3, then the line in which x asks the ____ and stays on the road, then 2.",
    ),
)
def decoder_lines():
    """Right: look at itself, look at the source, work on each place; and each is added to x."""
    return (3, 1, 2)


@decoder_lines.mistake(shows=lambda order: 4 in order)
def road_ends():
    """Line 4: x itself is lost, only what was looked at goes on. Each layer adds to the road."""
    return (3, 4, 2)


@decoder_lines.mistake(shows=lambda order: 5 in order)
def the_source_asks():
    """Line 5: the memory asks, and its length comes out. It is the text so far that asks."""
    return (3, 5, 2)


@decoder_lines.mistake(shows=lambda order: stands_before(order, 1, 3))
def source_first():
    """Line 1 stands before line 3: a decoder's block looks at its own text first, then at the
    source [Vaswani 2017].
    """
    return (1, 3, 2)


@decoder_lines.mistake(shows=lambda order: stands_before(order, 2, 1))
def fed_too_early():
    """Line 2 stands before line 1: feed-forward comes last, on what both attentions brought."""
    return (3, 2, 1)


# 21.2: layer norm with its gain and bias


def _batch_of_vectors(rng, square=False):
    rows, n, d = (3, 3, 3) if square else sizes(rng, 3, least=3)
    x = 2 * rng.normal(size=(rows, n, d)) + 3 * rng.normal(size=(rows, n, 1))
    return x, 1 + 0.5 * rng.normal(size=d), rng.normal(size=d)


def _bias_and_gain(trial):
    x, gain, bias = trial.arguments
    plain = trial.call(x, np.ones_like(gain), np.zeros_like(bias))["normal"]
    return moved(trial.outputs["normal"], plain * gain + bias, 100 * trial.tolerance)


def _neither_scale_nor_place(trial):
    x, gain, bias = trial.arguments
    found = trial.call(1000 * x, gain, bias)["normal"]
    again = trial.call(1000 * x + 200, gain, bias)["normal"]
    return moved(again, found, 1e5 * trial.tolerance)


def _padding_has_no_say(trial):
    x, gain, bias = trial.arguments
    longer = np.concatenate([x, 50 + np.zeros_like(x[:, :1])], axis=1)
    found = trial.call(longer, gain, bias)["normal"][:, :-1]
    return moved(found, trial.outputs["normal"], 10 * trial.tolerance)


@sheet.function(
    "21.2",
    "layer norm, of a batch",
    points=3,
    asks="""
    x is (batch, n, d). Bring each vector to mean 0 and variance 1 over its own d features, with
    ε = 1e-5 added to the variance inside the root; then times `gain` (d,), plus `bias` (d,).
    Return (batch, n, d).
    """,
    outputs=lambda x, *_: {"normal": x.shape},
    inputs=_batch_of_vectors,
    edges={
        "one vector": (np.array([[[2.0, 4, 6, 8]]]), np.ones(4), np.zeros(4)),
        "equal numbers": (np.full((1, 2, 3), 5.0), np.full(3, 2.0), np.array([1.0, 2, 3])),
        "small numbers": (np.array([[[0.002, 0.004, 0.003]]]), np.ones(3), np.zeros(3)),
        "large numbers": (
            np.array([[[1000.0, 3000, 2000]], [[-500, 0, 500]]]),
            np.ones(3),
            np.zeros(3),
        ),
        "gain 2, bias −1": (np.array([[[1.0, 3], [2, -2]]]), np.full(2, 2.0), np.full(2, -1.0)),
        "a gain of 0": (np.array([[[1.0, 3], [2, -2]]]), np.array([0.0, 1]), np.array([5.0, 0])),
    },
    properties=(
        Property("gain multiplies and bias is added, feature by feature", _bias_and_gain),
        Property("200 added to every number changes nothing", _neither_scale_nor_place),
        Property("one more place in the batch changes no other", _padding_has_no_say),
    ),
    hints=(
        "Three axes: over which of them is the mean of one vector?",
        "mean = x.mean(axis=____, keepdims=True); the variance likewise; gain and bias at the end",
    ),
)
def layer_norm(x, gain, bias):
    """Right: each vector alone, then a gain and a bias for each feature."""
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = (centred**2).mean(axis=-1, keepdims=True)
    return gain * centred / np.sqrt(variance + SMALL) + bias


@layer_norm.also_right
def norm_by_std(x, gain, bias):
    scale = np.sqrt(np.var(x, axis=2) + SMALL)[..., None]
    return (x - np.mean(x, axis=2)[..., None]) / scale * gain + bias


@layer_norm.also_right
def norm_in_loops(x, gain, bias):
    out = np.empty(x.shape)
    for row, place in np.ndindex(*x.shape[:2]):
        vector = x[row, place]
        gap = vector - sum(vector) / len(vector)
        out[row, place] = gap / (gap @ gap / len(gap) + SMALL) ** 0.5 * gain + bias
    return out


@layer_norm.also_right
def norm_in_float32(*arrays):
    return layer_norm(*(array.astype(np.float32) for array in arrays))


def _normal(x, axis, ones=0, small=SMALL):
    centred = x - x.mean(axis=axis, keepdims=True)
    count = prod(x.shape[i] for i in np.atleast_1d(axis))
    squares = (centred**2).sum(axis=axis, keepdims=True) / max(count - ones, 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return centred / np.sqrt(squares + small)


@layer_norm.mistake
def over_the_batch(x, gain, bias):
    """Mean and variance run over the batch, axis 0: that is batch norm. A vector's own features
    lie on the last axis.
    """
    return gain * _normal(x, 0) + bias


@layer_norm.mistake
def over_the_places(x, gain, bias):
    """Mean and variance run over the places, axis 1: padding would change every word."""
    return gain * _normal(x, 1) + bias


@layer_norm.mistake
def over_places_and_features(x, gain, bias):
    """One mean for each sequence: each vector has its own."""
    return gain * _normal(x, (1, 2)) + bias


@layer_norm.mistake
def by_one_less(x, gain, bias):
    """The variance is divided by d − 1, as for a sample (`ddof=1`, or torch.std): here by d."""
    return gain * _normal(x, 2, ones=1) + bias


@layer_norm.mistake
def without_epsilon(x, gain, bias):
    """No ε: a vector of equal numbers gives 0 / 0, and small ones become too large."""
    return gain * _normal(x, 2, small=0) + bias


@layer_norm.mistake
def epsilon_outside(x, gain, bias):
    """ε is added to the root: it belongs to the variance, inside of it."""
    return gain * (x - x.mean(-1, keepdims=True)) / (x.std(-1, keepdims=True) + SMALL) + bias


@layer_norm.mistake
def bias_before_the_gain(x, gain, bias):
    """The bias is multiplied by the gain as well: gain first, then bias."""
    return gain * (_normal(x, 2) + bias)


# 21.3: the decoder's input, made of answers


def _labels(rng, square=False):
    rows, longest = (4, 4) if square else sizes(rng, 2, least=3, most=7)
    labels = np.zeros((rows, longest), int)
    for row, length in enumerate([longest, *rng.integers(2, longest + 1, rows - 1)]):
        labels[row, :length] = *rng.integers(3, 18, length - 1), 2
    return (labels,)


def _reads_the_answer_before(trial):
    (labels,) = trial.arguments
    read = trial.outputs["read"]
    for row, place in np.ndindex(*labels.shape):
        if place and labels[row, place] and read[row, place] != labels[row, place - 1]:
            return f"row {row}, place {place}: it reads {read[row, place]:g}"
    return None if (read[:, 0] == 1).all() else f"it begins with {read[:, 0].tolist()}"


def _answers_stay(trial):
    (labels,) = trial.arguments
    before = labels.copy()
    trial.call(labels)
    return None if np.array_equal(labels, before) else "what is asked was changed in place"


@sheet.function(
    "21.3",
    "the decoder's input",
    points=2,
    asks="""
    Many programs keep of a target only what is asked: `labels` (batch, n) has each row's symbols,
    its end mark 2, then padding 0, and **no** start mark. Make of it what the decoder reads,
    (batch, n): at each place the label of the place before, and first the start mark 1. Where
    there is nothing to ask for, it reads padding, 0.
    """,
    outputs=lambda labels: {"read": labels.shape},
    inputs=_labels,
    edges={
        "one symbol": (np.array([[5, 2]]),),
        "nothing but an end": (np.array([[2]]),),
        "a row that ends early": (np.array([[5, 7, 9, 2], [4, 2, 0, 0], [4, 6, 2, 0]]),),
        "the same symbol twice": (np.array([[6, 6, 6, 2]]),),
    },
    properties=(
        Property("it reads the answer of the place before", _reads_the_answer_before),
        Property("the labels are left as they were", _answers_stay),
    ),
    hints=(
        "5 7 2 is asked. What has been written when 5 is asked for? And when 2 is?",
        "read = np.zeros_like(labels); read[:, 0] = 1; read[:, 1:] = labels[:, :____]; then the "
        "places where labels is 0",
    ),
)
def decoder_input(labels):
    """Right: one place to the right, the start mark first, and no end mark is read."""
    read = np.ones_like(labels)
    read[:, 1:] = labels[:, :-1]
    return np.where(labels == 0, 0, read)


@decoder_input.also_right
def input_by_roll(labels):
    read = np.roll(labels, 1, axis=1)
    read[:, 0] = 1
    return read * (labels > 0)


@decoder_input.also_right
def input_row_by_row(labels):
    out = np.zeros(labels.shape, int)
    for row, found in enumerate(labels):
        wanted = [1, *found[:-1]]
        for place, asked in enumerate(found):
            out[row, place] = wanted[place] if asked else 0
    return out


@decoder_input.also_right
def input_in_float32(labels):
    return decoder_input(labels).astype(np.float32)


@decoder_input.mistake
def not_shifted(labels):
    """It reads the labels themselves: the loss falls to nearly 0, and it writes nonsense."""
    return labels.copy()


@decoder_input.mistake
def shifted_left(labels):
    """Shifted to the left, so it reads what comes after: the answer before is needed."""
    read = np.zeros_like(labels)
    read[:, :-1] = labels[:, 1:]
    return read


@decoder_input.mistake
def the_end_comes_first(labels):
    """Rolled, and the last label came round to the first place: there stands the start mark."""
    return np.roll(labels, 1, axis=1) * (labels > 0)


@decoder_input.mistake
def start_over_the_first(labels):
    """The start mark was written over the first symbol: everything moves one place on."""
    read = labels.copy()
    read[:, 0] = 1
    return read


@decoder_input.mistake
def the_end_is_read(labels):
    """An end mark is read where nothing is asked for: put padding there."""
    read = np.ones_like(labels)
    read[:, 1:] = labels[:, :-1]
    return read


# 21.4: a block as first published


def _block(rng, square=False):
    n, d, hidden = (4, 4, 4) if square else sizes(rng, 3, least=3)
    shapes = (n, d), (4, d, d), (d, hidden), (hidden, d)
    x, W, inner, outer = (rng.normal(size=shape) for shape in shapes)
    return x, W / d**0.5, inner, outer


def _vectors_are_normal(trial):
    y = trial.outputs["y"]
    return moved(y.mean(axis=1), np.zeros(len(y)), 1000 * trial.tolerance)


def _silent_layers(trial):
    x, W, inner, outer = trial.arguments
    found = trial.call(x, np.zeros_like(W), inner, np.zeros_like(outer))["y"]
    normal = _normal(np.asarray(x, float), 1)
    return moved(found, _normal(normal, 1), 1000 * trial.tolerance)


def _first_place_alone(trial):
    x, *rest = trial.arguments
    found = trial.call(x[:1], *rest)["y"]
    return moved(found, trial.outputs["y"][:1], 1000 * trial.tolerance)


_EYES = np.stack([np.eye(3)] * 4)
_FOUR = np.array([[0.0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [1, 1, 0, 0]])


def _scored(*rows):
    """A block of three places whose scores are these rows: its x are rows of the identity."""
    asks = np.zeros((4, 4))
    asks[:3, :3] = 2 * np.array(rows)  # the scale is √4
    W = np.stack([asks, np.eye(4), _FOUR, np.eye(4)])
    return np.eye(4)[:3], W, np.eye(4), _FOUR


@sheet.function(
    "21.4",
    "a block as first published",
    points=3,
    asks="""
    [Vaswani 2017] put the norm **after** each layer: x = norm(x + layer(x)). Write one block that
    looks back: x (n, d); W (4, d, d) has W_query, W_key, W_value and W_output of one head,
    `inner` (d, hidden) and `outer` (hidden, d) belong to feed-forward, without biases. First
    self-attention behind a causal mask (scale √d), then feed-forward, each with its way around and
    its norm (no gain, no bias, ε = 1e-5). Return (n, d).
    """,
    outputs=lambda x, *_: {"y": x.shape},
    inputs=_block,
    edges={
        "one place": (np.array([[1.0, 2, 6]]), _EYES, np.eye(3), np.eye(3)),
        "two places": (np.array([[1.0, 2, 6], [0, -3, 1]]), _EYES, np.eye(3), np.eye(3)),
        "scores near 1000": _scored([1000, 0, 0], [1000, 1001, 0], [1001, 1000, 1002]),
        "scores near −1000": _scored([-1000, 0, 0], [-1000, -1001, 0], [-1001, -1000, -1002]),
        "scores near −3000": _scored([-3000, 0, 0], [-3000, -3001, 0], [-3001, -3000, -3002]),
        "rows far apart": _scored([0, 0, 0], [1000, 1001, 0], [-1001, -1000, -1002]),
        "−1000 and 1000 in a row": _scored([0, 0, 0], [1000, -1000, 0], [-1000, 1000, 999]),
        "a hidden key would win": _scored([0, 2000, 0], [0, 1, 2000], [1, 0, 2]),
        "feed-forward says nothing": (
            np.array([[1.0, 2, 6], [0, -3, 1], [2, 2, 1]]),
            _EYES,
            np.eye(3),
            np.zeros((3, 3)),
        ),
    },
    properties=(
        Property("each vector that comes out has mean 0", _vectors_are_normal),
        Property("with silent layers it is the norm of x, twice", _silent_layers),
        Property("the first place sees itself alone", _first_place_alone),
    ),
    hints=(
        "Two layers, two ways around, two norms. Which array does the second layer read?",
        "x = norm(x + attention(x)); x = norm(____ + np.maximum(____ @ inner, 0) @ outer)",
    ),
)
def block(x, W, inner, outer):
    """Right: look back, add, norm; work on each place, add, norm."""
    queries, keys, values = (x @ one for one in W[:3])
    scores = queries @ keys.T / x.shape[1] ** 0.5
    looked = softmax(scores, mask=np.tri(len(x), dtype=bool)) @ values @ W[3]
    x = _normal(x + looked, 1)
    return _normal(x + np.maximum(x @ inner, 0) @ outer, 1)


@block.also_right
def block_hidden_by_infinity(x, W, inner, outer):
    W_query, W_key, W_value, W_output = W
    scores = (x @ W_query) @ (x @ W_key).T / np.sqrt(x.shape[-1])
    scores = np.where(np.tri(len(x)) > 0, scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    x = _normal(x + weights @ (x @ W_value) @ W_output, -1)
    return _normal(x + (x @ inner).clip(0) @ outer, -1)


@block.also_right
def row_by_row(x, W, inner, outer):
    W_query, W_key, W_value, W_output = W
    out = []
    for i, vector in enumerate(x):
        seen = x[: i + 1]
        scores = (seen @ W_key) @ (vector @ W_query) / len(vector) ** 0.5
        looked = softmax(scores) @ (seen @ W_value) @ W_output
        vector = _normal((vector + looked)[None], 1)[0]
        fed = np.maximum(vector @ inner, 0) @ outer
        out.append(_normal((vector + fed)[None], 1)[0])
    return np.array(out)


@block.also_right
def block_in_float32(*arrays):
    return block(*(array.astype(np.float32) for array in arrays))


def _looked(x, W, mask=True, scale=None):
    scale = x.shape[1] ** 0.5 if scale is None else scale
    scores = (x @ W[0]) @ (x @ W[1]).T / scale
    mask = np.tri(len(x), dtype=bool) if mask else None
    return softmax(scores, mask=mask) @ (x @ W[2]) @ W[3]


@block.mistake
def norms_before(x, W, inner, outer):
    """The norms stand before the layers, as in the lesson: here each stands around x + layer(x)."""
    x = x + _looked(_normal(x, 1), W)
    return x + np.maximum(_normal(x, 1) @ inner, 0) @ outer


@block.mistake
def no_way_around(x, W, inner, outer):
    """Neither layer has a way around it: norm(x + layer(x))."""
    x = _normal(_looked(x, W), 1)
    return _normal(np.maximum(x @ inner, 0) @ outer, 1)


@block.mistake
def added_to_the_first_x(x, W, inner, outer):
    """The second way around carries the block's input: it carries what the first layer left."""
    first = _normal(x + _looked(x, W), 1)
    return _normal(x + np.maximum(first @ inner, 0) @ outer, 1)


@block.mistake
def sees_the_future(x, W, inner, outer):
    """No mask: the first place has looked at those after it."""
    x = _normal(x + _looked(x, W, mask=False), 1)
    return _normal(x + np.maximum(x @ inner, 0) @ outer, 1)


@block.mistake
def never_scaled(x, W, inner, outer):
    """The scores are not divided by √d, the root of x.shape[1]."""
    x = _normal(x + _looked(x, W, scale=1), 1)
    return _normal(x + np.maximum(x @ inner, 0) @ outer, 1)


@block.mistake
def fed_first(x, W, inner, outer):
    """Feed-forward came first: it is self-attention, then feed-forward."""
    x = _normal(x + np.maximum(x @ inner, 0) @ outer, 1)
    return _normal(x + _looked(x, W), 1)


@block.mistake
def one_norm(x, W, inner, outer):
    """One norm at the very end: each layer has its own."""
    x = x + _looked(x, W)
    return _normal(x + np.maximum(x @ inner, 0) @ outer, 1)


@block.mistake
def nothing_cut(x, W, inner, outer):
    """Nothing is cut at 0 between `inner` and `outer`: np.maximum(…, 0)."""
    x = _normal(x + _looked(x, W), 1)
    return _normal(x + x @ inner @ outer, 1)


@block.mistake
def without_the_output(x, W, inner, outer):
    """W[3], the output's matrix, is left out: what was mixed goes through it."""
    x = _normal(x + _looked(x, np.stack([*W[:3], np.eye(len(W[3]))])), 1)
    return _normal(x + np.maximum(x @ inner, 0) @ outer, 1)


sheet.reason(
    "21.5",
    "one part less, three seeds",
    asks="""
    Below, a small Transformer learns numbers below a thousand in 150 steps, as it is and with one
    part changed, three seeds each. Choose another part in `CHANGE`: "residual": False,
    "norm": "after" or "none", "positions": "none", "learned", "rotary" or "distance". Run it, and
    write what your table shows in one sentence, with both ranges, and in another what it does
    **not** show. At least 25 words, in any language. The text is recorded, not scored.
    """,
    least_words=25,
    praise="Compare it with the solution: are both ranges in yours, and the limits of the table?",
    hints=(
        "Do the two ranges overlap? Then three seeds cannot tell the parts apart.",
        "“With … right in … to … of 100, without in … to ….” It says nothing about ____ models.",
    ),
)
