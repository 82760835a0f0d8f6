"""The exercises of sheet 09: data flow, accuracy by length, sources turned round, bits."""

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
    "the flow of data",
    points=2,
    asks="""
    Put lines in order, so that they decode one source without attention. One line does not
    belong. The lines after the `while` stand inside it.
    """,
    lines={
        1: "state = memory.summary          # the decoder begins where the encoder ended",
        2: "symbol = logits.argmax()",
        3: "memory = encode(source)",
        4: "state = gru_step(state, embed(symbol))",
        5: "symbol = START",
        6: "logits = readout(state, memory.summary)",
        7: "while symbol != END:",
        8: "memory = encode(symbol)         # read the new symbol",
    },
    hints=(
        "What happens once for a source, and what for every symbol that is written?",
        "Encode, start state, START, while …: step, ____, symbol.",
    ),
)
def flow_of_data():
    """Right: encode once, start from the summary, and in the loop: step, logits, symbol."""
    return (3, 1, 5, 7, 4, 6, 2)


@flow_of_data.also_right
def start_before_the_state():
    return (3, 5, 1, 7, 4, 6, 2)


@flow_of_data.also_right
def start_first():
    return (5, 3, 1, 7, 4, 6, 2)


@flow_of_data.mistake(shows=lambda order: 8 in order)
def encoded_at_every_step():
    """Line 8 encodes what was written. The encoder reads the source, once, before the loop."""
    return (3, 1, 5, 7, 8, 4, 6, 2)


@flow_of_data.mistake(shows=lambda order: stands_before(order, 2, 6))
def chosen_before_computed():
    """Line 2 chooses from logits that line 6 has not computed yet."""
    return (3, 1, 5, 7, 4, 2, 6)


@flow_of_data.mistake(shows=lambda order: stands_before(order, 6, 4))
def written_before_the_step():
    """Line 6 reads the state before line 4 has told it the last symbol."""
    return (3, 1, 5, 7, 6, 2, 4)


@flow_of_data.mistake(shows=lambda order: stands_before(order, 1, 3))
def a_summary_before_there_is_one():
    """Line 1 takes the summary of a memory that line 3 has not made yet."""
    return (1, 3, 5, 7, 4, 6, 2)


@flow_of_data.mistake(shows=lambda order: stands_before(order, 7, 5))
def started_again_at_every_step():
    """Line 5 in the loop would make every step read START: it stands before the loop."""
    return (3, 1, 7, 5, 4, 6, 2)


def _pair(rng, square=False):
    """Written and wanted ids (rows, time) with an end mark, and lengths that occur."""
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
    return written, wanted, np.unique(counts)


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
    """You count the end mark as a symbol: 2 is a mark, symbols begin at 3."""
    counts = (wanted >= 3).sum(axis=1)
    real, right = wanted >= 2, written == wanted
    shares = []
    for length in lengths:
        rows = counts == length
        shares.append(right[rows][real[rows]].mean())
    return np.array(shares)


@accuracy_by_length.mistake
def padding_counted(written, wanted, lengths):
    """You count padding: long padding that agrees makes short rows look good."""
    counts = (wanted >= 3).sum(axis=1)
    right = written == wanted
    return np.array([right[counts == length].mean() for length in lengths])


@accuracy_by_length.mistake
def lengths_averaged(written, wanted, lengths):
    """Every length has the same number: you averaged over all rows before you split them."""
    share = (written == wanted)[wanted >= 3].mean()
    return np.full(len(lengths), share)


@accuracy_by_length.mistake
def up_to_this_length(written, wanted, lengths):
    """You took all rows up to this length. Take the rows of exactly this length."""
    real, right = wanted >= 3, written == wanted
    counts = real.sum(axis=1)
    shares = []
    for length in lengths:
        rows = counts <= length
        shares.append(right[rows][real[rows]].mean())
    return np.array(shares)


@accuracy_by_length.mistake
def length_with_its_end_mark(written, wanted, lengths):
    """You count the end mark into a row's length: 4 5 6 and an end mark have length 3."""
    real, right = wanted >= 3, written == wanted
    counts = (wanted >= 2).sum(axis=1)
    shares = []
    for length in lengths:
        rows = counts == length
        shares.append(right[rows][real[rows]].mean())
    return np.array(shares)


@accuracy_by_length.mistake
def whole_rows(written, wanted, lengths):
    """You count whole rows that are right. Asked is the share of symbols."""
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
    "twice the width",
    points=1,
    asks="""
    The model without attention is trained again, 64 wide instead of 32, with its own
    learning rate. What happens to accuracy by length? Predict first, then look at the map
    of the lesson.
    """,
    letter="b",
    options={
        "a": (
            "nothing",
            "Look at the map of the lesson: a row of twice the width stays bright for longer.",
        ),
        "b": (
            "it falls at greater lengths",
            "Yes: the fall moves to longer strings, at four times the computing of a GRU step.",
        ),
        "c": (
            "it falls at the same length, but less far",
            "At 16 symbols width 32 has 0.52, width 64 still 0.90: the fall itself comes later.",
        ),
        "d": (
            "it falls earlier",
            "The other way round: in the map the wider row stays bright for longer.",
        ),
    },
    hints=(
        "Compare two rows of the bottleneck map, one of twice the width.",
        "The accuracy falls below 0.9 at a ____ length.",
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
    """You exchanged the rows. Turn the symbols within each row."""
    return source[::-1]


@turned.mistake
def nothing_turned(source, lengths):
    """Nothing has changed: row[:length] = row[:length][::-1]."""
    return source.copy()


@turned.mistake
def one_length_for_all(source, lengths):
    """You used the first row's length for all rows."""
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
    to say which string it is?
    """,
    what="one number, in bits",
    tolerance=0.5,
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
