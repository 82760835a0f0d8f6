"""The laboratory: probes change what they say and nothing else, and the results are complete."""

import re
from pathlib import Path

import numpy as np
import pytest

from course_utils.attention import AttentionLayer, Memory
from course_utils.lab import rules as lab
from course_utils.lab.ready_made import ready_made
from course_utils.lab.results import how_made, results
from course_utils.tasks import number_words

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
# An experiment whose code goes through CONTEXTS keeps results for each of them.
OVER_ALL_CONTEXTS = [
    path.stem
    for path in sorted((ROOT / "experiments").glob("*.py"))
    if re.search(r"\bin (lab\.)?CONTEXTS\b", path.read_text(encoding="utf-8"))
]
NUMBERS = dict(enumerate(("six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 6))
COUNT = re.compile(rf"\b({'|'.join(NUMBERS.values())}) contexts\b")


@pytest.fixture
def memory():
    rng = np.random.default_rng(0)
    mask = np.arange(5) < np.array([5, 3])[:, None]
    states = rng.normal(size=(2, 5, 4)) * mask[..., None]
    return Memory(states, rng.normal(size=(2, 4)), mask)


def test_shuffling_keeps_the_states_of_each_row_and_leaves_padding_at_the_end(memory):
    shuffled = lab.shuffle_states(memory)
    for before, after, mask in zip(memory.states, shuffled.states, memory.mask, strict=True):
        np.testing.assert_array_equal(np.sort(before[mask], axis=0), np.sort(after[mask], axis=0))
        assert not after[~mask].any()
    assert not np.array_equal(shuffled.states, memory.states)


def test_padding_is_shown_or_hidden(memory):
    shown, hidden = lab.show_padding(memory, 2), lab.hide_padding(memory, 2)
    assert shown.states.shape == hidden.states.shape == (2, 7, 4)
    assert shown.mask.all() and hidden.mask.sum() == memory.mask.sum()


@pytest.mark.parametrize("name", lab.CONTEXTS)
def test_every_rule_gives_a_model_that_the_probes_can_examine(name):
    task = lab.lab_task()
    model = lab.lab_model(name, task, seed=0)
    few = type(task.test)(*(part[:8] for part in task.test))
    for change in (None, lab.shuffle_states, lab.show_padding, lab.hide_padding):
        assert lab.exact(model, few, change).shape == (8,)


def tables(found):
    """The tables of an experiment that have a row for each context: one, or one for each task."""
    return [found] if lab.NO_ATTENTION in found else list(found.values())


@pytest.mark.parametrize("experiment", OVER_ALL_CONTEXTS)
def test_kept_results_have_every_context(experiment):
    kept = results(experiment)
    assert f"python -m experiments.{experiment}" in how_made(kept)
    for table in tables(kept["found"]):
        other = sorted(set(lab.CONTEXTS) ^ set(table))
        assert not other, (
            f"course_utils/lab/results/{experiment}.json and CONTEXTS differ in {other}: run "
            f"python -m experiments.{experiment}"
        )


def test_experiments_that_promise_every_context_are_found():
    assert {"three_rules", "by_length"} <= set(OVER_ALL_CONTEXTS)


def test_a_lesson_that_counts_the_contexts_counts_right():
    for path in LESSONS:
        said = set(COUNT.findall(path.read_text(encoding="utf-8").lower()))
        assert said <= {NUMBERS[len(lab.CONTEXTS)]}, (
            f"notebooks/{path.name}: it says {' and '.join(said)} contexts, the laboratory has "
            f"{len(lab.CONTEXTS)}: count anew wherever the lesson draws or names them"
        )


def test_the_committed_results_keep_what_lesson_06_draws():
    found = results("three_rules")
    assert len(found["seeds"]) == 3
    assert found["settings"]["steps"] == lab.STEPS and found["settings"]["width"] == lab.WIDTH
    for one in found["found"].values():
        assert all(len(one[key]) == 3 for key in ("all", "states shuffled", "longer", "curve"))


def test_an_unknown_result_is_refused():
    with pytest.raises(ValueError, match=r"results are there for .*three_rules.*, got 'none'"):
        results("none")


def test_the_budgets_hold_three_seeds_of_both_rules_and_agree_with_the_laboratory():
    other, lab_found = results("scale_and_budget"), results("three_rules")["found"]
    rate, place = str(lab.RATE), other["settings"]["steps"].index(lab.STEPS)
    for name, runs in other["found"][rate].items():
        assert np.shape(runs) == (3, len(other["settings"]["steps"]))
        # the same seeds and the same budget: on one machine, the same models
        assert [run[place] for run in runs] == pytest.approx(lab_found[name]["all"], abs=0.02)


def test_a_context_that_the_laboratory_does_not_have():
    with pytest.raises(ValueError, match=r"name must be one of 'no attention', .* got 'dots'"):
        lab.lab_model("dots", lab.lab_task(), seed=0)


def test_a_changed_memory_is_what_the_decoder_sees():
    model, test = ready_made("number_translator"), number_words(100, 100).test
    assert lab.exact(model, test).mean() > 0.8
    blank = lab.exact(model, test, lambda memory: memory._replace(states=0 * memory.states))
    assert blank.mean() < 0.2


def test_what_a_layer_divides_by_is_the_root_of_one_heads_width():
    x = np.random.default_rng(0).normal(size=(5, 12))
    for heads in (1, 3, 6):
        layer = AttentionLayer(12, heads=heads, rng=0, dtype=np.float64)
        np.testing.assert_allclose(lab.divisor_in(layer, x), np.sqrt(12 / heads))


def test_untrained_states_end_with_the_last_one():
    last, states = lab.untrained_states(lab.lab_task(), letters=7)
    assert states.shape == (len(last), 7, lab.WIDTH)
    np.testing.assert_array_equal(states[:, -1], last)


def test_a_string_is_written_by_a_model_and_probed():
    task = lab.lab_task()
    model = lab.lab_model("dot", task, seed=0)
    assert set(lab.backwards(model, task, "abc")) <= set(lab.SYMBOLS)
    shares = lab.probed(model, task)
    assert list(shares) == ["as they are", *lab.PROBES, "longer"]
    assert all(0 <= share <= 1 for share in shares.values())


def test_a_curve_has_a_point_for_each_25_steps():
    np.testing.assert_allclose(lab.by_25_steps(np.arange(50.0)), [12, 37])
