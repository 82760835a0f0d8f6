"""What a class handed in: a folder or an archive of anything, and a submission for everybody in it.

Nothing is unpacked and nothing is changed: a file is read when its turn comes.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from course_utils.grading.archives import (
    MOST_OF_A_CLASS,
    Entry,
    HandedIn,
    Unreadable,
    is_archive,
    list_all,
    list_within,
    on_disk,
)
from course_utils.grading.choices import Chosen, choose, names_of, newest, pieces_of
from course_utils.grading.levels import BadSubmissions, class_only, level_of, names_at
from course_utils.grading.master import Master
from course_utils.grading.names import is_archives, shown, without_ending
from course_utils.grading.notebooks import Rejected
from course_utils.grading.owners import NAMELESS, Owner, not_handed_in, owners_of, platform_of

DOWNLOADS = ("moodle", "canvas", NAMELESS)  # whose archives have the time of the download
MOST_FILES_OF_A_CLASS = 100_000  # of a .zip in a .zip
Person = tuple[str, str]  # name, number
ONE_DOWNLOAD = 3600.0  # seconds between the times of an archive, which are then those of its making


@dataclass(frozen=True)
class Submission:
    """What one student handed in. number : the platform's id of the student, "" where it has none.

    handed_in : of the newest file, seconds from 1970; None where it is unknown. Moodle and Canvas
    give files the time of the download, so where all times of what they wrote lie within an hour,
    there are none.  marked_late : whether the platform says so.
    platform : which wrote the names, "" where none did.  entries : the names that it wrote.
    """

    student: str
    number: str
    files: tuple[HandedIn, ...]
    handed_in: float | None = None
    marked_late: bool = False
    platform: str = ""
    entries: tuple[str, ...] = ()

    def key(self, *circumstances: str) -> str:
        """Return a text that changes whenever what was handed in does, or `circumstances`."""
        about = self.student, self.number, self.handed_in, self.marked_late, *circumstances
        digest = hashlib.sha256(repr(about).encode())
        for file in newest(self.files):
            digest.update(repr((file.name, file.time)).encode())
            try:
                digest.update(file.read())
            except Rejected as reason:
                digest.update(str(reason).encode())
        return digest.hexdigest()

    def choose(self, master: Master) -> Chosen:
        """Return the notebook that counts. Raises Rejected where none does."""
        return choose(self.files, master)


def carried(submission: Submission) -> Submission:
    """Return the same submission with its bytes, for another machine."""
    return replace(submission, files=tuple(map(_carried, newest(submission.files))))


def _carried(file: HandedIn) -> HandedIn:
    try:
        return replace(file, data=file.read())
    except Rejected as reason:
        return replace(file, reason=str(reason))


def fits(submissions: Iterable[Submission], master: Master) -> int:
    """Return how many submissions have at least one cell or one name of the master.

    Their bytes are searched and not read: no code of a student's is parsed here.
    """
    ids = [re.escape(f'"{name}"') for name in master.cells]
    names = [rf"\b{re.escape(name)} *[(:=]" for name in names_of(master)]
    wanted = re.compile("|".join([*ids, *names, r"(?!)"]).encode())
    return sum(any(map(wanted.search, _bytes_of(one))) for one in submissions)


def _bytes_of(submission: Submission) -> Iterator[bytes]:
    return (piece.data for file in newest(submission.files) for piece in pieces_of(file))


def find_submissions(path: Path, sheet: str = "") -> list[Submission]:
    """Return the Submissions in a folder, an archive or a notebook, by student.

    sheet : the name of the sheet that was handed out, which is no student's.

    Raises BadSubmissions where there are none, or where it is not clear whose they are.
    """
    if not path.exists():
        raise BadSubmissions(f"there is no {path}: expected a folder, an archive or a notebook")
    try:
        if path.is_file() and not _is_archive_on_disk(path):
            file = on_disk(path)
            entries, level, name = [Entry((file.name,), file)], 0, path.parent.name
        elif not path.is_file() and not path.is_dir():
            raise BadSubmissions(f"{path} is neither a folder nor a file")
        else:
            name = without_ending(path.resolve().name)
            entries, level = _at_level(class_only(list_all(path)), name, sheet)
    except Unreadable as error:
        raise BadSubmissions(f"{path} {error}") from error
    except OSError as error:
        raise BadSubmissions(f"{path} cannot be opened: {error.strerror}") from error
    found = _by_student(entries, level)
    if not found:
        raise BadSubmissions(f"{path} holds no submission: expected a folder or a notebook each")
    return found


def _is_archive_on_disk(path: Path) -> bool:
    """Say whether a file is an archive, by its first bytes, or else by its name."""
    with path.open("rb") as file:
        return is_archive(file.read(512)) or is_archives(path.name)


def _at_level(entries: list[Entry], name: str, sheet: str) -> tuple[list[Entry], int]:
    """Return entries and the students' level, with archives opened that hold a class."""
    archives = [entry for entry in entries if entry.file]
    if archives and all(is_archives(entry.parts[-1]) for entry in archives):
        opened = _opened(entries, archives)
        level = level_of(opened, name, sheet) if opened else 0
        if level >= max(len(entry.parts) for entry in archives):
            return opened, level
    return entries, level_of(entries, name, sheet)


