"""Right answers in unusual styles, written from the questions alone: loops, generators, classes.

Nothing here is how the course would write it. All of it is right.
"""

# ruff: noqa: B905 (learners write zip without strict)

import functools
import itertools
import math
import operator
from collections import Counter, defaultdict, deque
from fractions import Fraction

import numpy as np

from course_utils.attention import attend, softmax
from course_utils.tasks.marks import END, START

RIGHT = []  # (id of the exercise, answer)


def right(id):
    """Keep an answer to an exercise: a decorator of functions and of classes' instances."""

    def keep(answer):
        RIGHT.append((id, answer))
        return answer

    return keep


def log_sum_exp(row):
    """Return log Σ exp(row), for numbers of any size."""
    top = max(row)
    return top + math.log(math.fsum(math.exp(one - top) for one in row))


# ---- 00 ----
@right("00.3")
def _(A):
    return np.einsum("ij->i", A)


@right("00.3")
def _(A):
    return [math.fsum(map(float, row)) for row in A]


@right("00.3")
def _(A, /):
    return A @ np.ones(A.shape[1], A.dtype)


@right("00.3")
def _(A):
    return functools.reduce(np.add, A.T)


@right("00.3")
def _(A):
    return np.cumsum(A, axis=1)[:, -1]


@right("00.a")
def _(weights):
    return [max(range(len(row)), key=row.__getitem__) for row in weights]


@right("00.a")
def _(weights):
    return np.argsort(-weights, axis=1, kind="stable")[:, 0]


@right("00.a")
def _(weights):
    return tuple(row.tolist().index(max(row)) for row in weights)


@right("00.b")
def _(places, own):
    hits = [place == word for place, word in zip(places, own) if word != -1]
    return sum(hits) / len(hits)


@right("00.b")
def _(places, own):
    return np.ma.masked_where(own < 0, places == own).mean()


@right("00.b")
def _(places, own):
    return np.average(places == own, weights=own >= 0)


@right("00.b")
def _(places, own):
    return float(Fraction(int(np.sum((places == own) & (own != -1))), int(np.sum(own > -1))))


# ---- 01 ----
@right("01.1")
def _(query, keys, values):
    return max(zip(keys, values), key=lambda book: book[0] @ query)[1]


@right("01.1")
def _(query, keys, values):
    best, where = -math.inf, 0
    for j, key in enumerate(keys):
        if (score := float(np.vdot(query, key))) > best:
            best, where = score, j
    return values[where].copy()


@right("01.1")
def _(query, keys, values):
    return np.eye(len(keys))[np.argmax(keys.dot(query))] @ values


@right("01.2")
def _(query, keys, values):
    return softmax((keys * query).sum(1)).dot(values)


@right("01.2")
def _(query, keys, values):
    scores = [sum(q * k for q, k in zip(query.tolist(), key.tolist())) for key in keys]
    whole = log_sum_exp(scores)
    return sum(math.exp(s - whole) * v for s, v in zip(scores, values.astype(float)))


@right("01.2")
def _(query, keys, values):
    return np.average(values, axis=0, weights=softmax(np.inner(keys, query)))


@right("01.4")
def _(lookup, query, keys, values_1, values_2):
    first, second = (lookup(query, keys, v) for v in (values_1, values_2))
    return tuple(np.linalg.norm(np.subtract(a, b), np.inf) for a, b in zip(first, second))


@right("01.4")
def _(lookup, query, keys, values_1, values_2):
    ask = functools.partial(lookup, query, keys)
    return [max(abs(x - y) for x, y in zip(*pair)) for pair in zip(ask(values_1), ask(values_2))]


@right("01.4")
def _(lookup, query, keys, values_1, values_2):
    (w1, a1), (w2, a2) = lookup(query, keys, values_1), lookup(query, keys, values=values_2)
    return np.ptp([w1, w2], axis=0).max(), np.ptp([a1, a2], axis=0).max()


@right("01.a")
def _(query, key):
    return functools.reduce(lambda total, pair: total + pair[0] * pair[1], zip(query, key), 0)


@right("01.a")
def _(query, key):
    return math.sumprod(query, key) if hasattr(math, "sumprod") else np.dot(query, key)


@right("01.a")
def dot(query, key):
    return query[0] * key[0] + (dot(query[1:], key[1:]) if len(query) > 1 else 0)


@right("01.b")
def _(weights, values):
    total = np.zeros(np.shape(values)[1])
    for weight, row in zip(weights, values):
        total += weight * row
    return total


@right("01.b")
def _(weights, values):
    return [np.dot(weights, column) for column in np.transpose(values)]


@right("01.b")
def _(weights, values):
    return np.tensordot(weights, values, axes=1)


