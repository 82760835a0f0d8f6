"""The exercises of sheet 13: who asks whom, cross-attention, its block mask, and its costs."""

import numpy as np

from course_utils.attention import attend, softmax
from course_utils.checks.answers import shown
from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_edges import edges_in_pairs
from course_utils.checks.sheets.attention_inputs import (
    moved,
    no_negative_weight,
    rows_sum_to_one,
    sizes,
)

sheet = Sheet("13")


# 1 source sentence, 2 what is written so far, 3 patches, 4 words and patches joined
SOURCES = ((2, 1, 1), (1, 1, 1), (2, 3, 3), (4, 4, 4))


def _other_row(row):
    """A property of four rows: this one is right."""

    def broken(numbers):
        return None if np.array_equal(numbers[row], SOURCES[row]) else shown(numbers[row])

    return broken


@sheet.value(
    "13.1",
    "who asks whom?",
    points=2,
    asks="""
    Places that Q, K and V can come from: 1 the source sentence, 2 what the decoder has
    written so far, 3 the patches of an image, 4 words and patches joined. Give the three
    numbers, for Q, K and V, of four attentions:

    - a) a translator's decoder looks for what to translate next;
    - b) its encoder reads the source, with self-attention;
    - c) a decoder writes a caption, and looks at the image for its next word;
    - d) a single-stream model takes a question and an image as one sequence.
    """,
    what="four rows of three numbers: where Q, K and V of each model come from",
    properties=tuple(
        Property(
            f"Look at {letter} again: Q is who asks, K and V are who is asked", _other_row(row)
        )
        for row, letter in enumerate("abcd")
    ),
    hints=(
        "For each model: which sequence needs something, and which one has it?",
        "a is 2, 1, 1: what is written so far asks the source. In b all three are the ____.",
    ),
)
def sources():
    """Right: K and V come from one place, always. Q may come from another."""
    return SOURCES


@sources.mistake
def asked_and_asker_exchanged():
    """In a and c the roles are exchanged. Q is who asks: the one that has a next word to find."""
    return ((1, 2, 2), (1, 1, 1), (3, 2, 2), (4, 4, 4))


@sources.mistake
def values_from_the_asker():
    """In a and c, V comes from the asker. But a weight on a key hands over the value of the
    same place: V stands where K stands.
    """
    return ((2, 1, 2), (1, 1, 1), (2, 3, 2), (4, 4, 4))


@sources.mistake
def all_from_the_writer():
    """In a and c nobody reads the source or the image: with all three from the writer it is
    self-attention.
    """
    return ((2, 2, 2), (1, 1, 1), (2, 2, 2), (4, 4, 4))


@sources.mistake
def joined_taken_apart():
    """In d the two are one sequence: every token of it asks, and every token is asked."""
    return ((2, 1, 1), (1, 1, 1), (2, 3, 3), (2, 3, 3))


@sources.mistake
def encoder_asked_by_the_decoder():
    """In b nothing has been written yet: the encoder's words ask each other."""
    return ((2, 1, 1), (2, 1, 1), (2, 3, 3), (4, 4, 4))


def _two_sequences(rng, square=False):
    """x (n, d_x), y (m, d_y), W_query (d_x, d_k), W_key (d_y, d_k), W_value (d_y, d_v)."""
    n, m, d_x, d_y, d_k, d_v = sizes(rng, 6, square)
    shapes = (n, d_x), (m, d_y), (d_x, d_k), (d_y, d_k), (d_y, d_v)
    return tuple(rng.normal(size=shape) for shape in shapes)


def _keys_in_another_order(trial):
    x, y, *matrices = trial.arguments
    again = trial.call(x, y[::-1], *matrices)["context"]
    return moved(again, trial.outputs["context"], trial.tolerance)


def _each_query_for_itself(trial):
    x, *rest = trial.arguments
    again = trial.call(x[::-1], *rest)["context"]
    return moved(again[::-1], trial.outputs["context"], trial.tolerance)


