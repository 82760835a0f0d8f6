"""What a class did: mean, median, questions most failed, mistakes most made, who needs a look."""

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from course_utils.grading.counted import counted
from course_utils.grading.items import Item, items
from course_utils.grading.look_alikes import LookAlikes, look_alikes
from course_utils.grading.master import Master
from course_utils.grading.rows import Kind, Row
from course_utils.grading.rubrics import Rubrics
from course_utils.grading.status import Status
from course_utils.grading.worth import still_to_mark

BARS = 10
FAILED = (Kind.WRONG, Kind.PARTLY, Kind.NOT_RUN)


class Failed(NamedTuple):
    """How many students failed a question, and how many did not answer it; the most come first."""

    title: str
    grade_id: str
    failed: int
    not_answered: int


class Made(NamedTuple):
    """How many students made a mistake, and the hint that it draws; the most made comes first."""

    title: str
    mistake: str
    hint: str
    students: int


@dataclass(frozen=True)
class Summary:
    """Numbers of a class. Rows of people who handed in nothing count in `statuses` only.

    look : whose status asks for it.  noted : the others with a note, or without points.
    """

    statuses: dict[Status, int]
    mean: float
    median: float
    bars: tuple[tuple[str, int], ...]
    failed: tuple[Failed, ...]
    mistakes: tuple[Made, ...]
    look: tuple[Row, ...]
    noted: tuple[Row, ...]
    items: tuple[Item, ...]
    alike: LookAlikes


def summarise(rows: Sequence[Row], master: Master, rubrics: Rubrics | None = None) -> Summary:
    """Return the Summary of all rows. rubrics : what SOURCE answers, see `rubrics`."""
    there = [row for row in rows if row.status.handed_in]
    scores = [row.score or 0.0 for row in there]
    return Summary(
        dict(Counter(row.status for row in rows)),
        statistics.mean(scores) if scores else 0.0,
        statistics.median(scores) if scores else 0.0,
        _bars(scores, master.max_score),
        _failed(there, master),
        _mistakes(there, master),
        tuple(row for row in there if row.status.look),
        tuple(row for row in there if not row.status.look and _to_say(row, master)),
        items(there, master, rubrics or {}),
        look_alikes(there, master, rubrics or {}),
    )


def _to_say(row: Row, master: Master) -> bool:
    """Say whether there is a note on a row, or no point where there are any to have."""
    return bool(row.notes) or (not row.score and master.max_score > 0)


def _bars(scores: Sequence[float], most: float) -> tuple[tuple[str, int], ...]:
    """Count how many students reached each tenth of the points."""
    counts, width = Counter[int](), (most or 1) / BARS
    for score in scores:
        counts[min(int(score / width + 1e-9), BARS - 1)] += 1
    return tuple((f"{n * width:g}–{(n + 1) * width:g}", counts[n]) for n in range(BARS))


def _failed(rows: Sequence[Row], master: Master) -> tuple[Failed, ...]:
    kinds = Counter((one.grade_id, one.kind) for row in rows for one in row.outcomes)
    lines = [
        Failed(
            question.title or question.grade_id,
            question.grade_id,
            sum(kinds[question.grade_id, kind] for kind in FAILED),
            kinds[question.grade_id, Kind.NOT_ANSWERED],
        )
        for question in master.questions
        if not question.by_hand
    ]
    return tuple(sorted(lines, key=lambda line: -(line.failed + line.not_answered)))


def _mistakes(rows: Sequence[Row], master: Master) -> tuple[Made, ...]:
    titles = {question.grade_id: question.title for question in master.questions}
    made = Counter(
        (titles[one.grade_id], one.mistake, one.message)
        for row in rows
        for one in row.outcomes
        if one.mistake
    )
    return tuple(Made(*which, count) for which, count in made.most_common())


def as_text(summary: Summary, rows: Sequence[Row], master: Master) -> str:
    """Return the summary in a few lines for a terminal."""
    statuses = ", ".join(f"{count} {status}" for status, count in summary.statuses.items())
    lines = [
        f"{counted(len(rows), 'submission')}: {statuses}",
        f"mean {summary.mean:.3g}, median {summary.median:.3g} of "
        f"{counted(master.max_score, 'point')}",
    ]
    lines += [
        f"  failed {counted(n + m, 'time'):>9}: {title}"
        for title, _, n, m in summary.failed[:3]
        if n + m
    ]
    lines += [
        f"  made {counted(count, 'time'):>9}: {name}, {title}"
        for title, name, _, count in summary.mistakes[:3]
    ]
    left = sum(still_to_mark(row, master) > 0 for row in rows)
    waits = f"  {counted(left, 'waits', 'wait')} for points by hand: make mark-reasons OUT=…"
    lines += [waits] if left else []
    lines += [f"  needs a look: {row.student} ({row.status})" for row in summary.look]
    alike = len(summary.alike.answers) + len(summary.alike.results)
    lines += [f"  answers that are alike, to look at in summary.html: {alike}"] if alike else []
    return "\n".join(lines)