def _opened(entries: Sequence[Entry], archives: Sequence[Entry]) -> list[Entry]:
    """Return what stands in the archives, where there is only one, or where a platform wrote all.

    Else nothing: each is a student's own.
    """
    found = list[Entry]()
    if len(archives) > 1 and len(archives) < len(entries):
        return []
    for parts, file in archives:
        inside = _inside(file) if file else []
        if not inside or (len(archives) > 1 and not platform_of(names_at(inside, 0))):
            return []
        above = *parts[:-1], without_ending(parts[-1])
        found += [entry._replace(parts=(*above, *entry.parts)) for entry in inside]
    return found


def _inside(file: HandedIn) -> list[Entry]:
    """Return what stands in an archive; nothing where it cannot be read: it has a row then."""
    try:
        if file.on_disk:
            path = Path(file.path)
            return [] if path.is_symlink() or not path.is_file() else class_only(list_all(path))
        return class_only(list_within(file.read(), MOST_OF_A_CLASS, MOST_FILES_OF_A_CLASS))
    except (Unreadable, Rejected, OSError):
        return []


def _by_student(entries: Sequence[Entry], level: int) -> list[Submission]:
    names = names_at(entries, level)
    platform = platform_of(names)
    names = [name for name in names if not not_handed_in(name[0], platform)]
    owners = dict(zip((name for name, _ in names), owners_of(names, platform), strict=True))
    places = defaultdict[Person, list[str]](list)
    for place, owner in owners.items():
        places[owner.name, owner.number].append(place)
    files = _files_by_place(entries, level, owners)
    if platform in DOWNLOADS and _of_one_download(files):
        files = {place: [replace(f, time=None) for f in some] for place, some in files.items()}
    return [
        _submission(student, [(place, owners[place]) for place in places[person]], files, platform)
        for person, student in _told_apart(places)
    ]


def _files_by_place(
    entries: Sequence[Entry], level: int, owners: Mapping[str, Owner]
) -> dict[str, list[HandedIn]]:
    """Return {name at the students' level: the files there}, by what the students called them."""
    files = {place: list[HandedIn]() for place in owners}
    for parts, file in entries:
        if file and len(parts) > level and parts[level] in files:
            owner = owners[parts[level]]
            name = shown(owner.file) if owner.file and len(parts) == level + 1 else file.name
            when = file.time if owner.time is None else owner.time
            files[parts[level]].append(replace(file, name=name, turn=owner.turn, time=when))
    return files


def _of_one_download(files: Mapping[str, Iterable[HandedIn]]) -> bool:
    times = [file.time for some in files.values() for file in some if file.time is not None]
    return not times or max(times) - min(times) < ONE_DOWNLOAD


def _submission(
    student: str,
    places: Sequence[tuple[str, Owner]],
    files: Mapping[str, Sequence[HandedIn]],
    platform: str,
) -> Submission:
    theirs = tuple(file for place, _ in places for file in files[place])
    return Submission(
        student,
        places[0][1].number,
        theirs,
        max((file.time for file in theirs if file.time is not None), default=None),
        any(owner.late for _, owner in places),
        platform.partition(",")[0],
        tuple(place for place, _ in places) if platform else (),
    )


def _told_apart(people: Iterable[Person]) -> list[tuple[Person, str]]:
    """Return each person with a name that nobody else has: namesakes by their numbers."""
    names = Counter(name for name, _ in people)
    found, taken = list[tuple[Person, str]](), set[str]()
    for name, number in sorted(people):
        begin = shown(name)
        student = first = f"{begin}_{number}" if number and names[name] > 1 else begin
        count = 1
        while student in taken:
            count += 1
            student = f"{first} ({count})"
        taken.add(student)
        found.append(((name, number), student))
    return found
