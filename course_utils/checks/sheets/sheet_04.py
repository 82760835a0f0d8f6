"""The exercises of sheet 04: two ways to join, rule 1 per pair and by position, what each sees."""

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
from course_utils.checks.sheets.attention_inputs import (
    each_query_for_itself,
    moved,
    no_negative_weight,
    rows_sum_to_one,
    sizes,
)

EDGE_RNG = np.random.default_rng(4)


def _normal(*shapes, rng=EDGE_RNG):
    """Random arrays of these shapes."""
    return tuple(rng.normal(size=shape) for shape in shapes)


# 04.1 and 04.2: which axis?


def _join(queries, keys):
    return np.concatenate([queries, keys], axis=-1), np.concatenate([queries, keys], axis=0)


def _equal_arrays(rng, square=False):
    shape = sizes(rng, 2, square)
    return _normal(shape, shape, rng=rng)


two_joins = FunctionExercise(
    id="04.1",
    title="two ways to join",
    points=1,
    name="two_joins",
    arguments=("queries", "keys"),
    reference=_join,
    outputs=lambda queries, keys: {
        "by features": (len(queries), 2 * queries.shape[1]),
        "by positions": (2 * len(queries), queries.shape[1]),
    },
    inputs=_equal_arrays,
    edges={"one row each": _normal((1, 4), (1, 4)), "one feature": _normal((3, 1), (3, 1))},
    properties=(
        Property(
            "by features, each row begins with its query",
            lambda t: moved(
                t.outputs["by features"][:, : t.arguments[0].shape[1]], t.arguments[0], t.tolerance
            ),
        ),
        Property(
            "by features, each row ends with its key",
            lambda t: moved(
                t.outputs["by features"][:, t.arguments[0].shape[1] :], t.arguments[1], t.tolerance
            ),
        ),
        Property(
            "by positions, the queries come first and the keys below them",
            lambda t: moved(t.outputs["by positions"], np.vstack(t.arguments), t.tolerance),
        ),
    ),
    variants=(
        lambda q, k: (np.hstack([q, k]), np.vstack([q, k])),
        lambda q, k: [[[*a, *b] for a, b in zip(q, k, strict=True)], [*q, *k]],
        lambda q, k: tuple(np.concatenate([q, k], axis=a).astype(np.float32) for a in (1, 0)),
    ),
    praise="Right: one makes rows longer, the other makes more rows.",
    mistakes=(
        Mistake(
            "exchanged",
            lambda q, k: _join(q, k)[::-1],
            "Both arrays are right, in the wrong order: first the long rows, then the many rows.",
        ),
        Mistake(
            "keys first",
            lambda q, k: _join(k, q),
            "The keys stand before the queries: [q; k] begins with q.",
        ),
        Mistake(
            "stacked",
            lambda q, k: (np.stack([q, k], axis=-1), np.stack([q, k])),
            "stack makes a new axis, of length 2. concatenate makes an old axis longer.",
        ),
        Mistake(
            "one join twice",
            lambda q, k: (_join(q, k)[0], _join(q, k)[0]),
            "Both are joined by features: the second one makes more rows, axis=0.",
        ),
        Mistake(
            "no axis",
            lambda q, k: (_join(q, k)[1], _join(q, k)[1]),
            "Both are joined by positions, which is what concatenate does without an axis.",
        ),
        Mistake(
            "added",
            lambda q, k: (q + k, q + k),
            "You added queries and keys. To join is to keep all numbers, side by side or below.",
        ),
    ),
    hints=(
        "Which axis of an array (positions, features) has to grow so that rows become longer?",
        "np.concatenate([queries, keys], axis=____), once with -1 and once with 0.",
    ),
)

which_join = ChoiceExercise(
    id="04.2",
    title="which join is rule 1?",
    points=1,
    right="a",
    reasons={
        "a": "Yes: one row of 8 features for each pair, and a linear layer with 8 inputs.",
        "b": "A layer with 8 inputs cannot read (5, 4). This joins two sequences into one of 5.",
        "c": "Adding loses which number came from whom; the rule's layer has 8 inputs, not 4.",
        "d": "These are the dot products, already scores: a later rule. Rule 1 joins first.",
    },
    hints=(
        "The linear layer of rule 1 has d_q + d_k inputs. Which array has rows of that length?",
        "d_q + d_k = 4 + 4 = ____: the last axis of the joined array.",
    ),
)

# 04.3: rule 1 per pair


