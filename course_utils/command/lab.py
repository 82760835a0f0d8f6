"""Open the course in JupyterLab, with the learner's own copies.

Lessons and sheets, and solutions where they are installed, are copied into the learner's folder,
which keeps what they change. The fresh copies are marked as trusted, and lesson 00 is opened.
"""

import os
import sys
from pathlib import Path

from course_utils.command.door import refused
from course_utils.command.editions import hand_out
from course_utils.command.places import course_folder, teachers_folder
from course_utils.grading.environment import SET
from course_utils.learning.standing import IN_LAB

FOLDER = "attention-course"
SETTINGS = Path(__file__).resolve().parent / "lab_settings"
OURS = "course_utils.command"
HOOKS = {  # what Jupyter's server calls of ours
    "ContentsManager.pre_save_hook": f"{OURS}.saving.keep_what_is_shown",
    "ServerApp.kernel_websocket_connection_class": f"{OURS}.connection.PromptConnection",
}
FIRST_PAGE = "notebooks/00_start_here.ipynb"
# A grammar of addresses in all scripts, which jsonschema builds when it is imported. It costs a
# second, and is for the format "iri" alone, which no schema of Jupyter's has.
GRAMMAR = "rfc3987_syntax"


def open_lab(folder, options=(), course=None, root=None):
    """Hand the course out into `folder`, and run JupyterLab until it is stopped.

    options : of `jupyter lab`; they win over the course's.  course : the folder that has the
    lessons, by default the package's.  root : what JupyterLab shows, by default `folder` alone.
    """
    os.environ.update(SET)
    LabApp = _jupyterlab()
    root = root or folder
    shown = os.path.relpath(folder, root)
    os.environ[IN_LAB] = Path(shown).as_posix()
    trust(folder, handed_out(folder, course))
    own = own_options(root, Path(shown, FIRST_PAGE).as_posix())
    LabApp.launch_instance(joined(own, options))


def handed_out(folder, course=None):
    """Copy what is new into a learner's folder; return the paths, and say what lies beside theirs.

    Raises SystemExit, in a sentence, where the folder cannot be written.
    """
    solutions = (course or teachers_folder() or Path(os.devnull)) / "solutions"
    if folder.is_symlink() and not folder.exists():
        raise SystemExit(f"{folder} is a link to {os.readlink(folder)}, which is not there.")
    try:
        written = hand_out(course or course_folder(), folder, solutions)
    except OSError as error:
        raise SystemExit(
            f"Your copies cannot be written ({refused(error)}): make {folder} writable, or name a "
            "folder of your own: attention-course lab FOLDER"
        ) from None
    for path in written:
        if ".new-edition" in path.name:
            print(f"You have changed an older edition of this notebook; the new one is {path}")
    return written


def hand_out_to_a_class(folder):
    """Copy lessons and sheets, without solutions, into a folder that a class can read."""
    written = hand_out(course_folder(), Path(folder), Path(os.devnull))
    print(f"{sum(path.suffix == '.ipynb' for path in written)} notebooks are new in {folder}.")


def with_folder(arguments):
    """Return (folder or None, options): a folder comes first, before what is JupyterLab's."""
    if arguments and not arguments[0].startswith("-"):
        return arguments[0], arguments[1:]
    return None, list(arguments)


def learners_folder(name=None):
    """Return the folder of a learner's copies; in a clone of the course that is its `work/`."""
    folder = Path(os.path.abspath(os.path.expanduser(name or FOLDER)))
    return folder / "work" if (folder / "course_utils" / "command").is_dir() else folder


def own_options(root, first_page):
    """Return how the course opens JupyterLab."""
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0  # usual in containers
    return [
        *(["--allow-root"] if as_root else []),
        f"--ServerApp.root_dir={root}",
        f"--LabApp.default_url=/lab/tree/{first_page}",
        f"--LabApp.app_settings_dir={SETTINGS}",
        f"--LabApp.extra_labextensions_path={SETTINGS / 'labextensions'}",
        "--ServerApp.log_level=WARN",  # so that what is said above the log is seen
        *(f"--{option}={value}" for option, value in HOOKS.items()),
    ]


def joined(own, given):
    """Return the course's options and the user's, which win: JupyterLab takes none twice."""
    names = {option.partition("=")[0] for option in given}
    return [*(option for option in own if option.partition("=")[0] not in names), *given]


def trust(folder, paths):
    """Sign the course's own notebooks, so that their widgets show before they are run."""
    import nbformat
    from jupyter_core.paths import jupyter_data_dir
    from nbformat.sign import NotebookNotary

    Path(jupyter_data_dir()).mkdir(parents=True, exist_ok=True)  # older nbformats do not make it
    notary = NotebookNotary()
    for path in (path for path in paths if path.suffix == ".ipynb"):
        notary.sign(nbformat.read(folder / path, as_version=4))


def _jupyterlab():
    sys.modules.setdefault(GRAMMAR, None)  # as if it were not installed: jsonschema does without
    try:
        from jupyterlab.labapp import LabApp
    except ImportError as error:
        raise SystemExit(
            f"JupyterLab cannot be imported ({error}): install the course's package anew, in an "
            "environment of its own"
        ) from None
    return LabApp
