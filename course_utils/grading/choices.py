"""Which of a student's files is the notebook that counts, and what a teacher should know of it.

A notebook is known by what is in it, whatever it is called. A student's own archive is looked into
once, and no archive in it.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from course_utils.grading.archives import CLOSED, HandedIn, Unreadable, is_archive, list_within
from course_utils.grading.blanks import is_blank, is_blank_text
from course_utils.grading.counted import counted
from course_utils.grading.levels import names_at
from course_utils.grading.master import Master
from course_utils.grading.names import (
    by_number,
    ending,
    ignored,
    is_archives,
    is_notebooks,
    promise,
)
from course_utils.grading.notebooks import Cell, Notebook, Rejected, read_notebook, read_program
from course_utils.grading.owners import people_among, platform_of

MOST_FILES = 50  # of one student that are looked at
MOST_UNPACKED = 100_000_000  # bytes of a student's own archive
SHOWN = 3  # names in a sentence
ARE_ZIPS = {"docx", "xlsx", "pptx", "odt", "ods", "odp", "pages", "key", "npz"}
EXPECTED = "expected a notebook (.ipynb)"
SEVERAL_PEOPLES = "It holds the work of several people: give it to be graded by itself."
HIDDEN = re.compile(r"^\s*#+\s*BEGIN HIDDEN TESTS", re.M)
DEFINES = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


MOST_OF_A_MODULE = 200_000  # bytes of a program beside a notebook


class Chosen(NamedTuple):
    """The notebook that counts.

    notes : for the teacher.  texts : its cells that nobody runs.  modules : {file name: bytes} of
    programs handed in beside it, which its cells may import.
    """

    name: str
    cells: list[Cell]
    notes: tuple[str, ...]
    texts: list[Cell]
    modules: Mapping[str, bytes]


class Piece(NamedTuple):
    """A file, or a file in an archive that was handed in.

    age : larger for what is newer.  data : its bytes, or reason : why it has none.
    """

    name: str
    age: tuple[float, ...]
    data: bytes = b""
    reason: str = ""

    @property
    def is_program(self) -> bool:
        return self.name.lower().endswith((".py", ".py.txt"))


class Found(NamedTuple):
    """A piece that is a notebook, or a program.

    names : what its code defines.  fits : 2 by what is in it, 1 by its name.  blank : whether
    every answer in code is as it was handed out.
    """

    piece: Piece
    notebook: Notebook
    names: set[str]
    fits: int
    blank: bool

    @property
    def rank(self) -> tuple:
        """Return what is largest for the one that counts."""
        piece = self.piece
        notebook = not piece.is_program
        return self.fits, not self.blank, notebook, piece.age, by_number(piece.name)


class Refused(NamedTuple):
    """A piece that is no notebook, and why; "" where nothing in it says that it should be one."""

    piece: Piece
    reason: str


def newest(files: Sequence[HandedIn]) -> list[HandedIn]:
    """Return the files that are looked at, the oldest first: the likeliest, then the newest."""
    order = sorted(files, key=_age, reverse=True)
    return sorted(sorted(order, key=lambda file: promise(file.name))[:MOST_FILES], key=_age)


def choose(files: Sequence[HandedIn], master: Master) -> Chosen:
    """Return the notebook that counts. Raises Rejected where none does.

    Of several: what belongs to the master, by its cells or else its name, before what does not;
    one with answers before a blank copy; the newest; the last by its name.
    """
    looked_at = newest(files)
    found, refused, programs = list[Found](), list[Refused](), dict[str, bytes]()
    for piece in (piece for file in looked_at for piece in pieces_of(file)):
        empty = piece._replace(data=b"")  # many large files are never in memory together
        if piece.is_program and len(piece.data) <= MOST_OF_A_MODULE:
            programs[piece.name] = piece.data
        try:
            found.append(_weighed(empty, _read(piece), master))
        except Rejected as reason:
            refused.append(Refused(empty, str(reason)))
    if not found:
        raise Rejected(_why_none(refused))
    best = max(found, key=lambda one: one.rank)
    notes = *_notes(best, master), *_beside(best, found, refused, len(files) - len(looked_at))
    modules = {
        PurePosixPath(name).name: programs[name]
        for name in programs
        if _is_module(name, best.piece.name)
    }
    return Chosen(best.piece.name, best.notebook.cells, notes, best.notebook.texts, modules)


def _is_module(name: str, chosen: str) -> bool:
    """Say whether the notebook that counts can import a program of that name."""
    stem = PurePosixPath(name).name.removesuffix(".py")
    return name != chosen and name.endswith(".py") and stem.isidentifier()


def pieces_of(file: HandedIn) -> list[Piece]:
    """Return a file, or what is in it where it is an archive."""
    age = file.turn, file.time or 0.0
    try:
        data = file.read()
        if not is_archive(data) or ending(file.name) in ARE_ZIPS:
            return [Piece(file.name, age, data, "" if _is_json(data) else _of_closed(file.name))]
        entries = list_within(data, MOST_UNPACKED, MOST_FILES)
    except Rejected as reason:  # nobody minds why a picture was not read
        return [Piece(file.name, age, reason=str(reason) if promise(file.name) < 3 else "")]
    except Unreadable as error:
        return [Piece(file.name, age, reason=f"The archive {error}.")]
    names = names_at(entries, 0)
    if len(people_among(names, platform_of(names))) > 1:
        return [Piece(file.name, age, reason=SEVERAL_PEOPLES)]
    inside = [e for e in entries if e.file and not any(map(ignored, e.parts))]
    inside.sort(key=lambda entry: promise(entry.parts[-1]))
    found = [_within(file, age, entry.file) for entry in inside[:MOST_FILES] if entry.file]
    return found or [Piece(file.name, age, reason="The archive is empty.")]


def _of_closed(name: str) -> str:
    """Return why a file that is called an archive, and does not begin as one, is closed."""
    if not is_archives(name):
        return ""
    if ending(name) in CLOSED:
        return f"A .{ending(name)} is not looked into: hand in the notebook itself, or a .zip."
    return "The archive is damaged."


def _within(archive: HandedIn, age: tuple[float, ...], file: HandedIn) -> Piece:
    again = "An archive in an archive is not looked into." if is_archives(file.name) else ""
    name = f"{archive.name}/{file.name}"
    return Piece(name, (*age, file.time or 0.0), file.data or b"", file.reason or again)


def _age(file: HandedIn) -> tuple:
    return file.turn, file.time or 0.0, by_number(file.name)


def _read(piece: Piece) -> Notebook:
    """Return what is in a piece, by its content. Raises Rejected."""
    if piece.reason:
        raise Rejected(piece.reason)
    if is_notebooks(piece.name) and piece.data[:1000].lstrip().startswith(b"<"):
        raise Rejected("The file is not a notebook: it is a web page that was saved as one.")
    if is_notebooks(piece.name) or _is_json(piece.data):
        return read_notebook(piece.data)
    if piece.is_program:
        return read_program(piece.data)
    raise Rejected("")


def _is_json(data: bytes) -> bool:
    """Say whether these bytes begin as a notebook does."""
    return data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def _weighed(piece: Piece, notebook: Notebook, master: Master) -> Found:
    ids = {cell.grade_id for cell in (*notebook.cells, *notebook.texts)} & master.cells
    defines = [defined(cell.source) for cell in notebook.cells]
    names, needed = set().union(*defines), names_of(master)
    by_name = master.name.lower() in piece.name.lower()
    fits = 2 if ids or names & needed else int(by_name)
    wanted = _answers_in_code(master)
    pairs = zip(notebook.cells, defines, strict=True)
    answers = [cell.source for cell, own in pairs if cell.grade_id in wanted or own & needed]
    blank = bool(answers) and all(map(is_blank, answers))
    return Found(piece, notebook, names, fits, blank)


def names_of(master: Master) -> set[str]:
    """Return the names that a master's tests need from the students."""
    return {name for question in master.questions for name in question.names}


