"""A list as it came (CSV): read in any usual encoding, given back with only some cells new."""

import codecs
import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from course_utils.grading import GradingError

SEPARATORS = (";", "\t", ",", "|")  # where two fit alike the first counts: names hold commas
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
MOST_BYTES = 50_000_000


class BadTable(GradingError):
    """A CSV that does not fit; the message is for the teacher."""


@dataclass(frozen=True)
class Record:
    """A line of a list: its cells, its text as it came, and the number that an editor shows."""

    cells: tuple[str, ...]
    text: str
    line: int

    def cell(self, column: int) -> str:
        """Return a cell without the spaces around it, "" where the line is too short."""
        return self.cells[column].strip() if 0 <= column < len(self.cells) else ""

    @property
    def blank(self) -> bool:
        """Say whether nothing stands in the line."""
        return not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True)
class Table:
    """A CSV. mark : the byte order mark that it begins with.  lines : all of it, blank ones too."""

    path: Path
    encoding: str
    mark: bytes
    separator: str
    lines: tuple[Record, ...]

    @cached_property
    def header(self) -> Record:
        """Return the first line in which something stands."""
        return next(line for line in self.lines if not line.blank)

    @cached_property
    def names(self) -> list[str]:
        """Return the names of the columns."""
        return [name.strip() for name in self.header.cells]

    @cached_property
    def records(self) -> list[Record]:
        """Return the lines below the header in which something stands."""
        return [line for line in self.lines if not line.blank and line is not self.header]

    def column(self, place: int) -> list[str]:
        """Return the cells of a column."""
        return [record.cell(place) for record in self.records]

    def filled(self, new: Mapping[int, Mapping[int, str]]) -> str:
        """Return the text with some cells new: `new` has them by line and column.

        A line that gets nothing new stays as it is, to the letter.
        """
        return "".join(self._text(line, new.get(line.line)) for line in self.lines)

    def encoded(self, text: str) -> bytes:
        """Return a text as the file has it: its encoding, and the mark before it."""
        return self.mark + text.encode(self.encoding)

    def _text(self, record: Record, new: Mapping[int, str] | None) -> str:
        if not new:
            return record.text
        cells = [*record.cells, *[""] * (max(new) + 1 - len(record.cells))]
        for column, text in new.items():
            cells[column] = text
        out = io.StringIO()
        csv.writer(out, delimiter=self.separator).writerow(cells)  # quotes what could end a line
        end = record.text[len(record.text.rstrip("\r\n")) :]
        return out.getvalue().removesuffix("\r\n") + end


def read_table(path: Path) -> Table:
    """Return the Table in a file. Raises BadTable where it is none."""
    text, encoding, mark = _decoded(path)
    noted = _noted(text)
    separator = noted or max(SEPARATORS, key=lambda one: _fits(text, one))
    try:
        lines = _lines(text, separator)
    except csv.Error as error:
        raise BadTable(f"{path}, {error}") from error
    if not noted and all(len(line.cells) < 2 for line in lines):
        separator = ","  # of one column, which may get others
    if noted:
        lines[0] = Record((), lines[0].text, lines[0].line)
    if all(line.blank for line in lines):
        raise BadTable(f"{path} has no lines: expected the names of columns, and a line for each")
    return Table(path, encoding, mark, separator, tuple(lines))


def _decoded(path: Path) -> tuple[str, str, bytes]:
    """Return (text, encoding, byte order mark) of a file."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise BadTable(f"{path} cannot be read: {error}") from error
    if len(data) > MOST_BYTES or data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise BadTable(f"{path} is no CSV: save the table as CSV (UTF-8), and give that file")
    mark, marked = next((pair for pair in MARKS if data.startswith(pair[0])), (b"", ""))
    data = data.removeprefix(mark)
    for encoding in (marked,) if marked else _likely(data):
        try:
            return data.decode(encoding), encoding, mark
        except UnicodeDecodeError:
            continue
    raise BadTable(f"{path} cannot be read as text: save the table as CSV (UTF-8)")


def _likely(data: bytes) -> tuple[str, ...]:
    """Return the encodings to try: a text in UTF-16 without a mark has a zero in most pairs."""
    start = data[:2000]
    if start[1::2].count(0) > len(start) / 4:
        return ("utf-16-le",)
    if start[::2].count(0) > len(start) / 4:
        return ("utf-16-be",)
    return "utf-8", "cp1252"


def _noted(text: str) -> str:
    """Return the separator that Excel notes in a line of its own, `sep=;`, or ""."""
    first = text.partition("\n")[0].rstrip("\r").strip('"')
    return first[4] if first[:4].lower() == "sep=" and len(first) == 5 else ""


def _fits(text: str, separator: str) -> tuple[bool, int]:
    """Say how well a separator fits: most lines are as long as the header, which has columns."""
    try:
        lengths = [len(line.cells) for line in _lines(text, separator) if not line.blank]
    except csv.Error:
        return False, 0
    alike = sum(length == lengths[0] for length in lengths)
    columns = lengths[0] if lengths else 0
    return columns > 1 and alike >= 0.8 * len(lengths), columns


def _lines(text: str, separator: str) -> list[Record]:
    """Return the lines of a CSV. Raises csv.Error, with the number of the line."""
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))  # a cell may hold a whole essay
    texts, start, lines = list(io.StringIO(text, newline="")), 0, list[Record]()
    reader = csv.reader(texts, delimiter=separator, strict=True)
    try:
        for cells in reader:
            read = "".join(texts[start : reader.line_num])
            lines.append(Record(tuple(cells), read, start + 1))
            start = reader.line_num
    except csv.Error as error:
        raise csv.Error(f"line {start + 1}: its quotation marks do not pair ({error})") from error
    return lines
