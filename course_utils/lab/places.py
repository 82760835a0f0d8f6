"""Readers of scripts that differ only in how they are told the places: who spoke last, or first?

A script is a row of tokens, names and words, and begins with a name. At every word a reader says
which name came last, or which came first. It looks back through one attention layer.
"""

from typing import NamedTuple

import numpy as np

from course_utils.attention import AttentionLayer
from course_utils.layers import Embedding, Layer, Linear, nested
from course_utils.positions import DistanceScore, LearnedPlaces, RotatedScore, sinusoids
from course_utils.softmax import cross_entropy
from course_utils.training import train

NAMES, WORDS, WIDTH = 6, 10, 32
SLOPE, GENTLE = 1.0, 1 / 8  # the price of one place, and a lower one
TRAINED, LONGEST = 12, 24  # tokens of a script in training, and in the exam
CHANCE = 1 / NAMES
LETTERS = "ABCDEFabcdefghij"  # how a script is written: names, then words
QUESTIONS = ("last", "first")
WAYS = ("none", "sinusoids", "learned", "rotation", "distance")


class Scripts(NamedTuple):
    """Tokens, the name that is asked for at each, and where an answer counts."""

    ids: np.ndarray  # (batch, n): names 0 to 5, words from 6
    asked: np.ndarray  # (batch, n): a name
    words: np.ndarray  # (batch, n): True at words


def scripts(question, rng, count, length):
    """Draw scripts of one length, a quarter of their tokens names; question : "last" or "first"."""
    rng = np.random.default_rng(rng)
    is_name = rng.random((count, length)) < 0.25
    is_name[:, 0] = True
    ids = rng.integers(NAMES, NAMES + WORDS, (count, length))
    ids[is_name] = rng.integers(NAMES, size=is_name.sum())
    return Scripts(ids, np.take_along_axis(ids, asked_place(ids, question), axis=1), ~is_name)


def asked_place(ids, question):
    """Return at which place the name stands that is asked for at each token, (batch, n)."""
    if question == "first":
        return np.zeros_like(ids)
    return np.maximum.accumulate(np.where(ids < NAMES, np.arange(ids.shape[1]), 0), axis=1)


class Reader(Layer):
    """Token vectors → one attention layer that looks back → a score for each name.

    way : one of WAYS.  beside : whether sinusoids stand beside the tokens' vectors, half of the
    width each, and are not added to them.  slope : the price of one place, if the way is distance.
    """

    def __init__(self, way, beside=False, slope=SLOPE, width=WIDTH, rng=None, dtype=np.float32):
        rng = np.random.default_rng(rng)
        self.way, self.beside = way, beside
        self.own_width = width // 2 if beside else width
        score = {"rotation": RotatedScore(), "distance": DistanceScore(slope)}.get(way)
        parts = {
            "token": Embedding(NAMES + WORDS, self.own_width, rng, dtype),
            "attention": AttentionLayer(width, score=score, rng=rng, dtype=dtype),
            "out": Linear(width, NAMES, rng=rng, dtype=dtype),
        }
        if way == "learned":
            parts["places"] = LearnedPlaces(LONGEST, width, rng, dtype)
        super().__init__(parts=parts)

    def place(self, x):
        """Tell vectors (batch, n, own width) where they stand, before attention."""
        if self.way == "learned":
            return self.parts["places"](x)
        if self.way != "sinusoids":
            return x
        waves = sinusoids(*x.shape[-2:]).astype(x.dtype)
        if not self.beside:
            return x + waves
        return np.concatenate([x, np.broadcast_to(waves, x.shape)], axis=-1)

    def logits(self, ids):
        """Return a score for each name (batch, n, NAMES), and caches."""
        part, back = self.parts, np.tri(ids.shape[1], dtype=bool)
        vectors, token = part["token"].forward(ids)
        x = self.place(vectors)
        mixed, attention = part["attention"].forward(x, x, back)
        logits, out = part["out"].forward(x + mixed)
        return logits, (token, attention, out)

    def forward(self, batch):
        """Return the mean loss over the words of some `Scripts`, and what `backward` needs."""
        logits, caches = self.logits(batch.ids)
        loss, d_logits = cross_entropy(logits, batch.asked, batch.words)
        return loss, (d_logits, caches)

    def backward(self, cache):
        """Return the gradients of all parameters."""
        d_logits, (token, attention, out) = cache
        groups = {}
        d_sum, groups["out"] = self.parts["out"].backward(d_logits, out)
        d_x, d_y, groups["attention"] = self.parts["attention"].backward(d_sum, attention)
        d_x = d_x + d_y + d_sum  # x asks, is looked at, and goes past attention
        if self.way == "learned":
            places = np.arange(d_x.shape[1])
            d_x, groups["places"] = self.parts["places"].backward(d_x, places)
        (groups["token"],) = self.parts["token"].backward(d_x[..., : self.own_width], token)
        return nested(**groups)

    def name(self, ids):
        """Return the name that it says at each token (batch, n)."""
        return self.logits(ids)[0].argmax(axis=-1)

    def weights(self, ids):
        """Return whom each token looks at, (batch, n, n)."""
        _, (_, attention, _) = self.logits(ids)
        return attention.attended.weights[:, 0]


