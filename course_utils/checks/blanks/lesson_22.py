"""What is built in lesson 22: one matrix of three, a GRU step with two biases, what True means."""

import numpy as np

from course_utils.checks.declare import Lesson
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_inputs import moved, sizes

lesson = Lesson("22")


# 22.a: three matrices as one


def _three_matrices(rng, square=False):
    d, width = sizes(rng, 2, square)
    return tuple(rng.normal(size=(d, width)) for _ in range(3))


def _in_proj_shape(W_query, W_key, W_value):
    d, width = W_query.shape
    return {"in_proj": (3 * width, d)}


def _projects_alike(trial):
    matrices = [np.asarray(array, float) for array in trial.arguments]
    x = np.random.default_rng(3).normal(size=(4, len(matrices[0])))
    wanted = np.concatenate([x @ W for W in matrices], axis=1)
    return moved(x @ trial.outputs["in_proj"].T, wanted, 10 * trial.tolerance)


_ONE, _TWO = np.array([[1.0, 2], [3, 4]]), np.array([[5.0, 6], [7, 8]])


@lesson.function(
    "22.a",
    "three matrices as one",
    outputs=_in_proj_shape,
    inputs=_three_matrices,
    edges={
        "square": (_ONE, _TWO, _ONE - _TWO),
        "one feature in": (np.array([[1.0, 2]]), np.array([[3.0, 4]]), np.array([[5.0, 6]])),
        "one feature out": tuple(np.array([[one], [2.0], [3]]) for one in (1.0, 5, 9)),
        "symmetric": (_ONE + _ONE.T, _TWO + _TWO.T, np.eye(2)),
    },
    properties=(
        Property(
            "x @ in_proj.T is x @ W_query, x @ W_key and x @ W_value side by side", _projects_alike
        ),
    ),
    hints=(
        "Theirs is (out, in), three times. What is the shape of W_query.T?",
        "np.concatenate([W_query.T, ____, ____]), one below the other: axis 0.",
    ),
)
def in_proj(W_query, W_key, W_value):
    """Right: each is turned, and they stand one below the other: query, key, value."""
    return np.concatenate([W_query.T, W_key.T, W_value.T])


@in_proj.also_right
def in_proj_turned_at_the_end(W_query, W_key, W_value):
    return np.hstack([W_query, W_key, W_value]).T


@in_proj.also_right
def in_proj_row_by_row(W_query, W_key, W_value):
    return [list(column) for W in (W_query, W_key, W_value) for column in zip(*W, strict=True)]


@in_proj.also_right
def in_proj_in_float32(W_query, W_key, W_value):
    return in_proj(W_query, W_key, W_value).astype(np.float32)


@in_proj.mistake
def not_turned(W_query, W_key, W_value):
    """They stand one below the other, but as ours: PyTorch multiplies by the turned matrix."""
    return np.concatenate([W_query, W_key, W_value])


@in_proj.mistake
def reshaped(W_query, W_key, W_value):
    """A reshape has the right shape and scrambles the numbers: turn each matrix, .T."""
    d, width = W_query.shape
    return np.concatenate([W.reshape(width, d) for W in (W_query, W_key, W_value)])


@in_proj.mistake
def key_first(W_query, W_key, W_value):
    """The order is query, key, value: yours begins with the key."""
    return np.concatenate([W_key.T, W_query.T, W_value.T])


@in_proj.mistake
def value_second(W_query, W_key, W_value):
    """The order is query, key, value: yours has the value in the middle."""
    return np.concatenate([W_query.T, W_value.T, W_key.T])


@in_proj.mistake
def interleaved(W_query, W_key, W_value):
    """Rows of the three alternate: first all of the query's, then the key's, then the value's."""
    d, width = W_query.shape
    return np.stack([W_query.T, W_key.T, W_value.T], axis=1).reshape(3 * width, d)


@in_proj.mistake
def query_three_times(W_query, W_key, W_value):
    """The query's matrix stands there three times."""
    return np.concatenate([W_query.T] * 3)


# 22.b: a step of nn.GRU


def _sigmoid(s):
    return 1 / (1 + np.exp(-s))


