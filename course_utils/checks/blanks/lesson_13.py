"""What is built in lesson 13: words that ask images, one joined sequence, and its mask."""

import numpy as np

from course_utils.attention import attend, softmax
from course_utils.checks.declare import Lesson
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_edges import edges_in_pairs
from course_utils.checks.sheets.attention_inputs import (
    moved,
    no_negative_weight,
    rows_sum_to_one,
    sizes,
)

lesson = Lesson("13")


# 13.a: words (n, d_w) ask scans (m, d_s) through one matrix W (d_w, d_s)


def _words_and_scans(rng, square=False):
    n, m, d_w, d_s = sizes(rng, 4, square)
    return tuple(rng.normal(size=shape) for shape in ((n, d_w), (m, d_s), (d_w, d_s)))


def _scans_are_mixed(trial):
    wanted = trial.outputs["weights"] @ trial.arguments[1]
    return moved(trial.outputs["context"], wanted, trial.tolerance)


def _ratios(trial):
    """A score ahead by 1 gives e times the weight."""
    words, scans, W = trial.arguments
    scores, weights = words @ W @ scans.T, trial.outputs["weights"]
    if scores.shape[-1] < 2 or np.ptp(scores) > 50 or not (weights > 0).all():
        return None
    wanted = np.exp(np.diff(scores, axis=-1))
    return moved(weights[:, 1:] / weights[:, :-1], wanted, 10 * trial.tolerance)


def _scans_in_another_order(trial):
    words, scans, W = trial.arguments
    again = trial.call(words, scans[::-1], W)["context"]
    return moved(again, trial.outputs["context"], trial.tolerance)


STRONG = np.array([[40.0, 0, 0], [-40, 0, 0], [1, 1, 0]])


def _crossed(setting):
    queries, scans = setting.queries_and_keys()
    words, W = setting.projected(queries)
    return words, scans, W


@lesson.function(
    "13.a",
    "words ask scans",
    outputs=lambda words, scans, W: {
        "context": (len(words), scans.shape[1]),
        "weights": (len(words), len(scans)),
    },
    inputs=_words_and_scans,
    edges={
        "one scan": (np.ones((3, 2)), np.array([[1.0, 2, 3, 4]]), np.ones((2, 4))),
        "one word": (np.ones((1, 3)), np.eye(4, 2), np.eye(3, 2)),
        "scores of ±1000": (STRONG, np.array([[25.0, 0], [-25, 1]]), np.eye(3, 2)),
        "equal scans": (np.eye(2, 3), np.ones((4, 2)), np.ones((3, 2))),
    },
    crossed=edges_in_pairs(_crossed),
    properties=(
        rows_sum_to_one(),
        no_negative_weight(),
        Property("the context of a word is the scans mixed by its weights", _scans_are_mixed),
        Property("a score ahead by 1 gives e times the weight", _ratios),
        Property("scans in another order give the same context", _scans_in_another_order),
    ),
    hints=(
        "W is (d_w, d_s): which of the two does it meet, and what is as wide then?",
        "scores = words @ W @ ____; weights = softmax(scores); then mix the ____",
    ),
)
def cross(words, scans, W):
    """Right: words ask, scans are asked, and their widths need not agree."""
    weights = softmax(words @ W @ scans.T)
    return weights @ scans, weights


@cross.also_right
def keys_first(words, scans, W):
    keys = scans @ W.T
    found = attend(words * np.sqrt(words.shape[1]), keys, scans)
    return found.context, found.weights


@cross.also_right
def cross_in_loops(words, scans, W):
    contexts, rows = [], []
    for word in words:
        scores = np.array([word @ W @ scan for scan in scans])
        powers = np.exp(scores - scores.max())
        rows.append(powers / powers.sum())
        contexts.append(sum(w * scan for w, scan in zip(rows[-1], scans, strict=True)))
    return np.array(contexts), np.array(rows)


@cross.also_right
def cross_in_float32(*arrays):
    return cross(*(array.astype(np.float32) for array in arrays))


@cross.mistake
def softmax_over_words(words, scans, W):
    """Your columns sum to 1: the words compete for a scan. Each word shares out one whole among
    the scans, so softmax runs over the last axis.
    """
    weights = softmax(words @ W @ scans.T, axis=0)
    return weights @ scans, weights


@cross.mistake
def scores_mixed(words, scans, W):
    """You mix by the scores. Make weights of them first: softmax."""
    scores = words @ W @ scans.T
    return scores @ scans, scores


