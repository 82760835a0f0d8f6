"""How long does one redraw of an explorer take in Python? Aim: well under 60 ms to the screen.

Run: python -m benchmarks.explorers
"""

import statistics
import time

import numpy as np

from course_utils import explorers

HUNDREDS = "nine hundred and ninety nine"
WORDS = f"{HUNDREDS} million {HUNDREDS} thousand {HUNDREDS}".split()


def translate(number):
    """Stand in for a model: the largest map that the explorer meets, weights by chance."""
    rng = np.random.default_rng(number)
    return explorers.Translation(WORDS, ["九"] * 17, rng.dirichlet(np.ones(len(WORDS)), 17))


def median_redraw(explorer, control, values):
    """Return the median time of one change of a control, in milliseconds."""
    times = []
    for value in values:
        start = time.perf_counter()
        explorer.controls[control].value = value
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def main():
    """Print one line per explorer."""
    cases = {
        "shelf": (explorers.shelf_explorer(), "x", np.linspace(-2, 2, 41)),
        "three stages": (explorers.stage_explorer(), "step", [*range(1, 11)] * 4),
        "translator, 17 × 17": (
            explorers.translator_explorer(translate),
            "step",
            [*range(2, 18)] * 3,
        ),
    }
    print(f"{'explorer':22}{'ms per redraw':>14}{'SVG, kB':>9}")
    for name, (explorer, control, values) in cases.items():
        milliseconds = median_redraw(explorer, control, values)
        print(f"{name:22}{milliseconds:14.1f}{len(explorer.picture.value) / 1000:9.0f}")


if __name__ == "__main__":
    main()
