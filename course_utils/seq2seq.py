"""Sequence to sequence: an encoder, a decoder, and between them a context of your choice.

`Seq2Seq(…, context=LastState())` is the model without attention, `context=Attention(rule)`
the model with it. Everything else is shared: that one argument is the whole comparison.
"""

from typing import NamedTuple

import numpy as np

from course_utils import storage
from course_utils.attention import Attention, LastState, MeanState
from course_utils.decoding import beam_search, greedy_search
from course_utils.encoder import Encoder, project_tokens, project_tokens_backward
from course_utils.layers import Embedding, Layer, Linear, check_ids, check_part, nested
from course_utils.recurrent import GRU, real_steps
from course_utils.scoring import RULES
from course_utils.softmax import cross_entropy

CONTEXTS = {context.__name__: context for context in (LastState, MeanState, Attention)}


class Trace(NamedTuple):
    """What `forward` leaves for `backward`."""

    encoder: tuple
    tokens: tuple
    scan: tuple
    context: tuple
    readout: tuple
    d_logits: np.ndarray


class Seq2Seq(Layer):
    """A GRU encoder, a GRU decoder that starts from its summary, and a context between them.

    All decoder states are computed first and attention is one batched call over them (Luong et
    al., 2015, 3.1, without the input feeding of 3.3, which would tie each step to the last). Token
    ids: 0 padding, 1 start, 2 end, symbols from 3. `context` is a layer
    of `course_utils.attention`: `LastState()`, `MeanState()` or `Attention(rule)` with a
    rule for queries and keys `hidden_size` wide. It is used as it is: build one for each model,
    or models share what they learn. `encoder` is for sources that are no tokens: a layer with
    `forward(source, lengths) → (Memory, cache)` and its backward, also used as it is; then
    `source_size` and `bidirectional` say nothing. Raises ValueError where the rule or the
    encoder is built for another width or dtype, TypeError where `context` is no context.
    """

    def __init__(
        self,
        source_size,
        target_size,
        hidden_size,
        context=None,
        bidirectional=False,
        rng=None,
        dtype=np.float32,
        encoder=None,
    ):
        rng = np.random.default_rng(rng)
        self.dtype = np.dtype(dtype)
        self.settings = {
            "source_size": source_size,
            "target_size": target_size,
            "hidden_size": hidden_size,
            "bidirectional": bidirectional,
        }
        self.context = LastState() if context is None else context
        _check_context(self.context, hidden_size, dtype)
        self.encoder = encoder or Encoder(source_size, hidden_size, bidirectional, rng, dtype)
        _check_encoder(self.encoder, hidden_size, dtype)
        self.embedding = Embedding(target_size, hidden_size, rng, dtype)
        self.gru = GRU(self.decoder_input(hidden_size), hidden_size, rng, dtype)
        self.readout = Readout(hidden_size, target_size, rng, dtype)
        names = ("encoder", "embedding", "gru", "context", "readout")
        super().__init__(parts={name: getattr(self, name) for name in names})

    @staticmethod
    def decoder_input(hidden_size):
        """Return the width of what the decoder's GRU reads at a step: a symbol's vector."""
        return hidden_size

    def forward(self, batch):
        """Return the loss of a `Batch` by teacher forcing, and a cache.

        The loss is the mean cross-entropy, in nats, over the real target symbols and end marks.
        Raises ValueError for an empty batch, ids outside the vocabularies, or lengths that do
        not fit.
        """
        target = check_ids(batch.target, self.settings["target_size"], "target")
        real = real_steps(batch.target_lengths, target.shape, "target_lengths", shortest=2)
        memory, encoder_cache = self.encoder.forward(batch.source, batch.source_lengths)
        check_rows(memory.states, target)
        read, expected, real = target[:, :-1].T, target[:, 1:].T, real[:, 1:].T  # (time, batch)
        projected, tokens = project_tokens(self.embedding, self.gru, read)
        states, scan = self.gru.scan(projected, memory.summary)
        (context, _), context_cache = self.context.forward(states.swapaxes(0, 1), memory)
        logits, readout_cache = self.readout.forward(states, context)
        loss, d_logits = cross_entropy(logits, expected, real)
        return loss, Trace(encoder_cache, tokens, scan, context_cache, readout_cache, d_logits)

    def backward(self, cache):
        """Return the gradient of the loss for every parameter, under the names of `params`."""
        d_states, d_context, readout_grads = self.readout.backward(cache.d_logits, cache.readout)
        d_queries, d_memory, d_summary, context_grads = self.context.backward(
            d_context, cache.context
        )
        d_states += d_queries.swapaxes(0, 1)
        d_projected, d_initial, scan_grads = self.gru.scan_backward(d_states, cache.scan)
        d_table, input_grads = project_tokens_backward(
            d_projected, self.embedding, self.gru, cache.tokens
        )
        (encoder_grads,) = self.encoder.backward((d_memory, d_summary + d_initial), cache.encoder)
        return nested(
            encoder=encoder_grads,
            embedding={"table": d_table},
            gru=scan_grads | input_grads,
            context=context_grads,
            readout=readout_grads,
        )

    def start(self, source, source_lengths):
        """Return (memory, stepper) for decoding: `stepper(memory)` prepares a `step` function.

        `step(ids, state)` reads one symbol a row and gives (logits (batch, target symbols), the
        next state, weights (batch, m) or None).
        """
        memory = self.encoder(source, source_lengths)
        projected = self.gru.project(self.embedding.own["table"])  # every symbol's, once

        def stepper(memory):
            read = self.context.reader(memory)

            def step(ids, state):
                states, _ = self.gru.scan(projected[ids][None], state)
                context, weights = read(states.swapaxes(0, 1))
                logits = self.readout(states, context)[0]
                return logits, states[0], None if weights is None else weights[:, 0]

            return step

        return memory, stepper

    def greedy(self, source, source_lengths, max_length):
        """Decode by the most probable symbol at each step; see `greedy_search`."""
        memory, stepper = self.start(source, source_lengths)
        return greedy_search(stepper(memory), memory, max_length)

    def beam(self, source, source_lengths, max_length, width=5):
        """Decode by the most probable sequence among `width` kept; see `beam_search`."""
        memory, stepper = self.start(source, source_lengths)
        return beam_search(stepper, memory, max_length, width)

    def save(self, path):
        """Write settings and parameters to `path` as .npz; nothing in it is code.

        Raises ValueError for an encoder that was given, and for a context or a rule that is not
        the course's own: `load` could not build it again.
        """
        rule = self.context.parts.get("score")
        _check_known(self.encoder, {"Encoder": Encoder})
        _check_known(self.context, CONTEXTS)
        if rule:
            _check_known(rule, RULES)
        header = {
            "settings": self.settings,
            "dtype": self.dtype.name,
            "context": type(self.context).__name__,
            "rule": rule and [type(rule).__name__, rule.settings],
        }
        storage.write(path, header, self.params)

    @classmethod
    def load(cls, path):
        """Build the model that `save` wrote. Raises ValueError for any other file or version."""
        header, arrays = storage.read(path)
        try:
            rule = header["rule"]
            parts = [RULES[rule[0]](**rule[1])] if rule else []
            dtype = {"float32": np.float32, "float64": np.float64}[header["dtype"]]
            context = CONTEXTS[header["context"]](*parts).cast(dtype)
            model = cls(context=context, dtype=dtype, **header["settings"])
        except Exception as error:  # settings can be wrong in as many ways as there are settings
            raise storage.unknown(path, f"its settings do not fit: {error!r}") from error
        storage.fill(model.params, arrays, path)
        return model


