"""The package for teachers: the solutions of the clone around it, of the same version."""

import os
import re
import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

COURSE = Path(__file__).resolve().parents[2]
SAID = (COURSE / "course_utils" / "__init__.py").read_text(encoding="utf-8")
VERSION = re.search(r'^__version__ = "(.+)"$', SAID, re.M)[1]


class WithSolutions(build_py):
    """Copies the package, the solutions, and the book where COURSE_BOOK names one."""

    def run(self):
        super().run()
        place = Path(self.build_lib, "attention_course_teacher")
        (place / "solutions").mkdir(parents=True, exist_ok=True)
        for path in sorted((COURSE / "solutions").glob("*.ipynb")):
            shutil.copyfile(path, place / "solutions" / path.name)
        if book := os.environ.get("COURSE_BOOK"):
            shutil.copyfile(book, place / "book.zip")


setup(
    version=VERSION,
    install_requires=[f"attention-course=={VERSION}"],
    cmdclass={"build_py": WithSolutions},
)
