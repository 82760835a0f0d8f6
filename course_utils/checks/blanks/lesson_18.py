"""What is built in lesson 18: sums of a block, merged; blocks needed; a step with kept keys."""

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.declare import Lesson
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_inputs import moved, sizes

lesson = Lesson("18")


def _block(rng, square=False):
    n, b, d = sizes(rng, 3, square)
    return 3 * rng.normal(size=(n, b)), rng.normal(size=(b, d))


def _three_sums(scores, values):
    n = len(scores)
    return {"largest": (n, 1), "total": (n, 1), "mixed": (n, values.shape[1])}


def _mix_by_total(trial):
    scores, values = (np.asarray(array, dtype=float) for array in trial.arguments)
    out = trial.outputs
    return moved(out["mixed"] / out["total"], softmax(scores) @ values, 10 * trial.tolerance)


def _exps_of_differences(trial):
    scores = np.asarray(trial.arguments[0], dtype=float)
    wanted = np.exp(scores - scores.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True)
    return moved(trial.outputs["total"], wanted, 10 * trial.tolerance)


VALUES = np.array([[1.0, 0], [0, 2], [5, 5], [3, 1]])
HIDDEN = -np.inf


@lesson.function(
    "18.a",
    "the sums of a block",
    outputs=_three_sums,
    inputs=_block,
    edges={
        "one key": (np.array([[2.0], [-3]]), np.array([[1.0, 2, 3]])),
        "one query": (np.array([[2.0, -3, 1, 0]]), VALUES),
        "a key that is hidden, −inf": (np.array([[1.0, HIDDEN, 0, 2], [HIDDEN, 0, 0, 0]]), VALUES),
        "rows far apart": (np.array([[1000.0, 999, 0, 1], [-1000, -1001, -1003, -1000]]), VALUES),
        "scores of ±1000 in a row": (np.array([[1000.0, -1000, 999, 0]]), VALUES),
    },
    properties=(
        Property("mixed / total is attention to the keys of this block", _mix_by_total),
        Property("total is the sum of exp(score − largest), row by row", _exps_of_differences),
    ),
    hints=(
        "Three lines, one for each sum. Which of them need keepdims=True to be (n, 1)?",
        "weights = np.exp(scores - largest); total = weights.sum(axis=1, keepdims=True); ____",
    ),
)
def block_sums(scores, values):
    """Right: all that is kept of the block, measured against its largest score."""
    largest = scores.max(axis=1, keepdims=True)
    weights = np.exp(scores - largest)
    return largest, weights.sum(axis=1, keepdims=True), weights @ values


@block_sums.also_right
def sums_row_by_row(scores, values):
    rows = []
    for row in scores:
        top = max(row)
        shares = [np.exp(score - top) for score in row]
        mix = sum(share * value for share, value in zip(shares, values, strict=True))
        rows.append(([top], [sum(shares)], mix))
    return tuple(np.array(part) for part in zip(*rows, strict=True))


@block_sums.also_right
def sums_from_softmax(scores, values):
    weights = softmax(scores)
    total = 1 / weights.max(axis=1)[:, None]
    return np.max(scores, axis=-1)[:, None], total, total * (weights @ values)


@block_sums.also_right
def sums_in_float32(scores, values):
    largest, total, mixed = block_sums(scores.astype(np.float32), values.astype(np.float32))
    return largest, total, mixed


def _sums(scores, values, largest):
    weights = np.exp(scores - largest)
    return largest, weights.sum(axis=1, keepdims=True), weights @ values


@block_sums.mistake
def one_largest_for_all(scores, values):
    """One largest score for the whole block: a row that lies far below would vanish. Each query
    has its own, axis=1.
    """
    return _sums(scores, values, np.full((len(scores), 1), scores.max()))


@block_sums.mistake
def nothing_taken_off(scores, values):
    """exp(score) without the largest taken off: at a score of 1000 it overflows."""
    largest = scores.max(axis=1, keepdims=True)
    weights = np.exp(scores)
    return largest, weights.sum(axis=1, keepdims=True), weights @ values


@block_sums.mistake
def divided_already(scores, values):
    """Divided already: the mix of a block is divided by the total at the very end, once."""
    weights = softmax(scores)
    largest = scores.max(axis=1, keepdims=True)
    return largest, np.exp(scores - largest).sum(axis=1, keepdims=True), weights @ values


@block_sums.mistake
def total_is_1(scores, values):
    """The total is that of softmax's weights, always 1: sum the exps before any division."""
    weights = softmax(scores)
    largest = scores.max(axis=1, keepdims=True)
    return largest, weights.sum(axis=1, keepdims=True), weights @ values


