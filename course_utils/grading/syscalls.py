"""System calls that a student's code has no use for, as a filter that the sandbox loads.

They are refused with "operation not permitted": calls that make memory outside of processes, where
no limit counts it, and calls that open more of the kernel than a program on numbers needs.
"""

import os
import platform
import struct

ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000 | 1, 0x80000000  # 1: operation not permitted
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06  # instructions of the kernel's filters
NUMBER, MACHINE = 0, 4  # where a call's number and the machine stand
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
}
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


def program(machine: str | None = None) -> bytes:
    """Return the filter's bytes for a machine, this one by default; `b""` where none is known."""
    column, code = MACHINES.get(machine or platform.machine(), (0, None))
    if code is None:
        return b""
    numbers = [pair[column] for pair in REFUSED.values()]
    lines = [(LOAD, 0, 0, MACHINE), (EQUAL, 1, 0, code), (RETURN, 0, 0, KILL), (LOAD, 0, 0, NUMBER)]
    lines += [(AT_LEAST, 0, 1, OTHER_NUMBERS), (RETURN, 0, 0, KILL)]
    lines += [(EQUAL, len(numbers) - place, 0, n) for place, n in enumerate(numbers)]
    lines += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, REFUSE)]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def as_file() -> int | None:
    """Return a file descriptor that gives the sandbox the filter, or None; the caller closes it."""
    wanted = program()
    if not wanted:
        return None
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as file:
        file.write(wanted)
    return reading
