"""The other order of steps: its gradients are right, and decoding agrees with training."""

import numpy as np
import pytest

from course_utils.attention import Attention, LastState
from course_utils.decoding import read_along
from course_utils.gradients import check_gradients
from course_utils.lab.bahdanau import BahdanauSeq2Seq
from course_utils.scoring import AdditiveScore, DotScore
from course_utils.tasks import Vocabulary, batches, make_batch, reverse
from course_utils.training import train

LETTERS = Vocabulary("abcde")
BATCH = make_batch([("abc", "cba"), ("de", "ed"), ("a", "a")], LETTERS, LETTERS)
CONTEXTS = {
    "dot": lambda dtype: Attention(DotScore()),
    "additive": lambda dtype: Attention(AdditiveScore(4, 4, 3, rng=0, dtype=dtype)),
    "no attention": lambda dtype: LastState(),
}


def model(name, dtype=np.float64):
    sizes = len(LETTERS), len(LETTERS), 4
    return BahdanauSeq2Seq(*sizes, CONTEXTS[name](dtype), rng=0, dtype=dtype)


@pytest.mark.parametrize("name", CONTEXTS)
def test_gradients_equal_central_differences(name):
    built = model(name)
    _, cache = built.forward(BATCH)
    grads = built.backward(cache)
    assert set(grads) == set(built.params)
    pairs = {key: (value, grads[key]) for key, value in built.params.items()}
    check_gradients(lambda: built.forward(BATCH)[0], pairs, rtol=1e-5)


@pytest.mark.parametrize("name", CONTEXTS)
def test_decoding_step_by_step_looks_where_training_looks(name):
    built = model(name)
    loss, _ = built.forward(BATCH)
    memory, stepper = built.start(BATCH.source, BATCH.source_lengths)
    step, state = stepper(memory), memory.summary
    total = 0.0
    for read, expected in zip(BATCH.target[:, :-1].T, BATCH.target[:, 1:].T, strict=True):
        logits, state, _ = step(read, state)
        log_probabilities = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        total -= log_probabilities[np.arange(3), expected][expected > 0].sum()
    assert loss == pytest.approx(total / (BATCH.target[:, 1:] > 0).sum())


def test_a_context_is_read_one_state_earlier_than_in_our_order():
    built = model("dot")
    memory, stepper = built.start(BATCH.source, BATCH.source_lengths)
    _, _, weights = stepper(memory)(np.ones(3, int), memory.summary)
    _, first = built.context.reader(memory)(memory.summary[:, None])
    np.testing.assert_allclose(weights, first[:, 0])


def test_its_recurrent_unit_is_wider_by_the_context_and_is_the_one_with_parameters():
    built = model("dot")
    assert built.gru is built.parts["gru"] and built.params["gru.W_input"].shape == (8, 12)


def test_it_learns():
    task = reverse(400, 100, 2, 4, "abcde")
    built = model("additive", np.float32)
    history = train(built, batches(task.train, 32, rng=0), 150, 2e-2, progress=False)
    assert np.mean(history.losses[-10:]) < 0.7 * np.mean(history.losses[:10])


def test_it_is_not_saved_as_something_else(tmp_path):
    with pytest.raises(ValueError, match=r"keep model.params with np.savez"):
        model("dot").save(tmp_path / "model.npz")


def test_reading_along_reads_the_truth_and_not_what_was_written():
    built = model("dot")
    memory, stepper = built.start(BATCH.source, BATCH.source_lengths)
    along = read_along(stepper(memory), memory, BATCH.target)
    assert along.tokens.shape == BATCH.target[:, 1:].shape
    other = BATCH.target.copy()
    other[:, 1] = (other[:, 1] - 2) % len(LETTERS.symbols) + 3
    changed = read_along(stepper(memory), memory, other)
    np.testing.assert_array_equal(changed.weights[:, 0], along.weights[:, 0])
    assert not np.allclose(changed.weights[:, 2], along.weights[:, 2])
