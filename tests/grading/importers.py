"""What Moodle and Canvas take back: the rules of their own importers, read at the source.

Moodle: the worksheet in `mod/assign/feedback/offline/importgradeslib.php` (`init`, `next`) and
`locallib.php` (`process_import_grades`), the CSV in `lib/csvlib.class.php` (`load_csv_content`),
the feedback in `mod/assign/feedback/file/importziplib.php` (`is_valid_filename_for_import`).
Canvas: the gradebook in `lib/gradebook_importer.rb`, the re-upload of submissions in
`app/models/abstract_assignment.rb` (`infer_comment_context_from_filename`).
The worksheets' columns are those of `mod/assign/gradingtable.php`, by language.
"""

import csv
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

MOODLE_SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}


class Refused(Exception):
    """The platform takes nothing of the file."""


@dataclass(frozen=True)
class Language:
    """A Moodle in one language: its strings, and how it writes decimals."""

    identifier: str
    name: str
    email: str
    grade: str
    most: str
    changeable: str
    submitted: str
    graded: str
    comments: str
    participant: str  # as `hiddenuser`: with a space behind it or not
    point: str = "."

    @property
    def columns(self) -> list[str]:
        """Return a worksheet's columns in their order."""
        first = [self.identifier, self.name, self.email, "Status", self.grade, self.most]
        return [*first, self.changeable, self.submitted, self.graded, self.comments]


LANGUAGES = {
    "en": Language(
        "Identifier",
        "Full name",
        "Email address",
        "Grade",
        "Maximum grade",
        "Grade can be changed",
        "Last modified (submission)",
        "Last modified (grade)",
        "Feedback comments",
        "Participant ",
    ),
    "de": Language(
        "ID",
        "Vollständiger Name",
        "E-Mail-Adresse",
        "Bewertung",
        "Bestwertung",
        "Bewertung kann geändert werden",
        "Zuletzt geändert (Abgabe)",
        "Zuletzt geändert (Bewertung)",
        "Feedback als Kommentar",
        "Teilnehmer/in",
        ",",
    ),
    "fr": Language(
        "Identifiant",
        "Nom complet",
        "Adresse de courriel",
        "Note",
        "Note maximale",
        "La note peut être modifiée",
        "Dernière modification (travail remis)",
        "Dernière modification (note)",
        "Feedback par commentaires",
        "Participant",
        ",",
    ),
    "es": Language(
        "Identificador",
        "Nombre completo",
        "Dirección de correo",
        "Calificación",
        "Calificación máxima",
        "La calificación puede ser cambiada",
        "Última modificación (entrega)",
        "Última modificación (calificación)",
        "Comentarios de retroalimentación",
        "Participante ",
        ",",
    ),
    "nl": Language(
        "Identificatie",
        "Volledige naam",
        "E-mailadres",
        "Cijfer",
        "Maximale beoordeling",
        "Beoordeling kan gewijzigd worden",
        "Laatst gewijzigd (inzending)",
        "Laatst gewijzigd (beoordeling)",
        "Feedback opmerkingen",
        "Deelnemer",
        ",",
    ),
    "pt_br": Language(
        "Identificador",
        "Nome completo",
        "Endereço de email",
        "Nota",
        "Nota máxima",
        "Nota pode ser alterada",
        "Última modificação (envio)",
        "Última modificação (nota)",
        "Comentários de feedback",
        "Participante",
        ",",
    ),
    "it": Language(
        "Identificativo",
        "Nome completo",
        "Indirizzo email",
        "Valutazione",
        "Valutazione massima",
        "La valutazione può essere modificata",
        "Ultima modifica (consegna)",
        "Ultima modifica (valutazione)",
        "Commenti",
        "Partecipante",
        ",",
    ),
    "zh_cn": Language(
        "识别码",
        "全名",
        "Email地址",
        "成绩",
        "最高分",
        "允许更改成绩",
        "最后修改(提交)",
        "最后修改(成绩)",
        "反馈评论",
        "参与者",
    ),
    "ja": Language(
        "ID",
        "フルネーム",
        "メールアドレス",
        "評点",
        "最大評点",
        "評点変更可能",
        "最終更新日時 (提出)",
        "最終更新日時 (評定)",
        "フィードバックコメント",
        "参加者",
    ),
    "tlh": Language(  # of no table anywhere: only what stands in the columns can tell
        "pong",
        "naQ pong",
        "QIn",
        "mI'",
        "mI' nIv",
        "choHlaH",
        "choH (ghItlh)",
        "choH (mI')",
        "QInmey",
        "jeSwI' ",
    ),
}


