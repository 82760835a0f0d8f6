"""A lesson run with other seeds keeps what it promises; here what is compared, and one lesson.

All of them: `python -m tools.other_seeds`, about a quarter of an hour.
"""

import subprocess
import sys

import nbformat
import numpy as np
import pytest

from tools import other_seeds as command


def cell(*outputs):
    made = [nbformat.v4.new_output("stream", text=text) for text in outputs]
    return nbformat.v4.new_code_cell("", outputs=made)


def test_seeds_of_models_and_of_training_move_and_those_of_data_stay():
    assert command.moved("course_utils.layers", 3)
    assert command.moved("course_utils.tasks.batching", 0)
    assert not command.moved("course_utils.tasks.symbols", 0)
    assert not command.moved("__main__", 0)  # what a lesson draws itself
    assert not command.moved("course_utils.layers", np.random.default_rng(0))


def test_a_planted_kernel_makes_another_model():
    code = (
        "from course_utils.layers import Linear; import numpy as np; "
        "from tools import other_seeds; before = Linear(2, 2, rng=1).params['W']; "
        "other_seeds.plant(1); after = Linear(2, 2, rng=1).params['W']; "
        "assert not np.array_equal(before, after); "
        "assert np.random.default_rng(1).random() == np.random.Generator("
        "np.random.PCG64(1)).random()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    "before, after, told",
    [
        ("a ≈ 0.97\n", "a ≈ 0.96\n", []),
        ("a ≈ 0.97\n", "a ≈ 0.2\nOutside: 0.2, where\n", ["Outside: 0.2, where"]),
        ("→ What happened: one.", "→ What happened: two.", ["one", "two"]),
        ("→ What happened: ≈ 0.9.", "→ What happened: ≈ 0.8.", []),
    ],
)
def test_what_a_cell_says_anew_is_told(before, after, told):
    found = list(command.unlike(cell(before), cell(after)))
    assert len(found) == bool(told)
    assert all(word in found[0] for word in told)


def test_lessons_are_found_by_their_numbers():
    assert [path.stem[:3] for path in command.lessons(["10b"])] == ["10b"]
    assert len(command.lessons([])) > 15


def test_a_short_lesson_keeps_its_promises():
    (path,) = command.lessons(["01"])
    assert command.tried(path, 1) == []
