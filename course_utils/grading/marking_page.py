"""A page for marking by hand: one question at a time, names hidden, everything in one file.

`python -m course_utils.grading.marking_page REPORT` opens the one that a run has written. What is
given there stays in the browser; "Save marks" writes the file that `--marks` reads.
"""

import base64
import hashlib
import json
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from course_utils.grading.blanks import is_blank, is_blank_text
from course_utils.grading.environment import start_clean
from course_utils.grading.html import MARK_BY_HAND, page, text_of
from course_utils.grading.master import Master, Question
from course_utils.grading.parsing import string_in
from course_utils.grading.rows import Row
from course_utils.grading.rubrics import OWN_WORDS, Rubric, Rubrics
from course_utils.grading.tables import OUT_OF, harmless

USUAL = 2.0  # what a question that counts nothing gets where a teacher gives points all the same


def marking_page(rows: Sequence[Row], master: Master, rubrics: Rubrics, key: str) -> str:
    """Return the page. key : a text that no other report has; the browser keeps marks under it."""
    handed_in = [row for row in rows if row.was_run]
    questions = [
        _question(question, handed_in, rubrics.get(question.grade_id, Rubric()), key)
        for question in master.questions
        if question.by_hand
    ]
    data = {"key": key, "sheet": master.name, "out_of": OUT_OF, "questions": questions}
    script = text_of("marking.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return page(
        "marking.html",
        sheet=master.name,
        data=json.dumps(data).replace("<", "\\u003c"),
        script=script,
        digest=digest,
        levels=OWN_WORDS,
    )


def _question(question: Question, rows: Sequence[Row], rubric: Rubric, key: str) -> dict[str, Any]:
    """Return a question with its answers, in an order that tells nothing about names."""
    answers = [_answer(question, row) for row in rows]
    answers.sort(key=lambda one: (not one["text"], _shuffled(key, question, one["student"])))
    return {
        "id": question.grade_id,
        "title": question.title or question.grade_id,
        **rubric._asdict(),
        "worth": question.points,
        "most": question.points or USUAL,
        "answers": answers,
    }


def _answer(question: Question, row: Row) -> dict[str, Any]:
    source = row.code.get(question.grade_id, "")
    words = string_in(source)
    blank = is_blank(_right_side(source).strip()) or is_blank_text(source)
    text = words if words is not None else "" if blank else source
    given = row.by_hand.get(question.grade_id)
    named = {"student": row.student, "called": harmless(row.student)}
    return {**named, "text": text.strip(), "code": words is None, "given": given}


def _right_side(source: str) -> str:
    """Return what stands behind the name of a text: `reason = ...` holds nothing."""
    name, sign, rest = source.partition("=")
    return rest if sign and name.strip().isidentifier() else source


def _shuffled(key: str, question: Question, student: str) -> str:
    return hashlib.sha256(repr((key, question.grade_id, student)).encode()).hexdigest()


def main(arguments: Sequence[str]) -> int:
    """Open the page of a report, or the only one in a folder of reports; return 0 where it is."""
    if len(arguments) != 1:
        print("Name one report: python -m course_utils.grading.marking_page REPORT")
        return 2
    folder = Path(arguments[0])
    pages = [*folder.glob(MARK_BY_HAND), *sorted(folder.glob(f"*/{MARK_BY_HAND}"))]
    if not pages:
        print(f"{folder} has no {MARK_BY_HAND}: grade a sheet that has questions to mark")
        return 2
    if len(pages) > 1 and pages[0].parent != folder:
        print("Name one of them:", *(page.parent for page in pages), sep="\n  ")
        return 2
    print(f"Mark in a browser: {pages[0]}. Then grade again with --marks and the file it saves.")
    webbrowser.open(pages[0].resolve().as_uri())
    return 0


if __name__ == "__main__":
    start_clean()
    sys.exit(main(sys.argv[1:]))
