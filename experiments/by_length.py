"""Accuracy by source length, every context, two tasks: python -m experiments.by_length

The measured twin of figure 2 of Bahdanau et al. (2015). Each model may choose its learning rate on
held-out data, and has about as much computing as the additive rule: cheaper ones get more steps.
Then three seeds each. Prints a table and writes course_utils/lab/results/by_length.json, which
lesson 10 draws. About 15 minutes of one core.
"""

import time

from threadpoolctl import threadpool_limits

from course_utils.lab import lengths as lab
from course_utils.lab.rules import CONTEXTS
from course_utils.metrics import by_length
from experiments.record import record

SEEDS = (1, 2, 3)
RATES = (5e-3, 10e-3, 20e-3)
STEPS = {"reversing": 1_500, "numbers": 1_000}  # of the additive rules; the others get more:
MORE = {"no attention": 1.8, "1 per pair": 1.5, "1 by position": 1.5}
MORE |= {"dot": 1.5, "3, scaled dot": 1.5, "general": 1.4}
LENGTHS = tuple(range(2, lab.ROOM + 1))
SETTINGS = {
    "width": lab.WIDTH,
    "batch": lab.BATCH,
    "rates": list(RATES),
    "steps": STEPS,
    "more steps": MORE,
    "longest in training": lab.LONGEST,
    "edges": {name: list(edges) for name, edges in lab.EDGES.items()},
    "lengths": list(LENGTHS),
}


def steps_of(where, name):
    """Steps that take about the time of the additive rule's."""
    return int(STEPS[where] * MORE.get(name, 1))


def best_rate(where, name, task, dev):
    """The learning rate that does best on held-out data, seed 0."""
    scores = {}
    for rate in RATES:
        model = lab.trained(task, name, steps_of(where, name), rate)
        scores[rate] = lab.judged(model, dev).mean()
    return max(scores, key=scores.get)


def run(where, name, rate, seed, task, test, longer):
    """One model: what it writes right, in all, by ranges of length, and letter by letter."""
    start = time.process_time()
    model = lab.trained(task, name, steps_of(where, name), rate, seed)
    seconds = time.process_time() - start
    right = lab.judged(model, test)
    found = {
        "all": right.mean(),
        "exact": by_length(right, test.source_lengths, lab.EDGES[where])[0],
        "seconds": seconds,
    }
    if where == "reversing":
        inside = [length for length in LENGTHS if length <= lab.LONGEST]
        found["symbols"] = [
            *lab.symbols_by_length(model, test, inside),
            *lab.symbols_by_length(model, longer.test, LENGTHS[len(inside) :]),
        ]
    return found


@threadpool_limits.wrap(limits=1)
def main():
    longer = lab.reversing(lab.ROOM, lab.LONGEST + 1, train_size=1, test_size=400)
    found = {}
    for where, make_task in lab.TASKS.items():
        task = make_task()
        dev, test = lab.halves(task.test)
        for name in CONTEXTS:
            rate = best_rate(where, name, task, dev)
            runs = [run(where, name, rate, seed, task, test, longer) for seed in SEEDS]
            kept = {key: [one[key] for one in runs] for key in runs[0]}
            found.setdefault(where, {})[name] = kept | {"rate": rate}
            ends = [(min(cells), max(cells)) for cells in zip(*kept["exact"], strict=True)]
            shown = "".join(f"  {low:.2f}–{high:.2f}" for low, high in ends)
            print(f"{where:10}{name:15}{rate:6}{shown} {max(kept['seconds']):4.0f} s", flush=True)
    record("by_length", SEEDS, SETTINGS, found)


if __name__ == "__main__":
    main()
