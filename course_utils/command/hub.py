"""A student's JupyterLab on a JupyterHub, with all that `attention-course lab` brings.

The hub starts it in the student's name: `python -I -m course_utils.command.hub`. It hands the
course out into the student's own folder, and then is the hub's single-user server.
"""

import os
import sys
from pathlib import Path

from course_utils.command.lab import FIRST_PAGE, FOLDER, handed_out, joined, own_options, trust
from course_utils.grading.environment import SET
from course_utils.learning.standing import IN_LAB

ROOT = "JUPYTERHUB_ROOT_DIR"  # what the hub's `c.Spawner.notebook_dir` becomes
PAGE = "JUPYTERHUB_DEFAULT_URL"  # and its `c.Spawner.default_url`
NOT_HERE = (
    "This is started by a JupyterHub, and jupyterhub is not installed in {where}: "
    "install it there, in the hub's own version."
)


def serve(arguments):
    """Hand the course out and run the hub's single-user server. arguments : the hub's."""
    try:
        from jupyterhub.singleuser import main
    except ImportError:
        raise SystemExit(NOT_HERE.format(where=sys.prefix)) from None
    os.environ.update(SET)
    os.environ[IN_LAB] = FOLDER
    root = Path(os.environ.get(ROOT) or "~").expanduser()
    hand_out_or_say(root / FOLDER)
    sys.argv[1:] = joined(options(root), arguments)
    main()


def hand_out_or_say(folder):
    """Hand the course out; a full or read-only disk is said, and mended from within the server."""
    try:
        trust(folder, handed_out(folder))
    except (OSError, SystemExit) as refused:
        print(refused, file=sys.stderr)


def options(root):
    """Return how the course opens JupyterLab there; the first page is the hub's, if it has one."""
    first = f"{FOLDER}/{FIRST_PAGE}"
    page = [] if os.environ.get(PAGE) else [f"--ServerApp.default_url=/lab/tree/{first}"]
    return [*own_options(root, first), *page]


if __name__ == "__main__":
    serve(sys.argv[1:])
