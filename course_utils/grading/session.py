"""A submission at work: its cells run in a worker, and run again in a new one where that dies.

A cell that hangs or dies is left out the next time, so that it costs its own points only.
"""

import time

from course_utils.grading.exchange import Exchange, Fault
from course_utils.grading.magics import without_magics
from course_utils.grading.stubs import as_error, stub

MISSING = object()


class Session:
    """The cells of one submission, and the worker that has run them.

    faults : everything that went wrong with workers; of_calls : those that no cell is to blame for,
    but the question under way.  left_out : {number of a cell: Fault}.
    errors : {number of a cell: (kind, line)} of cells that raised.  last_error : (kind, cell,
    line) of the last call that raised.
    """

    def __init__(self, cells, sandbox, given, withheld, deadline, spare=None, left_out=()):
        self.cells, self.sandbox = cells, sandbox
        self.given, self.withheld, self.deadline = given, withheld, deadline
        self.exchange, self.spare = None, spare
        self.faults, self.of_calls, self.last_error = [], [], None
        self.left_out, self.errors = dict(left_out), {}

    def fetch(self, name, after=-1):
        """What a name means to the student, after a cell or at the end; MISSING where nothing."""
        self._prepare()
        word, *rest = self._request("fetch", name, after, seconds=self.sandbox.limits.call)
        return rest[0] if word == "value" and rest else MISSING

    def moved(self, names, after):
        """Whether one of these names means something else at the end than after that cell."""
        try:
            self._prepare()
            reply = self._request("moved", names, after, seconds=self.sandbox.limits.call)
        except Fault:
            return False
        return reply[:2] == ("value", True)

    def call(self, function, arguments, named):
        """Return (result, changes): changes are (place of an argument, what it holds now)."""
        reply = self._request(
            "call", function, arguments, named, seconds=self.sandbox.limits.call, of=function
        )
        result, changed = self._value(reply)
        fine = isinstance(changed, list | tuple) and all(
            isinstance(pair, tuple) and len(pair) == 2 and type(pair[0]) is int for pair in changed
        )
        if not fine or not all(0 <= place < len(arguments) for place, _ in changed):
            self._malformed()
        return result, changed

    def read(self, thing, attribute):
        """An attribute of an object that stays in the worker."""
        seconds = self.sandbox.limits.call
        return self._value(self._request("read", thing, attribute, seconds=seconds, of=thing))[0]

    def refresh(self):
        """Take a new worker where the last question has left little to the next ones."""
        if self.exchange and not self.exchange.fault and self.exchange.strained():
            self.renew()

    def renew(self):
        """Let the next question begin with a new worker."""
        if self.exchange:
            self.exchange.close()
        self.exchange = None

    def close(self):
        """End what still runs."""
        for exchange in (self.exchange, self.spare):
            if exchange:
                exchange.close()
        self.exchange = self.spare = None

    def _prepare(self):
        """A worker that has run all cells that can be run."""
        while not self.exchange or self.exchange.fault:
            self._check_time()
            self._start()
            self._run_cells()

    def _start(self):
        self.exchange, self.spare = self.spare or Exchange(self.sandbox), None
        exchange = self.exchange
        exchange.handle = lambda *about: stub(_Bound(self, exchange), *about)
        exchange.begin(self.given, self.withheld)

    def _run_cells(self):
        self.errors = {}
        for number, cell in enumerate(self.cells):
            if number in self.left_out:
                continue
            try:
                reply = self._request(
                    "cell", number, cell, without_magics(cell), seconds=self.sandbox.limits.cell
                )
                self._note(number, reply)
            except Fault as fault:
                if self._seconds_left() > 0:
                    self.left_out[number] = fault
                    self.of_calls = [other for other in self.of_calls if other is not fault]
                return

    def _note(self, number, reply):
        """Keep what a cell raised. One that has used up its worker is left out from now on."""
        if len(reply) != 2 or reply[0] != "done":
            self._malformed()
        if reply[1] is not None:
            kind, _, line = self._error(reply[1])
            self.errors[number] = (kind, line)
            if self.exchange.strained():
                self.refresh()
                raise Fault("crashed", "it has used up memory or processes")

    def _request(self, *message, seconds, of=None):
        self._check_time()
        if of is not None and of._session.exchange is not self.exchange:
            raise TypeError("an object of a worker that is gone")
        try:
            return self.exchange.request(*message, seconds=min(seconds, self._seconds_left()))
        finally:  # whatever ended it: a check that has lost its patience raises no Fault
            fault = self.exchange and self.exchange.fault
            if fault and fault not in self.faults:
                self._blame(fault)

    def _value(self, reply):
        """(result, changes) of an answer; raises what the student's code raised."""
        word, *rest = reply
        if word == "raised" and len(rest) == 3:
            self.last_error = self._error(tuple(rest))
            raise as_error(self.last_error[0])
        if word != "value" or len(rest) != 2:
            self._malformed()
        return rest

    def _error(self, error):
        """(kind, cell, line), checked."""
        if not isinstance(error, tuple) or list(map(type, error)) != [str, int, int]:
            self._malformed()
        return error

    def _malformed(self):
        """The frame was well formed, but is no answer to what was asked."""
        fault = Fault("protocol", "the answer does not fit the question")
        self.exchange._end(fault)
        self._blame(fault)
        raise fault

    def _blame(self, fault):
        self.faults.append(fault)
        self.of_calls.append(fault)

    def _check_time(self):
        if self._seconds_left() <= 0:
            fault = Fault("timeout", "the time for the whole notebook was used up")
            self._blame(fault)
            raise fault

    def _seconds_left(self):
        return self.deadline - time.monotonic()


class _Bound:
    """A session as one worker's objects know it: with another worker they mean nothing."""

    def __init__(self, session, exchange):
        self.session, self.exchange = session, exchange

    def call(self, *about):
        return self.session.call(*about)

    def read(self, *about):
        return self.session.read(*about)
