"""Which cells the browser leaves out: those that train, and those that read what was trained."""

import pytest

from tests.browser.lesson_page import of_the_course
from tests.browser.training_free import training_free

CELLS = [
    "import numpy as np\nright = {}",
    "def trained(rule):\n    return train(rule, 100)",  # defines, and does not train yet
    "stage_explorer()",
    "for rule in rules:\n    right[rule] = trained(rule)",
    "print(max(right.values()))",
    "model = lab.train(1)",
    "show(model)",
    "model = np.ones(3)",
    "show(model)",
]


def test_what_trains_and_what_depends_on_it_is_left_out():
    assert training_free(CELLS) == [0, 1, 2, 7, 8]


URL = "http://127.0.0.1:1234/api"
FAILED = (
    "Failed to load resource: the server responded with a status of 500 (Internal Server Error)"
)
START = [f"{FAILED} {URL}/kernels?1795840000000"]
OURS = [f"{FAILED} {URL}/contents/work?1795840000000", "TypeError: redraw is not a function"]


@pytest.mark.parametrize(
    ("log", "left"),
    [("KeyError: 'last_activity'", OURS), ("KeyError: 'execution_state'", START + OURS)],
)
def test_a_kernel_that_starts_is_told_apart_from_a_fault_of_the_course(log, left):
    assert of_the_course(START + OURS, log) == left


def test_what_trains_inside_of_a_function_trains_where_it_is_called():
    cells = [
        "def learn(rule):\n    return train(rule, 100)\n\n\nmodel = learn(rules[0])",
        "other = learn(rules[1])",
        "from course_utils.lab import places as lab",
        "readers = lab.three('rotation', 'last')",
        "script = lab.exam('last')",
        "from course_utils.lab.places import trained as taught\nreader = taught('learned', 'last')",
    ]
    assert training_free(cells) == [2, 4]
