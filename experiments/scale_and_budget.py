"""Dot against scaled dot under several budgets: python -m experiments.scale_and_budget

In the laboratory the scaled dot ends behind the plain one. Is it worse, or only slower? Trains both
with several learning rates and numbers of steps, three seeds each, prints a table and writes
course_utils/lab/results/scale_and_budget.json, which lesson 06 draws. About five minutes of one
core.
"""

from threadpoolctl import threadpool_limits

from course_utils.lab import rules as lab
from course_utils.tasks import batches
from course_utils.training import train
from experiments.record import record

SEEDS = (1, 2, 3)
RULES = ("dot", "3, scaled dot")
RATES = (5e-3, lab.RATE)
STEPS = (300, lab.STEPS, 1_200, 2_400)
SETTINGS = {
    "width": lab.WIDTH,
    "batch": lab.BATCH,
    "lengths": [lab.SHORTEST, lab.LONGEST],
    "rates": list(RATES),
    "steps": list(STEPS),
}


def exact_after(name, task, seed, steps, rate):
    """The share of test strings that a model writes exactly after so many steps at that rate.

    The rate falls to zero over the steps, so each number of steps is a training of its own.
    """
    model = lab.lab_model(name, task, seed)
    data = batches(task.train, lab.BATCH, rng=seed)
    train(model, data, steps, rate, progress=False)
    return lab.exact(model, task.test).mean()


@threadpool_limits.wrap(limits=1)
def main():
    task = lab.lab_task()
    print(f"{'rate':>6} {'rule':15}" + "".join(f"{steps:>7} steps" for steps in STEPS))
    found = {}
    for rate in RATES:
        for name in RULES:
            runs = [
                [exact_after(name, task, seed, steps, rate) for steps in STEPS] for seed in SEEDS
            ]
            found.setdefault(str(rate), {})[name] = runs
            cells = ((min(column), max(column)) for column in zip(*runs, strict=True))
            shown = "".join(f"{low:8.2f}–{high:.2f}" for low, high in cells)
            print(f"{rate:6} {name:15}{shown}", flush=True)
    record("scale_and_budget", SEEDS, SETTINGS, found)


if __name__ == "__main__":
    main()
