"""How late Moodle's worksheet says that somebody was: its column "Status", in some languages.

"Submitted for grading - Graded - 1 day 3 hours late": Moodle joins what it has to say by dashes,
and a time has at most two units, counted from Moodle's own deadline. "Extension granted until: 3
March 2026": for that student it counts from there (`mod/assign/gradingtable.php`, `col_status`).
"""

import re
import unicodedata
from datetime import timedelta
from typing import NamedTuple

STATUS = ("status", "statut", "estado", "estatus", "estat", "stato", "状态", "ステータス")
UNITS = {
    timedelta(days=365): "year jahr annee an ans ano anos any anys anno anni jaar 年",
    timedelta(days=1): "day tag jour dia giorno giorni dag dies 天 日",
    timedelta(hours=1): "hour stunde heure hora hores ora ore uur uren 小时 時間",
    timedelta(minutes=1): "min minute minuto minuti minuut minuten 分钟 分",
    timedelta(seconds=1): "s sec sek seg second sekunde seconde segundo secondi 秒",
}
SECONDS = {name: unit for unit, names in UNITS.items() for name in names.split()}
PLURALS = ("", "s", "es", "e", "n", "en")
PART = r"(\d+)\s*([^\W\d_]+)\.?"
LATE = re.compile(rf"{PART}(?:\s*{PART})?(?=\D*$)")
YEAR = re.compile(r"\d{4}")  # of a date: in a status there is none but that of an extension
DASH = re.compile(r"\s-(?=\s)")  # what is empty has its dashes, too


class Told(NamedTuple):
    """What a platform says: how late, None where that is not understood, 0 for not late.

    extended : whether it has granted an extension itself, from which it counts.
    """

    late: timedelta | None
    extended: bool = False


def told_by(status: str) -> Told:
    """Return what a status says."""
    return Told(lateness(status), bool(YEAR.search(status)))


def lateness(status: str) -> timedelta | None:
    """Return how late a status says that work came, 0 where it says nothing of it.

    None where it says something that is not understood.
    """
    for part in DASH.split(status):
        found = LATE.match(part.strip())
        if found:
            return _sum(found)
    return timedelta(0)


def _sum(found: re.Match[str]) -> timedelta | None:
    sizes = [(int(found[1]), _unit(found[2]))]
    if found[3]:
        sizes.append((int(found[3]), _unit(found[4])))
    known = [number * unit for number, unit in sizes if unit is not None]
    return sum(known, timedelta(0)) if len(known) == len(sizes) else None


def _unit(word: str) -> timedelta | None:
    letters = unicodedata.normalize("NFKD", word.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    singulars = [plain.removesuffix(end) for end in PLURALS]
    return next((SECONDS[one] for one in singulars if one in SECONDS), None)
