"""Models that judge answers: log-probabilities, both orders of writing, an election."""

import numpy as np

from course_utils.lab.juries import elected, judged, log_probabilities, proposals, turned
from course_utils.tasks import make_batch
from course_utils.tasks.pronunciations import SOUNDS, SPELLING
from tests.lab.test_speaking import untrained

WORDS = ["ab", "house", "it's"]
PAIRS = [("ab", ("AE", "B")), ("house", ("HH", "AW", "S")), ("ab", ())]


def test_log_probabilities_add_up_to_the_loss():
    model = untrained()
    batch = make_batch(PAIRS, SPELLING, SOUNDS)
    symbols = (batch.target_lengths - 1).sum()  # each phoneme, and the end mark
    np.testing.assert_allclose(-log_probabilities(model, batch).sum() / symbols, model(batch), 1e-5)


def test_padding_changes_no_log_probability():
    model = untrained()
    together = log_probabilities(model, make_batch(PAIRS, SPELLING, SOUNDS))
    alone = [log_probabilities(model, make_batch([pair], SPELLING, SOUNDS))[0] for pair in PAIRS]
    np.testing.assert_allclose(together, alone, rtol=1e-5)


def test_turned_targets_keep_their_marks_and_are_turned_back():
    batch = make_batch(PAIRS, SPELLING, SOUNDS)
    back = turned(batch)
    assert [SOUNDS.decode(row) for row in back.target] == [list(said[::-1]) for _, said in PAIRS]
    for column in (0, -1):
        np.testing.assert_array_equal(back.target[:, column], batch.target[:, column])
    np.testing.assert_array_equal(turned(back).target, batch.target)


def test_each_answer_is_proposed_once_a_word():
    one = [["B"], ["S"], ["T"]]
    found = proposals([one, [["B"], ["Z"], []], one])
    assert found.owners.tolist() == [0, 1, 1, 2, 2]
    assert found.answers == [("B",), ("S",), ("Z",), (), ("T",)]


def test_judging_is_in_the_order_of_the_proposals(monkeypatch):
    monkeypatch.setattr("course_utils.lab.juries.TOGETHER", 2)
    proposed = proposals([[["B"], ["S", "T"], []], [["AE", "B"], ["S", "T"], ["T"]]])
    for from_end in (False, True):
        found = judged(untrained(), WORDS, proposed, from_end)
        for i, (word, answer) in enumerate(zip(*proposed, strict=True)):
            answer = answer[::-1] if from_end else answer
            alone = make_batch([(WORDS[word], answer)], SPELLING, SOUNDS)
            assert abs(found[i] - log_probabilities(untrained(), alone)[0]) < 1e-5


def test_the_answer_with_most_points_is_elected_the_first_of_equal_ones():
    proposed = proposals([[["B"], ["S"]], [["D"], ["Z"]], [["F"], ["S"]]])
    assert elected(proposed, np.array([-3.0, -1, -2, -5, -5])) == [["D"], ["S"]]
