"""What is built in lesson 17: the way back through the mix, softmax, dot products and rule 2."""

import numpy as np

from course_utils.checks.declare import Lesson
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_inputs import moved, sizes

lesson = Lesson("17")


def nudge(shape):
    """Return a fixed array of that shape, a direction to move in."""
    return np.sin(1.0 + np.arange(np.prod(shape))).reshape(shape)


def told(trial, name, along):
    """Say where what `name` is told along `nudge` is not `along`, what the loss grows by."""
    gradient = np.asarray(trial.outputs[name], dtype=float)
    return moved((gradient * nudge(gradient.shape)).sum(), along, 10 * trial.tolerance)


# 17.a: the mix


def _mixed(rng, square=False):
    n, m, d_v = sizes(rng, 3, square)
    weights = rng.dirichlet(np.ones(m), size=n)
    return rng.normal(size=(n, d_v)), weights, rng.normal(size=(m, d_v))


def _values_nudged(trial):
    d_context, weights, values = trial.arguments
    return told(trial, "d_values", (d_context * (weights @ nudge(values.shape))).sum())


def _weights_nudged(trial):
    d_context, weights, values = trial.arguments
    return told(trial, "d_weights", (d_context * (nudge(weights.shape) @ values)).sum())


def _all_is_handed_on(trial):
    found = np.asarray(trial.outputs["d_values"], dtype=float).sum(axis=0)
    return moved(found, trial.arguments[0].sum(axis=0), 10 * trial.tolerance)


@lesson.function(
    "17.a",
    "back through the mix",
    outputs=lambda d_context, weights, values: {
        "d_weights": weights.shape,
        "d_values": values.shape,
    },
    inputs=_mixed,
    edges={
        "one query, one key": (np.array([[1.0, -2]]), np.array([[1.0]]), np.array([[3.0, 4]])),
        "the lesson's example": (
            np.array([[1.0, 0], [0, -1]]),
            np.array([[0.5, 0.25, 0.25], [0.25, 0.25, 0.5]]),
            np.array([[4.0, 0], [0, 4], [4, 4]]),
        ),
        "a key that nobody looks at": (
            np.array([[1.0], [2]]),
            np.array([[1.0, 0], [1, 0]]),
            np.array([[3.0], [5]]),
        ),
    },
    properties=(
        Property("a nudge of the values moves the loss by what d_values says", _values_nudged),
        Property("a nudge of the weights moves the loss by what d_weights says", _weights_nudged),
        Property("rows of weights sum to 1, so all that is told is handed on", _all_is_handed_on),
    ),
    hints=(
        "Value j was used by every query: which sum does it hear, and over which axis?",
        "d_values = weights.____ @ d_context; return d_weights, d_values",
    ),
)
def mix_backward(d_context, weights, values):
    """Right: a value hears each query by its weight, a weight hears how its value fits."""
    return d_context @ values.T, weights.T @ d_context


@mix_backward.also_right
def mix_by_loops(d_context, weights, values):
    d_weights, d_values = np.zeros(weights.shape), np.zeros(values.shape)
    for i in range(len(weights)):
        for j in range(len(values)):
            d_weights[i, j] = (d_context[i] * values[j]).sum()
            d_values[j] += weights[i, j] * d_context[i]
    return d_weights, d_values


@mix_backward.also_right
def mix_by_einsum(d_context, weights, values):
    return np.einsum("if,jf->ij", d_context, values), np.einsum("ij,if->jf", weights, d_context)


@mix_backward.also_right
def mix_in_float32(d_context, weights, values):
    d_context, weights, values = (a.astype(np.float32) for a in (d_context, weights, values))
    return mix_backward(d_context, weights, values)


@mix_backward.mistake
def in_the_other_order(d_context, weights, values):
    """Both are there, in the other order: return d_weights first."""
    return mix_backward(d_context, weights, values)[::-1]


@mix_backward.mistake
def mean_over_queries(d_context, weights, values):
    """Your d_values is a mean over the queries: each adds its own, so take the sum."""
    d_weights, d_values = mix_backward(d_context, weights, values)
    return d_weights, d_values / len(weights)


@mix_backward.mistake
def values_in_place_of_the_complaint(d_context, weights, values):
    """Your d_values has values in it: what is handed on is d_context."""
    return d_context @ values.T, (weights.T @ weights) @ values


