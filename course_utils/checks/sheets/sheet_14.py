"""The exercises of sheet 14: tables, coverage, a claim to rewrite, segmentation, drop the top."""

import numpy as np

from course_utils.attention import softmax
from course_utils.checks.answers import shown
from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import Property
from course_utils.checks.sheets.attention_edges import EMPTY_ROWS, MASKS, edges_in_pairs
from course_utils.checks.sheets.attention_inputs import moved, no_negative_weight, sizes

sheet = Sheet("14")


# The three right numbers; a wrong answer has two of them.
CLOSER = (33.30 - 26.75) - (35.63 - 34.16)
CLOSED = 100 * (36.44 - 31.33) / (40.34 - 31.33)
MORE = 100 * (10.3 / 8.0 - 1)


def _off(place, wanted):
    """A property of three numbers: the one at this place is right."""

    def broken(numbers):
        if numbers.shape == (3,) and abs(numbers[place] - wanted) > 0.4:  # nearer ones: round less
            return shown(numbers[place])
        return None

    return broken


@sheet.value(
    "14.1",
    "read three tables",
    points=2,
    asks="""
    English → French, BLEU (more is better) [Bahdanau 2015, table 1]:

    | | all sentences | without unknown words |
    |---|---|---|
    | RNNsearch-50, with attention | 26.75 | 34.16 |
    | Moses, by phrases | 33.30 | 35.63 |

    Summaries of news, ROUGE-1 (more is better) [See 2017, second hand]: attention 31.33,
    with copying 36.44, with copying and coverage 39.53, the first three sentences of the
    article (lead-3) 40.34.

    Voice search, word errors in percent (fewer is better) [Chan 2016]: LAS 14.1, with a
    language model 10.3; the hybrid, a hidden Markov model with networks, 8.0.

    Give each number with one decimal.

    - a) By how many points is RNNsearch-50's distance to Moses smaller without unknown
      words?
    - b) Which part of the gap between attention alone and lead-3 does copying close, in
      percent?
    - c) How many percent more errors than the hybrid does LAS with a language model make?
    """,
    what="three numbers in a list, for a, b and c",
    tolerance=0.1,
    mistake_tolerance=0.06,
    properties=(
        Property("a is a difference of two distances, in BLEU points", _off(0, CLOSER)),
        Property("b is a part of a gap divided by the whole gap, in percent", _off(1, CLOSED)),
        Property("c compares with the hybrid's errors, in percent", _off(2, MORE)),
    ),
    hints=(
        "For each number: a difference of what, divided by what?",
        "a: (33.30 − 26.75) − (35.63 − ____). b: 100 · (36.44 − 31.33) / (40.34 − ____).",
    ),
)
def read_off():
    """Right: each number has a base, and the base decides what it says."""
    return [CLOSER, CLOSED, MORE]


@read_off.mistake
def one_distance():
    """a: that is the distance left without unknown words. How much smaller is it than the
    distance on all sentences?
    """
    return [35.63 - 34.16, CLOSED, MORE]


@read_off.mistake
def other_distance():
    """a: that is the distance on all sentences. How much of it is gone without unknown words?"""
    return [33.30 - 26.75, CLOSED, MORE]


@read_off.mistake(name="attention's own gain")
def gain_of_attention_alone():
    """a: that is how much RNNsearch-50 rises. Moses rises too: compare the two distances."""
    return [34.16 - 26.75, CLOSED, MORE]


@read_off.mistake
def points():
    """b: those are ROUGE points. Divide by the whole gap to lead-3, and take percent."""
    return [CLOSER, 36.44 - 31.33, MORE]


@read_off.mistake
def share_of_the_score():
    """b: that is the gain beside the old score. Asked is which part of the gap to lead-3 is
    closed.
    """
    return [CLOSER, 100 * (36.44 / 31.33 - 1), MORE]


@read_off.mistake
def with_coverage():
    """b: that is copying and coverage together. Asked is copying alone."""
    return [CLOSER, 100 * (39.53 - 31.33) / (40.34 - 31.33), MORE]


@read_off.mistake
def difference():
    """c: that is a difference in points. How many percent of the hybrid's errors is it?"""
    return [CLOSER, CLOSED, 10.3 - 8.0]


@read_off.mistake
def other_base():
    """c: it is as if you divided by the errors of LAS, 10.3. The sentence compares with the
    hybrid.
    """
    return [CLOSER, CLOSED, 100 * (1 - 8.0 / 10.3)]


