"""Translators of number words: what is asked of a trained one can be asked of any."""

import pytest

from course_utils.attention import Attention
from course_utils.lab import number_rules as lab
from course_utils.scoring import DotScore
from course_utils.seq2seq import Seq2Seq


@pytest.fixture(scope="module")
def task():
    return lab.numbers()


def test_the_task_has_numbers_below_a_million(task):
    assert len(task.test.source_lengths) == 500
    assert task.test.source_lengths.max() == 11 == lab.EDGES[-1] - 1


def test_a_number_is_translated_and_compared(task):
    sizes = len(task.source_vocabulary), len(task.target_vocabulary)
    model = Seq2Seq(*sizes, lab.WIDTH, context=Attention(DotScore()), bidirectional=True, rng=0)
    written = lab.translated(model, task, 342_005)
    assert set(written) <= set(task.target_vocabulary.symbols)
    wanted = "三十四万二千零五"
    share = sum(a == b for a, b in zip(written, wanted, strict=False)) / len(wanted)
    assert lab.share_in_place(model, task, 342_005) == share
