"""What experiments/patch_starts.py found, as it is committed, and that the code still fits it."""

import numpy as np

from course_utils.lab.results import results
from experiments import patch_starts as experiment

RESULTS = results("patch_starts")


def test_the_results_are_those_of_this_experiment():
    assert RESULTS["settings"] == experiment.SETTINGS
    assert RESULTS["seeds"] == list(experiment.SEEDS)
    count = len(experiment.SEEDS)
    assert len(RESULTS["found"]["rows right"]) == count
    assert len(RESULTS["found"]["same patch leads"]) == count * (count - 1) // 2


def test_starts_agree_no_more_than_guesses_do_on_average():
    same = RESULTS["found"]["same patch leads"]
    assert min(same) < 0.05 and max(same) > 0.5 and 0.15 < np.mean(same) < 0.35


def test_weights_on_a_words_own_scan_are_taken():
    weights = np.zeros((1, 9, 32))
    weights[0, 0, 2], weights[0, 1, 4] = 0.7, 0.6  # word 0 on scan 0, word 1 on scan 1
    own = experiment.on_own_scan(weights, np.array([2]))
    assert own.tolist() == [[0, 0, 0.7, 0], [0.6, 0, 0, 0]]