@read_off.mistake
def without_language_model():
    """c: that is LAS without the language model. Take the row with it."""
    return [CLOSER, CLOSED, 100 * (14.1 / 8.0 - 1)]


@read_off.mistake
def fractions():
    """b and c are asked in percent: multiply by 100."""
    return [CLOSER, CLOSED / 100, MORE / 100]


def _weights(rng, square=False):
    n, m = sizes(rng, 2, square)
    return (softmax(2 * rng.normal(size=(n, m))),)


REPEATED = np.array(  # step 4 reads word 1 again, as step 2 did
    [[0.9, 0.05, 0.05, 0, 0], [0.1, 0.8, 0.1, 0, 0], [0, 0, 0.1, 0.9, 0], [0.1, 0.8, 0, 0, 0.1]]
)


def _sums_to_steps(trial):
    total, steps = trial.outputs["coverage"].sum(), len(trial.arguments[0])
    if abs(total - steps) > 100 * trial.tolerance:
        return f"{total:.3g} for {steps} steps"
    return None


def _later_steps_count_as_much(trial):
    (weights,) = trial.arguments
    again = trial.call(weights[::-1].copy())["coverage"]
    return moved(again, trial.outputs["coverage"], trial.tolerance)


def _two_steps_alike(trial):
    """A step written twice: its weights count twice."""
    (weights,) = trial.arguments
    longer = trial.call(np.concatenate([weights, weights[:1]]))["coverage"]
    return moved(longer - trial.outputs["coverage"], weights[0], trial.tolerance)


def _most_is_the_largest(trial):
    (weights,), found = trial.arguments, trial.outputs["most"]
    wanted = weights.sum(axis=0).argmax()
    return None if found == wanted else f"word {found:g}, not {wanted}"


@sheet.function(
    "14.2",
    "coverage, and the word that was read most",
    points=2,
    asks="""
    Row = step of writing, column = word of the source. Return the coverage of every word,
    (m,): what all steps together took from it. And the number, from 0, of the word that was
    read most, of equal ones the first.
    """,
    outputs=lambda weights: {"coverage": weights.shape[1:], "most": ()},
    inputs=_weights,
    edges={
        "one step": (np.array([[0.2, 0.5, 0.3]]),),
        "one word": (np.ones((3, 1)),),
        "a word read twice": (REPEATED,),
        "two words read most": (np.array([[0.25, 0, 0.5, 0.25], [0.25, 0.75, 0, 0]])[:, ::-1],),
        "two words read equally": (np.array([[0.5, 0.25, 0.25], [0, 0.25, 0.75], [0.5, 0.5, 0]]),),
    },
    properties=(
        Property("the coverage of all words adds up to the number of steps", _sums_to_steps),
        Property("the order of the steps does not matter", _later_steps_count_as_much),
        Property("one more step adds its row of weights", _two_steps_alike),
        Property("the second result is the word with the largest coverage", _most_is_the_largest),
    ),
    hints=(
        "Row = step, column = word. Which axis has to vanish, so that one number a word is left?",
        "coverage = weights.sum(axis=____); return coverage, coverage.argmax()",
    ),
)
def use_of_source(weights):
    """Right: a column adds up what all steps took from one word."""
    coverage = weights.sum(axis=0)
    return coverage, coverage.argmax()


@use_of_source.also_right
def rows_added(weights):
    coverage = sum(weights)
    return coverage, int(np.argmax(coverage))


@use_of_source.also_right
def product_with_ones(weights):
    return np.ones(len(weights)) @ weights, weights.mean(axis=0).argmax()


@use_of_source.also_right
def in_float32(weights):
    coverage = np.einsum("nm->m", weights.astype(np.float32))
    return coverage, np.float32(weights.sum(axis=0).argmax())


@use_of_source.mistake
def row_sums(weights):
    """Your result is as if you summed along the rows: each is 1, whatever was read. Coverage
    adds up over steps.
    """
    coverage = weights.sum(axis=1)
    return coverage, coverage.argmax()


@use_of_source.mistake
def mean(weights):
    """That is the mean over the steps. Coverage is their sum: it grows while text is written."""
    coverage = weights.mean(axis=0)
    return coverage, coverage.argmax()


@use_of_source.mistake
def largest_weight(weights):
    """That is each word's largest weight. A word read a little at every step adds up too."""
    coverage = weights.max(axis=0)
    return coverage, coverage.argmax()


