"""What the columns of a class's list mean: by what stands in them, and by the names they go by."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from course_utils.grading.lists import BadTable, Table
from course_utils.grading.spelling import plain


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# What people and platforms call their columns, as `plain` writes it: no spaces, no capitals.
NAME = _words(
    """
    student students studentname name fullname displayname vollständigername
    nachnamevorname namevorname schüler schülerin studierende teilnehmer
    nomcomplet nomprénom nometprénom étudiant élève nombrecompleto estudiante
    alumno alumna apellidosynombre nombreyapellidos nomecompleto studente alunno
    cognomenome cognomeenome nominativo aluno estudante volledigenaam naam
    leerling полноеимя фио студент imięinazwisko nazwiskoiimię fullständigtnamn
    namn fuldenavn navn nimi kokonimi adsoyad tamadı öğrenci celéjméno 姓名 全名 学生
    学生姓名 名字 氏名 フルネーム 이름 성명 الاسمالكامل
    """
)
LAST = _words(
    """
    lastname last surname familyname nachname familienname zuname nom
    nomdefamille apellidos apellido cognome achternaam sobrenome apelido фамилия
    nazwisko efternamn efternavn etternavn sukunimi soyad soyadı příjmení 姓 姓氏
    """
)
FIRST = _words(
    """
    firstname first givenname forename vorname prénom nombre nome voornaam имя
    imię förnamn fornavn etunimi ad adı jméno 名
    """
)
LOGIN = _words(
    """
    username login loginname user userid sisloginid netid account benutzername
    anmeldename kennung benutzerkennung nomdutilisateur nombredeusuario usuario
    nomeutente gebruikersnaam nomedeusuário identificaçãodeusuário 用户名
    """
)
OTHER_NUMBER = _words(
    """
    id number idnumber studentid studentnumber sisuserid integrationid
    identifier matrikelnummer matrikelnr matrnr idnummer nummer nr matricule
    numérodétudiant numérodidentification matrícula matricola expediente
    númerodeid númerodeidentificação studentnummer 学号
    """
)
GRADE = _words(
    """
    grade score points mark marks result note punkte bewertung punktzahl
    ergebnis calificación nota puntos puntuación beoordeling cijfer punten
    valutazione voto punteggio avaliação pontos оценка ocena betyg poäng
    karakter arvosana 成绩 分数 得分 評点
    """
)
MOST = _words(
    """
    maximumgrade maxgrade maxscore max maximum maxpoints outof pointspossible
    bestwertung bestebewertung höchstebewertung maximalpunktzahl notemaximale
    calificaciónmáxima maximalebeoordeling valutazionemassima notamáxima 最高分
    """
)
COMMENT = _words(
    """
    feedbackcomments feedbackalskommentar feedbackparcommentaires
    commentairesdefeedback comentariosderetroalimentación comentáriosdefeedback
    """
)

# Moodle's word before the number in its column Identifier, "Teilnehmer/in123".
PARTICIPANT = re.compile(r"(?P<word>[^0-9@]*?)\s*(?P<number>[0-9]+)")
PARTICIPANTS = _words(
    """
    participant teilnehmer teilnehmerin teilnehmende participante deelnemer
    partecipante deltagare deltager deltaker osallistuja участник uczestnik
    účastník katılımcı 参与者 参加者 참가자 مشترك مشارك
    """
)
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
IN_BRACKETS = re.compile(r"\s*[(（][^()（）]*[)）]$")  # "Sheet 2 (4711)", "Task: Sheet 2 (Real)"
OF_CANVAS = re.compile(r"\((\d+)\)$")
NO_ASSIGNMENT = re.compile(
    r"(Current|Final) (Score|Points|Grade)|Override (Score|Grade|Status)|read\s+only"
)
NONE = -1


@dataclass(frozen=True)
class Columns:
    """Places of columns, `NONE` where there is none.

    number : the platform's own number of a student; others : numbers of another office.
    grade, most : the points of the sheet, and the most that the platform takes.
    """

    system: str  # "moodle", "canvas" or "plain"
    name: int = NONE
    last: int = NONE
    first: int = NONE
    number: int = NONE
    emails: tuple[int, ...] = ()
    logins: tuple[int, ...] = ()
    others: tuple[int, ...] = ()
    grade: int = NONE
    most: int = NONE
    comment: int = NONE


def columns_of(table: Table) -> Columns:
    """Return the Columns of a list. Raises BadTable where nobody can be told in it."""
    names = [plain(name) for name in table.names]
    system, number = _system(table, names)
    name, last, first = (_first(names, known) for known in (NAME, LAST, FIRST))
    emails = _emails(table)
    grade, most, comment = _points(table, names, system)
    if max(name, last, first) == NONE != number and number + 1 < grade - 1:
        name = number + 1 if number + 1 not in emails else NONE  # Moodle's order; Status is later
    logins, others = _all(names, LOGIN, number), _all(names, OTHER_NUMBER, number)
    if max(name, last, first, number, *emails, *logins, *others) == NONE:
        raise BadTable(
            f"{table.path} is no list that is known: expected the columns Identifier and Full name "
            f"(Moodle), Student and ID (Canvas), student, or Last name and First name; "
            f"it has {table.names}"
        )
    return Columns(system, name, last, first, number, emails, logins, others, grade, most, comment)


def _system(table: Table, names: Sequence[str]) -> tuple[str, int]:
    """Return (whose list it is, the column with the platform's numbers)."""
    raw = table.names
    for place in (1, 2):  # Student,ID or LastName,FirstName,ID: never in another language
        whose = names[:place] in (["student"], ["lastname", "firstname"])
        if whose and raw[place : place + 1] == ["ID"]:
            return "canvas", place
    if any(_are_participants(table, place) for place in range(len(names))):
        return "moodle", next(n for n in range(len(names)) if _are_participants(table, n))
    exported = any(":" in name and IN_BRACKETS.search(name) for name in raw)
    return ("moodle" if exported and _emails(table) else "plain"), NONE


def _are_participants(table: Table, column: int) -> bool:
    """Say whether a column is Moodle's Identifier: the same word and a number in every line.

    In a language that is not known here, the columns beside it must be a worksheet's.
    """
    found = [PARTICIPANT.fullmatch(cell) for cell in table.column(column)]
    words = {plain(match["word"]) if match else "" for match in found}
    if len(words) != 1 or words == {""}:
        return False
    dated = any(IN_BRACKETS.search(name) for name in table.names)  # "Last modified (grade)"
    places = range(column + 1, len(table.names))
    return bool(words & {*PARTICIPANTS}) or (dated and any(_is_most(table, n) for n in places))


def _points(table: Table, names: Sequence[str], system: str) -> tuple[int, int, int]:
    """Return the columns of (grade, the most that it can be, comment) by name and content."""
    grade, most, comment = (_first(names, known) for known in (GRADE, MOST, COMMENT))
    if system == "moodle" and (grade == NONE or most != grade + 1):
        pairs = [n for n in range(1, len(names)) if _is_most(table, n)]
        if len(pairs) == 1:
            grade, most = pairs[0] - 1, pairs[0]
    if system == "moodle" and comment == NONE and most != NONE:
        dates = [n for n, name in enumerate(table.names) if IN_BRACKETS.search(name)]
        behind = range(max(dates, default=len(names)) + 1, len(names))
        comment = behind[0] if len(behind) == 1 else NONE
    return grade, most, comment


def _is_most(table: Table, column: int) -> bool:
    """Say whether a column is Moodle's maximum: one number, right of what is no more than it."""
    numbers = [to_number(cell) for cell in table.column(column)]
    left = [to_number(cell) for cell in table.column(column - 1) if cell]
    top = numbers[0] if numbers else None
    if not top or set(numbers) != {top}:
        return False
    return all(grade is not None and 0 <= grade <= top for grade in left)


def _first(names: Sequence[str], known: Iterable[str]) -> int:
    """Return the first column that goes by one of the known names."""
    return next((place for word in known for place, name in enumerate(names) if name == word), NONE)


def _all(names: Sequence[str], known: Iterable[str], but: int) -> tuple[int, ...]:
    return tuple(n for n, name in enumerate(names) if name in known and n != but)


def _emails(table: Table) -> tuple[int, ...]:
    """Return the columns in which e-mail addresses stand."""
    found = []
    for place in range(len(table.names)):
        cells = [cell for cell in table.column(place) if cell]
        if cells and sum(bool(EMAIL.fullmatch(cell)) for cell in cells) > len(cells) / 2:
            found.append(place)
    return tuple(found)


def to_number(text: str) -> float | None:
    """Return the number that a cell shows, with a decimal point or comma; None where it is none."""
    shape = re.fullmatch(r"[+-]?[0-9]{1,15}([.,][0-9]{1,15})?", text.strip())
    return float(text.strip().replace(",", ".")) if shape else None
