"""What a worker sees of the disk: Python and its packages, and nothing of a class among them.

A folder that is shown may hold one that must not be read, a clone in /usr/share for example, and
that one again the packages that Python needs. So each path says what holds below it, shown or
hidden, until a deeper path says otherwise.
"""

import glob
import os
import site
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from course_utils.grading import GradingError

PACKAGE = Path(__file__).resolve().parent.parent
# Programs, libraries, fonts, time zones. Not the whole of /usr: people keep folders there.
PARTS = ("bin", "sbin", "lib", "lib32", "lib64", "libexec", "share/fonts", "share/zoneinfo")
SYSTEM = tuple(f"{folder}/{part}" for folder in ("/usr", "/usr/local") for part in PARTS)
SYSTEM += ("/etc/ld.so.cache", "/etc/alternatives")
OF_PYTHON = ("bin", "lib", "lib64", "share", "pyvenv.cfg")  # a clone may stand beside them
LINKS = ("/bin", "/lib", "/lib64", "/lib32", "/sbin")
MADE_INSIDE = (Path("/"), Path("/tmp"))


def shown(more: Iterable[str] = ()) -> list[Path]:
    """List what a worker may read: the system's programs, Python, its packages, and `more`."""
    folders = [path for path in LINKS if not os.path.islink(path)]
    prefixes = {sys.base_prefix, sys.prefix} - {"/usr", "/usr/local"}
    python = [f"{prefix}/{part}" for prefix in prefixes for part in OF_PYTHON]
    python = [path for path in python if not path.endswith("lib64") or not os.path.islink(path)]
    names = {*SYSTEM, *folders, *python, *packages(), *map(str, fonts()), *more}
    return sorted(path for path in map(Path, names) if path.exists())


def hidden(more: Iterable[str] = ()) -> list[Path]:
    """List what no worker may read, wherever it stands: the course, and all that `more` is part of.

    A file stands for itself; a file or a folder of a repository for the whole repository.
    """
    found = set[Path]()
    for path in (PACKAGE, *(Path(os.path.abspath(name)) for name in more)):
        real = path.resolve()
        found |= {real, *filter(None, [_repository(real)])}
    installed = (Path(folder, PACKAGE.name) for folder in packages())
    return sorted(path for path in {*found, *installed} if path.exists())


def flags(seen: Sequence[Path], unseen: Sequence[Path]) -> list[str]:
    """Return bubblewrap's flags for a view with these paths shown, read-only, and those hidden.

    Raises GradingError where a path would have to be both.
    """
    covers = _as_seen(seen, unseen)
    made, masks, found = set(MADE_INSIDE), list[str](), list[str]()
    known = {*seen, *covers}
    for path in sorted(known):
        above = next((folder for folder in path.parents if folder in known), None)
        is_seen = above is not None and above not in covers
        if path in covers and is_seen:
            found += _cover(path)
            made.add(path)
            masks += [str(path)] if path.is_dir() else []
        elif path not in covers and not is_seen:
            found += [*_folders(path, above, made), "--ro-bind-try", str(path), str(path)]
    return [*found, *(part for path in masks for part in ("--remount-ro", path))]


def links() -> list[str]:
    """Return flags for links such as /bin, where they are links."""
    pairs = [(os.readlink(path), path) for path in LINKS if os.path.islink(path)]
    return [part for pair in pairs for part in ("--symlink", *pair)]


def packages() -> list[str]:
    """List the folders in which packages are installed, NumPy's among them."""
    return list(dict.fromkeys([*site.getsitepackages(), str(Path(np.__file__).parents[1])]))


def libraries(modules: Iterable[str]) -> list[str]:
    """List the files and folders of installed modules that are there."""
    places = [Path(folder, *name.split(".")) for name in modules for folder in packages()]
    found = [[place, *place.parent.glob(f"{place.name}.*")] for place in places]
    return sorted(str(path) for some in found for path in some if path.exists())


def fonts() -> list[Path]:
    """Find matplotlib's list of fonts, which takes seconds to make anew."""
    home = os.path.expanduser("~")  # stays "~" for a user without a name and a HOME
    folder = glob.escape(os.path.join(home, ".cache", "matplotlib"))
    return sorted(map(Path, glob.glob(f"{folder}/fontlist-*.json")))  # of no home that is locked


def _repository(path: Path) -> Path | None:
    """Return the folder above with a whole course or a repository in it, or None."""
    apart = {Path(os.path.realpath(folder)) for folder in packages()}
    for folder in path.parents:
        if folder in apart or folder == Path("/"):
            return None
        if (folder / ".git").exists() or (folder / PACKAGE.name).is_dir():
            return folder
    return None


def _as_seen(seen: Sequence[Path], unseen: Sequence[Path]) -> set[Path]:
    """Return the paths under which what is hidden would be seen. Raises GradingError."""
    found = set[Path]()
    for folder in seen:
        real = folder.resolve()
        for path in unseen:
            if path == real:
                raise GradingError(
                    f"{path} cannot be hidden from students' code, for Python stands there too: "
                    "move what belongs to the class into a folder of its own"
                )
            if real in path.parents:
                found.add(folder / path.relative_to(real))
    return found


def _cover(path: Path) -> list[str]:
    """Return flags that put nothing in the place of a folder, or of a file."""
    if path.is_dir():
        return ["--perms", "0755", "--tmpfs", str(path)]
    return ["--ro-bind", os.devnull, str(path)]


def _folders(path: Path, above: Path | None, made: set[Path]) -> Iterator[str]:
    """Make the folders to a path; of its own accord bubblewrap makes them for their owner alone."""
    below = [folder for folder in reversed(path.parents) if not above or above in folder.parents]
    for folder in below:
        if folder not in made:
            made.add(folder)
            yield from ("--perms", "0755", "--dir", str(folder))