@use_of_source.mistake
def largest_single_cell(weights):
    """Your coverage is right. The second result should be its largest entry, not the brightest
    single cell.
    """
    coverage = weights.sum(axis=0)
    return coverage, weights.max(axis=0).argmax()


@use_of_source.mistake
def tops_counted(weights):
    """Your result is as if you counted how often a word was on top. Coverage adds the weights
    themselves.
    """
    tops = weights.argmax(axis=1)
    coverage = np.bincount(tops, minlength=weights.shape[1])
    return coverage, coverage.argmax()


@use_of_source.mistake
def last_step_missing(weights):
    """The last step is missing: that is the coverage before it is written."""
    coverage = weights[:-1].sum(axis=0)
    return coverage, coverage.argmax()


@use_of_source.mistake
def counted_from_one(weights):
    """Your coverage is right. Number the words from 0, as NumPy does."""
    coverage = weights.sum(axis=0)
    return coverage, coverage.argmax() + 1


@use_of_source.mistake
def the_last_of_equal_ones(weights):
    """Your coverage is right. Of words that were read equally take the first, as argmax does."""
    coverage = weights.sum(axis=0)
    return coverage, len(coverage) - 1 - coverage[::-1].argmax()


@use_of_source.mistake
def read_least(weights):
    """Your coverage is right. Asked is the word that was read most, not least."""
    coverage = weights.sum(axis=0)
    return coverage, coverage.argmin()


sheet.reason(
    "14.3",
    "a claim to rewrite",
    asks="""
    Choose one of the article's claims 2, 23, 27, 33 and 34, or 35, which others add; the end of
    [lesson 14](../notebooks/14_task_clinic.ipynb) quotes them. Rewrite it so that it says no
    more than its evidence: name a number, where it comes from, and a limit. At least 30 words,
    in any language.
    """,
    least_words=30,
    praise="Compare it with a solution: does yours name a number, its source and a limit?",
    hints=(
        "Which of the claims says more than its evidence? What exactly is too much?",
        "“… attention helps with ____ [source], if ____ is added; it does not show ____.”",
    ),
)


def _tags(rng, square=False):
    lengths = [3, 3, 3] if square else rng.integers(1, 5, size=int(rng.integers(3, 7)))
    return ("".join("S" if n == 1 else "B" + "I" * (n - 2) + "E" for n in lengths),)


def _starts_at_zero(trial):
    first = trial.outputs["numbers"][0]
    return None if first == 0 else f"the first character is in word {first:g}"


def _new_word_at(trial):
    """A new number exactly where a B or an S stands."""
    (tags,) = trial.arguments
    steps = np.diff(trial.outputs["numbers"])
    wanted = [float(tag in "BS") for tag in tags[1:]]
    return None if np.array_equal(steps, wanted) else f"steps {shown(steps)} for {tags}"


@sheet.function(
    "14.4",
    "from tags to words",
    points=2,
    asks="""
    Chinese is written without spaces. A segmenter gives each character a tag: **B** begins
    a word, **I** is inside, **E** ends it, **S** is a word by itself. 注意力是软的 has the words
    注意力, 是, 软 and 的, so its tags are `"BIESSS"`.

    Return for each character the number of its word, from 0. One line is enough.
    """,
    outputs=lambda tags: {"numbers": (len(tags),)},
    inputs=_tags,
    edges={
        "one character": ("S",),
        "only single characters": ("SSS",),
        "one long word": ("BIIIE",),
        "three words": ("BESBIE",),
    },
    properties=(
        Property("the first word has the number 0", _starts_at_zero),
        Property("the number goes up by one where a word begins, and nowhere else", _new_word_at),
    ),
    hints=(
        "At which of the four tags does a new word begin?",
        'np.cumsum([tag in "____" for tag in tags]) - 1',
    ),
)
def word_numbers(tags):
    """Right: the tags and the words say the same, so a tagger is a segmenter."""
    return np.cumsum([tag in "BS" for tag in tags]) - 1


@word_numbers.also_right
def beginnings_so_far(tags):
    return np.array([sum(t in "BS" for t in tags[: i + 1]) - 1 for i in range(len(tags))])


@word_numbers.also_right
def ends_so_far(tags):
    return [tags[:i].count("E") + tags[:i].count("S") for i in range(len(tags))]


@word_numbers.also_right
def in_float32(tags):
    return np.cumsum([t == "B" or t == "S" for t in tags], dtype=np.float32) - 1


