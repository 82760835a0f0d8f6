"""The live translator reads its rows aloud, and draws any number at one size."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from course_utils.explorers.translator import (
    Translation,
    translation_look,
    translation_picture,
    translator_explorer,
)
from tests.explorers.stand_in import translate

MOVES = [{"number": 105}, {"step": 2}]
MISSIONS = [{"step": 5}, {"number": 105, "step": 3}, {"number": 105, "step": 2}]
SVG = "{http://www.w3.org/2000/svg}"


def make():
    return translator_explorer(translate)


def test_the_translator_asks_the_model_once_per_number():
    asked = []

    def counting(number):
        asked.append(number)
        return translate(number)

    explorer = translator_explorer(counting)
    for step in (2, 3, 4):
        explorer.controls["step"].value = step
    assert asked == [342_000]


def test_a_new_number_starts_at_its_first_character():
    explorer = make()
    explorer.controls["step"].value = 5
    explorer.controls["number"].value = 105
    assert explorer.controls["step"].value == 1
    assert "Written so far: 一. 一:" in explorer.reading.value


def test_the_translator_reads_the_current_row_aloud():
    view = translation_look(translate, 105, 3)
    assert "one hundred and five. Written so far: 一百零. 零: 94 % on and." in view.reading
    assert view.facts.top_words == ("one", "and", "and")


def test_a_model_that_writes_nothing_is_shown_as_such():
    explorer = make()
    explorer.controls["number"].value = 10
    assert "Written so far: nothing." in explorer.reading.value
    explorer.controls["number"].value = 7
    assert "Written so far: 七." in explorer.reading.value


def test_weights_that_do_not_fit_the_words_are_an_error():
    def padded(number):
        words, symbols, weights = translate(number)
        return Translation(words, symbols, np.pad(weights, ((0, 2), (0, 0))))

    with pytest.raises(ValueError, match=r"\(6, 6\), got \(8, 6\)"):
        translator_explorer(padded)


def translation(n, m, step):
    weights = np.random.default_rng(n).dirichlet(np.ones(m), n)
    words, symbols = [f"word{j}" for j in range(m)], ["三"] * n
    return translation_picture(weights, words, symbols, step, "reading <&>")


@pytest.mark.parametrize(("n", "m", "step"), [(1, 1, 1), (0, 1, 0), (4, 6, 3), (17, 17, 17)])
def test_the_translation_keeps_its_size_and_stays_inside(n, m, step):
    root = ET.fromstring(translation(n, m, step))
    width, height = float(root.get("width")), float(root.get("height"))
    assert (width, height) == (860, 430)
    for rect in root.iter(f"{SVG}rect"):
        x, y, w, h = (float(rect.get(name, 0)) for name in ("x", "y", "width", "height"))
        assert x >= 0 and y >= 0 and x + w <= width and y + h <= height


def test_only_rows_that_are_written_show_numbers():
    def numbers(step):
        texts = [text.text for text in ET.fromstring(translation(3, 4, step)).iter(f"{SVG}text")]
        return sum(text.startswith("0.") for text in texts)

    assert numbers(1) < numbers(2) < numbers(3) <= 12
