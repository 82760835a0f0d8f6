"""The exercises of sheet 12: causal and padding masks, empty rows, and how to prove a mask."""

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.exercises import Mistake, Property, shown
from course_utils.checks.functions import FunctionExercise
from course_utils.checks.sheets.attention_inputs import moved, sizes


def _one_size(rng, square=False):
    return (3 if square else int(rng.integers(1, 9)),)


def _what_a_row_sees(trial):
    sums = trial.outputs["mask"].sum(axis=-1)
    wanted = np.arange(1, trial.arguments[0] + 1)
    return None if np.array_equal(sums, wanted) else f"rows see {shown(sums)} positions"


def _sees_itself(trial):
    seen = trial.outputs["mask"].diagonal()
    return None if seen.all() else f"diagonal {shown(seen)}"


def _nothing_ahead(trial):
    ahead = np.triu(trial.outputs["mask"], 1).sum()
    return None if ahead == 0 else f"{ahead:g} positions ahead may be seen"


causal = FunctionExercise(
    id="12.1",
    title="a causal mask",
    points=2,
    name="causal",
    arguments=("n",),
    reference=lambda n: np.tri(n, dtype=bool),
    outputs=lambda n: {"mask": (n, n)},
    inputs=_one_size,
    edges={"one position": (1,), "seven positions": (7,)},
    properties=(
        Property("row i sees i + 1 positions", _what_a_row_sees),
        Property("every position sees itself", _sees_itself),
        Property("no position sees one after it", _nothing_ahead),
    ),
    variants=(
        lambda n: np.arange(n) <= np.arange(n)[:, None],
        lambda n: [[j <= i for j in range(n)] for i in range(n)],
        lambda n: np.tril(np.ones((n, n), dtype=np.float32)),
    ),
    praise="Right: each position sees itself and what came before.",
    mistakes=(
        Mistake(
            "upper triangle",
            lambda n: np.triu(np.ones((n, n), dtype=bool)),
            "This is the upper triangle: each position sees the future. Row = query = who looks.",
        ),
        Mistake(
            "diagonal missing",
            lambda n: np.tri(n, k=-1, dtype=bool),
            "A position must see itself: the first row here sees nothing at all.",
        ),
        Mistake(
            "hidden ones marked",
            lambda n: ~np.tri(n, dtype=bool),
            "This marks what is hidden. In this course True means: may look.",
        ),
        Mistake(
            "one too far",
            lambda n: np.tri(n, k=1, dtype=bool),
            "Each position sees one step ahead: exactly the symbol that it should predict.",
        ),
        Mistake(
            "no mask",
            lambda n: np.ones((n, n), dtype=bool),
            "Everybody sees everything: nothing is masked yet.",
        ),
    ),
    hints=(
        "Row = who looks. Which columns may row 0 see, and which row 2?",
        "np.arange(n)[None, :] <= np.arange(n)[:, ____]",
    ),
)


def _masked(scores, mask):
    return softmax(scores, mask=mask)


def _scores_and_mask(rng, square=False):
    n, m = sizes(rng, 2, square)
    mask = rng.random((n, m)) < 0.6
    mask[:, 0] = True  # rows that may look at nothing are among the edges
    return rng.normal(size=(n, m)), mask


SCORES = np.array([[2.0, 1, 0.5, 3, -1], [1, 1, 1, 1, 1], [0, 3, -2, 1, 0.5]])
MASK = np.array([[1, 1, 1, 0, 0], [0, 0, 0, 0, 0], [0, 1, 0, 0, 1]], dtype=bool)


def _rows_that_look(trial):
    mask = trial.arguments[1]
    sums = trial.outputs["weights"].sum(axis=-1)
    wrong = ~np.isclose(sums, mask.any(axis=-1), atol=10 * trial.tolerance)
    return f"row sums {shown(sums)}" if wrong.any() else None


def _hidden_get_nothing(trial):
    hidden = np.where(trial.arguments[1], 0, trial.outputs["weights"])
    return f"a masked key gets {np.abs(hidden).max():.3g}" if hidden.any() else None


