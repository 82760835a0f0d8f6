"""The questions for Moodle: read back by its own rules, they are what the course declares."""

import dataclasses

import pytest

from course_utils.checks.catalogue import exercises
from course_utils.checks.values import ValueExercise
from tests.tools.moodle_questions import read_gift, read_xml
from tools import export_questions, teaching
from tools.export_questions import Answer, Question, all_questions, gift, moodle_xml, of_polls

WRITTEN = all_questions()
FORMS = pytest.mark.parametrize(
    ("write", "read"), [(gift, read_gift), (moodle_xml, read_xml)], ids=["gift", "xml"]
)
HOSTILE = [
    "a = b: {x} ~ #1 \\ \\n end",
    "-> %50% [html] <b>&amp; ]]> </text>",
    "%100% of it",
    "[markdown] first",
    "[3, 1, 2]",
    "// no comment",
    "first\n\nsecond\n    indented\n0\n// third",
    "::name:: $CATEGORY: x",
    '$\\frac{1}{2}$ and `d["a"] = {1: 2}`',
    "####",
    "因为 ≤ ½ · “quoted”",
]


def expected(question):
    answers = [(one.text, 100.0 if one.right else 0.0, one.reply) for one in question.answers]
    kind = "shortanswer" if question.typed else "multichoice"
    return [question.name, kind, question.text, "markdown", answers, question.note]


@FORMS
@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_read_is_what_was_declared(write, read, name):
    title, questions = WRITTEN[name]
    category, found = read(write(title, questions))
    assert category == f"$course$/top/Attention from scratch/{title}"
    assert [list(dataclasses.astuple(one)) for one in found] == [expected(one) for one in questions]


@FORMS
@pytest.mark.parametrize("text", HOSTILE)
def test_every_sign_stays_what_it_is(write, read, text):
    """In every place of a question: what is a sign of the format's is escaped."""
    for typed in (False, True):
        answers = Answer(text, True, text), Answer("other", typed, "")
        question = Question(text.replace("\n", " "), text, answers, typed, text)
        read_back = dataclasses.astuple(read(write("x", [question]))[1][0])
        assert list(read_back) == expected(question)


def test_each_choice_has_one_right_answer_and_the_course_test_its_letters():
    for _, questions in WRITTEN.values():
        for one in questions:
            rights = sum(answer.right for answer in one.answers)
            assert rights == 1 if not one.typed else rights == len(one.answers)
    declared = list(exercises("course").values())
    found = [one.answers for one in WRITTEN["course_test"][1]]
    for exercise, answers in zip(declared, found, strict=True):
        assert ["abcd"[n] for n, one in enumerate(answers) if one.right] == [exercise.letter]
        assert all(one.reply for one in answers)


def test_whole_numbers_are_typed_in_any_common_form_and_others_are_left_out():
    questions = {one.name.split()[0]: one for one in WRITTEN["sheets"][1]}
    assert {"9 6", "9, 6", "(9, 6)", "[9,6]"} <= {a.text for a in questions["R1.4"].answers}
    assert [answer.text for answer in questions["11.3"].answers] == ["1152"]
    assert "R1.10" not in questions
    for id, one in questions.items():
        exercise = exercises(id.split(".")[0].lower())[id]
        if one.typed and isinstance(exercise, ValueExercise):
            assert all(exercise.judge(answer.text).passed for answer in one.answers)


def test_every_lesson_has_its_three_polls():
    names = [one.name.split(" poll ") for one in of_polls()]
    lessons = sorted(path.stem for path in teaching.PAGES.glob("[0-9]*.md"))
    assert names == [[lesson, number] for lesson in lessons for number in "123"]
    first = of_polls()[0]
    assert first.text == "One row of the map belongs to:"
    assert [answer.right for answer in first.answers] == [False, True, False]
    assert all(answer.reply for poll in of_polls() for answer in poll.answers)
    assert "has read columns" in first.answers[0].reply
    assert not any("**" in one.text + "".join(a.text for a in one.answers) for one in of_polls())


def test_no_name_stands_twice():
    names = [one.name for _, questions in WRITTEN.values() for one in questions]
    assert len(names) == len(set(names)) and max(map(len, names)) <= 255


def test_the_command_writes_the_files(tmp_path, capsys):
    export_questions.main([str(tmp_path / "out")])
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {f"{name}{end}" for name in WRITTEN for end in (".gift.txt", ".xml")}
    assert "12 questions" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="Name one folder"):
        export_questions.main([])
