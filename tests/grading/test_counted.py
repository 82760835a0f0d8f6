"""One point, two points: in every sentence of grading, whatever is counted."""

import ast
import itertools
import re
from pathlib import Path

import pytest

from course_utils.grading import kept
from course_utils.grading.counted import counted
from course_utils.grading.graded_list import comment_on
from course_utils.grading.html import feedback_page, summary_page
from course_utils.grading.master import Question
from course_utils.grading.merge import Merged
from course_utils.grading.rows import Kind, Outcome, Row
from course_utils.grading.run import _of_lateness
from course_utils.grading.status import Status
from course_utils.grading.summary import as_text, summarise
from tests.grading.test_look_alikes import a_master

GRADING = Path(__file__).resolve().parents[2] / "course_utils" / "grading"
COUNTED = "points students days hours lines files notebooks rows scores cells submissions "
COUNTED += "questions answers seconds times marks letters bytes"
ONE_OF_MANY = re.compile(r"(?<![\w.,:#/-])1 (?:" + COUNTED.replace(" ", "|") + r")\b")
BEHIND = re.compile(rf"^ (?:code |more )?(?:{COUNTED.replace(' ', '|')})\b")
IN_PAGE = re.compile(r"(?:\}\}|\$\{[^}]*\})" + BEHIND.pattern[1:])


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 days"), (1, "1 day"), (1.0, "1 day"), ("1", "1 day"), (1.5, "1.5 days"), (2, "2 days")],
)
def test_a_count(number, words):
    assert counted(number, "day") == words
    assert counted(1, "row is", "rows are") == "1 row is"
    assert counted(2, "row is", "rows are") == "2 rows are"


@pytest.mark.parametrize("path", sorted(GRADING.rglob("*.py")), ids=lambda path: path.stem)
def test_no_sentence_writes_a_number_before_a_plural(path):
    """Look at each text in which a value is filled in; constants in capitals are never one."""
    for text in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        parts = text.values if isinstance(text, ast.JoinedStr) else []
        for value, behind in itertools.pairwise(parts):
            filled = isinstance(value, ast.FormattedValue) and isinstance(behind, ast.Constant)
            source = ast.unparse(value) if filled else ""
            if filled and "counted(" not in source and not source[3:-2].isupper():
                assert not BEHIND.search(behind.value), f"line {text.lineno}: use `counted`"


@pytest.mark.parametrize("path", sorted((GRADING / "pages").iterdir()), ids=lambda p: p.name)
def test_no_page_does(path):
    assert not IN_PAGE.search(path.read_text(encoding="utf-8"))


def test_what_is_said_of_one_student_with_one_point():
    master = a_master(Question("q", 1.0, "One", False), Question("why", 0.0, "Why", True))
    outcomes = Outcome("q", 1.0, Kind.RIGHT), Outcome("why", None, Kind.BY_HAND)
    row = Row("Ada", "", Status.GRADED, outcomes=outcomes, late="1 hour", penalty=1.0)
    summary = summarise([row], master, {})
    said = [as_text(summary, [row], master), *_of_lateness([row]), comment_on(row, master)]
    said += [feedback_page(row, master), summary_page(summary, [row], master, {})]
    said += [*Merged([row], older=1).said(), kept.of_unread(1, Path("out"))]
    assert not ONE_OF_MANY.findall("\n".join(said))
    assert "1 student:" in said[4] and "0 of 1 point." in said[3]
    assert "1 handed in late, 1 loses points" in said[1]
