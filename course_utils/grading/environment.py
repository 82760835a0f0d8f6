"""What of a caller's environment reaches the course: nothing that changes what Python does.

One list for every door: `make`, which starts its commands without them, and each command by itself:
started with such a variable, or with -O, it starts itself anew without. Needs Python's own library
alone, for set-up reads this file before anything is installed.
"""

import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

COURSE = str(Path(__file__).resolve().parents[2])  # where this package lies
KEPT = ("PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "PYTHONUTF8")
CLEARED = (
    *("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONOPTIMIZE", "PYTHONWARNINGS"),
    *("PYTHONINSPECT", "PYTHONSAFEPATH", "PYTHONUSERBASE", "PYTHONEXECUTABLE", "PYTHONPLATLIBDIR"),
    *("PYTHONHASHSEED", "PYTHONIOENCODING", "PYTHONCOERCECLOCALE", "PYTHONDEVMODE"),
    *("PYTHONDEBUG", "PYTHONVERBOSE", "PYTHONCASEOK", "PYTHONMALLOC", "PYTHONINTMAXSTRDIGITS"),
    *("PYTHONBREAKPOINT", "PYTHONPROFILEIMPORTTIME", "PYTHONTRACEMALLOC", "PYTHONNODEBUGRANGES"),
    *("PYTHONASYNCIODEBUG", "PYTHONFAULTHANDLER", "PYTHONWARNDEFAULTENCODING", "PYTHON_GIL"),
    *("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_NO_DEPS", "PIP_REQUIREMENT", "PIP_CONSTRAINT"),
    *("PIP_EDITABLE", "PIP_DRY_RUN", "PIP_REQUIRE_HASHES", "PIP_NO_BINARY", "PIP_ONLY_BINARY"),
    *("PIP_PRE", "PIP_PYTHON", "PIP_PYTHON_VERSION", "PIP_PLATFORM", "PIP_ABI", "PIP_QUIET"),
    *(
        "PIP_IMPLEMENTATION",
        "PIP_IGNORE_INSTALLED",
        "PIP_FORCE_REINSTALL",
        "PIP_NO_BUILD_ISOLATION",
    ),
    *("UV_TARGET", "UV_PREFIX", "UV_PYTHON", "UV_SYSTEM_PYTHON", "UV_PROJECT_ENVIRONMENT"),
    *("UV_CONSTRAINT", "UV_OVERRIDE", "UV_BUILD_CONSTRAINT", "UV_EXCLUDE_NEWER", "UV_PRERELEASE"),
    *("UV_RESOLUTION", "UV_REQUIRE_HASHES", "UV_NO_BINARY", "UV_NO_BUILD", "UV_NO_DEPS"),
    *("UV_NO_BUILD_ISOLATION", "UV_NO_VERIFY_HASHES", "UV_WORKING_DIRECTORY", "UV_CONFIG_FILE"),
    *("VIRTUAL_ENV", "CONDA_PREFIX", "__PYVENV_LAUNCHER__"),
    *("JUPYTER_PATH", "JUPYTER_CONFIG_PATH", "JUPYTERLAB_DIR", "JUPYTERLAB_SETTINGS_DIR"),
    *("MPLBACKEND", "MATPLOTLIBRC", "PYTEST_ADDOPTS", "PYTEST_PLUGINS"),
    *("NPY_DISABLE_CPU_FEATURES", "NPY_ENABLE_CPU_FEATURES", "NPY_PROMOTION_STATE"),
    "NUMPY_EXPERIMENTAL_DTYPE_API",
)
# The matrices are small: a second BLAS thread gains nothing, and under load it costs 8 times.
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"), "1")
# A file of settings may say the same as a variable, so that it is not enough to clear that. The
# kernel is this environment's, even where the user has another one of the same name.
SET = {
    **{"PYTHONNOUSERSITE": "1", "PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"},
    **{"JUPYTER_PREFER_ENV_PATH": "1"},
    **ONE_THREAD,
}
NAMES = ("LOGNAME", "USER", "LNAME", "USERNAME")  # where Python looks for a user's name


def cleaned(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment as every door lets it in: with a home, a name and a place for files."""
    found = {name: text for name, text in environment.items() if not _unwanted(name)} | SET
    places = filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))
    if COURSE in map(os.path.realpath, places):
        found["PYTHONPATH"] = COURSE  # so that kernels and other children meet this copy, too
    if not _writable(found.get("TMPDIR", tempfile.gettempdir())):
        found.pop("TMPDIR", None)
    if not _writable(os.path.expanduser(found.get("HOME", "~"))):
        found["HOME"] = tempfile.gettempdir()
    if not any(found.get(name) for name in NAMES) and not _has_a_name():
        found["LOGNAME"] = found["USER"] = "somebody"
    if sys.getfilesystemencoding() != "utf-8":
        found["PYTHONUTF8"] = "1"
    return found


def start_clean(module: str = "") -> None:
    """Start the running module anew where a variable or -O could change what it does; else return.

    It is the same one, wherever it was found: a copy of the course has tools of its own.
    module : what runs where a script of an installed package began.
    """
    clean = cleaned(os.environ)
    if not sys.flags.optimize and clean == {**os.environ, **SET}:
        os.environ.update(SET)
        return
    command = [sys.executable, "-c", _run_again(module), *sys.argv[1:]]
    if os.name == "nt":  # there, exec would let go of the terminal
        sys.exit(subprocess.run(command, env=clean).returncode)
    sys.stdout.flush()
    os.execve(sys.executable, command, clean)


def _run_again(module: str) -> str:
    """Return a program that runs the module that `python -m` runs now, or else the one named."""
    spec = sys.modules["__main__"].__spec__ or importlib.util.find_spec(module)
    assert spec and spec.origin, "python -m tells both"
    name, folder = spec.name, str(Path(spec.origin).resolve().parents[spec.name.count(".")])
    run = f"import runpy, sys; sys.path.insert(0, {folder!r}); sys.argv[0] = {name!r}; "
    return run + f"runpy.run_module({name!r}, run_name='__main__', alter_sys=True)"


def _unwanted(name: str) -> bool:
    """Say whether a variable is on the list, or is one of Python's that nobody has thought of."""
    python = name.startswith("PYTHON") and name not in (*KEPT, *SET)
    return python or name in CLEARED


def _writable(folder: str) -> bool:
    return os.path.isdir(folder) and os.access(folder, os.W_OK | os.X_OK)


def _has_a_name() -> bool:
    """Say whether the system knows a name for who runs this; in a container it often does not."""
    try:
        import pwd  # not on Windows

        return bool(pwd.getpwuid(os.getuid()))
    except (ImportError, KeyError):
        return os.name == "nt"


if __name__ == "__main__":  # for make, which has no list of its own
    print(*([f"{name}={text}" for name, text in SET.items()] if sys.argv[1:] else CLEARED))
