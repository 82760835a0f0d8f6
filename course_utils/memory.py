"""How the process keeps the memory that it has used."""

import ctypes
import sys


def keep_freed_memory(megabytes=256):
    """Let the process keep memory that it frees, up to so much, for the next array.

    A training step makes the same large arrays over and over. By default Linux's C library gives
    such memory back at once and fetches it anew, page by page: 40 % of a step's time, and a third
    of attention over a thousand places. This holds for the whole process; elsewhere than on Linux
    it does nothing.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # glibc has it, musl does not
    if mallopt:
        trim_threshold, most_mapped = -1, -4
        mallopt(most_mapped, 0)  # what is mapped for one array alone goes back when that is freed
        mallopt(trim_threshold, megabytes << 20)
