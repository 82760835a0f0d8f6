"""What the process that runs the tests reads: Python's files, and nothing of a class among them."""

import sys

from course_utils.grading.guard import _Guard


def test_what_is_hidden_is_not_read_though_it_stands_below_python(tmp_path, monkeypatch):
    """As in a container, where the course stands in /usr/src/app."""
    (tmp_path / "class").mkdir()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    guard = _Guard(tmp_path / "scratch", frozenset(), [str(tmp_path / "class")])
    reads = {
        path: guard._lies_in(tmp_path / path, guard.readable)
        for path in ("lib/module.py", "class/others.ipynb", "class", "classes.py")
    }
    assert reads == {
        "lib/module.py": True,
        "class/others.ipynb": False,
        "class": False,
        "classes.py": True,
    }
