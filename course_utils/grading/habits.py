"""What SOURCE's own answers do while the tests run, and so what a student's may do.

A test that was written for numbers never meets an object that is clever about being compared, and
a test of a class with an `__eq__` of its own must. Which of the two it is, SOURCE shows: it is
graded first, as a submission of its own, and what its objects are asked is written down here. A
student's objects are asked the same, question by question, and nothing more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Habits:
    """What SOURCE does, by question (its number) where not said otherwise.

    judged : (question, special method) of its objects that were asked about a test's own values.
    arguments : questions whose tests look at what an answer did to its arguments.
    lasting : (question, which of the lists and dicts that it hands over) of arguments that an
    answer changes when its call is over, in a later one.
    empty : questions in which an answer gives an array or a list without anything in it.
    changed : names whose object the tests change in place.  returned : names whose object the
    answers change.  random : whether an answer draws from a generator that everybody shares.
    files : whether it writes files, or the tests write some for it.  written : their paths.
    moves : whether it goes to another folder.
    seconds : {question: how long its tests took}.
    """

    judged: frozenset[tuple[int, str]] = frozenset()
    arguments: frozenset[int] = frozenset()
    lasting: frozenset[tuple[int, int]] = frozenset()
    empty: frozenset[int] = frozenset()
    changed: frozenset[str] = frozenset()
    returned: frozenset[str] = frozenset()
    random: bool = False
    files: bool = False
    written: frozenset[str] = frozenset()
    moves: bool = False
    seconds: Mapping[int, float] = field(default_factory=dict)

    @property
    def attributes(self) -> bool:
        """Say whether answers or tests change what a class of the sheet's own holds."""
        return any("." in name for name in self.changed | self.returned)


class Watching:
    """Who asks whether something may be done. It writes down what SOURCE does, or looks it up.

    question : the number of the one that is asked at the moment.
    """

    def __init__(self, known: Habits | None) -> None:
        self.known, self.question = known, -1
        self.allowed = frozenset[int]()  # questions whose answers may change arguments, too
        self.judged = set[tuple[int, str]]()
        self.arguments, self.empty = set[int](), set[int]()
        self.lasting = set[tuple[int, int]]()
        self.changed, self.returned = set[str](), set[str]()
        self.random = self.files = self.moves = False
        self.written = set[str]()
        self.unlike_source = set[int]()  # questions in which an answer changes arguments, alone

    @property
    def records(self) -> bool:
        """Say whether this is SOURCE's own turn."""
        return self.known is None

    def may_judge(self, special: str) -> bool:
        """Say whether an object of the answer's may be asked about a value of the test's."""
        self.judged.add((self.question, special))
        return self.known is None or (self.question, special) in self.known.judged

    def may_be_empty(self) -> bool:
        """Say whether an answer may give nothing at all where numbers could stand."""
        self.empty.add(self.question)
        return self.known is None or self.question in self.known.empty

    def looks_at_arguments(self) -> bool:
        """Say whether tests see what an answer did to its arguments."""
        return self.known is None or self.question in self.known.arguments | self.allowed

    def looks_at_arguments_later(self) -> bool:
        """Say whether tests see what an answer does to an argument after its call."""
        known = self.known
        return known is None or any(question == self.question for question, _ in known.lasting)

    def may_change_later(self, place: int) -> bool:
        """Say whether that argument may be changed after its call: only what SOURCE changes."""
        self.lasting.add((self.question, place))
        return self.known is None or (self.question, place) in self.known.lasting

    def found(self) -> Habits:
        """Return what was written down."""
        return Habits(
            frozenset(self.judged),
            frozenset(self.arguments),
            frozenset(self.lasting),
            frozenset(self.empty),
            frozenset(self.changed),
            frozenset(self.returned),
            self.random,
            self.files,
            frozenset(self.written),
            self.moves,
        )


def together(found: Iterable[Habits]) -> Habits:
    """Return all that was written down in several runs."""
    made = Habits()
    for one in found:
        made = Habits(
            made.judged | one.judged,
            made.arguments | one.arguments,
            made.lasting | one.lasting,
            made.empty | one.empty,
            made.changed | one.changed,
            made.returned | one.returned,
            made.random or one.random,
            made.files or one.files,
            made.written | one.written,
            made.moves or one.moves,
            {**made.seconds, **one.seconds},
        )
    return made
