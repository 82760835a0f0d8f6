"""The exercises of sheet 18: two machines, an entropy in blocks, a window, beams, and bytes."""

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_inputs import moved, sizes

sheet = Sheet("18")


@sheet.value(
    "18.1",
    "two machines, on paper",
    points=1,
    asks="""
    One query, values of one number. Machine A has largest 0, total 4 and mix 8. Machine B has
    largest ln 4, total 2 and mix 10. What is the answer over the keys of both? One number.
    """,
    what="one number",
    tolerance=0.01,
    hints=(
        "Bring A to the largest score of B: by which factor do its total and its mix change?",
        "exp(0 − ln 4) = 1/4. Then (10 + 8/4) / (2 + ____).",
    ),
)
def of_both_machines():
    """Right: measured against ln 4, A brings total 1 and mix 2: (2 + 10) / (1 + 2)."""
    return 4.0


@of_both_machines.mistake
def mean_of_two():
    """That is the mean of both answers, 2 and 5: B's keys weigh more."""
    return 3.5


@of_both_machines.mistake
def merely_added():
    """Both were added as they are, (8 + 10) / (4 + 2): A was measured against 0, B against ln 4."""
    return 3.0


@of_both_machines.mistake
def b_alone():
    """That is B's answer alone: A's keys have smaller scores, and count."""
    return 5.0


@of_both_machines.mistake
def factor_turned_round():
    """A was made 4 times larger: against the larger score its exps are smaller."""
    return 42 / 18


@of_both_machines.mistake
def mix_without_total():
    """The mix of both is 12: divide it by the total of both."""
    return 12.0


# 18.2: entropy, in blocks


def _scores_in_blocks(rng, square=False):
    n, m = sizes(rng, 2, square)
    return 2 * rng.normal(size=(n, m)), 2 if square else int(rng.integers(1, m))


def _entropy_at_once(trial):
    scores = np.asarray(trial.arguments[0], dtype=float)
    weights = softmax(scores)
    logs = np.log(np.where(weights > 0, weights, 1))
    return moved(trial.outputs["entropy"], -(weights * logs).sum(axis=1), 100 * trial.tolerance)


def _any_block(trial):
    again = trial.call(trial.arguments[0], 1)["entropy"]
    return moved(again, trial.outputs["entropy"], 100 * trial.tolerance)


def _a_shift_changes_nothing(trial):
    scores, block = trial.arguments
    again = trial.call(scores + 3, block)["entropy"]
    return moved(again, trial.outputs["entropy"], 100 * trial.tolerance)


@sheet.function(
    "18.2",
    "how spread are the weights? In blocks",
    points=2,
    asks="""
    The entropy of a row of weights (lesson 03) is H = −Σ a ln a, in nats. The scores (n, m) pass by
    in blocks of `block` keys, and no row of weights is ever there. Since ln a = s − M − ln total,
    H = M + ln total − (Σ a s), and the last sum is a mix of the **scores** themselves. Return the
    entropies (n,).
    """,
    outputs=lambda scores, block: {"entropy": scores.shape[:1]},
    inputs=_scores_in_blocks,
    edges={
        "one key": (np.array([[3.0], [-2]]), 1),
        "equal scores": (np.zeros((2, 5)), 2),
        "one block holds all": (np.array([[1.0, 2, 0]]), 7),
        "the largest comes last": (np.array([[0.0, 1, 2, 6]]), 2),
        "the largest comes first": (np.array([[6.0, 2, 1, 0]]), 2),
        "scores near 1000": (np.array([[1000.0, 1001, 1002, 1000]]), 3),
        "scores near −1000": (np.array([[-1000.0, -1001, -1002, -1000]]), 3),
        "scores near −3000": (np.array([[-3000.0, -3001, -3002, -3000]]), 3),
        "rows far apart": (np.array([[1000.0, 1001, 1000], [-1000, -1001, -1000]]), 2),
        "−1000 and 1000 in a row": (np.array([[-1000.0, 1000, 0, 999]]), 3),
    },
    properties=(
        Property("it is the entropy of softmax's weights, all at once", _entropy_at_once),
        Property("blocks of one give the same", _any_block),
        Property("3 added to all scores changes nothing", _a_shift_changes_nothing),
    ),
    hints=(
        "The ledger of the lesson, with the scores in the role of the values. What is its mix?",
        "mixed = mixed * rescale + (weights * part).sum(axis=1); at the end largest + ____ − ____",
    ),
)
def entropy_in_blocks(scores, block):
    """Right: three sums, and the scores mixed by their own weights."""
    n, m = scores.shape
    largest, total, mixed = np.full(n, -np.inf), np.zeros(n), np.zeros(n)
    for start in range(0, m, block):
        part = scores[:, start : start + block]
        new = np.maximum(largest, part.max(axis=1))
        weights, rescale = np.exp(part - new[:, None]), np.exp(largest - new)
        total = total * rescale + weights.sum(axis=1)
        mixed = mixed * rescale + (weights * part).sum(axis=1)
        largest = new
    return largest + np.log(total) - mixed / total


