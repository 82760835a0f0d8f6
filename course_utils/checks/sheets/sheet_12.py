"""The exercises of sheet 12: causal and padding masks, empty rows, and how to prove a mask."""

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.answers import shown
from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_edges import MASKS, edges_in_pairs
from course_utils.checks.sheets.attention_inputs import moved, sizes

sheet = Sheet("12")


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


@sheet.function(
    "12.1",
    "a causal mask",
    points=1,
    asks="""
    Return the mask (n, n) in which each position sees itself and everything before it. One
    line is enough.
    """,
    outputs=lambda n: {"mask": (n, n)},
    inputs=_one_size,
    edges={"one position": (1,), "seven positions": (7,)},
    properties=(
        Property("row i sees i + 1 positions", _what_a_row_sees),
        Property("every position sees itself", _sees_itself),
        Property("no position sees one after it", _nothing_ahead),
    ),
    hints=(
        "Row = who looks. Which columns may row 0 see, and which row 2?",
        "np.arange(n)[None, :] <= np.arange(n)[:, ____]",
    ),
)
def causal(n):
    """Right: each position sees itself and what came before."""
    return np.tri(n, dtype=bool)


@causal.also_right
def places_compared(n):
    return np.arange(n) <= np.arange(n)[:, None]


@causal.also_right
def in_loops(n):
    return [[j <= i for j in range(n)] for i in range(n)]


@causal.also_right
def in_float32(n):
    return np.tril(np.ones((n, n), dtype=np.float32))


@causal.mistake
def upper_triangle(n):
    """This is the upper triangle: each position sees the future. Row = query = who looks."""
    return np.triu(np.ones((n, n), dtype=bool))


@causal.mistake
def diagonal_missing(n):
    """A position must see itself: the first row here sees nothing at all."""
    return np.tri(n, k=-1, dtype=bool)


@causal.mistake
def hidden_ones_marked(n):
    """This marks what is hidden. In this course True means: may look."""
    return ~np.tri(n, dtype=bool)


@causal.mistake
def one_too_far(n):
    """Each position sees one step ahead: exactly the symbol that it should predict."""
    return np.tri(n, k=1, dtype=bool)


@causal.mistake
def no_mask(n):
    """Everybody sees everything: nothing is masked yet."""
    return np.ones((n, n), dtype=bool)


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


@sheet.function(
    "12.2",
    "softmax with a mask",
    points=3,
    asks="""
    Softmax over the last axis, as if the hidden keys were not there. A row that may look at
    nothing gives zeros. Scores may lie anywhere between −1000 and 1000, hidden ones too.
    """,
    outputs=lambda scores, mask: {"weights": scores.shape},
    inputs=_scores_and_mask,
    edges={
        "a row that may look at nothing": (SCORES, MASK),
        "scores of ±1000": (1000 * SCORES, MASK | True),
        "nobody may look": (SCORES, MASK & False),
    },
    crossed=edges_in_pairs(lambda setting: (setting.scores, setting.mask), masks=MASKS),
    properties=(
        Property("a row sums to 1, or to 0 where it may look at nothing", _rows_that_look),
        Property("a masked key gets exactly 0", _hidden_get_nothing),
        Property("the score of a masked key changes nothing", _hidden_scores_do_not_count),
        Property("the rest is the softmax of the shorter list", _as_if_shorter),
    ),
    hints=(
        "What is the softmax of the shorter list, without the masked keys?",
        "hidden = np.where(mask, scores, ____); then softmax, then rows where mask.any is False.",
    ),
)
def masked_softmax(scores, mask):
    """Right: as if the masked keys were not there, and empty rows give zeros."""
    hidden = np.where(mask, scores, -np.inf)
    largest = hidden.max(axis=-1, keepdims=True)
    exps = np.exp(hidden - np.where(np.isfinite(largest), largest, 0))
    total = exps.sum(axis=-1, keepdims=True)
    return exps / np.where(total > 0, total, 1)


@masked_softmax.also_right
def row_by_row(scores, mask):
    weights = np.zeros(scores.shape)
    for row, seen in enumerate(mask):
        if seen.any():
            weights[row, seen] = softmax(scores[row, seen])
    return weights


@masked_softmax.also_right
def nan_replaced(scores, mask):
    return np.nan_to_num(empty_row_nan(scores, mask))


