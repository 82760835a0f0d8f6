"""A small writer with kept keys and values: it opens a bracket, writes words, closes the bracket.

A text is a few words, one of six opening brackets, eight words, and the closing bracket that
belongs to the opening one. Each word likes some successors; the closing bracket hangs on a token
that stands nine places back.
"""

import numpy as np

from course_utils.attention import AttentionLayer
from course_utils.caches import KeyValueCache
from course_utils.layers import Embedding, Layer, Linear, nested
from course_utils.softmax import cross_entropy, log_softmax, unchecked_softmax
from course_utils.training import train

PADDING, BRACKETS, WORDS, INSIDE, WIDTH = 0, 6, 8, 8, 32
OPENING = range(1, 1 + BRACKETS)
CLOSING = range(OPENING.stop, OPENING.stop + BRACKETS)
WORD = range(CLOSING.stop, CLOSING.stop + WORDS)
SYMBOLS = WORD.stop
PLAN = (OPENING, *[WORD] * INSIDE, CLOSING)  # what may be written at each step
PROMPT = 2, 6  # words before the bracket, fewest and most
LONGEST = PROMPT[1] + len(PLAN)
LETTERS = "_([{<«「)]}>»」abcdefgh"


def successors():
    """Return how probable each word is after each, (WORDS, WORDS): two favourites, never itself."""
    rng, table = np.random.default_rng(1), np.full((WORDS, WORDS), 0.2 / WORDS)
    for word in range(WORDS):
        others = rng.permutation(np.delete(np.arange(WORDS), word))
        table[word, others[:2]] += 0.45, 0.35
    return table


def words(rng, count, length):
    """Draw rows of words, (count, length) ids, each word after its predecessor."""
    rows, bounds = np.empty((count, length), int), successors().cumsum(axis=1)
    rows[:, 0] = rng.integers(WORDS, size=count)
    for place in range(1, length):
        drawn = rng.random((count, 1)) * bounds[rows[:, place - 1], -1:]
        rows[:, place] = (bounds[rows[:, place - 1]] < drawn).sum(axis=1)
    return rows + WORD.start


def texts(rng, count):
    """Draw texts of one length, (count, length) ids."""
    before = int(rng.integers(PROMPT[0], PROMPT[1] + 1))
    bracket = rng.integers(BRACKETS, size=(count, 1))
    spoken = words(rng, count, before + INSIDE)
    parts = spoken[:, :before], bracket + OPENING.start, spoken[:, before:]
    return np.concatenate([*parts, bracket + CLOSING.start], axis=1)


class Writer(Layer):
    """Token vectors → one attention layer that looks back → a score for each next symbol."""

    def __init__(self, width=WIDTH, rng=None, dtype=np.float32):
        rng = np.random.default_rng(rng)
        parts = {
            "token": Embedding(SYMBOLS, width, rng, dtype),
            "attention": AttentionLayer(width, rng=rng, dtype=dtype),
            "out": Linear(width, SYMBOLS, rng=rng, dtype=dtype),
        }
        super().__init__(parts=parts)

    def logits(self, ids):
        """Return the scores of the next symbol after each of ids (rows, n), and caches."""
        part, back = self.parts, np.tri(ids.shape[1], dtype=bool)
        x, token = part["token"].forward(ids)
        mixed, attention = part["attention"].forward(x, x, back)
        logits, out = part["out"].forward(x + mixed)
        return logits, (token, attention, out)

    def forward(self, ids):
        """Return the mean loss over the next symbols of texts, and what `backward` needs."""
        logits, caches = self.logits(ids[:, :-1])
        loss, d_logits = cross_entropy(logits, ids[:, 1:])
        return loss, (d_logits, caches)

    def backward(self, cache):
        """Return the gradients of all parameters."""
        d_logits, (token, attention, out) = cache
        d_sum, out_grads = self.parts["out"].backward(d_logits, out)
        d_x, d_y, grads = self.parts["attention"].backward(d_sum, attention)
        (token_grads,) = self.parts["token"].backward(d_x + d_y + d_sum, token)
        return nested(token=token_grads, attention=grads, out=out_grads)

    def read(self, ids, cache, seen=None):
        """Read n tokens more (rows, n), and return log p of the next symbol (rows, SYMBOLS).

        Keys and values of earlier tokens come from the `KeyValueCache`, which gets those of the
        new ones.  seen : (rows, length) True at kept tokens that may be looked at, None for all.
        """
        x, _ = self.parts["token"].forward(ids)
        W = self.parts["attention"].own
        keys, values = cache.extended(x @ W["W_key"], x @ W["W_value"])
        queries = x[:, -1:] @ W["W_query"] * keys.shape[-1] ** -0.5  # the newest alone asks
        scores = queries @ keys.swapaxes(-1, -2)
        weights = unchecked_softmax(scores, mask=None if seen is None else seen[:, None])
        mixed = weights @ values @ W["W_output"]
        logits, _ = self.parts["out"].forward(x[:, -1:] + mixed)
        return log_softmax(logits[:, 0])


