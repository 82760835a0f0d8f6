"""What the grader may ask of a student's notebook: to run a cell, to call what it defines.

Nothing here is trusted: a student's code may change all of it.
"""

import builtins
import importlib
import os
import sys
import time
import types
import warnings

import numpy as np

from course_utils.grading.inside import cells, folder, instances
from course_utils.grading.inside.errors import described
from course_utils.grading.inside.lasting import LASTING, Lasting, lasts, taken_over
from course_utils.grading.inside.printed import Printed

HELD = (*LASTING, np.ndarray)
NUMBERS = (str, int, float, complex, bytes)
MOST_SENT = 20_000_000  # bytes of one name's value, so that the others come with it
SOON = 0.2  # seconds for calls that are asked for together
LEFT = 113  # with what a copy of this process ends when it is told to; no program of a student's
NO_NAMES = {}
BASES = (list, tuple, dict, set, frozenset, str, int, float, bytes)
VALUE = ("value", None, (), "")
UNSENDABLE = ("raised", ["Unsendable"], -1, -1, [], "", -1)


class Student(Lasting):
    """The notebook's names, and what the grader may ask for."""

    def __init__(self, channel):
        super().__init__()
        self.channel, self.after, self.known = channel, {}, {}
        self.printed = sys.stdout = Printed()
        sys.modules["__main__"] = types.ModuleType("__main__")
        self.names = vars(sys.modules["__main__"])
        self.notebook = cells.Notebook(self.names)
        if os.getcwd() == "/":  # without a sandbox
            os.chdir(doing("tempfile.mkdtemp")())
        self.folder = folder.Folder(os.getcwd())
        builtins.input = self.typed
        warnings.simplefilter("always")
        warnings.showwarning = self.printed.warned

    def typed(self, prompt=""):
        """Return what the tests let somebody type: `input` is asked where they are."""
        try:
            return self.channel.ask(0, (str(prompt),), {})
        except EOFError as error:
            raise cells.StdinNotImplementedError("nobody types while a class is graded") from error

    def serve(self, word, message):
        """Answer one question of the grader's."""
        number = self.channel.number
        try:
            answer = getattr(self, word)(*message)
        except BaseException:  # an object that does not let itself be looked at
            answer = UNSENDABLE
        if answer is None:
            return
        self.channel.number = number
        try:
            self.channel.send(*answer)
        except BaseException:  # too large
            self.channel.send(*UNSENDABLE)

    def unreadable(self):
        """Say that a message could not be read: it has something that is not in this notebook."""
        return "raised", ["NameError", "Exception"], -1, -1, [], "", -1

    def branch(self):
        """Let a copy of this process answer from now on, and go on here when it has ended.

        What the copy does to the notebook's objects is then undone.
        """
        beside = self.folder.whole()
        child = os.fork()
        if not child:
            return VALUE
        _, status = os.waitpid(child, 0)
        if os.waitstatus_to_exitcode(status) != LEFT:
            os._exit(1)  # it died in the middle of a question
        if not self.folder.restore(*beside):
            os._exit(1)  # nothing of what it has seen may be left
        return None  # it has answered for both

    def leave(self):
        """End this copy."""
        self.channel.send("ended", None)
        os._exit(LEFT)

    def back(self):
        """Say that this process answers again."""
        return VALUE

    def cell(self, number, source):
        """Run a cell, and keep what every name meant after it."""
        try:
            _, error = self._attempt(lambda: self.notebook.run(number, source))
            return "done", error and (*error[:3], error[4])
        finally:
            self.after[number] = dict(self.names)
            self.printed.hear_loggers()

    def fetch(self, names, number):
        """Return {name: value} of the names that there are, after a cell or at the end.

        And the names whose values are too large to be sent.
        """
        there = self.after.get(number, self.names)
        found = {name: there[name] for name in names if name in there}
        small = {name: value for name, value in found.items() if self._can_be_sent(value)}
        return "value", small, [name for name in found if name not in small], ""

    def _can_be_sent(self, value):
        try:
            return self.channel.size_of(value) < MOST_SENT
        except BaseException:  # whatever a student's own class does when it is looked at
            return False

    def moved(self, names, number):
        """Say whether one of the names means something else at the end than after a cell."""
        there = self.after.get(number, self.names)
        return "value", any(there.get(n) is not self.names.get(n) for n in names), (), ""

    def call(self, function, arguments, named, keep, look):
        """Call something; say whether anything handed over holds something else than before.

        keep : it may be changed later, too, see `later`.  look : say also what.
        """
        given = self.channel.received
        before = self._contents(arguments, given)
        self.printed.clear()
        some = list(filter(lasts, arguments)) if keep else []
        result, error = self._attempt(lambda: function(*arguments, **named))
        self._last(some)
        if error:
            return ("raised", *error)
        self.channel.received = given
        same = [n for n, one in enumerate(arguments) if one is result and isinstance(one, HELD)]
        changes = self._changes(arguments, given, before)
        changes = changes if look else bool(changes)
        if instances.shares_parts(result):
            result = instances.ByValue(result)
        return "value", (result, *same[:1]), changes, self.printed.told()

    def _contents(self, arguments, given):
        """Return what arguments and objects hold."""
        objects = [self._bytes(instances.state_of(one)) for one in given.objects]
        return [self._bytes(argument) for argument in arguments], objects

    def _changes(self, arguments, given, before):
        now = self._contents(arguments, given)
        places, changed = unlike(before[0], now[0]), unlike(before[1], now[1])
        pairs = [(place, arguments[place]) for place in places]
        return instances.Held(pairs, given, changed) if pairs or changed else ()

    def check(self, function, arguments, named, keep, look):
        """Call something as `check` does at home: no setting of the notebook stops it."""
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return self.call(function, arguments, named, keep, look)

    def checks(self, function, calls):
        """Do the same with one set of arguments after the other, as long as that is soon done.

        Those that are left are asked for one by one: most wrong answers stop at the first.
        """
        replies, begin = [], (time.process_time(), time.monotonic())
        for arguments in calls:
            replies.append(self.check(function, arguments, {}, False, True))
            if time.process_time() - begin[0] > SOON or time.monotonic() - begin[1] > 5 * SOON:
                break
        return "several", replies

    def read(self, thing, attribute):
        """Return an attribute of something."""
        return self.do(getattr, (thing, attribute))

    def do(self, path, arguments, named=NO_NAMES):
        """Do something of Python's own with objects: `path` names it, such as "operator.add"."""
        self.printed.clear()
        result, error = self._attempt(lambda: doing(path)(*arguments, **named))
        return ("raised", *error) if error else ("value", result, (), self.printed.told())

    def plain(self, thing, special):
        """Return what a thing holds, if that method is the one that it inherits; or None."""
        for base in BASES:
            if isinstance(thing, base):
                same = getattr(type(thing), special, None) is getattr(base, special, None)
                return "value", base(thing) if same else None, (), ""
        return VALUE

    def wait(self, thing):
        """Await something, and return what comes of it."""
        self.printed.clear()
        result, error = self._attempt(lambda: self.notebook.wait(awaited(thing)))
        return ("raised", *error) if error else ("value", result, (), self.printed.told())

    def signature(self, thing):
        """Return ([(name, kind, (default,), (annotation,))], (annotation,)), () for none."""
        found, empty = doing("inspect.signature")(thing), doing("inspect.Parameter").empty

        def given(value):
            return () if value is empty else (value,)

        parts = found.parameters.values()
        parts = [(p.name, int(p.kind), given(p.default), given(p.annotation)) for p in parts]
        return "value", (parts, given(found.return_annotation)), (), ""

    def share(self, values, deleted):
        """Take over what names mean where the tests are, if they mean something else here."""
        for name, value in values.items():
            there, key = self._owner(name)
            if there is not None and (key not in there or not self._same(there[key], value)):
                self._put(name, taken_over(there.get(key), value))
            self.known[name] = (
                self._bytes(self._owner(name)[0].get(key)) if there is not None else None
            )
        for name in deleted:
            self.names.pop(name, None)
        return VALUE

    def shared(self, names):
        """Return {name: value} of those that hold something else than when last asked."""
        found = {}
        for name in names:
            there, key = self._owner(name)
            now = self._bytes(there.get(key)) if there is not None else None
            if there is not None and key in there and now != self.known.get(name, now):
                found[name] = there[key]
            self.known[name] = now
        return "value", instances.ByValue(found), (), ""

    def _owner(self, name):
        """Return (names, name) of where a name stands: "Shape.made" among those of a class."""
        owner, _, attribute = name.partition(".")
        if not attribute:
            return self.names, name
        kind = self.names.get(owner)
        return (vars(kind), attribute) if isinstance(kind, type) else (None, attribute)

    def _put(self, name, value):
        owner, _, attribute = name.partition(".")
        if attribute:
            setattr(self.names[owner], attribute, value)
        else:
            self.names[name] = value

    def files(self, files, gone):
        """Write what the tests have written beside the notebook."""
        self.folder.take(files, gone)
        return VALUE

    def written(self):
        """Return ({path: bytes}, paths that are gone) of what was written beside the notebook."""
        return "value", self.folder.changes(), (), ""

    def go(self, place):
        """Go to a folder: its path from the notebook's own."""
        os.chdir(os.path.join(self.folder.place, place))
        return VALUE

    def where(self):
        """Return the path of the folder that this is in, from the notebook's own."""
        return "value", os.path.relpath(os.getcwd(), self.folder.place), (), ""

    def levels(self, levels):
        """Let loggers be as they are where the tests are: (name, level, whether it is silent)."""
        for name, level, disabled in levels:
            logger = doing("logging.getLogger")(name)
            logger.setLevel(level)
            logger.disabled = disabled
        self.printed.hear_loggers()
        return VALUE

    def replace(self, values):
        """Let names mean something else, whatever they meant."""
        self.names.update(values)
        return VALUE

    def seed(self, state):
        """Set the state of the generators that everybody shares."""
        doing("random.setstate")(state[0])
        np.random.set_state(state[1])
        return VALUE

    def seeds(self):
        """Return that state."""
        return "value", (doing("random.getstate")(), np.random.get_state()), (), ""

    def _attempt(self, work):
        try:
            return work(), None
        except BaseException as error:  # sys.exit() too: the grader decides when this ends
            return None, (*described(error), self.channel.number_of(error))

    def _same(self, one, other):
        content = self._bytes(one)
        known = content is not None and type(one) is type(other)
        return one is other or (known and content == self._bytes(other))

    def _bytes(self, value):
        """Return what a value holds, if it is something that a call can change."""
        if isinstance(value, np.ndarray):
            return value.shape, value.dtype, value.tobytes()
        if isinstance(value, NUMBERS):
            return value
        if not isinstance(value, HELD) and instances.name_of(value) is None:
            return None
        blobs, known = [], len(self.channel.objects)
        packed = self.channel.pack(instances.ByValue(value), blobs)
        del self.channel.objects[known:]
        return packed, blobs


def unlike(before, now):
    """Return the places of two lists where they differ."""
    return [n for n, (one, other) in enumerate(zip(before, now, strict=False)) if one != other]


async def awaited(thing):
    """Return what comes of an awaitable."""
    return await thing


def doing(path):
    """Return the function that a path names."""
    if not isinstance(path, str):
        return path
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)
