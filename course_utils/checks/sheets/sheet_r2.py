"""The exercises of review R2, after lessons 00 to 10: ten questions, an order, a bug, a reason."""

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import Property
from course_utils.checks.orders import stands_before
from course_utils.checks.sheets.attention_inputs import moved, sizes

sheet = Sheet("R2", choices={"points": 0.5})


@sheet.value(
    "R2.1",
    "shapes of a batch",
    points=0.5,
    asks="""
    Queries (3, 9, 16), keys (3, 4, 16), values (3, 4, 32). Which shape have the weights? Type
    three whole numbers in brackets.
    """,
    what="three whole numbers, the shape of the weights",
    hints=(
        "Which two axes meet in ①, and which one only stands beside them?",
        "(batch, query, key): 3, 9, ____.",
    ),
)
def weights_shape():
    """Right: for each of 3 examples one row for each query, one column for each key."""
    return 3, 9, 4


@weights_shape.mistake
def shape_of_the_context():
    """(3, 9, 32) is the context: after ③, as wide as a value."""
    return 3, 9, 32


@weights_shape.mistake
def a_row_for_each_key():
    """One row for each key? Row = query: the queries' axis comes first."""
    return 3, 4, 9


@weights_shape.mistake
def without_the_batch():
    """The batch stays: each of the 3 examples has weights of its own."""
    return 9, 4


@weights_shape.mistake
def as_wide_as_a_key():
    """16 is the width of a query and of a key. ① adds those products up to one score for a pair."""
    return 3, 9, 16


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


@sheet.value(
    "R2.4",
    "the spread of a dot product",
    points=0.5,
    asks="""
    Queries and keys have 144 independent features of mean 0 and standard deviation 1. What
    is the standard deviation of q · k? One number, within 0.1.
    """,
    what="one number, the standard deviation",
    tolerance=0.1,
    hints=(
        "Which of the two adds up over 144 independent products: variance or deviation?",
        "The variance is 144 · 1, the deviation √____.",
    ),
)
def spread_of_a_dot_product():
    """Right: 144 variances of 1 add up to 144, and the deviation is its root."""
    return 12


@spread_of_a_dot_product.mistake
def one_feature():
    """1 is the deviation of one feature. A dot product adds up 144 products."""
    return 1


@spread_of_a_dot_product.mistake
def half_the_width():
    """72 is half the width. Variances are added, and none is halved."""
    return 72


@spread_of_a_dot_product.mistake
def variance():
    """144 is the variance. The deviation is its square root."""
    return 144


sheet.choice(
    "R2.5",
    "when the divisor hurts",
    asks="""
    On GRU states, whose features spread by far less than 1, the scaled dot product learned
    more slowly than the plain one. Why?
    """,
    letter="b",
    options={
        "a": (
            "a division for every score takes time",
            "Each is one division for a score: nothing beside d multiply-adds.",
        ),
        "b": (
            "its weights began nearly all equal",
            "Yes: divided once more, all scores were nearly 0 and all weights nearly equal.",
        ),
        "c": (
            "its gradients became far too large",
            "The gradient got smaller, not too large: nothing overflowed.",
        ),
        "d": (
            "√d brings in one more matrix to learn",
            "√d needs no matrix: the rule has no parameter.",
        ),
    },
    hints=(
        "√d is derived for features of variance 1. What had those of the GRU?",
        "Scores that are already small become ____, and the weights uniform.",
    ),
)


def _words(rng, square=False):
    n, d = sizes(rng, 2, square)
    return (rng.normal(size=(n, d)),)


def _moves_with_the_words(trial):
    (x,) = trial.arguments
    return moved(trial.call(x[::-1])["own"][::-1], trial.outputs["own"], trial.tolerance)


def _alike_words_share(trial):
    (x,) = trial.arguments
    alike = np.repeat(x[:1], len(x), axis=0)
    return moved(trial.call(alike)["own"], np.full(len(x), 1 / len(x)), trial.tolerance)


