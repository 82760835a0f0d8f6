"""The exercises of sheet 07: self-attention, its projections, and what it knows about order."""

import numpy as np

from course_utils.attention import attend, softmax
from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_inputs import (
    moved,
    no_negative_weight,
    rows_sum_to_one,
    sizes,
)

sheet = Sheet("07")


sheet.choice(
    "07.1",
    "which map is symmetric?",
    points=1,
    asks="""
    Literal Q = K = V = x. A map is symmetric if row i, column j and row j, column i always
    hold the same number.
    """,
    letter="b",
    options={
        "a": (
            "scores and weights",
            "The scores are, but softmax divides each row by a sum of its own: the weights are "
            "not.",
        ),
        "b": (
            "the scores only",
            "Right: x_i · x_j = x_j · x_i. Then each row is divided by its own sum.",
        ),
        "c": (
            "the weights only",
            "Softmax does not repair a symmetry, it breaks one: each row has its own sum.",
        ),
        "d": ("neither", "Is x_i · x_j different from x_j · x_i? Compare two numbers of the map."),
    },
    hints=(
        "Which number stands in row i, column j of the scores, and which in row j, column i?",
        "The scores mirror. Softmax divides row i by the sum of row ____ and row j by that of row "
        "____.",
    ),
)


def _token_arrays(rng, square=False):
    """x (n, d), W_query and W_key (d, d_k), W_value (d, d_v)."""
    n, d, d_k, d_v = sizes(rng, 4, square)
    return tuple(rng.normal(size=shape) for shape in ((n, d), (d, d_k), (d, d_k), (d, d_v)))


def _shuffled_tokens(trial):
    x, *matrices = trial.arguments
    again = trial.call(x[::-1], *matrices)["context"]
    return moved(again[::-1], trial.outputs["context"], trial.tolerance)


def _twice_the_values(trial):
    x, W_query, W_key, W_value = trial.arguments
    again = trial.call(x, W_query, W_key, 2 * W_value)["context"]
    return moved(again, 2 * trial.outputs["context"], trial.tolerance)


def _mixed_by_the_weights(trial):
    x, *_, W_value = trial.arguments
    wanted = trial.outputs["weights"] @ (x @ W_value)
    return moved(trial.outputs["context"], wanted, trial.tolerance)


def _one_way_scores(trial):
    """Two tokens, d = 2, d_k = 3, a W_query that turns: the first scores the second 3 / √3."""
    turn = np.array([[0.0, 3, 0], [-3, 0, 0]])
    weights = trial.call(np.eye(2), turn, np.eye(2, 3), np.eye(2))["weights"]
    wanted = 1 / (1 + np.exp(-3 / np.sqrt(3)))
    return moved(weights[0, 1], wanted, trial.tolerance)


@sheet.function(
    "07.2",
    "self-attention with three projections",
    points=3,
    asks="""
    Tokens x (n, d), W_query and W_key (d, d_k), W_value (d, d_v). Score with the scaled dot
    product, over √d_k; `attend`, imported above, does so by itself. Return the context
    **and** the weights.
    """,
    outputs=lambda x, W_query, W_key, W_value: {
        "context": (len(x), W_value.shape[1]),
        "weights": (len(x), len(x)),
    },
    inputs=_token_arrays,
    edges={
        "one token": (np.ones((1, 3)), np.eye(3, 4), np.eye(3, 4), np.eye(3, 5)),
        "equal tokens": (np.ones((3, 2)), np.eye(2, 4), np.eye(2, 4), np.eye(2, 5)),
        "scores of ±1000": (np.array([[40.0, 0], [-40, 0], [1, 1]]), *[np.eye(2)] * 3),
    },
    properties=(
        rows_sum_to_one(),
        no_negative_weight(),
        Property("tokens in reverse order give the same rows in reverse order", _shuffled_tokens),
        Property("twice W_value gives twice the context", _twice_the_values),
        Property("the context is the weights times x @ W_value", _mixed_by_the_weights),
        Property("row = query, and scores are divided by √d_k: two known tokens", _one_way_scores),
    ),
    hints=(
        "Three different products of the same x: which three?",
        "found = attend(x @ W_query, ____, ____); return found.context, found.weights",
    ),
)
def self_attention(x, W_query, W_key, W_value):
    """Right: one x, three products, and then attention as before."""
    found = attend(x @ W_query, x @ W_key, x @ W_value)  # one x, three roles
    return found.context, found.weights


