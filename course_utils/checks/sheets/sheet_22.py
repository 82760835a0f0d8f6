"""The exercises of sheet 22: masks, weights and a scale carried from one library to another."""

import numpy as np

from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_inputs import moved, sizes

sheet = Sheet("22")

_HALF = [0.0, 0.5, 0.5]
_ADDED = np.exp([1.0, 0, 0]) / np.exp([1.0, 0, 0]).sum()


@sheet.value(
    "22.1",
    "which mask hides?",
    points=1,
    asks="""
    One query, three keys, all scores equal. The same row, True False False, is handed over four
    times: to `F.scaled_dot_product_attention` as attn_mask; to `nn.MultiheadAttention` as
    attn_mask; to Keras' `MultiHeadAttention` as attention_mask; and once more to the first, as
    numbers: 1.0 0.0 0.0. Which weights does the query get? Four rows of three, in this order.
    e = 2.718; two decimals are enough.
    """,
    what="four rows of three weights",
    tolerance=0.006,
    hints=(
        "Which of the four hide where True stands? And what do numbers do to scores?",
        "Numbers are added: scores 1, 0, 0, so the first weight is e / (e + ____).",
    ),
)
def four_rows():
    """Right: PyTorch alone has both meanings, and numbers are added: nothing is hidden."""
    return [[1, 0, 0], _HALF, [1, 0, 0], list(_ADDED)]


@four_rows.mistake
def all_may_look():
    """In `nn.MultiheadAttention` True hides: its query is left with keys 2 and 3."""
    return [[1, 0, 0], [1, 0, 0], [1, 0, 0], list(_ADDED)]


@four_rows.mistake
def both_of_pytorch_hide():
    """`F.scaled_dot_product_attention` is PyTorch's too, and there True may look."""
    return [_HALF, _HALF, [1, 0, 0], list(_ADDED)]


@four_rows.mistake
def turned_round():
    """It is just the other way round: True hides in `nn.MultiheadAttention`, and there alone."""
    return [_HALF, [1, 0, 0], _HALF, list(_ADDED)]


@four_rows.mistake
def keras_hides():
    """Keras says: 1 may look. Rows 1, 2 and 4 are right."""
    return [[1, 0, 0], _HALF, _HALF, list(_ADDED)]


@four_rows.mistake
def numbers_are_a_mask():
    """1.0 and 0.0 are no mask, they are added to the scores: nobody is hidden in row 4."""
    return [[1, 0, 0], _HALF, [1, 0, 0], [1, 0, 0]]


@four_rows.mistake
def numbers_change_nothing():
    """In row 4 the score of key 1 grows by 1, and with it its weight: e / (e + 2)."""
    return [[1, 0, 0], _HALF, [1, 0, 0], [1 / 3, 1 / 3, 1 / 3]]


@four_rows.mistake
def hidden_without_division():
    """Row 2: two keys are left, and their weights sum to 1."""
    return [[1, 0, 0], [0, 1, 1], [1, 0, 0], list(_ADDED)]


# 22.2: our mask for PyTorch

WHERES = ("sdpa", "multihead", "padding")


def _mask_and_place(rng, square=False):
    batch, n, m, heads = sizes(rng, 4, square)
    mask = rng.random((batch, n, m)) < 0.6
    mask[:, :, -1] &= rng.random((batch, 1)) < 0.5  # the last key is padding in some texts
    return mask, WHERES[int(rng.integers(3))], heads


def _mask_shape(mask, where, heads):
    batch, n, m = mask.shape
    shapes = {"sdpa": (batch, 1, n, m), "multihead": (batch * heads, n, m), "padding": (batch, m)}
    return {"mask": shapes[where]}


def _hides_the_same(trial):
    mask, where, heads = trial.arguments
    found = np.asarray(trial.outputs["mask"], bool)
    if where == "padding":
        hidden, wanted = found, (~mask).all(axis=1)
    elif where == "multihead":
        hidden, wanted = found, np.repeat(~mask, heads, axis=0)
    else:
        hidden, wanted = ~found, ~mask[:, None]
    wrong = int((hidden != wanted).sum())
    return f"for {where!r}, {wrong} of {wanted.size} places are hidden wrongly" if wrong else None


_TRI = np.tri(2, 3, dtype=bool)
_TWO = np.array([_TRI, ~_TRI])


