"""Names, files and random numbers that both sides share: alike when a student's code runs."""

import contextlib
import os
import random
from typing import Any

import numpy as np

from course_utils.grading.connection import Connection
from course_utils.grading.habits import Watching
from course_utils.grading.inside.drawn_bits import shared_bits
from course_utils.grading.inside.folder import MOST_FILES, Folder
from course_utils.grading.inside.items import Malformed
from course_utils.grading.loggers import Loggers
from course_utils.grading.sharing import Sharing
from course_utils.grading.written import are_shared, gone_beside, harmless, is_beside

MOST_BESIDE = 200_000_000  # bytes of what an answer and the tests have written


class Alike:
    """What keeps both sides alike.

    folder : the files beside the tests.  of_the_sheet : those that are the sheet's own.
    """

    def __init__(
        self,
        connection: Connection,
        sharing: Sharing,
        watching: Watching,
        folder: Folder | None,
        of_the_sheet: frozenset[str],
    ) -> None:
        self.connection, self.sharing, self.watching = connection, sharing, watching
        shared = are_shared(sharing.words, watching)
        self.folder, self.of_the_sheet = folder if shared else None, of_the_sheet
        self.place = "."  # where the worker is, from that folder
        self.loggers = Loggers(connection, bool({"logging", "getLogger"} & sharing.words))

    def tell(self) -> None:
        """Tell the worker what the shared names mean by now."""
        values, gone = self.sharing.changes()
        if values or gone:
            self.connection.request("share", values, gone)
        if self.folder:
            self._tell_files(self.folder)
            self._go_there(self.folder)
        self.loggers.tell()
        if self._draws():
            self.connection.request("seed", _drawn())

    def forget(self) -> None:
        """Begin anew: another worker knows nothing yet."""
        self.sharing.forget()
        self.loggers.forget()
        self.place = "."

    def hear(self, of_a_cell: bool = False) -> None:
        """Take over what a student's code did to the shared names."""
        if not self.connection.alive():
            return
        self._take_over_names(of_a_cell)
        if self.folder:
            self._take_over_files(self.folder)
            self._follow(self.folder)
        if self._draws():
            self._take_over_seeds()

    def _take_over_names(self, of_a_cell: bool) -> None:
        names = self.sharing.worth_asking()
        if not names:
            return
        found = self._kept("shared", names) or {}  # too large, or unreadable: it stays as it is
        if not isinstance(found, dict) or not found.keys() <= set(names):
            self.connection.malformed()
        self.sharing.returned(found, self.sharing.answers if of_a_cell else frozenset())

    def _tell_files(self, folder: Folder) -> None:
        files, gone = folder.changes()
        if files or gone:
            self.watching.files = True
            self.connection.request("files", files, gone)

    def _take_over_files(self, folder: Folder) -> None:
        found = self._kept("written") or ({}, [])
        if not isinstance(found, tuple) or len(found) != 2:
            self.connection.malformed()
        files, gone = self._but_the_sheets(harmless(found[0]), gone_beside(found[1], folder))
        count, size = folder.grown(files, self.of_the_sheet)
        if count > MOST_FILES or size > MOST_BESIDE:  # no honest worker's disk takes so much
            self.connection.malformed()
        if files or gone:
            self.watching.files = True
            self.watching.written |= {*files, *gone}
            folder.take(files, gone)

    def _go_there(self, folder: Folder) -> None:
        """Let the worker be in the same folder, where a test goes to another."""
        here = os.path.relpath(os.getcwd(), folder.place)
        if here != self.place and not here.startswith(".."):
            self.place = here
            self.connection.request("go", here)

    def go_back(self, place: str) -> None:
        """Go where the worker is again."""
        if self.folder and place != self.place:
            os.chdir(os.path.join(self.folder.place, place))
            self.place = place

    def _follow(self, folder: Folder) -> None:
        """Go where an answer has gone, as far as that is below the sheet's own folder."""
        if self.watching.known and not self.watching.known.moves:
            return
        there = self._kept("where")
        if there == self.place or not isinstance(there, str) or not is_beside(there):
            return
        if os.path.isdir(os.path.join(folder.place, there)):
            os.chdir(os.path.join(folder.place, there))
            self.place, self.watching.moves = there, True

    def _but_the_sheets(
        self, files: dict[str, bytes], gone: list[str]
    ) -> tuple[dict[str, bytes], list[str]]:
        """Return both without the sheet's own files, but for those that SOURCE's answer writes."""
        known = self.watching.known
        kept = self.of_the_sheet - known.written if known else ()
        files = {path: data for path, data in files.items() if path not in kept}
        return files, [path for path in gone if path not in kept]

    def _kept(self, *message: Any) -> Any:
        """Return what the worker has kept for the tests; None where it cannot be sent."""
        reply = self.connection.request(*message)
        return reply[1] if reply[0] == "value" and len(reply) == 4 else None

    def _draws(self) -> bool:
        """Say whether answers draw from the generators that everybody shares."""
        known = self.watching.known
        return known.random if known else "random" in self.sharing.words

    def _take_over_seeds(self) -> None:
        state, before = self._kept("seeds"), repr(_drawn())
        with contextlib.suppress(TypeError, ValueError, LookupError, OverflowError, Malformed):
            random.setstate(state[0])
            np.random.set_state(shared_bits(state[1]))
        self.watching.random = self.watching.random or repr(_drawn()) != before


def _drawn() -> tuple[Any, Any]:
    """Return the state of the generators that everybody shares."""
    return random.getstate(), np.random.get_state()