def _values_from_y(trial):
    _, y, _, _, W_value = trial.arguments
    wanted = trial.outputs["weights"] @ (y @ W_value)
    return moved(trial.outputs["context"], wanted, trial.tolerance)


def _known_weight(trial):
    """One query and two keys with d_k = 3: scores 3 / √3 and 0."""
    matrices = np.array([[3.0, 0, 0], [0, 1, 0]]), np.eye(2, 3), np.eye(2)
    found = trial.call(np.array([[1.0, 0]]), np.eye(2), *matrices)["weights"]
    return moved(found[0, 0], 1 / (1 + np.exp(-(3**0.5))), trial.tolerance)


def _crossed(setting, scale=1.0):
    """x asks y, or words ask tiles, and the scores are those of the setting."""
    queries, keys = setting.queries_and_keys(scale)
    x, W_query = setting.projected(queries)
    y, W_key = setting.projected(keys, width=6)
    return x, y, W_query, W_key


@sheet.function(
    "13.2",
    "cross-attention",
    points=3,
    asks="""
    x asks, y is asked. The rule is the **scaled** dot product. Sizes: x (n, d_x),
    y (m, d_y), W_query (d_x, d_k), W_key (d_y, d_k), W_value (d_y, d_v). You may use
    `attend` or write the three stages.
    """,
    outputs=lambda x, y, W_query, W_key, W_value: {
        "context": (len(x), W_value.shape[1]),
        "weights": (len(x), len(y)),
    },
    inputs=_two_sequences,
    edges={
        "one key": (np.ones((2, 3)), np.ones((1, 4)), np.eye(3, 5), np.eye(4, 5), np.eye(4, 2)),
        "one query": (np.ones((1, 3)), np.eye(2, 4), np.eye(3, 5), np.eye(4, 5), np.eye(4, 6)),
        "scores of ±1000": (
            np.array([[40.0, 0], [-40, 0], [1, 1]]),
            np.array([[50.0, 0], [-50, 1]]),
            *[np.eye(2)] * 3,
        ),
    },
    crossed=edges_in_pairs(lambda setting: (*_crossed(setting, scale=2), setting.numbers(6, 3))),
    properties=(
        rows_sum_to_one(),
        no_negative_weight(),
        Property("y in another order gives the same context", _keys_in_another_order),
        Property("x in reverse order gives the rows in reverse order", _each_query_for_itself),
        Property("the context is the weights times y @ W_value", _values_from_y),
        Property("scores are divided by √d_k: one known weight", _known_weight),
    ),
    hints=(
        "Which of the two sequences goes through W_query, and which through the other two?",
        "found = attend(x @ W_query, ____ @ W_key, ____ @ W_value); return found[:2]",
    ),
)
def cross(x, y, W_query, W_key, W_value):
    """Right: x asks, y is asked, and the widths of x and y need not agree."""
    found = attend(x @ W_query, y @ W_key, y @ W_value)
    return found.context, found.weights


@cross.also_right
def in_loops(x, y, W_query, W_key, W_value):
    context, weights = [], []
    for token in x:
        scores = [token @ W_query @ (other @ W_key) for other in y]
        row = softmax(np.array(scores) / W_key.shape[1] ** 0.5)
        weights.append(row)
        context.append(sum(w * (other @ W_value) for w, other in zip(row, y, strict=True)))
    return context, weights


@cross.also_right
def three_stages(x, y, W_query, W_key, W_value):
    scores = (x @ W_query) @ (y @ W_key).T / np.sqrt(W_key.shape[1])  # ①
    weights = softmax(scores)  # ②
    return weights @ (y @ W_value), weights  # ③


@cross.also_right
def in_float32(*arrays):
    return cross(*(array.astype(np.float32) for array in arrays))


@cross.mistake
def y_asks(x, y, W_query, W_key, W_value):
    """Here y asks and x is asked. The first argument asks: queries are x @ W_query."""
    return attend(y @ W_key, x @ W_query, x @ W_value)[:2]