@block_sums.mistake
def values_not_weighted(scores, values):
    """The values are summed without weights: mixed is weights @ values."""
    largest, total, _ = block_sums(scores, values)
    return largest, total, np.broadcast_to(values.sum(axis=0), (len(scores), values.shape[1]))


@block_sums.mistake
def scores_mixed(scores, values):
    """The values are mixed by the scores themselves: their weights are exp(score − largest)."""
    largest, total, _ = block_sums(scores, values)
    return largest, total, np.where(np.isfinite(scores), scores, 0) @ values


# 18.b: two ledgers become one


def _ledger_of(rng, n, d, far=3):
    b = int(rng.integers(1, 6))
    return block_sums(far * rng.normal(size=(n, b)), rng.normal(size=(b, d)))


def _two_ledgers(rng, square=False):
    n, d = sizes(rng, 2, square)
    return *_ledger_of(rng, n, d), *_ledger_of(rng, n, d)


def _of_both(trial):
    """The same weights from both, once divided: what each had, in proportion to exp(largest)."""
    top, total, mixed, top_2, total_2, mixed_2 = (np.asarray(a, float) for a in trial.arguments)
    common = np.maximum(top, top_2)
    one, other = np.exp(top - common), np.exp(top_2 - common)
    wanted = (one * mixed + other * mixed_2) / (one * total + other * total_2)
    out = trial.outputs
    return moved(out["mixed"] / out["total"], wanted, 10 * trial.tolerance)


def _either_order(trial):
    again = trial.call(*trial.arguments[3:], *trial.arguments[:3])
    return moved(again["mixed"], trial.outputs["mixed"], 10 * trial.tolerance)


def _nothing_seen(n, d):
    return np.full((n, 1), -np.inf), np.zeros((n, 1)), np.zeros((n, d))


def _seen(largest):
    rng = np.random.default_rng(len(largest))
    scores = rng.normal(size=(len(largest), 3))
    scores += np.array(largest)[:, None] - scores.max(axis=1, keepdims=True)
    return block_sums(scores, rng.normal(size=(3, 2)))


@lesson.function(
    "18.b",
    "two ledgers become one",
    outputs=lambda top, total, mixed, *_: {
        "largest": top.shape,
        "total": total.shape,
        "mixed": mixed.shape,
    },
    inputs=_two_ledgers,
    edges={
        "the second has the largest": (*_seen([1.0, 2]), *_seen([4.0, 3])),
        "the first has the largest": (*_seen([4.0, 3]), *_seen([1.0, 2])),
        "one row each": (*_seen([1.0, 4]), *_seen([2.0, 3])),
        "equally large": (*_seen([1.0, 2]), *_seen([1.0, 2])),
        "the first has seen nothing": (*_nothing_seen(2, 2), *_seen([1.0, -2])),
        "the second has seen nothing": (*_seen([1.0, -2]), *_nothing_seen(2, 2)),
        "1000 against −1000": (*_seen([1000.0, -1000]), *_seen([-1000.0, 1000])),
        "all at −1000": (*_seen([-1000.0, -1001]), *_seen([-1001.0, -1000])),
        "all at 1000": (*_seen([1000.0, 1001]), *_seen([1001.0, 1000])),
    },
    properties=(
        Property("mixed / total is attention to the keys of both", _of_both),
        Property("which of the two comes first does not matter", _either_order),
    ),
    hints=(
        "Which of the two was measured against a score that is not the largest any more?",
        "largest = np.maximum(top_a, top_b); a = np.exp(top_a - largest); total_a * a + ____",
    ),
)
def merge(top_a, total_a, mixed_a, top_b, total_b, mixed_b):
    """Right: both are measured against the common largest score, then added."""
    largest = np.maximum(top_a, top_b)
    a, b = np.exp(top_a - largest), np.exp(top_b - largest)
    return largest, total_a * a + total_b * b, mixed_a * a + mixed_b * b


@merge.also_right
def merge_by_where(top_a, total_a, mixed_a, top_b, total_b, mixed_b):
    ahead = top_a >= top_b
    gap = np.exp(-np.abs(top_a - top_b))
    total = np.where(ahead, total_a + gap * total_b, gap * total_a + total_b)
    mixed = np.where(ahead, mixed_a + gap * mixed_b, gap * mixed_a + mixed_b)
    return np.where(ahead, top_a, top_b), total, mixed


