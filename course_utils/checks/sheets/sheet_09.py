"""The exercises of sheet 09: a loss, accuracy by length, sources turned round, bits."""

import numpy as np

from course_utils.checks.answers import shown
from course_utils.checks.declare import Sheet
from course_utils.checks.exercises import Property
from course_utils.checks.orders import stands_before
from course_utils.tasks import FIRST_SYMBOL
from course_utils.tasks.marks import END, PADDING

sheet = Sheet("09")


@sheet.order(
    "09.1",
    "the loss of one pair",
    points=2,
    asks="""
    Your decoder of the lesson reads what it wrote. In *training* each step reads the true
    symbol instead, and the loss is how surprised the model is by the one that follows it.
    Put lines in order, so that they compute the loss of one pair without attention. `target`
    has START in front and END behind. One line does not belong. The lines after the `for`
    stand inside it.
    """,
    lines={
        1: "state = c                     # the decoder begins where the encoder ended",
        2: "loss += -log_softmax(logits)[wanted]",
        3: "c = read(source)[-1]",
        4: "state = step(embed(known), state)",
        5: "loss = 0",
        6: "logits = readout(state, c)",
        7: "for known, wanted in zip(target[:-1], target[1:]):",
        8: "known = logits.argmax()       # what the model would write",
    },
    hints=(
        "What happens once for a pair, and what for every symbol of the target?",
        "Read, start state, loss = 0, for …: step, ____, add to the loss.",
    ),
)
def loss_of_a_pair():
    """Right: read once, start from c, and in the loop: step, logits, loss, with the truth read."""
    return (3, 1, 5, 7, 4, 6, 2)


@loss_of_a_pair.also_right
def the_loss_before_the_state():
    return (3, 5, 1, 7, 4, 6, 2)


@loss_of_a_pair.also_right
def the_loss_first():
    return (5, 3, 1, 7, 4, 6, 2)


@loss_of_a_pair.mistake(shows=lambda order: 8 in order)
def its_own_symbol_read():
    """Line 8 lets the next step read what the model wrote. In training it reads the true symbol."""
    return (3, 1, 5, 7, 4, 6, 2, 8)


@loss_of_a_pair.mistake(shows=lambda order: stands_before(order, 2, 6))
def judged_before_computed():
    """Line 2 judges logits that line 6 has not computed yet."""
    return (3, 1, 5, 7, 4, 2, 6)


@loss_of_a_pair.mistake(shows=lambda order: stands_before(order, 6, 4))
def read_out_before_the_step():
    """Line 6 reads the state out before line 4 has told it the known symbol."""
    return (3, 1, 5, 7, 6, 2, 4)


@loss_of_a_pair.mistake(shows=lambda order: stands_before(order, 1, 3))
def begun_before_anything_is_read():
    """Line 1 takes a c that line 3 has not made yet."""
    return (1, 3, 5, 7, 4, 6, 2)


@loss_of_a_pair.mistake(shows=lambda order: stands_before(order, 7, 5))
def begun_again_at_every_step():
    """Line 5 in the loop would forget the loss of all steps but the last: it stands before it."""
    return (3, 1, 7, 5, 4, 6, 2)


def _pair(rng, square=False):
    """Written and wanted ids (rows, time) with an end mark, and lengths that occur, unsorted."""
    if square:
        counts = np.full(3, 3)
    else:
        counts = np.concatenate([[2, 3, 5], rng.integers(2, 6, size=int(rng.integers(4, 9)))])
    time = counts.max() + 2
    wanted = np.full((len(counts), time), PADDING)
    for row, count in enumerate(counts):
        wanted[row, :count] = rng.integers(FIRST_SYMBOL, FIRST_SYMBOL + 6, count)
        wanted[row, count] = END
    spoilt = rng.random(wanted.shape) < 0.4
    spoilt[:, -1] = False
    noise = rng.integers(FIRST_SYMBOL, FIRST_SYMBOL + 6, wanted.shape)
    written = np.where(spoilt, noise, wanted)
    written[0, 1:] = PADDING  # it ends too early
    return written, wanted, rng.permutation(np.unique(counts))


def _perfect(trial):
    _, wanted, lengths = trial.arguments
    shares = trial.call(wanted, wanted, lengths)["shares"]
    return None if np.allclose(shares, 1) else f"{shown(shares)} for what is all right"


def _nothing_right(trial):
    _, wanted, lengths = trial.arguments
    shares = trial.call(np.full_like(wanted, 99), wanted, lengths)["shares"]
    return None if np.allclose(shares, 0) else f"{shown(shares)} where no symbol is right"


