"""What a class did: mean, median, questions most failed, mistakes most made, who needs a look."""

import statistics
from collections import Counter
from dataclasses import dataclass

from course_utils.grading.tables import grades_of, score_of

TROUBLE = ("rejected", "protocol", "crashed", "timeout")
BARS = 10


@dataclass(frozen=True)
class Summary:
    """Numbers of a class. Rows of people who handed in nothing count in `statuses` only."""

    statuses: dict
    mean: float
    median: float
    bars: tuple[tuple[str, int], ...]
    failed: tuple[tuple, ...]
    mistakes: tuple[tuple, ...]
    look: tuple[dict, ...]


def summarise(rows, master, marks):
    """Return the Summary of all rows."""
    there = [row for row in rows if row["status"] != "missing"]
    scores = [score_of(grades_of(row, master, marks.get(row["student"]))) or 0.0 for row in there]
    return Summary(
        dict(Counter(row["status"] for row in rows)),
        statistics.mean(scores) if scores else 0.0,
        statistics.median(scores) if scores else 0.0,
        _bars(scores, master.max_score),
        _failed(there, master),
        _mistakes(there, master),
        tuple(row for row in there if row["status"] in TROUBLE),
    )


def _bars(scores, most):
    """How many students reached each tenth of the points."""
    counts, width = Counter(), (most or 1) / BARS
    for score in scores:
        counts[min(int(score / width + 1e-9), BARS - 1)] += 1
    return tuple((f"{n * width:g}–{(n + 1) * width:g}", counts[n]) for n in range(BARS))


def _failed(rows, master):
    """(title, grade_id, failed, not answered), the most failed first."""
    kinds = Counter((o["grade_id"], o["kind"]) for row in rows for o in row["outcomes"])
    rejected = sum(not row["outcomes"] for row in rows)
    lines = [
        (
            question.title or question.grade_id,
            question.grade_id,
            kinds[question.grade_id, "wrong"] + kinds[question.grade_id, "partly"] + rejected,
            kinds[question.grade_id, "not answered"],
        )
        for question in master.questions
        if not question.by_hand
    ]
    return tuple(sorted(lines, key=lambda line: -(line[2] + line[3])))


def _mistakes(rows, master):
    """(title, mistake, hint, students), the most made first."""
    titles = {question.grade_id: question.title for question in master.questions}
    made = Counter(
        (titles[o["grade_id"]], o["mistake"], o["message"])
        for row in rows
        for o in row["outcomes"]
        if o["mistake"]
    )
    return tuple((*about, count) for about, count in made.most_common())


def as_text(summary, rows, master):
    """The summary in a few lines for a terminal."""
    statuses = ", ".join(f"{count} {status}" for status, count in summary.statuses.items())
    lines = [
        f"{len(rows)} submissions: {statuses}",
        f"mean {summary.mean:.3g}, median {summary.median:.3g} of {master.max_score:g} points",
    ]
    lines += [
        f"  failed {n + m:3} times: {title}" for title, _, n, m in summary.failed[:3] if n + m
    ]
    lines += [
        f"  made {count:3} times: {name}, {title}" for title, name, _, count in summary.mistakes[:3]
    ]
    lines += [f"  needs a look: {row['student']} ({row['status']})" for row in summary.look]
    return "\n".join(lines)
