"""A small model that says the next symbol, and the sequences whose best possible score is known."""

import numpy as np

from course_utils.attention import AttentionLayer
from course_utils.layers import Embedding, Layer, Linear, nested
from course_utils.softmax import log_softmax

SYMBOLS, LENGTH, WIDTH = 8, 12, 24
CEILING = 0.5 + 0.5 / SYMBOLS  # the share right that nobody can pass, 0.5625


def sequences(rng, count):
    """Draw (count, LENGTH + 1) symbols: in half of all steps the next is one more, 7 → 0.

    The other steps are drawn at random, so that nobody can guess more than `CEILING`.
    """
    ids = rng.integers(SYMBOLS, size=(count, LENGTH + 1))
    for t in range(1, LENGTH + 1):
        on = rng.random(count) < 0.5
        ids[on, t] = (ids[on, t - 1] + 1) % SYMBOLS
    return ids


def endless(seed, size=64):
    """Yield batches of sequences without end, for `train`."""
    rng = np.random.default_rng(seed)
    while True:
        yield sequences(rng, size)


class NextSymbol(Layer):
    """Says the next symbol at every position; `mask` (query, key) is the one it trains with.

    Each symbol and each place has a vector (an embedding); their sum asks and is looked at; what
    was seen is added to it, and a dense layer gives a score to each of the SYMBOLS.
    """

    def __init__(self, mask, rng):
        super().__init__(
            parts={
                "symbol": Embedding(SYMBOLS, WIDTH, rng),
                "place": Embedding(LENGTH, WIDTH, rng),
                "attention": AttentionLayer(WIDTH, rng=rng),
                "out": Linear(WIDTH, SYMBOLS, rng=rng),
            }
        )
        self.mask = mask

    def logits(self, ids, mask):
        """Return the scores of the next symbol (batch, time, SYMBOLS) after ids, and caches."""
        part = self.parts
        symbols, symbol = part["symbol"].forward(ids)
        places, place = part["place"].forward(np.arange(ids.shape[1]))
        x = symbols + places
        mixed, attention = part["attention"].forward(x, x, mask)
        logits, out = part["out"].forward(x + mixed)
        return logits, (symbol, place, attention, out)

    def forward(self, ids):
        """Return the mean loss over all positions, and what `backward` needs."""
        logits, caches = self.logits(ids[:, :-1], self.mask)
        log_p, target = log_softmax(logits), ids[:, 1:, None]
        loss = -np.take_along_axis(log_p, target, axis=-1).mean()
        return float(loss), (np.exp(log_p), target, caches)

    def backward(self, cache):
        """Return the gradients of all parameters."""
        probabilities, target, (symbol, place, attention, out) = cache
        one_hot = np.zeros_like(probabilities)
        np.put_along_axis(one_hot, target, 1, axis=-1)
        d_sum, out_grads = self.parts["out"].backward((probabilities - one_hot) / target.size, out)
        d_x, d_y, grads = self.parts["attention"].backward(d_sum, attention)
        d_x = d_x + d_y + d_sum  # x asks, is looked at, and goes past attention
        (symbol_grads,) = self.parts["symbol"].backward(d_x, symbol)
        (place_grads,) = self.parts["place"].backward(d_x.sum(axis=0), place)
        return nested(symbol=symbol_grads, place=place_grads, attention=grads, out=out_grads)

    def share_right(self, ids, mask):
        """Return the share of next symbols that it says rightly, when it may look so."""
        return float((self.logits(ids[:, :-1], mask)[0].argmax(axis=-1) == ids[:, 1:]).mean())

    def weights(self, ids, mask):
        """Return the weights (query, key) of its attention, the mean over the sequences."""
        _, (_, _, cache, _) = self.logits(ids[:, :-1], mask)
        return cache.attended.weights[:, 0].mean(axis=0)
