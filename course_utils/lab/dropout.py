"""Dropout: while a model learns, some of its numbers are left out, others at each step.

Srivastava et al. (2014). What is left out cannot be leant on, so a model learns less by heart.
"""

import copy

import numpy as np

from course_utils.layers import Layer


class Dropout(Layer):
    """x with a share of its numbers set to 0, the rest made larger, so that means stay."""

    def __init__(self, share, rng=None):
        if not 0 <= share < 1:
            raise ValueError(
                f"share must be a number from 0 to below 1, got {share}: it says how much is left "
                f"out at each step"
            )
        super().__init__()
        self.share, self.rng = share, np.random.default_rng(rng)

    def forward(self, x):
        """Return (y, kept), both shaped like x; kept is what each number was multiplied with."""
        kept = (self.rng.random(x.shape, np.float32) >= self.share).astype(x.dtype)
        kept /= 1 - self.share
        return x * kept, kept

    def backward(self, d_y, kept):
        """Return (d_x, {})."""
        return d_y * kept, {}


class DropoutEncoder(Layer):
    """An encoder whose states lose a share of their numbers before a decoder looks at them."""

    def __init__(self, encoder, dropout):
        super().__init__(parts={"encoder": encoder, "dropout": dropout})
        self.encoder, self.dropout = encoder, dropout

    def forward(self, source, lengths):
        """Return (Memory, cache)."""
        memory, cache = self.encoder.forward(source, lengths)
        states, kept = self.dropout.forward(memory.states)
        return memory._replace(states=states), (cache, kept)

    def backward(self, d_memory, cache):
        """Return what the encoder's `backward` does."""
        d_states, d_summary = d_memory
        cache, kept = cache
        d_states, _ = self.dropout.backward(d_states, kept)
        return self.encoder.backward((d_states, d_summary), cache)


class DropoutReadout(Layer):
    """A readout that reads states and contexts with a share of their numbers left out."""

    def __init__(self, readout, dropout):
        super().__init__(parts={"readout": readout, "dropout": dropout})
        self.readout, self.dropout = readout, dropout

    def forward(self, states, context):
        """Return (logits, cache)."""
        states, states_kept = self.dropout.forward(states)
        context, context_kept = self.dropout.forward(context)
        logits, cache = self.readout.forward(states, context)
        return logits, (cache, states_kept, context_kept)

    def backward(self, d_logits, cache):
        """Return (d_states, d_context, grads)."""
        cache, states_kept, context_kept = cache
        d_states, d_context, grads = self.readout.backward(d_logits, cache)
        d_states, _ = self.dropout.backward(d_states, states_kept)
        d_context, _ = self.dropout.backward(d_context, context_kept)
        return d_states, d_context, grads


def with_dropout(model, share, rng=None):
    """Return a `Seq2Seq` to train in place of `model`: it has the same parameters, and dropout.

    `model` itself stays without, for writing and saving. Raises ValueError unless 0 ≤ share < 1.
    """
    dropout, learner = Dropout(share, rng), copy.copy(model)
    learner.encoder = DropoutEncoder(model.encoder, dropout)
    learner.readout = DropoutReadout(model.readout, dropout)
    return learner
