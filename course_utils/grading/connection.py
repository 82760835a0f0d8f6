"""The worker of the moment: asked within the time of a notebook, and dropped for a new one."""

import time
from typing import Any, NoReturn

from course_utils.grading.exchange import Exchange, Fault
from course_utils.grading.handles import Handle
from course_utils.grading.sandbox import Sandbox
from course_utils.grading.status import Status
from course_utils.grading.usage import tree


class Connection:
    """What leads to a worker, as long as there is one.

    deadline : until when a student's code may run.  faults : everything that went wrong with
    workers.  spare : one that has started already.
    """

    def __init__(self, sandbox: Sandbox, deadline: float, spare: Exchange | None = None) -> None:
        self.sandbox, self.deadline, self.spare = sandbox, deadline, spare
        self.exchange: Exchange | None = None
        self.faults: list[Fault] = []

    def start(self) -> Exchange:
        """Take the spare worker or a new one; return it."""
        self.exchange, self.spare = self.spare or Exchange(self.sandbox), None
        return self.exchange

    def alive(self) -> bool:
        """Say whether there is a worker that has done nothing wrong."""
        return bool(self.exchange and not self.exchange.fault)

    def strained(self) -> bool:
        """Say whether the worker has left little to what comes next."""
        exchange = self.exchange
        return bool(exchange and not exchange.fault and exchange.strained())

    def processes(self) -> int:
        """Return how many processes the worker is made of."""
        return len(list(tree(self.exchange.process.pid))) if self.exchange else 0

    def drop(self) -> None:
        """End the worker."""
        if self.exchange:
            self.exchange.close()
        self.exchange = None

    def close(self) -> None:
        """End what still runs."""
        for exchange in (self.exchange, self.spare):
            if exchange:
                exchange.close()
        self.exchange = self.spare = None

    def request(
        self, *message: Any, seconds: float | None = None, of: Handle | None = None
    ) -> tuple[Any, ...]:
        """Return the worker's reply; without `seconds` it has the time of a call.

        of : an object in the message, which means nothing to another worker than its own.
        """
        self.check_time()
        exchange = self.exchange
        if not exchange or (of is not None and of._session.exchange is not exchange):
            raise TypeError("an object of a worker that is gone")
        allowed = self.sandbox.limits.call if seconds is None else seconds
        try:
            return exchange.request(*message, seconds=min(allowed, self.seconds_left()))
        finally:  # whatever ended it: a check that has lost its patience raises no Fault
            if exchange.fault and exchange.fault not in self.faults:
                self.faults.append(exchange.fault)

    def malformed(self) -> NoReturn:
        """Raise a Fault: the frame was well formed, but is no answer to what was asked."""
        fault = Fault(Status.PROTOCOL, "the answer does not fit the question")
        if self.exchange:
            self.exchange.end(fault)
        self.faults.append(fault)
        raise fault

    def check_time(self) -> None:
        """Raise a Fault where the time is used up."""
        if self.seconds_left() <= 0:
            fault = Fault(Status.TIMEOUT, "the time for the whole notebook was used up")
            self.faults.append(fault)
            raise fault

    def seconds_left(self) -> float:
        """Return how long a student's code may still run."""
        return self.deadline - time.monotonic()
