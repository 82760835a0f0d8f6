"""Old names of modules still lead to them: in a learner's older copy, a teacher's page, a sheet."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import course_utils
from course_utils._moved import MOVES


@pytest.mark.parametrize("old", MOVES)
def test_an_old_name_is_the_module_at_its_new_place(old):
    if not old.endswith(".sheets"):  # makes sheets, and needs nbgrader
        assert importlib.import_module(old) is importlib.import_module(MOVES[old])


def test_a_module_keeps_its_own_name():
    import course_utils.reach

    assert course_utils.reach.__spec__.name == "course_utils.lab.reach"
    assert importlib.reload(course_utils.reach) is importlib.import_module("course_utils.lab.reach")


def test_no_new_module_stands_in_the_shadow_of_an_old_name():
    package = Path(course_utils.__file__).parent
    for old in MOVES:
        assert not package.joinpath(*old.split(".")[1:]).with_suffix(".py").exists(), old


@pytest.mark.parametrize(
    "line",
    [
        "from course_utils.plots import show, show_weights, weights_map, lines, bars, ranges",
        "from course_utils.plots import accuracy_by_length, scores_map, three_stages",
        "from course_utils.figures import figure, show",
        "from course_utils.multiples import maps, panels",
        "from course_utils.tasks import Batch, Vocabulary, batches, batches_by_length, make_batch",
        "from course_utils.tasks import number_words, reverse",
        "from course_utils import tasks; tasks.reverse; tasks.number_words",
        "from course_utils import length_lab as lab; lab.reversing",
        "from course_utils import rules_lab; rules_lab.lab_task",
        "from course_utils import interventions as to, taggers, twins; to.intervene",
        "from course_utils.results import how_made, results; results('by_length')",
        "from course_utils.ready_made import ready_made; ready_made('reverser')",
        "from course_utils.references import references; references('Vaswani 2017')",
        "from course_utils.learning import Question, predict, progress, quiz, reveal",
        "from course_utils.checks import NotAnsweredYet, check, hint, require",
        "from course_utils.explorers import Translation, bend_explorer, shelf_explorer",
        "from course_utils.course_test import hand_in",
        "from course_utils.machine import check_machine",
        "from course_utils.names import names as names_task",
        "import course_utils.numerals; course_utils.numerals.english_words(3)",
    ],
)
def test_an_old_line_of_a_notebook_still_runs(line):
    ran = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
