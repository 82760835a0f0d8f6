"""The exercises of sheet 10: who plays which part, a step of attention, two orders, alignment."""

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.exercises import (
    ChoiceExercise,
    Disorder,
    Mistake,
    OrderExercise,
    Property,
    ReasonExercise,
    stands_before,
)
from course_utils.checks.functions import FunctionExercise
from course_utils.checks.sheets.attention_inputs import rows_sum_to_one, sizes

parts = ChoiceExercise(
    id="10.1",
    title="who plays Q, K and V?",
    points=1,
    right="d",
    reasons={
        "a": "The decoder asks, so its state is the query. The encoder is looked at.",
        "b": "Keys and values come from the same side here: what is compared is what is mixed.",
        "c": "The summary is one vector: softmax over one key always gives 1.",
        "d": "Yes: the decoder's state asks, the encoder's states are keys and values at once.",
    },
    hints=(
        "Who asks at each step, and who is asked?",
        "Query: the ____'s state. Keys and values: the ____'s states.",
    ),
)


def _memory(rng, square=False):
    """Decoder states (batch, d), encoder states (batch, m, d), and which are real."""
    batch, m, d = sizes(rng, 3, square)
    lengths = rng.integers(1, m + 1, batch)
    lengths[0] = m
    mask = np.arange(m) < lengths[:, None]
    state, states = rng.normal(size=(batch, d)), rng.normal(size=(batch, m, d))
    return state, states * (1 if square else 1.5), mask


def _weigh(state, states, mask):
    return softmax((states @ state[..., None])[..., 0], mask=mask)


def _look(state, states, mask):
    weights = _weigh(state, states, mask)
    return (weights[:, None] @ states)[:, 0], weights


def _look_by_einsum(state, states, mask):
    scores = np.where(mask, np.einsum("bd,bmd->bm", state, states), -np.inf)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = powers / powers.sum(axis=1, keepdims=True)
    return np.einsum("bm,bmd->bd", weights, states), weights


def _look_row_by_row(state, states, mask):
    contexts, weights = np.zeros_like(state), np.zeros(mask.shape, state.dtype)
    for b in range(len(state)):
        real = states[b, mask[b]]
        powers = np.exp(real @ state[b] - (real @ state[b]).max())
        weights[b, mask[b]] = powers / powers.sum()
        contexts[b] = weights[b, mask[b]] @ real
    return contexts, weights


def _look_in_float32(state, states, mask):
    return _look(state.astype(np.float32), states.astype(np.float32), mask)


def _padding_gets_nothing(trial):
    given = np.abs(trial.outputs["weights"][~trial.arguments[2]]).sum()
    return None if given < trial.tolerance else f"padding gets {given:.3g} in all"


def _context_is_the_mix(trial):
    weights, states = trial.outputs["weights"], trial.arguments[1]
    wanted = np.einsum("bm,bmd->bd", weights, states)
    same = np.allclose(trial.outputs["context"], wanted, atol=20 * trial.tolerance)
    return None if same else "the context is another mix than the weights say"


def _longer_states_sharpen(trial):
    """Three times the query: scores three times as far apart, the largest weight no smaller."""
    state, states, mask = trial.arguments
    before = trial.outputs["weights"].max(axis=1)
    after = trial.call(3 * state, states, mask)["weights"].max(axis=1)
    return None if (after >= before - 1e-6).all() else "the largest weight fell"


def _ratio_of_weights(trial):
    """log of two weights' ratio is the difference of their dot products, undivided."""
    state, states, mask = trial.arguments
    weights, row = trial.outputs["weights"][0], (states[0] @ state[0]).astype(float)
    first, last = np.argsort(row)[-1], np.argsort(row)[-2] if len(row) > 1 else 0
    if weights[last] < 1e-6 or not mask[0].all():
        return None
    found, wanted = np.log(weights[first] / weights[last]), row[first] - row[last]
    return None if abs(found - wanted) < 1e-2 else f"{found:.3f}, not {wanted:.3f}"


