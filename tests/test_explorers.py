"""Every control moves the picture, and every mission is open at first and can be reached."""

import xml.etree.ElementTree as ET

import ipywidgets as widgets
import numpy as np
import pytest

from course_utils import explorers

WORDS = {
    342_000: "three hundred and forty two thousand",
    105: "one hundred and five",
    7: "seven",
    10: "ten",
}
SYMBOLS = {342_000: "三十四万二千", 105: "一百零五", 7: "七", 10: ""}


def translate(number):
    """Stand in for a trained model: 百 and 零 look at "and", any other looks along the diagonal."""
    words, symbols = WORDS[number].split(), list(SYMBOLS[number])
    weights = np.full((len(symbols), len(words)), 0.02)
    for i, symbol in enumerate(symbols):
        weights[i, words.index("and") if symbol in "百零" else min(i, len(words) - 1)] += 1
    if number == 342_000:
        weights[4, 0] += 2  # 二 jumps back to the first word
    return explorers.Translation(words, symbols, weights / weights.sum(axis=1, keepdims=True))


def translator():
    return explorers.translator_explorer(translate)


MAKERS = [explorers.shelf_explorer, explorers.stage_explorer, translator]
MOVES = [
    (explorers.shelf_explorer, {"x": -1.0}),
    (explorers.shelf_explorer, {"y": 1.5}),
    (explorers.shelf_explorer, {"sharpness": 10}),
    (explorers.stage_explorer, {"step": 1}),
    (explorers.stage_explorer, {"change": (1, 0), "number": 3}),
    (explorers.stage_explorer, {"step": 8, "axis": 0}),
    (translator, {"number": 105}),
    (translator, {"step": 2}),
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
]


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
    keyboard = (widgets.FloatSlider, widgets.IntSlider, widgets.Dropdown, widgets.BoundedIntText)
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


def test_the_buttons_step_on_and_back_and_stop_at_the_ends():
    explorer = explorers.stage_explorer()
    explorer._move(-1)
    assert explorer.controls["step"].value == 0
    explorer._move(1)
    explorer._move(1)
    explorer._move(-1)
    assert explorer.controls["step"].value == 1
    assert "q1 · k1 = 1·1 + 0·0 = 1." in explorer.reading.value


def test_the_hand_example_gives_the_published_numbers():
    last = explorers.stage_look(axis=-1, change=(), number=0, step=10)
    np.testing.assert_allclose(
        last.facts.weights, [[0.422, 0.155, 0.422], [0.155, 0.422, 0.422]], atol=5e-4
    )
    assert "[3.665 6.335]" in last.reading


def test_each_step_fills_what_it_says():
    filled = [
        int(np.isfinite(explorers.stage_look(-1, (), 0, step).facts.weights).sum())
        for step in range(11)
    ]
    assert filled == [0] * 7 + [3, 6, 6, 6]
    by_column = [
        int(np.isfinite(explorers.stage_look(0, (), 0, step).facts.weights).sum())
        for step in range(12)
    ]
    assert by_column == [0] * 7 + [2, 4, 6, 6, 6]


def test_the_wrong_axis_has_one_step_more():
    explorer = explorers.stage_explorer()
    explorer.controls["axis"].value = 0
    assert explorer.controls["step"].max == 11
    explorer.controls["step"].value = 11
    explorer.controls["axis"].value = -1
    assert (explorer.controls["step"].max, explorer.controls["step"].value) == (10, 10)


def test_the_shelf_blends_within_the_books():
    view = explorers.shelf_look(x=-0.7, y=1.3, sharpness=1)
    assert view.facts.sum() == pytest.approx(1)
    blended = view.facts @ explorers.BOOK_PAGES
    for amount in blended:
        assert f"{amount:.1f}" in view.reading


def test_the_translator_asks_the_model_once_per_number():
    asked = []

    def counting(number):
        asked.append(number)
        return translate(number)

    explorer = explorers.translator_explorer(counting)
    for step in (2, 3, 4):
        explorer.controls["step"].value = step
    assert asked == [342_000]


def test_the_translator_reads_the_current_row_aloud():
    view = explorers.translation_look(translate, 105, 3)
    assert "one hundred and five. Written so far: 一百零. 零: 94 % on and." in view.reading
    assert view.facts.top_words == ("one", "and", "and")


def test_a_model_that_writes_nothing_is_shown_as_such():
    explorer = translator()
    explorer.controls["number"].value = 10
    assert "Written so far: nothing." in explorer.reading.value
    explorer.controls["number"].value = 7
    assert "Written so far: 七." in explorer.reading.value


def test_weights_that_do_not_fit_the_words_are_an_error():
    def padded(number):
        words, symbols, weights = translate(number)
        return explorers.Translation(words, symbols, np.pad(weights, ((0, 2), (0, 0))))

    with pytest.raises(ValueError, match=r"\(6, 6\), got \(8, 6\)"):
        explorers.translator_explorer(padded)
