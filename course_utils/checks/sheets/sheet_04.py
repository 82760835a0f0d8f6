"""The exercises of sheet 04: what is joined, rule 1 per pair and by position, what each sees."""

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import Property
from course_utils.checks.orders import stands_before
from course_utils.checks.sheets.attention_edges import END_HIDDEN, ONE_ROW, edges_in_pairs
from course_utils.checks.sheets.attention_inputs import (
    moved,
    no_negative_weight,
    rows_sum_to_one,
    sizes,
)

sheet = Sheet("04")


EDGE_RNG = np.random.default_rng(4)


def _normal(*shapes, rng=EDGE_RNG):
    """Random arrays of these shapes."""
    return tuple(rng.normal(size=shape) for shape in shapes)


# 04.1 and 04.2: which axis?


def _equal_arrays(rng, square=False):
    shape = sizes(rng, 2, square)
    return _normal(shape, shape, rng=rng)


def _query_begins(trial):
    queries, _ = trial.arguments
    begins = trial.outputs["by features"][:, : queries.shape[1]]
    return moved(begins, queries, trial.tolerance)


def _key_ends(trial):
    queries, keys = trial.arguments
    ends = trial.outputs["by features"][:, queries.shape[1] :]
    return moved(ends, keys, trial.tolerance)


def _queries_above(trial):
    return moved(trial.outputs["by positions"], np.vstack(trial.arguments), trial.tolerance)


@sheet.function(
    "04.1",
    "two ways to join",
    points=1,
    asks="""
    Queries and keys have the same shape here, (n, d). Return two arrays: first the queries
    and keys joined **by features** (longer rows), then **by positions** (more rows).
    Queries come first in both.
    """,
    outputs=lambda queries, keys: {
        "by features": (len(queries), 2 * queries.shape[1]),
        "by positions": (2 * len(queries), queries.shape[1]),
    },
    inputs=_equal_arrays,
    edges={"one row each": _normal((1, 4), (1, 4)), "one feature": _normal((3, 1), (3, 1))},
    properties=(
        Property("by features, each row begins with its query", _query_begins),
        Property("by features, each row ends with its key", _key_ends),
        Property("by positions, the queries come first and the keys below them", _queries_above),
    ),
    hints=(
        "Which axis of an array (positions, features) has to grow so that rows become longer?",
        "np.concatenate([queries, keys], axis=____), once with -1 and once with 0.",
    ),
)
def two_joins(queries, keys):
    """Right: one makes rows longer, the other makes more rows."""
    return np.concatenate([queries, keys], axis=-1), np.concatenate([queries, keys], axis=0)


@two_joins.also_right
def with_hstack_and_vstack(queries, keys):
    return np.hstack([queries, keys]), np.vstack([queries, keys])


@two_joins.also_right
def as_lists(queries, keys):
    return [[[*q, *k] for q, k in zip(queries, keys, strict=True)], [*queries, *keys]]


@two_joins.also_right
def in_float32(queries, keys):
    return tuple(np.concatenate([queries, keys], axis).astype(np.float32) for axis in (1, 0))


@two_joins.mistake
def exchanged(queries, keys):
    """Both arrays are right, in the wrong order: first the long rows, then the many rows."""
    return np.concatenate([queries, keys], axis=0), np.concatenate([queries, keys], axis=-1)


@two_joins.mistake
def keys_first(queries, keys):
    """The keys stand before the queries: [q; k] begins with q."""
    return np.concatenate([keys, queries], axis=-1), np.concatenate([keys, queries], axis=0)


@two_joins.mistake
def stacked(queries, keys):
    """stack makes a new axis, of length 2. concatenate makes an old axis longer."""
    return np.stack([queries, keys], axis=-1), np.stack([queries, keys], axis=0)


@two_joins.mistake
def one_join_twice(queries, keys):
    """Both are joined by features: the second one makes more rows, axis=0."""
    return np.concatenate([queries, keys], axis=-1), np.concatenate([queries, keys], axis=1)


@two_joins.mistake
def no_axis(queries, keys):
    """Both are joined by positions, which is what concatenate does without an axis."""
    joined = np.concatenate([queries, keys])
    return joined, joined


@two_joins.mistake
def added(queries, keys):
    """Your result is as if you added queries and keys. To join is to keep all numbers, side by
    side or below.
    """
    return queries + keys, queries + keys


