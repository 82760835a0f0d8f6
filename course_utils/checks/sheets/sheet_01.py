"""The exercises of sheet 01: hard and soft lookup in a library."""

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.exercises import (
    ChoiceExercise,
    Mistake,
    Property,
    ReasonExercise,
    ValueExercise,
    shown,
)
from course_utils.checks.functions import FunctionExercise
from course_utils.checks.sheets.attention_inputs import (
    inside_the_values,
    moved,
    one_query,
    order_of_keys_is_irrelevant,
    shift_changes_nothing,
    values_are_mixed,
)

ARGUMENTS = ("query", "keys", "values")
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


hard_lookup = FunctionExercise(
    id="01.1",
    title="hard lookup",
    points=3,
    name="hard_lookup",
    arguments=ARGUMENTS,
    reference=lambda query, keys, values: values[(keys @ query).argmax()],
    outputs=_answer,
    inputs=one_query,
    edges=EDGES,
    properties=(
        Property("the answer is the content of one book", _is_a_value),
        Property("no other book has a higher score", _fits_best),
    ),
    variants=(
        lambda query, keys, values: values[int(np.argmax(np.einsum("jd,d->j", keys, query)))],
        lambda query, keys, values: max(
            zip(keys, values, strict=True), key=lambda book: sum(query * book[0])
        )[1],
        lambda query, keys, values: values[np.dot(keys, query).argsort()[-1]].astype(np.float32),
    ),
    praise="Right: you found one book by its label and handed over its content, whole.",
    mistakes=(
        Mistake(
            "query ignored",
            lambda query, keys, values: values[keys.sum(axis=-1).argmax()],
            "Your choice does not depend on the query: compare each key with it, keys @ query.",
        ),
        Mistake(
            "index",
            lambda query, keys, values: (keys @ query).argmax(),
            "This is the number of the best book. Hand over its content: a row of values.",
        ),
        Mistake(
            "key",
            lambda query, keys, values: keys[(keys @ query).argmax()],
            "You hand over the label of the best book; its content is the same row of values.",
        ),
        Mistake(
            "score",
            lambda query, keys, values: (keys @ query).max(),
            "This is the highest score. You need to know which book has it: argmax, not max.",
        ),
        Mistake(
            "worst book",
            lambda query, keys, values: values[(keys @ query).argmin()],
            "You pick the book that fits worst: the best has the largest score.",
        ),
        Mistake(
            "best starts at 0",
            lambda query, keys, values: values[np.maximum(keys @ query, 0).argmax()],
            "Where every score is below 0 you keep the first book: start with −infinity, not 0.",
        ),
        Mistake(
            "row kept",
            lambda query, keys, values: values[[(keys @ query).argmax()]],
            "The right content, in an array (1, d_v): return the row itself, (d_v,).",
        ),
        Mistake(
            "soft",
            lambda query, keys, values: softmax(keys @ query) @ values,
            "This is the soft lookup, a blend: hand over the content of the best book alone.",
        ),
        Mistake(
            "nearest key",
            lambda query, keys, values: values[((keys - query) ** 2).sum(axis=-1).argmin()],
            "You took the nearest key; asked is the largest dot product, keys @ query.",
        ),
        Mistake(
            "longest key",
            lambda query, keys, values: values[np.linalg.norm(keys, axis=-1).argmax()],
            "You pick the longest label, whatever the query says: keys @ query compares them.",
        ),
        Mistake(
            "absolute score",
            lambda query, keys, values: values[np.abs(keys @ query).argmax()],
            "A score of −5 is a bad match, not a strong one: leave the sign of the scores.",
        ),
    ),
    hints=(
        "Which key has the largest dot product with the query? And which row of values is its?",
        "One line: values[(keys @ query).____()]",
    ),
)


def _hardens(trial):
    query, keys, values = trial.arguments
    scores = keys @ query
    if len(scores) > 1 and np.diff(np.sort(scores))[-1] < 1e-3:
        return None  # two books tie: no single one wins
    answer = trial.call(1e6 * query, keys, values)["answer"]
    return moved(answer, values[scores.argmax()], 1e-3)


