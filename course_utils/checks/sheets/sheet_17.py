"""The exercises of sheet 17: ways back through a dial, a matrix, one text, and shared keys."""

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_inputs import moved, sizes

sheet = Sheet("17")


def nudge(shape):
    """Return a fixed array of that shape, a direction to move in."""
    return np.sin(1.0 + np.arange(np.prod(shape))).reshape(shape)


def told(trial, name, along):
    """Say where what `name` is told along `nudge` is not `along`, what the loss grows by."""
    gradient = np.asarray(trial.outputs[name], dtype=float)
    return moved((gradient * nudge(gradient.shape)).sum(), along, 10 * trial.tolerance)


def growth(loss, step=1e-5):
    """Return how fast `loss(by)` grows at by = 0, by central differences."""
    return (loss(step) - loss(-step)) / (2 * step)


def _row_rule(weights, d_weights):
    return weights * (d_weights - (weights * d_weights).sum(axis=-1, keepdims=True))


sheet.choice(
    "17.1",
    "weights without a sum",
    points=1,
    asks="""
    Some models weigh each key for itself, by a sigmoid: α_j = 1 / (1 + exp(−e_j)). Nothing is
    divided by a sum. The weights of a row are told 2, 2, 2. What are its scores told?
    """,
    letter="b",
    options={
        "a": ("nothing, 0, 0, 0", "So it is with softmax: there all scores up moves nothing."),
        "b": (
            "2 α_j (1 − α_j) each",
            "Right: no sum ties the keys together, so each score moves its own weight alone, and "
            "the diagonal is all there is.",
        ),
        "c": ("2/3 each", "A third for each of three: who divides here?"),
        "d": ("2 each", "Only if a weight moved as much as its score."),
    },
    hints=(
        "Nudge e_1. Which weights move, and by how much?",
        "The slope of a sigmoid is ____, and ∂α_j / ∂e_l is 0 where j is not l.",
    ),
)


def _dial(scores, temperature, d_weights):
    """Return the arguments of 17.2: what the scores weigh comes first."""
    return softmax(scores / temperature), scores, temperature, d_weights


def _dialled(rng, square=False):
    scores, d_weights = rng.normal(size=(2, *sizes(rng, 2, square)))
    return _dial(scores, float(rng.uniform(0.4, 3)), d_weights)


def _scores_told(trial):
    _, scores, temperature, d_weights = trial.arguments
    move = nudge(scores.shape)

    def loss(by):
        return (softmax((scores + by * move) / temperature) * d_weights).sum()

    return told(trial, "d_scores", growth(loss))


def _twice_both(trial):
    """Scores and temperature twice as large change no weight: so together they are told nothing."""
    _, scores, temperature, _ = trial.arguments
    d_scores, d_temperature = (np.asarray(o, dtype=float) for o in trial.outputs.values())
    return moved(d_temperature * temperature, -(d_scores * scores).sum(), 10 * trial.tolerance)


def _dial_rows_sum_to_0(trial):
    sums = np.asarray(trial.outputs["d_scores"], dtype=float).sum(axis=-1)
    return moved(sums, np.zeros_like(sums), 10 * trial.tolerance)


@sheet.function(
    "17.2",
    "back through a dial that learns",
    points=2,
    asks="""
    A temperature T is learned too: weights = softmax(scores / T), one T for all rows. The way
    forward is done, and its weights are kept. Return what the scores (n, m) and T, one number,
    are told.
    """,
    outputs=lambda weights, scores, temperature, d_weights: {
        "d_scores": scores.shape,
        "d_temperature": (),
    },
    inputs=_dialled,
    edges={
        "temperature 1": _dial(np.array([[2.0, 1, 0]]), 1.0, np.array([[1.0, 0, 3]])),
        "one key": _dial(np.array([[2.0], [1]]), 0.5, np.array([[1.0], [4]])),
        "equal scores": _dial(np.full((2, 3), 1.5), 0.5, np.array([[1.0, 2, 4], [0, 1, 0]])),
        "all told alike": _dial(np.array([[2.0, 1, 0], [0, 1, 1]]), 2.0, np.full((2, 3), 4.0)),
    },
    properties=(
        Property("each row of d_scores sums to 0", _dial_rows_sum_to_0),
        Property("a nudge of the scores moves the loss by what d_scores says", _scores_told),
        Property("scores and T twice as large move nothing, so they are told nothing", _twice_both),
    ),
    hints=(
        "Call scores / T e. First what e is told; then what each of its two makers is.",
        "e = s / T has the slope 1 / T by s, and ____ by T; T is in every number of e: sum.",
    ),
)
def dial_backward(weights, scores, temperature, d_weights):
    """Right: the row rule, then both makers of scores / T: one divided, one summed."""
    means = (weights * d_weights).sum(axis=-1, keepdims=True)
    inner = weights * (d_weights - means)
    return inner / temperature, -(inner * scores).sum() / temperature**2