def trained(way, question, seed=0, steps=600, label=False, **options):
    """Return a reader that learned a question on scripts of 12 tokens; options are `Reader`'s.

    label : what the bar of progress says; False for none.
    """
    reader, rng = Reader(way, rng=seed, **options), np.random.default_rng(seed)
    stream = (scripts(question, rng, 64, TRAINED) for _ in range(steps))
    train(reader, stream, steps, learning_rate=1e-2, progress=label)
    return reader


def three(way, question, beside=False, **options):
    """Return three readers, trained from three seeds; the bar of progress shows the first."""
    options["beside"] = beside
    labels = (f"{way}, beside" if beside else way, False, False)
    return [
        trained(way, question, seed, label=label, **options) for seed, label in enumerate(labels)
    ]


def exam(question):
    """Return 2,000 scripts of 24 tokens, the same for all."""
    return scripts(question, 99, 2000, LONGEST)


def right_by_place(reader, question):
    """Return the share of words that are answered right at the 2nd to the 24th token: (23,)."""
    texts = exam(question)
    right = (reader.name(texts.ids) == texts.asked) & texts.words
    return (right.sum(axis=0) / np.maximum(texts.words.sum(axis=0), 1))[1:]


def summary(curves):
    """Return {"to 12": …, "20 to 24": …}, a mean for each run of (runs, 23) shares by place."""
    curves = np.atleast_2d(curves)
    inside, far = curves[:, : TRAINED - 1], curves[:, 18:]  # column 0 is the 2nd token
    return {"to 12": inside.mean(axis=1).tolist(), "20 to 24": far.mean(axis=1).tolist()}


def far(curves):
    """Return the share right at the 20th to the 24th token, one for each run."""
    return summary(curves)["20 to 24"]


def looks_at_asked(reader, question):
    """Return {"to 12": …, "20 to 24": …}: the mean weight, at words, on the token that is asked."""
    texts = exam(question)
    place = asked_place(texts.ids, question)
    weights = np.take_along_axis(reader.weights(texts.ids), place[..., None], axis=2)[..., 0]
    by_place = np.where(texts.words, weights, 0).sum(axis=0) / np.maximum(
        texts.words.sum(axis=0), 1
    )
    return {name: runs[0] for name, runs in summary(by_place[1:]).items()}


def answers(reader, text):
    """Return what a reader says at each word of a text such as "AabcBde"; at names "·".

    Capitals A to F are names, small letters a to j words. Raises ValueError for another letter, a
    text that begins with none of the names, or more than 24 tokens.
    """
    return _written(text, reader.name(_ids_of(text))[0])


def right_answers(text, question):
    """Return what is right at each word of a text; see `answers`."""
    ids = _ids_of(text)
    return _written(text, ids[0, asked_place(ids, question)[0]])


def _ids_of(text):
    names, words = LETTERS[:NAMES], LETTERS[NAMES:]
    if text[:1] not in names or set(text) - set(LETTERS) or not 0 < len(text) <= LONGEST:
        raise ValueError(
            f"a script begins with a name, {names[0]} to {names[-1]}, and has words, {words[0]} to "
            f"{words[-1]}, and names, {LONGEST} at most; got {text!r:.60}"
        )
    return np.array([[LETTERS.index(letter) for letter in text]])


def _written(text, said):
    """Write names, one for each letter of a text; at its names "·"."""
    pairs = zip(text, said, strict=True)
    return "".join("·" if letter.isupper() else LETTERS[name] for letter, name in pairs)
