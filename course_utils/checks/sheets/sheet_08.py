"""The exercises of sheet 08: names, the layer around a rule, its parameters, a pooling layer."""

import numpy as np

from course_utils.attention import AttentionLayer, softmax
from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_inputs import (
    moved,
    no_negative_weight,
    rows_sum_to_one,
    sizes,
)

sheet = Sheet("08")


@sheet.value(
    "08.1",
    "name the part",
    points=1,
    asks="""
    Names: 1 attention layer, 2 scoring function, 3 mechanism, 4 attention function. Which
    number belongs to each sentence? Each is used once.

    - a) A query and a key go in, a number comes out.
    - b) It scores, normalises and mixes; it has no matrices of its own but those of the
      score.
    - c) It has W_Q, W_K, W_V and W_O.
    - d) In papers usually the whole idea; in the article the box with the dense layers.
    """,
    what="four numbers, one for each sentence",
    hints=(
        "Order them from the smallest part to the widest word: which one only makes a score?",
        "a is 2, the scoring function; the one with four matrices, c, is ____.",
    ),
)
def names():
    """Right: scoring function, attention function, attention layer, mechanism."""
    return (2, 4, 1, 3)


@names.mistake
def function_and_layer_exchanged():
    """The attention function has no matrices; those belong to the layer: exchange them."""
    return (2, 1, 4, 3)


@names.mistake
def score_and_attention_exchanged():
    """The scoring function gives numbers for pairs; softmax and mix come after it."""
    return (4, 2, 1, 3)


@names.mistake
def layer_and_mechanism_exchanged():
    """“Mechanism” is the wide word for the whole; the box with four matrices is the layer."""
    return (2, 4, 3, 1)


@names.mistake
def attention_and_mechanism_exchanged():
    """b names three stages, and that is the function; “mechanism” is the wide word, d."""
    return (2, 3, 1, 4)


@names.mistake(name="reversed")
def all_reversed():
    """All reversed: from the smallest part to the whole."""
    return (3, 1, 4, 2)


def _arrays(rng, square=False):
    n, m, d, d_k, d_v, d_out = sizes(rng, 6, square)
    x, y = rng.normal(size=(n, d)), rng.normal(size=(m, d))
    shapes = (d, d_k), (d, d_k), (d, d_v), (d_v, d_out)
    return x, y, *(rng.normal(0, shape[0] ** -0.5, shape) for shape in shapes)


def _output_is_linear(trial):
    *rest, W_output = trial.arguments
    again = trial.call(*rest, 2 * W_output)["output"]
    return moved(again, 2 * trial.outputs["output"], trial.tolerance)


def _values_are_linear(trial):
    x, y, W_query, W_key, W_value, W_output = trial.arguments
    again = trial.call(x, y, W_query, W_key, -W_value, W_output)["output"]
    return moved(again, -trial.outputs["output"], trial.tolerance)


def _y_in_any_order(trial):
    x, y, *rest = trial.arguments
    return moved(trial.call(x, y[::-1], *rest)["output"], trial.outputs["output"], trial.tolerance)


def _one_source(trial):
    """With a single position to look at, the output is that position's value, projected."""
    x, y, W_query, W_key, W_value, W_output = trial.arguments
    found = trial.call(x, y[:1], W_query, W_key, W_value, W_output)["output"]
    wanted = np.repeat(y[:1] @ W_value @ W_output, len(x), axis=0)
    return moved(found, wanted, 10 * trial.tolerance)


def _by_hand(trial):
    """Scores 2 and 0 at width 4, scaled to 1 and 0."""
    x, y = np.array([[1.0, 0]]), np.array([[1.0, 0], [0, 1]])
    W = np.array([[2**0.5, 0, 0, 0], [0, 2**0.5, 0, 0]])
    found = trial.call(x, y, W, W, np.eye(2), np.eye(2))["output"]
    return moved(found, np.array([[np.e, 1]]) / (np.e + 1), trial.tolerance)