@dial_backward.also_right
def dial_by_loops(weights, scores, temperature, d_weights):
    d_scores, d_temperature = [], 0.0
    for row, a, d in zip(scores, weights, d_weights, strict=True):
        inner = a * (d - a @ d)
        d_scores.append(inner / temperature)
        d_temperature -= inner @ row / temperature**2
    return np.array(d_scores), d_temperature


@dial_backward.also_right
def dial_by_slopes(weights, scores, temperature, d_weights):
    slopes = np.eye(scores.shape[1]) * weights[:, None] - weights[:, :, None] * weights[:, None]
    inner = np.einsum("ij,ijl->il", d_weights, slopes)
    return inner / temperature, np.sum(inner * (-scores / temperature**2))


@dial_backward.also_right
def dial_in_float32(weights, scores, temperature, d_weights):
    weights, scores, d_weights = (a.astype(np.float32) for a in (weights, scores, d_weights))
    d_scores, d_temperature = dial_backward(weights, scores, temperature, d_weights)
    return d_scores.astype(np.float32), np.float32(d_temperature)


@dial_backward.mistake
def scores_not_divided(weights, scores, temperature, d_weights):
    """Your d_scores stops at scores / T: one more step, its slope by the scores."""
    inner = _row_rule(weights, d_weights)
    return inner, -(inner * scores).sum() / temperature**2


@dial_backward.mistake
def minus_forgotten(weights, scores, temperature, d_weights):
    """A larger T makes s / T smaller: d_temperature needs a minus."""
    inner = _row_rule(weights, d_weights)
    return inner / temperature, (inner * scores).sum() / temperature**2


@dial_backward.mistake
def divided_once(weights, scores, temperature, d_weights):
    """By T the slope of s / T is −s / T², with the square."""
    inner = _row_rule(weights, d_weights)
    return inner / temperature, -(inner * scores).sum() / temperature


@dial_backward.mistake
def divided_three_times(weights, scores, temperature, d_weights):
    """Your d_temperature is divided by T once too often: d_scores has a T below it already."""
    d_scores = _row_rule(weights, d_weights) / temperature
    return d_scores, -(d_scores * scores).sum() / temperature**2


@dial_backward.mistake
def softmax_skipped_for_the_dial(weights, scores, temperature, d_weights):
    """Your d_temperature skips softmax: T hears what scores / T is told, not what weights are."""
    d_scores = _row_rule(weights, d_weights) / temperature
    return d_scores, -(d_weights * scores).sum() / temperature**2


@dial_backward.mistake
def times_the_temperature(weights, scores, temperature, d_weights):
    """Your d_scores is multiplied by T: scores were divided by it, and so is what they are told."""
    inner = _row_rule(weights, d_weights)
    return inner * temperature, -(inner * scores).sum() / temperature**2


@dial_backward.mistake
def diagonal_of_the_dial(weights, scores, temperature, d_weights):
    """Your result is as if softmax's slope were α (1 − α): the row's mean has to come off."""
    inner = weights * (1 - weights) * d_weights
    return inner / temperature, -(inner * scores).sum() / temperature**2


@dial_backward.mistake
def mean_over_all_scores(weights, scores, temperature, d_weights):
    """Your d_temperature is a mean: every score adds its own."""
    inner = _row_rule(weights, d_weights)
    return inner / temperature, -(inner * scores).mean() / temperature**2


@dial_backward.mistake
def scores_left_out(weights, scores, temperature, d_weights):
    """Your d_temperature is always 0, up to rounding: the slope by T, −s / T², has the scores."""
    inner = _row_rule(weights, d_weights)
    return inner / temperature, -inner.sum() / temperature**2


@dial_backward.mistake
def one_temperature_a_row(weights, scores, temperature, d_weights):
    """You return one number for each row: there is one T, and it hears all of them."""
    inner = _row_rule(weights, d_weights)
    return inner / temperature, -(inner * scores).sum(axis=-1) / temperature**2