@cross.mistake(name="divided by d_k")
def divided_by_d_k(x, y, W_query, W_key, W_value):
    """Your result is as if you divided by d_k; its square root is enough."""
    values, width = y @ W_value, W_key.shape[1]
    weights = softmax(x @ W_query @ (y @ W_key).T / width)
    return weights @ values, weights


@cross.mistake(name="self-attention of x")
def self_attention_of_x(x, y, W_query, W_key, W_value):
    """This is self-attention: y is never looked at. Keys and values come from y."""
    return attend(x @ W_query, x @ W_key, x @ W_value)[:2]


@cross.mistake(name="self-attention of y")
def self_attention_of_y(x, y, W_query, W_key, W_value):
    """Your result is as if the queries were made of y: x is never used."""
    return attend(y @ W_query, y @ W_key, y @ W_value)[:2]


@cross.mistake
def values_of_x(x, y, W_query, W_key, W_value):
    """Your result is as if you looked at y and mixed x. What is handed over stands where it was
    looked at: y @ W_value.
    """
    return attend(x @ W_query, y @ W_key, x @ W_value)[:2]


@cross.mistake
def values_are_keys(x, y, W_query, W_key, W_value):
    """Your result is as if you mixed the keys. The values have their own matrix, W_value."""
    return attend(x @ W_query, y @ W_key, y @ W_key)[:2]


@cross.mistake
def y_as_values(x, y, W_query, W_key, W_value):
    """Your result is as if you mixed y itself, before W_value."""
    return attend(x @ W_query, y @ W_key, y)[:2]


@cross.mistake
def not_scaled(x, y, W_query, W_key, W_value):
    """The scores are not divided by √d_k. `attend` does it by itself."""
    weights = softmax((x @ W_query) @ (y @ W_key).T)
    return weights @ (y @ W_value), weights


@cross.mistake
def scaled_by_the_width_of_x(x, y, W_query, W_key, W_value):
    """Your result is as if you divided by √d_x. It is √d_k, the width of a key after W_key."""
    weights = softmax((x @ W_query) @ (y @ W_key).T / np.sqrt(x.shape[1]))
    return weights @ (y @ W_value), weights


@cross.mistake
def scaled_by_the_width_of_y(x, y, W_query, W_key, W_value):
    """Your result is as if you divided by √d_y. It is √d_k, the width of a key after W_key."""
    weights = softmax((x @ W_query) @ (y @ W_key).T / np.sqrt(y.shape[1]))
    return weights @ (y @ W_value), weights


@cross.mistake
def scaled_by_the_width_of_a_value(x, y, W_query, W_key, W_value):
    """Your result is as if you divided by √d_v, the width of a value. It is √d_k: keys are
    compared, not values.
    """
    weights = softmax((x @ W_query) @ (y @ W_key).T / np.sqrt(W_value.shape[1]))
    return weights @ (y @ W_value), weights


@cross.mistake
def scaled_by_the_number_of_keys(x, y, W_query, W_key, W_value):
    """Your result is as if you divided by √m, the number of keys. It is √d_k, how wide a key is."""
    weights = softmax((x @ W_query) @ (y @ W_key).T / np.sqrt(len(y)))
    return weights @ (y @ W_value), weights


@cross.mistake
def softmax_over_queries(x, y, W_query, W_key, W_value):
    """Your columns sum to 1, your rows do not: softmax runs over the keys, the last axis."""
    scores = (x @ W_query) @ (y @ W_key).T / np.sqrt(W_key.shape[1])
    weights = softmax(scores, axis=0)
    return weights @ (y @ W_value), weights


@cross.mistake
def all_that_attend_returns(x, y, W_query, W_key, W_value):
    """That is all that attend returns: context, weights and scores. Return the first two,
    found.context and found.weights.
    """
    return attend(x @ W_query, y @ W_key, y @ W_value)


@cross.mistake
def context_alone(x, y, W_query, W_key, W_value):
    """This is the context alone: return context and weights, in that order."""
    return attend(x @ W_query, y @ W_key, y @ W_value).context


