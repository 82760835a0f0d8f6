"""The map of what one can read after the course: its page, its picture, its works."""

import re

from course_utils.learning.references import BIBLIOGRAPHY
from tools.next_picture import PAGE, PICTURE, Road, drawn, roads

TEXT = PAGE.read_text(encoding="utf-8")
ROADS = roads(TEXT)


def test_a_road_is_read_from_its_heading_and_its_bold_words():
    page = (
        "## Roads\n\n### [05](../n/05_a.ipynb), 06 · Rules\n\n"
        "- **[Luong 2015]**: why?\n- **`a/b.py`**, [text](x)\n\n"
        "### 22 · Bridge\n\nplain\n\n## Courses\n\n| **kernels** | [06](../n/06_b.ipynb) | far |\n"
    )
    assert roads(page) == [
        Road("05, 06 · Rules", ("Luong 2015",), ("a/b.py",), ("kernels",)),
        Road("22 · Bridge", (), (), ()),
    ]


def test_each_road_opens_something_and_each_thing_has_a_question():
    assert len(ROADS) == 12 and "Twelve roads" in TEXT and "twelve rows" in TEXT
    assert all(road.papers or road.files for road in ROADS)
    listed = TEXT.split("## Twelve roads")[1].split("## Courses")[0]
    items = re.split(r"^- ", listed, flags=re.M)[1:]
    assert len(items) > 20 and all("?" in item for item in items)


def test_every_missing_subject_stands_beside_one_road():
    rows = re.findall(r"^\| \*\*(.+?)\*\* \| \[\w+\]\(\S+\) \|", TEXT, flags=re.M)
    assert len(rows) == 9
    assert sorted(rows) == sorted(name for road in ROADS for name in road.missing)


def test_works_are_those_of_the_bibliography():
    cited = set(re.findall(r"\[(\w+ \d{4}[a-z]?)\]", TEXT))
    rows = re.findall(r"^\| (\w+ \d{4}[a-z]?) \| (.+?) \| (.+?) \|$", TEXT, flags=re.M)
    assert cited == {key for key, *_ in rows} and len(cited) > 15
    for key, title, where in rows:
        assert (BIBLIOGRAPHY[key].title, BIBLIOGRAPHY[key].where) == (title, where)


def test_no_text_of_the_picture_leaves_its_box():
    figure = drawn(ROADS)
    figure.draw_without_rendering()
    axes = figure.axes[0]
    edges = [box.get_window_extent() for box in axes.patches]
    for text in axes.texts:
        if "\n" in text.get_text() or text.get_fontweight() != "bold":
            own = text.get_window_extent()
            around = [e for e in edges if e.x0 <= own.x0 <= e.x1 and e.y0 <= own.y0 <= e.y1]
            assert text.get_text() == "" or any(own.x1 <= e.x1 for e in around), text.get_text()


def test_the_picture_is_there():
    assert PICTURE.is_file() and f"images/{PICTURE.name}" in TEXT