def _general(rng, square=False):
    n, m, d_q, d_k = sizes(rng, 4, square)
    shapes = (n, m), (n, d_q), (d_q, d_k), (m, d_k)
    return tuple(rng.normal(size=shape) for shape in shapes)


def _general_loss(d_scores, queries, W, keys):
    return (d_scores * (queries @ W @ keys.T)).sum()


def _general_queries(trial):
    d_scores, queries, W, keys = trial.arguments
    return told(trial, "d_queries", _general_loss(d_scores, nudge(queries.shape), W, keys))


def _general_matrix(trial):
    d_scores, queries, W, keys = trial.arguments
    return told(trial, "d_W", _general_loss(d_scores, queries, nudge(W.shape), keys))


def _general_keys(trial):
    d_scores, queries, W, keys = trial.arguments
    return told(trial, "d_keys", _general_loss(d_scores, queries, W, nudge(keys.shape)))


@sheet.function(
    "17.3",
    "back through the general rule",
    points=2,
    asks="""
    Lesson 06's general rule scores by a matrix between two widths: e_ij = q_i W k_j, with W
    (d_q, d_k) and no root. Return what queries, W and keys are told, in this order.
    """,
    outputs=lambda d_scores, queries, W, keys: {
        "d_queries": queries.shape,
        "d_W": W.shape,
        "d_keys": keys.shape,
    },
    inputs=_general,
    edges={
        "one pair": (
            np.array([[2.0]]),
            np.array([[1.0, 2]]),
            np.array([[1.0, 0, 3], [0, 1, 1]]),
            np.array([[1.0, -1, 2]]),
        ),
        "W is 1 on the diagonal": (np.eye(2), np.ones((2, 2)), np.eye(2), np.full((2, 2), 3.0)),
        "one feature each": (
            np.array([[1.0, -1]]),
            np.array([[2.0]]),
            np.array([[5.0]]),
            np.array([[1.0], [3]]),
        ),
    },
    properties=(
        Property("a nudge of the queries moves the loss by what d_queries says", _general_queries),
        Property("a nudge of W moves the loss by what d_W says", _general_matrix),
        Property("a nudge of the keys moves the loss by what d_keys says", _general_keys),
    ),
    hints=(
        "Write e_ij as a sum over two features, q_if W_fg k_jg. What stands beside W_fg, in all?",
        "d_queries = d_scores @ keys @ W.T, d_W = queries.T @ d_scores @ ____, and d_keys alike",
    ),
)
def general_backward(d_scores, queries, W, keys):
    """Right: each of the three hears the other two, summed over what it does not have."""
    return d_scores @ keys @ W.T, queries.T @ d_scores @ keys, d_scores.T @ queries @ W


@general_backward.also_right
def general_by_einsum(d_scores, queries, W, keys):
    return (
        np.einsum("ij,fg,jg->if", d_scores, W, keys),
        np.einsum("ij,if,jg->fg", d_scores, queries, keys),
        np.einsum("ij,if,fg->jg", d_scores, queries, W),
    )


@general_backward.also_right
def general_by_loops(d_scores, queries, W, keys):
    d_queries, d_W, d_keys = np.zeros(queries.shape), np.zeros(W.shape), np.zeros(keys.shape)
    for (i, j), d in np.ndenumerate(d_scores):
        d_queries[i] += d * (W @ keys[j])
        d_W += d * np.outer(queries[i], keys[j])
        d_keys[j] += d * (queries[i] @ W)
    return d_queries, d_W, d_keys


@general_backward.also_right
def general_in_float32(d_scores, queries, W, keys):
    return general_backward(*(a.astype(np.float32) for a in (d_scores, queries, W, keys)))


@general_backward.mistake
def a_root_too_much(d_scores, queries, W, keys):
    """This rule has no root, so the way back has none."""
    root = keys.shape[1] ** 0.5
    return tuple(d / root for d in general_backward(d_scores, queries, W, keys))


@general_backward.mistake
def matrix_skipped(d_scores, queries, W, keys):
    """Queries and keys hear each other without W: it stands between them."""
    _, d_W, _ = general_backward(d_scores, queries, W, keys)
    if W.shape[0] != W.shape[1]:
        raise ValueError("the widths of queries and keys differ")
    return d_scores @ keys, d_W, d_scores.T @ queries


@general_backward.mistake
def matrix_last(d_scores, queries, W, keys):
    """All three are there, in another order: d_queries, d_W, d_keys."""
    d_queries, d_W, d_keys = general_backward(d_scores, queries, W, keys)
    return d_queries, d_keys, d_W


