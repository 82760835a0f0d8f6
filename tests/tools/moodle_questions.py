"""How Moodle reads a file of questions, in our own words.

Sources: question/format.php (`readquestions`: blank lines part questions, lines are trimmed),
question/format/gift/format.php (`readquestion`, `escapedchar_pre`, `commentparser`,
`parse_text_with_format`) and question/format/xml/format.php (`import_multichoice`,
`import_shortanswer`, `import_answer`), Moodle 4. Raises ValueError where Moodle refuses.
"""

import re
from dataclasses import dataclass, field
from xml.etree import ElementTree

FORMATS = ("moodle", "html", "plain", "markdown")
XML_FORMATS = ("moodle_auto_format", "html", "plain_text", "wiki_like", "markdown")
HELD = {"\\" + sign: f"&&{ord(sign):03};" for sign in ":#={}~"} | {"\\n": "&&010;"}


@dataclass
class Read:
    """One question: answers are (text, percent, feedback)."""

    name: str
    kind: str
    text: str
    format: str
    answers: list = field(default_factory=list)
    feedback: str = ""


def read_gift(text):
    """(category, questions)."""
    category, found = None, []
    for block in re.split(r"\n(?:[ \t]*\n)+", text.strip()):
        lines = [line.strip() for line in block.split("\n")]
        one = "\n".join(" " if line.startswith("//") else line for line in lines).strip()
        one = _hold(one)
        if one.startswith("$CATEGORY:"):
            category = one[10:].strip()
        elif one:
            found.append(_gift_question(one))
    return category, found


def _hold(text):
    """Put what is escaped out of reach."""
    text = text.replace("\\\\", "&&092;")
    for escaped, held in HELD.items():
        text = text.replace(escaped, held)
    return text.replace("&&092;", "\\")


def _release(text):
    for escaped, held in HELD.items():
        text = text.replace(held, "\n" if escaped == "\\n" else escaped[1])
    return text.strip()


def _formatted(text, default):
    text = text.strip()
    found = re.match(r"\[([^\]]*)\]", text)
    if found and found[1] in FORMATS:
        return _release(text[found.end() :]), found[1]
    return _release(text), default


def _gift_question(text):
    name = None
    if text.startswith("::"):
        name, _, text = text[2:].partition("::")
        name, text = _release(name), text.strip()
    start, end = text.find("{"), text.find("}")
    if start < 0 or end < 0 or not text.endswith("}"):
        raise ValueError(f"braces: {text}")
    inside = text[start + 1 : end].strip()
    asked, form = _formatted(text[:start] + text[end + 1 :], "moodle")
    feedback = ""
    if "####" in inside:
        inside, _, feedback = inside.rpartition("####")
    made = Read(name, "", asked, form, feedback=_formatted(feedback, form)[0])
    if inside.startswith("#"):
        raise ValueError(f"read as a number: {text}")
    if "~" in inside:
        made.kind = "multichoice"
        parts = inside.replace("=", "~=").split("~")
    else:
        made.kind = "shortanswer"
        parts = ["=" + part for part in inside.split("=")[1:]]
    made.answers = [_gift_answer(part.strip(), form) for part in parts if part.strip()]
    if len(made.answers) < (2 if made.kind == "multichoice" else 1):
        raise ValueError(f"too few answers: {text}")
    return made


def _gift_answer(part, form):
    percent = 100.0 if part.startswith("=") else 0.0
    part = part.removeprefix("=")
    weight = re.match(r"%-*(\d{1,2}\.?\d*)%", part)
    if weight:
        percent, part = float(weight[1]), part[weight.end() :]
    answer, _, reply = part.partition("#")
    return _formatted(answer, form)[0], percent, _formatted(reply, form)[0]


def read_xml(text):
    """(category, questions)."""
    quiz = ElementTree.fromstring(text.encode())
    if quiz.tag != "quiz":
        raise ValueError(quiz.tag)
    category = quiz.findtext("question[@type='category']/category/text")
    kinds = [one for one in quiz if one.get("type") != "category"]
    return category, [_xml_question(one) for one in kinds]


def _xml_question(one):
    name, asked = one.findtext("name/text"), one.find("questiontext")
    if not (name or "").strip() or asked is None:
        raise ValueError("a question needs a name and a text")
    form = asked.get("format", "html")
    made = Read(
        name.strip(),
        one.get("type"),
        _text(asked),
        form,
        feedback=_text(one.find("generalfeedback")),
    )
    if made.kind not in ("multichoice", "shortanswer") or form not in XML_FORMATS:
        raise ValueError(f"{made.kind}, {form}")
    for answer in one.iter("answer"):
        percent = float(answer.get("fraction"))
        made.answers.append((_text(answer), percent, _text(answer.find("feedback"))))
    if made.kind == "multichoice" and (len(made.answers) < 2 or one.findtext("single") != "true"):
        raise ValueError("a choice needs two answers, of which one is right")
    return made


def _text(parent):
    return (parent.findtext("text") or "").strip() if parent is not None else ""
