"""What a learner builds in lesson 09: a GRU step, the encoder's loop, the decoder's loop."""

import numpy as np

from course_utils.checks.answers import shown
from course_utils.checks.declare import Lesson
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_inputs import moved, sizes
from course_utils.tasks.marks import END, START

lesson = Lesson("09")


# 09.a: one step of a GRU


def sigmoid(a):
    """Return 1 / (1 + e^−a) without an overflow."""
    return (1 + np.tanh(a / 2)) / 2


def _step(rng, square=False):
    e, d = sizes(rng, 2, square)
    shapes = (e,), (d,), (e, 3 * d), (d, 3 * d), (3 * d,)
    return tuple(rng.normal(size=shape) for shape in shapes)


def _with_gates(trial, reset=0.0, update=0.0):
    """Call once more with the gates pushed open (large) or shut (very negative)."""
    x, h, W, U, b = trial.arguments
    d = len(h)
    pushed = b + np.repeat([reset, update, 0.0], d)
    return trial.call(x, h, W, U, pushed)["new h"]


def _open_update_keeps(trial):
    return moved(_with_gates(trial, update=200.0), trial.arguments[1], trial.tolerance)


def _shut_gates_forget(trial):
    """Both gates shut: the candidate without a word from h."""
    x, h, W, _, b = trial.arguments
    candidate = np.tanh((x @ W + b)[2 * len(h) :])
    return moved(_with_gates(trial, -200.0, -200.0), candidate, trial.tolerance)


def _an_open_reset_lets_h_speak(trial):
    x, h, W, U, b = trial.arguments
    candidate = np.tanh((x @ W + b + h @ U)[2 * len(h) :])
    return moved(_with_gates(trial, 200.0, -200.0), candidate, trial.tolerance)


def _stays_between(trial):
    """The new state lies between the old one and −1…1, whatever the gates."""
    largest = np.maximum(np.abs(trial.arguments[1]), 1)
    beyond = np.abs(trial.outputs["new h"]) > largest + 10 * trial.tolerance
    return f"{shown(trial.outputs['new h'])}" if beyond.any() else None


@lesson.function(
    "09.a",
    "one step of a GRU",
    outputs=lambda x, h, W, U, b: {"new h": h.shape},
    inputs=_step,
    edges={
        "nothing was read yet": (
            np.array([1.0, -2.0]),
            np.zeros(1),
            np.array([[0.5, 1.0, -1.0], [0.25, 0.5, 2.0]]),
            np.ones((1, 3)),
            np.array([0.1, 0.2, 0.3]),
        ),
    },
    properties=(
        Property("an update gate of 1 keeps the old state", _open_update_keeps),
        Property("with both gates at 0 only x counts", _shut_gates_forget),
        Property(
            "a reset gate of 1 lets the old state into the candidate", _an_open_reset_lets_h_speak
        ),
        Property("a new state lies between the old one and −1 … 1", _stays_between),
    ),
    hints=(
        "Which of the three parts of x @ W + b and of h @ U belongs to which line of the formula?",
        "x_r, x_z, x_n = np.split(x @ W + b, 3), the same for h @ U; then r, z, ñ = ____",
    ),
)
def gru_step(x, h, W, U, b):
    """Right: two gates, a candidate, and a mix of old and new."""
    x_r, x_z, x_n = np.split(x @ W + b, 3)
    h_r, h_z, h_n = np.split(h @ U, 3)
    reset, update = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
    candidate = np.tanh(x_n + reset * h_n)
    return update * h + (1 - update) * candidate


@gru_step.also_right
def with_slices(x, h, W, U, b):
    d = len(h)
    gates = 1 / (1 + np.exp(-(x @ W[:, : 2 * d] + b[: 2 * d] + h @ U[:, : 2 * d])))
    candidate = np.tanh(x @ W[:, 2 * d :] + b[2 * d :] + gates[:d] * (h @ U[:, 2 * d :]))
    return candidate + gates[d:] * (h - candidate)


@gru_step.also_right
def in_rows(x, h, W, U, b):
    from_x, from_h = (x @ W + b).reshape(3, -1), (h @ U).reshape(3, -1)
    reset, update = sigmoid(from_x[:2] + from_h[:2])
    return (1 - update) * np.tanh(from_x[2] + from_h[2] * reset) + update * h


@gru_step.also_right
def in_float32(x, h, W, U, b):
    return gru_step(*(array.astype(np.float32) for array in (x, h, W, U, b)))


