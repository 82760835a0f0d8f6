"""Fair timing on a noisy machine: contestants take turns, and medians are compared."""

import gc
import importlib.util
import os
import statistics
import time
from contextlib import contextmanager

from threadpoolctl import threadpool_limits


def installed(peer):
    """Whether a peer to compare with is there; says so where it is not."""
    found = importlib.util.find_spec(peer) is not None
    if not found:
        print(f"\n{peer} is not installed: no comparison with it (`make bench` installs it).")
    return found


@contextmanager
def one_thread():
    """One BLAS thread, and one of PyTorch and of JAX where they are installed."""
    # JAX reads this when it is first imported
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    if importlib.util.find_spec("torch"):
        import torch

        torch.set_num_threads(1)
    with threadpool_limits(1):
        yield


def interleaved(contestants, repeats=30, warm_up=3):
    """{name: median seconds} of functions that take turns, so that noise hits them alike."""
    seconds = {name: [] for name in contestants}
    for turn in range(warm_up + repeats):
        for name, run in contestants.items():
            start = time.perf_counter()
            run()
            if turn >= warm_up:
                seconds[name].append(time.perf_counter() - start)
        gc.collect()
    return {name: statistics.median(times) for name, times in seconds.items()}


def table(title, columns, rows):
    """Print a table of text cells under a title."""
    rows = [columns, *rows]
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(columns))]
    print(f"\n{title}")
    for i, row in enumerate(rows):
        cells = (str(cell).ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  " + "  ".join(cells).rstrip())
        if i == 0:
            print("  " + "  ".join("-" * width for width in widths))


def verdict(ratio, bar):
    """A ratio beside the bar that it should keep."""
    return f"{ratio:.2f} (bar {bar:.2f}, {'kept' if ratio <= bar else 'MISSED'})"
