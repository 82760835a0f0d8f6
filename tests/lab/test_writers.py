"""The writer: its texts, its gradients, and what kept keys change, or do not."""

import numpy as np
import pytest

from course_utils.caches import KeyValueCache
from course_utils.gradients import check_gradients
from course_utils.lab import writers as lab
from tests.samples import randomise


@pytest.fixture(scope="module")
def writer():
    return lab.trained(seed=0, steps=300)


def test_a_text_closes_the_bracket_that_it_opened():
    ids = lab.texts(np.random.default_rng(0), 200)
    assert all(lab.closed_rightly(text) for text in ids)
    before = ids.shape[1] - lab.INSIDE - 2
    assert lab.PROMPT[0] <= before <= lab.PROMPT[1]
    assert set(np.unique(ids[:, before])) == set(lab.OPENING)
    assert len(lab.as_letters(ids[0])) == ids.shape[1]


def test_words_follow_their_favourites_and_never_leave_the_words():
    table = lab.successors()
    np.testing.assert_allclose(table.sum(axis=1), 1)
    ids = lab.words(np.random.default_rng(0), 4000, 6) - lab.WORD.start
    assert ids.min() == 0 and ids.max() == lab.WORDS - 1
    follows = ids[:, 1:][ids[:, :-1] == 0]
    shares = np.bincount(follows, minlength=lab.WORDS) / len(follows)
    np.testing.assert_allclose(shares, table[0], atol=0.03)


def test_gradients_of_the_writer():
    rng = np.random.default_rng(1)
    writer = randomise(lab.Writer(width=6, rng=rng, dtype=np.float64), rng, 0.5)
    ids = lab.texts(rng, 2)
    grads = writer.backward(writer.forward(ids)[1])
    assert grads.keys() == writer.params.keys()
    pairs = {name: (writer.params[name], grads[name]) for name in grads}
    check_gradients(lambda: writer.forward(ids)[0], pairs)


def test_reading_in_parts_is_reading_at_once():
    writer = lab.Writer(rng=0, dtype=np.float64)
    ids = lab.texts(np.random.default_rng(2), 3)
    logits, _ = writer.logits(ids)
    expected = logits[:, -1] - np.log(np.exp(logits[:, -1]).sum(axis=1, keepdims=True))
    cache = KeyValueCache(lab.LONGEST)
    for part in (ids[:, :4], ids[:, 4:5], ids[:, 5:]):
        found = writer.read(part, cache)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_padding_that_a_mask_hides_changes_nothing(writer):
    prompt = lab.prompts(1)[0]
    alone = lab.next_symbol(writer, prompt)
    padded = np.concatenate([[lab.PADDING] * 3, prompt])[None]
    seen = np.arange(padded.size)[None] >= 3
    hidden = np.exp(writer.read(padded, KeyValueCache(20), seen))[0]
    np.testing.assert_allclose(hidden, alone, atol=1e-6)
    np.testing.assert_allclose(lab.next_symbol(writer, prompt, 3, hidden=True), alone, atol=1e-6)
    assert np.abs(lab.next_symbol(writer, prompt, 3) - alone).max() > 1e-3


def test_kept_keys_that_follow_write_the_same_and_others_do_not(writer):
    prompts = lab.prompts(60)
    plain = [lab.write(writer, prompt) for prompt in prompts]
    kept, left = (
        [
            lab.write(writer, prompt, cache=KeyValueCache(lab.LONGEST), follow=follow)
            for prompt in prompts
        ]
        for follow in (True, False)
    )
    for (text, total), (other, other_total) in zip(plain, kept, strict=True):
        np.testing.assert_array_equal(text, other)
        assert total == pytest.approx(other_total, abs=1e-4)
    right = [np.mean([lab.closed_rightly(text) for text, _ in some]) for some in (plain, left)]
    assert right[0] > 0.95 and right[1] < 0.8


def test_the_best_continuations_come_first_and_know_their_parents():
    log_p = np.log(np.full((2, lab.SYMBOLS), 0.01))
    log_p[1, lab.WORD.start + 3] = np.log(0.5)
    totals, parents, symbols = lab.best(np.array([0.0, -1.0]), log_p, lab.WORD)
    assert parents.tolist() == [1, 0]
    assert symbols.tolist() == [lab.WORD.start + 3, lab.WORD.start]
    assert totals[0] == pytest.approx(np.log(0.5) - 1)
