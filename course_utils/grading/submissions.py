"""What a class handed in: a folder, notebooks, or a .zip as Moodle and Canvas make it.

Nothing is unpacked and nothing is changed: a file is read when its turn comes.
"""

import hashlib
import lzma
import os
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from course_utils.grading import GradingError
from course_utils.grading.master import Master
from course_utils.grading.notebooks import MOST_BYTES, Cell, Rejected, check_size, load, parse

MOODLE = re.compile(r"^(?P<name>.+?)_(?P<id>\d+)_assignsubmission_[a-z]+_?(?P<file>.*)$")
CANVAS = re.compile(r"^(?P<name>[^_]+)(_LATE)?_(?P<id>\d+)_\d+_(?P<file>.+)$")
UNREADABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069]")
NOT_HANDED_IN = (".ipynb_checkpoints", "__MACOSX")
DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError)
MOST_NOTEBOOKS = 50  # of one student


class BadSubmissions(GradingError):
    """SUBMISSIONS that are none; the message is for the teacher."""


@dataclass(frozen=True)
class HandedIn:
    """One notebook: its name, when it was written, and where it is (a member of an archive).

    data : its bytes, or reason : why it has none, where it has been read already.
    """

    name: str
    time: float
    path: str
    member: str | None = None
    data: bytes | None = None
    reason: str = ""

    def read(self) -> bytes:
        """Return its bytes. Raises Rejected where they are not to be read."""
        if self.reason:
            raise Rejected(self.reason)
        if self.data is not None:
            return self.data
        if self.member is None:
            return load(self.path)
        with zipfile.ZipFile(self.path) as archive:
            member = archive.getinfo(self.member)
            if stat.S_ISLNK(member.external_attr >> 16):
                raise Rejected("The notebook was not read: it is a symbolic link.")
            check_size(member.file_size)
            try:
                with archive.open(member) as file:
                    return file.read(MOST_BYTES + 1)
            except (OSError, RuntimeError, ValueError, *DAMAGED) as error:
                raise Rejected("The notebook cannot be unpacked: the file is damaged.") from error


@dataclass(frozen=True)
class Submission:
    """What one student handed in. number : the LMS's id of the student, "" where it is unknown.

    platform : which wrote the names, "" where none did.  entries : the names that it wrote.
    """

    student: str
    number: str
    files: tuple[HandedIn, ...]
    marked_late: bool = False
    platform: str = ""
    entries: tuple[str, ...] = ()

    @property
    def handed_in(self) -> float | None:
        """Return when the newest file was written, None where there is none."""
        return max((file.time for file in self.files), default=None)

    @property
    def newest(self) -> list[HandedIn]:
        """Return the files that are looked at, the oldest first: at most `MOST_NOTEBOOKS`."""
        return sorted(self.files, key=lambda file: file.time)[-MOST_NOTEBOOKS:]

    def key(self, *circumstances: str) -> str:
        """Return a text that changes whenever what was handed in does, or `circumstances`."""
        digest = hashlib.sha256(repr((self.student, *circumstances)).encode())
        for file in self.newest:
            digest.update(repr((file.name, file.time)).encode())
            try:
                digest.update(file.read())
            except Rejected as reason:
                digest.update(str(reason).encode())
        return digest.hexdigest()

    def choose(self, master: Master) -> tuple[str, list[Cell]]:
        """Return (name, cells) of the notebook that counts. Raises Rejected where none does.

        The newest of those that belong to the master: by the ids of its cells, or by its name.
        """
        if not self.files:
            raise Rejected("There is no notebook (.ipynb) in what was handed in.")
        readable, reasons = [], list[Rejected]()
        for file in self.newest:
            try:
                readable.append((file.name, parse(file.read())))
            except Rejected as why:
                reasons.append(why)
        if not readable:
            raise reasons[-1]
        fitting = [pair for pair in readable if _belongs(*pair, master)]
        return (fitting or readable)[-1]


def carried(submission: Submission) -> Submission:
    """Return the same submission with its bytes, for another machine."""
    return replace(submission, files=tuple(map(_carried, submission.newest)))


def _carried(file: HandedIn) -> HandedIn:
    try:
        return replace(file, data=file.read())
    except Rejected as reason:
        return replace(file, reason=str(reason))


def fits(submissions: Sequence[Submission], master: Master) -> int:
    """Return how many submissions hold a notebook that belongs to the master."""
    return sum(_fits(submission, master) for submission in submissions)


def _fits(submission: Submission, master: Master) -> bool:
    try:
        return _belongs(*submission.choose(master), master)
    except Rejected:
        return False