def _symbols_alone(trial):
    """What stands at end marks and padding does not matter."""
    written, wanted, lengths = trial.arguments
    other = np.where(wanted >= FIRST_SYMBOL, written, 99)
    shares = trial.call(other, wanted, lengths)["shares"]
    return None if np.allclose(shares, trial.outputs["shares"]) else f"{shown(shares)} without them"


def _own_rows_only(trial):
    """Spoiling the rows of one length moves that length's share alone."""
    written, wanted, lengths = trial.arguments
    counts = (wanted >= FIRST_SYMBOL).sum(axis=1)
    spoilt = np.where((counts == lengths[0])[:, None], 99, written)
    before, after = trial.outputs["shares"], trial.call(spoilt, wanted, lengths)["shares"]
    return None if np.allclose(before[1:], after[1:]) else "another length's share moved too"


EDGE_WANTED = np.array([[3, 4, 5, END, PADDING], [4, END, PADDING, PADDING, PADDING]])


@sheet.function(
    "09.2",
    "accuracy by length",
    points=3,
    asks="""
    `written` and `wanted` are ids, (rows, time): symbols from 3 on, then the end mark 2,
    then padding 0. For each of `lengths`, take the rows of `wanted` with so many symbols,
    and return the share of their symbols that `written` has at the same place. Every length
    in `lengths` occurs.
    """,
    outputs=lambda written, wanted, lengths: {"shares": np.shape(lengths)},
    inputs=_pair,
    edges={
        "one symbol of three is right": (
            np.array([[3, 9, 9, END, PADDING], [4, END, PADDING, PADDING, PADDING]]),
            EDGE_WANTED,
            np.array([1, 3]),
        ),
        "the end mark is missed": (
            np.array([[3, 4, 5, 5, 5], [9, 9, END, PADDING, PADDING]]),
            EDGE_WANTED,
            np.array([3]),
        ),
        "what is written ends too early": (
            np.array([[3, END, PADDING, PADDING, PADDING], [4, END, PADDING, PADDING, PADDING]]),
            EDGE_WANTED,
            np.array([3, 1]),
        ),
    },
    properties=(
        Property("all right gives 1 for every length", _perfect),
        Property("no symbol right gives 0, whatever stands in the padding", _nothing_right),
        Property("end marks and padding do not count", _symbols_alone),
        Property("a length's share depends on rows of that length alone", _own_rows_only),
    ),
    dtypes=(np.intp,),
    hints=(
        "Which rows have 3 symbols, and which of their cells are symbols?",
        "real = wanted >= 3; rows = real.sum(axis=1) == length; "
        "(written == wanted)[rows][____].mean()",
    ),
)
def accuracy_by_length(written, wanted, lengths):
    """Right: symbols only, and each length by itself."""
    real = wanted >= 3  # symbols: no end marks, no padding
    counts = real.sum(axis=1)
    right = written == wanted
    shares = []
    for length in lengths:
        rows = counts == length
        shares.append(right[rows][real[rows]].mean())
    return np.array(shares)


@accuracy_by_length.also_right
def row_by_row(written, wanted, lengths):
    """The mean of each row's share: rows of equal length weigh the same."""
    shares, counts = [], []
    for mine, true in zip(written.tolist(), wanted.tolist(), strict=True):
        count = true.index(END)
        counts.append(count)
        shares.append(sum(a == b for a, b in zip(mine[:count], true, strict=False)) / count)
    shares, counts = np.array(shares), np.array(counts)
    return [float(shares[counts == length].mean()) for length in lengths]


@accuracy_by_length.also_right
def with_slices(written, wanted, lengths):
    found = []
    for length in lengths:
        rows = [row for row in range(len(wanted)) if wanted[row, length] == END]
        found.append((written[rows, :length] == wanted[rows, :length]).mean())
    return np.array(found, dtype=np.float32)


@accuracy_by_length.also_right
def with_a_count_in_each_cell(written, wanted, lengths):
    real = wanted > END
    counts = np.where(real, real.sum(axis=1, keepdims=True), 0)
    right = real & (written == wanted)
    return np.array([right[counts == n].sum() / (counts == n).sum() for n in lengths.tolist()])


@accuracy_by_length.mistake
def end_mark_counted(written, wanted, lengths):
    """Your result is as if you counted the end mark as a symbol: 2 is a mark, symbols begin at
    3.
    """
    counts = (wanted >= 3).sum(axis=1)
    real, right = wanted >= 2, written == wanted
    shares = []
    for length in lengths:
        rows = counts == length
        shares.append(right[rows][real[rows]].mean())
    return np.array(shares)


@accuracy_by_length.mistake
def padding_counted(written, wanted, lengths):
    """Your result is as if you counted padding: long padding that agrees makes short rows look
    good.
    """
    counts = (wanted >= 3).sum(axis=1)
    right = written == wanted
    return np.array([right[counts == length].mean() for length in lengths])


