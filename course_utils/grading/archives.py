"""What stands in a folder, a .zip or a .tar: names, and bytes when they are asked for.

Nothing is unpacked to disk, and no link is followed. Times: on disk and in a .tar they count from
1970 in UTC; a .zip has the clock on its maker's wall, which is read as this machine's.
"""

import bz2
import functools
import gzip
import io
import lzma
import os
import stat
import struct
import tarfile
import time
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, NamedTuple

from course_utils.grading.names import decoded, ending, ignored, parts_of, promise, shown
from course_utils.grading.notebooks import MOST_BYTES, Rejected, check_size, load

MOST_OF_A_CLASS = 500_000_000  # bytes of a .tar, or of a .zip in a .zip: they are kept in memory
MOST_TIMES_SMALLER = 500  # a member may be packed to a 500th, beyond a first megabyte
CLOSED = ("7z", "rar")  # for which Python has no library
ENCRYPTED, UTF8 = 0x1, 0x800
UNIX_TIMES, UNICODE_NAME = 0x5455, 0x7075  # of what a .zip may add to a member
NO_TIME = (1980, 1, 1, 0, 0, 0)
LAST = 2**35  # seconds from 1970: a clock that is beyond has not been set
COMPRESSED = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}


class Unreadable(Exception):
    """An archive that cannot be read; the message is the end of a sentence."""


@dataclass(frozen=True)
class HandedIn:
    """One file: its name, when it was written, and where it is (the place in an archive's list).

    time : None where it is unknown.  turn : of several attempts the platform's number that grows.
    data : its bytes, or reason : why it has none, where it has been read already.
    """

    name: str
    time: float | None
    path: str
    member: int | None = None
    data: bytes | None = None
    reason: str = ""
    turn: int = 0

    @property
    def on_disk(self) -> bool:
        """Say whether it stands on the disk by itself."""
        return self.member is None and self.data is None

    def read(self) -> bytes:
        """Return its bytes. Raises Rejected where they are not to be read."""
        if self.reason:
            raise Rejected(self.reason)
        if self.data is not None:
            return self.data
        if self.member is None:
            return load(self.path)
        return _member(*_found_again(self.path, self.member))


class Entry(NamedTuple):
    """A file by the parts of its path; a folder has none."""

    parts: tuple[str, ...]
    file: HandedIn | None


def list_all(path: Path) -> list[Entry]:
    """Return all that stands in a folder or in an archive. Raises Unreadable."""
    if path.is_dir():
        return list(_in_folder(path))
    if ending(path.name) in CLOSED:
        raise Unreadable(f"is a .{ending(path.name)}: expected a folder, a .zip or a .tar")
    with path.open("rb") as file:
        head = file.read(512)
        if is_zip(head) or (ending(path.name) == "zip" and not is_archive(head)):
            return _in_zip(file, str(path.absolute()))
        return _in_tar(file, head, MOST_OF_A_CLASS)


def list_within(data: bytes, most: int, files: int) -> list[Entry]:
    """Return what stands in an archive, with the bytes of at most so many files, so many in all.

    The most promising are read first. Raises Unreadable.
    """
    if not is_zip(data):
        return _in_tar(io.BytesIO(data), data[:8], most)
    entries = _in_zip(io.BytesIO(data), "")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        kept = [entry for entry in entries if not any(map(ignored, entry.parts))]
        return list(_filled(sorted(kept, key=_promise), archive, most, files))


def _promise(entry: Entry) -> int:
    return promise(entry.file.name) if entry.file else 0


def _filled(
    entries: Iterable[Entry], archive: zipfile.ZipFile, most: int, files: int
) -> Iterator[Entry]:
    """Yield the entries with their bytes, until there are enough."""
    members = archive.infolist()
    for parts, file in entries:
        if file and file.member is not None:
            if most < 0 or not files:
                continue
            try:
                data = _member(archive, members[file.member])
                file = replace(file, member=None, data=data)
                most -= len(data)
            except Rejected as reason:
                file = replace(file, member=None, reason=str(reason))
            files -= 1
        yield Entry(parts, file)


def is_archive(data: bytes) -> bool:
    """Say whether these bytes begin as an archive does."""
    return is_zip(data) or any(map(data.startswith, COMPRESSED)) or data[257:262] == b"ustar"


def is_zip(data: bytes) -> bool:
    """Say whether these bytes begin as a .zip does."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def _in_folder(folder: Path) -> Iterator[Entry]:
    """Yield all that is below, the nearest first, without a link that is followed."""
    waiting: list[tuple[tuple[str, ...], str]] = [((), str(folder))]
    while waiting:
        parts, place = waiting.pop()
        try:
            found = sorted(os.scandir(place), key=lambda entry: entry.name)
        except OSError as error:
            reason = f"The folder was not read: it cannot be opened ({error.strerror})."
            yield Entry((*parts, "folder"), HandedIn("folder", None, place, reason=reason))
            continue
        names = decoded([os.fsencode(entry.name) for entry in found])
        for name, entry in zip(names, found, strict=True):
            below = (*parts, *parts_of(name))
            if entry.is_dir(follow_symlinks=False):
                yield Entry(below, None)
                if not ignored(entry.name):
                    waiting.append((below, entry.path))
            else:
                yield Entry(below, _on_disk(name, Path(entry.path)))


def _on_disk(name: str, path: Path) -> HandedIn:
    return HandedIn(shown(name), _sane(path.lstat().st_mtime), str(path.absolute()))


def on_disk(path: Path) -> HandedIn:
    """Return a file that stands alone."""
    return _on_disk(*decoded([os.fsencode(path.name)]), path)


def _in_zip(file: IO[bytes], path: str) -> list[Entry]:
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            names = decoded([_raw_name(member) for member in members])
            pairs = enumerate(zip(names, members, strict=True))
            return [_of_zip(name, member, path, place) for place, (name, member) in pairs]
    except Exception as error:  # whatever these bytes lead the library to
        raise Unreadable(f"cannot be read as a .zip: {error or type(error).__name__}") from error


def _of_zip(name: str, member: zipfile.ZipInfo, path: str, place: int) -> Entry:
    parts = parts_of(name)
    if name.endswith(("/", "\\")) or not parts:
        return Entry(parts, None)
    return Entry(parts, HandedIn(shown(parts[-1]), _time_in_zip(member), path, place))


def _raw_name(member: zipfile.ZipInfo) -> bytes:
    """Return a member's name as its archive has it, or in UTF-8 where it says so."""
    if member.flag_bits & UTF8:
        return member.filename.encode("utf-8", "replace")
    added = dict(_added(member.extra)).get(UNICODE_NAME, b"")
    return added[5:] or member.orig_filename.split("\0")[0].encode("cp437", "replace")


