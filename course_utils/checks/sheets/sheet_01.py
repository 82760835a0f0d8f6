"""The exercises of sheet 01: hard and soft lookup in a library."""

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.answers import shown
from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_edges import ONE_ROW, TIES, edges_in_pairs
from course_utils.checks.sheets.attention_inputs import (
    inside_the_values,
    moved,
    one_query,
    order_of_keys_is_irrelevant,
    shift_changes_nothing,
    values_are_mixed,
)

sheet = Sheet("01")


QUERY = np.array([1.0, 2, -1])
KEYS = np.array([[1.0, 0, 1], [0, 1, -1], [2, 1, 0], [-1, 1, 1]])
VALUES = np.array([[10.0, 1], [20, 2], [30, 3], [40, 4]])
EDGES = {
    "one book": (QUERY, KEYS[:1], VALUES[:1]),
    "scores up to 1000": (500 * QUERY, KEYS, VALUES),
    "values below 0": (QUERY, KEYS, -VALUES),
    "no good match": (np.array([-1.0, -2, -1]), np.abs(KEYS)[::-1], VALUES),
}


def _answer(query, keys, values):
    return {"answer": values.shape[1:]}


def _is_a_value(trial):
    values, answer = trial.arguments[2], trial.outputs["answer"]
    if not np.isclose(values, answer, atol=10 * trial.tolerance).all(axis=-1).any():
        return f"{shown(answer)} is the content of no book"
    return None


def _fits_best(trial):
    query, keys, values = trial.arguments
    own = np.isclose(values, trial.outputs["answer"], atol=10 * trial.tolerance).all(axis=-1)
    scores = keys @ query
    if not own.any() or scores[own].max() < scores.max() - 10 * trial.tolerance:
        return f"a book with score {scores[own].max(initial=-np.inf):.3g} of {shown(scores)}"
    return None


def _crossed(setting):
    """One query that scores the books as the setting says."""
    queries, keys = setting.queries_and_keys()
    return queries[0], keys, setting.numbers(len(keys), 5)


@sheet.function(
    "01.1",
    "hard lookup",
    points=3,
    asks="""
    One query (d,), the keys (m, d) and the values (m, d_v) of m books. Return the value of
    the book whose key has the largest dot product with the query.
    """,
    outputs=_answer,
    inputs=one_query,
    edges=EDGES,
    crossed=edges_in_pairs(_crossed, sizes=ONE_ROW, without=TIES),
    properties=(
        Property("the answer is the content of one book", _is_a_value),
        Property("no other book has a higher score", _fits_best),
    ),
    hints=(
        "Which key has the largest dot product with the query? And which row of values is its?",
        "One line: values[(keys @ query).____()]",
    ),
)
def hard_lookup(query, keys, values):
    """Right: you found one book by its label and handed over its content, whole."""
    return values[(keys @ query).argmax()]


@hard_lookup.also_right
def with_einsum(query, keys, values):
    return values[int(np.argmax(np.einsum("jd,d->j", keys, query)))]


@hard_lookup.also_right
def best_of_all_books(query, keys, values):
    return max(zip(keys, values, strict=True), key=lambda book: sum(query * book[0]))[1]


@hard_lookup.also_right
def last_when_sorted(query, keys, values):
    return values[np.dot(keys, query).argsort()[-1]].astype(np.float32)


@hard_lookup.mistake
def query_ignored(query, keys, values):
    """Your choice is as if it did not depend on the query: compare each key with it, keys @
    query.
    """
    return values[keys.sum(axis=-1).argmax()]


@hard_lookup.mistake
def index(query, keys, values):
    """This is the number of the best book. Hand over its content: a row of values."""
    return (keys @ query).argmax()


@hard_lookup.mistake
def key(query, keys, values):
    """You hand over the label of the best book; its content is the same row of values."""
    return keys[(keys @ query).argmax()]


@hard_lookup.mistake
def score(query, keys, values):
    """This is the highest score. You need to know which book has it: argmax, not max."""
    return (keys @ query).max()


@hard_lookup.mistake
def worst_book(query, keys, values):
    """Your result is as if you picked the book that fits worst: the best has the largest score."""
    return values[(keys @ query).argmin()]


@hard_lookup.mistake
def best_starts_at_0(query, keys, values):
    """Where every score is below 0 you keep the first book: start with −infinity, not 0."""
    best, best_score = 0, 0
    for book, key in enumerate(keys):
        if key @ query > best_score:
            best, best_score = book, key @ query
    return values[best]