sheet.choice(
    "04.2",
    "which array does the layer read?",
    points=1,
    asks="""
    A recording has 20 frames of 40 features, shape (20, 40). Three more numbers tell who
    speaks, shape (3,). One linear layer shall read each frame **together with** the speaker
    and put out one number for each frame. Which array does it get?
    """,
    letter="c",
    options={
        "a": (
            "the speaker as one more frame: (21, 40)",
            "Three numbers are no frame of 40, and the layer would read them alone, not with a "
            "frame.",
        ),
        "b": (
            "the speaker added to each frame: (20, 40)",
            "Shapes (20, 40) and (3,) do not add; and a sum loses which number came from whom.",
        ),
        "c": (
            "the speaker repeated behind each frame: (20, 43)",
            "Yes: joined by features, 40 + 3 in each of 20 rows, and a layer with 43 inputs.",
        ),
        "d": (
            "all numbers in one row: (803,)",
            "Then the layer has 803 inputs and reads the whole recording at once, 20 frames only.",
        ),
    },
    hints=(
        "How many rows must there be, and what must each row hold?",
        "20 rows; each has its 40 features and the same ____ numbers behind them.",
    ),
)


# 04.3: a third part that belongs to the pair


def _pair_arrays(rng, square=False):
    n, m, d_q, d_k = sizes(rng, 4, square)
    return *_normal((n, d_q), (m, d_k), (d_q + d_k + 1,), rng=rng), float(rng.normal())


def _pair_edges():
    queries, keys, w = _normal((2, 4), (3, 5), (10,))
    return {
        "one key": (queries, keys[:1], w, 0.5),
        "one query, no bias": (queries[:1], keys, w, 0.0),
        "queries of ±1000, keys far apart": (1000 * queries, 300 * keys, w, -2.0),
    }


def _any_queries(trial):
    queries, keys, w, b = trial.arguments
    again = trial.call(2 - 3 * queries, keys, w, b)["weights"]
    return moved(again, trial.outputs["weights"], 10 * trial.tolerance)


def _far_is_e_less(trial):
    """Only the distance counts, with −1: at 0, 1 and 2 places the shares fall by e each."""
    w = np.array([0.0, 0, 0, -1])
    found = trial.call(np.ones((2, 2)), np.ones((3, 1)), w, 4.0)["weights"]
    powers = np.exp(-np.array([[0.0, 1, 2], [1, 0, 1]]))
    return moved(found, powers / powers.sum(axis=1, keepdims=True), trial.tolerance)


def _keys_count(trial):
    """Two keys at equal distance from query 1: 2 and 0, of which w makes 1 and 0."""
    w = np.array([7.0, 0.5, 3])
    found = trial.call(np.ones((2, 1)), np.array([[2.0], [5], [0]]), w, 1.0)["weights"]
    return moved(found[1, 0] / found[1, 2], np.e, 10 * trial.tolerance)


def _crossed_pairs(setting):
    """The keys' parts are the setting's first row; places may set rows far apart."""
    of_keys, keys = setting.queries_and_keys()
    queries = 1000 * setting.numbers(len(of_keys), 3)
    of_places = setting.rng.choice([-0.5, 500], size=1)
    return queries, keys, np.concatenate([setting.numbers(3), of_keys[0], of_places]), 0.25


@sheet.function(
    "04.3",
    "a number that belongs to the pair",
    points=2,
    asks="""
    Rule 1 gets one more number for each pair: how far apart the two stand, |i − j|. Join
    [q_i; k_j; |i − j|], multiply by w, which has d_q + d_k + 1 numbers, add b, and take
    softmax over the keys. Return the weights. Which of the three parts can you leave out?
    """,
    outputs=lambda queries, keys, w, b: {"weights": (len(queries), len(keys))},
    inputs=_pair_arrays,
    edges=_pair_edges(),
    crossed=edges_in_pairs(_crossed_pairs),
    properties=(
        rows_sum_to_one(),
        no_negative_weight(),
        Property("other queries at the same places get the same weights", _any_queries),
        Property(
            "if only the distance counts, with −1, one place more is e times less", _far_is_e_less
        ),
        Property("at equal distance a key's part ahead by 1 weighs e times more", _keys_count),
    ),
    hints=(
        "Which of the three parts is the same for all keys of a row?",
        "scores[i, j] = keys[j] @ w[d_q:-1] + w[-1] * abs(____); then softmax over the keys.",
    ),
)
def weights_with_distance(queries, keys, w, b):
    """Right: what the query holds cancels, where it stands does not. The rows differ again."""
    d_q = queries.shape[1]
    far = np.abs(np.arange(len(queries))[:, None] - np.arange(len(keys)))
    return softmax(keys @ w[d_q:-1] + w[-1] * far)  # the query's part and b cancel


