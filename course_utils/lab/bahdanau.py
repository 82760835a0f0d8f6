"""Bahdanau's order of steps: look first, then step. The same parts as `Seq2Seq`, another order.

Ours (Luong et al., 2015): read y_{t−1}, step to s_t, look with s_t, write y_t. Here (Bahdanau et
al., 2015, 3.1): look with s_{t−1}, step with y_{t−1} and what was seen, write y_t. Attention is
inside the recurrence, so it is asked once a step, not once for all steps.
"""

import numpy as np

from course_utils.layers import check_ids, nested
from course_utils.recurrent import real_steps
from course_utils.seq2seq import Seq2Seq, Trace, check_rows
from course_utils.softmax import cross_entropy


class BahdanauSeq2Seq(Seq2Seq):
    """`Seq2Seq` whose decoder looks with its last state, and reads what it saw.

    s_t = GRU(s_{t−1}, [y_{t−1}; c_t]) with c_t = context of the query s_{t−1}. Encoder, context and
    readout are those of `Seq2Seq`, so that the order is the only difference: the GRU is wider by
    the context that it reads. Written for reading: a training step takes twice as long or more.
    """

    def __init__(self, source_size, target_size, hidden_size, context, rng=None, dtype=np.float32):
        super().__init__(source_size, target_size, hidden_size, context, rng=rng, dtype=dtype)

    @staticmethod
    def decoder_input(hidden_size):
        """Return the width of what the decoder's GRU reads: a symbol's vector and a context."""
        return 2 * hidden_size

    def forward(self, batch):
        """Return (loss, cache) by teacher forcing, as `Seq2Seq` does."""
        target = check_ids(batch.target, self.settings["target_size"], "target")
        real = real_steps(batch.target_lengths, target.shape, "target_lengths", shortest=2)
        memory, encoder_cache = self.encoder.forward(batch.source, batch.source_lengths)
        check_rows(memory.states, target)
        read, expected, real = target[:, :-1].T, target[:, 1:].T, real[:, 1:].T  # (time, batch)
        vectors, tokens = self.embedding.forward(read)
        state, steps = memory.summary, []
        for vector in vectors:
            state, step = self.look_and_step(vector, state, memory)
            steps.append(step)
        states, contexts = (np.stack(part) for part in zip(*(s[:2] for s in steps), strict=True))
        logits, readout_cache = self.readout.forward(states, contexts.swapaxes(0, 1))
        loss, d_logits = cross_entropy(logits, expected, real)
        scans = [step[2:] for step in steps]
        return loss, Trace(encoder_cache, tokens, scans, None, readout_cache, d_logits)

    def look_and_step(self, vector, state, memory):
        """Take one step of the decoder: (new state, (new state, context, and three caches))."""
        (context, _), context_cache = self.context.forward(state[:, None], memory)  # look …
        inputs = np.concatenate([vector, context[:, 0]], axis=1)
        states, scan = self.gru.scan(self.gru.project(inputs)[None], state)  # … then step
        return states[0], (states[0], context[:, 0], context_cache, inputs, scan)

    def backward(self, cache):
        """Return the gradient of the loss for every parameter, under the names of `params`."""
        d_states, d_contexts, readout_grads = self.readout.backward(cache.d_logits, cache.readout)
        d_state, d_memory, d_summary = np.zeros_like(d_states[0]), 0, 0
        d_vectors, grads = np.empty_like(d_states), {}
        for t in reversed(range(len(d_states))):
            d_vectors[t], d_state, d_looked, d_last, step_grads = self.step_and_look_backward(
                d_state + d_states[t], d_contexts[:, t], cache.scan[t]
            )
            d_memory, d_summary = d_memory + d_looked, d_summary + d_last
            add(grads, step_grads)
        (encoder_grads,) = self.encoder.backward((d_memory, d_summary + d_state), cache.encoder)
        (embedding_grads,) = self.embedding.backward(d_vectors, cache.tokens)
        grads |= nested(encoder=encoder_grads, embedding=embedding_grads, readout=readout_grads)
        return grads

    def step_and_look_backward(self, d_state, d_context, caches):
        """Go back through `look_and_step`, from the gradients of its state and context.

        (d_vector, d_state of the step before, d_states and d_summary of the memory, grads).
        """
        context_cache, inputs, scan = caches
        d_projected, d_before, scan_grads = self.gru.scan_backward(d_state[None], scan)
        d_inputs, input_grads = self.gru.project_backward(d_projected[0], inputs)
        d_vector, d_read = np.split(d_inputs, 2, axis=1)
        d_context = (d_context + d_read)[:, None]  # the GRU and the readout both use it
        d_query, d_looked, d_last, grads = self.context.backward(d_context, context_cache)
        grads = nested(gru=scan_grads | input_grads, context=grads)
        return d_vector, d_before + d_query[:, 0], d_looked, d_last, grads

    def start(self, source, source_lengths):
        """Return (memory, stepper) for decoding, as `Seq2Seq` does."""
        memory = self.encoder(source, source_lengths)

        def stepper(memory):
            read = self.context.reader(memory)

            def step(ids, state):
                context, weights = read(state[:, None])
                inputs = np.concatenate([self.embedding(ids), context[:, 0]], axis=1)
                states, _ = self.gru.scan(self.gru.project(inputs)[None], state)
                logits = self.readout(states, context)[0]
                return logits, states[0], None if weights is None else weights[:, 0]

            return step

        return memory, stepper

    def save(self, path):
        """Raise ValueError: `Seq2Seq.load` would build the other order."""
        raise ValueError("save keeps Seq2Seq only: keep model.params with np.savez instead")


def add(sums, grads):
    """Add each array to the sum of its name; the first of a name begins the sum."""
    for name, value in grads.items():
        sums[name] = sums[name] + value if name in sums else value
