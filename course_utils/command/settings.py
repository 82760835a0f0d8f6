"""Put the course's settings into an environment, for a JupyterLab that somebody else starts.

Binder does, and a hub with a command of its own: `python -m course_utils.command.settings`. Widgets
are then saved with a notebook, boxes are readable in the dark theme, and no news pops up.
"""

import json
import shutil
import sys
from pathlib import Path

from course_utils.command.lab import HOOKS, SETTINGS

OVERRIDES = Path("share", "jupyter", "lab", "settings", "overrides.json")
EXTENSIONS = Path("share", "jupyter", "labextensions")
SERVER = Path("etc", "jupyter", "jupyter_server_config.d", "attention-course.json")


def install(prefix):
    """Write the settings below `prefix`, an environment's folder; others' that are there stay."""
    ours = json.loads((SETTINGS / "overrides.json").read_text(encoding="utf-8"))
    _write(prefix / OVERRIDES, {**_read(prefix / OVERRIDES), **ours})
    shutil.copytree(SETTINGS / "labextensions", prefix / EXTENSIONS, dirs_exist_ok=True)
    server = {}
    for option, value in HOOKS.items():
        kind, _, name = option.partition(".")
        server.setdefault(kind, {})[name] = value
    _write(prefix / SERVER, server)


def _read(path):
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    install(Path(sys.prefix))
    print(f"JupyterLab in {sys.prefix} has the course's settings.")