@weights_with_distance.also_right
def all_three_parts(queries, keys, w, b):
    scores = np.zeros((len(queries), len(keys)))
    for i, query in enumerate(queries):
        for j, key in enumerate(keys):
            scores[i, j] = np.concatenate([query, key, [abs(i - j)]]) @ w + b
    return softmax(scores)


@weights_with_distance.also_right
def row_by_row(queries, keys, w, b):
    of_keys = keys @ w[queries.shape[1] : -1]
    places = np.arange(len(keys))
    return [softmax(of_keys + w[-1] * np.abs(places - i)) for i in range(len(queries))]


@weights_with_distance.also_right
def in_float32(queries, keys, w, b):
    return all_three_parts(queries, keys, w, b).astype(np.float32)


@weights_with_distance.mistake
def distance_left_out(queries, keys, w, b):
    """Your rows are all alike: the distance differs from row to row, and stays."""
    of_keys = keys @ w[queries.shape[1] : -1]
    return softmax(np.zeros((len(queries), 1)) + of_keys)


@weights_with_distance.mistake
def signed_distance(queries, keys, w, b):
    """Your result is as if you joined i − j, which is negative to the right. How far apart is
    |i − j|.
    """
    step = np.arange(len(queries))[:, None] - np.arange(len(keys))
    return softmax(keys @ w[queries.shape[1] : -1] + w[-1] * step)


@weights_with_distance.mistake
def keys_left_out(queries, keys, w, b):
    """The key's part is missing: it differs from key to key, so nothing cancels it."""
    far = np.abs(np.arange(len(queries))[:, None] - np.arange(len(keys)))
    return softmax(w[-1] * far)


@weights_with_distance.mistake
def scores_alone(queries, keys, w, b):
    """These are scores: take softmax over the keys."""
    far = np.abs(np.arange(len(queries))[:, None] - np.arange(len(keys)))
    d_q = queries.shape[1]
    return (queries @ w[:d_q])[:, None] + keys @ w[d_q:-1] + w[-1] * far + b


@weights_with_distance.mistake
def softmax_over_queries(queries, keys, w, b):
    """Your columns sum to 1, your rows do not: softmax runs over the keys, the last axis."""
    far = np.abs(np.arange(len(queries))[:, None] - np.arange(len(keys)))
    d_q = queries.shape[1]
    scores = (queries @ w[:d_q])[:, None] + keys @ w[d_q:-1] + w[-1] * far + b
    return softmax(scores, axis=0)


@weights_with_distance.mistake
def distance_first(queries, keys, w, b):
    """Your result is as if you joined [|i − j|; q; k]. The distance comes last, so the last
    number of w meets it.
    """
    d_q = queries.shape[1]
    far = np.abs(np.arange(len(queries))[:, None] - np.arange(len(keys)))
    return softmax(keys @ w[d_q + 1 :] + w[0] * far)


@weights_with_distance.mistake
def key_before_query(queries, keys, w, b):
    """Your result is as if you joined [k; q; |i − j|]. The first numbers of w belong to the
    query.
    """
    far = np.abs(np.arange(len(queries))[:, None] - np.arange(len(keys)))
    return softmax(keys @ w[: keys.shape[1]] + w[-1] * far)


@weights_with_distance.mistake
def plain_exp(queries, keys, w, b):
    """For large scores exp overflows: use softmax, or subtract the largest of each row first."""
    far = np.abs(np.arange(len(queries))[:, None] - np.arange(len(keys)))
    d_q = queries.shape[1]
    exps = np.exp((queries @ w[:d_q])[:, None] + keys @ w[d_q:-1] + w[-1] * far + b)
    return exps / exps.sum(axis=-1, keepdims=True)


# 04.4: the proof


@sheet.order(
    "04.4",
    "the proof, line by line",
    points=1,
    asks="""
    Five of these seven lines prove that the weights of rule 1, pair by pair, do not depend
    on the query. Two are wrong and stay out. Give the numbers of the five in order: what
    the rule says, its split, softmax, put in, cancelled. (w_q and w_k are the two parts of
    w; Σ_l runs over all keys.)
    """,
    lines={
        1: "α_ij = exp(w_q·q_i) exp(w_k·k_j) exp(b) / Σ_l exp(w_q·q_i) exp(w_k·k_l) exp(b)",
        2: "α_ij = exp(e_ij) / Σ_l exp(e_il)",
        3: "α_ij = exp(w_k·k_j) / Σ_l exp(w_k·k_l)",
        4: "e_ij = w·[q_i; k_j] + b",
        5: "e_ij = w_q·q_i + w_k·k_j + b",
        6: "e_ij = (w_q·q_i) (w_k·k_j) + b",
        7: "α_ij = exp(w_q·q_i) / Σ_l exp(w_q·q_l)",
    },
    hints=(
        "Begin with what the rule says, split it, put it into softmax. What is the same for all l?",
        "4, 5, 2, ____, and then cancel exp(w_q·q_i) exp(b) above and below.",
    ),
)
def proof():
    """Right. The last line has no i: every query gets the same weights."""
    return (4, 5, 2, 1, 3)