@mix_backward.mistake
def weights_told_in_place_of_weights(d_context, weights, values):
    """Your d_values asks d_weights: how far a query looked at a value stands in the weights."""
    d_weights = d_context @ values.T
    return d_weights, d_weights.T @ d_context


@mix_backward.mistake
def all_told_alike(d_context, weights, values):
    """Each value hears all of d_context: it hears a query only as far as it was looked at."""
    return d_context @ values.T, np.ones_like(values) * d_context.sum(axis=0)


@mix_backward.mistake
def weighed_already(d_context, weights, values):
    """Your d_weights is multiplied by the weights: that comes one step later, in softmax."""
    d_weights, d_values = mix_backward(d_context, weights, values)
    return weights * d_weights, d_values


@mix_backward.mistake
def signs_of_a_step(d_context, weights, values):
    """All signs are turned: a gradient says where the loss grows; the step goes against it."""
    d_weights, d_values = mix_backward(d_context, weights, values)
    return -d_weights, -d_values


# 17.b: the softmax, row by row


def _rows(rng, square=False):
    n, m = sizes(rng, 2, square)
    return rng.dirichlet(np.ones(m), size=n), rng.normal(size=(n, m))


def _rows_sum_to_0(trial):
    sums = np.asarray(trial.outputs["d_scores"], dtype=float).sum(axis=-1)
    return moved(sums, np.zeros_like(sums), trial.tolerance)


def _a_shift_is_not_heard(trial):
    weights, d_weights = trial.arguments
    again = trial.call(weights, d_weights + 3)["d_scores"]
    return moved(again, trial.outputs["d_scores"], 10 * trial.tolerance)


def _scores_nudged(trial):
    """A row answers a nudge by α_j (1[j = l] − α_l), lesson 03."""
    weights, d_weights = trial.arguments
    move = nudge(weights.shape)
    answer = [
        (np.diag(row) - np.outer(row, row)) @ by for row, by in zip(weights, move, strict=True)
    ]
    return told(trial, "d_scores", (d_weights * np.array(answer)).sum())


@lesson.function(
    "17.b",
    "back through softmax",
    outputs=lambda weights, d_weights: {"d_scores": weights.shape},
    inputs=_rows,
    edges={
        "one key": (np.ones((2, 1)), np.array([[3.0], [-1]])),
        "the lesson's example": (
            np.array([[0.5, 0.25, 0.25], [0.25, 0.25, 0.5]]),
            np.array([[4.0, 0, 4], [0, -4, -4]]),
        ),
        "all on one key": (np.array([[0.0, 1, 0]]), np.array([[1.0, 2, 3]])),
        "told alike": (np.array([[0.2, 0.8]]), np.array([[5.0, 5]])),
    },
    properties=(
        Property("each row of d_scores sums to 0: a shift of scores moves nothing", _rows_sum_to_0),
        Property(
            "what all weights of a row are told alike, scores do not hear", _a_shift_is_not_heard
        ),
        Property("a nudge of the scores moves the loss by what d_scores says", _scores_nudged),
    ),
    hints=(
        "Which one number is taken off a row of d_weights? It is a mean: by which weights?",
        "means = (weights * d_weights).sum(axis=1, keepdims=True); return weights * ____",
    ),
)
def softmax_backward(weights, d_weights):
    """Right: off with the row's mean, then each by its own weight."""
    means = (weights * d_weights).sum(axis=-1, keepdims=True)
    return weights * (d_weights - means)


@softmax_backward.also_right
def softmax_by_slopes(weights, d_weights):
    slopes = [np.diag(row) - np.outer(row, row) for row in weights]
    return np.array([told @ table for told, table in zip(d_weights, slopes, strict=True)])


@softmax_backward.also_right
def softmax_by_loops(weights, d_weights):
    out = np.zeros(weights.shape)
    for i, (row, told) in enumerate(zip(weights, d_weights, strict=True)):
        mean = sum(a * t for a, t in zip(row, told, strict=True))
        out[i] = [a * (t - mean) for a, t in zip(row, told, strict=True)]
    return out


@softmax_backward.also_right
def softmax_in_float32(weights, d_weights):
    return softmax_backward(weights.astype(np.float32), d_weights.astype(np.float32))


