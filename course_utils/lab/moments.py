"""A model watched while it trains: where it looks before the first step, and after so many more."""

import numpy as np


def watched(batches, moments, look):
    """Yield the batches unchanged; when so many were taken as a moment says, call `look(taken)`.

    batches : yields a batch for each step.  moments : numbers of steps, 0 = before the first.
    look : what to do then; it sees the model as those steps left it.
    """
    for taken, batch in enumerate(batches):
        if taken in moments:
            look(taken)
        yield batch


def weights_when_told(model, batch):
    """Return the weights with which a model writes the right targets, (batch, n, m).

    At every step it is told the right symbols before, so that row i belongs to target symbol i
    however little it has learned; n counts the end mark, m the longest source.
    """
    memory, stepper = model.start(batch.source, batch.source_lengths)
    step, state, rows = stepper(memory), memory.summary, []
    for ids in batch.target[:, :-1].T:
        _, state, weights = step(ids, state)
        rows.append(weights)
    return np.stack(rows, axis=1)
