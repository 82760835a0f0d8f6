"""A translator of attention alone: its task, what teaches it, heads taken away, kept runs."""

import numpy as np
import pytest

from course_utils.gradients import check_gradients
from course_utils.lab import attention_alone as lab
from course_utils.lab.results import results
from course_utils.seq2seq import Seq2Seq
from course_utils.tasks import Batch
from course_utils.transformer import Transformer, causal_mask
from tests.samples import assert_close, randomise


def shifted(target):
    return target[:, :-1], target[:, 1:]


@pytest.fixture(scope="module")
def task():
    return lab.small_numbers()


def few(batch, rows=4):
    return Batch(*(array[:rows] for array in batch))


def test_the_short_task_trains_on_ten_words_and_asks_for_more():
    task = lab.short_numbers(400, 200)
    assert task.train.source_lengths.max() == lab.SHORT
    assert task.test.source_lengths.max() > lab.SHORT


def test_taught_by_shift_and_causal_mask_it_is_the_transformer(task):
    batch = few(task.train)
    taught, plain = lab.transformer(task, 3, shifted), lab.transformer(task, 3)
    assert taught(batch) == pytest.approx(plain(batch), abs=1e-6)
    grads, others = (m.backward(m.forward(batch)[1]) for m in (taught, plain))
    assert grads.keys() == others.keys()
    for name in grads:
        assert_close(grads[name], others[name], 1e-6)


def test_the_gradients_of_what_is_taught_otherwise(task):
    leaky = lab.transformer(
        task, 0, shifted, lambda n: np.tri(n, k=1, dtype=bool), layers=1, dtype=np.float64
    )
    randomise(leaky, np.random.default_rng(0), 0.3)
    batch = few(task.train, 2)
    grads = leaky.backward(leaky.forward(batch)[1])
    names = ("decoder.embedding.table", "decoder.0.self_attention.layer.W_key", "readout.b")
    pairs = {name: (leaky.params[name], grads[name]) for name in names}
    check_gradients(lambda: leaky(batch), pairs)


def test_who_looks_one_place_ahead_sees_what_is_asked(task):
    leaky = lab.transformer(task, 0, shifted, lambda n: np.tri(n, k=1, dtype=bool))
    batch = few(task.train, 8)
    other = batch.target.copy()
    other[:, 2] = np.where(other[:, 2] > 2, 3 + (other[:, 2] - 2) % 10, other[:, 2])
    maps = [leaky.maps(batch._replace(target=ids)) for ids in (batch.target, other)]
    own = lab.transformer(task, 0, shifted, causal_mask)
    honest = [own.maps(batch._replace(target=ids)) for ids in (batch.target, other)]
    name = "decoder.1.cross_attention"  # place 1 reads target[1]; place 2 reads target[2]
    assert np.abs(maps[0][name][..., 1, :] - maps[1][name][..., 1, :]).max() > 1e-4
    assert_close(honest[0][name][..., :2, :], honest[1][name][..., :2, :], 1e-6)


def test_training_finds_its_own_settings_and_says_its_seconds(task):
    for model in (lab.transformer(task), lab.with_gru(task)):
        before = model(few(task.train, 64))
        losses, seconds = lab.trained(model, task, steps=25)
        assert losses.shape == (25,) and seconds > 0
        assert model(few(task.train, 64)) < before - 0.5


def test_the_two_models_are_as_wide_and_not_as_large(task):
    alone, gru = lab.transformer(task), lab.with_gru(task)
    assert isinstance(alone, Transformer) and isinstance(gru, Seq2Seq)
    assert lab.parameters(alone) > 2 * lab.parameters(gru)


def test_places_become_alike_without_a_way_around():
    without, with_one = lab.alike(False), lab.alike(True)
    assert without[0] == with_one[0] and abs(without[0]) < 0.1
    assert without[2] > 0.85 > 0.6 > with_one[2]


def test_a_head_is_taken_away_and_comes_back(task):
    model, batch = lab.transformer(task), few(task.test, 20)
    before = {name: value.copy() for name, value in model.params.items()}
    loss = model(batch)
    with lab.without_head(model, "decoder.1.cross_attention", 2):
        W = model.params["decoder.1.cross_attention.layer.W_output"]
        assert not W[16:24].any() and W[:16].any() and W[24:].any()
        assert model(batch) != loss
    for name, value in model.params.items():
        np.testing.assert_array_equal(value, before[name])


def test_every_head_is_examined(task):
    found = lab.heads(lab.transformer(task), few(task.test, 20))
    assert len(found) == 24 and "encoder.0.self_attention, head 3" in found
    for clear, share in found.values():
        assert 0 < clear <= 1 and 0 <= share <= 1


def test_the_least_of_each_kind_of_attention(task):
    names = list(lab.heads(lab.transformer(task), few(task.test, 2)))
    right = {name: 0.1 + 0.01 * place for place, name in enumerate(names)}
    low = {"encoder.1.self": 0.01, "decoder.0.self": 0.02, "decoder.1.cross": 0.03}
    right |= {f"{start}_attention, head 2": share for start, share in low.items()}
    assert len(right) == 24 and list(lab.least_by_kind(right).values()) == [0.01, 0.02, 0.03]


def test_clear_and_needed_are_ranked_alike_or_not():
    alike = {"a": (0.2, 0.9), "b": (0.5, 0.6), "c": (0.7, 0.1)}
    assert lab.clear_and_needed(alike) == 1
    assert lab.clear_and_needed(alike | {"c": (0.7, 0.7)}) == pytest.approx(1 / 3)


def test_shares_by_words_are_those_of_the_rows(task):
    model = lab.with_gru(task)
    lab.trained(model, task, steps=100)
    right, words = lab.right(model, task.test), task.test.source_lengths
    assert lab.by_words(model, task.test, {"2–4": (2, 5), "5": (5, 6)}) == {
        "2–4": right[words < 5].mean(),
        "5": right[words == 5].mean(),
    }


def test_a_number_is_translated_or_at_least_written(task):
    batch, numeral = lab.translated(lab.with_gru(task), task, 342_000)
    assert batch.source.shape == (1, 6) and set(numeral) <= set(task.target_vocabulary.symbols)


def test_spans_and_what_lies_between_two_budgets():
    assert lab.span([0.5, 0.25, 1]) == "0.25–1.00"
    runs = {"100": {"seconds": [1, 2, 3], "right": [0.4, 0.5, 0.6]}}
    runs["200"] = {"seconds": [4, 4, 9], "right": [0.9, 1.0, 1.0]}
    assert lab.at_seconds(runs, 3) == pytest.approx(0.75)
    assert lab.at_seconds(runs, 99) == 1.0


def test_the_kept_results_are_of_this_laboratory():
    kept = results("attention_alone")
    settings, found, seeds = kept["settings"], kept["found"], len(kept["seeds"])
    assert settings["longest, in words"] == lab.SHORT and settings["width"] == lab.WIDTH
    assert list(found["parts"]) == list(lab.CHANGES)
    assert list(found["beyond"]) == [*lab.KINDS, "GRU"]
    for run in found["beyond"].values():
        assert [list(one) for one in run] == [list(lab.BEYOND)] * seeds
    points = settings["steps of a part"] // 25
    for by_rate in found["parts"].values():
        assert [float(rate) for rate in by_rate] == settings["rates"]
        for run in (run for runs in by_rate.values() for run in runs.values()):
            assert np.shape(run["losses"]) == (seeds, points) and len(run["right"]) == seeds
