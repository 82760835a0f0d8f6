"""What moves a twin's answer: its margin, who supports it, and what a slope says of each word.

The margin of an answer is its score minus the other one's. The last layer is linear, so the margin
is a mix too: weights · supports, where a key's support is the margin if it had all the weight.
"""

import numpy as np

from course_utils.attention import attend_backward


def margins(twin, ids, said=None):
    """Return (margin (batch,), label (batch,)) of the answers to texts (batch, m).

    said : the labels whose margin is wanted, where a changed text is compared with the whole one;
    without it those that the twin answers.
    """
    states, _ = twin.states(ids)
    scores = twin.parts["out"](twin.mix(states)[0].context[:, 0])
    said = scores.argmax(axis=1) if said is None else np.asarray(said)
    return _lead(scores, said), said


def supports(twin, ids):
    """Return (supports (batch, m), weights (batch, m)) of the answers to texts (batch, m)."""
    states, _ = twin.states(ids)
    weights = twin.mix(states)[0].weights[:, 0]
    said = margins(twin, ids)[1]
    return _lead(twin.parts["out"](states), said[:, None]), weights


def gradient_times_input(twin, ids):
    """Return (batch, m): each word's vector times the slope of the margin at it, summed."""
    vectors = twin.parts["embedding"].forward(ids)[0]
    states, (_, gru) = twin.states(ids)
    attended, mix = twin.mix(states)
    scores, out = twin.parts["out"].forward(attended.context[:, 0])
    d_scores = np.where(np.arange(2) == scores.argmax(axis=1)[:, None], 1, -1)
    d_context, _ = twin.parts["out"].backward(d_scores.astype(scores.dtype), out)
    _, d_keys, d_values, _ = attend_backward(d_context[:, None], mix)
    slopes = d_keys + d_values  # the states serve as both
    if gru is not None:
        nothing = np.zeros_like(slopes[:, 0])
        slopes, _, _ = twin.parts["gru"].backward((slopes, nothing), gru)
    return (slopes * vectors).sum(axis=-1)


def without_each(ids):
    """Return each text without each of its words: (batch, m) → (batch, m, m − 1)."""
    return np.stack([np.delete(ids, j, axis=1) for j in range(ids.shape[1])], axis=1)


def falls(twin, ids, without_each=without_each):
    """Return (batch, m): by how much the margin falls when that word is left out of its text."""
    whole, said = margins(twin, ids)
    shorter = np.asarray(without_each(ids)).astype(ids.dtype).swapaxes(0, 1)  # as floats too
    left = [margins(twin, text, said)[0] for text in shorter]
    return whole[:, None] - np.stack(left, axis=1)


def by_label(texts, found):
    """Return {label: the mean of `found` (batch,) over the `Sentences` of that label}."""
    return {
        name: float(np.mean(found[texts.labels == label]))
        for label, name in enumerate(("bad", "good"))
    }


def agreement(a, b, which=None):
    """Return Kendall's τ of each pair of rows, (batch,): ranks alike 1, turned round −1.

    a, b : (batch, m).  which : (batch, m), with it only pairs count that have one key of these.
    The share of pairs of keys that both rank alike, minus that of pairs ranked otherwise; a tie in
    one of them is neither.
    """
    i, j = np.triu_indices(np.shape(a)[1], 1)
    counted = np.ones((len(a), len(i)), bool) if which is None else which[:, i] ^ which[:, j]
    return (_alike(a, b) * counted).sum(axis=1) / counted.sum(axis=1)


def by_pairs(a, b, signal):
    """Return the mean τ over pairs of keys with a signal, and over pairs of two others."""
    i, j = np.triu_indices(np.shape(a)[1], 1)
    alike, noise = _alike(a, b), ~(signal[:, i] | signal[:, j])
    return float(agreement(a, b, signal).mean()), float(alike[noise].mean())


def _alike(a, b):
    """Return 1 for each pair of keys that both rank alike, −1 otherwise, 0 for ties."""
    i, j = np.triu_indices(np.shape(a)[1], 1)
    return np.sign(a[:, i] - a[:, j]) * np.sign(b[:, i] - b[:, j])


def _lead(scores, said):
    """Return the score of the label that was said, minus the other's: (…, 2) → (…,)."""
    return np.where(said == 1, 1, -1) * (scores[..., 1] - scores[..., 0])
