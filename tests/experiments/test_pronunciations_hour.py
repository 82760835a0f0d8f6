"""What experiments/pronunciations_hour.py found, where it is there, and that its parts work."""

import numpy as np
import pytest

from course_utils.lab.results import how_made, results
from course_utils.tasks.pronunciations import pronunciations
from experiments import pronunciations_hour as experiment
from tests.tasks.test_pronunciations import MADE_UP


@pytest.fixture
def found():
    """Skip where the hour was not run to its end yet."""
    try:
        return results("pronunciations_hour")
    except ValueError:
        pytest.skip("not made yet: `make experiments NAMES=pronunciations_hour`, over an hour")


def test_the_results_are_those_of_this_experiment(found):
    assert found["settings"] == experiment.SETTINGS
    assert "python -m experiments.pronunciations_hour" in how_made(found)
    assert list(found["found"]["trainings"]) == list(experiment.MODELS)


def test_it_took_an_hour_of_the_processor_at_most(found):
    made = found["found"]
    parts = [training["seconds"] for training in made["trainings"].values()]
    assert sum(parts) + made["seconds of choosing"] == pytest.approx(made["seconds"], abs=0.01)
    assert made["seconds"] <= experiment.HOUR


def test_the_choice_is_the_best_on_dev_and_better_than_two_models_in_ten_minutes(found):
    made = found["found"]
    dev = {way: rates["wer"] for way, rates in made["dev"].items()}
    assert dev[made["chosen"]] == min(dev.values())
    assert made["dev"].keys() == made["test"].keys()
    pair = results("pronunciations")["found"]["runs"]["random, additive, two models"]["beam"]["all"]
    chosen = made["test"][made["chosen"]]
    assert chosen["words"] == pair["words"]
    assert chosen["wer_interval"][1] < pair["wer_interval"][0]


def test_the_document_has_these_numbers(found):
    text = experiment.PAGE.read_text(encoding="utf-8")
    assert experiment.page(found["found"]) == text and experiment.table(found["found"]) in text


def test_the_document_has_a_place_for_the_table():
    assert len(experiment.PLACE.findall(experiment.PAGE.read_text(encoding="utf-8"))) == 1


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """The experiment with a made-up dictionary and small models, for seconds."""
    path = tmp_path / "made_up.dict"
    path.write_text(MADE_UP, encoding="utf-8")
    small = {"HOUR": 1.5, "CHOOSING": 0.9, "WIDTH": 4, "BATCH": 4, "BEAM": 2, "KEPT": tmp_path}
    for name, value in small.items():
        monkeypatch.setattr(experiment, name, value)
    monkeypatch.setattr(experiment, "version", lambda name: "none")
    return pronunciations("random", 2, 3, path=path)


def test_the_whole_of_it_in_small(tiny, capsys):
    made = experiment.make(tiny)
    assert made["trainings"].keys() == experiment.MODELS.keys()
    assert all(0.1 <= training["seconds"] < 0.6 for training in made["trainings"].values())
    assert {*experiment.MODELS, "front, averaged", "end, averaged", "all judge"} == {*made["test"]}
    assert made["test"][made["chosen"]]["words"] == 3
    assert capsys.readouterr().out.count("models, dev words") == 3, "a third, two thirds, all"
    rows = experiment.table(made).splitlines()
    assert len(rows) == 2 + len(made["test"]) and sum("chosen" in row for row in rows) == 1
    assert experiment.table(made) in experiment.page(made)
    experiment.keep("all", made)
    again = experiment.kept("all")
    assert experiment.page(again) == experiment.page(made)


def test_what_other_settings_found_does_not_count(tiny, monkeypatch):
    experiment.keep("front 0", {"steps": 1, "seconds": 0.1})
    assert experiment.kept("front 0")
    monkeypatch.setitem(experiment.SETTINGS, "width", 5)
    assert experiment.kept("front 0") is None


def test_a_finished_model_is_not_trained_again(tiny):
    model, found = experiment.trained(tiny, "end 0", 0.1)
    again, same = experiment.trained(tiny, "end 0", 100)
    assert same == found
    for name, value in model.params.items():
        np.testing.assert_array_equal(again.params[name], value)


def test_models_that_write_from_the_end_are_read_from_the_front(tiny):
    model, _ = experiment.trained(tiny, "end 0", 0.1)
    front, end = (experiment.say(model, tiny.dev, from_end) for from_end in (False, True))
    assert front == [answer[::-1] for answer in end]
