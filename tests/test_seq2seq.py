"""The whole model against a step-by-step computation, its files, its error messages."""

import json
import pickle
import re
from itertools import pairwise

import numpy as np
import pytest

from course_utils.attention import Attention, LastState, softmax
from course_utils.scoring import AdditiveScore, DotScore, GeneralScore, LocationScore
from course_utils.seq2seq import Seq2Seq
from course_utils.tasks import Batch
from tests.samples import every_context, make_batch, make_model

both_directions = pytest.mark.parametrize("bidirectional", [False, True])


def step_by_step(model, batch, row):
    """The loss of one row, fed one symbol at a time as in decoding."""
    length = batch.source_lengths[row]
    memory, stepper = model.start(batch.source[row : row + 1, :length], np.array([length]))
    step, state, losses = stepper(memory), memory.summary, []
    target = batch.target[row, : batch.target_lengths[row]]
    for read, expected in pairwise(target):
        logits, state, _ = step(np.array([read]), state)
        losses.append(-np.log(softmax(logits)[0, expected]))
    return losses


@both_directions
@every_context
def test_teacher_forcing_equals_decoding_step_by_step(name, bidirectional):
    rng = np.random.default_rng(0)
    model, batch = make_model(name, rng, bidirectional=bidirectional), make_batch(rng)
    losses = [loss for row in range(3) for loss in step_by_step(model, batch, row)]
    assert abs(model(batch) - np.mean(losses)) < 1e-12


@both_directions
def test_all_but_the_context_is_shared(bidirectional):
    def params(context):
        return Seq2Seq(7, 8, 6, context, bidirectional, rng=3).params

    without, with_attention = params(LastState()), params(Attention(AdditiveScore(6, 6, 5)))
    added = {f"context.score.{name}" for name in ("W_query", "W_key", "v")}
    assert with_attention.keys() - without.keys() == added
    assert without.keys() < with_attention.keys()
    for name, value in without.items():
        np.testing.assert_array_equal(value, with_attention[name])


def test_the_default_is_the_model_without_attention():
    assert isinstance(Seq2Seq(5, 5, 4).context, LastState)
    assert {value.dtype.name for value in Seq2Seq(5, 5, 4).params.values()} == {"float32"}


@pytest.mark.parametrize(("own", "other"), [("float32", "float64"), ("float64", "float32")])
def test_a_shared_context_does_not_change_the_dtype_of_another_model(own, other):
    context = Attention(GeneralScore(4, 4, rng=0, dtype=own))
    model = Seq2Seq(5, 5, 4, context, rng=0, dtype=own)
    with pytest.raises(ValueError, match=rf"context's parameters must be {other} .* got {own}: b"):
        Seq2Seq(5, 5, 4, context, dtype=other)
    assert {value.dtype.name for value in model.params.values()} == {own}


@pytest.mark.parametrize("context", [LastState(), Attention(DotScore())])
def test_a_context_without_parameters_serves_every_dtype(context):
    for dtype in (np.float32, np.float64):
        model = Seq2Seq(5, 5, 4, context, dtype=dtype)
        assert {value.dtype for value in model.params.values()} == {np.dtype(dtype)}


@pytest.mark.parametrize("dtype", ["float16", "int64", "complex128"])
def test_a_model_is_float32_or_float64(dtype):
    with pytest.raises(ValueError, match=f"dtype must be float32 or float64, got {dtype}"):
        Seq2Seq(5, 5, 4, dtype=dtype)


def test_a_fresh_model_is_about_as_unsure_as_a_guess():
    rng = np.random.default_rng(0)
    model = Seq2Seq(20, 20, 32, Attention(DotScore()), rng=0)
    loss = model(make_batch(rng, rows=64, longest=8, symbols=17))
    assert isinstance(loss, float)
    assert abs(loss - np.log(20)) < 0.3


def test_the_encoder_is_as_wide_whether_it_reads_one_way_or_both():
    rng = np.random.default_rng(0)
    batch = make_batch(rng)
    shapes = [
        make_model("dot", rng, hidden=6, bidirectional=both)
        .start(batch.source, batch.source_lengths)[0]
        .states.shape
        for both in (False, True)
    ]
    assert shapes == [(*batch.source.shape, 6)] * 2


def test_a_state_of_a_bidirectional_encoder_sees_the_whole_source():
    model = make_model("dot", np.random.default_rng(0), bidirectional=True)
    one, other = (
        model.start(np.array([source]), np.array([4]))[0].states[0]
        for source in ([3, 4, 5, 6], [3, 4, 5, 3])
    )
    # the half that reads forwards cannot know the last symbol, the other half has read it
    np.testing.assert_array_equal(one[:3, :2], other[:3, :2])
    assert (one[:3, 2:] != other[:3, 2:]).all()