def _pairs(queries, keys, w, b):
    size = queries.shape[-1]
    return (queries @ w[:size])[:, None] + (keys @ w[size:])[None] + b


def _pair_arrays(rng, square=False):
    n, m, d_q, d_k = sizes(rng, 4, square)
    return *_normal((n, d_q), (m, d_k), (d_q + d_k,), rng=rng), float(rng.normal())


def _pair_edges():
    queries, keys, w = _normal((2, 4), (3, 5), (9,))
    return {
        "one key": (queries, keys[:1], w, 0.5),
        "one query": (queries[:1], keys, w, 0.5),
        "no bias": (queries, keys, w, 0.0),
        "queries of ±1000": (1000 * queries, keys, w, -2.0),
    }


def _pair_loops(queries, keys, w, b, join=lambda q, k: [*q, *k]):
    return np.array([[np.array(join(q, k)) @ w + b for k in keys] for q in queries])


def _pair_block(queries, keys, w, b):
    shape = (len(queries), len(keys))
    left = np.broadcast_to(queries[:, None], (*shape, queries.shape[1]))
    right = np.broadcast_to(keys[None], (*shape, keys.shape[1]))
    return np.concatenate([left, right], axis=-1) @ w + b


def _one_gap_a_row(trial):
    scores = trial.outputs["scores"]
    gaps = scores - scores[:1]
    return moved(gaps, gaps[:, :1] + np.zeros_like(gaps), 10 * trial.tolerance)


def _keys_reversed(trial):
    queries, keys, w, b = trial.arguments
    again = trial.call(queries, keys[::-1], w, b)["scores"]
    return moved(again[:, ::-1], trial.outputs["scores"], trial.tolerance)


def _one_pair(trial):
    """Query [1 2], key [3], w = [1 10 100], b = 5: 1 + 20 + 300 + 5."""
    found = trial.call(np.array([[1.0, 2]]), np.array([[3.0]]), np.array([1.0, 10, 100]), 5.0)
    return moved(found["scores"], np.array([[326.0]]), trial.tolerance)