@gru_step.mistake
def kept_and_new_exchanged(x, h, W, U, b):
    """Your update gate works the other way round: here z = 1 keeps h, z h + (1 − z) ñ."""
    x_r, x_z, x_n = np.split(x @ W + b, 3)
    h_r, h_z, h_n = np.split(h @ U, 3)
    reset, update = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
    return (1 - update) * h + update * np.tanh(x_n + reset * h_n)


@gru_step.mistake
def gates_exchanged(x, h, W, U, b):
    """You took the update gate for the reset gate: the order in W, U and b is reset, update, ñ."""
    x_r, x_z, x_n = np.split(x @ W + b, 3)
    h_r, h_z, h_n = np.split(h @ U, 3)
    update, reset = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
    return update * h + (1 - update) * np.tanh(x_n + reset * h_n)


@gru_step.mistake
def no_reset(x, h, W, U, b):
    """The reset gate has no say in your candidate: multiply the part of h @ U by it."""
    _, x_z, x_n = np.split(x @ W + b, 3)
    _, h_z, h_n = np.split(h @ U, 3)
    update = sigmoid(x_z + h_z)
    return update * h + (1 - update) * np.tanh(x_n + h_n)


@gru_step.mistake
def reset_on_all_of_it(x, h, W, U, b):
    """You reset what comes from x as well. r multiplies the part of h @ U alone."""
    x_r, x_z, x_n = np.split(x @ W + b, 3)
    h_r, h_z, h_n = np.split(h @ U, 3)
    reset, update = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
    return update * h + (1 - update) * np.tanh(reset * (x_n + h_n))


@gru_step.mistake(name="reset before the product")
def reset_before_the_product(x, h, W, U, b):
    """You reset h before its product with U, as [Cho 2014a] do. Here r comes after: r ∘ (h U)."""
    x_r, x_z, x_n = np.split(x @ W + b, 3)
    h_r, h_z, _ = np.split(h @ U, 3)
    reset, update = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
    h_n = (reset * h) @ U[:, 2 * len(h) :]
    return update * h + (1 - update) * np.tanh(x_n + h_n)


@gru_step.mistake
def no_bias(x, h, W, U, b):
    """The bias b is missing: x @ W + b."""
    return gru_step(x, h, W, U, 0 * b)


@gru_step.mistake(name="tanh for the gates")
def tanh_gates(x, h, W, U, b):
    """Your gates can be negative. A gate is a sigmoid, from 0 to 1; tanh is for the candidate."""
    x_r, x_z, x_n = np.split(x @ W + b, 3)
    h_r, h_z, h_n = np.split(h @ U, 3)
    reset, update = np.tanh(x_r + h_r), np.tanh(x_z + h_z)
    return update * h + (1 - update) * np.tanh(x_n + reset * h_n)


@gru_step.mistake
def the_candidate_alone(x, h, W, U, b):
    """You return the candidate. The new state mixes it with the old one: z h + (1 − z) ñ."""
    x_r, _, x_n = np.split(x @ W + b, 3)
    h_r, _, h_n = np.split(h @ U, 3)
    return np.tanh(x_n + sigmoid(x_r + h_r) * h_n)


# 09.b: the encoder's loop


def _mixing(A, B):
    """Return a step as a GRU has it: a new state from x and the state before."""
    return lambda x, h: np.tanh(x @ A + h @ B)


def _to_read(rng, square=False):
    m, e, d = sizes(rng, 3, square)
    step = _mixing(rng.normal(size=(e, d)), rng.normal(size=(d, d)))
    return rng.normal(size=(m, e)), step, d


def _reads_its_past_alone(trial):
    """Another last vector changes the last state alone."""
    vectors, step, d = trial.arguments
    other = vectors.copy()
    other[-1] += 1
    again, before = trial.call(other, step, d)["states"], trial.outputs["states"]
    if len(vectors) > 1 and not np.allclose(again[:-1], before[:-1], atol=10 * trial.tolerance):
        return "an earlier state moved too"
    return "it did not move" if np.allclose(again[-1], before[-1]) else None


def _begins_with_zeros(trial):
    vectors, step, d = trial.arguments
    return moved(trial.outputs["states"][0], step(vectors[0], np.zeros(d)), trial.tolerance)


def _goes_on(trial):
    """Each state is one step from the one before."""
    vectors, step, _ = trial.arguments
    states = trial.outputs["states"]
    wanted = [step(x, h) for x, h in zip(vectors[1:], states[:-1], strict=True)]
    return moved(states[1:], np.reshape(wanted, states[1:].shape), trial.tolerance)


