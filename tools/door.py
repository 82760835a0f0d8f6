"""The door of every command here: what the system refuses is one sentence, never a traceback."""

import sys


def run(main, *arguments):
    """End the program with what `main` returns, or with what the system refused and where."""
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