@proof.also_right
def split_after_softmax():
    return (4, 2, 5, 1, 3)


@proof.also_right
def softmax_first():
    return (2, 4, 5, 1, 3)


@proof.mistake(shows=lambda order: 6 in order)
def multiplied():
    """Line 6 multiplies the parts. w·[q; k] is a sum over all features: it splits in two sums."""
    return (4, 6, 2, 1, 3)


@proof.mistake(shows=lambda order: 7 in order)
def the_key_cancelled():
    """Line 7 lost the keys. Softmax runs over l, the keys: what is the same for every l
    cancels.
    """
    return (4, 5, 2, 1, 7)


@proof.mistake(shows=lambda order: stands_before(order, 3, 1))
def conclusion_first():
    """Line 3 is what is left of line 1 after cancelling: it comes last."""
    return (4, 5, 2, 3, 1)


@proof.mistake(shows=lambda order: stands_before(order, 1, 5) or stands_before(order, 1, 2))
def used_before_it_is_known():
    """Line 1 puts the split scores of line 5 into the softmax of line 2: both come before."""
    return (4, 2, 1, 5, 3)


@proof.mistake(shows=lambda order: stands_before(order, 5, 4))
def split_first():
    """Line 4 says what the rule is. Line 5 follows from it."""
    return (5, 4, 2, 1, 3)


# 04.5: rule 1 by position


def _position_arrays(rng, square=False):
    d_word, d_state, L = (3, 3, 5) if square else sizes(rng, 3, least=3)
    m = 3 if square else int(rng.integers(2, L))
    return *_normal((d_word,), (d_state,), (d_word + d_state, L), (L,), rng=rng), m


def _position_edges():
    word, state, W, b = _normal((2,), (4,), (6, 5), (5,))
    return {
        "one key": (word, state, W, b, 1),
        "as many keys as positions": (word, state, W, b, 5),
        "scores near 1000": (word, state, W, b + 1000, 3),
    }


def _behind_is_irrelevant(trial):
    word, state, W, b, m = trial.arguments
    behind = np.arange(len(b)) >= m
    again = trial.call(word, state, W, b + 3 * behind, m)["weights"]
    return moved(again, trial.outputs["weights"], trial.tolerance)


def _ahead_by_one(trial):
    """Without a word and a state only b is left: 1 ahead is e times the weight."""
    zeros = np.zeros(2), np.zeros(3), np.zeros((5, 4))
    found = trial.call(*zeros, np.array([1.0, 0, 5, 5]), 2)["weights"]
    return moved(found, np.array([np.e, 1]) / (np.e + 1), trial.tolerance)


def _parts_exchanged(trial):
    word, state, W, b, m = trial.arguments
    turned = np.concatenate([W[len(word) :], W[: len(word)]])
    again = trial.call(state, word, turned, b, m)["weights"]
    return moved(again, trial.outputs["weights"], trial.tolerance)


def _word_first(trial):
    """A word of 1 that speaks for position 1, a state of 0."""
    found = trial.call(np.ones(1), np.zeros(1), np.array([[0.0, 2], [2, 0]]), np.zeros(2), 2)
    return moved(found["weights"], softmax(np.array([0.0, 2])), trial.tolerance)


def _crossed_positions(setting):
    """The layer gives the setting's scores; of what is hidden, no position holds a word."""
    word, state = setting.numbers(2), setting.numbers(3)
    W = setting.numbers(5, setting.scores.shape[1])
    b = setting.scores[0] - np.concatenate([word, state]) @ W
    return word, state, W, b, int(setting.mask[0].sum())


