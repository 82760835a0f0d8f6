"""What works on this machine, on one page, and what to do for what does not."""

import os
import sys
import tempfile
import webbrowser

from course_utils.command import places
from course_utils.learning.machine import Check, Machine, check_machine

NEEDED = ("Python", "NumPy", "ipywidgets", "JupyterLab", "your folder")
ANEW = "Install the course anew, in an environment of its own."


def examine(folder):
    """Look at everything that lessons, the book and grading need. folder : a learner's."""
    checks = check_machine().checks
    lessons = [_blas(), _jupyterlab(), _folder(folder), _browser(), _letters()]
    return Machine([*checks, *lessons, _book(), _solutions(), _sandbox()])


def works(machine):
    """Say whether lessons run here, whatever else is missing."""
    return not any(check.remedy for check in machine.checks if check.what in NEEDED)


def _blas():
    """Check which library multiplies matrices, and whether it multiplies rightly."""
    import numpy as np
    from threadpoolctl import threadpool_info

    found = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    name = ", ".join(f"{pool['internal_api']} {pool['version'] or ''}".strip() for pool in found)
    numbers = np.arange(10_000.0).reshape(100, 100) % 7
    right = np.array_equal(numbers @ numbers, np.einsum("ij,jk", numbers, numbers))
    wrong = "It multiplies wrongly on this processor: install the newest NumPy."
    return Check("matrix products", name or "NumPy's own", "" if right else wrong)


def _jupyterlab():
    try:
        from jupyterlab import __version__
        from jupyterlab.labapp import LabApp  # noqa: F401 (half an installation fails here)
    except ImportError as error:
        return Check("JupyterLab", f"cannot be imported ({error})", ANEW)
    return Check("JupyterLab", __version__, "")


def _folder(folder):
    """Check whether a learner's copies can be written."""
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        with tempfile.TemporaryFile(dir=place):
            return Check("your folder", str(folder), "")
    except OSError as error:
        remedy = "Name a folder of yours: attention-course lab FOLDER"
        return Check("your folder", f"{folder} ({error.strerror or error})", remedy)


def _browser():
    """Check whether a browser can be opened from here."""
    try:
        return Check("browser", getattr(webbrowser.get(), "name", "") or "yes", "")
    except webbrowser.Error:
        remedy = "`attention-course lab --no-browser` prints an address for one elsewhere."
        return Check("browser", "none", remedy)


def _letters():
    """Check whether Chinese can be printed and written to files by default."""
    printed = (sys.stdout.encoding or "").lower().replace("-", "")
    remedy = "Set PYTHONUTF8=1, or use another terminal, to see Chinese in it."
    return Check("letters here", printed or "unknown", "" if printed == "utf8" else remedy)


def _book():
    found = places.book()
    remedy = "A release has it; in a clone, `make serve` builds it."
    return Check("book", found.name if found else "not in this package", "" if found else remedy)


def _solutions():
    found = places.teachers_folder()
    remedy = f"For teachers: {places.INSTALL_TEACHERS}"
    return Check("solutions", "installed" if found else "not here", "" if found else remedy)


def _sandbox():
    """Check whether a class can be graded here."""
    if not sys.platform.startswith("linux"):
        return Check("sandbox, to grade a class", os.name, "Grading needs Linux, or WSL.")
    from course_utils.grading.sandbox import Sandbox

    reason = Sandbox().why_not()
    remedy = f"Only to grade a class: {reason}" if reason else ""
    return Check("sandbox, to grade a class", "none" if reason else "bubblewrap", remedy)
