"""A learner's own parts at work in a trained model: their GRU step, their loops, their attention.

They are written for one string at a time, so that a lesson can show them in a few lines. Here they
get the numbers of a trained `Seq2Seq`, and what they write can be held against what it writes.
"""

import copy
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from course_utils.attention import Memory
from course_utils.layers import Layer
from course_utils.metrics import exact_match
from course_utils.recurrent import sigmoid
from course_utils.tasks.marks import END, PADDING


class Parts(NamedTuple):
    """A model taken apart, for one string at a time; d is its width."""

    vectors: np.ndarray  # (source symbols, d): what the encoder reads for each id
    reading: Callable  # (x (d,), h (d,)) → the encoder's next state (d,)
    embed: Callable  # id of a symbol that was written → (d,)
    writing: Callable  # (x (d,), h (d,)) → the decoder's next state (d,)
    readout: Callable  # (state (d,), context (d,)) → logits (target symbols,)
    attend: Callable  # (state (d,), states (m, d)) → (context (d,), weights (m,)), by its own rule

    @property
    def decoder(self):
        """Return the three that a decoder's loop needs at every step."""
        return self.embed, self.writing, self.readout


def gru_step(x, h, W, U, b):
    """Take one step of a GRU: x (e,), h (d,), W (e, 3·d), U (d, 3·d), b (3·d,) → new h (d,)."""
    from_x, from_h = x @ W + b, h @ U
    gates = from_x[: 2 * len(h)] + from_h[: 2 * len(h)]
    sigmoid(gates)
    reset, update = np.split(gates, 2)
    candidate = np.tanh(from_x[2 * len(h) :] + reset * from_h[2 * len(h) :])
    return update * h + (1 - update) * candidate


def parts(model, gru_step=gru_step):
    """Take a model apart; `gru_step(x, h, W, U, b)` makes the steps of both its GRUs.

    An encoder that reads from both ends has no single `reading`: it reads forwards only.
    """
    reader = model.encoder.readers["forwards"]
    table = model.embedding.own["table"]
    return Parts(
        model.encoder.embedding.own["table"],
        _stepping(reader, gru_step),
        lambda symbol: table[symbol],
        _stepping(model.gru, gru_step),
        _reading_out(model),
        _looking(model),
    )


def _stepping(gru, gru_step):
    numbers = (gru.own["W_input"], gru.own["W_hidden"], gru.own["b"])
    return lambda x, h: gru_step(x, h, *numbers)


def _reading_out(model):
    def readout(state, context):
        logits = model.readout(state[None, None], context[None, None])[0, 0]
        logits[:END] = -np.inf  # padding and the start mark are never written
        return logits

    return readout


def _looking(model):
    def attend(state, states):
        everywhere = np.ones((1, len(states)), bool)
        read = model.context.reader(Memory(states[None], states[None, -1], everywhere))
        context, weights = read(state[None, None])
        return context[0, 0], None if weights is None else weights[0, 0]

    return attend


def memories(model, batch):
    """Return [(the encoder's last state (d,), its states (m, d)), …], one for each source."""
    memory = model.encoder(batch.source, batch.source_lengths)
    rows = zip(memory.summary, memory.states, memory.mask, strict=True)
    return [(last, states[real]) for last, states, real in rows]


def as_tokens(written):
    """Put lists of ids into one array (rows, time), as decoding returns it."""
    tokens = np.full((len(written), max(map(len, written))), PADDING)
    for row, ids in enumerate(written):
        tokens[row, : len(ids)] = ids
    return tokens


def right(written, batch):
    """Return the share of a batch's rows that lists of ids have exactly right."""
    return exact_match(as_tokens(written), batch)


class OwnAttention(Layer):
    """A context in which a learner's `attend(state, states)` looks, for one state at a time.

    Padding is cut off before it is asked, so that it needs no mask. For decoding alone.
    """

    def __init__(self, attend):
        super().__init__()
        self.attend = attend

    def reader(self, memory):
        lengths = memory.mask.sum(axis=1)

        def read(queries):
            contexts, weights = (
                np.zeros_like(queries),
                np.zeros((*queries.shape[:2], lengths.max())),
            )
            for row, length in enumerate(lengths):
                for t, state in enumerate(queries[row]):
                    looked = self.attend(state, memory.states[row, :length])
                    contexts[row, t], weights[row, t, :length] = looked
            return contexts, weights

        return read


def with_attend(model, attend):
    """Return a model that decodes with a learner's own `attend(state, states)`.

    attend : one decoder state (d,) and the encoder's states (m, d) → (context (d,), weights (m,)).
    All other parameters are the model's, shared and not copied. It cannot be trained.
    """
    own = copy.copy(model)
    own.context = OwnAttention(attend)
    own.parts = model.parts | {"context": own.context}
    return own
