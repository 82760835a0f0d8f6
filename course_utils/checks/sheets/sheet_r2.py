"""The exercises of review R2, after lessons 00 to 10: ten questions, an order, a bug, a reason."""

from functools import partial

import numpy as np

from course_utils.checks.exercises import (
    Disorder,
    Mistake,
    OrderExercise,
    Property,
    ReasonExercise,
    recall,
    stands_before,
)
from course_utils.checks.functions import FunctionExercise
from course_utils.checks.sheets.attention_inputs import moved, sizes

_recall = partial(recall, "R2")

RECALL = (
    _recall(
        1,
        "shapes of a batch",
        "c",
        {
            "a": "(8, 5, 4) is the context: after ③, as wide as a value.",
            "b": "One row for each key? Row = query: the queries' axis comes first.",
            "c": "Yes: for each of 8 examples one row for each query, one column for each key.",
            "d": "The batch stays: each of the 8 examples has weights of its own.",
        },
        (
            "Which two axes meet in ①, and which one only stands beside them?",
            "(batch, query, key): 8, 5, ____.",
        ),
    ),
    _recall(
        2,
        "a translator with rule 1, pair by pair",
        "a",
        {
            "a": "Yes: softmax cancels the query, so every step has the same weights and the same "
            "mix.",
            "b": "To move on, the weights would need the query, and softmax cancels it.",
            "c": "The weights follow the keys: a key with a high score of its own gets more.",
            "d": "It is a mix of the source, the same at each step, not the last state.",
        },
        (
            "The query changes from step to step. What does softmax leave of it?",
            "Lesson 04: all rows of the weights are ____, so all contexts are.",
        ),
    ),
    _recall(
        3,
        "what additive attention adds",
        "d",
        {
            "a": "Values are mixed in ③, as in every rule. The name is about ①.",
            "b": "No score is added to another: softmax compares them.",
            "c": "Query and context do not meet inside a rule.",
            "d": "Yes: q W_query + k W_key, inside the score, and tanh bends the sum.",
        },
        (
            "In which of the three stages does rule 2 differ from the others?",
            "tanh(q W_query ____ k W_key), then v.",
        ),
    ),
    _recall(
        4,
        "the spread of a dot product",
        "b",
        {
            "a": "1 is the deviation of one feature. A dot product adds up 100 products.",
            "b": "Yes: 100 variances of 1 add up to 100, and the deviation is its root.",
            "c": "50 is half the width. Variances are added, and none is halved.",
            "d": "100 is the variance. The deviation is its square root.",
        },
        (
            "Which of the two adds up over 100 independent products: variance or deviation?",
            "The variance is 100 · 1, the deviation √____.",
        ),
    ),
    _recall(
        5,
        "when the divisor hurts",
        "d",
        {
            "a": "Each is one division for a score: nothing beside d multiply-adds.",
            "b": "√d needs no matrix: the rule has no parameter.",
            "c": "The gradient got smaller, not too large: nothing overflowed.",
            "d": "Yes: divided once more, all scores were nearly 0 and all weights nearly equal.",
        },
        (
            "√d is derived for features of variance 1. What had those of the GRU?",
            "Scores that are already small become ____, and the weights uniform.",
        ),
    ),
    _recall(
        6,
        "queries, keys and values are x itself",
        "a",
        {
            "a": "Yes: x · x adds up 64 squares, about 64; a product with another word is near 0.",
            "b": "Nothing in x · x says which word is next.",
            "c": "The scores lie far apart: about 64 for one word, near 0 for the others.",
            "d": "Order does not enter: the first word is a word like any other.",
        },
        (
            "How large is x · x for 64 features of variance 1, and how large x · y for another y?",
            "x · x is about ____, x · y has the mean 0 and the deviation 8.",
        ),
    ),
    _recall(
        7,
        "a shuffled sentence",
        "b",
        {
            "a": "A row belongs to a word: when the word moves, so does its row.",
            "b": "Yes: f(P x) = P f(x). Shuffle in, the same shuffle out.",
            "c": "Each word still meets the same words, so it gets the same mix.",
            "d": "Attention keeps one row for each word: nothing is averaged over the rows.",
        },
        (
            "Which keys and values does a word meet, before and after the shuffle?",
            "The same ones, so the same mix; it stands in the word's ____ row.",
        ),
    ),
    _recall(
        8,
        "where the parameters are",
        "c",
        {
            "a": "q · k over √d has nothing to learn.",
            "b": "The rule has none, so it cannot be both.",
            "c": "Yes: W_query, W_key, W_value and W_output; the dot rule has none.",
            "d": "Something does learn: the matrices around the rule.",
        },
        (
            "Which letters in softmax(q · k / √d) v are learned?",
            "Rule: 0 parameters. Layer: four ____.",
        ),
    ),
    _recall(
        9,
        "five words and fifty",
        "b",
        {
            "a": "The encoder has a state for each word, but without attention only one goes on.",
            "b": "Yes: one vector of 64 numbers, however long the source was. That is the "
            "bottleneck.",
            "c": "The vector is as wide as the model, not as long as the sentence.",
            "d": "The width is chosen before training. It does not grow with the sentence.",
        },
        (
            "What goes from the encoder to the decoder where there is no attention?",
            "One vector, and its width is ____ for any length.",
        ),
    ),
    _recall(
        10,
        "longer than in training",
        "d",
        {
            "a": "Attention takes a bottleneck away. It does not teach lengths never seen.",
            "b": "Softmax takes a list of any length, and the encoder reads on.",
            "c": "The fall is far larger than the string: the course measured at most 60 % at 24.",
            "d": "Yes: it looks at every state, but it was never trained to find its way so far.",
        },
        (
            "Which lengths did the model see in training?",
            "Right at 20, because 20 was ____. 24 was not.",
        ),
    ),
)

