"""What SOURCE says about each question that a teacher marks: its words, an answer, the scheme."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from course_utils.grading.parsing import string_in

SCHEME = re.compile(
    r"^[^\n]*BEGIN MARK SCHEME[^\n]*\n(.*?)^[^\n]*END MARK SCHEME[^\n]*", re.M | re.S
)
HEADING = re.compile(r"^#+ .*$", re.M)
SOLUTION = re.compile(r"^ *### (?:BEGIN|END) SOLUTION *\n?", re.M)
# The levels that docs/teaching/index.md gives for reasons in words.
OWN_WORDS = (
    "not yet: repeats the lesson",
    "partly: right words, no reason",
    "well: says why, with an example of one's own",
    "very well: and says where the explanation ends",
)


class Rubric(NamedTuple):
    """What stands beside the answers. asks : the question.  reference : SOURCE's answer."""

    asks: str = ""
    reference: str = ""
    scheme: str = ""


Rubrics = Mapping[str, Rubric]


def read_rubrics(path: Path) -> Rubrics:
    """Return the Rubrics of a solution notebook, by grade_id; it has been read as a master."""
    found, asks = dict[str, Rubric](), ""
    for cell in json.loads(path.read_bytes())["cells"]:
        source = _text(cell["source"])
        about = cell["metadata"].get("nbgrader") or {}
        if about.get("solution") or about.get("task"):
            found[str(about.get("grade_id"))] = _rubric(source, asks, bool(about.get("task")))
        elif cell["cell_type"] == "markdown":
            asks = HEADING.sub("", source).strip()
    return found


def _rubric(source: str, asks: str, task: bool) -> Rubric:
    scheme = "\n".join(part.strip() for part in SCHEME.findall(source))
    text = SOLUTION.sub("", SCHEME.sub("", source)).strip()
    text = string_in(text) or text
    return Rubric(text, "", scheme) if task else Rubric(asks, text, scheme)


def _text(source: str | Sequence[Any]) -> str:
    return source if isinstance(source, str) else "".join(map(str, source))
