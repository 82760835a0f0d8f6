"""Trained on 12 tokens, asked up to 24, by how places are told: python -m experiments.places

Five ways, two questions, six seeds each, and distance once more at a lower price. Prints a table
and writes course_utils/lab/results/places.json, which lesson 15 draws. About a minute of one core.
"""

from threadpoolctl import threadpool_limits

from course_utils.lab import places as lab
from experiments.record import record

SEEDS = (0, 1, 2, 3, 4, 5)
SETTINGS = {
    "width": lab.WIDTH,
    "slope": lab.SLOPE,
    "slope of gentle": lab.GENTLE,
    "tokens in training": lab.TRAINED,
    "tokens in the exam": lab.LONGEST,
    "steps": 600,
    "scripts in the exam": 2000,
}


def curves(way, question, **options):
    """Return the share right by place for each seed, and print both its ends."""
    found = [
        lab.right_by_place(lab.trained(way, question, seed, **options), question) for seed in SEEDS
    ]
    ends = (
        f"  {name} {min(runs):.2f}–{max(runs):.2f}" for name, runs in lab.summary(found).items()
    )
    print(f"{question:6}{way:10}", *ends, *options.values(), flush=True)
    return found


@threadpool_limits.wrap(limits=1)
def main():
    """Train, examine, print and keep."""
    found = {}
    for question in lab.QUESTIONS:
        for way in lab.WAYS:
            found.setdefault(question, {})[way] = curves(way, question)
        found.setdefault("gentle", {})[question] = curves("distance", question, slope=lab.GENTLE)
    record("places", SEEDS, SETTINGS, found)


if __name__ == "__main__":
    main()
