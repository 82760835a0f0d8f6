"""What all tests of a learner's own record share: each has a progress file of its own."""

import pytest

from course_utils.checks.progress_store import store


@pytest.fixture(autouse=True)
def path(tmp_path, monkeypatch):
    """Where this test's own progress file is, or will be."""
    file = tmp_path / "progress.json"
    monkeypatch.setenv("COURSE_PROGRESS", str(file))
    store.cache_clear()
    yield file
    store.cache_clear()
