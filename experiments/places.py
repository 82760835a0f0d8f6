"""Trained on 12 tokens, asked up to 24, by how places are told: python -m experiments.places

Five ways, two questions, six seeds each. Prints a table and writes
course_utils/lab/results/places.json, which lesson 15 draws. About a minute of one core.
"""

from threadpoolctl import threadpool_limits

from course_utils.lab import places as lab
from experiments.record import record

SEEDS = (0, 1, 2, 3, 4, 5)
SETTINGS = {
    "width": lab.WIDTH,
    "slope": lab.SLOPE,
    "tokens in training": lab.TRAINED,
    "tokens in the exam": lab.LONGEST,
    "steps": 600,
    "scripts in the exam": 2000,
}


@threadpool_limits.wrap(limits=1)
def main():
    """Train, examine, print and keep."""
    found = {}
    for question in lab.QUESTIONS:
        for way in lab.WAYS:
            curves = [
                lab.right_by_place(lab.trained(way, question, seed), question) for seed in SEEDS
            ]
            found.setdefault(question, {})[way] = curves
            ends = (
                f"  {name} {min(runs):.2f}–{max(runs):.2f}"
                for name, runs in lab.summary(curves).items()
            )
            print(f"{question:6}{way:10}", *ends, flush=True)
    record("places", SEEDS, SETTINGS, found)


if __name__ == "__main__":
    main()