LINES = {
    1: "    queries = x @ W_query",
    2: "    keys, values = y @ W_key, y @ W_value",
    3: "    keys, values = x @ W_key, y @ W_value",
    4: "    scores = queries @ keys.T / np.sqrt(keys.shape[1])",
    5: "    scores = queries @ keys.T / np.sqrt(len(keys))",
    6: "    weights = softmax(scores)",
    7: "    context = weights @ values",
    8: "    return context @ W_output",
}

parsons = OrderExercise(
    id="R2.11",
    title="a layer, line by line",
    points=2,
    lines=LINES,
    order=(1, 2, 4, 6, 7, 8),
    others=((2, 1, 4, 6, 7, 8),),
    praise="Right: three projections, then ①, ② and ③, then the fourth matrix.",
    mistakes=(
        Disorder(
            "keys from x",
            (1, 3, 4, 6, 7, 8),
            lambda order: 3 in order,
            "Line 3 makes the keys of x. x asks; y is asked, and gives keys and values.",
        ),
        Disorder(
            "root of the number of keys",
            (1, 2, 5, 6, 7, 8),
            lambda order: 5 in order,
            "Line 5 divides by the root of the number of keys. A score adds up the features of "
            "one key.",
        ),
        Disorder(
            "scored before projected",
            (1, 4, 2, 6, 7, 8),
            lambda order: stands_before(order, 4, 2) or stands_before(order, 4, 1),
            "Line 4 needs queries and keys, which lines 1 and 2 make.",
        ),
        Disorder(
            "mixed before weighed",
            (1, 2, 4, 7, 6, 8),
            lambda order: stands_before(order, 7, 6),
            "Line 7 mixes with weights that line 6 has not made yet.",
        ),
        Disorder(
            "returned before mixed",
            (1, 2, 4, 6, 8, 7),
            lambda order: stands_before(order, 8, 7),
            "Line 8 returns a context that line 7 has not mixed yet.",
        ),
    ),
    hints=(
        "Which of x and y asks, and which is asked?",
        "1, 2, ____, then softmax, the mix and W_output.",
    ),
)


def _states_and_lengths(rng, square=False):
    """States (batch, m, d) with something at every place, and lengths; the longest is m."""
    batch, m, d = sizes(rng, 3, square)
    lengths = rng.integers(1, m, batch)
    lengths[rng.integers(1, batch)] = m  # never the first: its length must not do for all
    return rng.normal(size=(batch, m, d)), lengths


def _is_real(states, lengths):
    return np.arange(states.shape[1]) < lengths[:, None]


def _sum(states, real):
    return (states * real[..., None]).sum(axis=1)


def _mean(states, lengths):
    return _sum(states, _is_real(states, lengths)) / lengths[:, None]


def _row_by_row(states, lengths):
    return [row[:length].mean(axis=0) for row, length in zip(states, lengths, strict=True)]


def _by_equal_weights(states, lengths):
    weights = (_is_real(states, lengths) / lengths[:, None]).astype(np.float32)
    return (weights[:, None] @ states.astype(np.float32))[:, 0]


def _without_nan(states, lengths):
    return np.nanmean(np.where(_is_real(states, lengths)[..., None], states, np.nan), axis=1)


