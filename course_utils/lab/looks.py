"""Where a trained model's weights point: at a digit's own word, beside a word, along a diagonal."""

import numpy as np

from course_utils.metrics import exact_match
from course_utils.tasks import make_batch, number_words
from course_utils.tasks.alignment import alignment_score, digit_alignment
from course_utils.tasks.numerals import chinese_numeral, english_words

ROOM = 20  # characters that are written at most


def six_digits(count=300, seed=5):
    """Draw numbers of six digits, as a list."""
    return np.random.default_rng(seed).integers(100_000, 1_000_000, count).tolist()


def numbers_batch(numbers):
    """Return the batch of these numbers: English words, Chinese numerals."""
    known = number_words(
        train_size=1, test_size=1, digits=6
    )  # the vocabularies are always the same
    pairs = [(english_words(number), chinese_numeral(number)) for number in numbers]
    return make_batch(pairs, known.source_vocabulary, known.target_vocabulary)


def digits_at_their_word(model, numbers):
    """Return the share of digits whose largest weight falls on the word that carries them."""
    rows, gold = [], np.concatenate([digit_alignment(number) for number in numbers])
    for number, weights in zip(numbers, _weights(model, numbers), strict=True):
        rows.extend(weights[: len(chinese_numeral(number))])
    return alignment_score(rows, gold)


def one_map(model, number):
    """Return (signs, words, weights (signs, words)) of one number: where each sign looks."""
    written, read = list(chinese_numeral(number)), english_words(number)
    return written, read, _weights(model, [number])[0][: len(written)]


def around(model, numbers, sign, word):
    """Return how often a sign looks most before, at and after the last such word, as shares."""
    places = []
    for number, weights in zip(numbers, _weights(model, numbers), strict=True):
        words = english_words(number)
        if word in words:
            at = len(words) - 1 - words[::-1].index(word)
            numeral = chinese_numeral(number)
            places += [weights[i].argmax() - at for i, s in enumerate(numeral) if s == sign]
    sides = np.sign(places)
    return {
        name: float((sides == side).mean()) for name, side in zip(SIDES, (-1, 0, 1), strict=True)
    }


def right_and_looks(model, numbers, sign, word):
    """Return in percent: numbers right, digits that look at their word, and `around` the word."""
    tokens = model.greedy(*numbers_batch(numbers)[:2], ROOM).tokens
    shares = {
        "right": exact_match(tokens, numbers_batch(numbers)),
        "digits": digits_at_their_word(model, numbers),
        **around(model, numbers, sign, word),
    }
    return {name: round(100 * share) for name, share in shares.items()}


SIDES = {"before": -1, "at": 0, "after": 1}


def _weights(model, numbers):
    batch = numbers_batch(numbers)
    return model.greedy(batch.source, batch.source_lengths, ROOM).weights


def shifts(model, batch, furthest=2):
    """Return how far a row's largest weight lies right of the symbol that it writes, in percent.

    batch : of strings to be written backwards. The first row of each is left out. Returns
    {"-2": percent, …, "+2": percent}.
    """
    room = batch.target.shape[1]
    decoded, found = model.greedy(batch.source, batch.source_lengths, room), []
    for length, rows in zip(batch.source_lengths, decoded.weights, strict=True):
        found += [rows[i].argmax() - (length - 1 - i) for i in range(1, min(length, len(rows)))]
    places = range(-furthest, furthest + 1)
    return {f"{place:+d}": round(100 * np.mean(np.array(found) == place)) for place in places}