# Files

NOT_OURS = r"expected a model that Seq2Seq\.save wrote, format 1: train and save it again"


@both_directions
@every_context
def test_save_and_load_give_the_same_model(name, bidirectional, tmp_path):
    rng = np.random.default_rng(0)
    model = make_model(name, rng, bidirectional=bidirectional, dtype=np.float32)
    batch = make_batch(rng)
    model.save(tmp_path / "model.npz")
    loaded = Seq2Seq.load(tmp_path / "model.npz")
    assert loaded.params.keys() == model.params.keys()
    for key, value in model.params.items():
        assert loaded.params[key].dtype == value.dtype
        np.testing.assert_array_equal(loaded.params[key], value)
    assert loaded(batch) == model(batch)
    expected = model.greedy(batch.source, batch.source_lengths, 4)
    found = loaded.greedy(batch.source, batch.source_lengths, 4)
    np.testing.assert_array_equal(found.tokens, expected.tokens)


def test_save_keeps_float64_and_the_name_of_the_file(tmp_path):
    path = tmp_path / "no_suffix"
    make_model("general", np.random.default_rng(0)).save(path)
    assert path.is_file()
    assert Seq2Seq.load(path).params["gru.b"].dtype == np.float64


def saved_arrays(tmp_path, name="general"):
    """(path of a saved model, its arrays, its header)."""
    path = tmp_path / "model.npz"
    make_model(name, np.random.default_rng(0)).save(path)
    with np.load(path, allow_pickle=False) as file:  # this alone shows that nothing is pickled
        arrays = {key: file[key] for key in file.files}
    return path, arrays, json.loads(str(arrays["header"]))


@every_context
def test_a_saved_file_holds_no_pickle(name, tmp_path):
    _, arrays, _ = saved_arrays(tmp_path, name)
    assert all(array.dtype != object for array in arrays.values())


def test_load_refuses_a_pickled_file_without_running_it(tmp_path):
    class Trap:
        def __reduce__(self):
            return (open, (str(tmp_path / "sprung"), "w"))

    path, arrays, _ = saved_arrays(tmp_path)
    trap = np.array([Trap()], dtype=object)
    np.savez(path, **{**arrays, "gru.b": trap})
    with pytest.raises(ValueError, match=NOT_OURS):
        Seq2Seq.load(path)
    path.write_bytes(pickle.dumps(Trap()))
    with pytest.raises(ValueError, match=NOT_OURS):
        Seq2Seq.load(path)
    assert not (tmp_path / "sprung").exists()


def cut(content):
    return content[: len(content) // 2]


def flip(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :]


@pytest.mark.parametrize("damage", [cut, flip, lambda content: b"", lambda content: b"text"])
def test_load_refuses_a_damaged_file(damage, tmp_path):
    path, *_ = saved_arrays(tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=r"is no saved model .* train and save it again"):
        Seq2Seq.load(path)


def test_load_refuses_a_file_of_other_arrays(tmp_path):
    np.savez(tmp_path / "data.npz", x=np.zeros(3))
    with pytest.raises(ValueError, match=NOT_OURS):
        Seq2Seq.load(tmp_path / "data.npz")


def test_load_of_a_missing_file_names_it(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"missing\.npz"):
        Seq2Seq.load(tmp_path / "missing.npz")


def test_load_refuses_another_version(tmp_path):
    path, arrays, header = saved_arrays(tmp_path)
    header["format"] = 99
    np.savez(path, **{**arrays, "header": json.dumps(header)})
    with pytest.raises(ValueError, match=r"format is 99\); expected .* format 1: train and save"):
        Seq2Seq.load(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"gru.b": np.zeros(5)}, "gru.b must be (12,) float64, got (5,) float64"),
        ({"gru.b": None}, "gru.b must be (12,) float64, got None"),
        ({"gru.c": np.zeros(5)}, "gru.c must be None, got (5,) float64"),
    ],
)
def test_load_refuses_other_shapes_and_names(change, message, tmp_path):
    path, arrays, _ = saved_arrays(tmp_path)
    arrays = {key: array for key, array in (arrays | change).items() if array is not None}
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match=re.escape(message)):
        Seq2Seq.load(path)


