"""Heads cut and joined by a reshape alone, as public programs did, beside the right way.

Readers of six tokens learn to write them again, as they stand or reversed. Each has a vector for
every place, one attention layer of two heads, and nothing that goes past it.
"""

import numpy as np

from course_utils.attention import AttentionLayer
from course_utils.layers import Embedding, Layer, Linear, nested, rows
from course_utils.positions import LearnedPlaces
from course_utils.softmax import cross_entropy
from course_utils.training import train

SYMBOLS, LENGTH, WIDTH, HEADS = 8, 6, 16, 2
TASKS = {"copy": lambda ids: ids, "reverse": lambda ids: ids[:, ::-1]}


class JoinedWrong(AttentionLayer):
    """Cuts as it should, and joins by a reshape alone: (..., heads, n, width) → (..., n, d)."""

    def forward(self, x, y, mask=None):
        _, cache = super().forward(x, y, mask)
        mixed = cache.attended.context.reshape(cache.mixed.shape)
        return mixed @ self.like("W_output", mixed), cache._replace(mixed=mixed)

    def backward(self, d_output, cache):
        d_mixed = d_output @ self.like("W_output", d_output).T
        d_context = d_mixed.reshape(cache.attended.context.shape)
        d_x, d_y, grads = self.backward_heads(d_context, cache)
        return d_x, d_y, grads | {"W_output": rows(cache.mixed).T @ rows(d_output)}


class BothWrong(AttentionLayer):
    """Cuts and joins by a reshape alone: a head gets whole tokens, in pieces."""

    def split(self, array):
        *lead, n, features = array.shape
        width = self.model_size // self.heads
        return array.reshape(*lead, features // width, n, width)

    def merge(self, by_head):
        *lead, heads, n, width = by_head.shape
        return by_head.reshape(*lead, n, heads * width)


LAYERS = {"right": AttentionLayer, "joined wrong": JoinedWrong, "both wrong": BothWrong}


class Copyist(Layer):
    """Token vectors and places → one attention layer → a score for each symbol."""

    def __init__(self, way, rng=None):
        rng = np.random.default_rng(rng)
        parts = {
            "token": Embedding(SYMBOLS, WIDTH, rng),
            "places": LearnedPlaces(LENGTH, WIDTH, rng),
            "attention": LAYERS[way](WIDTH, HEADS, rng=rng),
            "out": Linear(WIDTH, SYMBOLS, rng=rng),
        }
        super().__init__(parts=parts)

    def logits(self, ids):
        """Return a score for each symbol (batch, 6, 8), and caches."""
        vectors, token = self.parts["token"].forward(ids)
        x, places = self.parts["places"].forward(vectors)
        mixed, attention = self.parts["attention"].forward(x, x)
        logits, out = self.parts["out"].forward(mixed)
        return logits, (token, places, attention, out)

    def forward(self, batch):
        """Return the mean loss over (ids, wanted), and what `backward` needs."""
        logits, caches = self.logits(batch[0])
        loss, d_logits = cross_entropy(logits, batch[1])
        return loss, (d_logits, caches)

    def backward(self, cache):
        """Return the gradients of all parameters."""
        d_logits, (token, places, attention, out) = cache
        groups = {}
        d_mixed, groups["out"] = self.parts["out"].backward(d_logits, out)
        d_x, d_y, groups["attention"] = self.parts["attention"].backward(d_mixed, attention)
        d_vectors, groups["places"] = self.parts["places"].backward(d_x + d_y, places)
        (groups["token"],) = self.parts["token"].backward(d_vectors, token)
        return nested(**groups)


def texts(rng, task, count):
    """Return (ids (count, 6), what is to be written)."""
    ids = np.random.default_rng(rng).integers(SYMBOLS, size=(count, LENGTH))
    return ids, TASKS[task](ids)


def share_right(way, task, seed=0, steps=400, label=False):
    """Train a copyist and return its share of right symbols on 1,000 fresh texts."""
    model, rng = Copyist(way, rng=seed), np.random.default_rng(seed)
    stream = (texts(rng, task, 32) for _ in range(steps))
    train(model, stream, steps, learning_rate=2e-2, progress=label)
    ids, wanted = texts(99, task, 1000)
    return float((model.logits(ids)[0].argmax(axis=-1) == wanted).mean())


def all_ways(task):
    """Return {way: share of right symbols}, trained one after the other."""
    return {way: share_right(way, task, label=f"{task}, {way}") for way in LAYERS}


def moves(way, place, seed=0):
    """Change one token under a mask that looks back: which outputs move? (6,) of True and False.

    The layer is drawn, not trained.
    """
    layer, rng = LAYERS[way](WIDTH, HEADS, rng=seed), np.random.default_rng(seed)
    x = rng.normal(size=(LENGTH, WIDTH))
    changed, back = x.copy(), np.tri(LENGTH, dtype=bool)
    changed[place] = rng.normal(size=WIDTH)
    moved = layer(x, x, mask=back) - layer(changed, changed, mask=back)
    return np.abs(moved).max(axis=1) > 1e-9
