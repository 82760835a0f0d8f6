"""What was measured is shown, and a number that left its range is said."""

import importlib
import re
from pathlib import Path

import numpy as np
import pytest
from nbval.plugin import get_sanitize_patterns

from course_utils.learning import measured

module = importlib.import_module("course_utils.learning.measured")
SANITIZE = Path(__file__).resolve().parents[1] / "nbval_sanitize.cfg"
((REGEX, REPLACE),) = get_sanitize_patterns(SANITIZE.read_text(encoding="utf-8"))
REGISTER = {
    "10.long": {"claim": "long strings", "range": {"dot": [0.9, 1.0], "none": {"20": [0, 0.55]}}},
    "10.gap": {"claim": "the gap", "range": [0.3, 0.6]},
    "10.hunt": {"claim": "what the bug gives", "range": [0, 0.1]},
}


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    monkeypatch.setattr(module, "register", lambda: REGISTER)


def printed(capsys, *arguments, **named):
    measured(*arguments, **named)
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.9731, "0.97"),
        (1, "1.00"),
        (0.0, "0"),
        (12.345, "12.3"),
        (346.7, "347"),
        (4_000, "4,000"),
        (0.00123, "0.0012"),
        (3.2e-9, "3.2e-09"),
        (np.float32(0.5), "0.50"),
        ([0.4, 0.38, 0.42], "0.40 (0.38 to 0.42)"),
    ],
)
def test_a_number_is_rounded_to_what_means_something(value, said, capsys):
    assert printed(capsys, "share right", value) == f"share right ≈ {said}\n"


def test_several_stand_in_one_aligned_table(capsys):
    assert printed(capsys, "right", {"without": 0.4, "dot attention": [0.97, 1]}) == (
        "right:\n  without       ≈ 0.40\n  dot attention ≈ 0.98 (0.97 to 1.00)\n"
    )
    table = {"without": {2: 1.0, 20: 0.4}, "dot": {2: 0.99, 20: 0.97}}
    assert printed(capsys, "right", table, unit=" %") == (
        "right (%):\n                  2      20\n"
        "  without ≈    1.00    0.40\n  dot     ≈    0.99    0.97\n"
    )


def test_inside_its_range_nothing_is_said(capsys):
    assert len(printed(capsys, "gap", [0.31, 0.59], "10.gap").splitlines()) == 1


@pytest.mark.parametrize("value", [0.29, [0.4, 0.61], float("nan")])
def test_outside_of_its_range_a_sentence_says_so(value, capsys):
    said = printed(capsys, "gap", value, "10.gap")
    assert re.search(r"^Outside: .* where 0\.3 to 0\.6 was expected \(the gap\)", said, flags=re.M)


def test_a_bug_that_was_mended_is_no_broken_claim(capsys):
    said = printed(capsys, "loss", 0.8, "10.hunt")
    assert "Outside: 0.8" in said and "If you have mended the bug above" in said
    assert "mended" not in printed(capsys, "gap", 0.8, "10.gap")


def test_rows_and_columns_have_ranges_of_their_own(capsys):
    table = {"dot": {2: 1.0, 20: 0.97}, "none": {2: 1.0, 20: 0.6}}
    (sentence,) = re.findall("Outside: .*", printed(capsys, "right", table, "10.long"))
    assert sentence.startswith("Outside: none, 20: 0.6, where 0 to 0.55")
    with pytest.raises(LookupError, match="promises 'none', but measured were"):
        measured("right", {"dot": 1.0}, "10.long")


def test_an_author_is_told_what_is_missing():
    with pytest.raises(LookupError, match=r"'10\.no' is not in register\.toml"):
        measured("gap", 0.4, "10.no")
    with pytest.raises(TypeError, match="give the number itself, not whether it is large"):
        measured("gap", np.bool_(True))
    with pytest.raises(TypeError, match="shows numbers, got 'many'"):
        measured("gap", "many")


def sanitized(text):
    return re.sub(REGEX, REPLACE, text)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("right ≈ 0.97 of 20", "right ≈ 0.4 of 20", True),
        ("right ≈ 0.97 of 20", "right ≈ 0.97 of 21", False),
        ("  dot ≈ 0.97 (0.96 to 1.00)", "  dot ≈ 12 (1e-05 to 1,300)", True),
        ("  dot ≈    0.99    0.97\n  none ≈ 1", "  dot ≈    10.9       1\n  none ≈ 2", True),
        ("  dot ≈ 0.9\n  none ≈ 1", "  additive ≈ 0.9\n  none ≈ 1", False),
        ("What happened: ≈ 97. It learns.", "What happened: ≈ 96.1. It learns.", True),
        ("What happened: ≈ 97. You were right. It", "What happened: ≈ 97. It", False),
        ("dot ≈ −0.5 %", "dot ≈ -0.4 %", True),
        ("20 symbols: 5", "20 symbols: 6", False),
    ],
)
def test_only_the_digits_behind_the_sign_are_left_out(one, other, equal):
    assert (sanitized(one) == sanitized(other)) is equal
