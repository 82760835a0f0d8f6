"""What people pass by mistake or by habit: lists, whole numbers, single rows, other shapes."""

import numpy as np
import pytest

from course_utils.attention import (
    Attention,
    AttentionLayer,
    attend,
    attend_backward,
    attend_forward,
)
from course_utils.gradients import check_gradients, numerical_gradient
from course_utils.layers import Linear
from course_utils.recurrent import GRU
from course_utils.scoring import RULES, DotScore, ScaledDotScore, Score
from course_utils.seq2seq import Seq2Seq
from course_utils.tasks import Batch, batches, reverse
from course_utils.training import Adam, train
from tests.samples import make_model

QUERIES, KEYS = [[1, 0], [2, 3]], [[1, 0], [0, 1], [4, -1]]
every_rule = pytest.mark.parametrize("name", RULES)


def build(name, dtype=np.float64):
    return RULES[name].for_width(2, hidden_size=4, max_length=3, rng=0, dtype=dtype)


@every_rule
def test_rules_take_lists_and_whole_numbers(name):
    rule = build(name)
    expected = rule(np.array(QUERIES, float), np.array(KEYS, float))
    for convert in (lambda rows: rows, np.array):
        np.testing.assert_array_equal(rule(convert(QUERIES), convert(KEYS)), expected)
        np.testing.assert_array_equal(rule.forward(convert(QUERIES), convert(KEYS))[0], expected)


@every_rule
def test_queries_and_keys_of_two_dtypes_meet_in_the_wider_one(name):
    rule = build(name, np.float32)
    queries, keys = np.array(QUERIES, np.float32), np.array(KEYS, np.float64)
    assert rule(queries, keys).dtype == np.float64
    assert rule(keys[:2], queries.astype(int)).dtype == np.float64


@every_rule
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("own", [np.float32, np.float64])
def test_the_inputs_decide_the_dtype_of_the_gradients_too(name, dtype, own):
    rule = build(name, own)
    scores, cache = rule.forward(np.array(QUERIES, dtype), np.array(KEYS, dtype))
    d_queries, d_keys, _ = rule.backward(np.ones_like(scores), cache)
    assert scores.dtype == d_queries.dtype == d_keys.dtype == dtype


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("own", [np.float32, np.float64])
def test_layers_keep_the_dtype_of_their_inputs(dtype, own):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 3, 4)).astype(dtype)
    layer = AttentionLayer(4, heads=2, rng=0, dtype=own)
    output, cache = layer.forward(x, x)
    assert {array.dtype for array in (output, *layer.backward(output, cache)[:2])} == {x.dtype}
    gru = GRU(4, 5, rng=0, dtype=own)
    (states, last), cache = gru.forward(x, np.array([3, 2]))
    d_inputs, d_initial, _ = gru.backward((states, last), cache)
    assert {array.dtype for array in (states, last, d_inputs, d_initial)} == {x.dtype}


def test_a_layer_converts_its_rule():
    layer = AttentionLayer(4, score=RULES["AdditiveScore"](4, 4, 3), dtype=np.float64)
    assert {value.dtype.name for value in layer.params.values()} == {"float64"}


@pytest.mark.parametrize("shape", [(4, 5), (3, 4, 5), (3, 1, 5), (3, 2, 4, 5), (3, 1, 4, 5)])
def test_a_layer_takes_masks_with_and_without_heads(shape):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(3, 4, 6)), rng.normal(size=(3, 5, 6))
    mask = rng.random(shape) < 0.7
    _, cache = AttentionLayer(6, heads=2, rng=0).forward(x, y, mask)
    per_head = mask if mask.ndim == 4 else np.broadcast_to(mask, (3, 4, 5))[:, None]
    assert (cache.attended.weights[~np.broadcast_to(per_head, (3, 2, 4, 5))] == 0).all()


def test_a_layer_names_the_mask_that_was_passed():
    x = np.zeros((3, 4, 6))
    with pytest.raises(ValueError, match=r"= \(3, 4, 4\), got \(3, 5, 4\)"):
        AttentionLayer(6, heads=2)(x, x, mask=np.ones((3, 5, 4), bool))
    with pytest.raises(ValueError, match=r"x must be \(\.\.\., positions, 6\), got \(6,\)"):
        AttentionLayer(6)(x[0, 0], x)
    with pytest.raises(ValueError, match="multiple of heads, got 6 and 0"):
        AttentionLayer(6, heads=0)


@pytest.mark.parametrize("score", [DotScore, "dot", np.ones((2, 3), bool)])
def test_what_is_no_rule_is_named(score):
    with pytest.raises(TypeError, match=r"score must be a rule such as DotScore\(\), got"):
        attend(np.ones((2, 4)), np.ones((3, 4)), np.ones((3, 5)), score)