def _two_counts(rng, square=False):
    return (3, 3) if square else sizes(rng, 2)


def _as_cross(trial):
    """Words that attend in the joined sequence get what cross-attention gives them."""
    n, m = trial.arguments
    rng = np.random.default_rng(n + 10 * m)
    joined = rng.normal(size=(n + m, 4))
    mask = trial.outputs["mask"].astype(bool)
    found = attend(joined, joined, joined, mask=mask).context[:n]
    wanted = attend(joined[:n], joined[n:], joined[n:]).context
    return moved(found, wanted, trial.tolerance)


def _patches_see_patches(trial):
    n, m = trial.arguments
    rng = np.random.default_rng(n + 10 * m)
    joined = rng.normal(size=(n + m, 4))
    mask = trial.outputs["mask"].astype(bool)
    found = attend(joined, joined, joined, mask=mask).context[n:]
    wanted = attend(joined[n:], joined[n:], joined[n:]).context
    return moved(found, wanted, trial.tolerance)


@sheet.function(
    "13.3",
    "the block mask of cross-attention",
    points=2,
    asks="""
    n words and m patches stand in one sequence, the words first. Return the mask
    (n + m, n + m) with which self-attention gives the words exactly what cross-attention
    to the patches would give them. The patches look at each other, and at no word.
    """,
    outputs=lambda n, m: {"mask": (n + m, n + m)},
    inputs=_two_counts,
    edges={"one word": (1, 4), "one patch": (3, 1)},
    properties=(
        Property("the words get what cross-attention gives them", _as_cross),
        Property("the patches get self-attention among themselves", _patches_see_patches),
    ),
    hints=(
        "Four blocks: words to words, words to patches, and so on. Which two may be seen?",
        "mask = np.zeros((n + m, n + m), dtype=bool); mask[:, ____:] = True",
    ),
)
def block_mask(n, m):
    """Right: one self-attention, and a mask makes it cross-attention for the words."""
    mask = np.zeros((n + m, n + m), dtype=bool)
    mask[:, n:] = True
    return mask


@block_mask.also_right
def one_row_repeated(n, m):
    return np.tile(np.arange(n + m) >= n, (n + m, 1))


@block_mask.also_right
def in_loops(n, m):
    return [[j >= n for j in range(n + m)] for _ in range(n + m)]


@block_mask.also_right
def in_float32(n, m):
    return np.hstack([np.zeros((n + m, n)), np.ones((n + m, m))]).astype(np.float32)


@block_mask.mistake
def upside_down(n, m):
    """This is the mask upside down: True means may look, and nobody should look at a word."""
    mask = np.zeros((n + m, n + m), dtype=bool)
    mask[:, :n] = True
    return mask


@block_mask.mistake
def each_to_its_own(n, m):
    """Words see words and patches see patches: two separate self-attentions. The words should
    look at the patches.
    """
    mask = np.zeros((n + m, n + m), dtype=bool)
    mask[:n, :n] = True
    mask[n:, n:] = True
    return mask


@block_mask.mistake
def each_to_the_other(n, m):
    """Patches look at words here: that is cross-attention in both directions. Patches should
    see patches.
    """
    mask = np.zeros((n + m, n + m), dtype=bool)
    mask[:n, n:] = True
    mask[n:, :n] = True
    return mask


@block_mask.mistake
def patches_see_all(n, m):
    """The words are right. The patches see the words too: their rows need False in the first n
    columns.
    """
    mask = np.ones((n + m, n + m), dtype=bool)
    mask[:n, :n] = False
    return mask


@block_mask.mistake
def words_see_all(n, m):
    """The words still see each other: then it is no cross-attention."""
    mask = np.ones((n + m, n + m), dtype=bool)
    mask[n:, :n] = False
    return mask


@block_mask.mistake
def patches_see_nothing(n, m):
    """The words are right. The patches may look at nothing here: they should see each other."""
    mask = np.zeros((n + m, n + m), dtype=bool)
    mask[:n, n:] = True
    return mask