@entropy_in_blocks.also_right
def entropy_all_at_once(scores, block):
    weights = softmax(scores)
    return -(weights * np.log(np.maximum(weights, 1e-300))).sum(axis=1)


@entropy_in_blocks.also_right
def entropy_row_by_row(scores, block):
    found = []
    for row in scores:
        gaps = row - max(row)
        shares = np.exp(gaps)
        found.append(np.log(sum(shares)) - sum(shares * gaps) / sum(shares))
    return found


@entropy_in_blocks.also_right
def entropy_in_float32(scores, block):
    return entropy_in_blocks(scores - scores.max(axis=1, keepdims=True), block).astype(np.float32)


def _sums(scores, block, rescaled=True):
    n, m = scores.shape
    largest, total, mixed = np.full(n, -np.inf), np.zeros(n), np.zeros(n)
    for start in range(0, m, block):
        part = scores[:, start : start + block]
        new = np.maximum(largest, part.max(axis=1))
        rescale = np.exp(largest - new) if rescaled else np.ones(n)
        weights = np.exp(part - new[:, None])
        total = total * rescale + weights.sum(axis=1)
        mixed = mixed * rescale + (weights * part).sum(axis=1)
        largest = new
    return largest, total, mixed


@entropy_in_blocks.mistake
def never_rescaled(scores, block):
    """Old sums are measured against an old largest score: multiply them by exp(old − new)."""
    largest, total, mixed = _sums(scores, block, rescaled=False)
    return largest + np.log(total) - mixed / total


@entropy_in_blocks.mistake
def mix_left_behind(scores, block):
    """The total is rescaled and the mix is not: both stood against the old largest score."""
    n, m = scores.shape
    largest, total, mixed = np.full(n, -np.inf), np.zeros(n), np.zeros(n)
    for start in range(0, m, block):
        part = scores[:, start : start + block]
        new = np.maximum(largest, part.max(axis=1))
        weights = np.exp(part - new[:, None])
        total = total * np.exp(largest - new) + weights.sum(axis=1)
        mixed = mixed + (weights * part).sum(axis=1)
        largest = new
    return largest + np.log(total) - mixed / total


@entropy_in_blocks.mistake
def mean_of_blocks(scores, block):
    """That is the mean of the blocks' own entropies: weights of a block alone sum to 1 there."""
    parts = [scores[:, i : i + block] for i in range(0, scores.shape[1], block)]
    return np.mean([entropy_all_at_once(part, block) for part in parts], axis=0)


@entropy_in_blocks.mistake
def in_bits(scores, block):
    """Your entropy is in bits: the natural logarithm gives nats."""
    return entropy_in_blocks(scores, block) / np.log(2)


@entropy_in_blocks.mistake
def mix_forgotten(scores, block):
    """That is the logarithm of the whole sum: take the mix of the scores off."""
    largest, total, _ = _sums(scores, block)
    return largest + np.log(total)


@entropy_in_blocks.mistake
def mix_not_divided(scores, block):
    """The mix of the scores is not divided by the total: Σ a s is mixed / total."""
    largest, total, mixed = _sums(scores, block)
    return largest + np.log(total) - mixed


@entropy_in_blocks.mistake
def largest_forgotten(scores, block):
    """The scores are mixed as they are, so the largest has to come back: M + ln total − mix."""
    _, total, mixed = _sums(scores, block)
    return np.log(total) - mixed / total