@pytest.mark.parametrize("build", [Attention, lambda score: AttentionLayer(4, score=score)])
def test_a_rule_without_its_parentheses_is_named_where_it_is_passed(build):
    with pytest.raises(TypeError, match=r"score must be a rule such as DotScore\(\), got"):
        build(DotScore)


@every_rule
def test_a_gradient_for_each_score_is_asked_for(name):
    _, cache = build(name).forward(QUERIES, KEYS)
    with pytest.raises(ValueError, match=r"d_scores must have .* output \(2, 3\), got \(3, 2\)"):
        build(name).backward(np.ones((3, 2)), cache)


def test_gradients_are_shaped_like_the_outputs_of_layers():
    x = np.ones((2, 3, 4))
    for layer, inputs in ((Linear(4, 5), (x,)), (AttentionLayer(4), (x, x))):
        output, cache = layer.forward(*inputs)
        with pytest.raises(ValueError, match=r"must have the shape of forward's output \(2, 3"):
            layer.backward(output[:, 1:], cache)
    gru = GRU(4, 5)
    (states, last), cache = gru.forward(x, [3, 2])
    for wrong, name in (((states, last[:1]), "d_last"), ((states[:, 1:], last), "d_states")):
        with pytest.raises(ValueError, match=f"{name} must have the shape of forward's output"):
            gru.backward(wrong, cache)
    attended, cache = attend_forward(x, x, x, DotScore())
    with pytest.raises(ValueError, match=r"d_context must have the shape .* \(2, 3, 4\)"):
        attend_backward(attended.weights, cache)


def test_a_gru_asks_for_a_batch():
    with pytest.raises(ValueError, match=r"inputs must be \(batch, time, 4\), got \(3, 4\)"):
        GRU(4, 5)(np.ones((3, 4)), [3, 3, 3])
    with pytest.raises(ValueError, match=r"\(batch, hidden\) = \(1, 5\), got \(5,\)"):
        GRU(4, 5)(np.ones((1, 3, 4)), [3], [0.0] * 5)


def test_a_layer_without_features_is_refused():
    for build in (lambda: Linear(0, 3), lambda: GRU(3, 0), lambda: Seq2Seq(5, 5, 0)):
        with pytest.raises(ValueError, match="sizes must be at least 1, got a matrix of"):
            build()


def test_the_array_that_does_not_fit_is_the_one_that_is_named():
    with pytest.raises(ValueError, match="queries and keys must be"):
        attend(np.ones((2, 4)), np.ones(4), np.ones((3, 5)))


@pytest.mark.parametrize("context", [DotScore(), "attention"])
def test_what_is_no_context_is_named(context):
    with pytest.raises(TypeError, match=r"context must be LastState\(\), .* put a rule into"):
        Seq2Seq(5, 5, 4, context=context)


def test_decoding_takes_lists():
    model = make_model("dot", np.random.default_rng(0))
    lists = model.greedy([[3, 4, 5]], [3], 6).tokens
    np.testing.assert_array_equal(
        lists, model.greedy(np.array([[3, 4, 5]]), np.array([3]), 6).tokens
    )


@pytest.mark.parametrize(
    ("source", "lengths", "message"),
    [
        ([3, 4, 5], [3], r"ids must be \(batch, time\), got \(3,\): one sentence is ids\[None\]"),
        ([[3, 4, 5]], 3, "source_lengths must be one whole number for each of the 1 rows"),
        ([[3, 4, 5]], [3.0], "source_lengths must be one whole number .* got float64"),
        ([[3, 4, 5]], [4], "source_lengths must lie between 1 and 3.* got 4 to 4"),
    ],
)
def test_sources_that_do_not_fit(source, lengths, message):
    model = make_model("dot", np.random.default_rng(0))
    with pytest.raises(ValueError, match=message):
        model.greedy(source, lengths, 6)


@pytest.mark.parametrize("name", ["last state", "mean state", "dot"])
def test_sources_and_targets_come_in_pairs(name):
    model = make_model(name, np.random.default_rng(0))
    source, target = np.array([[3, 4]]), np.array([[1, 3, 2]] * 3)
    with pytest.raises(ValueError, match="as many rows, got 1 and 3"):
        model(Batch(source, np.array([2]), target, np.array([3, 3, 3])))


def test_a_target_needs_both_its_marks():
    model = make_model("dot", np.random.default_rng(0))
    batch = Batch(np.array([[3]]), np.array([1]), np.array([[1, 2, 0]]), np.array([1]))
    with pytest.raises(ValueError, match=r"target_lengths must lie between 2 and 3.* got 1 to 1"):
        model(batch)


