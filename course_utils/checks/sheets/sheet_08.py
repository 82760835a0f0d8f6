"""The exercises of sheet 08: names, a layer with heads, its parameters, a pooling layer."""

import numpy as np

from course_utils.attention import AttentionLayer, softmax
from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_edges import ONE_ROW, edges_in_pairs
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
    - d) In papers usually the whole idea; in the article, which
      [lesson 08](../notebooks/08_attention_mechanism.ipynb) quotes, the box with the dense
      layers.
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
    n, m, d, per_key, per_value, d_out = sizes(rng, 6, square)
    heads = 3 if square else int(rng.integers(2, 4))
    d_k, d_v = heads * per_key, heads * per_value
    x, y = rng.normal(size=(n, d)), rng.normal(size=(m, d))
    shapes = (d, d_k), (d, d_k), (d, d_v), (d_v, d_out)
    return x, y, *(rng.normal(0, shape[0] ** -0.5, shape) for shape in shapes), heads


def _output_is_linear(trial):
    *rest, W_output, heads = trial.arguments
    again = trial.call(*rest, 2 * W_output, heads)["output"]
    return moved(again, 2 * trial.outputs["output"], trial.tolerance)


def _y_in_any_order(trial):
    x, y, *rest = trial.arguments
    return moved(trial.call(x, y[::-1], *rest)["output"], trial.outputs["output"], trial.tolerance)


def _one_source(trial):
    """With a single position to look at, the output is that position's value, projected."""
    x, y, W_query, W_key, W_value, W_output, heads = trial.arguments
    found = trial.call(x, y[:1], W_query, W_key, W_value, W_output, heads)["output"]
    wanted = np.repeat(y[:1] @ W_value @ W_output, len(x), axis=0)
    return moved(found, wanted, 10 * trial.tolerance)


def _two_known_heads(trial):
    """Head 1 scores 2 and 0 at width 4, head 2 nothing: weights of ratio e, and equal ones."""
    x, y = np.array([[1.0, 0]]), np.eye(2)
    W_query = np.zeros((2, 8))
    W_query[0, 0] = 2.0
    W_key = np.eye(2, 8)
    W_value = np.hstack([np.eye(2), np.eye(2)])
    found = trial.call(x, y, W_query, W_key, W_value, np.eye(4), 2)["output"]
    return moved(found, np.array([[np.e, 1, 0, 0]]) / (np.e + 1) + [0, 0, 0.5, 0.5], 1e-6)


def _blind_head(trial):
    """Keys of zeros make every weight equal, in every head."""
    x, y, W_query, W_key, W_value, W_output, heads = trial.arguments
    found = trial.call(x, y, W_query, 0 * W_key, W_value, W_output, heads)["output"]
    wanted = np.repeat((y @ W_value).mean(axis=0)[None] @ W_output, len(x), axis=0)
    return moved(found, wanted, 10 * trial.tolerance)


def _crossed_heads(setting):
    """Head 1 scores as the setting says, head 2 is calm; each is 4 wide."""
    calm = setting._replace(scores=setting.numbers(*setting.scores.shape))
    heads = setting.queries_and_keys(scale=2), calm.queries_and_keys(scale=2)
    queries, keys = (np.concatenate(parts, axis=1) for parts in zip(*heads, strict=True))
    x, W_query = setting.projected(queries, 9)
    y, W_key = setting.projected(keys, 9)
    return x, y, W_query, W_key, setting.numbers(9, 6), setting.numbers(6, 5), 2


