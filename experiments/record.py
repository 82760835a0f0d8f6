"""Write down what an experiment found, with what a reader needs to make it again."""

import json
import platform

import numpy as np

from course_utils.lab.results import FOLDER


def record(name, seeds, settings, found):
    """Write `course_utils/lab/results/<name>.json`; numbers are rounded to four digits."""
    text = json.dumps(
        {
            "made by": f"python -m experiments.{name}",
            "versions": {"Python": platform.python_version(), "NumPy": np.__version__},
            "seeds": list(seeds),
            "settings": settings,
            "found": rounded(found),
        },
        indent=1,
        ensure_ascii=False,
    )
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def rounded(thing):
    """Numbers, arrays and collections of them as plain Python, four digits."""
    if isinstance(thing, dict):
        return {key: rounded(value) for key, value in thing.items()}
    if isinstance(thing, list | tuple | np.ndarray):
        return [rounded(value) for value in thing]
    if isinstance(thing, float | np.floating):
        return round(float(thing), 4)
    return thing.item() if isinstance(thing, np.generic) else thing
