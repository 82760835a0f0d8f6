"""Watching a model changes nothing of its training, and its rows belong to the right symbols."""

import numpy as np

from course_utils.lab.looks import numbers_batch
from course_utils.lab.moments import watched, weights_when_told
from course_utils.lab.ready_made import ready_made


def test_batches_pass_by_and_each_moment_comes_before_its_step():
    seen, passed = [], []
    for batch in watched("abcd", (0, 2, 9), seen.append):
        passed.append((batch, list(seen)))
    assert passed == [("a", [0]), ("b", [0]), ("c", [0, 2]), ("d", [0, 2])]


def test_a_model_that_is_told_what_it_would_write_looks_as_when_it_writes():
    model, batch = ready_made("number_translator"), numbers_batch([342_000, 7])
    written = model.greedy(batch.source, batch.source_lengths, batch.target.shape[1] - 1)
    told = weights_when_told(model, batch)
    assert told.shape == (2, batch.target.shape[1] - 1, batch.source.shape[1])
    assert np.array_equal(written.tokens[0], batch.target[0, 1:]), "a number that it has right"
    assert np.allclose(told[0], written.weights[0], atol=1e-5)
    assert not told[1, :, 1:].any(), "seven is one word, the rest is padding"
