"""What lesson 07 lets one build: self-attention, and two matrices that look ahead."""

import numpy as np

from course_utils.attention import attend, softmax
from course_utils.checks.declare import Lesson
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_edges import edges_in_pairs
from course_utils.checks.sheets.attention_inputs import moved, sizes

lesson = Lesson("07")


def _token_arrays(rng, square=False):
    """x (n, d), W_query and W_key (d, d_k), W_value (d, d_v)."""
    n, d, d_k, d_v = sizes(rng, 4, square)
    return tuple(rng.normal(size=shape) for shape in ((n, d), (d, d_k), (d, d_k), (d, d_v)))


def _shuffled_tokens(trial):
    x, *matrices = trial.arguments
    again = trial.call(x[::-1], *matrices)["context"]
    return moved(again[::-1], trial.outputs["context"], trial.tolerance)


def _twice_the_values(trial):
    x, W_query, W_key, W_value = trial.arguments
    again = trial.call(x, W_query, W_key, 2 * W_value)["context"]
    return moved(again, 2 * trial.outputs["context"], trial.tolerance)


def _one_way_scores(trial):
    """Two tokens, d = 2, d_k = 3, a W_query that turns: the first scores the second 3 / √3."""
    turn = np.array([[0.0, 3, 0], [-3, 0, 0]])
    found = trial.call(np.eye(2), turn, np.eye(2, 3), np.eye(2))["context"]
    weight = 1 / (1 + np.exp(-3 / np.sqrt(3)))
    return moved(found[0], np.array([1 - weight, weight]), trial.tolerance)


TOKENS = {"": (3, 3), "two tokens": (2, 2), "one token": (1, 1)}


def _crossed(setting):
    """One sequence whose queries and keys give the setting's scores."""
    both = np.concatenate(setting.queries_and_keys(scale=2), axis=1)
    x, W = setting.projected(both, 9)
    return x, W[:, :4].copy(), W[:, 4:].copy(), setting.numbers(9, 3)


@lesson.function(
    "07.a",
    "one sequence, three roles",
    outputs=lambda x, W_query, W_key, W_value: {"context": (len(x), W_value.shape[1])},
    inputs=_token_arrays,
    edges={
        "one token": (np.ones((1, 3)), np.eye(3, 4), np.eye(3, 4), np.eye(3, 5)),
        "scores of ±1000, equal tokens": (
            np.array([[40.0, 0], [40, 0], [-40, 0], [1, 1]]),
            *[np.eye(2)] * 2,
            np.eye(2, 3),
        ),
    },
    crossed=edges_in_pairs(_crossed, sizes=TOKENS),
    properties=(
        Property("tokens in reverse order give the same rows in reverse order", _shuffled_tokens),
        Property("twice W_value gives twice the context", _twice_the_values),
        Property("row = query, and scores are divided by √d_k: two known tokens", _one_way_scores),
    ),
    hints=(
        "Three different products of the same x: which three?",
        "attend(x @ W_query, ____, ____).context",
    ),
)
def self_attention(x, W_query, W_key, W_value):
    """Right: one x, three products, and then attention as before."""
    return attend(x @ W_query, x @ W_key, x @ W_value).context


@self_attention.also_right
def token_by_token(x, W_query, W_key, W_value):
    rows = []
    for token in x:
        scores = np.array([token @ W_query @ (other @ W_key) for other in x])
        weights = softmax(scores / W_key.shape[1] ** 0.5)
        rows.append(sum(w * (other @ W_value) for w, other in zip(weights, x, strict=True)))
    return rows


@self_attention.also_right
def without_attend(x, W_query, W_key, W_value):
    queries, keys = x @ W_query, x @ W_key
    return softmax(queries @ keys.T / np.sqrt(keys.shape[-1])) @ (x @ W_value)


@self_attention.also_right
def in_float32(*arrays):
    return self_attention(*(array.astype(np.float32) for array in arrays))


@self_attention.mistake
def all_of_attend(x, W_query, W_key, W_value):
    """attend returns context, weights and scores: hand over its .context alone."""
    return attend(x @ W_query, x @ W_key, x @ W_value)


@self_attention.mistake
def x_as_values(x, W_query, W_key, W_value):
    """You mixed x itself. What is handed over is the third product, x @ W_value."""
    return attend(x @ W_query, x @ W_key, x).context


@self_attention.mistake(name="W_query twice")
def W_query_twice(x, W_query, W_key, W_value):
    """Your keys are made with W_query too: keys are x @ W_key."""
    return attend(x @ W_query, x @ W_query, x @ W_value).context


@self_attention.mistake
def roles_exchanged(x, W_query, W_key, W_value):
    """Queries and keys have changed places: x @ W_query asks, so it stands first."""
    return attend(x @ W_key, x @ W_query, x @ W_value).context


@self_attention.mistake(name="x three times")
def x_three_times(x, W_query, W_key, W_value):
    """This hands over x three times: the three matrices are not used."""
    return attend(x, x, x).context