def _blind_keys(trial):
    x, y, W_query, W_key, W_value, W_output = trial.arguments
    found = trial.call(x, y, W_query, 0 * W_key, W_value, W_output)["output"]
    wanted = np.repeat((y @ W_value).mean(axis=0)[None] @ W_output, len(x), axis=0)
    return moved(found, wanted, 10 * trial.tolerance)


@sheet.function(
    "08.2",
    "the layer: a rule and four matrices",
    points=3,
    asks="""
    x asks, y is looked at. The rule is rule 3, the **scaled** dot product. Sizes: x (n, d),
    y (m, d), W_query and W_key (d, d_k), W_value (d, d_v), W_output (d_v, d_out). Return
    the output.
    """,
    outputs=lambda x, *rest: {"output": (len(x), rest[-1].shape[1])},
    inputs=_arrays,
    edges={
        "one position to look at": (
            np.ones((2, 3)),
            np.ones((1, 3)),
            *(np.eye(3, 4),) * 2,
            np.eye(3, 5),
            np.eye(5, 6),
        ),
    },
    properties=(
        Property("twice W_output gives twice the output", _output_is_linear),
        Property("−W_value gives the output with the other sign", _values_are_linear),
        Property("y in reverse order gives the same output", _y_in_any_order),
        Property("one position to look at hands over its value, projected twice", _one_source),
        Property("scores 2 and 0 at width 4 give weights of ratio e", _by_hand),
        Property("a W_key of zeros makes every weight equal", _blind_keys),
    ),
    hints=(
        "Which array goes through which matrix, and which sizes meet at W_output?",
        "mixed = weights @ (y @ W_value), of width d_v; then mixed @ ____.",
    ),
)
def attention_layer(x, y, W_query, W_key, W_value, W_output):
    """Right: x asks, y is looked at, and four matrices carry the rule."""
    queries, keys, values = x @ W_query, y @ W_key, y @ W_value
    weights = softmax(queries @ keys.T / keys.shape[-1] ** 0.5)
    return weights @ values @ W_output


@attention_layer.also_right
def row_by_row(x, y, W_query, W_key, W_value, W_output):
    rows = []
    for row in x:
        scores = np.array([row @ W_query @ (other @ W_key) for other in y]) / W_key.shape[1] ** 0.5
        mixed = sum(w * other @ W_value for w, other in zip(softmax(scores), y, strict=True))
        rows.append(mixed @ W_output)
    return rows


@attention_layer.also_right
def matrices_multiplied_first(x, y, W_query, W_key, W_value, W_output):
    scores = x @ (W_query @ W_key.T) @ y.T / W_key.shape[1] ** 0.5
    return softmax(scores) @ y @ (W_value @ W_output)


@attention_layer.also_right
def in_float32(*arrays):
    return attention_layer(*(array.astype(np.float32) for array in arrays))


@attention_layer.mistake(name="W_output missing")
def W_output_missing(x, y, W_query, W_key, W_value, W_output):
    """The last matrix is missing: the mixed values still go through W_output."""
    queries, keys, values = x @ W_query, y @ W_key, y @ W_value
    weights = softmax(queries @ keys.T / keys.shape[-1] ** 0.5)
    return weights @ values


@attention_layer.mistake
def values_not_projected(x, y, W_query, W_key, W_value, W_output):
    """You mixed y itself: the values are y @ W_value."""
    queries, keys, values = x @ W_query, y @ W_key, y
    weights = softmax(queries @ keys.T / keys.shape[-1] ** 0.5)
    return weights @ values @ W_output


@attention_layer.mistake
def keys_from_x(x, y, W_query, W_key, W_value, W_output):
    """The keys came from x: x asks only, keys and values both come from y."""
    queries, keys, values = x @ W_query, x @ W_key, y @ W_value
    weights = softmax(queries @ keys.T / keys.shape[-1] ** 0.5)
    return weights @ values @ W_output


@attention_layer.mistake
def queries_from_y(x, y, W_query, W_key, W_value, W_output):
    """The queries came from y: it is x that asks, one row of output for each row of x."""
    queries, keys, values = y @ W_query, y @ W_key, y @ W_value
    weights = softmax(queries @ keys.T / keys.shape[-1] ** 0.5)
    return weights @ values @ W_output


