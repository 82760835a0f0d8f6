"""English → French names of countries, languages and currencies: real words, letter by letter.

The names are those of the ISO standards 3166-1, 639-3 and 4217 with the translations of Debian's
iso-codes, as the package `pycountry` (LGPL) ships them. Most French names of the longer ones put
their words in another order: East Makian → Makyan oriental.
"""

import gettext

import numpy as np

from course_utils.tasks import Task, Vocabulary, make_batch
from course_utils.tasks.batching import Seed

CATALOGUES = {"countries": "iso3166-1", "languages": "iso639-3", "currencies": "iso4217"}
SIGNS = "abcdefghijklmnopqrstuvwxyzàâäáãåçéèêëíîïñóôöúûü'’(),-. "
LONGEST = 30  # letters; a longer one is a sentence, "bolivia, plurinational state of"


def name_pairs() -> dict[str, str]:
    """Map English names to French ones, in small letters, where the two differ.

    A name that is the same in both, or that nobody has translated, is left out: copying it would
    count as a translation. So are names of more than 30 letters or with rare signs.
    """
    import pycountry  # reads its catalogues: half a second

    pairs = {}
    for kind, domain in CATALOGUES.items():
        french = gettext.translation(domain, pycountry.LOCALES_DIR, ["fr"])
        for entry in getattr(pycountry, kind):
            pairs[entry.name.lower()] = french.gettext(entry.name).lower()
    return {en: fr for en, fr in pairs.items() if en != fr and _is_plain(en) and _is_plain(fr)}


def names(test_size: int = 300, rng: Seed = 0) -> Task:
    """Make a task of the pairs in random order, letter by letter; `test` has `test_size`."""
    pairs = sorted(name_pairs().items())
    if not 1 <= test_size < len(pairs):
        raise ValueError(
            f"test_size must be between 1 and {len(pairs) - 1}, got {test_size}: "
            f"some of the {len(pairs)} names must be left to learn from"
        )
    order = np.random.default_rng(rng).permutation(len(pairs))
    shuffled = [pairs[i] for i in order]
    letters = Vocabulary(SIGNS)
    train = make_batch(shuffled[test_size:], letters, letters)
    return Task(train, make_batch(shuffled[:test_size], letters, letters), letters, letters)


def _is_plain(name: str) -> bool:
    return 0 < len(name) <= LONGEST and set(name) <= set(SIGNS)
