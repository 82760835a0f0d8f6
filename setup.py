"""What pyproject.toml cannot say: the built package gets lessons, sheets and perhaps the book.

What lessons link to goes along. A lesson comes without its results: it asks for a prediction before
each. COURSE_BOOK names the book as one .zip, COURSE_URL where the course lives; `make release`
passes both on.
"""

import importlib.util
import os
import shutil
import zipfile
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
FOLDERS = ("notebooks", "exercises")


class WithCourse(build_py):
    """Copies the package, and beside the command what it hands out."""

    def run(self):
        super().run()
        if self.editable_mode:  # a clone has its own
            return
        without_outputs = ours("stripped").without_outputs
        place = Path(self.build_lib, "course_utils", "command", "course")
        shutil.rmtree(place, ignore_errors=True)
        for folder in FOLDERS:
            (place / folder).mkdir(parents=True)
            for path in sorted((ROOT / folder).glob("*.ipynb")):
                (place / folder / path.name).write_bytes(without_outputs(path.read_bytes()))
        for name in ours("documents").linked(ROOT):
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, place / name)
        put_away(Path(self.build_lib, "course_utils", "checks", "sheets"))
        if book := os.environ.get("COURSE_BOOK"):
            shutil.copyfile(book, place / "book.zip")


def put_away(folder):
    """Put the sheets, which know what is right, into an archive: Python imports from there."""
    with zipfile.ZipFile(folder / "sheets.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.glob("sheet_*.py")):
            member = zipfile.ZipInfo(path.name)  # of 1980, so that the bytes are always the same
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, path.read_bytes())
            path.unlink()


def ours(name):
    """Return a module of the command's, loaded alone: nothing that it needs is installed here."""
    path = ROOT / "course_utils" / "command" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


url = os.environ.get("COURSE_URL", "").rstrip("/")
places = {"Source": url, "Issues": f"{url}/issues", "Changelog": f"{url}/blob/main/CHANGELOG.md"}
setup(cmdclass={"build_py": WithCourse}, project_urls=places if url else {})
