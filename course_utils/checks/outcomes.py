"""What a check says: the verdict on one answer, as text everywhere and as HTML in JupyterLab."""

import re
import textwrap
from dataclasses import dataclass
from html import escape

WIDTH = 84  # letters of a line: JupyterLab breaks longer ones within a word
LOOK = {
    "right": ("✓", "#2e7d32"),
    "wrong": ("✗", "#c0392b"),
    "recorded": ("✎", "#4c86c6"),
}
BOX = (
    "border:1px solid var(--jp-border-color1,#bbb);border-left:6px solid {colour};"
    "border-radius:4px;padding:8px 14px;max-width:820px;line-height:1.5;"
    "color:var(--jp-content-font-color1,#222)"
)
HEAD = "font-size:1.12em;font-weight:600;margin:0 0 4px 0"
QUIET = "margin:6px 0 0 0;color:var(--jp-content-font-color2,#555)"
CODE = (
    "margin:2px 0;padding:2px 8px;white-space:pre-wrap;background:none;"
    "font-size:var(--jp-code-font-size,13px)"  # as in a cell, so that its lines fit
)
REPEAT = "Repeat it in a new cell:"
CELL = "text-align:left;vertical-align:top;padding:1px 14px 1px 0;background:none"


@dataclass(frozen=True)
class Verdict:
    """What an exercise's `judge` finds.

    kind : "right", "wrong" or "recorded" (kept for a teacher).  message : a sentence or two.
    mistake : the name of the known mistake that was recognised, or None.
    evidence : (label, text) rows, three at most, with the learner's own numbers.
    note : what else a learner should know, for example that the function prints.
    repeat : code of two or three lines with which a learner meets the failure again.
    """

    kind: str
    message: str
    mistake: str | None = None
    evidence: tuple = ()
    note: str = ""
    repeat: str = ""

    @property
    def passed(self):
        return self.kind != "wrong"


@dataclass(frozen=True)
class CheckResult:
    """What `check` returns: the verdict on one exercise, shown as text or as HTML.

    passed : bool.  mistake : the name of the known mistake, or None.  message : what to know first.
    """

    exercise: str
    title: str
    verdict: Verdict
    advice: str = ""

    @property
    def passed(self):
        return self.verdict.passed

    @property
    def mistake(self):
        return self.verdict.mistake

    @property
    def message(self):
        return self.verdict.message

    def __repr__(self):
        lines = [f"{LOOK[self.verdict.kind][0]} {self.message}"]
        lines += [f"    {label:10} {text}" for label, text in self.verdict.evidence]
        if self.verdict.repeat:
            lines += [f"  {REPEAT}", textwrap.indent(self.verdict.repeat, "    ")]
        return "\n".join([*lines, *self._footer()])

    def _repr_html_(self):
        mark, colour = LOOK[self.verdict.kind]
        rows = "".join(
            f'<tr><th scope="row" style="{CELL}">{escape(label)}</th>'
            f'<td style="{CELL}"><code style="background:none">{escape(text)}</code></td></tr>'
            for label, text in self.verdict.evidence
        )
        table = f'<table style="margin:4px 0">{rows}</table>' if rows else ""
        code = escape(self.verdict.repeat)
        repeat = f'<p style="{QUIET}">{REPEAT}</p><pre style="{CODE}">{code}</pre>' if code else ""
        footer = "".join(f'<p style="{QUIET}">{escape(line)}</p>' for line in self._footer())
        return (
            f'<div role="status" style="{BOX.format(colour=colour)}">'
            f'<p style="{HEAD}"><span style="color:{colour}">{mark}</span> '
            f"{_marked_up(self.message)}</p>{table}{repeat}{footer}</div>"
        )

    def _footer(self):
        said = [self.verdict.note, self.advice, f"Exercise {self.exercise} · {self.title}"]
        return [line for line in said if line]


def _marked_up(text):
    """Write a sentence as HTML, with what stands in backticks as code."""
    return re.sub(r"`([^`]+)`", r'<code style="background:none">\1</code>', escape(text))


@dataclass(frozen=True)
class Hint:
    """What `hint` returns: one of two levels, a question or the next step."""

    exercise: str
    level: int
    text: str

    def __repr__(self):
        return f"→ {self.text} ({self._place()})"

    def _repr_html_(self):
        box = BOX.format(colour=LOOK["recorded"][1])
        said = f'<p style="{HEAD}">→ {_marked_up(self.text)}</p>'
        return (
            f'<div role="status" style="{box}">{said}<p style="{QUIET}">{self._place()}</p></div>'
        )

    def _place(self):
        return f"hint {self.level} of 2 for exercise {self.exercise}"


@dataclass(frozen=True)
class StillOpen:
    """What `check` returns of a lesson's blank that nobody has filled in yet."""

    missing: str
    passed = False
    mistake = None

    @property
    def message(self):
        return self.missing

    def __repr__(self):
        return f"○ {self.missing}"

    def _repr_html_(self):
        box = BOX.format(colour=LOOK["recorded"][1])
        said = f'<p style="margin:0">○ {escape(self.missing)}</p>'
        return f'<div role="status" style="{box}">{said}</div>'


class NotAnsweredYet(Exception):
    """An exercise without an answer: what every sheet says before its learner begins."""

    def _render_traceback_(self):
        """Return what IPython shows in place of a traceback, which would be about our own code."""
        return textwrap.wrap(f"○ {self}", WIDTH)


class NotCorrect(AssertionError):
    """A hidden test that an answer did not pass."""