@self_attention.also_right
def token_by_token(x, W_query, W_key, W_value):
    context, weights = [], []
    for token in x:
        scores = [token @ W_query @ (other @ W_key) for other in x]
        row = softmax(np.array(scores) / W_key.shape[1] ** 0.5)
        weights.append(row)
        context.append(sum(w * (other @ W_value) for w, other in zip(row, x, strict=True)))
    return context, weights


@self_attention.also_right
def without_attend(x, W_query, W_key, W_value):
    queries, keys, values = x @ W_query, x @ W_key, x @ W_value
    weights = softmax(queries @ keys.T / np.sqrt(keys.shape[-1]))
    return weights @ values, weights


@self_attention.also_right
def in_float32(*arrays):
    return self_attention(*(array.astype(np.float32) for array in arrays))


@self_attention.mistake
def x_as_values(x, W_query, W_key, W_value):
    """You mixed x itself. What is handed over is the third product, x @ W_value."""
    found = attend(x @ W_query, x @ W_key, x)
    return found.context, found.weights


@self_attention.mistake(name="W_query twice")
def W_query_twice(x, W_query, W_key, W_value):
    """Your keys are made with W_query too, so your scores are symmetric: keys are x @ W_key."""
    found = attend(x @ W_query, x @ W_query, x @ W_value)
    return found.context, found.weights


@self_attention.mistake(name="W_key twice")
def W_key_twice(x, W_query, W_key, W_value):
    """Your queries are made with W_key too, so your scores are symmetric: queries are x @
    W_query.
    """
    found = attend(x @ W_key, x @ W_key, x @ W_value)
    return found.context, found.weights


@self_attention.mistake
def roles_exchanged(x, W_query, W_key, W_value):
    """Queries and keys have changed places: row = query, so x @ W_query stands on the left."""
    found = attend(x @ W_key, x @ W_query, x @ W_value)
    return found.context, found.weights


@self_attention.mistake(name="literal Q = K = V")
def x_three_times(x, W_query, W_key, W_value):
    """This is literal Q = K = V = x: the three matrices are not used."""
    found = attend(x, x, x)
    return found.context, found.weights


@self_attention.mistake
def values_are_keys(x, W_query, W_key, W_value):
    """You mixed the keys, x @ W_key. The values have a matrix of their own, W_value."""
    found = attend(x @ W_query, x @ W_key, x @ W_key)
    return found.context, found.weights


@self_attention.mistake
def not_scaled(x, W_query, W_key, W_value):
    """The scores are not divided by √d_k. `attend` does that by itself."""
    weights = softmax((x @ W_query) @ (x @ W_key).T)
    return weights @ (x @ W_value), weights


@self_attention.mistake
def scaled_by_the_width_of_x(x, W_query, W_key, W_value):
    """You divided by √d, the width of x. It is √d_k, the width of a key, after W_key."""
    weights = softmax((x @ W_query) @ (x @ W_key).T / np.sqrt(x.shape[1]))
    return weights @ (x @ W_value), weights


@self_attention.mistake
def softmax_over_queries(x, W_query, W_key, W_value):
    """Your columns sum to 1, your rows do not. The map is square here, so its shape cannot
    warn you.
    """
    weights = softmax((x @ W_query) @ (x @ W_key).T / np.sqrt(W_key.shape[1]), axis=0)
    return weights @ (x @ W_value), weights


@self_attention.mistake
def context_alone(x, W_query, W_key, W_value):
    """This is the context alone: return context and weights, in that order."""
    return attend(x @ W_query, x @ W_key, x @ W_value).context


# Functions of a sequence x (n, d) for 07.3. They compute in float64, so that rounding is no issue.
def _attention_alone(x):
    x = x.astype(np.float64)
    return softmax(x @ x.T) @ x


def _attention_with_places(x):
    x = x.astype(np.float64)
    places = np.sin(np.arange(x.size).reshape(x.shape) + 1.0)
    return softmax((x + places) @ (x + places).T) @ (x + places)


def _running_state(x):
    """What a recurrent network does: each row depends on those before it."""
    state, rows = np.zeros(x.shape[1]), []
    for row in x:
        state = np.tanh(0.5 * state + row)
        rows.append(state)
    return np.array(rows)


def _mean_for_all(x):
    return np.repeat(x.astype(np.float64).mean(axis=0, keepdims=True), len(x), axis=0)


SEQUENCE_FUNCTIONS = {
    "attention": _attention_alone,
    "attention with places": _attention_with_places,
    "recurrent": _running_state,
    "mean pooling": _mean_for_all,
    "each row by itself": lambda x: np.tanh(x),
    "reversed": lambda x: x[::-1].copy(),
    "next row": lambda x: np.roll(x, -1, axis=0),
    "both neighbours": lambda x: np.roll(x, 1, axis=0) + np.roll(x, -1, axis=0),
    "columns sorted": lambda x: np.sort(x, axis=0),
    "weighted sum for all": lambda x: np.repeat(np.arange(len(x))[None] @ x, len(x), axis=0),
}