@block_mask.mistake
def transposed(n, m):
    """Rows and columns are exchanged: row = who looks. Here the words see nothing."""
    mask = np.zeros((n + m, n + m), dtype=bool)
    mask[n:] = True
    return mask


@block_mask.mistake
def n_and_m_exchanged(n, m):
    """The words come first, n of them: hidden are the first n columns, not the first m."""
    mask = np.zeros((n + m, n + m), dtype=bool)
    mask[:, m:] = True
    return mask


@block_mask.mistake
def nothing_hidden(n, m):
    """Everybody sees everybody: this is plain self-attention."""
    return np.ones((n + m, n + m), dtype=bool)


def _scores(words, tiles, W_query, W_key):
    return (words @ W_query) @ (tiles @ W_key).T


def _words_and_tiles(rng, square=False):
    """words (n, d_w), tiles (m, d_t), W_query (d_w, d_k), W_key (d_t, d_k)."""
    n, m, d_w, d_t, d_k = sizes(rng, 5, square)
    shapes = (n, d_w), (m, d_t), (d_w, d_k), (d_t, d_k)
    return tuple(rng.normal(0, 0.8, size=shape) for shape in shapes)


def _is_a_tile(trial):
    chosen, m = trial.outputs["chosen"], len(trial.arguments[1])
    inside = (chosen == np.round(chosen)) & (chosen >= 0) & (chosen < m)
    return None if inside.all() else f"{shown(chosen)} for {m} tiles"


def _a_share(trial):
    share, m = trial.outputs["share"], len(trial.arguments[1])
    fits = (share > 1 / m - trial.tolerance) & (share < 1 + trial.tolerance)
    return None if fits.all() else f"{shown(share)}, of {m} tiles the largest has 1/{m} at least"


def _best_score(trial):
    scores = _scores(*trial.arguments)
    chosen = trial.outputs["chosen"].astype(int)
    gap = scores.max(axis=-1) - np.take_along_axis(scores, chosen[:, None], axis=-1)[:, 0]
    return f"a score falls short by {gap.max():.3g}" if gap.max() > 1e-3 else None


def _share_of_the_best(trial):
    wanted = softmax(_scores(*trial.arguments)).max(axis=-1)
    return moved(trial.outputs["share"], wanted, trial.tolerance)


@sheet.function(
    "13.4",
    "a word picks its tile",
    points=2,
    asks="""
    Words (n, d_w) ask tiles (m, d_t) through two given matrices; the rule is the **plain**
    dot product. For each word return the number of the tile with the largest weight,
    counted from 0, of equal ones the first, and that weight. Scores may lie anywhere between
    −1000 and 1000.
    """,
    outputs=lambda words, tiles, *_: {"chosen": (len(words),), "share": (len(words),)},
    inputs=_words_and_tiles,
    edges={
        "one tile": (np.ones((2, 3)), np.ones((1, 4)), np.eye(3, 2), np.eye(4, 2)),
        "one word": (np.eye(1, 3), np.eye(2, 4)[::-1].copy(), np.eye(3, 2), np.eye(4, 2)),
    },
    crossed=edges_in_pairs(_crossed),
    properties=(
        Property("chosen holds numbers of tiles", _is_a_tile),
        Property("share is a weight: 1/m to 1", _a_share),
        Property("no other tile scores more for the word", _best_score),
        Property("share is softmax's weight of the chosen tile", _share_of_the_best),
    ),
    hints=(
        "Which shape do the weights have, and over which axis do you look for the largest?",
        "weights = softmax((words @ W_query) @ ____.T); return weights.argmax(axis=-1), ____",
    ),
)
def pick(words, tiles, W_query, W_key):
    """Right: the largest score is the largest weight, and softmax says how sure it is."""
    weights = softmax((words @ W_query) @ (tiles @ W_key).T)
    return weights.argmax(axis=-1), weights.max(axis=-1)


