"""Models that write together: twice the same model is that model, and two differ from both."""

import numpy as np
import pytest

from course_utils.attention import Attention, LastState
from course_utils.lab.ensembles import Ensemble, step_together
from course_utils.scoring import DotScore
from course_utils.seq2seq import Seq2Seq
from course_utils.softmax import softmax

SOURCE, LENGTHS = np.array([[3, 4, 5], [5, 3, 0]]), np.array([3, 2])


def model(seed, width=4, size=6):
    return Seq2Seq(size, 6, width, Attention(DotScore()), rng=seed, dtype=np.float64)


@pytest.mark.parametrize("way", ["greedy", "beam"])
def test_a_model_with_itself_writes_the_same(way):
    one = model(0)
    alone, twice = (getattr(m, way)(SOURCE, LENGTHS, 6) for m in (one, Ensemble([one, one])))
    np.testing.assert_array_equal(alone.tokens, twice.tokens)


def test_probabilities_are_averaged_at_every_step_whatever_the_widths():
    models = [model(0), model(1, width=7), Seq2Seq(6, 6, 3, LastState(), rng=2)]
    joined, stepper = Ensemble(models).start(SOURCE, LENGTHS)
    step, state = stepper(joined), joined.summary
    alone = [
        (prepare(memory), memory.summary)
        for memory, prepare in (m.start(SOURCE, LENGTHS) for m in models)
    ]
    for ids in ([1, 1], [4, 3]):
        logits, state, _ = step(np.array(ids), state)
        parts = [single(np.array(ids), own) for single, own in alone]
        alone = [(single, part[1]) for (single, _), part in zip(alone, parts, strict=True)]
        mean = np.mean([softmax(part[0]) for part in parts], axis=0)
        np.testing.assert_allclose(np.exp(logits), mean, rtol=1e-5)


def test_what_all_hold_for_hardly_possible_keeps_its_order():
    step = lambda ids, state: (np.array([[0.0, -30, -40]]), state, None)  # noqa: E731
    logits, _, _ = step_together([step, step], [3], [np.zeros((1, 1))] * 2)
    np.testing.assert_allclose(logits, [[0, -30, -40]], atol=1e-9)


def test_one_model_or_other_vocabularies_are_refused():
    with pytest.raises(ValueError, match="two or more of the same vocabularies, got 1"):
        Ensemble([model(0)])
    with pytest.raises(ValueError, match="train them on one task"):
        Ensemble([model(0), model(0, size=9)])
