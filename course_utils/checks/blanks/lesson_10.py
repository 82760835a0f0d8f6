"""What a learner builds in lesson 10: attention for one decoder state, and a loop that looks."""

import numpy as np

from course_utils.checks.answers import shown
from course_utils.checks.declare import Lesson
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_edges import ONE_ROW, edges_in_pairs
from course_utils.checks.sheets.attention_inputs import (
    inside_the_values,
    moved,
    no_negative_weight,
    rows_sum_to_one,
    sizes,
)
from course_utils.tasks.marks import END, START

lesson = Lesson("10")


def softmax(scores):
    """Return weights that sum to 1; the largest score is taken off first, so nothing overflows."""
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


# 10.a: score, normalise, mix


def _one_state(rng, square=False):
    m, d = sizes(rng, 2, square)
    return rng.normal(size=d), rng.normal(size=(m, d))


def _mix_of_the_weights(trial):
    wanted = trial.outputs["weights"] @ trial.arguments[1]
    return moved(trial.outputs["context"], wanted, trial.tolerance)


def _ratios(trial):
    """A score that is ahead by 1 gives e times the weight."""
    state, states = trial.arguments
    weights, scores = trial.outputs["weights"], states @ state
    if len(scores) < 2 or np.ptp(scores) > 50 or not (weights > 0).all():
        return None
    wanted = np.exp(np.diff(scores))
    return moved(weights[1:] / weights[:-1], wanted, 10 * trial.tolerance)


def _nothing_to_ask(trial):
    """A state of zeros prefers nothing: all weights are equal."""
    state, states = trial.arguments
    weights = trial.call(np.zeros_like(state), states)["weights"]
    return moved(weights, np.full(len(states), 1 / len(states)), trial.tolerance)


AWAY = np.array([[1000.0, 0], [999, 5], [-1000, 0], [0, 3]])


def _crossed(setting):
    queries, keys = setting.queries_and_keys()
    return queries[0], keys


@lesson.function(
    "10.a",
    "attention for one state",
    outputs=lambda state, states: {"context": state.shape, "weights": (len(states),)},
    inputs=_one_state,
    edges={
        "one symbol was read": (np.array([1.0, -2.0, 0.5]), np.array([[3.0, 1.0, 2.0]])),
        "scores of ±1000": (np.array([1.0, 0.0]), AWAY),
        "all scores below −900": (np.array([-1.0, 0.0]), AWAY[:2]),
        "equal states": (np.array([0.5, 2.0]), np.ones((3, 2))),
    },
    crossed=edges_in_pairs(_crossed, sizes=ONE_ROW),
    properties=(
        rows_sum_to_one(),
        no_negative_weight(),
        Property("the context is the states mixed by the weights", _mix_of_the_weights),
        Property("a score ahead by 1 gives e times the weight", _ratios),
        Property("a state of zeros weighs all alike", _nothing_to_ask),
        inside_the_values(),
    ),
    hints=(
        "One number for each state that was read: which product gives m of them?",
        "scores = states @ state; weights = exp(scores − largest) / ____; context = weights @ ____",
    ),
)
def attend(state, states):
    """Right: score, normalise, mix: lesson 02 for one query."""
    scores = states @ state  # ① (m,)
    powers = np.exp(scores - scores.max())
    weights = powers / powers.sum()  # ②
    return weights @ states, weights  # ③ (d,)


@attend.also_right
def in_loops(state, states):
    scores = [sum(a * b for a, b in zip(state, h, strict=True)) for h in states]
    powers = [np.exp(score - max(scores)) for score in scores]
    weights = np.array([power / sum(powers) for power in powers])
    return sum(w * h for w, h in zip(weights, states, strict=True)), weights


@attend.also_right
def by_sums(state, states):
    weights = softmax((state * states).sum(axis=1))
    return (weights[:, None] * states).sum(axis=0), weights


@attend.also_right
def in_float32(state, states):
    return attend(state.astype(np.float32), states.astype(np.float32))


@attend.mistake
def no_softmax(state, states):
    """You mix by the scores themselves. Make weights of them first: softmax."""
    scores = states @ state
    return scores @ states, scores


@attend.mistake
def not_normalised(state, states):
    """Your weights do not sum to 1: divide the powers by their sum."""
    scores = states @ state
    powers = np.exp(scores - scores.max())
    return powers @ states, powers


@attend.mistake(name="scores divided by their sum")
def divided_by_the_sum(state, states):
    """You divide the scores by their sum. Softmax takes exp first: no weight is negative."""
    scores = states @ state
    weights = scores / scores.sum()
    return weights @ states, weights


