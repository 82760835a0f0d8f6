"""Who is who from run to run: by the platform's number, the name, or the only name like it.

A row keeps who it is of, so that a name that was once understood stays understood.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from course_utils.grading.people import People, Person
from course_utils.grading.rows import Row
from course_utils.grading.submissions import Submission


def person_of(one: Submission | Row) -> str:
    """Return who it is as far as it says so itself."""
    if isinstance(one, Row) and one.person:
        return one.person
    return f"#{one.number}" if one.number else one.student


def persons(submissions: Sequence[Submission], before: Iterable[Row]) -> list[str]:
    """Return who each submission is of: somebody graded before, or somebody new."""
    known = defaultdict[str, list[Row]](list)
    for row in before:
        known[person_of(row)].append(row)
    found = {place: _sure(one, known) for place, one in enumerate(submissions)}
    open_ones = {place: submissions[place] for place, who in found.items() if who is None}
    taken = {who for who in found.values() if who is not None}
    likely = _likely(open_ones, {who: rows for who, rows in known.items() if who not in taken})
    return [found[n] or likely.get(n) or person_of(one) for n, one in enumerate(submissions)]


def _sure(one: Submission, known: dict[str, list[Row]]) -> str | None:
    """Return the person with the same number, or with the same name and no other number."""
    if person_of(one) in known:
        return person_of(one)
    for who, rows in known.items():
        if one.number and one.number in _numbers(rows):
            return who
    same = [who for who, rows in known.items() if _may_be(one, rows) and _called(one, rows)]
    return same[0] if len(same) == 1 else None


def _likely(open_ones: dict[int, Submission], known: dict[str, list[Row]]) -> dict[int, str]:
    """Return the persons whose names are like one submission's only, the most like it first."""
    who = list(known)
    names = [tuple({_bare(row) for row in rows}) for rows in known.values()]
    people = People([Person(some[0], names=some) for some in names])
    claims = defaultdict[str, list[tuple[int, int]]](list)
    for place, one in open_ones.items():
        freedom, places = people.called(_bare(one))
        fitting = [who[n] for n in places if _may_be(one, known[who[n]])]
        if len(fitting) == 1:
            claims[fitting[0]].append((freedom, place))
    best = {person: min(some) for person, some in claims.items()}
    return {
        place: person
        for person, (freedom, place) in best.items()
        if sum(other == freedom for other, _ in claims[person]) == 1
    }


def _may_be(one: Submission, rows: Iterable[Row]) -> bool:
    """Say whether the numbers do not speak against it: another number is another person."""
    return not one.number or _numbers(rows) <= {one.number}


def _numbers(rows: Iterable[Row]) -> set[str]:
    return {row.number for row in rows} - {""}


def _called(one: Submission, rows: Iterable[Row]) -> bool:
    return _bare(one) in {_bare(row) for row in rows}


def _bare(one: Submission | Row) -> str:
    """Return a name without the number that tells namesakes apart."""
    return one.student.removesuffix(f"_{one.number}") if one.number else one.student