# 18.3: answers of machines, already divided


def _answers(rng, square=False):
    machines, n, d = sizes(rng, 3, square)
    return rng.normal(size=(machines, n, d)), 2 * rng.normal(size=(machines, n))


def _machines_in_any_order(trial):
    contexts, logs = trial.arguments
    again = trial.call(contexts[::-1], logs[::-1])["context"]
    return moved(again, trial.outputs["context"], 10 * trial.tolerance)


def _equal_machines(trial):
    contexts, logs = trial.arguments
    again = trial.call(contexts, np.zeros(np.shape(logs)))["context"]
    return moved(again, np.mean(contexts, axis=0, dtype=float), 10 * trial.tolerance)


def _twice_as_much(trial):
    """Two machines, one with e times the total of the other."""
    contexts = np.array([[[0.0]], [[1.0]]])
    found = trial.call(contexts, np.array([[4.0], [5.0]]))["context"]
    return moved(found, np.array([[np.e / (1 + np.e)]]), 10 * trial.tolerance)


@sheet.function(
    "18.3",
    "answers that were divided already",
    points=2,
    asks="""
    Many programs keep two things of a machine and not three: its answer, the context (n, d_v),
    already divided, and L = largest + ln total, one number for each query. Merge them:
    `contexts` (machines, n, d_v), `logs` (machines, n), → context (n, d_v). A machine whose keys
    are all hidden has L = −∞; at least one has seen something.
    """,
    outputs=lambda contexts, logs: {"context": contexts.shape[1:]},
    inputs=_answers,
    edges={
        "one machine": (np.array([[[1.0, 2]]]), np.array([[0.5]])),
        "one has seen nothing": (
            np.array([[[1.0, 2]], [[0, 0]], [[3, 4]]]),
            np.array([[1.0], [-np.inf], [1]]),
        ),
        "two of three have seen nothing": (
            np.array([[[0.0, 0]], [[0, 0]], [[3, 4]]]),
            np.array([[-np.inf], [-np.inf], [1]]),
        ),
        "the first has seen nothing": (
            np.array([[[0.0, 0], [1, 1]], [[3, 4], [0, 0]]]),
            np.array([[-np.inf, 0], [2, -np.inf]]),
        ),
        "logs near 1000": (np.array([[[1.0]], [[2]]]), np.array([[1000.0], [1001]])),
        "logs near −1000": (np.array([[[1.0]], [[2]]]), np.array([[-1000.0], [-1001]])),
        "1000 against −1000": (np.array([[[1.0]], [[2]]]), np.array([[1000.0], [-1000]])),
        "rows far apart": (
            np.array([[[1.0], [2]], [[3], [4]]]),
            np.array([[1000.0, -1000], [999, -1001]]),
        ),
    },
    properties=(
        Property("machines in reverse order give the same", _machines_in_any_order),
        Property("machines with equal L count the same", _equal_machines),
        Property("a machine whose L is 1 larger counts e times", _twice_as_much),
    ),
    hints=(
        "How much does each machine count? exp(L) of its own, divided by those of all.",
        "weights = softmax(logs, axis=____); then sum weights[..., None] * contexts over machines",
    ),
)
def merge_answers(contexts, logs):
    """Right: a softmax over machines, and a mix of their answers: attention once more."""
    weights = softmax(logs, axis=0)
    return (weights[..., None] * contexts).sum(axis=0)


@merge_answers.also_right
def answers_by_einsum(contexts, logs):
    shares = np.exp(logs - logs.max(axis=0))
    return np.einsum("kn,knd->nd", shares / shares.sum(axis=0), contexts)


@merge_answers.also_right
def answers_one_by_one(contexts, logs):
    top, total, mixed = logs.max(axis=0), 0.0, 0.0
    for context, log in zip(contexts, logs, strict=True):
        share = np.exp(log - top)[:, None]
        total, mixed = total + share, mixed + share * context
    return mixed / total


@merge_answers.also_right
def answers_in_float32(contexts, logs):
    return merge_answers(contexts.astype(np.float32), logs.astype(np.float32))