def _function_and_x(rng, square=False):
    functions = list(SEQUENCE_FUNCTIONS.values())
    # so many rows that a single random shuffle is no lucky one: x[::-1] follows 1 in 1,000 of ten
    n = 11 if square else int(rng.integers(11, 14))
    d = 11 if square else int(rng.integers(2, 6))
    return functions[int(rng.integers(len(functions)))], rng.normal(size=(n, d))


def _orders(n):
    """The orders that a test below tries. One could be a lucky one."""
    rng = np.random.default_rng(3)
    return [rng.permutation(n) for _ in range(5)]


def _answers(name, function, wanted):
    """For a function that everyone can see through, the answer is known."""

    def broken(trial):
        found = bool(trial.call(function, trial.arguments[1])["answer"])
        return None if found == wanted else f"{found}"

    return Property(f"the answer is {wanted} for {name}", broken)


@sheet.function(
    "07.3",
    "does a function follow a shuffle?",
    points=2,
    asks="""
    `function` maps a sequence x (n, d) to n rows. Write the test from the lesson for any
    such function: True where every shuffle of the rows of x gives the same shuffle of the
    output. The check brings attention, a recurrent network, mean pooling and a few tricky
    ones.
    """,
    outputs=lambda function, x: {"answer": ()},
    inputs=_function_and_x,
    edges={
        name: (function, np.random.default_rng(4).normal(size=(11, 3)))
        for name, function in SEQUENCE_FUNCTIONS.items()
    },
    properties=(
        _answers("the function that returns x as it is", lambda x: x.copy(), True),
        _answers("x[::-1], which turns any order round", lambda x: x[::-1].copy(), False),
        _answers("the next row, np.roll(x, -1, axis=0)", SEQUENCE_FUNCTIONS["next row"], False),
        _answers(
            "the sum of both neighbours of a row", SEQUENCE_FUNCTIONS["both neighbours"], False
        ),
    ),
    hints=(
        "Shuffle the input: what should come out, in terms of function(x)?",
        "For several p = rng.permutation(len(x)): np.allclose(function(x[p]), function(x)[____])",
    ),
)
def is_equivariant(function, x):
    """Right: shuffle in, the same shuffle out. Attention and the mean pass, a recurrent
    network does not.
    """
    rng = np.random.default_rng(0)
    orders = [rng.permutation(len(x)) for _ in range(5)]  # one order could be a lucky one
    return all(np.allclose(function(x[p]), function(x)[p]) for p in orders)


@is_equivariant.also_right
def output_put_back(function, x):
    """Its answer is 0 or 1 in float32."""
    gaps = [np.abs(function(x[p])[np.argsort(p)] - function(x)).max() for p in _orders(len(x))]
    return np.float32(max(gaps) < 1e-6)


@is_equivariant.also_right
def pairs_exchanged(function, x):
    """Every shuffle is a chain of exchanges of the first token with another."""
    for other in range(1, len(x)):
        p = np.arange(len(x))
        p[[0, other]] = other, 0
        if not np.allclose(function(x[p]), function(x)[p]):
            return False
    return True


@is_equivariant.also_right
def as_a_whole_number(function, x):
    return int(all(np.allclose(function(x[p]), function(x)[p]) for p in _orders(len(x))))


@is_equivariant.mistake
def invariance(function, x):
    """You test invariance, that nothing changes. Equivariant: the output is shuffled like the
    input.
    """
    return all(np.allclose(function(x[p]), function(x)) for p in _orders(len(x)))


@is_equivariant.mistake
def input_left_alone(function, x):
    """Both sides use the function of x as it stands: shuffle the input of one of them."""
    return all(np.allclose(function(x), function(x)[p]) for p in _orders(len(x)))


@is_equivariant.mistake
def shuffled_twice(function, x):
    """[p] a second time does not undo the shuffle. Shuffle the other side, or go back with
    np.argsort(p).
    """
    return all(np.allclose(function(x[p])[p], function(x)) for p in _orders(len(x)))


@is_equivariant.mistake
def only_reversed(function, x):
    """Reverse order is one order of many, and x[::-1] as function passes it. Draw several
    orders.
    """
    return np.allclose(function(x[::-1]), function(x)[::-1])


