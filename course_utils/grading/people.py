"""Who is meant: people known by the platform's number, by a login or e-mail, and by their names."""

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from course_utils.grading.spelling import folded, orders, other_orders


@dataclass(frozen=True)
class Person:
    """Somebody, and all that they may be called by."""

    name: str
    number: str = ""
    logins: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[set[str], ...]:
        """Return their keys, those first that say most: logins, then names ever more freely."""
        names = [name for name in (self.name, *self.names) if name]
        logins = {login_key(one) for login in self.logins for one in (login, login.split("@")[0])}
        return (logins - {""}, *_freely(names))


def _freely(names: Collection[str]) -> tuple[set[str], ...]:
    """Return the keys of names as written, in any order of words, and without accents."""
    written = {key for name in names for key in orders(name)}
    anyhow = {key for name in names for key in other_orders(name)}
    return written, anyhow, {folded(key) for key in written | anyhow}


def login_key(text: str) -> str:
    """Return a login as it is compared: its case and its spelling of accents do not count."""
    return unicodedata.normalize("NFC", text.strip()).casefold()


class People:
    """A class, to be asked who is meant. A place is that of a person in the list."""

    def __init__(self, people: Sequence[Person]) -> None:
        self._keys = [defaultdict[str, set[int]](set) for _ in range(4)]
        for place, person in enumerate(people):
            for known, keys in zip(self._keys, person.keys, strict=True):
                for key in keys:
                    known[key].add(place)

    def called(self, text: str) -> tuple[int, set[int]]:
        """Return (how freely the text was read, the places of those who are called so)."""
        for freedom, (known, keys) in enumerate(zip(self._keys, _asked(text), strict=True)):
            places = set[int]().union(*(known.get(key, ()) for key in keys))
            if places:
                return freedom, places
        return len(self._keys), set()


def _asked(text: str) -> tuple[set[str], ...]:
    return ({login_key(text)}, *_freely([text]))
