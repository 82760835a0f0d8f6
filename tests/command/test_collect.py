"""Sheets collected from homes that students write: nothing but their own plain files."""

import json
import os
from pathlib import Path

import pytest

from course_utils.command import collect, lab, settings

SHEET = Path("attention-course", "exercises", "02_score_normalise_mix.ipynb")
pytestmark = pytest.mark.skipif(os.open not in os.supports_dir_fd, reason="no hub runs here")


@pytest.fixture
def homes(tmp_path):
    """Ada has a sheet; below `outside` is what nobody hands in."""
    file = tmp_path / "homes" / "ada" / SHEET
    file.parent.mkdir(parents=True)
    file.write_text("ada's")
    os.utime(file, (1_000_000_000, 1_000_000_000))
    (tmp_path / "outside" / SHEET.parent).mkdir(parents=True)
    (tmp_path / "outside" / SHEET).write_text("secret")
    return tmp_path / "homes"


def gathered(homes):
    """{student: why nothing was taken}"""
    return dict(collect.collect("02", homes, homes.parent / "in"))


def test_a_sheet_is_copied_with_its_time(homes):
    (homes / "bo").mkdir()
    assert gathered(homes) == {"ada": "", "bo": "no such file"}
    copy = homes.parent / "in" / "ada" / SHEET.name
    assert (copy.read_text(), copy.stat().st_mtime) == ("ada's", 1_000_000_000)
    assert sorted(path.name for path in (homes.parent / "in").iterdir()) == ["ada"]


@pytest.mark.parametrize("step", range(4))
def test_no_link_on_the_way_is_followed(homes, step):
    """Neither the home itself, nor the course's folder, nor the sheet may be a link."""
    outside = homes.parent / "outside"
    place = Path(*(Path("bo") / SHEET).parts[: step + 1])
    link = homes / place
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(outside / Path(*SHEET.parts[:step]))
    found = gathered(homes)
    assert found.get("bo", "a link, which is not followed") == "a link, which is not followed"
    assert not (homes.parent / "in" / "bo").exists()


def test_a_pipe_a_folder_and_a_file_that_is_too_large_are_named(homes, monkeypatch):
    monkeypatch.setattr(collect, "LARGEST", 1_000_000)
    for student in ("bo", "cy", "di"):
        (homes / student / SHEET).parent.mkdir(parents=True)
    os.mkfifo(homes / "bo" / SHEET)
    (homes / "cy" / SHEET).mkdir()
    (homes / "di" / SHEET).write_bytes(b" " * 1_000_001)
    plain = "not a plain file of the student's own"
    assert gathered(homes) == {"ada": "", "bo": plain, "cy": plain, "di": "larger than 1 MB"}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give")
def test_a_neighbours_file_is_not_taken_by_a_hard_link(homes):
    bo = homes / "bo" / SHEET
    bo.parent.mkdir(parents=True)
    os.link(homes / "ada" / SHEET, bo)
    os.chown(homes / "bo", 1234, 1234)
    assert gathered(homes)["bo"] == "not a plain file of the student's own"


def test_what_is_missing_is_one_sentence(homes, tmp_path):
    with pytest.raises(SystemExit, match=r"no sheet '99': expected one of 00, 01"):
        collect.collect("99", homes, tmp_path / "in")
    with pytest.raises(
        SystemExit, match=r"no folder .*nobody: expected the one with the students'"
    ):
        collect.collect("02", tmp_path / "nobody", tmp_path / "in")


def test_the_teacher_reads_who_is_missing(homes):
    found = [collect.Found("ada", ""), collect.Found("bo", "no such file")]
    assert collect.told(found, "in") == "1 of 2 students: in\n  bo: no such file"


def test_a_class_gets_lessons_and_sheets_and_no_solution(tmp_path, capsys):
    lab.hand_out_to_a_class(tmp_path / "class")
    assert {path.parent.name for path in (tmp_path / "class").rglob("*.ipynb")} == {
        "notebooks",
        "exercises",
    }
    assert "notebooks are new in" in capsys.readouterr().out


def test_settings_are_put_into_an_environment_beside_those_of_others(tmp_path):
    overrides = tmp_path / settings.OVERRIDES
    overrides.parent.mkdir(parents=True)
    overrides.write_text('{"another:plugin": {"kept": true}}')
    settings.install(tmp_path)
    settings.install(tmp_path)  # a second time changes nothing
    written = json.loads(overrides.read_text())
    assert written["another:plugin"] == {"kept": True}
    assert written["@jupyter-widgets/jupyterlab-manager:plugin"] == {"saveState": True}
    assert (tmp_path / settings.EXTENSIONS / "attention-course" / "package.json").exists()
    hooks = json.loads((tmp_path / settings.SERVER).read_text())
    assert hooks["ContentsManager"] == {
        "pre_save_hook": "course_utils.command.saving.keep_what_is_shown"
    }
