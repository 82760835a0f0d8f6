"""Wrong answers as learners give them, written from the questions alone: the classic slips.

Each is one slip in code that is otherwise fine; the name of the function says which.
"""

# ruff: noqa: B905, RUF007, RUF059 (learners write no strict, no pairwise, no _r)

import numpy as np

from course_utils.attention import attend, softmax
from course_utils.tasks.marks import END, START

WRONG = []  # (id of the exercise, answer)


def wrong(*ids):
    """Keep a wrong answer to one exercise or more: a decorator."""

    def keep(answer):
        WRONG.extend((id, answer) for id in ids)
        return answer

    return keep


def plain(scores, axis=-1):
    """Softmax without the shift: right for scores of a usual size."""
    exps = np.exp(scores)
    return exps / exps.sum(axis=axis, keepdims=True)


# ---- 00 ----
@wrong("00.3")
def sums_of_columns(A):
    return A.sum(axis=0)


@wrong("00.3")
def sum_of_all_in_every_row(A):
    return np.full(len(A), A.sum())


@wrong("00.3")
def sums_keep_their_axis(A):
    return A.sum(axis=1, keepdims=True)


@wrong("00.3")
def means_of_rows(A):
    return A.mean(axis=1)


@wrong("00.3")
def sizes_of_rows(A):
    return np.abs(A).sum(axis=1)


@wrong("00.3")
def divides_by_the_sums(A):
    return (A / A.sum(1, keepdims=True)).sum(1)


@wrong("00.3")
def three_columns_only(A):
    return A[:, 0] + A[:, 1] + A[:, 2]


@wrong("00.3")
def sums_in_whole_numbers(A):
    return A.astype(int).sum(1)


@wrong("00.3")
def all_but_the_last(A):
    return np.array([sum(A[i, j] for j in range(A.shape[1] - 1)) for i in range(len(A))])


@wrong("00.a")
def looks_down_the_columns(weights):
    return weights.argmax(axis=0)


@wrong("00.a")
def largest_weight_not_its_place(weights):
    return weights.max(axis=1)


@wrong("00.a")
def counted_from_one(weights):
    return weights.argmax(1) + 1


@wrong("00.a")
def place_above_one_half(weights):
    return np.array([int(np.argmax(row > 0.5)) for row in weights])


@wrong("00.a")
def the_diagonal(weights):
    return np.minimum(np.arange(len(weights)), weights.shape[1] - 1)


@wrong("00.b")
def over_all_characters(places, own):
    return (places == own).mean()


@wrong("00.b")
def counts_hits(places, own):
    return (places[own >= 0] == own[own >= 0]).sum()


@wrong("00.b")
def in_percent(places, own):
    has = own >= 0
    return 100 * (places[has] == own[has]).mean()


@wrong("00.b")
def word_0_left_out(places, own):
    has = own > 0
    return (places[has] == own[has]).mean() if has.any() else 0.0


@wrong("00.b")
def share_of_misses(places, own):
    has = own != -1
    return np.mean(places[has] != own[has])


@wrong("00.b")
def within_one_place(places, own):
    has = own >= 0
    return np.mean(np.abs(places - own)[has] <= 1)


# ---- 01 ----
@wrong("01.1")
def the_smallest_score(query, keys, values):
    return values[(keys @ query).argmin()]


@wrong("01.1")
def the_key_not_the_value(query, keys, values):
    return keys[(keys @ query).argmax()]


@wrong("01.1")
def the_place(query, keys, values):
    return (keys @ query).argmax()


@wrong("01.1")
def nearest_key(query, keys, values):
    return values[((keys - query) ** 2).sum(1).argmin()]


@wrong("01.1")
def largest_in_size(query, keys, values):
    return values[np.abs(keys @ query).argmax()]


@wrong("01.1")
def scored_by_values(query, keys, values):
    d = min(len(query), values.shape[1])
    return values[(values[:, :d] @ query[:d]).argmax()]


@wrong("01.1")
def starts_at_zero(query, keys, values):
    best, found = 0, values[0]
    for key, value in zip(keys, values, strict=True):
        if key @ query > best:
            best, found = key @ query, value
    return found


@wrong("01.1")
def first_number_of_the_query_only(query, keys, values):
    return values[(keys[:, 0] * query[0]).argmax()]


@wrong("01.1", "01.2")
def soft_in_place_of_hard(query, keys, values):
    return softmax(keys @ query / 0.5) @ values


@wrong("01.2")
def scaled(query, keys, values):
    return softmax(keys @ query / np.sqrt(len(query))) @ values


@wrong("01.2")
def no_softmax(query, keys, values):
    return keys @ query @ values


@wrong("01.2")
def divided_by_the_sum(query, keys, values):
    s = keys @ query
    return s / s.sum() @ values


@wrong("01.2")
def mixes_keys(query, keys, values):
    return softmax(keys @ query) @ keys


@wrong("01.2")
def naive_exp(query, keys, values):
    return plain(keys @ query) @ values


@wrong("01.2")
def sum_of_values_not_mixed(query, keys, values):
    return (softmax(keys @ query)[:, None] * values).max(0)


@wrong("01.4")
def without_abs(lookup, query, keys, values_1, values_2):
    (a, b), (c, d) = lookup(query, keys, values_1), lookup(query, keys, values_2)
    return (c - a).max(), (d - b).max()


@wrong("01.4")
def answer_first(lookup, query, keys, values_1, values_2):
    (a, b), (c, d) = lookup(query, keys, values_1), lookup(query, keys, values_2)
    return abs(d - b).max(), abs(c - a).max()


@wrong("01.4")
def weights_never_change(lookup, query, keys, values_1, values_2):
    b, d = lookup(query, keys, values_1)[1], lookup(query, keys, values_2)[1]
    return 0.0, abs(d - b).max()


@wrong("01.4")
def abs_of_the_largest(lookup, query, keys, values_1, values_2):
    (a, b), (c, d) = lookup(query, keys, values_1), lookup(query, keys, values_2)
    return abs((c - a).max()), abs((d - b).max())


@wrong("01.4")
def change_of_the_largest(lookup, query, keys, values_1, values_2):
    (a, b), (c, d) = lookup(query, keys, values_1), lookup(query, keys, values_2)
    return abs(c.max() - a.max()), abs(d.max() - b.max())


@wrong("01.4")
def summed_changes(lookup, query, keys, values_1, values_2):
    (a, b), (c, d) = lookup(query, keys, values_1), lookup(query, keys, values_2)
    return abs(c - a).sum(), abs(d - b).sum()


@wrong("01.4")
def contents_compared(lookup, query, keys, values_1, values_2):
    (a, _), (c, _) = lookup(query, keys, values_1), lookup(query, keys, values_2)
    return abs(c - a).max(), abs(values_1 - values_2).max()


@wrong("01.4")
def own_soft_lookup(lookup, query, keys, values_1, values_2):
    w = softmax(keys @ query)
    return 0.0, abs(w @ values_1 - w @ values_2).max()


@wrong("01.a")
def zip_stops_early(query, key):
    return sum(q * k for q, k in zip(query[1:], key[1:], strict=True))


@wrong("01.a")
def sums_first(query, key):
    return sum(query) * sum(key)


@wrong("01.a")
def adds_in_place_of_times(query, key):
    return sum(q + k for q, k in zip(query, key, strict=True))


@wrong("01.b")
def transposed_mix(weights, values):
    return [sum(w * v for w, v in zip(weights, row, strict=False)) for row in values]


@wrong("01.b")
def weights_not_used(weights, values):
    return np.mean(values, axis=0)


@wrong("01.b")
def first_kind_only(weights, values):
    return [sum(w * v for w, v in zip(weights, values[:, 0], strict=True))] * values.shape[1]


# ---- 02 ----
@wrong("02.3")
def softmax_over_queries(queries, keys, values):
    A = softmax(queries @ keys.T, axis=0)
    return A @ values, A


@wrong("02.3")
def scaled_by_root_d(queries, keys, values):
    A = softmax(queries @ keys.T / queries.shape[1] ** 0.5)
    return A @ values, A


@wrong("02.3")
def scores_for_weights(queries, keys, values):
    S = queries @ keys.T
    return softmax(S) @ values, S


@wrong("02.3")
def weights_first(queries, keys, values):
    A = softmax(queries @ keys.T)
    return A, A @ values


@wrong("02.3")
def context_of_scores(queries, keys, values):
    S = queries @ keys.T
    return S @ values, softmax(S)


@wrong("02.3")
def keys_mixed(queries, keys, values):
    A = softmax(queries @ keys.T)
    return A @ keys, A


@wrong("02.3")
def einsum_letters_swapped(queries, keys, values):
    A = softmax(np.einsum("nd,md->mn", queries, keys))
    return np.einsum("mn,mv->nv", A, values), A.T


@wrong("02.3")
def one_array_back(queries, keys, values):
    return softmax(queries @ keys.T) @ values


@wrong("02.3")
def softmax_twice(queries, keys, values):
    A = softmax(softmax(queries @ keys.T))
    return A @ values, A


@wrong("02.3")
def no_keepdims(queries, keys, values):
    e = np.exp(queries @ keys.T)
    A = e / e.sum(1)
    return A @ values, A


@wrong("02.3")
def normalised_over_all(queries, keys, values):
    e = np.exp(queries @ keys.T)
    A = e / e.sum()
    return A @ values, A


@wrong("02.3")
def float16_on_the_way(queries, keys, values):
    A = softmax((queries @ keys.T).astype(np.float16))
    return A @ values, A


KEPT = {}


@wrong("02.3")
def first_result_kept(queries, keys, values):
    shape = queries.shape, keys.shape, values.shape
    if shape not in KEPT:
        A = softmax(queries @ keys.T)
        KEPT[shape] = A @ values, A
    return KEPT[shape]


@wrong("02.3")
def rows_grow_in_a_default(queries, keys, values, rows=[]):  # noqa: B006
    for q in queries:
        rows.append(softmax(keys @ q))
    A = np.array(rows[: len(queries)])
    return A @ values, A


@wrong("02.4", "02.3")
def rounded(queries, keys, values=None):
    A = softmax(queries @ keys.T).round(3)
    return A if values is None else (A @ values, A)


@wrong("02.4")
def softmax_of_all_pairs(queries, keys):
    s = np.array([q @ k for q in queries for k in keys])
    return softmax(s).reshape(len(queries), len(keys))


@wrong("02.4")
def reshaped_the_wrong_way(queries, keys):
    s = np.array([q @ k for k in keys for q in queries])
    return softmax(s.reshape(len(queries), len(keys)))


@wrong("02.4")
def divided_by_row_sums(queries, keys):
    s = queries @ keys.T
    return s / s.sum(axis=1, keepdims=True)


@wrong("02.4")
def weights_transposed(queries, keys):
    return softmax(keys @ queries.T)


@wrong("02.4")
def axis_0_of_the_column(queries, keys):
    s = np.array([[q @ k] for q in queries for k in keys])
    return softmax(s, axis=0).reshape(len(queries), -1)


@wrong("02.5")
def softmax_over_the_batch(queries, keys, values):
    A = softmax(queries @ keys.swapaxes(1, 2), axis=0)
    return A @ values, A


@wrong("02.5")
def full_transpose(queries, keys, values):
    A = softmax(queries @ keys.T)
    return A @ values, A


@wrong("02.5")
def softmax_over_queries_of_a_batch(queries, keys, values):
    A = softmax(np.einsum("bnd,bmd->bnm", queries, keys), axis=1)
    return A @ values, A


@wrong("02.5")
def first_sentence_for_all(queries, keys, values):
    A = softmax(queries @ keys[0].T)
    return A @ values[0], A


@wrong("02.5")
def all_sentences_summed(queries, keys, values):
    A = softmax(np.einsum("bnd,bmd->nm", queries, keys))
    A = np.repeat(A[None], len(queries), 0)
    return A @ values, A


@wrong("02.5")
def reshaped_in_place_of_transposed(queries, keys, values):
    B, m, d = keys.shape
    A = softmax(queries @ keys.reshape(B, d, m))
    return A @ values, A


@wrong("02.b")
def sum_of_all_exps(queries, keys, values):
    e = np.exp(queries @ keys.T)
    A = e / e.sum()
    return A @ values, A


@wrong("02.b")
def context_overwritten(queries, keys, values):
    A = plain(queries @ keys.T)
    context = np.zeros((len(queries), values.shape[1]))
    for i in range(len(queries)):
        for j in range(len(keys)):
            context[i] = A[i, j] * values[j]
    return context, A


@wrong("02.b")
def weights_without_exp(queries, keys, values):
    s = queries @ keys.T
    A = s / s.sum(1, keepdims=True)
    return A @ values, A


@wrong("02.c")
def axis_not_used(scores, axis=-1):
    return softmax(scores, axis=-1)


@wrong("02.c")
def largest_of_all(scores, axis=-1):
    e = np.exp(scores - scores.max())
    return e / e.sum(axis=axis, keepdims=True)