def _added(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (kind, bytes) of what a maker has added to a member."""
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        yield kind, extra[4 : 4 + size]
        extra = extra[4 + size :]


def _time_in_zip(member: zipfile.ZipInfo) -> float | None:
    added = dict(_added(member.extra)).get(UNIX_TIMES, b"")
    if len(added) >= 5 and added[0] & 1:
        return _sane(struct.unpack_from("<i", added, 1)[0])
    if member.date_time == NO_TIME:
        return None
    try:
        return _sane(time.mktime((*member.date_time, 0, 0, -1)))
    except (ValueError, OverflowError):
        return None


def _sane(seconds: float) -> float | None:
    return float(seconds) if 0 < seconds < LAST else None


def _state_of(path: str) -> tuple[int, int, int]:
    found = os.stat(path)
    return found.st_ino, found.st_size, found.st_mtime_ns


def _found_again(path: str, place: int) -> tuple[zipfile.ZipFile, zipfile.ZipInfo]:
    try:
        archive = _opened(path, _state_of(path), os.getpid())
        return archive, archive.infolist()[place]
    except Exception as error:  # it was there when it was listed
        raise Rejected(
            "The notebook was not read: the archive is no longer what it was."
        ) from error


@functools.lru_cache(maxsize=1)
def _opened(path: str, state: tuple[int, int, int], process: int) -> zipfile.ZipFile:
    """Return an archive that is read from again and again; no two processes share its place."""
    return zipfile.ZipFile(path)


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Return the bytes of a member. Raises Rejected."""
    if stat.S_ISLNK(member.external_attr >> 16):
        raise Rejected("The notebook was not read: it is a symbolic link.")
    if member.flag_bits & ENCRYPTED:
        raise Rejected("The notebook was not read: the archive is locked with a password.")
    check_size(member.file_size)
    if member.file_size > 1_000_000 + MOST_TIMES_SMALLER * member.compress_size:
        raise Rejected("The notebook was not read: it unpacks to far more than it is.")
    try:
        with archive.open(member) as file:
            return file.read(MOST_BYTES + 1)
    except Exception as error:  # whatever these bytes lead the library to
        raise Rejected("The notebook cannot be unpacked: the file is damaged.") from error


def _in_tar(file: IO[bytes], head: bytes, most: int) -> list[Entry]:
    """Return what stands in a .tar, with its bytes: it can only be read from its beginning."""
    try:
        file.seek(0)
        plain = _plain(file, head, most)
        with tarfile.open(fileobj=plain, mode="r:", errors="surrogateescape") as archive:
            members = list(_members(archive, most))
            names = decoded([os.fsencode(member.name) for member in members])
            return [_of_tar(*pair, archive) for pair in zip(names, members, strict=True)]
    except Unreadable:
        raise
    except Exception as error:  # whatever these bytes lead the library to
        raise Unreadable(f"cannot be read as a .tar: {error or type(error).__name__}") from error


def _plain(file: IO[bytes], head: bytes, most: int) -> IO[bytes]:
    """Return a .tar's own bytes, where they are compressed, at most so many."""
    kinds = [opener for magic, opener in COMPRESSED.items() if head.startswith(magic)]
    if not kinds:
        return file
    with kinds[0](file, "rb") as unpacked:
        data = unpacked.read(most + 1)
    if len(data) > most:
        raise Unreadable(f"unpacks to more than {most / 1e6:.0f} MB")
    return io.BytesIO(data)


def _members(archive: tarfile.TarFile, most: int) -> Iterator[tarfile.TarInfo]:
    """Yield each member once: a list that leads back to its beginning has no end."""
    total, last = 0, -1
    for member in archive:
        total += max(member.size, 0)
        if member.offset <= last or member.size < 0:
            raise Unreadable("cannot be read as a .tar: its list is damaged")
        if total > most:
            raise Unreadable(f"unpacks to more than {most / 1e6:.0f} MB")
        last = member.offset
        yield member


def _of_tar(name: str, member: tarfile.TarInfo, archive: tarfile.TarFile) -> Entry:
    parts = parts_of(name)
    if member.isdir() or not parts:
        return Entry(parts, None)
    name, when = shown(parts[-1]), _sane(member.mtime)
    try:
        if member.issym() or member.islnk():
            raise Rejected("The notebook was not read: it is a link.")
        check_size(member.size)
        file = archive.extractfile(member)
        if not file:
            raise Rejected("The notebook was not read: it is not a regular file.")
        return Entry(parts, HandedIn(name, when, "", data=file.read()))
    except Rejected as reason:
        return Entry(parts, HandedIn(name, when, "", reason=str(reason)))
