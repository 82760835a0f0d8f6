"""Whose file it is: read from the names that learning platforms give to what they hand out.

A name is taken apart only where most names beside it have the same form, and only at the places
that the platform itself writes: what students call a file, or themselves, stands for nobody else.
Moodle turns "_" in a person's name into a space, and Canvas removes a number between two "_", so
the first number is theirs. Read in Moodle's `mod/assign/classes/downloader.php`, Canvas's
`lib/content_zipper.rb` and nbgrader's `exchange/default/submit.py`; of the others in downloads.
"""

import calendar
import itertools
import math
import re
import time
from collections import Counter
from collections.abc import Collection, Iterable
from statistics import median
from typing import NamedTuple

from course_utils.grading.names import readable, without_ending

CANVAS_FILE = r"_(?:(?P<turn>\d+)_(?P<file>.+)|text\.html|link\.html)"
CANVAS_NAME = r"(?P<name>\w*?(?:_\d+){{{more}}})(?P<late>_LATE)?_(?P<number>\d+)" + CANVAS_FILE
NAMELESS = "canvas, nameless"
FORMS = {
    # Moodle's folders end in what it writes; in a flat name the student's own stands behind it
    "moodle": (
        r"(?P<folder>)(?P<name>.*?)(?:_(?P<number>\d+))?_assignsubmission_[a-z][a-z0-9]*_?",
        r"(?P<name>.*?)(?:_(?P<number>\d+))?_assignsubmission_[a-z][a-z0-9]*_(?P<file>.*)",
    ),
    "canvas": (CANVAS_NAME.format(more=0),),
    NAMELESS: (rf"(?P<late>LATE_)?(?P<name>anon_(?!LATE_)(?P<number>[0-9A-Za-z]+)){CANVAS_FILE}",),
    "nbgrader": (
        r"(?P<folder>)(?P<name>[^+]+)\+[^+]+\+(?P<when>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)[^+]*"
        r"(?:\+.+)?",
    ),
    "blackboard": (
        r"(?P<name>.+_.+?)_attempt_(?P<when>\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)(_(?P<file>.+)|\.txt)",
    ),
    "brightspace": (
        r"\d+-\d+ - (?P<name>.+?) ?- (?P<when>\w+ \d+, \d{4} \d+ [AP]M) - (?P<file>.+)",
    ),
}
TIMES = {
    "blackboard": "%Y-%m-%d-%H-%M-%S",
    "brightspace": "%b %d, %Y %I%M %p",
    "nbgrader": "%Y-%m-%d %H:%M:%S",
}
TITLE = " - "
MORE = [re.compile(CANVAS_NAME.format(more=more), re.S) for more in (0, 1, 2)]
SHAPES = {name: [re.compile(form, re.S) for form in forms] for name, forms in FORMS.items()}
PLATFORMS = tuple(name for name in FORMS if name != NAMELESS)
Name = tuple[str, bool]  # of a file or folder, and whether it is a folder


class Owner(NamedTuple):
    """Whose it is, and what else the platform says: its number of the student and of the attempt.

    file : what the student called it; "" where that is the whole name.
    """

    name: str
    number: str = ""
    late: bool = False
    turn: int = 0
    file: str = ""
    time: float | None = None


def platform_of(names: Collection[Name]) -> str:
    """Return the platform that wrote most of these names, "" where there is none."""
    nameless = {name for name in names if _match(NAMELESS, name)}
    others = [name for name in names if name not in nameless and _match("canvas", name)]
    for platform in (NAMELESS,) if nameless and not others else PLATFORMS:
        found = [match for match in (_match(platform, name) for name in names) if match]
        if 2 * len(found) > len(names) and _one_turn_each(found):
            return platform
    return ""


def not_handed_in(name: str, platform: str) -> bool:
    """Say whether it is a platform's own: Brightspace adds a list of what was handed in."""
    return platform == "brightspace" and name == "index.html"


def people_among(names: Iterable[Name], platform: str) -> set[str]:
    """Return the students whom a platform's names belong to."""
    if not platform:
        return set()
    owners = [_owner(platform, match) for match in (_match(platform, n) for n in names) if match]
    return {owner.number or owner.name for owner in owners}