@cross.mistake(name="divided by √d_s")
def scaled(words, scans, W):
    """Your scores are divided by √d_s. This reader was taught with word · W · scan as it is."""
    weights = softmax(words @ W @ scans.T / np.sqrt(scans.shape[1]))
    return weights @ scans, weights


@cross.mistake(name="divided by √d_w")
def scaled_by_words(words, scans, W):
    """Your scores are divided by √d_w. This reader was taught with word · W · scan as it is."""
    weights = softmax(words @ W @ scans.T / np.sqrt(words.shape[1]))
    return weights @ scans, weights


@cross.mistake
def scans_through_W(words, scans, W):
    """You mix scans @ W.T, which W was to compare with. What is handed over are the scans."""
    weights = softmax(words @ W @ scans.T)
    return weights @ (scans @ W.T), weights


@cross.mistake
def context_alone(words, scans, W):
    """This is the context alone: return context and weights, in that order."""
    return softmax(words @ W @ scans.T) @ scans


@cross.mistake
def order_exchanged(words, scans, W):
    """You return the weights first: context comes first, weights second."""
    weights = softmax(words @ W @ scans.T)
    return weights, weights @ scans


@cross.mistake
def scans_ask(words, scans, W):
    """Here the scans ask and the words are mixed: a row for each scan. Row = who asks, a word."""
    weights = softmax(scans @ W.T @ words.T)
    return weights @ words, weights


@cross.mistake(name="self-attention of the words")
def words_ask_words(words, scans, W):
    """Your words ask words, so no scan is looked at."""
    weights = softmax(words @ words.T)
    return weights @ words, weights


# 13.b: one width for both, and a tag for each kind


def _to_join(rng, square=False):
    n, m, d_w, d_p, width = sizes(rng, 5, square)
    shapes = (n, d_w), (m, d_p), (d_w, width), (d_p, width), (2, width)
    return tuple(rng.normal(size=shape) for shape in shapes)


def _words_come_first(trial):
    words, _, W_words, _, tags = trial.arguments
    return moved(trial.outputs["joined"][: len(words)], words @ W_words + tags[0], trial.tolerance)


def _then_patches(trial):
    words, patches, _, W_patches, tags = trial.arguments
    found = trial.outputs["joined"][len(words) :]
    return moved(found, patches @ W_patches + tags[1], trial.tolerance)


@lesson.function(
    "13.b",
    "one joined sequence",
    outputs=lambda words, patches, W_words, W_patches, tags: {
        "joined": (len(words) + len(patches), W_words.shape[1])
    },
    inputs=_to_join,
    edges={
        "one of each": (np.ones((1, 2)), np.ones((1, 3)), np.eye(2, 4), np.eye(3, 4), np.eye(2, 4)),
        "tags of zeros": (np.eye(2), np.eye(3), np.eye(2, 4), np.eye(3, 4), np.zeros((2, 4))),
    },
    properties=(
        Property("first the words, through W_words, with the first tag", _words_come_first),
        Property("then the patches, through W_patches, with the second tag", _then_patches),
    ),
    hints=(
        "What has to be equal before two arrays can stand below each other?",
        "np.concatenate([words @ W_words + tags[0], ____])",
    ),
)
def join(words, patches, W_words, W_patches, tags):
    """Right: two kinds of data, one width, and each token says what it is."""
    return np.concatenate([words @ W_words + tags[0], patches @ W_patches + tags[1]])


@join.also_right
def stacked(words, patches, W_words, W_patches, tags):
    return np.vstack([words @ W_words, patches @ W_patches]) + np.repeat(
        tags, (len(words), len(patches)), axis=0
    )


@join.also_right
def row_by_row(words, patches, W_words, W_patches, tags):
    rows = [word @ W_words + tags[0] for word in words]
    return np.array(rows + [patch @ W_patches + tags[1] for patch in patches])


@join.also_right
def join_in_float32(*arrays):
    return join(*(array.astype(np.float32) for array in arrays))


@join.mistake
def no_tags(words, patches, W_words, W_patches, tags):
    """The tags are missing: add tags[0] to each word and tags[1] to each patch."""
    return np.concatenate([words @ W_words, patches @ W_patches])


@join.mistake
def tags_exchanged(words, patches, W_words, W_patches, tags):
    """The tags are exchanged: the first one is for words, the second for patches."""
    return np.concatenate([words @ W_words + tags[1], patches @ W_patches + tags[0]])


@join.mistake
def one_tag_for_all(words, patches, W_words, W_patches, tags):
    """All tokens have the same tag, so it tells nothing: patches get tags[1]."""
    return np.concatenate([words @ W_words, patches @ W_patches]) + tags[0]


