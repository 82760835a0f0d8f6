"""What a test may not do with what a student's code gives it: a guard in the process that runs it.

A test opens the file that an answer names, removes it, loads it. The name is the student's. So from
here on this process reads only what belongs to Python and to the sheet, writes only beside the
copies of the sheet's files, and starts nothing; a pickle finds no class.
"""

import contextlib
import os
import site
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = {"os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.chmod"}
CHANGES |= {"os.chown", "os.truncate", "os.utime", "os.mkfifo", "os.mknod", "shutil.rmtree"}
CHANGES |= {"shutil.move", "shutil.copyfile", "shutil.copytree", "shutil.unpack_archive"}
LISTS = {"os.listdir", "os.scandir", "os.walk", "os.fwalk", "glob.glob"}
STARTS = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork"}
STARTS |= {"os.forkpty", "pty.spawn", "socket.connect", "socket.bind", "socket.sendto", "os.startfile"}
STARTS |= {"pickle.find_class", "webbrowser.open", "ftplib.connect", "os.kill", "os.chdir"}
READABLE = ("/usr", "/proc", "/dev", "/etc/mime.types", "/etc/localtime", "/sys/devices/system/cpu")
PACKAGE = Path(__file__).resolve().parent.parent


class Guard:
    """What stands beside a pass: the folder of its copies, and whether the grader itself works."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.ours = os.path.realpath(folder), 0
        found = {sys.prefix, sys.base_prefix, *site.getsitepackages(), str(PACKAGE)}
        kept = Path.home() if "HOME" in os.environ else Path("/nowhere")
        found |= {str(kept / ".cache" / "matplotlib"), str(kept / ".config" / "matplotlib")}
        self.readable = (*READABLE, *sorted(map(os.path.realpath, found)))
        self.source = tuple(os.path.realpath(PACKAGE.parent / n) for n in ("solutions", "exercises"))

    def stand(self) -> None:
        """Begin: it stands until the process ends."""
        sys.addaudithook(self._look)

    @contextlib.contextmanager
    def aside(self) -> Generator[None, None, None]:
        """Let the grader's own code do what it has to."""
        self.ours += 1
        try:
            yield
        finally:
            self.ours -= 1

    def _look(self, event: str, about: tuple[Any, ...]) -> None:
        if self.ours:
            return
        if event == "open":
            path, mode, flags = about
            self._opened(path, bool(flags & WRITES) if isinstance(flags, int) else "w" in str(mode))
        elif event in CHANGES:
            for path in about[:2]:
                self._inside(path)
        elif event in LISTS:
            self._opened(about[0] if about and about[0] is not None else ".", False)
        elif event in STARTS:
            raise PermissionError(f"{event} is not done where a class is graded")

    def _inside(self, path: object) -> None:
        if isinstance(path, str | bytes | os.PathLike) and not self._is_in(path, (self.folder,)):
            raise PermissionError("what stands elsewhere is not changed where a class is graded")

    def _opened(self, path: object, writes: bool) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return  # a file that is open already
        if self._is_in(path, (self.folder,)) or str(path) == os.devnull:
            return
        hidden = self._is_in(path, self.source)
        if writes or hidden or not self._is_in(path, self.readable):
            raise PermissionError("a file that stands elsewhere is not opened in a test")

    def _is_in(self, path: Any, folders: tuple[str, ...]) -> bool:
        real = os.path.realpath(os.fsdecode(path))
        return any(real == folder or real.startswith(f"{folder}{os.sep}") for folder in folders)
