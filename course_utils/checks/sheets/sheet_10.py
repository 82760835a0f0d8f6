"""The exercises of sheet 10: who plays which part, a step of attention, two orders, alignment."""

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import Property
from course_utils.checks.orders import stands_before
from course_utils.checks.sheets.attention_inputs import rows_sum_to_one, sizes

sheet = Sheet("10")


sheet.choice(
    "10.1",
    "who plays Q, K and V?",
    points=1,
    asks="""
    A decoder with attention writes its fifth symbol. Who is the query, who are keys and
    values?
    """,
    letter="d",
    options={
        "a": (
            "query: an encoder state; keys and values: decoder states",
            "The decoder asks, so its state is the query. The encoder is looked at.",
        ),
        "b": (
            "query: a decoder state; keys: encoder states; values: decoder states",
            "Keys and values come from the same side here: what is compared is what is mixed.",
        ),
        "c": (
            "query: a decoder state; key and value: the encoder's last state",
            "The summary is one vector: softmax over one key always gives 1.",
        ),
        "d": (
            "query: a decoder state; keys and values: the encoder's states",
            "Yes: the decoder's state asks, the encoder's states are keys and values at once.",
        ),
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


@sheet.function(
    "10.2",
    "one step of attention",
    points=3,
    asks="""
    A batch of decoder states asks, each its own source. Score by the plain dot product (no
    divisor), hide padding, normalise over the source, mix. `softmax(scores, mask=…)` of the
    course hides where the mask is False.
    """,
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
    hints=(
        "Who asks, who is asked, and which axis has one entry for each source symbol?",
        "scores = (states @ state[..., None])[..., 0]; weights = softmax(scores, mask=____)",
    ),
)
def look(state, states, mask):
    """Right: score, hide padding, normalise over the source, mix."""
    scores = (states @ state[:, :, None])[:, :, 0]  # ① (batch, m)
    weights = softmax(scores, mask=mask)  # ②
    context = (weights[:, None] @ states)[:, 0]  # ③ (batch, d)
    return context, weights


@look.also_right
def with_einsum(state, states, mask):
    scores = np.where(mask, np.einsum("bd,bmd->bm", state, states), -np.inf)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = powers / powers.sum(axis=1, keepdims=True)
    return np.einsum("bm,bmd->bd", weights, states), weights


@look.also_right
def row_by_row(state, states, mask):
    contexts, weights = np.zeros_like(state), np.zeros(mask.shape, state.dtype)
    for b in range(len(state)):
        real = states[b, mask[b]]
        powers = np.exp(real @ state[b] - (real @ state[b]).max())
        weights[b, mask[b]] = powers / powers.sum()
        contexts[b] = weights[b, mask[b]] @ real
    return contexts, weights


@look.also_right
def in_float32(state, states, mask):
    return look(state.astype(np.float32), states.astype(np.float32), mask)


@look.mistake
def padding_seen(state, states, mask):
    """Padding gets weight: hide it with the mask before the softmax."""
    scores = (states @ state[:, :, None])[:, :, 0]
    weights = softmax(scores)
    return (weights[:, None] @ states)[:, 0], weights


@look.mistake
def softmax_over_the_batch(state, states, mask):
    """You normalised over the batch: columns sum to 1. Each row must, over its source."""
    scores = (states @ state[:, :, None])[:, :, 0]
    weights = softmax(np.where(mask, scores, -1e30), axis=0)
    return (weights[:, None] @ states)[:, 0], weights


@look.mistake
def everything_weighs_the_same(state, states, mask):
    """The weights do not depend on the decoder's state: where does `state` come in?"""
    weights = mask / mask.sum(axis=1, keepdims=True)
    return (weights[:, None] @ states)[:, 0], weights


@look.mistake(name="divided by √d")
def divided_by_root_d(state, states, mask):
    """That is the scaled dot product. Asked is the plain one, state · h_j."""
    scores = (states @ state[:, :, None])[:, :, 0] / np.sqrt(state.shape[-1])
    weights = softmax(scores, mask=mask)
    return (weights[:, None] @ states)[:, 0], weights


@look.mistake(name="the decoder's own state mixed")
def the_state_itself_mixed(state, states, mask):
    """The context is the decoder's own state. Mix the encoder's states."""
    scores = (states @ state[:, :, None])[:, :, 0]
    weights = softmax(scores, mask=mask)
    return state.copy(), weights


@look.mistake
def the_sum_of_all_states(state, states, mask):
    """The context is the plain sum of the states: multiply each by its weight."""
    scores = (states @ state[:, :, None])[:, :, 0]
    weights = softmax(scores, mask=mask)
    return (states * mask[:, :, None]).sum(axis=1), weights


@look.mistake
def the_last_state(state, states, mask):
    """The context is the last encoder state: that is the model without attention."""
    scores = (states @ state[:, :, None])[:, :, 0]
    weights = softmax(scores, mask=mask)
    last = mask.sum(axis=1) - 1
    return states[np.arange(len(states)), last], weights


@sheet.order(
    "10.3",
    "Luong's order of a step",
    points=1,
    asks="""
    Put lines in order: one step of the decoder of this course, [Luong 2015]. One line does
    not belong.
    """,
    lines={
        1: "symbol = write(state, context)",
        2: "weights = softmax(score(state, states))",
        3: "state = gru_step(state, embed(symbol))",
        4: "context = weights @ states",
        5: "context = states @ weights",
    },
    hints=(
        "Does the decoder look with the state from before the step, or from after?",
        "Step first; then weights, ____, symbol.",
    ),
)
def luong():
    """Right: step, look with the new state, mix, write."""
    return (3, 2, 4, 1)


@luong.mistake(shows=lambda order: stands_before(order, 2, 3))
def looked_before_the_step():
    """That looks with the old state: it is Bahdanau's order. Luong looks with the new one."""
    return (2, 4, 3, 1)


@luong.mistake(shows=lambda order: 5 in order)
def shapes_turned():
    """Line 5: states are (m, d) and weights (m,), so the product must begin with weights."""
    return (3, 2, 5, 1)


@luong.mistake(shows=lambda order: stands_before(order, 1, 4))
def written_before_mixed():
    """Line 1 writes with a context that line 4 has not mixed yet."""
    return (3, 2, 1, 4)


@luong.mistake(shows=lambda order: stands_before(order, 4, 2))
def mixed_before_weighed():
    """Line 4 mixes with weights that line 2 has not made yet."""
    return (3, 4, 2, 1)


@sheet.order(
    "10.4",
    "Bahdanau's order of a step",
    points=1,
    asks="The same for [Bahdanau 2015]. One line does not belong.",
    lines={
        1: "state = gru_step(state, [embed(symbol), context])",
        2: "context = weights @ states",
        3: "weights = softmax(score(state, states))",
        4: "symbol = write(state, context)",
        5: "weights = softmax(score(symbol, states))",
    },
    hints=(
        "Which line needs the context, and which state is there before it?",
        "Weights with the ____ state, context, step, symbol.",
    ),
)
def bahdanau():
    """Right: look with the old state, mix, step with what was seen, write."""
    return (3, 2, 1, 4)


@bahdanau.mistake(shows=lambda order: stands_before(order, 1, 3))
def stepped_before_looked():
    """The step reads the context, so it must be mixed before: look with the old state."""
    return (1, 3, 2, 4)


@bahdanau.mistake(shows=lambda order: 5 in order)
def the_symbol_asks():
    """Line 5 asks with a symbol. The query is the decoder's state."""
    return (5, 2, 1, 4)


@bahdanau.mistake(shows=lambda order: stands_before(order, 4, 1))
def written_before_the_step():
    """Line 4 writes before the state has taken its step."""
    return (3, 2, 4, 1)


@bahdanau.mistake(shows=lambda order: stands_before(order, 2, 3))
def mixed_before_weighed():
    """Line 2 mixes with weights that line 3 has not made yet."""
    return (2, 3, 1, 4)


def _aligned(rng, square=False):
    n, m = (4, 4) if square else (int(rng.integers(3, 8)), int(rng.integers(9, 13)))
    weights = rng.dirichlet(np.full(m, 0.4), size=n)
    gold = np.where(rng.random(n) < 0.5, weights.argmax(axis=1), rng.integers(0, m, n))
    gold[rng.random(n) < 0.3] = -1
    gold[0] = weights[0].argmax()  # one row counts at least
    return weights, gold


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


@sheet.function(
    "10.5",
    "an alignment score",
    points=2,
    asks="""
    Row i of `weights` is the i-th symbol that was written; `gold[i]` is the place of the
    source word that carries it, or −1 where no word does. Return the share of rows whose
    largest weight falls on their word. Rows with −1 do not count.
    """,
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
    dtypes=(np.float64,),
    hints=(
        "For each row: which word gets the largest weight, and which one should?",
        "hits = weights.argmax(axis=____) == gold; then the mean over gold >= 0",
    ),
)
def alignment_score(weights, gold):
    """Right: the largest weight of each row, against the word that carries it."""
    counted = gold >= 0
    hits = weights.argmax(axis=1) == gold
    return hits[counted].mean()


@alignment_score.also_right
def row_by_row(weights, gold):
    hits = [int(row.argmax() == word) for row, word in zip(weights, gold, strict=True) if word >= 0]
    return sum(hits) / len(hits)


@alignment_score.also_right
def in_float32(weights, gold):
    return np.float32(alignment_score(weights, gold))


@alignment_score.also_right
def with_counts(weights, gold):
    return np.count_nonzero(weights.argmax(-1) == gold) / np.count_nonzero(gold != -1)


@alignment_score.mistake
def rows_without_a_word_counted(weights, gold):
    """Rows with −1 have no word: leave them out, above the line and below."""
    hits = weights.argmax(axis=1) == gold
    return hits.mean()


@alignment_score.mistake
def columns(weights, gold):
    """You took the largest weight of each column. Rows ask: take it along the row."""
    counted = gold >= 0
    hits = weights.argmax(axis=0)[gold] == np.arange(len(gold))
    return hits[counted].mean()


@alignment_score.mistake
def weight_instead_of_hits(weights, gold):
    """That is the mean weight on the right word. Asked is how often it is the largest."""
    counted = gold >= 0
    weight_of_the_word = weights[np.arange(len(gold)), gold]
    return weight_of_the_word[counted].mean()


@alignment_score.mistake
def a_half_is_enough(weights, gold):
    """You ask for a weight above 0.5. The largest of a row may be smaller."""
    counted = gold >= 0
    hits = weights[np.arange(len(gold)), gold] > 0.5
    return hits[counted].mean()


@alignment_score.mistake
def a_number_of_rows(weights, gold):
    """That is how many rows are right. Divide by the rows that count."""
    counted = gold >= 0
    hits = weights.argmax(axis=1) == gold
    return hits[counted].sum()


sheet.choice(
    "10.6",
    "the loss is lower: is the translator better?",
    points=1,
    asks="""
    A model's loss on held-out strings is very small, and yet it writes many of them wrong.
    Why can that be?
    """,
    letter="b",
    options={
        "a": (
            "the loss was measured on longer strings",
            "Longer strings are harder: they would make the loss larger, not smaller.",
        ),
        "b": (
            "for the loss every step reads the true symbol",
            "Yes: the loss is measured with the truth as input, exact match with its own output.",
        ),
        "c": (
            "the loss uses more parameters",
            "It is one model, with the same parameters in both. What does a step read in each?",
        ),
        "d": (
            "the loss is a mean over strings, exact match is not",
            "Exact match is a mean too, of ones and zeros over the same strings.",
        ),
    },
    hints=(
        "What does a step read in training, and what does it read when the model writes?",
        "In training: the ____ symbol. When it writes: its ____ symbol.",
    ),
)


sheet.choice(
    "10.7",
    "a rule that is as good as none",
    points=1,
    asks="""
    Look at the figure of all rules in lesson 10, on either task. Which rule does about as
    well as no attention?
    """,
    letter="a",
    options={
        "a": (
            "rule 1, per pair",
            "Yes: its query term is the same for every key, and softmax cancels it.",
        ),
        "b": (
            "rule 2 with v = 1",
            "v = 1 costs nothing in the figure: the hidden layer is wide enough.",
        ),
        "c": ("the plain dot product", "Without its divisor the dot product does well here."),
        "d": (
            "the scaled dot product",
            "The divisor slows it down; it is far better than no attention.",
        ),
    },
    hints=(
        "In which panel of the figure does the line fall like the first panel's?",
        "Lesson 04: softmax over j of w_q·q + w_k·k_j; which term cancels?",
    ),
)


sheet.reason(
    "10.8",
    "explain the panel",
    asks="""
    Why can that rule do no better? At least 20 words, in any language; lesson 04 has the
    algebra.
    """,
    least_words=20,
    praise="Compare it with a solution: does yours say what cancels, and what is left?",
    hints=(
        "Write the rule's score as two terms. Which one does softmax see?",
        "Every query gets the ____ weights, so every step gets the ____ context.",
    ),
)
