"""A translator of attention alone, part by part: python -m experiments.attention_alone

Number words below 10⁹, three seeds each. How much computing do a Transformer and a GRU with
attention need; how many pairs; what does each part do, at three rates, with and without warm-up;
what comes beyond the trained length, by how places are told? Names of
sections after the command run these alone. Prints a table and writes
course_utils/lab/results/attention_alone.json, which lesson 21 shows. About ten minutes of one core.
"""

import sys
from functools import partial

from threadpoolctl import threadpool_limits

from course_utils.lab import attention_alone as lab
from course_utils.lab.results import FOLDER, results
from experiments.record import record

SEEDS = (0, 1, 2)
STEPS = (250, 400, 500, 1000)
FEW = 500
PLACE = FOLDER / "attention_alone.json"
RATES = (6e-3, 12e-3, 24e-3)
STEPS_OF_A_PART = 200  # of numbers below a thousand, 3,000 pairs: two seconds a run
SETTINGS = {
    "width": lab.WIDTH,
    "heads": lab.HEADS,
    "hidden": lab.HIDDEN,
    "blocks": lab.LAYERS,
    "batch": lab.BATCH,
    "steps": lab.STEPS,
    "steps by budget": list(STEPS),
    "rate": lab.RATE,
    "rate of the GRU": lab.GRU_RATE,
    "warm-up": lab.WARM_UP,
    "rates": list(RATES),
    "few pairs": FEW,
    "steps of a part": STEPS_OF_A_PART,
    "longest, in words": lab.SHORT,
}


def run(build, task, **options):
    """Train three models; return shares right, losses (a mean of 25 steps each), CPU seconds."""
    found = {"right": [], "losses": [], "seconds": []}
    for seed in SEEDS:
        model = build(task, seed)
        losses, seconds = lab.trained(model, task, seed=seed, **options)
        found["right"].append(lab.right(model, task.test).mean())
        found["losses"].append(losses.reshape(-1, 25).mean(axis=1))
        found["seconds"].append(seconds)
    return found


def say(*names, found):
    """Print one row of the table, and return what was found."""
    low, high = min(found["right"]), max(found["right"])
    print(*names, f"{low:.3f}–{high:.3f}, {max(found['seconds']):.1f} s", flush=True)
    return found


BUILD = {"attention alone": lab.transformer, "GRU": lab.with_gru}


def budgets():
    """Each model stopped after so many steps, its rate falling to zero there."""
    task = lab.numbers()
    return {
        name: {str(n): say(name, n, found=run(build, task, steps=n)) for n in STEPS}
        for name, build in BUILD.items()
    }


def few_pairs():
    """Both models, from 500 pairs."""
    task = lab.numbers(FEW)
    return {name: say(name, FEW, "pairs", found=run(build, task)) for name, build in BUILD.items()}


def parts():
    """One part changed: by rate, with a warm-up and without."""
    task, found = lab.small_numbers(), {}
    for name, change in lab.CHANGES.items():
        for rate in RATES:
            for warm_up in (lab.WARM_UP, 0):
                options = {"rate": rate, "warm_up": warm_up, "steps": STEPS_OF_A_PART}
                one = run(partial(lab.transformer, **change), task, **options)
                say(name, rate, warm_up, found=one)
                found.setdefault(name, {}).setdefault(str(rate), {})[str(warm_up)] = one
    return found


def beyond():
    """Trained on at most 10 words, examined to 16, by how places are told; and the GRU."""
    task, found = lab.short_numbers(), {}
    ways = {kind: partial(lab.transformer, positions=kind) for kind in lab.KINDS}
    for name, build in {**ways, "GRU": lab.with_gru}.items():
        for seed in SEEDS:
            model = build(task, seed)
            lab.trained(model, task, seed=seed)
            found.setdefault(name, []).append(lab.by_words(model, task.test))
        print(name, *found[name], sep="\n  ", flush=True)
    return found


SECTIONS = {"beyond": beyond, "pairs": few_pairs, "parts": parts, "budgets": budgets}


@threadpool_limits.wrap(limits=1)
def main(names):
    """Train, examine, print and keep; sections that are not named stay as they were."""
    for name in names or SECTIONS:
        found = SECTIONS[name]()
        before = results("attention_alone")["found"] if PLACE.exists() else {}
        record("attention_alone", SEEDS, SETTINGS, before | {name: found})


if __name__ == "__main__":
    main(sys.argv[1:])
