"""Copy and sort: what is wanted, where a model should look, and what an outcome holds."""

import numpy as np
import pytest

from course_utils.attention import Attention, LastState
from course_utils.lab.letters import JOBS, after_training, ten_letters, written
from course_utils.scoring import DotScore


def test_ten_different_letters_in_two_jobs():
    texts = ten_letters(50)
    assert len(set(texts)) == 50 and all(len(set(text)) == len(text) == 10 for text in texts)
    assert JOBS["copy"]("cab") == "cab" and JOBS["sort"]("cab") == "abc"
    assert ten_letters(3) == texts[:3] != ten_letters(3, seed=5)


@pytest.mark.parametrize("job", JOBS)
def test_an_untrained_model_looks_somewhere_and_gets_nothing_right(job):
    texts = ten_letters(470)
    found = after_training(job, Attention(DotScore()), texts, steps=1, label=False)
    assert found.exact == 0 and 0 <= found.looks < 0.5
    assert found.weights.shape == (400, 10, 10)
    np.testing.assert_allclose(found.weights.sum(axis=-1), 1, atol=1e-5)


def test_looks_are_counted_on_the_letter_to_be_written(monkeypatch):
    """Weights that are on the wanted place by construction count as 1."""
    texts = ten_letters(470)
    places = [[text.index(letter) for letter in sorted(text)] for text in texts[-400:]]
    perfect = np.eye(10)[places]

    def greedy(model, source, lengths, max_length):
        from course_utils.decoding import Decoded

        return Decoded(np.zeros((400, 11), int), lengths, np.pad(perfect, [(0, 0), (0, 1), (0, 0)]))

    monkeypatch.setattr("course_utils.lab.letters.Seq2Seq.greedy", greedy)
    found = after_training("sort", Attention(DotScore()), texts, steps=1, label=False)
    assert found.looks == 1 and found.exact == 0


def test_without_attention_there_are_no_looks():
    found = after_training("sort", LastState(), ten_letters(470), steps=1, label=False)
    assert found.weights is None and np.isnan(found.looks)
    text, weights = written(found.model, "abcdefghij")
    assert isinstance(text, str) and weights is None