@self_attention.mistake
def not_scaled(x, W_query, W_key, W_value):
    """The scores are not divided by √d_k. `attend` does that by itself."""
    return softmax((x @ W_query) @ (x @ W_key).T) @ (x @ W_value)


@self_attention.mistake
def weights_alone(x, W_query, W_key, W_value):
    """These are the weights: return the context."""
    return attend(x @ W_query, x @ W_key, x @ W_value).weights


# 07.b: look ahead


def _counts(rng, square=False):
    letters, places = sizes(rng, 2, square, least=3)
    return letters, places


def _ring(letters, places, shift):
    """Tokens (places, letters + places): some letter each, and the places in another order."""
    order = np.roll(np.arange(places), shift)
    return np.concatenate([np.eye(letters)[order % letters], np.eye(places)[order]], axis=1), order


def _each_asks_for_the_next(trial):
    letters, places = trial.arguments
    x, order = _ring(letters, places, 1)
    scores = (x @ trial.outputs["W_query"]) @ (x @ trial.outputs["W_key"]).T
    wanted = 10.0 * (order[None] == (order[:, None] + 1) % places)
    return moved(scores, wanted, trial.tolerance)


def _a_key_is_its_place(trial):
    letters, places = trial.arguments
    x, order = _ring(letters, places, 2)
    return moved(x @ trial.outputs["W_key"], np.eye(places)[order], trial.tolerance)


@lesson.function(
    "07.b",
    "two matrices that look ahead",
    outputs=lambda letters, places: {
        "W_query": (letters + places, places),
        "W_key": (letters + places, places),
    },
    inputs=_counts,
    edges={"one letter, two places": (1, 2), "many letters, three places": (9, 3)},
    properties=(
        Property("a key is the token's own place", _a_key_is_its_place),
        Property("the next place is scored with 10, all others with 0", _each_asks_for_the_next),
    ),
    hints=(
        "The first rows of a matrix meet the letter. What must stand there, so that it is ignored?",
        "W_key[letters:] = np.eye(places); W_query[letters:] = 10 * np.roll(np.eye(places), ____)",
    ),
)
def look_ahead(letters, places):
    """Right: a key says where its token stands, a query names the place after its own."""
    W_query, W_key = np.zeros((2, letters + places, places))
    W_key[letters:] = np.eye(places)
    W_query[letters:] = 10 * np.roll(np.eye(places), 1, axis=1)
    return W_query, W_key


@look_ahead.also_right
def row_by_row(letters, places):
    W_query, W_key = np.zeros((letters + places, places)), np.zeros((letters + places, places))
    for place in range(places):
        W_key[letters + place, place] = 1
        W_query[letters + place, (place + 1) % places] = 10
    return W_query, W_key


@look_ahead.also_right
def stacked(letters, places):
    nothing, here = np.zeros((letters, places)), np.eye(places)
    ahead = np.vstack([nothing, 10 * here[np.arange(1, places + 1) % places]])
    return ahead, np.vstack([nothing, here])


@look_ahead.also_right
def in_single_precision(letters, places):
    return tuple(matrix.astype(np.float32) for matrix in look_ahead(letters, places))


def _made(letters, places, query, key):
    nothing = np.zeros((letters, places))
    return np.vstack([nothing, query]), np.vstack([nothing, key])


@look_ahead.mistake
def the_one_before(letters, places):
    """Each token asks for the place before its own: roll the other way."""
    here = np.eye(places)
    return _made(letters, places, 10 * np.roll(here, -1, axis=1), here)


@look_ahead.mistake
def itself(letters, places):
    """Each token asks for its own place: shift the query's matrix by one."""
    return _made(letters, places, 10 * np.eye(places), np.eye(places))


@look_ahead.mistake
def the_last_asks_nobody(letters, places):
    """The last place asks for nobody: in a ring its next is place 0. np.roll goes round."""
    return _made(letters, places, 10 * np.eye(places, k=1), np.eye(places))


@look_ahead.mistake
def too_weak(letters, places):
    """The right place, with a score of 1: make it 10."""
    here = np.eye(places)
    return _made(letters, places, np.roll(here, 1, axis=1), here)


@look_ahead.mistake
def ten_on_both_sides(letters, places):
    """The scores are 100: the 10 belongs into W_query alone."""
    here = np.eye(places)
    return _made(letters, places, 10 * np.roll(here, 1, axis=1), 10 * here)


@look_ahead.mistake
def the_key_is_shifted(letters, places):
    """You shifted the keys. A key shall say where its token stands; the query names the next."""
    here = np.eye(places)
    return _made(letters, places, 10 * here, np.roll(here, -1, axis=1))


@look_ahead.mistake
def places_first(letters, places):
    """A token begins with its letter: rows 0 to letters − 1 are zeros, the places come behind."""
    query, key = look_ahead(letters, places)
    return np.roll(query, -letters, axis=0), np.roll(key, -letters, axis=0)


@look_ahead.mistake
def exchanged(letters, places):
    """Both are right, in the wrong order: first W_query, then W_key."""
    return look_ahead(letters, places)[::-1]