@attention_layer.mistake
def projection_shared(x, y, W_query, W_key, W_value, W_output):
    """Keys were made with W_query: each role has a matrix of its own."""
    queries, keys, values = x @ W_query, y @ W_query, y @ W_value
    weights = softmax(queries @ keys.T / keys.shape[-1] ** 0.5)
    return weights @ values @ W_output


@attention_layer.mistake
def not_scaled(x, y, W_query, W_key, W_value, W_output):
    """The scores are not divided by √d_k: this layer carries rule 3, scaled."""
    queries, keys, values = x @ W_query, y @ W_key, y @ W_value
    weights = softmax(queries @ keys.T)
    return weights @ values @ W_output


@attention_layer.mistake(name="scaled by the input's width")
def scaled_by_the_width_of_x(x, y, W_query, W_key, W_value, W_output):
    """You divided by the root of the input's width: it is the width of a key, d_k."""
    queries, keys, values = x @ W_query, y @ W_key, y @ W_value
    weights = softmax(queries @ keys.T / x.shape[-1] ** 0.5)
    return weights @ values @ W_output


@attention_layer.mistake
def softmax_over_queries(x, y, W_query, W_key, W_value, W_output):
    """Softmax ran over the queries: the keys are the last axis."""
    queries, keys, values = x @ W_query, y @ W_key, y @ W_value
    weights = softmax(queries @ keys.T / keys.shape[-1] ** 0.5, axis=0)
    return weights @ values @ W_output


def _widths(rng, square=False):
    return sizes(rng, 4, square)


def _built(trial):
    """A layer of the package, all widths equal."""
    found = trial.call(8, 8, 8, 8)["count"]
    wanted = sum(value.size for value in AttentionLayer(8, rng=0).params.values())
    return None if found == wanted else f"{found:g}, a layer of width 8 has {wanted}"


def _counted(*widths, wanted):
    def broken(trial):
        found = trial.call(*widths)["count"]
        return None if found == wanted else f"{found:g} for {widths}"

    return broken


@sheet.function(
    "08.3",
    "how many parameters?",
    points=2,
    asks="""
    The same layer, with d = d_in. How many numbers are in its four matrices? One line is
    enough.
    """,
    outputs=lambda *_: {"count": ()},
    inputs=_widths,
    edges={"all 1": (1, 1, 1, 1), "d = 512, one head": (512, 512, 512, 512)},
    properties=(
        Property("a layer of width 8 has 4 · 8²", _built),
        Property("width 1 throughout: 4", _counted(1, 1, 1, 1, wanted=4)),
        Property("d_k counts twice", _counted(2, 10, 1, 1, wanted=43)),
        Property("d_out counts once", _counted(1, 1, 1, 10, wanted=13)),
    ),
    hints=(
        "Four matrices: what are the two sizes of each?",
        "2 · d_in · d_k + d_in · d_v + ____",
    ),
)
def count_params(d_in, d_k, d_v, d_out):
    """Right: four matrices, and the number of positions does not come in."""
    return 2 * d_in * d_k + d_in * d_v + d_v * d_out


@count_params.also_right
def one_by_one(d_in, d_k, d_v, d_out):
    return sum([d_in * d_k, d_in * d_k, d_in * d_v, d_v * d_out])


@count_params.also_right
def factored(d_in, d_k, d_v, d_out):
    return d_in * (2 * d_k + d_v) + d_v * d_out


@count_params.also_right
def in_float32(*widths):
    return np.float32(count_params(*widths))


@count_params.mistake(name="4 d²")
def all_widths_equal(d_in, d_k, d_v, d_out):
    """4 d² holds where all widths are equal. Here each matrix has sizes of its own."""
    return 4 * d_in * d_in


@count_params.mistake
def output_forgotten(d_in, d_k, d_v, d_out):
    """W_output is missing: it is (d_v, d_out)."""
    return 2 * d_in * d_k + d_in * d_v


@count_params.mistake
def one_key_matrix(d_in, d_k, d_v, d_out):
    """(d_in, d_k) occurs twice: W_query and W_key."""
    return d_in * d_k + d_in * d_v + d_v * d_out