@dataclass(frozen=True)
class Imported:
    """What a platform has of one student after an import."""

    grade: float | None
    comment: str = ""


def moodle_worksheet(
    data: bytes,
    language: Language,
    participants: Mapping[int, float | None],
    most: float,
    separator: str = "comma",
    encoding: str = "utf-8",
) -> dict[int, Imported]:
    """Return what Moodle takes from a grading worksheet, by the number of the participant.

    participants : who is enrolled, and the grade that they have.
    """
    header, *lines = _moodle_csv(data, MOODLE_SEPARATORS[separator], encoding)
    places = {name: place for place, name in enumerate(header)}
    needed = (language.identifier, language.grade, language.graded)
    if any(name not in places for name in needed):
        raise Refused(f"needs the columns {needed}")
    found = {}
    for line in lines:
        # the word before the number is cut off by its length, in the language of who imports
        number = line[places[language.identifier]][len(language.participant) :]
        if not number.isdecimal() or int(number) not in participants:
            continue
        grade = _unformat_float(line[places[language.grade]], language.point)
        if grade is None or not 0 <= grade <= most:  # left out: no value, or out of range
            grade = participants[int(number)]
        comment = places.get(language.comments, 0)
        found[int(number)] = Imported(grade, line[comment] if comment else "")
    return found


def _moodle_csv(data: bytes, separator: str, encoding: str) -> list[list[str]]:
    text = data.decode(encoding).removeprefix("\ufeff")
    text = re.sub(r"\r\n?", "\n", text)
    text = text.strip(" \n\r\0\x0b" if separator == "\t" else " \t\n\r\0\x0b")
    lines = list(csv.reader(io.StringIO(text), delimiter=separator))
    if len(lines) < 2:
        raise Refused("no lines")
    if any(len(line) != len(lines[0]) for line in lines):
        raise Refused("a line has more or fewer cells than the first")
    return [[cell.strip() for cell in line] for line in lines]


def _unformat_float(text: str, point: str) -> float | None:
    """Read a number as PHP does: what begins like one is one."""
    text = text.replace(" ", "").replace(point, ".")
    if not text:
        return None
    found = re.match(r"[+-]?\d*\.?\d+|[+-]?\d+", text)
    return float(found[0]) if found else 0.0


def moodle_feedback(data: bytes, participants: set[int]) -> dict[int, dict[str, bytes]]:
    """Return the files that Moodle takes from a feedback archive: {number: {name: bytes}}."""
    found = dict[int, dict[str, bytes]]()
    for path, content in _members(data).items():
        parts = path.split("/")
        if parts[-1].startswith((".", "~")):
            continue
        while parts:
            info = parts.pop(0).split("_", 4)
            if len(info) < 4 or not info[1].isdecimal() or int(info[1]) not in participants:
                continue
            if info[2] not in ("assignsubmission", "assignfeedback") or info[3] != "file":
                continue
            rest = [info[4] if len(info) > 4 else "", *parts]
            found.setdefault(int(info[1]), {})["/".join(filter(None, rest))] = content
            break
    return found


def canvas_gradebook(
    data: bytes, students: Mapping[int, tuple[str, str]], assignments: Mapping[int, str]
) -> tuple[dict[int, dict[int, str]], list[str]]:
    """Return ({student: {assignment: grade}}, titles that Canvas would make anew).

    students : {id: (SIS User ID, SIS Login ID)}.  assignments : {id: title}.
    Raises Refused for a header that is none, or a line that belongs to nobody.
    """
    lines = _canvas_csv(data)
    header = lines[0]
    names, fixed = _canvas_columns(header)
    found, new, wanted = dict[int, dict[int, str]](), list[str](), dict[int, int]()
    for place, title in list(enumerate(header))[fixed:]:
        ours = re.search(r"\((\d+)\)$", title)
        if re.search("(Current|Final) (Score|Points|Grade)|Override (Score|Grade|Status)", title):
            continue
        if ours and int(ours[1]) in assignments:
            wanted[place] = int(ours[1])
        elif title in assignments.values():
            wanted[place] = next(n for n, known in assignments.items() if known == title)
        else:
            new.append(title)
    read_only = set[int]()
    for line in lines[1:]:
        if "Points Possible" in (line[0] if line else ""):
            read_only = {n for n, cell in enumerate(line) if re.search(r"read\s+only", cell)}
        elif all(re.fullmatch(r"(?i)\s*(Muted|Manual Posting.*)?\s*", cell) for cell in line):
            continue
        else:
            student = _canvas_student(line, names, header, students)
            grades = {n: line[place].strip() for place, n in wanted.items() if place < len(line)}
            found[student] = {n: text for n, text in grades.items()}
    for place in read_only & wanted.keys():
        for grades in found.values():
            del grades[wanted[place]]
    return found, new


