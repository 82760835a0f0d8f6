"""Trained models that come with the course: the training is too long for a lesson, or a machine."""

from pathlib import Path

from course_utils.seq2seq import Seq2Seq

FOLDER = Path(__file__).parent / "models"


def ready_made(name):
    """Return the trained `Seq2Seq` of that name.

    Made by `tools/ready_made.py`, "pronouncer" by `experiments/pronunciations.py`.
    Raises ValueError for a name that there is none of.
    """
    names = sorted(path.stem for path in FOLDER.glob("*.npz"))
    if name not in names:
        raise ValueError(f"ready-made models are {', '.join(names)}, got {name!r}")
    return Seq2Seq.load(FOLDER / f"{name}.npz")