@general_backward.mistake
def mean_over_pairs(d_scores, queries, W, keys):
    """Your d_W is a mean over the pairs: each pair adds its own."""
    d_queries, d_W, d_keys = general_backward(d_scores, queries, W, keys)
    return d_queries, d_W / d_scores.size, d_keys


@general_backward.mistake
def matrix_without_scores(d_scores, queries, W, keys):
    """Your d_W does not ask what each score is told: d_scores belongs in between."""
    d_queries, _, d_keys = general_backward(d_scores, queries, W, keys)
    return d_queries, queries.T @ np.ones_like(d_scores) @ keys, d_keys


@general_backward.mistake
def general_turned(d_scores, queries, W, keys):
    """All signs are turned: a gradient says where the loss grows; the step goes against it."""
    return tuple(-d for d in general_backward(d_scores, queries, W, keys))


def _read(x, d_context):
    """Return the arguments of 17.4: what a text weighs when it looks at itself."""
    return x, softmax(x @ x.T / x.shape[1] ** 0.5), d_context


def _one_text(rng, square=False):
    n, d = sizes(rng, 2, square)
    return _read(rng.normal(size=(n, d)), rng.normal(size=(n, d)))


def _text_told(trial):
    x, _, d_context = trial.arguments
    move = nudge(x.shape)

    def loss(by):
        moved_text = x + by * move
        return (_read(moved_text, d_context)[1] @ moved_text * d_context).sum()

    return told(trial, "d_x", growth(loss))


def _alone_it_is_handed_on(trial):
    x, _, d_context = trial.arguments
    alone = trial.call(x[:1], np.ones((1, 1)), d_context[:1])["d_x"]
    return moved(alone, d_context[:1], 10 * trial.tolerance)


@sheet.function(
    "17.4",
    "one text, three roles",
    points=2,
    asks="""
    Self-attention without matrices: weights = softmax(x xᵀ / √d), context = weights x, so each
    row of x (n, d) is query, key and value at once. The weights are kept. Return what x is told,
    (n, d).
    """,
    outputs=lambda x, weights, d_context: {"d_x": x.shape},
    inputs=_one_text,
    edges={
        "one token": _read(np.array([[1.0, 2, 3]]), np.array([[4.0, 5, 6]])),
        "equal tokens": _read(np.ones((3, 2)), np.array([[1.0, 0], [0, 2], [3, 1]])),
        "one feature": _read(np.array([[1.0], [-1]]), np.array([[2.0], [0.5]])),
        "nobody complains": _read(np.array([[1.0, 0], [0, 1]]), np.zeros((2, 2))),
    },
    properties=(
        Property("a token alone hears what its context is told", _alone_it_is_handed_on),
        Property("a nudge of x moves the loss by what d_x says", _text_told),
    ),
    hints=(
        "Go back as if queries, keys and values were three arrays. Then: what if they are one?",
        "d_x = d_scores @ x / √d + d_scores.T @ x / √d + ____",
    ),
)
def text_backward(x, weights, d_context):
    """Right: three roads lead back to x, and what they tell adds up."""
    root = x.shape[1] ** 0.5
    d_weights = d_context @ x.T
    d_scores = weights * (d_weights - (weights * d_weights).sum(axis=-1, keepdims=True))
    return (d_scores + d_scores.T) @ x / root + weights.T @ d_context


@text_backward.also_right
def text_by_loops(x, weights, d_context):
    root, n = np.sqrt(x.shape[1]), len(x)
    d_x = np.zeros(x.shape)
    for i in range(n):
        told_i = [d_context[i] @ x[j] for j in range(n)]
        mean = sum(weights[i, j] * told_i[j] for j in range(n))
        for j in range(n):
            d = weights[i, j] * (told_i[j] - mean) / root
            d_x[i] += d * x[j]
            d_x[j] += d * x[i] + weights[i, j] * d_context[i]
    return d_x


@text_backward.also_right
def text_road_by_road(x, weights, d_context):
    root = np.sqrt(x.shape[-1])
    queries = keys = values = x
    slopes = np.eye(len(x)) * weights[:, None] - weights[:, :, None] * weights[:, None]
    d_scores = np.einsum("ij,ijl->il", d_context @ values.T, slopes)
    return sum((d_scores @ keys / root, d_scores.T @ queries / root, weights.T @ d_context))


