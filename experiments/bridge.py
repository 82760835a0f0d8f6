"""What PyTorch answers to lesson 22's questions, for those who do not have it.

    pip install torch
    python -m experiments.bridge

In seconds. Answers are kept with seven digits, as many as a float32 has.
"""

import json
import platform

import numpy as np

from course_utils.lab import bridge, in_torch
from course_utils.lab.results import FOLDER


def digits(array):
    """Numbers with seven digits, None for NaN."""
    if isinstance(array, float):
        return float(f"{array:.7g}")
    if isinstance(array, np.ndarray):
        return (
            [digits(one) for one in array.tolist()] if array.ndim == 1 else list(map(digits, array))
        )
    return array


def kept(question):
    """What was asked, as a number for each array, and every answer."""
    asked = bridge.case(question)
    weights = bridge.as_torch(question, asked.layer.params)
    answers = in_torch.answers(question, asked.inputs, weights, asked.direction)
    arrays = asked.inputs | weights | {"direction": asked.direction}
    return {
        "asked": bridge.prints(arrays),
        "answers": {name: digits(answers[name]) for name in bridge.ours(question, asked)},
    }


def main():
    """Ask, print and keep."""
    version = in_torch.version()
    if version is None:
        raise SystemExit("PyTorch is asked here: pip install torch")
    found = {question: kept(question) for question in bridge.QUESTIONS}
    found["heard"] = {name: digits(array) for name, array in in_torch.heard().items()}
    hidden = in_torch.with_every_key_hidden()
    found["with every key hidden"] = {
        name: [None if np.isnan(one) else digits(float(one)) for one in array]
        for name, array in hidden.items()
    }
    found["twice"] = in_torch.twice_in_eval()
    for question, gaps in bridge.agreement().items():
        print(f"{question:40}", *(f"{name} {gap:.3f}" for name, gap in gaps.items()))
    versions = {
        "Python": platform.python_version(),
        "NumPy": np.__version__,
        "PyTorch": version,
    }
    text = json.dumps(
        {
            "made by": "python -m experiments.bridge",
            "versions": versions,
            "seeds": list(range(len(bridge.QUESTIONS))),
            "settings": {"precision": "float32", "device": "cpu"},
            "found": found,
        }
    )
    (FOLDER / "bridge.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