@lesson.function(
    "09.b",
    "the encoder's loop",
    outputs=lambda vectors, step, d: {"states": (len(vectors), d)},
    inputs=_to_read,
    edges={
        "one symbol": (np.array([[1.0, -1.0]]), _mixing(np.eye(2), np.ones((2, 2))), 2),
        "the same symbol again and again": (np.ones((4, 1)), lambda x, h: h + x[0], 3),
    },
    properties=(
        Property("the first step begins with zeros", _begins_with_zeros),
        Property("each state comes from the one before and its own vector", _goes_on),
        Property("the last vector counts for the last state alone", _reads_its_past_alone),
    ),
    hints=(
        "What does the first step take as its old state, and what the second?",
        "h, states = np.zeros(d), []; for x in vectors: h = step(x, h); ____",
    ),
)
def read(vectors, step, d):
    """Right: one state for each symbol, each made from the one before."""
    h, states = np.zeros(d), []
    for x in vectors:
        h = step(x, h)
        states.append(h)
    return np.array(states)


@read.also_right
def with_an_array(vectors, step, d):
    states = np.zeros((len(vectors) + 1, d))
    for i, x in enumerate(vectors):
        states[i + 1] = step(x, states[i])
    return states[1:]


@read.also_right
def as_a_list(vectors, step, d):
    states = [np.zeros(d)]
    for x in vectors:
        states += [step(x, states[-1])]
    return states[1:]


@read.also_right
def kept_in_float32(vectors, step, d):
    return read(vectors, step, d).astype(np.float32)


@read.mistake
def always_from_zeros(vectors, step, d):
    """Every step of yours begins with zeros: give it the state of the step before."""
    return np.array([step(x, np.zeros(d)) for x in vectors])


@read.mistake
def the_last_state_alone(vectors, step, d):
    """You return the last state. Keep one for each symbol: lesson 10 needs them all."""
    h = np.zeros(d)
    for x in vectors:
        h = step(x, h)
    return h


@read.mistake
def the_state_before_each_symbol(vectors, step, d):
    """Your states are those before each symbol: step first, then keep the new state."""
    h, states = np.zeros(d), []
    for x in vectors:
        states.append(h)
        h = step(x, h)
    return np.array(states)


@read.mistake
def read_backwards(vectors, step, d):
    """You read the last symbol first: `for x in vectors`, in their order."""
    return np.array(read(vectors[::-1], step, d))[::-1]


@read.mistake
def begun_with_ones(vectors, step, d):
    """The state before the first symbol is zeros: nothing was read yet."""
    h, states = np.ones(d), []
    for x in vectors:
        h = step(x, h)
        states.append(h)
    return np.array(states)


# 09.c: the decoder's loop


def _table_lookup(table):
    return lambda symbol: table[int(symbol)]


def _reading_out(S, C):
    """Return logits of state and context; padding and START are never written."""

    def readout(state, context):
        logits = np.tanh(state @ S) + np.tanh(context @ C)
        logits[:END] = -np.inf
        return logits

    return readout


def _to_write(rng, square=False):
    d, symbols, room = sizes(rng, 3, square, least=4, most=9)

    def draw(*shape):
        return 2 * rng.normal(size=shape)

    c, table = draw(d), draw(symbols + 3, d)
    step, readout = (
        _mixing(draw(d, d), draw(d, d)),
        _reading_out(draw(d, symbols), draw(d, symbols)),
    )
    return c, _table_lookup(table), step, readout, room


def _counting(d, end):
    """Return (embed, step, readout) that write 3, 4, 5, … and END after so many symbols."""

    def readout(state, context):
        written = round(float(state[0]))
        return np.eye(40)[END if written > end else written + 2]

    return lambda symbol: np.zeros(d), lambda x, h: h + 1, readout


def _as_asked(trial):
    """Replay: each symbol is the largest logit after the ones that were written before it."""
    c, embed, step, readout, _ = trial.arguments
    written = trial.outputs["written"].astype(int)
    state, last = c, START
    for place, symbol in enumerate(written):
        state = step(embed(last), state)
        best = int(readout(state, c).argmax())
        if symbol != best:
            return f"place {place}: {symbol} was written, {best} has the largest logit"
        last = symbol
    return None


def _stops(trial):
    written, room = trial.outputs["written"].astype(int).tolist(), trial.arguments[-1]
    if END in written[:-1]:
        return f"{written} goes on behind the end mark {END}"
    return None if written[-1] == END or len(written) == room else f"{written} stops too early"


