"""What people pass by mistake or by habit: lists, whole numbers, single rows, other shapes."""

import numpy as np
import pytest

from course_utils import seq2seq
from course_utils.attention import (
    Attention,
    AttentionLayer,
    Memory,
    attend,
    attend_backward,
    attend_forward,
)
from course_utils.blocked import blocked_attend
from course_utils.decoding import beam_search
from course_utils.gradients import check_gradients, numerical_gradient
from course_utils.layers import Linear
from course_utils.metrics import by_length
from course_utils.recurrent import GRU
from course_utils.scoring import RULES, DotScore, ScaledDotScore, Score
from course_utils.seq2seq import Seq2Seq
from course_utils.softmax import cross_entropy, softmax
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
    rule = RULES["AdditiveScore"](4, 4, 3)
    layer = AttentionLayer(4, score=rule, dtype=np.float64)
    assert {value.dtype.name for value in layer.params.values()} == {"float64"}
    # a copy: another layer may hold the rule, and keeps its dtype
    assert {value.dtype.name for value in rule.params.values()} == {"float32"}
    assert AttentionLayer(4, score=rule).score is rule


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


# Numbers that are let in


@pytest.mark.parametrize("scores", [[[np.nan, 1]], [[np.inf, 1]], [[0, 1], [np.inf, np.inf]]])
@pytest.mark.parametrize("axis", [-1, 0])
def test_softmax_asks_for_numbers(scores, axis):
    scores = np.array(scores) if axis == -1 else np.array(scores).T
    with np.errstate(invalid="ignore"), pytest.raises(ValueError, match="scores must be finite"):
        softmax(scores, axis=axis)


def test_softmax_asks_for_an_axis():
    """softmax(scores, temperature) said "'float' object is not iterable"."""
    with pytest.raises(TypeError, match=r"axis, the second argument, .* got 0\.5"):
        softmax(np.zeros((2, 3)), 0.5)
    assert softmax(np.zeros((2, 3)), np.int64(0)).sum() == 3


def test_what_is_hidden_need_be_no_number():
    hidden = np.array([[np.nan, 0.0, 0.0], [np.nan, np.inf, -np.inf]])
    mask = np.array([[False, True, True], [False, False, True]])
    np.testing.assert_array_equal(softmax(hidden, mask=mask), [[0, 0.5, 0.5], [0, 0, 0]])
    assert softmax(np.zeros((2, 0))).shape == (2, 0)


def test_half_precision_is_computed_in_single():
    queries = np.full((1, 4), 200, np.float16)  # q · k is 160,000, beyond half precision
    keys = np.vstack([queries, queries])
    context, weights, _ = attend(queries, keys, np.ones((2, 3), np.float16))
    np.testing.assert_array_equal(weights, [[0.5, 0.5]])
    assert context.dtype == np.float32
    np.testing.assert_array_equal(blocked_attend(queries, keys, np.ones((2, 3))), context)
    np.testing.assert_array_equal(softmax(np.full(2, 60_000, np.float16)), [0.5, 0.5])


@pytest.mark.parametrize("given", [[["a", "b"]], [[1j, 2]], [[None, 1]]])
def test_arrays_hold_real_numbers(given):
    for compute in (softmax, Linear(2, 3), lambda array: attend(array, array, array)):
        with pytest.raises(ValueError, match=r"arrays must hold real numbers, got .*: convert"):
            compute(np.array(given))


@pytest.mark.parametrize("attention", [attend, blocked_attend])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_attention_asks_for_numbers(attention, bad, place):
    arrays = [np.ones((2, 4)), np.ones((3, 4)), np.ones((3, 5))]
    arrays[place][-1, 0] = bad
    with np.errstate(invalid="ignore"), pytest.raises(ValueError, match="must be finite"):
        attention(*arrays)
    if place == 1:  # a key that nobody may look at does no harm
        mask = np.array([True, True, False])
        with np.errstate(invalid="ignore"):
            found = attention(*arrays, mask=mask)
        np.testing.assert_array_equal(getattr(found, "context", found), np.ones((2, 5)))


@pytest.mark.parametrize(
    ("expected", "real", "message"),
    [
        ([2, 1], [False, False], "at least one place, got none"),
        (np.zeros(0, int), None, r"shaped like the logits' places \(2,\), got \(0,\)"),
        ([2, 1, 0], None, r"shaped like the logits' places \(2,\), got \(3,\)"),
        ([2, 1], [1, 0], r"got \(2,\) and int64 \(2,\)"),
        ([2, -1], None, "expected must lie between 0 and 2, got -1 to 2"),
    ],
)
def test_a_loss_is_over_something(expected, real, message):
    with pytest.raises(ValueError, match=message):
        cross_entropy(np.zeros((2, 3)), expected, real)


