"""Predictions, quizzes and the course test as cards that answer in the page, without a kernel.

Each is read from its cell, and what happened from the output that the lesson has stored. The card
says both: as text for all readers, and as data for the script that makes it live (`cards.js`).
"""

import ast
import functools
import json
import re
from html import escape, unescape

from nbformat.v4 import new_output

# The stored words of `reveal` where nobody had predicted: what happened, and the reason.
HAPPENED = re.compile(r"<strong>.*?(What happened: (?:≈ )?(.*)\.)</strong>\s*(.*)</p>")
PREDICTION = "Predict first · 先猜一猜"
QUIZ = "Check yourself · 自测"
TEST = "Course test · 课程测验"


def calls(cell, name):
    """The calls of a function of that name in a code cell, in their order."""
    if cell.cell_type != "code" or f"{name}(" not in cell.source:
        return []
    return [call for call in calls_in(cell.source) if called(call) == name]


@functools.cache
def calls_in(source):
    """All calls in a program, in their order; a cell is asked for many names."""
    found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return sorted(found, key=lambda node: node.lineno)


def called(node):
    return getattr(node.func, "id", None)


def argument(call, name, place=9):
    """The node of an argument that is given by place or by name, or None."""
    if place < len(call.args):
        return call.args[place]
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def literal(node):
    """What a node says. Raises ValueError where it is computed: the book runs no lesson."""
    try:
        return ast.literal_eval(node)
    except ValueError:
        raise ValueError(
            f"the book reads questions and runs none: write {ast.unparse(node)!r} as plain text"
        ) from None


def key_of(call):
    return literal(call.args[0])


def outcomes(cell):
    """{key: (what happened, as it is said; the same without words; the reason)} of a cell."""
    keys = [key_of(call) for call in calls(cell, "reveal")]
    found = [told for output in cell.get("outputs", []) if (told := outcome(output))]
    if found and len(keys) != len(found):
        raise ValueError(f"{keys} are revealed in one cell, which stores {len(found)} results")
    return dict(zip(keys, found, strict=False))


def outcome(output):
    """What one output says that happened, or None."""
    told = HAPPENED.search(output.get("data", {}).get("text/html", ""))
    return told and tuple(unescape(part) for part in told.groups())


def prediction(call, happened=None):
    """A `predict` call as data. happened : its outcome; None where only one's own run tells."""
    options = argument(call, "options", 2)
    tolerance = argument(call, "tolerance")
    card = {
        "kind": "prediction",
        "key": key_of(call),
        "question": literal(call.args[1]),
        "options": options and [option_text(option) for option in options.elts],
        "tolerance": literal(tolerance) if tolerance else 0,
    }
    if happened:
        said, value, because = happened
        measured = truth(card, value)
        card |= {"happened": said, "because": because, "measured": measured}
    return card


def option_text(node):
    return literal(node.args[0] if isinstance(node, ast.Call) else node)


def truth(card, value):
    """What happened as an answer: one of the options, or a number."""
    if card["options"] is None:
        return float(value.replace(",", ""))
    if value not in card["options"]:
        raise ValueError(f"{card['key']}: {value!r} happened, which is none of {card['options']}")
    return value


def questions(call):
    """The questions of a `quiz` call as data, one dict each."""
    key = key_of(call)
    return [
        {
            "kind": "quiz",
            "key": f"{key}.{number}",
            "question": literal(asked.args[0]),
            "reasons": literal(asked.args[1]),
            "truth": literal(asked.args[2]),
        }
        for number, asked in enumerate(call.args[1].elts, start=1)
    ]


def course_test(items, with_key):
    """The course test as data. items : its exercises.  with_key : False tells no answer."""
    asked = []
    for item in items:
        options = {letter: option.offered for letter, option in item.options.items()}
        card = {"title": item.title, "question": " ".join(item.asks.split()), "options": options}
        if with_key:
            replies = {letter: option.reply for letter, option in item.options.items()}
            card |= {"right": item.letter, "replies": replies}
        asked.append(card)
    return {"kind": "test", "items": asked}


def prediction_card(card):
    """A prediction as HTML: question and options for all, and what the script needs."""
    return shell(card, PREDICTION, asked(card["question"], card["options"] or ()), card["key"])


def quiz_card(cards):
    """The questions of a quiz as HTML; without a script the reasons are in a fold."""
    parts = [quiz_question(number, card) for number, card in enumerate(cards, start=1)]
    return shell({"kind": "quiz", "cards": cards}, QUIZ, "".join(parts), cards[0]["key"])


def quiz_question(number, card):
    text = asked(f"{number}. {card['question']}", card["reasons"]) + reasons(card)
    return f'<div class="course-question">{text}</div>'


def test_card(test):
    """The course test as HTML; without a script it is read, and answered on paper."""
    parts = [
        asked(f"{n}. {item['question']}", [f"{a}) {text}" for a, text in item["options"].items()])
        for n, item in enumerate(test["items"], start=1)
    ]
    return shell(test, TEST, "".join(parts), "course")


def shell(data, kind, inside, key):
    """The box of a card. The data go into an attribute: safe in HTML, and in the XML of an EPUB."""
    text = escape(json.dumps(data, ensure_ascii=False))
    return (
        f'<div class="course-card" id="card-{escape(key)}" data-card="{text}">'
        f'<p class="course-kind">{kind}</p>{inside}</div>'
    )


def asked(question, options):
    items = "".join(f"<li>{escape(option)}</li>" for option in options)
    return f"<p><strong>{escape(question)}</strong></p>" + (f"<ul>{items}</ul>" if items else "")


def reasons(card):
    """All options with their reasons, the right one first."""
    chosen = sorted(card["reasons"].items(), key=lambda item: item[0] != card["truth"])
    items = "".join(
        f"<li>{'✓' if option == card['truth'] else '✗'} {escape(option)}: {escape(why)}</li>"
        for option, why in chosen
    )
    return f"<details><summary>The answer</summary><ul>{items}</ul></details>"


def happened_line(key, said, because):
    """What happened, where the lesson's cell shows it."""
    return (
        f'<p class="course-happened" id="happened-{escape(key)}">→ '
        f"<strong>{escape(said)}</strong> {escape(because)}</p>"
    )


def html(text):
    """HTML as the output of a cell."""
    return new_output("display_data", data={"text/html": text})
