"""Names in two languages: pairs that differ, all spelt with known signs, split without overlap."""

import pytest

from course_utils.tasks.names import LONGEST, SIGNS, name_pairs, names


def test_pairs_are_real_translations():
    pairs = name_pairs()
    assert pairs["germany"] == "allemagne" and pairs["east makian"] == "makyan oriental"
    assert len(pairs) > 1_500 and max(map(len, pairs)) == LONGEST
    for english, french in pairs.items():
        assert english != french and max(len(english), len(french)) <= LONGEST
        assert set(english + french) <= set(SIGNS)


def test_no_tested_name_was_learnt():
    task = names(test_size=100)
    train, test = (
        {task.example(part, row)[0] for row in range(len(part.source))}
        for part in (task.train, task.test)
    )
    assert len(test) == 100 and not train & test


def test_a_test_of_nothing_is_refused():
    with pytest.raises(ValueError, match=r"test_size must be between 1 and .* got 0"):
        names(test_size=0)