def test_a_saved_model_holds_numbers(tmp_path):
    path, model = tmp_path / "model.npz", Seq2Seq(5, 5, 4, rng=0)
    model.params["gru.b"][3] = np.nan
    model.save(path)
    with pytest.raises(ValueError, match=r"gru\.b holds nan or inf.*train and save it again"):
        Seq2Seq.load(path)


@pytest.mark.parametrize("size", [2.5, "4"])
def test_sizes_are_whole_numbers(size):
    with pytest.raises(ValueError, match="sizes must be at least 1, got a matrix of"):
        Seq2Seq(5, 5, size)


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


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"steps": 2.5}, "steps must be a whole number from 0, got 2.5"),
        ({"warm_up": -1}, "warm_up must be a whole number from 0, got -1"),
        ({"steps": -1}, "steps must be a whole number from 0, got -1"),
        ({"learning_rate": np.nan}, "learning_rate must be a finite number from 0, got nan"),
        ({"learning_rate": -0.1}, "learning_rate must be a finite number from 0, got -0.1"),
        ({"validate": lambda model: np.nan}, "validate must return a number, got nan after step 3"),
    ],
)
def test_settings_of_training_that_cannot_be(settings, message):
    stream = batches(reverse(train_size=20, test_size=5).train, 4, rng=0)
    wanted = {"steps": 3, "learning_rate": 0.01, "progress": False} | settings
    with pytest.raises((ValueError, FloatingPointError), match=message):
        train(make_model("dot", np.random.default_rng(0), symbols=26), stream, **wanted)


def test_making_a_model_leaves_the_memory_of_the_process_alone(monkeypatch):
    asked = []
    monkeypatch.setattr("course_utils.training.keep_freed_memory", lambda: asked.append("training"))
    monkeypatch.setattr("course_utils.memory.keep_freed_memory", lambda: asked.append("making"))
    model = make_model("dot", np.random.default_rng(0), symbols=26)
    assert not asked and not hasattr(seq2seq, "keep_freed_memory")
    stream = batches(reverse(train_size=20, test_size=5).train, 4, rng=0)
    train(model, stream, 1, 0.01, progress=False)
    assert asked == ["training"]


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


@pytest.mark.parametrize("width", [1, 3])
def test_where_no_symbol_can_be_written_decoding_says_so(width):
    """−inf for all symbols, and a number for padding, which is never written."""
    memory = Memory(np.zeros((1, 2, 4)), np.zeros((1, 4)), np.ones((1, 2), bool))

    def stepper(memory):
        logits = np.full((len(memory.summary), 6), -np.inf)
        logits[:, :2] = 1.0  # padding and the start mark
        return lambda ids, state: (logits.copy(), state, None)

    with pytest.raises(FloatingPointError, match="stay finite, got -inf at step 1"):
        beam_search(stepper, memory, max_length=3, width=width)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["x", "y"])
def test_a_layer_asks_for_numbers(name, bad):
    inputs = {"x": np.ones((3, 4)), "y": np.ones((3, 4))}
    inputs[name][1, 2] = bad
    with pytest.raises(ValueError, match=f"^{name} must be finite"):
        AttentionLayer(4)(inputs["x"], inputs["y"])


@pytest.mark.parametrize("rate", [np.nan, np.inf, -1.0])
def test_adam_takes_no_rate_that_ruins_the_parameters(rate):
    params = {"w": np.ones(2)}
    with pytest.raises(ValueError, match="learning_rate must be a finite number"):
        Adam(params).step({"w": np.ones(2)}, rate)
    assert params["w"].tolist() == [1, 1]


@pytest.mark.parametrize("clip", [-1.0, np.nan])
def test_adam_takes_no_clip_that_turns_a_gradient_round(clip):
    with pytest.raises(ValueError, match="clip must be a number from 0"):
        Adam({"w": np.ones(2)}, clip=clip)


@pytest.mark.parametrize(("value", "step"), [(np.nan, 1e-5), (np.inf, 1e-5), (1.0, 0)])
def test_a_gradient_by_differences_is_a_number(value, step):
    with pytest.raises(FloatingPointError, match="must be finite beside every entry"):
        numerical_gradient(lambda: value, np.ones(2), step)


@pytest.mark.parametrize(
    ("matched", "lengths", "edges", "message"),
    [
        ([1, np.nan], [1, 2], [0, 3], "no NaN"),
        ([1, 0], [1, np.nan], [0, 3], "no NaN"),
        ([1, 0], [1, 2], [3, 0], "edges must rise"),
        ([1, 0], [1, 2], [0, 0, 3], "edges must rise"),
    ],
)
def test_shares_by_length_are_of_numbers(matched, lengths, edges, message):
    with pytest.raises(ValueError, match=message):
        by_length(matched, lengths, edges)


def test_a_loss_asks_for_a_logit_of_each_id():
    with pytest.raises(ValueError, match="one for each id"):
        cross_entropy(1.0, 0)
