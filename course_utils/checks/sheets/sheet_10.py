"""The exercises of sheet 10: who plays which part, a step of attention, two orders, coverage."""

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import Property
from course_utils.checks.orders import stands_before
from course_utils.checks.sheets.attention_edges import END_HIDDEN, edges_in_pairs
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


def _crossed(setting):
    """Each row of the setting is a decoder's state with a source of its own."""
    rows = [setting._replace(scores=row[None]).queries_and_keys() for row in setting.scores]
    states, sources = map(np.stack, zip(*rows, strict=True))
    return states[:, 0], sources, setting.mask


@sheet.function(
    "10.2",
    "one step of attention",
    points=3,
    asks="""
    A batch of decoder states asks, each its own source. Score by the plain dot product (no
    divisor), hide padding, normalise over the source, mix. `softmax(scores, mask=…)` of the
    course hides where the mask is False. Every source has at least one symbol. Scores may lie
    anywhere between −1000 and 1000, of padding too.
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
        "scores of −5,000 and padding": (
            np.array([[-100.0, 0], [1, 1]]),
            np.array([[[50.0, 1], [60, 2], [0, 9]], [[1, 0], [0, 3], [9, 9]]]),
            np.array([[True, True, False], [True, True, False]]),
        ),
    },
    crossed=edges_in_pairs(_crossed, masks=END_HIDDEN),
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
def inverted_mask(state, states, mask):
    """Your result is as if the mask were the wrong way round: True means may look, and padding
    alone is looked at.
    """
    return look(state, states, ~mask)


@look.mistake
def mask_after_the_softmax(state, states, mask):
    """Your result is as if you hid padding after the softmax: then a row no longer sums to 1.
    Hide it before.
    """
    scores = (states @ state[:, :, None])[:, :, 0]
    weights = softmax(scores) * mask
    return (weights[:, None] @ states)[:, 0], weights


@look.mistake(name="scores times the mask")
def scores_times_the_mask(state, states, mask):
    """Your result is as if you multiplied the scores by the mask: a score of 0 still gets
    weight, exp(0) = 1.
    """
    scores = (states @ state[:, :, None])[:, :, 0] * mask
    weights = softmax(scores)
    return (weights[:, None] @ states)[:, 0], weights


@look.mistake(name="hidden by −100")
def hidden_by_a_small_number(state, states, mask):
    """Your result is as if you hid padding by −100, and real scores may lie below that: use −∞,
    or mask=….
    """
    scores = (states @ state[:, :, None])[:, :, 0]
    weights = softmax(np.where(mask, scores, -100.0))
    return (weights[:, None] @ states)[:, 0], weights


@look.mistake(name="hidden by −1000")
def hidden_by_minus_1000(state, states, mask):
    """Your result is as if −1000 hid padding: where all that is real has −1000, padding gets a
    share. Use −∞, or mask=….
    """
    scores = (states @ state[:, :, None])[:, :, 0]
    weights = softmax(np.where(mask, scores, -1000.0))
    return (weights[:, None] @ states)[:, 0], weights


@look.mistake
def largest_of_padding_too(state, states, mask):
    """Your result is as if padding were among the scores that the largest is taken of: hide it
    first, and then take the largest.
    """
    scores = (states @ state[:, :, None])[:, :, 0]
    exps = np.exp(scores - scores.max(axis=1, keepdims=True)) * mask
    weights = exps / exps.sum(axis=1, keepdims=True)
    return (weights[:, None] @ states)[:, 0], weights


@look.mistake
def exp_without_a_shift(state, states, mask):
    """Your result is as if exp were taken of the scores as they are: 1000 overflows. Subtract each
    row's largest, or use softmax.
    """
    exps = np.exp((states @ state[:, :, None])[:, :, 0]) * mask
    weights = exps / exps.sum(axis=1, keepdims=True)
    return (weights[:, None] @ states)[:, 0], weights


@look.mistake(name="(batch, 1, d)")
def an_axis_too_many(state, states, mask):
    """Your context has an axis of length 1 too many: weights[:, None] @ states, then [:, 0]."""
    context, weights = look(state, states, mask)
    return context[:, None], weights


@look.mistake
def order_swapped(state, states, mask):
    """You return the weights first: return context, weights."""
    context, weights = look(state, states, mask)
    return weights, context


@look.mistake
def the_context_only(state, states, mask):
    """You return the context alone. Asked are two things: return context, weights."""
    return look(state, states, mask)[0]


@look.mistake
def softmax_over_the_batch(state, states, mask):
    """Your result is as if you normalised over the batch: columns sum to 1. Each row must, over
    its source.
    """
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
    """Line 2 stands before line 3, so it looks with the old state, as Bahdanau does. Luong
    looks with the new one.
    """
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


def _looks(rng, square=False):
    n, m = (4, 4) if square else (int(rng.integers(3, 8)), int(rng.integers(9, 13)))
    return (rng.dirichlet(np.full(m, 0.4), size=n),)


def _as_much_as_was_written(trial):
    (weights,) = trial.arguments
    total = trial.outputs["coverage"].sum()
    return None if np.isclose(total, len(weights) - 1) else f"{total:.3f} in all"


def _the_last_row_says_nothing(trial):
    (weights,) = trial.arguments
    other = weights.copy()
    other[-1] = np.roll(other[-1], 1)
    again = trial.call(other)["coverage"]
    return None if np.allclose(again, trial.outputs["coverage"]) else "the coverage moved"


def _order_of_rows(trial):
    (weights,) = trial.arguments
    again = trial.call(np.concatenate([weights[:-1][::-1], weights[-1:]]))["coverage"]
    return None if np.allclose(again, trial.outputs["coverage"]) else "the coverage moved"


def _least(trial):
    coverage, least = trial.outputs["coverage"], int(trial.outputs["least"])
    if not 0 <= least < len(coverage):
        return f"there is no word {least}"
    lower = coverage.min()
    return None if coverage[least] <= lower + 1e-9 else f"{coverage[least]:.3f}, not {lower:.3f}"


@sheet.function(
    "10.5",
    "what was left out?",
    points=2,
    asks="""
    A translator drops a word of the source, and you look for it in the weights. Row i of
    `weights` is the i-th symbol that was written, the *last* row is the end mark. A word's
    **coverage** is all the weight that it got from the rows before the end mark. Return the
    coverage of every word, and the place of the word with the least, of equal ones the first.
    """,
    outputs=lambda weights: {"coverage": weights.shape[1:], "least": ()},
    inputs=_looks,
    edges={
        "a word that the end mark looks at": (
            np.array([[0.7, 0.2, 0.1], [0.3, 0.6, 0.1], [0.0, 0.1, 0.9]]),
        ),
        "one symbol and the end mark": (np.array([[0.1, 0.4, 0.3, 0.2], [0.7, 0.1, 0.1, 0.1]]),),
        "two words with the least": (
            np.array([[0.25, 0.5, 0, 0.25], [0.5, 0.25, 0.25, 0], [0, 0, 0, 1]]),
        ),
        "a word that every row looks at a little": (
            np.array([[0.6, 0.0, 0.4], [0.0, 0.6, 0.4], [0.55, 0.05, 0.4], [0.3, 0.4, 0.3]]),
        ),
    },
    properties=(
        Property("all coverage together is the number of symbols written", _as_much_as_was_written),
        Property("the end mark's row does not count", _the_last_row_says_nothing),
        Property("the order in which symbols were written does not count", _order_of_rows),
        Property("no word has less coverage than the one you name", _least),
    ),
    dtypes=(np.float64,),
    hints=(
        "Which rows count, and along which axis do you add, to get one number for each word?",
        "coverage = weights[:-1].sum(axis=____); its place: coverage.arg____()",
    ),
)
def coverage_of(weights):
    """Right: a column's sum, without the end mark's row. Lesson 14 meets coverage again."""
    coverage = weights[:-1].sum(axis=0)
    return coverage, coverage.argmin()


@coverage_of.also_right
def row_by_row(weights):
    coverage = np.zeros(weights.shape[1])
    for row in weights[: len(weights) - 1]:
        coverage += row
    return coverage, min(range(len(coverage)), key=lambda j: coverage[j])


@coverage_of.also_right
def in_float32(weights):
    coverage = weights[:-1].astype(np.float32).sum(axis=0)
    return coverage, int(np.argmin(coverage))


@coverage_of.also_right
def as_a_product(weights):
    counts = np.arange(len(weights)) < len(weights) - 1
    coverage = counts @ weights
    return coverage, np.argsort(coverage, kind="stable")[0]


@coverage_of.mistake
def the_end_mark_counted(weights):
    """Your result is as if you counted the end mark's row. It writes no word: leave the last
    row out.
    """
    coverage = weights.sum(axis=0)
    return coverage, coverage.argmin()


@coverage_of.mistake
def rows_added_up(weights):
    """Your result is as if you added along the rows: each of these sums is 1. A word is a
    column.
    """
    coverage = weights[:-1].sum(axis=1)
    return coverage, coverage.argmin()


@coverage_of.mistake
def the_mean(weights):
    """That is the mean weight of a word. Coverage is the sum over what was written."""
    coverage = weights[:-1].mean(axis=0)
    return coverage, coverage.argmin()


@coverage_of.mistake
def the_most(weights):
    """You name the word with the most coverage. Asked is the one with the least."""
    coverage = weights[:-1].sum(axis=0)
    return coverage, coverage.argmax()


@coverage_of.mistake
def the_last_of_equal_ones(weights):
    """Your result is as if the last of the words with the least were taken: of equal ones take the
    first, as argmin does.
    """
    coverage = weights[:-1].sum(axis=0)
    return coverage, len(coverage) - 1 - coverage[::-1].argmin()


@coverage_of.mistake
def rows_that_look_most(weights):
    """Your result is as if you counted the rows whose largest weight falls on a word. Coverage
    adds all weights.
    """
    tops = weights[:-1].argmax(axis=1)
    coverage = np.bincount(tops, minlength=weights.shape[1]).astype(float)
    return coverage, coverage.argmin()


@coverage_of.mistake
def the_first_row_left_out(weights):
    """Your result is as if you left out the first row. The end mark's is the last: weights[:-1]."""
    coverage = weights[1:].sum(axis=0)
    return coverage, coverage.argmin()


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
    "a colleague's rule",
    points=1,
    asks="""
    A colleague trains the lesson's model with a rule of their own: score(s_t, h_j) =
    w · h_j + s_t · s_t, with a learned vector w. "The query is in it twice!" Near which line
    of the lesson's figure, strings backwards, do you expect this rule?
    """,
    letter="c",
    options={
        "a": (
            "dot",
            "Take two keys and subtract their scores: what is left of s_t?",
        ),
        "b": (
            "scaled dot",
            "That is a dot product of s_t and h_j, only smaller. Here the two never meet.",
        ),
        "c": (
            "no attention",
            "Yes: s_t · s_t is the same for every key, softmax cancels it, as in rule 1 per pair.",
        ),
        "d": (
            "rule 1, by position",
            "That one knows places. Here a score depends on h_j, and on nothing else that counts.",
        ),
    },
    hints=(
        "How do the scores of two keys differ, for one query?",
        "score(s, h_1) − score(s, h_2) = w · (h_1 − h_2) + ____",
    ),
)


sheet.reason(
    "10.8",
    "repair the rule",
    asks="""
    Why can your colleague's rule do no better, and how would you change one term so that the
    query counts? At least 20 words, in any language.
    """,
    least_words=20,
    praise="Compare it with a solution: does yours say what cancels, and let s_t meet h_j?",
    hints=(
        "Which of the two terms does softmax see? What must a term hold to survive?",
        "Every query gets the ____ weights. A term with both s_t and ____ does not cancel.",
    ),
)
