"""The door of every command here: what the system refuses is one sentence, never a traceback.

A command meets nothing of the caller's environment that changes what Python does.
"""

import sys

from course_utils.grading.environment import start_clean


def run(main, *arguments):
    """End the program with what `main` returns, or with what the system refused and where."""
    running = getattr(sys.modules["__main__"], "__spec__", None)
    if running and running.name.startswith("tools."):  # and not a test that calls this
        start_clean()
    try:
        sys.exit(main(*arguments))
    except OSError as error:
        sys.exit(f"Stopped: {refused(error)}")
    except KeyboardInterrupt:
        sys.exit("\nStopped.")


def refused(error):
    """Say what a folder that is read-only, a disk that is full, or a file in the way refused."""
    names = [str(name) for name in (error.filename, error.filename2) if name is not None]
    where = f"{' → '.join(names)}: " if names else ""
    return f"{where}{error.strerror or error}"
