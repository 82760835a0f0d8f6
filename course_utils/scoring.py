"""The scoring rules: how well does a query match a key? Each rule is a small layer.

`rule(queries, keys)` takes (..., n, query_size) and (..., m, key_size) and returns scores
(..., n, m), one row per query and one column per key. `rule.forward` also returns the cache
from which `rule.backward(d_scores, cache)` makes `(d_queries, d_keys, grads)`.

A new rule is one class in this module. The laboratory and the tests have it by themselves, and so
do the plug-board and the costs, if it compares queries with keys; the tests then ask for its
formula.
"""

from math import prod

import numpy as np

from course_utils.layers import rows, uniform
from course_utils.rule import Score

BLOCK = 1 << 17  # numbers of one (query, key, hidden) block: half a megabyte fits the L2 cache


class ConcatLinearScore(Score):
    """Rule 1, read per pair: e_ij = w · [q_i; k_j] + b, w (query_size + key_size,), b ().

    The product splits into w_q · q_i + w_k · k_j + b. Softmax over the keys cancels all that is
    the same for every key, the query's part: the weights do not depend on the query.
    """

    name, number, variants = "concat linear", 1, {"1 per pair": {}}
    sees = ("keys",)

    def __init__(self, query_size, key_size, rng=None, dtype=np.float32):
        width = query_size + key_size
        own = {"w": uniform(rng, width, 1, dtype)[:, 0], "b": np.zeros((), dtype)}
        super().__init__(own, query_size=query_size, key_size=key_size)

    @classmethod
    def macs(cls, n, m, width, hidden):
        return {"projections": (n + m) * width, "scores": 0}

    def _halves(self, array):
        """Return (w_query, w_key), the two parts of w, in the dtype of `array`."""
        return np.split(self.like("w", array), [self.settings["query_size"]])

    def prepare(self, keys):
        _, w_key = self._halves(keys)
        return keys @ w_key + self.like("b", keys)

    def compare(self, queries, key_parts):
        w_query, _ = self._halves(queries)
        return (queries @ w_query)[..., :, None] + key_parts[..., None, :]

    def backward(self, d_scores, cache):
        queries, keys = cache
        self.check_back(d_scores, queries, keys)
        w_query, w_key = self._halves(queries)
        d_query_parts, d_key_parts = d_scores.sum(axis=-1), d_scores.sum(axis=-2)
        d_w = [d_query_parts.ravel() @ rows(queries), d_key_parts.ravel() @ rows(keys)]
        grads = {"w": np.concatenate(d_w), "b": d_scores.sum()}
        return d_query_parts[..., None] * w_query, d_key_parts[..., None] * w_key, grads


class LocationScore(Score):
    """Rule 1 as commonly coded: e_ij = (q_i W + b)_j, one column of W per *position* j.

    The keys count only by their number m: the scores cannot see what the memory holds. This is
    Luong et al.'s (2015, eq. 8) "location". Raises ValueError where m > max_length.
    """

    name, number, variants = "location", 1, {"1 by position": {}}
    sees = ("queries",)

    def __init__(self, query_size, max_length, rng=None, dtype=np.float32):
        own = {"W": uniform(rng, query_size, max_length, dtype), "b": np.zeros(max_length, dtype)}
        super().__init__(own, query_size=query_size, max_length=max_length)

    @classmethod
    def macs(cls, n, m, width, hidden):
        return {"projections": 0, "scores": n * m * width}

    def check(self, queries, keys):
        queries, keys = super().check(queries, keys)
        if keys.shape[-2] > self.settings["max_length"]:
            raise ValueError(
                f"keys must be at most max_length = {self.settings['max_length']} positions, got "
                f"{keys.shape[-2]}: shorten the input or build the rule with a larger max_length"
            )
        return queries, keys

    def prepare(self, keys):
        return keys.shape[-2]

    def compare(self, queries, length):
        W, b = (self.like(name, queries) for name in "Wb")
        return queries @ W[:, :length] + b[:length]

    def backward(self, d_scores, cache):
        queries, keys = cache
        self.check_back(d_scores, queries, keys)
        length = keys.shape[-2]
        grads = {name: np.zeros(value.shape, d_scores.dtype) for name, value in self.own.items()}
        grads["W"][:, :length] = rows(queries).T @ rows(d_scores)
        grads["b"][:length] = rows(d_scores).sum(axis=0)
        return d_scores @ self.like("W", d_scores)[:, :length].T, np.zeros_like(keys), grads


