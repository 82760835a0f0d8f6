"""Decoding: the model reads its own output, greedily or with a beam; or the truth, to compare."""

from math import isfinite
from numbers import Integral
from typing import NamedTuple

import numpy as np

from course_utils.attention import Memory
from course_utils.softmax import log_softmax
from course_utils.tasks.marks import END, PADDING, START


class Decoded(NamedTuple):
    """What a model wrote."""

    tokens: np.ndarray  # (batch, steps): symbols, the end mark 2, then padding 0
    lengths: np.ndarray  # (batch,): symbols before the end mark
    weights: np.ndarray | None  # (batch, steps, m); None where the context has no weights


class _Beams(NamedTuple):
    """The prefixes that a beam search keeps, the best of each row first."""

    ids: np.ndarray  # (batch, width): the last symbol of each
    totals: np.ndarray  # (batch, width): sums of log-probabilities
    ended: np.ndarray  # (batch, width): has the end mark been written?
    state: np.ndarray  # (batch · width, …): what the step gave


def greedy_search(step, memory, max_length):
    """Write the most probable symbol at each step, read back at the next, until all rows ended.

    `step(ids, state)` gives (logits, state, weights). Stops after `max_length` steps at the
    latest. Of equally probable symbols the one with the smallest id is written. Raises ValueError
    where `max_length` is below 1, FloatingPointError where a logit is not finite.
    """
    _check_count(max_length, "max_length")
    state = memory.summary
    ids = np.full(len(state), START)
    ended = np.zeros(len(state), bool)
    tokens, weights = [], []
    for _ in range(max_length):
        logits, state, looked = step(ids, state)
        _check_logits(logits, len(tokens))
        # padding and the start mark are never written
        ids = np.where(ended, PADDING, logits[:, END:].argmax(axis=1) + END)
        tokens.append(ids)
        weights.append(looked)
        ended |= ids == END
        if ended.all():
            break
    return _decoded(np.stack(tokens, axis=1), weights)


def read_along(step, memory, target):
    """Write what the model finds most probable after every true symbol, as in training.

    Teacher forcing: whatever it writes, the next step reads the true one. `target` (batch, time)
    has the start mark first, as in a `Batch`. Nothing stops at an end mark. Raises ValueError
    for a target without a row for each source, FloatingPointError where a logit is not finite.
    """
    target = _check_target(target, len(memory.summary))
    state, tokens, weights = memory.summary, [], []
    for ids in target[:, :-1].T:
        logits, state, looked = step(ids, state)
        _check_logits(logits, len(tokens))
        tokens.append(logits[:, END:].argmax(axis=1) + END)
        weights.append(looked)
    return _decoded(np.stack(tokens, axis=1), weights)


def beam_search(stepper, memory, max_length, width):
    """Write the most probable sequence found with the best `width` prefixes kept at every step.

    Compares sums of log-probabilities, without a length bonus; a sequence that has ended beats
    those still running at `max_length`. Of equally probable prefixes the one that was ahead stays
    ahead, then the smaller id is. `stepper(memory)` prepares `step` for the memory repeated
    `width` times. Raises ValueError where `max_length` or `width` is below 1, FloatingPointError
    where a logit is not finite.
    """
    _check_count(max_length, "max_length")
    _check_count(width, "width")
    if width == 1:  # exactly: sums can round to a tie where their last logits differ
        return greedy_search(stepper(memory), memory, max_length)
    step = stepper(Memory(*(np.repeat(array, width, axis=0) for array in memory)))
    beams = _first_beams(memory, width)
    history = []
    for _ in range(max_length):
        beams, parents, looked = _longer_beams(beams, step, len(history))
        history.append((beams.ids, parents, looked))
        if beams.ended.all():
            break
    return _decoded(*_trace_back(history, _winners_of(beams), width))


def _first_beams(memory, width):
    """Return prefixes of the start mark alone."""
    shape = len(memory.summary), width
    totals = np.full(shape, -np.inf, memory.states.dtype)
    totals[:, 0] = 0  # all prefixes are the same at the start: one is enough
    state = np.repeat(memory.summary, width, axis=0)
    return _Beams(np.full(shape, START), totals, np.zeros(shape, bool), state)