# ---- 02 ----
@right("02.3")
def _(queries, keys, values):
    weights = softmax(np.einsum("nd,md->nm", queries, keys))
    return np.einsum("nm,mv->nv", weights, values), weights


@right("02.3")
def _(queries, keys, values):
    rows = [softmax(np.array([float(q @ k) for k in keys])) for q in queries]
    return [row @ values for row in rows], rows


@right("02.3")
def _(queries: np.ndarray, keys: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    scores = (queries[:, np.newaxis, :] * keys[np.newaxis, :, :]).sum(-1)
    return (A := softmax(scores, axis=1)) @ values, A


@right("02.3")
@type.__call__
class Attention:
    """An object that can be called."""

    def __call__(self, queries, keys, values):
        self.weights = softmax(np.inner(queries, keys))
        return np.dot(self.weights, values), self.weights


@right("02.3")
def _(queries, keys, values):
    W = np.empty((len(queries), len(keys)))
    for i, row in enumerate(queries.tolist()):
        scores = [sum(map(operator.mul, row, key)) for key in keys.tolist()]
        W[i] = [math.exp(s - log_sum_exp(scores)) for s in scores]
    return W.dot(values), W


@right("02.4")
def _(queries, keys):
    pairs = [(query, key) for query in queries for key in keys]
    scores = np.array([query @ key for query, key in pairs])
    return softmax(scores.reshape(len(queries), len(keys)))


@right("02.4")
def _(queries, keys):
    return softmax(keys @ queries.T, axis=0).T


@right("02.4")
def _(queries, keys):
    return np.stack([softmax(keys @ query) for query in queries])


@right("02.4")
def _(queries, keys):
    scores = np.array(list(itertools.starmap(np.dot, itertools.product(queries, keys))))
    return np.apply_along_axis(softmax, -1, scores.reshape(-1, keys.shape[0]))


@right("02.5")
def _(queries, keys, values):
    A = softmax(np.matmul(queries, np.moveaxis(keys, 1, 2)))
    return np.matmul(A, values), A


@right("02.5")
def _(queries, keys, values):
    A = softmax(np.einsum("bid,bjd->bij", queries, keys, optimize=True))
    return np.einsum("bij,bjv->biv", A, values), A


@right("02.5")
def _(queries, keys, values):
    scores = (queries[:, :, None] * keys[:, None]).sum(axis=3)
    A = softmax(scores, axis=2)
    return (A[..., None] * values[:, None]).sum(axis=-2), A


@right("02.5")
def _(queries, keys, values):
    def one(q, k, v):
        return (w := softmax(q @ k.T)) @ v, w

    return tuple(map(np.array, zip(*map(one, queries, keys, values))))


@right("02.b")
def _(queries, keys, values):
    context, weights = [], []
    for q in queries:
        scores = [float(q @ k) for k in keys]
        top = max(scores)
        exps = [math.e ** (s - top) for s in scores]
        weights.append([one / sum(exps) for one in exps])
        context.append([sum(w * v for w, v in zip(weights[-1], column)) for column in values.T])
    return context, weights


@right("02.c")
def _(scores, axis=-1):
    s = np.moveaxis(np.asarray(scores, dtype=float), axis, 0)
    s = s - s.max(axis=0)
    return np.moveaxis(np.exp(s) / np.exp(s).sum(axis=0), 0, axis)


@right("02.c")
def _(scores, axis=-1):
    return np.exp(scores - np.logaddexp.reduce(scores, axis=axis, keepdims=True))


# ---- 03 ----
@right("03.1")
def _(scores, temperature):
    return np.array([softmax(row * (1 / temperature)) for row in scores])


@right("03.1")
def _(scores, temperature):
    return softmax(np.true_divide(scores, temperature), -1)


@right("03.2")
def _(scores, axis):
    total = np.logaddexp.reduce(scores, axis=axis)
    return np.exp(scores - np.expand_dims(total, axis))


@right("03.2")
def _(scores, axis):
    def one(row):
        top = row.max()
        exps = np.array([math.exp(x - top) for x in row])
        return exps / exps.sum()

    return np.apply_along_axis(one, axis, scores)


@right("03.2")
def _(scores, axis):
    work = np.array(scores, dtype=np.float64)
    work -= np.amax(work, axis=axis, keepdims=True)
    np.exp(work, out=work)
    work /= np.add.reduce(work, axis=axis, keepdims=True)
    return work.astype(scores.dtype)


@right("03.2")
def _(scores, axis):
    moved = np.swapaxes(scores, axis, -1)
    exps = np.exp(moved - moved.max(-1)[..., None])
    return np.swapaxes(exps / exps.sum(-1)[..., None], axis, -1)


@right("03.3")
def _(weights):
    return [-math.fsum(p * math.log(p) for p in map(float, row) if p) for row in weights]


@right("03.3")
def _(weights):
    with np.errstate(divide="ignore", invalid="ignore"):
        return -np.nansum(weights * np.log(weights), axis=-1)


@right("03.3")
def _(weights):
    return np.log(1 / np.prod(np.where(weights > 0, weights, 1.0) ** weights, axis=1))


@right("03.3")
def _(weights):
    logs = np.log2(weights, out=np.zeros(weights.shape), where=weights > 0)
    return -np.einsum("nm,nm->n", weights, logs) * math.log(2)


@right("03.4")
def _(scores, target):
    def at(T):
        w = softmax(np.asarray(scores, dtype=float) / T)
        return w, np.prod(np.where(w > 0, w, 1) ** -w)

    low, high = 0.001, 1000.0
    for _ in itertools.repeat(None, 80):
        mid = 0.5 * (low + high)
        low, high = (mid, high) if at(mid)[1] < target else (low, mid)
    return mid, at(mid)[0]


@right("03.4")
def halve(scores, target, low=1e-3, high=1e3, left=60):
    middle = (low + high) / 2
    weights = softmax(scores / middle)
    if not left:
        return [middle, weights]
    some = weights[weights > 0]
    small = -np.sum(some * np.log(some)) < np.log(target)
    return halve(scores, target, *((middle, high) if small else (low, middle)), left - 1)


@right("03.a")
def _(scores, temperature):
    exps = [math.exp(s / temperature) for s in scores]
    return [e / sum(exps) for e in exps]


@right("03.b")
def _(row):
    return [math.exp(x - log_sum_exp(row)) for x in row]


@right("03.b")
def _(row):
    return 1 / np.exp(np.subtract.outer(row, row)).sum(axis=0)


@right("03.c")
def _(weights):
    return np.diag(weights) - np.outer(weights, weights)


@right("03.c")
def _(weights):
    return [
        [a * (1 - a) if j == k else -a * b for k, b in enumerate(weights)]
        for j, a in enumerate(weights)
    ]


# ---- 04 ----
@right("04.1")
def _(queries, keys):
    return np.hstack((queries, keys)), np.vstack((queries, keys))


@right("04.1")
def _(queries, keys):
    return [np.array([[*q, *k] for q, k in zip(queries, keys)]), np.array([*queries, *keys])]


@right("04.1")
def _(queries, keys):
    return np.c_[queries, keys], np.r_[queries, keys]


@right("04.3")
def _(queries, keys, w, b):
    n, m = len(queries), len(keys)
    scores = np.zeros((n, m))
    for i, j in np.ndindex(n, m):
        scores[i, j] = np.dot([*queries[i], *keys[j], abs(i - j)], w) + b
    return softmax(scores)


@right("04.3")
def _(queries, keys, w, b):
    # neither the query's part nor b is needed: both are the same along a row
    d_q = queries.shape[1]
    far = np.abs(np.subtract.outer(np.arange(len(queries)), np.arange(len(keys))))
    return softmax(keys @ w[d_q:-1] + w[-1] * far)


@right("04.3")
def _(queries, keys, w, b):
    w_q, w_k, (w_d,) = np.split(w, [queries.shape[1], queries.shape[1] + keys.shape[1]])
    i, j = np.ogrid[: len(queries), : len(keys)]
    return softmax((queries @ w_q)[:, None] + keys @ w_k + w_d * abs(i - j) + b)


@right("04.5")
def _(word, state, W, b, m):
    return softmax((np.r_[word, state] @ W + b)[:m])


@right("04.5")
def _(word, state, W, b, m):
    scores = word @ W[: word.size, :m] + state @ W[word.size :, :m] + b[:m]
    return np.exp(scores - np.logaddexp.reduce(scores))


@right("04.5")
def _(word, state, W, b, m):
    scores = np.concatenate((word, state)) @ W + b
    return softmax(np.where(np.arange(len(b)) < m, scores, -np.inf))[:m]


@right("04.6")
def _(rule, queries, keys):
    rng = np.random.default_rng()
    before = np.array(rule(queries, keys))

    def moves(*other):
        return not np.allclose(rule(*other), before, rtol=1e-5, atol=1e-6)

    draws = range(12)
    return (
        any(moves(rng.normal(0, 3, queries.shape), keys) for _ in draws),
        any(moves(queries, rng.normal(0, 3, keys.shape)) for _ in draws),
    )


@right("04.a")
def _(queries, keys, w, b):
    d = queries.shape[1]
    return np.add.outer(queries @ w[:d], keys @ w[d:]) + b


@right("04.a")
def _(queries, keys, w, b):
    return [[float(np.hstack([q, k]) @ w) + b for k in keys] for q in queries]


@right("04.b")
def _(keys, w_key):
    return [float(p) for p in softmax(np.inner(keys, w_key))]


# ---- 05 ----
@right("05.2")
def _(queries, keys, W_query, W_key, v):
    hidden = np.tanh((queries @ W_query)[:, np.newaxis] + keys @ W_key)
    return np.einsum("nma,a->nm", hidden, v)


@right("05.2")
def _(queries, keys, W_query, W_key, v):
    return [[float(v @ np.tanh(q @ W_query + k @ W_key)) for k in keys] for q in queries]


@right("05.2")
def _(queries, keys, W_query, W_key, v):
    q, k = (np.exp(2 * (x @ W)).astype(float) for x, W in ((queries, W_query), (keys, W_key)))
    product = q[:, None] * k[None]  # tanh(a + b) = 1 − 2 / (exp 2a · exp 2b + 1)
    return (1 - 2 / (product + 1)) @ v


@right("05.3")
def _(W, query_size):
    return tuple(np.split(W, [query_size]))


@right("05.3")
def _(W, query_size):
    return [W[:query_size].copy(), np.delete(W, np.s_[:query_size], axis=0)]


@right("05.6")
def _(W_query, W_key, v):
    flip = np.diag(np.sign(v))
    return W_query @ flip, W_key @ flip, abs(v)


@right("05.6")
def _(W_query, W_key, v):
    W_query, W_key, v = W_query.copy(), W_key.copy(), v.copy()
    for h in np.flatnonzero(v < 0):
        W_query[:, h] *= -1
        W_key[:, h] *= -1
        v[h] *= -1
    return W_query, W_key, v


@right("05.a")
def _(query, key, W):
    return sum(math.tanh(float(np.r_[query, key] @ column)) for column in W.T)


@right("05.b")
def _(queries, keys, W_query, W_key):
    a, b = queries @ W_query, keys @ W_key
    return np.tanh([[x + y for y in b] for x in a])


@right("05.b")
def _(queries, keys, W_query, W_key):
    n, m = len(queries), len(keys)
    joined = np.concatenate([np.repeat(queries, m, 0), np.tile(keys, (n, 1))], axis=1)
    return np.tanh(joined @ np.vstack([W_query, W_key])).reshape(n, m, -1)


# ---- 06 ----
@right("06.2")
def _(queries, keys):
    return softmax(queries @ keys.T * queries.shape[1] ** -0.5)


@right("06.2")
def _(queries, keys):
    root = math.sqrt(math.sqrt(keys.shape[-1]))
    return softmax((queries / root) @ (keys / root).transpose())


@right("06.2")
def _(queries, keys):
    d = len(keys[0])
    return [softmax(np.array([q.dot(k) / d**0.5 for k in keys])) for q in queries]


@right("06.4")
def _(queries, keys, W):
    return np.einsum("ia,ab,jb", queries, W, keys)


@right("06.4")
def _(queries, keys, W):
    return np.linalg.multi_dot([queries, W, keys.T])


@right("06.4")
def _(queries, keys, W):
    return np.array([[q @ W @ k for q in queries] for k in keys]).T


@right("06.a")
def _(query, key, W):
    return sum(q * W[a, b] * k for a, q in enumerate(query) for b, k in enumerate(key))


@right("06.a")
def _(query, key, W):
    return np.sum(np.outer(query, key) * W)


@right("06.b")
def _(queries, keys):
    return np.einsum("rd,rmd->rm", queries, keys) / math.sqrt(queries.shape[1])


@right("06.b")
def _(queries, keys):
    return (keys @ queries[..., None])[..., 0] / np.sqrt(keys.shape[2])


# ---- 07 ----
@right("07.2")
def _(x, W, W_value):
    found = attend(x @ W, x @ W, x @ W_value, mask=np.eye(len(x)) == 0)
    return found.context, found.weights


@right("07.2")
def _(x, W, W_value):
    z = x @ W
    s = z @ z.T / np.sqrt(z.shape[1])
    np.fill_diagonal(s, -np.inf)
    e = np.exp(s - s.max(axis=1, keepdims=True))
    a = e / e.sum(axis=1, keepdims=True)
    return a @ x @ W_value, a


@right("07.2")
def _(x, W, W_value):
    n, z, values = len(x), x @ W, x @ W_value
    weights = np.zeros((n, n))
    for i in range(n):
        others = [j for j in range(n) if j != i]
        scores = [float(z[i] @ z[j]) / z.shape[1] ** 0.5 for j in others]
        weights[i, others] = [math.exp(s - log_sum_exp(scores)) for s in scores]
    return weights @ values, weights


@right("07.3")
def _(function, x):
    rng, n = np.random.default_rng(5), len(x)
    plain = np.asarray(function(x))
    orders = itertools.islice(itertools.permutations(range(n)), 24) if n < 5 else ()
    drawn = (rng.permutation(n) for _ in range(30))
    return all(
        np.allclose(function(x[list(order)]), plain[list(order)], atol=1e-6)
        for order in itertools.chain(orders, drawn)
    )


@right("07.3")
def _(function, x):
    # row 0 of each shuffle: whoever comes first gets what it got before
    rng, before = np.random.default_rng(0), np.asarray(function(x))
    orders = [rng.permutation(len(x)) for _ in range(20)]
    return all(np.allclose(function(x[order])[0], before[order[0]]) for order in orders)


@right("07.4")
def _(n):
    t = 2 * math.pi / n
    return [[10 * math.cos(t), 10 * math.sin(t)], [-10 * math.sin(t), 10 * math.cos(t)]], np.eye(2)


@right("07.4")
def _(n):
    turn = np.exp(2j * np.pi / n)
    rows = [[c.real, c.imag] for c in (10 * turn, 10j * turn)]
    return np.array(rows), np.identity(2)


@right("07.a")
def _(x, W_query, W_key, W_value):
    q, k, v = (x @ W for W in (W_query, W_key, W_value))
    e = np.exp((s := q @ k.T / k.shape[1] ** 0.5) - s.max(1)[:, None])
    return e @ v / e.sum(1)[:, None]


@right("07.b")
def _(letters, places):
    Q, K = (np.zeros((letters + places, places)) for _ in "QK")
    for p in range(places):
        K[letters + p, p] = 1
        Q[letters + p, (p + 1) % places] = 10
    return Q, K


# ---- 08 ----
@right("08.2")
def _(x, y, W_query, W_key, W_value, W_output, heads):
    q, k, v = (
        np.stack(np.split(a @ W, heads, axis=1))
        for a, W in ((x, W_query), (y, W_key), (y, W_value))
    )
    a = softmax(np.einsum("hnd,hmd->hnm", q, k) / np.sqrt(k.shape[-1]))
    return np.concatenate(list(a @ v), axis=1) @ W_output


@right("08.2")
def _(x, y, W_query, W_key, W_value, W_output, heads):
    split = functools.partial(np.array_split, indices_or_sections=heads, axis=1)
    out = 0
    for W_q, W_k, W_v, W_o in zip(
        *map(split, (W_query, W_key, W_value)), np.array_split(W_output, heads)
    ):
        out = out + attend(x @ W_q, y @ W_k, y @ W_v).context @ W_o
    return out


@right("08.3")
def _(d_in, d_k, d_v, d_out):
    return d_in * (2 * d_k + d_v) + d_v * d_out


@right("08.3")
def _(*sizes):
    d_in, d_k, d_v, d_out = sizes
    shapes = [(d_in, d_k)] * 2 + [(d_in, d_v), (d_v, d_out)]
    return sum(itertools.starmap(operator.mul, shapes))


@right("08.4")
def _(queries, keys):
    return np.array([softmax(q @ k.T / k.shape[1] ** 0.5) for q, k in zip(queries, keys)])


@right("08.4")
def _(queries, keys):
    scores = np.einsum("hid,hjd->hij", queries, keys) / math.sqrt(queries.shape[2])
    return np.exp(scores - np.logaddexp.reduce(scores, axis=2)[:, :, None])


@right("08.5")
def _(y, query, W_key, W_value):
    return softmax(y @ (W_key @ query)) @ y @ W_value


@right("08.5")
def _(y, query, W_key, W_value):
    scores = [float(query @ (word @ W_key)) for word in y]
    whole = log_sum_exp(scores)
    return sum(math.exp(s - whole) * (word @ W_value) for s, word in zip(scores, y))


@right("08.a")
def _(x, y, W_query, W_key, W_value, W_output):
    scores = np.einsum("na,ad,mb,bd->nm", x, W_query, y, W_key, optimize=True)
    return softmax(scores / np.sqrt(W_key.shape[1])) @ y @ (W_value @ W_output)


@right("08.b")
def _(array, heads):
    return np.array(np.hsplit(array, heads))


@right("08.b")
def _(array, heads):
    n, d = array.shape
    return np.einsum("nhk->hnk", array.reshape((n, heads, d // heads)))


# ---- 09 ----
@right("09.2")
def _(written, wanted, lengths):
    shares = []
    for length in lengths:
        hit = total = 0
        for said, asked in zip(written.tolist(), wanted.tolist()):
            symbols = [s for s in asked if s > 2]
            if len(symbols) == length:
                hit += sum(map(operator.eq, said, symbols))
                total += length
        shares.append(hit / total)
    return shares


@right("09.2")
def _(written, wanted, lengths):
    real = wanted >= 3
    same = (written == wanted) & real
    of = defaultdict(list)
    for k, row, mask in zip(real.sum(1), same, real):
        of[int(k)].extend(row[mask])
    return np.array([np.mean(of[int(k)]) for k in lengths])


@right("09.5")
def _(source, lengths):
    out = source.copy()
    for row, k in zip(out, lengths):
        row[:k] = row[:k][::-1].copy()
    return out


@right("09.5")
def _(source, lengths):
    t = np.arange(source.shape[1])[None]
    at = np.where(t < lengths[:, None], lengths[:, None] - 1 - t, t)
    return np.take_along_axis(source, at, axis=1)


@right("09.5")
def _(source, lengths):
    return [
        [*reversed(row[:k]), *row[k:]]
        for row, k in zip(source.tolist(), np.asarray(lengths).tolist())
    ]


@right("09.a")
def _(x, h, W, U, b):
    d = len(h)
    a, c = x @ W + b, h @ U
    r, z = 1 / (1 + np.exp(-(a[: 2 * d] + c[: 2 * d]))).reshape(2, d)
    n = np.tanh(a[2 * d :] + r * c[2 * d :])
    return n + z * (h - n)


@right("09.b")
def _(vectors, step, d):
    states = itertools.accumulate(vectors, lambda h, x: step(x, h), initial=np.zeros(d))
    return list(states)[1:]


@right("09.b")
def _(vectors, step, d):
    states = np.zeros((len(vectors) + 1, d))
    for t, x in enumerate(vectors):
        states[t + 1] = step(x, states[t])
    return states[1:]


@right("09.c")
def _(c, embed, step, readout, room):
    def symbols():
        state, symbol = c, START
        for _ in range(room):
            state = step(embed(symbol), state)
            yield (symbol := np.argmax(readout(state, c)))
            if symbol == END:
                return

    return list(symbols())


# ---- 10 ----
@right("10.2")
def _(state, states, mask):
    scores = np.einsum("bd,bmd->bm", state, states)
    weights = softmax(scores, mask=mask)
    return np.einsum("bm,bmd->bd", weights, states), weights


@right("10.2")
def _(state, states, mask):
    context, weights = np.zeros(state.shape), np.zeros(mask.shape)
    for b, (s, hs, seen) in enumerate(zip(state, states, mask)):
        real = np.flatnonzero(seen)
        weights[b, real] = softmax(hs[real] @ s)
        context[b] = weights[b] @ hs
    return context, weights


@right("10.2")
def _(state, states, mask):
    scores = np.where(mask, np.squeeze(states @ state[:, :, None], -1), -np.inf)
    weights = np.exp(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))
    return (weights[:, None] @ states)[:, 0], weights


@right("10.5")
def _(weights):
    *steps, _end = weights
    coverage = [math.fsum(column) for column in zip(*steps)]
    return coverage, coverage.index(min(coverage))


@right("10.5")
def _(weights):
    c = np.delete(weights, -1, axis=0).sum(axis=0)
    return c, np.flatnonzero(c == c.min())[0]


@right("10.a")
def _(state, states):
    scores = [float(np.vdot(h, state)) for h in states]
    weights = np.array([math.exp(s - log_sum_exp(scores)) for s in scores])
    return (weights[:, None] * states).sum(0), weights


@right("10.b")
def _(start, states, embed, step, readout, attend, room):
    ids, rows, state = [], [], start
    for _ in range(room):
        state = step(embed(ids[-1] if ids else START), state)
        context, row = attend(state, states)
        rows.append(row)
        ids.append(int(np.argmax(readout(state, context))))
        if ids[-1] == END:
            break
    return ids, np.array(rows)


# ---- 11 ----
@right("11.1")
def _(n, m, d):
    return math.prod((n, m, d))


@right("11.2")
def _(n, m, d):
    return n * m / (3 * d * (n + m))


@right("11.2")
def _(n, m, d):
    return float(Fraction(2 * n * m * d, 6 * d**2 * (n + m)))


@right("11.a")
def _(n, m, d):
    return np.array([6 * m * d, 6 * n * d, n * m, n * m]) * d


@right("11.b")
def _(scores, values, block):
    whole = -np.inf
    mixed = np.zeros(values.shape[1])
    for at in range(0, len(scores), block):
        part, v = scores[at : at + block], values[at : at + block]
        one = np.logaddexp.reduce(part)
        new = np.logaddexp(whole, one)
        mixed = np.exp(whole - new) * mixed + np.exp(part - new) @ v
        whole = new
    return mixed


# ---- 12 ----
@right("12.1")
def _(n):
    return [[j <= i for j in range(n)] for i in range(n)]


@right("12.1")
def _(n):
    return np.greater_equal.outer(np.arange(n), np.arange(n))


@right("12.1")
def _(n):
    return ~np.triu(np.ones((n, n), bool), k=1)


@right("12.2")
def _(scores, mask):
    weights = np.zeros(scores.shape)
    for row, (s, seen) in zip(weights, zip(scores, mask)):
        if seen.any():
            row[seen] = softmax(s[seen])
    return weights


@right("12.2")
def _(scores, mask):
    hidden = np.ma.array(scores, mask=~mask)
    exps = np.ma.exp(hidden - hidden.max(axis=-1, keepdims=True))
    return (exps / exps.sum(axis=-1, keepdims=True)).filled(0)


@right("12.2")
def _(scores, mask):
    s = np.where(mask, scores, -np.inf)
    whole = np.logaddexp.reduce(s, axis=-1, keepdims=True)
    return np.exp(s - np.where(np.isneginf(whole), 0, whole))


@right("12.2")
def _(scores, mask):
    top = np.max(scores, axis=-1, keepdims=True, where=mask, initial=-np.inf)
    top = np.nan_to_num(top, neginf=0.0)
    exps = np.exp(scores - top, where=mask, out=np.zeros(scores.shape))
    return exps / np.maximum(exps.sum(-1, keepdims=True), 1e-300)


@right("12.3")
def _(lengths, m):
    return [[[j < length for j in range(m)]] for length in lengths]


@right("12.3")
def _(lengths, m):
    return np.less.outer(np.arange(m), lengths).T[:, None, :]


@right("12.4")
def _(scores, mask, d_weights):
    out = np.zeros(scores.shape)
    for i, j in itertools.product(*map(range, scores.shape)):
        if mask[i, j]:
            seen = mask[i]
            w = softmax(scores[i][seen])
            mean = float(w @ d_weights[i][seen])
            out[i, j] = w[int(seen[:j].sum())] * (d_weights[i, j] - mean)
    return out


@right("12.4")
def _(scores, mask, d_weights):
    w = softmax(scores, mask=mask)
    jacobian = np.einsum("ij,jk->ijk", w, np.eye(w.shape[1])) - w[:, :, None] * w[:, None]
    return np.einsum("ijk,ik->ij", jacobian, d_weights)


@right("12.5")
def _(function, x):
    base, rng = np.array(function(x.copy())), np.random.default_rng(1)
    for t in range(1, len(x)):
        for size in (0.5, 5.0, 50.0):
            other = np.concatenate([x[:t], x[t:] + rng.normal(0, size, x[t:].shape)])
            if not np.allclose(function(other)[:t], base[:t], rtol=1e-5, atol=1e-7):
                return False
    return True


@right("12.a")
def _(scores, mask, values):
    return np.array(softmax(np.compress(mask, scores)) @ np.compress(mask, values, axis=0))


@right("12.b")
def _(n, window):
    return np.tri(n, dtype=bool) & ~np.tri(n, k=-window, dtype=bool)


@right("12.b")
def _(n, window):
    return [[i - window < j <= i for j in range(n)] for i in range(n)]


@right("12.c")
def _(sentence):
    n = len(sentence)
    mask = np.zeros((n, n), dtype=bool)
    for i in range(n):
        mask[i, : i + 1] = sentence[: i + 1] == sentence[i]
    return mask


# ---- 13 ----
@right("13.2")
def _(x, y, W_query, W_key, W_value):
    Q, K, V = x @ W_query, y @ W_key, y @ W_value
    A = softmax(np.einsum("ik,jk->ij", Q, K) / np.sqrt(Q.shape[1]))
    return np.einsum("ij,jv->iv", A, V), A


@right("13.2")
def _(x, y, W_query, W_key, W_value):
    return attend(queries=x @ W_query, keys=y @ W_key, values=y @ W_value)[:2]


@right("13.3")
def _(n, m):
    return np.tile(np.repeat([False, True], [n, m]), (n + m, 1))


@right("13.3")
def _(n, m):
    return [[column >= n for column in range(n + m)] for _ in range(n + m)]


@right("13.4")
def _(words, tiles, W_query, W_key):
    chosen, share = [], []
    for word in words:
        scores = [float((word @ W_query) @ (tile @ W_key)) for tile in tiles]
        weights = softmax(np.array(scores))
        chosen.append(int(np.argmax(weights)))
        share.append(weights[chosen[-1]])
    return chosen, share


@right("13.4")
def _(words, tiles, W_query, W_key):
    A = softmax((words @ W_query) @ (tiles @ W_key).T)
    best = A.argmax(axis=1)
    return best, np.take_along_axis(A, best[:, None], axis=1).ravel()


@right("13.5")
def _(sizes):
    return np.multiply.outer(sizes, sizes)


@right("13.5")
def _(sizes):
    return [[int(a) * int(b) for b in sizes] for a in sizes]


@right("13.a")
def _(words, scans, W):
    A = np.array([softmax(scans @ (W.T @ word)) for word in words])
    return A.dot(scans), A


@right("13.b")
def _(words, patches, W_words, W_patches, tags):
    return [*(words @ W_words + tags[0]), *(patches @ W_patches + tags[1])]


@right("13.b")
def _(words, patches, W_words, W_patches, tags):
    kind = np.repeat([0, 1], [len(words), len(patches)])
    return np.vstack((words @ W_words, patches @ W_patches)) + tags[kind]


@right("13.c")
def _(n, m):
    at = np.arange(n + m)
    return ~((at[:, None] < n) & (at < n))


# ---- 14 ----
@right("14.2")
def _(weights):
    coverage = functools.reduce(operator.add, weights)
    return coverage, max(range(len(coverage)), key=lambda j: (coverage[j], -j))


@right("14.2")
def _(weights):
    return (c := np.ones(len(weights)) @ weights), c.argmax()


@right("14.4")
def _(tags):
    return np.cumsum([tag in "BS" for tag in tags]) - 1


@right("14.4")
def _(tags):
    return [sum(map(tags[: k + 1].count, "BS")) - 1 for k in range(len(tags))]


@right("14.4")
def _(tags):
    numbers, word = [], 0
    for tag in tags:
        numbers.append(word)
        word += tag in ("E", "S")
    return numbers


@right("14.6")
def _(weights):
    kept = weights.copy()
    kept[np.arange(len(kept)), kept.argmax(1)] = 0
    total = kept.sum(axis=1, keepdims=True)
    return np.divide(kept, total, out=np.zeros(kept.shape), where=total > 0)


@right("14.6")
def _(weights):
    rows = []
    for row in weights.astype(float).tolist():
        row[row.index(max(row))] = 0.0
        total = sum(row)
        rows.append([w / total if total else 0.0 for w in row])
    return rows


@right("14.a")
def _(scores, steps, penalty):
    rows = deque()
    while len(rows) < steps:
        rows.append(softmax(scores - penalty * sum(rows, np.zeros(len(scores)))))
    return list(rows)


@right("14.b")
def _(p, written, weights, ids):
    copied = np.bincount(ids, weights=weights, minlength=len(written))
    return p * written + (1 - p) * copied


@right("14.b")
def _(p, written, weights, ids):
    copied = Counter()
    for word, weight in zip(ids, weights):
        copied[int(word)] += float(weight)
    return [p * w + (1 - p) * copied[k] for k, w in enumerate(written)]


@right("14.c")
def _(weights):
    out = np.zeros_like(weights)
    np.put_along_axis(out, weights.argmax(-1)[..., None], 1, axis=-1)
    return out


@right("14.c")
def _(weights):
    return np.arange(weights.shape[2]) == np.argmax(weights, axis=2, keepdims=True)


# ---- reviews ----
@right("R1.12")
def _(queries, keys, W_query, W_key, v):
    return np.tanh(np.add.outer(queries @ W_query, keys @ W_key).diagonal(0, 1, 3)) @ v


@right("R1.12")
def _(queries, keys, W_query, W_key, v):
    return [[np.tanh(q @ W_query + k @ W_key).dot(v) for k in keys] for q in queries]


@right("R2.12")
def _(states, lengths):
    return np.array([s[:k].mean(axis=0) for s, k in zip(states, lengths)])


@right("R2.12")
def _(states, lengths):
    real = np.arange(states.shape[1]) < np.expand_dims(lengths, 1)
    return np.einsum("bmd,bm->bd", states, real / lengths[:, None])


@right("R2.12")
def _(states, lengths):
    return np.cumsum(states, axis=1)[np.arange(len(lengths)), lengths - 1] / lengths[:, None]


@right("R3.12")
def _(lengths, n):
    return [[[j <= i and j < k for j in range(n)] for i in range(n)] for k in lengths]


@right("R3.12")
def _(lengths, n):
    at = np.arange(n)
    return at[None, None, :] < np.minimum(at[None, :, None] + 1, lengths[:, None, None])
