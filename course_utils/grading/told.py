"""How late Moodle's worksheet says that somebody was: its column "Status", in some languages.

"Submitted for grading - Graded - 1 day 3 hours late": Moodle joins what it has to say by dashes,
and a time has at most two units, counted from Moodle's own deadline.
"""

import re
import unicodedata
from datetime import timedelta

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


def lateness(status: str) -> timedelta | None:
    """Return how late a status says that work came, 0 where it says nothing of it.

    None where it says something that is not understood.
    """
    for part in re.split(r"\s-(?=\s)", status):  # what is empty has its dashes, too
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