def _soft_loops(query, keys, values):
    scores = [sum(q * k for q, k in zip(query, key, strict=True)) for key in keys]
    exps = [np.exp(score - max(scores)) for score in scores]
    return sum(e / sum(exps) * value for e, value in zip(exps, values, strict=True))


def _soft_einsum(query, keys, values):
    return np.einsum("j,jv->v", softmax(np.einsum("d,jd->j", query, keys)), values)


def _soft_float32(query, keys, values):
    query, keys, values = (array.astype(np.float32) for array in (query, keys, values))
    return softmax(keys @ query) @ values


soft_lookup = FunctionExercise(
    id="01.2",
    title="soft lookup",
    points=3,
    name="soft_lookup",
    arguments=ARGUMENTS,
    reference=lambda query, keys, values: softmax(keys @ query) @ values,
    outputs=_answer,
    inputs=one_query,
    edges=EDGES,
    properties=(
        inside_the_values("answer"),
        order_of_keys_is_irrelevant("answer"),
        values_are_mixed("answer"),
        shift_changes_nothing("answer"),
        Property("for a query a million times as long, the best book gets all", _hardens),
        Property(
            "a second copy of a shelf changes no answer",
            lambda trial: moved(
                trial.call(
                    trial.arguments[0],
                    np.concatenate([trial.arguments[1]] * 2),
                    np.concatenate([trial.arguments[2]] * 2),
                )["answer"],
                trial.outputs["answer"],
                trial.tolerance,
            ),
        ),
        Property(
            "a score ahead by 1 gives e times the weight",
            lambda trial: moved(
                trial.call(np.array([1.0, 0]), np.eye(2), np.eye(2))["answer"],
                np.array([np.e, 1]) / (np.e + 1),
                trial.tolerance,
            ),
        ),
    ),
    variants=(_soft_loops, _soft_einsum, _soft_float32),
    praise="Right: inside the range of the values, and hard again when the query is long.",
    mistakes=(
        Mistake(
            "no softmax",
            lambda query, keys, values: (keys @ query) @ values,
            "You mixed with the scores themselves: turn them into weights that sum to 1 first.",
        ),
        Mistake(
            "keys mixed",
            lambda query, keys, values: softmax(keys @ query) @ keys,
            "You mixed the labels, keys: what is handed over are the contents, values.",
        ),
        Mistake(
            "divided by the sum",
            lambda query, keys, values: (keys @ query) / (keys @ query).sum() @ values,
            "You divided the scores by their sum; with scores below 0 that is no average. "
            "Softmax takes exp first.",
        ),
        Mistake(
            "hard",
            lambda query, keys, values: values[(keys @ query).argmax()],
            "This is the hard lookup, one book: soft gives each book its share.",
        ),
        Mistake(
            "plain mean",
            lambda query, keys, values: values.mean(axis=0),
            "Every book has the same share here, whatever the query asks: are its scores used, and "
            "does softmax run over the books?",
        ),
        Mistake(
            "mean of the weighted values",
            lambda query, keys, values: softmax(keys @ query) @ values / len(keys),
            "You averaged the weighted values: the weights sum to 1 already, so add them up.",
        ),
        Mistake(
            "softmax without a shift",
            lambda query, keys, values: np.exp(keys @ query) / np.exp(keys @ query).sum() @ values,
            "For scores near 1000 exp overflows: subtract the largest score first, or use softmax.",
        ),
        Mistake(
            "scaled",
            lambda query, keys, values: softmax(keys @ query / np.sqrt(len(query))) @ values,
            "You divided the scores by √d. That is a later rule; here the scores stay as they are.",
        ),
        Mistake(
            "exp without the sum",
            lambda query, keys, values: np.exp(keys @ query) @ values,
            "Your weights are exps that do not sum to 1: divide them by their sum.",
        ),
        Mistake(
            "every weight 1",
            lambda query, keys, values: values.sum(axis=0),
            "This adds all contents up, each with weight 1: softmax ran along an axis of length 1.",
        ),
        Mistake(
            "not added up",
            lambda query, keys, values: softmax(keys @ query)[:, None] * values,
            "Every content has its weight now; add them up over the books.",
        ),
        Mistake(
            "weights returned",
            lambda query, keys, values: softmax(keys @ query),
            "These are the weights. One step is missing: ③ mix the values with them.",
        ),
    ),
    hints=(
        "Three lines, ① score, ② normalise, ③ mix. What does each one give, and in which shape?",
        "weights = softmax(keys @ query), and then: return weights @ ____",
    ),
)