class Readout(Layer):
    """s̃_t = tanh(W_c [c_t; s_t] + b_c), logits W_s s̃_t + b (Luong et al., 2015, eqs. 5 and 6).

    s̃_t is Luong's h̃_t. W_c is kept as two matrices: a context that all steps share is
    multiplied only once.
    """

    def __init__(self, hidden_size, target_size, rng=None, dtype=np.float32):
        rng = np.random.default_rng(rng)
        self.by_state = Linear(hidden_size, hidden_size, True, rng, dtype)
        self.by_context = Linear(hidden_size, hidden_size, False, rng, dtype)
        self.output = Linear(hidden_size, target_size, True, rng, dtype)
        names = ("by_state", "by_context", "output")
        super().__init__(parts={name: getattr(self, name) for name in names})

    def forward(self, states, context):
        """Turn states (time, batch, hidden), context (batch, time or 1, hidden) into logits."""
        mixed, state_cache = self.by_state.forward(states)
        from_context, context_cache = self.by_context.forward(context)
        mixed += from_context.swapaxes(0, 1)
        np.tanh(mixed, out=mixed)
        logits, output_cache = self.output.forward(mixed)
        return logits, (state_cache, context_cache, output_cache)

    def backward(self, d_logits, cache):
        state_cache, context_cache, mixed = cache
        d_mixed, output_grads = self.output.backward(d_logits, mixed)
        d_mixed *= 1 - mixed * mixed
        d_states, state_grads = self.by_state.backward(d_mixed, state_cache)
        d_from_context = d_mixed.swapaxes(0, 1)
        if context_cache.shape[1] == 1:  # one context for all steps
            d_from_context = d_from_context.sum(axis=1, keepdims=True)
        d_context, context_grads = self.by_context.backward(d_from_context, context_cache)
        grads = nested(by_state=state_grads, by_context=context_grads, output=output_grads)
        return d_states, d_context, grads


def _check_context(context, hidden_size, dtype):
    """Raise TypeError for what is no context, ValueError for a rule of another width or dtype."""
    if not hasattr(context, "reader"):
        raise TypeError(
            f"context must be LastState(), MeanState() or Attention(rule), got {context!r:.60}: "
            f"put a rule into Attention(…)"
        )
    rule = context.parts.get("score")
    for name in ("query_size", "key_size"):
        size = rule.settings.get(name, hidden_size) if rule else hidden_size
        if size != hidden_size:
            raise ValueError(
                f"the rule's {name} must be the model's hidden_size {hidden_size}, got {size}: "
                f"decoder states ask, encoder states are looked at, both {hidden_size} wide"
            )
    check_part(context, dtype, "context")


def _check_encoder(encoder, hidden_size, dtype):
    """Raise ValueError where an encoder says that its states have another width or dtype."""
    width = getattr(encoder, "hidden_size", hidden_size)
    if width != hidden_size:
        raise ValueError(
            f"the encoder's states must be as wide as the model's hidden_size {hidden_size}, "
            f"got {width}: the decoder starts from one of them"
        )
    check_part(encoder, dtype, "encoder")


def check_rows(states, target):
    """Raise ValueError unless there are as many sources as targets."""
    if len(states) != len(target):
        raise ValueError(
            f"source and target must have as many rows, got {len(states)} and {len(target)}: "
            f"build both from the same pairs"
        )


def _check_known(part, known):
    """Raise ValueError for a part of a model that `load` could not build again."""
    name = type(part).__name__
    if known.get(name) is not type(part):
        raise ValueError(
            f"a saved model must be built of {', '.join(known)}, got {name}: "
            f"keep model.params with np.savez instead"
        )
