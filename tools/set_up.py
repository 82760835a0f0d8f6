"""Make the virtual environment of the course, with nothing but Python's standard library.

    python tools/set_up.py            .venv: what learners need, from requirements.lock
    python tools/set_up.py test       .venv: that, and what tests need, from requirements-test.lock
    python tools/set_up.py oldest     .venv-oldest: the lowest versions that pyproject.toml admits
    python tools/set_up.py speech     .venv: what learners need, and the dictionary of experiments/
    python tools/set_up.py bench      .venv-bench: what tests need, PyTorch and JAX, to compare

Uses uv where it is found, which is faster, and pip where not. A second run sees that nothing has
changed and ends at once.
"""

import hashlib
import os
import runpy
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = {"oldest": ".venv-oldest", "bench": ".venv-bench"}
FOLDERS |= dict.fromkeys(("lab", "test", "speech"), ".venv")
# Not the environment's own Python, which could not replace itself.
PYTHON = getattr(sys, "_base_executable", sys.executable)
# The lowest versions were published for these Pythons; later ones would build them from source.
PYTHONS_OF_THE_OLDEST = ((3, 11), (3, 12))
NO_VENV = (
    "This Python has neither venv nor pip. Install them (on Debian and Ubuntu: "
    "`sudo apt install python3-venv`) or uv, then run the same command again."
)


def main(kind="lab"):
    folder = ROOT / FOLDERS[kind]
    if kind == "oldest" and sys.version_info[:2] not in PYTHONS_OF_THE_OLDEST:
        sys.exit("The oldest versions exist for Python 3.11 and 3.12: add PYTHON=python3.11")
    stamp = folder / f".installed-{kind}"
    state = fingerprint(folder)
    if stamp.exists() and stamp.read_text(encoding="utf-8") == state:
        return
    begin = time.monotonic()
    print(
        f"Setting up {folder.name} for {kind}, once: a minute on a fast machine with a fast net, "
        "five on others.",
        flush=True,
    )
    # pip alone finds PyTorch's build without graphics card libraries.
    uv = None if kind == "bench" else shutil.which("uv")
    say(f"1 of 3: an environment of its own, {folder.name}")
    create(folder, uv)
    say("2 of 3: the packages" + ("" if uv else ", a dot for each that is found"))
    install(folder, uv, packages(kind))
    say("3 of 3: the course itself")
    install(folder, uv, ["--no-deps", "--editable", "."])
    if kind == "speech":  # apart: pip wants a hash for all packages of a call, or for none
        install(folder, uv, extra("speech"))
    if kind == "bench":
        install_peers(folder)
    say("trying it: does JupyterLab start from there?")
    check(folder)
    stamp.write_text(state, encoding="utf-8")
    say(f"done in {time.monotonic() - begin:.0f} seconds")


def check(folder):
    """Stop unless what the lab needs can be imported: a stamp on half an environment would last."""
    if not succeeds([python_of(folder), "-c", "import jupyterlab.labapp, course_utils.attention"]):
        sys.exit(
            f"Set-up stopped: JupyterLab was installed and cannot be imported. Delete the folder "
            f"{folder.name}, then run the same command again."
        )


def clean_environment():
    """Let in nothing of the caller's that changes what Python, pip or uv do."""
    listed = runpy.run_path(str(ROOT / "course_utils" / "grading" / "environment.py"))
    kept = listed["cleaned"](os.environ)
    os.environ.clear()
    os.environ.update(kept)


def packages(kind):
    """The arguments for pip or uv that name the packages of an environment."""
    if kind == "oldest":
        return oldest_versions()
    tests = kind in ("test", "bench")  # benchmarks drive a browser, and run nbgrader
    return ["-r", "requirements-test.lock" if tests else "requirements.lock"]


def fingerprint(folder):
    """What an installation depends on: the place, the Python, and the lists of packages."""
    digest = hashlib.sha256(f"{folder} {sys.version}".encode())
    for name in ("requirements.lock", "requirements-test.lock", "pyproject.toml"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def create(folder, uv, python=PYTHON):
    """A new virtual environment of a Python, unless the one that is there works."""
    if is_usable(folder):
        return
    shutil.rmtree(folder, ignore_errors=True)
    if uv:
        run([uv, "venv", "--quiet", "--python", python, folder])
    elif not succeeds([python, "-m", "venv", folder]):
        # Debian and Ubuntu keep a part of venv in a package of its own; pip can stand in for it.
        if not succeeds([python, "-m", "pip", "--version"]):
            sys.exit(NO_VENV)
        run([python, "-m", "venv", "--clear", "--without-pip", folder])


def is_usable(folder):
    """Whether the environment's Python runs and is still the version that it was made with."""
    test = "import os, sys, sysconfig; sys.exit(not os.path.isdir(sysconfig.get_path('purelib')))"
    return python_of(folder).exists() and succeeds([python_of(folder), "-c", test])


def install(folder, uv, what):
    """Install into the environment, with bytecode compiled so that the first start is not slow."""
    if uv:
        options = ["--compile-bytecode", "--python", python_of(folder)]
        run([uv, "pip", "install", *options, *what])
    else:
        options = ["--disable-pip-version-check", "--progress-bar", "off"]
        run([*pip_of(folder), "install", *options, *what], tell=dots)


def install_peers(folder):
    """What `make bench` compares with; without it, the course's own measurements still run."""
    for peer in extra("bench"):
        try:
            install(folder, None, [peer])
        except subprocess.CalledProcessError:
            print(
                f"{peer} cannot be installed here: `make bench` shows only what needs none of it."
            )


def pip_of(folder):
    """The environment's own pip, or the one outside where the environment was made without."""
    if succeeds([python_of(folder), "-m", "pip", "--version"]):
        return [python_of(folder), "-m", "pip"]
    return [PYTHON, "-m", "pip", "--python", python_of(folder)]


def python_of(folder):
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def extra(name):
    return project()["optional-dependencies"][name]


def oldest_versions():
    """The lower bounds in pyproject.toml as exact versions: ["numpy==2.0", ...]."""
    bounds = project()["dependencies"] + extra("test")
    return [bound.replace(">=", "==") for bound in bounds]


def project():
    import tomllib  # not at the top: an older Python must get as far as the message about it

    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def say(text):
    print(f"  {text}", flush=True)


def dots(line):
    """What somebody who waits sees of pip's lines: a dot for a package, and when they install."""
    if line.startswith("Collecting "):
        print(".", end="", flush=True)
    elif line.startswith("Installing collected packages"):
        print(" all found: installing them, which takes longest", flush=True)


def run(command, tell=None):
    """Run a command to its end. `tell` gets each line that it prints; errors are always shown."""
    command = [str(part) for part in command]
    if tell is None:
        subprocess.run(command, check=True, cwd=ROOT)
        return
    told = {"stdout": subprocess.PIPE, "encoding": "utf-8", "errors": "replace"}
    with subprocess.Popen(command, cwd=ROOT, **told) as process:
        for line in process.stdout:
            tell(line)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)


def succeeds(command):
    return subprocess.run([str(part) for part in command], capture_output=True).returncode == 0


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036 (pip, which would say so, comes later)
        sys.exit(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}.")
    try:
        clean_environment()
        main(*sys.argv[1:])
    except subprocess.CalledProcessError as error:
        sys.exit(f"Set-up stopped: `{' '.join(error.cmd)}` failed; its message is above.")
    except OSError as error:
        sys.exit(f"Set-up stopped: {error.filename}: {error.strerror}.")
