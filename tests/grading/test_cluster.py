"""Grading on a Dask cluster: the same rows as on this machine. Skipped where dask is missing."""

import json

import pytest

from course_utils.grading.master import read_master
from course_utils.grading.run import grade
from course_utils.grading.sandbox import Limits, Sandbox
from course_utils.grading.settings import Settings
from course_utils.grading.submissions import find_submissions
from tests.grading.invented_class import Case, master_notebook

distributed = pytest.importorskip("distributed", reason="needs dask: pip install distributed")
REASON = Sandbox().why_not()
pytestmark = [pytest.mark.slow, pytest.mark.skipif(REASON is not None, reason=str(REASON))]

CASES = [
    Case("ada"),
    Case("lin", {"mean": "def mean(x):\n    return 0"}, ("mean",)),
    Case("omar", {"mean": "import os; os._exit(0)"}, ("mean",)),
    Case("sam", data=b"no", status="rejected"),
    Case("yan", {"mean": "while True: pass"}, ("mean",)),
]


def test_a_cluster_gives_the_same_rows(tmp_path):
    from course_utils.grading.cluster import grade_on

    (tmp_path / "mini.ipynb").write_text(json.dumps(master_notebook()))
    for case in CASES:
        (tmp_path / "in" / case.name).mkdir(parents=True)
        (tmp_path / "in" / case.name / "mini.ipynb").write_bytes(case.bytes())
    master = read_master(tmp_path / "mini.ipynb")
    settings = Settings(Sandbox(Limits(cell=3, call=10)))
    submissions = find_submissions(tmp_path / "in")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as here:
        graders = grade_on(here.scheduler_address)
        out = tmp_path / "out"
        rows = grade(submissions, master, settings, out, graders=graders, show=False)
    assert [row.student for row in rows] == [case.name for case in CASES]
    assert [row.status for row in rows] == ["graded", "graded", "crashed", "rejected", "timeout"]
    for case, row in zip(CASES, rows, strict=True):
        if case.status != "rejected":
            assert row.points == case.grades


def test_a_cluster_that_is_not_there_is_said(tmp_path):
    from course_utils.grading import GradingError
    from course_utils.grading.cluster import grade_on

    with pytest.raises(GradingError, match="no Dask cluster at"):
        list(grade_on("tcp://127.0.0.1:1")([], None, None, 1))
