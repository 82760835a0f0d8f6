"""Margins, supports, slopes and ranks of the twins: against what they are by definition."""

import numpy as np
import pytest

from course_utils.lab import reasons, twins

TEXTS = twins.sentences(5, 6)


@pytest.fixture(params=[False, True], ids=["words", "GRU"])
def twin(request):
    return twins.Twin(request.param, rng=3, dtype=np.float64)


def test_the_margin_is_that_of_the_label_that_was_said(twin):
    margins, said = reasons.margins(twin, TEXTS.ids)
    assert (margins >= 0).all()
    np.testing.assert_array_equal(said, twin.answer(TEXTS.ids)[0])
    np.testing.assert_allclose(reasons.margins(twin, TEXTS.ids, 1 - said)[0], -margins)


def test_supports_mix_to_the_margin(twin):
    supports, weights = reasons.supports(twin, TEXTS.ids)
    mixed = (weights * supports).sum(axis=1)
    np.testing.assert_allclose(mixed, reasons.margins(twin, TEXTS.ids)[0])


def test_gradient_times_input_is_the_slope_along_each_word(twin):
    """Along one vector made longer, by central differences, text by text."""
    table = twin.parts["embedding"].own["table"]
    text = np.arange(2, 2 + twins.LENGTH)  # no word twice, so that a row of the table is a place
    found = reasons.gradient_times_input(twin, text[None])[0]
    said = reasons.margins(twin, text[None])[1]
    for j, word in enumerate(text):
        row, ends = table[word].copy(), []
        for nudge in (1e-5, -1e-5):
            table[word] = row * (1 + nudge)
            ends.append(reasons.margins(twin, text[None], said)[0].item())
        table[word] = row
        assert found[j] == pytest.approx((ends[0] - ends[1]) / 2e-5, abs=1e-8)


def test_a_fall_is_the_margin_less_that_of_the_shorter_text(twin):
    found = reasons.falls(twin, TEXTS.ids)
    margins, said = reasons.margins(twin, TEXTS.ids)
    shorter = np.delete(TEXTS.ids, 4, axis=1)
    expected = margins - reasons.margins(twin, shorter, said)[0]
    np.testing.assert_allclose(found[:, 4], expected)


def test_means_are_taken_label_by_label():
    labels = np.array([0, 0, 1])
    texts = twins.Sentences(np.zeros((3, 2)), labels, labels)
    found = reasons.by_label(texts, np.array([1.0, 0, 0.25]))
    assert found == {"bad": 0.5, "good": 0.25}


def test_agreement_counts_pairs():
    a = np.array([[3.0, 2, 1], [3, 2, 1], [3, 2, 1], [1, 1, 2]])
    b = np.array([[9.0, 8, 7], [1, 2, 3], [9, 7, 8], [1, 2, 3]])
    np.testing.assert_allclose(reasons.agreement(a, b), [1, -1, 1 / 3, 2 / 3])


def test_pairs_with_the_signal_and_without_make_the_whole():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 7, 12))
    signal = np.arange(12) == rng.integers(12, size=7)[:, None]
    with_it, noise = reasons.by_pairs(a, b, signal)
    assert (11 * with_it + 55 * noise) / 66 == pytest.approx(reasons.agreement(a, b).mean())


def test_only_pairs_with_one_of_these_are_counted():
    a, b = np.array([[5.0, 1, 2]]), np.array([[5.0, 2, 1]])
    first, second = (np.array([row]) for row in ([True, False, False], [False, True, False]))
    assert reasons.agreement(a, b, first).item() == 1
    assert reasons.agreement(a, b, second).item() == 0


@pytest.mark.parametrize("as_other", [np.ndarray.tolist, np.float64], ids=["lists", "floats"])
def test_texts_without_each_word_may_be_lists_or_floats(twin, as_other):
    found = reasons.falls(twin, TEXTS.ids, lambda ids: as_other(reasons.without_each(ids)))
    np.testing.assert_array_equal(found, reasons.falls(twin, TEXTS.ids))