def trained(seed=0, steps=400, label=False):
    """Return a writer that has read texts; label is what the bar of progress says."""
    writer, rng = Writer(rng=seed), np.random.default_rng(seed)
    stream = (texts(rng, 64) for _ in range(steps))
    train(writer, stream, steps, learning_rate=1e-2, progress=label)
    return writer


def prompts(count=200, seed=99):
    """Return prompts, arrays of 2 to 6 words each."""
    rng = np.random.default_rng(seed)
    return [words(rng, 1, int(n))[0] for n in rng.integers(PROMPT[0], PROMPT[1] + 1, count)]


def best(totals, log_p, allowed):
    """Return (totals, parents, symbols) of the best continuations, as many as there are beams.

    totals (rows,) so far, log_p (rows, SYMBOLS) of what comes next, allowed a range of symbols.
    """
    sums = (totals[:, None] + log_p[:, allowed.start : allowed.stop]).ravel()
    order = np.argsort(-sums, kind="stable")[: len(totals)]
    parents, symbols = np.divmod(order, len(allowed))
    return sums[order], parents, symbols + allowed.start


def first_totals(width):
    """Return the totals of beams that are all alike: one counts, the others are out."""
    return np.where(np.arange(width) == 0, 0.0, -np.inf)


def write(writer, prompt, width=4, cache=None, follow=True):
    """Write a text after a prompt with a beam: (its ids, the log p that it was written with).

    cache : a `KeyValueCache`, None to read every beam from the start at each step.
    follow : whether the cache moves with the beams.
    """
    beams, totals = np.tile(prompt, (width, 1)), first_totals(width)
    new = beams  # what has not been read yet
    for allowed in PLAN:
        kept = KeyValueCache(LONGEST) if cache is None else cache
        log_p = writer.read(beams if cache is None else new, kept)
        totals, parents, symbols = best(totals, log_p, allowed)
        if cache is not None and follow:
            cache.follow(parents)
        new = symbols[:, None]
        beams = np.concatenate([beams[parents], new], axis=1)
    return beams[0], float(totals[0])


def next_symbol(writer, prompt, pads=0, hidden=False):
    """Return how probable each symbol is after a prompt with padding before it.

    hidden : whether a mask hides the padding; otherwise it is in sight, like any token.
    """
    ids = np.concatenate([np.full(pads, PADDING), prompt])[None]
    seen = np.arange(ids.size)[None] >= pads if hidden else None
    return np.exp(writer.read(ids, KeyValueCache(ids.size), seen))[0]


def closed_rightly(text):
    """Return whether a text's last symbol closes the bracket that its own opening one opened."""
    return text[-1] - CLOSING.start == text[-1 - INSIDE - 1] - OPENING.start


def as_letters(text):
    """Return a text in letters and brackets."""
    return "".join(LETTERS[i] for i in text)
