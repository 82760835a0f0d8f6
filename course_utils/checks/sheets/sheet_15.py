"""The exercises of sheet 15: places of tiles, rotation by halves, a price while writing, a bug."""

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_inputs import moved, rows_sum_to_one, sizes
from course_utils.positions import sinusoids

sheet = Sheet("15")

sheet.choice(
    "15.1",
    "a mask that looks back, and no places",
    points=1,
    asks="""
    One self-attention layer without places and with a causal mask reads A B C D, then B A C D.
    Compare what each token receives. Which tokens receive another vector the second time?
    """,
    letter="b",
    options={
        "a": ("none", "So it would be without the mask. Whom may A see, the first time?"),
        "b": (
            "A and B",
            "Right: A sees A, then B and A; B the other way round. C sees A, B and C both times, D "
            "all four: such a mask tells an early token a little of the order, a late one less.",
        ),
        "c": ("C and D", "They see the same tokens both times, and their order is told by nobody."),
        "d": ("all four", "D may see all four, in both texts: the same keys, the same mix."),
    },
    hints=(
        "Write down, for each token and each text, which tokens it may see.",
        "C sees {A, B, C} both times. A sees {A}, then {____}.",
    ),
)


def _grid(rng, square=False):
    if square:
        return 2, 2, 4
    rows, columns = (int(n) for n in rng.permutation(np.arange(1, 6))[:2])
    return rows, columns, 4 * int(rng.integers(1, 4))