class AdditiveScore(Score):
    """Rule 2: e_ij = vᵀ tanh(W_queryᵀ q_i + W_keyᵀ k_j) (Bahdanau et al., 2015, appendix A.1.2).

    W_query (query_size, hidden_size), W_key (key_size, hidden_size), v (hidden_size,). With
    `learn_v=False` v is all ones and no parameter: the tutorials' plain sum.

    The hidden layer has n·m·hidden_size numbers. `rule(queries, keys)` works through it in
    blocks and holds one at a time; `forward` keeps all of it for `backward`.
    """

    name, number, variants = "additive", 2, {"2, v = 1": {"learn_v": False}, "2, learned v": {}}

    def __init__(self, query_size, key_size, hidden_size, learn_v=True, rng=None, dtype=np.float32):
        rng = np.random.default_rng(rng)
        own = {
            "W_query": uniform(rng, query_size, hidden_size, dtype),
            "W_key": uniform(rng, key_size, hidden_size, dtype),
        }
        if learn_v:
            own["v"] = uniform(rng, hidden_size, 1, dtype)[:, 0]
        sizes = {"query_size": query_size, "key_size": key_size, "hidden_size": hidden_size}
        super().__init__(own, **sizes, learn_v=learn_v)

    @classmethod
    def macs(cls, n, m, width, hidden):
        return {"projections": (n + m) * width * hidden, "scores": n * m * hidden}

    def v(self, dtype):
        """Return the weights of the final sum, (hidden_size,)."""
        ones = np.ones(self.settings["hidden_size"], dtype)
        return self.own.get("v", ones).astype(dtype, copy=False)

    def prepare(self, keys):
        return keys @ self.like("W_key", keys)

    def compare(self, queries, projected_keys):
        q, k, scores = self._meet(queries, projected_keys)
        v, layer = self.v(q.dtype), None
        for block in _blocks(*scores.shape, q.shape[-1]):
            some = q[block]
            if layer is None:  # one block's memory serves them all; the first is the largest
                layer = np.empty((*some.shape[:2], *k.shape[1:]), q.dtype)
            room = layer[: some.shape[0], : some.shape[1]]
            scores[block] = _compare_block(some, k[block[0]], v, room)
        return scores.reshape(*queries.shape[:-1], k.shape[1])

    def forward(self, queries, keys):
        queries, keys = self.check(queries, keys)
        q, k, scores = self._meet(queries, self.prepare(keys))
        hidden = np.empty((*scores.shape, q.shape[-1]), q.dtype)
        v = self.v(q.dtype)
        for block in _blocks(*hidden.shape):
            scores[block] = _compare_block(q[block], k[block[0]], v, hidden[block])
        return scores.reshape(*queries.shape[:-1], k.shape[1]), (queries, keys, hidden)

    def _meet(self, queries, projected_keys):
        """Return both projections with one leading axis, and room for the scores (batch, n, m)."""
        q = _merge_leading(queries @ self.like("W_query", queries))  # (batch, query, hidden)
        k = _merge_leading(projected_keys)  # (batch, key, hidden)
        return q, k, np.empty((*q.shape[:2], k.shape[1]), q.dtype)

    def backward(self, d_scores, cache):
        queries, keys, hidden = cache
        self.check_back(d_scores, queries, keys)
        d_q, d_k, d_v = self._backward_blocks(d_scores.reshape(hidden.shape[:3]), hidden)
        d_q, d_k = d_q.reshape(-1, len(d_v)), d_k.reshape(-1, len(d_v))
        grads = {"W_query": rows(queries).T @ d_q, "W_key": rows(keys).T @ d_k}
        if "v" in self.own:
            grads["v"] = d_v
        d_queries = (d_q @ self.like("W_query", d_q).T).reshape(queries.shape)
        d_keys = (d_k @ self.like("W_key", d_k).T).reshape(keys.shape)
        return d_queries, d_keys, grads

    def _backward_blocks(self, d_scores, hidden):
        """Return (d_q, d_k, d_v): gradients of both projections and of the final sum's weights.

        With tanh' = 1 − tanh², Σ_j d_ij v (1 − t²) = v (Σ_j d_ij − Σ_j d_ij t²): the ones need
        only sums of scores, and the hidden layer is gone through once, squared, as products.
        """
        batch, n, m, width = hidden.shape
        v = self.v(hidden.dtype)
        d_q, d_k = (np.zeros((batch, size, width), hidden.dtype) for size in (n, m))
        d_v = np.zeros(width, hidden.dtype)
        for block in _blocks(batch, n, m, width):
            layer, d = hidden[block], d_scores[block]
            d_v += d.ravel() @ layer.reshape(-1, width)
            squared = layer * layer
            d_q[block] = d.sum(axis=2)[..., None] - (d[:, :, None] @ squared)[:, :, 0]
            by_key = d.swapaxes(1, 2)
            d_k[block[0]] += by_key.sum(axis=2)[..., None]
            d_k[block[0]] -= (by_key[:, :, None] @ squared.swapaxes(1, 2))[:, :, 0]
        d_q *= v
        d_k *= v
        return d_q, d_k, d_v


