"""Kept keys: what went in comes out, rows follow their parents, errors say what to do."""

import numpy as np
import pytest

from course_utils.caches import KeyValueCache, Room
from tests.samples import precisions


def tokens(rng, rows=2, n=3, lead=(), dtype=np.float64):
    return [rng.normal(size=(rows, *lead, n, width)).astype(dtype) for width in (4, 5)]


@precisions
@pytest.mark.parametrize("lead", [(), (3,)])
def test_what_is_kept_is_all_tokens_in_their_order(lead, dtype):
    rng, cache = np.random.default_rng(0), KeyValueCache(9)
    parts = [tokens(rng, n=n, lead=lead, dtype=dtype) for n in (3, 1, 4)]
    for part in parts:
        kept = cache.extended(*part)
    for found, pieces in zip(kept, zip(*parts, strict=True), strict=True):
        np.testing.assert_array_equal(found, np.concatenate(pieces, axis=-2))
        assert found.dtype == dtype
    assert cache.length == 8 and cache.nbytes() == sum(array.nbytes for array in kept)


def test_rows_follow_their_parents_and_go_on_apart():
    rng, cache = np.random.default_rng(0), KeyValueCache(5)
    keys, values = tokens(rng)
    cache.extended(keys, values)
    cache.follow([1, 1])
    new = tokens(rng, n=1)
    kept, _ = cache.extended(*new)
    np.testing.assert_array_equal(kept[:, :3], keys[[1, 1]])
    np.testing.assert_array_equal(kept[:, 3:], new[0])
    np.testing.assert_array_equal(cache.values[:, :3], values[[1, 1]])


def test_a_row_more_or_fewer_after_following():
    cache = KeyValueCache(5)
    cache.extended(*tokens(np.random.default_rng(0)))
    cache.follow([0, 0, 1])
    assert cache.keys.shape == (3, 3, 4)


def test_after_forgetting_other_texts_fit():
    rng, cache = np.random.default_rng(0), KeyValueCache(5)
    cache.follow([1, 0])
    cache.extended(*tokens(rng))
    cache.forget()
    assert cache.keys is None and cache.nbytes() == 0
    other = tokens(rng, rows=7)
    np.testing.assert_array_equal(cache.extended(*other)[0], other[0])


@pytest.mark.parametrize(
    ("keys", "values", "said"),
    [
        ((3, 4), (3, 5), r"one text is one row, array\[None\]"),
        ((2, 3, 4), (2, 2, 5), "keys and values must be"),
        ((3, 1, 4), (3, 1, 5), r"keys must have the rows .* call forget\(\) before other texts"),
        ((2, 1, 4), (2, 1, 6), "values must have the rows"),
        ((2, 4, 4), (2, 4, 5), "a cache for 6 tokens must not get more, got 3 and 4 more"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(keys, values, said):
    cache = KeyValueCache(6)
    cache.extended(*tokens(np.random.default_rng(0)))
    with pytest.raises(ValueError, match=said):
        cache.extended(np.zeros(keys), np.zeros(values))
    assert cache.length == 3


def test_a_cache_has_room_for_a_token():
    with pytest.raises(ValueError, match="longest must be at least 1, got 0"):
        KeyValueCache(0)


def test_an_array_grows_where_it_lies_and_keeps_what_it_had():
    room, grown, rows = Room(), np.empty((2, 3, 0, 4)), []
    for t in range(70):
        longer = room.longer(grown)
        assert longer.shape == (2, 3, t + 1, 4)
        longer[..., -1, :] = t
        rows.append(np.shares_memory(longer, grown))
        grown = longer
    np.testing.assert_array_equal(grown[1, 2, :, 3], np.arange(70))
    assert rows.count(False) <= 4, "room is doubled, so it is seldom moved"


def test_an_array_that_is_not_the_last_one_is_copied():
    room = Room()
    first = room.longer(np.ones((1, 1, 2)))
    first[..., -1, :] = 2
    second = room.longer(first)
    second[..., -1, :] = 3
    again = room.longer(first)  # another way on from the same beginning
    again[..., -1, :] = 4
    turned = room.longer(second[::-1].copy())
    turned[..., -1, :] = 5
    assert [array[0, :, 0].tolist() for array in (first, second, again, turned)] == [
        [1, 2],
        [1, 2, 3],
        [1, 2, 4],
        [1, 2, 3, 5],
    ]