def _halves(trial):
    rows, columns, size = trial.arguments
    table = np.asarray(trial.outputs["places"], dtype=float)
    return table.reshape(rows, columns, 2, size // 2)


def _row_half(trial):
    rows, _, size = trial.arguments
    wanted = sinusoids(rows, size // 2)[:, None]
    return moved(_halves(trial)[:, :, 0], wanted, trial.tolerance)


def _column_half(trial):
    _, columns, size = trial.arguments
    wanted = sinusoids(columns, size // 2)[None]
    return moved(_halves(trial)[:, :, 1], wanted, trial.tolerance)


@sheet.function(
    "15.2",
    "the places of an image's tiles",
    points=2,
    asks="""
    An image is cut into tiles, numbered row by row. Return a vector for each tile, shape
    (rows · columns, size): the first half of its features are the sinusoids of its row, the
    second half those of its column. `sinusoids(n, size)` is there; `size` is a multiple of 4.
    """,
    outputs=lambda rows, columns, size: {"places": (rows * columns, size)},
    inputs=_grid,
    edges={
        "one tile": (1, 1, 4),
        "one row": (1, 5, 8),
        "one column": (5, 1, 8),
        "more columns than rows": (2, 6, 4),
    },
    properties=(
        Property("tiles of one row share their first half: the sinusoids of the row", _row_half),
        Property("tiles of one column share their second half: those of the column", _column_half),
    ),
    hints=(
        "Which rows of sinusoids(rows, size // 2) do tiles 0, 1, 2, … need? And of the columns'?",
        "np.repeat gives 0 0 0 1 1 1, np.tile gives 0 1 2 0 1 2; join both halves on axis ____.",
    ),
)
def tile_places(rows, columns, size):
    """Right: a tile's row and its column are told apart, and each by sinusoids."""
    down, across = sinusoids(rows, size // 2), sinusoids(columns, size // 2)
    return np.concatenate([np.repeat(down, columns, axis=0), np.tile(across, (rows, 1))], axis=1)


@tile_places.also_right
def tiles_by_loops(rows, columns, size):
    down, across = sinusoids(rows, size // 2), sinusoids(columns, size // 2)
    return np.array([[*down[r], *across[c]] for r in range(rows) for c in range(columns)])


@tile_places.also_right
def tiles_row_by_row(rows, columns, size):
    down, across = sinusoids(rows, size // 2), sinusoids(columns, size // 2)
    tiles = [np.hstack([np.tile(row, (columns, 1)), across]) for row in down]
    return np.vstack(tiles)


@tile_places.also_right
def tiles_in_float32(rows, columns, size):
    row, column = np.divmod(np.arange(rows * columns), columns)
    halves = sinusoids(rows, size // 2)[row], sinusoids(columns, size // 2)[column]
    return np.hstack(halves).astype(np.float32)


@tile_places.mistake
def tiles_in_a_line(rows, columns, size):
    """These are the places of a line of tiles: the tile below the first one looks far away."""
    return sinusoids(rows * columns, size)


@tile_places.mistake
def column_first(rows, columns, size):
    """The halves have changed places: first the row's, then the column's."""
    return np.roll(tile_places(rows, columns, size), size // 2, axis=1)


@tile_places.mistake
def numbered_down(rows, columns, size):
    """Your tiles are numbered column by column: row by row, the column changes fastest."""
    down, across = sinusoids(rows, size // 2), sinusoids(columns, size // 2)
    return np.concatenate([np.tile(down, (columns, 1)), np.repeat(across, rows, axis=0)], axis=1)


@tile_places.mistake
def halves_added(rows, columns, size):
    """Row and column are added in the same features: a tile and its mirror image look alike."""
    down, across = sinusoids(rows, size), sinusoids(columns, size)
    return (down[:, None] + across).reshape(-1, size)


@tile_places.mistake
def cut_from_wide_tables(rows, columns, size):
    """Each half is cut out of a table `size` wide: its hands are too fast. Make tables of half the
    width.
    """
    down, across = sinusoids(rows, size)[:, : size // 2], sinusoids(columns, size)[:, : size // 2]
    return np.concatenate([np.repeat(down, columns, axis=0), np.tile(across, (rows, 1))], axis=1)


@tile_places.mistake
def row_twice(rows, columns, size):
    """Both halves tell the row: tiles of one row are all alike. The second half is the column's."""
    down = np.repeat(sinusoids(rows, size // 2), columns, axis=0)
    return np.concatenate([down, down], axis=1)


def _vectors_and_places(rng, square=False):
    n = 4 if square else int(rng.integers(1, 7))
    size = 4 if square else 2 * int(rng.integers(1, 5))
    return rng.normal(size=(n, size)), rng.integers(0, 20, size=n)


def _keeps_each_pair(trial):
    x = trial.arguments[0]
    half = x.shape[1] // 2
    turned = np.asarray(trial.outputs["turned"], dtype=float)
    before, after = (a[:, :half] ** 2 + a[:, half:] ** 2 for a in (x, turned))
    return moved(after, before, 10 * trial.tolerance)


def _place_0_stays(trial):
    x, positions = trial.arguments
    still = trial.call(x, 0 * positions)["turned"]
    return moved(still, x, 10 * trial.tolerance)


def _first_pair_turns(trial):
    """The first pair, as a complex number, is multiplied by exp(i · place)."""
    x, positions = trial.arguments
    half = x.shape[1] // 2
    turned = np.asarray(trial.outputs["turned"], dtype=float)
    before, after = (a[:, 0] + 1j * a[:, half] for a in (x, turned))
    return moved(after, before * np.exp(1j * positions), 10 * trial.tolerance)


def _last_pair_turns(trial):
    x, positions = trial.arguments
    size = x.shape[1]
    turned = np.asarray(trial.outputs["turned"], dtype=float)
    before, after = (a[:, size // 2 - 1] + 1j * a[:, -1] for a in (x, turned))
    speed = 10_000 ** (-(size - 2) / size)
    return moved(after, before * np.exp(1j * positions * speed), 10 * trial.tolerance)


@sheet.function(
    "15.3",
    "rotation, as other programs pair the features",
    points=2,
    asks="""
    The paper turns neighbours, features 2i and 2i + 1. Many programs pair feature i with
    feature i + size / 2. Write that one: pair i of the vector in row r turns by
    positions[r] / 10000^(2i / size), (a, b) → (a cos − b sin, a sin + b cos).
    """,
    outputs=lambda x, positions: {"turned": x.shape},
    inputs=_vectors_and_places,
    edges={
        "one pair": (np.array([[1.0, 2], [3, 4]]), np.array([0, 3])),
        "all at one place": (np.arange(12.0).reshape(2, 6), np.array([7, 7])),
        "places in any order": (np.arange(12.0).reshape(3, 4), np.array([9, 0, 4])),
        "far places": (np.ones((2, 4)), np.array([5000, 9000])),
    },
    properties=(
        Property("features i and i + size / 2 keep their common length", _keeps_each_pair),
        Property("at place 0 nothing turns", _place_0_stays),
        Property("the first pair turns by 1 a place, from a towards b", _first_pair_turns),
        Property("the last pair turns by 10000^(−(size − 2) / size) a place", _last_pair_turns),
    ),
    hints=(
        "Cut x in two halves, a and b. Which shape has the table of angles that fits both?",
        "angles = positions[:, None] / 10000 ** (np.arange(0, size, 2) / size), then join ____.",
    ),
)
def rotate_halves(x, positions):
    """Right: the same rotation, only the partners sit elsewhere."""
    size = x.shape[1]
    angles = positions[:, None] / 10_000 ** (np.arange(0, size, 2) / size)
    a, b = np.split(x, 2, axis=1)
    cos, sin = np.cos(angles), np.sin(angles)
    return np.concatenate([a * cos - b * sin, a * sin + b * cos], axis=1)


@rotate_halves.also_right
def halves_as_complex_numbers(x, positions):
    size = x.shape[1]
    speeds = 10_000.0 ** (-np.arange(0, size, 2) / size)
    hands = x[:, : size // 2] + 1j * x[:, size // 2 :]
    turned = hands * np.exp(1j * np.outer(positions, speeds))
    return np.hstack([turned.real, turned.imag])


@rotate_halves.also_right
def halves_by_loops(x, positions):
    half, turned = x.shape[1] // 2, []
    for vector, place in zip(x, positions, strict=True):
        first, second = [], []
        for i, (a, b) in enumerate(zip(vector[:half], vector[half:], strict=True)):
            angle = place / 10_000 ** (i / half)
            first.append(a * np.cos(angle) - b * np.sin(angle))
            second.append(a * np.sin(angle) + b * np.cos(angle))
        turned.append([*first, *second])
    return np.array(turned)


@rotate_halves.also_right
def halves_in_float32(x, positions):
    return rotate_halves(x, positions).astype(np.float32)


def _turned(x, angles):
    a, b = np.split(x, 2, axis=1)
    return np.hstack(
        [a * np.cos(angles) - b * np.sin(angles), a * np.sin(angles) + b * np.cos(angles)]
    )


def _usual(x, positions):
    size = x.shape[1]
    return positions[:, None] / 10_000 ** (np.arange(0, size, 2) / size)


@rotate_halves.mistake
def neighbours_paired(x, positions):
    """This turns neighbours, as the paper does: here feature i goes with i + size / 2."""
    order = np.concatenate([np.arange(0, x.shape[1], 2), np.arange(1, x.shape[1], 2)])
    turned = rotate_halves(x[:, order], positions)
    return turned[:, np.argsort(order)]


@rotate_halves.mistake
def turned_back(x, positions):
    """Your result is as if you turned the other way: the first half is a cos − b sin."""
    return _turned(x, -_usual(x, positions))


@rotate_halves.mistake
def row_numbers_for_places(x, positions):
    """Your result is as if you turned by the row's number: `positions` says where it stands."""
    return _turned(x, _usual(x, np.arange(len(x))))


@rotate_halves.mistake
def exponent_half_as_large(x, positions):
    """Your pairs slow down too little: the exponent is 2i / size, with i = 0, 1, 2, …"""
    size = x.shape[1]
    return _turned(x, positions[:, None] / 10_000 ** (np.arange(size // 2) / size))


@rotate_halves.mistake
def one_speed(x, positions):
    """All pairs turn by 1 a place: pair i divides by 10000^(2i / size)."""
    return _turned(x, positions[:, None] * np.ones(x.shape[1] // 2))


@rotate_halves.mistake
def places_added(x, positions):
    """Sinusoids are added here: rotation adds nothing, it keeps the length of every pair."""
    angles = _usual(x, positions)
    return x + np.hstack([np.sin(angles), np.cos(angles)])


@rotate_halves.mistake
def no_minus_sign(x, positions):
    """A rotation has one minus: a cos − b sin, and a sin + b cos."""
    angles, (a, b) = _usual(x, positions), np.split(x, 2, axis=1)
    cos, sin = np.cos(angles), np.sin(angles)
    return np.hstack([a * cos + b * sin, a * sin + b * cos])


def _last_queries(rng, square=False):
    if square:
        return rng.normal(size=(3, 3)), float(rng.uniform(0.1, 1.5))
    n, m = sorted(sizes(rng, 2))
    return rng.normal(size=(n, m)), float(rng.uniform(0.1, 1.5))


def _nothing_later(trial):
    weights = np.asarray(trial.outputs["weights"], dtype=float)
    n, m = weights.shape
    later = np.arange(m) > np.arange(m - n, m)[:, None]
    return f"later keys get up to {weights[later].max():.3g}" if weights[later].any() else None


def _a_place_costs_the_slope(trial):
    """Equal scores: of the last query each key gets exp(slope) times the one before it."""
    scores, slope = trial.arguments
    weights = np.asarray(trial.call(0 * scores, slope)["weights"], dtype=float)[-1]
    wanted = np.exp(slope * np.arange(len(weights)))
    return moved(weights, wanted / wanted.sum(), 10 * trial.tolerance)


@sheet.function(
    "15.4",
    "a price for distance, while a text is written",
    points=2,
    asks="""
    A text of m tokens is there, and only its **last n** tokens ask: row 0 of the scores (n, m)
    stands at place m − n, the last row at place m − 1; keys stand at 0 to m − 1. Take off
    `slope` times the distance, hide the keys that come later, and return the weights (n, m).
    `softmax(scores, mask=…)` is there.
    """,
    outputs=lambda scores, slope: {"weights": scores.shape},
    inputs=_last_queries,
    edges={
        "one query, the last": (np.zeros((1, 5)), 1.0),
        "all tokens ask": (np.arange(9.0).reshape(3, 3), 0.5),
        "no price": (np.arange(8.0).reshape(2, 4), 0.0),
        "one token": (np.array([[3.0]]), 0.7),
        "scores of −5000": (np.full((2, 4), -5000.0), 0.5),
        "a later key scores 3000": (np.array([[0.0, 1, 2, 3000], [3, 2, 1, 0]]), 0.5),
        "one row far below": (np.array([[-1000.0, -1001, -999, 0], [1000, 999, 1001, 998]]), 0.5),
        "scores of ±1000": (np.array([[1000.0, -1000, 0, 1000], [0, 1000, 1000, -1000]]), 1.0),
    },
    properties=(
        rows_sum_to_one(),
        Property("a later key gets no weight", _nothing_later),
        Property(
            "of equal scores, a place nearer counts exp(slope) times", _a_place_costs_the_slope
        ),
    ),
    hints=(
        "At which place does row i stand? Test it with n = 1: the only query is the last token.",
        "back = np.arange(m - n, m)[:, None] - np.arange(m), then softmax(scores - ____, mask=…)",
    ),
)
def weights_while_writing(scores, slope):
    """Right: the newest queries stand at the end, and pay for how far they look back."""
    n, m = scores.shape
    back = np.arange(m - n, m)[:, None] - np.arange(m)
    return softmax(scores - slope * back, mask=back >= 0)


@weights_while_writing.also_right
def writing_by_loops(scores, slope):
    n, m = scores.shape
    weights = np.zeros((n, m))
    for i in range(n):
        place = m - n + i
        seen = [scores[i, j] - slope * (place - j) for j in range(place + 1)]
        shares = np.exp(np.array(seen) - max(seen))
        weights[i, : place + 1] = shares / shares.sum()
    return weights


@weights_while_writing.also_right
def writing_the_whole_square(scores, slope):
    n, m = scores.shape
    places = np.arange(m)
    distance = np.abs(np.subtract.outer(places, places))[m - n :]
    look_back = np.tri(m, dtype=bool)[m - n :]
    hidden = np.where(look_back, scores - slope * distance, -np.inf)
    return softmax(hidden)


@weights_while_writing.also_right
def writing_in_float32(scores, slope):
    n, m = scores.shape
    back = np.arange(m - n, m)[:, None] - np.arange(m)
    priced = scores.astype(np.float32) - np.float32(slope) * back.astype(np.float32)
    return softmax(priced, mask=back >= 0)


def _weights(scores, slope, first, mask=True):
    n, m = scores.shape
    back = np.arange(first, first + n)[:, None] - np.arange(m)
    return softmax(scores - slope * np.abs(back), mask=(back >= 0) if mask else None)


@weights_while_writing.mistake
def queries_at_the_start(scores, slope):
    """Your first query stands at place 0: it is the first of the last n, at place m − n."""
    return _weights(scores, slope, 0)


@weights_while_writing.mistake
def later_keys_seen(scores, slope):
    """Later keys are seen: hide them with a mask, True = may look."""
    return _weights(scores, slope, scores.shape[1] - scores.shape[0], mask=False)


@weights_while_writing.mistake
def far_keys_preferred(scores, slope):
    """Far keys gain by your price: take it off the score."""
    return _weights(scores, -slope, scores.shape[1] - scores.shape[0])


@weights_while_writing.mistake
def no_price_at_all(scores, slope):
    """The mask is right, and nobody pays: `slope` is not used."""
    return _weights(scores, 0, scores.shape[1] - scores.shape[0])


@weights_while_writing.mistake
def price_of_one(scores, slope):
    """Each place costs 1, whatever `slope` says: multiply by it."""
    return _weights(scores, 1, scores.shape[1] - scores.shape[0])


@weights_while_writing.mistake
def price_after_softmax(scores, slope):
    """Your rows do not sum to 1: the price belongs to the scores, before softmax."""
    n, m = scores.shape
    back = np.arange(m - n, m)[:, None] - np.arange(m)
    return softmax(scores, mask=back >= 0) * np.exp(-slope * np.maximum(back, 0))


@weights_while_writing.mistake
def one_place_too_early(scores, slope):
    """Your queries stand one place too early, and do not see themselves: the last is at m − 1."""
    n, m = scores.shape
    back = np.arange(m - n, m)[:, None] - np.arange(m)
    return softmax(scores - slope * back, mask=(back > 0) | ((back == 0) & (np.arange(m) == 0)))


def _batch_and_table(rng, square=False):
    batch, n, size, spare = (3, 3, 3, 0) if square else sizes(rng, 4, least=1)
    return rng.normal(size=(batch, n, size)), rng.normal(size=(n + spare, size))


def _sentence_by_sentence(trial):
    x, table = trial.arguments
    alone = trial.call(x[-1:], table)["placed"]
    return moved(alone[0], trial.outputs["placed"][-1], trial.tolerance)


def _row_p_at_place_p(trial):
    x, table = trial.arguments
    added = np.asarray(trial.outputs["placed"], dtype=float) - x
    return moved(added, np.broadcast_to(table[: x.shape[1]], x.shape), 10 * trial.tolerance)


@sheet.function(
    "15.5",
    "bug hunt: whose place is it?",
    points=2,
    asks="""
    `x` is (batch, n, size), `table` (longest, size) has a row for each place, and longest is at
    least n. The function below is meant to add its place to each token. It runs for batches up
    to `longest`, and adds the wrong rows. Write `with_places` without the bug.
    """,
    outputs=lambda x, table: {"placed": x.shape},
    inputs=_batch_and_table,
    edges={
        "one sentence": (np.zeros((1, 3, 2)), np.arange(8.0).reshape(4, 2)),
        "as many sentences as tokens": (np.zeros((3, 3, 2)), np.arange(8.0).reshape(4, 2)),
        "one token each": (np.zeros((4, 1, 2)), np.arange(8.0).reshape(4, 2)),
        "as long as the table": (np.zeros((2, 4, 2)), np.arange(8.0).reshape(4, 2)),
        "more sentences than the table has rows": (
            np.zeros((5, 2, 3)),
            np.arange(6.0).reshape(2, 3),
        ),
    },
    properties=(
        Property("row p of the table is added at place p, in every sentence", _row_p_at_place_p),
        Property("a sentence alone gets the same as in its batch", _sentence_by_sentence),
    ),
    hints=(
        "Print x + the bug's rows for x = 0, two sentences of three tokens. Which axis has places?",
        "x + table[: x.shape[____]]",
    ),
)
def with_places(x, table):
    """Right: places run along axis 1, and every sentence begins at place 0."""
    return x + table[: x.shape[1]]


@with_places.also_right
def places_by_loops(x, table):
    out = np.array(x, dtype=float)
    for sentence in out:
        for place in range(len(sentence)):
            sentence[place] += table[place]
    return out


@with_places.also_right
def sentence_after_sentence(x, table):
    return np.stack([sentence + table[: len(sentence)] for sentence in x])


@with_places.also_right
def places_in_float32(x, table):
    return x.astype(np.float32) + table.astype(np.float32)[None, : x.shape[1]]


@with_places.mistake
def by_sentence(x, table):
    """This is still the bug: every token of sentence b gets row b. Places run along axis 1."""
    return x + table[np.arange(len(x)) % len(table)][:, None]


@with_places.mistake
def one_row_for_all(x, table):
    """Every token gets the place 0: each place has its own row."""
    return x + table[0]


@with_places.mistake
def counted_on(x, table):
    """Your places go on from sentence to sentence: each begins at 0 again."""
    places = np.arange(x.shape[0] * x.shape[1]).reshape(x.shape[:2])
    return x + table[places % len(table)]


@with_places.mistake
def counted_from_1(x, table):
    """The first token gets row 1: it stands at place 0."""
    return x + np.roll(table, -1, axis=0)[: x.shape[1]]


@with_places.mistake
def last_rows(x, table):
    """Your result is as if the last rows of the table were taken: sentences begin at row 0."""
    return x + table[len(table) - x.shape[1] :]


@with_places.mistake
def places_alone(x, table):
    """The tokens are gone: add the rows to x."""
    return np.broadcast_to(table[: x.shape[1]], x.shape).copy()


@sheet.value(
    "15.6",
    "when does the slowest hand come back?",
    points=1,
    asks="""
    Sinusoids of 4 features have two hands. After how many places has the slower one made a whole
    turn? One number, within 1.
    """,
    what="one number of places",
    tolerance=1.0,
    hints=(
        "By which angle does the second pair turn at each place? Which i is it, and which size?",
        "Its angle is p / 10000^(2/4) = p / 100. A whole turn is ____.",
    ),
)
def slowest_turn():
    """Right: 2π · 100 places. Up to there no two places look alike to it."""
    return 2 * np.pi * 100


@slowest_turn.mistake
def fastest_turn():
    """That is the fast hand, 2π places: the slow one turns by 1/100 a place."""
    return 2 * np.pi


@slowest_turn.mistake
def turn_by_10000():
    """The exponent is 2i/size = 2/4, so the slow hand turns by 1/100 a place, not by 1/10000."""
    return 2 * np.pi * 10_000


@slowest_turn.mistake
def one_radian():
    """After 100 places it has turned by 1, and a whole turn is 2π."""
    return 100.0


@slowest_turn.mistake
def turn_in_degrees():
    """That counts degrees: the angle of a sine here is in radians, and a whole turn is 2π."""
    return 360 * 100.0


@slowest_turn.mistake
def half_a_turn():
    """That is half a turn: it points the other way. A whole one is 2π."""
    return np.pi * 100


sheet.reason(
    "15.7",
    "a colleague's plan",
    asks="""
    A colleague trained a model on reports of up to 500 tokens, with sinusoids, and plans to use
    it on reports of 2,000: “sinusoids have a value for every place”. What do you answer, and what
    would you measure first? Name one question about a report for which it may work, and one for
    which it may not. At least 30 words, in any language. The text is recorded, not scored.
    """,
    least_words=30,
    praise="Compare it with a solution: does yours name a measurement, and two kinds of question?",
    hints=(
        "The table has the values. Which part of the model has seen 500 places only?",
        "Like “who spoke first”: ____. Like “who spoke last”: ____.",
    ),
)
