"""Is this machine ready for the course? One check per line, with what to do where it is not."""

import sys
from html import escape
from typing import NamedTuple

import numpy as np


class Check(NamedTuple):
    """One line: what was looked at, what was found, and what to do (empty where all is well)."""

    what: str
    found: str
    remedy: str


class Machine:
    """The checks, as a table in a notebook and as text elsewhere."""

    def __init__(self, checks):
        self.checks = checks

    @property
    def ready(self):
        """Tell whether nothing is left to do."""
        return not any(check.remedy for check in self.checks)

    def summary(self):
        """Say in one sentence what all lines come to."""
        if self.ready:
            return "✓ This machine is ready."
        return "The course will run; the lines marked → say what would make it better."

    def __repr__(self):
        lines = [
            f"{'→' if check.remedy else '✓'} {check.what}: {check.found}"
            + (f". {check.remedy}" if check.remedy else "")
            for check in self.checks
        ]
        return "\n".join([*lines, self.summary()])

    def _repr_html_(self):
        rows = "".join(
            f"<tr><td>{'→' if check.remedy else '✓'}</td>"
            f'<th scope="row" style="text-align:left">{escape(check.what)}</th>'
            f'<td style="text-align:left">{escape(check.found)}</td>'
            f'<td style="text-align:left">{escape(check.remedy)}</td></tr>'
            for check in self.checks
        )
        head = "".join(
            f'<th scope="col" style="text-align:left">{title}</th>'
            for title in ("", "what", "found", "to do")
        )
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        return f"{table}<p>{escape(self.summary())}</p>"


def check_machine():
    """Look at Python, NumPy, the number of BLAS threads, the widgets and the fonts."""
    return Machine([_python(), _numpy(), _blas_threads(), _widgets(), _chinese()])


def _python():
    """Check whether Python is new enough."""
    found = ".".join(map(str, sys.version_info[:3]))
    old = sys.version_info < (3, 11)
    return Check("Python", found, "The course needs 3.11 or newer." if old else "")


def _numpy():
    """Check whether NumPy is new enough."""
    old = int(np.__version__.split(".")[0]) < 2
    return Check("NumPy", np.__version__, "The course needs 2.0 or newer." if old else "")


def _blas_threads():
    """Check whether matrix products run on one thread."""
    from threadpoolctl import threadpool_info

    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    threads = max((pool["num_threads"] for pool in pools), default=1)
    remedy = "Set OPENBLAS_NUM_THREADS=1 before Jupyter starts: small products are slower on many."
    return Check("threads for products", str(threads), remedy if threads > 1 else "")


def _widgets():
    """Check whether the widgets are new enough."""
    from ipywidgets import __version__

    old = int(__version__.split(".")[0]) < 8
    return Check("ipywidgets", __version__, "The explorers need 8.1 or newer." if old else "")


def _chinese():
    """Check whether figures can show Chinese."""
    from course_utils.plots import chinese_font

    font = chinese_font()
    remedy = "Figures show numbers for Chinese labels; install a font such as Noto Sans CJK."
    return Check("Chinese font", font or "none", "" if font else remedy)
