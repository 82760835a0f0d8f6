"""Words and tiles: three ways to look, and what a tag can and cannot move."""

from itertools import product

import numpy as np
import pytest

from course_utils.attention import attend, softmax
from course_utils.explorers.modalities import (
    CONTENT,
    CROSS,
    IS_TILE,
    JOINED,
    MASKED,
    STRENGTH,
    TILES,
    WAYS,
    WORDS,
    modality_look,
    share_on_image,
    weigh,
)
from course_utils.scoring import DotScore

MOVES = [{"way": CROSS}, {"way": MASKED}, {"word": 2}, {"asked": 0.5}]
MISSIONS = [{"way": MASKED}, {"asked": 3.0}, {"asked": -2.0}]
TAGS = (-4.0, -0.5, 0.0, 2.0, 4.0)


@pytest.mark.parametrize("asked", TAGS)
def test_the_mask_gives_words_what_cross_attention_gives(asked):
    cross, masked = weigh(CROSS, asked)[0], weigh(MASKED, asked)[0]
    np.testing.assert_allclose(masked[: len(WORDS)], cross[: len(WORDS)], rtol=0, atol=1e-15)
    assert not cross[IS_TILE].any() and masked[IS_TILE].any()


def test_cross_attention_is_that_of_the_core():
    words, tiles = CONTENT[~IS_TILE], CONTENT[IS_TILE]
    wanted = attend(STRENGTH * words, tiles, tiles, DotScore()).weights
    np.testing.assert_allclose(weigh(CROSS, 0.0)[0][: len(WORDS), IS_TILE], wanted, atol=1e-12)


@pytest.mark.parametrize("way", [CROSS, MASKED])
def test_where_all_keys_are_tiles_the_tag_cancels(way):
    """The same number for every key of a row: softmax does not see it."""
    for asked in TAGS:
        np.testing.assert_allclose(weigh(way, asked)[0], weigh(way, 0.0)[0], atol=1e-12)


def test_joined_without_a_tag_a_word_cannot_tell_itself_from_its_tiles():
    weights = weigh(JOINED, 0.0)[0]
    for word in range(len(WORDS)):
        shared = CONTENT[IS_TILE] @ CONTENT[word] > 0
        np.testing.assert_allclose(weights[word, IS_TILE][shared], weights[word, word])


def test_joined_every_row_is_a_softmax_over_all_ten():
    scores = STRENGTH * CONTENT @ CONTENT.T + 1.5 * IS_TILE
    np.testing.assert_allclose(weigh(JOINED, 1.5)[0], softmax(scores))


def test_the_image_gets_more_the_more_its_tag_scores():
    shares = [share_on_image(modality_look(JOINED, 0, asked).facts) for asked in TAGS]
    assert shares == sorted(shares) and shares[0] < 0.1 and shares[-1] > 0.95


def test_the_reading_counts_scores():
    starts = {CROSS: "4 × 6 = 24 scores. red", JOINED: "10 × 10 = 100 scores. red"}
    starts[MASKED] = "10 × 10 = 100 scores, 40 of them hidden. red"
    for way, start in starts.items():
        assert modality_look(way, 0, 0.0).reading.startswith(start)


def test_the_picture_has_one_size_and_names_every_tile():
    views = [modality_look(*look) for look in product(WAYS.values(), range(4), TAGS)]
    assert len({view.picture.split(" viewBox")[0] for view in views}) == 1
    assert all(tile in view.picture for tile in TILES for view in views)
    assert all("-0.00" not in view.reading for view in views)
