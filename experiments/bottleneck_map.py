"""Accuracy over length × width, with and without attention: python -m experiments.bottleneck_map

Strings backwards, lengths 2 to 20. Both models choose their learning rate on held-out data, at each
width; the one without attention has more steps, so that both compute for about as long. Prints two
tables and writes course_utils/lab/results/bottleneck_map.json, which lesson 09 draws. About 15
minutes of one core.
"""

import time

import numpy as np
from threadpoolctl import threadpool_limits

from course_utils.lab import lengths as lab
from experiments.record import record

SEEDS = (1, 2, 3)
WIDTHS = (16, 32, 64, 128)
STEPS = {"no attention": 2_250, "dot": 1_500}  # about as long: a dot step takes 1.5 times the time
RATES = (4e-3, 10e-3)
LENGTHS = tuple(range(2, lab.LONGEST + 1))
SETTINGS = {
    "widths": list(WIDTHS),
    "batch": lab.BATCH,
    "steps": STEPS,
    "rates": list(RATES),
    "lengths": list(LENGTHS),
}


def run(task, name, width, rate, seed, test):
    """(share of symbols right by length, share of strings right, CPU seconds) of one model."""
    start = time.process_time()
    model = lab.trained(task, name, STEPS[name], rate, seed, width)
    seconds = time.process_time() - start
    return lab.symbols_by_length(model, test, LENGTHS), lab.judged(model, test).mean(), seconds


def best_rate(task, name, width, dev):
    """The learning rate that does best on held-out data, seed 0."""
    return max(RATES, key=lambda rate: run(task, name, width, rate, 0, dev)[0].mean())


@threadpool_limits.wrap(limits=1)
def main():
    task = lab.reversing()
    dev, test = lab.halves(task.test)
    found = {}
    for name in STEPS:
        for width in WIDTHS:
            rate = best_rate(task, name, width, dev)
            symbols, exact, seconds = zip(
                *(run(task, name, width, rate, seed, test) for seed in SEEDS), strict=True
            )
            kept = {"symbols": symbols, "exact": exact, "seconds": seconds, "rate": rate}
            found.setdefault(name, {})[str(width)] = kept
            means = np.mean(symbols, axis=0)[[2, 6, 10, 14, 18]]
            shown = " ".join(f"{share:.2f}" for share in means)
            print(
                f"{name:13} width {width:3} rate {rate}: {shown} {max(seconds):4.0f} s", flush=True
            )
    record("bottleneck_map", SEEDS, SETTINGS, found)


if __name__ == "__main__":
    main()