@sheet.function(
    "04.5",
    "rule 1, by position",
    points=2,
    asks="""
    As the old program does it: join the word that was written last and the decoder's state,
    [word; state], and let a linear layer give L scores, one for each position. Only the
    first m positions hold a word, the others are padding. Return the weights of the m
    words: they share **all** of the attention. Scores may lie anywhere between −1000 and 1000,
    behind the words too.
    """,
    outputs=lambda word, state, W, b, m: {"weights": (m,)},
    inputs=_position_arrays,
    edges=_position_edges(),
    crossed=edges_in_pairs(_crossed_positions, sizes=ONE_ROW, masks=END_HIDDEN),
    properties=(
        rows_sum_to_one(),
        no_negative_weight(),
        Property(
            "what b holds behind the first m positions changes nothing", _behind_is_irrelevant
        ),
        Property("a score ahead by 1 gives e times the weight", _ahead_by_one),
        Property("word and state exchanged, and W with them, give the same", _parts_exchanged),
        Property("the first rows of W belong to the word", _word_first),
    ),
    hints=(
        "The layer gives L scores. How many of them belong to a word, and when do you drop the "
        "rest?",
        "scores = np.concatenate([word, ____]) @ W + b; then softmax(scores[:____])",
    ),
)
def position_weights(word, state, W, b, m):
    """Right: the real words share all of it. And no key was asked: your function has none."""
    scores = np.concatenate([word, state]) @ W + b  # (L,)
    return softmax(scores[:m])  # the padding is gone before softmax


@position_weights.also_right
def layer_cut_to_m(word, state, W, b, m):
    return softmax(np.hstack([word, state]) @ W[:, :m] + b[:m])


@position_weights.also_right
def exps_cut_to_m(word, state, W, b, m):
    scores = np.concatenate([word, state]) @ W + b
    exps = np.exp(scores - scores[:m].max())
    return exps[:m] / exps[:m].sum()


@position_weights.also_right
def in_float32(word, state, W, b, m):
    scores = np.concatenate([word, state]) @ W + b
    return softmax(scores[:m].astype(np.float32))


@position_weights.mistake
def padding_takes_weight(word, state, W, b, m):
    """Your weights sum to less than 1: positions without a word got a share. Cut the scores to
    m before softmax, not after.
    """
    scores = np.concatenate([word, state]) @ W + b
    return softmax(scores)[:m]


@position_weights.mistake
def scores_of_0_for_padding(word, state, W, b, m):
    """A score of 0 is not nothing: exp(0) is 1. Leave those positions out before softmax."""
    scores = np.concatenate([word, state]) @ W + b
    scores[m:] = 0
    return softmax(scores)[:m]


@position_weights.mistake
def all_positions(word, state, W, b, m):
    """These are L weights; only the first m positions hold a word."""
    scores = np.concatenate([word, state]) @ W + b
    return softmax(scores)


@position_weights.mistake
def last_positions(word, state, W, b, m):
    """Your result is as if you kept the last m positions. The words stand at the beginning,
    padding behind.
    """
    scores = np.concatenate([word, state]) @ W + b
    return softmax(scores[-m:])


@position_weights.mistake
def state_first(word, state, W, b, m):
    """Your result is as if you joined [state; word]. The first rows of W belong to the word."""
    scores = np.concatenate([state, word]) @ W + b
    return softmax(scores[:m])


@position_weights.mistake
def largest_of_all_positions(word, state, W, b, m):
    """Your result is as if the largest of all L scores were subtracted: where padding has 1000, the
    words have 0 / 0. Cut to m first.
    """
    scores = np.concatenate([word, state]) @ W + b
    exps = np.exp(scores - scores.max())[:m]
    return exps / exps.sum()


@position_weights.mistake(name="hidden by −1000")
def hidden_by_minus_1000(word, state, W, b, m):
    """Your result is as if −1000 hid the padding: words with −1000 then share. Cut it off."""
    scores = np.concatenate([word, state]) @ W + b
    scores[m:] = -1000
    return softmax(scores)[:m]


@position_weights.mistake
def no_bias(word, state, W, b, m):
    """The bias b is missing: every position has its own."""
    scores = np.concatenate([word, state]) @ W
    return softmax(scores[:m])


@position_weights.mistake
def scores(word, state, W, b, m):
    """These are scores. Softmax makes weights of them."""
    scores = np.concatenate([word, state]) @ W + b
    return scores[:m]


@position_weights.mistake
def exp_without_a_shift(word, state, W, b, m):
    """For scores near 1000 exp overflows: subtract the largest first, or use softmax."""
    scores = np.concatenate([word, state]) @ W + b
    exps = np.exp(scores[:m])
    return exps / exps.sum()


# 04.6: a test for blindness


def _weights_by_pair(w_query, w_key):
    return lambda queries, keys: softmax((queries @ w_query)[:, None] + (keys @ w_key)[None])