@merge.also_right
def merge_row_by_row(top_a, total_a, mixed_a, top_b, total_b, mixed_b):
    rows = []
    for i in range(len(top_a)):
        top = max(top_a[i, 0], top_b[i, 0])
        a, b = np.exp(top_a[i] - top), np.exp(top_b[i] - top)
        rows.append(([top], a * total_a[i] + b * total_b[i], a * mixed_a[i] + b * mixed_b[i]))
    return tuple(np.array(part) for part in zip(*rows, strict=True))


@merge.also_right
def merge_in_float32(*sums):
    return merge(*(np.asarray(array, np.float32) for array in sums))


@merge.mistake
def merely_added(top_a, total_a, mixed_a, top_b, total_b, mixed_b):
    """Sums measured against two largest scores are added as they are: multiply each by
    exp(its own − the common one) first.
    """
    return np.maximum(top_a, top_b), total_a + total_b, mixed_a + mixed_b


@merge.mistake
def total_alone(top_a, total_a, mixed_a, top_b, total_b, mixed_b):
    """The totals are right and the mixes are not: they were measured against the same scores."""
    largest, total, _ = merge(top_a, total_a, mixed_a, top_b, total_b, mixed_b)
    return largest, total, mixed_a + mixed_b


@merge.mistake
def first_alone_rescaled(top_a, total_a, mixed_a, top_b, total_b, mixed_b):
    """The first is rescaled, the second is not: it too may have had a smaller largest score."""
    largest = np.maximum(top_a, top_b)
    a = np.exp(top_a - largest)
    return largest, total_a * a + total_b, mixed_a * a + mixed_b


@merge.mistake
def wrong_way_round(top_a, total_a, mixed_a, top_b, total_b, mixed_b):
    """The factors are larger than 1: exp(own − common), not exp(common − own)."""
    largest = np.maximum(top_a, top_b)
    with np.errstate(over="ignore", invalid="ignore"):
        a, b = np.exp(largest - top_a), np.exp(largest - top_b)
        return largest, total_a * a + total_b * b, mixed_a * a + mixed_b * b


@merge.mistake
def against_the_second(top_a, total_a, mixed_a, top_b, total_b, mixed_b):
    """Both are measured against the second's largest score: take the larger of both."""
    with np.errstate(over="ignore", invalid="ignore"):
        a = np.exp(top_a - top_b)
        return np.maximum(top_a, top_b), total_a * a + total_b, mixed_a * a + mixed_b


@merge.mistake
def divided_at_once(top_a, total_a, mixed_a, top_b, total_b, mixed_b):
    """The mix is divided by the total already: a ledger that is merged again needs it undivided."""
    largest, total, mixed = merge(top_a, total_a, mixed_a, top_b, total_b, mixed_b)
    return largest, total, mixed / total


@merge.mistake
def mean_of_answers(top_a, total_a, mixed_a, top_b, total_b, mixed_b):
    """That is the mean of the two answers: a machine with large scores counts for more."""
    largest, total, _ = merge(top_a, total_a, mixed_a, top_b, total_b, mixed_b)
    one, other = (m / np.maximum(t, 1) for m, t in ((mixed_a, total_a), (mixed_b, total_b)))
    return largest, total, total * (one + other) / 2


# 18.c: which blocks anybody looks at


def _counts(rng, square=False):
    if square:
        return 6, 6, 2
    n, m = sorted(int(x) for x in rng.permutation(np.arange(3, 30))[:2])
    return n, m, int(rng.integers(1, 6))