@accuracy_by_length.mistake
def lengths_averaged(written, wanted, lengths):
    """Every length has the same number: it is as if you averaged over all rows before you split
    them.
    """
    share = (written == wanted)[wanted >= 3].mean()
    return np.full(len(lengths), share)


@accuracy_by_length.mistake
def up_to_this_length(written, wanted, lengths):
    """Your result is as if you took all rows up to this length. Take the rows of exactly this
    length.
    """
    real, right = wanted >= 3, written == wanted
    counts = real.sum(axis=1)
    shares = []
    for length in lengths:
        rows = counts <= length
        shares.append(right[rows][real[rows]].mean())
    return np.array(shares)


@accuracy_by_length.mistake
def length_with_its_end_mark(written, wanted, lengths):
    """Your result is as if you counted the end mark into a row's length: 4 5 6 and an end mark
    have length 3.
    """
    real, right = wanted >= 3, written == wanted
    counts = (wanted >= 2).sum(axis=1)
    shares = []
    for length in lengths:
        rows = counts == length
        shares.append(right[rows][real[rows]].mean())
    return np.array(shares)


@accuracy_by_length.mistake
def whole_rows(written, wanted, lengths):
    """Your result is as if you counted whole rows that are right. Asked is the share of symbols."""
    real = wanted >= 3
    counts = real.sum(axis=1)
    right = ((written == wanted) | ~real).all(axis=1)
    return np.array([right[counts == length].mean() for length in lengths])


@accuracy_by_length.mistake
def place_by_place(written, wanted, lengths):
    """That is the accuracy at a place, over all rows. Choose rows by their length instead."""
    right = written == wanted
    return np.array([right[:, length - 1].mean() for length in lengths])


sheet.choice(
    "09.3",
    "strings of two letters",
    points=1,
    asks="""
    The same model, 32 wide, is trained on strings of only *two* letters: 20 symbols are 20
    bits now, not 66. Suppose that accuracy falls at the same length as with ten letters.
    Which explanation of the lesson would that speak against most?
    """,
    letter="b",
    options={
        "a": (
            "distance: too many steps",
            "The steps are as many as before, so the same fall is just what distance expects.",
        ),
        "b": (
            "room: the vector is too small",
            "Yes: a third of the bits in the same vector, and no gain: room was not the limit.",
        ),
        "c": (
            "learning: the gradient fades",
            "A gradient walks back through as many steps as before: the same fall would fit.",
        ),
        "d": (
            "all three alike",
            "Ask of each what it says of strings with fewer bits and as many steps.",
        ),
    },
    hints=(
        "What became less with two letters, and what stayed as it was?",
        "The bits became fewer, the number of ____ stayed. Which explanation counts bits?",
    ),
)


sheet.reason(
    "09.4",
    "is it the width?",
    asks="""
    "The vector is too small" is one explanation. What does the map say for it, what does it
    leave open, and what did the width cost? At least 20 words, in any language.
    """,
    least_words=20,
    praise="Compare it with a solution: does yours name what was equal and what was not?",
    hints=(
        "What did twice the width change, and what did it cost?",
        "The fall moved from about ____ to about ____ symbols; a step costs ____ times as much.",
    ),
)


def _sources(rng, square=False):
    if square:
        lengths = np.full(3, 3)
    else:
        lengths = rng.permutation(np.concatenate([[1, 6], rng.integers(2, 7, rng.integers(2, 6))]))
    ids = rng.integers(FIRST_SYMBOL, 30, (len(lengths), lengths.max()))
    return np.where(np.arange(lengths.max()) < lengths[:, None], ids, PADDING), lengths


def _twice(trial):
    again = trial.call(trial.outputs["source"].astype(np.intp), trial.arguments[1])["source"]
    return None if np.array_equal(again, trial.arguments[0]) else "another array than at first"


def _padding_at_the_end(trial):
    source, lengths = trial.arguments
    real = np.arange(source.shape[1]) < lengths[:, None]
    moved = (trial.outputs["source"] == PADDING) != ~real
    return f"{moved.sum()} cells" if moved.any() else None


def _first_becomes_last(trial):
    source, lengths = trial.arguments
    lasts = trial.outputs["source"][np.arange(len(lengths)), lengths - 1]
    return None if np.array_equal(lasts, source[:, 0]) else f"last symbols {shown(lasts)}"