@sheet.function(
    "08.2",
    "a layer with heads",
    points=3,
    asks="""
    x asks, y is looked at, in several heads at once. Sizes: x (n, d), y (m, d), W_query and
    W_key (d, d_k), W_value (d, d_v), W_output (d_v, d_out); d_k and d_v are multiples of
    `heads`. Each head takes its share of the features, the first head the first ones, and
    scales by the root of **its own** width of a key. The heads' results stand side by side
    before W_output. Return the output.
    """,
    outputs=lambda x, *rest: {"output": (len(x), rest[-2].shape[1])},
    inputs=_arrays,
    edges={
        "one position, two heads": (
            np.ones((2, 3)),
            np.ones((1, 3)),
            *(np.eye(3, 4),) * 2,
            np.eye(3, 6),
            np.eye(6, 5),
            2,
        ),
        "scores of ±1000, one head": (
            np.array([[40.0, 0], [-40, 0]]),
            np.array([[40.0, 1], [30, 2]]),
            *(np.eye(2),) * 2,
            np.eye(2, 3),
            np.eye(3, 4),
            1,
        ),
    },
    crossed=edges_in_pairs(_crossed_heads),
    properties=(
        Property("twice W_output gives twice the output", _output_is_linear),
        Property("y in reverse order gives the same output", _y_in_any_order),
        Property("one position to look at hands over its value, projected twice", _one_source),
        Property("two known heads: weights of ratio e, and equal ones", _two_known_heads),
        Property("a W_key of zeros makes every weight equal", _blind_head),
    ),
    hints=(
        "Which columns of Q, K and V belong to head 1, and which to head 2?",
        "For each head: mixed = softmax(q @ k.T / ____**0.5) @ v; join them on axis 1, @ W_output.",
    ),
)
def layer_with_heads(x, y, W_query, W_key, W_value, W_output, heads):
    """Right: every head asks its own question, and one matrix reads all answers."""
    return _layer(x, y, y, W_query, W_key, W_value, heads) @ W_output


def _layer(of_queries, of_keys, of_values, W_query, W_key, W_value, heads, width=None):
    """The heads' results side by side, of whichever arrays the roles are made."""
    parts = (of_queries @ W_query, of_keys @ W_key, of_values @ W_value)
    mixed = []
    for q, k, v in zip(*(np.split(part, heads, axis=1) for part in parts), strict=True):
        mixed.append(softmax(q @ k.T / (width or k.shape[1]) ** 0.5) @ v)
    return np.concatenate(mixed, axis=1)


@layer_with_heads.also_right
def all_heads_at_once(x, y, W_query, W_key, W_value, W_output, heads):
    arrays = x @ W_query, y @ W_key, y @ W_value
    q, k, v = (a.reshape(len(a), heads, -1).swapaxes(0, 1) for a in arrays)
    mixed = softmax(q @ k.swapaxes(1, 2) / k.shape[-1] ** 0.5) @ v
    return mixed.swapaxes(0, 1).reshape(len(x), -1) @ W_output


@layer_with_heads.also_right
def matrices_cut_first(x, y, W_query, W_key, W_value, W_output, heads):
    cuts = [np.split(W, heads, axis=1) for W in (W_query, W_key, W_value)]
    total = 0
    for Q, K, V, out in zip(*cuts, np.split(W_output, heads, axis=0), strict=True):
        total = total + softmax(x @ Q @ (y @ K).T / K.shape[1] ** 0.5) @ (y @ V) @ out
    return total


@layer_with_heads.also_right
def in_float32(*arguments):
    *arrays, heads = arguments
    return layer_with_heads(*(array.astype(np.float32) for array in arrays), heads)


@layer_with_heads.mistake
def one_head(x, y, W_query, W_key, W_value, W_output, heads):
    """Your result is as if you used all features as one head: cut queries, keys and values into
    `heads` parts.
    """
    return _layer(x, y, y, W_query, W_key, W_value, 1) @ W_output


@layer_with_heads.mistake(name="scaled by d_k")
def scaled_by_all_features(x, y, W_query, W_key, W_value, W_output, heads):
    """Your result is as if you divided by √d_k of all heads together: a head's keys are d_k /
    heads wide.
    """
    wide = W_key.shape[1]
    return _layer(x, y, y, W_query, W_key, W_value, heads, wide) @ W_output


@layer_with_heads.mistake
def scaled_by_the_number_of_keys(x, y, W_query, W_key, W_value, W_output, heads):
    """Your result is as if you divided by √m, the number of keys. It is the root of the width
    of one key of a head.
    """
    return _layer(x, y, y, W_query, W_key, W_value, heads, len(y)) @ W_output


@layer_with_heads.mistake
def not_scaled(x, y, W_query, W_key, W_value, W_output, heads):
    """The scores are not divided: each head scales by the root of its own width."""
    return _layer(x, y, y, W_query, W_key, W_value, heads, 1) @ W_output