@attend.mistake(name="exp of large scores")
def overflowing(state, states):
    """exp of a large score overflows: take the largest score off all of them first (lesson 03)."""
    powers = np.exp(states @ state)
    weights = powers / powers.sum()
    return weights @ states, weights


@attend.mistake(name="divided by √d")
def divided_by_root_d(state, states):
    """That is the scaled dot product. This model was trained with the plain one: state · h."""
    weights = softmax(states @ state / np.sqrt(len(state)))
    return weights @ states, weights


@attend.mistake
def the_largest_alone(state, states):
    """You take the best state alone: hard attention. Mix all of them by softmax."""
    weights = (np.arange(len(states)) == (states @ state).argmax()).astype(states.dtype)
    return weights @ states, weights


@attend.mistake
def the_plain_mean(state, states):
    """Your context is the plain mean of the states: weigh each by its weight."""
    return states.mean(axis=0), softmax(states @ state)


@attend.mistake
def the_last_state(state, states):
    """Your context is the last state: that is the model without attention."""
    return states[-1], softmax(states @ state)


@attend.mistake
def the_decoders_own_state(state, states):
    """Your context is the decoder's own state. Mix the states that were read."""
    return state.copy(), softmax(states @ state)


# 10.b: the decoder's loop, looking at every step


def _lookup(table):
    return lambda symbol: table[int(symbol)]


def _stepping(A, B):
    return lambda x, h: np.tanh(x @ A + h @ B)


def _reading_out(S, C):
    def readout(state, context):
        logits = np.tanh(state @ S) + 2 * np.tanh(context @ C)
        logits[:END] = -np.inf  # padding and START are never written
        return logits

    return readout


def _looking(W):
    """Return an attention with another rule than the dot product: nobody may put in their own."""
    return lambda state, states: (
        (weights := softmax(states @ W @ state)) @ states,
        weights,
    )


def _to_write(rng, square=False):
    m, d, symbols, room = sizes(rng, 4, square, least=4, most=9)

    def draw(*shape):
        return 2 * rng.normal(size=shape)

    start, states, table = draw(d), draw(m, d), draw(symbols + 3, d)
    step, look = _stepping(draw(d, d), draw(d, d)), _looking(draw(d, d))
    readout = _reading_out(draw(d, symbols), draw(d, symbols))
    return start, states, _lookup(table), step, readout, look, room


def _counting(end):
    """Return (embed, step, readout, attend) that write 3, 4, … and END after so many symbols."""

    def readout(state, context):
        written = round(float(state[0]))
        return np.eye(40)[END if written > end else written + 2]

    return lambda symbol: np.zeros(2), lambda x, h: h + 1, readout, _looking(np.eye(2))


def _replayed(trial):
    """Replay what was written: each step's context, weights and symbol."""
    start, states, embed, step, readout, look, _ = trial.arguments
    ids, rows = trial.outputs["ids"].astype(int), trial.outputs["weights"]
    state, last = start, START
    for place, (symbol, weights) in enumerate(zip(ids, rows, strict=True)):
        state = step(embed(last), state)
        context, wanted = look(state, states)
        best = int(readout(state, context).argmax())
        if symbol != best:
            return f"place {place}: {symbol} was written, {best} has the largest logit"
        if not np.allclose(weights, wanted, atol=20 * trial.tolerance):
            return f"place {place}: weights {shown(weights)}, not {shown(wanted)}"
        last = symbol
    return None


def _stops(trial):
    ids, room = trial.outputs["ids"].astype(int).tolist(), trial.arguments[-1]
    if END in ids[:-1]:
        return f"{ids} goes on behind the end mark {END}"
    return None if ids[-1] == END or len(ids) == room else f"{ids} stops too early"


def _outputs(*given):
    ids, _ = write.right(*given)
    return {"ids": (len(ids),), "weights": (len(ids), len(given[1]))}


STATES = np.array([[1.0, 0], [0, 1], [1, 1]])


@lesson.function(
    "10.b",
    "the loop that looks",
    outputs=_outputs,
    inputs=_to_write,
    edges={
        "END at once": (np.zeros(2), STATES, *_counting(0), 5),
        "END after three symbols": (np.zeros(2), STATES, *_counting(3), 9),
        "one state, no END in the room": (np.zeros(2), STATES[:1], *_counting(30), 4),
    },
    properties=(
        Property("each step looks with its new state, and writes from what it saw", _replayed),
        Property("it stops at END, or when the room is used", _stops),
    ),
    dtypes=(np.float64,),
    hints=(
        "Take the loop of lesson 09. What stood in the place of c, and what comes there now?",
        "state = step(…); context, weights = attend(____, states); readout(state, ____)",
    ),
)
def write(start, states, embed, step, readout, attend, room):
    """Right: step, look with the new state, write from what was seen."""
    state, symbol, ids, rows = start, START, [], []
    while symbol != END and len(ids) < room:
        state = step(embed(symbol), state)
        context, weights = attend(state, states)
        symbol = int(readout(state, context).argmax())
        ids.append(symbol)
        rows.append(weights)
    return ids, rows