@hard_lookup.mistake
def row_kept(query, keys, values):
    """The right content, in an array (1, d_v): return the row itself, (d_v,)."""
    best = (keys @ query).argmax()
    return values[[best]]


@hard_lookup.mistake
def soft(query, keys, values):
    """This is the soft lookup, a blend: hand over the content of the best book alone."""
    return softmax(keys @ query) @ values


@hard_lookup.mistake
def nearest_key(query, keys, values):
    """Your result is as if you took the nearest key; asked is the largest dot product, keys @
    query.
    """
    distances = ((keys - query) ** 2).sum(axis=-1)
    return values[distances.argmin()]


@hard_lookup.mistake
def cosine(query, keys, values):
    """Your result is as if each score were divided by its key's length, a cosine: asked is the
    dot product as it is, keys @ query.
    """
    lengths = np.linalg.norm(keys, axis=-1)
    return values[(keys @ query / np.where(lengths > 0, lengths, 1)).argmax()]


@hard_lookup.mistake
def longest_key(query, keys, values):
    """Your result is as if you picked the longest label, whatever the query says: keys @ query
    compares them.
    """
    lengths = np.linalg.norm(keys, axis=-1)
    return values[lengths.argmax()]


@hard_lookup.mistake
def absolute_score(query, keys, values):
    """A score of −5 is a bad match, not a strong one: leave the sign of the scores."""
    return values[np.abs(keys @ query).argmax()]


def _hardens(trial):
    query, keys, values = trial.arguments
    scores = keys @ query
    if len(scores) > 1 and np.diff(np.sort(scores))[-1] < 1e-3:
        return None  # two books tie: no single one wins
    answer = trial.call(1e6 * query, keys, values)["answer"]
    return moved(answer, values[scores.argmax()], 1e-3)


def _every_book_twice(trial):
    query, keys, values = trial.arguments
    again = trial.call(query, np.concatenate([keys] * 2), np.concatenate([values] * 2))["answer"]
    return moved(again, trial.outputs["answer"], trial.tolerance)


def _ahead_by_one(trial):
    """Where keys and values are one-hot, the answer is the weights."""
    found = trial.call(np.array([1.0, 0]), np.eye(2), np.eye(2))["answer"]
    return moved(found, np.array([np.e, 1]) / (np.e + 1), trial.tolerance)


@sheet.function(
    "01.2",
    "soft lookup",
    points=3,
    asks="""
    Now every book gives its share. Three lines: ① score every key by its dot product with
    the query, ② normalise the scores with `softmax`, which is imported above, ③ mix the
    values.
    """,
    outputs=_answer,
    inputs=one_query,
    edges=EDGES,
    crossed=edges_in_pairs(_crossed, sizes=ONE_ROW),
    properties=(
        inside_the_values("answer"),
        order_of_keys_is_irrelevant("answer"),
        values_are_mixed("answer"),
        shift_changes_nothing("answer"),
        Property("for a query a million times as long, the best book gets all", _hardens),
        Property("a second copy of a shelf changes no answer", _every_book_twice),
        Property("a score ahead by 1 gives e times the weight", _ahead_by_one),
    ),
    hints=(
        "Three lines, ① score, ② normalise, ③ mix. What does each one give, and in which shape?",
        "weights = softmax(keys @ query), and then: return weights @ ____",
    ),
)
def soft_lookup(query, keys, values):
    """Right: inside the range of the values, and hard again when the query is long."""
    scores = keys @ query  # ①
    weights = softmax(scores)  # ②
    return weights @ values  # ③


@soft_lookup.also_right
def in_loops(query, keys, values):
    scores = [sum(q * k for q, k in zip(query, key, strict=True)) for key in keys]
    exps = [np.exp(score - max(scores)) for score in scores]
    return sum(e / sum(exps) * value for e, value in zip(exps, values, strict=True))


@soft_lookup.also_right
def with_einsum(query, keys, values):
    return np.einsum("j,jv->v", softmax(np.einsum("d,jd->j", query, keys)), values)


@soft_lookup.also_right
def in_float32(query, keys, values):
    query, keys, values = (array.astype(np.float32) for array in (query, keys, values))
    return softmax(keys @ query) @ values


@soft_lookup.mistake
def no_softmax(query, keys, values):
    """Your result is as if you mixed with the scores themselves: turn them into weights that
    sum to 1 first.
    """
    scores = keys @ query
    return scores @ values


@soft_lookup.mistake
def keys_mixed(query, keys, values):
    """Your result is as if you mixed the labels, keys: what is handed over are the contents,
    values.
    """
    return softmax(keys @ query) @ keys