def _one_too_many(states, lengths):
    real = np.arange(states.shape[1]) <= lengths[:, None]
    return _sum(states, real) / real.sum(axis=1, keepdims=True)


def _padding_does_not_count(trial):
    states, lengths = trial.arguments
    other = np.where(_is_real(states, lengths)[..., None], states, states + 5)
    again = trial.call(other, lengths)["summary"]
    return moved(again, trial.outputs["summary"], trial.tolerance)


def _alone_as_in_the_batch(trial):
    states, lengths = trial.arguments
    alone = trial.call(states[:1, : lengths[0]], lengths[:1])["summary"]
    return moved(alone, trial.outputs["summary"][:1], trial.tolerance)


def _order_does_not_count(trial):
    states, lengths = trial.arguments
    turned = states.copy()
    for row, length in enumerate(lengths):
        turned[row, :length] = states[row, :length][::-1]
    return moved(trial.call(turned, lengths)["summary"], trial.outputs["summary"], trial.tolerance)


def _equal_states(trial):
    """Where all states of a sentence are equal, their mean is that state."""
    states, lengths = trial.arguments
    equal = np.repeat(states[:, :1], states.shape[1], axis=1)
    return moved(trial.call(equal, lengths)["summary"], states[:, 0], trial.tolerance)


repaired = FunctionExercise(
    id="R2.12",
    title="bug hunt: a sentence depends on its neighbours",
    points=3,
    name="mean_state",
    arguments=("states", "lengths"),
    reference=_mean,
    outputs=lambda states, lengths: {"summary": (len(states), states.shape[-1])},
    inputs=_states_and_lengths,
    edges={
        "one sentence": (np.array([[[1.0, 2], [3, 4], [9, 9]]]), np.array([2])),
        "one word each": (np.arange(24.0).reshape(3, 4, 2), np.array([1, 1, 1])),
        "no padding": (np.arange(24.0).reshape(2, 4, 3), np.array([4, 4])),
    },
    properties=(
        Property("what stands at padded places changes nothing", _padding_does_not_count),
        Property("a sentence alone has the summary that it has in a batch", _alone_as_in_the_batch),
        Property("words in reverse order have the same mean", _order_does_not_count),
        Property("states that are all equal have that state as mean", _equal_states),
    ),
    variants=(_row_by_row, _by_equal_weights, _without_nan),
    praise="Right: a sentence has the same summary alone and beside a longer one.",
    mistakes=(
        Mistake(
            "not repaired",
            lambda states, lengths: states.mean(axis=1),
            "This is the plain mean: a short sentence still averages its padding. Where do the "
            "lengths come in?",
        ),
        Mistake(
            "padding in the sum",
            lambda states, lengths: states.sum(axis=1) / lengths[:, None],
            "You divide by the right number, but padded places are still in the sum.",
        ),
        Mistake(
            "divided by all places",
            lambda states, lengths: _sum(states, _is_real(states, lengths)) / states.shape[1],
            "The sum is right. You divide by all places, padding included: divide by the length.",
        ),
        Mistake(
            "not divided",
            lambda states, lengths: _sum(states, _is_real(states, lengths)),
            "This is the sum of the real states: divide it by the length.",
        ),
        Mistake(
            "one place too many",
            _one_too_many,
            "One place too many: 2 words stand at the places 0 and 1, so < and not ≤.",
        ),
        Mistake(
            "one length for all",
            lambda states, lengths: states[:, : lengths[0]].mean(axis=1),
            "You used the first sentence's length for all of them: each has its own.",
        ),
        Mistake(
            "divided by the mean length",
            lambda states, lengths: _sum(states, _is_real(states, lengths)) / lengths.mean(),
            "You divide every sum by the mean length. Each sentence has its own length.",
        ),
        Mistake(
            "last state",
            lambda states, lengths: states[np.arange(len(states)), lengths - 1],
            "That is each sentence's last state, another summary. Asked is the mean.",
        ),
    ),
    hints=(
        "Which places of a row hold words, and how many are they?",
        "real = np.arange(m) < lengths[:, None]; sum states * real[..., None], divide by ____.",
    ),
)

explain = ReasonExercise(
    id="R2.13",
    title="does attention solve long inputs?",
    points=0,
    least_words=20,
    praise="Compare it with a solution: does yours say what attention removes, and what it leaves?",
    hints=(
        "What was wrong at length 20 without attention, and what is wrong at 24 with it?",
        "It removes the ____ of one vector. It does not teach lengths that ____.",
    ),
)

EXERCISES = (*RECALL, parsons, repaired, explain)