@masked_softmax.also_right
def in_float32(scores, mask):
    return masked_softmax(scores.astype(np.float32), mask)


@masked_softmax.mistake
def score_set_to_0(scores, mask):
    """A score of 0 is not nothing: exp(0) = 1, so masked keys still get a share."""
    return softmax(np.where(mask, scores, 0))


@masked_softmax.mistake
def weight_set_to_0(scores, mask):
    """Your result is as if you masked after softmax: the rest no longer sums to 1."""
    return np.where(mask, softmax(scores), 0)


@masked_softmax.mistake(name="empty row NaN")
def empty_row_nan(scores, mask):
    """Nearly: a row that may look at nothing gives 0 / 0 = NaN. It should give zeros."""
    hidden = np.where(mask, scores, -np.inf)
    exps = np.exp(hidden - hidden.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


@masked_softmax.mistake
def large_negative_number(scores, mask):
    """Your result is as if −1e9 hid the keys: an empty row then spreads its weight evenly over
    what is hidden. It should give zeros.
    """
    return softmax(np.where(mask, scores, -1e9))


@masked_softmax.mistake
def largest_of_hidden_too(scores, mask):
    """Your result is as if hidden scores were among those that the largest is taken of: a hidden
    1000 makes all else exp(−1000) = 0. Hide first, then take the largest.
    """
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True)) * mask
    total = exps.sum(axis=-1, keepdims=True)
    return exps / np.where(total > 0, total, 1)


@masked_softmax.mistake(name="hidden by −1000")
def hidden_by_minus_1000(scores, mask):
    """Your result is as if −1000 hid a key: where all that is seen has −1000 too, it hides nothing.
    Only −∞ does.
    """
    return np.where(mask.any(axis=-1, keepdims=True), softmax(np.where(mask, scores, -1000)), 0)


@masked_softmax.mistake(name="scores − 1000 where hidden")
def taken_off_where_hidden(scores, mask):
    """Your result is as if 1000 were taken off where hidden: a hidden score of 1000 is then an
    ordinary one. Replace it by −∞.
    """
    return np.where(mask.any(axis=-1, keepdims=True), softmax(scores - 1000 * ~mask), 0)


@masked_softmax.mistake
def exp_without_a_shift(scores, mask):
    """Your result is as if exp were taken of the scores as they are: 1000 overflows, −1000 gives 0.
    Subtract the largest that is seen first.
    """
    exps = np.where(mask, np.exp(scores), 0)
    total = exps.sum(axis=-1, keepdims=True)
    return exps / np.where(total > 0, total, 1)


@masked_softmax.mistake
def a_number_added_to_the_sum(scores, mask):
    """Your result is as if a small number were added to the sum: rows fall short of 1. Replace a
    sum of 0 alone.
    """
    hidden = np.where(mask, scores, -np.inf)
    largest = hidden.max(axis=-1, keepdims=True)
    exps = np.exp(hidden - np.where(np.isfinite(largest), largest, 0))
    return exps / (exps.sum(axis=-1, keepdims=True) + 1e-3)


@masked_softmax.mistake
def largest_of_all_rows(scores, mask):
    """Your result is as if one largest score served all rows: a row far below it becomes
    0 / 0. Each row needs its own.
    """
    hidden = np.where(mask, scores, -np.inf)
    largest = hidden.max() if mask.any() else 0.0
    exps = np.exp(hidden - largest)
    total = exps.sum(axis=-1, keepdims=True)
    return exps / np.where(total > 0, total, 1)


@masked_softmax.mistake
def mask_upside_down(scores, mask):
    """Your result is as if what may be seen were hidden: True means may look."""
    return softmax(scores, mask=~mask)


@masked_softmax.mistake
def mask_ignored(scores, mask):
    """The mask is not used yet."""
    return softmax(scores)


@masked_softmax.mistake
def scores_multiplied(scores, mask):
    """A masked key with a small score still gets a share: only −∞ gives exactly 0."""
    return softmax(np.where(mask, scores, -np.abs(scores)))


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


