"""How far gradients reach: measured as the loss moves, and shorter without attention."""

import numpy as np
import pytest

from course_utils.attention import Attention, LastState
from course_utils.lab.reach import RARE, gradient_reach, random_string, reach
from course_utils.scoring import DotScore
from course_utils.seq2seq import Seq2Seq
from course_utils.softmax import log_softmax


@pytest.mark.parametrize("context", [LastState(), Attention(DotScore())])
def test_it_is_the_slope_of_the_last_symbols_loss(context):
    model = Seq2Seq(RARE + 1, RARE + 1, 6, context, rng=0, dtype=np.float64)
    batch = random_string(4, np.random.default_rng(0))

    def last_loss():
        memory, stepper = model.start(batch.source, batch.source_lengths)
        step, state = stepper(memory), memory.summary
        for ids in batch.target[:, :-2].T:
            logits, state, _ = step(ids, state)
        return -log_softmax(logits)[0, batch.target[0, -2]]

    row = model.encoder.embedding.own["table"][RARE]
    slopes = []
    for i in range(6):
        row[i] += 1e-6
        above = last_loss()
        row[i] -= 2e-6
        slopes.append((above - last_loss()) / 2e-6)
        row[i] += 1e-6
    assert reach(model, batch) == pytest.approx(np.linalg.norm(slopes), rel=1e-4)


def test_the_first_symbol_stands_nowhere_else():
    source = random_string(7, np.random.default_rng(0)).source
    assert source[0, 0] == RARE and RARE not in source[0, 1:] and source.shape == (1, 7)


def test_without_attention_it_fades_with_length():
    near, far = (gradient_reach(LastState(), length, strings=3) for length in (5, 20))
    assert far < near / 20
    near, far = (gradient_reach(Attention(DotScore()), length, strings=3) for length in (5, 20))
    assert far > near / 20


def test_there_must_be_something_to_reach():
    with pytest.raises(ValueError, match="at least 1, got 0 and 20"):
        gradient_reach(LastState(), 0)