@softmax_backward.mistake
def the_diagonal_alone(weights, d_weights):
    """This is α (1 − α), a weight's slope by its own score: each score moves the others too."""
    return weights * (1 - weights) * d_weights


@softmax_backward.mistake
def no_mean(weights, d_weights):
    """The row's mean is missing: your rows do not sum to 0."""
    return weights * d_weights


@softmax_backward.mistake
def a_plain_mean(weights, d_weights):
    """You take off a plain mean: it is weighed by the weights."""
    return weights * (d_weights - d_weights.mean(axis=-1, keepdims=True))


@softmax_backward.mistake
def mean_of_the_products(weights, d_weights):
    """You divide by the number of keys too: weights sum to 1, so the weighed sum is the mean."""
    return weights * (d_weights - (weights * d_weights).mean(axis=-1, keepdims=True))


@softmax_backward.mistake
def the_sum_unweighed(weights, d_weights):
    """You take off the sum of d_weights: weigh it by the weights first."""
    return weights * (d_weights - d_weights.sum(axis=-1, keepdims=True))


@softmax_backward.mistake
def mean_over_columns(weights, d_weights):
    """Your means run over the queries: softmax ran over the keys, so each row has its own."""
    return weights * (d_weights - (weights * d_weights).sum(axis=0, keepdims=True))


@softmax_backward.mistake
def one_mean_for_all(weights, d_weights):
    """You take one sum over the whole table: each row has its own."""
    return weights * (d_weights - (weights * d_weights).sum())


@softmax_backward.mistake
def not_weighed(weights, d_weights):
    """The mean is right; the weight in front is missing."""
    return d_weights - (weights * d_weights).sum(axis=-1, keepdims=True)


@softmax_backward.mistake
def softmax_turned(weights, d_weights):
    """All signs are turned: the mean is taken off, not the other way round."""
    return -softmax_backward(weights, d_weights)


# 17.c: scaled dot products


def _dots(rng, square=False):
    n, m, d = sizes(rng, 3, square)
    return rng.normal(size=(n, m)), rng.normal(size=(n, d)), rng.normal(size=(m, d))


def _dot_loss(d_scores, queries, keys):
    return (d_scores * (queries @ keys.T)).sum() / queries.shape[1] ** 0.5


def _queries_nudged(trial):
    d_scores, queries, keys = trial.arguments
    return told(trial, "d_queries", _dot_loss(d_scores, nudge(queries.shape), keys))


def _keys_nudged(trial):
    d_scores, queries, keys = trial.arguments
    return told(trial, "d_keys", _dot_loss(d_scores, queries, nudge(keys.shape)))


@lesson.function(
    "17.c",
    "back through scaled dot products",
    outputs=lambda d_scores, queries, keys: {"d_queries": queries.shape, "d_keys": keys.shape},
    inputs=_dots,
    edges={
        "one pair": (np.array([[2.0]]), np.array([[1.0, 2]]), np.array([[3.0, 4]])),
        "one feature": (np.array([[1.0, -1]]), np.array([[2.0]]), np.array([[3.0], [5]])),
        "one score alone": (np.array([[0.0, 1], [0, 0]]), np.eye(2), np.ones((2, 2))),
    },
    properties=(
        Property("a nudge of the queries moves the loss by what d_queries says", _queries_nudged),
        Property("a nudge of the keys moves the loss by what d_keys says", _keys_nudged),
    ),
    hints=(
        "Score i j has q_i · k_j in it. Which vector multiplies q_i there? Sum over what?",
        "d_queries = d_scores @ ____ / np.sqrt(d), d_keys = d_scores.T @ ____ / np.sqrt(d)",
    ),
)
def dot_backward(d_scores, queries, keys):
    """Right: a query is told in keys, a key in queries, both over the same root."""
    root = queries.shape[1] ** 0.5
    return d_scores @ keys / root, d_scores.T @ queries / root


@dot_backward.also_right
def dot_by_loops(d_scores, queries, keys):
    d_queries, d_keys = np.zeros(queries.shape), np.zeros(keys.shape)
    for (i, j), d in np.ndenumerate(d_scores / np.sqrt(queries.shape[1])):
        d_queries[i] += d * keys[j]
        d_keys[j] += d * queries[i]
    return d_queries, d_keys


