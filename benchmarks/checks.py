"""How long does `check` take, and what do an exercise's properties find without the right numbers?

Run: python -m benchmarks.checks
"""

import os
import statistics
import time

os.environ["COURSE_PROGRESS"] = "memory"  # before the store is opened

from benchmarks.measure import table, verdict
from course_utils.checks import check
from course_utils.checks.catalogue import exercises, sheets
from course_utils.checks.exercises import Effort
from course_utils.checks.functions import FunctionExercise

BY_PROPERTIES = Effort(compared=False)
BAR = 60  # milliseconds of a right answer: it meets every input
MEDIAN_BAR = 20
BAR_WRONG = 500  # of a wrong one, which is compared with every known mistake


def milliseconds(action):
    """Milliseconds of a processor, so that what else runs on the machine does not count."""
    start = time.process_time()
    action()
    return 1000 * (time.process_time() - start)


def main(repeats=9):
    """Print a row for each exercise whose answer is a function."""
    found = [exercise for sheet in sheets() for exercise in exercises(sheet).values()]
    functions = [exercise for exercise in found if isinstance(exercise, FunctionExercise)]
    rows, times_of_right, rejected, mistakes = [], [], 0, 0
    for exercise in functions:
        right = statistics.median(
            milliseconds(lambda e=exercise: check(e.id, e.right)) for _ in range(repeats)
        )
        wrong = max(
            milliseconds(lambda e=exercise, m=m: check(e.id, m.wrong)) for m in exercise.mistakes
        )
        alone = [not exercise.judge(m.wrong, BY_PROPERTIES).passed for m in exercise.mistakes]
        rejected, mistakes = rejected + sum(alone), mistakes + len(alone)
        times_of_right.append(right)
        times = verdict(right, BAR), verdict(wrong, BAR_WRONG)
        rows.append([exercise.id, exercise.name, *times, f"{sum(alone)} of {len(alone)}"])
    columns = ["id", "function", "right, ms", "slowest mistake, ms", "found by properties alone"]
    table(
        "check: milliseconds, and mistakes that properties find without the right numbers",
        columns,
        rows,
    )
    median = verdict(statistics.median(times_of_right), MEDIAN_BAR)
    print(f"  median of the right answers: {median} ms")
    print(f"  properties alone reject {rejected / mistakes:.0%} of {mistakes} known mistakes")


if __name__ == "__main__":
    main()