@wrong("02.c", "03.2")
def shift_by_the_smallest(scores, axis=-1):
    e = np.exp(scores - scores.min(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


@wrong("02.c", "03.2")
def shift_by_the_mean(scores, axis=-1):
    e = np.exp(scores - scores.mean(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


@wrong("02.c", "03.2")
def shift_by_the_last_axis(scores, axis=-1):
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


@wrong("02.c", "03.2")
def shift_by_the_size(scores, axis=-1):
    e = np.exp(scores - np.abs(scores).max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


# ---- 03 ----
@wrong("03.1")
def times_temperature(scores, temperature):
    return softmax(scores * temperature)


@wrong("03.1")
def divided_after_softmax(scores, temperature):
    return softmax(scores) / temperature


@wrong("03.1")
def power_not_normalised(scores, temperature):
    return softmax(scores) ** (1 / temperature)


@wrong("03.1")
def columns_softened(scores, temperature):
    return softmax(scores / temperature, axis=0)


@wrong("03.1")
def whole_division(scores, temperature):
    return softmax(scores // temperature)


@wrong("03.1")
def naive_dial(scores, temperature):
    return plain(scores / temperature)


@wrong("03.1")
def root_of_temperature(scores, temperature):
    return softmax(scores / np.sqrt(temperature))


@wrong("03.2")
def clipped(scores, axis):
    e = np.exp(np.clip(scores, -700, 700))
    return e / e.sum(axis=axis, keepdims=True)


@wrong("03.2")
def in_place(scores, axis):
    scores -= scores.max(axis=axis, keepdims=True)
    e = np.exp(scores)
    return e / e.sum(axis=axis, keepdims=True)


@wrong("03.2")
def little_added_below(scores, axis):
    e = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return e / (e.sum(axis=axis, keepdims=True) + 1e-3)


@wrong("03.2")
def nan_to_num_at_the_end(scores, axis):
    e = np.exp(scores)
    return np.nan_to_num(e / e.sum(axis=axis, keepdims=True))


@wrong("03.2")
def infinite_scores_set_to_minus_100(scores, axis):
    s = np.where(np.isinf(scores), -100, scores)
    e = np.exp(s - s.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


@wrong("03.2")
def largest_of_the_whole_array(scores, axis):
    e = np.exp(scores - scores.max())
    return e / e.sum(axis=axis, keepdims=True)


@wrong("03.2")
def two_axes_only(scores, axis):
    if scores.ndim > 2:
        axis = -1
    return softmax(scores, axis=axis)


@wrong("03.2")
def largest_at_least_0(scores, axis):
    e = np.exp(scores - scores.max(axis=axis, keepdims=True, initial=0))
    return e / e.sum(axis=axis, keepdims=True)


@wrong("03.3")
def bits(weights):
    return -np.where(weights > 0, weights * np.log2(np.where(weights > 0, weights, 1)), 0).sum(1)


@wrong("03.3")
def nan_for_zero(weights):
    return -(weights * np.log(weights)).sum(axis=1)


@wrong("03.3")
def tiny_added(weights):
    return -(weights * np.log(weights + 1e-4)).sum(axis=1)


@wrong("03.3")
def sign_forgotten(weights):
    return (weights * np.log(np.where(weights > 0, weights, 1))).sum(1)


@wrong("03.3")
def perplexity(weights):
    return np.exp(-(weights * np.log(np.where(weights > 0, weights, 1))).sum(1))


@wrong("03.3")
def columns_entropy(weights):
    return -(weights * np.log(np.where(weights > 0, weights, 1))).sum(0)


@wrong("03.3")
def mean_of_terms(weights):
    return -(weights * np.log(np.where(weights > 0, weights, 1))).mean(1)


@wrong("03.3")
def rows_with_a_zero_are_0(weights):
    return np.nan_to_num(-(weights * np.log(weights)).sum(axis=1))


@wrong("03.3")
def log_of_the_sum(weights):
    return -np.log((weights**2).sum(axis=1))


def halving(scores, target, steps=60, larger=True, entropy=False, low=0.001, high=1000.0):
    """Halve as 03.4 says; the switches make its slips."""
    for _ in range(steps):
        middle = (low + high) / 2
        w = softmax(scores / middle)
        H = -(w * np.log(np.where(w > 0, w, 1))).sum()
        if ((H if entropy else np.exp(H)) < target) == larger:
            low = middle
        else:
            high = middle
    return middle, softmax(scores / middle)


@wrong("03.4")
def halves_the_wrong_way(scores, target):
    return halving(scores, target, larger=False)


@wrong("03.4")
def ten_halvings(scores, target):
    return halving(scores, target, steps=10)


@wrong("03.4")
def entropy_for_perplexity(scores, target):
    return halving(scores, target, entropy=True)


@wrong("03.4")
def weights_at_temperature_1(scores, target):
    return halving(scores, target)[0], softmax(scores)


@wrong("03.4")
def weights_first_then_temperature(scores, target):
    return halving(scores, target)[::-1]


@wrong("03.4")
def begins_at_1(scores, target):
    return halving(scores, target, low=1.0)


@wrong("03.4")
def ends_at_10(scores, target):
    return halving(scores, target, high=10.0)


@wrong("03.4")
def inverse_temperature(scores, target):
    T, w = halving(scores, target)
    return 1 / T, w


@wrong("03.a")
def subtracts_the_temperature(scores, temperature):
    e = np.exp(np.asarray(scores) - temperature)
    return e / e.sum()


@wrong("03.a")
def exp_then_divide(scores, temperature):
    e = np.exp(scores) / temperature
    return e / e.sum()


@wrong("03.b")
def safe_by_100(row):
    e = np.exp(row - 100)
    return e / e.sum()


@wrong("03.b")
def safe_by_the_mean(row):
    e = np.exp(row - np.mean(row))
    return e / e.sum()


@wrong("03.b")
def safe_by_the_last(row):
    e = np.exp(row - row[-1])
    return e / e.sum()


@wrong("03.c")
def diagonal_only(weights):
    return np.diag(weights * (1 - weights))


@wrong("03.c")
def sign_of_the_others(weights):
    return np.outer(weights, weights) - np.diag(weights**2) + np.diag(weights * (1 - weights))


@wrong("03.c")
def diagonal_without_its_square(weights):
    return np.diag(weights) - np.outer(weights, weights) + np.diag(weights**2)


# ---- 04 ----
@wrong("04.1")
def the_two_swapped(queries, keys):
    return np.concatenate([queries, keys]), np.concatenate([queries, keys], axis=1)


@wrong("04.1")
def keys_first(queries, keys):
    return np.concatenate([keys, queries], axis=1), np.concatenate([keys, queries])


@wrong("04.1")
def stacked(queries, keys):
    return np.concatenate([queries, keys], axis=1), np.stack([queries, keys])


@wrong("04.1")
def rows_taken_in_turns(queries, keys):
    both = np.stack([queries, keys], axis=1)
    return np.concatenate([queries, keys], axis=1), both.reshape(-1, queries.shape[1])


def distance_rule(queries, keys, w, b, far=None, axis=-1, last=1.0):
    """Write rule 1 with a distance; the arguments make its slips."""
    d = queries.shape[1]
    i, j = np.ogrid[: len(queries), : len(keys)]
    far = abs(i - j) if far is None else far(i, j)
    s = (queries @ w[:d])[:, None] + keys @ w[d:-1] + last * w[-1] * far + b
    return softmax(s, axis=axis)


@wrong("04.3")
def distance_with_a_sign(queries, keys, w, b):
    return distance_rule(queries, keys, w, b, lambda i, j: i - j)


@wrong("04.3")
def distance_the_other_way(queries, keys, w, b):
    return distance_rule(queries, keys, w, b, lambda i, j: j - i)


@wrong("04.3")
def distance_left_out(queries, keys, w, b):
    return distance_rule(queries, keys, w, b, last=0.0)


@wrong("04.3")
def distance_squared(queries, keys, w, b):
    return distance_rule(queries, keys, w, b, lambda i, j: (i - j) ** 2)


@wrong("04.3")
def over_the_queries(queries, keys, w, b):
    return distance_rule(queries, keys, w, b, axis=0)


@wrong("04.3")
def distance_first(queries, keys, w, b):
    d = queries.shape[1]
    far = np.abs(np.subtract.outer(np.arange(len(queries)), np.arange(len(keys))))
    return softmax(w[0] * far + keys @ w[d + 1 :])


@wrong("04.3")
def keys_left_out(queries, keys, w, b):
    far = np.abs(np.subtract.outer(np.arange(len(queries)), np.arange(len(keys))))
    return softmax(w[-1] * far)


@wrong("04.3")
def scores_in_place_of_weights(queries, keys, w, b):
    d = queries.shape[1]
    far = np.abs(np.subtract.outer(np.arange(len(queries)), np.arange(len(keys))))
    return (queries @ w[:d])[:, None] + keys @ w[d:-1] + w[-1] * far + b


@wrong("04.3")
def distance_at_most_3(queries, keys, w, b):
    return distance_rule(queries, keys, w, b, lambda i, j: np.minimum(abs(i - j), 3))


@wrong("04.5")
def cut_after_softmax(word, state, W, b, m):
    return softmax(np.r_[word, state] @ W + b)[:m]


@wrong("04.5")
def cut_and_naive(word, state, W, b, m):
    return plain((np.r_[word, state] @ W + b)[:m])


@wrong("04.5")
def state_first(word, state, W, b, m):
    return softmax((np.r_[state, word] @ W + b)[:m])


@wrong("04.5")
def no_bias(word, state, W, b, m):
    return softmax((np.r_[word, state] @ W)[:m])


@wrong("04.5")
def renormalised_after_softmax(word, state, W, b, m):
    w = softmax(np.r_[word, state] @ W + b)[:m]
    return w / w.sum()


@wrong("04.5")
def the_last_m(word, state, W, b, m):
    return softmax((np.r_[word, state] @ W + b)[-m:])


@wrong("04.5")
def padding_gets_0(word, state, W, b, m):
    s = np.r_[word, state] @ W + b
    s[m:] = 0
    return softmax(s)[:m]


@wrong("04.5")
def padding_gets_minus_100(word, state, W, b, m):
    s = np.r_[word, state] @ W + b
    s[m:] = -100
    return softmax(s)[:m]


@wrong("04.5")
def one_more(word, state, W, b, m):
    return softmax((np.r_[word, state] @ W + b)[: m + 1])[:m]


def differs(a, b):
    return not np.allclose(a, b)


@wrong("04.6")
def first_row_only(rule, queries, keys):
    base = rule(queries, keys)
    return (
        differs(rule(queries + 1, keys)[0], base[0]),
        differs(rule(queries, np.random.default_rng(0).normal(size=keys.shape))[0], base[0]),
    )


@wrong("04.6")
def constant_added(rule, queries, keys):
    base = rule(queries, keys)
    return differs(rule(queries + 1, keys), base), differs(rule(queries, keys + 1), base)


@wrong("04.6")
def queries_differ_from_each_other(rule, queries, keys):
    base = rule(queries, keys)
    return differs(base[0], base[1]), differs(base[:, 0], base[:, 1])


@wrong("04.6")
def keys_first_in_the_answer(rule, queries, keys):
    base, rng = rule(queries, keys), np.random.default_rng(0)
    return (
        differs(rule(queries, rng.normal(size=keys.shape)), base),
        differs(rule(rng.normal(size=queries.shape), keys), base),
    )


@wrong("04.6")
def equal_to_the_last_digit(rule, queries, keys):
    base, rng = rule(queries, keys), np.random.default_rng(0)
    return (
        bool((rule(rng.normal(size=queries.shape), keys) != base).any()),
        bool((rule(queries, rng.normal(size=keys.shape)) != base).any()),
    )


@wrong("04.6")
def doubled(rule, queries, keys):
    base = rule(queries, keys)
    return differs(rule(queries * 2, keys), base), differs(rule(queries, keys * 2), base)


@wrong("04.6")
def sums_compared(rule, queries, keys):
    base, rng = rule(queries, keys), np.random.default_rng(0)
    return (
        differs(rule(rng.normal(size=queries.shape), keys).sum(), base.sum()),
        differs(rule(queries, rng.normal(size=keys.shape)).sum(0), base.sum(0)),
    )


@wrong("04.6")
def argmax_compared(rule, queries, keys):
    base, rng = rule(queries, keys), np.random.default_rng(0)
    return (
        differs(rule(rng.normal(size=queries.shape), keys).argmax(1), base.argmax(1)),
        differs(rule(queries, rng.normal(size=keys.shape)).argmax(1), base.argmax(1)),
    )


@wrong("04.6")
def input_changed_in_place(rule, queries, keys):
    base = rule(queries, keys)
    queries += 1
    first = differs(rule(queries, keys), base)
    base = rule(queries, keys)
    keys[0] += 1
    return first, differs(rule(queries, keys), base)


@wrong("04.6")
def first_feature_moved(rule, queries, keys):
    base = rule(queries, keys)
    q, k = queries.copy(), keys.copy()
    q[:, 0] += 3 * np.arange(len(q))
    k[:, 0] += 3 * np.arange(len(k))
    return differs(rule(q, keys), base), differs(rule(queries, k), base)


@wrong("04.6")
def last_row_moved(rule, queries, keys):
    base = rule(queries, keys)
    q, k = queries.copy(), keys.copy()
    q[-1] += np.random.default_rng(0).normal(size=q.shape[1])
    k[-1] += np.random.default_rng(1).normal(size=k.shape[1])
    return differs(rule(q, keys), base), differs(rule(queries, k), base)


@wrong("04.a")
def bias_dropped(queries, keys, w, b):
    d = queries.shape[1]
    return np.add.outer(queries @ w[:d], keys @ w[d:])


@wrong("04.a")
def w_cut_in_the_middle(queries, keys, w, b):
    d = len(w) // 2
    return np.add.outer(queries[:, :d] @ w[: queries.shape[1]][:d], keys @ w[-keys.shape[1] :]) + b


@wrong("04.a")
def key_before_query(queries, keys, w, b):
    d = keys.shape[1]
    return np.add.outer(queries @ w[d:], keys @ w[:d]) + b


@wrong("04.b")
def scores_not_weights(keys, w_key):
    return keys @ w_key


@wrong("04.b")
def all_alike(keys, w_key):
    return np.full(len(keys), 1 / len(keys))


# ---- 05 ----
def hidden_of(queries, keys, W_query, W_key):
    return (queries @ W_query)[:, None] + (keys @ W_key)[None]


@wrong("05.2", "R1.12")
def tanh_left_out(queries, keys, W_query, W_key, v):
    return hidden_of(queries, keys, W_query, W_key) @ v


@wrong("05.2", "R1.12")
def v_left_out(queries, keys, W_query, W_key, v):
    return np.tanh(hidden_of(queries, keys, W_query, W_key)).sum(-1)


@wrong("05.2", "R1.12")
def softmax_added(queries, keys, W_query, W_key, v):
    return softmax(np.tanh(hidden_of(queries, keys, W_query, W_key)) @ v)


@wrong("05.2", "R1.12")
def tanh_twice(queries, keys, W_query, W_key, v):
    return np.tanh(np.tanh(hidden_of(queries, keys, W_query, W_key)) @ v)


@wrong("05.2", "R1.12")
def tanh_of_each_part(queries, keys, W_query, W_key, v):
    return np.add.outer(np.tanh(queries @ W_query) @ v, np.tanh(keys @ W_key) @ v)


@wrong("05.2", "R1.12")
def sigmoid_for_tanh(queries, keys, W_query, W_key, v):
    return 1 / (1 + np.exp(-hidden_of(queries, keys, W_query, W_key))) @ v


@wrong("05.2", "R1.12")
def parts_multiplied(queries, keys, W_query, W_key, v):
    return np.tanh((queries @ W_query)[:, None] * (keys @ W_key)[None]) @ v


@wrong("05.2", "R1.12")
def scores_transposed(queries, keys, W_query, W_key, v):
    return (np.tanh(hidden_of(queries, keys, W_query, W_key)) @ v).T


@wrong("05.2")
def axes_swapped(queries, keys, W_query, W_key, v):
    return np.tanh((queries @ W_query)[None] + (keys @ W_key)[:, None]) @ v


@wrong("05.2")
def v_inside_tanh(queries, keys, W_query, W_key, v):
    return np.tanh(hidden_of(queries, keys, W_query, W_key) * v).sum(-1)


@wrong("05.2")
def divided_by_root_d_a(queries, keys, W_query, W_key, v):
    return np.tanh(hidden_of(queries, keys, W_query, W_key)) @ v / np.sqrt(len(v))


@wrong("05.3")
def cut_in_the_middle(W, query_size):
    return W[: len(W) // 2], W[len(W) // 2 :]


@wrong("05.3")
def cut_by_columns(W, query_size):
    return W[:, :query_size], W[:, query_size:]


@wrong("05.3")
def key_part_first(W, query_size):
    return W[query_size:], W[:query_size]


@wrong("05.3")
def one_row_off(W, query_size):
    return W[: query_size + 1], W[query_size + 1 :]


@wrong("05.3")
def key_part_from_the_end(W, query_size):
    return W[:query_size], W[-query_size:]


@wrong("05.6")
def abs_of_v_only(W_query, W_key, v):
    return W_query, W_key, abs(v)


@wrong("05.6")
def query_side_only(W_query, W_key, v):
    return W_query * np.sign(v), W_key, abs(v)


@wrong("05.6")
def rows_turned(W_query, W_key, v):
    s = np.sign(v)
    return W_query * np.resize(s, len(W_query))[:, None], W_key * s, abs(v)


@wrong("05.6")
def sizes_moved_in(W_query, W_key, v):
    return W_query * v, W_key * v, np.ones_like(v)


@wrong("05.6")
def everything_turned(W_query, W_key, v):
    return (-W_query, -W_key, -v) if (v < 0).any() else (W_query, W_key, v)


@wrong("05.6")
def turned_in_place(W_query, W_key, v):
    W_query *= np.sign(v)
    W_key *= np.sign(v)
    return W_query, W_key, abs(v)


@wrong("05.6")
def sign_and_v_kept(W_query, W_key, v):
    return W_query * np.sign(v), W_key * np.sign(v), v


@wrong("05.6")
def hidden_features_in_another_order(W_query, W_key, v):
    order = np.argsort(v)
    s = np.sign(v[order])
    return W_query[:, order] * s, W_key[:, order] * s, np.abs(v)[order]


@wrong("05.a")
def not_bent(query, key, W):
    return (np.r_[query, key] @ W).sum()


@wrong("05.a")
def summed_then_bent(query, key, W):
    return np.tanh((np.r_[query, key] @ W).sum())


@wrong("05.a")
def key_joined_first(query, key, W):
    return np.tanh(np.r_[key, query] @ W).sum()


@wrong("05.b")
def block_not_bent(queries, keys, W_query, W_key):
    return hidden_of(queries, keys, W_query, W_key)


@wrong("05.b")
def block_turned(queries, keys, W_query, W_key):
    return np.tanh((keys @ W_key)[:, None] + (queries @ W_query)[None])


@wrong("05.b")
def each_bent_alone(queries, keys, W_query, W_key):
    return np.tanh(queries @ W_query)[:, None] + np.tanh(keys @ W_key)[None]


# ---- 06 ----
@wrong("06.2")
def divided_by_d(queries, keys):
    return softmax(queries @ keys.T / queries.shape[1])


@wrong("06.2")
def scaled_after_softmax(queries, keys):
    return softmax(queries @ keys.T) / np.sqrt(queries.shape[1])


@wrong("06.2")
def root_of_the_keys(queries, keys):
    return softmax(queries @ keys.T / np.sqrt(len(keys)))


@wrong("06.2")
def root_of_the_queries(queries, keys):
    return softmax(queries @ keys.T / np.sqrt(len(queries)))


@wrong("06.2")
def times_root_d(queries, keys):
    return softmax(queries @ keys.T * np.sqrt(queries.shape[1]))


@wrong("06.2")
def cosine(queries, keys):
    q = queries / np.linalg.norm(queries, axis=1, keepdims=True)
    k = keys / np.linalg.norm(keys, axis=1, keepdims=True)
    return softmax(q @ k.T)


@wrong("06.2")
def scaled_scores_only(queries, keys):
    return queries @ keys.T / np.sqrt(queries.shape[1])


@wrong("06.2")
def softmax_of_columns(queries, keys):
    return softmax(queries @ keys.T / np.sqrt(queries.shape[1]), axis=0)


@wrong("06.2")
def scaled_twice(queries, keys):
    r = np.sqrt(queries.shape[1])
    return softmax((queries / r) @ (keys / r).T)


@wrong("06.2")
def scaled_and_naive(queries, keys):
    return plain(queries @ keys.T / np.sqrt(queries.shape[1]))


@wrong("06.2")
def root_of_the_spread(queries, keys):
    s = queries @ keys.T
    return softmax(s / s.std())


@wrong("06.2")
def root_of_8(queries, keys):
    return softmax(queries @ keys.T / np.sqrt(8))


@wrong("06.4")
def general_and_scaled(queries, keys, W):
    return queries @ W @ keys.T / np.sqrt(W.shape[1])


@wrong("06.4")
def general_softmaxed(queries, keys, W):
    return softmax(queries @ W @ keys.T)


@wrong("06.4")
def general_transposed(queries, keys, W):
    return keys @ W.T @ queries.T


@wrong("06.4")
def W_on_both_sides(queries, keys, W):
    return (queries @ W) @ (keys @ W.T @ W).T


@wrong("06.4")
def diagonal_of_W(queries, keys, W):
    d = min(W.shape)
    return (queries[:, :d] * np.diag(W)) @ keys[:, :d].T


@wrong("06.4")
def W_made_symmetric(queries, keys, W):
    if W.shape[0] == W.shape[1]:
        W = (W + W.T) / 2
    return queries @ W @ keys.T


@wrong("06.a")
def general_of_the_transposed(query, key, W):
    return query @ W.T @ key if W.shape[0] == W.shape[1] else query @ W @ key


@wrong("06.b")
def all_pairs(queries, keys):
    return np.einsum("rd,smd->rm", queries, keys) / np.sqrt(queries.shape[1])


@wrong("06.b")
def batch_unscaled(queries, keys):
    return np.einsum("rd,rmd->rm", queries, keys)


@wrong("06.b")
def batch_divided_by_m(queries, keys):
    return np.einsum("rd,rmd->rm", queries, keys) / np.sqrt(keys.shape[1])


@wrong("06.b")
def batch_softmaxed(queries, keys):
    return softmax(np.einsum("rd,rmd->rm", queries, keys) / np.sqrt(queries.shape[1]))


# ---- 07 ----
def self_scores(x, W):
    z = x @ W
    return z @ z.T / np.sqrt(z.shape[1])


@wrong("07.2")
def mask_inverted(x, W, W_value):
    A = attend(x @ W, x @ W, x @ W_value, mask=np.eye(len(x), dtype=bool))
    return A.context, A.weights


@wrong("07.2")
def diagonal_after_softmax(x, W, W_value):
    A = softmax(self_scores(x, W)) * (1 - np.eye(len(x)))
    return A @ x @ W_value, A


@wrong("07.2")
def diagonal_renormalised(x, W, W_value):
    A = softmax(self_scores(x, W)) * (1 - np.eye(len(x)))
    A = A / A.sum(1, keepdims=True)
    return A @ x @ W_value, A


@wrong("07.2")
def diagonal_times_0(x, W, W_value):
    A = softmax(self_scores(x, W) * (1 - np.eye(len(x))))
    return A @ x @ W_value, A


@wrong("07.2")
def diagonal_minus_100(x, W, W_value):
    A = softmax(self_scores(x, W) - 100 * np.eye(len(x)))
    return A @ x @ W_value, A


@wrong("07.2")
def values_not_projected(x, W, W_value):
    A = attend(x @ W, x @ W, x, mask=~np.eye(len(x), dtype=bool))
    return A.context, A.weights


@wrong("07.2")
def no_mask(x, W, W_value):
    A = attend(x @ W, x @ W, x @ W_value)
    return A.context, A.weights


@wrong("07.2")
def causal_in_place_of_itself(x, W, W_value):
    A = attend(x @ W, x @ W, x @ W_value, mask=np.tri(len(x), dtype=bool))
    return A.context, A.weights


@wrong("07.2")
def scaled_by_root_of_d(x, W, W_value):
    s = (x @ W) @ (x @ W).T / np.sqrt(x.shape[1])
    np.fill_diagonal(s, -np.inf)
    A = softmax(s)
    return A @ x @ W_value, A


@wrong("07.2")
def minus_infinity_times_identity(x, W, W_value):
    with np.errstate(invalid="ignore"):
        A = softmax(self_scores(x, W) - np.inf * np.eye(len(x)))
    return A @ x @ W_value, A


@wrong("07.2")
def queries_not_projected(x, W, W_value):
    mask = ~np.eye(len(x), dtype=bool)
    A = attend(x @ W @ W.T, x, x @ W_value, mask=mask)
    return A.context, A.weights


def follows(function, x, order, **close):
    return np.allclose(function(x[order]), np.asarray(function(x))[order], **close)


@wrong("07.3")
def reversed_only(function, x):
    return follows(function, x, np.arange(len(x))[::-1])


@wrong("07.3")
def rolled_only(function, x):
    return follows(function, x, np.roll(np.arange(len(x)), 1))


@wrong("07.3")
def one_swap_only(function, x):
    order = np.arange(len(x))
    order[[0, 1]] = order[[1, 0]]
    return follows(function, x, order)


@wrong("07.3")
def last_two_swapped(function, x):
    order = np.arange(len(x))
    order[[-2, -1]] = order[[-1, -2]]
    return follows(function, x, order)


@wrong("07.3")
def does_not_change_at_all(function, x):
    order = np.random.default_rng(0).permutation(len(x))
    return np.allclose(function(x[order]), function(x))


@wrong("07.3")
def same_set_of_rows(function, x):
    order = np.random.default_rng(0).permutation(len(x))
    return np.allclose(np.sort(function(x[order]), axis=0), np.sort(function(x), axis=0))


@wrong("07.3")
def first_feature_only(function, x):
    rng = np.random.default_rng(0)
    orders = [rng.permutation(len(x)) for _ in range(20)]
    return all(np.allclose(function(x[o])[:, 0], function(x)[o][:, 0]) for o in orders)


@wrong("07.3")
def loose(function, x):
    rng = np.random.default_rng(0)
    return all(follows(function, x, rng.permutation(len(x)), atol=0.3) for _ in range(20))


@wrong("07.3")
def any_shuffle(function, x):
    rng = np.random.default_rng(0)
    return any(follows(function, x, rng.permutation(len(x))) for _ in range(20))


@wrong("07.3")
def columns_shuffled(function, x):
    order = np.random.default_rng(0).permutation(x.shape[1])
    return bool(np.allclose(function(x[:, order]), function(x)))


@wrong("07.3")
def always_true(function, x):
    return True


@wrong("07.3")
def order_the_wrong_way_round(function, x):
    rng = np.random.default_rng(0)
    orders = [rng.permutation(len(x)) for _ in range(20)]
    return all(np.allclose(np.asarray(function(x[o]))[o], function(x)) for o in orders)


@wrong("07.3")
def sums_of_rows_compared(function, x):
    rng = np.random.default_rng(0)
    orders = [rng.permutation(len(x)) for _ in range(20)]
    return all(np.allclose(function(x[o]).sum(1), function(x)[o].sum(1)) for o in orders)


@wrong("07.3")
def shuffled_in_place(function, x):
    base, order = function(x).copy(), np.random.default_rng(0).permutation(len(x))
    x[:] = x[order]
    return np.allclose(function(x), base[order])


@wrong("07.3")
def new_random_rows(function, x):
    rng = np.random.default_rng(0)
    z = rng.normal(size=x.shape)
    return follows(function, z, np.roll(np.arange(len(x)), 2))


def turn(n, steps=1, size=10.0, sign=1):
    a = 2 * np.pi * steps / n
    c, s = np.cos(a), np.sin(a)
    return size * np.array([[c, sign * s], [-sign * s, c]])


@wrong("07.4")
def looks_back(n):
    return turn(n, sign=-1), np.eye(2)


@wrong("07.4")
def looks_at_itself(n):
    return 10 * np.eye(2), np.eye(2)


@wrong("07.4")
def looks_two_ahead(n):
    return turn(n, 2), np.eye(2)


@wrong("07.4")
def degrees(n):
    a = 360 / n
    return 10 * np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]]), np.eye(2)


@wrong("07.4")
def not_times_10(n):
    return turn(n, size=1), np.eye(2)


@wrong("07.4")
def both_turned(n):
    return turn(n), turn(n, size=1)


@wrong("07.4")
def times_10_twice(n):
    return turn(n), 10 * np.eye(2)


@wrong("07.4")
def for_eight_places(n):
    return turn(8), np.eye(2)


@wrong("07.4")
def half_a_turn(n):
    return turn(2 * n), np.eye(2)


@wrong("07.4")
def key_first_of_two(n):
    return np.eye(2), turn(n)


@wrong("07.4")
def divisor_undone(n):
    return turn(n, size=10 * np.sqrt(2)), np.eye(2)


@wrong("07.a")
def output_of_x(x, W_query, W_key, W_value):
    return attend(x @ W_query, x @ W_key, x).context


@wrong("07.a")
def weights_given_back(x, W_query, W_key, W_value):
    return attend(x @ W_query, x @ W_key, x @ W_value)


@wrong("07.a")
def query_and_key_swapped(x, W_query, W_key, W_value):
    return attend(x @ W_key, x @ W_query, x @ W_value).context


@wrong("07.b")
def ring_left_open(letters, places):
    Q, K = np.zeros((2, letters + places, places))
    K[letters:] = np.eye(places)
    Q[letters:] = 10 * np.eye(places, k=1)
    return Q, K


@wrong("07.b")
def rolled_backwards(letters, places):
    Q, K = np.zeros((2, letters + places, places))
    K[letters:] = np.eye(places)
    Q[letters:] = 10 * np.roll(np.eye(places), -1, axis=1)
    return Q, K


# ---- 08 ----
def heads_of(a, heads):
    return a.reshape(len(a), heads, -1).swapaxes(0, 1)


def layer(x, y, Q, K, V, O, heads, cut=heads_of, root=None, back=None, axis=-1):  # noqa: E741
    """Write a layer with heads; the arguments make its slips."""
    q, k, v = (cut(a, heads) for a in (x @ Q, y @ K, y @ V))
    A = softmax(q @ k.swapaxes(1, 2) / (root or k.shape[-1] ** 0.5), axis=axis)
    mixed = (A @ v).swapaxes(0, 1).reshape(len(x), -1) if back is None else back(A @ v)
    return mixed @ O


@wrong("08.2")
def root_of_the_whole_width(x, y, W_query, W_key, W_value, W_output, heads):
    root = np.sqrt(W_key.shape[1])
    return layer(x, y, W_query, W_key, W_value, W_output, heads, root=root)


@wrong("08.2")
def root_of_the_value(x, y, W_query, W_key, W_value, W_output, heads):
    root = np.sqrt(W_value.shape[1] / heads)
    return layer(x, y, W_query, W_key, W_value, W_output, heads, root=root)


@wrong("08.2")
def root_of_d_over_heads(x, y, W_query, W_key, W_value, W_output, heads):
    root = np.sqrt(x.shape[1] / heads)
    return layer(x, y, W_query, W_key, W_value, W_output, heads, root=root)


@wrong("08.2")
def not_scaled(x, y, W_query, W_key, W_value, W_output, heads):
    return layer(x, y, W_query, W_key, W_value, W_output, heads, root=1.0)


@wrong("08.2")
def one_head(x, y, W_query, W_key, W_value, W_output, heads):
    return layer(x, y, W_query, W_key, W_value, W_output, 1)


@wrong("08.2")
def features_interleaved(x, y, W_query, W_key, W_value, W_output, heads):
    def cut(a, h):
        return np.stack([a[:, k::h] for k in range(h)])

    return layer(x, y, W_query, W_key, W_value, W_output, heads, cut=cut)


@wrong("08.2")
def cut_by_reshape_alone(x, y, W_query, W_key, W_value, W_output, heads):
    def cut(a, h):
        return a.reshape(h, len(a), -1)

    return layer(x, y, W_query, W_key, W_value, W_output, heads, cut=cut)


@wrong("08.2")
def joined_by_reshape_alone(x, y, W_query, W_key, W_value, W_output, heads):
    def back(c):
        return c.reshape(len(x), -1)

    return layer(x, y, W_query, W_key, W_value, W_output, heads, back=back)


@wrong("08.2")
def softmax_over_the_queries(x, y, W_query, W_key, W_value, W_output, heads):
    return layer(x, y, W_query, W_key, W_value, W_output, heads, axis=1)


@wrong("08.2")
def softmax_over_the_heads(x, y, W_query, W_key, W_value, W_output, heads):
    return layer(x, y, W_query, W_key, W_value, W_output, heads, axis=0)


@wrong("08.2")
def everything_from_x(x, y, W_query, W_key, W_value, W_output, heads):
    return layer(x, x, W_query, W_key, W_value, W_output, heads)


@wrong("08.2")
def asked_and_asking_swapped(x, y, W_query, W_key, W_value, W_output, heads):
    return layer(y, x, W_query, W_key, W_value, W_output, heads)


@wrong("08.2")
def output_matrix_left_out(x, y, W_query, W_key, W_value, W_output, heads):
    return layer(x, y, W_query, W_key, W_value, np.eye(len(W_output)), heads)


@wrong("08.2")
def mean_of_the_heads(x, y, W_query, W_key, W_value, W_output, heads):
    return layer(x, y, W_query, W_key, W_value, W_output, heads) / heads


@wrong("08.2")
def last_head_first(x, y, W_query, W_key, W_value, W_output, heads):
    def cut(a, h):
        return heads_of(a, h)[::-1]

    return layer(x, y, W_query, W_key, W_value, W_output, heads, cut=cut)


@wrong("08.2")
def matrices_of_q_and_k_swapped(x, y, W_query, W_key, W_value, W_output, heads):
    return layer(x, y, W_key, W_query, W_value, W_output, heads)


@wrong("08.3")
def no_output_matrix(d_in, d_k, d_v, d_out):
    return d_in * (2 * d_k + d_v)


@wrong("08.3")
def keys_counted_once(d_in, d_k, d_v, d_out):
    return d_in * (d_k + d_v) + d_v * d_out


@wrong("08.3")
def with_biases(d_in, d_k, d_v, d_out):
    return d_in * (2 * d_k + d_v) + d_v * d_out + 2 * d_k + d_v + d_out


@wrong("08.3")
def output_from_d_in(d_in, d_k, d_v, d_out):
    return d_in * (2 * d_k + d_v) + d_in * d_out


@wrong("08.3")
def widths_added(d_in, d_k, d_v, d_out):
    return 2 * (d_in + d_k) + d_in + d_v + d_v + d_out


@wrong("08.4")
def whole_transpose_of_heads(queries, keys):
    return softmax(queries @ keys.T / np.sqrt(keys.shape[-1]))


@wrong("08.4")
def axis_1_left(queries, keys):
    return softmax(queries @ keys.swapaxes(-1, -2) / np.sqrt(keys.shape[-1]), axis=1)


@wrong("08.4")
def scaled_by_the_heads(queries, keys):
    return softmax(queries @ keys.swapaxes(-1, -2) / np.sqrt(keys.shape[0]))


@wrong("08.4")
def not_scaled_any_more(queries, keys):
    return softmax(queries @ keys.swapaxes(-1, -2))


@wrong("08.4")
def scaled_by_m(queries, keys):
    return softmax(queries @ keys.swapaxes(-1, -2) / np.sqrt(keys.shape[-2]))


@wrong("08.4")
def softmax_over_heads(queries, keys):
    return softmax(queries @ keys.swapaxes(-1, -2) / np.sqrt(keys.shape[-1]), axis=0)


@wrong("08.4")
def moved_with_heads(queries, keys):
    s = np.einsum("hnd,hmd->nmh", queries, keys) / np.sqrt(keys.shape[-1])
    return softmax(s, axis=1)


@wrong("08.4")
def first_head_for_all(queries, keys):
    return softmax(queries @ keys[0].T / np.sqrt(keys.shape[-1]))


@wrong("08.5")
def pool_by_mean(y, query, W_key, W_value):
    return (y @ W_value).mean(0)


@wrong("08.5")
def pool_scaled(y, query, W_key, W_value):
    return softmax(y @ W_key @ query / np.sqrt(len(query))) @ (y @ W_value)


@wrong("08.5")
def pool_naive(y, query, W_key, W_value):
    return plain(y @ W_key @ query) @ (y @ W_value)


@wrong("08.5")
def pool_of_words(y, query, W_key, W_value):
    return softmax(y @ W_key @ query) @ y


@wrong("08.5")
def pool_without_softmax(y, query, W_key, W_value):
    return y @ W_key @ query @ (y @ W_value)


@wrong("08.5")
def pool_as_a_row(y, query, W_key, W_value):
    return softmax(query[None] @ (y @ W_key).T) @ (y @ W_value)


@wrong("08.5")
def pool_the_best(y, query, W_key, W_value):
    return (y @ W_value)[(y @ W_key @ query).argmax()]


@wrong("08.5")
def pool_with_abs(y, query, W_key, W_value):
    return softmax(np.abs(y @ W_key @ query)) @ (y @ W_value)


@wrong("08.5")
def pool_clipped(y, query, W_key, W_value):
    return plain(np.clip(y @ W_key @ query, -500, 500)) @ (y @ W_value)


@wrong("08.a")
def layer_without_output(x, y, W_query, W_key, W_value, W_output):
    return attend(x @ W_query, y @ W_key, y @ W_value).context


@wrong("08.a")
def layer_of_x(x, y, W_query, W_key, W_value, W_output):
    return attend(x @ W_query, x @ W_key, x @ W_value).context @ W_output


@wrong("08.a")
def layer_unscaled(x, y, W_query, W_key, W_value, W_output):
    return softmax(x @ W_query @ (y @ W_key).T) @ y @ W_value @ W_output


@wrong("08.b")
def heads_by_reshape(array, heads):
    return array.reshape(heads, len(array), -1)


@wrong("08.b")
def heads_interleaved(array, heads):
    return np.stack([array[:, k::heads] for k in range(heads)])


@wrong("08.b")
def heads_second(array, heads):
    return array.reshape(len(array), heads, -1)


# ---- 09 ----
@wrong("09.2")
def end_mark_counted(written, wanted, lengths):
    n = (wanted > 2).sum(1)
    return [(written[n == k, : k + 1] == wanted[n == k, : k + 1]).mean() for k in lengths]


@wrong("09.2")
def padding_counted(written, wanted, lengths):
    n = (wanted > 2).sum(1)
    return [(written[n == k] == wanted[n == k]).mean() for k in lengths]


@wrong("09.2")
def whole_rows_right(written, wanted, lengths):
    n = (wanted > 2).sum(1)
    return [(written[n == k, :k] == wanted[n == k, :k]).all(1).mean() for k in lengths]


@wrong("09.2")
def lengths_of_what_was_written(written, wanted, lengths):
    n = (written > 2).sum(1)
    return [
        (written[n == k, :k] == wanted[n == k, :k]).mean() if (n == k).any() else 0 for k in lengths
    ]


@wrong("09.2")
def lengths_with_the_end(written, wanted, lengths):
    n = (wanted > 0).sum(1)
    return [
        (written[n == k, :k] == wanted[n == k, :k]).mean() if (n == k).any() else 0 for k in lengths
    ]


@wrong("09.2")
def up_to_the_length(written, wanted, lengths):
    n = (wanted > 2).sum(1)
    real = wanted > 2
    return [(written == wanted)[(n <= k)[:, None] & real].mean() for k in lengths]


@wrong("09.2")
def only_where_both_have_symbols(written, wanted, lengths):
    n = (wanted > 2).sum(1)
    both = (wanted > 2) & (written > 2)
    return [
        (written == wanted)[(n == k)[:, None] & both].mean()
        if ((n == k)[:, None] & both).any()
        else 0.0
        for k in lengths
    ]


@wrong("09.2")
def sorted_lengths(written, wanted, lengths):
    n = (wanted > 2).sum(1)
    return [(written[n == k, :k] == wanted[n == k, :k]).mean() for k in sorted(lengths)]


@wrong("09.2")
def any_place(written, wanted, lengths):
    n = (wanted > 2).sum(1)
    return [
        np.mean([np.isin(w[:k], a[:k]).mean() for w, a in zip(wanted[n == k], written[n == k])])
        for k in lengths
    ]


@wrong("09.2")
def first_row_of_each_length(written, wanted, lengths):
    n = (wanted > 2).sum(1).tolist()
    return [(written[n.index(k), :k] == wanted[n.index(k), :k]).mean() for k in lengths]


@wrong("09.5")
def padding_turned_too(source, lengths):
    return source[:, ::-1]


@wrong("09.5")
def columns_turned(source, lengths):
    return source[::-1]


@wrong("09.5")
def turned_in_its_place(source, lengths):
    for row, k in zip(source, lengths, strict=True):
        row[:k] = row[:k][::-1].copy()
    return source


@wrong("09.5")
def turned_at_the_first_length(source, lengths):
    k = int(lengths[0])
    out = source.copy()
    out[:, :k] = source[:, :k][:, ::-1]
    return out


@wrong("09.5")
def sorted_down(source, lengths):
    return -np.sort(-source, axis=1)


@wrong("09.5")
def one_symbol_left(source, lengths):
    out = source.copy()
    for row, old, k in zip(out, source, lengths, strict=True):
        row[: k - 1] = old[: k - 1][::-1]
    return out


@wrong("09.5")
def padding_found_by_zero_rows(source, lengths):
    k = int((source > 0).any(0).sum())
    out = source.copy()
    out[:, :k] = source[:, :k][:, ::-1]
    return out


@wrong("09.5")
def rows_of_two_swapped(source, lengths):
    out = source.copy()
    at = np.arange(len(source))
    out[at, 0], out[at, lengths - 1] = source[at, lengths - 1], source[at, 0]
    return out


def sigmoid(a):
    return (1 + np.tanh(a / 2)) / 2


def gru(x, h, W, U, b, order="rzn", keep=True, outside=True):
    """Write a step of a GRU; the arguments make its slips."""
    X, H = dict(zip(order, np.split(x @ W + b, 3))), dict(zip(order, np.split(h @ U, 3)))
    r, z = sigmoid(X["r"] + H["r"]), sigmoid(X["z"] + H["z"])
    n = np.tanh(X["n"] + r * H["n"]) if outside else np.tanh(X["n"] + H["n"])
    return z * h + (1 - z) * n if keep else (1 - z) * h + z * n


@wrong("09.a")
def gates_swapped(x, h, W, U, b):
    return gru(x, h, W, U, b, order="zrn")


@wrong("09.a")
def update_the_other_way(x, h, W, U, b):
    return gru(x, h, W, U, b, keep=False)


@wrong("09.a")
def no_reset(x, h, W, U, b):
    return gru(x, h, W, U, b, outside=False)


@wrong("09.a")
def gru_without_bias(x, h, W, U, b):
    return gru(x, h, W, U, 0 * b)


@wrong("09.a")
def reset_before_U(x, h, W, U, b):
    d = len(h)
    r, z = np.split(sigmoid((x @ W + b + h @ U)[: 2 * d]), 2)
    n = np.tanh((x @ W + b)[2 * d :] + (r * h) @ U[:, 2 * d :])
    return z * h + (1 - z) * n


@wrong("09.a")
def candidate_only(x, h, W, U, b):
    d = len(h)
    return np.tanh((x @ W + b + h @ U)[2 * d :])


@wrong("09.a")
def candidate_by_sigmoid(x, h, W, U, b):
    r, z, n = np.split(sigmoid(x @ W + b + h @ U), 3)
    return z * h + (1 - z) * n


@wrong("09.b")
def starts_with_ones(vectors, step, d):
    h, states = np.ones(d), []
    for x in vectors:
        states.append(h := step(x, h))
    return states


@wrong("09.b")
def states_before_the_step(vectors, step, d):
    h, states = np.zeros(d), []
    for x in vectors:
        states.append(h)
        h = step(x, h)
    return states


@wrong("09.b")
def every_step_from_zeros(vectors, step, d):
    return [step(x, np.zeros(d)) for x in vectors]


@wrong("09.b")
def last_state_repeated(vectors, step, d):
    h = np.zeros(d)
    for x in vectors:
        h = step(x, h)
    return [h] * len(vectors)


@wrong("09.b")
def read_backwards(vectors, step, d):
    h, states = np.zeros(d), []
    for x in vectors[::-1]:
        states.append(h := step(x, h))
    return states


@wrong("09.b")
def last_left_out(vectors, step, d):
    h, states = np.zeros(d), []
    for x in vectors[:-1]:
        states.append(h := step(x, h))
    return states


def decode(c, embed, step, readout, room, *, end=True, state_from=None, read=lambda s, c: (s, c)):
    """Write the loop of a decoder; the arguments make its slips."""
    state, symbol, written = c if state_from is None else state_from, START, []
    while symbol != END and len(written) < room:
        state = step(embed(symbol), state)
        symbol = int(readout(*read(state, c)).argmax())
        if symbol != END or end:
            written.append(symbol)
    return written


@wrong("09.c")
def without_the_end(c, embed, step, readout, room):
    return decode(c, embed, step, readout, room, end=False)


@wrong("09.c")
def from_zeros(c, embed, step, readout, room):
    return decode(c, embed, step, readout, room, state_from=np.zeros_like(c))


@wrong("09.c")
def one_more_than_room(c, embed, step, readout, room):
    return decode(c, embed, step, readout, room + 1)


@wrong("09.c")
def reads_the_state_twice(c, embed, step, readout, room):
    return decode(c, embed, step, readout, room, read=lambda s, c: (s, s))


@wrong("09.c")
def always_reads_start(c, embed, step, readout, room):
    return decode(c, lambda s: embed(START), step, readout, room)


@wrong("09.c")
def state_stays_c(c, embed, step, readout, room):
    return decode(c, embed, lambda x, h: step(x, c), readout, room)


@wrong("09.c")
def writes_to_the_room(c, embed, step, readout, room):
    state, symbol, written = c, START, []
    for _ in range(room):
        state = step(embed(symbol), state)
        symbol = int(readout(state, c).argmax())
        written.append(symbol)
    return written


@wrong("09.c")
def start_written_too(c, embed, step, readout, room):
    return [START, *decode(c, embed, step, readout, room)][:room]


# ---- 10 ----
def looked(state, states, mask, s=None, weigh=None):
    s = np.einsum("bd,bmd->bm", state, states) if s is None else s
    w = softmax(s, mask=mask) if weigh is None else weigh(s)
    return np.einsum("bm,bmd->bd", w, states), w


@wrong("10.2")
def look_mask_inverted(state, states, mask):
    return looked(state, states, ~mask)


@wrong("10.2")
def look_mask_after(state, states, mask):
    return looked(state, states, mask, weigh=lambda s: softmax(s) * mask)


@wrong("10.2")
def look_renormalised(state, states, mask):
    def weigh(s):
        w = softmax(s) * mask
        return w / w.sum(1, keepdims=True)

    return looked(state, states, mask, weigh=weigh)


@wrong("10.2")
def look_scores_times_mask(state, states, mask):
    return looked(state, states, mask, weigh=lambda s: softmax(s * mask))


@wrong("10.2")
def look_minus_1000(state, states, mask):
    return looked(state, states, mask, weigh=lambda s: softmax(np.where(mask, s, -1000)))


@wrong("10.2")
def look_minus_1e9_added(state, states, mask):
    return looked(
        state, states, mask, weigh=lambda s: softmax(s.astype(np.float32) + (mask - 1.0) * 1e3)
    )


@wrong("10.2")
def look_scaled(state, states, mask):
    s = np.einsum("bd,bmd->bm", state, states) / np.sqrt(state.shape[1])
    return looked(state, states, mask, s)


@wrong("10.2")
def look_of_all_batches(state, states, mask):
    return looked(state, states, mask, np.einsum("bd,cmd->bm", state, states))


@wrong("10.2")
def look_first_mask(state, states, mask):
    return looked(state, states, np.repeat(mask[:1], len(mask), 0))


@wrong("10.2")
def look_over_the_batch(state, states, mask):
    return looked(state, states, mask, weigh=lambda s: softmax(s, axis=0, mask=mask))


@wrong("10.2")
def look_without_mask(state, states, mask):
    return looked(state, states, mask, weigh=softmax)


@wrong("10.2")
def look_context_with_an_axis(state, states, mask):
    w = looked(state, states, mask)[1]
    return w[:, None] @ states, w


@wrong("10.2")
def look_weights_first(state, states, mask):
    return looked(state, states, mask)[::-1]


@wrong("10.2")
def look_naive(state, states, mask):
    def weigh(s):
        e = np.exp(s) * mask
        return e / e.sum(1, keepdims=True)

    return looked(state, states, mask, weigh=weigh)


@wrong("10.2")
def look_shift_of_hidden(state, states, mask):
    def weigh(s):
        e = np.exp(s - s.max(1, keepdims=True)) * mask
        return e / np.maximum(e.sum(1, keepdims=True), 1e-300)

    return looked(state, states, mask, weigh=weigh)


@wrong("10.5")
def coverage_with_the_end(weights):
    c = weights.sum(0)
    return c, c.argmin()


@wrong("10.5")
def coverage_of_rows(weights):
    c = weights[:-1].sum(1)
    return c, c.argmin()


@wrong("10.5")
def the_most_covered(weights):
    c = weights[:-1].sum(0)
    return c, c.argmax()


@wrong("10.5")
def the_last_of_the_least(weights):
    c = weights[:-1].sum(0)
    return c, len(c) - 1 - c[::-1].argmin()


@wrong("10.5")
def mean_in_place_of_sum(weights):
    c = weights[:-1].mean(0)
    return c, c.argmin()


@wrong("10.5")
def last_column_left_out(weights):
    c = weights[:-1].sum(0)
    return c, c[:-1].argmin() if len(c) > 1 else 0


@wrong("10.5")
def place_from_one(weights):
    c = weights[:-1].sum(0)
    return c, c.argmin() + 1


@wrong("10.5")
def largest_of_each_word(weights):
    c = weights[:-1].max(0)
    return c, c.argmin()


@wrong("10.a")
def attend_scaled(state, states):
    w = softmax(states @ state / np.sqrt(len(state)))
    return w @ states, w


@wrong("10.a")
def attend_naive(state, states):
    w = plain(states @ state)
    return w @ states, w


@wrong("10.a")
def attend_swapped(state, states):
    w = softmax(states @ state)
    return w, w @ states


@wrong("10.a")
def attend_scores_back(state, states):
    s = states @ state
    return softmax(s) @ states, s


def write_with_a_look(start, states, embed, step, readout, attend, room, old=False, **slip):
    """Write while looking; the arguments make the slips."""
    state, symbol, ids, rows = start, START, [], []
    while symbol != END and len(ids) < room:
        before, state = state, step(embed(symbol), state)
        context, weights = attend(before if old else state, states)
        symbol = int(readout(slip.get("read", lambda s, b: s)(state, before), context).argmax())
        ids.append(symbol)
        rows.append(weights)
    return ids, rows


@wrong("10.b")
def context_from_the_old_state(*arguments):
    return write_with_a_look(*arguments, old=True)


@wrong("10.b")
def readout_of_the_old_state(*arguments):
    return write_with_a_look(*arguments, read=lambda s, b: b)


@wrong("10.b")
def end_left_out(*arguments):
    ids, rows = write_with_a_look(*arguments)
    return (ids[:-1], rows[:-1]) if ids[-1] == END else (ids, rows)


@wrong("10.b")
def looked_once(start, states, embed, step, readout, attend, room):
    once = attend(start, states)
    return write_with_a_look(start, states, embed, step, readout, lambda s, h: once, room)


@wrong("10.b")
def starts_from_the_last_state_of_all(start, states, embed, step, readout, attend, room):
    return write_with_a_look(states[0], states, embed, step, readout, attend, room)


# ---- 11 ----
@wrong("11.1")
def squares(n, m, d):
    return n * m * d**2


@wrong("11.1")
def multiplies_and_adds(n, m, d):
    return 2 * n * m * d


@wrong("11.1")
def one_less(n, m, d):
    return n * m * (d - 1)


@wrong("11.1")
def pairs_only(n, m, d):
    return n * m


@wrong("11.1")
def square_only(n, m, d):
    return n * n * d


@wrong("11.2")
def share_in_percent(n, m, d):
    return 100 * 2 * n * m * d / (6 * d**2 * (n + m))


@wrong("11.2")
def scores_only(n, m, d):
    return n * m * d / (6 * d**2 * (n + m))


@wrong("11.2")
def of_the_whole(n, m, d):
    a, g = 2 * n * m * d, 6 * d**2 * (n + m)
    return a / (a + g)


@wrong("11.2")
def encoder_only(n, m, d):
    return 2 * n * m * d / (6 * d**2 * m)


@wrong("11.2")
def whole_number_share(n, m, d):
    return 2 * n * m * d // (6 * d**2 * (n + m))


@wrong("11.2")
def n_times_m_steps(n, m, d):
    return 2 * n * m * d / (6 * d**2 * n * m)


@wrong("11.2")
def for_equal_lengths(n, m, d):
    return 2 * n * n * d / (6 * d**2 * 2 * n)


@wrong("11.2")
def parenthesis_forgotten(n, m, d):
    return 2 * n * m * d / 6 * d**2 * (n + m)


@wrong("11.a")
def encoder_and_decoder_swapped(n, m, d):
    return 6 * n * d**2, 6 * m * d**2, n * m * d, n * m * d


@wrong("11.a")
def mix_of_m(n, m, d):
    return 6 * m * d**2, 6 * n * d**2, n * m * d, m * d


@wrong("11.b")
def blocks_without_rescaling(scores, values, block):
    top, total, mixed = -np.inf, 0.0, 0.0
    for a in range(0, len(scores), block):
        top = max(top, scores[a : a + block].max())
        e = np.exp(scores[a : a + block] - top)
        total, mixed = total + e.sum(), mixed + e @ values[a : a + block]
    return mixed / total


@wrong("11.b")
def softmax_of_each_block(scores, values, block):
    parts = [
        softmax(scores[a : a + block]) @ values[a : a + block] for a in range(0, len(scores), block)
    ]
    return np.mean(parts, axis=0)


@wrong("11.b")
def rest_of_the_blocks_left_out(scores, values, block):
    whole = max(block, len(scores) // block * block)
    return softmax(scores[:whole]) @ values[:whole]


@wrong("11.b")
def blocks_naive(scores, values, block):
    e = np.exp(scores)
    return e @ values / e.sum()


@wrong("11.b")
def total_rescaled_only(scores, values, block):
    top, total, mixed = -np.inf, 0.0, 0.0
    for a in range(0, len(scores), block):
        new = max(top, scores[a : a + block].max())
        e = np.exp(scores[a : a + block] - new)
        total = total * np.exp(top - new) + e.sum()
        mixed, top = mixed + e @ values[a : a + block], new
    return mixed / total


@wrong("11.b")
def starts_at_0(scores, values, block):
    top, total, mixed = 0.0, 0.0, 0.0
    for a in range(0, len(scores), block):
        new = max(top, scores[a : a + block].max())
        e = np.exp(scores[a : a + block] - new)
        total = total * np.exp(top - new) + e.sum()
        mixed, top = mixed * np.exp(top - new) + e @ values[a : a + block], new
    return mixed / total


# ---- 12 ----
@wrong("12.1")
def strictly_before(n):
    return np.tri(n, k=-1, dtype=bool)


@wrong("12.1")
def upper(n):
    return np.triu(np.ones((n, n), dtype=bool))


@wrong("12.1")
def one_ahead(n):
    return np.tri(n, k=1, dtype=bool)


@wrong("12.1")
def as_scores(n):
    return np.where(np.tri(n, dtype=bool), 0, -np.inf)


@wrong("12.1")
def true_is_hidden(n):
    return ~np.tri(n, dtype=bool)


@wrong("12.1")
def itself_only(n):
    return np.eye(n, dtype=bool)


@wrong("12.1")
def itself_and_the_one_before(n):
    return np.tri(n, dtype=bool) & ~np.tri(n, k=-2, dtype=bool)


@wrong("12.2")
def masked_after(scores, mask):
    return softmax(scores) * mask


@wrong("12.2")
def masked_renormalised(scores, mask):
    w = softmax(scores) * mask
    return w / np.maximum(w.sum(1, keepdims=True), 1e-12)


@wrong("12.2")
def masked_by_minus_1e9(scores, mask):
    return softmax(np.where(mask, scores, -1e9))


@wrong("12.2")
def masked_by_minus_1000(scores, mask):
    return softmax(np.where(mask, scores, -1000.0)) * mask.any(1, keepdims=True)


@wrong("12.2")
def masked_by_product(scores, mask):
    return softmax(scores * mask) * mask.any(1, keepdims=True)


@wrong("12.2")
def masked_inverted(scores, mask):
    return softmax(scores, mask=~mask)


@wrong("12.2")
def masked_nan_to_num_naive(scores, mask):
    e = np.exp(scores) * mask
    return np.nan_to_num(e / e.sum(1, keepdims=True))


@wrong("12.2")
def masked_largest_over_all(scores, mask):
    e = np.exp(scores - scores.max(1, keepdims=True)) * mask
    total = e.sum(1, keepdims=True)
    return np.divide(e, total, out=np.zeros_like(e), where=total > 0)


@wrong("12.2")
def masked_minus_1e3_added(scores, mask):
    return softmax(scores - 1e3 * ~mask) * mask


@wrong("12.2")
def masked_columns(scores, mask):
    return softmax(scores, axis=0, mask=mask)


@wrong("12.2")
def masked_if_any_empty(scores, mask):
    if not mask.any(1).all():
        return np.zeros_like(scores)
    return softmax(scores, mask=mask)


@wrong("12.2")
def masked_first_row_for_all(scores, mask):
    return softmax(scores, mask=np.broadcast_to(mask[0], mask.shape))


@wrong("12.2")
def masked_with_epsilon(scores, mask):
    s = np.where(mask, scores, -np.inf)
    e = np.where(
        mask, np.exp(s - np.where(mask.any(1, keepdims=True), s.max(1, keepdims=True), 0)), 0
    )
    return e / (e.sum(1, keepdims=True) + 1e-3)


@wrong("12.2")
def masked_uniform_for_empty(scores, mask):
    w = softmax(scores, mask=mask)
    return np.where(mask.any(1, keepdims=True), w, 1 / scores.shape[1])


@wrong("12.2")
def masked_in_place(scores, mask):
    scores[~mask] = -np.inf
    return softmax(scores, mask=mask)


@wrong("12.2")
def masked_clipped(scores, mask):
    e = np.exp(np.clip(scores, -600, 600)) * mask
    return e / np.where(mask.any(1, keepdims=True), e.sum(1, keepdims=True), 1)


@wrong("12.3")
def padding_two_axes(lengths, m):
    return np.arange(m) < np.asarray(lengths)[:, None]


@wrong("12.3")
def padding_queries_hidden(lengths, m):
    return (np.arange(m) < np.asarray(lengths)[:, None])[:, :, None]


@wrong("12.3")
def padding_one_more(lengths, m):
    return (np.arange(m) <= np.asarray(lengths)[:, None])[:, None]


@wrong("12.3")
def padding_is_true(lengths, m):
    return (np.arange(m) >= np.asarray(lengths)[:, None])[:, None]


@wrong("12.3")
def padding_in_front(lengths, m):
    return (np.arange(m) >= m - np.asarray(lengths)[:, None])[:, None]


@wrong("12.3")
def padding_as_numbers(lengths, m):
    return (np.arange(m) < np.asarray(lengths)[:, None])[:, None] * 2.0


@wrong("12.3")
def padding_up_to_the_longest(lengths, m):
    return (np.arange(max(lengths)) < np.asarray(lengths)[:, None])[:, None]


@wrong("12.3")
def padding_counted_from_one(lengths, m):
    return (np.arange(1, m + 1) < np.asarray(lengths)[:, None])[:, None]


def gradient(scores, mask, d, w=None):
    w = softmax(scores, mask=mask) if w is None else w
    return w * (d - (w * d).sum(-1, keepdims=True))


@wrong("12.4")
def gradient_all_zero_if_one_is_empty(scores, mask, d_weights):
    if not mask.any(-1).all():
        return np.zeros_like(scores)
    return gradient(scores, mask, d_weights)


@wrong("12.4")
def gradient_without_the_mean(scores, mask, d_weights):
    return softmax(scores, mask=mask) * d_weights


@wrong("12.4")
def gradient_naive(scores, mask, d_weights):
    e = np.exp(scores) * mask
    return np.nan_to_num(gradient(scores, mask, d_weights, e / e.sum(-1, keepdims=True)))


@wrong("12.4")
def gradient_of_hidden_ones(scores, mask, d_weights):
    return gradient(scores, mask, d_weights, softmax(scores)) * mask


@wrong("12.4")
def gradient_by_minus_1e9(scores, mask, d_weights):
    return gradient(scores, mask, d_weights, softmax(np.where(mask, scores, -1e9)))


@wrong("12.4")
def gradient_of_the_weights(scores, mask, d_weights):
    return softmax(scores, mask=mask)


@wrong("12.4")
def gradient_mean_over_columns(scores, mask, d_weights):
    w = softmax(scores, mask=mask)
    return w * (d_weights - (w * d_weights).sum(0, keepdims=True))


@wrong("12.4")
def gradient_plain_mean(scores, mask, d_weights):
    w = softmax(scores, mask=mask)
    return w * (d_weights - d_weights.mean(-1, keepdims=True))


@wrong("12.4")
def gradient_diagonal(scores, mask, d_weights):
    w = softmax(scores, mask=mask)
    return w * (1 - w) * d_weights


@wrong("12.4")
def gradient_largest_over_hidden(scores, mask, d_weights):
    e = np.exp(scores - scores.max(-1, keepdims=True)) * mask
    return np.nan_to_num(gradient(scores, mask, d_weights, e / e.sum(-1, keepdims=True)))


def unmoved(function, x, t, change, **close):
    z = x.copy()
    change(z, t)
    return np.allclose(np.asarray(function(z))[:t], np.asarray(function(x))[:t], **close)


def shift_later(z, t):
    z[t:] += 1


@wrong("12.5")
def last_row_only(function, x):
    return unmoved(function, x, len(x) - 1, shift_later)


@wrong("12.5")
def first_future_only(function, x):
    return unmoved(function, x, 1, shift_later)


@wrong("12.5")
def only_the_next_changed(function, x):
    def one(z, t):
        z[t] += np.arange(1, z.shape[1] + 1)

    return all(unmoved(function, x, t, one, atol=0.1) for t in range(1, len(x)))


@wrong("12.5")
def off_by_one(function, x):
    base, rng = np.asarray(function(x)), np.random.default_rng(0)
    for t in range(1, len(x)):
        z = x.copy()
        z[t:] = rng.normal(size=z[t:].shape)
        if not np.allclose(function(z)[: t + 1], base[: t + 1]):
            return False
    return True


@wrong("12.5")
def cut_in_place_of_changed(function, x):
    base = np.asarray(function(x))
    return all(np.allclose(function(x[:t])[:t], base[:t]) for t in (1,))


@wrong("12.5")
def only_row_0(function, x):
    base, rng = np.asarray(function(x)), np.random.default_rng(0)
    z = x.copy()
    z[1:] = rng.normal(size=z[1:].shape)
    return np.allclose(function(z)[0], base[0])


@wrong("12.5")
def very_loose(function, x):
    rng = np.random.default_rng(0)

    def new(z, t):
        z[t:] = rng.normal(size=z[t:].shape)

    return all(unmoved(function, x, t, new, atol=0.5) for t in range(1, len(x)))


@wrong("12.5")
def answer_the_other_way_round(function, x):
    rng = np.random.default_rng(0)

    def new(z, t):
        z[t:] = rng.normal(size=z[t:].shape)

    return not all(unmoved(function, x, t, new) for t in range(1, len(x)))


@wrong("12.5")
def depends_on_itself(function, x):
    return not np.allclose(function(x + 1), function(x))


@wrong("12.5")
def every_second(function, x):
    rng = np.random.default_rng(0)

    def new(z, t):
        z[t:] = rng.normal(size=z[t:].shape)

    return all(unmoved(function, x, t, new) for t in range(1, len(x), 2))


@wrong("12.5")
def only_the_last_token_changed(function, x):
    rng = np.random.default_rng(0)
    z = x.copy()
    z[-1] = rng.normal(size=z.shape[1]) * 5
    return np.allclose(function(z)[:-1], function(x)[:-1])


@wrong("12.5")
def first_feature_looked_at(function, x):
    base, rng = np.asarray(function(x)), np.random.default_rng(0)
    for t in range(1, len(x)):
        z = x.copy()
        z[t:] = rng.normal(size=z[t:].shape)
        if not np.allclose(function(z)[:t, 0], base[:t, 0]):
            return False
    return True


@wrong("12.5")
def first_feature_changed(function, x):
    def one(z, t):
        z[t:, 0] += 5

    return all(unmoved(function, x, t, one) for t in range(1, len(x)))


@wrong("12.5")
def changes_its_input(function, x):
    base, rng = np.asarray(function(x)).copy(), np.random.default_rng(0)
    for t in range(len(x) - 1, 0, -1):
        x[t] = rng.normal(size=x.shape[1])
        if not np.allclose(function(x)[:t], base[:t]):
            return False
    return True


@wrong("12.a")
def seen_times_mask(scores, mask, values):
    return softmax(scores * mask) @ values


@wrong("12.a")
def seen_after(scores, mask, values):
    return (softmax(scores) * mask) @ values


@wrong("12.a")
def seen_renormalised(scores, mask, values):
    w = softmax(scores) * mask
    return w / w.sum() @ values


@wrong("12.a")
def seen_minus_100(scores, mask, values):
    return softmax(np.where(mask, scores, -100)) @ values


@wrong("12.b")
def window_one_more(n, window):
    back = np.subtract.outer(np.arange(n), np.arange(n))
    return (back >= 0) & (back <= window)


@wrong("12.b")
def window_both_sides(n, window):
    return np.abs(np.subtract.outer(np.arange(n), np.arange(n))) < window


@wrong("12.b")
def window_ahead(n, window):
    back = np.subtract.outer(np.arange(n), np.arange(n))
    return (-back >= 0) & (-back < window)


@wrong("12.c")
def pack_without_causal(sentence):
    return sentence[:, None] == sentence


@wrong("12.c")
def pack_or(sentence):
    return (sentence[:, None] == sentence) | np.tri(len(sentence), dtype=bool)


@wrong("12.c")
def pack_up_to(sentence):
    return (sentence[:, None] >= sentence) & np.tri(len(sentence), dtype=bool)


# ---- 13 ----
def crossed(x, y, Q, K, V, root=None, axis=-1, values=None):
    q, k = x @ Q, y @ K
    A = softmax(q @ k.T / (root or np.sqrt(k.shape[1])), axis=axis)
    return A @ (y @ V if values is None else values), A


@wrong("13.2")
def cross_unscaled(x, y, W_query, W_key, W_value):
    return crossed(x, y, W_query, W_key, W_value, 1.0)


@wrong("13.2")
def cross_by_d(x, y, W_query, W_key, W_value):
    return crossed(x, y, W_query, W_key, W_value, float(W_key.shape[1]))


@wrong("13.2")
def cross_by_root_m(x, y, W_query, W_key, W_value):
    return crossed(x, y, W_query, W_key, W_value, np.sqrt(len(y)))


@wrong("13.2")
def cross_by_root_d_x(x, y, W_query, W_key, W_value):
    return crossed(x, y, W_query, W_key, W_value, np.sqrt(x.shape[1]))


@wrong("13.2")
def cross_by_root_d_y(x, y, W_query, W_key, W_value):
    return crossed(x, y, W_query, W_key, W_value, np.sqrt(y.shape[1]))


@wrong("13.2")
def cross_by_root_d_v(x, y, W_query, W_key, W_value):
    return crossed(x, y, W_query, W_key, W_value, np.sqrt(W_value.shape[1]))


@wrong("13.2")
def cross_columns(x, y, W_query, W_key, W_value):
    return crossed(x, y, W_query, W_key, W_value, axis=0)


@wrong("13.2")
def cross_mixes_y(x, y, W_query, W_key, W_value):
    return crossed(x, y, W_query, W_key, W_value, values=y)


@wrong("13.2")
def cross_mixes_keys(x, y, W_query, W_key, W_value):
    return crossed(x, y, W_query, W_key, W_value, values=y @ W_key)


@wrong("13.2")
def cross_attended(x, y, W_query, W_key, W_value):
    return attend(x @ W_query, y @ W_key, y @ W_value)


@wrong("13.2")
def cross_scaled_after(x, y, W_query, W_key, W_value):
    context, A = crossed(x, y, W_query, W_key, W_value, 1.0)
    root = np.sqrt(W_key.shape[1])
    return context / root, A / root


@wrong("13.2")
def cross_scores_back(x, y, W_query, W_key, W_value):
    s = x @ W_query @ (y @ W_key).T / np.sqrt(W_key.shape[1])
    return softmax(s) @ (y @ W_value), s


@wrong("13.3")
def blocks_words_see_words(n, m):
    return np.ones((n + m, n + m), dtype=bool)


@wrong("13.3")
def blocks_patches_see_words(n, m):
    mask = np.ones((n + m, n + m), dtype=bool)
    mask[:n, :n] = False
    return mask


@wrong("13.3")
def blocks_patches_first(n, m):
    mask = np.zeros((n + m, n + m), dtype=bool)
    mask[:, :m] = True
    return mask


@wrong("13.3")
def blocks_patches_blind(n, m):
    mask = np.zeros((n + m, n + m), dtype=bool)
    mask[:n, n:] = True
    return mask


@wrong("13.3")
def blocks_transposed(n, m):
    mask = np.zeros((n + m, n + m), dtype=bool)
    mask[n:, :] = True
    return mask


@wrong("13.3")
def blocks_each_its_own(n, m):
    kind = np.repeat([0, 1], [n, m])
    return kind[:, None] == kind


@wrong("13.3")
def blocks_word_sees_itself(n, m):
    mask = np.zeros((n + m, n + m), dtype=bool)
    mask[:, n:] = True
    return mask | np.eye(n + m, dtype=bool)


@wrong("13.3")
def blocks_hidden_true(n, m):
    mask = np.ones((n + m, n + m), dtype=bool)
    mask[:, n:] = False
    return mask


@wrong("13.4")
def pick_scores(words, tiles, W_query, W_key):
    s = words @ W_query @ (tiles @ W_key).T
    return s.argmax(1), s.max(1)


@wrong("13.4")
def pick_scaled(words, tiles, W_query, W_key):
    A = softmax(words @ W_query @ (tiles @ W_key).T / np.sqrt(W_key.shape[1]))
    return A.argmax(1), A.max(1)


@wrong("13.4")
def pick_for_each_tile(words, tiles, W_query, W_key):
    A = softmax(words @ W_query @ (tiles @ W_key).T)
    return A.argmax(0), A.max(0)


@wrong("13.4")
def pick_naive(words, tiles, W_query, W_key):
    A = plain(words @ W_query @ (tiles @ W_key).T)
    return A.argmax(1), A.max(1)


@wrong("13.4")
def pick_from_one(words, tiles, W_query, W_key):
    A = softmax(words @ W_query @ (tiles @ W_key).T)
    return A.argmax(1) + 1, A.max(1)


@wrong("13.4")
def pick_the_last(words, tiles, W_query, W_key):
    A = softmax(words @ W_query @ (tiles @ W_key).T)
    return A.shape[1] - 1 - A[:, ::-1].argmax(1), A.max(1)


@wrong("13.4")
def pick_share_first(words, tiles, W_query, W_key):
    A = softmax(words @ W_query @ (tiles @ W_key).T)
    return A.max(1), A.argmax(1)


@wrong("13.4")
def pick_softmax_of_columns(words, tiles, W_query, W_key):
    A = softmax(words @ W_query @ (tiles @ W_key).T, axis=0)
    return A.argmax(1), A.max(1)


@wrong("13.4")
def pick_share_of_the_first(words, tiles, W_query, W_key):
    A = softmax(words @ W_query @ (tiles @ W_key).T)
    return A.argmax(1), A[:, 0]


@wrong("13.5")
def costs_added(sizes):
    return np.add.outer(sizes, sizes)


@wrong("13.5")
def costs_diagonal(sizes):
    return np.diag(np.asarray(sizes) ** 2)


@wrong("13.5")
def costs_of_one_row(sizes):
    return np.asarray(sizes) * np.asarray(sizes)


@wrong("13.5")
def costs_square_of_the_row(sizes):
    return np.repeat(np.asarray(sizes)[:, None] ** 2, len(sizes), 1)


@wrong("13.5")
def costs_of_three(sizes):
    a, b, c = sizes[0], sizes[1], sizes[-1]
    return np.outer([a, b, c], [a, b, c])


@wrong("13.a")
def step_scaled(words, scans, W):
    A = softmax(words @ W @ scans.T / np.sqrt(scans.shape[1]))
    return A @ scans, A


@wrong("13.a")
def step_over_words(words, scans, W):
    A = softmax(words @ W @ scans.T, axis=0)
    return A @ scans, A


@wrong("13.b")
def tags_swapped(words, patches, W_words, W_patches, tags):
    return np.concatenate([words @ W_words + tags[1], patches @ W_patches + tags[0]])


@wrong("13.b")
def tags_left_out(words, patches, W_words, W_patches, tags):
    return np.concatenate([words @ W_words, patches @ W_patches])


@wrong("13.b")
def patches_before_words(words, patches, W_words, W_patches, tags):
    return np.concatenate([patches @ W_patches + tags[1], words @ W_words + tags[0]])


@wrong("13.c")
def across_both_ways(n, m):
    kind = np.repeat([0, 1], [n, m])
    return kind[:, None] != kind


@wrong("13.c")
def across_patches_blind_to_words(n, m):
    return np.tile(np.repeat([False, True], [n, m]), (n + m, 1))


# ---- 14 ----
@wrong("14.2")
def use_of_rows(weights):
    c = weights.sum(1)
    return c, c.argmax()


@wrong("14.2")
def use_mean(weights):
    c = weights.mean(0)
    return c, c.argmax()


@wrong("14.2")
def use_without_the_last(weights):
    c = weights[:-1].sum(0)
    return c, c.argmax()


@wrong("14.2")
def use_least(weights):
    c = weights.sum(0)
    return c, c.argmin()


@wrong("14.2")
def use_place_of_the_largest_weight(weights):
    return weights.sum(0), weights.max(0).argmax()


@wrong("14.2")
def use_how_often_on_top(weights):
    top = np.bincount(weights.argmax(1), minlength=weights.shape[1])
    return weights.sum(0), top.argmax()


@wrong("14.2")
def use_last_of_equal(weights):
    c = weights.sum(0)
    return c, np.argsort(c, kind="stable")[-1]


@wrong("14.4")
def tags_B_only(tags):
    return np.cumsum([t == "B" for t in tags]) - 1


@wrong("14.4")
def tags_from_one(tags):
    return np.cumsum([t in "BS" for t in tags])


@wrong("14.4")
def tags_E_and_S_at_once(tags):
    return np.cumsum([t in "ES" for t in tags])


@wrong("14.4")
def tags_counted_letters(tags):
    return np.arange(len(tags))


@wrong("14.4")
def tags_number_of_words(tags):
    return sum(t in "BS" for t in tags)


@wrong("14.4")
def tags_changes(tags):
    return np.cumsum([0, *(a != b for a, b in zip(tags, tags[1:], strict=False))])


@wrong("14.4")
def tags_minus_for_inside(tags):
    numbers, word = [], -1
    for t in tags:
        if t in "BS":
            word += 1
        numbers.append(word if t != "I" else word + 1)
    return numbers


@wrong("14.6")
def drop_not_renormalised(weights):
    w = weights.copy()
    w[np.arange(len(w)), w.argmax(1)] = 0
    return w


@wrong("14.6")
def drop_all_largest(weights):
    w = np.where(weights == weights.max(1, keepdims=True), 0, weights)
    t = w.sum(1, keepdims=True)
    return np.divide(w, t, out=np.zeros(w.shape), where=t > 0)


@wrong("14.6")
def drop_nan(weights):
    w = weights.copy()
    w[np.arange(len(w)), w.argmax(1)] = 0
    return w / w.sum(1, keepdims=True)


@wrong("14.6")
def drop_column(weights):
    w = weights.copy()
    w[:, w.sum(0).argmax()] = 0
    t = w.sum(1, keepdims=True)
    return np.divide(w, t, out=np.zeros(w.shape), where=t > 0)


@wrong("14.6")
def drop_by_softmax(weights):
    s = weights.copy()
    s[np.arange(len(s)), s.argmax(1)] = -np.inf
    return softmax(s)


@wrong("14.6")
def drop_spread_evenly(weights):
    w = weights.copy()
    at = np.arange(len(w))
    top = w[at, w.argmax(1)].copy()
    w[at, w.argmax(1)] = 0
    return w + (w > 0) * (top / np.maximum((w > 0).sum(1), 1))[:, None]


@wrong("14.6")
def drop_in_place(weights):
    weights[np.arange(len(weights)), weights.argmax(1)] = 0
    t = weights.sum(1, keepdims=True)
    return np.divide(weights, t, out=np.zeros(weights.shape), where=t > 0)


@wrong("14.6")
def drop_largest_of_all(weights):
    w = weights.copy()
    w[np.unravel_index(w.argmax(), w.shape)] = 0
    t = w.sum(1, keepdims=True)
    return np.divide(w, t, out=np.zeros(w.shape), where=t > 0)


@wrong("14.6")
def drop_smallest(weights):
    w = weights.copy()
    w[np.arange(len(w)), w.argmin(1)] = 0
    t = w.sum(1, keepdims=True)
    return np.divide(w, t, out=np.zeros(w.shape), where=t > 0)


@wrong("14.6")
def drop_tiny_added(weights):
    w = weights.copy()
    w[np.arange(len(w)), w.argmax(1)] = 0
    return w / (w.sum(1, keepdims=True) + 1e-3)


@wrong("14.6")
def drop_last_of_equal(weights):
    w = weights.copy()
    w[np.arange(len(w)), w.shape[1] - 1 - w[:, ::-1].argmax(1)] = 0
    t = w.sum(1, keepdims=True)
    return np.divide(w, t, out=np.zeros(w.shape), where=t > 0)


@wrong("14.6")
def drop_divided_by_one_minus_top(weights):
    w = weights.copy()
    top = w.max(1, keepdims=True)
    w[np.arange(len(w)), w.argmax(1)] = 0
    return w / (1 - top)


@wrong("14.a")
def penalty_of_the_last_step_only(scores, steps, penalty):
    read, rows = np.zeros(len(scores)), []
    for _ in range(steps):
        rows.append(softmax(scores - penalty * read))
        read = rows[-1]
    return rows


@wrong("14.a")
def penalty_added(scores, steps, penalty):
    read, rows = np.zeros(len(scores)), []
    for _ in range(steps):
        rows.append(softmax(scores + penalty * read))
        read = read + rows[-1]
    return rows


@wrong("14.a")
def penalty_before_the_first(scores, steps, penalty):
    read, rows = softmax(scores), []
    for _ in range(steps):
        rows.append(softmax(scores - penalty * read))
        read = read + rows[-1]
    return rows


@wrong("14.b")
def copies_overwrite(p, written, weights, ids):
    copied = np.zeros(len(written))
    copied[ids] = weights
    return p * written + (1 - p) * copied


@wrong("14.b")
def copies_once(p, written, weights, ids):
    mixed = p * written
    mixed[ids] += (1 - p) * weights
    return mixed


@wrong("14.b")
def p_swapped(p, written, weights, ids):
    return (1 - p) * written + p * np.bincount(ids, weights, len(written))


@wrong("14.b")
def no_switch(p, written, weights, ids):
    return written + np.bincount(ids, weights, len(written))


@wrong("14.b")
def written_changed(p, written, weights, ids):
    written *= p
    np.add.at(written, ids, (1 - p) * weights)
    return written


@wrong("14.c")
def top_of_columns(weights):
    return np.eye(weights.shape[1])[weights.argmax(1)].swapaxes(1, 2)


@wrong("14.c")
def top_keeps_its_weight(weights):
    return np.where(weights == weights.max(-1, keepdims=True), weights, 0)


@wrong("14.c")
def all_on_equal_tops(weights):
    return (weights == weights.max(-1, keepdims=True)).astype(float)


# ---- reviews ----
@wrong("R1.12")
def tanh_outside(queries, keys, W_query, W_key, v):
    return np.tanh(hidden_of(queries, keys, W_query, W_key) @ v)


@wrong("R1.12")
def query_bent_only(queries, keys, W_query, W_key, v):
    return (np.tanh(queries @ W_query)[:, None] + (keys @ W_key)[None]) @ v


@wrong("R1.12")
def relu(queries, keys, W_query, W_key, v):
    return np.maximum(hidden_of(queries, keys, W_query, W_key), 0) @ v


@wrong("R2.12")
def mean_of_the_longest(states, lengths):
    return states[:, : max(lengths)].mean(1)


@wrong("R2.12")
def sum_over_m(states, lengths):
    real = np.arange(states.shape[1]) < lengths[:, None]
    return (states * real[:, :, None]).mean(1)


@wrong("R2.12")
def sum_of_all_over_length(states, lengths):
    return states.sum(1) / lengths[:, None]


@wrong("R2.12")
def last_state(states, lengths):
    return states[np.arange(len(states)), lengths - 1]


@wrong("R2.12")
def sum_not_divided(states, lengths):
    return np.array([s[:k].sum(0) for s, k in zip(states, lengths, strict=True)])


@wrong("R2.12")
def one_word_more(states, lengths):
    return np.array([s[: k + 1].mean(0) for s, k in zip(states, lengths, strict=True)])


@wrong("R2.12")
def zeros_taken_for_padding(states, lengths):
    real = (states != 0).any(-1)
    return (states * real[..., None]).sum(1) / real.sum(1)[:, None]


@wrong("R2.12")
def first_length_for_all(states, lengths):
    return states[:, : lengths[0]].mean(1)


@wrong("R2.12")
def multiplied_by_the_mask(states, lengths):
    real = (np.arange(states.shape[1]) < lengths[:, None])[..., None]
    return np.where(real, states, 0).sum(1) / real.sum(0)[0]


@wrong("R3.12")
def causal_alone(lengths, n):
    return np.repeat(np.tri(n, dtype=bool)[None], len(lengths), 0)


@wrong("R3.12")
def padding_alone(lengths, n):
    return np.repeat((np.arange(n) < lengths[:, None])[:, None], n, 1)


@wrong("R3.12")
def both_turned_round(lengths, n):
    return ~(np.tri(n, dtype=bool) & (np.arange(n) < lengths[:, None])[:, None])


@wrong("R3.12")
def padded_queries_hidden(lengths, n):
    real = np.arange(n) < lengths[:, None]
    return np.tri(n, dtype=bool) & real[:, None] & real[:, :, None]


@wrong("R3.12")
def padding_on_queries(lengths, n):
    return np.tri(n, dtype=bool) & (np.arange(n) < lengths[:, None])[:, :, None]


@wrong("R3.12")
def exclusive_or(lengths, n):
    return np.tri(n, dtype=bool) ^ (np.arange(n) < lengths[:, None])[:, None]


@wrong("R3.12")
def future_and_padding(lengths, n):
    return np.triu(np.ones((n, n), bool)) & (np.arange(n) < lengths[:, None])[:, None]


@wrong("R3.12")
def strictly_causal(lengths, n):
    return np.tri(n, k=-1, dtype=bool) & (np.arange(n) < lengths[:, None])[:, None]


@wrong("R3.12")
def one_length_for_all(lengths, n):
    one = np.tri(n, dtype=bool) & (np.arange(n) < max(lengths))
    return np.repeat(one[None], len(lengths), 0)


# ---- right for some inputs alone ----
@wrong("02.3")
def transposed_where_it_fits(queries, keys, values):
    S = queries @ (keys if queries.shape[1] == keys.shape[0] else keys.T)
    A = softmax(S)
    return A @ values, A


@wrong("02.3")
def positive_scores_alone(queries, keys, values):
    A = softmax(np.maximum(queries @ keys.T, 0))
    return A @ values, A


@wrong("02.3")
def far_scores_cut(queries, keys, values):
    A = softmax(np.clip(queries @ keys.T, -20, 20))
    return A @ values, A


@wrong("02.3")
def tiny_weights_set_to_0(queries, keys, values):
    A = softmax(queries @ keys.T)
    A = np.where(A < 0.01, 0, A)
    return A @ values, A


@wrong("02.3")
def equal_keys_counted_once(queries, keys, values):
    once, first = np.unique(keys, axis=0, return_index=True)
    A = np.zeros((len(queries), len(keys)))
    A[:, first] = softmax(queries @ once.T)
    return A @ values, A


@wrong("02.3")
def context_rounded(queries, keys, values):
    A = softmax(queries @ keys.T)
    return np.round(A @ values, 4), A


@wrong("02.3")
def as_matrices(queries, keys, values):
    A = softmax(queries @ keys.T)
    return np.squeeze(A @ values), A


@wrong("02.5")
def two_sentences_alone(queries, keys, values):
    found = [softmax(q @ k.T) for q, k in zip(queries[:2], keys[:2], strict=True)]
    A = np.stack([*found, *[found[-1]] * (len(queries) - 2)])[: len(queries)]
    return A @ values, A


@wrong("02.5")
def batch_reversed_with_T(queries, keys, values):
    A = softmax(np.einsum("bnd,cmd->bnm", queries, keys) / len(queries))
    return A @ values, A


@wrong("02.5")
def batch_squeezed(queries, keys, values):
    A = softmax(queries @ keys.swapaxes(1, 2))
    return np.squeeze(A @ values), np.squeeze(A)


@wrong("04.5")
def m_left_out_at_the_end(word, state, W, b, m):
    return softmax((np.r_[word, state] @ W + b)[: max(m, 2)])[:m]


@wrong("05.2")
def v_of_ones_where_positive(queries, keys, W_query, W_key, v):
    return np.tanh(hidden_of(queries, keys, W_query, W_key)) @ np.abs(v)


@wrong("05.2")
def small_angle(queries, keys, W_query, W_key, v):
    return np.clip(hidden_of(queries, keys, W_query, W_key), -1, 1) @ v


@wrong("06.2")
def scaled_for_wide_keys_alone(queries, keys):
    d = queries.shape[1]
    return softmax(queries @ keys.T / (np.sqrt(d) if d > 1 else 1.0) / (2.0 if d > 6 else 1.0))


@wrong("07.2")
def same_rows_hidden_too(x, W, W_value):
    s = self_scores(x, W)
    s[np.isclose(x[:, None], x[None]).all(-1)] = -np.inf
    with np.errstate(invalid="ignore"):
        A = np.exp(s - s.max(1, keepdims=True))
    A = A / A.sum(1, keepdims=True)
    return A @ x @ W_value, A


@wrong("07.3")
def first_rows_of_x_alone(function, x):
    x = x[:2]
    return follows(function, x, [1, 0])


@wrong("08.2")
def two_heads_alone(x, y, W_query, W_key, W_value, W_output, heads):
    return layer(x, y, W_query, W_key, W_value, W_output, min(heads, 2))


@wrong("08.5")
def pool_of_unique_words(y, query, W_key, W_value):
    y = np.unique(y, axis=0)
    return softmax(y @ W_key @ query) @ (y @ W_value)


@wrong("09.2")
def by_the_longest_time(written, wanted, lengths):
    right = (written == wanted) & (wanted > 2)
    n = (wanted > 2).sum(1)
    return [right[n == k].sum(1).mean() / max(lengths) for k in lengths]


@wrong("09.5")
def symbols_found_by_value(source, lengths):
    return np.array([[*row[row > 3][::-1], *row[row <= 3]] for row in source])


@wrong("12.2")
def masked_padding_at_the_end_alone(scores, mask):
    ends = np.arange(mask.shape[1]) < mask.sum(1)[:, None]
    return softmax(scores, mask=ends)


@wrong("12.2")
def masked_one_key_is_1(scores, mask):
    w = softmax(scores, mask=mask)
    return np.where(mask.sum(1, keepdims=True) <= 1, 1.0 * mask, w).round(6) * (scores > -999)


@wrong("12.3")
def padding_for_sorted_lengths(lengths, m):
    return (np.arange(m) < np.sort(lengths)[::-1][:, None])[:, None]


@wrong("12.3")
def padding_empty_sentence_sees_one(lengths, m):
    return (np.arange(m) < np.maximum(lengths, 1)[:, None])[:, None]


@wrong("12.4")
def gradient_with_the_wrong_sign(scores, mask, d_weights):
    return -gradient(scores, mask, d_weights)


@wrong("12.5")
def one_random_change(function, x):
    rng, base = np.random.default_rng(), np.asarray(function(x))
    t = int(rng.integers(1, len(x))) if len(x) > 1 else 0
    z = x.copy()
    z[t:] = rng.normal(size=z[t:].shape)
    return bool(np.allclose(function(z)[:t], base[:t]))


@wrong("12.5")
def sums_of_rows(function, x):
    base, rng = np.asarray(function(x)), np.random.default_rng(0)
    for t in range(1, len(x)):
        z = x.copy()
        z[t:] = rng.normal(size=z[t:].shape)
        if not np.allclose(function(z)[:t].sum(1), base[:t].sum(1)):
            return False
    return True


@wrong("12.5")
def the_row_before_alone(function, x):
    base, rng = np.asarray(function(x)), np.random.default_rng(0)
    for t in range(1, len(x)):
        z = x.copy()
        z[t] = rng.normal(size=z.shape[1])
        if not np.allclose(function(z)[t - 1], base[t - 1]):
            return False
    return True


@wrong("13.3")
def blocks_for_equal_parts(n, m):
    mask = np.zeros((n + m, n + m), dtype=bool)
    mask[:, (n + m) // 2 :] = True
    return mask


@wrong("13.4")
def pick_rounded_scores(words, tiles, W_query, W_key):
    A = softmax(np.round(words @ W_query @ (tiles @ W_key).T, 1))
    return A.argmax(1), A.max(1)


@wrong("14.4")
def tags_after_an_end_alone(tags):
    return np.cumsum([0, *(t == "E" for t in tags[:-1])])


@wrong("14.6")
def drop_above_one_half(weights):
    w = np.where(weights > 0.5, 0, weights)
    t = w.sum(1, keepdims=True)
    return np.divide(w, t, out=np.zeros(w.shape), where=t > 0)


@wrong("R2.12")
def zero_where_nan(states, lengths):
    real = np.arange(states.shape[1]) < lengths[:, None]
    total = np.where(real[..., None], states, 0).sum(1)
    return total / np.maximum(lengths, 2)[:, None]


@wrong("R3.12")
def padding_at_the_front(lengths, n):
    real = np.arange(n) >= n - lengths[:, None]
    return np.tri(n, dtype=bool) & real[:, None]


@wrong("14.a")
def rows_from_a_global_generator(scores, steps, penalty):
    return softmax(np.random.normal(size=(steps, len(scores))))
