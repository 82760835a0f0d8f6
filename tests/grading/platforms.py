"""Archives of submissions as Moodle and Canvas write them: facts read in their own source.

Moodle, `mod/assign/classes/downloader.php`: `get_student_prefix`, `load_submissionplugin_filelist`,
and `clean_param` (PARAM_FILE) in `lib/moodlelib.php`. Canvas, `lib/content_zipper.rb`:
`get_filename`, `add_upload_submission`, `add_text_or_url`, the `sanitize_…` functions, and
`Attachment.make_unique_filename`. Both stream: a member's time is that of the download, and
Canvas's library writes UTF-8 without the flag that says so.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

DOWNLOADED = (2026, 3, 2, 9, 30, 0)


@dataclass(frozen=True)
class Entry:
    """What one student, or team, handed in.

    name : "Ada Lovelace".  id : the platform's number.  files : {name: bytes}; in Moodle a name may
    have folders.  late : Canvas says so in the name, Moodle never.  anonymous : Canvas's id of a
    nameless student.  plugin : Moodle's, "file" or "onlinetext".
    """

    name: str
    id: int
    files: Mapping[str, bytes] = field(default_factory=dict)
    late: bool = False
    anonymous: str = ""
    plugin: str = "file"


def moodle_zip(
    entries: Iterable[Entry], folders: bool = True, ending: str = "", blind: bool = False
) -> bytes:
    """Return a Moodle archive. ending : "_" behind a folder's name, as before Moodle 4.1."""
    members = {}
    for entry in entries:
        name = "Participant" if blind else entry.name
        prefix = _moodle_clean(f"{name.replace('_', ' ')}_{entry.id}")
        for path, data in entry.files.items():
            place = f"{prefix}_assignsubmission_{entry.plugin}"
            file = PurePosixPath(path)
            parts = map(_moodle_clean, file.parts if folders else (file.name,))
            members["/".join((place + ending, *parts)) if folders else f"{place}_{next(parts)}"] = (
                data
            )
    return _zip(members)


def canvas_zip(entries: Iterable[Entry], first_attachment: int = 9001) -> bytes:
    """Return a Canvas archive: one level, a file for each attachment."""
    members, attachment = {}, first_attachment
    for entry in entries:
        prefix = canvas_prefix(entry)
        for path, data in entry.files.items():
            file = re.sub(r'[\x00/\\:*?"<>|]+', "_", path)
            members[_unique(f"{prefix}_{attachment}_{file}", members)] = data
            attachment += 1
    return _zip(members, flag=False)


def canvas_prefix(entry: Entry) -> str:
    """Return how a student's names begin: "lovelaceada_LATE_501"."""
    first, _, last = entry.name.rpartition(" ")
    sortable = f"{last}, {first}" if first else last
    name = re.sub(r"_(\d+)_", r"\1", sortable).lower()
    who = f"anon_{entry.anonymous}" if entry.anonymous else str(entry.id)
    parts = ("" if entry.anonymous else name, "LATE" if entry.late else "", who)
    # a name without letters leaves its underscore; a nameless student leaves none
    kept = parts if not entry.anonymous else tuple(filter(None, parts))
    return re.sub(r"\W", "", "_".join(part for n, part in enumerate(kept) if part or n == 0))


def _unique(name: str, taken: Mapping[str, bytes]) -> str:
    path, count = PurePosixPath(name), 0
    while name in taken:
        count += 1
        name = f"{path.stem}-{count}{path.suffix}"
    return name


def _moodle_clean(name: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]|[&<>\"`|':\\/]", "", name)


class _Unflagged(zipfile.ZipInfo):
    """A member whose name is UTF-8 and does not say so."""

    def _encodeFilenameFlags(self):
        return self.filename.encode(), self.flag_bits & ~0x800


def _zip(members: Mapping[str, bytes], flag: bool = True) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            about = (zipfile.ZipInfo if flag else _Unflagged)(name, DOWNLOADED)
            about.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(about, data)
    return made.getvalue()