@merge_answers.mistake
def plain_mean(contexts, logs):
    """That is the mean of the answers: a machine with a larger L has more of the weight."""
    return contexts.mean(axis=0)


@merge_answers.mistake
def over_the_queries(contexts, logs):
    """Your weights sum to 1 over the queries: machines compete, axis 0."""
    return (softmax(logs, axis=1)[..., None] * contexts).sum(axis=0)


@merge_answers.mistake
def by_the_logs(contexts, logs):
    """The logarithms are used as weights: exp(L) says how much a machine counts."""
    logs = np.where(np.isinf(logs), 0, logs)
    total = logs.sum(axis=0)
    total = np.where(total == 0, 1, total)
    return (logs[..., None] * contexts).sum(axis=0) / total[:, None]


@merge_answers.mistake
def without_the_division(contexts, logs):
    """Not divided by the sum over machines: what they count must sum to 1."""
    shares = np.exp(logs - logs.max(axis=0))
    return (shares[..., None] * contexts).sum(axis=0)


@merge_answers.mistake
def largest_machine_alone(contexts, logs):
    """Only the machine with the largest L answers: the others count too."""
    first = logs.argmax(axis=0)
    return contexts[first, np.arange(contexts.shape[1])]


@merge_answers.mistake
def overflows(contexts, logs):
    """exp(L) overflows at 1000, and is 0 at −1000: take the largest L of a query off first."""
    shares = np.exp(logs)
    return (shares[..., None] * contexts).sum(axis=0) / shares.sum(axis=0)[:, None]


# 18.4: a window


def _window(rng, square=False):
    if square:
        return 6, 6, 6
    n, block, window = int(rng.integers(6, 30)), int(rng.integers(1, 6)), int(rng.integers(1, 12))
    return n, block, window


def _by_the_mask(trial):
    n, block, window = trial.arguments
    back = np.arange(n)[:, None] - np.arange(n)
    mask = (back >= 0) & (back < window)
    starts = range(0, n, block)
    wanted = sum(mask[i : i + block, j : j + block].any() for i in starts for j in starts)
    found = float(trial.outputs["count"])
    return None if found == wanted else f"{found:g} blocks, and {wanted} are looked at"


@sheet.function(
    "18.4",
    "blocks of a window",
    points=2,
    asks="""
    n tokens, each looks at itself and at the `window` − 1 tokens before it. Queries and keys are
    cut into blocks of `block` tokens, the last one may be smaller. How many blocks of scores must
    be computed?
    """,
    outputs=lambda *_: {"count": ()},
    inputs=_window,
    edges={
        "nobody looks back": (12, 4, 1),
        "everybody looks back to the start": (12, 4, 12),
        "a window longer than the text": (10, 3, 99),
        "a window of two": (12, 4, 2),
        "a window as long as a block": (12, 4, 4),
        "a window one longer than a block": (16, 4, 5),
        "a window of a block and two": (16, 4, 6),
        "one block holds all": (5, 9, 2),
        "blocks of one": (7, 1, 3),
        "the last block is smaller": (10, 4, 3),
    },
    properties=(Property("it is the number of blocks in which anybody may look", _by_the_mask),),
    hints=(
        "The first query of a row of blocks sees furthest back. To which token, to which block?",
        "for first in range(0, n, block): oldest = max(0, first - ____), and blocks from there on",
    ),
)
def blocks_of_window(n, block, window):
    """Right: from the oldest token that the first query sees, to the block itself."""
    count = 0
    for first in range(0, n, block):
        oldest = max(0, first - (window - 1))
        count += first // block - oldest // block + 1
    return count


@blocks_of_window.also_right
def window_by_the_mask(n, block, window):
    mask = np.tri(n, dtype=bool) & ~np.tri(n, k=-window, dtype=bool)
    starts = range(0, n, block)
    return sum(bool(mask[i : i + block, j : j + block].any()) for i in starts for j in starts)


