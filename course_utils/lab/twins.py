"""Twin models for the question whether weights explain: one task, with and without an encoder.

A sentence has one signal word among noise words, and its label says which signal. Both twins mix
word vectors, or states of a GRU over them, with the weights of one learned query.
"""

from typing import NamedTuple

import numpy as np

from course_utils.attention import attend_backward, attend_forward
from course_utils.layers import Embedding, Layer, Linear, nested
from course_utils.recurrent import GRU
from course_utils.scoring import DotScore
from course_utils.softmax import cross_entropy
from course_utils.training import train

SIGNALS, NOISE, LENGTH, WIDTH = 2, 20, 12, 16
KINDS = {"words": False, "GRU": True}  # whether a GRU reads the word vectors first


class Sentences(NamedTuple):
    """Words and what is known about them."""

    ids: np.ndarray  # (batch, LENGTH): signals 0 and 1, noise from 2
    labels: np.ndarray  # (batch,): which signal
    places: np.ndarray  # (batch,): where it stands


def sentences(rng, count):
    """Draw so many sentences of LENGTH words, each with one signal at a random place."""
    rng = np.random.default_rng(rng)
    ids = rng.integers(SIGNALS, SIGNALS + NOISE, (count, LENGTH))
    labels, places = rng.integers(SIGNALS, size=count), rng.integers(LENGTH, size=count)
    ids[np.arange(count), places] = labels
    return Sentences(ids, labels, places)


def endless(rng, count=64):
    """Yield batches of new sentences without end."""
    rng = np.random.default_rng(rng)
    while True:
        yield sentences(rng, count)


class Twin(Layer):
    """Words → states → one mix → label.

    recurrent : whether a GRU reads the word vectors first.  attends : whether a learned query
    weighs the states; else all count alike, in training too.
    """

    def __init__(self, recurrent, attends=True, rng=None, dtype=np.float32):
        rng = np.random.default_rng(rng)
        parts = {"embedding": Embedding(SIGNALS + NOISE, WIDTH, rng, dtype)}
        if recurrent:
            parts["gru"] = GRU(WIDTH, WIDTH, rng, dtype)
        parts["out"] = Linear(WIDTH, SIGNALS, rng=rng, dtype=dtype)
        own = {"query": rng.normal(0, WIDTH**-0.5, WIDTH).astype(dtype)} if attends else {}
        super().__init__(own, parts)

    def states(self, ids):
        """Turn word ids (batch, m) into what is mixed (batch, m, WIDTH), and the caches."""
        vectors, embedding = self.parts["embedding"].forward(ids)
        if "gru" not in self.parts:
            return vectors, (embedding, None)
        (states, _), gru = self.parts["gru"].forward(vectors, np.full(len(ids), ids.shape[1]))
        return states, (embedding, gru)

    def mix(self, states):
        """Return one mix for each sentence, by the learned query or with equal weights."""
        query = self.own.get("query", np.zeros(WIDTH, states.dtype))  # 0: all scores are equal
        queries = np.broadcast_to(query, (len(states), 1, WIDTH))
        return attend_forward(queries, states, states, DotScore())

    def forward(self, batch):
        """Return the mean loss of a batch of `Sentences`, and what `backward` needs."""
        states, caches = self.states(batch.ids)
        attended, mix = self.mix(states)
        logits, out = self.parts["out"].forward(attended.context[:, 0])
        loss, d_logits = cross_entropy(logits, batch.labels)
        return loss, (d_logits, out, mix, caches)

    def backward(self, cache):
        """Return the gradients of all parameters."""
        d_logits, out, mix, (embedding, gru) = cache
        d_context, out_grads = self.parts["out"].backward(d_logits, out)
        d_query, d_keys, d_values, _ = attend_backward(d_context[:, None], mix)
        d_states = d_keys + d_values  # the states serve as both
        groups = {"out": out_grads}
        if gru is not None:
            d_last = np.zeros_like(d_states[:, 0])
            d_states, _, groups["gru"] = self.parts["gru"].backward((d_states, d_last), gru)
        (groups["embedding"],) = self.parts["embedding"].backward(d_states, embedding)
        own = {"query": d_query.sum(axis=(0, 1))} if "query" in self.own else {}
        return own | nested(**groups)

    def answer(self, ids, change=None):
        """Return (labels (batch,), weights (batch, m)); `change` is one of `interventions`."""
        states, _ = self.states(ids)
        weights = self.mix(states)[0].weights
        weights = weights if change is None else change(weights, np.ones(ids.shape, bool))
        logits = self.parts["out"]((weights @ states)[:, 0])
        return logits.argmax(axis=-1), weights[:, 0]

    def share_right(self, texts, change=None):
        """Return the share of `Sentences` whose label it gives; `change` as in `answer`."""
        return float((self.answer(texts.ids, change)[0] == texts.labels).mean())

    def top_is_signal(self, texts):
        """Return the share of `Sentences` in which the largest weight is on the signal word."""
        return float((self.answer(texts.ids)[1].argmax(axis=1) == texts.places).mean())


def three(kind, attends=True):
    """Return three twins of a kind of KINDS, trained alike from three seeds, 300 steps each."""
    return [trained(kind, seed, attends) for seed in range(3)]


def trained(kind, seed, attends=True):
    """Return one of those twins: its numbers and its sentences begin with this seed."""
    twin = Twin(KINDS[kind], attends, rng=seed)
    train(twin, endless(seed), steps=300, learning_rate=1e-2, progress=False)
    return twin
