"""Open the course in JupyterLab: python -m tools.lab [options of jupyter lab]

Copies lessons, exercise sheets and solutions into work/, where the learner's own changes are kept,
marks the fresh copies as trusted, and opens work/notebooks/00_start_here.ipynb.
"""

import os
import sys
from pathlib import Path

from tools import door
from tools.editions import hand_out

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "work"
SETTINGS = ROOT / "tools" / "lab_settings"
FIRST_PAGE = "work/notebooks/00_start_here.ipynb"

ENVIRONMENT = {
    # One BLAS thread: the course's matrices are small, and two threads under load cost 8 times.
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    # This environment's kernel, even where the user has another one of the same name.
    "JUPYTER_PREFER_ENV_PATH": "1",
}


def main(arguments):
    os.environ.update(ENVIRONMENT)
    from jupyterlab.labapp import LabApp

    written = hand_out(ROOT, WORK)
    trust(written)
    for path in written:
        if ".new-edition" in path.name:
            print(f"You have changed an older edition of this notebook; the new one is work/{path}")
    LabApp.launch_instance([*options(), *arguments])


def options():
    """How the course opens JupyterLab; whatever the user adds comes later and wins."""
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0  # usual in containers
    return [
        *(["--allow-root"] if as_root else []),
        f"--ServerApp.root_dir={ROOT}",
        f"--LabApp.default_url=/lab/tree/{FIRST_PAGE}",
        f"--LabApp.app_settings_dir={SETTINGS}",
        f"--LabApp.extra_labextensions_path={SETTINGS / 'labextensions'}",
        "--ServerApp.log_level=WARN",  # so that what is said above the log is seen
        "--ContentsManager.pre_save_hook=tools.saving.keep_what_is_shown",
        "--ServerApp.kernel_websocket_connection_class=tools.connection.PromptConnection",
    ]


def trust(paths):
    """Sign the course's own notebooks, so that their widgets show before they are run."""
    import nbformat
    from jupyter_core.paths import jupyter_data_dir
    from nbformat.sign import NotebookNotary

    Path(jupyter_data_dir()).mkdir(parents=True, exist_ok=True)  # older nbformats do not make it
    notary = NotebookNotary()
    for path in paths:
        notary.sign(nbformat.read(WORK / path, as_version=4))


if __name__ == "__main__":
    door.run(main, sys.argv[1:])
