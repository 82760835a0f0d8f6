"""All scoring rules on one task and one budget, three seeds each: python -m experiments.three_rules

Prints a table and writes course_utils/lab/results/three_rules.json, which lesson 06 draws.
"""

import time

import numpy as np
from threadpoolctl import threadpool_limits

from course_utils.lab import rules as lab
from course_utils.tasks import batches
from course_utils.training import train
from experiments.record import record

SEEDS = (1, 2, 3)
EVERY = 25  # steps that one point of a learning curve averages
LONGER = (13, 16)  # lengths beyond training
SETTINGS = {
    "width": lab.WIDTH,
    "steps": lab.STEPS,
    "learning rate": lab.RATE,
    "batch": lab.BATCH,
    "lengths": [lab.SHORTEST, lab.LONGEST],
    "longer": list(LONGER),
    "edges": list(lab.EDGES),
    "every": EVERY,
}


def run(name, seed, task, longer):
    """Train one model; return its curve, its accuracy and what the probes find."""
    model = lab.lab_model(name, task, seed)
    start = time.process_time()
    history = train(model, batches(task.train, lab.BATCH, rng=seed), lab.STEPS, lab.RATE)
    seconds = time.process_time() - start
    test = task.test
    right = lab.exact(model, test)
    return {
        "curve": np.array(history.losses).reshape(-1, EVERY).mean(axis=1),
        "all": right.mean(),
        "by length": lab.share_by_length(right, test),
        "states shuffled": lab.exact(model, test, lab.shuffle_states).mean(),
        "padding shown": lab.exact(model, test, lab.show_padding).mean(),
        "padding hidden": lab.exact(model, test, lab.hide_padding).mean(),
        "longer": lab.exact(model, longer.test).mean(),
        "seconds": seconds,
    }


@threadpool_limits.wrap(limits=1)
def main():
    task, longer = lab.lab_task(), lab.lab_task(LONGER[1], LONGER[0])
    columns = ("all", "states shuffled", "padding shown", "padding hidden", "longer")
    print(f"{'rule':15}" + "".join(f"{column:>16}" for column in columns))
    found = {}
    for name in lab.CONTEXTS:
        runs = [run(name, seed, task, longer) for seed in SEEDS]
        found[name] = {key: [one[key] for one in runs] for key in runs[0]}
        cells = ((min(found[name][c]), max(found[name][c])) for c in columns)
        print(f"{name:15}" + "".join(f"{low:9.2f}–{high:.2f}  " for low, high in cells), flush=True)
    record("three_rules", SEEDS, SETTINGS, found)


if __name__ == "__main__":
    main()
