"""The laboratory of scoring rules: one task, one budget, every rule; and probes of the outcome.

The task is to write a string backwards. All models share everything but the context between
encoder and decoder, so a difference in a result is a difference of the rule.
"""

from typing import NamedTuple

import numpy as np

from course_utils.attention import Attention, LastState
from course_utils.decoding import greedy_search
from course_utils.metrics import by_length, matches
from course_utils.scoring import RULES
from course_utils.seq2seq import Seq2Seq
from course_utils.tasks import batches, make_batch, reverse
from course_utils.training import train

WIDTH, STEPS, RATE, BATCH = 32, 600, 15e-3, 64
SHORTEST, LONGEST, ROOM = 2, 12, 24  # lengths in training; the most positions that a rule may have
EDGES = (2, 5, 8, 11, 13)  # ranges of lengths: 2–4, 5–7, 8–10, 11–12
SYMBOLS = "abcdefghij"
NO_ATTENTION = "no attention"
# name → (rule, options that build it); the first has no rule. Every variant of every rule is here.
CONTEXTS = {NO_ATTENTION: (None, {})} | {
    name: (rule, options) for rule in RULES.values() for name, options in rule.variants.items()
}


def _lab_context(name, seed, width=WIDTH):
    """Return the context of that name in `CONTEXTS`, for a model of that width."""
    rule, options = CONTEXTS[name]
    if rule is None:
        return LastState()
    return Attention(rule.for_width(width, max_length=ROOM, rng=seed, **options))


def lab_task(longest=LONGEST, shortest=SHORTEST):
    """Return the task: reverse strings of ten symbols, lengths `shortest` to `longest`."""
    return reverse(shortest=shortest, longest=longest, symbols=SYMBOLS, rng=0)


def lab_model(name, task, seed, width=WIDTH):
    """Return a new model for a task, whose context is the rule of that name in `CONTEXTS`.

    Raises ValueError for another name.
    """
    if name not in CONTEXTS:
        raise ValueError(f"name must be one of {', '.join(map(repr, CONTEXTS))}, got {name!r}")
    sizes = len(task.source_vocabulary), len(task.target_vocabulary)
    return Seq2Seq(*sizes, width, _lab_context(name, seed, width), rng=seed)


class Run(NamedTuple):
    """What came of one training: the model, its losses, and which unseen strings are right."""

    model: Seq2Seq
    losses: list
    right: np.ndarray  # (strings of the test,), boolean


def trained(name, task, seed=1):
    """Train a model with the context of that name, as all are trained here; return its `Run`."""
    model = lab_model(name, task, seed)
    data = batches(task.train, BATCH, rng=seed)
    losses = train(model, data, STEPS, RATE, progress=name).losses
    return Run(model, losses, exact(model, task.test))


def by_25_steps(losses):
    """Return the mean loss of each 25 steps: a curve that can be read."""
    return np.reshape(losses, (-1, 25)).mean(axis=1)


def untrained_states(task, letters=10, seed=1):
    """Return what an untrained encoder makes of the test's strings of so many letters.

    Its last state for each, (strings, width), and the states after each letter,
    (strings, letters, width).
    """
    batch = task.test
    memory = lab_model("dot", task, seed).encoder(batch.source, batch.source_lengths)
    rows = batch.source_lengths == letters
    return memory.summary[rows], memory.states[rows, :letters]


def backwards(model, task, text):
    """Return what a trained model writes for a string of the task's letters."""
    batch = make_batch([(text, text[::-1])], task.source_vocabulary, task.target_vocabulary)
    found = model.greedy(batch.source, batch.source_lengths, max_length=len(text) + 1)
    return "".join(task.target_vocabulary.decode(found.tokens[0]))


def exact(model, batch, change=None):
    """Return which rows are written exactly right, boolean (rows,).

    change : `Memory` → `Memory`, applied between encoder and decoder, before anything is written.
    """
    memory, stepper = model.start(batch.source, batch.source_lengths)
    memory = memory if change is None else change(memory)
    decoded = greedy_search(stepper(memory), memory, batch.target.shape[1] + 2)
    return matches(decoded.tokens, batch)


def share_by_length(matched, batch):
    """Return the share of exact rows in each range of `EDGES`."""
    return by_length(matched, batch.source_lengths, EDGES)[0]


def shuffle_states(memory, seed=0):
    """Put the states of each row in another order: content stays, positions do not."""
    rng = np.random.default_rng(seed)
    keys = np.where(memory.mask, rng.random(memory.mask.shape), 2.0)  # padding stays at the end
    order = keys.argsort(axis=1)
    return memory._replace(states=np.take_along_axis(memory.states, order[..., None], axis=1))


def show_padding(memory, extra=6):
    """Append padding that nobody hides: `extra` zero states, and a mask that is all True."""
    wide = ((0, 0), (0, extra), (0, 0))
    states = np.pad(memory.states, wide)
    return memory._replace(states=states, mask=np.ones(states.shape[:2], dtype=bool))


def hide_padding(memory, extra=6):
    """Append the same padding, hidden by the mask as it should be."""
    longer = show_padding(memory, extra)
    return longer._replace(mask=np.pad(memory.mask, ((0, 0), (0, extra))))


PROBES = {"shuffled": shuffle_states, "shown": show_padding, "hidden": hide_padding}


def probed(model, task):
    """Return the shares of strings written exactly {probe: share}.

    As they are, with each of `PROBES`, and of strings longer than in training.
    """
    shares = {"as they are": exact(model, task.test).mean()}
    shares |= {name: exact(model, task.test, change).mean() for name, change in PROBES.items()}
    shares["longer"] = exact(model, lab_task(16, 13).test).mean()
    return {name: float(share) for name, share in shares.items()}


def divisor_in(layer, x):
    """Return what an `AttentionLayer` divides its scores by, found from what it computes of x.

    layer : with a rule that only divides.  x : (n, model_size).
    """
    found = layer.forward(x, x)[1].attended.scores[0]  # of the first head
    queries, keys = (layer.split(x @ layer.params[name])[0] for name in ("W_query", "W_key"))
    return float(np.mean(queries @ keys.T / found))
