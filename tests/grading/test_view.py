"""What a student's code can read: Python and its packages, wherever a class lies among them."""

import sys
import time
from pathlib import Path

import pytest

from course_utils.grading import GradingError, __main__, view
from course_utils.grading.sandbox import Limits, Sandbox
from course_utils.grading.session import Room, Session

REASON = Sandbox().why_not()
LOOK = """
import os
found = [os.path.join(top, n) for top, _, names in os.walk({!r}) for n in names]
listed = [os.path.join(top, n) for top, folders, _ in os.walk({!r}) for n in folders]
texts = ""
for path in found:
    try: texts += open(path, errors="replace").read()
    except OSError: pass
import numpy, course_utils.attention
"""


@pytest.fixture
def prefix(tmp_path):
    """A folder that is shown, like /usr/lib: with a class, a clone and packages in it."""
    folder = tmp_path / "shown"
    for name in (
        "clone/course_utils/checks/sheets/sheet_01.py",
        "clone/solutions/01.ipynb",
        "clone/tests/test_01.py",
        "clone/.venv/lib/package/wanted.py",
        "class/anna/01.ipynb",
        "report/grades.csv",
        "hand-ins.zip",
        "private/.git/HEAD",
        "private/sheets/week1/01.ipynb",
        "private/sheets/keys.csv",
        "library/wanted_too.py",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"this is {name}")
    for path in (tmp_path, *tmp_path.rglob("*")):
        path.chmod(0o755)
    return folder


def seen_from_inside(folder, sandbox):
    """(files, folders, all their text) below a folder, as a student's code finds them."""
    look = LOOK.format(str(folder), str(folder))
    session = Session([look], sandbox, Room((), (), {}, time.monotonic() + 60))
    try:
        return [session.fetch(name) for name in ("found", "listed", "texts")]
    finally:
        session.close()


def hiding(folder, *names, shown=()):
    hidden = tuple(str(folder / name) for name in names)
    return Sandbox(Limits(), shown=(str(folder), *map(str, shown)), hidden=hidden)


@pytest.mark.skipif(REASON is not None, reason=str(REASON))
def test_of_a_class_below_a_shown_folder_nothing_is_read(prefix):
    of_the_class = "clone/solutions", "class", "report", "hand-ins.zip", "private/sheets/week1"
    sandbox = hiding(prefix, *of_the_class, shown=[prefix / "clone/.venv/lib"])
    files, _, texts = seen_from_inside(prefix, sandbox)
    left = [path.removeprefix(f"{prefix}/") for path in files]
    assert sorted(left) == [
        "clone/.venv/lib/package/wanted.py",
        "hand-ins.zip",
        "library/wanted_too.py",
    ]
    assert sorted(texts.split("this is ")[1:]) == [n for n in sorted(left) if "zip" not in n]


@pytest.mark.skipif(REASON is not None, reason=str(REASON))
def test_a_link_to_a_clone_shows_no_more_than_the_clone(prefix, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(prefix)
    sandbox = Sandbox(Limits(), shown=(str(link),), hidden=(str(prefix / "clone/solutions"),))
    files, _, texts = seen_from_inside(link, sandbox)
    assert files and "clone" not in texts


@pytest.mark.skipif(REASON is not None, reason=str(REASON))
def test_a_clone_that_is_its_own_environment_shows_its_packages_only(prefix, monkeypatch):
    """`python3 -m venv .` in the clone: then Python's prefix is the clone."""
    clone = prefix / "clone"
    (clone / "lib").mkdir(mode=0o755)
    (clone / "lib" / "package.py").write_text("this is wanted")
    python = sys.prefix
    monkeypatch.setattr(sys, "prefix", str(clone))
    sandbox = Sandbox(Limits(), shown=(python,), hidden=(str(clone / "solutions"),))
    files, _, _ = seen_from_inside(clone, sandbox)
    assert files == [f"{clone}/lib/package.py"]


@pytest.mark.skipif(REASON is not None, reason=str(REASON))
def test_what_is_given_is_hidden_from_wherever_a_worker_is_started(prefix, monkeypatch):
    """The process that grades moves to another folder, so the paths must not be relative."""
    monkeypatch.chdir(prefix)
    given = ["clone/solutions/01.ipynb", "class", "--out", "report", "--roster", "hand-ins.zip"]
    options = __main__._parser().parse_args(given)
    found = {Path(path) for path in __main__._sandbox(options).hidden}
    names = ("clone/solutions", "class", "report", "hand-ins.zip")
    assert found == {prefix / name for name in names}


def test_a_folder_that_python_needs_cannot_be_hidden(prefix):
    with pytest.raises(GradingError, match=r"cannot be hidden.*a folder of its own"):
        view.flags([prefix], [prefix])


def test_a_part_of_a_repository_stands_for_all_of_it(prefix):
    hidden = view.hidden([str(prefix / "private/sheets/week1"), str(prefix / "clone/solutions")])
    assert {prefix / "private", prefix / "clone"} <= set(hidden)
    assert prefix not in hidden and view.PACKAGE.parent in hidden


def test_the_whole_of_usr_is_not_shown():
    assert not {"/usr", "/usr/src", "/usr/share"} & set(map(str, view.shown()))


def test_a_user_without_a_name_and_a_home_has_no_list_of_fonts(monkeypatch):
    monkeypatch.setattr(view.os.path, "expanduser", lambda path: path)
    assert view.fonts() == []
