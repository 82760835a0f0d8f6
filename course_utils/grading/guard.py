"""What the process that runs a master's tests does not do, whatever a student's answer gives them.

A test may open the path that an answer gives, and remove it; evaluate a repr; run the examples of a
docstring; load a pickle. In a kernel that harms the student alone. Here it is the grader's
process, beside SOURCE and what others handed in. So it reads and writes among the copies of the
sheet's files alone, and runs no text that is not its own.
"""

import collections
import dataclasses
import dis
import enum
import os
import sys
import timeit
from collections.abc import Callable, Iterable
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any

from course_utils.grading import exchange, forks, kernel, magics, sandbox, usage, view

# They run the master's cells, or what they write themselves of names.
RUNNERS = (kernel, magics, collections, dataclasses, enum)
READABLE = ("/usr", "/lib", "/lib64", "/dev/null", "/dev/urandom")
READABLE += ("/etc/localtime", "/etc/mime.types", "/etc/os-release", "/etc/ssl", "/etc/timezone")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGING = {"os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink"}
CHANGING |= {"os.truncate", "os.chmod", "os.chown", "os.utime", "shutil.rmtree", "shutil.move"}
LISTING = {"os.listdir", "os.scandir", "sqlite3.connect"}
STARTING = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn"}
STARTING |= {"socket.connect", "socket.bind", "ctypes.dlopen", "pty.spawn"}
STARTING |= {"sqlite3.load_extension", "sqlite3.enable_load_extension"}


# What values and hints of types are made of, by the beginnings of the names that steps have.
PLAIN = ("RESUME", "CACHE", "NOP", "LOAD_NAME", "LOAD_CONST", "LOAD_SMALL_INT", "RETURN_")
PLAIN += ("BINARY_", "BUILD_", "UNARY_", "COMPARE_OP", "LIST_EXTEND", "SET_UPDATE")
# The lines that `timeit` writes around what it measures.
BEGINS = ("", ", _stmt=_stmt", ", _setup=_setup", ", _setup=_setup, _stmt=_stmt")
BEGINS += (", _stmt=_stmt, _setup=_setup",)
AROUND = {f"def inner(_it, _timer{more}):" for more in BEGINS}
AROUND |= {"_t0 = _timer()", "for _i in _it:", "_stmt()", "_setup()", "_t1 = _timer()"}
AROUND |= {"return _t1 - _t0", "pass", ""}


class Refused(PermissionError):
    """Something that a test would only do because of what an answer gave it."""


def guard(place: Path, texts: frozenset[str], hidden: Iterable[str] = ()) -> None:
    """Let this process do nothing harmful from now on: it works in that folder.

    texts : the master's own: they may be run, see `texts`.  hidden : files and folders that are not
    read, wherever they stand, see `view`.
    """
    sys.addaudithook(_Guard(place, texts, hidden))


class _Guard:
    """What Python asks before it does something. It lasts as long as its process."""

    def __init__(self, place: Path, texts: frozenset[str], hidden: Iterable[str]) -> None:
        self.place = os.path.realpath(place)
        package = str(Path(__file__).resolve().parents[1])
        homes = (self.place, sys.prefix, sys.base_prefix, package, *READABLE)
        self.readable = tuple(os.path.realpath(home) for home in homes)
        self.hidden = tuple(map(str, view.hidden(hidden)))
        self.texts = texts
        self.known = False  # whether the text that was compiled last is the master's
        self.asked: dict[str, Callable[..., None]] = {
            "open": self._open,
            "compile": self._compile,
            "exec": self._exec,
            "pickle.find_class": self._find_class,
        }
        self.asked |= dict.fromkeys(CHANGING, self._change)
        self.asked |= dict.fromkeys(LISTING, self._look)
        self.asked |= dict.fromkeys(STARTING, self._start)

    def __call__(self, event: str, about: tuple[Any, ...]) -> None:
        ask = self.asked.get(event)
        if ask:
            ask(sys._getframe(1), *about)

    def _open(self, caller: FrameType, path: Any, mode: Any, flags: int) -> None:
        if isinstance(path, int):
            return
        if _is_of(caller, usage):  # many times for each test: to look a path up takes longer
            return
        homes = (self.place, os.devnull) if flags & WRITING else self.readable
        if not self._lies_in(path, homes) and not _starts_a_worker(caller):
            raise Refused("a test opens no file but those of its sheet")

    def _change(self, caller: FrameType, *about: Any) -> None:
        paths = [one for one in about if isinstance(one, str | bytes | os.PathLike)]
        inside = all(self._lies_in(path, (self.place,)) for path in paths)
        if not inside and not _starts_a_worker(caller):
            raise Refused("a test changes no file but those of its sheet")

    def _look(self, caller: FrameType, path: Any = None) -> None:
        if path is None or isinstance(path, int) or path == ":memory:" or _is_of(caller, usage):
            return
        ours = self._lies_in(path, self.readable) or _starts_a_worker(caller)
        if not ours and not _imports(caller):
            raise Refused("a test looks into no folder but that of its sheet")

    def _compile(self, caller: FrameType, text: Any, file: Any) -> None:
        self.known = text is not None and self._is_known(_decoded(text), caller)

    def _is_known(self, text: str, caller: FrameType) -> bool:
        """Say whether a text is the master's, or what `timeit` writes around it."""
        if not _is_of(caller, timeit):
            return text.strip() in self.texts
        own = {line.strip() for one in self.texts for line in one.splitlines()}
        lines = (line.strip() for line in text.splitlines())
        return all(line in own | AROUND for line in lines)

    def _exec(self, caller: FrameType, code: Any) -> None:
        ours = self.known or not code.co_filename.startswith("<") or _is_of(caller, *RUNNERS)
        self.known = False
        if not ours and not _is_plain(code) and not _imports(caller):
            raise Refused("a test runs no text of an answer's")

    def _find_class(self, caller: FrameType, module: str, name: str) -> None:
        if not _is_of(caller, forks) and not _imports(caller):
            raise Refused("a test loads no pickle with more than plain data in it")

    def _start(self, caller: FrameType, *about: Any) -> None:
        if not _starts_a_worker(caller) and not _imports(caller):
            raise Refused("a test starts no program")

    def _lies_in(self, path: Any, homes: tuple[str, ...]) -> bool:
        """Say whether a path lies in one of these, and in nothing hidden that stands deeper."""
        whole = os.path.realpath(os.fsdecode(path))
        above = [one for one in (*homes, *self.hidden) if Path(whole).is_relative_to(one)]
        return bool(above) and max(above, key=len) in homes


def _is_plain(code: CodeType) -> bool:
    """Say whether it calls nothing and looks into nothing: a list of texts, `dict[str, int]`."""
    return all(step.opname.startswith(PLAIN) for step in dis.get_instructions(code))


def _decoded(text: Any) -> str:
    return text.decode(errors="replace") if isinstance(text, bytes) else str(text)


def _is_of(frame: FrameType, *modules: ModuleType) -> bool:
    return any(frame.f_code.co_filename == module.__file__ for module in modules)


def _stack(frame: FrameType | None) -> Iterable[FrameType]:
    while frame:
        yield frame
        frame = frame.f_back


def _starts_a_worker(caller: FrameType) -> bool:
    """Say whether it is the grader that asks: for a new worker, or how much one uses."""
    return any(_is_of(frame, exchange, sandbox, usage) for frame in _stack(caller))


def _imports(caller: FrameType) -> bool:
    """Say whether a library is being loaded: what it does then is its own."""
    return any(frame.f_code.co_filename.startswith("<frozen importlib") for frame in _stack(caller))
