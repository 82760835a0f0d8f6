"""What experiments/weights_as_reasons.py found, as committed, and that the code still fits it."""

import numpy as np
import pytest

from course_utils.lab import twins
from course_utils.lab.results import results
from experiments import weights_as_reasons as experiment

RESULTS = results("weights_as_reasons")
FOUND = RESULTS["found"]


def test_the_results_are_those_of_this_experiment():
    assert RESULTS["settings"] == experiment.SETTINGS
    assert RESULTS["seeds"] == list(experiment.SEEDS)
    for kind in twins.KINDS:
        assert all(len(runs) == len(experiment.SEEDS) for runs in FOUND[kind].values())
        assert list(FOUND["texts"][kind]) == list(experiment.SHOWN)


def test_what_lesson_19_says_of_twelve_seeds():
    labels = [FOUND["words"][f"right without top, {name}"] for name in ("bad", "good")]
    kept, lost = np.sort(labels, axis=0)[::-1]
    assert kept.min() > 0.97 and lost.max() < 0.03
    apart = np.sort(FOUND["words"]["right, kept apart"])
    assert apart[-2] < 0.6 and apart[-1] > 0.97
    assert (
        FOUND["words"]["top on the signal"][int(np.argmax(FOUND["words"]["right, kept apart"]))]
        < 0.6
    )
    assert min(FOUND["GRU"]["right, kept apart"]) > 0.9


def test_one_seed_is_found_again():
    texts = twins.sentences(experiment.SETTINGS["exam seed"], experiment.SETTINGS["exam texts"])
    again = experiment.facts("words", 0, texts)
    for name, value in again.items():
        assert FOUND["words"][name][0] == pytest.approx(value, abs=0.05), name


def test_texts_that_are_shown_are_what_their_names_say():
    for kind in twins.KINDS:
        for name, (label, place) in experiment.SHOWN.items():
            text = FOUND["texts"][kind][name]
            assert text["ids"][place] == label
            assert sum(text["weights"]) == pytest.approx(1, abs=0.001)
            assert np.dot(text["weights"], text["supports"]) > 0