@dot_backward.also_right
def dot_by_einsum(d_scores, queries, keys):
    scaled = d_scores / np.sqrt(keys.shape[-1])
    return np.einsum("ij,jf->if", scaled, keys), np.einsum("ij,if->jf", scaled, queries)


@dot_backward.also_right
def dot_in_float32(d_scores, queries, keys):
    d_scores, queries, keys = (a.astype(np.float32) for a in (d_scores, queries, keys))
    return dot_backward(d_scores, queries, keys)


@dot_backward.mistake
def root_forgotten(d_scores, queries, keys):
    """The root is missing: scores were divided by √d, so is all that comes back through them."""
    return d_scores @ keys, d_scores.T @ queries


@dot_backward.mistake
def divided_by_the_width(d_scores, queries, keys):
    """You divide by d: the scores were divided by its root."""
    return d_scores @ keys / keys.shape[1], d_scores.T @ queries / keys.shape[1]


@dot_backward.mistake
def times_the_root(d_scores, queries, keys):
    """You multiply by the root: scores were divided by it, so is all that comes back."""
    root = keys.shape[1] ** 0.5
    return d_scores @ keys * root, d_scores.T @ queries * root


@dot_backward.mistake
def root_of_the_number_of_keys(d_scores, queries, keys):
    """You divide by the root of the number of keys: it is the width of a key."""
    root = len(keys) ** 0.5
    return d_scores @ keys / root, d_scores.T @ queries / root


@dot_backward.mistake
def keys_first(d_scores, queries, keys):
    """Both are there, in the other order: return d_queries first."""
    return dot_backward(d_scores, queries, keys)[::-1]


@dot_backward.mistake
def root_for_the_queries_alone(d_scores, queries, keys):
    """d_queries is right; d_keys needs the same root."""
    d_queries, d_keys = dot_backward(d_scores, queries, keys)
    return d_queries, d_keys * keys.shape[1] ** 0.5


@dot_backward.mistake
def dot_turned(d_scores, queries, keys):
    """All signs are turned: a gradient says where the loss grows; the step goes against it."""
    d_queries, d_keys = dot_backward(d_scores, queries, keys)
    return -d_queries, -d_keys


# 17.d: rule 2


def _hidden(rng, square=False):
    n, m, width = sizes(rng, 3, square)
    return rng.normal(size=(n, m)), np.tanh(rng.normal(size=(n, m, width))), rng.normal(size=width)


def _inside_nudged(trial, by_query, by_key):
    """What the loss grows by when the sums inside tanh are nudged."""
    d_scores, hidden, v = trial.arguments
    return (d_scores[..., None] * v * (1 - hidden**2) * (by_query + by_key)).sum()


def _asking_nudged(trial):
    n, _, width = trial.arguments[1].shape
    return told(trial, "d_asking", _inside_nudged(trial, nudge((n, width))[:, None], 0))


def _asked_nudged(trial):
    _, m, width = trial.arguments[1].shape
    return told(trial, "d_asked", _inside_nudged(trial, 0, nudge((m, width))))


def _v_nudged(trial):
    d_scores, hidden, v = trial.arguments
    return told(trial, "d_v", (d_scores * (hidden @ nudge(v.shape))).sum())


@lesson.function(
    "17.d",
    "back through rule 2",
    outputs=lambda d_scores, hidden, v: {
        "d_asking": (len(hidden), len(v)),
        "d_asked": (hidden.shape[1], len(v)),
        "d_v": v.shape,
    },
    inputs=_hidden,
    edges={
        "one pair": (np.array([[2.0]]), np.array([[[0.5, -0.5]]]), np.array([1.0, 3])),
        "tanh saturated": (np.ones((2, 3)), np.ones((2, 3, 4)), np.arange(4.0)),
        "one hidden feature": (np.ones((2, 3)), np.zeros((2, 3, 1)), np.array([2.0])),
        "v of zeros": (np.ones((2, 3)), np.full((2, 3, 2), 0.5), np.zeros(2)),
    },
    properties=(
        Property("a nudge of the projected queries: what d_asking says", _asking_nudged),
        Property("a nudge of the projected keys: what d_asked says", _asked_nudged),
        Property("a nudge of v moves the loss by what d_v says", _v_nudged),
    ),
    hints=(
        "First the numbers inside tanh, (n, m, width): d_scores, v and the slope 1 − t². Whom do "
        "query i and key j share them with?",
        "inside = d_scores[:, :, None] * v * ____; then inside.sum(axis=1), inside.sum(axis=0), "
        "and d_v is a sum over all pairs of d_scores times ____",
    ),
)
def additive_backward(d_scores, hidden, v):
    """Right: through v, through tanh, and then each sum hears all its pairs."""
    inside = d_scores[..., None] * v * (1 - hidden**2)  # (n, m, width)
    d_v = (d_scores[..., None] * hidden).sum(axis=(0, 1))
    return inside.sum(axis=1), inside.sum(axis=0), d_v