def _right_angles(trial):
    """Words at right angles: a word scores its own square, and 0 with each other word."""
    for length in (1.0, 2.0):
        own = trial.call(length * np.eye(4))["own"]
        wanted = np.exp(length**2) / (np.exp(length**2) + 3)
        if found := moved(own, np.full(4, wanted), trial.tolerance):
            return f"for words of length {length:g} {found}"
    return None


@sheet.function(
    "R2.6",
    "queries, keys and values are x itself",
    points=0.5,
    asks="""
    Words x (n, d) attend to each other with Q = K = V = x: scores x xᵀ, not divided, softmax over
    the keys. Write `own_weight`: x → for each word the weight that it gives itself (n,). Two
    lines are enough. Then run it on six random words, `rng.normal(size=(6, 64))`.
    """,
    outputs=lambda x: {"own": (len(x),)},
    inputs=_words,
    edges={
        "one word": (np.array([[1.0, -2, 3]]),),
        "words of very different length": (np.array([[0.5, 0], [3, 0], [-1000, 0]]),),
        "a word twice": (np.array([[1.0, 2], [0, 1], [1, 2]]),),
    },
    properties=(
        Property(
            "words in reverse order have the same weights in reverse order", _moves_with_the_words
        ),
        Property("n words that are all alike keep 1/n each", _alike_words_share),
        Property(
            "words of length l at right angles keep exp(l²) / (exp(l²) + n − 1)", _right_angles
        ),
    ),
    hints=(
        "Where in the map of weights does a word meet itself?",
        "weights = softmax(x @ x.T); the weights on the word itself are its ____, np.diag.",
    ),
)
def own_weight(x):
    """Right. Of six random words each keeps nearly all: x · x adds up 64 squares, about 64; a
    product with another word is near 0.
    """
    weights = softmax(x @ x.T)
    return np.diag(weights)


@own_weight.also_right
def word_by_word(x):
    return [softmax(x @ word)[place] for place, word in enumerate(x)]


@own_weight.also_right
def products_added_up(x):
    weights = softmax((x[:, None] * x).sum(axis=-1))
    return [row[place] for place, row in enumerate(weights)]


@own_weight.also_right
def own_weight_in_float32(x):
    return np.diag(softmax(x.astype(np.float32) @ x.T.astype(np.float32)))


@own_weight.mistake
def of_the_word_after_it(x):
    """Your result is as if you read the weight on the word after it. Nothing in x · x says which
    word is next.
    """
    places = np.arange(len(x))
    return softmax(x @ x.T)[places, (places + 1) % len(x)]


@own_weight.mistake
def all_alike(x):
    """1/n would be all six alike. The scores lie far apart: x · x for the word itself, and less
    for most others.
    """
    return np.full(len(x), 1 / len(x))


@own_weight.mistake
def of_the_first_word(x):
    """Your result is as if you read the weight on the first word. It is a word like any other:
    take place i of row i.
    """
    return softmax(x @ x.T)[:, 0]


@own_weight.mistake
def scores_returned(x):
    """These are the scores x · x. Softmax over the keys makes weights of them."""
    return (x * x).sum(axis=1)


@own_weight.mistake
def divided_by_the_root(x):
    """Your result is as if scores were divided by √d. Here they are not."""
    return np.diag(softmax(x @ x.T / np.sqrt(x.shape[1])))


@own_weight.mistake
def largest_of_each_row(x):
    """That is the largest weight of each row. A longer word may get more than the word itself."""
    return softmax(x @ x.T).max(axis=1)


def _rows_and_order(rng, square=False):
    n, d = sizes(rng, 2, square, least=4)
    return rng.normal(size=(n, d)), rng.permutation(n)


def _row_of_its_word(trial):
    rows, order = trial.arguments
    return moved(trial.outputs["shuffled"][0], rows[order[0]], trial.tolerance)


def _order_as_it_was(trial):
    rows, order = trial.arguments
    return moved(trial.call(rows, np.arange(len(order)))["shuffled"], rows, trial.tolerance)


