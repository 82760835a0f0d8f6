"""Open the course of this clone in JupyterLab: python -m tools.lab [options of jupyter lab]

The same code as `attention-course lab`, for the folder `work/`.
"""

import sys
from pathlib import Path

from course_utils.command.lab import open_lab
from tools import door

ROOT = Path(__file__).resolve().parent.parent


def main(arguments):
    open_lab(ROOT / "work", arguments, course=ROOT, root=ROOT)


if __name__ == "__main__":
    door.run(main, sys.argv[1:])