@additive_backward.also_right
def additive_by_loops(d_scores, hidden, v):
    n, m, width = hidden.shape
    d_asking, d_asked, d_v = np.zeros((n, width)), np.zeros((m, width)), np.zeros(width)
    for (i, j), d in np.ndenumerate(d_scores):
        inside = d * v * (1 - hidden[i, j] ** 2)
        d_asking[i] += inside
        d_asked[j] += inside
        d_v += d * hidden[i, j]
    return d_asking, d_asked, d_v


@additive_backward.also_right
def additive_by_einsum(d_scores, hidden, v):
    slope = 1 - hidden * hidden
    return (
        np.einsum("ij,ijh->ih", d_scores, slope) * v,
        np.einsum("ij,ijh->jh", d_scores, slope) * v,
        np.einsum("ij,ijh->h", d_scores, hidden),
    )


@additive_backward.also_right
def additive_in_float32(d_scores, hidden, v):
    d_scores, hidden, v = (a.astype(np.float32) for a in (d_scores, hidden, v))
    return additive_backward(d_scores, hidden, v)


def _back(d_scores, hidden, v, slope):
    inside = d_scores[..., None] * v * slope
    d_v = (d_scores[..., None] * hidden).sum(axis=(0, 1))
    return inside.sum(axis=1), inside.sum(axis=0), d_v


@additive_backward.mistake
def tanh_skipped(d_scores, hidden, v):
    """The slope of tanh is missing, 1 − t²: where tanh is saturated, nothing comes through."""
    return _back(d_scores, hidden, v, 1)


@additive_backward.mistake
def slope_without_the_square(d_scores, hidden, v):
    """Your slope is 1 − t: it is 1 − t²."""
    return _back(d_scores, hidden, v, 1 - hidden)


@additive_backward.mistake
def tanh_of_tanh(d_scores, hidden, v):
    """`hidden` is tanh already: its slope is 1 − hidden², without a second tanh."""
    return _back(d_scores, hidden, v, 1 - np.tanh(hidden) ** 2)


@additive_backward.mistake
def tanh_of_tanh_everywhere(d_scores, hidden, v):
    """`hidden` is tanh already: take it as it is, for the slope and for d_v."""
    return additive_backward(d_scores, np.tanh(hidden), v)


@additive_backward.mistake
def v_skipped(d_scores, hidden, v):
    """v is missing: a hidden feature counts as much as v says."""
    d_asking, d_asked, _ = _back(d_scores, hidden, np.ones_like(v), 1 - hidden**2)
    return d_asking, d_asked, _back(d_scores, hidden, v, 1)[2]


@additive_backward.mistake
def means_of_pairs(d_scores, hidden, v):
    """You take means over the pairs: each pair adds its own."""
    d_asking, d_asked, d_v = additive_backward(d_scores, hidden, v)
    n, m = d_scores.shape
    return d_asking / m, d_asked / n, d_v / (n * m)


@additive_backward.mistake
def v_told_inside(d_scores, hidden, v):
    """Your d_v went through tanh's slope: v stands outside, and is multiplied by tanh itself."""
    d_asking, d_asked, _ = additive_backward(d_scores, hidden, v)
    return d_asking, d_asked, (d_scores[..., None] * (1 - hidden**2)).sum(axis=(0, 1))


@additive_backward.mistake
def asked_before_asking(d_scores, hidden, v):
    """Queries and keys have changed places: query i shares its pairs with all keys, axis 1."""
    d_asking, d_asked, d_v = additive_backward(d_scores, hidden, v)
    return d_asked, d_asking, d_v
