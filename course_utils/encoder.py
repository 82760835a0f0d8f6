"""The encoder: token ids in, a memory out. Reads with one GRU, or with one from each end."""

import numpy as np

from course_utils.attention import Memory
from course_utils.layers import Embedding, Layer, check_ids, nested, rows, sum_by_id
from course_utils.recurrent import GRU, real_steps


class Encoder(Layer):
    """Embedding and GRU: ids (batch, time) → `Memory` with states `hidden_size` wide.

    With `bidirectional` a second GRU reads from the end, each half as wide, and a state is both
    halves side by side (Bahdanau et al., 2015, 3.2). The summary is the last state of each.
    """

    def __init__(self, tokens, hidden_size, bidirectional=False, rng=None, dtype=np.float32):
        if bidirectional and hidden_size % 2:
            raise ValueError(
                f"hidden_size must be even for a bidirectional encoder, got {hidden_size}: "
                f"each direction gets one half"
            )
        rng = np.random.default_rng(rng)
        names = ("forwards", "backwards")[: 1 + bidirectional]
        self.embedding = Embedding(tokens, hidden_size, rng, dtype)
        width = hidden_size // len(names)
        self.readers = {name: GRU(hidden_size, width, rng, dtype) for name in names}
        super().__init__(parts={"embedding": self.embedding, **self.readers})

    def forward(self, ids, lengths):
        """Return (Memory, cache). Raises ValueError for ids or lengths out of range."""
        ids = check_ids(ids, len(self.embedding.own["table"]), "source")
        lengths = np.asarray(lengths)
        real = real_steps(lengths, ids.shape, "source_lengths")
        columns = np.arange(len(ids))
        states, summaries, caches = [], [], []
        for name, gru in self.readers.items():
            order = reading_order(lengths, ids.shape[1], name)  # (time, batch)
            projected, tokens = project_tokens(self.embedding, gru, ids[columns, order])
            read, scan = gru.scan(projected)
            summaries.append(read[lengths - 1, columns])
            states.append(read if name == "forwards" else read[order, columns])
            caches.append((order, tokens, scan))
        states, summary = side_by_side(states), side_by_side(summaries)
        return Memory(states.swapaxes(0, 1), summary, real), (lengths, caches)

    def backward(self, d_memory, cache):
        """Turn d_memory (d_states, d_summary) into `(grads,)`; ids have no gradient.

        d_states must be zero where the memory's mask is False, as attention leaves it.
        """
        lengths, caches = cache
        columns = np.arange(len(lengths))
        d_states, d_summary = (np.split(d, len(caches), axis=-1) for d in d_memory)
        d_table, grads = 0, {}
        for i, (name, gru) in enumerate(self.readers.items()):
            order, tokens, scan = caches[i]
            d_read = d_states[i].swapaxes(0, 1)
            # a copy in either case: the summary's gradient is added below
            d_read = d_read.copy() if name == "forwards" else d_read[order, columns]
            d_read[lengths - 1, columns] += d_summary[i]
            d_projected, _, scan_grads = gru.scan_backward(d_read, scan)
            d_rows, input_grads = project_tokens_backward(d_projected, self.embedding, gru, tokens)
            d_table = d_table + d_rows
            grads |= nested(**{name: scan_grads | input_grads})
        return (nested(embedding={"table": d_table}) | grads,)


def reading_order(lengths, time, direction):
    """Return which symbol each step reads, (time, batch): padding last, from either end."""
    steps = np.arange(time)[:, None]
    if direction == "forwards":
        return np.broadcast_to(steps, (time, len(lengths)))
    return np.where(steps < lengths, lengths - 1 - steps, steps)


def side_by_side(arrays):
    """Join arrays on the last axis; a single one stays as it is."""
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays, axis=-1)


def project_tokens(embedding, gru, ids):
    """Apply `gru.project` to the tokens' embeddings: ids (…) → (…, 3·hidden), and a cache.

    Each distinct token is projected once and then looked up. A batch of 1,280 letters has 26
    different ones: this saves nearly all of the input side's products, both ways.
    """
    table = embedding.own["table"]
    seen = np.zeros(len(table), bool)
    seen[ids] = True
    tokens = np.flatnonzero(seen)
    positions = (np.cumsum(seen) - 1)[ids]  # where in `tokens` each id stands
    return gru.project(table[tokens])[positions], (tokens, positions)


def project_tokens_backward(d_projected, embedding, gru, cache):
    """Return (gradient of the embedding's table, the GRU's grads)."""
    tokens, positions = cache
    table = embedding.own["table"]
    d_distinct = sum_by_id(rows(d_projected), positions.ravel(), len(tokens))
    d_vectors, grads = gru.project_backward(d_distinct, table[tokens])
    d_table = np.zeros_like(table)
    d_table[tokens] = d_vectors
    return d_table, grads