def _hidden_scores_do_not_count(trial):
    scores, mask = trial.arguments
    again = trial.call(np.where(mask, scores, scores + 7), mask)["weights"]
    return moved(again, trial.outputs["weights"], trial.tolerance)


def _as_if_shorter(trial):
    scores, mask = trial.arguments
    for row, seen, weights in zip(scores, mask, trial.outputs["weights"], strict=True):
        if seen.any() and (gap := moved(weights[seen], softmax(row[seen]), trial.tolerance)):
            return gap
    return None


masked_softmax = FunctionExercise(
    id="12.2",
    title="softmax with a mask",
    points=3,
    name="masked_softmax",
    arguments=("scores", "mask"),
    reference=_masked,
    outputs=lambda scores, mask: {"weights": scores.shape},
    inputs=_scores_and_mask,
    edges={
        "a row that may look at nothing": (SCORES, MASK),
        "scores of ±1000": (1000 * SCORES, MASK | True),
        "nobody may look": (SCORES, MASK & False),
    },
    properties=(
        Property("a row sums to 1, or to 0 where it may look at nothing", _rows_that_look),
        Property("a masked key gets exactly 0", _hidden_get_nothing),
        Property("the score of a masked key changes nothing", _hidden_scores_do_not_count),
        Property("the rest is the softmax of the shorter list", _as_if_shorter),
    ),
    variants=(
        lambda scores, mask: np.array(
            [_shorter(row, seen) for row, seen in zip(scores, mask, strict=True)]
        ),
        lambda scores, mask: np.nan_to_num(_minus_infinity(scores, mask)),
        lambda scores, mask: _masked(scores.astype(np.float32), mask),
    ),
    praise="Right: as if the masked keys were not there, and empty rows give zeros.",
    mistakes=(
        Mistake(
            "score set to 0",
            lambda scores, mask: softmax(np.where(mask, scores, 0)),
            "A score of 0 is not nothing: exp(0) = 1, so masked keys still get a share.",
        ),
        Mistake(
            "weight set to 0",
            lambda scores, mask: np.where(mask, softmax(scores), 0),
            "You masked after softmax: the rest no longer sums to 1.",
        ),
        Mistake(
            "empty row NaN",
            lambda scores, mask: _minus_infinity(scores, mask),
            "Nearly: a row that may look at nothing gives 0 / 0 = NaN. It should give zeros.",
        ),
        Mistake(
            "large negative number",
            lambda scores, mask: softmax(np.where(mask, scores, -1e9)),
            "With −1e9 an empty row spreads its weight evenly over what is hidden. "
            "It should give zeros.",
        ),
        Mistake(
            "mask upside down",
            lambda scores, mask: softmax(scores, mask=~mask),
            "You hid what may be seen: True means may look.",
        ),
        Mistake(
            "mask ignored",
            lambda scores, mask: softmax(scores),
            "The mask is not used yet.",
        ),
        Mistake(
            "scores multiplied",
            lambda scores, mask: softmax(np.where(mask, scores, -np.abs(scores))),
            "A masked key with a small score still gets a share: only −∞ gives exactly 0.",
        ),
    ),
    hints=(
        "What is the softmax of the shorter list, without the masked keys?",
        "hidden = np.where(mask, scores, ____); then softmax, then rows where mask.any is False.",
    ),
)