@sheet.function(
    "22.2",
    "our mask for PyTorch",
    points=3,
    asks="""
    A mask of ours is (batch, n, m), True = may look. Write it as booleans for three places:
    `"sdpa"`, the attn_mask of `F.scaled_dot_product_attention`, (batch, 1, n, m), one for all
    heads; `"multihead"`, the attn_mask of `nn.MultiheadAttention`, (batch · heads, n, m), first all
    heads of text 0, then those of text 1; `"padding"`, its key_padding_mask, (batch, m), for the
    keys that **no** query of a text may look at. (Of booleans: numbers would be added to scores.)
    """,
    booleans=True,
    outputs=_mask_shape,
    inputs=_mask_and_place,
    edges={
        "sdpa": (_TWO, "sdpa", 3),
        "multihead": (_TWO, "multihead", 3),
        "padding": (_TWO, "padding", 3),
        "one text, multihead": (_TWO[:1], "multihead", 2),
        "one head, multihead": (_TWO, "multihead", 1),
        "one query, padding": (_TWO[:, :1], "padding", 2),
        "nothing is hidden": (np.ones((2, 2, 3), bool), "multihead", 2),
        "nothing is hidden, padding": (np.ones((2, 2, 3), bool), "padding", 2),
        "all is hidden": (np.zeros((2, 2, 3), bool), "sdpa", 2),
        "all is hidden, padding": (np.zeros((2, 2, 3), bool), "padding", 2),
    },
    properties=(Property("what we hide is hidden there, for each head", _hides_the_same),),
    hints=(
        "Three branches. In which of them does True hide, and which axis goes away for padding?",
        'if where == "multihead": return np.repeat(____, heads, axis=0)',
    ),
)
def to_torch_mask(mask, where, heads):
    """Right: turned round where True hides, repeated text by text; padding is what nobody sees."""
    if where == "multihead":
        return np.repeat(~mask, heads, axis=0)
    return mask[:, None] if where == "sdpa" else ~mask.any(axis=1)


@to_torch_mask.also_right
def mask_by_lists(mask, where, heads):
    if where == "sdpa":
        return mask.reshape(len(mask), 1, *mask.shape[1:])
    if where == "multihead":
        return np.array([~one for one in mask for _ in range(heads)])
    return [[not any(column) for column in one.T] for one in mask]


@to_torch_mask.also_right
def mask_by_broadcast(mask, where, heads):
    batch, n, m = mask.shape
    every = np.broadcast_to(mask[:, None], (batch, heads, n, m))
    if where == "multihead":
        return np.logical_not(every).reshape(batch * heads, n, m)
    return every[:, :1] if where == "sdpa" else (~mask).all(axis=1)


@to_torch_mask.also_right
def mask_by_comparison(mask, where, heads):
    seen = mask.astype(np.float32)
    if where == "padding":
        return seen.max(axis=1) < 1
    return seen[:, None] > 0 if where == "sdpa" else np.kron(seen, np.ones((heads, 1, 1))) == 0


@to_torch_mask.mistake
def not_turned_for_heads(mask, where, heads):
    """True hides in `nn.MultiheadAttention`: turn its attn_mask round. The other two are right."""
    found = to_torch_mask(mask, where, heads)
    return ~found if where == "multihead" else found


@to_torch_mask.mistake
def turned_for_sdpa(mask, where, heads):
    """`F.scaled_dot_product_attention` has our meaning, True = may look: leave it as it is."""
    found = to_torch_mask(mask, where, heads)
    return ~found if where == "sdpa" else found


@to_torch_mask.mistake
def padding_not_turned(mask, where, heads):
    """In key_padding_mask True hides: it says which keys are padding, not which are real."""
    found = to_torch_mask(mask, where, heads)
    return ~found if where == "padding" else found


@to_torch_mask.mistake
def padding_of_any_query(mask, where, heads):
    """A key that one query may not look at is no padding: hide those that **no** query may see."""
    if where == "padding":
        return ~mask.all(axis=1)
    return to_torch_mask(mask, where, heads)


@to_torch_mask.mistake
def padding_of_the_first_query(mask, where, heads):
    """Only the first query was asked: a key that another one may see is no padding."""
    if where == "padding":
        return ~mask[:, 0]
    return to_torch_mask(mask, where, heads)


@to_torch_mask.mistake
def heads_of_all_texts_apart(mask, where, heads):
    """Yours has all texts for head 0, then all for head 1: the heads of **one text** come together,
    np.repeat and not np.tile.
    """
    if where == "multihead":
        return np.tile(~mask, (heads, 1, 1))
    return to_torch_mask(mask, where, heads)


@to_torch_mask.mistake
def never_turned(mask, where, heads):
    """Yours has True = may look everywhere: in both masks of `nn.MultiheadAttention` True hides."""
    found = to_torch_mask(mask, where, heads)
    return found if where == "sdpa" else ~found


# 22.3: the way back, one matrix as three


