"""What the capstone's checks ask of pairs: fresh ones, the learner's own or numerals.

Of numerals the right answer is known; of other pairs it is what the learner's `draw_pairs` says.
"""

from typing import NamedTuple

import numpy as np

from course_utils.checks.returned import Failure
from course_utils.checks.sheets.numeral_work import draw, number_of, sentence_of, while_renamed
from course_utils.checks.work import called, parts_of, texts_from
from course_utils.tasks.numerals import CHINESE_CHARACTERS, chinese_numeral
from course_utils.tasks.own_pairs import checked_pairs, separator_of, symbols_of

ASKED_AGAIN = 40
CHINESE = {*CHINESE_CHARACTERS, *"两〇萬億廿兩"}  # how a numeral may be written, rightly or not


class Answers(NamedTuple):
    """What a translator wrote for fresh sources, what is right, and the same for a renamed model.

    renamed : (text, right) for sources that it was asked while its model called symbols otherwise.
    """

    sentences: list
    texts: list
    right: list
    renamed: tuple = ()

    @property
    def hits(self):
        return np.array([text == right for text, right in zip(self.texts, self.right, strict=True)])

    @property
    def words(self):
        """Count the symbols of each source: words, or letters where there is no space."""
        return lengths(self.sentences)

    @property
    def follows(self):
        """Return the share of right texts that came in other symbols while the model had others."""
        return np.mean([is_renamed(right, text) for text, right in self.renamed])


def lengths(texts):
    """Count the symbols of each text."""
    separator = separator_of(texts)
    return np.array([len(symbols_of(text, separator)) for text in texts])


def pairs_in(name, value):
    """Return pairs as a list of (source, target). Raises Failure for what is no such list."""
    try:
        return checked_pairs(list(value) if isinstance(value, np.ndarray | tuple) else value)
    except (TypeError, ValueError) as error:
        raise Failure(f"{name}: {error}") from None


def drawn(draw_pairs, count, seed):
    """Return that many pairs of a learner's `draw_pairs`. Raises Failure for another number."""
    value = called("draw_pairs", draw_pairs, count, seed)
    if value is None:
        raise Failure("draw_pairs returns None: is there a return at its end?")
    pairs = pairs_in("draw_pairs", value)
    if len(pairs) != count:
        raise Failure(f"draw_pairs({count}, {seed}) must return {count} pairs, got {len(pairs)}")
    return pairs


def numbers_in(pairs):
    """Return the numbers that all sources name, where pairs are English to Chinese; else None."""
    characters = "".join(target for _, target in pairs)
    if sum(character in CHINESE for character in characters) < len(characters) / 2:
        return None
    try:
        numbers = [number_of(source) for source, _ in pairs]
        named = [sentence_of(number) for number in numbers]
    except (KeyError, ValueError):
        return None
    return numbers if named == [source for source, _ in pairs] else None


def as_it_is_right(pairs):
    """Return the pairs with the right numerals, where they are numerals; others as they are."""
    numbers = numbers_in(pairs)
    if numbers is None:
        return pairs
    return [(sentence_of(number), chinese_numeral(number)) for number in numbers]


def fresh_pairs(claim, rng, count):
    """Draw different pairs: by a claim's own "pairs", a function, or else numerals."""
    own = claim.get("pairs", ...)
    if own is ...:
        return [(sentence_of(number), chinese_numeral(number)) for number in draw(rng, count)]
    pairs = list(dict(drawn(own, count, int(rng.integers(2**31)))).items())
    if len(pairs) < count / 2:
        raise Failure(
            f'"pairs" must draw many different pairs, got {len(pairs)} among {count}: '
            f"a test needs more"
        )
    return as_it_is_right(pairs)


def asked(translate, pairs):
    """Return `Answers` of a learner's translator for these pairs. Raises Failure for no texts."""
    sentences, right = map(list, zip(*pairs, strict=True))
    return Answers(sentences, texts_from("translate", translate, sentences), right)


def translated(claim, rng):
    """Return `Answers` for fresh pairs, and others asked while the learner's model was renamed.

    Others, for a translator may remember what it has translated.
    """
    translate, model = parts_of(claim, "translate", "model")
    others = fresh_pairs(claim, rng.spawn(1)[0], ASKED_AGAIN)
    seen = asked(translate, fresh_pairs(claim, rng, 400))
    known = set(seen.sentences)
    sources, right = zip(*[pair for pair in others if pair[0] not in known], strict=True)
    texts = while_renamed(model, lambda: texts_from("translate", translate, list(sources)))
    return seen._replace(renamed=tuple(zip(texts, right, strict=True)))


def is_renamed(text, other):
    """Tell whether a text came again with each of its symbols called by another name."""
    separator = separator_of([text, other])
    one, new = symbols_of(text, separator), symbols_of(other, separator)
    pairs = set(zip(one, new, strict=False))
    one_to_one = len(pairs) == len(set(one)) == len(set(new))
    return len(one) == len(new) and one_to_one and all(a != b for a, b in pairs)