step = FunctionExercise(
    id="10.2",
    title="one step of attention",
    points=3,
    name="look",
    arguments=("state", "states", "mask"),
    reference=_look,
    outputs=lambda state, states, mask: {"context": state.shape, "weights": mask.shape},
    inputs=_memory,
    edges={
        "one source symbol": (
            np.ones((2, 3)),
            np.arange(6.0).reshape(2, 1, 3),
            np.ones((2, 1), bool),
        ),
        "large scores": (
            np.full((1, 2), 30.0),
            np.array([[[30.0, 0], [0, 20], [9, 9]]]),
            np.array([[True, True, False]]),
        ),
    },
    properties=(
        rows_sum_to_one(),
        Property("padding gets no weight", _padding_gets_nothing),
        Property("the context is the states mixed by the weights", _context_is_the_mix),
        Property("a longer query never makes weights flatter", _longer_states_sharpen),
        Property("weights follow the plain dot product", _ratio_of_weights),
    ),
    variants=(_look_by_einsum, _look_row_by_row, _look_in_float32),
    praise="Right: score, hide padding, normalise over the source, mix.",
    mistakes=(
        Mistake(
            "padding seen",
            lambda state, states, mask: _look(state, states, np.ones(mask.shape, bool)),
            "Padding gets weight: hide it with the mask before the softmax.",
        ),
        Mistake(
            "softmax over the batch",
            lambda state, states, mask: (lambda a: ((a[:, None] @ states)[:, 0], a))(
                softmax(np.where(mask, (states @ state[..., None])[..., 0], -1e30).T).T
            ),
            "You normalised over the batch: columns sum to 1. Each row must, over its source.",
        ),
        Mistake(
            "everything weighs the same",
            lambda state, states, mask: (lambda a: ((a[:, None] @ states)[:, 0], a))(
                mask / mask.sum(axis=1, keepdims=True)
            ),
            "The weights do not depend on the decoder's state: where does `state` come in?",
        ),
        Mistake(
            "divided by √d",
            lambda state, states, mask: _look(state / np.sqrt(state.shape[-1]), states, mask),
            "That is the scaled dot product. Asked is the plain one, state · h_j.",
        ),
        Mistake(
            "the decoder's own state mixed",
            lambda state, states, mask: (state.copy(), _weigh(state, states, mask)),
            "The context is the decoder's own state. Mix the encoder's states.",
        ),
        Mistake(
            "the sum of all states",
            lambda state, states, mask: (
                (states * mask[..., None]).sum(axis=1),
                _weigh(state, states, mask),
            ),
            "The context is the plain sum of the states: multiply each by its weight.",
        ),
        Mistake(
            "the last state",
            lambda state, states, mask: (
                states[np.arange(len(states)), mask.astype(int).sum(axis=1) - 1],
                _weigh(state, states, mask),
            ),
            "The context is the last encoder state: that is the model without attention.",
        ),
    ),
    hints=(
        "Who asks, who is asked, and which axis has one entry for each source symbol?",
        "scores = (states @ state[..., None])[..., 0]; weights = softmax(scores, mask=____)",
    ),
)

LUONG_LINES = {
    1: "symbol = write(state, context)",
    2: "weights = softmax(score(state, states))",
    3: "state = gru_step(state, embed(symbol))",
    4: "context = weights @ states",
    5: "context = states @ weights",
}
BAHDANAU_LINES = {
    1: "state = gru_step(state, [embed(symbol), context])",
    2: "context = weights @ states",
    3: "weights = softmax(score(state, states))",
    4: "symbol = write(state, context)",
    5: "weights = softmax(score(symbol, states))",
}