@pick.also_right
def in_loops(words, tiles, W_query, W_key):
    chosen, shares = [], []
    for word in words:
        scores = [np.float64(word @ W_query @ (tile @ W_key)) for tile in tiles]
        exps = [np.exp(score - max(scores)) for score in scores]
        chosen.append(int(np.argmax(exps)))
        shares.append(max(exps) / sum(exps))
    return chosen, shares


@pick.also_right
def shares_sorted(words, tiles, W_query, W_key):
    scores = (words @ W_query) @ (tiles @ W_key).T
    return scores.argmax(axis=1), np.sort(softmax(scores), axis=1)[:, -1]


@pick.also_right
def in_float32(*arrays):
    chosen, share = pick(*(array.astype(np.float32) for array in arrays))
    return chosen.astype(np.float32), share.astype(np.float32)


@pick.mistake
def exp_without_a_shift(words, tiles, W_query, W_key):
    """Your result is as if exp were taken of the scores as they are: 1000 overflows. Subtract each
    row's largest, or use softmax.
    """
    exps = np.exp((words @ W_query) @ (tiles @ W_key).T)
    weights = exps / exps.sum(axis=-1, keepdims=True)
    return weights.argmax(axis=-1), weights.max(axis=-1)


@pick.mistake
def the_last_of_equal_ones(words, tiles, W_query, W_key):
    """Your result is as if the last of the largest were taken: of equal ones take the first."""
    weights = softmax((words @ W_query) @ (tiles @ W_key).T)
    return len(tiles) - 1 - weights[:, ::-1].argmax(axis=-1), weights.max(axis=-1)


@pick.mistake
def the_smallest(words, tiles, W_query, W_key):
    """Your result is as if you took the tile with the smallest weight."""
    weights = softmax((words @ W_query) @ (tiles @ W_key).T)
    return weights.argmin(axis=-1), weights.min(axis=-1)


@pick.mistake
def softmax_over_words(words, tiles, W_query, W_key):
    """Your result is as if softmax ran over the words, so they compete for a tile. Each word
    shares out one whole among the tiles.
    """
    weights = softmax((words @ W_query) @ (tiles @ W_key).T, axis=0)
    return weights.argmax(axis=-1), weights.max(axis=-1)


@pick.mistake
def tiles_ask(words, tiles, W_query, W_key):
    """Here every tile picks a word. A word picks a tile: row = word."""
    weights = softmax((tiles @ W_key) @ (words @ W_query).T)
    return weights.argmax(axis=-1), weights.max(axis=-1)


@pick.mistake
def scores_instead_of_weights(words, tiles, W_query, W_key):
    """chosen is right, but share is a score: it should be the weight, after softmax."""
    scores = (words @ W_query) @ (tiles @ W_key).T
    return scores.argmax(axis=-1), scores.max(axis=-1)


@pick.mistake
def scaled(words, tiles, W_query, W_key):
    """Your result is as if the scores were divided by √d_k. Here the rule is the plain dot
    product.
    """
    scores = (words @ W_query) @ (tiles @ W_key).T
    weights = softmax(scores / np.sqrt(W_query.shape[1]))
    return weights.argmax(axis=-1), weights.max(axis=-1)


@pick.mistake
def without_the_matrices(words, tiles, W_query, W_key):
    """Words and tiles are compared as they are: W_query and W_key are not used."""
    weights = softmax(words @ tiles.T)
    return weights.argmax(axis=-1), weights.max(axis=-1)


@pick.mistake
def one_too_high(words, tiles, W_query, W_key):
    """Tiles are numbered from 0."""
    weights = softmax((words @ W_query) @ (tiles @ W_key).T)
    return weights.argmax(axis=-1) + 1, weights.max(axis=-1)


@pick.mistake
def order_exchanged(words, tiles, W_query, W_key):
    """You return the share first: chosen comes first, share second."""
    weights = softmax((words @ W_query) @ (tiles @ W_key).T)
    return weights.max(axis=-1), weights.argmax(axis=-1)


