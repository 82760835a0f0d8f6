"""The training loop on toy models, then whole models that learn."""

from itertools import count, repeat

import numpy as np
import pytest

from course_utils.attention import Attention
from course_utils.metrics import exact_match
from course_utils.scoring import AdditiveScore
from course_utils.seq2seq import Seq2Seq
from course_utils.tasks import batches, number_words, reverse
from course_utils.training import Adam, train
from tests.samples import make_batch, make_model


class Slope:
    """One number x with loss x and a gradient of choice: training moves x, and the loss with it."""

    def __init__(self, gradient=-1.0, start=0.0):
        self.params = {"x": np.array([start])}
        self.gradient = np.array([gradient])
        self.seen = []

    def forward(self, batch):
        self.seen.append(batch)
        return float(self.params["x"][0]), None

    def backward(self, cache):
        return {"x": self.gradient}

    @property
    def x(self):
        return float(self.params["x"][0])


def interrupt_after(steps):
    yield from range(steps)
    raise KeyboardInterrupt


# Adam


def textbook_adam(params, all_grads, rates, clip):
    """Algorithm 1 of Kingma and Ba, number by number, after clipping by the global norm."""
    values = {name: value.ravel().tolist() for name, value in params.items()}
    mean = {name: [0.0] * len(value) for name, value in values.items()}
    square = {name: [0.0] * len(value) for name, value in values.items()}
    for t, (grads, rate) in enumerate(zip(all_grads, rates, strict=True), 1):
        norm = sum(g**2 for grad in grads.values() for g in grad.ravel().tolist()) ** 0.5
        factor = clip / norm if clip and norm > clip else 1
        for name, grad in grads.items():
            for i, g in enumerate((grad * factor).ravel().tolist()):
                mean[name][i] = 0.9 * mean[name][i] + 0.1 * g
                square[name][i] = 0.999 * square[name][i] + 0.001 * g * g
                unbiased = mean[name][i] / (1 - 0.9**t), square[name][i] / (1 - 0.999**t)
                values[name][i] -= rate * unbiased[0] / (unbiased[1] ** 0.5 + 1e-8)
    return {name: np.reshape(values[name], value.shape) for name, value in params.items()}


@pytest.mark.parametrize("clip", [None, 1.0, 1e-4])
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 1e-5)])
def test_adam_equals_the_textbook(dtype, tolerance, clip):
    rng = np.random.default_rng(0)
    shapes = {"W": (3, 4), "b": (), "v": (5,)}
    params = {name: rng.normal(size=shape).astype(dtype) for name, shape in shapes.items()}
    # steps of different sizes, some of which are clipped at 1 and some are not
    all_grads = [
        {name: (scale * rng.normal(size=shape)).astype(dtype) for name, shape in shapes.items()}
        for scale in (1.0, 0.05, 3.0, 0.1, 0.0, 1e-6)
    ]
    rates = [0.1, 0.05, 0.02, 0.1, 0.1, 0.01]
    expected = textbook_adam(params, all_grads, rates, clip)
    optimiser = Adam(params, clip)
    for grads, rate in zip(all_grads, rates, strict=True):
        optimiser.step(grads, rate)
    for name, value in params.items():
        assert value.dtype == dtype
        np.testing.assert_allclose(value, expected[name], rtol=tolerance, atol=tolerance)


def test_adam_moves_the_arrays_in_place_and_leaves_the_gradients():
    params, grads = {"x": np.zeros(2)}, {"x": np.array([3.0, -4.0])}
    array = params["x"]
    Adam(params, clip=1).step(grads, 0.1)
    assert params["x"] is array
    np.testing.assert_allclose(array, [-0.1, 0.1])
    np.testing.assert_array_equal(grads["x"], [3, -4])


def test_adam_misses_a_gradient():
    with pytest.raises(KeyError, match="b"):
        Adam({"a": np.zeros(1), "b": np.zeros(1)}).step({"a": np.zeros(1)}, 0.1)


def test_adam_has_something_to_move():
    with pytest.raises(ValueError, match="params must hold at least one array, got none"):
        Adam({})