@text_backward.also_right
def text_in_float32(x, weights, d_context):
    x, weights, d_context = (a.astype(np.float32) for a in (x, weights, d_context))
    return text_backward(x, weights, d_context).astype(np.float32)


def _roads(x, weights, d_context):
    root = x.shape[1] ** 0.5
    d_scores = _row_rule(weights, d_context @ x.T)
    return d_scores @ x / root, d_scores.T @ x / root, weights.T @ d_context


@text_backward.mistake
def value_road_alone(x, weights, d_context):
    """Your x hears as value only: it is query and key too."""
    return _roads(x, weights, d_context)[2]


@text_backward.mistake
def keys_forgotten(x, weights, d_context):
    """As query and as value, yes. As key each token is asked too."""
    as_query, _, as_value = _roads(x, weights, d_context)
    return as_query + as_value


@text_backward.mistake
def queries_forgotten(x, weights, d_context):
    """As key and as value, yes. As query each token asks too."""
    _, as_key, as_value = _roads(x, weights, d_context)
    return as_key + as_value


@text_backward.mistake
def values_forgotten(x, weights, d_context):
    """As query and as key, yes. The values that are mixed are x too."""
    as_query, as_key, _ = _roads(x, weights, d_context)
    return as_query + as_key


@text_backward.mistake
def asks_twice(x, weights, d_context):
    """As key a token hears its column of d_scores: yours takes the row twice."""
    as_query, _, as_value = _roads(x, weights, d_context)
    return 2 * as_query + as_value


@text_backward.mistake
def value_road_turned(x, weights, d_context):
    """As value a token hears its column of weights, who looked at it: yours takes the row."""
    as_query, as_key, _ = _roads(x, weights, d_context)
    return as_query + as_key + weights @ d_context


@text_backward.mistake
def mean_of_the_roads(x, weights, d_context):
    """Your result is a third of it: what three roads tell adds up."""
    return sum(_roads(x, weights, d_context)) / 3


@text_backward.mistake
def text_without_root(x, weights, d_context):
    """The root is missing on the way back: scores were divided by √d."""
    as_query, as_key, as_value = _roads(x, weights, d_context)
    return (as_query + as_key) * x.shape[1] ** 0.5 + as_value


@text_backward.mistake
def text_by_the_diagonal(x, weights, d_context):
    """Your result is as if softmax's slope were α (1 − α): the row's mean has to come off."""
    root = x.shape[1] ** 0.5
    d_scores = weights * (1 - weights) * (d_context @ x.T)
    return (d_scores + d_scores.T) @ x / root + weights.T @ d_context


def _shared(rng, square=False):
    batch, n, m, d = sizes(rng, 4, square)
    return rng.normal(size=(batch, n, m)), rng.normal(size=(batch, n, d))


def _shared_told(trial):
    d_scores, queries = trial.arguments
    keys = nudge((d_scores.shape[2], queries.shape[2]))
    return told(trial, "d_keys", (d_scores * (queries @ keys.T)).sum())


def _batch_twice(trial):
    d_scores, queries = trial.arguments
    again = trial.call(np.concatenate([d_scores] * 2), np.concatenate([queries] * 2))["d_keys"]
    return moved(again, 2 * np.asarray(trial.outputs["d_keys"]), 10 * trial.tolerance)


@sheet.function(
    "17.5",
    "bug hunt: keys that all share",
    points=2,
    asks="""
    All texts of a batch ask the **same** keys (m, d): scores = queries @ keys.T, with queries
    (batch, n, d) and scores (batch, n, m), without a root. The function below is meant to say
    what the keys are told. It runs, its result has the right shape, and its steps are too small.
    Write `shared_backward` without the bug.
    """,
    outputs=lambda d_scores, queries: {"d_keys": (d_scores.shape[2], queries.shape[2])},
    inputs=_shared,
    edges={
        "one text": (np.ones((1, 2, 3)), np.arange(4.0).reshape(1, 2, 2)),
        "one query each": (np.ones((3, 1, 2)), np.arange(6.0).reshape(3, 1, 2)),
        "one key": (np.ones((2, 3, 1)), np.arange(12.0).reshape(2, 3, 2)),
    },
    properties=(
        Property("a nudge of the keys moves the loss by what d_keys says", _shared_told),
        Property("a batch twice over tells the keys twice as much", _batch_twice),
    ),
    hints=(
        "Two texts that say the same: how much does the loss grow with a key, compared with one?",
        "(d_scores.swapaxes(1, 2) @ queries).____(axis=0)",
    ),
)
def shared_backward(d_scores, queries):
    """Right: whoever is used by all hears all, and a sum it is."""
    return (d_scores.swapaxes(1, 2) @ queries).sum(axis=0)