@soft_lookup.mistake
def divided_by_the_sum(query, keys, values):
    """Your result is as if you divided the scores by their sum; with scores below 0 that is no
    average. Softmax takes exp first.
    """
    scores = keys @ query
    weights = scores / scores.sum()
    return weights @ values


@soft_lookup.mistake
def hard(query, keys, values):
    """This is the hard lookup, one book: soft gives each book its share."""
    return values[(keys @ query).argmax()]


@soft_lookup.mistake
def plain_mean(query, keys, values):
    """Every book has the same share here, whatever the query asks: are its scores used, and
    does softmax run over the books?
    """
    return values.mean(axis=0)


@soft_lookup.mistake
def mean_of_the_weighted_values(query, keys, values):
    """Your result is as if you averaged the weighted values: the weights sum to 1 already, so
    add them up.
    """
    weights = softmax(keys @ query)
    return (weights[:, None] * values).mean(axis=0)


@soft_lookup.mistake
def softmax_without_a_shift(query, keys, values):
    """For scores near 1000 exp overflows: subtract the largest score first, or use softmax."""
    exps = np.exp(keys @ query)
    weights = exps / exps.sum()
    return weights @ values


@soft_lookup.mistake
def scaled(query, keys, values):
    """Your result is as if you divided the scores by √d. That is a later rule; here the scores
    stay as they are.
    """
    weights = softmax(keys @ query / np.sqrt(len(query)))
    return weights @ values


@soft_lookup.mistake
def exp_without_the_sum(query, keys, values):
    """Your weights are exps that do not sum to 1: divide them by their sum."""
    weights = np.exp(keys @ query)
    return weights @ values


@soft_lookup.mistake
def every_weight_1(query, keys, values):
    """This adds all contents up, each with weight 1: as if softmax ran along an axis of length
    1.
    """
    scores = keys @ query
    weights = softmax(scores[:, None])  # (m, 1)
    return (weights * values).sum(axis=0)


@soft_lookup.mistake
def not_added_up(query, keys, values):
    """Every content has its weight now; add them up over the books."""
    weights = softmax(keys @ query)
    return weights[:, None] * values


@soft_lookup.mistake
def weights_returned(query, keys, values):
    """These are the weights. One step is missing: ③ mix the values with them."""
    return softmax(keys @ query)


sheet.choice(
    "01.3",
    "the same labels, other contents",
    points=1,
    asks="""
    Two libraries have the same labels on their shelves, and other books behind them: the
    keys are equal, the values differ. The same query is asked in both. What differs?
    """,
    letter="b",
    options={
        "a": (
            "the weights and the answer",
            "The weights come out of query and keys, and neither has changed. Where do the "
            "values enter?",
        ),
        "b": ("only the answer", "Yes: values enter in stage ③ only, after the weights are made."),
        "c": (
            "only the weights",
            "The weights are made before any value is looked at. Which stage uses the values?",
        ),
        "d": ("neither", "The values are what is handed over: with others, the answer is another."),
    },
    hints=(
        "In which of the three stages do the values appear?",
        "① and ② use query and keys. Only stage ____ uses values, and it makes the ____.",
    ),
)


OF_A_WEIGHT, OF_THE_ANSWER = "the change of a weight", "the change of the answer"


def _soft(query, keys, values):
    weights = softmax(keys @ query)
    return weights, weights @ values


def _hard(query, keys, values):
    weights = (np.arange(len(keys)) == (keys @ query).argmax()).astype(float)
    return weights, weights @ values


def _peeks_at_contents(query, keys, values):
    weights = softmax(keys @ query + 0.3 * values.sum(axis=1))
    return weights, weights @ values


def _peeks_at_the_last(query, keys, values):
    """The last book alone is weighed by what is in it, and against it."""
    scores = keys @ query
    scores[-1] -= 0.5 * values[-1, 0]
    weights = softmax(scores)
    return weights, weights @ values


LOOKUPS = {
    "soft lookup": _soft,
    "hard lookup": _hard,
    "one that peeks at the contents": _peeks_at_contents,
    "one that peeks at the last book": _peeks_at_the_last,
}
SHELF = np.random.default_rng(4).normal(size=(2, 4, 2))


def _two_shelves(rng, square=False):
    query, keys, values = one_query(rng, square)
    lookup = list(LOOKUPS.values())[int(rng.integers(len(LOOKUPS)))]
    return lookup, query, keys, values, values + rng.normal(size=values.shape)


