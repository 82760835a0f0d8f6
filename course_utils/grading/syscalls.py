"""System calls that a student's code has no use for, as a filter that the sandbox loads.

They are refused with "operation not permitted": calls that make memory outside of processes, where
no limit counts it, calls that leave the core where a submission has its place, and calls that open
more of the kernel than a program on numbers needs. Sockets are refused but for the families that
stay inside: a namespace of its own holds the network, and a virtual machine's host is beyond it.
"""

import os
import platform
import struct

ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000 | 1, 0x80000000  # 1: operation not permitted
NO_FAMILY = 0x00050000 | 97  # as from a kernel that was built without it
LOAD, AND, EQUAL, AT_LEAST, RETURN = 0x20, 0x54, 0x15, 0x35, 0x06  # the filters' instructions
NUMBER, MACHINE, ARGUMENTS = 0, 4, 16  # where these stand; 8 bytes for an argument
OTHER_NUMBERS = 0x40000000  # from here on, a second table of calls on x86-64

# Numbers by name: (x86-64, arm64).
REFUSED = {
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "fsopen": (430, 430),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "kexec_load": (246, 104),
    "open_by_handle_at": (304, 265),
    "quotactl": (179, 60),
    "swapon": (167, 224),
    "reboot": (169, 142),
    "delete_module": (176, 106),
    "kexec_file_load": (320, 294),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "quotactl_fd": (443, 443),
    "name_to_handle_at": (303, 264),
    "io_setup": (206, 0),  # takes from a number that the whole machine shares
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "sched_setaffinity": (203, 122),
    "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440),
    "kcmp": (312, 272),
    "move_pages": (317, 239),
    "migrate_pages": (256, 238),
    "fanotify_init": (300, 262),
    "syslog": (103, 116),
    "acct": (163, 89),
    "sync": (162, 81),  # makes the whole machine write
    "syncfs": (306, 267),
    "inotify_init": (253, 26),  # of these a user has so many, inside and outside together
    "inotify_init1": (294, 26),
    "vmsplice": (278, 75),  # what waits in a pipe is no process's memory
}
SOCKETS = {"socket": (41, 198), "socketpair": (53, 199)}
MMAP = {"mmap": (9, 222)}
NOBODYS = 0x21  # shared, and of no file: it stays when it is unmapped by the process that filled it
SETSOCKOPT = {"setsockopt": (54, 208)}
BUFFERS = (7, 8)  # how much may wait in a socket
FAMILIES = (1, 2, 10)  # of one machine, and of the internet in its two versions
Line = tuple[int, int, int, int]  # instruction, lines to skip where true, and where not, number
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


def program(machine: str | None = None) -> bytes:
    """Return the filter's bytes for a machine, this one by default; `b""` where none is known."""
    column, code = MACHINES.get(machine or platform.machine(), (0, None))
    if code is None:
        return b""
    lines = [(LOAD, 0, 0, MACHINE), (EQUAL, 1, 0, code), (RETURN, 0, 0, KILL), (LOAD, 0, 0, NUMBER)]
    lines += [(AT_LEAST, 0, 1, OTHER_NUMBERS), (RETURN, 0, 0, KILL)]
    for pair in REFUSED.values():
        lines += _where(pair[column], [(RETURN, 0, 0, REFUSE)])
    for pair in SOCKETS.values():
        lines += _where(pair[column], _known_family())
    for pair in MMAP.values():
        lines += _where(pair[column], _memory_of_somebody())
    for pair in SETSOCKOPT.values():
        lines += _where(pair[column], _no_larger_buffers())
    lines.append((RETURN, 0, 0, ALLOW))
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def _where(number: int, lines: list[Line]) -> list[Line]:
    """Return lines that are only reached by the call of this number, and must end the program."""
    return [(EQUAL, 0, len(lines), number), *lines]


def _known_family() -> list[Line]:
    """Return lines that allow a socket of a known family, and no other."""
    known = [(EQUAL, len(FAMILIES) - place, 0, n) for place, n in enumerate(FAMILIES)]
    return [_argument(0), *known, (RETURN, 0, 0, NO_FAMILY), (RETURN, 0, 0, ALLOW)]


def _memory_of_somebody() -> list[Line]:
    """Return lines that allow memory of one process, and files."""
    return [
        *(_argument(3), (AND, 0, 0, NOBODYS), (EQUAL, 0, 1, NOBODYS)),
        *((RETURN, 0, 0, REFUSE), (RETURN, 0, 0, ALLOW)),
    ]


def _no_larger_buffers() -> list[Line]:
    """Return lines that allow options of a socket other than the sizes of its buffers."""
    small, large = BUFFERS
    return [
        *(_argument(1), (EQUAL, 0, 4, 1)),  # 1: an option of sockets as such
        *(_argument(2), (EQUAL, 1, 0, small), (EQUAL, 0, 1, large)),
        *((RETURN, 0, 0, REFUSE), (RETURN, 0, 0, ALLOW)),
    ]


def _argument(place: int) -> Line:
    """Return the line that loads the lower half of a call's argument."""
    return LOAD, 0, 0, ARGUMENTS + 8 * place


def as_file() -> int | None:
    """Return a file descriptor that gives the sandbox the filter, or None; the caller closes it."""
    wanted = program()
    if not wanted:
        return None
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as file:
        file.write(wanted)
    return reading
