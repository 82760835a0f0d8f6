"""What is saved of widgets: those that are shown, with their parts, and nothing of earlier runs."""

import copy

import pytest

from course_utils.command.saving import STATE, VIEW, keep_what_is_shown


def notebook(shown, states):
    """What JupyterLab sends: a notebook that shows some widgets, with the states of many."""
    outputs = [{"data": {VIEW: {"model_id": name}}} for name in shown]
    outputs.append({"output_type": "stream", "text": "no widget"})
    cells = [{"cell_type": "code", "outputs": outputs}, {"cell_type": "markdown"}]
    widgets = {STATE: {"state": states, "version_major": 2}}
    return {"type": "notebook", "content": {"cells": cells, "metadata": {"widgets": widgets}}}


def kept(model):
    keep_what_is_shown(model=model, path="x.ipynb", contents_manager=None)
    return set(model["content"]["metadata"]["widgets"][STATE]["state"])


def panel(*parts):
    return {"state": {"children": [f"IPY_MODEL_{part}" for part in parts], "value": "IPY_MODEL_"}}


def test_a_widget_of_an_earlier_run_is_dropped_with_its_parts():
    states = {"now": panel("text"), "text": panel(), "before": panel("old"), "old": panel()}
    assert kept(notebook(["now"], states)) == {"now", "text"}


def test_parts_of_parts_stay_also_where_they_name_each_other():
    states = {"a": panel("b"), "b": panel("c"), "c": panel("a")}
    assert kept(notebook(["a"], states)) == {"a", "b", "c"}


def test_a_widget_that_is_shown_and_was_never_saved_is_no_error():
    assert kept(notebook(["lost"], {"old": panel()})) == set()


@pytest.mark.parametrize(
    "model",
    [
        {"type": "file", "content": "text"},
        {"type": "notebook", "content": None},
        {"type": "notebook"},
        {"type": "notebook", "content": {"cells": [], "metadata": {}}},
        {"type": "directory"},
    ],
)
def test_what_has_no_saved_widgets_stays_as_it_is(model):
    before = copy.deepcopy(model)
    keep_what_is_shown(model=model)
    assert model == before