@pick.mistake
def one_for_all(words, tiles, W_query, W_key):
    """This is one number for all words: take the largest of each row, axis=-1."""
    scores = (words @ W_query) @ (tiles @ W_key).T
    return scores.argmax(), softmax(scores).max()


def _modalities(rng, square=False):
    k = 3 if square else int(rng.integers(2, 6))
    return (rng.permutation(np.arange(2, 30))[:k],)


def _is_symmetric(trial):
    costs = trial.outputs["costs"]
    gap = np.abs(costs - costs.T).max()
    return None if gap == 0 else f"two mirrored blocks differ by {gap:g}"


def _sums_to_all(trial):
    found, wanted = trial.outputs["costs"].sum(), trial.arguments[0].sum() ** 2
    return None if found == wanted else f"{found:g} in all blocks together"


def _squares_inside(trial):
    found, wanted = trial.outputs["costs"].diagonal(), trial.arguments[0] ** 2
    return None if np.array_equal(found, wanted) else f"diagonal {shown(found)}"


@sheet.function(
    "13.5",
    "three modalities and their blocks",
    points=1,
    asks="""
    Text, image and sound are joined into one sequence; `sizes` holds how many tokens each
    has. The map of scores then has 3 × 3 blocks. Return how many scores each block has, for
    any number of modalities.
    """,
    outputs=lambda sizes: {"costs": (len(sizes),) * 2},
    inputs=_modalities,
    edges={"text, image, sound": (np.array([5, 49, 120]),), "one modality": (np.array([7]),)},
    properties=(
        Property("a block and its mirror cost the same", _is_symmetric),
        Property("on the diagonal stand the squares: self-attention", _squares_inside),
        Property("all blocks together are those of the joined sequence", _sums_to_all),
    ),
    hints=(
        "How many scores has the block in which 5 words ask 49 patches?",
        "Row i, column j is sizes[i] · sizes[____]: one call of np.outer.",
    ),
)
def block_costs(sizes):
    """Right: k modalities, k² blocks, and each is a product of two lengths."""
    return np.outer(sizes, sizes)


@block_costs.also_right
def by_broadcasting(sizes):
    return sizes[:, None] * sizes


@block_costs.also_right
def in_loops(sizes):
    return [[a * b for b in sizes] for a in sizes]


@block_costs.also_right
def in_float32(sizes):
    return np.float32(sizes)[:, None] @ np.float32(sizes)[None]


@block_costs.mistake
def sums(sizes):
    """Your result is as if you added the two lengths. Each of n tokens asks each of m: n · m
    scores.
    """
    return np.add.outer(sizes, sizes)


@block_costs.mistake(name="self-attention alone")
def self_attention_alone(sizes):
    """Only the blocks on the diagonal are filled: the modalities never look at each other."""
    return np.diag(sizes**2)


@block_costs.mistake(name="cross-attention alone")
def cross_attention_alone(sizes):
    """The diagonal is missing: joined, each modality also looks at itself."""
    return np.outer(sizes, sizes) * ~np.eye(len(sizes), dtype=bool)


@block_costs.mistake
def each_pair_once(sizes):
    """Your result is as if you counted each pair once. Text asks image and image asks text: two
    blocks.
    """
    return np.triu(np.outer(sizes, sizes))


@block_costs.mistake
def the_total(sizes):
    """This is the sum of all blocks. Return each block for itself, (k, k)."""
    return sizes.sum() ** 2


sheet.reason(
    "13.6",
    "explain the failures",
    asks="""
    Look at the list of wrong picks below 13.4. Why does that word fail and no other? Think
    of what a dot product rewards besides the direction. At least 15 words, in any language.
    The text is recorded, not scored.
    """,
    praise="Compare it with a solution: does yours name the two lengths?",
    hints=(
        "Print the scores of one picture that fails. Which tile wins, and how long is its key?",
        "query · key = |query| · |key| · cos: a key scores more when its ____ is larger.",
    ),
)
