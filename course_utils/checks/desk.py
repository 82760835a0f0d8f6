"""`check`, `yours`, `hint` and `require`: where a learner, or a class's hidden test, asks.

What a learner does is kept in their own progress file (`progress_store`).
"""

import os
import zlib
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from course_utils.checks.catalogue import beside, find, is_blank
from course_utils.checks.exercises import FULL, Effort
from course_utils.checks.outcomes import CheckResult, Hint, NotAnsweredYet, NotCorrect, StillOpen
from course_utils.checks.progress_store import store
from course_utils.checks.sources import source_of

TRIES_BEFORE_A_HINT = 3
AT_HOME = FULL._replace(smallest=0.8)  # seconds more where an answer is wrong
SEED_OF_THE_CLASS = "COURSE_GRADING_SEED"
# Where a class is graded its own checks answer in the place of these: marks, and nothing kept. So
# they do wherever a test, or a teacher's module that it imports, has its `check` from.
IN_CLASS: ContextVar[Any] = ContextVar("IN_CLASS", default=None)


def check(exercise, answer):
    """Check an answer to an exercise, for example `check("02.3", attention)`.

    exercise : its id.  answer : what the exercise asks for: a function, numbers, a letter, line
    numbers or a text. It is never changed. Returns a `CheckResult` with `passed`, `mistake` and
    `message`. Raises NotAnsweredYet where there is no answer, LookupError for an unknown id. A
    lesson's blank that is still open raises nothing, so that the lesson runs to its end.
    """
    if in_class := IN_CLASS.get():
        return in_class.check(exercise, answer)
    asked = find(exercise)
    try:
        verdict = _judged(asked, answer, AT_HOME)
    except NotAnsweredYet as unanswered:
        if not is_blank(exercise):
            raise
        return StillOpen(str(unanswered))
    tries = (store().get(exercise).get("tries") or 0) + 1
    _keep(asked, verdict, answer, tries)
    advice = _next_step(asked) if verdict.passed else _advice(asked, tries)
    return CheckResult(exercise, asked.title, verdict, f"{advice} {store().notice}".strip())


def yours(exercise, answer, otherwise):
    """Return what the learner built for a lesson's blank, or `otherwise` while it is not right.

    Says in a line which of the two is used from here on.
    """
    if IN_CLASS.get():
        return otherwise
    try:
        passed, state = _judged(find(exercise), answer).passed, "is not right yet"
    except NotAnsweredYet:
        passed, state = False, "is open"
    if passed:
        print(f"✓ From here on the lesson uses what you built ({exercise}).")
        return answer
    print(f"○ {exercise} {state}: from here on the lesson uses the course's own.")
    return otherwise


def require(exercise, answer):
    """Raise NotCorrect unless the answer is right: the hidden test of an exercise.

    Its inputs are drawn from the environment variable COURSE_GRADING_SEED, any text, so that a
    class cannot prepare for them. Nothing is kept.
    """
    if in_class := IN_CLASS.get():
        return in_class.require(exercise, answer)
    seed = zlib.crc32(os.environ.get(SEED_OF_THE_CLASS, "hidden").encode())
    verdict = find(exercise).judge(answer, Effort(seed=seed))
    if not verdict.passed:
        raise NotCorrect(verdict.message)


def hint(exercise):
    """Return the next hint for an exercise: first a question, then the next step with a gap."""
    if in_class := IN_CLASS.get():
        return in_class.hint(exercise)
    asked = find(exercise)
    level = min((store().get(exercise).get("hints") or 0) + 1, 2)
    store().put(exercise, "exercise", hints=level)
    return Hint(exercise, level, asked.hints[level - 1])


def given(exercise, name, **instead):
    """Return the arguments of that name, as `check` hands them to a function: `given("12.5", …)`.

    instead : by their names, arguments that take the place of others. `check` writes the line where
    an input holds functions. Raises LookupError for another name.
    """
    asked = find(exercise)
    named = dict(zip(asked.arguments, asked.given(name), strict=True))
    return tuple({**named, **instead}.values())


def _judged(asked, answer, effort=FULL):
    try:
        return asked.judge(answer, effort)
    except NotAnsweredYet as unanswered:
        # from here, so that nothing of the way through our own code is shown
        raise unanswered.with_traceback(None) from None


def _keep(asked, verdict, answer, tries):
    before = store().get(asked.id)
    code = source_of(answer) if verdict.passed else ""
    store().put(
        asked.id,
        "exercise",
        when=datetime.now(UTC).isoformat(timespec="seconds"),
        tries=tries,
        passed=verdict.passed or before.get("passed", False),
        mistake=verdict.mistake,
        **asked.record(answer),
        **({"code": code} if code else {}),
    )


def _advice(asked, tries):
    if tries < TRIES_BEFORE_A_HINT:
        return f'Stuck? In a new cell: hint("{asked.id}"). {asked.help}'.strip()
    store().put(asked.id, "exercise", hints=max(store().get(asked.id).get("hints") or 0, 1))
    return f'Hint: {asked.hints[0]} (More: hint("{asked.id}").) {asked.help}'.strip()


def _next_step(asked):
    """Say where to go after a right answer: the sheet's next exercise that is still open."""
    if is_blank(asked.id):
        return "The lesson goes on with it."
    ids = list(beside(asked.id))
    after = ids[ids.index(asked.id) + 1 :] + ids[: ids.index(asked.id)]
    open_ones = [other for other in after if not store().get(other).get("passed")]
    return f"Next: {open_ones[0]}." if open_ones else "The whole sheet is done. 做完了！"