def test_one_rule_in_two_models_stays_one():
    rule = RULES["GeneralScore"](4, 4)
    first = Seq2Seq(5, 5, 4, Attention(rule), rng=0)
    before = first.params["context.score.W"]
    Seq2Seq(5, 5, 4, Attention(rule), rng=1)
    assert first.params["context.score.W"] is before


# Files


class MyScore(ScaledDotScore):
    """A learner's own rule."""


def test_a_save_that_fails_leaves_the_old_file_whole(tmp_path, monkeypatch):
    path, model = tmp_path / "model.npz", Seq2Seq(5, 5, 4, rng=0)
    model.save(path)
    kept = path.read_bytes()
    monkeypatch.setattr(np, "savez", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        model.save(path)
    assert path.read_bytes() == kept


def test_sizes_from_numpy_can_be_saved(tmp_path):
    Seq2Seq(np.int64(5), 5, np.int64(4)).save(tmp_path / "model.npz")
    assert Seq2Seq.load(tmp_path / "model.npz").settings["hidden_size"] == 4


def test_a_rule_that_could_not_be_loaded_is_not_saved(tmp_path):
    with pytest.raises(ValueError, match=r"must be built of .*ScaledDotScore.*, got MyScore"):
        Seq2Seq(5, 5, 4, Attention(MyScore())).save(tmp_path / "model.npz")
    assert not list(tmp_path.iterdir()) and isinstance(MyScore(), Score)


@pytest.mark.parametrize("dtype", [np.float64, np.complex64, "<U3"])
def test_parameters_of_another_dtype_are_refused(dtype, tmp_path):
    path = tmp_path / "model.npz"
    Seq2Seq(5, 5, 4, rng=0).save(path)
    with np.load(path) as file:
        arrays = dict(file)
    np.savez(path, **{**arrays, "gru.b": arrays["gru.b"].astype(dtype)})
    with pytest.raises(ValueError, match=r"gru\.b must be \(12,\) float32, got"):
        Seq2Seq.load(path)


# Training and checking


def test_a_single_batch_is_no_stream_of_batches():
    task = reverse(train_size=20, test_size=5)
    with pytest.raises(ValueError, match=r"got a single Batch: pass tasks\.batches"):
        train(make_model("dot", np.random.default_rng(0)), task.train, 3, 0.01)
    with pytest.raises(ValueError, match=r"got a single Task: pass tasks\.batches"):
        train(make_model("dot", np.random.default_rng(0)), task, 3, 0.01)
    with pytest.raises(ValueError, match="every must be at least 1, got 0"):
        train(make_model("dot", np.random.default_rng(0)), batches(task.train, 5), 3, 0.01, every=0)


def test_stopping_keeps_the_steps_since_the_last_judgement():
    class Counter:
        """A model whose loss falls by one at every step."""

        def __init__(self):
            self.params = {"w": np.zeros(1)}

        def forward(self, batch):
            return 100.0 - batch, None

        def backward(self, cache):
            return {"w": -np.ones(1)}

    def stream():
        yield from range(14)
        raise KeyboardInterrupt

    model = Counter()
    history = train(model, stream(), 100, 0.1, every=10, progress=False)
    stopped = Counter()
    train(stopped, iter(range(10)), 10, 0.1, every=10, progress=False)
    assert history.interrupted and len(history.losses) == 14
    assert model.params["w"] > stopped.params["w"]  # moved on after the judgement at step 10


@pytest.mark.parametrize(
    ("gradient", "error", "message"),
    [
        (np.full((2, 3), np.nan), FloatingPointError, "gradient must stay finite"),
        (np.ones((3, 2)), ValueError, r"shape \(2, 3\), got \(3, 2\)"),
    ],
)
def test_a_gradient_that_cannot_be_used_moves_nothing(gradient, error, message):
    params = {"w": np.ones((2, 3))}
    with pytest.raises(error, match=message):
        Adam(params).step({"w": gradient}, 0.1)
    np.testing.assert_array_equal(params["w"], 1)


@pytest.mark.parametrize("analytic", [2.0, np.full((3, 1), 2.0), np.full(2, 2.0)])
def test_a_gradient_of_another_shape_is_no_gradient(analytic):
    array = np.ones(3)
    with pytest.raises(AssertionError, match=r"must have its shape \(3,\), got"):
        check_gradients(lambda: float(2 * array.sum()), {"array": (array, analytic)})


def test_an_array_is_put_back_when_its_function_fails():
    array = np.ones(2)
    with pytest.raises(ZeroDivisionError):
        numerical_gradient(lambda: 1 / 0, array)
    np.testing.assert_array_equal(array, 1)


def test_batches_never_end():
    stream = batches(reverse(train_size=3, test_size=1).train, 2, rng=0)
    assert len([next(stream) for _ in range(5)]) == 5