class DotScore(Score):
    """The dot product: e_ij = q_i · k_j, all of one width (Luong et al., 2015, 3.1, "dot")."""

    name, variants = "dot", {"dot": {}}
    equal_widths = True
    scale = staticmethod(lambda width: 1.0)

    def __init__(self):
        super().__init__()

    @classmethod
    def macs(cls, n, m, width, hidden):
        return {"projections": 0, "scores": n * m * width}

    def compare(self, queries, keys):
        # scale the queries, n·d numbers, not the scores, n·m; a Python float keeps float32
        return (queries * self.scale(keys.shape[-1])) @ keys.swapaxes(-1, -2)

    def backward(self, d_scores, cache):
        queries, keys = cache
        self.check_back(d_scores, queries, keys)
        scale = self.scale(keys.shape[-1])
        d_queries = d_scores @ keys * scale
        d_keys = d_scores.swapaxes(-1, -2) @ queries * scale
        return d_queries, d_keys, {}


class ScaledDotScore(DotScore):
    """Rule 3: e_ij = q_i · k_j / √d_k, d_k the width of a key (Vaswani et al., 2017, eq. 1)."""

    name, number, variants = "scaled dot", 3, {"3, scaled dot": {}}
    scale = staticmethod(lambda width: width**-0.5)


class GeneralScore(Score):
    """The general rule: e_ij = q_iᵀ W k_j, W (query_size, key_size) (Luong et al., 2015, 3.1)."""

    name, variants = "general", {"general": {}}

    def __init__(self, query_size, key_size, rng=None, dtype=np.float32):
        own = {"W": uniform(rng, query_size, key_size, dtype)}
        super().__init__(own, query_size=query_size, key_size=key_size)

    @classmethod
    def macs(cls, n, m, width, hidden):
        return {"projections": m * width * width, "scores": n * m * width}

    def prepare(self, keys):
        return keys @ self.like("W", keys).T

    def compare(self, queries, projected_keys):
        return queries @ projected_keys.swapaxes(-1, -2)

    def forward(self, queries, keys):
        queries, keys = self.check(queries, keys)
        projected_keys = self.prepare(keys)
        return self.compare(queries, projected_keys), (queries, keys, projected_keys)

    def backward(self, d_scores, cache):
        queries, keys, projected_keys = cache
        self.check_back(d_scores, queries, keys)
        d_queries = d_scores @ projected_keys
        d_projected = d_scores.swapaxes(-1, -2) @ queries
        d_keys = d_projected @ self.like("W", d_projected)
        return d_queries, d_keys, {"W": rows(d_projected).T @ rows(keys)}


# Every rule of this module, in its order. A learner's own rules stay out: what was saved with one
# could not be loaded elsewhere.
RULES = {
    name: rule
    for name, rule in list(globals().items())
    if isinstance(rule, type) and issubclass(rule, Score) and rule is not Score
}


def check_values(keys, values):
    """Return the values. Raises ValueError unless there is one value per key."""
    if values.ndim < 2 or values.shape[:-1] != keys.shape[:-1]:
        raise ValueError(
            f"values must have one row per key, shape {keys.shape[:-1]} + (d_v,), got "
            f"{values.shape}: keys and values describe the same memory"
        )
    return values


def _merge_leading(array):
    """Return an array (..., positions, width) as (batch, positions, width)."""
    return array.reshape(prod(array.shape[:-2]), *array.shape[-2:])


def _compare_block(q, k, v, layer):
    """Return one block's scores; its hidden layer (batch, query, key, hidden) fills `layer`."""
    np.add(q[:, :, None], k[:, None], out=layer)
    np.tanh(layer, out=layer)
    return (layer.reshape(-1, len(v)) @ v).reshape(layer.shape[:-1])


def _blocks(batch, n, m, width):
    """Yield slices (of the batch, of the queries): blocks (…, m, width) of about BLOCK numbers."""
    queries = max(1, BLOCK // max(1, m * width))
    examples = max(1, queries // max(1, n))
    for first in range(0, batch, examples):
        for start in range(0, n, queries):
            yield slice(first, first + examples), slice(start, start + queries)