@layer_with_heads.mistake
def softmax_over_queries(x, y, W_query, W_key, W_value, W_output, heads):
    """Your result is as if softmax ran over the queries of a head: the keys are the last axis."""
    arrays = x @ W_query, y @ W_key, y @ W_value
    q, k, v = (np.stack(np.split(a, heads, axis=1)) for a in arrays)
    mixed = softmax(q @ k.swapaxes(1, 2) / k.shape[-1] ** 0.5, axis=1) @ v
    return np.concatenate(list(mixed), axis=1) @ W_output


@layer_with_heads.mistake
def joined_by_a_reshape_alone(x, y, W_query, W_key, W_value, W_output, heads):
    """The heads are right. It is as if (heads, n, width) were reshaped to (n, d_v) at once: a row
    then gets pieces of other tokens. Move the axis of the heads behind n first.
    """
    mixed = _layer(x, y, y, W_query, W_key, W_value, heads)
    parts = np.stack(np.split(mixed, heads, axis=1))
    return parts.reshape(len(x), -1) @ W_output


@layer_with_heads.mistake
def cut_by_a_reshape_alone(x, y, W_query, W_key, W_value, W_output, heads):
    """Your result is as if queries, keys and values were reshaped to (heads, n, width) at once:
    that cuts across rows. Cut the features, then move the axis.
    """
    arrays = x @ W_query, y @ W_key, y @ W_value
    q, k, v = (a.reshape(heads, len(a), -1) for a in arrays)
    mixed = softmax(q @ k.swapaxes(1, 2) / k.shape[-1] ** 0.5) @ v
    return np.concatenate(list(mixed), axis=1) @ W_output


@layer_with_heads.mistake
def keys_and_values_from_x(x, y, W_query, W_key, W_value, W_output, heads):
    """Your result is as if keys and values came from x, so x asks itself: both come from y."""
    return _layer(x, x, x, W_query, W_key, W_value, heads) @ W_output


@layer_with_heads.mistake
def values_from_x(x, y, W_query, W_key, W_value, W_output, heads):
    """Your result is as if the values came from x: what is handed over stands where the keys
    are, in y.
    """
    return _layer(x, y, x, W_query, W_key, W_value, heads) @ W_output


@layer_with_heads.mistake
def keys_from_x(x, y, W_query, W_key, W_value, W_output, heads):
    """Your result is as if the keys came from x: x asks only, keys and values both come from y."""
    return _layer(x, x, y, W_query, W_key, W_value, heads) @ W_output


@layer_with_heads.mistake
def x_and_y_exchanged(x, y, W_query, W_key, W_value, W_output, heads):
    """Your result is as if x and y had changed places: x asks, y is looked at."""
    return _layer(y, x, x, W_query, W_key, W_value, heads) @ W_output


@layer_with_heads.mistake(name="W_output missing")
def W_output_missing(x, y, W_query, W_key, W_value, W_output, heads):
    """The last matrix is missing: the heads side by side still go through W_output."""
    return _layer(x, y, y, W_query, W_key, W_value, heads)


@layer_with_heads.mistake
def heads_averaged(x, y, W_query, W_key, W_value, W_output, heads):
    """Your result is as if you took the mean of the heads. They stand side by side, d_v
    features in all.
    """
    mixed = _layer(x, y, y, W_query, W_key, W_value, heads)
    parts = np.split(mixed, heads, axis=1)
    return np.tile(np.mean(parts, axis=0), heads) @ W_output


@layer_with_heads.mistake
def reshaped_at_once(x, y, W_query, W_key, W_value, W_output, heads):
    """reshape to (heads, n, width) cuts across rows: cut the features, then move the axis."""
    arrays = x @ W_query, y @ W_key, y @ W_value
    q, k, v = (a.reshape(heads, len(a), -1) for a in arrays)
    mixed = softmax(q @ k.swapaxes(1, 2) / k.shape[-1] ** 0.5) @ v
    return mixed.reshape(len(x), -1) @ W_output


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
    The same layer, with d = d_in. How many numbers are in its four matrices, without any
    bias? One line is enough, and one of the sizes of 08.2 does not come in.
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


@count_params.mistake
def one_matrix_for_keys_and_values(d_in, d_k, d_v, d_out):
    """Your result is as if keys and values had one matrix: W_value is (d_in, d_v), and W_key a
    matrix of its own.
    """
    return 2 * d_in * d_k + d_v * d_out