# The loop


def test_train_takes_its_steps_with_a_rate_that_falls_to_zero():
    model = Slope()
    history = train(model, count(), steps=4, learning_rate=0.1, progress=False)
    # with a constant gradient each step of Adam is as long as its rate
    moved = np.cumsum([0.1, 0.075, 0.05, 0.025])
    np.testing.assert_allclose(history.losses, [0, *moved[:3]])
    assert abs(model.x - moved[3]) < 1e-6
    assert model.seen == [0, 1, 2, 3]
    assert not history.interrupted
    assert history.validation == {}


def test_a_warm_up_lets_the_rate_rise_first():
    model = Slope()
    history = train(model, count(), steps=4, learning_rate=0.1, progress=False, warm_up=3)
    moved = np.cumsum([0.1 / 3, 0.075 * 2 / 3, 0.05, 0.025])
    np.testing.assert_allclose(history.losses, [0, *moved[:3]])
    assert abs(model.x - moved[3]) < 1e-6


def test_train_takes_no_batch_too_many():
    source = iter(range(10))
    train(Slope(), source, steps=4, learning_rate=0.1, progress=False)
    assert next(source) == 4


def test_clipping_shows_in_training():
    def end(clip):
        model = Slope()
        gradients = iter([1.0, 1000.0])
        model.backward = lambda cache: {"x": np.array([next(gradients)])}
        train(model, count(), steps=2, learning_rate=0.1, clip=clip, progress=False)
        return model.x

    # clipped at 1 both gradients are the same, and both steps as long as their rates
    assert abs(end(1.0) + 0.15) < 1e-6
    assert abs(end(None) + 0.15) > 0.005


def test_the_best_parameters_are_kept():
    model = Slope(gradient=-1.0)  # x only rises, and rising is worse
    history = train(model, count(), 6, 0.1, validate=lambda model: model.x, every=2, progress=False)
    assert list(history.validation) == [2, 4, 6]
    assert history.validation[2] < history.validation[4] < history.validation[6]
    assert model.x == history.validation[2]


def test_the_last_parameters_are_kept_where_they_are_best():
    model = Slope(gradient=1.0)
    history = train(model, count(), 5, 0.1, validate=lambda model: model.x, every=2, progress=False)
    assert list(history.validation) == [2, 4, 5]
    assert model.x == history.validation[5] == min(history.validation.values())


def test_without_validation_the_training_loss_decides():
    worse, better = Slope(gradient=-1.0), Slope(gradient=1.0)
    ends = {}
    for model in (worse, better):
        history = train(model, count(), 6, 0.1, every=2, progress=False)
        ends[model] = history.losses
    assert worse.x == pytest.approx(ends[worse][2])  # where it stood after two steps
    assert better.x < min(ends[better])


@pytest.mark.parametrize("steps", [0, 1, 7])
def test_an_interrupt_ends_training_cleanly(steps):
    model = Slope(gradient=1.0)
    history = train(model, interrupt_after(steps), 100, 0.1, progress=False)
    assert history.interrupted
    assert len(history.losses) == steps
    # never judged: the model stays as it is
    assert model.x == pytest.approx(-sum(0.1 * (1 - step / 100) for step in range(steps)))


def test_an_interrupt_keeps_the_best_parameters():
    model = Slope(gradient=-1.0)
    options = {"validate": lambda model: model.x, "every": 2, "progress": False}
    history = train(model, interrupt_after(7), 100, 0.1, **options)
    assert history.interrupted
    assert len(history.losses) == 7
    assert list(history.validation) == [2, 4, 6]
    assert model.x == history.validation[2]


def test_an_interrupt_inside_the_model_is_clean_too():
    model, steps = Slope(), count()

    def backward(cache):
        if next(steps) == 3:
            raise KeyboardInterrupt
        return {"x": model.gradient}

    model.backward = backward
    history = train(model, count(), 100, 0.1, progress=False)
    assert history.interrupted
    assert len(history.losses) == 3


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_loss_that_is_not_finite_names_its_step(bad):
    losses = iter([1.0, 0.5, bad])
    model = Slope()
    model.forward = lambda batch: (next(losses), None)
    with pytest.raises(FloatingPointError, match=f"got {bad} at step 3: try a learning rate below"):
        train(model, count(), 10, 0.1, progress=False)


