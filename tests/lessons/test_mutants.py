"""The lessons notice a function that is wrong by a tenth; here one mutant, and what mutants are.

All of them: `python -m tools.mutate_lessons`, about an hour.
"""

import re
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pytest

from tools import mutate_lessons as command
from tools.mutants import KINDS, mutated, wronged


class Pair(NamedTuple):
    weights: np.ndarray
    name: str


def test_a_lesson_tells_a_mutant_by_a_number_that_it_shows():
    verdict = command.tried("course_utils.attention:attend", "scaled", ["01"])
    assert re.fullmatch(r"01, cell \d+: another output", verdict), verdict


def test_targets_are_what_lessons_call():
    found = command.targets()
    assert found["course_utils.softmax:softmax"][0] == "01"
    assert "03" in found["course_utils.gradients:numerical_gradient"]
    assert "course_utils.scoring:DotScore.compare" in found  # a rule is called through `attend`
    assert "course_utils.lab.twins:three" in found  # twins is imported as a module
    assert "course_utils.seq2seq:Seq2Seq.greedy" in found  # of a model that a function returned
    rooms = {target.split(":")[0].split(".")[1] for target in found}
    assert not rooms & {"plots", "learning", "checks", "explorers", "tasks"}


def outcome(returncode, text):
    return command.caught(SimpleNamespace(returncode=returncode, stdout=text, stderr=""))


def test_a_verdict_says_where_and_by_what_it_was_caught():
    key, entry = next(iter(command.register().items()))
    cell = "notebooks/00_start_here.ipynb::Cell 7\n"
    assert outcome(0, "30 passed") is None
    assert outcome(1, f"{cell}Outside: 3, … ({entry['claim']}).") == f"cell 7: Outside {key}"
    assert outcome(1, f"{cell}ValueError: no\n") == "cell 7: raised ValueError: no"
    assert outcome(1, f"{cell}<<<< 1\n>>>> 2\n") == "cell 7: another output"
    with pytest.raises(SystemExit, match="could not run"):
        outcome(4, "no such file")


def test_a_run_that_was_stopped_goes_on(tmp_path, capsys):
    file, mutant = tmp_path / "kept", ("course_utils.a:b", "scaled")
    assert command.kept(file) == {}
    command.reported(mutant, "SURVIVED", file)
    command.reported(mutant, "SURVIVED", file)
    assert command.kept(file) == {mutant: "SURVIVED"}
    assert file.read_text().count("\n") == 1 and "SURVIVED" in capsys.readouterr().out


def test_what_is_argued_can_be_tried_and_has_a_reason():
    possible = {f"{target} {kind}" for target in command.targets() for kind in KINDS}
    assert set(command.argued()) <= possible, "tools/mutants_argued.toml: no lesson calls these now"
    assert all(reason.endswith(".") for reason in command.argued().values())


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (2.0, 2.2),
        (np.float32(2), np.float32(2.2)),
        ({"a": [1.0, 10]}, {"a": [1.1, 10]}),  # counts stay where there are floats
        ({"a": [1, 10]}, {"a": [1, 11]}),
        (100, 110),
    ],
)
def test_numbers_grow_by_a_tenth(right, wrong):
    assert wronged(right, "scaled") == (wrong, True)


def test_every_tenth_truth_is_denied():
    wrong, changed = wronged(np.ones((4, 5), bool), "scaled")
    assert changed and wrong.sum() == 18


@pytest.mark.parametrize("right", ["ten", None, True, 3, np.arange(30), np.zeros(3)])
def test_what_is_no_measure_stays(right):
    wrong, changed = wronged(right, "scaled")
    assert wrong is right and not changed


def test_sharper_weights_still_sum_to_one():
    right = Pair(np.array([[0.7, 0.2, 0.1], [0.0, 0.0, 0.0]]), "row")
    wrong, changed = wronged(right, "sharper")
    assert changed and wrong.name == "row"
    np.testing.assert_allclose(wrong.weights.sum(axis=-1), [1, 0])
    assert wrong.weights[0, 0] > 0.7
    assert not wronged(np.array([[0.7, 0.7]]), "sharper")[1]


def test_a_layer_keeps_what_its_way_back_needs():
    told = []

    def forward(array):
        return array, [array]

    output, (kept,) = mutated(forward, "scaled", told.append)(np.ones(2))
    assert output[0] == 1.1 and kept[0] == 1 and told == ["scaled"]
