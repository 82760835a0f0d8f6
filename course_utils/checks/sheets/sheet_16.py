"""The exercises of sheet 16: one matrix for three roles, what each head says, memory, a bug."""

import numpy as np

from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_inputs import moved, sizes

sheet = Sheet("16")

sheet.choice(
    "16.1",
    "a test for heads",
    points=1,
    asks="""
    A colleague joined the heads by a reshape alone, and does not know it. Four tests are there.
    Which one fails, as it should?
    """,
    letter="d",
    options={
        "a": (
            "with 1 head the layer gives what plain attention gives",
            "With one head nothing is scrambled: (batch, 1, n, d) becomes (batch, n, d) as it is.",
        ),
        "b": (
            "the output has the shape of x, for many sizes",
            "A reshape has the shape that it was asked for.",
        ),
        "c": (
            "in every head, the weights of each query sum to 1",
            "They do: the weights are right, and the heads are joined behind them.",
        ),
        "d": (
            "3 heads, 5 tokens: the same as a loop over heads, joined with np.concatenate",
            "Right: an obviously right program, sizes that all differ, more than one head.",
        ),
    },
    hints=(
        "Where in the layer is the fault, and what does each test look at?",
        "The fault is behind the weights and keeps the shape. It needs more than one ____.",
    ),
)


def _fused(rng, square=False):
    batch, n, heads, width = (3, 3, 3, 3) if square else sizes(rng, 4)
    return rng.normal(size=(batch, n, 3 * heads * width)), heads


def _thirds(trial):
    """The first third are queries, the second keys, the last values: joined, they are again."""
    projected, _ = trial.arguments
    roles = np.asarray(trial.outputs["roles"])
    _, batch, heads, n, width = roles.shape
    joined = [role.swapaxes(1, 2).reshape(batch, n, heads * width) for role in roles]
    return moved(np.concatenate(joined, axis=2), projected, trial.tolerance)


def _marked_tokens(trial):
    projected, heads = trial.arguments
    n = projected.shape[1]
    tokens = np.broadcast_to(np.arange(float(n))[:, None], projected.shape).copy()
    found = trial.call(tokens, heads)["roles"]
    wanted = np.broadcast_to(np.arange(float(n))[:, None], np.asarray(found).shape)
    return moved(found, wanted, trial.tolerance)


