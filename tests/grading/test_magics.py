"""What only IPython understands is taken out of a cell, at the same speed whatever it holds."""

import subprocess
import sys

import pytest

from course_utils.grading.inside.magics import without_magics

SLOW = (" " * 500_000, "a," * 250_000, "a?" * 250_000, " " * 500_000 + "= %", "?" * 500_000)


@pytest.mark.parametrize(
    ("cell", "plain"),
    [
        ("%time x = 1\ny = 2", "pass\ny = 2"),
        ("    !ls", "    pass"),
        ("files = !ls", "files = None #ls"),
        ("a, b = %time f()", "a, b = None #time f()"),
        ("x = 5 % 2", "x = 5 % 2"),
        ("%%bash\nrm x", ""),
        ("%%time\nx = 1", "pass\nx = 1"),
        ("softmax?", "pass"),
    ],
)
def test_magics_do_nothing(cell, plain):
    assert without_magics(cell) == plain


@pytest.mark.parametrize("number", range(len(SLOW)))
def test_no_line_stalls_the_grader(number):
    """The trusted process reads every cell, and a search that goes back and forth holds it."""
    imports = "from tests.grading.test_magics import SLOW, without_magics"
    code = f"{imports}; without_magics(SLOW[{number}])"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)