@shared_backward.also_right
def shared_by_einsum(d_scores, queries):
    return np.einsum("bij,bif->jf", d_scores, queries)


@shared_backward.also_right
def shared_as_one_long_text(d_scores, queries):
    return d_scores.reshape(-1, d_scores.shape[-1]).T @ queries.reshape(-1, queries.shape[-1])


@shared_backward.also_right
def shared_in_float32(d_scores, queries):
    return shared_backward(d_scores.astype(np.float32), queries.astype(np.float32))


@shared_backward.mistake
def mean_over_the_batch(d_scores, queries):
    """This is still the bug: a mean over the batch. Each text adds what it tells."""
    return (d_scores.swapaxes(1, 2) @ queries).mean(axis=0)


@shared_backward.mistake
def first_text_alone(d_scores, queries):
    """Only the first text is heard: the keys were used by all."""
    return d_scores[0].T @ queries[0]


@shared_backward.mistake
def last_text_alone(d_scores, queries):
    """Only the last text is heard, as if each wrote over the one before: add them up."""
    return d_scores[-1].T @ queries[-1]


@shared_backward.mistake
def batch_kept(d_scores, queries):
    """Your result has one array for each text: there is one set of keys, so sum over the batch."""
    return d_scores.swapaxes(1, 2) @ queries


@shared_backward.mistake
def summed_too_early(d_scores, queries):
    """Your result is as if texts met each other's queries: first the product, then the sum."""
    return d_scores.sum(axis=0).T @ queries.sum(axis=0)


@shared_backward.mistake
def mean_over_queries(d_scores, queries):
    """Your result is too small by the number of queries: each adds its own."""
    return (d_scores.swapaxes(1, 2) @ queries).sum(axis=0) / queries.shape[1]


@sheet.value(
    "17.6",
    "a row by hand",
    points=1,
    asks="""
    A row of softmax has the weights 0.6, 0.3 and 0.1; they are told 1, 2 and 5. What are its three
    scores told? Three numbers, within 0.005.
    """,
    what="three numbers",
    tolerance=0.005,
    hints=(
        "The row's mean, weighed by the weights, comes first: 0.6 · 1 + 0.3 · 2 + 0.1 · 5.",
        "It is 1.7. So: 0.6 · (1 − 1.7), 0.3 · (____), 0.1 · (____).",
    ),
)
def row_by_hand():
    """Right: −0.42, 0.09 and 0.33. They sum to 0, and the first hears as much as both others."""
    return [-0.42, 0.09, 0.33]


@row_by_hand.mistake
def mean_left_on():
    """The mean is still in: the three should sum to 0."""
    return [0.6, 0.6, 0.5]


@row_by_hand.mistake
def by_the_diagonal():
    """That is α (1 − α) times what is told: the other keys' weights move too."""
    return [0.24, 0.42, 0.45]


@row_by_hand.mistake
def a_plain_mean():
    """The plain mean of 1, 2 and 5 is 8/3: here each counts by its weight, which gives 1.7."""
    return [-1.0, -0.2, 0.7 / 3]


@row_by_hand.mistake
def not_weighed():
    """The mean is off; now multiply each by its own weight."""
    return [-0.7, 0.3, 3.3]


@row_by_hand.mistake
def sizes_alone():
    """These are the sizes: what is told less than the mean gets a minus, and the three sum to 0."""
    return [0.42, 0.09, 0.33]


@row_by_hand.mistake
def row_turned():
    """The signs are turned: told minus mean, so the first is below 0."""
    return [0.42, -0.09, -0.33]


sheet.reason(
    "17.7",
    "a colleague's shortcut",
    asks="""
    A colleague wants training to be faster: “on the way back I keep only each query's largest
    weight, for the other keys hardly matter; the loss still falls.” What do you answer? Say what
    the other keys are told, and which two measurements would show it. At least 30 words, in any
    language. The text is recorded, not scored.
    """,
    least_words=30,
    praise="Compare it with a solution: does yours name what the others are told, and two numbers?",
    hints=(
        "How much of what a row of scores is told goes to the top key at the most?",
        "Central differences would show ____, and training from several starts ____.",
    ),
)