def _there_and_back(trial):
    rows, order = trial.arguments
    back = trial.call(trial.outputs["shuffled"], np.argsort(order))["shuffled"]
    return moved(back, rows, trial.tolerance)


@sheet.function(
    "R2.7",
    "a shuffled sentence",
    points=0.5,
    asks="""
    Self-attention with its projections, but without places, made `rows` (n, d) of the words x. Now
    the same words come as `x[order]`. Write `after_shuffle`: rows, order → the rows that it makes
    of them, without attending once more. One line is enough.
    """,
    outputs=lambda rows, order: {"shuffled": rows.shape},
    inputs=_rows_and_order,
    edges={
        "one word": (np.array([[1.0, -2, 3]]), np.array([0])),
        "each word one place further": (np.arange(8.0).reshape(4, 2), np.array([3, 0, 1, 2])),
        "the order as it was": (np.arange(6.0).reshape(3, 2), np.array([0, 1, 2])),
    },
    properties=(
        Property("the first row belongs to the word that now comes first", _row_of_its_word),
        Property("words in the order as it was have the rows as they were", _order_as_it_was),
        Property("a shuffle and then back gives the rows as they were", _there_and_back),
    ),
    hints=(
        "Which keys and values does a word meet, before and after the shuffle?",
        "The same ones, so the same mix: f(x[order]) = f(x)[____].",
    ),
)
def after_shuffle(rows, order):
    """Right: f(P x) = P f(x). Shuffle in, the same shuffle out."""
    return rows[order]


@after_shuffle.also_right
def put_in_their_places(rows, order):
    shuffled = np.empty_like(rows)
    shuffled[np.argsort(order)] = rows
    return shuffled


@after_shuffle.also_right
def one_at_a_time(rows, order):
    return [rows[place] for place in order]


@after_shuffle.also_right
def taken_in_float32(rows, order):
    return np.take(rows.astype(np.float32), order, axis=0)


@after_shuffle.mistake
def the_old_order(rows, order):
    """These are the rows in their old order. A row belongs to a word: when the word moves, so does
    its row.
    """
    return rows.copy()


@after_shuffle.mistake
def shuffled_backwards(rows, order):
    """Your result is as if the shuffle was undone: row i goes to place order[i]. x[order] takes
    word order[i] to place i.
    """
    return rows[np.argsort(order)]


@after_shuffle.mistake
def mean_in_every_row(rows, order):
    """That is the mean of the rows, in every row. Attention keeps one row for each word: nothing is
    averaged over them.
    """
    return np.repeat(rows.mean(axis=0, keepdims=True), len(rows), axis=0)


@after_shuffle.mistake
def turned_round(rows, order):
    """Your result is as if the words came in reverse. They come as x[order], whatever the order
    is.
    """
    return rows[::-1]


@after_shuffle.mistake
def other_numbers(rows, order):
    """These are other numbers. Each word still meets the same words, so it gets the same mix: no
    row changes, it only moves.
    """
    return (rows + rows[order]) / 2


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


@sheet.value(
    "R2.9",
    "seven words and seventy",
    points=0.5,
    asks="""
    A model without attention is 48 wide. It reads 7 words, later 70. How many numbers of
    the source reach its decoder, each time? Two whole numbers.
    """,
    what="two whole numbers, for 7 words and for 70",
    hints=(
        "What goes from the encoder to the decoder where there is no attention?",
        "One vector, and its width is ____ for any length.",
    ),
)
def numbers_that_go_over():
    """Right: one vector of 48 numbers, however long the source was. That is the bottleneck."""
    return 48, 48


@numbers_that_go_over.mistake
def every_state():
    """The encoder has a state for each word, but without attention only one goes on."""
    return 7 * 48, 70 * 48


@numbers_that_go_over.mistake
def as_long_as_the_sentence():
    """The vector is as wide as the model, not as long as the sentence."""
    return 7, 70


@numbers_that_go_over.mistake
def ten_times_as_wide():
    """The width is chosen before training. It does not grow with the sentence."""
    return 48, 480


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
    """Your result is the plain mean: a short sentence still averages its padding. Where do the
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
