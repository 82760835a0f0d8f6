"""Two taggers and two questions about a word: does it join its neighbour, does it stand elsewhere?

The first is the question of word segmentation, cut down: the answer lies next door. The second
relates words at any distance. One tagger sees a window of three words, the other attends to all.
"""

from typing import NamedTuple

import numpy as np

from course_utils.attention import AttentionLayer
from course_utils.layers import Embedding, Layer, Linear, nested
from course_utils.softmax import cross_entropy
from course_utils.training import train

SYMBOLS, LENGTH, WIDTH, HIDDEN = 12, 9, 16, 64
# Which pairs make a word is drawn once, as a language has drawn it once.
IS_WORD = np.random.default_rng(7).random((SYMBOLS, SYMBOLS)) < 0.5
NOT_ITSELF = ~np.eye(LENGTH, dtype=bool)
EYES = {"window": (True, False), "attention": (False, True), "both": (True, True)}


class Tagged(NamedTuple):
    """Symbols (batch, LENGTH) and a yes or no for each."""

    ids: np.ndarray
    tags: np.ndarray


def joins(ids):
    """Tell whether a symbol makes a word with the one before it; the first has none."""
    tags = np.zeros(ids.shape, dtype=int)
    tags[:, 1:] = IS_WORD[ids[:, :-1], ids[:, 1:]]
    return tags


def recurs(ids):
    """Tell whether a symbol stands at another place of its row too."""
    return ((ids[:, :, None] == ids[:, None]).sum(axis=-1) > 1).astype(int)


def tagged(question, rng, count):
    """Draw so many random rows of symbols, with the answers to `joins` or `recurs`."""
    ids = np.random.default_rng(rng).integers(SYMBOLS, size=(count, LENGTH))
    return Tagged(ids, question(ids))


def endless(question, rng, count=64):
    """Yield batches of new rows without end."""
    rng = np.random.default_rng(rng)
    while True:
        yield tagged(question, rng, count)


class Tagger(Layer):
    """A yes or no for each symbol, from its own vector and from what it sees of the others.

    window : whether it sees the symbols before and behind it.  attends : whether it sees all
    others by attention, without places.
    """

    def __init__(self, window, attends, rng=None, dtype=np.float32):
        rng = np.random.default_rng(rng)
        self.window = window
        parts = {"embedding": Embedding(SYMBOLS, WIDTH, rng, dtype)}
        if attends:
            parts["attention"] = AttentionLayer(WIDTH, rng=rng, dtype=dtype)
        seen = (1 + 2 * window + attends) * WIDTH
        parts["hidden"] = Linear(seen, HIDDEN, rng=rng, dtype=dtype)
        parts["out"] = Linear(HIDDEN, 2, rng=rng, dtype=dtype)
        super().__init__(parts=parts)

    def look(self, x):
        """Put beside each vector (batch, LENGTH, WIDTH) what it sees; return a cache too."""
        seen, cache = [x], None
        if self.window:
            around = np.pad(x, ((0, 0), (1, 1), (0, 0)))
            seen += [around[:, :-2], around[:, 2:]]
        if "attention" in self.parts:
            mixed, cache = self.parts["attention"].forward(x, x, NOT_ITSELF)
            seen.append(mixed)
        return np.concatenate(seen, axis=-1), cache

    def look_backward(self, d_seen, cache):
        """Return (the gradient of the vectors, grads) of `look`."""
        d_x, *d_parts = np.split(d_seen, d_seen.shape[-1] // WIDTH, axis=-1)
        d_x = d_x.copy()
        if self.window:
            d_x[:, :-1] += d_parts[0][:, 1:]
            d_x[:, 1:] += d_parts[1][:, :-1]
        if cache is None:
            return d_x, {}
        d_asking, d_asked, grads = self.parts["attention"].backward(d_parts[-1], cache)
        return d_x + d_asking + d_asked, {"attention": grads}

    def logits(self, ids):
        """Return the scores of no and yes, (batch, LENGTH, 2), and caches."""
        part = self.parts
        x, embedding = part["embedding"].forward(ids)
        seen, look = self.look(x)
        inner, hidden = part["hidden"].forward(seen)
        bent = np.tanh(inner)
        logits, out = part["out"].forward(bent)
        return logits, (embedding, look, hidden, bent, out)

    def forward(self, batch):
        """Return the mean loss of a `Tagged` batch, and what `backward` needs."""
        logits, caches = self.logits(batch.ids)
        loss, d_logits = cross_entropy(logits, batch.tags)
        return loss, (d_logits, caches)

    def backward(self, cache):
        """Return the gradients of all parameters."""
        d_logits, (embedding, look, hidden, bent, out) = cache
        groups = {}
        d_bent, groups["out"] = self.parts["out"].backward(d_logits, out)
        d_seen, groups["hidden"] = self.parts["hidden"].backward(d_bent * (1 - bent**2), hidden)
        d_x, attention = self.look_backward(d_seen, look)
        (groups["embedding"],) = self.parts["embedding"].backward(d_x, embedding)
        return nested(**groups, **attention)

    def share_right(self, batch):
        """Return the share of the tags that the tagger gives right."""
        return float((self.logits(batch.ids)[0].argmax(axis=-1) == batch.tags).mean())


def trained(question, eyes, seed=0):
    """Return a tagger that learned `joins` or `recurs` in 1,000 steps.

    eyes : a name of EYES: whether it sees a window of three, all others by attention, or both.
    """
    tagger = Tagger(*EYES[eyes], rng=seed)
    train(tagger, endless(question, seed), steps=1000, learning_rate=1e-2, progress=False)
    return tagger