@count_params.mistake
def biases_of_the_projections(d_in, d_k, d_v, d_out):
    """Your result is as if you counted the biases of three matrices too. The question is about
    the four matrices alone.
    """
    return 2 * d_in * d_k + d_in * d_v + d_v * d_out + 2 * d_k + d_v


@count_params.mistake
def biases_counted(d_in, d_k, d_v, d_out):
    """Your result is as if you counted biases too. The question is about the four matrices
    alone.
    """
    return 2 * d_in * d_k + d_in * d_v + d_v * d_out + 2 * d_k + d_v + d_out


def _head_arrays(rng, square=False):
    heads, n, m, d = sizes(rng, 4, square)
    return rng.normal(size=(heads, n, d)), rng.normal(size=(heads, m, d))


def _same_vector_for_all_keys(trial):
    queries, keys = trial.arguments
    again = trial.call(queries, keys + 0.5)["weights"]
    return moved(again, trial.outputs["weights"], trial.tolerance)


def _heads_apart(trial):
    queries, keys = trial.arguments
    again = trial.call(queries[::-1], keys[::-1])["weights"]
    return moved(again[::-1], trial.outputs["weights"], trial.tolerance)


def _ratio_of_e(trial):
    query, keys = np.array([[[2.0, 0, 0, 0]]]), np.array([[[1.0, 0, 0, 0], [0, 0, 0, 0]]])
    weights = trial.call(query, keys)["weights"]
    return moved(weights, np.array([[[np.e, 1]]]) / (np.e + 1), trial.tolerance)


def _crossed_maps(setting):
    """Two heads: one scores as the setting says, the other is calm."""
    calm = setting._replace(scores=setting.numbers(*setting.scores.shape))
    heads = setting.queries_and_keys(scale=2), calm.queries_and_keys(scale=2)
    return tuple(map(np.stack, zip(*heads, strict=True)))


@sheet.function(
    "08.4",
    "bug hunt: right for one head",
    points=2,
    asks="""
    A program was right while scores were (n, m). Then heads came, the scores became
    (heads, n, m), and two lines were forgotten. It still runs whenever n = m. Find by a
    property what fails, and write `attention_weights` without the bugs, for queries
    (heads, n, d) and keys (heads, m, d). The scores stay scaled by √d.
    """,
    outputs=lambda queries, keys: {"weights": (*queries.shape[:2], keys.shape[1])},
    inputs=_head_arrays,
    edges={
        "one head, one query": (np.ones((1, 1, 3)), -np.arange(12.0).reshape(1, 4, 3)),
        "scores of ±1000, two heads": (
            np.array([[[40.0, 0]], [[-40, 0]]]),
            np.array([[[40.0, 1], [30, 2], [0, 0]]] * 2),
        ),
    },
    crossed=edges_in_pairs(_crossed_maps),
    properties=(
        rows_sum_to_one(),
        no_negative_weight(),
        Property("the same vector added to every key changes nothing", _same_vector_for_all_keys),
        Property("heads in reverse order give the same maps in reverse order", _heads_apart),
        Property("scores 2 and 0 at width 4 give weights of ratio e", _ratio_of_e),
    ),
    hints=(
        "In (heads, n, m), which axis are the keys? And what does .T do to three axes?",
        "scores = queries @ keys.swapaxes(-1, ____) / …; softmax(scores, axis=____)",
    ),
)
def attention_weights(queries, keys):
    """Right: the keys are the last axis, however many axes come before."""
    scores = queries @ keys.swapaxes(-1, -2) / np.sqrt(keys.shape[-1])
    return softmax(scores, axis=-1)


@attention_weights.also_right
def head_by_head(queries, keys):
    pairs = zip(queries, keys, strict=True)
    return [softmax(q @ k.T / np.sqrt(q.shape[-1])) for q, k in pairs]


@attention_weights.also_right
def with_einsum(queries, keys):
    return softmax(np.einsum("hnd,hmd->hnm", queries, keys) / np.sqrt(keys.shape[-1]))


@attention_weights.also_right
def in_float32(queries, keys):
    scores = queries @ keys.swapaxes(1, 2) / np.sqrt(keys.shape[-1])
    return softmax(scores.astype(np.float32))


@attention_weights.mistake
def not_repaired(queries, keys):
    """As it was found: .T turns all three axes round, and axis=1 are the queries now."""
    return softmax(queries @ keys.T / np.sqrt(keys.shape[-1]), axis=1)


