"""The master's cells before the first answer: they run once here, for all submissions.

Each pass begins with what they have made, in a process that is forked from this one.
"""

import contextlib
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from course_utils.grading.class_checks import ClassChecks
from course_utils.grading.databases import keep_beside
from course_utils.grading.guard import guard
from course_utils.grading.inside.instances import GIVEN, MODULES
from course_utils.grading.kernel import Kernel
from course_utils.grading.master import Master
from course_utils.grading.stubs import ask_over_there
from course_utils.grading.texts import texts_of


class Nursery:
    """The master's cells before the first answer, which have run here once for all submissions.

    stopped : {grade_id of a cell that gives no marks: why it stopped}.
    """

    def __init__(self, master: Master) -> None:
        self.master, self.kernel = master, Kernel()
        GIVEN.update({"", *master.defined})
        MODULES.update(Path(path).stem for path in master.files if path.endswith(".py"))
        ask_over_there()
        keep_beside()
        self.scratch = Path(tempfile.mkdtemp(prefix="grading-"))
        self.folder = self.scratch / "sheet"
        self.stopped = dict[str, str]()
        self._go_to_the_files()
        self._run_what_is_given()
        self._texts()  # found here, they are there in every pass

    def _texts(self) -> frozenset[str]:
        return texts_of(step.source for step in self.master.steps)

    def _go_to_the_files(self) -> None:
        """Work beside a copy of the sheet's files, with its modules at hand."""
        self.folder.mkdir()
        for path, data in self.master.files.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_bytes(data)
        os.chdir(self.folder)
        sys.path.append(str(self.folder))  # last: no file beside a sheet stands for another module

    def _run_what_is_given(self) -> None:
        """Run the cells before the first answer, and write down which of them stop."""
        with contextlib.redirect_stdout(io.StringIO()), ClassChecks.in_silence():
            for step in self.master.steps[: self.master.given_before]:
                try:
                    self.kernel.run(step.source, step.grade_id)
                except Exception as error:  # as in a notebook: the next cell runs all the same
                    self.stopped[step.grade_id] = f"{type(error).__name__}: {error}"

    def go_to_a_copy(self, whole: bool, hidden: Iterable[str] = ()) -> None:
        """Work beside new copies of the sheet's files: what tests write ends with their process.

        whole : with those that only hidden tests mention: a page could show what is in them.
        hidden : files and folders that nobody reads.
        """
        place = Path(tempfile.mkdtemp(dir=self.scratch))
        shutil.copytree(self.folder, place, dirs_exist_ok=True)
        for path in () if whole else self.master.files.keys() - self.master.open_files:
            (place / path).unlink(missing_ok=True)
        os.chdir(place)
        tempfile.tempdir = str(place)
        guard(place, self._texts(), hidden)

    def clear(self) -> None:
        """Remove what the passes of a submission have left: a copy of the sheet's files each."""
        for place in self.scratch.iterdir():
            if place != self.folder:
                shutil.rmtree(place, ignore_errors=True)

    def close(self) -> None:
        """Remove the copies of the sheet's files."""
        os.chdir("/")
        shutil.rmtree(self.scratch, ignore_errors=True)

    def open_files(self) -> dict[str, bytes]:
        """Return the sheet's files that a student's code may read, by path."""
        return {p: data for p, data in self.master.files.items() if p in self.master.open_files}