@sheet.function(
    "12.3",
    "a padding mask from lengths",
    points=2,
    asks="""
    B sentences have these lengths and are padded at their end to m words. Return the mask
    for scores of shape (B, n, m): it hides the padding from every query.
    """,
    outputs=lambda lengths, m: {"mask": (len(lengths), 1, m)},
    inputs=_lengths,
    edges={"full and empty": (np.array([4, 0, 1]), 4), "one sentence": (np.array([2]), 5)},
    properties=(
        Property("each sentence has as many True as it has words", _real_ones),
        Property("real words come first, padding after them", _starts_at_the_left),
    ),
    hints=(
        "Who is padded here, the asker or the asked? Which axis of (batch, query, key) is that?",
        "np.arange(m) < lengths[:, None] has shape (B, m); [:, ____] adds the axis for queries.",
    ),
)
def padding_mask(lengths, m):
    """Right: (batch, 1, key) hides padded keys from every query."""
    return (np.arange(m) < lengths[:, None])[:, None]


@padding_mask.also_right
def in_loops(lengths, m):
    return [[[j < length for j in range(m)]] for length in lengths]


@padding_mask.also_right
def three_axes_at_once(lengths, m):
    return np.arange(m)[None, None, :] < lengths.reshape(-1, 1, 1)


@padding_mask.also_right
def in_float32(lengths, m):
    return np.float32(lengths[:, None, None] > np.arange(m))


@padding_mask.mistake
def axis_missing(lengths, m):
    """The numbers are right, the shape is (B, m): for scores (B, n, m) it needs an axis for
    the queries, (B, 1, m).
    """
    return np.arange(m) < lengths[:, None]


@padding_mask.mistake
def queries_masked(lengths, m):
    """(B, m, 1) hides padded queries. Padding must not be looked AT: mask the keys, (B, 1, m)."""
    return (np.arange(m) < lengths[:, None])[:, :, None]


@padding_mask.mistake
def one_too_many(lengths, m):
    """One key too many: of 3 words the places are 0, 1, 2, so < and not ≤."""
    return (np.arange(m) <= lengths[:, None])[:, None]


@padding_mask.mistake
def padding_marked(lengths, m):
    """This marks the padding. True means: may look."""
    return (np.arange(m) >= lengths[:, None])[:, None]


@padding_mask.mistake
def padded_on_the_left(lengths, m):
    """Here the words would stand at the end: our padding comes after them."""
    return (np.arange(m) >= m - lengths[:, None])[:, None]


def _gradient_inputs(rng, square=False):
    scores, mask = _scores_and_mask(rng, square)
    return scores, mask, rng.normal(size=scores.shape)


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


@sheet.function(
    "12.4",
    "bug hunt: one empty row, and all is NaN",
    points=2,
    asks="""
    The gradient of the scores through a masked softmax. A row that may look at nothing
    makes NaN, and the last line does not remove it. Write `score_gradient` without the bug;
    your `masked_softmax` may help. Scores may lie anywhere between −1000 and 1000.
    """,
    outputs=lambda scores, *_: {"gradient": scores.shape},
    inputs=_gradient_inputs,
    edges={
        "a row that may look at nothing": (SCORES, MASK, np.arange(15.0).reshape(3, 5) / 10),
        "all may be seen": (SCORES, MASK | True, np.eye(3, 5)),
    },
    crossed=edges_in_pairs(
        lambda setting: (setting.scores, setting.mask, setting.numbers(*setting.scores.shape)),
        masks=MASKS,
    ),
    properties=(
        Property("a masked score has gradient 0", _hidden_have_no_gradient),
        Property("each row of the gradient sums to 0", _rows_sum_to_zero),
        Property("twice the incoming gradient gives twice the gradient", _linear),
        Property("it is the slope that a small step measures", _as_finite_differences),
    ),
    hints=(
        "What are the weights of a row in which every score is −∞?",
        "weights = masked_softmax(scores, mask) of 12.2, whose empty rows are ____.",
    ),
)
def score_gradient(scores, mask, d_weights):
    """Right: an empty row has weight 0 and gradient 0, and the rest learns on."""
    weights = masked_softmax(scores, mask)  # zeros in an empty row, never NaN
    row_means = (weights * d_weights).sum(axis=-1, keepdims=True)
    return weights * (d_weights - row_means)


@score_gradient.also_right
def nan_replaced(scores, mask, d_weights):
    return np.nan_to_num(multiplied_by_the_mask(scores, mask, d_weights))


@score_gradient.also_right
def hidden_ones_replaced(scores, mask, d_weights):
    return np.where(mask, multiplied_by_the_mask(scores, mask, d_weights), 0)


