"""Item analysis: shares, discrimination as its definition gives it, and the order of questions."""

import numpy as np
import pytest

from course_utils.grading.html import summary_page
from course_utils.grading.items import FEWEST, items
from course_utils.grading.master import Question
from course_utils.grading.rows import Kind, Outcome, Row
from course_utils.grading.rubrics import Rubric
from course_utils.grading.status import Status
from course_utils.grading.summary import summarise
from tests.grading.test_look_alikes import a_master

QUESTIONS = [Question(f"q{n}", 2.0, f"Question {n}", False, answers=(f"a{n}",)) for n in range(3)]
HAND = Question("why", 0.0, "Why", True, answers=("why",))


def row(name, points, **more):
    outcomes = [
        Outcome(f"q{n}", one, Kind.RIGHT if one == 2 else Kind.WRONG, **more)
        for n, one in enumerate(points)
    ]
    return Row(name, "", Status.GRADED, outcomes=(*outcomes, Outcome("why", None, Kind.BY_HAND)))


@pytest.fixture
def table():
    rng = np.random.default_rng(4)
    strength = rng.normal(size=25)
    noise = rng.normal(size=(25, 3))
    return 2.0 * (strength[:, None] + noise > [0.8, 0.0, -0.8])


def found_in(rows, rubrics=None):
    return {one.grade_id: one for one in items(rows, a_master(*QUESTIONS, HAND), rubrics or {})}


def test_the_numbers(table):
    found = found_in([row(f"s{n}", points) for n, points in enumerate(table)])
    for n in range(3):
        one = found[f"q{n}"]
        rest = table.sum(axis=1) - table[:, n]
        assert one.discrimination == pytest.approx(np.corrcoef(table[:, n], rest)[0, 1])
        assert one.right == one.mean == pytest.approx(table[:, n].mean() / 2)
        assert one.count == 25
    assert list(found) == ["q0", "q1", "q2", "why"], "the hardest first, the unmarked last"
    assert found["why"].mean is None and found["why"].count == 0


def test_too_few_and_all_alike_have_no_discrimination(table):
    few = found_in([row(f"s{n}", points) for n, points in enumerate(table[: FEWEST - 1])])
    assert {one.discrimination for one in few.values()} == {None}
    alike = found_in([row(f"s{n}", (2.0, n % 2, n % 2)) for n in range(20)])
    assert alike["q0"].discrimination is None and alike["q1"].discrimination == pytest.approx(1)


def test_a_question_that_weak_students_win_is_to_be_looked_at():
    rows = [row(f"s{n}", (2.0 * (n < 6), 2.0 * (n > 5), 2.0 * (n > 5))) for n in range(12)]
    found = found_in(rows)
    assert found["q0"].discrimination < 0 and found["q0"].to_look_at and not found["q1"].to_look_at


def test_points_given_by_hand_count(table):
    rows = [row(f"s{n}", points).marked({"why": 1.0}) for n, points in enumerate(table)]
    assert found_in(rows)["why"].count == 25
    questions = (*QUESTIONS, Question("why", 4.0, "Why", True))
    why = {one.grade_id: one for one in items(rows, a_master(*questions), {})}["why"]
    assert (why.right, why.mean) == (0, 0.25)


def test_mistakes_are_counted_with_their_words():
    rows = [
        row(f"s{n}", (0.0, 2.0, 2.0), message="Rows do not sum to 1.", mistake="columns")
        for n in range(3)
    ]
    rows += [row("t", (0.0, 2.0, 2.0), message="It stops.")]
    said = found_in(rows)["q0"].said
    assert [(one.name, one.text, one.students) for one in said] == [
        ("columns", "Rows do not sum to 1.", 3),
        ("", "It stops.", 1),
    ]


def test_a_test_that_records_shows_its_letters():
    question = Question("test_1", 0.0, "One", False, answers=("answer_1",))
    rows = [
        Row(
            f"s{n}",
            "",
            Status.GRADED,
            outcomes=(Outcome("test_1", 0.0, Kind.RECORDED),),
            code={"test_1": f'x = "{letter}"'},
        )
        for n, letter in enumerate("ccAb")
    ]
    one = items(rows, a_master(question), {"answer_1": Rubric("", "c", "")})[0]
    assert [(said.name, said.text, said.students) for said in one.said] == [
        ("a", "", 1),
        ("b", "", 1),
        ("c", "right", 2),
    ]
    assert one.right == one.mean == 0.5 and one.count == 4


def test_a_sheet_without_points_has_no_mean_of_0():
    question = Question("test_1", 0.0, "One", False, answers=("answer_1",))
    outcomes = (Outcome("test_1", 0.0, Kind.RECORDED, cell=1),)
    rows = [Row("ada", "", Status.GRADED, outcomes=outcomes, code={"test_1": 'x = "a"'})]
    master = a_master(question)
    page = summary_page(summarise(rows, master), rows, master, {})
    assert "The sheet gives no points." in page and "What was chosen" in page
    assert "no points</td>" not in page and "how many points" not in page