@pytest.mark.parametrize(
    "change",
    [
        {"context": "Spell"},
        {"context": "softmax"},
        {"rule": ["Spell", {}]},
        {"rule": ["DotScore", {"query_size": 4}]},
        {"dtype": "cheese"},
        {"settings": {"hidden_size": "4"}},
        {"settings": {"another": 1}},
    ],
)
def test_load_refuses_a_header_that_it_does_not_understand(change, tmp_path):
    path, arrays, header = saved_arrays(tmp_path)
    np.savez(path, **{**arrays, "header": json.dumps(header | change)})
    with pytest.raises(ValueError, match=NOT_OURS):
        Seq2Seq.load(path)


@pytest.mark.parametrize("missing", ["rule", "context", "dtype", "settings"])
def test_load_refuses_a_header_with_a_gap(missing, tmp_path):
    path, arrays, header = saved_arrays(tmp_path)
    del header[missing]
    np.savez(path, **{**arrays, "header": json.dumps(header)})
    with pytest.raises(ValueError, match=NOT_OURS):
        Seq2Seq.load(path)


# Errors


def test_an_odd_size_cannot_be_halved():
    with pytest.raises(ValueError, match=r"hidden_size must be even for a bidirectional.* got 5"):
        Seq2Seq(5, 5, 5, bidirectional=True)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (AdditiveScore(8, 4, 3), "query_size must be the model's hidden_size 4, got 8"),
        (AdditiveScore(4, 8, 3), "key_size must be the model's hidden_size 4, got 8"),
        (GeneralScore(4, 2), "key_size must be the model's hidden_size 4, got 2"),
        (LocationScore(3, 9), "query_size must be the model's hidden_size 4, got 3"),
    ],
)
def test_a_rule_of_another_width(rule, message):
    with pytest.raises(ValueError, match=message):
        Seq2Seq(5, 5, 4, Attention(rule))


GOOD = Batch(
    source=np.array([[3, 4, 5], [6, 3, 0]]),
    source_lengths=np.array([3, 2]),
    target=np.array([[1, 3, 4, 2], [1, 2, 0, 0]]),
    target_lengths=np.array([4, 2]),
)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"source": np.array([[3, 4, 7], [6, 3, 0]])},
            "source must lie between 0 and 6, got 0 to 7",
        ),
        (
            {"source": np.array([[3, 4, -1], [6, 3, 0]])},
            "source must lie between 0 and 6, got -1 to",
        ),
        ({"source": GOOD.source * 1.0}, "source must be integers, got float64"),
        ({"target": GOOD.target + 5}, "target must lie between 0 and 6, got 5 to 9"),
        ({"target": GOOD.target * 1.0}, "target must be integers, got float64"),
        ({"source_lengths": np.array([3, 0])}, "lengths must lie between 1 and 3.* got 0 to 3"),
        ({"source_lengths": np.array([4, 2])}, "lengths must lie between 1 and 3.* got 2 to 4"),
        ({"target_lengths": np.array([5, 2])}, "lengths must lie between .* got "),
        ({"target_lengths": np.array([4, 1])}, "lengths must lie between .* got "),
    ],
)
def test_batches_that_do_not_fit(change, message):
    model = make_model("additive", np.random.default_rng(0))
    assert np.isfinite(model(GOOD))
    with pytest.raises(ValueError, match=message):
        model(GOOD._replace(**change))


def test_an_empty_batch():
    model = make_model("additive", np.random.default_rng(0))
    with pytest.raises(ValueError, match="got an empty batch"):
        model(Batch(*(array[:0] for array in GOOD)))


@pytest.mark.parametrize("decode", ["greedy", "beam"])
def test_decoding_checks_its_source_too(decode):
    decode = getattr(make_model("additive", np.random.default_rng(0)), decode)
    with pytest.raises(ValueError, match="source must lie between 0 and 6, got 3 to 9"):
        decode(np.array([[3, 9]]), np.array([2]), 4)
    with pytest.raises(ValueError, match=r"lengths must lie between 1 and 2.* got 3 to 3"):
        decode(np.array([[3, 4]]), np.array([3]), 4)


def test_a_source_longer_than_the_location_rule():
    model = make_model("location", np.random.default_rng(0))
    long = np.full((1, 13), 3)
    batch = GOOD._replace(source=long, source_lengths=np.array([13]))
    one_row = Batch(*(array[:1] for array in batch))
    message = "at most max_length = 12 positions, got 13"
    with pytest.raises(ValueError, match=message):
        model(one_row)
    for decode in (model.greedy, model.beam):
        with pytest.raises(ValueError, match=message):
            decode(long, np.array([13]), 4)


@pytest.mark.parametrize("lengths", ["source_lengths", "target_lengths"])
def test_one_length_for_each_row(lengths):
    model = make_model("additive", np.random.default_rng(0))
    with pytest.raises(ValueError, match="lengths must"):
        model(GOOD._replace(**{lengths: np.array([3, 2, 2])}))
