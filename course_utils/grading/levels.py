"""The students' level: how deep in a folder or an archive what belongs to one student begins.

Where a platform's own names stand, that is it. Else the top is, unless all stands in one folder
that is a class rather than a student. Where both may be meant, a sentence asks.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from course_utils.grading import GradingError
from course_utils.grading.archives import Entry
from course_utils.grading.names import (
    ending,
    ignored,
    is_archives,
    is_notebooks,
    shown,
    without_ending,
)
from course_utils.grading.owners import Name, has_titles, people_among, platform_of

SUBMITTED = "submitted"  # nbgrader's folder of students
BESIDE_IT = {"source", "release", "autograded", "feedback", "gradebook.db", "nbgrader_config.py"}
PEOPLE = ("student", "participant", "group", "team", "user", "gruppe", "groupe", "grupo", "id")
WORK = {  # names of these words alone are no student's
    *("sheet", "exercise", "assignment", "homework", "lab", "notebook", "untitled", "task", "test"),
    *(
        "solution",
        "answer",
        "answers",
        "blank",
        "filled",
        "copy",
        "of",
        "draft",
        "project",
        "final",
    ),
    *("week", "day", "part", "attempt", "try", "version", "v", "hw", "ps", "ex", "lesson", "new"),
    *("old", "backup", "submission", "work", "blatt", "aufgabe", "abgabe", "devoir", "tp", "td"),
}
NUMBERED = 4  # digits of a number that is somebody's, and does not count something
COPY = re.compile(r"[\s_.-]*(\(\d+\)|copy\d*|v\d+|final|new|old|backup)$", re.I)


class BadSubmissions(GradingError):
    """SUBMISSIONS that are none; the message is for the teacher."""


class Folder(NamedTuple):
    """What stands in one folder: notebooks, and by the name of a folder the notebooks below it.

    packed : whether it stands in an archive.
    """

    files: list[str]
    folders: Mapping[str, set[str]]
    packed: bool


def class_only(entries: Sequence[Entry]) -> list[Entry]:
    """Return what students handed in, without what nbgrader keeps beside it or nobody made."""
    kept = [entry for entry in map(_without_ignored, entries) if entry.parts]
    tops = {entry.parts[0].lower() for entry in kept}
    if SUBMITTED in tops and tops & BESIDE_IT:
        return [entry for entry in kept if entry.parts[0].lower() == SUBMITTED]
    return kept


def _without_ignored(entry: Entry) -> Entry:
    """Return an entry, or the folder above what nobody made: that one was handed in."""
    for place, part in enumerate(entry.parts):
        if ignored(part):
            return Entry(entry.parts[:place], None)
    return entry


def level_of(entries: Sequence[Entry], name: str, sheet: str = "") -> int:
    """Return how many parts of a path stand above the student's. Raises BadSubmissions.

    entries : from `class_only`.  name : of the folder or archive that they stand in.
    sheet : how a student's file is called that has kept its name.
    """
    depth, above = 0, (name,)
    while above[-1].lower() != SUBMITTED:
        names = names_at(entries, depth)
        if len(names) != 1 or not names[0][1]:
            return _of_several(entries, depth, names, above, sheet)
        if platform_of(names):
            return 0 if depth == 0 else _ask(above, names)
        above, depth = (*above, names[0][0]), depth + 1
    return depth


def names_at(entries: Sequence[Entry], depth: int) -> list[Name]:
    """Return what stands so deep, files and folders."""
    found = {}
    for parts, file in entries:
        if len(parts) > depth:
            key = parts[depth]
            found[key] = found.get(key, False) or len(parts) > depth + 1 or file is None
    return list(found.items())


def _of_several(
    entries: Sequence[Entry],
    depth: int,
    names: Collection[Name],
    above: Sequence[str],
    sheet: str,
) -> int:
    platform = platform_of(names)
    if platform:
        return depth if depth == 0 or _is_class(names, platform) else _ask(above, names)
    if depth == 0:
        _refuse_a_class_beside(entries, names, above[0])
        return _of_groups(entries, names, above)
    is_class = _holds_a_class(_folder_at(entries, depth), sheet)
    if is_class is None:
        _ask(above, names)
    return depth if is_class else 0


def _is_class(names: Collection[Name], platform: str) -> bool:
    return len(people_among(names, platform)) > 1


def _of_groups(entries: Sequence[Entry], names: Collection[Name], above: Sequence[str]) -> int:
    """Return 1 where each folder at the top holds a platform's names: a class in groups; else 0."""
    if len(names) < 2 or not all(folder for _, folder in names):
        return 0
    within = defaultdict[str, list[Entry]](list)
    for parts, file in entries:
        within[parts[0]].append(Entry(parts[1:], file))
    if all(platform_of(names_at(below, 0)) for below in within.values()):
        return 1
    groups = [_folder_at(below, 0) for below in within.values()]
    below = [name for group in groups for name in group.folders]
    several = all(len(group.folders) > 1 and not group.files for group in groups)
    if several and len(set(below)) == len(below) and not _numbered(below):
        _ask_of_groups(above[0], names)
    return 0


