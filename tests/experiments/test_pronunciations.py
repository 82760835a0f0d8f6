"""What experiments/pronunciations.py found, as it is committed, and that the code still fits it."""

import pytest

from course_utils.lab.ready_made import ready_made
from course_utils.lab.results import how_made, results
from experiments import pronunciations as experiment

RUNS = results("pronunciations")["found"]["runs"]


def rates(run, decoding="beam"):
    return RUNS[run][decoding]["all"]


def test_the_results_are_those_of_this_experiment():
    found = results("pronunciations")
    assert found["settings"] == experiment.SETTINGS
    assert "python -m experiments.pronunciations" in how_made(found)
    steps = {f"{split}, {name}": count for (split, name), count in experiment.RUNS.items()}
    pairs = {f"{split}, {name}, two models": (split, name) for split, name in experiment.PAIRS}
    steps |= {pair: 2 * experiment.RUNS[single] for pair, single in pairs.items()}
    assert {run: found["steps"] for run, found in RUNS.items()}.items() <= steps.items()


def both_there(split):
    """Skip a split of which the committed file does not have both models yet."""
    runs = [f"{split}, additive", f"{split}, no attention"]
    if not {*runs} <= {*RUNS}:
        pytest.skip(f"not trained yet: {split}; `make experiments` goes on with it")
    return runs


@pytest.mark.parametrize("split", ["random", "families"])
def test_attention_helps_and_each_model_had_about_as_much_time(split):
    runs = both_there(split)
    for rate in ("per", "wer"):
        with_attention, without = (rates(run) for run in runs)
        assert with_attention[f"{rate}_interval"][1] < without[f"{rate}_interval"][0]
    seconds = [RUNS[run]["seconds"] for run in runs]
    assert max(seconds) <= 1.15 * min(seconds) and max(seconds) <= 600


def test_two_models_together_miss_fewer_words_and_reach_the_aim():
    pair, single = "random, additive, two models", "random, additive"
    assert rates(pair)["wer_interval"][1] < rates(single)["wer_interval"][0]
    assert rates(pair)["wer"] <= 0.29 and RUNS[pair]["seconds"] <= 600


def test_words_without_relatives_to_learn_from_are_harder():
    both_there("families")
    assert rates("families, additive")["wer_interval"][0] > rates("random, additive")["wer"]


def test_every_word_is_in_one_range_of_lengths():
    for found in RUNS.values():
        for decoding in ("greedy", "beam"):
            parts = found[decoding]["by length"]
            assert len(parts) == len(experiment.EDGES) - 1
            assert sum(part["words"] for part in parts) == found[decoding]["all"]["words"]


def test_the_ready_made_model_is_the_one_that_was_measured():
    settings = ready_made("pronouncer").settings
    assert settings == experiment.build("additive").settings
