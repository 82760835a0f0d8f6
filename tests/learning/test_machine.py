"""The machine's check says what to do where something is missing, and only there."""

import pytest

from course_utils.learning import machine
from course_utils.learning.machine import check_machine


def remedies():
    return {check.what: check.remedy for check in check_machine().checks}


def test_the_machine_of_the_tests_is_ready_but_for_its_fonts():
    missing = {what for what, remedy in remedies().items() if remedy}
    assert missing <= {"Chinese font"}
    assert len(repr(check_machine()).splitlines()) == len(remedies()) + 1


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("sys.version_info", (3, 10, 2), "Python"),
        ("np.__version__", "1.26.4", "NumPy"),
    ],
)
def test_what_is_too_old_is_said_with_what_to_do(name, value, what, monkeypatch):
    monkeypatch.setattr(f"course_utils.learning.machine.{name}", value)
    assert "The course needs" in remedies()[what]
    text = repr(check_machine())
    assert f"→ {what}: " in text and text.endswith("would make it better.")
    assert not check_machine().ready


def test_a_found_text_is_no_markup(monkeypatch):
    monkeypatch.setattr(machine.np, "__version__", "2.0<b>")
    assert "2.0&lt;b&gt;" in check_machine()._repr_html_()
