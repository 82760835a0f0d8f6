"""What is built in lesson 01: a score and a mix, with loops."""

import numpy as np

from course_utils.checks.declare import Lesson
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_inputs import moved, sizes

lesson = Lesson("01")


def _query_and_key(rng, square=False):
    d = 3 if square else int(rng.integers(2, 8))
    return rng.normal(size=d), rng.normal(size=d)


def _twice(trial):
    query, key = trial.arguments
    return moved(trial.call(2 * query, key)["score"], 2 * trial.outputs["score"], trial.tolerance)


def _both_ways(trial):
    query, key = trial.arguments
    return moved(trial.call(key, query)["score"], trial.outputs["score"], trial.tolerance)


@lesson.function(
    "01.a",
    "the score of one book",
    outputs=lambda query, key: {"score": ()},
    inputs=_query_and_key,
    edges={
        "one number": (np.array([2.0]), np.array([-3.0])),
        "a right angle": (np.array([1.0, 0, 2]), np.array([0, 5.0, 0])),
        "large numbers": (np.array([1000.0, -1000]), np.array([1000.0, 1000])),
    },
    properties=(
        Property("a wish twice as strong gets twice the score", _twice),
        Property("wish and label can change places", _both_ways),
    ),
    hints=(
        "Which numbers are multiplied, and what happens to the products?",
        "sum(q * k for q, k in zip(query, ____))",
    ),
)
def score(query, key):
    """Right: number by number, added up."""
    return sum(float(q * k) for q, k in zip(query, key, strict=True))


@score.also_right
def as_product(query, key):
    return np.asarray(query) @ np.asarray(key)


@score.also_right
def by_index(query, key):
    total = 0.0
    for i in range(len(query)):
        total += query[i] * key[i]
    return total


@score.also_right
def in_float32(query, key):
    return np.dot(np.float32(query), np.float32(key))


@score.mistake
def not_added(query, key):
    """These are the products, number by number: now add them up."""
    return np.asarray(query) * np.asarray(key)


@score.mistake
def sums_first(query, key):
    """You added up first and multiplied then: multiply number by number, and add up."""
    return np.sum(query) * np.sum(key)


@score.mistake
def distance(query, key):
    """This is a distance, small for books that fit: multiply the numbers, do not subtract them."""
    return np.linalg.norm(np.asarray(query) - np.asarray(key))


@score.mistake
def first_only(query, key):
    """Only the first product came back: return after the loop, not within it."""
    return query[0] * key[0]


@score.mistake
def cosine(query, key):
    """You divided by the lengths, which makes an angle of it: here the plain sum is wanted."""
    length = np.linalg.norm(query) * np.linalg.norm(key)
    return np.dot(query, key) / length


def _weights_and_values(rng, square=False):
    m, d_v = sizes(rng, 2, square)
    weights = rng.random(m)
    return weights / weights.sum(), rng.normal(size=(m, d_v))


def _twice_the_values(trial):
    weights, values = trial.arguments
    again = trial.call(weights, 2 * values)["blend"]
    return moved(again, 2 * trial.outputs["blend"], trial.tolerance)


def _inside(trial):
    _, values = trial.arguments
    blend, room = trial.outputs["blend"], 10 * trial.tolerance * (1 + np.abs(values).max())
    outside = (blend < values.min(axis=0) - room) | (blend > values.max(axis=0) + room)
    return f"{int(outside.sum())} of {outside.size} numbers lie outside" if outside.any() else None


@lesson.function(
    "01.b",
    "the mix of all books",
    outputs=lambda weights, values: {"blend": (values.shape[1],)},
    inputs=_weights_and_values,
    edges={
        "one book": (np.array([1.0]), np.array([[3.0, -1, 4]])),
        "all on one": (np.array([0.0, 1, 0]), np.arange(12.0).reshape(3, 4)),
        "one kind of page": (np.array([0.5, 0.5]), np.array([[2.0], [8]])),
    },
    properties=(
        Property("twice the pages give twice the blend", _twice_the_values),
        Property("no number of the blend lies outside of the books' numbers", _inside),
    ),
    hints=(
        "How many numbers does one book hand over, and by what is each of them multiplied?",
        "One kind of page: sum(w * v for w, v in zip(weights, kind)); then each kind in ____",
    ),
)
def mix(weights, values):
    """Right: every book gives its share of every kind of page."""
    return [sum(w * float(v) for w, v in zip(weights, kind, strict=True)) for kind in values.T]


@mix.also_right
def mixed_as_product(weights, values):
    return np.asarray(weights) @ values


@mix.also_right
def book_by_book(weights, values):
    blend = np.zeros(values.shape[1])
    for weight, value in zip(weights, values, strict=True):
        blend = blend + weight * value
    return blend


@mix.also_right
def mixed_in_float32(weights, values):
    return np.float32(weights) @ values.astype(np.float32)


@mix.mistake
def unweighted(weights, values):
    """All books give the same here: multiply each by its weight before you add up."""
    return values.mean(axis=0)


@mix.mistake
def the_best_alone(weights, values):
    """This hands over the best book and nothing else: a hard lookup. Mix all of them."""
    return values[int(np.argmax(weights))]


@mix.mistake
def not_summed(weights, values):
    """Each book's share is there: now add the books up, one number for each kind of page."""
    return np.asarray(weights)[:, None] * values


@mix.mistake
def added(weights, values):
    """You added weight and value: multiply them."""
    return (np.asarray(weights)[:, None] + values).sum(axis=0)