def _marked_roles(trial):
    projected, heads = trial.arguments
    marks = np.repeat(np.arange(3.0), projected.shape[2] // 3)
    found = trial.call(np.broadcast_to(marks, projected.shape).copy(), heads)["roles"]
    wanted = np.broadcast_to(np.arange(3.0)[:, None, None, None, None], np.asarray(found).shape)
    return moved(found, wanted, trial.tolerance)


@sheet.function(
    "16.2",
    "one matrix for three roles",
    points=2,
    asks="""
    Many programs project once, with a matrix (d, 3d): the result (batch, n, 3d) has all
    features of the queries first, then those of the keys, then those of the values. Cut it into
    roles and heads: (3, batch, heads, n, d / heads), the first head with the first features.
    """,
    outputs=lambda projected, heads: {
        "roles": (
            3,
            projected.shape[0],
            heads,
            projected.shape[1],
            projected.shape[2] // (3 * heads),
        )
    },
    inputs=_fused,
    edges={
        "one text, one token": (np.arange(12.0).reshape(1, 1, 12), 2),
        "one head": (np.arange(12.0).reshape(1, 2, 6), 1),
        "each head one feature": (np.arange(12.0).reshape(1, 2, 6), 2),
        "as many heads as tokens": (np.arange(36.0).reshape(1, 3, 12)[:, :2], 2),
    },
    properties=(
        Property("joined and side by side again, it is what came in", _thirds),
        Property("queries are the first third, values the last", _marked_roles),
        Property("row i of every head has numbers of token i alone", _marked_tokens),
    ),
    hints=(
        "Cut the last axis in three axes first. In which order do role, head and feature stand?",
        "projected.reshape(batch, n, 3, heads, width).transpose(____): roles first, tokens fourth",
    ),
)
def cut_roles(projected, heads):
    """Right: role, head and feature are cut apart, and only then moved."""
    batch, n, features = projected.shape
    cut = projected.reshape(batch, n, 3, heads, features // (3 * heads))
    return cut.transpose(2, 0, 3, 1, 4)


@cut_roles.also_right
def role_by_role(projected, heads):
    roles = np.split(projected, 3, axis=2)
    return np.stack([np.stack(np.split(role, heads, axis=2), axis=1) for role in roles])


@cut_roles.also_right
def roles_by_slices(projected, heads):
    batch, n, features = projected.shape
    width = features // (3 * heads)
    roles = np.empty((3, batch, heads, n, width))
    for role in range(3):
        for head in range(heads):
            start = (role * heads + head) * width
            roles[role, :, head] = projected[:, :, start : start + width]
    return roles


@cut_roles.also_right
def roles_in_float32(projected, heads):
    return cut_roles(projected.astype(np.float32), heads)


def _cut(projected, heads):
    batch, n, features = projected.shape
    return batch, n, features // (3 * heads)


@cut_roles.mistake
def reshaped_at_once(projected, heads):
    """reshape alone scrambles tokens: cut the last axis only, then move the axes."""
    batch, n, width = _cut(projected, heads)
    return projected.reshape(3, batch, heads, n, width)


@cut_roles.mistake
def heads_before_roles(projected, heads):
    """Your result is as if heads were cut first, roles inside: the first third are all queries."""
    batch, n, width = _cut(projected, heads)
    return projected.reshape(batch, n, heads, 3, width).transpose(3, 0, 2, 1, 4)


@cut_roles.mistake
def roles_scrambled_inside(projected, heads):
    """Your roles are right, and inside each a reshape alone scrambles the tokens: move the axis of
    the tokens.
    """
    batch, n, width = _cut(projected, heads)
    roles = np.split(projected, 3, axis=2)
    return np.stack([role.reshape(batch, heads, n, width) for role in roles])


@cut_roles.mistake
def features_take_turns(projected, heads):
    """Your heads take every so-many-th feature: the first head has the first ones."""
    batch, n, width = _cut(projected, heads)
    return projected.reshape(batch, n, 3, width, heads).transpose(2, 0, 4, 1, 3)


@cut_roles.mistake
def values_first(projected, heads):
    """The order of the roles is turned round: queries come first."""
    return cut_roles(projected, heads)[::-1]


@cut_roles.mistake
def roles_take_turns(projected, heads):
    """Your roles take turns, feature by feature: all features of the queries stand first."""
    batch, n, width = _cut(projected, heads)
    return projected.reshape(batch, n, heads, width, 3).transpose(4, 0, 2, 1, 3)


def _mixed(rng, square=False):
    if square:
        rows, heads, width, d = 3, 3, 3, 3
    else:
        rows, heads, width, d = sizes(rng, 4)
    return rng.normal(size=(rows, heads * width)), rng.normal(size=(heads * width, d)), heads


def _they_add_up(trial):
    mixed, W_output, _ = trial.arguments
    total = np.asarray(trial.outputs["parts"], dtype=float).sum(axis=0)
    return moved(total, mixed @ W_output, 10 * trial.tolerance)


def _first_head_alone(trial):
    """Only the first head's features are not zero: the other parts are zero."""
    mixed, W_output, heads = trial.arguments
    only = mixed.copy()
    only[:, mixed.shape[1] // heads :] = 0
    found = trial.call(only, W_output, heads)["parts"]
    wanted = np.zeros(np.asarray(found).shape)
    wanted[0] = only @ W_output
    return moved(found, wanted, 10 * trial.tolerance)


@sheet.function(
    "16.3",
    "what each head says",
    points=2,
    asks="""
    Behind attention the heads stand side by side in `mixed` (rows, heads · width), and one
    matrix W_output reads them. Return what **each head** adds to the output, shape (heads, rows,
    d): added over the heads it is mixed @ W_output.
    """,
    outputs=lambda mixed, W_output, heads: {"parts": (heads, len(mixed), W_output.shape[1])},
    inputs=_mixed,
    edges={
        "one head": (np.arange(6.0).reshape(2, 3), np.ones((3, 2)), 1),
        "each head one feature": (np.arange(6.0).reshape(2, 3), np.arange(9.0).reshape(3, 3), 3),
        "one row": (np.arange(4.0)[None], np.arange(20.0).reshape(4, 5), 2),
    },
    properties=(
        Property("added over the heads it is the output", _they_add_up),
        Property(
            "if only the first head hands over something, only its part is not zero",
            _first_head_alone,
        ),
    ),
    hints=(
        "Which columns of mixed are head 0's, and which rows of W_output read them?",
        "np.split(mixed, heads, axis=1) and np.split(W_output, heads, axis=____), pair by pair",
    ),
)
def parts_of(mixed, W_output, heads):
    """Right: each head is read by its own rows of W_output."""
    pairs = zip(np.split(mixed, heads, axis=1), np.split(W_output, heads, axis=0), strict=True)
    return np.stack([part @ rows for part, rows in pairs])


@parts_of.also_right
def parts_at_once(mixed, W_output, heads):
    by_head = mixed.reshape(len(mixed), heads, -1).swapaxes(0, 1)
    return by_head @ W_output.reshape(heads, -1, W_output.shape[1])


@parts_of.also_right
def parts_by_silence(mixed, W_output, heads):
    width, parts = mixed.shape[1] // heads, []
    for head in range(heads):
        alone = np.zeros_like(mixed)
        own = slice(head * width, (head + 1) * width)
        alone[:, own] = mixed[:, own]
        parts.append(alone @ W_output)
    return parts


@parts_of.also_right
def parts_in_float32(mixed, W_output, heads):
    return parts_of(mixed.astype(np.float32), W_output.astype(np.float32), heads)


@parts_of.mistake
def parts_without_each(mixed, W_output, heads):
    """This is what is left without each head: what the head itself adds is asked for."""
    return mixed @ W_output - parts_of(mixed, W_output, heads)


@parts_of.mistake
def even_shares(mixed, W_output, heads):
    """Your heads all have the same share of the output: they hand over different things."""
    return np.stack([mixed @ W_output / heads] * heads)


@parts_of.mistake
def whole_for_each(mixed, W_output, heads):
    """Every part is the whole output: it would be counted as often as there are heads."""
    return np.stack([mixed @ W_output] * heads)


@parts_of.mistake
def rows_read_in_reverse(mixed, W_output, heads):
    """The heads are read by other heads' rows of W_output: head 0 by the first d / heads rows."""
    return np.stack(
        [
            part @ rows
            for part, rows in zip(
                np.split(mixed, heads, axis=1), np.split(W_output, heads, axis=0)[::-1], strict=True
            )
        ]
    )


@parts_of.mistake
def every_so_many(mixed, W_output, heads):
    """Your heads take every so-many-th feature: a head's features stand beside each other."""
    return np.stack([mixed[:, head::heads] @ W_output[head::heads] for head in range(heads)])


@parts_of.mistake
def rows_scrambled(mixed, W_output, heads):
    """reshape(heads, rows, width) reads on through the rows: cut the features alone, then move the
    axis.
    """
    by_head = mixed.reshape(heads, len(mixed), -1)
    return by_head @ W_output.reshape(heads, -1, W_output.shape[1])


@parts_of.mistake
def last_part_first(mixed, W_output, heads):
    """The parts stand in reverse order: head 0 comes first."""
    return parts_of(mixed, W_output, heads)[::-1]


def _memory(rng, square=False):
    heads = int(rng.choice([4, 6, 8, 12, 16]))
    layers, tokens, width = (int(k) for k in rng.integers(2, 40, size=3))
    one = 4 * layers * tokens * width
    budget = int(one * rng.choice([0.5, 1.0, 1.7, 2.0, 3.4, 5.0, heads, 2.0 * heads]))
    return heads, layers, tokens, width, budget


def _divides(trial):
    heads, found = trial.arguments[0], int(trial.outputs["sets"])
    if found and heads % found:
        return f"{found} sets for {heads} heads"
    return None


def _twice_the_text(trial):
    """Twice the tokens and twice the memory: the same."""
    heads, layers, tokens, width, budget = trial.arguments
    again = trial.call(heads, layers, 2 * tokens, width, 2 * budget)["sets"]
    return moved(again, trial.outputs["sets"], trial.tolerance)


def _just_enough(trial):
    heads, layers, tokens, width, _ = trial.arguments
    found = trial.call(heads, layers, tokens, width, 4 * layers * tokens * width)["sets"]
    return moved(found, 1, trial.tolerance)


@sheet.function(
    "16.4",
    "how many keys and values fit?",
    points=2,
    asks="""
    A model of `layers` layers writes a text of `tokens` tokens, and keeps keys and values of all
    of them, 2 bytes a number. Each head is `width` wide; `heads` heads share kv_heads sets of
    keys and values, in groups of one size. Return the largest kv_heads whose keys and values fit
    into `budget` bytes, or 0 where not even one set does.
    """,
    outputs=lambda *_: {"sets": ()},
    inputs=_memory,
    edges={
        "not even one": (8, 2, 10, 4, 319),
        "exactly one": (8, 2, 10, 4, 320),
        "room for all and more": (8, 2, 10, 4, 10_000),
        "room for three of eight": (8, 2, 10, 4, 1000),
        "room for five of six": (6, 1, 1, 1, 20),
        "room for two of six": (6, 1, 1, 1, 8),
        "one head": (1, 3, 5, 7, 420),
        "room for all but one byte": (8, 2, 10, 4, 2559),
    },
    properties=(
        Property("it divides the heads into groups of one size", _divides),
        Property("a budget of exactly one set gives 1", _just_enough),
        Property("twice the tokens and twice the budget: the same", _twice_the_text),
    ),
    hints=(
        "How many bytes has one set: keys and values, every layer, every token?",
        "one = 2 * layers * tokens * width * ____; try kv_heads from heads down, divisors only.",
    ),
)
def sets_that_fit(heads, layers, tokens, width, budget):
    """Right: keys and values, in all layers, in groups of one size."""
    one = 2 * layers * tokens * width * 2
    fitting = [sets for sets in range(1, heads + 1) if heads % sets == 0 and sets * one <= budget]
    return max(fitting, default=0)


@sets_that_fit.also_right
def from_the_top(heads, layers, tokens, width, budget):
    for sets in range(heads, 0, -1):
        if heads % sets == 0 and sets * layers * tokens * width * 4 <= budget:
            return sets
    return 0


@sets_that_fit.also_right
def by_group_size(heads, layers, tokens, width, budget):
    room = budget // (4 * layers * tokens * width)
    for size in range(1, heads + 1):
        if heads % size == 0 and heads // size <= room:
            return heads // size
    return 0


@sets_that_fit.also_right
def sets_in_float32(heads, layers, tokens, width, budget):
    return np.float32(sets_that_fit(heads, layers, tokens, width, budget))


def _largest(heads, one, budget, divisors=True):
    fitting = [
        s for s in range(1, heads + 1) if s * one <= budget and (not divisors or heads % s == 0)
    ]
    return max(fitting, default=0)


@sets_that_fit.mistake
def keys_alone(heads, layers, tokens, width, budget):
    """Your result is as if keys alone were kept, or values: both are."""
    return _largest(heads, 2 * layers * tokens * width, budget)


@sets_that_fit.mistake
def bytes_of_float32(heads, layers, tokens, width, budget):
    """Your result is as if a number took 4 bytes: here each takes 2."""
    return _largest(heads, 8 * layers * tokens * width, budget)


@sets_that_fit.mistake
def groups_of_any_size(heads, layers, tokens, width, budget):
    """Your groups differ in size: kv_heads has to divide the heads."""
    return _largest(heads, 4 * layers * tokens * width, budget, divisors=False)


@sets_that_fit.mistake
def halved(heads, layers, tokens, width, budget):
    """Halving leaves divisors out: 12 heads can also share 4 sets, or 2."""
    sets = heads
    while sets * 4 * layers * tokens * width > budget:
        sets //= 2
    return sets


@sets_that_fit.mistake
def one_layer(heads, layers, tokens, width, budget):
    """Your result is as if there were one layer: each has keys and values of its own."""
    return _largest(heads, 4 * tokens * width, budget)


@sets_that_fit.mistake
def one_token(heads, layers, tokens, width, budget):
    """Your result is as if one token were kept: it is the keys and values of all."""
    return _largest(heads, 4 * layers * width, budget)


@sets_that_fit.mistake
def one_where_none_fits(heads, layers, tokens, width, budget):
    """Where not even one set fits, the answer is 0."""
    return max(1, _largest(heads, 4 * layers * tokens * width, budget))


@sets_that_fit.mistake
def below_the_budget(heads, layers, tokens, width, budget):
    """A budget that is used up to the last byte is kept: at most, not below."""
    return _largest(heads, 4 * layers * tokens * width, budget - 1)


def _mask_and_heads(rng, square=False):
    batch, m, heads = (3, 3, 3) if square else sizes(rng, 3)
    mask = np.arange(m) < rng.integers(1, m + 1, size=batch)[:, None]
    mask[0], mask[-1] = True, np.arange(m) < 1  # two sentences that differ
    return mask, heads


def _text_by_text(trial):
    mask, heads = trial.arguments
    found = np.asarray(trial.outputs["mask"])[:, 0].reshape(len(mask), heads, -1)
    return moved(found, np.repeat(mask[:, None], heads, axis=1), trial.tolerance)


def _as_many(trial):
    """Each sentence's mask stands there as often as there are heads."""
    mask, heads = trial.arguments
    found = np.asarray(trial.outputs["mask"])
    return moved(found.sum(), heads * mask.sum(), trial.tolerance)


@sheet.function(
    "16.5",
    "bug hunt: whose padding?",
    points=2,
    asks="""
    A program puts batch and heads on one axis: scores are (batch · heads, n, m), first all heads
    of text 0, then all of text 1, and so on. `mask` (batch, m) is True at real tokens. The
    function below is meant to give each of those maps its text's mask, as (batch · heads, 1, m).
    It runs, and hides the wrong tokens. Write `masks_of_heads` without the bug.
    """,
    outputs=lambda mask, heads: {"mask": (len(mask) * heads, 1, mask.shape[1])},
    inputs=_mask_and_heads,
    edges={
        "one head": (np.array([[True, True], [True, False]]), 1),
        "one text": (np.array([[True, True, False]]), 3),
        "two texts, two heads": (np.array([[True, True], [True, False]]), 2),
        "nothing but padding": (np.array([[False, False], [True, False]]), 2),
    },
    properties=(
        Property("the first `heads` masks are text 0's, and so on", _text_by_text),
        Property("each mask stands there once for each head", _as_many),
    ),
    hints=(
        "Two texts, two heads: write down which text each of the four maps belongs to.",
        "0 0 1 1 and not 0 1 0 1: np.____(mask, heads, axis=0)",
    ),
)
def masks_of_heads(mask, heads):
    """Right: all heads of a text stand together, and share its mask."""
    return np.repeat(mask, heads, axis=0)[:, None]


@masks_of_heads.also_right
def masks_by_broadcasting(mask, heads):
    batch, m = mask.shape
    return np.broadcast_to(mask[:, None], (batch, heads, m)).reshape(batch * heads, 1, m)


@masks_of_heads.also_right
def masks_by_loops(mask, heads):
    return np.array([[row] for row in mask for _ in range(heads)])


@masks_of_heads.also_right
def masks_by_index(mask, heads):
    return mask[np.arange(len(mask) * heads) // heads, None]


@masks_of_heads.also_right
def masks_in_float32(mask, heads):
    return masks_of_heads(mask, heads).astype(np.float32)


@masks_of_heads.mistake
def texts_take_turns(mask, heads):
    """This is still the bug: texts take turns, 0 1 0 1. All heads of a text stand together."""
    return np.tile(mask, (heads, 1))[:, None]


@masks_of_heads.mistake
def first_text_for_all(mask, heads):
    """Every map got the mask of text 0: each has its own text's."""
    return np.repeat(mask[:1], len(mask) * heads, axis=0)[:, None]


@masks_of_heads.mistake
def turned_round(mask, heads):
    """True and False changed places: True means may look."""
    return ~masks_of_heads(mask, heads)


@masks_of_heads.mistake
def last_text_first(mask, heads):
    """The texts are in reverse order: text 0 comes first."""
    return masks_of_heads(mask[::-1], heads)


@masks_of_heads.mistake
def nothing_hidden(mask, heads):
    """Nothing is hidden any more: padding stays False."""
    return np.ones((len(mask) * heads, 1, mask.shape[1]), dtype=bool)


@masks_of_heads.mistake
def real_in_any_text(mask, heads):
    """Your maps share one mask, of what is real in any text: each has its own text's."""
    return np.repeat(mask.any(axis=0)[None], len(mask) * heads, axis=0)[:, None]


@sheet.value(
    "16.6",
    "parameters of a layer that shares",
    points=1,
    asks="""
    A layer is 512 wide and has 8 heads, which share 2 sets of keys and values. It has four
    matrices and no biases. How many parameters?
    """,
    what="one number of parameters",
    hints=(
        "How wide is a head, and so how many columns has W_K?",
        "W_Q and W_O are 512 · 512. W_K and W_V are 512 · ____.",
    ),
)
def shared_parameters():
    """Right: 2 · 512 · 512 + 2 · 512 · 128. Queries and output stay as they are."""
    return 2 * 512 * 512 + 2 * 512 * 128


@shared_parameters.mistake
def nothing_shared():
    """That is without sharing: W_K and W_V have 2 heads' columns only, 128."""
    return 4 * 512 * 512


@shared_parameters.mistake
def keys_shared_alone():
    """Values are shared as keys are."""
    return 3 * 512 * 512 + 512 * 128


@shared_parameters.mistake
def output_narrow_too():
    """W_O reads all 8 heads: it stays 512 · 512."""
    return 512 * 512 + 3 * 512 * 128


@shared_parameters.mistake
def one_set():
    """That is W_K and W_V with one set, or W_K alone with two: two sets are here, of both."""
    return 2 * 512 * 512 + 2 * 512 * 64


@shared_parameters.mistake
def queries_and_output_alone():
    """That is W_Q and W_O alone, or a half of all: W_K and W_V are smaller, and there too."""
    return 2 * 512 * 512


@shared_parameters.mistake
def everything_shared():
    """W_Q and W_O are for all 8 heads: only keys and values are shared."""
    return 4 * 512 * 128


sheet.reason(
    "16.7",
    "a colleague's list of heads",
    asks="""
    A colleague looked at the maps of a trained model with 16 heads. Three of them look at the
    verb, sharply; six look nearly everywhere alike. “So the three are the grammar, and the six
    can go.” What do you answer? Name what you would do to the model, what you would measure,
    and on what you would not rely. At least 30 words, in any language. The text is recorded, not
    scored.
    """,
    least_words=30,
    praise="Compare it with a solution: does yours take heads away, one by one and together?",
    hints=(
        "What does a map say, and what does it not say?",
        "Take each head away alone, then ____, and measure ____ each time.",
    ),
)
