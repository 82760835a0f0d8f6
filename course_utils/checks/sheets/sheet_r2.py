"""The exercises of review R2, after lessons 00 to 10: ten questions, an order, a bug, a reason."""

import numpy as np

from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import Property
from course_utils.checks.orders import stands_before
from course_utils.checks.sheets.attention_inputs import moved, sizes

sheet = Sheet("R2", choices={"points": 0.5})


sheet.choice(
    "R2.1",
    "shapes of a batch",
    asks="""
    Queries (8, 5, 16), keys (8, 7, 16), values (8, 7, 4). What is the shape of the weights?
    """,
    letter="c",
    options={
        "a": ("(8, 5, 4)", "(8, 5, 4) is the context: after ③, as wide as a value."),
        "b": ("(8, 7, 5)", "One row for each key? Row = query: the queries' axis comes first."),
        "c": (
            "(8, 5, 7)",
            "Yes: for each of 8 examples one row for each query, one column for each key.",
        ),
        "d": ("(5, 7)", "The batch stays: each of the 8 examples has weights of its own."),
    },
    hints=(
        "Which two axes meet in ①, and which one only stands beside them?",
        "(batch, query, key): 8, 5, ____.",
    ),
)

sheet.choice(
    "R2.2",
    "a translator with rule 1, pair by pair",
    asks="""
    A translator scores its states by rule 1, pair by pair. What does its context do while
    it writes?
    """,
    letter="a",
    options={
        "a": (
            "it is the same vector at every step",
            "Yes: softmax cancels the query, so every step has the same weights and the same mix.",
        ),
        "b": (
            "it follows the source, word by word",
            "To move on, the weights would need the query, and softmax cancels it.",
        ),
        "c": (
            "it is the plain mean of all the states",
            "The weights follow the keys: a key with a high score of its own gets more.",
        ),
        "d": (
            "it comes to rest on the last state",
            "It is a mix of the source, the same at each step, not the last state.",
        ),
    },
    hints=(
        "The query changes from step to step. What does softmax leave of it?",
        "Lesson 04: all rows of the weights are ____, so all contexts are.",
    ),
)

sheet.choice(
    "R2.3",
    "what additive attention adds",
    asks="Rule 2 is called additive. What is added up?",
    letter="d",
    options={
        "a": (
            "the values that get a weight above 0",
            "Values are mixed in ③, as in every rule. The name is about ①.",
        ),
        "b": (
            "the scores of all keys of one query",
            "No score is added to another: softmax compares them.",
        ),
        "c": (
            "the query and the context of a step",
            "Query and context do not meet inside a rule.",
        ),
        "d": (
            "the projections of query and key",
            "Yes: q W_query + k W_key, inside the score, and tanh bends the sum.",
        ),
    },
    hints=(
        "In which of the three stages does rule 2 differ from the others?",
        "tanh(q W_query ____ k W_key), then v.",
    ),
)

sheet.choice(
    "R2.4",
    "the spread of a dot product",
    asks="""
    Queries and keys have 100 independent features of mean 0 and standard deviation 1. What
    is the standard deviation of q · k?
    """,
    letter="b",
    options={
        "a": ("1", "1 is the deviation of one feature. A dot product adds up 100 products."),
        "b": ("10", "Yes: 100 variances of 1 add up to 100, and the deviation is its root."),
        "c": ("50", "50 is half the width. Variances are added, and none is halved."),
        "d": ("100", "100 is the variance. The deviation is its square root."),
    },
    hints=(
        "Which of the two adds up over 100 independent products: variance or deviation?",
        "The variance is 100 · 1, the deviation √____.",
    ),
)

sheet.choice(
    "R2.5",
    "when the divisor hurts",
    asks="""
    On GRU states, whose features spread by far less than 1, the scaled dot product learned
    more slowly than the plain one. Why?
    """,
    letter="d",
    options={
        "a": (
            "a division for every score takes time",
            "Each is one division for a score: nothing beside d multiply-adds.",
        ),
        "b": (
            "√d brings in one more matrix to learn",
            "√d needs no matrix: the rule has no parameter.",
        ),
        "c": (
            "its gradients became far too large",
            "The gradient got smaller, not too large: nothing overflowed.",
        ),
        "d": (
            "its weights began nearly all equal",
            "Yes: divided once more, all scores were nearly 0 and all weights nearly equal.",
        ),
    },
    hints=(
        "√d is derived for features of variance 1. What had those of the GRU?",
        "Scores that are already small become ____, and the weights uniform.",
    ),
)

sheet.choice(
    "R2.6",
    "queries, keys and values are x itself",
    asks="""
    Six words, each a random vector of 64 features with variance 1. They attend to each
    other with Q = K = V = x. Where does nearly all weight of a word go?
    """,
    letter="a",
    options={
        "a": (
            "to the word itself",
            "Yes: x · x adds up 64 squares, about 64; a product with another word is near 0.",
        ),
        "b": ("to the word after it", "Nothing in x · x says which word is next."),
        "c": (
            "to all six alike",
            "The scores lie far apart: about 64 for one word, near 0 for the others.",
        ),
        "d": (
            "to the first word",
            "Order does not enter: the first word is a word like any other.",
        ),
    },
    hints=(
        "How large is x · x for 64 features of variance 1, and how large x · y for another y?",
        "x · x is about ____, x · y has the mean 0 and the deviation 8.",
    ),
)