def owners_of(names: Collection[Name], platform: str) -> list[Owner]:
    """Return the owner of each name; of one that the platform did not write, the name itself.

    A number that two people claim is nobody's.
    """
    matches = [_match(platform, name) if platform else None for name in names]
    if platform == "canvas":
        usual = median({match["name"]: _turn(match) for match in matches if match}.values())
        matches = [match and _likeliest(match, usual) for match in matches]
    title = _title(matches) if platform == "blackboard" else 0
    pairs = zip(matches, _plain_names(names), strict=True)
    found = [_owner(platform, m, title) if m else Owner(name) for m, name in pairs]
    people = {(owner.number, owner.name) for owner in found}
    claims = Counter(number for number, _ in people)
    return [owner if claims[owner.number] == 1 else owner._replace(number="") for owner in found]


def _title(matches: Iterable[re.Match[str] | None]) -> int:
    """Return how many letters of Blackboard's names are the assignment's, the same in all."""
    pieces = [match["name"].split("_") for match in matches if match]
    shared = itertools.takewhile(lambda column: len({*column}) == 1, zip(*pieces, strict=False))
    return sum(len(column[0]) + 1 for column in list(shared)[: min(map(len, pieces)) - 1])


def _match(platform: str, name: Name) -> re.Match[str] | None:
    text, folder = name
    for shape in SHAPES[platform]:
        match = shape.fullmatch(text) if folder or "folder" not in shape.groupindex else None
        if match:
            return match
    return None


def _likeliest(match: re.Match[str], usual: float) -> re.Match[str]:
    """Return how to read a name of Canvas with many numbers: lee_5_501_9001_x.ipynb, for example.

    Its numbers of attempts grow for a whole site, so those of one archive are much alike.
    """
    others = [shape.fullmatch(match.string) for shape in MORE if match["turn"]]
    read = [match, *filter(None, others)]
    return min(read, key=lambda one: abs(math.log((_turn(one) + 1) / (usual + 1))))


def _turn(match: re.Match[str]) -> int:
    return int((match.groupdict().get("turn") or "0")[:18])


def _one_turn_each(matches: Collection[re.Match[str]]) -> bool:
    """Say whether the numbers of attempts differ, as a platform's do: Sheet_1_2_ada is no name."""
    turns = [match["turn"] for match in matches if match.groupdict().get("turn")]
    return 2 * len(set(turns)) > len(turns) or len(turns) < 2


def _owner(platform: str, match: re.Match[str], title: int = 0) -> Owner:
    found = match.groupdict()
    number = found.get("number") or ""
    name = readable(match["name"][title:]).strip()
    if platform == "moodle" and name == "Participant":  # of blind marking, as on the list
        name = f"{name} {number}".strip()
    return Owner(
        name or number,
        number,
        bool(found.get("late")),
        _turn(match),
        found.get("file") or "",
        _time(platform, match),
    )


def _time(platform: str, match: re.Match[str]) -> float | None:
    """Return the time in a name: nbgrader's in UTC, others' by this machine's clock."""
    try:
        when = time.strptime(match["when"], TIMES[platform])
        return float(calendar.timegm(when)) if platform == "nbgrader" else time.mktime(when)
    except (KeyError, IndexError, ValueError, OverflowError):
        return None


def _plain_names(names: Collection[Name]) -> list[str]:
    """Return the students' names where no platform wrote them: without what all have in common."""
    found = [readable(name if folder else without_ending(name) or name) for name, folder in names]
    if not has_titles(found):
        return found
    halves = [name.split(TITLE, 1) for name in found]
    alike = len({first.casefold() for first, _ in halves}) == 1
    return [second if alike else first for first, second in halves]


def has_titles(names: Collection[str]) -> bool:
    """Say whether names are a student's and a title, as Google has them: "Ann Lee - Sheet 1"."""
    halves = [without_ending(name).casefold().split(TITLE, 1) for name in names]
    if len(halves) < 2 or not all(len(half) == 2 and all(half) for half in halves):
        return False
    return any(len({half[place] for half in halves}) < len(halves) for place in (0, 1))