def _honest_weights_stay(trial):
    _, *rest = trial.arguments
    return moved(trial.call(_soft, *rest)[OF_A_WEIGHT], 0.0, trial.tolerance)


def _peeking_shows(trial):
    _, query, keys, first, second = trial.arguments
    found = trial.call(_peeks_at_contents, query, keys, first, second)[OF_A_WEIGHT]
    weights = [_peeks_at_contents(query, keys, values)[0] for values in (first, second)]
    return moved(found, np.abs(weights[0] - weights[1]).max(), trial.tolerance)


def _doubles(trial):
    _, query, keys, first, second = trial.arguments
    once = trial.call(_soft, query, keys, first, second)[OF_THE_ANSWER]
    twice = trial.call(_soft, query, keys, first, first + 2 * (second - first))[OF_THE_ANSWER]
    return moved(twice, 2 * once, trial.tolerance)


def _known_change(trial):
    contents = np.array([[0.0, 0], [0, 0]]), np.array([[4.0, -8], [4, -8]])
    found = trial.call(_soft, np.ones(2), np.ones((2, 2)), *contents)[OF_THE_ANSWER]
    return moved(found, 8.0, trial.tolerance)


@sheet.function(
    "01.4",
    "prove it: how much does each change?",
    points=2,
    asks="""
    Measure what you just said, for any library. `lookup(query, keys, values)` returns two
    things, the weights (m,) and the answer (d_v,). It may be a soft lookup, a hard one, or one
    that cheats and peeks at the contents. Ask it with both contents and return two numbers: the
    largest change of any weight, and the largest change of any number of the answer. A fall
    counts like a rise.
    """,
    outputs=lambda *_: {OF_A_WEIGHT: (), OF_THE_ANSWER: ()},
    inputs=_two_shelves,
    edges={
        **{name: (lookup, QUERY, KEYS, *SHELF) for name, lookup in LOOKUPS.items()},
        "the same contents": (_soft, QUERY, KEYS, VALUES, VALUES),
        "one book": (_soft, QUERY, KEYS[:1], VALUES[:1], -VALUES[:1]),
        "less than before": (_soft, QUERY, KEYS, VALUES, VALUES - np.array([9.0, 1])),
    },
    crossed=edges_in_pairs(
        lambda setting: (_soft, *_crossed(setting), setting.numbers(*setting.scores.shape[1:], 5)),
        sizes=ONE_ROW,
    ),
    properties=(
        Property(
            "for a soft lookup no weight changes: the first number is 0", _honest_weights_stay
        ),
        Property("a lookup that peeks at the contents is seen in the first number", _peeking_shows),
        Property("contents that change twice as much change the answer twice as much", _doubles),
        Property("from [0 0] to [4 −8] in every book, the largest change is 8", _known_change),
    ),
    hints=(
        "Call lookup twice, once with each contents. What do you then compare?",
        "weights_1, answer_1 = lookup(query, keys, values_1); np.abs(weights_1 - ____).max()",
    ),
)
def largest_changes(lookup, query, keys, values_1, values_2):
    """Right, and it is proved: an honest lookup's weights stay, the answer moves."""
    weights_1, answer_1 = lookup(query, keys, values_1)
    weights_2, answer_2 = lookup(query, keys, values_2)
    return np.abs(weights_1 - weights_2).max(), np.abs(answer_1 - answer_2).max()


def _changes(lookup, *shelves):
    """What both things that a lookup returns have changed by, from the first contents."""
    query, keys, values_1, values_2 = shelves
    before, after = lookup(query, keys, values_1), lookup(query, keys, values_2)
    return after[0] - before[0], after[1] - before[1]


@largest_changes.also_right
def each_by_its_norm(lookup, *shelves):
    return tuple(np.linalg.norm(change, np.inf) for change in _changes(lookup, *shelves))


@largest_changes.also_right
def number_by_number(lookup, query, keys, values_1, values_2):
    found = lookup(query, keys, values_1), lookup(query, keys, values_2)
    return [
        max(abs(a - b) for a, b in zip(*pair, strict=True)) for pair in zip(*found, strict=True)
    ]


@largest_changes.also_right
def in_float32(lookup, *shelves):
    return np.array([np.abs(change).max() for change in _changes(lookup, *shelves)], np.float32)


@largest_changes.mistake
def zero_without_asking(lookup, query, keys, values_1, values_2):
    """Your result is as if the first number were 0 for every lookup: one that peeks at the
    contents changes its weights. Measure it.
    """
    return 0.0, np.abs(_changes(lookup, query, keys, values_1, values_2)[1]).max()