@sheet.function(
    "09.5",
    "turn the sources round",
    points=2,
    asks="""
    Return the sources with the symbols of each row in reverse order. Row i has `lengths[i]`
    symbols; the padding stays at the end. Do not change the array that you are given.
    """,
    outputs=lambda source, lengths: {"source": source.shape},
    inputs=_sources,
    edges={"one row": (np.array([[5, 6, 7, 0]]), np.array([3]))},
    properties=(
        Property("padding stays at the end", _padding_at_the_end),
        Property("each row's first symbol becomes its last", _first_becomes_last),
        Property("turned twice is what it was", _twice),
    ),
    dtypes=(np.intp,),
    hints=(
        "How long is the part of row i that must be turned?",
        "result[i, :lengths[i]] = source[i, :lengths[i]][____]",
    ),
)
def turned(source, lengths):
    """Right: each row within its own length; padding stays where it was."""
    result = np.zeros_like(source)
    for row, length in enumerate(lengths):
        result[row, :length] = source[row, :length][::-1]
    return result


@turned.also_right
def with_indices(source, lengths):
    places = np.arange(source.shape[1])
    order = np.where(places < lengths[:, None], lengths[:, None] - 1 - places, places)
    return np.take_along_axis(source, order, axis=1)


@turned.also_right
def turned_and_rolled(source, lengths):
    rows = []
    for row, length in zip(source[:, ::-1], lengths, strict=True):
        rows.append(np.roll(row, -(len(row) - length)))  # the padding to the end again
    return np.array(rows, dtype=np.float32)


@turned.also_right
def with_lists(source, lengths):
    return [
        [*row[:length][::-1], *row[length:]]
        for row, length in zip(source.tolist(), lengths.tolist(), strict=True)
    ]


@turned.mistake
def padding_turned_too(source, lengths):
    """The padding came to the front: turn each row within its own length."""
    return source[:, ::-1]


@turned.mistake
def rows_turned(source, lengths):
    """Your result is as if you exchanged the rows. Turn the symbols within each row."""
    return source[::-1]


@turned.mistake
def nothing_turned(source, lengths):
    """Nothing has changed: row[:length] = row[:length][::-1]."""
    return source.copy()


@turned.mistake
def one_length_for_all(source, lengths):
    """Your result is as if you used the first row's length for all rows."""
    result, length = source.copy(), lengths[0]
    result[:, :length] = source[:, :length][:, ::-1]
    return result


@turned.mistake
def one_symbol_short(source, lengths):
    """The last symbol of each row stayed: a slice row[:length] ends before `length`."""
    result = source.copy()
    for row, length in enumerate(lengths):
        result[row, : length - 1] = source[row, : length - 1][::-1]
    return result


@sheet.value(
    "09.6",
    "how many bits?",
    points=1,
    asks="""
    A string of 20 symbols, each one of 10, all equally likely. How many bits does it take
    to say which string it is? Within 0.5, or rounded up to whole bits.
    """,
    what="one number, in bits",
    tolerance=0.6,
    mistake_tolerance=0.05,
    hints=(
        "How many different strings of 20 symbols are there, if a symbol is one of 10?",
        "log2(10 ** 20) = 20 · ____",
    ),
)
def bits():
    """Right: 66 bits. 32 numbers of 32 bits have 1,024: it is not the size alone."""
    return 20 * np.log2(10)


@bits.mistake
def one_symbol():
    """That is one symbol, log2 10. The string has 20 of them."""
    return np.log2(10)


@bits.mistake
def natural_logarithm():
    """That is in nats. Bits need the logarithm to base 2."""
    return 20 * np.log(10)


@bits.mistake
def places_and_symbols_exchanged():
    """10 · log2 20 is a string of 10 out of 20 symbols. Exchange the two."""
    return 10 * np.log2(20)


@bits.mistake
def whole_bits_a_symbol():
    """Four bits a symbol are more than needed: ten symbols need log2 10 = 3.32."""
    return 20 * 4.0


@bits.mistake
def ten_bits_a_symbol():
    """Ten bits could tell 1,024 symbols apart. For one of ten, log2 10 are enough."""
    return 20 * 10.0


@bits.mistake
def the_number_of_strings():
    """That is how many strings there are: now log2."""
    return 10.0**20


sheet.choice(
    "09.7",
    "what else could it be?",
    points=1,
    asks="""
    A summary of 32 float32 numbers has 1,024 bits of room. Which other explanation for the
    fall with length did the lesson measure?
    """,
    letter="c",
    options={
        "a": (
            "long strings are rare in training",
            "Training strings were random, 20,000 of them: the long ones were as many as others.",
        ),
        "b": (
            "the vocabulary is too large for long strings",
            "The vocabulary has ten symbols, on every length the same.",
        ),
        "c": (
            "the gradient hardly reaches the first symbols",
            "Yes: the gradient from the last written symbol to the first that was read fades, "
            "about 100-fold from length 5 to 20.",
        ),
        "d": (
            "float32 is too coarse",
            "float32 has 7 digits. 66 bits over 32 numbers are 2 bits each.",
        ),
    },
    hints=(
        "What must happen in training before a weight learns to keep the first symbol?",
        "A gradient has to walk back through ____ steps.",
    ),
)
