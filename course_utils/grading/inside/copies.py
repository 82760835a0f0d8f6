"""A worker that runs no student's code: copies of it do, each in a sandbox that is made for it.

To load NumPy takes most of a worker's start, so it is done once. A copy goes into every namespace
of a sandbox that bubblewrap has made, gives up what it could do there, and looks that it has. The
process that is copied stays outside: from within a sandbox it has no number.
"""

import ctypes
import gc
import json
import os
import socket
import sys

NAMESPACES = 0x7E020000  # mounts, cgroup, host's name, IPC, users, processes, network
DUMPABLE, DROP, NO_NEW_PRIVILEGES, AMBIENT, SECCOMP = 4, 24, 38, 47, 22
CLEAR_ALL, FILTER = 4, 2
VERSION_3 = 0x20080522  # of the kernel's records of capabilities: 64 of them
MOST_CAPABILITIES = 64
CORE = 4  # bytes: the one to run on, −1 for any; behind them the filter of system calls
MOST_BYTES = 1 << 16
NONE_LEFT = {"CapInh": 0, "CapPrm": 0, "CapEff": 0, "CapBnd": 0, "CapAmb": 0, "NoNewPrivs": 1}


class Program(ctypes.Structure):
    """A filter of system calls, as the kernel takes it."""

    _fields_ = (("lines", ctypes.c_ushort), ("first", ctypes.c_char_p))


def serve():
    """Make a copy for each message; return in the copies alone, with the grader at input 0."""
    gc.freeze()
    orders = socket.socket(fileno=os.dup(0))
    while True:
        order, files, _, _ = socket.recv_fds(orders, MOST_BYTES, 3)
        if not order:
            os._exit(0)
        child = os.fork()
        if not child:
            orders.close()
            become_worker(order, *files)
            return
        for file in files:
            os.close(file)
        os.waitpid(child, 0)


def become_worker(order, channel, told, ready):
    """Become the worker of a sandbox. Whatever goes wrong ends this copy, and with it the channel.

    channel : leads to the grader.  told : says which process is the sandbox's first, and ready :
    when it has been built.
    """
    try:
        if not os.read(ready, 1):
            os._exit(1)
        first = json.loads(os.read(told, MOST_BYTES))["child-pid"]  # it was told before
        core = int.from_bytes(order[:CORE], "little", signed=True)
        if core >= 0:
            os.sched_setaffinity(0, {core})
        enter(os.pidfd_open(first))
        give_up_rights(order[CORE:])
        for _ in range(2):  # the first is in there, the second has the sandbox's first as parent
            if os.fork():
                os._exit(0)
        look_for_rights(order[CORE:])
        os.setsid()  # what kills its own group reaches nobody else
        os.dup2(channel, 0)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        os.chdir("/tmp")
        os.environ["PWD"] = "/tmp"
        draw_anew()
    except BaseException:
        os._exit(1)


def enter(process):
    """Go into the namespaces of a process."""
    _called(ctypes.CDLL(None, use_errno=True).setns(process, NAMESPACES))


def give_up_rights(refused):
    """Keep no capability and no way to one, and load the filter; raise OSError where that fails."""
    libc = ctypes.CDLL(None, use_errno=True)
    for number in range(MOST_CAPABILITIES):
        if libc.prctl(DROP, number, 0, 0, 0):
            break  # beyond the last that this kernel knows
    _called(libc.prctl(AMBIENT, CLEAR_ALL, 0, 0, 0))
    none = (ctypes.c_uint32 * 6)()
    _called(libc.capset((ctypes.c_uint32 * 2)(VERSION_3, 0), none))
    _called(libc.prctl(DUMPABLE, 1, 0, 0, 0))  # as any program: it may look at itself in /proc
    _called(libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    if refused:
        program = Program(len(refused) // 8, refused)
        _called(libc.prctl(SECCOMP, FILTER, ctypes.byref(program), 0, 0))


def look_for_rights(refused):
    """Raise OSError where this process has a right left: a second look, by what the kernel says."""
    with open("/proc/self/status", encoding="ascii", errors="replace") as status:
        said = dict(line.split(":", 1) for line in status)
    left = {name: int(said[name], 16) for name in NONE_LEFT}
    if left != NONE_LEFT or (refused and int(said["Seccomp"]) != FILTER):
        raise OSError("a right is left")


def draw_anew():
    """Let every copy have random numbers of its own; Python's `random` does so by itself."""
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()


def _called(result):
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
