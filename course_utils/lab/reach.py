"""How far gradients reach: what the last symbol's loss tells the first source symbol.

A weight learns from a symbol only as much as the gradient that arrives there. Without attention it
walks back through every step of the decoder and of the encoder; with attention there is a path of
one step (Bengio et al., 1994, on the long way).
"""

import numpy as np

from course_utils.seq2seq import Seq2Seq
from course_utils.tasks import FIRST_SYMBOL, Batch
from course_utils.tasks.marks import END, START

SYMBOLS = 10
RARE = FIRST_SYMBOL + SYMBOLS  # stands at the first place only: its gradient is that place's


def gradient_reach(context, length, width=64, strings=20, seed=0):
    """Return the mean size of ∂(loss of the last symbol)/∂(vector of the first one).

    The model is new, and copies a string.

    context : a context such as `LastState()`; a rule in it must be `width` wide, and float64.
    length : symbols of each of the `strings`. Raises ValueError where either is below 1.
    """
    if min(length, strings) < 1:
        raise ValueError(
            f"length and strings must be at least 1, got {length} and {strings}: "
            f"a gradient needs a symbol to reach"
        )
    rng = np.random.default_rng(seed)
    size = RARE + 1
    model = Seq2Seq(size, size, width, context, rng=rng, dtype=np.float64)
    return float(np.mean([reach(model, random_string(length, rng)) for _ in range(strings)]))


def random_string(length, rng):
    """Make a batch of one string to copy, whose first symbol stands nowhere else."""
    ids = np.array([[RARE, *rng.integers(FIRST_SYMBOL, RARE, length - 1)]])
    target = np.array([[START, *ids[0], END]])
    return Batch(ids, np.array([length]), target, np.array([length + 2]))


def reach(model, batch):
    """Return the size, at the first source symbol, of the last symbol's gradient alone."""
    _, trace = model.forward(batch)
    d_logits = np.zeros_like(trace.d_logits)
    last = -2  # before the end mark
    d_logits[last] = trace.d_logits[last] * len(d_logits)  # the loss was a mean over all places
    grads = model.backward(trace._replace(d_logits=d_logits))
    first = batch.source[0, 0]
    return np.linalg.norm(grads["encoder.embedding.table"][first])