def _weights_by_position(W):
    return lambda queries, keys: softmax((queries @ W)[:, : len(keys)])


def _weights_by_product(W):
    return lambda queries, keys: softmax(queries @ W @ keys.T)


def _of(score):
    """A rule that is softmax of a score of all queries and all keys."""
    return lambda queries, keys: softmax(score(queries, keys) + np.zeros((len(queries), len(keys))))


def _first_alone(rows):
    """1 in the first row, 0 in the others, as a column."""
    return (np.arange(len(rows)) == 0)[:, None]


def _last_alone(rows):
    """1 in the last row, 0 in the others, as a column."""
    return _first_alone(rows)[::-1]


def _cosines(one, other):
    """The cosines of all pairs of rows; a row of zeros has 0 with each."""
    long = [np.linalg.norm(rows, axis=1, keepdims=True) + 1e-12 for rows in (one, other)]
    return one / long[0] @ (other / long[1]).T


def _equal_weights(queries, keys):
    return np.full((len(queries), len(keys)), 1 / len(keys))


def _rules(w_query, w_key, W, P):
    """Rules by name, each with whether the query and whether the keys count; w, W and P are random.

    Some hardly read what they read: through the last feature, for the first or last query or key
    alone, by a thousandth, or by directions without lengths.
    """
    places = lambda keys: np.arange(len(keys))  # noqa: E731
    return {
        "rule 1 per pair": (_weights_by_pair(w_query, w_key), (0, 1)),
        "keys through tanh": (_of(lambda q, k: np.tanh(k @ w_key)), (0, 1)),
        "the keys' last feature": (_of(lambda q, k: k[:, -1]), (0, 1)),
        "a thousandth of the keys": (_of(lambda q, k: 0.001 * k[:, -1]), (0, 1)),
        "the last key alone": (_of(lambda q, k: k @ w_key * _last_alone(k)[:, 0]), (0, 1)),
        "rule 1 by position": (_weights_by_position(P), (1, 0)),
        "the queries' last feature, by place": (_of(lambda q, k: q[:, -1:] * places(k)), (1, 0)),
        "the last query, by place": (
            _of(lambda q, k: (q @ w_query)[:, None] * _last_alone(q) * places(k)),
            (1, 0),
        ),
        "a thousandth of the queries": (
            _of(lambda q, k: 0.001 * (q @ w_query)[:, None] * places(k)),
            (1, 0),
        ),
        "equal weights": (_equal_weights, (0, 0)),
        "the first key gets most": (_of(lambda q, k: -1.0 * places(k)), (0, 0)),
        "q W k": (_weights_by_product(W), (1, 1)),
        "q W k, scaled": (_weights_by_product(W / 2), (1, 1)),
        "rule 2": (
            _of(lambda q, k: np.tanh((q @ W)[:, None] + k).sum(axis=-1)),
            (1, 1),
        ),
        "how near they are": (
            _of(lambda q, k: -(((q @ W)[:, None] - k) ** 2).sum(axis=-1) / 9),
            (1, 1),
        ),
        "the last query reads its last feature": (
            _of(lambda q, k: k @ w_key * (1 + q[:, -1:] * _last_alone(q))),
            (1, 1),
        ),
        "the keys, and a thousandth of q W k": (
            _of(lambda q, k: k @ w_key + 0.001 * q @ W @ k.T),
            (1, 1),
        ),
        "the queries, and a thousandth of the keys": (
            _of(lambda q, k: (q @ w_query)[:, None] * places(k) + 0.001 * k[:, -1]),
            (1, 1),
        ),
        "q W k for the last key alone": (
            _of(lambda q, k: q @ W @ k.T * _last_alone(k)[:, 0]),
            (1, 1),
        ),
        "q W k for the last query alone": (_of(lambda q, k: q @ W @ k.T * _last_alone(q)), (1, 1)),
        "their last features": (_of(lambda q, k: q[:, -1:] * k[:, -1]), (1, 1)),
        "q W k for the first query and key alone": (
            _of(lambda q, k: q @ W @ k.T * _first_alone(q) * _first_alone(k)[:, 0]),
            (1, 1),
        ),
        "the cosine, whatever the lengths": (_of(lambda q, k: 3 * _cosines(q @ W, k)), (1, 1)),
        "q W k, with places": (_of(lambda q, k: q @ W @ k.T + places(k)), (1, 1)),
        "queries by place, and the keys": (
            _of(lambda q, k: (q @ w_query)[:, None] * places(k) + k @ w_key),
            (1, 1),
        ),
    }


