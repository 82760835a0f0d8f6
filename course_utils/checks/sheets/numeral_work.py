"""What the capstone's checks work with: fresh numbers, and translators that know the answer.

Known right and wrong answers are built from these, so that testing a check needs no training.
"""

import re
import zlib

import numpy as np

from course_utils.checks.returned import Failure, kind_of
from course_utils.layers import Layer
from course_utils.tasks.alignment import digit_alignment
from course_utils.tasks.numerals import CHINESE_CHARACTERS, chinese_numeral, english_words

SMALLEST, LARGEST = 100, 10**6  # the numbers of the task
DIGITS, UNITS = "零一二三四五六七八九", ("千", "百", "十", "")
MARKS = 3  # padding, start and end: the ids before the first character
NAMES = ("embedding.table", "readout.output.W", "readout.output.b")  # what a model calls symbols by


def draw(rng, count, smallest=SMALLEST, largest=LARGEST):
    """Draw different numbers, of which short and long ones are equally common."""
    found = {}
    while len(found) < count:
        logarithms = rng.uniform(np.log(smallest), np.log(largest), count)
        found |= dict.fromkeys(np.exp(logarithms).astype(int).tolist())
    return list(found)[:count]


def sentence_of(number):
    """Write the English words of a number as one text."""
    return " ".join(english_words(number))


def while_renamed(model, ask):
    """Return `ask()` while the model calls every character by the name of the next one.

    It writes the same texts then, in other characters. What never asks the model does not change.
    """
    try:
        kept = {name: np.array(model.params[name]) for name in NAMES}
        fill = model.fill
    except (AttributeError, KeyError, TypeError):
        message = f'"model" must be the trained Seq2Seq itself, got {kind_of(model)}'
        raise Failure(message) from None
    places = np.arange(len(kept[NAMES[0]]))
    places[MARKS:] = np.roll(places[MARKS:], 1)
    table, *readout = kept.values()
    try:
        fill(dict(zip(NAMES, (table[places], *(one[..., places] for one in readout)), strict=True)))
        return ask()
    finally:
        fill(kept)


class NamesAlone(Layer):
    """A stand-in for a trained model, which knows no more than the names of its characters."""

    def __init__(self):
        ids = np.arange(MARKS + len(CHINESE_CHARACTERS), dtype=float)
        super().__init__(
            dict(zip(NAMES, (ids[:, None].copy(), ids[None].copy(), ids), strict=True))
        )

    def named(self, text):
        """Write a text in the characters that the model has for it now."""
        names = self.own[NAMES[2]].astype(int).tolist()
        ids = [MARKS + CHINESE_CHARACTERS.index(character) for character in text]
        return "".join(CHINESE_CHARACTERS[names.index(one) - MARKS] for one in ids)


def by_model(translate):
    """Make a right claim of a translator that knows the answer: a stand-in writes its texts."""
    model = NamesAlone()

    def named(sentences):
        texts = translate(sentences)
        return type(texts)(map(model.named, texts))

    return {"translate": named, "model": model}


def number_of(sentence):
    """Read the number that a sentence names: how a translator knows the answer in our tests."""
    total = count = 0
    for word in sentence.split():
        if word == "thousand":
            total, count = 1000 * count, 0
        elif word == "hundred":
            count *= 100
        elif word != "and":
            count += NUMBERS[word]
    return total + count


NUMBERS = {english_words(n)[0]: n for n in (*range(20), *range(20, 100, 10))}


def knowing(share, change=lambda text: text[:-1] + "零", spoilt=lambda sentence: True):
    """Return a translator that is right for that share of sentences, and else changes the text."""

    def translate(sentences):
        texts = [chinese_numeral(number_of(sentence)) for sentence in sentences]
        wrong = [zlib.crc32(s.encode()) % 1000 >= 1000 * share and spoilt(s) for s in sentences]
        return [change(t) if bad else t for t, bad in zip(texts, wrong, strict=True)]

    return translate


def fair_look(sentence, spread=0.1):
    """Answer right: digits look at the word that carries them, units at the last word."""
    number = number_of(sentence)
    gold, words = digit_alignment(number), len(sentence.split())
    weights = np.full((len(gold), words), spread / words)
    weights[np.arange(len(gold)), gold] += 1 - spread  # −1 is the last word
    return chinese_numeral(number), weights


def _tidy(group):
    return re.sub("零+", "零", group).rstrip("零")


def by_groups(number, tidy=_tidy):
    """Answer right: write every digit, and then take zeros away."""
    text = f"{number:08d}"
    high, low = tidy(_every_digit(text[:4])), tidy(_every_digit(text[4:]))
    numeral = f"{high.lstrip('零')}万{low}" if number >= 10**4 else low.lstrip("零")
    numeral = numeral[1:] if numeral.startswith("一十") else numeral
    return numeral or "零"


def _every_digit(group):
    """Write four digits, each but 零 with its unit: 0305 → 零三百零五."""
    pairs = zip(group, UNITS, strict=True)
    return "".join(DIGITS[int(digit)] + (unit if digit != "0" else "") for digit, unit in pairs)


def by_units(number):
    """Answer right: go down the units, and remember a gap."""
    high, low = divmod(number, 10**4)
    joint = "零" * (0 < low < 1000 and high > 0)
    numeral = (_below_ten_thousand(high) + "万" if high else "") + joint + _below_ten_thousand(low)
    return (numeral[1:] if numeral[:2] == "一十" else numeral) or "零"


def _below_ten_thousand(number):
    text, gap = "", False
    for unit, name in zip((1000, 100, 10, 1), UNITS, strict=True):
        digit, number = divmod(number, unit)
        if digit:
            text += "零" * (gap and text != "") + DIGITS[digit] + name
        gap = not digit
    return text


def grouped_by_three(number):
    """Make a known mistake: 千 as if it were the English thousand."""
    if number < 1000:
        return chinese_numeral(number)
    count, rest = divmod(number, 1000)
    return grouped_by_three(count) + "千" + (grouped_by_three(rest) if rest else "")


def with_long_ten(number):
    """Make a known mistake: 一十二 for 12."""
    numeral = chinese_numeral(number)
    return f"一{numeral}" if numeral.startswith("十") else numeral
