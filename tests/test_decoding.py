"""Greedy and beam search against searches written as plain loops over whole sequences."""

from itertools import product

import numpy as np
import pytest

from course_utils import decoding
from course_utils.decoding import END, PADDING, read_along
from course_utils.tasks import Batch
from tests.samples import every_context, make_batch, make_model

SYMBOLS = (3, 4, 5)
seeds = pytest.mark.parametrize("seed", range(8))


def make_problem(name, seed, rows=4, **options):
    """A tiny random model over three symbols, and a batch of sources."""
    rng = np.random.default_rng(seed)
    model = make_model(name, rng, symbols=3, **options)
    # sure of its symbols and less of the end, so that long sequences can win too
    model.params["readout.output.W"][...] *= 4
    model.params["readout.output.b"][END] -= 1
    return model, make_batch(rng, rows=rows, symbols=3)


def row_of(batch, row):
    length = batch.source_lengths[row]
    return batch.source[row : row + 1, :length], np.array([length])


def log_probability(model, source, written):
    """log p of a sequence by teacher forcing; it may end with the end mark or go on."""
    target = np.array([[1, *written]])
    return -model(Batch(*source, target, np.array([len(written) + 1]))) * len(written)


def every_sequence(longest):
    """All sequences of up to `longest` symbols and marks that end."""
    for symbols in range(longest):
        for written in product(SYMBOLS, repeat=symbols):
            yield (*written, END)


def naive_beam(model, source, max_length, width):
    """Beam search with prefixes as tuples, every one scored anew from its start."""
    beams = [()]
    for _ in range(max_length):
        longer = []
        for prefix in beams:
            going_on = not prefix or prefix[-1] != END
            longer += [(*prefix, symbol) for symbol in (END, *SYMBOLS)] if going_on else [prefix]
        longer.sort(key=lambda prefix: -log_probability(model, source, prefix))
        beams = longer[:width]
    ended = [prefix for prefix in beams if prefix[-1] == END]
    return (ended or beams)[0]


def written(decoded, row):
    """The tokens of a row as a tuple, without padding."""
    tokens = decoded.tokens[row]
    return tuple(tokens[tokens != PADDING].tolist())


@seeds
@every_context
def test_a_beam_of_one_is_greedy(name, seed):
    model, batch = make_problem(name, seed)
    greedy = model.greedy(batch.source, batch.source_lengths, 6)
    beam = model.beam(batch.source, batch.source_lengths, 6, width=1)
    np.testing.assert_array_equal(beam.tokens, greedy.tokens)
    np.testing.assert_array_equal(beam.lengths, greedy.lengths)
    if greedy.weights is None:
        assert beam.weights is None
    else:
        np.testing.assert_allclose(beam.weights, greedy.weights)


@seeds
@pytest.mark.parametrize("name", ["last state", "additive"])
def test_greedy_takes_the_most_probable_next_token(name, seed):
    model, batch = make_problem(name, seed)
    greedy = model.greedy(batch.source, batch.source_lengths, 5)
    for row in range(4):
        assert written(greedy, row) == naive_beam(model, row_of(batch, row), 5, width=1)


@seeds
@pytest.mark.parametrize("name", ["last state", "additive"])
@pytest.mark.parametrize("width", [2, 3])
def test_a_narrow_beam_equals_the_plain_loop(name, width, seed):
    model, batch = make_problem(name, seed)
    beam = model.beam(batch.source, batch.source_lengths, 4, width)
    for row in range(4):
        assert written(beam, row) == naive_beam(model, row_of(batch, row), 4, width)


@seeds
@pytest.mark.parametrize("name", ["last state", "mean state", "additive", "dot"])
def test_a_wide_beam_finds_the_most_probable_sequence_that_ends(name, seed):
    model, batch = make_problem(name, seed)
    beam = model.beam(batch.source, batch.source_lengths, 3, width=60)
    for row in range(4):
        source = row_of(batch, row)
        ranked = sorted(every_sequence(3), key=lambda s: -log_probability(model, source, s))
        assert written(beam, row) == ranked[0]