@is_equivariant.mistake
def only_rolled(function, x):
    """A function that hands over the next row follows every roll. Draw real shuffles,
    rng.permutation(len(x)).
    """
    return np.allclose(function(np.roll(x, 1, axis=0)), np.roll(function(x), 1, axis=0))


@is_equivariant.mistake
def sums_compared(function, x):
    """Equal sums do not show that each row stands in its new place: compare row by row."""
    sums = function(x).sum(axis=0)
    return all(np.allclose(function(x[p]).sum(axis=0), sums) for p in _orders(len(x)))


@is_equivariant.mistake
def upside_down(function, x):
    """The test works, the answer is upside down: True means that the output follows."""
    return any(not np.allclose(function(x[p]), function(x)[p]) for p in _orders(len(x)))


WORDS = 3  # features of a token's word in 07.4; the rest say its place


def _placed_tokens(rng, square=False):
    """Tokens in any order, (n, 3 + n): a word out of three, one-hot, and a place, one-hot."""
    n = 4 if square else int(rng.integers(4, 8))
    words = np.eye(WORDS)[rng.integers(WORDS, size=n)]
    return (np.concatenate([words, np.eye(n)[rng.permutation(n)]], axis=-1),)


def _looks_at_the_next(trial):
    place = trial.arguments[0][:, WORDS:].argmax(axis=1)
    seen = place[trial.outputs["scores"].argmax(axis=-1)]
    for here, there in zip(place, seen, strict=True):
        if there != (here + 1) % len(place):
            return f"place {here} scores place {there} highest"
    return None


def _words_do_not_matter(trial):
    x = trial.arguments[0].copy()
    x[:, :WORDS] = x[:, [1, 2, 0]]
    x[0, :WORDS] = 0
    return moved(trial.call(x)["scores"], trial.outputs["scores"], trial.tolerance)


def _ten_in_each_row(trial):
    sums = trial.outputs["scores"].sum(axis=-1)
    return moved(sums, np.full(len(sums), 10.0), trial.tolerance)


@sheet.function(
    "07.4",
    "make every token look at the next one",
    points=3,
    asks="""
    n tokens sit in a ring. Each row of x has 3 + n features: first its word, one of three,
    as a 1 among zeros; then its place, 0 to n − 1, as a 1 among zeros. **The rows may come
    in any order.**

    Make W_query and W_key by hand, without training, so that each token scores the token at
    the *next* place with 10 and all others with 0. After the last place comes place 0.
    Return the scores (plain dot products). For example, places 1, 0, 2 in this order give
    the rows [0, 0, 10], [10, 0, 0], [0, 10, 0].
    """,
    outputs=lambda x: {"scores": (len(x), len(x))},
    inputs=_placed_tokens,
    edges={
        "in order": (np.concatenate([np.eye(3)[[0, 1, 2, 0]], np.eye(4)], axis=-1),),
        "the same word": (np.concatenate([np.eye(3)[[1] * 5], np.eye(5)[::-1]], axis=-1),),
    },
    properties=(
        Property("each token scores highest the token at the next place", _looks_at_the_next),
        Property("other words at the same places give the same scores", _words_do_not_matter),
        Property("the scores of a token are one 10 and zeros", _ten_in_each_row),
    ),
    hints=(
        "Let W_key keep the place. Which place should the query of a token at place i then name?",
        "W_query = np.zeros((3 + n, n)); W_query[3:] = 10 * np.roll(np.eye(n), ____, axis=1)",
    ),
)
def next_scores(x):
    """Right: a query that names the next place. No W_query = W_key could do it."""
    n = len(x)
    W_query, W_key = np.zeros((3 + n, n)), np.zeros((3 + n, n))
    W_key[3:] = np.eye(n)  # a key is the token's own place
    W_query[3:] = 10 * np.roll(np.eye(n), 1, axis=1)  # a query names the place after it
    return (x @ W_query) @ (x @ W_key).T


@next_scores.also_right
def in_float32(x):
    places = x[:, 3:].astype(np.float32)
    return 10 * np.roll(places, 1, axis=1) @ places.T


@next_scores.also_right
def the_keys_are_shifted(x):
    """A key says which place should look at it."""
    n = len(x)
    W_query, W_key = np.zeros((3 + n, n)), np.zeros((3 + n, n))
    W_query[3:] = np.eye(n)
    W_key[3:] = 10 * np.roll(np.eye(n), -1, axis=1)
    return (x @ W_query) @ (x @ W_key).T


@next_scores.also_right
def pair_by_pair(x):
    places = x[:, 3:].argmax(axis=1)
    return [[10.0 * (key == (query + 1) % len(x)) for key in places] for query in places]


