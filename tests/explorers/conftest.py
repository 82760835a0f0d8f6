"""Every explorer begins as on its first day."""

import pytest

from course_utils.checks import progress_store


@pytest.fixture(autouse=True)
def nothing_reached_yet():
    progress_store.store().reset()
