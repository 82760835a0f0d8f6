"""The clinic: eight tasks to sort into attention enough, attention and more, something else."""

from typing import NamedTuple

import ipywidgets as widgets

from course_utils.explorers.missions import Explorer, Mission, Ties, View
from course_utils.learning.panels import labelled
from course_utils.plots.drawings import FAINT, INK, KEY, LINE, QUERY, bar, box, label, svg

OPEN = "not sorted yet"
ENOUGH, MORE, OTHER = "attention enough", "attention + X", "something else"
NARROW = ((0, 0, 360, 266), (360, 0, 800, 266))  # what a narrow window stacks


class Case(NamedTuple):
    """A task: its front (what goes in and out), and its back (what it took, and the numbers)."""

    name: str
    front: tuple  # three lines
    kind: str
    took: str
    measure: str
    numbers: tuple  # (name, number) pairs
    top: float  # the number that fills a bar
    source: str
    behind: bool = False  # an older method stayed ahead of attention with all its additions


CASES = (
    Case(
        "Number words → Chinese",
        ("in: 2 to 23 English words", "out: Chinese characters, some reordered", "data: made"),
        ENOUGH,
        "nothing beside attention",
        "share right, 18 words or more: ranges",
        (("with, at least", 0.95), ("without, below", 0.30)),
        1,
        "measured: lesson 00",
    ),
    Case(
        "Spelling → sounds",
        ("in: 2 to 28 letters", "out: sounds in the same order", "data: 124,900 words"),
        ENOUGH,
        "nothing; without it is not far behind",
        "word errors in % (fewer is better)",
        (("with", 30.3), ("without", 35.6)),
        50,
        "measured: docs/pronunciations.md",
    ),
    Case(
        "News, English → French",
        ("in: a sentence, 30 words and more", "out: French, words reordered", "names, rare words"),
        MORE,
        "X = a way to write unknown words",
        "BLEU (more is better); known: no unknown words",
        (
            ("attention", 26.75),
            ("Moses", 33.30),
            ("known: attention", 34.16),
            ("known: Moses", 35.63),
        ),
        50,
        "Bahdanau 2015, table 1",
    ),
    Case(
        "News → summary",
        ("in: an article", "out: a few sentences", "names must be right, nothing said twice"),
        MORE,
        "X = copying and coverage",
        "ROUGE-1 (more is better)",
        (("alone", 31.33), ("+ copying", 36.44), ("+ coverage", 39.53), ("lead-3", 40.34)),
        50,
        "See 2017, second hand",
        True,
    ),
    Case(
        "Speech → phonemes",
        ("in: hundreds of frames, many alike", "out: phonemes in the same order", "data: TIMIT"),
        MORE,
        "X = the place of the last look",
        "phoneme errors in % (fewer is better)",
        (("content only", 18.7), ("+ place", 18.0), ("+ smoothing", 17.6)),
        25,
        "Chorowski 2015",
    ),
    Case(
        "Voice search",
        ("in: thousands of frames", "out: letters in the same order", "data: very much"),
        MORE,
        "X = shorter input, language model",
        "word errors in % (fewer is better)",
        (("LAS", 14.1), ("+ lang. model", 10.3), ("hybrid", 8.0)),
        25,
        "Chan 2016",
        True,
    ),
    Case(
        "Chinese → words",
        (
            "in: characters without spaces",
            "out: a tag each: begin, inside, end, single",
            "data: made",
        ),
        OTHER,
        "the neighbours, in their order",
        "share right, the toy below: ranges",
        (("window, above", 0.98), ("attention, below", 0.75)),
        1,
        "measured: this lesson, E5",
    ),
    Case(
        "Log without end, on a watch",
        ("in: a line a second, for years", "out: an alarm, at once", "memory: little, and fixed"),
        OTHER,
        "a state of fixed size",
        "vectors kept after 100,000 lines (fewer is better)",
        (("keys and values", 200_000), ("a state", 1)),
        300_000,
        "counted: lesson 11",
    ),
)
BY_NAME = {case.name: case for case in CASES}


class Sorted(NamedTuple):
    """What the explorer shows: the case, whether it is sorted, and whether as the sources say."""

    case: Case
    is_sorted: bool
    is_right: bool


def case_explorer():
    """Return eight tasks to sort; each shows what it took, with its source, once it is sorted."""
    missions = (
        Mission("Sort a task rightly that needed attention and more.", _needed(MORE)),
        Mission("Sort a task rightly for which attention is not the tool.", _needed(OTHER)),
        Mission(
            "Sort a task rightly where attention, with all additions, stayed behind an older way.",
            lambda s: s.is_right and s.case.behind,
        ),
    )
    names, answers = [case.name for case in CASES], [OPEN, ENOUGH, MORE, OTHER]
    case = labelled(widgets.SelectionSlider, "Task:", "300px", options=names, readout=False)
    answer = labelled(widgets.Dropdown, "Your sorting:", options=answers, value=OPEN)
    controls = {"case": case, "answer": answer}
    ties = Ties(resets={"case": "answer"})  # another task is not sorted yet
    explorer = Explorer("The clinic 应用诊所", controls, case_look, missions, ties, narrow=NARROW)
    explorer.reading.layout.min_height = "68px"  # of three lines: a back moves nothing below it
    return explorer


def _needed(kind):
    return lambda sorted_one: sorted_one.is_right and sorted_one.case.kind == kind


def case_look(case, answer):
    """Show a task by name, and its back where the answer is one; the facts are a `Sorted`."""
    shown = BY_NAME[case]
    facts = Sorted(shown, answer != OPEN, answer == shown.kind)
    reading = f"{case}. {'; '.join(shown.front)}. "
    if facts.is_sorted:
        numbers = ", ".join(f"{name} {number:,g}" for name, number in shown.numbers)
        reading += f"{_verdict(facts)} It took: {shown.took}. "
        reading += f"{shown.measure}: {numbers} ({shown.source})."
    else:
        reading += "Sort it to see its back."
    return View(case_picture(facts, reading), reading, facts)


def _verdict(facts):
    """Say whether the sorting agrees with the source."""
    kind = facts.case.kind
    return f"✓ {kind}, as the source says." if facts.is_right else f"≠ The source says: {kind}."


def case_picture(facts, reading):
    """Draw the front of a card, and its back where it is sorted.

    facts a `Sorted`, reading the description in words.
    """
    case = facts.case
    drawn = [box(8, 8, 344, 250, stroke=QUERY, stroke_width=2, rx=8)]
    drawn.append(label(24, 40, case.name, size=18, font_weight="bold"))
    drawn += [label(24, 88 + 40 * i, line) for i, line in enumerate(case.front)]
    number = CASES.index(case) + 1
    drawn.append(label(24, 236, f"task {number} of {len(CASES)}", size=13, fill=FAINT))
    drawn.append(box(368, 8, 424, 250, stroke=KEY if facts.is_sorted else LINE, rx=8))
    drawn += _back(facts) if facts.is_sorted else [label(390, 130, "Sort it, then read its back.")]
    return svg(800, 290, "A task and what it took", reading, *drawn)


def _back(facts, x=384):
    case = facts.case
    yield label(x, 34, _verdict(facts), size=15, font_weight="bold")
    yield label(x, 62, case.took, fill=INK)
    yield label(x, 96, case.measure, size=13, fill=FAINT)
    for line, (name, number) in enumerate(case.numbers):
        share, shown = number / case.top, f"{number:,g}"
        yield bar(x, 122 + 28 * line, name, share, shown, KEY, room=124, length=200)
    yield label(x, 240, case.source, size=13, fill=FAINT)
