"""The course test, taken before and after: its answers are kept apart, and compared at the end.

Before the course nothing is told but that the answers are kept: the same questions come again.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from course_utils.checks.catalogue import exercises
from course_utils.checks.outcomes import BOX, CELL, HEAD, LOOK, QUIET
from course_utils.checks.progress_store import store

BEFORE, AFTER = "before", "after"
BY_CHANCE = "Blind guessing gets 3 of 12 on average: one or two items more or less may be chance."


@dataclass(frozen=True)
class Report:
    """What `hand_in` returns: a sentence, rows of a table, notes; shown as text or as HTML.

    rows : (item, before, after, reason), all texts; none as long as nothing is told.
    """

    message: str
    rows: tuple = ()
    notes: tuple = ()

    def __repr__(self):
        lines = [f"✎ {self.message}"]
        if self.rows:
            lines.append(f"    {'item':34} {BEFORE:8} {AFTER}")
        for item, before, after, reason in self.rows:
            lines += [f"    {item:34} {before:8} {after}", f"       {reason}"]
        return "\n".join([*lines, *self.notes])

    def _repr_html_(self):
        mark, colour = LOOK["recorded"]
        notes = "".join(f'<p style="{QUIET}">{escape(note)}</p>' for note in self.notes)
        return (
            f'<div role="status" style="{BOX.format(colour=colour)}">'
            f'<p style="{HEAD}"><span style="color:{colour}">{mark}</span> '
            f"{escape(self.message)}</p>{_table(self.rows)}{notes}</div>"
        )


def hand_in(attempt, answers, sure=False):
    """Keep the answers of one attempt; before the course say that, after it compare and explain.

    attempt : "before" or "after".  answers : twelve letters, in the order of the questions.
    sure : keep an "after" although it has the very letters of "before".
    The first answers of each attempt count; later ones are kept beside them. Returns a `Report`.
    """
    letters = _letters(attempt, answers)
    if "." in letters:
        return Report(_still_open(letters))
    if attempt == AFTER and _left_from_before(letters) and not sure:
        return Report(
            "These are letter for letter your answers from before. If they only still stand there, "
            'answer anew. If you mean them: hand_in("after", answers, sure=True).'
        )
    note = _keep(attempt, letters)
    where = "" if store().path else "Answers are kept only until the kernel stops."
    notes = tuple(line for line in (note, where, store().notice) if line)
    return _kept(notes) if attempt == BEFORE else _compared(notes)


def score(attempt):
    """Return (right, all) of the answers that count for "before" or "after", None before any."""
    taken = _taken(attempt)
    return (_right(taken[0]), len(_items())) if taken else None


def _items():
    return tuple(exercises("course").values())


def _letters(attempt, answers):
    """Return the answers as one text of twelve letters, a dot where there is none."""
    if attempt not in (BEFORE, AFTER):
        raise ValueError(f'attempt must be "before" or "after", got {attempt!r}: set it above')
    items = _items()
    if len(answers) != len(items):
        raise ValueError(f"hand_in needs {len(items)} answers, one a question, got {len(answers)}")
    found = (item.read(answer) for item, answer in zip(items, answers, strict=True))
    return "".join(
        letter if letter in item.options else "." for item, letter in zip(items, found, strict=True)
    )


def _still_open(letters):
    numbers = [str(number) for number, letter in enumerate(letters, start=1) if letter == "."]
    return (
        f"Nothing is handed in yet: {len(numbers)} of {len(letters)} have no letter "
        f"({', '.join(numbers)}). Where you do not know, guess; then hand in again."
    )


def _taken(attempt):
    """Return all answers that were handed in for an attempt, the first of them first."""
    taken = []
    while answer := store().get(_key(attempt, len(taken))).get("answer"):
        taken.append(answer)
    return taken


def _key(attempt, number):
    return f"course.{attempt}" + (f".{number + 1}" if number else "")


def _left_from_before(letters):
    return not _taken(AFTER) and _taken(BEFORE)[:1] == [letters]


def _keep(attempt, letters):
    """Store the answers unless they are there; say so where others have been handed in before."""
    taken = _taken(attempt)
    if letters not in taken:
        when = datetime.now(UTC).isoformat(timespec="seconds")
        store().put(_key(attempt, len(taken)), "test", answer=letters, when=when)
    if taken and taken[0] != letters:
        first = store().get(_key(attempt, 0))["when"][:10]
        return f"The answers that count are those of {first}, your first; these are kept beside."
    return ""


def _kept(notes):
    return Report(
        "Your twelve answers from before the course are kept. Which are right is told after it.",
        notes=notes,
    )


def _compared(notes):
    """Report after the course: how many were right, and each item with its reason."""
    before, after = (([*_taken(attempt), ""])[0] for attempt in (BEFORE, AFTER))
    items = _items()
    counts = f"{_right(after)} of {len(items)} after"
    if before:
        message = f"Right: {_right(before)} of {len(items)} before, {counts}."
    else:
        message = f"Right: {counts}. There are no answers from before."
    rows = tuple(
        (f"{number}. {item.title}", _marked(item, old), _marked(item, new), item.options[new].reply)
        for number, (item, old, new) in enumerate(
            zip(items, before or " " * len(items), after, strict=True), start=1
        )
    )
    return Report(message, rows, (BY_CHANCE, *notes))


def _right(letters):
    """Count the answers that are right."""
    return sum(item.letter == letter for item, letter in zip(_items(), letters, strict=False))


def _marked(item, letter):
    """Write a letter with its mark: ✓ b, ✗ a; – where there is none."""
    if letter not in item.options:
        return "–"
    return f"{LOOK['right' if letter == item.letter else 'wrong'][0]} {letter}"


def _table(rows):
    if not rows:
        return ""
    heads = "".join(
        f'<th scope="col" style="{CELL}">{head}</th>' for head in ("item", BEFORE, AFTER, "why")
    )
    lines = "".join(
        f'<tr><th scope="row" style="{CELL}">{escape(row[0])}</th>'
        + "".join(f'<td style="{CELL}">{escape(cell)}</td>' for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"