@count_params.mistake
def output_from_the_input(d_in, d_k, d_v, d_out):
    """W_output takes the mixed values, d_v wide, not the input."""
    return 2 * d_in * d_k + d_in * d_v + d_in * d_out


def _weights_inputs(rng, square=False):
    n, m, d = sizes(rng, 3, square)
    return rng.normal(size=(n, d)), rng.normal(size=(m, d))


def _far_key_counts(trial):
    queries, keys = trial.arguments
    scores, weights = queries @ keys.T / np.sqrt(keys.shape[1]), trial.outputs["weights"]
    if np.abs(scores).max() > 50:
        return None
    return None if (weights > 0).all() else f"{int((weights == 0).sum())} weights are exactly 0"


def _shift(trial):
    queries, keys = trial.arguments
    again = trial.call(queries, keys + 0.5)["weights"]
    return moved(again, trial.outputs["weights"], trial.tolerance)


def _ratio_of_e(trial):
    query, keys = np.array([[2.0, 0, 0, 0]]), np.array([[1.0, 0, 0, 0], [0, 0, 0, 0]])
    weights = trial.call(query, keys)["weights"]
    return moved(weights, np.array([[np.e, 1]]) / (np.e + 1), trial.tolerance)


@sheet.function(
    "08.4",
    "bug hunt: something stands where softmax should",
    points=2,
    asks="""
    Found in a public program. Print what you need, find the property that fails, and write
    `attention_weights` without the bug; the scores are right, and stay scaled.
    """,
    outputs=lambda queries, keys: {"weights": (len(queries), len(keys))},
    inputs=_weights_inputs,
    edges={"negative scores": (np.ones((2, 3)), -np.arange(12.0).reshape(4, 3))},
    properties=(
        rows_sum_to_one(),
        no_negative_weight(),
        Property("no weight is exactly 0", _far_key_counts),
        Property("the same vector added to every key changes nothing", _shift),
        Property("scores 2 and 0 at width 4 give weights of ratio e", _ratio_of_e),
    ),
    hints=(
        "What do the rows sum to, and which function makes them sum to 1?",
        "Replace np.maximum(scores, 0) by ____(scores).",
    ),
)
def attention_weights(queries, keys):
    """Right: rows sum to 1 again, and no key is shut out."""
    scores = queries @ keys.T / np.sqrt(keys.shape[-1])
    return softmax(scores)


@attention_weights.also_right
def row_by_row(queries, keys):
    return [softmax(keys @ query / np.sqrt(len(query))) for query in queries]


@attention_weights.also_right
def exp_and_sum(queries, keys):
    powers = np.exp(queries @ keys.T / np.sqrt(keys.shape[-1]))
    return powers / powers.sum(axis=1)[:, None]


@attention_weights.also_right
def in_float32(queries, keys):
    scores = queries @ keys.T / np.sqrt(keys.shape[-1])
    return softmax(scores.astype(np.float32))


@attention_weights.mistake
def not_repaired(queries, keys):
    """The rows still do not sum to 1: np.maximum only cuts off what is negative."""
    scores = queries @ keys.T / np.sqrt(keys.shape[-1])
    return np.maximum(scores, 0)


@attention_weights.mistake(name="relu, divided by the sum")
def relu_divided_by_the_sum(queries, keys):
    """Rows sum to 1 now, but keys with a score below 0 get nothing, and a row of negative
    scores is empty: softmax, not np.maximum.
    """
    scores = queries @ keys.T / np.sqrt(keys.shape[-1])
    positive = np.maximum(scores, 0)
    return positive / np.maximum(positive.sum(axis=-1, keepdims=True), 1e-12)


@attention_weights.mistake
def softmax_of_relu(queries, keys):
    """np.maximum still stands before softmax: all negative scores count as 0."""
    scores = queries @ keys.T / np.sqrt(keys.shape[-1])
    return softmax(np.maximum(scores, 0))


@attention_weights.mistake
def sigmoid(queries, keys):
    """A sigmoid weighs each key alone: the rows do not sum to 1."""
    scores = queries @ keys.T / np.sqrt(keys.shape[-1])
    return 1 / (1 + np.exp(-scores))


