"""Names of files as people wrote them: decoded once, each letter in one form, fit to be shown."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TypeVar

OLDER = ("cp437", "cp1252", "cp850", "gb18030")  # of archives that are not UTF-8, the usual first
UNREADABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069]")
NOT_HANDED_IN = {
    *("__macosx", "icon\r", "thumbs.db", "desktop.ini", "$recycle.bin", "lost+found", "@eadir"),
    *("__pycache__", "system volume information"),
}
ARCHIVES = ("zip", "tar", "tgz", "tbz2", "txz", "gz", "bz2", "xz", "7z", "rar")
TEXTS = ("ipynb", "json", "txt", "text", "html", "htm", "py", "md", "rst", "tex", "log", "yml")
DOCUMENTS = ("pdf", "doc", "docx", "odt", "rtf", "pages", "ppt", "pptx", "odp", "key", "url")
TABLES = ("csv", "tsv", "xls", "xlsx", "ods", "npy", "npz", "pkl")
PICTURES = ("png", "jpg", "jpeg", "gif", "svg", "heic", "bmp", "webp", "mp4", "mov")
ENDINGS = {*ARCHIVES, *TEXTS, *DOCUMENTS, *TABLES, *PICTURES}
MAY_FOLLOW = ("ipynb", "txt", "json", "html")  # .ipynb, which browsers and mail do
MOST_LETTERS = 120  # of a name that is shown
LONGEST, LONGEST_PATH = 500, 4096  # no system takes longer ones, and an archive holds any
LETTERS = ("LATIN ", "CJK ")
Name = TypeVar("Name", str, bytes)


def decoded(raws: Sequence[bytes]) -> list[str]:
    """Return names as text: UTF-8, and what is none in the older code that fits all of it best."""
    raws = [_cut(raw, LONGEST_PATH) for raw in raws]
    foreign = [raw for raw in raws if not _is_utf8(raw)]
    code = max(OLDER, key=lambda one: _likely(foreign, one)) if foreign else "utf-8"
    return [
        unicodedata.normalize("NFC", raw.decode("utf-8" if _is_utf8(raw) else code, "replace"))
        for raw in raws
    ]


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _likely(raws: Iterable[bytes], code: str) -> int:
    """Return how many letters beyond ASCII look right in a code, less those that do not."""
    text = " ".join(raw.decode(code, "replace") for raw in raws)
    pairs = zip(f" {text}", text, strict=False)
    return sum(1 if _fits(*pair) else -1 for pair in pairs if not pair[1].isascii())


def _fits(before: str, letter: str) -> bool:
    """Say whether a letter may follow another: no capital stands within a word."""
    capital = letter.isupper() and before.isalpha() and before.islower()
    return unicodedata.name(letter, "").startswith(LETTERS) and not capital


def parts_of(name: str) -> tuple[str, ...]:
    """Return the parts of a path, of whatever system. None leads upwards, or to a root."""
    parts = name.replace("\\", "/").split("/")
    if parts and re.fullmatch(r"[A-Za-z]:", parts[0]):
        parts = parts[1:]
    return tuple(_cut(part, LONGEST) for part in parts if part.strip() not in ("", ".", ".."))


def _cut(name: Name, most: int) -> Name:
    """Return a name, without its middle where it is longer than any system takes."""
    return name if len(name) <= most else name[: most // 2] + name[-(most // 2) :]


def ignored(name: str) -> bool:
    """Say whether no student made it: a system's own files, a checkpoint, what is hidden."""
    hidden = name.startswith(".") and name.lower() != ".ipynb"  # a notebook without a name
    return hidden or name.lower() in NOT_HANDED_IN


def readable(name: str) -> str:
    """Return a name that can be written and shown: what is no letter in it becomes its number.

    Bytes that are no UTF-8, codes that steer a terminal, marks that turn the direction of a line.
    """
    return UNREADABLE.sub(lambda found: ascii(found[0])[1:-1], name)


def shown(name: str) -> str:
    """Return a readable name of at most `MOST_LETTERS` letters, with its end: two may be alike."""
    name = readable(name)
    return name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 31]}…{name[-30:]}"


def ending(name: str) -> str:
    """Return what stands behind the last dot, in small letters; "" where there is none."""
    stem, dot, last = name.rpartition(".")
    return last.lower() if stem and dot else ""


def without_ending(name: str) -> str:
    """Return a file's name without its known endings: ada.ipynb.txt is ada, j.smith is itself."""
    while ending(name) in ENDINGS:
        name = name[: -len(ending(name)) - 1]
    return name


def is_notebooks(name: str) -> bool:
    """Say whether a name promises a notebook: mini.ipynb, mini.IPYNB, mini.ipynb.txt."""
    last = ending(name)
    return ".ipynb" in name.lower() and (last in MAY_FOLLOW or last not in ENDINGS)


def is_archives(name: str) -> bool:
    """Say whether a name promises an archive."""
    return ending(name) in ARCHIVES and not is_notebooks(name)


def promise(name: str) -> int:
    """Return how unlikely a file is to be the notebook, 0 for the likeliest."""
    if is_notebooks(name):
        return 0
    if is_archives(name):
        return 1
    return 2 if ending(name) in ("py", "json", "txt", "text", "") else 3


def by_number(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return what sorts names as people do: mini, mini-2, mini-10."""
    pieces = re.findall(r"\d{1,18}|\D+|\d+", without_ending(name).casefold())
    return tuple((0, int(p), "") if p.isdecimal() and len(p) < 19 else (1, 0, p) for p in pieces)