def _longer_beams(beams, step, steps_before):
    """Return (beams, parents, weights) one symbol later: a prefix extends one of its `parents`."""
    batch, width = beams.ids.shape
    logits, state, looked = step(beams.ids.ravel(), beams.state)
    _check_logits(logits, steps_before)
    candidates = _extend(beams.totals, log_softmax(logits).reshape(batch, width, -1), beams.ended)
    totals, parents, ids = _best(candidates, width)  # each (batch, width)
    rows = np.arange(batch)[:, None]
    state = state[(rows * width + parents).ravel()]  # a prefix goes on from its parent's
    ended = beams.ended[rows, parents] | (ids == END)
    return _Beams(ids, totals, ended, state), parents, looked


def _extend(totals, log_probabilities, ended):
    """Return the total of every prefix with every symbol after it: (batch, width, symbols)."""
    log_probabilities[:, :, :END] = -np.inf  # padding and the start mark are never written …
    log_probabilities[ended] = -np.inf
    log_probabilities[ended, PADDING] = 0  # … but an ended prefix goes on with padding, for free
    return totals[..., None] + log_probabilities


def _best(candidates, width):
    """Return (totals, parents, ids) of the `width` best candidates of each row, best first.

    The largest is taken again and again: `argmax` takes the first of equal ones, which a partition
    does not promise, and for a narrow beam it is as fast.
    """
    batch, _, symbols = candidates.shape
    left, rows = candidates.reshape(batch, -1), np.arange(batch)
    chosen = np.empty((batch, width), np.intp)
    totals = np.empty((batch, width), candidates.dtype)
    for place in range(width):
        chosen[:, place] = left.argmax(axis=1)
        totals[:, place] = left[rows, chosen[:, place]]
        left[rows, chosen[:, place]] = -np.inf
    return totals, chosen // symbols, chosen % symbols


def _winners_of(beams):
    """Return the place of each row's best prefix; one that has ended beats those still running."""
    beaten = beams.ended.any(axis=1, keepdims=True) & ~beams.ended
    return np.where(beaten, -np.inf, beams.totals).argmax(axis=1)


def _trace_back(history, winners, width):
    """Follow each winner's parents: return the tokens (batch, steps) and the weights."""
    rows = np.arange(len(winners))
    tokens, weights = [], []
    beams = winners
    for ids, parents, looked in reversed(history):
        tokens.append(ids[rows, beams])
        beams = parents[rows, beams]
        weights.append(None if looked is None else looked[rows * width + beams])
    return np.stack(tokens[::-1], axis=1), weights[::-1]


def _decoded(tokens, weights):
    """Make a `Decoded` from tokens and one array of weights per step."""
    lengths = np.cumprod(tokens > END, axis=1).sum(axis=1)
    return Decoded(tokens, lengths, None if weights[0] is None else np.stack(weights, axis=1))


def _check_count(count, name):
    """Raise ValueError unless `count` is a whole number from 1."""
    if not isinstance(count, Integral) or count < 1:
        raise ValueError(
            f"{name} must be at least 1 and a whole number, got {count!r}: ask for one or more"
        )


def _check_target(target, rows):
    """Return the target, an array. Raises ValueError unless a row has its mark and a symbol."""
    target = np.asarray(target)
    if target.ndim != 2 or len(target) != rows or target.shape[1] < 2:
        raise ValueError(
            f"target must be ({rows}, time), the start mark and what follows, a row for each "
            f"source, got {target.shape}: take source and target from the same batch"
        )
    return target


def _check_logits(logits, steps_before):
    """Raise FloatingPointError where a row's logits hold NaN or infinity.

    −inf may stand for a symbol that is never written, and something must be left to write. The
    largest logit shows the rest: NaN is larger than all numbers to `max`.
    """
    if isfinite(logits.sum()):  # one cheap look at each step; what follows is for the others
        return
    largest = np.concatenate([logits.max(axis=1), logits[:, END:].max(axis=1)])
    if not np.isfinite(largest).all():
        found = largest[~np.isfinite(largest)][0]
        raise FloatingPointError(
            f"the model's logits must stay finite, got {found} at step {steps_before + 1}: look "
            f"for NaN in its parameters or its source, or train it with a lower learning rate"
        )
