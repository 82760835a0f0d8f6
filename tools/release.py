"""Make a release in dist/, from the last commit: python -m tools.release [--once]

The packages for learners and for teachers, the source, the book in both editions as a site, on
paper and for readers of e-books, the slides, and the checksums of all. Made twice; a file whose
bytes differ is named, and nothing is released. COURSE_URL, where it is set, says in the packages
where the course lives.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from course_utils.command.places import BOOK
from tools import door, sealed
from tools.book.editions import CLASS, FOLDERS, FULL

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
SUMS = "SHA256SUMS"
NAME = "attention-course"


def main(arguments=None):
    """Make the release; return 0 where both makings have the same bytes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--once", action="store_true", help="do not make it a second time")
    parser.add_argument("--only", choices=PARTS, action="append", help="not all of its parts")
    options = parser.parse_args(arguments)
    if changed := git("status", "--porcelain"):
        raise SystemExit(f"A release is made of what is committed; these are not:\n{changed}")
    os.environ[sealed.VARIABLE] = os.environ.get(sealed.VARIABLE) or git(
        "log", "-1", "--format=%ct"
    )
    parts, commit = options.only or list(PARTS), git("rev-parse", "HEAD")
    make(DIST, parts, commit)
    if not options.once:
        again = ROOT / "_build" / "release-again"
        make(again, parts, commit)
        if different := differing(DIST, again):
            (DIST / SUMS).unlink()
            raise SystemExit(f"Made twice, and not the same bytes: {', '.join(different)}")
        print("Made twice: the same bytes.")
    print(f"The release: {DIST}\n{(DIST / SUMS).read_text(encoding='utf-8')}", end="")
    return 0


def git(*command):
    """Return what git says of this clone."""
    done = subprocess.run(["git", *command], cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def version():
    """Return the version, from the one place that has it."""
    from course_utils import __version__

    return __version__


def make(out, parts, commit):
    """Make the parts of a release in an empty folder, from a copy of a commit."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    tree = ROOT / "_build" / "release-tree"  # the same place each time: pages name no other
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    packed = out / source_name()
    git("archive", f"--prefix={NAME}-{version()}/", "--format=tar.gz", f"--output={packed}", commit)
    subprocess.run(["tar", "-xzf", packed, "--strip-components=1", "-C", tree], check=True)
    for part in PARTS:  # in this order: a package has the book
        if part in parts:
            begin = time.monotonic()
            PARTS[part](tree, out)
            print(f"{part}: {time.monotonic() - begin:.0f} s", flush=True)
    shutil.rmtree(tree)
    write_sums(out)


def run_in(tree, *command, **variables):
    """Run Python in the copy; its own files, and nothing of this clone, are what it finds."""
    environment = {**os.environ, **variables}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [sys.executable, *map(str, command)], cwd=tree, env=environment, capture_output=True
    )
    if done.returncode:
        said = (done.stdout + done.stderr).decode(errors="replace")[-3000:]
        raise SystemExit(f"The release stopped: {' '.join(map(str, command))} failed:\n{said}")


def source_name():
    """Return the name of the source's archive, which pip can install too."""
    return f"{NAME}-{version()}-source.tar.gz"


def books(tree, out):
    """Both editions as a site, which is one file."""
    for edition, folder in FOLDERS.items():
        run_in(tree, "-m", "tools.book", "--edition", edition)
        sealed.zipped(tree / "_build" / folder / "site", out / _named(edition, "book.zip"))


def papers(tree, out):
    """Both editions on paper. Needs the books."""
    for edition in FOLDERS:
        target = out / _named(edition, "book.pdf")
        run_in(tree, "-m", "tools.book.paper", "--edition", edition, target)
        target.write_bytes(sealed.dated(target.read_bytes()))


def epubs(tree, out):
    """Both editions for readers of e-books."""
    for edition, folder in FOLDERS.items():
        run_in(tree, "-m", "tools.book.epub", "--edition", edition)
        made = tree / "_build" / folder / "attention.epub"
        shutil.copyfile(made, out / _named(edition, "book.epub"))


def slides(tree, out):
    """The slides of all lessons."""
    run_in(tree, "-m", "tools.book.slides")
    sealed.zipped(tree / "_build" / "slides", out / f"{NAME}-{version()}-slides.zip", "slides/")


def packages(tree, out):
    """The package for learners, with the book of a class, and that for teachers with the whole."""
    for place, edition in ((tree, CLASS), (tree / "packaging" / "teacher", FULL)):
        packed = out / _named(edition, BOOK)
        given = {"COURSE_BOOK": str(packed)} if packed.exists() else {}
        wheel(place, out, **given)


def wheel(place, out, **variables):
    """Build the wheel of a folder with the setuptools that is installed here, without pip."""
    build = "import sys, setuptools.build_meta as backend; backend.build_wheel(sys.argv[1])"
    run_in(place, "-c", build, out, **variables)


PARTS = {
    "books": books,
    "papers": papers,
    "epubs": epubs,
    "slides": slides,
    "packages": packages,
}


def _named(edition, file):
    return f"{NAME}-{version()}-{'class-' if edition == CLASS else ''}{file}"


def write_sums(out):
    """Write the checksums as `sha256sum --check` reads them."""
    files = sorted(path for path in out.iterdir() if path.name != SUMS)
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (out / SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")


def differing(one, other):
    """List the files of two folders that are not the same, or only in one."""
    names = {path.name for folder in (one, other) for path in folder.iterdir()}
    return sorted(name for name in names - {SUMS} if _bytes(one / name) != _bytes(other / name))


def _bytes(path):
    return path.read_bytes() if path.exists() else None


if __name__ == "__main__":
    door.run(main)
