"""Encoders of vectors: gradients, padding, and what a state knows of the others."""

import numpy as np
import pytest

from course_utils.encoder import Encoder
from course_utils.gradients import check_gradients
from course_utils.lab.vector_encoders import PatchEncoder, VectorEncoder
from course_utils.seq2seq import Seq2Seq
from tests.samples import assert_close, make_batch, make_context, randomise

MAKERS = {
    "vectors": lambda rng, hidden=4: VectorEncoder(5, hidden, rng, np.float64),
    "patches": lambda rng, hidden=4: PatchEncoder(5, 6, hidden, rng, np.float64),
}
each_encoder = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
LENGTHS = np.array([6, 1, 3])


def vectors(rng, rows=3, time=6):
    return rng.normal(size=(rows, time, 5))


@each_encoder
@pytest.mark.parametrize("context", ["last state", "mean state", "additive", "dot"])
def test_gradients_of_the_whole_model(make, context):
    rng = np.random.default_rng(0)
    score = make_context(context, 4, rng)
    model = Seq2Seq(None, 7, 4, score, rng=rng, dtype=np.float64, encoder=make(rng))
    randomise(model, rng)
    batch = make_batch(rng)
    batch = batch._replace(source=vectors(rng, *batch.source.shape))
    _, cache = model.forward(batch)
    grads = model.backward(cache)
    pairs = {name: (value, grads[name]) for name, value in model.params.items()}
    check_gradients(lambda: model(batch), pairs)


@each_encoder
def test_padding_changes_nothing_and_its_states_are_zero(make):
    rng = np.random.default_rng(1)
    encoder, given = randomise(make(rng), rng), vectors(rng)
    other = np.where((np.arange(6) < LENGTHS[:, None])[..., None], given, 99)
    one, two = encoder(given, LENGTHS), encoder(other, LENGTHS)
    for first, second in zip(one, two, strict=True):
        assert_close(first, second)
    assert np.array_equal(one.mask, np.arange(6) < LENGTHS[:, None])
    assert not one.states[~one.mask].any()


@each_encoder
def test_a_row_is_encoded_as_if_alone(make):
    rng = np.random.default_rng(2)
    encoder, given = randomise(make(rng), rng), vectors(rng)
    together, alone = encoder(given, LENGTHS), encoder(given[2:, :3], LENGTHS[2:])
    assert_close(together.states[2:, :3], alone.states)
    assert_close(together.summary[2:], alone.summary)


@pytest.mark.parametrize(("make", "reach"), [(MAKERS["vectors"], 6), (MAKERS["patches"], 1)])
def test_how_many_states_notice_that_one_vector_changes(make, reach):
    rng = np.random.default_rng(3)
    encoder, given = randomise(make(rng), rng), vectors(rng, rows=1)
    changed = given.copy()
    changed[0, 2] += 1
    lengths = np.array([6])
    moved = encoder(given, lengths).states != encoder(changed, lengths).states
    assert moved.any(axis=-1).sum() == reach


def test_equal_patches_at_two_places_have_different_states():
    rng = np.random.default_rng(4)
    states = MAKERS["patches"](rng)(np.ones((1, 2, 5)), np.array([2])).states[0]
    assert np.abs(states[0] - states[1]).max() > 0.01


def test_it_is_the_token_encoder_with_a_dense_layer_in_place_of_the_embedding():
    """The same GRUs, and tanh(W + b) of a one-hot vector as the token's row."""
    rng = np.random.default_rng(5)
    encoder = randomise(MAKERS["vectors"](rng), rng)
    twin = Encoder(5, 4, True, rng, np.float64)
    for name, value in twin.params.items():
        value[...] = encoder.params.get(name, 0)
    dense = encoder.params["dense.W"] + encoder.params["dense.b"]
    twin.params["embedding.table"][...] = np.tanh(dense)
    ids = rng.integers(5, size=(3, 6))
    found, wanted = encoder(np.eye(5)[ids], LENGTHS), twin(ids, LENGTHS)
    assert_close(found.summary, wanted.summary)
    assert_close(found.states[found.mask], wanted.states[wanted.mask])


@each_encoder
def test_the_dtype_is_that_of_the_vectors(make):
    rng = np.random.default_rng(6)
    memory = make(rng)(vectors(rng).astype(np.float32), LENGTHS)
    assert memory.states.dtype == memory.summary.dtype == np.float32


@each_encoder
@pytest.mark.parametrize(
    ("shape", "lengths", "message"),
    [
        ((6, 5), [6], r"vectors must be \(batch, time, features\), got \(6, 5\)"),
        ((1, 6, 4), [6], r"inputs must have 5 features on the last axis, got shape \(1, 6, 4\)"),
        ((1, 6, 5), [7], "source_lengths must lie between 1 and 6"),
        ((2, 6, 5), [6], "source_lengths must be one whole number for each of the 2 rows"),
    ],
)
def test_sources_that_do_not_fit(make, shape, lengths, message):
    with pytest.raises(ValueError, match=message):
        make(0)(np.zeros(shape), np.array(lengths))


def test_more_vectors_than_places():
    with pytest.raises(ValueError, match="ids must lie between 0 and 5, got 0 to 6"):
        MAKERS["patches"](0)(np.zeros((1, 7, 5)), np.array([7]))


def test_an_odd_size_cannot_be_halved():
    with pytest.raises(ValueError, match="hidden_size must be even, got 3"):
        VectorEncoder(5, 3)


@each_encoder
def test_an_encoder_of_another_width_is_refused(make):
    with pytest.raises(ValueError, match="model's hidden_size 6, got 4: the decoder starts"):
        Seq2Seq(None, 7, 6, encoder=make(0))


@each_encoder
def test_a_model_with_a_given_encoder_is_not_saved(make, tmp_path):
    model = Seq2Seq(None, 7, 4, encoder=make(0), dtype=np.float64)
    with pytest.raises(ValueError, match=r"must be built of Encoder, got \w+Encoder"):
        model.save(tmp_path / "model.npz")
    assert not list(tmp_path.iterdir())


@each_encoder
def test_an_encoder_of_another_dtype_is_refused_and_left_as_it_is(make):
    encoder = make(0)
    with pytest.raises(ValueError, match=r"encoder's parameters must be float32 .* got float64"):
        Seq2Seq(None, 7, 4, encoder=encoder)
    assert {value.dtype for value in encoder.params.values()} == {np.dtype(np.float64)}
