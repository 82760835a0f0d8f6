"""What lessons measure with: memory at its peak, the fastest of several runs, how a cost grows."""

import sys
import time
import tracemalloc

import numpy as np

# computing alone, not waiting for others; too coarse on Windows
OWN_TIME = time.perf_counter if sys.platform == "win32" else time.thread_time


def megabytes(action, *inputs):
    """Return the most memory, in megabytes, that NumPy held while `action(*inputs)` ran."""
    tracemalloc.start()
    action(*inputs)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return peak


def seconds(action, *inputs, repeats=1):
    """Return how long `action(*inputs)` computed, the fastest of so many runs: others only add."""
    times = []
    for _ in range(repeats):
        start = OWN_TIME()
        action(*inputs)
        times.append(OWN_TIME() - start)
    return min(times)


def exponent(sizes, costs):
    """Return p where costs grow as sizes to the p: the slope of a line through the logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(costs), 1)[0])