def _rule_and_arrays(rng, square=False):
    n, m, d_q, d_k = sizes(rng, 4, square)
    queries, keys, *numbers = _normal(
        (n, d_q), (m, d_k), (d_q,), (d_k,), (d_q, d_k), (d_q, 8), rng=rng
    )
    made = list(_rules(*numbers).values())
    return made[int(rng.integers(len(made)))][0], queries, keys


KNOWN = _normal((4,), (5,), (4, 5), (4, 8), (2, 4), (3, 5), rng=np.random.default_rng(44))
SHOWN = _rules(*KNOWN[:4])


def _known(name):
    rule, wanted = SHOWN[name]

    def broken(trial):
        said = tuple(int(number) for number in trial.outputs.values())
        return _truth(said) if trial.arguments[0] is rule and said != wanted else None

    return Property(f"for this rule the answer is {_truth(wanted)}: {name}", broken)


def _truth(pair):
    return ", ".join(str(bool(number)) for number in pair)


@sheet.function(
    "04.6",
    "who is blind to what?",
    points=2,
    asks="""
    Somebody gives you a rule as a function: `rule(queries, keys)` returns the weights. You
    cannot read its code. Find out by trying whether the query counts and whether the keys
    count: return two times True or False. There are at least two queries and two keys, and
    rounding may move the last digits.
    """,
    outputs=lambda rule, queries, keys: {"query counts": (), "keys count": ()},
    inputs=_rule_and_arrays,
    edges={name: (rule, *KNOWN[4:]) for name, (rule, _) in SHOWN.items()},
    properties=tuple(_known(name) for name in SHOWN),
    hints=(
        "What do you change, what do you keep, and which two arrays of weights do you compare?",
        "weights = rule(queries, keys); np.allclose(weights, rule(____, keys)) for the query.",
    ),
)
def what_counts(rule, queries, keys):
    """Right: a test that needs no formula. Use it on any rule that you meet."""
    weights = rule(queries, keys)
    rng = np.random.default_rng(0)
    other_queries, other_keys = rng.normal(size=queries.shape), rng.normal(size=keys.shape)
    query_counts = not np.allclose(weights, rule(other_queries, keys))
    keys_count = not np.allclose(weights, rule(queries, other_keys))
    return query_counts, keys_count


@what_counts.also_right
def rows_and_other_keys(rule, queries, keys):
    weights = rule(queries, keys)
    counts = np.ptp(weights, axis=0).max() > 1e-6, not np.allclose(weights, rule(queries, -keys))
    return tuple(np.float32(one) for one in counts)


@what_counts.also_right
def reversed_order(rule, queries, keys):
    weights = rule(queries, keys)
    return [
        not np.allclose(rule(queries[::-1], keys), weights),
        not np.allclose(rule(queries, keys[::-1]), weights),
    ]


@what_counts.also_right
def keys_of_zeros(rule, queries, keys):
    weights = rule(queries, keys)
    changes_of_queries = np.abs(rule(3 * queries - 1, keys) - weights)
    changes_of_keys = np.abs(rule(queries, 0 * keys) - weights)
    return np.array([changes_of_queries.max() > 1e-6, changes_of_keys.max() > 1e-6])


@what_counts.mistake
def exchanged(rule, queries, keys):
    """Both are right, in the wrong order: first the query, then the keys."""
    weights = rule(queries, keys)
    query_counts = not np.allclose(weights, rule(-queries, keys))
    keys_count = not np.allclose(weights, rule(queries, -keys))
    return keys_count, query_counts


@what_counts.mistake
def blind_instead_of_counts(rule, queries, keys):
    """You return True where nothing changes. True should mean: this input counts."""
    weights = rule(queries, keys)
    query_counts = np.allclose(weights, rule(-queries, keys))
    keys_count = np.allclose(weights, rule(queries, -keys))
    return query_counts, keys_count


@what_counts.mistake
def rows_and_columns(rule, queries, keys):
    """Columns may differ although no key was read: by position they do. Change the keys and
    look again.
    """
    weights = rule(queries, keys)
    return np.ptp(weights, axis=0).max() > 1e-6, np.ptp(weights, axis=1).max() > 1e-6


@what_counts.mistake
def keys_shifted(rule, queries, keys):
    """Adding the same number to all keys moves all dot products of a query alike, and softmax
    cancels that. Change the keys more freely.
    """
    weights = rule(queries, keys)
    query_counts = not np.allclose(weights, rule(-queries, keys))
    keys_count = not np.allclose(weights, rule(queries, keys + 1))
    return query_counts, keys_count


