"""The data of the book's live explorers: small, complete, and made for any explorer."""

import gzip
import re
import xml.etree.ElementTree as ET

import ipywidgets as widgets
import numpy as np
import pytest

from course_utils import explorers
from course_utils.explorers.missions import Explorer, Mission, Ties, View
from course_utils.learning.panels import labelled
from course_utils.plots.drawings import label, svg
from tools.book import live, offered, panel

BYTES_TOGETHER, BYTES_OF_A_PAGE = 1_500_000, 250_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explorers")
    live.write(folder)
    return folder


def test_there_is_a_data_file_for_every_explorer_and_all_are_small(folder):
    files = {file.stem: file.read_bytes() for file in folder.glob("*.js")}
    assert sorted(files) == live.names() and len(files) >= 15
    assert sum(map(len, files.values())) <= BYTES_TOGETHER
    sizes = {name: len(gzip.compress(data)) for name, data in files.items()}
    large = {name: size for name, size in sizes.items() if size > BYTES_OF_A_PAGE}
    assert not large, "let the explorer's in_book offer less"


@pytest.mark.parametrize("name", live.names())
def test_the_values_that_the_book_offers_reach_every_mission(folder, name):
    _, columns = live.unpacked(folder / f"{name}.js")
    reached = np.bitwise_or.reduce(columns[-3])
    assert reached == 0b111, f"{name}: in_book leaves out what a mission needs"


def test_what_was_drawn_is_kept_until_a_source_changes(folder, monkeypatch):
    monkeypatch.setattr(live, "script", lambda name: pytest.fail("drawn again"))
    live.write(folder)
    before = live.edition()
    monkeypatch.setattr(np, "__version__", "0")
    assert live.edition() != before


def toy(**more):
    """An explorer of two controls and steps; what it draws says where it is."""

    def look(bent, size, step):
        said = f"{'bent' if bent else 'straight'}, <{size}>, step {step}"
        return View(svg(10, 10, "Toy", said, label(1, 2, said)), said, (bent, size, step), size + 1)

    controls = {
        "bent": labelled(widgets.Dropdown, "Bent:", options={"no": False, "yes": True}),
        "size": labelled(widgets.IntSlider, "Size:", min=-1, max=3, value=1),
        "step": labelled(widgets.IntSlider, "Step:", min=0, max=9, value=0),
    }
    missions = [Mission("Bend it & step.", lambda at: at[0] and at[2] == 1)]
    return Explorer("A <toy>", controls, look, missions, **more)


def test_a_new_explorer_is_live_by_itself(monkeypatch):
    monkeypatch.setattr(explorers, "toy_explorer", toy, raising=False)
    assert "toy_explorer" in live.names()
    assert live.script("toy_explorer").startswith('explorerArrives("toy_explorer", {"rows": 50, ')


def test_a_state_has_its_picture_its_words_its_missions_and_its_last_step():
    about, data = live.packed(toy())
    pieces = data[: about["pieces"]].decode().split("\n")
    table = np.frombuffer(data[about["pieces"] :], "<u2").reshape(-1, about["rows"]).T
    row = table[1 * 25 + 2 * 5 + 1]  # bent, the third of five sizes, the second of five steps
    cut = [pieces[number] for number in row[:-3]]
    picture, said = "".join(cut[: about["picture"]]), "".join(cut[about["picture"] :])
    assert said == "bent, <1>, step 1" and picture.count("\t") == 2
    assert "course-note" not in picture
    assert ET.fromstring(picture)[1].text == live.READING
    assert list(row[-3:]) == [1, 0, 2]


def test_a_step_past_the_last_one_is_the_last_one():
    about, data = live.packed(toy())
    table = np.frombuffer(data[about["pieces"] :], "<u2").reshape(-1, about["rows"]).T
    first_size = table[:5]  # of which nothing but step 0 is there
    assert (first_size == first_size[0]).all() and first_size[0, -1] == 0


def test_a_control_without_effect_is_drawn_as_it_was_at_first():
    about, data = live.packed(toy(ties=Ties(idle={"size": lambda bent, **_: bent})))
    table = np.frombuffer(data[about["pieces"] :], "<u2").reshape(-1, about["rows"]).T
    straight, bent = table.reshape(2, 5, 5, -1)
    assert (bent == bent[2]).all() and not (straight == straight[2]).all()
    assert set(bent[..., -2].flat) == {0b010} and set(straight[..., -2].flat) == {0}


def test_what_the_book_offers_has_the_first_value_and_steps_come_last():
    assert offered.choices(toy(in_book={"size": (-1, 1)}), "size") == [("−1", -1), ("1", 1)]
    with pytest.raises(ValueError, match="first value of 'size', 1: add it to in_book"):
        offered.choices(toy(in_book={"size": (0, 2)}), "size")
    explorer = toy()
    explorer.controls = dict(reversed(explorer.controls.items()))
    with pytest.raises(ValueError, match="'step' must be the last"):
        offered.choices(explorer, "step")


def test_too_many_pieces_are_named(monkeypatch):
    monkeypatch.setattr(live, "MOST_PIECES", 3)
    with pytest.raises(ValueError, match=r"A <toy>: .* pieces: offer less in in_book"):
        live.packed(toy())


def test_a_panel_has_a_label_for_every_control_and_its_ties():
    ties = Ties(resets={"size": "step"}, onward={"bent": "Bend & back"})
    html = panel.panel("toy", toy(ties=ties, in_book={"size": (0, 1)}), "<svg/>", "<p>T</p>")
    root = ET.fromstring(html)
    ids = {part.get("id"): part for part in root.iter() if part.get("data-control")}
    assert {part.get("for") for part in root.iter("label")} == set(ids) and len(ids) == 3
    assert ids["toy-size"].get("data-words") == "0|1" and ids["toy-size"].get("value") == "1"
    assert ids["toy-size"].get("data-resets") == "step"
    assert ids["toy-step"].get("data-from") == "0" and ids["toy-step"].get("max") == "2"
    words = re.findall(r"<button[^>]*>([^<]*)", html)
    assert words == ["Bend &amp; back", "◀ Back", "Next ▶"]
    assert "JupyterLab has more values for: Size." in html and "Bend it &amp; step." in html


@pytest.mark.parametrize("name", live.names())
def test_a_panel_is_well_formed_and_has_no_words_about_cells(name):
    explorer = live.explorer_of(name)
    html = panel.panel(name, explorer, "", "")
    root = ET.fromstring(html)
    assert len(root.findall(".//li")) == len(explorer.missions)
    assert "Enter" not in html and "cell" not in html.lower().replace("cellar", "")