def test_the_winners_of_the_wide_beam_have_all_lengths():
    """Else the test above would say little."""
    lengths = set()
    for seed in range(8):
        model, batch = make_problem("additive", seed)
        lengths |= set(model.beam(batch.source, batch.source_lengths, 3, width=60).lengths.tolist())
    assert lengths == {0, 1, 2}


def test_a_sequence_that_never_ends_is_cut():
    model, batch = make_problem("additive", 0)
    model.params["readout.output.b"][END] = -1e6
    for decoded in (
        model.greedy(batch.source, batch.source_lengths, 4),
        model.beam(batch.source, batch.source_lengths, 4, width=3),
    ):
        assert decoded.tokens.shape == (4, 4)
        assert (decoded.tokens > END).all()
        np.testing.assert_array_equal(decoded.lengths, 4)


def test_decoding_stops_when_all_rows_have_ended():
    model, batch = make_problem("additive", 0)
    model.params["readout.output.b"][END] = 1e6
    for decoded in (
        model.greedy(batch.source, batch.source_lengths, 50),
        model.beam(batch.source, batch.source_lengths, 50, width=1),
    ):
        np.testing.assert_array_equal(decoded.tokens, [[END]] * 4)
        np.testing.assert_array_equal(decoded.lengths, 0)


@pytest.mark.parametrize("mark", [0, 1])
def test_padding_and_the_start_mark_are_never_written(mark):
    model, batch = make_problem("additive", 1)
    source = batch.source, batch.source_lengths
    before = model.greedy(*source, 5)
    model.params["readout.output.b"][mark] = 50  # now the most probable of all, everywhere
    np.testing.assert_array_equal(model.greedy(*source, 5).tokens, before.tokens)
    # every symbol of a beam now costs 50 nats, so the shortest answer wins: the end mark alone
    np.testing.assert_array_equal(model.beam(*source, 1, width=4).tokens.min(), END)
    assert all(END in written(model.beam(*source, 5), row)[:1] for row in range(4))


@pytest.mark.parametrize("width", [None, 1, 2, 5])
@pytest.mark.parametrize("bidirectional", [False, True])
@every_context
def test_the_fields_agree(name, bidirectional, width):
    for seed in range(4):
        model, batch = make_problem(name, seed, rows=5, bidirectional=bidirectional)
        source = batch.source, batch.source_lengths
        decoded = model.beam(*source, 4, width) if width else model.greedy(*source, 4)
        steps = decoded.tokens.shape[1]
        assert 1 <= steps <= 4
        assert np.issubdtype(decoded.tokens.dtype, np.integer)
        for tokens, length in zip(decoded.tokens, decoded.lengths, strict=True):
            assert (tokens[:length] > END).all()
            assert length == steps or tokens[length] == END
            assert (tokens[length + 1 :] == PADDING).all()
        if name == "last state":
            assert decoded.weights is None
            continue
        assert decoded.weights.shape == (5, steps, batch.source.shape[1])
        np.testing.assert_allclose(decoded.weights.sum(axis=-1), 1)
        real = np.arange(batch.source.shape[1]) < batch.source_lengths[:, None]
        assert (decoded.weights.swapaxes(1, 2)[~real] == 0).all()


@pytest.mark.parametrize("width", [None, 1, 3])
@every_context
def test_each_row_is_decoded_as_if_it_were_alone(name, width):
    model, batch = make_problem(name, 2)

    def decode(source):
        return model.beam(*source, 5, width) if width else model.greedy(*source, 5)

    together = decode((batch.source, batch.source_lengths))
    for row in range(4):
        alone = decode(row_of(batch, row))
        assert written(together, row) == written(alone, 0)
        if alone.weights is not None:
            steps = len(written(alone, 0))
            length = batch.source_lengths[row]
            np.testing.assert_allclose(
                together.weights[row, :steps, :length], alone.weights[0, :steps]
            )