def find_submissions(path: Path) -> list[Submission]:
    """Return the Submissions in a folder, a notebook or a .zip, by student."""
    if not path.exists():
        raise BadSubmissions(f"there is no {path}: expected a folder, a notebook or a .zip")
    if path.is_file() and path.suffix == ".zip":
        found = list(_in_archive(path))
    elif path.is_file():
        found = [(path.name, _on_disk(path))]
    else:
        found = list(_in_folder(path))
    grouped = dict[tuple[str, str], list[HandedIn]]()
    entries = dict[tuple[str, str], dict[str, None]]()
    for owner, file in found:
        name, number = _student(owner)
        grouped.setdefault((name, number), []).extend([file] if file else [])
        entries.setdefault((name, number), {})[owner] = None
    if not grouped:
        raise BadSubmissions(f"{path} holds no submission: expected a folder or a notebook each")
    names = [name for name, _ in grouped]
    return [
        Submission(
            name if names.count(name) == 1 else f"{name}_{number}",
            number,
            tuple(files),
            platform=_platform(next(iter(entries[name, number]))),
            entries=tuple(entries[name, number]),
        )
        for (name, number), files in sorted(grouped.items())
    ]


def _platform(owner: str) -> str:
    return "moodle" if MOODLE.match(owner) else "canvas" if CANVAS.match(owner) else ""


def _in_folder(folder: Path) -> Iterator[tuple[str, HandedIn | None]]:
    """Yield (owner, HandedIn) of each notebook, and (owner, None) of each student's folder."""
    for entry in sorted(folder.iterdir()):
        if _ignored(entry.name):
            continue
        if entry.is_dir() and not entry.is_symlink():
            yield entry.name, None
            yield from ((entry.name, _on_disk(path)) for path in _notebooks_below(entry))
        elif entry.suffix == ".ipynb":
            yield entry.name, _on_disk(entry)


def _notebooks_below(folder: Path) -> Iterator[Path]:
    """Yield notebooks in a folder and below; no link to another folder is followed."""
    for place, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if not _ignored(name))
        yield from (
            Path(place, n) for n in sorted(names) if n.endswith(".ipynb") and not _ignored(n)
        )


def _in_archive(path: Path) -> Iterator[tuple[str, HandedIn | None]]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (OSError, ValueError, NotImplementedError, *DAMAGED) as error:
        raise BadSubmissions(f"{path} cannot be read as a .zip: {error}") from error
    paths = [PurePosixPath(member.filename).parts for member in members]
    cut = _levels_above(paths)
    for member, whole in zip(members, paths, strict=True):
        parts = whole[cut:]
        if not parts or any(map(_ignored, whole)):
            continue
        if len(parts) > 1 or member.is_dir():
            yield parts[0], None
        if parts[-1].endswith(".ipynb") and not member.is_dir():
            name = _readable(parts[-1])
            yield parts[0], HandedIn(name, _time(member), str(path), member.filename)


def _levels_above(paths: Sequence[tuple[str, ...]]) -> int:
    """Return 1 where all stands in one folder that is no student's, such as class/; else 0."""
    paths = [parts for parts in paths if parts and not any(map(_ignored, parts))]
    notebooks = [parts for parts in paths if parts[-1].endswith(".ipynb")]
    tops = {parts[0] for parts in paths}
    several = len({parts[1:2] for parts in notebooks}) > 1
    alone = len(tops) == 1 and all(len(parts) > 1 for parts in notebooks)
    return int(alone and several and not MOODLE.match(min(tops)))


def _time(member: zipfile.ZipInfo) -> float:
    try:
        return datetime(*member.date_time, tzinfo=UTC).timestamp()
    except ValueError:  # an archive may say the 0th of a month
        return 0.0


def _on_disk(path: Path) -> HandedIn:
    return HandedIn(_readable(path.name), path.lstat().st_mtime, str(path))


def _student(owner: str) -> tuple[str, str]:
    """Read (name, number) from what Moodle or Canvas call a file or folder, or a plain name."""
    owner = _readable(owner)
    known = MOODLE.match(owner) or CANVAS.match(owner)
    if known:
        return known["name"].strip(), known["id"]
    return unicodedata.normalize("NFC", owner.removesuffix(".ipynb")), ""


def _readable(name: str) -> str:
    """Return a name that can be written and shown: what is no letter in it becomes its number.

    Bytes that are no UTF-8, codes that steer a terminal, marks that turn the direction of a line.
    """
    return UNREADABLE.sub(lambda found: ascii(found[0])[1:-1], name)


def _belongs(name: str, cells: Sequence[Cell], master: Master) -> bool:
    ids = {cell.grade_id for cell in cells} & master.cells
    return bool(ids) or master.name.lower() in name.lower()


def _ignored(name: str) -> bool:
    return name in NOT_HANDED_IN or name.startswith(".")
