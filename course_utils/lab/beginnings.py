"""Beginnings: a decoder that is made to write another first symbol, or starts from another state.

What a decoder depends on is found by changing it, and leaving all else as it is.
"""

import numpy as np

from course_utils.decoding import greedy_search
from course_utils.tasks.marks import PADDING

ROOM = 20  # symbols that are written at most


def begun_with(model, batch, first, room=ROOM):
    """Write each source greedily, but with a given first symbol, which the model then reads.

    first : one id for each row.  Returns tokens (rows, time), the given symbol in front.
    """
    memory, stepper = model.start(batch.source, batch.source_lengths)
    step, count = stepper(memory), 0

    def led(ids, state):
        nonlocal count
        logits, state, looked = step(ids, state)
        if count == 0:
            logits = np.full_like(logits, -1e9)
            logits[np.arange(len(first)), first] = 0
        count += 1
        return logits, state, looked

    return greedy_search(led, memory, room).tokens


def written_from(model, batch, start=None, context=None, room=ROOM):
    """Write each source greedily: tokens (rows, time).

    start, context : None, or a function of the encoder's last states (rows, d) that returns what
    the decoder starts from, or what a model without attention sees at every step.
    """
    memory, stepper = model.start(batch.source, batch.source_lengths)
    seen = memory if context is None else memory._replace(summary=context(memory.summary))
    begun = memory if start is None else memory._replace(summary=start(memory.summary))
    return greedy_search(stepper(seen), begun, room).tokens


def own(vectors):
    """Change nothing."""
    return vectors


def zeros(vectors):
    """Give every row zeros."""
    return np.zeros_like(vectors)


def another(vectors):
    """Give every row the vector of the row before it."""
    return np.roll(vectors, 1, axis=0)


def changed_after_the_first(tokens, others):
    """Return the share of rows in which anything behind the first symbol differs."""
    time = max(tokens.shape[1], others.shape[1])
    tokens, others = (
        np.pad(ids, ((0, 0), (0, time - ids.shape[1])), constant_values=PADDING)
        for ids in (tokens, others)
    )
    return float((tokens[:, 1:] != others[:, 1:]).any(axis=1).mean())
