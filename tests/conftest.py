"""The same conditions for every test: one BLAS thread, and nothing of the user's own settings."""

import os
import shutil
import tempfile

import pytest
from hypothesis import settings

from tests.by_day import is_run_in_the_sandbox
from tests.report import Report

# Before anything imports NumPy, and for the kernels that run the notebooks as well.
for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["COURSE_PROGRESS"] = "memory"

# A busy machine is slow now and then; that is no error in what a property test examines.
settings.register_profile("course", deadline=None)
settings.load_profile("course")

# The files that take longest, first: what is begun last must not be what the other cores wait for.
# `make test` prints the longest ones at its end.
LONGEST = (
    "tests/browser/test_lessons_in_browser.py",
    "tests/browser/test_book_in_browser.py",
    "tests/grading/test_class.py",
    "tests/grading/test_sheets.py",
    "tests/grading/test_foreign.py",
    "tests/grading/test_run.py",
    "tests/grading/test_kernel.py",
    "tests/checks/test_sheet_maker.py",
    "notebooks/13_two_modalities.ipynb",
    "notebooks/10b_real_words.ipynb",
    "notebooks/06_scaled_dot_scoring.ipynb",
    "notebooks/00_start_here.ipynb",
    "notebooks/10_seq2seq_with_attention.ipynb",
    "notebooks/09_seq2seq_without_attention.ipynb",
    "solutions/20_capstone_translator.ipynb",
    "solutions/20b_capstone_sounds.ipynb",
    "tests/browser/",
    "notebooks/",
    "solutions/",
    "tests/grading/",
    "tests/checks/",
    "tests/tools/",
)


def pytest_addoption(parser):
    parser.addoption("--nightly", action="store_true", help="run the tests marked nightly as well")


def pytest_configure(config):
    config.profile = tempfile.mkdtemp(prefix="course-ipython-")
    os.environ["IPYTHONDIR"] = config.profile
    config.pluginmanager.register(Report(config), "course-report")


@pytest.hookimpl(trylast=True)  # the report, which is registered later, comes after it
def pytest_collection_modifyitems(items):
    def place(item):
        return next((i for i, start in enumerate(LONGEST) if item.nodeid.startswith(start)), 99)

    items.sort(key=place)  # a stable sort: a file's tests keep their order
    for item in items:
        if is_run_in_the_sandbox(item.path):
            item.add_marker(pytest.mark.nightly)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """A file stays on one core, and all files that open JupyterLab share a core and a server."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid):
            in_lab = nodeid.startswith("tests/browser/") and "test_book" not in nodeid
            return "tests/browser/" if in_lab else super()._split_scope(nodeid)

    return Scheduling(config, log) if config.option.dist == "loadfile" else None


def pytest_unconfigure(config):
    shutil.rmtree(config.profile, ignore_errors=True)
