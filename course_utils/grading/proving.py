"""SOURCE graded first, as a submission of its own: what is wrong is said before the class."""

from collections.abc import Sequence
from dataclasses import replace

from course_utils.grading import GradingError, ready
from course_utils.grading.absent import absent
from course_utils.grading.assess import Result, assess
from course_utils.grading.details import FOR_STUDENTS
from course_utils.grading.exchange import NoWorker
from course_utils.grading.master import BadSource, Master, Question
from course_utils.grading.own_classes import own_classes
from course_utils.grading.rows import Outcome
from course_utils.grading.settings import Settings


def proved(master: Master, settings: Settings) -> Settings:
    """Return the settings with what SOURCE's own answers do.

    Raises BadSource where its own solution does not get full marks: nobody could.
    """
    for apart in (True, False):  # its answers may need what the tests before have done
        settings = replace(settings, habits=None, apart=apart)
        result = _of_itself(master, settings)
        pairs = zip(master.questions, result.outcomes, strict=True)
        wrong = [(q, o) for q, o in pairs if o.points is not None and o.points < q.points]
        if not wrong:
            return replace(settings, habits=result.habits)
    raise BadSource(_why_not(master, result, wrong))


def _why_not(master: Master, result: Result, wrong: Sequence[tuple[Question, Outcome]]) -> str:
    """Say which questions SOURCE does not get, why, and what to do."""
    stopped = [
        f"its cell {name or 'without a name'} stops: {why}" for name, why in result.stopped.items()
    ]
    said = "; ".join([*(_said(*pair) for pair in wrong), *stopped, *result.notes])
    said = said.replace(FOR_STUDENTS, "")
    names = [question.grade_id for question, _ in wrong]
    return f"{master.name}'s own solution does not get full marks, so nobody could: " + "; ".join(
        [said, *absent(master, said), *own_classes(master, names)]
    )


def _of_itself(master: Master, settings: Settings) -> Result:
    """Grade SOURCE as a submission; where workers do not start as copies, with others."""
    try:
        return assess(master, master.code, settings)
    except NoWorker as error:
        if ready.give_up():  # this system lets no copy into a sandbox
            return _of_itself(master, settings)
        raise GradingError(f"the sandbox does not start: {error}") from error


def _said(question: Question, outcome: Outcome) -> str:
    title = question.title or question.grade_id
    name = f"“{title}”" + ("" if question.grade_id in title else f" ({question.grade_id})")
    return f"{name} has {outcome.points:g} of {question.points:g}: {outcome.message}"