@word_numbers.mistake
def counted_from_one(tags):
    """The first word should have the number 0. Take 1 off."""
    return np.cumsum([tag in "BS" for tag in tags])


@word_numbers.mistake
def single_characters_forgotten(tags):
    """A word of one character, S, begins a word too."""
    return np.cumsum([tag == "B" for tag in tags]) - 1


@word_numbers.mistake
def ends_counted(tags):
    """Your result is as if you counted ends: the last character of a word is still in it. Count
    beginnings.
    """
    return np.cumsum([tag in "ES" for tag in tags])


@word_numbers.mistake
def every_character(tags):
    """That numbers the characters. I and E belong to the word that B began."""
    return np.arange(len(tags))


@word_numbers.mistake(name="marks, not numbers")
def marks_not_numbers(tags):
    """Those mark where a word begins. Add them up along the text to get its number."""
    return np.array([int(tag in "BS") for tag in tags])


sheet.choice(
    "14.5",
    "a design for segmentation",
    points=1,
    asks="Which design can learn to give those tags?",
    letter="c",
    options={
        "a": (
            "queries: the characters, with places; a causal mask; 4 scores for each character",
            "A causal mask hides the next character. Often that one decides whether a word ends.",
        ),
        "b": (
            "one learned query; only padding is masked; 4 scores for the text",
            "A tag says something about each character. One mix of all has no place left.",
        ),
        "c": (
            (
                "queries: the characters, with places; only padding is masked; 4 scores "
                "for each character"
            ),
            "Yes: each character asks, sees both sides, knows its place, and gets one of 4 tags.",
        ),
        "d": (
            (
                "queries: the characters, without places; only padding is masked; 4 "
                "scores for each character"
            ),
            "Without places, a character cannot tell its neighbour from any other (lesson, E5).",
        ),
    },
    hints=(
        "One answer for the text, or one for each character? And who must be seen?",
        "n characters in, n tags out; a word depends on the characters on ____ sides.",
    ),
)


def _is_top(weights):
    return np.arange(weights.shape[-1]) == weights.argmax(axis=-1)[:, None]


def _top_is_gone(trial):
    (weights,) = trial.arguments
    left = trial.outputs["weights"][np.arange(len(weights)), weights.argmax(axis=-1)]
    return f"the largest of a row keeps {left.max():.3g}" if left.any() else None


def _whole_or_nothing(trial):
    (weights,) = trial.arguments
    sums = trial.outputs["weights"].sum(axis=-1)
    rest = np.where(_is_top(weights), 0, weights).sum(axis=-1)
    wrong = ~np.isclose(sums, rest > 0, atol=10 * trial.tolerance)
    return f"row sums {shown(sums)}" if wrong.any() else None


def _ratios_stay(trial):
    """The others keep their ratios: new weight · what was left = old weight."""
    (weights,) = trial.arguments
    rest = np.where(_is_top(weights), 0, weights)
    back = trial.outputs["weights"] * rest.sum(axis=-1, keepdims=True)
    return moved(back, rest, trial.tolerance)


@sheet.function(
    "14.6",
    "take the top key away",
    points=3,
    asks="""
    An intervention needs weights that are weights. Set the largest weight of each row to 0,
    of equal ones the first, and let the others keep their ratios, so that each row sums to
    1 again. A row in which nothing is left gives zeros.
    """,
    outputs=lambda weights: {"weights": weights.shape},
    inputs=_weights,
    edges={
        "one key": (np.ones((2, 1)),),
        "all weight on one key": (np.eye(2, 3),),
        "equal weights": (np.full((2, 4), 0.25),),
        "two on top": (np.array([[0.4, 0.2, 0.4], [0.1, 0.45, 0.45]]),),
    },
    crossed=edges_in_pairs(
        lambda setting: (softmax(setting.scores, mask=setting.mask),),
        masks=MASKS,
        without=EMPTY_ROWS,
    ),
    properties=(
        Property("the largest weight of each row is 0 afterwards", _top_is_gone),
        no_negative_weight(),
        Property("a row sums to 1, or to 0 where nothing was left", _whole_or_nothing),
        Property("the other weights keep their ratios", _ratios_stay),
    ),
    hints=(
        "What must each row still be afterwards, and what if its top key had everything?",
        "Set the argmax of each row to 0, then divide by ____, but not where that is 0.",
    ),
)
def drop_top(weights):
    """Right: the top key is gone and the rest is a distribution, so nothing else changed."""
    top = np.arange(weights.shape[1]) == weights.argmax(axis=1)[:, None]
    rest = np.where(top, 0, weights)
    total = rest.sum(axis=1, keepdims=True)
    return rest / np.where(total > 0, total, 1)