@write.also_right
def with_a_for_loop(start, states, embed, step, readout, attend, room):
    state, ids, rows = start, [START], []
    for _ in range(room):
        state = step(embed(ids[-1]), state)
        context, weights = attend(state, states)
        ids.append(np.argmax(readout(state, context)))
        rows.append(weights)
        if ids[-1] == END:
            break
    return ids[1:], np.array(rows)


@write.also_right
def as_arrays(start, states, embed, step, readout, attend, room):
    ids, rows = write(start, states, embed, step, readout, attend, room)
    return np.array(ids, dtype=np.float32), np.array(rows, dtype=np.float32)


@write.also_right
def with_a_break_before(start, states, embed, step, readout, attend, room):
    state, last, pairs = start, START, []
    while len(pairs) < room:
        state = step(embed(last), state)
        looked = attend(state, states)
        last = int(readout(state, looked[0]).argmax())
        pairs.append((last, looked[1]))
        if last == END:
            break
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


@write.mistake
def looked_before_the_step(start, states, embed, step, readout, attend, room):
    """You look before the step, with the old state: that is Bahdanau's order. Step first here."""
    state, symbol, ids, rows = start, START, [], []
    while symbol != END and len(ids) < room:
        context, weights = attend(state, states)
        state = step(embed(symbol), state)
        symbol = int(readout(state, context).argmax())
        ids.append(symbol)
        rows.append(weights)
    return ids, rows


@write.mistake
def looked_once(start, states, embed, step, readout, attend, room):
    """You look once, before the loop: one vector for all steps again. Look at every step."""
    state, symbol, ids, rows = start, START, [], []
    context, weights = attend(state, states)
    while symbol != END and len(ids) < room:
        state = step(embed(symbol), state)
        symbol = int(readout(state, context).argmax())
        ids.append(symbol)
        rows.append(weights)
    return ids, rows


@write.mistake
def written_from_the_start_vector(start, states, embed, step, readout, attend, room):
    """You look, and then write from `start` as in lesson 09: the readout gets the new context."""
    state, symbol, ids, rows = start, START, [], []
    while symbol != END and len(ids) < room:
        state = step(embed(symbol), state)
        _, weights = attend(state, states)
        symbol = int(readout(state, start).argmax())
        ids.append(symbol)
        rows.append(weights)
    return ids, rows


@write.mistake(name="begun with the last state")
def begun_with_the_last_state(start, states, embed, step, readout, attend, room):
    """You begin with states[-1]. Begin with `start`: an encoder may read from both ends."""
    return write(states[-1], states, embed, step, readout, attend, room)


@write.mistake
def the_context_as_state(start, states, embed, step, readout, attend, room):
    """You hand the context on as the state. A state goes on by steps; a context is only seen."""
    state, symbol, ids, rows = start, START, [], []
    while symbol != END and len(ids) < room:
        state = step(embed(symbol), state)
        context, weights = attend(state, states)
        symbol = int(readout(state, context).argmax())
        state = context
        ids.append(symbol)
        rows.append(weights)
    return ids, rows


@write.mistake
def start_mark_read_again(start, states, embed, step, readout, attend, room):
    """Every step of yours reads START: it must read the symbol that was written last."""
    return write(start, states, lambda symbol: embed(START), step, readout, attend, room)


@write.mistake
def goes_on_after_end(start, states, embed, step, readout, attend, room):
    """You go on behind the end mark: stop as soon as END was written."""
    state, symbol, ids, rows = start, START, [], []
    while len(ids) < room:
        state = step(embed(symbol), state)
        context, weights = attend(state, states)
        symbol = int(readout(state, context).argmax())
        ids.append(symbol)
        rows.append(weights)
    return ids, rows


@write.mistake
def end_left_out(start, states, embed, step, readout, attend, room):
    """The end mark is missing, with its weights: it is written too."""
    ids, rows = write(start, states, embed, step, readout, attend, room)
    return (ids[:-1], rows[:-1]) if ids[-1] == END else (ids, rows)


@write.mistake
def read_out_from_the_state_before(start, states, embed, step, readout, attend, room):
    """You look with the new state, and read out with the one before: readout gets the new one."""
    state, symbol, ids, rows = start, START, [], []
    while symbol != END and len(ids) < room:
        before, state = state, step(embed(symbol), state)
        context, weights = attend(state, states)
        symbol = int(readout(before, context).argmax())
        ids.append(symbol)
        rows.append(weights)
    return ids, rows