def _in_proj(rng, square=False):
    d, width = sizes(rng, 2, square)
    return (rng.normal(size=(3 * width, d)),)


def _thirds_shape(in_proj_weight):
    rows, d = in_proj_weight.shape
    return {name: (d, rows // 3) for name in ("W_query", "W_key", "W_value")}


def _same_projections(trial):
    (W,) = trial.arguments
    x = np.random.default_rng(4).normal(size=(3, W.shape[1]))
    found = np.concatenate([x @ third for third in trial.outputs.values()], axis=1)
    return moved(found, x @ np.asarray(W, float).T, 10 * trial.tolerance)


_COUNTED = np.arange(12.0).reshape(6, 2)


@sheet.function(
    "22.3",
    "one matrix as three",
    points=2,
    asks="""
    The way back: `in_proj_weight` of `nn.MultiheadAttention` is (3 · out, in). Return W_query,
    W_key and W_value as this course has them, (in, out) each.
    """,
    outputs=_thirds_shape,
    inputs=_in_proj,
    edges={
        "counted": (_COUNTED,),
        "one row each": (np.array([[1.0, 2], [3, 4], [5, 6]]),),
        "one feature in": (np.array([[1.0], [2], [3], [4], [5], [6]]),),
        "square thirds": (np.arange(27.0).reshape(9, 3),),
    },
    properties=(Property("x @ them is what in_proj_weight makes of x", _same_projections),),
    hints=(
        "Which rows belong to the query? And are they columns or rows in ours?",
        "W_query, W_key, W_value = (third.____ for third in np.split(in_proj_weight, 3))",
    ),
)
def split_in_proj(in_proj_weight):
    """Right: three blocks of rows, each turned."""
    return tuple(third.T for third in np.split(in_proj_weight, 3))


@split_in_proj.also_right
def split_by_reshape(in_proj_weight):
    rows, d = in_proj_weight.shape
    thirds = in_proj_weight.reshape(3, rows // 3, d)
    return thirds[0].T, thirds[1].T, thirds[2].T


@split_in_proj.also_right
def split_turned_first(in_proj_weight):
    width = len(in_proj_weight) // 3
    turned = in_proj_weight.T
    return turned[:, :width], turned[:, width : 2 * width], turned[:, 2 * width :]


@split_in_proj.also_right
def split_in_float32(in_proj_weight):
    return split_in_proj(in_proj_weight.astype(np.float32))


@split_in_proj.mistake
def not_turned(in_proj_weight):
    """Each third is right, and lies as PyTorch has it: turn it, .T."""
    return tuple(np.split(in_proj_weight, 3))


@split_in_proj.mistake
def reshaped(in_proj_weight):
    """A reshape has the right shape and scrambles the numbers: turn each third, .T."""
    rows, d = in_proj_weight.shape
    return tuple(third.reshape(d, rows // 3) for third in np.split(in_proj_weight, 3))


@split_in_proj.mistake
def key_first(in_proj_weight):
    """The order is query, key, value: your first is the key's."""
    query, key, value = split_in_proj(in_proj_weight)
    return key, query, value


@split_in_proj.mistake
def value_second(in_proj_weight):
    """The order is query, key, value: your second is the value's."""
    query, key, value = split_in_proj(in_proj_weight)
    return query, value, key


@split_in_proj.mistake
def every_third_row(in_proj_weight):
    """Every third row is the query's here: in PyTorch its rows come first, all together."""
    return tuple(in_proj_weight[start::3].T for start in range(3))


@split_in_proj.mistake
def query_for_all(in_proj_weight):
    """All three are the query's third."""
    return (split_in_proj(in_proj_weight)[0],) * 3


# 22.4: a GRU of Keras in PyTorch


def _keras_gru(rng, square=False):
    size, hidden = sizes(rng, 2, square)
    shapes = (size, 3 * hidden), (hidden, 3 * hidden), (2, 3 * hidden)
    return tuple(rng.normal(size=shape) for shape in shapes)


def _gru_shapes(kernel, recurrent, bias):
    rows = kernel.shape[1]
    return {
        "weight_ih": (rows, kernel.shape[0]),
        "weight_hh": (rows, recurrent.shape[0]),
        "bias_ih": (rows,),
        "bias_hh": (rows,),
    }


def _sigmoid(s):
    return 1 / (1 + np.exp(-s))


def _same_step(trial):
    """One step by Keras' arrays, and one by PyTorch's, each in its own order."""
    kernel, recurrent, bias = (np.asarray(array, float) for array in trial.arguments)
    rng = np.random.default_rng(5)
    x, h = rng.normal(size=(2, len(kernel))), rng.normal(size=(2, len(recurrent)))
    sides = x @ kernel + bias[0], h @ recurrent + bias[1]
    (z_x, r_x, n_x), (z_h, r_h, n_h) = (np.split(side, 3, axis=1) for side in sides)
    wanted = _after(h, r_x + r_h, z_x + z_h, n_x, n_h)
    out = trial.outputs
    sides = x @ out["weight_ih"].T + out["bias_ih"], h @ out["weight_hh"].T + out["bias_hh"]
    (r_x, z_x, n_x), (r_h, z_h, n_h) = (np.split(side, 3, axis=1) for side in sides)
    return moved(_after(h, r_x + r_h, z_x + z_h, n_x, n_h), wanted, 10 * trial.tolerance)


def _after(h, reset, update, n_x, n_h):
    z = _sigmoid(update)
    return z * h + (1 - z) * np.tanh(n_x + _sigmoid(reset) * n_h)


_KERNEL, _RECURRENT = np.arange(12.0).reshape(2, 6), np.arange(12.0, 24).reshape(2, 6)
_BIASES = np.arange(24.0, 36).reshape(2, 6)


@sheet.function(
    "22.4",
    "bug hunt: a GRU that was carried over",
    points=2,
    asks="""
    A GRU was trained in Keras (reset_after=True, its default) and goes on in PyTorch. Keras has
    kernel (in, 3h), recurrent (h, 3h) and bias (2, 3h), the input's and the state's; its thirds
    are **update, reset, new**. The function below runs, and every shape fits; in issue 15915 of
    keras-team/keras somebody went the other way and met the same. Write `gru_from_keras` without
    its bug.
    """,
    outputs=_gru_shapes,
    inputs=_keras_gru,
    edges={
        "counted": (_KERNEL, _RECURRENT, _BIASES),
        "a state of one number": (_KERNEL[:, :3], _RECURRENT[:1, :3], _BIASES[:, :3]),
        "one feature in": (_KERNEL[:1], _RECURRENT, _BIASES),
        "no bias": (_KERNEL, _RECURRENT, 0 * _BIASES),
        "one bias": (_KERNEL, _RECURRENT, _BIASES * np.array([[1.0], [0]])),
    },
    properties=(Property("a step with the new arrays is Keras' step", _same_step),),
    hints=(
        "PyTorch's thirds are reset, update, new. Which of the four arrays have thirds?",
        "For each: z, r, n = np.split(array, 3, axis=-1), then np.concatenate([____], axis=-1).",
    ),
)
def gru_from_keras(kernel, recurrent, bias):
    """Right: the first two thirds change places in all of them, and the matrices are turned."""

    def reset_first(array):
        update, reset, new = np.split(array, 3, axis=-1)
        return np.concatenate([reset, update, new], axis=-1)

    bias = reset_first(bias)
    return reset_first(kernel).T, reset_first(recurrent).T, bias[0], bias[1]


def _by_places(hidden):
    places = np.arange(3 * hidden).reshape(3, hidden)
    return places[[1, 0, 2]].ravel()


@gru_from_keras.also_right
def gru_by_index(kernel, recurrent, bias):
    places = _by_places(len(recurrent))
    return kernel.T[places], recurrent.T[places], bias[0, places], bias[1, places]


@gru_from_keras.also_right
def gru_by_slices(kernel, recurrent, bias):
    h, found = len(recurrent), []
    for array in (kernel, recurrent, bias):
        both = array.copy()
        both[:, :h], both[:, h : 2 * h] = array[:, h : 2 * h], array[:, :h]
        found.append(both)
    return found[0].T, found[1].T, *found[2]


@gru_from_keras.also_right
def gru_in_float32(*arrays):
    return gru_from_keras(*(np.asarray(array, np.float32) for array in arrays))


@gru_from_keras.mistake
def order_as_it_was(kernel, recurrent, bias):
    """This is still the bug: PyTorch reads reset, update, new; yours are update, reset, new."""
    return kernel.T, recurrent.T, bias[0], bias[1]


@gru_from_keras.mistake
def biases_left(kernel, recurrent, bias):
    """The matrices are right; the biases have thirds too, and theirs did not change places."""
    return *gru_from_keras(kernel, recurrent, bias)[:2], bias[0], bias[1]


@gru_from_keras.mistake
def input_side_alone(kernel, recurrent, bias):
    """The input's side is right; the state's, recurrent and the second bias, is as it was."""
    weight_ih, _, bias_ih, _ = gru_from_keras(kernel, recurrent, bias)
    return weight_ih, recurrent.T, bias_ih, bias[1]


@gru_from_keras.mistake
def biases_swapped(kernel, recurrent, bias):
    """Row 0 of Keras' bias belongs to the input, row 1 to the state: yours are exchanged."""
    weight_ih, weight_hh, bias_ih, bias_hh = gru_from_keras(kernel, recurrent, bias)
    return weight_ih, weight_hh, bias_hh, bias_ih


@gru_from_keras.mistake
def biases_added(kernel, recurrent, bias):
    """The two biases were added into one: the reset gate scales the second one's last third."""
    weight_ih, weight_hh, bias_ih, bias_hh = gru_from_keras(kernel, recurrent, bias)
    return weight_ih, weight_hh, bias_ih + bias_hh, np.zeros_like(bias_hh)


@gru_from_keras.mistake
def new_first(kernel, recurrent, bias):
    """Your order is new, reset, update: only the first two thirds change places."""
    h = len(recurrent)
    places = np.arange(3 * h).reshape(3, h)[[2, 1, 0]].ravel()
    return kernel.T[places], recurrent.T[places], bias[0, places], bias[1, places]


# 22.5: transfer, a scale that cannot be switched off


def _weights_and_heads(rng, square=False):
    heads, width, d = sizes(rng, 3, square)
    return rng.normal(size=(d, heads * width)), heads


def _scores_stay(trial):
    W_query, heads = trial.arguments
    rng = np.random.default_rng(6)
    width = W_query.shape[1] // heads
    x, keys = rng.normal(size=(3, len(W_query))), rng.normal(size=(4, width))
    wanted = x @ np.asarray(W_query, float)[:, :width] @ keys.T
    found = x @ trial.outputs["W_query"][:, :width] @ keys.T / np.sqrt(width)
    return moved(found, wanted, 100 * trial.tolerance)


@sheet.function(
    "22.5",
    "a scale that cannot be switched off",
    points=2,
    asks="""
    Your model was trained with plain dot products, without 1/√d. The layer that it moves into
    divides the scores of each head by √(width of a head), and has no setting for it. Change the
    **weights** so that its scores are yours: `W_query` (in, heads · width) → another W_query.
    """,
    outputs=lambda W_query, heads: {"W_query": W_query.shape},
    inputs=_weights_and_heads,
    edges={
        "one head": (np.array([[1.0, 2, 3, 4]]), 1),
        "two heads": (np.array([[1.0, 2, 3, 4]]), 2),
        "heads of one feature": (np.array([[1.0, 2, 3, 4]]), 4),
        "nothing": (np.zeros((2, 4)), 2),
    },
    properties=(Property("divided by √width, the scores are the plain ones", _scores_stay),),
    hints=(
        "A score is q · k. If every query is c times as long, what happens to the score?",
        "width = W_query.shape[1] // heads; then W_query times ____.",
    ),
)
def against_the_scale(W_query, heads):
    """Right: queries √width times as long, and the division takes it away again."""
    return W_query * np.sqrt(W_query.shape[1] // heads)


@against_the_scale.also_right
def against_by_division(W_query, heads):
    return W_query / (W_query.shape[1] / heads) ** -0.5


@against_the_scale.also_right
def against_head_by_head(W_query, heads):
    parts = np.split(W_query, heads, axis=1)
    return np.concatenate([part * part.shape[1] ** 0.5 for part in parts], axis=1)


@against_the_scale.also_right
def against_in_float32(W_query, heads):
    return against_the_scale(W_query, heads).astype(np.float32)


@against_the_scale.mistake
def by_the_whole_width(W_query, heads):
    """That is √ of all features: a head divides by √ of its own width, features / heads."""
    return W_query * np.sqrt(W_query.shape[1])


@against_the_scale.mistake
def divided_once_more(W_query, heads):
    """Divided: the layer divides already, so the queries must become longer."""
    return W_query / np.sqrt(W_query.shape[1] // heads)


@against_the_scale.mistake
def without_the_root(W_query, heads):
    """The layer divides by the root of the width: you multiply by the width."""
    return W_query * (W_query.shape[1] // heads)


@against_the_scale.mistake
def by_the_rows(W_query, heads):
    """Rows of W_query are features that come in: the width of a head is counted in columns."""
    return W_query * np.sqrt(W_query.shape[0])


@against_the_scale.mistake
def fourth_root(W_query, heads):
    """The fourth root is right where queries **and** keys are changed: here queries alone are."""
    return W_query * (W_query.shape[1] // heads) ** 0.25


@against_the_scale.mistake
def by_the_heads(W_query, heads):
    """Multiplied by √ of the number of heads: the width of one head counts."""
    return W_query * np.sqrt(heads)