@drop_top.also_right
def in_a_loop(weights):
    rows = []
    for row in weights:
        row = row.copy()
        row[row.argmax()] = 0
        rows.append(row / row.sum() if row.sum() else row)
    return np.array(rows)


@drop_top.also_right
def nan_replaced(weights):
    return np.nan_to_num(nothing_left(weights))


@drop_top.also_right
def in_float32(weights):
    return drop_top(weights.astype(np.float32))


def _divided(rest):
    """Each row divided by its sum, as it should be, for what goes wrong before."""
    total = rest.sum(axis=1, keepdims=True)
    return rest / np.where(total > 0, total, 1)


@drop_top.mistake
def not_divided(weights):
    """The rest no longer sums to 1: the mix gets shorter as well. Divide each row by its new
    sum.
    """
    return np.where(_is_top(weights), 0, weights)


@drop_top.mistake
def nothing_left(weights):
    """Where one key had all the weight, nothing is left, and 0 / 0 is NaN. Give such a row
    zeros.
    """
    rest = np.where(_is_top(weights), 0, weights)
    return rest / rest.sum(axis=1, keepdims=True)


@drop_top.mistake
def top_of_the_map(weights):
    """Your result is as if you removed the largest weight of the whole map. Each row has a top
    key of its own.
    """
    top = weights == weights.max()
    return _divided(np.where(top, 0, weights))


@drop_top.mistake
def top_of_each_column(weights):
    """Your result is as if you looked for the largest in each column. A query is a row: axis=-1."""
    top = np.arange(len(weights))[:, None] == weights.argmax(axis=0)
    return _divided(np.where(top, 0, weights))


@drop_top.mistake
def columns_of_all_tops(weights):
    """weights[:, top] = 0 empties whole columns: the top keys of all rows go, in every row. Pair
    each row with its own: weights[np.arange(n), top].
    """
    rest = weights.copy()
    rest[:, weights.argmax(axis=1)] = 0
    return _divided(rest)


@drop_top.mistake
def all_equal_ones(weights):
    """Of two equal largest weights you removed both. One key goes: argmax gives the first."""
    top = weights == weights.max(axis=1, keepdims=True)
    return _divided(np.where(top, 0, weights))


@drop_top.mistake
def softmax_again(weights):
    """Softmax of weights is not weights: exp(0) = 1 gives the top key a share again. Divide by
    the sum.
    """
    return softmax(np.where(_is_top(weights), 0, weights))


@drop_top.mistake
def rest_made_equal(weights):
    """Your result is as if you gave all others the same weight. They should keep their ratios."""
    return _divided(np.where(_is_top(weights), 0, 1))


@drop_top.mistake
def share_spread_evenly(weights):
    """Your result is as if the top key's weight were given to the others in equal shares: their
    ratios change. Divide the rest by its sum.
    """
    top = _is_top(weights)
    others = max(weights.shape[1] - 1, 1)
    return np.where(top, 0, weights + weights.max(axis=1, keepdims=True) / others)


@drop_top.mistake
def top_made_the_smallest(weights):
    """Your result is as if the top key kept a small weight: it gets exactly 0."""
    rest = np.where(_is_top(weights), 1e-9, weights)
    return rest / rest.sum(axis=1, keepdims=True)


@drop_top.mistake
def column_of_the_map(weights):
    """Your result is as if one column were set to 0 in all rows. Each row has a top key of its
    own.
    """
    rest = weights.copy()
    rest[:, weights.sum(axis=0).argmax()] = 0
    return _divided(rest)


@drop_top.mistake
def smallest_removed(weights):
    """Your result is as if you removed the smallest weight of each row."""
    smallest = np.arange(weights.shape[1]) == weights.argmin(axis=1)[:, None]
    return _divided(np.where(smallest, 0, weights))


@drop_top.mistake
def divided_by_columns(weights):
    """Your result is as if you divided by the sums of the columns. Each row has to sum to 1."""
    rest = np.where(_is_top(weights), 0, weights)
    total = rest.sum(axis=0)
    return rest / np.where(total > 0, total, 1)


@drop_top.mistake
def only_the_top_kept(weights):
    """Your result is as if you kept the top key and dropped the rest: that is hard attention."""
    return np.where(_is_top(weights), 1, 0)