sheet.choice(
    "R2.7",
    "a shuffled sentence",
    asks="""
    Self-attention with its projections, but without places. The words are shuffled. What
    becomes of the output?
    """,
    letter="b",
    options={
        "a": (
            "the same rows, in their old order",
            "A row belongs to a word: when the word moves, so does its row.",
        ),
        "b": (
            "the same rows, shuffled like the words",
            "Yes: f(P x) = P f(x). Shuffle in, the same shuffle out.",
        ),
        "c": (
            "other numbers in each of the rows",
            "Each word still meets the same words, so it gets the same mix.",
        ),
        "d": (
            "the mean of the rows, in every row",
            "Attention keeps one row for each word: nothing is averaged over the rows.",
        ),
    },
    hints=(
        "Which keys and values does a word meet, before and after the shuffle?",
        "The same ones, so the same mix; it stands in the word's ____ row.",
    ),
)

sheet.choice(
    "R2.8",
    "where the parameters are",
    asks="""
    An attention layer carries the scaled dot product. What in it has parameters to learn?
    """,
    letter="c",
    options={
        "a": ("the rule alone", "q · k over √d has nothing to learn."),
        "b": ("the rule and the matrices", "The rule has none, so it cannot be both."),
        "c": (
            "the matrices alone",
            "Yes: W_query, W_key, W_value and W_output; the dot rule has none.",
        ),
        "d": ("neither of them", "Something does learn: the matrices around the rule."),
    },
    hints=(
        "Which letters in softmax(q · k / √d) v are learned?",
        "Rule: 0 parameters. Layer: four ____.",
    ),
)

sheet.choice(
    "R2.9",
    "five words and fifty",
    asks="""
    A model without attention is 64 wide. It reads 5 words, later 50. How many numbers of
    the source reach its decoder?
    """,
    letter="b",
    options={
        "a": (
            "5 · 64, then 50 · 64",
            "The encoder has a state for each word, but without attention only one goes on.",
        ),
        "b": (
            "64 both times",
            "Yes: one vector of 64 numbers, however long the source was. That is the bottleneck.",
        ),
        "c": ("5, then 50", "The vector is as wide as the model, not as long as the sentence."),
        "d": (
            "64, then 640",
            "The width is chosen before training. It does not grow with the sentence.",
        ),
    },
    hints=(
        "What goes from the encoder to the decoder where there is no attention?",
        "One vector, and its width is ____ for any length.",
    ),
)

sheet.choice(
    "R2.10",
    "longer than in training",
    asks="""
    A model with attention was trained on strings of 2 to 20 symbols. At 20 nearly all
    symbols are right. And at 24?
    """,
    letter="d",
    options={
        "a": (
            "as many: attention knows no length",
            "Attention takes a bottleneck away. It does not teach lengths never seen.",
        ),
        "b": (
            "none at all: it has weights for 20",
            "Softmax takes a list of any length, and the encoder reads on.",
        ),
        "c": (
            "slightly fewer: it is 4 symbols more",
            "The fall is far larger than the string: the course measured at most 60 % at 24.",
        ),
        "d": (
            "far fewer: no such length was trained",
            "Yes: it looks at every state, but it was never trained to find its way so far.",
        ),
    },
    hints=(
        "Which lengths did the model see in training?",
        "Right at 20, because 20 was ____. 24 was not.",
    ),
)


@sheet.order(
    "R2.11",
    "a layer, line by line",
    points=2,
    asks="""
    Six of these eight lines make `def layer(x, y, W_query, W_key, W_value, W_output):`, in
    which x asks and y is looked at. Two are wrong and stay out. Give the numbers of the six
    in an order that works.
    """,
    lines={
        1: "    queries = x @ W_query",
        2: "    keys, values = y @ W_key, y @ W_value",
        3: "    keys, values = x @ W_key, y @ W_value",
        4: "    scores = queries @ keys.T / np.sqrt(keys.shape[1])",
        5: "    scores = queries @ keys.T / np.sqrt(len(keys))",
        6: "    weights = softmax(scores)",
        7: "    context = weights @ values",
        8: "    return context @ W_output",
    },
    hints=(
        "Which of x and y asks, and which is asked?",
        "1, 2, ____, then softmax, the mix and W_output.",
    ),
)
def layer():
    """Right: three projections, then ①, ② and ③, then the fourth matrix."""
    return (1, 2, 4, 6, 7, 8)


@layer.also_right
def keys_before_queries():
    return (2, 1, 4, 6, 7, 8)


@layer.mistake(shows=lambda order: 3 in order)
def keys_from_x():
    """Line 3 makes the keys of x. x asks; y is asked, and gives keys and values."""
    return (1, 3, 4, 6, 7, 8)


