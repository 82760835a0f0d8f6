"""What runs by day: the same choice each time, and nothing that nobody runs."""

import pytest

from course_utils.grading.sandbox import Sandbox
from tests.by_day import ROOT, is_run_in_the_sandbox, one_in, sheets
from tests.grading.test_sheets import test_the_solution_gets_all_points as in_the_sandbox


def by_day(cases):
    return [case.values[0] for case in cases if pytest.mark.nightly not in case.marks]


@pytest.mark.parametrize(("first", "chosen"), [(0, "adg"), (1, "be"), (2, "cf")])
def test_every_third_case_runs_by_day_and_all_by_night(first, chosen):
    cases = one_in(3, "abcdefg", first=first)
    assert [case.id for case in cases] == list("abcdefg")
    assert "".join(by_day(cases)) == chosen


def test_a_solution_that_nbval_leaves_out_is_run_in_the_sandbox():
    (cases,) = (m.args[1] for m in in_the_sandbox.pytestmark if m.name == "parametrize")
    paths = (ROOT / "solutions").glob("*.ipynb")
    left_out = sorted(path.stem for path in paths if is_run_in_the_sandbox(path))
    assert left_out == (by_day(cases) if Sandbox().why_not() is None else [])
    assert len(sheets()) > 20 and sheets(train=True)