@blocks_of_window.also_right
def window_without_loops(n, block, window):
    row = np.arange(-(-n // block))
    return np.minimum(row, (window - 2) // block + 1).sum() + len(row)


@blocks_of_window.also_right
def window_as_float32(n, block, window):
    return np.float32(blocks_of_window(n, block, window))


@blocks_of_window.mistake
def whole_triangle(n, block, window):
    """That is the whole triangle: what lies before the window is not looked at."""
    rows = -(-n // block)
    return rows * (rows + 1) // 2


@blocks_of_window.mistake
def by_the_last_query(n, block, window):
    """Decided by the last query of a block: the first one sees further back."""
    count = 0
    for first in range(0, n, block):
        last = min(first + block, n) - 1
        count += first // block - max(0, last - (window - 1)) // block + 1
    return count


@blocks_of_window.mistake
def a_window_too_long(n, block, window):
    """The window counts the token itself: it reaches `window` − 1 tokens back."""
    return blocks_of_window(n, block, window + 1)


@blocks_of_window.mistake
def before_the_start(n, block, window):
    """Blocks before the first token are counted: nobody stands there."""
    rows = -(-n // block)
    return rows * ((window - 2) // block + 2)


@blocks_of_window.mistake
def last_block_left_out(n, block, window):
    """The last block is left out where it is smaller: its queries ask too."""
    whole = max(n // block, 1) * block
    return blocks_of_window(min(whole, n), block, window)


@blocks_of_window.mistake
def other_side_too(n, block, window):
    """Yours looks ahead as well: each token sees itself and what came before."""
    rows = -(-n // block)
    return 2 * blocks_of_window(n, block, window) - rows


# 18.5: beams that change places, in a batch


def _kept_and_parents(rng, square=False):
    batch, width, m, d = (3, 3, 3, 3) if square else sizes(rng, 4)
    parents = rng.integers(width, size=(batch, width))
    parents[0, 0] = width - 1
    return rng.normal(size=(batch * width, m, d)), parents


def _stays_in_its_text(trial):
    kept, parents = trial.arguments
    batch, width = parents.shape
    for b in range(batch):
        for i in range(width):
            wanted = kept[b * width + parents[b, i]]
            found = trial.outputs["followed"][b * width + i]
            gap = moved(found, wanted, trial.tolerance)
            if gap:
                return f"text {b}, beam {i}, from beam {parents[b, i]}: {gap}"
    return None


_COUNTED = np.arange(12.0).reshape(6, 2, 1)


@sheet.function(
    "18.5",
    "bug hunt: whose keys are these?",
    points=2,
    asks="""
    A batch of texts is written, `width` beams each. `kept` is (batch · width, m, d): the beams of
    text 0, then those of text 1, and so on. `parents` (batch, width) says from which beam **of the
    same text** each beam goes on. The function below runs, and is right for one text alone. Write
    `follow` without the bug.
    """,
    outputs=lambda kept, parents: {"followed": kept.shape},
    inputs=_kept_and_parents,
    edges={
        "one text": (_COUNTED[:3], np.array([[2, 0, 0]])),
        "one beam each": (_COUNTED[:3], np.array([[0], [0], [0]])),
        "nobody moves": (_COUNTED, np.array([[0, 1, 2], [0, 1, 2]])),
        "two texts change places alike": (_COUNTED, np.array([[2, 1, 0], [2, 1, 0]])),
        "all from the last": (_COUNTED, np.array([[2, 2, 2], [2, 2, 2]])),
        "nothing kept yet": (np.zeros((4, 0, 2)), np.array([[1, 0], [0, 0]])),
    },
    properties=(Property("beam i of a text goes on from its own text's beam", _stays_in_its_text),),
    hints=(
        "Try two texts of three beams: at which rows of `kept` do the beams of text 1 stand?",
        "rows = parents + width * np.arange(batch)[:, None]; kept[rows.____]",
    ),
)
def follow(kept, parents):
    """Right: each text's beams begin `width` rows further down."""
    batch, width = parents.shape
    rows = parents + width * np.arange(batch)[:, None]
    return kept[rows.ravel()]


@follow.also_right
def follow_by_axes(kept, parents):
    batch, width = parents.shape
    apart = kept.reshape(batch, width, *kept.shape[1:])
    return apart[np.arange(batch)[:, None], parents].reshape(kept.shape)


@follow.also_right
def follow_in_loops(kept, parents):
    out, width = np.empty(kept.shape), parents.shape[1]
    for b, row in enumerate(parents):
        for i, parent in enumerate(row):
            out[b * width + i] = kept[b * width + parent]
    return out


@follow.also_right
def follow_in_float32(kept, parents):
    return follow(kept.astype(np.float32), parents)


@follow.mistake
def first_text_for_all(kept, parents):
    """This is still the bug: every text goes on with the beams of text 0."""
    return kept[parents.ravel()]


@follow.mistake
def stays_behind(kept, parents):
    """Nothing has moved: new beam i goes on from beam parents[i]."""
    return kept.copy()


@follow.mistake
def moved_the_other_way(kept, parents):
    """Yours sends beam i to the place parents[i]: beam i comes **from** there."""
    out, width = kept.copy(), parents.shape[1]
    for b, row in enumerate(parents):
        for i, parent in enumerate(row):
            out[b * width + parent] = kept[b * width + i]
    return out


@follow.mistake
def overwritten_while_read(kept, parents):
    """Rows are overwritten before others have read them: write into a new array."""
    out, width = kept.copy(), parents.shape[1]
    for b, row in enumerate(parents):
        for i, parent in enumerate(row):
            out[b * width + i] = out[b * width + parent]
    return out


@follow.mistake
def beams_of_all_texts_together(kept, parents):
    """Rows are taken as if all texts' first beams stood together: the beams of one text do."""
    batch, _ = parents.shape
    rows = parents * batch + np.arange(batch)[:, None]
    return kept[rows.ravel()]


@follow.mistake
def best_beam_for_all(kept, parents):
    """All beams of a text go on from the same one: each has a parent of its own."""
    batch, width = parents.shape
    rows = parents[:, :1] + width * np.arange(batch)[:, None]
    return kept[np.broadcast_to(rows, parents.shape).ravel()]


@sheet.value(
    "18.6",
    "what a cache weighs",
    points=1,
    asks="""
    A model has 40 layers of 40 query heads. Every 5 heads of a layer share one set of keys and
    values, both 128 wide; a number takes 2 bytes. It writes 2,048 tokens with 4 beams. How many
    GiB, 2³⁰ bytes, are kept at the end? One number, within 0.0001.
    """,
    what="one number of GiB",
    tolerance=0.0001,
    hints=(
        "How many sets of keys and values has a layer? And how many texts are kept at once?",
        "2 · 4 · 2048 · 40 · 8 · 128 · ____ / 2³⁰",
    ),
)
def gib_kept():
    """Right: keys and values, 4 beams, 40 layers, 8 sets."""
    return 2 * 4 * 2048 * 40 * 8 * 128 * 2 / 2**30


@gib_kept.mistake
def a_set_for_each_head():
    """40 sets were counted: 5 query heads share one, so there are 8."""
    return 6.25


@gib_kept.mistake
def five_sets():
    """5 sets were counted: each is shared by 5 query heads, so there are 40 / 5 = 8."""
    return 2 * 4 * 2048 * 40 * 5 * 128 * 2 / 2**30


@gib_kept.mistake
def keys_alone():
    """Keys or values alone: both are kept."""
    return 0.625


@gib_kept.mistake
def one_beam():
    """One beam was counted: each of the 4 keeps its own."""
    return 0.3125


@gib_kept.mistake
def one_layer():
    """One layer was counted: each of the 40 has keys and values of its own."""
    return 1.25 / 40


@gib_kept.mistake
def one_byte():
    """One byte a number: here it takes 2. Or was it keys alone? Both are kept, 2 bytes each."""
    return 0.15625


sheet.reason(
    "18.7",
    "a colleague's two sentences",
    asks="""
    “We now compute attention in blocks, so 100,000 tokens cost hardly more than 10,000. It is an
    approximation, so small differences in our tests are normal.” Answer both sentences: what does
    grow how, and which differences would worry you? Name a test of the cache that you would add.
    At least 30 words, in any language. The text is recorded, not scored.
    """,
    least_words=30,
    praise="Compare it with a solution: does yours name what grows with the square, and a test?",
    hints=(
        "Which of the two is no longer quadratic: memory, or the number of scores?",
        "Blocks are exact: a difference above ____ is a bug. With the cache and ____ must agree.",
    ),
)