def _minus_infinity(scores, mask):
    hidden = np.where(mask, scores, -np.inf)
    exps = np.exp(hidden - hidden.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


def _shorter(row, seen):
    weights = np.zeros(len(row))
    if seen.any():
        weights[seen] = softmax(row[seen])
    return weights


def _lengths(rng, square=False):
    batch, m = sizes(rng, 2, square)
    return rng.integers(1, m + 1, size=batch), m


def _real_ones(trial):
    lengths, _ = trial.arguments
    sums = trial.outputs["mask"].sum(axis=-1).ravel()
    return None if np.array_equal(sums, lengths) else f"{shown(sums)} for {shown(lengths)}"


def _starts_at_the_left(trial):
    mask = trial.outputs["mask"].astype(float)
    return None if (np.diff(mask, axis=-1) <= 0).all() else "a real key comes after padding"


padding = FunctionExercise(
    id="12.3",
    title="a padding mask from lengths",
    points=2,
    name="padding_mask",
    arguments=("lengths", "m"),
    reference=lambda lengths, m: (np.arange(m) < lengths[:, None])[:, None],
    outputs=lambda lengths, m: {"mask": (len(lengths), 1, m)},
    inputs=_lengths,
    edges={"full and empty": (np.array([4, 0, 1]), 4), "one sentence": (np.array([2]), 5)},
    properties=(
        Property("each sentence has as many True as it has words", _real_ones),
        Property("real words come first, padding after them", _starts_at_the_left),
    ),
    variants=(
        lambda lengths, m: [[[j < length for j in range(m)]] for length in lengths],
        lambda lengths, m: np.arange(m)[None, None, :] < lengths.reshape(-1, 1, 1),
        lambda lengths, m: np.float32(lengths[:, None, None] > np.arange(m)),
    ),
    praise="Right: (batch, 1, key) hides padded keys from every query.",
    mistakes=(
        Mistake(
            "axis missing",
            lambda lengths, m: np.arange(m) < lengths[:, None],
            "The numbers are right, the shape is (B, m): for scores (B, n, m) it needs an axis "
            "for the queries, (B, 1, m).",
        ),
        Mistake(
            "queries masked",
            lambda lengths, m: (np.arange(m) < lengths[:, None])[:, :, None],
            "(B, m, 1) hides padded queries. Padding must not be looked AT: mask the keys, "
            "(B, 1, m).",
        ),
        Mistake(
            "one too many",
            lambda lengths, m: (np.arange(m) <= lengths[:, None])[:, None],
            "One key too many: of 3 words the places are 0, 1, 2, so < and not ≤.",
        ),
        Mistake(
            "padding marked",
            lambda lengths, m: (np.arange(m) >= lengths[:, None])[:, None],
            "This marks the padding. True means: may look.",
        ),
        Mistake(
            "padded on the left",
            lambda lengths, m: (np.arange(m) >= m - lengths[:, None])[:, None],
            "Here the words would stand at the end: our padding comes after them.",
        ),
    ),
    hints=(
        "Who is padded here, the asker or the asked? Which axis of (batch, query, key) is that?",
        "np.arange(m) < lengths[:, None] has shape (B, m); [:, ____] adds the axis for queries.",
    ),
)


def _score_gradient(scores, mask, d_weights):
    weights = softmax(scores, mask=mask)
    return weights * (d_weights - (weights * d_weights).sum(axis=-1, keepdims=True))


def _gradient_inputs(rng, square=False):
    scores, mask = _scores_and_mask(rng, square)
    return scores, mask, rng.normal(size=scores.shape)


def _naive_gradient(scores, mask, d_weights):
    weights = _minus_infinity(scores, mask)
    return weights * (d_weights - (weights * d_weights).sum(axis=-1, keepdims=True))


def _rows_sum_to_zero(trial):
    sums = trial.outputs["gradient"].sum(axis=-1)
    return None if np.abs(sums).max() < 1e3 * trial.tolerance else f"row sums {shown(sums)}"


def _hidden_have_no_gradient(trial):
    hidden = np.where(trial.arguments[1], 0, trial.outputs["gradient"])
    return f"a masked score has {np.abs(hidden).max():.3g}" if hidden.any() else None


def _linear(trial):
    scores, mask, d_weights = trial.arguments
    again = trial.call(scores, mask, 2 * d_weights)["gradient"]
    return moved(again, 2 * trial.outputs["gradient"], trial.tolerance)


def _as_finite_differences(trial):
    scores, mask, d_weights = trial.arguments
    i, j = np.unravel_index(np.argmax(mask), mask.shape)
    if not mask.any() or np.abs(scores).max() > 50:
        return None
    step = np.zeros_like(scores)
    step[i, j] = 1e-5
    up, down = (
        float((softmax(scores + sign * step, mask=mask) * d_weights).sum()) for sign in (1, -1)
    )
    slope, found = (up - down) / 2e-5, trial.outputs["gradient"][i, j]
    return None if abs(slope - found) < 1e-3 else f"{found:.4f}, a small step gives {slope:.4f}"


gradient = FunctionExercise(
    id="12.4",
    title="bug hunt: one empty row, and all is NaN",
    points=2,
    name="score_gradient",
    arguments=("scores", "mask", "d_weights"),
    reference=_score_gradient,
    outputs=lambda scores, *_: {"gradient": scores.shape},
    inputs=_gradient_inputs,
    edges={
        "a row that may look at nothing": (SCORES, MASK, np.arange(15.0).reshape(3, 5) / 10),
        "all may be seen": (SCORES, MASK | True, np.eye(3, 5)),
    },
    properties=(
        Property("a masked score has gradient 0", _hidden_have_no_gradient),
        Property("each row of the gradient sums to 0", _rows_sum_to_zero),
        Property("twice the incoming gradient gives twice the gradient", _linear),
        Property("it is the slope that a small step measures", _as_finite_differences),
    ),
    variants=(
        lambda scores, mask, d: np.nan_to_num(_naive_gradient(scores, mask, d)),
        lambda scores, mask, d: np.where(mask, _naive_gradient(scores, mask, d), 0),
        lambda scores, mask, d: _score_gradient(scores, mask, d).astype(np.float32),
    ),
    praise="Right: an empty row has weight 0 and gradient 0, and the rest learns on.",
    mistakes=(
        Mistake(
            "multiplied by the mask",
            lambda scores, mask, d: _naive_gradient(scores, mask, d) * mask,
            "An empty row still gives NaN, 0 / 0 in its softmax, and 0 · NaN is NaN: multiplying "
            "by the mask cannot remove it. Make its weights 0.",
        ),
        Mistake(
            "large negative number",
            lambda scores, mask, d: _score_gradient(np.where(mask, scores, -1e9), mask | True, d),
            "With −1e9 the empty row looks evenly at what is hidden, so hidden scores get a "
            "gradient.",
        ),
        Mistake(
            "mean missing",
            lambda scores, mask, d: softmax(scores, mask=mask) * d,
            "The row's mean is missing: moving one score moves every weight of its row.",
        ),
        Mistake(
            "mask ignored",
            lambda scores, mask, d: _score_gradient(scores, mask | True, d),
            "The mask is not used: hidden scores get a gradient.",
        ),
        Mistake(
            "all rows dropped",
            lambda scores, mask, d: np.zeros(scores.shape),
            "Zero everywhere: only the empty row has nothing to learn from.",
        ),
    ),
    hints=(
        "What are the weights of a row in which every score is −∞?",
        "weights = masked_softmax(scores, mask) of 12.2, whose empty rows are ____.",
    ),
)


def _functions(rng, square=False):
    """A function on sequences, causal or not, and a sequence."""
    n, d = sizes(rng, 2, square)
    chosen = _SEQUENCE_FUNCTIONS[int(rng.integers(len(_SEQUENCE_FUNCTIONS)))]
    return chosen, 0.3 * rng.normal(size=(n, d))  # small: no softmax so sharp that a leak hides


def _attend(mask):
    def function(x):
        return softmax(x @ x.T, mask=mask(len(x))) @ x

    return function


def _next_one(x):
    return np.concatenate([x[1:], x[:1] * 0])


def _last_row_peeks(x):
    """Only the row before the last one looks ahead."""
    out = np.cumsum(x, axis=0)
    out[-2:-1] += x[-1]  # a sequence of one has no such row
    return out


def _first_row_peeks(x):
    """Only row 0 looks ahead."""
    out = np.cumsum(x, axis=0)
    out[:1] += x[1:2].sum(axis=0)
    return out


_SEQUENCE_FUNCTIONS = (
    _attend(lambda n: np.tri(n, dtype=bool)),
    _attend(lambda n: np.ones((n, n), dtype=bool)),
    _attend(lambda n: np.tri(n, k=1, dtype=bool)),
    lambda x: np.cumsum(x, axis=0),
    lambda x: x * x.mean(axis=0),
    lambda x: np.tanh(x),
    _next_one,
    _last_row_peeks,
    _first_row_peeks,
)


def _is_causal(function, x):
    before = function(x)
    for t in range(1, len(x)):
        changed = x.copy()
        changed[t:] += 1
        if not np.allclose(function(changed)[:t], before[:t]):
            return False
    return True


def _by_zeros(function, x):
    shortened = [np.where(np.arange(len(x))[:, None] < t, x, 0) for t in range(1, len(x))]
    pairs = enumerate(shortened, start=1)
    return not any(np.abs(function(s)[:t] - function(x)[:t]).max() > 1e-9 for t, s in pairs)


def _by_beginnings(function, x):
    """Right too: a beginning alone gets what it gets in the whole."""
    whole = function(x)
    return all(np.allclose(function(x[:t]), whole[:t]) for t in range(1, len(x)))


def _changed_from(function, x, t, rows):
    changed = x.copy()
    changed[t:] += 1
    return bool(np.allclose(function(changed)[rows], function(x)[rows]))


def _sound(trial):
    """Functions for which everyone can see the answer."""
    _, x = trial.arguments
    for name, (function, wanted) in _PLAIN.items():
        found = bool(trial.call(function, x)["answer"])
        if found != wanted:
            return f"{found} for {name}"
    return None


_PLAIN = {
    "x → x": (lambda x: x.copy(), True),
    "x → running sum of x": (lambda x: np.cumsum(x, axis=0), True),
    "x → x moved up by one": (_next_one, False),
    "one where row 0 sees row 1": (_first_row_peeks, False),
    "one where the last row but one sees the last": (_last_row_peeks, False),
}


proof = FunctionExercise(
    id="12.5",
    title="prove that a function is causal",
    points=1,
    name="is_causal",
    arguments=("function", "x"),
    reference=_is_causal,
    outputs=lambda *_: {"answer": ()},
    inputs=_functions,
    edges={
        f"function {number}": (function, np.random.default_rng(3).normal(size=(4, 2)))
        for number, function in enumerate(_SEQUENCE_FUNCTIONS)
    },
    properties=(Property("plain functions get the answer that everyone can see", _sound),),
    variants=(
        _by_zeros,
        _by_beginnings,
        lambda function, x: min(
            (_changed_from(function, x, t, slice(0, t)) for t in range(1, len(x))), default=True
        ),
        lambda function, x: np.float32(_is_causal(function, x)),
    ),
    dtypes=(np.float64,),
    praise="Right: changing what comes later moved nothing that came before.",
    mistakes=(
        Mistake(
            "always true",
            lambda function, x: True,
            "Some of these functions do look ahead: test it, with a changed x.",
        ),
        Mistake(
            "all rows compared",
            lambda function, x: _changed_from(function, x, len(x) // 2, slice(None)),
            "You say False to every function. The changed positions may answer differently: "
            "compare only the rows before them.",
        ),
        Mistake(
            "only the last position changed",
            lambda function, x: _changed_from(function, x, len(x) - 1, slice(0, -1)),
            "You changed the last position only: one in the middle may be looked at too early. "
            "Try every t.",
        ),
        Mistake(
            "upside down",
            lambda function, x: not _is_causal(function, x),
            "Your test works and your answer is upside down: True means causal.",
        ),
        Mistake(
            "only the first row",
            lambda function, x: _changed_from(function, x, 1, slice(0, 1)),
            "You looked at row 0 only: another row may look ahead. Try every t.",
        ),
        Mistake(
            "past changed",
            lambda function, x: bool(
                np.allclose(function(x + np.eye(len(x), 1))[1:], function(x)[1:])
            ),
            "You changed the past and watched the future. Change what comes later, and watch "
            "what came before.",
        ),
    ),
    hints=(
        "Which rows must stay as they are when you change x from position t on?",
        "changed[t:] += 1, then compare function(changed)[:t] with function(x)[____].",
    ),
)


EXERCISES = (causal, masked_softmax, padding, gradient, proof)