what_changes = ChoiceExercise(
    id="01.3",
    title="the same labels, other contents",
    points=1,
    right="b",
    reasons={
        "a": "The weights come out of query and keys, and neither has changed. Where do the "
        "values enter?",
        "b": "Yes: values enter in stage ③ only, after the weights are made.",
        "c": "The weights are made before any value is looked at. Which stage uses the values?",
        "d": "The values are what is handed over: with others, the answer is another.",
    },
    hints=(
        "In which of the three stages do the values appear?",
        "① and ② use query and keys. Only stage ____ uses values, and it makes the ____.",
    ),
)


OF_A_WEIGHT, OF_THE_ANSWER = "the change of a weight", "the change of the answer"


def _changes(query, keys, values_1, values_2):
    weights = softmax(keys @ query)
    return 0.0, np.abs(weights @ values_1 - weights @ values_2).max()


def _two_shelves(rng, square=False):
    query, keys, values = one_query(rng, square)
    return query, keys, values, values + rng.normal(size=values.shape)


def _weights_stay(trial):
    return moved(trial.outputs[OF_A_WEIGHT], 0.0, trial.tolerance)


def _doubles(trial):
    query, keys, first, second = trial.arguments
    further = trial.call(query, keys, first, first + 2 * (second - first))[OF_THE_ANSWER]
    return moved(further, 2 * trial.outputs[OF_THE_ANSWER], trial.tolerance)


def _known_change(trial):
    contents = np.array([[0.0, 0], [0, 0]]), np.array([[4.0, -8], [4, -8]])
    found = trial.call(np.ones(2), np.ones((2, 2)), *contents)[OF_THE_ANSWER]
    return moved(found, 8.0, trial.tolerance)