@attention_weights.mistake
def softmax_over_queries(queries, keys):
    """Softmax it is, but over the queries: columns sum to 1, rows do not."""
    scores = queries @ keys.T / np.sqrt(keys.shape[-1])
    return softmax(scores, axis=0)


@attention_weights.mistake
def scale_lost(queries, keys):
    """Softmax is right; the division by √d_k got lost."""
    return softmax(queries @ keys.T)


def _pool_arrays(rng, square=False):
    m, d, d_k, d_v = sizes(rng, 4, square)
    W_key, W_value = (rng.normal(0, d**-0.5, shape) for shape in ((d, d_k), (d, d_v)))
    return rng.normal(size=(m, d)), rng.normal(size=d_k), W_key, W_value


def _any_order(trial):
    y, *rest = trial.arguments
    return moved(trial.call(y[::-1], *rest)["vector"], trial.outputs["vector"], trial.tolerance)


def _zero_query(trial):
    y, query, W_key, W_value = trial.arguments
    found = trial.call(y, 0 * query, W_key, W_value)["vector"]
    return moved(found, (y @ W_value).mean(axis=0), trial.tolerance)


def _ratio(trial):
    found = trial.call(np.eye(2), np.array([1.0, 0]), np.eye(2), np.eye(2))["vector"]
    return moved(found, np.array([np.e, 1]) / (np.e + 1), trial.tolerance)


@sheet.function(
    "08.5",
    "a sentence as one vector",
    points=2,
    asks="""
    To sort sentences one needs one vector for each. Let a single learned query (d_k,) ask
    all m words of y: keys are y @ W_key, values y @ W_value, the rule is the plain dot
    product. Return the mixed value, one vector.
    """,
    outputs=lambda y, query, W_key, W_value: {"vector": (W_value.shape[1],)},
    inputs=_pool_arrays,
    edges={"one word": (np.ones((1, 3)), np.ones(2), np.ones((3, 2)), np.eye(3, 4))},
    properties=(
        Property("words in reverse order give the same vector", _any_order),
        Property("a query of zeros gives the mean of the values", _zero_query),
        Property("a score ahead by 1 gives e times the weight", _ratio),
    ),
    hints=(
        "n = 1: which shapes have the scores and the weights?",
        "weights = softmax(y @ W_key @ ____), of shape (m,)",
    ),
)
def pool(y, query, W_key, W_value):
    """Right: one learned query asks the whole sentence, and one vector comes out."""
    weights = softmax(y @ W_key @ query)
    return weights @ (y @ W_value)


@pool.also_right
def word_by_word(y, query, W_key, W_value):
    weights, values = softmax(y @ W_key @ query), y @ W_value
    return sum(weight * value for weight, value in zip(weights, values, strict=True))


@pool.also_right
def as_one_row(y, query, W_key, W_value):
    weights = softmax(query[None] @ (y @ W_key).T)
    return (weights @ (y @ W_value))[0]


@pool.also_right
def in_float32(*arrays):
    return pool(*(array.astype(np.float32) for array in arrays))


@pool.mistake
def row_kept(y, query, W_key, W_value):
    """The numbers are right, in a (1, d_v) array: return the vector, (d_v,)."""
    weights = softmax(query[None] @ (y @ W_key).T)
    return weights @ (y @ W_value)


@pool.mistake
def words_mixed(y, query, W_key, W_value):
    """You mixed the words themselves: the values are y @ W_value."""
    weights = softmax(y @ W_key @ query)
    return weights @ y


@pool.mistake
def no_softmax(y, query, W_key, W_value):
    """You mixed with scores: softmax makes weights of them."""
    scores = y @ W_key @ query
    return scores @ (y @ W_value)


@pool.mistake
def mean(y, query, W_key, W_value):
    """Every word counts the same here: the query has to ask."""
    return (y @ W_value).mean(axis=0)


@pool.mistake
def scaled(y, query, W_key, W_value):
    """You divided by √d_k; the text asks for the plain dot product."""
    weights = softmax(y @ W_key @ query / np.sqrt(len(query)))
    return weights @ (y @ W_value)