luong = OrderExercise(
    id="10.3",
    title="Luong's order of a step",
    points=1,
    lines=LUONG_LINES,
    order=(3, 2, 4, 1),
    praise="Right: step, look with the new state, mix, write.",
    mistakes=(
        Disorder(
            "looked before the step",
            (2, 4, 3, 1),
            lambda order: stands_before(order, 2, 3),
            "That looks with the old state: it is Bahdanau's order. Luong looks with the new one.",
        ),
        Disorder(
            "shapes turned",
            (3, 2, 5, 1),
            lambda order: 5 in order,
            "Line 5: states are (m, d) and weights (m,), so the product must begin with weights.",
        ),
        Disorder(
            "written before mixed",
            (3, 2, 1, 4),
            lambda order: stands_before(order, 1, 4),
            "Line 1 writes with a context that line 4 has not mixed yet.",
        ),
        Disorder(
            "mixed before weighed",
            (3, 4, 2, 1),
            lambda order: stands_before(order, 4, 2),
            "Line 4 mixes with weights that line 2 has not made yet.",
        ),
    ),
    hints=(
        "Does the decoder look with the state from before the step, or from after?",
        "Step first; then weights, ____, symbol.",
    ),
)

bahdanau = OrderExercise(
    id="10.4",
    title="Bahdanau's order of a step",
    points=1,
    lines=BAHDANAU_LINES,
    order=(3, 2, 1, 4),
    praise="Right: look with the old state, mix, step with what was seen, write.",
    mistakes=(
        Disorder(
            "stepped before looked",
            (1, 3, 2, 4),
            lambda order: stands_before(order, 1, 3),
            "The step reads the context, so it must be mixed before: look with the old state.",
        ),
        Disorder(
            "the symbol asks",
            (5, 2, 1, 4),
            lambda order: 5 in order,
            "Line 5 asks with a symbol. The query is the decoder's state.",
        ),
        Disorder(
            "written before the step",
            (3, 2, 4, 1),
            lambda order: stands_before(order, 4, 1),
            "Line 4 writes before the state has taken its step.",
        ),
        Disorder(
            "mixed before weighed",
            (2, 3, 1, 4),
            lambda order: stands_before(order, 2, 3),
            "Line 2 mixes with weights that line 3 has not made yet.",
        ),
    ),
    hints=(
        "Which line needs the context, and which state is there before it?",
        "Weights with the ____ state, context, step, symbol.",
    ),
)


def _aligned(rng, square=False):
    n, m = (4, 4) if square else (int(rng.integers(3, 8)), int(rng.integers(9, 13)))
    weights = rng.dirichlet(np.full(m, 0.4), size=n)
    gold = np.where(rng.random(n) < 0.5, weights.argmax(axis=1), rng.integers(0, m, n))
    gold[rng.random(n) < 0.3] = -1
    gold[0] = weights[0].argmax()  # one row counts at least
    return weights, gold


def _score(weights, gold, counted=None):
    counted = gold >= 0 if counted is None else counted
    return float((weights.argmax(axis=1) == gold)[counted].mean())


def _in_order(weights, gold):
    hits = [int(row.argmax() == word) for row, word in zip(weights, gold, strict=True) if word >= 0]
    return sum(hits) / len(hits)


def _perfect(trial):
    weights, _ = trial.arguments
    score = float(trial.call(weights, weights.argmax(axis=1))["score"])
    return None if np.isclose(score, 1) else f"{score:g} where every row is right"


def _words_without_a_row(trial):
    """A row that no word carries makes no difference, wherever it looks."""
    weights, gold = trial.arguments
    extra = np.roll(weights[:1], 1, axis=1)
    wider = np.concatenate([weights, extra]), np.append(gold, -1)
    score = float(trial.call(*wider)["score"])
    return None if np.isclose(score, trial.outputs["score"]) else "a row with −1 changed the score"


def _counts(trial):
    gold = trial.arguments[1]
    hits = float(trial.outputs["score"]) * (gold >= 0).sum()
    return None if np.isclose(hits, round(hits)) else f"{hits:.3f} rows are right: no whole number"