largest_changes = FunctionExercise(
    id="01.4",
    title="prove it: how much does each change?",
    points=2,
    name="largest_changes",
    arguments=("query", "keys", "values_1", "values_2"),
    reference=_changes,
    outputs=lambda *_: {OF_A_WEIGHT: (), OF_THE_ANSWER: ()},
    inputs=_two_shelves,
    edges={
        "the same contents": (QUERY, KEYS, VALUES, VALUES),
        "one book": (QUERY, KEYS[:1], VALUES[:1], -VALUES[:1]),
        "less than before": (QUERY, KEYS, VALUES, VALUES - np.array([9.0, 1])),
    },
    properties=(
        Property("no weight changes, so the first number is 0", _weights_stay),
        Property("contents that change twice as much change the answer twice as much", _doubles),
        Property("from [0 0] to [4 −8] in every book, the largest change is 8", _known_change),
    ),
    variants=(
        lambda q, k, v, w: (0, np.abs(softmax(k @ q) @ (v - w)).max()),
        lambda q, k, v, w: np.array([0.0, max(abs(x) for x in softmax(k @ q) @ (w - v))]),
        lambda q, k, v, w: [np.float32(number) for number in _changes(q, k, v, w)],
    ),
    praise="Right, and it is proved: the weights stay exactly, the answer moves.",
    mistakes=(
        Mistake(
            "swapped",
            lambda *a: _changes(*a)[::-1],
            "Both numbers are right, in the wrong order: first the weights, then the answer.",
        ),
        Mistake(
            "no absolute value",
            lambda q, k, v, w: (0.0, (softmax(k @ q) @ v - softmax(k @ q) @ w).max()),
            "A change of −5 is a large change: take np.abs before the max.",
        ),
        Mistake(
            "the other way round, no absolute value",
            lambda q, k, v, w: (0.0, (softmax(k @ q) @ w - softmax(k @ q) @ v).max()),
            "A fall counts as much as a rise: np.abs(…) before the max.",
        ),
        Mistake(
            "absolute value too late",
            lambda q, k, v, w: (0.0, abs((softmax(k @ q) @ (v - w)).max())),
            "np.abs comes after max: a large fall is lost by then. Take it first.",
        ),
        Mistake(
            "answers returned",
            lambda q, k, v, w: (softmax(k @ q) @ v, softmax(k @ q) @ w),
            "These are the two answers; asked is how much they differ, as two numbers.",
        ),
        Mistake(
            "values compared",
            lambda q, k, v, w: (0.0, np.abs(v - w).max()),
            "You compared the values with each other; compare the answers, which mix them.",
        ),
        Mistake(
            "mean",
            lambda q, k, v, w: (0.0, np.abs(softmax(k @ q) @ (v - w)).mean()),
            "This is the average change of the answer; asked is the largest: max, not mean.",
        ),
        Mistake(
            "weights from the values",
            lambda q, k, v, w: (
                np.abs(softmax(v @ np.ones(v.shape[1])) - softmax(w @ np.ones(w.shape[1]))).max(),
                _changes(q, k, v, w)[1],
            ),
            "Your weights were made from the values; they come from keys @ query.",
        ),
        Mistake(
            "summed",
            lambda q, k, v, w: (0.0, np.abs(softmax(k @ q) @ (v - w)).sum()),
            "You added all changes of the answer up; asked is the largest single one.",
        ),
    ),
    hints=(
        "Make weights and answer twice, once with each contents. What do you then compare?",
        "np.abs(weights_1 - weights_2).max() for the weights; the same for answer_1 and ____.",
    ),
)

NAMES = np.array([[2.0, 1, 0], [0, 2, 1], [1, 0, 2]])
NUMBERS = np.array([110.0, 430, 790])
SPELLING = np.array([1.0, 0.5, 0])
SCORES = NAMES @ SPELLING

phone_book = ValueExercise(
    id="01.5",
    title="a phone book that blends",
    points=1,
    what="one number, the blended one",
    expected=softmax(SCORES) @ NUMBERS,
    tolerance=0.5,
    praise="Right, and nobody has that number: a blend of phone numbers calls a stranger.",
    properties=(
        Property(
            "A blend lies between the smallest and the largest number, 110 and 790",
            lambda number: None if 110 <= number <= 790 else shown(number),
        ),
    ),
    mistakes=(
        Mistake("hard", 110, "This is the best match alone, the hard lookup: mix all three."),
        Mistake("mean", NUMBERS.mean(), "The three have different scores, so different weights."),
        Mistake(
            "scores", SCORES @ NUMBERS, "You mixed with the scores: softmax makes weights of them."
        ),
        Mistake(
            "divided by the sum",
            SCORES @ NUMBERS / SCORES.sum(),
            "You divided the scores by their sum: softmax takes exp first.",
        ),
        Mistake("weight", softmax(SCORES).max(), "This is the largest weight; now mix numbers."),
    ),
    hints=(
        "It is your soft lookup with one number for each name: which are keys, which values?",
        "softmax(names @ spelling) @ ____",
    ),
)

reason = ReasonExercise(
    id="01.6",
    title="why is hard lookup better here?",
    points=0,
    praise="Compare it with a solution: does yours say what a blended number is good for?",
    hints=(
        "Whom do you reach if you dial the average of two phone numbers?",
        "A blend is useful where a value between two values means something, as for ____.",
    ),
)

EXERCISES = (hard_lookup, soft_lookup, what_changes, largest_changes, phone_book, reason)