def defined(source: str) -> set[str]:
    """Return the names that code defines at its top; none where it is no Python."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    targets = [t for one in body if isinstance(one, ast.Assign) for t in one.targets]
    names = {node.id for t in targets for node in ast.walk(t) if isinstance(node, ast.Name)}
    return names | {one.name for one in body if isinstance(one, DEFINES)}


def _answers_in_code(master: Master) -> set[str]:
    """Return the grade_ids of the cells that tests are about."""
    tested = [question for question in master.questions if not question.by_hand]
    return {name for question in tested for name in question.answers if name != question.grade_id}


def _notes(best: Found, master: Master) -> Iterator[str]:
    """Yield what a teacher should know of the notebook that counts."""
    name, notebook = best.piece.name, best.notebook
    if any(HIDDEN.search(cell.source) for cell in notebook.cells):
        yield f"{name} has hidden tests in it: it is SOURCE, or was made from it."
    if best.piece.is_program:
        yield f"{name} is a .py, not a notebook: it was read as one."
    if best.fits < 2:
        ids = [cell.grade_id for cell in notebook.cells if cell.grade_id]
        begin = "These cells belong to another sheet" if ids else "Nothing of this sheet is in it"
        yield f"{begin}: {name} has no cell and no name of {master.name}."
    elif best.blank:
        texts = [cell for cell in notebook.texts if cell.grade_id in master.cells]
        written = any(not is_blank_text(cell.source) for cell in texts)
        what = "The answers in code" if written else "The answers"
        yield f"{what} in {name} are as they were handed out: is it a blank copy?"
    yield from _not_run(best, master)


def _not_run(best: Found, master: Master) -> Iterator[str]:
    """Yield a note for each answer that stands in a cell of text."""
    cells, texts = best.notebook
    ids = {cell.grade_id for cell in texts} - {cell.grade_id for cell in cells}
    names = {name for cell in texts for name in defined(cell.source)} - best.names
    ids &= _answers_in_code(master)
    for question in master.questions:
        here = ids & set(question.answers) or names & set(question.names)
        if here and not question.by_hand:
            title = question.title or question.grade_id
            yield f"The answer to {title!r} stands in a text cell: it was not run."


def _beside(
    best: Found, found: Sequence[Found], refused: Sequence[Refused], unread: int
) -> Iterator[str]:
    """Yield what a teacher should know of the other files."""
    others = [one.piece.name for one in found if one is not best and not one.piece.is_program]
    if others:
        why = _why_it_counts(best, [one for one in found if one is not best])
        several = counted(len(others) + 1, "notebook")
        yield f"Of {several} {best.piece.name} counted{why}, not {_some(others)}."
    left_out = [one for one in refused if one.reason and is_notebooks(one.piece.name)]
    for piece, reason in left_out[-SHOWN:]:
        yield f"{piece.name} was left out. {reason}"
    if unread:
        more = counted(unread, "more file was", "more files were")
        yield f"{more} not looked at: at most {MOST_FILES} are."


def _why_it_counts(best: Found, others: Sequence[Found]) -> str:
    if best.fits > max(one.fits for one in others):
        return ", which belongs to this sheet"
    if not best.blank and all(one.blank for one in others if one.fits == best.fits):
        return ", which has answers"
    newest = all(best.piece.age > one.piece.age for one in others)
    return ", the newest" if newest else ""


def _why_none(refused: Sequence[Refused]) -> str:
    """Return the sentence of a submission without a notebook: what was found in its place."""
    if not refused:
        return "There is no notebook (.ipynb) in what was handed in: the folder is empty."
    told = [one for one in reversed(refused) if one.reason]
    if told:
        return _with_name(*min(told, key=lambda one: promise(one.piece.name)))
    names = [one.piece.name for one in refused]
    if len(names) > 1:
        return f"Found {counted(len(names), 'file')} and no notebook: {_some(names)}: {EXPECTED}."
    return f"Found a {_kind(names[0])} named {names[0]}: {EXPECTED}."


def _with_name(piece: Piece, reason: str) -> str:
    plain = is_notebooks(piece.name) and "/" not in piece.name
    return reason if plain else f"{piece.name}: {reason}"


def _kind(name: str) -> str:
    return f".{ending(name)}" if ending(name) else "file"


def _some(names: Iterable[str]) -> str:
    names = list(names)
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
