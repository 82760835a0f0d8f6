"""Every explorer: each control moves the picture, each mission is open at first and reached.

A module of course_utils/explorers is tried with what its test module says:

MOVES : [{control: value, …}, …], the last control of each redraws the picture and its words; every
control is the last of one.
MISSIONS : [{control: value, …}, …], what reaches each mission, in the order of the missions.
make : only where the explorer needs something, a function that returns it.
"""

import importlib
import xml.etree.ElementTree as ET
from pathlib import Path

import ipywidgets as widgets
import pytest

from course_utils import explorers

SVG = "{http://www.w3.org/2000/svg}"
HERE, THERE = "tests/explorers", "course_utils/explorers"
FOLDER = Path(explorers.__file__).parent
KEYBOARD = (widgets.FloatSlider, widgets.IntSlider, widgets.SelectionSlider)
KEYBOARD += (widgets.Dropdown, widgets.BoundedIntText)


def makers_in(stem):
    """The functions of a module that return an explorer: one, or none where it is a helper."""
    module = importlib.import_module(f"course_utils.explorers.{stem}")
    found = {name: value for name, value in vars(module).items() if name.endswith("_explorer")}
    return {name: value for name, value in found.items() if value.__module__ == module.__name__}


STEMS = [path.stem for path in sorted(FOLDER.glob("[!_]*.py")) if makers_in(path.stem)]
each_explorer = pytest.mark.parametrize("stem", STEMS)


def trial(stem):
    """The test module of an explorer, or None where nobody has written one."""
    there = (Path(__file__).parent / f"test_{stem}.py").exists()
    return importlib.import_module(f"tests.explorers.test_{stem}") if there else None


def make(stem):
    (maker,) = makers_in(stem).values()
    return getattr(trial(stem), "make", maker)()


def every(table):
    """A parameter for each entry of MOVES or MISSIONS of every explorer: stem, number, values."""
    return [
        pytest.param(stem, number, values, id=f"{stem}-{number}")
        for stem in STEMS
        for number, values in enumerate(getattr(trial(stem), table, ()))
    ]


def set_controls(explorer, values):
    for name, value in values.items():
        explorer.controls[name].value = value


def drawn(explorer):
    """The picture without its description, which changes with the words."""
    root = ET.fromstring(explorer.picture.value)
    root.remove(root.find(f"{SVG}desc"))
    return ET.tostring(root)


@each_explorer
def test_an_explorer_stands_in_the_front_door(stem):
    (name,) = makers_in(stem)
    assert hasattr(explorers, name), (
        f"{THERE}/__init__.py: add the line from course_utils.explorers.{stem} import {name}"
    )


@each_explorer
def test_every_control_and_every_mission_is_tried(stem):
    own, file, explorer = trial(stem), f"{HERE}/test_{stem}.py", make(stem)
    assert hasattr(own, "MOVES") and hasattr(own, "MISSIONS"), (
        f"{file}: write MOVES = [{{control: value}}, …], each control the last of one of them, and "
        f"MISSIONS = [{{control: value}}, …], what reaches each mission"
    )
    moved = {list(move)[-1] for move in own.MOVES}
    missing = sorted(set(explorer.controls) - moved)
    assert not missing, f"{file}: in MOVES no move ends with {missing}"
    missions = [mission.task for mission in explorer.missions]
    assert len(own.MISSIONS) == len(missions), (
        f"{file}: MISSIONS has one entry for each of {missions}"
    )


@each_explorer
def test_no_mission_is_reached_at_the_start(stem):
    explorer = make(stem)
    reached = [m.task for m, done in zip(explorer.missions, explorer.reached, strict=True) if done]
    assert not reached, f"{THERE}/{stem}.py: reached before anything was moved: {reached}"
    assert explorer.checklist.value.count("not yet") == len(explorer.missions) == 3


@pytest.mark.parametrize(("stem", "number", "values"), every("MOVES"))
def test_a_move_redraws_the_picture_and_its_words(stem, number, values):
    explorer = make(stem)
    *first, last = values.items()
    set_controls(explorer, dict(first))
    before = drawn(explorer), explorer.reading.value
    set_controls(explorer, dict([last]))
    after = drawn(explorer), explorer.reading.value
    for part, one, other in zip(("picture", "reading"), before, after, strict=True):
        assert one != other, f"{THERE}/{stem}.py: {values}, the last of them moves no {part}"


@pytest.mark.parametrize(("stem", "number", "values"), every("MISSIONS"))
def test_a_mission_can_be_reached_and_stays_reached(stem, number, values):
    explorer = make(stem)
    start = {name: control.value for name, control in explorer.controls.items()}
    task = explorer.missions[number].task
    set_controls(explorer, values)
    assert explorer.reached[number], f"{THERE}/{stem}.py: {values} does not reach “{task}”"
    assert "✓ reached!" in explorer.checklist.value
    set_controls(explorer, start)
    assert explorer.reached[number], f"{THERE}/{stem}.py: “{task}” was reached and is open again"


@each_explorer
def test_the_picture_has_one_size_and_stays_inside(stem):
    own, size = trial(stem), ET.fromstring(make(stem).picture.value).get("viewBox")
    for values in ({}, *getattr(own, "MOVES", ()), *getattr(own, "MISSIONS", ())):
        explorer = make(stem)
        set_controls(explorer, values)
        root = ET.fromstring(explorer.picture.value)
        assert root.get("viewBox") == size, f"{THERE}/{stem}.py: another size after {values}"
        outside = [shape.attrib for shape in root.iter(f"{SVG}rect") if not is_inside(shape, size)]
        assert not outside, f"{THERE}/{stem}.py: outside of the picture after {values}: {outside}"


def is_inside(shape, size):
    """Whether a rectangle has a size and lies in the picture, to a hundredth of a pixel."""
    *_, width, height = map(float, size.split())
    x, y, w, h = (float(shape.get(name, 0)) for name in ("x", "y", "width", "height"))
    return min(x, y, w, h) >= -0.01 and x + w <= width + 0.01 and y + h <= height + 0.01


@each_explorer
def test_every_control_has_a_visible_label_and_works_by_keyboard(stem):
    for name, control in make(stem).controls.items():
        said = f"{THERE}/{stem}.py: the control {name!r}"
        assert isinstance(control, KEYBOARD), f"{said} is none that a keyboard moves"
        assert control.description.endswith(":"), f"{said} needs a label that ends in a colon"


@each_explorer
def test_the_text_form_is_fixed_and_the_still_is_a_picture(stem):
    (first, metadata), (second, _) = (make(stem)._repr_mimebundle_() for _ in range(2))
    assert metadata["image/svg+xml"]["alt"]
    for media_type in ("text/plain", "image/svg+xml"):
        assert first[media_type] == second[media_type]
    assert first["text/plain"].startswith("Explorer: ")
    assert "Run this cell to use the explorer." in first["image/svg+xml"]
    assert ET.fromstring(first["image/svg+xml"]).get("role") == "img"
    assert "application/vnd.jupyter.widget-view+json" in first