@next_scores.mistake
def the_one_before(x):
    """Each token looks at the one before. Turn the shift round, or check which side of the
    product is transposed.
    """
    n = len(x)
    W_query, W_key = np.zeros((3 + n, n)), np.zeros((3 + n, n))
    W_key[3:] = np.eye(n)
    W_query[3:] = 10 * np.roll(np.eye(n), -1, axis=1)
    return (x @ W_query) @ (x @ W_key).T


@next_scores.mistake
def itself(x):
    """Each token looks at itself: query and key name the same place. Shift one of the two by
    one.
    """
    n = len(x)
    W_query, W_key = np.zeros((3 + n, n)), np.zeros((3 + n, n))
    W_key[3:] = np.eye(n)
    W_query[3:] = 10 * np.eye(n)
    return (x @ W_query) @ (x @ W_key).T


@next_scores.mistake
def the_last_looks_nowhere(x):
    """The last place scores nobody: in a ring its next is place 0. np.roll goes round,
    np.eye(n, k=1) does not.
    """
    n = len(x)
    W_query, W_key = np.zeros((3 + n, n)), np.zeros((3 + n, n))
    W_key[3:] = np.eye(n)
    W_query[3:] = 10 * np.eye(n, k=1)
    return (x @ W_query) @ (x @ W_key).T


@next_scores.mistake
def too_weak(x):
    """The right place, with a score of 1: the next one would get e / (e + n − 1) of the
    weight. Make it 10.
    """
    n = len(x)
    W_query, W_key = np.zeros((3 + n, n)), np.zeros((3 + n, n))
    W_key[3:] = np.eye(n)
    W_query[3:] = np.roll(np.eye(n), 1, axis=1)
    return (x @ W_query) @ (x @ W_key).T


@next_scores.mistake
def ten_on_both_sides(x):
    """Your scores are 100: you put the 10 into W_query and into W_key."""
    n = len(x)
    W_query, W_key = np.zeros((3 + n, n)), np.zeros((3 + n, n))
    W_key[3:] = 10 * np.eye(n)
    W_query[3:] = 10 * np.roll(np.eye(n), 1, axis=1)
    return (x @ W_query) @ (x @ W_key).T


@next_scores.mistake
def words_count_too(x):
    """Equal words score each other too: let W_query and W_key have zeros for the first three
    features.
    """
    n = len(x)
    W_query, W_key = np.eye(3 + n), np.eye(3 + n)
    W_query[3:, 3:] = 10 * np.roll(np.eye(n), 1, axis=1)
    return (x @ W_query) @ (x @ W_key).T


@next_scores.mistake
def order_of_the_rows(x):
    """You shifted rows of x. The tokens may come in any order: their place is in their
    features.
    """
    return 10 * np.roll(np.eye(len(x)), 1, axis=1)


@next_scores.mistake
def weights(x):
    """These are weights. Return the scores, before softmax."""
    n = len(x)
    W_query, W_key = np.zeros((3 + n, n)), np.zeros((3 + n, n))
    W_key[3:] = np.eye(n)
    W_query[3:] = 10 * np.roll(np.eye(n), 1, axis=1)
    return softmax((x @ W_query) @ (x @ W_key).T)


sheet.choice(
    "07.5",
    "twins for a bag of words",
    points=1,
    asks="""
    Self-attention without places reads two sentences. Trained or not, in which pair does
    any word receive something else?
    """,
    letter="c",
    options={
        "a": (
            "dog bites man · man bites dog",
            "The same three words: each of them receives the same in both sentences.",
        ),
        "b": (
            "the cat saw a bird · a bird saw the cat",
            "The same five words in another order: no word can tell.",
        ),
        "c": (
            "the cat saw a bird · the cat saw the bird",
            "Right: other words in the bag (two times “the”), so other weights.",
        ),
        "d": (
            "no cat saw birds · cat saw no birds",
            "The same four words in another order: no word can tell.",
        ),
    },
    hints=(
        "Write the words of both sentences in the order of the alphabet. What is left to see?",
        "f(P x) = P f(x): only a pair with different ____ can be told apart.",
    ),
)


sheet.reason(
    "07.6",
    "what a token needs",
    asks="""
    A friend trains self-attention on "who bites whom" and stays at chance, whatever the
    projections. What does each token's vector lack, and what would you add to it? At least
    15 words, in any language. The text is recorded, not scored.
    """,
    praise="Compare it with a solution: does yours say what must differ between two places?",
    hints=(
        "What does the vector of “dog” not say about this “dog”?",
        "Something is added to x that is different at every ____.",
    ),
)
