"""The command line of the sandbox: what a worker can see, and what it cannot do.

bubblewrap gives it user, process, network and mount namespaces of its own. It sees a read-only
Python, no file of the course, and has a small /tmp. Root first steps down to a user id that nobody
else has; where it may mount, a layer before that builds the view, for root can read more.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from course_utils.grading import GradingError, syscalls, view
from course_utils.grading.environment import ONE_THREAD

FOLDER = Path(__file__).resolve().parent / "inside"
INSIDE = "/inside"  # where that folder is shown in the sandbox; nothing in it is a secret
WORKER = "worker.py"
MODELS = (
    FOLDER.parents[1] / "lab" / "models"
)  # beside `/course_utils.lab.ready_made.py`, as `shelf` names it
FIRST_USER = 61_000  # as root: the user id of the first slot
MEGABYTE = 1 << 20
MOUNTS = 21  # the capability's number
INSTALL = (
    "install bubblewrap (Debian, Ubuntu: apt install bubblewrap; Fedora: dnf install bubblewrap)"
)
NEEDED = "--security-opt seccomp=unconfined --security-opt systempaths=unconfined"
# What bubblewrap or setpriv says, in part, where something of the system is closed: what opens it.
OPENED_BY = {
    "uid map": "as root, sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 (AppArmor)",
    "exceeded": "as root, sysctl -w user.max_user_namespaces=10000",
    "setresuid": "run it as a user who is not root",
    "mount proc": f"start the container with {NEEDED}",
}
IN_CONTAINER = ("/.dockerenv", "/run/.containerenv")  # files that Docker and Podman leave
PLOTS = "/tmp/matplotlib"
ENVIRONMENT = {
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
    "MPLBACKEND": "Agg",
    "MPLCONFIGDIR": PLOTS,
    **ONE_THREAD,
}


@dataclass(frozen=True)
class Limits:
    """What one submission may use: seconds, megabytes, processes, files.

    cell, call : seconds for one cell, for one call.  total : for the whole submission.
    memory : megabytes of one process; all together may use twice that.  disk : of /tmp.
    files : open in one process; sockets of all together.
    """

    cell: float = 60.0
    call: float = 10.0
    total: float = 300.0
    memory: int = 2_000
    disk: int = 64
    processes: int = 32
    files: int = 128

    def inside(self) -> dict[str, int]:
        """Return the limits that the kernel keeps for each process inside, by their names there."""
        return {
            "AS": self.memory * MEGABYTE,
            "FSIZE": self.disk * MEGABYTE,
            "CPU": int(self.total) + 1,
            "NPROC": self.processes,
            "NOFILE": self.files,
            "CORE": 1,  # 0 would still call the program that many machines have for crashes
        }


@dataclass(frozen=True)
class Sandbox:
    """Where workers run. `safe=False` is a plain process, for those who know what they do.

    slot : no two sandboxes at a time have the same.  shown : more folders that a worker may read.
    hidden : files and folders that it must not read, wherever they stand.  withheld : those of
    installed modules that would answer a question.
    core : the one that a worker and all that it starts run on; None for any. A worker cannot leave
    it, so that however many processes a student's code starts, a neighbour's clock stays right.
    """

    limits: Limits = field(default_factory=Limits)
    safe: bool = True
    slot: int = 0
    shown: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    core: int | None = None

    def command(self, refused: int | None = None) -> list[str]:
        """Return the command that starts a worker, whose channel is its standard input.

        refused : a file descriptor with the filter of system calls, see `syscalls`.
        """
        if not self.safe:
            return _worker(str(FOLDER))
        return self.around(_worker(INSIDE), "" if refused is None else str(refused))

    def around(self, program: Sequence[str], refused: str = "", told: str = "") -> list[str]:
        """Return the command that starts a program in the sandbox.

        refused : as above.  told : a file descriptor that gets the number of its first process.
        """
        calls = ["--seccomp", refused] if refused else []
        calls += ["--info-fd", told] if told else []
        inner = [*self._walls(), *calls, *self._layers(), "--chdir", "/tmp", *program]
        return [*self._steps_down(), *inner] if os.geteuid() == 0 else inner

    def copied(self) -> list[str]:
        """Return the command that starts what workers are copied from, outside of a sandbox.

        It runs no student's code, but as the user who will, and it sees no more than that one.
        """
        root = os.geteuid() == 0
        program = _worker(INSIDE if _may_mount() else str(FOLDER), "--copied")
        return [*self._steps_down(), *program] if root else program

    def start(self, connection: socket.socket, folder: str = "/") -> subprocess.Popen[bytes]:
        """Start a worker on that socket; return its process, in a session of its own.

        folder : where a plain process works; inside a sandbox it is the sandbox's own /tmp.
        """
        refused = syscalls.as_file() if self.safe else None
        try:
            with on_core(self.core):
                return subprocess.Popen(
                    self.command(refused),
                    stdin=connection.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    env={} if self.safe else ENVIRONMENT,  # inside, /proc/1/environ shows it
                    cwd=folder,
                    start_new_session=True,
                    pass_fds=[] if refused is None else [refused],
                )
        finally:
            if refused is not None:
                os.close(refused)

    def why_not(self) -> str | None:
        """Say why a sandbox cannot be had here, in a sentence; None where it can."""
        if not sys.platform.startswith("linux"):
            return "grading needs Linux: run it in a Linux machine or container"
        if not shutil.which("bwrap"):
            return f"bubblewrap is missing: {INSTALL}"
        if os.geteuid() == 0 and not shutil.which("setpriv"):
            return "setpriv is missing, with which root steps down: install util-linux"
        try:
            command = self._trial()
        except GradingError as error:
            return str(error)
        tried = subprocess.run(command, env={}, capture_output=True, text=True)
        if tried.returncode:
            said = tried.stderr.strip().splitlines()[-1:] or ["no reason given"]
            return f"bubblewrap cannot make a sandbox here: {said[0].rstrip('.')}{_remedy(said[0])}"
        return None

    def _trial(self) -> list[str]:
        command = self.command()
        return [*command[: command.index(sys.executable)], "/usr/bin/true"]

    def _walls(self) -> list[str]:
        return [
            _found("bwrap"),
            *("--unshare-user", "--unshare-all", "--disable-userns", "--die-with-parent"),
            *("--uid", "1000", "--gid", "1000", "--hostname", "sandbox", "--cap-drop", "ALL"),
            *("--clearenv", *_variables()),
        ]

    def _layers(self) -> list[str]:
        """List what is mounted inside. /tmp comes before anything that stands below it."""
        mounts = _may_mount()
        again = [path for path in view.shown(self.shown) if Path("/tmp") in path.parents]
        return [
            *(("--ro-bind", "/", "/") if mounts else ()),
            *("--proc", "/proc", "--dev", "/dev"),
            # mapped, it is memory that is no process's own
            *("--ro-bind", os.devnull, "/dev/zero"),
            *("--size", str(self.limits.disk * MEGABYTE), "--perms", "0700", "--tmpfs", "/tmp"),
            *(self._view(again) if mounts else self._whole_view()),
            *(p for f in view.fonts() for p in ("--symlink", str(f), f"{PLOTS}/{f.name}")),
            *("--remount-ro", "/dev", "--remount-ro", "/"),
        ]

    def _steps_down(self) -> list[str]:
        """Return what root does first: to build the view with its rights, and to give them up."""
        user = str(FIRST_USER + self.slot)
        return [
            *(self._outer_view() if _may_mount() else ()),
            *(_found("setpriv"), "--reuid", user, "--regid", user, "--clear-groups"),
            *("--no-new-privs", "--inh-caps=-all", "--bounding-set=-all", "--pdeathsig", "keep"),
        ]

    def _outer_view(self) -> list[str]:
        """Return root's own layer: root can read what the student's user id will see."""
        return [
            *(_found("bwrap"), "--die-with-parent", "--clearenv", *_variables()),
            *("--bind", "/proc", "/proc", "--dev", "/dev", "--perms", "0755", "--dir", "/tmp"),
            *self._whole_view(),
            *("--remount-ro", "/", "--"),
        ]

    def _whole_view(self) -> list[str]:
        seen = self._view(view.shown(self.shown))
        models = "--ro-bind", str(MODELS), f"/{MODELS.name}"
        return [*view.links(), *seen, "--ro-bind", str(FOLDER), INSIDE, *models]

    def _view(self, paths: Sequence[Path]) -> list[str]:
        return view.flags(paths, view.hidden((*self.hidden, *self.withheld)))


def _worker(folder: str, *how: str) -> list[str]:
    # `site` would read hooks, which takes an eighth
    return [sys.executable, "-I", "-S", f"{folder}/{WORKER}", *how, *view.packages()]


def _variables() -> list[str]:
    return [part for pair in ENVIRONMENT.items() for part in ("--setenv", *pair)]


def _remedy(said: str) -> str:
    """Return what to do where bubblewrap cannot have what it needs, as the end of a sentence."""
    ways = [how for words, how in OPENED_BY.items() if words in said]
    if not ways and any(map(os.path.exists, IN_CONTAINER)):
        ways = [f"start the container with {NEEDED}"]
    return ". What helps: " + "; or ".join([*ways, "grade in a virtual machine of your own"])


def _may_mount() -> bool:
    """Say whether this is a root that may mount; in a container root usually may not."""
    if os.geteuid() != 0:
        return False
    with open("/proc/self/status", encoding="ascii", errors="replace") as status:
        held = next((line for line in status if line.startswith("CapEff:")), "CapEff: 0")
    return bool(int(held.split()[1], 16) >> MOUNTS & 1)


def core_of(slot: int) -> int | None:
    """Return the core for one of the slots side by side: each another, while there are enough."""
    if not hasattr(os, "sched_getaffinity"):
        return None
    cores = sorted(os.sched_getaffinity(0))
    return cores[slot % len(cores)]


@contextlib.contextmanager
def on_core(core: int | None) -> Generator[None, None, None]:
    """Let what this thread starts run on that core, and this thread where it ran before."""
    if core is None:
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def _found(program: str) -> str:
    return shutil.which(program) or program
