"""What lesson 08 lets one build: the layer around a rule, and the cut into heads."""

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.declare import Lesson
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_edges import edges_in_pairs
from course_utils.checks.sheets.attention_inputs import moved, sizes

lesson = Lesson("08")


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


def _crossed(setting):
    queries, keys = setting.queries_and_keys(scale=2)
    x, W_query = setting.projected(queries)
    y, W_key = setting.projected(keys)
    return x, y, W_query, W_key, setting.numbers(5, 3), setting.numbers(3, 6)


@lesson.function(
    "08.a",
    "the layer: a rule and four matrices",
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
        "scores of ±1000, as many as ask": (
            np.array([[40.0, 0], [-40, 0]]),
            np.array([[40.0, 1], [30, 2]]),
            *(np.eye(2),) * 2,
            np.eye(2, 3),
            np.eye(3, 4),
        ),
    },
    crossed=edges_in_pairs(_crossed),
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


@attention_layer.mistake
def keys_and_values_from_x(x, y, W_query, W_key, W_value, W_output):
    """Keys and values came from x, so x asks itself: both come from y."""
    queries, keys, values = x @ W_query, x @ W_key, x @ W_value
    return softmax(queries @ keys.T / keys.shape[-1] ** 0.5) @ values @ W_output


@attention_layer.mistake
def values_from_x(x, y, W_query, W_key, W_value, W_output):
    """The values came from x: what is handed over stands where the keys are, in y."""
    queries, keys, values = x @ W_query, y @ W_key, x @ W_value
    return softmax(queries @ keys.T / keys.shape[-1] ** 0.5) @ values @ W_output


@attention_layer.mistake
def x_and_y_exchanged(x, y, W_query, W_key, W_value, W_output):
    """x and y have changed places: x asks, y is looked at."""
    return attention_layer(y, x, W_query, W_key, W_value, W_output)


@attention_layer.mistake(name="scaled by the number of keys")
def scaled_by_the_number_of_keys(x, y, W_query, W_key, W_value, W_output):
    """You divided by √m, the number of keys. It is √d_k, the width of one."""
    queries, keys, values = x @ W_query, y @ W_key, y @ W_value
    return softmax(queries @ keys.T / len(keys) ** 0.5) @ values @ W_output


# 08.b: the cut into heads


def _features(rng, square=False):
    heads, n, width = (3, 3, 3) if square else sizes(rng, 3)
    return rng.normal(size=(n, heads * width)), heads


def _heads_side_by_side(trial):
    array, _ = trial.arguments
    return moved(np.concatenate(list(trial.outputs["by head"]), axis=1), array, trial.tolerance)


def _one_head_is_all(trial):
    array, _ = trial.arguments
    return moved(trial.call(array, 1)["by head"], array[None], trial.tolerance)


def _known_row(trial):
    found = trial.call(np.arange(12.0).reshape(2, 6), 3)["by head"]
    wanted = np.array([[[0, 1], [6, 7]], [[2, 3], [8, 9]], [[4, 5], [10, 11]]])
    return moved(found, wanted, trial.tolerance)


@lesson.function(
    "08.b",
    "cut the features into heads",
    outputs=lambda array, heads: {"by head": (heads, len(array), array.shape[1] // heads)},
    inputs=_features,
    edges={
        "one row, two heads": (np.arange(6.0)[None], 2),
        "each head one feature": (np.arange(6.0).reshape(2, 3), 3),
    },
    properties=(
        Property("head by head, side by side, the array is whole again", _heads_side_by_side),
        Property("one head has all features", _one_head_is_all),
        Property("rows 0 … 5 and 6 … 11, 3 heads: the first has 0, 1 and 6, 7", _known_row),
    ),
    hints=(
        "Cut the last axis in two, (n, heads, width), and then: which axis shall come first?",
        "array.reshape(len(array), heads, -1).swapaxes(0, ____)",
    ),
)
def split_heads(array, heads):
    """Right: every head has all rows, and its share of the features."""
    return array.reshape(len(array), heads, -1).swapaxes(0, 1)


@split_heads.also_right
def with_np_split(array, heads):
    return np.stack(np.split(array, heads, axis=1))


@split_heads.also_right
def slice_by_slice(array, heads):
    width = array.shape[1] // heads
    return [array[:, width * head : width * (head + 1)] for head in range(heads)]


@split_heads.also_right
def in_single_precision(array, heads):
    return split_heads(array, heads).astype(np.float32)


@split_heads.mistake
def reshaped_at_once(array, heads):
    """reshape to (heads, n, width) cuts across rows: a head gets pieces of other tokens. Cut the
    last axis first, then move the axis of the heads.
    """
    return array.reshape(heads, len(array), -1)


@split_heads.mistake
def axis_not_moved(array, heads):
    """This is (n, heads, width): move the axis of the heads to the front."""
    return array.reshape(len(array), heads, -1)


@split_heads.mistake
def every_other_feature(array, heads):
    """Your heads take every so-many-th feature. The first head gets the first features."""
    return array.reshape(len(array), -1, heads).transpose(2, 0, 1)


@split_heads.mistake
def rows_cut(array, heads):
    """You transposed the features of each head: (heads, n, width) is wanted."""
    return array.reshape(len(array), heads, -1).transpose(1, 2, 0)


@split_heads.mistake
def last_head_first(array, heads):
    """The last features came first: head 0 has the first ones."""
    return split_heads(array, heads)[::-1]
