"""A hard link to SOURCE is no hand-in, and everything else is."""

import json
import os

import pytest

from course_utils.grading.master import read_master
from course_utils.grading.notebooks import Rejected
from course_utils.grading.own_files import without_own
from course_utils.grading.submissions import find_submissions
from tests.grading.invented_class import Case, master_notebook


@pytest.fixture
def handed_in(tmp_path):
    """A folder with SOURCE and a key beside it, and what was handed in: links, and a copy."""
    own, students = tmp_path / "own", tmp_path / "in"
    for folder in (own, *(students / name for name in ("anna", "bo", "cy", "dee"))):
        folder.mkdir(parents=True)
    for name in ("mini.ipynb", "key.ipynb"):
        (own / name).write_text(json.dumps(master_notebook()))
    os.link(own / "mini.ipynb", students / "anna" / "mini.ipynb")
    os.link(own / "key.ipynb", students / "bo" / "mine.ipynb")
    (students / "cy" / "mini.ipynb").write_bytes(Case("right").bytes())
    os.link(students / "cy" / "mini.ipynb", students / "dee" / "mini.ipynb")  # as backups do
    return own / "mini.ipynb", students


def test_links_to_a_teachers_files_are_refused(handed_in):
    source, students = handed_in
    master, said = read_master(source), {}
    for one in without_own(find_submissions(students), source):
        try:
            said[one.student] = one.choose(master).name
        except Rejected as reason:
            said[one.student] = str(reason)
    assert said["anna"].endswith("it is a hard link to the teacher's own mini.ipynb.")
    assert said["bo"].endswith("it is a hard link to the teacher's own key.ipynb.")
    assert said["cy"] == said["dee"] == "mini.ipynb"


def test_source_may_be_tried_as_a_hand_in(handed_in):
    source, _ = handed_in
    for place in (source, source.parent):
        files = [file for one in without_own(find_submissions(place), source) for file in one.files]
        assert files and not any(file.reason for file in files)