@score_gradient.also_right
def in_float32(scores, mask, d_weights):
    return score_gradient(scores, mask, d_weights).astype(np.float32)


@score_gradient.mistake
def multiplied_by_the_mask(scores, mask, d_weights):
    """An empty row still gives NaN, 0 / 0 in its softmax, and 0 · NaN is NaN: multiplying by
    the mask cannot remove it. Make its weights 0.
    """
    hidden = np.where(mask, scores, -np.inf)
    exps = np.exp(hidden - hidden.max(axis=-1, keepdims=True))
    weights = exps / exps.sum(axis=-1, keepdims=True)
    row_means = (weights * d_weights).sum(axis=-1, keepdims=True)
    return weights * (d_weights - row_means) * mask


@score_gradient.mistake
def large_negative_number(scores, mask, d_weights):
    """With −1e9 the empty row looks evenly at what is hidden, so hidden scores get a gradient."""
    weights = softmax(np.where(mask, scores, -1e9))
    row_means = (weights * d_weights).sum(axis=-1, keepdims=True)
    return weights * (d_weights - row_means)


@score_gradient.mistake
def mean_missing(scores, mask, d_weights):
    """The row's mean is missing: moving one score moves every weight of its row."""
    return masked_softmax(scores, mask) * d_weights


@score_gradient.mistake
def mask_ignored(scores, mask, d_weights):
    """The mask is not used: hidden scores get a gradient."""
    weights = softmax(scores)
    row_means = (weights * d_weights).sum(axis=-1, keepdims=True)
    return weights * (d_weights - row_means)


@score_gradient.mistake
def exp_without_a_shift(scores, mask, d_weights):
    """Your result is as if exp were taken of the scores as they are: 1000 overflows, −1000 gives 0.
    Your masked_softmax of 12.2 does neither.
    """
    exps = np.where(mask, np.exp(scores), 0)
    total = exps.sum(axis=-1, keepdims=True)
    weights = exps / np.where(total > 0, total, 1)
    return weights * (d_weights - (weights * d_weights).sum(axis=-1, keepdims=True))


@score_gradient.mistake
def largest_of_hidden_too(scores, mask, d_weights):
    """Your result is as if hidden scores were among those that the largest is taken of: beside a
    hidden 1000 all else is exp(−1000) = 0, and the gradient too. Hide first.
    """
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True)) * mask
    total = exps.sum(axis=-1, keepdims=True)
    weights = exps / np.where(total > 0, total, 1)
    return weights * (d_weights - (weights * d_weights).sum(axis=-1, keepdims=True))


@score_gradient.mistake(name="hidden by −1000")
def hidden_by_minus_1000(scores, mask, d_weights):
    """Your result is as if −1000 hid a key: where all that is seen has −1000 too, it hides nothing.
    Only −∞ does.
    """
    weights = softmax(np.where(mask, scores, -1000)) * mask.any(axis=-1, keepdims=True)
    return weights * (d_weights - (weights * d_weights).sum(axis=-1, keepdims=True))


@score_gradient.mistake
def mean_of_the_row(scores, mask, d_weights):
    """Your result is as if the plain mean of the row were taken off. It is a mean by weights:
    (weights * d_weights).sum.
    """
    weights = masked_softmax(scores, mask)
    return weights * (d_weights - d_weights.mean(axis=-1, keepdims=True))


@score_gradient.mistake
def all_rows_dropped(scores, mask, d_weights):
    """Zero everywhere: only the empty row has nothing to learn from."""
    return np.zeros(scores.shape)


def _functions(rng, square=False):
    """A function on sequences, causal or not, and a sequence."""
    n, d = sizes(rng, 2, square)
    chosen, _ = list(SEQUENCE_FUNCTIONS.values())[int(rng.integers(len(SEQUENCE_FUNCTIONS)))]
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


def _two_ahead(x):
    """Row t sees itself and row t + 2, and never the next one."""
    return x + np.concatenate([x[2:], 0 * x[:2]])[: len(x)]


def _a_whisper(x):
    """A thousandth of the next row comes in."""
    return np.cumsum(x, axis=0) + 0.001 * _next_one(x)


def _last_feature_peeks(x):
    out = np.cumsum(x, axis=0)
    out[:, -1] += _next_one(x)[:, -1]
    return out