@what_counts.mistake
def exact_comparison(rule, queries, keys):
    """Your result is as if exactly equal numbers were asked for. Rounding moves the last
    digits: allow 1e-6.
    """
    weights = rule(queries, keys)
    other_queries, other_keys = rule(7.3 * queries + 9.1, keys), rule(queries, 7.3 * keys[::-1])
    return bool((weights != other_queries).any()), bool((weights != other_keys).any())


@what_counts.mistake
def first_row_alone(rule, queries, keys):
    """Your result is as if you compared the first row of weights alone. A rule may read another
    query: take all rows.
    """
    weights = rule(queries, keys)
    query_counts = not np.allclose(weights[0], rule(-queries, keys)[0])
    keys_count = not np.allclose(weights[0], rule(queries, -keys)[0])
    return query_counts, keys_count


@what_counts.mistake
def one_query_changed(rule, queries, keys):
    """Your result is as if only the first query and the first key were changed. A rule may read
    others: change all rows.
    """
    weights = rule(queries, keys)
    query, key = queries.copy(), keys.copy()
    query[0], key[0] = -2 * query[0], -2 * key[0]
    query_counts = not np.allclose(weights, rule(query, keys))
    return query_counts, not np.allclose(weights, rule(queries, key))


@what_counts.mistake
def first_feature_changed(rule, queries, keys):
    """Your result is as if only the first feature were changed. A rule may read another: change
    all features.
    """
    weights = rule(queries, keys)
    query, key = queries.copy(), keys.copy()
    query[:, 0], key[:, 0] = -2 * query[:, 0], -2 * key[:, 0]
    query_counts = not np.allclose(weights, rule(query, keys))
    return query_counts, not np.allclose(weights, rule(queries, key))


@what_counts.mistake
def first_column_alone(rule, queries, keys):
    """Your result is as if the first key's weights alone were compared, and roughly: take all, and
    1e-6.
    """
    weights = rule(queries, keys)
    query_counts = np.abs(weights - rule(-queries, keys))[:, 0].max() > 0.01
    return query_counts, np.abs(weights - rule(queries, -keys))[:, 0].max() > 0.01


@what_counts.mistake
def hardly_is_not_at_all(rule, queries, keys):
    """Your tolerance is wide: a rule that reads the keys a little passes as blind. Take 1e-6."""
    weights = rule(queries, keys)
    query_counts = np.abs(weights - rule(-queries, keys)).max() > 0.05
    keys_count = np.abs(weights - rule(queries, -keys)).max() > 0.05
    return query_counts, keys_count


@what_counts.mistake
def both_at_once(rule, queries, keys):
    """Your result is as if you changed queries and keys together: change one, and keep the
    other as it is.
    """
    weights = rule(queries, keys)
    counts = not np.allclose(weights, rule(2 * queries + 1, keys[::-1]))
    return counts, counts


@what_counts.mistake
def always(rule, queries, keys):
    """You say that both count in every rule. Call rule twice and compare."""
    return True, True


@what_counts.mistake
def query_only(rule, queries, keys):
    """The keys count in every rule, you say. Rule 1 by position never looks at them."""
    weights = rule(queries, keys)
    query_counts = not np.allclose(weights, rule(-queries, keys))
    return query_counts, True


# 04.7 and 04.8: what is it good for?

sheet.choice(
    "04.7",
    "what is rule 1 by position good for?",
    points=1,
    asks="""
    In which of these tasks can it look at the right place every time?
    """,
    letter="b",
    options={
        "a": (
            "Put ten letters into alphabetical order.",
            "Where the smallest letter stands depends on the letters, which the weights never see.",
        ),
        "b": (
            "Write ten letters, always ten, backwards.",
            "Yes: the first output comes from place 10, the next from place 9, in every input.",
        ),
        "c": (
            "Find the only capital in a text and write it.",
            "The place of the capital differs from text to text, and no key is asked for it.",
        ),
        "d": (
            "Translate sentences from German.",
            "Which word comes next depends on the words: German puts verbs where English does not.",
        ),
    },
    hints=(
        "The weights know the step and what was written so far. In which task is that enough?",
        "In task ____ the place to look at is the same in every input.",
    ),
)


sheet.reason(
    "04.8",
    "why is that task easy for it?",
    asks="""
    Say it in at least 15 words, in any language. The text is recorded, not scored.
    """,
    praise="Compare it with a solution: does yours say what the weights are computed from?",
    hints=(
        "What would you need to know to find the right place by hand: the step, or the letters?",
        "At step t the right place is ____, whatever the letters are, so ____.",
    ),
)