alignment = FunctionExercise(
    id="10.5",
    title="an alignment score",
    points=2,
    name="alignment_score",
    arguments=("weights", "gold"),
    reference=_score,
    outputs=lambda *_: {"score": ()},
    inputs=_aligned,
    edges={
        "a row that looks elsewhere": (
            np.array([[0.2, 0.5, 0.3], [0.6, 0.1, 0.3], [0.1, 0.1, 0.8]]),
            np.array([1, 1, -1]),
        ),
        "two rows look at one word": (
            np.array([[0.4, 0.6, 0.0], [0.3, 0.7, 0.0], [0.5, 0.2, 0.3]]),
            np.array([1, 1, 2]),
        ),
    },
    properties=(
        Property("gold where every row looks most gives 1", _perfect),
        Property("rows with −1 do not count", _words_without_a_row),
        Property("the score is a share of whole rows", _counts),
    ),
    variants=(
        _in_order,
        lambda weights, gold: np.float32(_score(np.asarray(weights), np.asarray(gold))),
        lambda weights, gold: (
            np.count_nonzero(weights.argmax(-1) == gold) / np.count_nonzero(gold != -1)
        ),
    ),
    praise="Right: the largest weight of each row, against the word that carries it.",
    mistakes=(
        Mistake(
            "rows without a word counted",
            lambda weights, gold: _score(weights, gold, np.ones(len(gold), bool)),
            "Rows with −1 have no word: leave them out, above the line and below.",
        ),
        Mistake(
            "columns",
            lambda weights, gold: float(
                np.mean([g >= 0 and weights[:, g].argmax() == i for i, g in enumerate(gold)])
                / np.mean(gold >= 0)
            ),
            "You took the largest weight of each column. Rows ask: take it along the row.",
        ),
        Mistake(
            "weight instead of hits",
            lambda weights, gold: float(weights[np.arange(len(gold)), gold][gold >= 0].mean()),
            "That is the mean weight on the right word. Asked is how often it is the largest.",
        ),
        Mistake(
            "a half is enough",
            lambda weights, gold: float(
                (weights[np.arange(len(gold)), gold] > 0.5)[gold >= 0].mean()
            ),
            "You ask for a weight above 0.5. The largest of a row may be smaller.",
        ),
        Mistake(
            "a number of rows",
            lambda weights, gold: float((weights.argmax(axis=1) == gold)[gold >= 0].sum()),
            "That is how many rows are right. Divide by the rows that count.",
        ),
    ),
    hints=(
        "For each row: which word gets the largest weight, and which one should?",
        "hits = weights.argmax(axis=____) == gold; then the mean over gold >= 0",
    ),
    dtypes=(np.float64,),
)

forcing = ChoiceExercise(
    id="10.6",
    title="the loss is lower: is the translator better?",
    points=1,
    right="b",
    reasons={
        "a": "Longer strings are harder: they would make the loss larger, not smaller.",
        "b": "Yes: the loss is measured with the truth as input, exact match with its own output.",
        "c": "It is one model, with the same parameters in both. What does a step read in each?",
        "d": "Exact match is a mean too, of ones and zeros over the same strings.",
    },
    hints=(
        "What does a step read in training, and what does it read when the model writes?",
        "In training: the ____ symbol. When it writes: its ____ symbol.",
    ),
)

which_rule = ChoiceExercise(
    id="10.7",
    title="a rule that is as good as none",
    points=1,
    right="a",
    reasons={
        "a": "Yes: its query term is the same for every key, and softmax cancels it.",
        "b": "v = 1 costs nothing in the figure: the hidden layer is wide enough.",
        "c": "Without its divisor the dot product does well here.",
        "d": "The divisor slows it down; it is far better than no attention.",
    },
    hints=(
        "In which panel of the figure does the line fall like the first panel's?",
        "Lesson 04: softmax over j of w_q·q + w_k·k_j; which term cancels?",
    ),
)

explain = ReasonExercise(
    id="10.8",
    title="explain the panel",
    points=0,
    least_words=20,
    praise="Compare it with a solution: does yours say what cancels, and what is left?",
    hints=(
        "Write the rule's score as two terms. Which one does softmax see?",
        "Every query gets the ____ weights, so every step gets the ____ context.",
    ),
)

EXERCISES = (
    parts,
    step,
    luong,
    bahdanau,
    alignment,
    forcing,
    which_rule,
    explain,
)
