"""A learner's own parts in a trained model write what the model writes."""

import numpy as np
import pytest

from course_utils.attention import Attention
from course_utils.checks.blanks import lesson_09, lesson_10
from course_utils.lab import lengths, own
from course_utils.lab.ready_made import ready_made
from course_utils.scoring import DotScore
from course_utils.seq2seq import Seq2Seq

TASK = lengths.reversing(train_size=1, test_size=30)
BATCH = TASK.test
ROOM = BATCH.target.shape[1]


def tokens_of(model):
    return model.greedy(BATCH.source, BATCH.source_lengths, ROOM).tokens


def padded(tokens, time):
    return np.pad(tokens, ((0, 0), (0, time - tokens.shape[1])))


def assert_same(written, model):
    wanted, found = tokens_of(model), own.as_tokens(written)
    time = max(wanted.shape[1], found.shape[1])
    assert (padded(wanted, time) == padded(found, time)).all()


@pytest.mark.parametrize("gru_step", [own.gru_step, lesson_09.gru_step.right])
def test_a_step_and_two_loops_write_what_the_model_writes(gru_step):
    model = ready_made("reverser_without")
    part, written = own.parts(model, gru_step), []
    for ids, length in zip(BATCH.source, BATCH.source_lengths, strict=True):
        states = lesson_09.read.right(part.vectors[ids[:length]], part.reading, 32)
        written.append(lesson_09.write.right(states[-1], *part.decoder, ROOM))
    assert_same(written, model)


@pytest.mark.parametrize("name", ["reverser", "number_translator"])
def test_a_loop_that_looks_writes_what_the_model_writes(name):
    model = ready_made(name)
    part, memory = own.parts(model), own.memories(model, BATCH)
    written = [
        lesson_10.write.right(start, states, *part.decoder, part.attend, ROOM)[0]
        for start, states in memory
    ]
    assert_same(written, model)


def test_a_model_with_an_own_attend_decodes_as_the_course_s_own():
    model = Seq2Seq(13, 13, 16, Attention(DotScore()), rng=3)
    for value in model.params.values():
        value *= 3  # so that the untrained weights are far from equal
    changed = own.with_attend(model, lesson_10.attend.right)
    assert (tokens_of(changed) == tokens_of(model)).all()
    weights = [m.greedy(BATCH.source, BATCH.source_lengths, ROOM).weights for m in (changed, model)]
    np.testing.assert_allclose(*weights, atol=1e-5)


def test_a_wrong_attend_is_seen_in_what_is_written():
    model = ready_made("reverser")
    level = own.with_attend(model, lambda state, states: (states.mean(axis=0), len(states) * [0.0]))
    assert not (padded(tokens_of(level), 99) == padded(tokens_of(model), 99)).all()
    assert type(model.context) is Attention  # the model itself is untouched


def test_the_share_of_rows_that_lists_of_ids_have_right():
    rows = zip(BATCH.target, BATCH.target_lengths, strict=True)
    wanted = [row[1:length].tolist() for row, length in rows]
    assert own.right(wanted, BATCH) == 1
    wanted[0][0] = 3 + (wanted[0][0] - 2) % 10
    assert own.right(wanted, BATCH) == pytest.approx(29 / 30)