@lesson.function(
    "09.c",
    "the decoder's loop",
    outputs=lambda *given: {"written": (len(write.right(*given)),)},
    inputs=_to_write,
    edges={
        "END at once": (np.zeros(2), *_counting(2, 0), 5),
        "END after three symbols": (np.zeros(3), *_counting(3, 3), 9),
        "no END in the room": (np.zeros(2), *_counting(2, 30), 4),
        "room for one": (np.zeros(2), *_counting(2, 1), 1),
    },
    properties=(
        Property("it writes what has the largest logit, and reads it at the next step", _as_asked),
        Property("it stops at END, or when the room is used", _stops),
    ),
    dtypes=(np.float64,),
    hints=(
        "What does a step read at first, before anything is written?",
        "while symbol != END and len(written) < room: state = step(embed(____), state); …",
    ),
)
def write(c, embed, step, readout, room):
    """Right: it reads what it wrote last, steps, and writes the largest logit."""
    state, symbol, written = c, START, []
    while symbol != END and len(written) < room:
        state = step(embed(symbol), state)
        symbol = int(readout(state, c).argmax())
        written.append(symbol)
    return written


@write.also_right
def with_a_for_loop(c, embed, step, readout, room):
    state, written = c, [START]
    for _ in range(room):
        state = step(embed(written[-1]), state)
        written.append(np.argmax(readout(state, c)))
        if written[-1] == END:
            break
    return written[1:]


@write.also_right
def as_an_array(c, embed, step, readout, room):
    return np.array(write(c, embed, step, readout, room), dtype=np.float32)


@write.also_right
def one_after_another(c, embed, step, readout, room):
    def rest(state, symbol, left):
        if not left or symbol == END:
            return []
        state = step(embed(symbol), state)
        symbol = int(readout(state, c).argmax())
        return [symbol, *rest(state, symbol, left - 1)]

    return rest(c, START, room)


@write.mistake
def start_read_again_and_again(c, embed, step, readout, room):
    """Every step of yours reads START: it must read the symbol that was written last."""
    state, symbol, written = c, START, []
    while symbol != END and len(written) < room:
        state = step(embed(START), state)
        symbol = int(readout(state, c).argmax())
        written.append(symbol)
    return written


@write.mistake
def from_c_again_and_again(c, embed, step, readout, room):
    """Every step of yours begins from c: give it the state of the step before."""
    symbol, written = START, []
    while symbol != END and len(written) < room:
        state = step(embed(symbol), c)
        symbol = int(readout(state, c).argmax())
        written.append(symbol)
    return written


@write.mistake
def begun_with_zeros(c, embed, step, readout, room):
    """Your decoder begins with zeros. It begins with c, all that it gets of the source."""
    state, symbol, written = np.zeros_like(c), START, []
    while symbol != END and len(written) < room:
        state = step(embed(symbol), state)
        symbol = int(readout(state, c).argmax())
        written.append(symbol)
    return written


@write.mistake
def read_out_before_the_step(c, embed, step, readout, room):
    """You read out before the step: the state has not heard of the last symbol yet."""
    state, symbol, written = c, START, []
    while symbol != END and len(written) < room:
        before, state = state, step(embed(symbol), state)
        symbol = int(readout(before, c).argmax())
        written.append(symbol)
    return written


@write.mistake
def never_stops_at_end(c, embed, step, readout, room):
    """You go on behind the end mark: stop as soon as END was written."""
    state, symbol, written = c, START, []
    while len(written) < room:
        state = step(embed(symbol), state)
        symbol = int(readout(state, c).argmax())
        written.append(symbol)
    return written


@write.mistake
def start_written_too(c, embed, step, readout, room):
    """START stands in front of what you return. It is read, and not written."""
    return [START, *write(c, embed, step, readout, room)]


@write.mistake
def end_left_out(c, embed, step, readout, room):
    """The end mark is missing: it is written too, and tells how long the answer is."""
    return [symbol for symbol in write(c, embed, step, readout, room) if symbol != END]


@write.mistake(name="the state in place of c")
def state_in_place_of_c(c, embed, step, readout, room):
    """Your readout gets the state twice. It gets the state and c: readout(state, c)."""
    state, symbol, written = c, START, []
    while symbol != END and len(written) < room:
        state = step(embed(symbol), state)
        symbol = int(readout(state, state).argmax())
        written.append(symbol)
    return written


@write.mistake
def one_more_than_there_is_room(c, embed, step, readout, room):
    """You write one more than there is room for: go on while len(written) < room."""
    return write(c, embed, step, readout, room + 1)