@join.mistake
def both_tags_for_all(words, patches, W_words, W_patches, tags):
    """All tokens have both tags, so they tell nothing: one for words, one for patches."""
    return np.concatenate([words @ W_words, patches @ W_patches]) + tags.sum(axis=0)


@join.mistake
def patches_first(words, patches, W_words, W_patches, tags):
    """The patches stand first: the words come first, then the patches."""
    return np.concatenate([patches @ W_patches + tags[1], words @ W_words + tags[0]])


@join.mistake
def added_below_each_other(words, patches, W_words, W_patches, tags):
    """Your tags are tokens of their own here: add them to the tokens, a tag is no token."""
    return np.concatenate([words @ W_words, patches @ W_patches, tags])


# 13.c: the one block that is hidden


def _two_counts(rng, square=False):
    return (3, 3) if square else sizes(rng, 2)


def _joined_context(trial):
    n, m = trial.arguments
    joined = np.random.default_rng(n + 10 * m).normal(size=(n + m, 4))
    return joined, attend(joined, joined, joined, mask=trial.outputs["mask"].astype(bool)).context


def _words_get_cross_attention(trial):
    joined, found = _joined_context(trial)
    n = trial.arguments[0]
    wanted = attend(joined[:n], joined[n:], joined[n:]).context
    return moved(found[:n], wanted, trial.tolerance)


def _patches_see_all(trial):
    joined, found = _joined_context(trial)
    n = trial.arguments[0]
    wanted = attend(joined[n:], joined, joined).context
    return moved(found[n:], wanted, trial.tolerance)


@lesson.function(
    "13.c",
    "the mask that brings cross-attention back",
    outputs=lambda n, m: {"mask": (n + m, n + m)},
    inputs=_two_counts,
    edges={"one word": (1, 4), "one patch": (3, 1), "as many words as patches": (4, 4)},
    properties=(
        Property("the words get what cross-attention gives them", _words_get_cross_attention),
        Property("the patches see all tokens, as before", _patches_see_all),
    ),
    hints=(
        "Draw the four blocks. Whom does a word ask in cross-attention, and whom does it not?",
        "mask = np.ones((n + m, n + m), dtype=bool); mask[____, ____] = False",
    ),
)
def across_only(n, m):
    """Right: one block is hidden, and the words' softmax runs over the patches alone."""
    mask = np.ones((n + m, n + m), dtype=bool)
    mask[:n, :n] = False
    return mask


@across_only.also_right
def by_kinds(n, m):
    is_patch = np.arange(n + m) >= n
    return is_patch[:, None] | is_patch


@across_only.also_right
def mask_in_loops(n, m):
    return [[i >= n or j >= n for j in range(n + m)] for i in range(n + m)]


@across_only.also_right
def mask_in_float32(n, m):
    return across_only(n, m).astype(np.float32)


@across_only.mistake
def upside_down(n, m):
    """This is the mask upside down: True means may look."""
    return ~across_only(n, m)


@across_only.mistake
def columns_of_patches(n, m):
    """Your words are hidden from m columns. Words stand in the first n; n and m happen to agree
    only where there are as many of both.
    """
    mask = np.ones((n + m, n + m), dtype=bool)
    mask[:n, :m] = False
    return mask


@across_only.mistake
def the_image_hidden(n, m):
    """You hide the patches from the words: then they see words alone."""
    mask = np.ones((n + m, n + m), dtype=bool)
    mask[:n, n:] = False
    return mask


@across_only.mistake
def patches_do_not_see_words(n, m):
    """You hide the words from the patches. Row = who looks: hide something in the words' rows."""
    mask = np.ones((n + m, n + m), dtype=bool)
    mask[n:, :n] = False
    return mask


@across_only.mistake
def nobody_sees_words(n, m):
    """The words are right. The patches lose the words, too: here they still see all."""
    mask = np.ones((n + m, n + m), dtype=bool)
    mask[:, :n] = False
    return mask


@across_only.mistake
def last_block(n, m):
    """You hide the patches from each other: the words stand first, in rows and in columns."""
    mask = np.ones((n + m, n + m), dtype=bool)
    mask[n:, n:] = False
    return mask


@across_only.mistake
def nothing_hidden(n, m):
    """Everybody sees everybody: this is plain self-attention of all tokens."""
    return np.ones((n + m, n + m), dtype=bool)


@across_only.mistake
def only_the_diagonal(n, m):
    """Each token is hidden from itself alone. A whole block must go."""
    return ~np.eye(n + m, dtype=bool)