def test_batches_that_run_out():
    model = Slope()
    with pytest.raises(ValueError, match="must last for 10 steps, they ended after 3: pass an end"):
        train(model, range(3), 10, 0.1, progress=False)


def test_progress_goes_to_stderr_only_when_wanted(capsys):
    train(Slope(), count(), 3, 0.1, progress=False)
    assert capsys.readouterr() == ("", "")
    train(Slope(), count(), 3, 0.1)
    out, err = capsys.readouterr()
    assert out == ""
    assert "3/3" in err
    assert "loss" in err


# Models that learn


@pytest.mark.parametrize("name", ["last state", "mean state", "additive", "dot", "location"])
def test_a_model_learns_one_batch_by_heart(name):
    rng = np.random.default_rng(0)
    model = make_model(name, rng, hidden=16, dtype=np.float32)
    batch = make_batch(rng, rows=4)
    losses = train(model, repeat(batch), 200, 0.02, progress=False).losses
    assert losses[0] > 1
    assert losses[-1] < 0.05
    decoded = model.greedy(batch.source, batch.source_lengths, 6)
    assert exact_match(decoded.tokens, batch) == 1


def test_training_follows_its_seeds():
    task = reverse(train_size=200, test_size=1, longest=5)

    def losses(seed):
        context = Attention(AdditiveScore(8, 8, 8, rng=seed))
        sizes = len(task.source_vocabulary), len(task.target_vocabulary), 8
        model = Seq2Seq(*sizes, context, rng=seed)
        return train(model, batches(task.train, 16, rng=seed), 5, 0.01, progress=False).losses

    assert losses(0) == losses(0) != losses(1)


def learned(task, width, steps, context, learning_rate=0.01, rng=0):
    """A model of this width trained on a task."""
    sizes = len(task.source_vocabulary), len(task.target_vocabulary), width
    model = Seq2Seq(*sizes, context, bidirectional=True, rng=rng)
    train(model, batches(task.train, 64, rng=rng), steps, learning_rate, progress=False)
    return model


def accuracy(model, batch, source=None, lengths=None):
    """Share of exactly right answers to a batch, or to other sources than its own."""
    source = batch.source if source is None else source
    lengths = batch.source_lengths if lengths is None else lengths
    decoded = model.greedy(source, lengths, batch.target.shape[1])
    return exact_match(decoded.tokens, batch)


def test_the_answer_comes_from_the_source_and_from_nowhere_else():
    """Exchanged sources between examples: a model that saw the target would still be right."""
    task = reverse(3_000, 500, shortest=3, longest=6, symbols="abcdefgh")
    model = learned(task, 32, 400, Attention(AdditiveScore(32, 32, 32, rng=0)))
    test = task.test
    assert accuracy(model, test) >= 0.9
    others = np.roll(test.source, 1, axis=0), np.roll(test.source_lengths, 1)
    assert accuracy(model, test, *others) <= 0.02


# Lessons 00 and 09 train these models too, and nbval compares what they print.
@pytest.mark.nightly
def test_the_translator_learns():
    """English number words of up to 12 digits → Chinese numerals; 0.997 when it was measured."""
    task = number_words(rng=0)
    context = Attention(AdditiveScore(32, 32, 32, rng=0))
    model = learned(task, 32, 1_300, context, learning_rate=16e-3)
    assert accuracy(model, task.test) >= 0.99
    others = np.roll(task.test.source, 1, axis=0), np.roll(task.test.source_lengths, 1)
    assert accuracy(model, task.test, *others) <= 0.02


@pytest.mark.nightly
def test_long_strings_are_reversed():
    """Up to 20 letters."""
    task = reverse(rng=0)
    context = Attention(AdditiveScore(48, 48, 48, rng=0))
    model = learned(task, 48, 800, context, learning_rate=16e-3)
    assert accuracy(model, task.test) >= 0.95