def _refuse_a_class_beside(entries: Sequence[Entry], names: Collection[Name], name: str) -> None:
    """Raise BadSubmissions where all work stands in one folder of people, and something beside."""
    folders = [place for place, folder in names if folder]
    files = [place for place, folder in names if not folder]
    if len(folders) != 1 or not files:
        return
    below = [Entry(parts[1:], file) for parts, file in entries if parts[0] == folders[0]]
    people = people_among(names_at(below, 0), platform_of(names_at(below, 0)))
    alone = not any(map(_is_work, files))
    if len(people) > 1 or (alone and _holds_a_class(_folder_at(below, 0), "")):
        place = shown(f"{name}/{folders[0]}")
        raise BadSubmissions(
            f"{place} seems to be the class, and {shown(files[0])} stands beside it: "
            f"give {place} as SUBMISSIONS, or take away what stands beside it"
        )


def _folder_at(entries: Sequence[Entry], depth: int) -> Folder:
    """Return what may be work in a folder; where nothing looks like it, whatever is there."""
    below = [entry for entry in entries if entry.file and len(entry.parts) > depth]
    for may_be_work in (_is_work, lambda name: ending(name) == "py"):
        likely = [entry for entry in below if may_be_work(entry.parts[-1])]
        if likely:
            below = likely
            break
    files, folders = list[str](), defaultdict[str, set[str]](set)
    for parts, _ in below:
        if len(parts) == depth + 1:
            files.append(parts[-1])
        else:
            folders[parts[depth]].add(parts[-1])
    return Folder(files, folders, any(entry.file and not entry.file.on_disk for entry in below))


def _is_work(name: str) -> bool:
    return is_notebooks(name) or is_archives(name)


def _holds_a_class(folder: Folder, sheet: str) -> bool | None:
    """Say whether a folder that stands alone is a class, and not one student's; None: unclear.

    Who packs a folder of notebooks packs the folder too, so in an archive it is a class.
    """
    files, folders, packed = folder
    if len(folders) > 1 and not files:
        return None if _numbered(folders) else True
    if len(files) > 1 and not folders:
        people = _numbers(map(without_ending, files)) or has_titles(files)
        one = not people and (_attempts(files) or _work(files, sheet))
        return False if one else people or packed or None
    again = set(files) & set().union(*folders.values())
    return None if files and folders and not again and not _work(files, sheet) else False


def _work(names: Iterable[str], sheet: str) -> bool:
    """Say whether some of these names are a sheet's, and so are no student's."""
    known = WORK.union(_words(sheet))
    words = [_words(without_ending(name)) for name in names]
    return any(some and known.issuperset(some) for some in words)


def _words(name: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", name.lower())


def _numbered(names: Iterable[str]) -> bool:
    """Say whether names differ in a number alone, and not a person's: week1, week2."""
    names = list(names)
    work = WORK.issuperset(_words(min(_bases(names), default="")))
    return work and len(_bases(names)) == 1 and not _numbers(names)


def _numbers(names: Iterable[str]) -> bool:
    """Say whether names are people's numbers: student1, student2, or s1234567, s1234568."""
    names = list(names)
    longest = max((len(found) for name in names for found in re.findall(r"\d+", name)), default=0)
    return len(_bases(names)) == 1 and (longest >= NUMBERED or min(_bases(names)).endswith(PEOPLE))


def _bases(names: Iterable[str]) -> set[str]:
    return {re.sub(r"\d+", "", name).strip(" _-").lower() for name in names}


def _attempts(names: Collection[str]) -> bool:
    """Say whether some of these names are one name again: mini, mini-2, mini (1)."""
    if _numbered([without_ending(name) for name in names]):
        return True
    bases = [_base(name) for name in names]
    return len(set(bases)) < len(bases)


def _base(name: str) -> str:
    """Return a name without what marks a copy: a short number, "copy", "final"."""
    name = without_ending(name)
    while match := COPY.search(name):
        name = name[: match.start()]
    found = re.search(r"[\s_-]+\d{1,3}$", name)
    return (name[: found.start()] if found else name).lower()


def _ask_of_groups(name: str, names: Collection[Name]) -> int:
    first, second = sorted(shown(group) for group, _ in names)[:2]
    raise BadSubmissions(
        f"{first} and {second} in {name} hold several folders each, and may be groups or students: "
        f"where they are groups, grade one at a time; where they are students, call {name} "
        f"{SUBMITTED!r}"
    )


def _ask(above: Sequence[str], names: Collection[Name]) -> int:
    """Raise the sentence that asks."""
    place = shown("/".join(above))
    some = ", ".join(sorted(shown(name) for name, _ in names)[:3])
    raise BadSubmissions(
        f"{place} holds {some}, and it may be a class or one student: where it is a class, give "
        f"{place} as SUBMISSIONS; where it is one student's, put it into a folder called "
        f"{SUBMITTED!r} and give that"
    )
