"""Every control moves the picture, and every mission is open at first and can be reached."""

import xml.etree.ElementTree as ET

import ipywidgets as widgets
import pytest

from course_utils import explorers
from tests.explorers import (
    test_bend,
    test_clinic,
    test_decoding,
    test_fading,
    test_modalities,
    test_wires,
)
from tests.explorers.stand_in import translate


def translator():
    return explorers.translator_explorer(translate)


MAKERS = [
    explorers.shelf_explorer,
    explorers.stage_explorer,
    translator,
    explorers.mask_explorer,
    explorers.cost_explorer,
    explorers.projection_explorer,
    explorers.plugboard_explorer,
    explorers.scale_explorer,
]
MOVES = [
    (explorers.shelf_explorer, {"x": -1.0}),
    (explorers.shelf_explorer, {"y": 1.5}),
    (explorers.shelf_explorer, {"sharpness": 10}),
    (explorers.stage_explorer, {"step": 1}),
    (explorers.stage_explorer, {"change": (1, 0), "number": 3}),
    (explorers.stage_explorer, {"step": 8, "axis": 0}),
    (translator, {"number": 105}),
    (translator, {"step": 2}),
    (explorers.mask_explorer, {"kind": "causal: no later key"}),
    (explorers.mask_explorer, {"padded": 1}),
    (explorers.mask_explorer, {"padded": 1, "way": "zero score"}),
    (explorers.cost_explorer, {"length": 200}),
    (explorers.cost_explorer, {"width": 64}),
    (explorers.cost_explorer, {"rule": "additive"}),
    (explorers.plugboard_explorer, {"rule": "general"}),
    (explorers.plugboard_explorer, {"is_self": True}),
    (explorers.plugboard_explorer, {"width": 5}),
    (explorers.scale_explorer, {"width": 64}),
    (explorers.scale_explorer, {"divisor": "√d"}),
    (explorers.scale_explorer, {"temperature": 4.0}),
]
MISSIONS = [
    (explorers.shelf_explorer, 0, {"x": 0.5, "y": 0.5}),
    (explorers.shelf_explorer, 1, {"x": 2.0, "y": 0.2, "sharpness": 10}),
    (explorers.shelf_explorer, 2, {"x": 0.0, "y": 0.0}),
    (explorers.stage_explorer, 0, {"step": 8}),
    (explorers.stage_explorer, 1, {"axis": 0, "step": 9}),
    (explorers.stage_explorer, 2, {"change": (1, 0), "number": 1, "step": 7}),
    (translator, 0, {"step": 5}),
    (translator, 1, {"number": 105, "step": 3}),
    (translator, 2, {"number": 105, "step": 2}),
    (explorers.mask_explorer, 0, {"padded": 2, "way": "zero weight"}),
    (explorers.mask_explorer, 1, {"padded": 5}),
    (explorers.mask_explorer, 2, {"kind": "causal: no later key", "way": "zero score"}),
    (explorers.cost_explorer, 0, {"length": 2_000}),
    (explorers.cost_explorer, 1, {"length": 10}),
    (explorers.cost_explorer, 2, {"length": 20_000}),
    (explorers.plugboard_explorer, 0, {"is_self": True}),
    (explorers.plugboard_explorer, 1, {"rule": "additive (rule 2)"}),
    (explorers.plugboard_explorer, 2, {"width": 16}),
    (explorers.scale_explorer, 0, {"width": 1024}),
    (explorers.scale_explorer, 1, {"width": 256, "temperature": 20.0}),
    (explorers.scale_explorer, 2, {"divisor": "d", "width": 512}),
]

# Explorers whose own tests list what moves them, and what reaches their missions.
for make, own in (
    (explorers.bend_explorer, test_bend),
    (explorers.case_explorer, test_clinic),
    (explorers.decoding_explorer, test_decoding),
    (explorers.fading_explorer, test_fading),
    (explorers.wires_explorer, test_wires),
    (explorers.modality_explorer, test_modalities),
):
    MAKERS.append(make)
    MOVES += [(make, values) for values in own.MOVES]
    MISSIONS += [(make, number, values) for number, values in enumerate(own.MISSIONS)]


def set_controls(explorer, values):
    for name, value in values.items():
        explorer.controls[name].value = value


@pytest.mark.parametrize("make", MAKERS)
def test_no_mission_is_reached_at_the_start(make):
    explorer = make()
    assert explorer.reached == [False, False, False]
    assert explorer.checklist.value.count("not yet") == 3


@pytest.mark.parametrize(("make", "values"), MOVES)
def test_a_control_redraws_the_picture_and_its_words(make, values):
    explorer = make()
    before = explorer.picture.value
    set_controls(explorer, values)
    assert explorer.picture.value != before
    assert explorer.picture.value.startswith("<svg")


@pytest.mark.parametrize(("make", "number", "values"), MISSIONS)
def test_a_mission_can_be_reached_and_stays_reached(make, number, values):
    explorer = make()
    start = {name: control.value for name, control in explorer.controls.items()}
    set_controls(explorer, values)
    assert explorer.reached[number]
    assert "✓ reached!" in explorer.checklist.value
    set_controls(explorer, start)
    assert explorer.reached[number]


@pytest.mark.parametrize("make", MAKERS)
def test_every_control_has_a_visible_label_and_works_by_keyboard(make):
    keyboard = (widgets.FloatSlider, widgets.IntSlider, widgets.SelectionSlider)
    keyboard += (widgets.Dropdown, widgets.BoundedIntText)
    for control in make().controls.values():
        assert isinstance(control, keyboard)
        assert control.description.endswith(":")


@pytest.mark.parametrize("make", MAKERS)
def test_the_text_form_is_fixed_and_the_still_is_a_picture(make):
    (first, metadata), (second, _) = make()._repr_mimebundle_(), make()._repr_mimebundle_()
    assert metadata["image/svg+xml"]["alt"]
    for media_type in ("text/plain", "image/svg+xml"):
        assert first[media_type] == second[media_type]
    assert first["text/plain"].startswith("Explorer: ")
    assert "Run this cell to use the explorer." in first["image/svg+xml"]
    assert ET.fromstring(first["image/svg+xml"]).get("role") == "img"
    assert "application/vnd.jupyter.widget-view+json" in first