def _canvas_csv(data: bytes) -> list[list[str]]:
    text = data.decode().removeprefix("\ufeff")
    widths = {
        sep: {len(row) for row in csv.reader(text.splitlines()[:3], delimiter=sep)} for sep in ";,"
    }
    semicolon, comma = (min(widths[sep]) if len(widths[sep]) == 1 else 0 for sep in ";,")
    rows = csv.reader(io.StringIO(text), delimiter=";" if semicolon > comma else ",", strict=True)
    return [[_decimal(cell) for cell in row] for row in rows if any(map(str.strip, row))]


def _decimal(cell: str) -> str:
    """Turn a decimal comma into a point: of several, the last one is it."""
    if not re.fullmatch(r"-?[0-9.,]+%?", cell):
        return cell
    *whole, last = re.split("[,.]", cell)
    return f"{''.join(whole)}.{last}" if whole else last


def _canvas_columns(header: list[str]) -> tuple[int, int]:
    """Return (how many columns hold the name, the number of columns before the assignments)."""
    if len(header) > 3 and "Student" in header[0] and "ID" in header[1]:
        names = 1
    elif len(header) > 4 and header[:2] == ["LastName", "FirstName"] and "ID" in header[2]:
        names = 2
    else:
        raise Refused("Invalid header row")
    fixed = names + 2
    if re.search(r"SIS\s+Login\s+ID", header[names + 1]):
        fixed += 1
    elif "SIS User ID" in header[names + 1] and "SIS Login ID" in header[names + 2]:
        fixed += 2 + ("Integration ID" in header[names + 3])
        fixed += "Root Account" in header[fixed - 1]
    if "Section" not in header[fixed - 1]:
        raise Refused("Invalid header row")
    return names, fixed


def _canvas_student(
    line: list[str], names: int, header: list[str], students: Mapping[int, tuple[str, str]]
) -> int:
    if line[names].isdecimal() and int(line[names]) in students:
        return int(line[names])
    for sought, name in enumerate(("SIS User ID", "SIS Login ID")):
        if name in header and line[header.index(name)]:
            for number, keys in students.items():
                if keys[sought] == line[header.index(name)]:
                    return number
    raise Refused(f"Canvas would make a new student of {line[:names]}")


def canvas_comments(
    data: bytes, attachments: Mapping[int, Mapping[str, str]], anonymous: Mapping[str, int] = {}
) -> dict[int, dict[str, bytes]]:
    """Return the files that Canvas adds as comments: {user: {name shown to the student: bytes}}.

    attachments : {user: {id: the name of the file that was handed in}}.  anonymous : users by the
    id that stands in the name where Canvas hides theirs.
    """
    found = dict[int, dict[str, bytes]]()
    for path, content in _members(data).items():
        name = path.rsplit("/", 1)[-1]
        parts = [part for part in name.split("_") if part != "LATE"]
        if parts[0] == "anon":
            user, attachment = anonymous.get(parts[1]), parts[2]
        else:
            numbers = [part for part in parts if part.isdecimal() and part.isascii()][:2]
            user, attachment = (int(numbers[0]), numbers[1]) if len(numbers) == 2 else (None, "")
        if parts[-1].startswith("link") or name.startswith("._"):
            attachment = ""
        if user in attachments and attachment in attachments[user]:
            found.setdefault(user, {})[attachments[user][attachment]] = content
    return found


def _members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {one.filename: archive.read(one) for one in archive.infolist() if not one.is_dir()}