def _row_1_peeks(x):
    out = np.cumsum(x, axis=0)
    out[1:2] += x[2:3].sum(axis=0)
    return out


def _opposite_signs(x):
    """The next row comes in twice, in the first feature and, taken off, in the last."""
    out, ahead = np.cumsum(x, axis=0), _next_one(x).sum(axis=1)
    out[:, 0] += ahead
    out[:, -1] -= ahead
    return out


def _one_row_peeks(x):
    """The row in the middle sees the last one, nobody else does."""
    out = np.cumsum(x, axis=0)
    middle = len(x) // 2
    out[middle] += x[-1] * (middle < len(x) - 1)
    return out


def _state(x):
    """What a recurrent network does."""
    state, rows = np.zeros(x.shape[1]), []
    for row in x:
        state = np.tanh(0.5 * state + row)
        rows.append(state)
    return np.array(rows)


def _mean_so_far(x):
    return np.cumsum(x, axis=0) / np.arange(1, len(x) + 1)[:, None]


SEQUENCE_FUNCTIONS = {
    "causal attention": (_attend(lambda n: np.tri(n, dtype=bool)), True),
    "attention to itself and the one before": (
        _attend(lambda n: np.tri(n, dtype=bool) & ~np.tri(n, k=-2, dtype=bool)),
        True,
    ),
    "x as it is": (lambda x: x.copy(), True),
    "the running sum": (lambda x: np.cumsum(x, axis=0), True),
    "the running largest": (lambda x: np.maximum.accumulate(x, axis=0), True),
    "the mean so far": (_mean_so_far, True),
    "each row by itself": (lambda x: np.tanh(x), True),
    "a recurrent state": (_state, True),
    "x less its first row": (lambda x: x - x[:1], True),
    "the row before": (lambda x: np.concatenate([0 * x[:1], x[:-1]]), True),
    "attention to all": (_attend(lambda n: np.ones((n, n), dtype=bool)), False),
    "a mask one place too wide": (_attend(lambda n: np.tri(n, k=1, dtype=bool)), False),
    "x times its mean": (lambda x: x * x.mean(axis=0), False),
    "x moved up by one": (_next_one, False),
    "x and the row two ahead": (_two_ahead, False),
    "the last row but one sees the last": (_last_row_peeks, False),
    "row 0 sees row 1": (_first_row_peeks, False),
    "row 1 sees row 2": (_row_1_peeks, False),
    "the row in the middle sees the last": (_one_row_peeks, False),
    "the last feature sees the next row": (_last_feature_peeks, False),
    "the next row, with both signs": (_opposite_signs, False),
    "a thousandth of the next row": (_a_whisper, False),
    "the sum from the end": (lambda x: np.cumsum(x[::-1], axis=0)[::-1], False),
    "x reversed": (lambda x: x[::-1].copy(), False),
    "the sum of all, for all": (lambda x: x.sum(axis=0) + 0 * x, False),
}


def _answers(name):
    """For a function that everyone can see through, the answer is known."""
    function, wanted = SEQUENCE_FUNCTIONS[name]

    def broken(trial):
        given, x = trial.arguments
        found = bool(trial.outputs["answer"])
        return f"{found}" if given is function and len(x) > 3 and found != wanted else None

    return Property(f"the answer is {wanted} for this function: {name}", broken)


@sheet.function(
    "12.5",
    "prove that a function is causal",
    points=2,
    asks="""
    `function` takes a sequence (n, d) and returns one row for each position. Return True if
    no row looks ahead, False if one does. You may call it as often as you like.
    """,
    outputs=lambda *_: {"answer": ()},
    inputs=_functions,
    edges={
        name: (function, 0.5 * np.random.default_rng(3).normal(size=(5, 2)))
        for name, (function, _) in SEQUENCE_FUNCTIONS.items()
    },
    properties=tuple(_answers(name) for name in SEQUENCE_FUNCTIONS),
    dtypes=(np.float64,),
    hints=(
        "Which rows must stay as they are when you change x from position t on?",
        "changed[t:] += 1, then compare function(changed)[:t] with function(x)[____].",
    ),
)
def is_causal(function, x):
    """Right: changing what comes later moved nothing that came before."""
    before = function(x)
    for t in range(1, len(x)):
        changed = x.copy()
        changed[t:] += 1
        if not np.allclose(function(changed)[:t], before[:t]):
            return False
    return True