@layer.mistake(shows=lambda order: 5 in order)
def root_of_the_number_of_keys():
    """Line 5 divides by the root of the number of keys. A score adds up the features of one
    key.
    """
    return (1, 2, 5, 6, 7, 8)


@layer.mistake(shows=lambda order: stands_before(order, 4, 2) or stands_before(order, 4, 1))
def scored_before_projected():
    """Line 4 needs queries and keys, which lines 1 and 2 make."""
    return (1, 4, 2, 6, 7, 8)


@layer.mistake(shows=lambda order: stands_before(order, 7, 6))
def mixed_before_weighed():
    """Line 7 mixes with weights that line 6 has not made yet."""
    return (1, 2, 4, 7, 6, 8)


@layer.mistake(shows=lambda order: stands_before(order, 8, 7))
def returned_before_mixed():
    """Line 8 returns a context that line 7 has not mixed yet."""
    return (1, 2, 4, 6, 8, 7)


def _states_and_lengths(rng, square=False):
    """States (batch, m, d) with something at every place, and lengths; the longest is m."""
    batch, m, d = sizes(rng, 3, square)
    lengths = rng.integers(1, m, batch)
    lengths[rng.integers(1, batch)] = m  # never the first: its length must not do for all
    return rng.normal(size=(batch, m, d)), lengths


def _is_real(states, lengths):
    return np.arange(states.shape[1]) < lengths[:, None]


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


@sheet.function(
    "R2.12",
    "bug hunt: a sentence depends on its neighbours",
    points=3,
    asks="""
    A decoder without attention starts from the mean of the encoder's states: equal weights
    for all words. Alone, a sentence of 2 words has another mean than beside one of 5 words.
    Write `mean_state`, the same without the bug.
    """,
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
    hints=(
        "Which places of a row hold words, and how many are they?",
        "real = np.arange(m) < lengths[:, None]; sum states * real[..., None], divide by ____.",
    ),
)
def mean_state(states, lengths):
    """Right: a sentence has the same summary alone and beside a longer one."""
    real = np.arange(states.shape[1]) < lengths[:, None]  # (batch, m)
    return (states * real[..., None]).sum(axis=1) / lengths[:, None]


@mean_state.also_right
def row_by_row(states, lengths):
    return [row[:length].mean(axis=0) for row, length in zip(states, lengths, strict=True)]


@mean_state.also_right
def equal_weights_in_float32(states, lengths):
    weights = (_is_real(states, lengths) / lengths[:, None]).astype(np.float32)
    return (weights[:, None] @ states.astype(np.float32))[:, 0]


@mean_state.also_right
def padding_as_nan(states, lengths):
    return np.nanmean(np.where(_is_real(states, lengths)[..., None], states, np.nan), axis=1)


@mean_state.mistake
def not_repaired(states, lengths):
    """This is the plain mean: a short sentence still averages its padding. Where do the
    lengths come in?
    """
    return states.mean(axis=1)


@mean_state.mistake
def padding_in_the_sum(states, lengths):
    """Your result is as if padded places were still in the sum. What you divide by is right."""
    return states.sum(axis=1) / lengths[:, None]


@mean_state.mistake
def divided_by_all_places(states, lengths):
    """The sum is right. It is as if you divided by all places, padding included: divide by the
    length.
    """
    real = np.arange(states.shape[1]) < lengths[:, None]
    total = (states * real[..., None]).sum(axis=1)
    return total / states.shape[1]


@mean_state.mistake
def not_divided(states, lengths):
    """This is the sum of the real states: divide it by the length."""
    real = np.arange(states.shape[1]) < lengths[:, None]
    return (states * real[..., None]).sum(axis=1)


@mean_state.mistake
def one_place_too_many(states, lengths):
    """One place too many: 2 words stand at the places 0 and 1, so < and not ≤."""
    real = np.arange(states.shape[1]) <= lengths[:, None]
    total = (states * real[..., None]).sum(axis=1)
    return total / real.sum(axis=1, keepdims=True)


@mean_state.mistake
def one_length_for_all(states, lengths):
    """Your result is as if you used the first sentence's length for all of them: each has its
    own.
    """
    return states[:, : lengths[0]].mean(axis=1)


@mean_state.mistake
def divided_by_the_mean_length(states, lengths):
    """Your result is as if you divided every sum by the mean length. Each sentence has its own
    length.
    """
    real = np.arange(states.shape[1]) < lengths[:, None]
    total = (states * real[..., None]).sum(axis=1)
    return total / lengths.mean()


@mean_state.mistake
def last_state(states, lengths):
    """That is each sentence's last state, another summary. Asked is the mean."""
    return states[np.arange(len(states)), lengths - 1]


sheet.reason(
    "R2.13",
    "does attention solve long inputs?",
    asks="""
    “With attention, the length of the input does not matter any more.” What is right about
    that, and what is not? At least 20 words, in any language. The text is recorded, not
    scored.
    """,
    least_words=20,
    praise="Compare it with a solution: does yours say what attention removes, and what it leaves?",
    hints=(
        "What was wrong at length 20 without attention, and what is wrong at 24 with it?",
        "It removes the ____ of one vector. It does not teach lengths that ____.",
    ),
)