@largest_changes.mistake
def own_lookup(lookup, query, keys, values_1, values_2):
    """Your result is as if you used a soft lookup of your own: call the lookup that is given."""
    return largest_changes(_soft, query, keys, values_1, values_2)


@largest_changes.mistake
def swapped(lookup, *shelves):
    """Both numbers are right, in the wrong order: first the weights, then the answer."""
    return largest_changes(lookup, *shelves)[::-1]


@largest_changes.mistake
def no_absolute_value(lookup, *shelves):
    """A change of −5 is a large change: take np.abs before the max."""
    return tuple((-change).max() for change in _changes(lookup, *shelves))


@largest_changes.mistake(name="the other way round, no absolute value")
def largest_rise(lookup, *shelves):
    """A fall counts as much as a rise: np.abs(…) before the max."""
    return tuple(change.max() for change in _changes(lookup, *shelves))


@largest_changes.mistake
def absolute_value_too_late(lookup, *shelves):
    """np.abs comes after max: a large fall is lost by then. Take it first."""
    return tuple(abs((-change).max()) for change in _changes(lookup, *shelves))


@largest_changes.mistake
def answers_returned(lookup, query, keys, values_1, values_2):
    """These are the two answers; asked is how much they differ, as two numbers."""
    return lookup(query, keys, values_1)[1], lookup(query, keys, values_2)[1]


@largest_changes.mistake
def values_compared(lookup, query, keys, values_1, values_2):
    """Your result is as if you compared the values with each other; compare the answers, which
    mix them.
    """
    change, _ = largest_changes(lookup, query, keys, values_1, values_2)
    return change, np.abs(values_1 - values_2).max()


@largest_changes.mistake
def mean(lookup, *shelves):
    """These are average changes; asked are the largest: max, not mean."""
    return tuple(np.abs(change).mean() for change in _changes(lookup, *shelves))


@largest_changes.mistake
def summed(lookup, *shelves):
    """Your result is as if you added all changes up; asked is the largest single one."""
    return tuple(np.abs(change).sum() for change in _changes(lookup, *shelves))


@largest_changes.mistake
def sums_compared(lookup, *shelves):
    """Your result is as if you compared sums: changes up and down then cancel. Compare number by
    number.
    """
    return tuple(abs(change.sum()) for change in _changes(lookup, *shelves))


NAMES = np.array([[2.0, 1, 0], [0, 2, 1], [1, 0, 2]])
NUMBERS = np.array([110.0, 430, 790])
SPELLING = np.array([1.0, 0.5, 0])
SCORES = NAMES @ SPELLING


@sheet.value(
    "01.5",
    "a phone book that blends",
    points=1,
    asks="""
    Three colleagues and their phone numbers. The names are vectors, so that a badly spelled
    name can still be compared. What does a *soft* lookup return for this spelling, within 0.5?
    Use your `soft_lookup`, or compute it in another way.
    """,
    what="one number, the blended one",
    tolerance=0.5,
    properties=(
        Property(
            "A blend lies between the smallest and the largest number, 110 and 790",
            lambda number: None if 110 <= number <= 790 else shown(number),
        ),
    ),
    hints=(
        "It is your soft lookup with one number for each name: which are keys, which values?",
        "softmax(names @ spelling) @ ____",
    ),
)
def blended_number():
    """Right, and nobody has that number: a blend of phone numbers calls a stranger."""
    return soft_lookup(SPELLING, NAMES, NUMBERS)


@blended_number.mistake
def hard():
    """This is the best match alone, the hard lookup: mix all three."""
    return 110


@blended_number.mistake
def mean():
    """The three have different scores, so different weights."""
    return NUMBERS.mean()


@blended_number.mistake
def scores():
    """Your result is as if you mixed with the scores: softmax makes weights of them."""
    return SCORES @ NUMBERS


@blended_number.mistake
def divided_by_the_sum():
    """Your result is as if you divided the scores by their sum: softmax takes exp first."""
    weights = SCORES / SCORES.sum()
    return weights @ NUMBERS


@blended_number.mistake
def weight():
    """This is the largest weight; now mix numbers."""
    return softmax(SCORES).max()


sheet.reason(
    "01.6",
    "why is hard lookup better here?",
    asks="""
    Say it in at least 15 words, in any language. The text is recorded, not scored.
    """,
    praise="Compare it with a solution: does yours say what a blended number is good for?",
    hints=(
        "Whom do you reach if you dial the average of two phone numbers?",
        "A blend is useful where a value between two values means something, as for ____.",
    ),
)
