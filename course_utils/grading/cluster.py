"""Grading on the workers of a Dask cluster. The one module here that needs dask.distributed.

Every machine of the cluster needs this package and bubblewrap. What was handed in travels with the
task, so the machines share no folder.
"""

import os
import threading
from collections.abc import Iterator, Sequence

from distributed import Client, as_completed

from course_utils.grading import GradingError
from course_utils.grading.master import Master
from course_utils.grading.pool import Placed, failed, graded_alone
from course_utils.grading.rows import Row
from course_utils.grading.run import Graders
from course_utils.grading.settings import Settings
from course_utils.grading.submissions import Submission, carried

ONE_AT_A_TIME = threading.Lock()
SLOTS = 1_000  # processes of one machine get user ids of their own, as far as that goes


def grade_on(address: str) -> Graders:
    """Return what `pool.grade_all` is, on the cluster at that address."""

    def graders(
        submissions: Sequence[Submission], master: Master, settings: Settings, jobs: int
    ) -> Iterator[Placed]:
        try:
            client = Client(address, timeout="10s")
        except OSError as error:
            raise GradingError(f"there is no Dask cluster at {address}: {error}") from error
        with client:
            yield from _rows(client, list(submissions), master, settings)

    return graders


def _rows(
    client: Client, submissions: Sequence[Submission], master: Master, settings: Settings
) -> Iterator[Placed]:
    shared = client.scatter((master, settings), broadcast=True)
    tasks = {
        client.submit(_one, carried(submission), shared, pure=False): place
        for place, submission in enumerate(submissions)
    }
    for task in as_completed(tasks):
        place = tasks.pop(task)
        error = task.exception() if task.status == "error" else None
        why = type(error).__name__
        yield place, failed(submissions[place], master, why) if error else task.result()


def _one(submission: Submission, shared: tuple[Master, Settings]) -> Row:
    """Make one row, on a machine of the cluster.

    One at a time in a process, whose streams the tests take over: start workers with --nthreads 1.
    """
    master, settings = shared
    reason = settings.sandbox.why_not() if settings.sandbox.safe else None
    if reason:
        raise RuntimeError(reason)
    with ONE_AT_A_TIME:
        return graded_alone(submission, master, settings.in_slot(os.getpid() % SLOTS))