per_pair = FunctionExercise(
    id="04.3",
    title="rule 1, pair by pair",
    points=2,
    name="rule1_pairs",
    arguments=("queries", "keys", "w", "b"),
    reference=_pairs,
    outputs=lambda queries, keys, w, b: {"scores": (len(queries), len(keys))},
    inputs=_pair_arrays,
    edges=_pair_edges(),
    properties=(
        each_query_for_itself("scores"),
        Property("keys in reverse order give the same columns in reverse order", _keys_reversed),
        Property("two rows differ by the same number in every column", _one_gap_a_row),
        Property("query [1 2], key [3], w = [1 10 100], b = 5 give the score 326", _one_pair),
    ),
    variants=(_pair_loops, _pair_block, lambda *a: _pairs(*a).astype(np.float32)),
    praise="Right: one score for each pair. And your rows differ by one number only: see 04.4.",
    mistakes=(
        Mistake(
            "halves exchanged",
            lambda *a: _pair_loops(*a, join=lambda q, k: [*k, *q]),
            "You joined [k; q]. The first numbers of w belong to the query: [q; k].",
        ),
        Mistake(
            "no bias",
            lambda q, k, w, b: _pairs(q, k, w, 0),
            "The bias b is missing: + b for every pair.",
        ),
        Mistake(
            "bias twice",
            lambda q, k, w, b: _pairs(q, k, w, 2 * b),
            "b came in twice, once with each half: a pair gets it once.",
        ),
        Mistake(
            "transposed",
            lambda *a: _pairs(*a).T,
            "One row for each key came out: row = query, column = key.",
        ),
        Mistake(
            "weights",
            lambda *a: softmax(_pairs(*a)),
            "These are weights, after softmax: return the scores of stage ①.",
        ),
        Mistake(
            "query's part only",
            lambda q, k, w, b: _pairs(q, 0 * k, w, b),
            "The key's part is missing: w_k · k for each column.",
        ),
        Mistake(
            "key's part only",
            lambda q, k, w, b: _pairs(0 * q, k, w, b),
            "The query's part is missing. It cancels later, in softmax; the score still has it.",
        ),
        Mistake(
            "multiplied",
            lambda q, k, w, b: _pairs(q, 0 * k, w, 0) * _pairs(0 * q, k, w, 0) + b,
            "You multiplied the two parts. A linear layer adds them.",
        ),
        Mistake(
            "cut in the middle",
            lambda q, k, w, b: (q @ w[: len(w) // 2])[:, None] + (k @ w[len(w) // 2 :])[None] + b,
            "You cut w in the middle. Queries and keys may differ in width: cut it at d_q.",
        ),
        Mistake(
            "neighbours only",
            lambda q, k, w, b: np.array(
                [np.concatenate(p) @ w + b for p in zip(q, k, strict=False)]
            ),
            "zip pairs query i with key i. Every query meets every key: n · m pairs.",
        ),
    ),
    hints=(
        "How many pairs are there, and how long is [q; k]?",
        "For each i, j: scores[i, j] = np.concatenate([queries[i], keys[____]]) @ w + ____",
    ),
)

# 04.4: the proof

PROOF = {
    1: "α_ij = exp(w_q·q_i) exp(w_k·k_j) exp(b) / Σ_l exp(w_q·q_i) exp(w_k·k_l) exp(b)",
    2: "α_ij = exp(e_ij) / Σ_l exp(e_il)",
    3: "α_ij = exp(w_k·k_j) / Σ_l exp(w_k·k_l)",
    4: "e_ij = w·[q_i; k_j] + b",
    5: "e_ij = w_q·q_i + w_k·k_j + b",
    6: "e_ij = (w_q·q_i) (w_k·k_j) + b",
    7: "α_ij = exp(w_q·q_i) / Σ_l exp(w_q·q_l)",
}


proof = OrderExercise(
    id="04.4",
    title="the proof, line by line",
    points=1,
    lines=PROOF,
    order=(4, 5, 2, 1, 3),
    others=((4, 2, 5, 1, 3), (2, 4, 5, 1, 3)),
    praise="Right. The last line has no i: every query gets the same weights.",
    mistakes=(
        Disorder(
            "multiplied",
            (4, 6, 2, 1, 3),
            lambda order: 6 in order,
            "Line 6 multiplies the parts. w·[q; k] is a sum over all features: it splits in two "
            "sums.",
        ),
        Disorder(
            "the key cancelled",
            (4, 5, 2, 1, 7),
            lambda order: 7 in order,
            "Line 7 lost the keys. Softmax runs over l, the keys: what is the same for every l "
            "cancels.",
        ),
        Disorder(
            "conclusion first",
            (4, 5, 2, 3, 1),
            lambda order: stands_before(order, 3, 1),
            "Line 3 is what is left of line 1 after cancelling: it comes last.",
        ),
        Disorder(
            "used before it is known",
            (4, 2, 1, 5, 3),
            lambda order: stands_before(order, 1, 5) or stands_before(order, 1, 2),
            "Line 1 puts the split scores of line 5 into the softmax of line 2: both come before.",
        ),
        Disorder(
            "split first",
            (5, 4, 2, 1, 3),
            lambda order: stands_before(order, 5, 4),
            "Line 4 says what the rule is. Line 5 follows from it.",
        ),
    ),
    hints=(
        "Begin with what the rule says, split it, put it into softmax. What is the same for all l?",
        "4, 5, 2, ____, and then cancel exp(w_q·q_i) exp(b) above and below.",
    ),
)

# 04.5: rule 1 by position


def _joined_scores(word, state, W, b):
    return np.concatenate([word, state]) @ W + b


def _positions(word, state, W, b, m):
    return softmax(_joined_scores(word, state, W, b)[:m])


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


def _cut_late(*arguments):
    return softmax(_joined_scores(*arguments[:-1]))[: arguments[-1]]


def _renormalised(*arguments):
    scores, m = _joined_scores(*arguments[:-1]), arguments[-1]
    exps = np.exp(scores - scores.max())
    return exps[:m] / exps[:m].sum()


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


by_position = FunctionExercise(
    id="04.5",
    title="rule 1, by position",
    points=2,
    name="position_weights",
    arguments=("word", "state", "W", "b", "m"),
    reference=_positions,
    outputs=lambda word, state, W, b, m: {"weights": (m,)},
    inputs=_position_arrays,
    edges=_position_edges(),
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
    variants=(
        lambda word, state, W, b, m: softmax(np.hstack([word, state]) @ W[:, :m] + b[:m]),
        _renormalised,
        lambda *a: softmax(_joined_scores(*a[:-1]).astype(np.float32)[: a[-1]]),
    ),
    praise="Right: the real words share all of it. And no key was asked: your function has none.",
    mistakes=(
        Mistake(
            "padding takes weight",
            _cut_late,
            "Your weights sum to less than 1: positions without a word got a share. Cut the "
            "scores to m before softmax, not after.",
        ),
        Mistake(
            "scores of 0 for padding",
            lambda *a: softmax(np.where(np.arange(len(a[3])) < a[4], _joined_scores(*a[:-1]), 0.0))[
                : a[4]
            ],
            "A score of 0 is not nothing: exp(0) is 1. Leave those positions out before softmax.",
        ),
        Mistake(
            "all positions",
            lambda *a: softmax(_joined_scores(*a[:-1])),
            "These are L weights; only the first m positions hold a word.",
        ),
        Mistake(
            "last positions",
            lambda *a: softmax(_joined_scores(*a[:-1])[-a[4] :]),
            "You kept the last m positions. The words stand at the beginning, padding behind.",
        ),
        Mistake(
            "state first",
            lambda word, state, W, b, m: _positions(state, word, W, b, m),
            "You joined [state; word]. The first rows of W belong to the word.",
        ),
        Mistake(
            "no bias",
            lambda word, state, W, b, m: _positions(word, state, W, 0 * b, m),
            "The bias b is missing: every position has its own.",
        ),
        Mistake(
            "scores",
            lambda *a: _joined_scores(*a[:-1])[: a[4]],
            "These are scores. Softmax makes weights of them.",
        ),
        Mistake(
            "exp without a shift",
            lambda *a: (
                np.exp(_joined_scores(*a[:-1])[: a[4]])
                / np.exp(_joined_scores(*a[:-1])[: a[4]]).sum()
            ),
            "For scores near 1000 exp overflows: subtract the largest first, or use softmax.",
        ),
    ),
    hints=(
        "The layer gives L scores. How many of them belong to a word, and when do you drop the "
        "rest?",
        "scores = np.concatenate([word, ____]) @ W + b; then softmax(scores[:____])",
    ),
)

# 04.6: a test for blindness


def _weights_by_pair(w_query, w_key):
    return lambda queries, keys: softmax((queries @ w_query)[:, None] + (keys @ w_key)[None])


def _weights_by_position(W):
    return lambda queries, keys: softmax((queries @ W)[:, : len(keys)])


def _weights_by_product(W):
    return lambda queries, keys: softmax(queries @ W @ keys.T)


def _equal_weights(queries, keys):
    return np.full((len(queries), len(keys)), 1 / len(keys))


def _rule_and_arrays(rng, square=False):
    n, m, d_q, d_k = sizes(rng, 4, square)
    queries, keys, w_query, w_key, W, P = _normal(
        (n, d_q), (m, d_k), (d_q,), (d_k,), (d_q, d_k), (d_q, 8), rng=rng
    )
    made = (
        _weights_by_pair(w_query, w_key),
        _weights_by_position(P),
        _weights_by_product(W),
        _equal_weights,
    )
    return made[int(rng.integers(len(made)))], queries, keys


KNOWN = _normal((4,), (5,), (4, 8), (4, 5), (2, 4), (3, 5), rng=np.random.default_rng(44))
SHOWN = {
    "rule 1 per pair": (_weights_by_pair(*KNOWN[:2]), (0, 1)),
    "rule 1 by position": (_weights_by_position(KNOWN[2]), (1, 0)),
    "q W k": (_weights_by_product(KNOWN[3]), (1, 1)),
    "equal weights": (_equal_weights, (0, 0)),
}


def _differ(one, other):
    return bool(np.abs(one - other).max() > 1e-6)


def _what_counts(rule, queries, keys):
    rng = np.random.default_rng(0)
    weights = rule(queries, keys)
    other_queries = rule(queries + rng.normal(size=queries.shape), keys)
    other_keys = rule(queries, keys + rng.normal(size=keys.shape))
    return _differ(weights, other_queries), _differ(weights, other_keys)


def _known(name):
    rule, wanted = SHOWN[name]

    def broken(trial):
        found = trial.call(rule, *KNOWN[4:])
        said = tuple(int(number) for number in found.values())
        return None if said == wanted else f"{_truth(said)}"

    return Property(f"for {name} the answer is {_truth(wanted)}", broken)


def _truth(pair):
    return ", ".join(str(bool(number)) for number in pair)


def _rows_and_columns(rule, queries, keys):
    weights = rule(queries, keys)
    return np.ptp(weights, axis=0).max() > 1e-6, np.ptp(weights, axis=1).max() > 1e-6


def _shifted_keys(rule, queries, keys):
    return _what_counts(rule, queries, keys)[0], _differ(
        rule(queries, keys), rule(queries, keys + 1)
    )


def _exact(rule, queries, keys):
    weights = rule(queries, keys)
    other_queries, other_keys = rule(7.3 * queries + 9.1, keys), rule(queries, 7.3 * keys[::-1])
    return bool((weights != other_queries).any()), bool((weights != other_keys).any())


def _together(rule, queries, keys):
    changed = _differ(rule(queries, keys), rule(2 * queries + 1, keys[::-1]))
    return changed, changed


def _by_rows(rule, queries, keys):
    weights = rule(queries, keys)
    counts = np.ptp(weights, axis=0).max() > 1e-6, not np.allclose(weights, rule(queries, -keys))
    return tuple(np.float32(one) for one in counts)


def _by_reversing(rule, queries, keys):
    weights = rule(queries, keys)
    return [
        not np.allclose(rule(queries[::-1], keys), weights),
        not np.allclose(rule(queries, keys[::-1]), weights),
    ]


def _by_zeros(rule, queries, keys):
    weights = rule(queries, keys)
    return np.array(
        [
            _differ(rule(3 * queries - 1, keys), weights),
            _differ(rule(queries, 0 * keys), weights),
        ]
    )


what_counts = FunctionExercise(
    id="04.6",
    title="who is blind to what?",
    points=2,
    name="what_counts",
    arguments=("rule", "queries", "keys"),
    reference=_what_counts,
    outputs=lambda rule, queries, keys: {"query counts": (), "keys count": ()},
    inputs=_rule_and_arrays,
    edges={name: (rule, *KNOWN[4:]) for name, (rule, _) in SHOWN.items()},
    properties=tuple(_known(name) for name in SHOWN),
    variants=(_by_rows, _by_reversing, _by_zeros),
    praise="Right: a test that needs no formula. Use it on any rule that you meet.",
    mistakes=(
        Mistake(
            "exchanged",
            lambda *a: _what_counts(*a)[::-1],
            "Both are right, in the wrong order: first the query, then the keys.",
        ),
        Mistake(
            "blind instead of counts",
            lambda *a: tuple(not one for one in _what_counts(*a)),
            "You return True where nothing changes. True should mean: this input counts.",
        ),
        Mistake(
            "rows and columns",
            _rows_and_columns,
            "Columns may differ although no key was read: by position they do. Change the keys "
            "and look again.",
        ),
        Mistake(
            "keys shifted",
            _shifted_keys,
            "Adding the same number to all keys moves all dot products of a query alike, and "
            "softmax cancels that. Change the keys more freely.",
        ),
        Mistake(
            "exact comparison",
            _exact,
            "You ask for exactly equal numbers. Rounding moves the last digits: allow 1e-6.",
        ),
        Mistake(
            "both at once",
            _together,
            "You changed queries and keys together: change one, and keep the other as it is.",
        ),
        Mistake(
            "always",
            lambda *a: (True, True),
            "You say that both count in every rule. Call rule twice and compare.",
        ),
        Mistake(
            "query only",
            lambda *a: (_what_counts(*a)[0], True),
            "The keys count in every rule, you say. Rule 1 by position never looks at them.",
        ),
    ),
    hints=(
        "What do you change, what do you keep, and which two arrays of weights do you compare?",
        "weights = rule(queries, keys); np.allclose(weights, rule(____, keys)) for the query.",
    ),
)

# 04.7 and 04.8: what is it good for?

good_for = ChoiceExercise(
    id="04.7",
    title="what is rule 1 by position good for?",
    points=1,
    right="b",
    reasons={
        "a": "Where the smallest letter stands depends on the letters, which the weights never "
        "see.",
        "b": "Yes: the first output comes from place 10, the next from place 9, in every input.",
        "c": "The place of the capital differs from text to text, and no key is asked for it.",
        "d": "Which word comes next depends on the words: German puts verbs where English does "
        "not.",
    },
    hints=(
        "The weights know the step and what was written so far. In which task is that enough?",
        "In task ____ the place to look at is the same in every input.",
    ),
)

reason = ReasonExercise(
    id="04.8",
    title="why is that task easy for it?",
    points=0,
    praise="Compare it with a solution: does yours say what the weights are computed from?",
    hints=(
        "What would you need to know to find the right place by hand: the step, or the letters?",
        "At step t the right place is ____, whatever the letters are, so ____.",
    ),
)

EXERCISES = (
    two_joins,
    which_join,
    per_pair,
    proof,
    by_position,
    what_counts,
    good_for,
    reason,
)