@is_causal.also_right
def later_ones_set_to_0(function, x):
    whole, place = function(x), np.arange(len(x))[:, None]
    for t in range(1, len(x)):
        shortened = np.where(place < t, x, 0)
        if np.abs(function(shortened)[:t] - whole[:t]).max() > 1e-9:
            return False
    return True


@is_causal.also_right
def beginnings_alone(function, x):
    whole = function(x)
    return all(np.allclose(function(x[:t]), whole[:t]) for t in range(1, len(x)))


@is_causal.also_right
def every_cut_at_once(function, x):
    cuts, place = range(1, len(x)), np.arange(len(x))[:, None]
    changed = [np.where(place < t, x, x + 1) for t in cuts]
    return all(np.allclose(function(changed[t - 1])[:t], function(x)[:t]) for t in cuts)


@is_causal.also_right
def in_float32(function, x):
    return np.float32(is_causal(function, x))


@is_causal.mistake
def always_true(function, x):
    """Some of these functions do look ahead: test it, with a changed x."""
    return True


@is_causal.mistake
def all_rows_compared(function, x):
    """You say False to every function. The changed positions may answer differently: compare
    only the rows before them.
    """
    changed = x.copy()
    changed[len(x) // 2 :] += 1
    return np.allclose(function(changed), function(x))


@is_causal.mistake
def only_the_last_position_changed(function, x):
    """Your result is as if only the last position were changed: one in the middle may be looked
    at too early. Try every t.
    """
    changed = x.copy()
    changed[-1] += 1
    return np.allclose(function(changed)[:-1], function(x)[:-1])


@is_causal.mistake
def upside_down(function, x):
    """Your test works and your answer is upside down: True means causal."""
    return not is_causal(function, x)


@is_causal.mistake
def only_the_first_row(function, x):
    """Your result is as if row 0 alone were compared: another row may look ahead. Try every t."""
    changed = x.copy()
    changed[1:] += 1
    return np.allclose(function(changed)[0], function(x)[0])


@is_causal.mistake
def next_row_alone(function, x):
    """Your result is as if each row were tested against the next one alone: a row may look two
    places ahead. Compare all rows before the change.
    """
    for t in range(1, len(x)):
        changed = x.copy()
        changed[t] += 1
        if not np.allclose(function(changed)[t - 1], function(x)[t - 1]):
            return False
    return True


@is_causal.mistake
def row_0_left_out(function, x):
    """Your result is as if row 0 were never compared: begin with a change at t = 1."""
    for t in range(2, len(x)):
        changed = x.copy()
        changed[t:] += 1
        if not np.allclose(function(changed)[:t], function(x)[:t]):
            return False
    return True


@is_causal.mistake
def one_cut_in_the_middle(function, x):
    """Your result is as if x were changed from one place on only. A row behind that may look
    ahead too: try every t.
    """
    t = max(1, len(x) // 2)
    changed = x.copy()
    changed[t:] += 1
    return np.allclose(function(changed)[:t], function(x)[:t])


@is_causal.mistake
def first_feature_alone(function, x):
    """Your result is as if the first feature alone were compared: another may see what comes."""
    for t in range(1, len(x)):
        changed = x.copy()
        changed[t:] += 1
        if not np.allclose(function(changed)[:t, 0], function(x)[:t, 0]):
            return False
    return True


@is_causal.mistake
def sums_compared(function, x):
    """Your result is as if sums were compared: what one feature gains, another may lose. Compare
    number by number.
    """
    for t in range(1, len(x)):
        changed = x.copy()
        changed[t:] += 1
        if not np.isclose(function(changed)[:t].sum(), function(x)[:t].sum()):
            return False
    return True


@is_causal.mistake
def half_is_near_enough(function, x):
    """Your result is as if differences of 0.5 did not count: a row may look ahead a little. Take
    a tolerance of 1e-6.
    """
    for t in range(1, len(x)):
        changed = x.copy()
        changed[t:] += 1
        if np.abs(function(changed)[:t] - function(x)[:t]).max() > 0.5:
            return False
    return True


@is_causal.mistake
def past_changed(function, x):
    """Your result is as if you changed the past and watched the future. Change what comes
    later, and watch what came before.
    """
    changed = x.copy()
    changed[0] += 1
    return np.allclose(function(changed)[1:], function(x)[1:])