def _tiles(n, m, block):
    return {"needed": (-(-n // block), -(-m // block))}


def _as_the_mask_says(trial):
    n, m, block = trial.arguments
    mask = np.tri(n, m, m - n, dtype=bool)
    found = np.asarray(trial.outputs["needed"], dtype=bool)
    for r, c in np.ndindex(*found.shape):
        tile = mask[r * block : (r + 1) * block, c * block : (c + 1) * block]
        if tile.any() != found[r, c]:
            return f"{found[r, c]} for row {r}, column {c} of blocks: {int(tile.sum())} may look"
    return None


@lesson.function(
    "18.c",
    "blocks that anybody looks at",
    outputs=_tiles,
    inputs=_counts,
    edges={
        "every token asks": (8, 8, 2),
        "the newest token alone asks": (1, 9, 4),
        "one block holds all": (5, 5, 9),
        "blocks of one": (3, 5, 1),
        "the last blocks are smaller": (7, 10, 4),
        "the first query stands inside a block": (3, 8, 4),
    },
    properties=(
        Property("True where anybody in the block may look at a key of it", _as_the_mask_says),
    ),
    hints=(
        "Of a row of blocks the last query sees furthest. At which place does it stand?",
        "last = np.arange(block, n + block, block) - 1 + ____, first = np.arange(0, m, block)",
    ),
)
def needed(n, m, block):
    """Right: a block is needed when its last query comes no earlier than its first key."""
    last = np.arange(block, n + block, block) - 1 + m - n
    return np.arange(0, m, block) <= last[:, None]


@needed.also_right
def needed_by_the_mask(n, m, block):
    mask = np.tri(n, m, m - n, dtype=bool)
    rows = range(0, n, block)
    return np.array(
        [[mask[i : i + block, j : j + block].any() for j in range(0, m, block)] for i in rows]
    )


@needed.also_right
def needed_in_loops(n, m, block):
    rows, columns = -(-n // block), -(-m // block)
    out = np.zeros((rows, columns), bool)
    for r in range(rows):
        place = m - n + min((r + 1) * block, n) - 1
        out[r, : place // block + 1] = True
    return out


@needed.also_right
def needed_as_float32(n, m, block):
    return needed(n, m, block).astype(np.float32)


def _where(n, m, block, last):
    return np.arange(0, m, block) <= last[:, None]


@needed.mistake
def triangle_of_blocks(n, m, block):
    """A triangle of blocks is right where all tokens ask: here the n queries are the last of m."""
    return np.tri(-(-n // block), -(-m // block), dtype=bool)


@needed.mistake
def moved_by_whole_blocks(n, m, block):
    """The triangle is moved by whole blocks: m − n tokens need not be a number of blocks. Compare
    the place of a block's last query with that of a block's first key.
    """
    rows, columns = -(-n // block), -(-m // block)
    return np.tri(rows, columns, columns - rows, dtype=bool)


@needed.mistake
def by_the_first_query(n, m, block):
    """Decided by the block's first query: the last one sees further."""
    return _where(n, m, block, np.arange(0, n, block) + m - n)


@needed.mistake
def without_the_diagonal(n, m, block):
    """A query may look at itself: the block in which the last query stands is needed too."""
    last = np.arange(block, n + block, block) - 1 + m - n
    return np.arange(0, m, block) < last[:, None] // block * block


@needed.mistake
def those_to_skip(n, m, block):
    """These are the blocks to skip: True means needed, as True in a mask means may look."""
    return ~needed(n, m, block)


@needed.mistake
def every_block(n, m, block):
    """Every block is said to be needed: a key that comes after all queries of it is not."""
    return np.ones((-(-n // block), -(-m // block)), bool)


# 18.d: a step with what was kept


def _newest(rng, square=False):
    kept, d, d_k, d_v = (3, 3, 3, 3) if square else sizes(rng, 4)
    shapes = (d,), (d, d_k), (d, d_k), (d, d_v), (kept, d_k), (kept, d_v)
    return tuple(rng.normal(size=shape) for shape in shapes)


def _step_outputs(x, W_query, W_key, W_value, keys, values):
    d_k, d_v = W_key.shape[1], W_value.shape[1]
    return {"context": (d_v,), "keys": (len(keys) + 1, d_k), "values": (len(keys) + 1, d_v)}


def _kept_as_they_were(trial):
    keys, values = trial.arguments[4:]
    found = np.hstack([trial.outputs["keys"][:-1], trial.outputs["values"][:-1]])
    return moved(found, np.hstack([keys, values]), trial.tolerance)


def _own_key_last(trial):
    x, _, W_key, W_value = (np.asarray(array, float) for array in trial.arguments[:4])
    found = np.concatenate([trial.outputs["keys"][-1], trial.outputs["values"][-1]])
    return moved(found, np.concatenate([x @ W_key, x @ W_value]), 10 * trial.tolerance)


def _as_the_last_row(trial):
    x, W_query, W_key, W_value, keys, values = (np.asarray(a, float) for a in trial.arguments)
    keys, values = np.vstack([keys, x @ W_key]), np.vstack([values, x @ W_value])
    weights = softmax((x @ W_query) @ keys.T / np.sqrt(keys.shape[1]))
    return moved(trial.outputs["context"], weights @ values, 100 * trial.tolerance)


_EYES = np.eye(2), np.eye(2), np.eye(2)


@lesson.function(
    "18.d",
    "a step with kept keys",
    outputs=_step_outputs,
    inputs=_newest,
    edges={
        "the first token": (np.array([1.0, 2]), *_EYES, np.zeros((0, 2)), np.zeros((0, 2))),
        "a kept key like the own": (
            *(np.array([1.0, 2]), *_EYES),
            *(np.array([[1.0, 2]]), np.array([[5.0, 5]])),
        ),
        "scores of ±1000": (
            *(np.array([100.0, 0]), *_EYES),
            *(np.array([[15.0, 0], [-15, 0]]), np.array([[1.0, 0], [0, 1]])),
        ),
    },
    properties=(
        Property("what was kept stays as it was", _kept_as_they_were),
        Property("the new token's key and value come last", _own_key_last),
        Property("the context is the last row of causal attention", _as_the_last_row),
    ),
    hints=(
        "Keep first, then ask: may the newest token look at itself?",
        "keys = np.vstack([keys, x @ W_key]), values likewise, then softmax(____) @ values",
    ),
)
def step(x, W_query, W_key, W_value, keys, values):
    """Right: one key and one value are new, and only the newest token asks."""
    keys, values = np.vstack([keys, x @ W_key]), np.vstack([values, x @ W_value])
    scores = keys @ (x @ W_query) / keys.shape[1] ** 0.5
    return softmax(scores) @ values, keys, values


@step.also_right
def step_by_concatenate(x, W_query, W_key, W_value, keys, values):
    new = x[None]
    keys = np.concatenate([keys, new @ W_key])
    values = np.concatenate([values, new @ W_value])
    weights = softmax(new @ W_query @ keys.T / np.sqrt(W_key.shape[1]), axis=1)
    return (weights @ values)[0], keys, values


@step.also_right
def step_by_loops(x, W_query, W_key, W_value, keys, values):
    keys, values, query = [*keys, x @ W_key], [*values, x @ W_value], x @ W_query
    scores = np.array([key @ query for key in keys]) / len(query) ** 0.5
    shares = np.exp(scores - scores.max())
    context = sum(s * v for s, v in zip(shares, values, strict=True)) / shares.sum()
    return context, np.array(keys), np.array(values)


@step.also_right
def step_in_float32(*arrays):
    return step(*(array.astype(np.float32) for array in arrays))


def _with(x, W_query, keys, values, scale=None):
    scale = keys.shape[1] ** 0.5 if scale is None else scale
    return softmax(keys @ (x @ W_query) / scale) @ values


@step.mistake
def does_not_see_itself(x, W_query, W_key, W_value, keys, values):
    """The newest token does not see itself: keep its key and value before it asks."""
    _, longer, more = step(x, W_query, W_key, W_value, keys, values)
    if not len(keys):
        return np.zeros(W_value.shape[1]), longer, more
    return _with(x, W_query, keys, values), longer, more


@step.mistake
def new_one_first(x, W_query, W_key, W_value, keys, values):
    """The new key stands first: later steps and masks count places from the oldest."""
    context, keys, values = step(x, W_query, W_key, W_value, keys, values)
    return context, np.roll(keys, 1, axis=0), np.roll(values, 1, axis=0)


@step.mistake
def values_by_the_keys(x, W_query, W_key, W_value, keys, values):
    """The new value is made with the matrix of keys: it has its own, W_value."""
    if W_key.shape != W_value.shape:
        return step(x, W_query, W_key, np.zeros_like(W_value), keys, values)
    return step(x, W_query, W_key, W_key, keys, values)


@step.mistake
def no_scale(x, W_query, W_key, W_value, keys, values):
    """The scores are not scaled: divide by the root of a key's width."""
    _, keys, values = step(x, W_query, W_key, W_value, keys, values)
    return _with(x, W_query, keys, values, scale=1), keys, values


@step.mistake
def scaled_by_the_token(x, W_query, W_key, W_value, keys, values):
    """Scaled by the token's width, len(x): it is the root of a key's width, shape[1]."""
    _, keys, values = step(x, W_query, W_key, W_value, keys, values)
    return _with(x, W_query, keys, values, scale=len(x) ** 0.5), keys, values


@step.mistake
def scaled_by_the_count(x, W_query, W_key, W_value, keys, values):
    """Scaled by the number of keys: it is the root of a key's width, shape[1]."""
    _, keys, values = step(x, W_query, W_key, W_value, keys, values)
    return _with(x, W_query, keys, values, scale=len(keys) ** 0.5), keys, values


@step.mistake
def asks_with_its_key(x, W_query, W_key, W_value, keys, values):
    """The token asks with its key: the query is x @ W_query."""
    _, keys, values = step(x, W_query, W_key, W_value, keys, values)
    return _with(x, W_key, keys, values), keys, values
