"""Lists and dicts that calls were given, and that later calls may change.

The other side, `grading.lasting`, numbers them alike.
"""

import collections

import numpy as np

from course_utils.grading.inside import instances

CHANGES = (list, dict, set, bytearray)
LASTING = (*CHANGES, collections.deque)
LONGEST, MOST = 10_000, 200  # parts of one, and how many


class Lasting:
    """What calls were given, as `Student` keeps it.

    `_bytes` says what a value holds, and `VALUE` is the answer that says nothing.
    """

    VALUE = ("value", None, (), "")

    def __init__(self):
        self.lasting = []  # [what the tests have given, what it held when they knew last]

    def _last(self, arguments):
        """Keep what a call was given, as the other side does."""
        for one in arguments[: MOST - len(self.lasting)]:
            self.lasting.append([one, self._bytes(one)])

    def later(self):
        """Return {number: what it holds} of what calls were given and is changed since."""
        found = {}
        for number, pair in enumerate(self.lasting):
            now = self._bytes(pair[0])
            if now != pair[1]:
                pair[1], found[number] = now, pair[0]
        return "value", instances.ByValue(found), (), ""

    def renew(self, values):
        """Let what calls were given hold what it holds where the tests are."""
        for number, value in values.items():
            pair = self.lasting[number]
            pair[0] = taken_over(pair[0], value)
            pair[1] = self._bytes(pair[0])
        return self.VALUE


def lasts(value):
    """Say whether a call's argument may be changed when the call is over, and is looked at."""
    return isinstance(value, LASTING) and len(value) < LONGEST


def taken_over(old, new):
    """Return what a name means from now on: the old object with the new content, where it can."""
    if type(old) is type(new) and isinstance(new, CHANGES):
        if isinstance(new, list | bytearray):
            old[:] = new
        else:
            old.clear()
            old.update(new)
        return old
    if type(old) is type(new) and instances.name_of(new):
        instances.fill(old, instances.state_of(new))
        return old
    arrays = isinstance(old, np.ndarray) and isinstance(new, np.ndarray)
    if arrays and (old.shape, old.dtype) == (new.shape, new.dtype) and old.flags.writeable:
        old[...] = new
        return old
    return new