@seeds
@pytest.mark.parametrize("name", ["additive", "dot"])
def test_weights_are_those_that_lead_to_the_token(name, seed):
    """The weights at step t are read at the state that has read the tokens before t."""
    model, batch = make_problem(name, seed)
    for decoded in (
        model.greedy(batch.source, batch.source_lengths, 4),
        model.beam(batch.source, batch.source_lengths, 4, width=4),
    ):
        for row in range(4):
            source = row_of(batch, row)
            memory, stepper = model.start(*source)
            step, state, read = stepper(memory), memory.summary, 1
            for t, token in enumerate(written(decoded, row)):
                _, state, weights = step(np.array([read]), state)
                found = decoded.weights[row, t, : source[1][0]]
                np.testing.assert_allclose(found, weights[0], atol=1e-12)
                read = token


def test_counts_below_one_or_not_whole():
    model, batch = make_problem("additive", 0)
    source = batch.source, batch.source_lengths
    with pytest.raises(ValueError, match=r"max_length must be at least 1 .* got 0"):
        model.greedy(*source, 0)
    with pytest.raises(ValueError, match=r"max_length must be at least 1 .* got -1"):
        model.beam(*source, -1)
    with pytest.raises(ValueError, match=r"width must be at least 1 .* got 0"):
        model.beam(*source, 4, width=0)
    with pytest.raises(ValueError, match=r"width must be .* a whole number, got 2\.5"):
        model.beam(*source, 4, width=2.5)


@pytest.mark.parametrize("target", [[1, 3, 2], [[1, 3, 2]], [[1]] * 4])
def test_reading_along_needs_a_target_for_each_source(target):
    model, batch = make_problem("additive", 0)
    memory, stepper = model.start(batch.source, batch.source_lengths)
    with pytest.raises(ValueError, match=r"target must be \(4, time\), .* from the same batch"):
        read_along(stepper(memory), memory, target)


def even_model(dtype=np.float32):
    """A model that finds all symbols equally probable, and the end mark hardly."""
    model, batch = make_problem("additive", 0, dtype=dtype)
    for value in model.params.values():
        value[...] = 0
    model.params["readout.output.b"][END] = -5
    return model, (batch.source, batch.source_lengths)


@pytest.mark.parametrize("width", [None, 1, 2, 3, 4, 7])
def test_of_equally_probable_symbols_the_smallest_id_is_written(width):
    model, source = even_model()
    decoded = model.beam(*source, 3, width) if width else model.greedy(*source, 3)
    np.testing.assert_array_equal(decoded.tokens, [[3, 3, 3]] * 4)


def test_a_beam_keeps_the_first_of_equal_prefixes_in_order():
    totals = np.zeros((1, 2, 6), np.float32)
    totals[0, 1, 5] = 1
    _, parents, ids = decoding._best(totals, 5)
    assert list(zip(parents[0].tolist(), ids[0].tolist(), strict=True)) == [
        (1, 5),
        *((0, symbol) for symbol in range(4)),
    ]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_beam_of_one_is_greedy_where_two_symbols_differ_by_one_rounding(dtype):
    model, source = even_model(dtype)
    bias = model.params["readout.output.b"]
    bias[4] = np.nextafter(bias[3], dtype(1))
    greedy, beam = model.greedy(*source, 6), model.beam(*source, 6, width=1)
    np.testing.assert_array_equal(greedy.tokens, [[4] * 6] * 4)
    np.testing.assert_array_equal(beam.tokens, greedy.tokens)


@pytest.mark.parametrize(
    ("place", "bad"),
    [
        ("gru.b", np.nan),  # infinity only saturates the gates
        ("encoder.embedding.table", np.nan),
        ("encoder.embedding.table", np.inf),
        ("readout.output.b", np.nan),
        ("readout.output.b", np.inf),
    ],
)
def test_a_model_that_holds_no_number_writes_nothing(place, bad):
    model, batch = make_problem("additive", 0)
    value = model.params[place]
    value[0 if place == "readout.output.b" else ...] = bad  # there: the logit of padding alone
    source = batch.source, batch.source_lengths
    with np.errstate(invalid="ignore"):
        memory, stepper = model.start(*source)
        for decode in (
            lambda: model.greedy(*source, 4),
            lambda: model.beam(*source, 4, width=3),
            lambda: model.beam(*source, 4, width=1),
            lambda: read_along(stepper(memory), memory, batch.target),
        ):
            with pytest.raises(FloatingPointError, match=r"logits must stay finite, got .* step 1"):
                decode()