@attention_weights.mistake
def softmax_over_queries(queries, keys):
    """Your result is as if softmax ran over axis=1, the queries of a head: the keys are the
    last axis.
    """
    scores = queries @ keys.swapaxes(-1, -2) / np.sqrt(keys.shape[-1])
    return softmax(scores, axis=1)


@attention_weights.mistake
def softmax_over_heads(queries, keys):
    """Your heads share one attention, as if softmax ran over axis 0. It runs over the keys."""
    scores = queries @ keys.swapaxes(-1, -2) / np.sqrt(keys.shape[-1])
    return softmax(scores, axis=0)


@attention_weights.mistake
def softmax_over_a_map(queries, keys):
    """Each map sums to 1 as a whole. Each row does: every query has all of its attention."""
    scores = queries @ keys.swapaxes(-1, -2) / np.sqrt(keys.shape[-1])
    flat = softmax(scores.reshape(len(scores), -1))
    return flat.reshape(scores.shape)


@attention_weights.mistake
def scale_lost(queries, keys):
    """Both lines are repaired; the division by √d got lost."""
    return softmax(queries @ keys.swapaxes(-1, -2))


@attention_weights.mistake
def scaled_by_the_number_of_keys(queries, keys):
    """Your result is as if you divided by √m: the keys' own width is their last axis."""
    return softmax(queries @ keys.swapaxes(-1, -2) / np.sqrt(keys.shape[-2]))


@attention_weights.mistake
def exp_without_a_shift(queries, keys):
    """For scores near 1000 exp overflows: subtract the largest of each row first."""
    powers = np.exp(queries @ keys.swapaxes(-1, -2) / np.sqrt(keys.shape[-1]))
    return powers / powers.sum(axis=-1, keepdims=True)


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


def _crossed_words(setting):
    queries, keys = setting.queries_and_keys()
    y, W_key = setting.projected(keys)
    return y, queries[0], W_key, setting.numbers(len(W_key), 3)


@sheet.function(
    "08.5",
    "a sentence as one vector",
    points=2,
    asks="""
    To sort sentences one needs one vector for each. Let a single learned query (d_k,) ask
    all m words of y: keys are y @ W_key, values y @ W_value, the rule is the plain dot
    product. Return the mixed value, one vector. Scores may lie anywhere between −1000 and 1000.
    """,
    outputs=lambda y, query, W_key, W_value: {"vector": (W_value.shape[1],)},
    inputs=_pool_arrays,
    edges={
        "one word": (np.ones((1, 3)), np.ones(2), np.ones((3, 2)), np.eye(3, 4)),
        "a word twice": (np.eye(3)[[0, 1, 0]], np.array([1.0, 2]), np.eye(3, 2), np.eye(3, 4)),
    },
    crossed=edges_in_pairs(_crossed_words, sizes=ONE_ROW),
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
    """Your result is as if you mixed the words themselves: the values are y @ W_value."""
    weights = softmax(y @ W_key @ query)
    return weights @ y


@pool.mistake
def no_softmax(y, query, W_key, W_value):
    """Your result is as if you mixed with scores: softmax makes weights of them."""
    scores = y @ W_key @ query
    return scores @ (y @ W_value)


@pool.mistake
def exp_without_a_shift(y, query, W_key, W_value):
    """Your result is as if exp were taken of the scores as they are: 1000 overflows. Subtract the
    largest first, or use softmax.
    """
    exps = np.exp(y @ W_key @ query)
    return exps / exps.sum() @ (y @ W_value)


@pool.mistake
def mean_of_the_weighted_values(y, query, W_key, W_value):
    """Your result is as if the weighted values were averaged: the weights sum to 1, so add up."""
    weights = softmax(y @ W_key @ query)
    return (weights[:, None] * (y @ W_value)).mean(axis=0)


@pool.mistake
def mean(y, query, W_key, W_value):
    """Every word counts the same here: the query has to ask."""
    return (y @ W_value).mean(axis=0)


@pool.mistake
def scaled(y, query, W_key, W_value):
    """Your result is as if you divided by √d_k; the text asks for the plain dot product."""
    weights = softmax(y @ W_key @ query / np.sqrt(len(query)))
    return weights @ (y @ W_value)