def _gru_arrays(rng, square=False):
    batch, size, hidden = sizes(rng, 3, square)
    shapes = (batch, size), (batch, hidden), (3 * hidden, size), (3 * hidden, hidden)
    arrays = [rng.normal(size=shape) for shape in shapes]
    return (*arrays, *rng.normal(size=(2, 3 * hidden)))


def _stays_where_update_is_1(trial):
    x, h, *weights, bias_ih, bias_hh = trial.arguments
    hidden = h.shape[1]
    open_gate = bias_ih.copy()
    open_gate[hidden : 2 * hidden] = 100
    again = trial.call(x, h, *weights, open_gate, bias_hh)["state"]
    return moved(again, np.asarray(h, float), 10 * trial.tolerance)


def _between_state_and_candidate(trial):
    most = np.maximum(np.abs(trial.arguments[1]), 1) + 10 * trial.tolerance
    over = np.abs(trial.outputs["state"]) > most
    return f"{int(over.sum())} numbers lie beyond both the state and ±1" if over.any() else None


_W = np.array([[0.5, -1], [1, 0], [0, 2], [-1, 1], [1, 1], [2, 0.5]])
_B = np.array([0.0, 1, -1, 0.5, 2, 0])


@lesson.function(
    "22.b",
    "a step of nn.GRU",
    outputs=lambda x, h, *_: {"state": h.shape},
    inputs=_gru_arrays,
    edges={
        "one row": (np.array([[1.0, 2]]), np.array([[0.5, -0.5]]), _W, _W[::-1].copy(), _B, _B / 2),
        "more rows than features": (
            np.array([[1.0], [-2], [0.5], [0], [3]]),
            np.array([[0.5, -1], [1, 2], [0, 0], [-1, 1], [2, 2]]),
            _W[:, :1],
            _W,
            _B,
            -_B,
        ),
        "the state is zero": (np.ones((2, 2)), np.zeros((2, 2)), _W, -_W, _B, -_B),
        "no second bias": (np.ones((2, 2)), np.ones((2, 2)), _W, -_W, _B, 0 * _B),
        "the input is zero": (np.zeros((2, 2)), np.ones((2, 2)), _W, _W, _B, _B[::-1].copy()),
        "a state of one number": (
            np.array([[1.0, -1]]),
            np.array([[0.25]]),
            _W[:3],
            np.array([[1.0], [-1], [2]]),
            _B[:3],
            np.array([0.5, -0.5, 3]),
        ),
    },
    properties=(
        Property("where the update gate is 1 the state stays", _stays_where_update_is_1),
        Property("no number lies beyond the old state and ±1", _between_state_and_candidate),
    ),
    hints=(
        "Which of the six thirds meets r? The third of the state's side, its bias included.",
        "new = np.tanh(n_x + r * n_h); then z * h + ____ * new",
    ),
)
def step(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    """Right: the second bias of the candidate stands inside, and the reset gate scales it."""
    r_x, z_x, n_x = np.split(x @ weight_ih.T + bias_ih, 3, axis=1)
    r_h, z_h, n_h = np.split(h @ weight_hh.T + bias_hh, 3, axis=1)
    r, z = _sigmoid(r_x + r_h), _sigmoid(z_x + z_h)
    return z * h + (1 - z) * np.tanh(n_x + r * n_h)


@step.also_right
def step_gate_by_gate(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    size = h.shape[1]
    third = [slice(i * size, (i + 1) * size) for i in range(3)]
    by_input = [x @ weight_ih[part].T + bias_ih[part] for part in third]
    by_state = [h @ weight_hh[part].T + bias_hh[part] for part in third]
    r, z = (1 / (1 + np.exp(-a - b)) for a, b in zip(by_input[:2], by_state[:2], strict=True))
    new = np.tanh(by_input[2] + r * by_state[2])
    return new + z * (h - new)


@step.also_right
def step_row_by_row(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    rows, size = [], h.shape[1]
    for one, state in zip(x, h, strict=True):
        a, b = weight_ih @ one + bias_ih, weight_hh @ state + bias_hh
        r, z = np.split(_sigmoid(a[: 2 * size] + b[: 2 * size]), 2)
        rows.append((1 - z) * np.tanh(a[2 * size :] + r * b[2 * size :]) + z * state)
    return np.array(rows)


@step.also_right
def step_in_float32(*arrays):
    return step(*(np.asarray(array, np.float32) for array in arrays))


def _thirds(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    sides = x @ weight_ih.T + bias_ih, h @ weight_hh.T + bias_hh
    return [np.split(side, 3, axis=1) for side in sides]


@step.mistake
def second_bias_outside(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    """The candidate's second bias is added as it is: here the reset gate scales it too."""
    zero = np.zeros_like(bias_hh)
    return step(x, h, weight_ih, weight_hh, bias_ih + bias_hh, zero)


@step.mistake
def second_bias_forgotten(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    """bias_hh is not used: it belongs to the state's side of all three."""
    return step(x, h, weight_ih, weight_hh, bias_ih, np.zeros_like(bias_hh))


@step.mistake
def update_gate_first(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    """Yours reads update, reset, new, as Keras has them: PyTorch's order is reset, update, new."""
    (z_x, r_x, n_x), (z_h, r_h, n_h) = _thirds(x, h, weight_ih, weight_hh, bias_ih, bias_hh)
    r, z = _sigmoid(r_x + r_h), _sigmoid(z_x + z_h)
    return z * h + (1 - z) * np.tanh(n_x + r * n_h)


@step.mistake
def update_turned_round(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    """z keeps the **old** state: z * h + (1 − z) * new."""
    (r_x, z_x, n_x), (r_h, z_h, n_h) = _thirds(x, h, weight_ih, weight_hh, bias_ih, bias_hh)
    r, z = _sigmoid(r_x + r_h), _sigmoid(z_x + z_h)
    return (1 - z) * h + z * np.tanh(n_x + r * n_h)


@step.mistake
def reset_before_the_product(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    """The reset gate scales the state before the product: in nn.GRU it scales the result."""
    (r_x, z_x, n_x), (r_h, z_h, _) = _thirds(x, h, weight_ih, weight_hh, bias_ih, bias_hh)
    r, z = _sigmoid(r_x + r_h), _sigmoid(z_x + z_h)
    size = h.shape[1]
    recalled = (r * h) @ weight_hh[2 * size :].T + bias_hh[2 * size :]
    return z * h + (1 - z) * np.tanh(n_x + recalled)


@step.mistake
def reset_around_both(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    """The reset gate scales the input's side too: in the brackets stands the state's side alone."""
    (r_x, z_x, n_x), (r_h, z_h, n_h) = _thirds(x, h, weight_ih, weight_hh, bias_ih, bias_hh)
    r, z = _sigmoid(r_x + r_h), _sigmoid(z_x + z_h)
    return z * h + (1 - z) * np.tanh(r * (n_x + n_h))


@step.mistake
def no_reset(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    """The reset gate is not used: it scales the state's side of the candidate."""
    (_, z_x, n_x), (_, z_h, n_h) = _thirds(x, h, weight_ih, weight_hh, bias_ih, bias_hh)
    z = _sigmoid(z_x + z_h)
    return z * h + (1 - z) * np.tanh(n_x + n_h)


@step.mistake
def candidate_by_sigmoid(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    """The candidate goes through tanh, not through the gates' sigmoid."""
    (r_x, z_x, n_x), (r_h, z_h, n_h) = _thirds(x, h, weight_ih, weight_hh, bias_ih, bias_hh)
    r, z = _sigmoid(r_x + r_h), _sigmoid(z_x + z_h)
    return z * h + (1 - z) * _sigmoid(n_x + r * n_h)


# 22.c: what True means


def _asked(rng, square=False):
    m = 3 if square else int(rng.integers(3, 9))
    mask = rng.random(m) < 0.5
    mask[rng.integers(m)] ^= mask.all() or not mask.any()  # one of each at least
    kind, heard = int(rng.integers(3)), rng.random(m) + 0.1
    if kind < 2:
        heard[mask == bool(kind)] = 0
    return mask, heard


def _other_way_round(trial):
    mask, heard = trial.arguments
    again = float(trial.call(~mask, heard)["meaning"])
    wanted = 0 - float(trial.outputs["meaning"])
    return None if again == wanted else f"with the mask turned round {again:g}, not {wanted:g}"


def _only_whether(trial):
    mask, heard = trial.arguments
    again, once = (float(one["meaning"]) for one in (trial.call(mask, heard / 50), trial.outputs))
    return None if again == once else f"heard 50 times less: {again:g}, not {once:g}"


def _of(mask, heard):
    return np.array(mask, bool), np.array(heard, float)


@lesson.function(
    "22.c",
    "what True means",
    outputs=lambda mask, heard: {"meaning": ()},
    inputs=_asked,
    edges={
        "True may look": _of([1, 0, 0], [0.5, 0, 0]),
        "True hides": _of([1, 0, 0], [0, 0.5, 0.1]),
        "nothing is hidden": _of([1, 0, 0], [0.2, 0.5, 0.1]),
        "the first is False, True hides": _of([0, 1, 1], [0.3, 0, 0]),
        "the first is False, True may look": _of([0, 1, 1], [0, 0.2, 2]),
        "hardly heard": _of([0, 1, 1, 0], [0, 1e-7, 0.9, 0]),
        "hardly heard, True hides": _of([0, 1, 1, 0], [1e-7, 0, 0, 0.9]),
        "hardly heard, nothing is hidden": _of([0, 1, 0, 1], [1e-7, 0.9, 0.3, 0.5]),
        "loud where it should be quiet": _of([0, 1, 0], [9, 0.1, 8]),
        "loud where it is asked": _of([0, 1, 1], [0.1, 9, 8]),
    },
    properties=(
        Property("with the mask turned round the answer is too", _other_way_round),
        Property("it asks whether a key is heard, not how much", _only_whether),
    ),
    hints=(
        "A key that is hidden has exactly 0. Which keys are heard, those of True or of False?",
        "hears = heard > 0; where hears.all() the answer is 0; else look at hears[____].",
    ),
)
def meaning(mask, heard):
    """Right: who is not heard at all is hidden, and where everybody is heard nobody is."""
    hears = heard > 0
    if hears.all():
        return 0
    return 1 if hears[mask].any() else -1


@meaning.also_right
def meaning_by_sides(mask, heard):
    by_true, by_false = heard[mask].sum() > 0, heard[~mask].sum() > 0
    return int(by_true) - int(by_false)


@meaning.also_right
def meaning_in_a_loop(mask, heard):
    sides = {True: False, False: False}
    for shown, size in zip(mask, heard, strict=True):
        sides[bool(shown)] |= size > 0
    return np.float32(sides[True]) - np.float32(sides[False])


@meaning.also_right
def meaning_by_equality(mask, heard):
    hears = heard != 0
    if np.array_equal(hears, mask):
        return 1.0
    return -1.0 if np.array_equal(hears, ~mask) else 0.0


@meaning.mistake
def turned_round(mask, heard):
    """Turned round: 1 says that keys with True are heard, −1 that they are hidden."""
    return -meaning(mask, heard)


@meaning.mistake
def never_0(mask, heard):
    """Where all keys are heard the mask hides nothing, and the answer is 0."""
    return 1 if (heard[mask] > 0).any() else -1


@meaning.mistake
def the_louder_side(mask, heard):
    """The louder side wins: ask **whether** a key is heard. Where all are, the answer is 0."""
    return 1 if heard[mask].mean() > heard[~mask].mean() else -1


@meaning.mistake
def the_first_key_alone(mask, heard):
    """Only the first key is looked at: look at all of them."""
    return 1 if mask[0] == (heard[0] > 0) else -1


@meaning.mistake
def threshold(mask, heard):
    """A key that is hardly heard is heard: hidden means exactly 0, so compare with 0."""
    return meaning(mask, np.where(heard > 0.01, heard, 0))


@meaning.mistake
def one_or_nothing(mask, heard):
    """Three answers: 1 may look, −1 hides, 0 hides nothing. Yours never says −1."""
    return max(meaning(mask, heard), 0)
