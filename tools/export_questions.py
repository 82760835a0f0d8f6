"""Write the course's questions for Moodle: python -m tools.export_questions FOLDER

FOLDER gets the course test, the lessons' polls, and the sheets' choices, orders and whole numbers,
each as GIFT (.gift.txt) and as Moodle XML (.xml), with right answers and what is said to each.
"""

import re
import sys
import textwrap
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import numpy as np

from course_utils.checks.catalogue import exercises, sheets
from course_utils.checks.choices import ChoiceExercise
from course_utils.checks.orders import OrderExercise
from course_utils.checks.values import ValueExercise
from tools import door, teaching

TOP = "Attention from scratch"
CHOSEN = {"single": "true", "shuffleanswers": "true", "answernumbering": "abc"}
ESCAPED = re.compile(r"([\\:#={}~])")


class Answer(NamedTuple):
    """What can be chosen or typed, whether it is right, and what is said to it."""

    text: str
    right: bool
    reply: str = ""


class Question(NamedTuple):
    """A question in Markdown. typed : the answer is a short text; else one is chosen.

    note : what is said to everybody.
    """

    name: str
    text: str
    answers: tuple[Answer, ...]
    typed: bool = False
    note: str = ""


def main(arguments):
    if len(arguments) != 1:
        raise SystemExit("Name one folder: make export-questions DIR=questions")
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for name, (title, questions) in all_questions().items():
        for ending, write in ((".gift.txt", gift), (".xml", moodle_xml)):
            path = folder / f"{name}{ending}"
            path.write_text(write(title, questions), encoding="utf-8", newline="\n")
        print(f"{folder / name}.gift.txt and .xml: {len(questions)} questions")
    print("In Moodle: Question bank, Import, GIFT format or Moodle XML format. It has the answers.")


def all_questions():
    """What is written, {name of a file: (category, questions)}."""
    others = [name for name in sheets() if name != "course"]
    return {
        "course_test": ("Course test", of_sheet("course")),
        "polls": ("Polls", of_polls()),
        "sheets": ("Sheets", [one for name in others for one in of_sheet(name)]),
    }


def of_sheet(sheet):
    """The choices, orders and whole numbers of a sheet."""
    found = []
    for exercise in exercises(sheet).values():
        if isinstance(exercise, ChoiceExercise) and exercise.letter:
            found.append(_choice(exercise))
        elif isinstance(exercise, OrderExercise):
            found.append(_order(exercise))
        elif isinstance(exercise, ValueExercise) and _is_whole(exercise.right_answer):
            found.append(_whole_numbers(exercise))
    return found


def _choice(exercise):
    answers = tuple(
        Answer(option.offered, letter == exercise.letter, option.reply)
        for letter, option in exercise.options.items()
    )
    return Question(f"{exercise.id} {exercise.title}", _asked(exercise), answers)


def _order(exercise):
    """The numbers of lines, typed: with spaces, or with commas."""
    typed = (text for order in exercise.right_orders() for text in _as_typed(order))
    answers = tuple(Answer(text, True, exercise.praise) for text in typed)
    how = f"{exercise.listed()}\n\nType the numbers with spaces between them, in their order."
    return Question(
        f"{exercise.id} {exercise.title}", f"{_asked(exercise)}\n\n{how}", answers, True
    )


def _is_whole(answer):
    """Whether an answer is a whole number, or a row of them: Moodle compares texts."""
    return np.ndim(answer) <= 1 and np.array_equal(answer, np.round(answer))


def _whole_numbers(exercise):
    """A whole number, or a few, typed as an order is, or in brackets."""
    numbers = np.atleast_1d(exercise.right_answer).astype(int)
    texts = list(dict.fromkeys(_as_typed(numbers)))
    if len(numbers) > 1:
        texts += [f"{a}{text}{z}" for a, z in ("()", "[]") for text in texts]
    answers = tuple(Answer(text, True, exercise.praise) for text in texts)
    return Question(f"{exercise.id} {exercise.title}", _asked(exercise), answers, True)


def _as_typed(numbers):
    """Numbers in the forms in which they are typed: with spaces, or with commas."""
    return [sign.join(map(str, numbers)) for sign in (" ", ", ", ",")]


def _asked(exercise):
    return textwrap.dedent(exercise.asks).strip().replace("{listed}", "").strip()


def of_polls():
    """The polls of all lessons' pages for teachers."""
    return [
        _poll(f"{path.stem} poll {number}", poll)
        for path in sorted(teaching.PAGES.glob("[0-9]*.md"))
        for number, poll in enumerate(teaching.page_of(path.stem).polls, 1)
    ]


def _poll(name, poll):
    """A poll as a question: each option is told why it is right or wrong."""
    answers = tuple(
        Answer(text, letter == poll.right, poll.why[letter])
        for letter, text in poll.options.items()
    )
    return Question(name, poll.asked, answers)


def gift(category, questions):
    """Questions in GIFT: one a line, a blank line between."""
    lines = [f"$CATEGORY: $course$/top/{TOP}/{category}"]
    return "\n\n".join([*lines, *map(_gift, questions)]) + "\n"


def _gift(question):
    answers = " ".join(_gift_answer(answer) for answer in question.answers)
    note = f" ####{_gift_text(question.note)}" if question.note else ""
    return f"::{_escape(question.name)}::[markdown]{_escape(question.text)} {{{answers}{note}}}"


def _gift_answer(answer):
    reply = f" #{_gift_text(answer.reply)}" if answer.reply else ""
    return f"{'=' if answer.right else '~'}{_gift_text(answer.text)}{reply}"


def _gift_text(text):
    """A text that begins with nothing which is read as a weight, or as a format."""
    return ("[markdown]" if text[:1] in ("%", "[") else "") + _escape(text)


def _escape(text):
    r"""A text in which GIFT's signs are only signs; a new line is written \n."""
    return ESCAPED.sub(r"\\\1", text).replace("\n", "\\n")


def moodle_xml(category, questions):
    """Questions in Moodle's XML."""
    quiz = ElementTree.Element("quiz")
    place = ElementTree.SubElement(quiz, "question", type="category")
    _text(ElementTree.SubElement(place, "category"), f"$course$/top/{TOP}/{category}")
    for question in questions:
        _xml(quiz, question)
    ElementTree.indent(quiz)
    text = ElementTree.tostring(quiz, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _xml(quiz, question):
    kind = "shortanswer" if question.typed else "multichoice"
    made = ElementTree.SubElement(quiz, "question", type=kind)
    _text(ElementTree.SubElement(made, "name"), question.name)
    for tag, text in (("questiontext", question.text), ("generalfeedback", question.note)):
        _text(ElementTree.SubElement(made, tag, format="markdown"), text)
    ours = {"usecase": "0"} if question.typed else CHOSEN
    for tag, text in {"defaultgrade": "1", **ours}.items():
        ElementTree.SubElement(made, tag).text = text
    for answer in question.answers:
        about = {"fraction": "100" if answer.right else "0"}
        about["format"] = "plain_text" if question.typed else "markdown"
        part = ElementTree.SubElement(made, "answer", about)
        _text(part, answer.text)
        _text(ElementTree.SubElement(part, "feedback", format="markdown"), answer.reply)


def _text(parent, text):
    ElementTree.SubElement(parent, "text").text = text


if __name__ == "__main__":
    door.run(main, sys.argv[1:])
