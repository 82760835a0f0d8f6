"""Encoders of what is no token: rows of vectors in, a `Memory` out, as `Seq2Seq` wants it."""

import numpy as np

from course_utils.attention import Memory
from course_utils.encoder import reading_order, side_by_side
from course_utils.layers import Embedding, Layer, Linear, nested
from course_utils.recurrent import GRU, real_steps


class VectorEncoder(Layer):
    """A dense layer for each vector, then a GRU from each end: (batch, time, vector_size) in.

    The twin of `Encoder(bidirectional=True)`, with tanh(x W + b) in place of the embedding.
    A state is both halves side by side and knows its neighbours too.
    """

    def __init__(self, vector_size, hidden_size, rng=None, dtype=np.float32):
        if hidden_size % 2:
            raise ValueError(
                f"hidden_size must be even, got {hidden_size}: each direction gets one half"
            )
        rng = np.random.default_rng(rng)
        self.hidden_size = hidden_size
        self.dense = Linear(vector_size, hidden_size, True, rng, dtype)
        names = ("forwards", "backwards")
        self.readers = {name: GRU(hidden_size, hidden_size // 2, rng, dtype) for name in names}
        super().__init__(parts={"dense": self.dense, **self.readers})

    def forward(self, vectors, lengths):
        """Return (Memory, cache). Raises ValueError for vectors or lengths that do not fit."""
        features, dense_cache, real = _features_of(self.dense, vectors, lengths)
        np.tanh(features, out=features)
        states, summaries, caches = [], [], []
        for name, gru in self.readers.items():
            order = reading_order(np.asarray(lengths), real.shape[1], name).T[..., None]
            (read, last), cache = gru.forward(np.take_along_axis(features, order, 1), lengths)
            states.append(np.take_along_axis(read, order, 1))  # the order is its own way back
            summaries.append(last)
            caches.append((order, cache))
        memory = Memory(side_by_side(states), side_by_side(summaries), real)
        return memory, (features, dense_cache, caches)

    def backward(self, d_memory, cache):
        """Turn d_memory (d_states, d_summary) into `(grads,)`; pictures need no gradient."""
        features, dense_cache, caches = cache
        d_states, d_summary = (np.split(d, len(caches), axis=-1) for d in d_memory)
        d_features, grads = 0, {}
        for i, (name, gru) in enumerate(self.readers.items()):
            order, gru_cache = caches[i]
            d_read = np.take_along_axis(d_states[i], order, 1)
            d_inputs, _, gru_grads = gru.backward((d_read, d_summary[i]), gru_cache)
            d_features = d_features + np.take_along_axis(d_inputs, order, 1)
            grads |= nested(**{name: gru_grads})
        d_features *= 1 - features * features
        _, dense_grads = self.dense.backward(d_features, dense_cache)
        return (nested(dense=dense_grads) | grads,)


class PatchEncoder(Layer):
    """Each vector by itself: tanh(x W + b + place), (batch, time, vector_size) in.

    A state knows its own vector and its place among `places`, nothing of the others, so a
    weight on it is a weight on that vector. The summary is the mean of the real states.
    """

    def __init__(self, vector_size, places, hidden_size, rng=None, dtype=np.float32):
        rng = np.random.default_rng(rng)
        self.hidden_size = hidden_size
        self.dense = Linear(vector_size, hidden_size, True, rng, dtype)
        self.place = Embedding(places, hidden_size, rng, dtype)
        super().__init__(parts={"dense": self.dense, "place": self.place})

    def forward(self, vectors, lengths):
        """Return (Memory, cache). Raises ValueError for vectors or lengths that do not fit."""
        states, dense_cache, real = _features_of(self.dense, vectors, lengths)
        places, place_cache = self.place.forward(np.arange(states.shape[1]))
        states += places
        np.tanh(states, out=states)
        states *= real[..., None]
        shares = (real / real.sum(axis=1, keepdims=True)).astype(states.dtype)[..., None]
        summary = (shares * states).sum(axis=1)
        return Memory(states, summary, real), (states, shares, dense_cache, place_cache)

    def backward(self, d_memory, cache):
        """Turn d_memory (d_states, d_summary) into `(grads,)`; pictures need no gradient.

        d_states must be zero where the memory's mask is False, as attention leaves it.
        """
        states, shares, dense_cache, place_cache = cache
        d_states, d_summary = d_memory
        d_inside = (d_states + shares * d_summary[:, None]) * (1 - states * states)
        _, dense_grads = self.dense.backward(d_inside, dense_cache)
        (place_grads,) = self.place.backward(d_inside.sum(axis=0), place_cache)
        return (nested(dense=dense_grads, place=place_grads),)


def _features_of(dense, vectors, lengths):
    """Return (the dense layer's output, its cache, which vectors are real (batch, time))."""
    vectors = np.asarray(vectors)
    if vectors.ndim != 3:
        raise ValueError(
            f"vectors must be (batch, time, features), got {vectors.shape}: "
            f"one row is vectors[None]"
        )
    features, cache = dense.forward(vectors)
    return features, cache, real_steps(lengths, vectors.shape[:2], "source_lengths")
