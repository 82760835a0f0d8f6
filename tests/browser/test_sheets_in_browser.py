"""A sheet as a newcomer meets it: unanswered, three wrong answers, a hint, right, and progress.

Every sheet runs unanswered in a kernel (tests/checks/test_sheet_maker.py); here one, and all of
them in `make test-all`. Screenshots: <name>-unanswered, -wrong and -right.
"""

from pathlib import Path

import pytest

from course_utils.checks.catalogue import exercises

SHEETS = sorted((Path(__file__).resolve().parents[2] / "exercises").glob("*.ipynb"))
SECONDS_TO_RUN, TO_SHOW = 120, 30_000
SHEET = "02_score_normalise_mix"
ATTENTION = """def attention(queries, keys, values):
    weights = softmax({scores})
    return weights @ {mixed}, weights
"""
WRONG = {
    "you normalised over the queries": {"scores": "queries @ keys.T, axis=0", "mixed": "values"},
    "Your context mixes the keys": {"scores": "queries @ keys.T", "mixed": "keys"},
    "multiplies rows of Q with columns of K": {"scores": "queries @ keys", "mixed": "values"},
}
RIGHT = {
    "weights_of_q3 = ": "weights_of_q3 = [0.245, 0.090, 0.665]",
    "order = ": "order = [4, 9, 2, 6, 1, 3, 7]",
    "def attention(": ATTENTION.format(scores="queries @ keys.T", mixed="values"),
    "def attention_weights(": "def attention_weights(queries, keys):\n"
    "    return softmax(queries @ keys.T)",
    "def batched_attention(": "def batched_attention(queries, keys, values):\n"
    "    weights = softmax(queries @ keys.swapaxes(-1, -2))\n"
    "    return weights @ values, weights",
}


def errors(sheet):
    """The errors that the page shows, as (name, exercise)."""
    return [
        (output["ename"], output["evalue"].split()[0])
        for cell in sheet.code_cells()
        for output in cell["outputs"]
        if output["output_type"] == "error"
    ]


@pytest.fixture(scope="module")
def sheet(lab_page):
    with lab_page.opened(SHEET, "exercises") as sheet:
        yield sheet


def assert_unanswered(sheet):
    """Every question says that it waits for an answer, and the run goes on to the last cell."""
    sheet.run_through(SECONDS_TO_RUN)
    asked = list(exercises(sheet.name.split("_")[0]))
    assert errors(sheet) == [("NotAnsweredYet", exercise) for exercise in asked]
    counts = [cell["execution_count"] for cell in sheet.code_cells()]
    assert counts == list(range(1, len(counts) + 1)), "the last cell ran too"
    assert sheet.complaints == [] and sheet.strangers == []


def test_as_handed_out_every_question_says_so_and_the_run_goes_on(sheet):
    assert_unanswered(sheet)


@pytest.mark.nightly
@pytest.mark.parametrize("name", [p.stem for p in SHEETS if p.stem != "course_test"])
def test_so_does_every_sheet(lab_page, shots, name):
    with lab_page.opened(name, "exercises") as page:
        assert_unanswered(page)
        if shots:
            page.take_pictures(shots / "unanswered")


def test_three_wrong_answers_are_told_apart_by_name(sheet, shots):
    for message, parts in WRONG.items():
        sheet.write("def attention(", ATTENTION.format(**parts))
        sheet.run_through(SECONDS_TO_RUN)
        shown = sheet.page.locator("div[role=status]", has_text=message)
        shown.first.wait_for(timeout=TO_SHOW)
        assert shown.count() == 1
    assert "What shape has S, the scores" in shown.inner_text(), "the hint of the third try"
    if shots:
        shown.scroll_into_view_if_needed()
        sheet.page.screenshot(path=shots / f"{SHEET}-wrong.png")


def test_a_hint_comes_on_demand(sheet):
    sheet.write(
        "import numpy as np",
        "import numpy as np\n\nfrom course_utils.attention import "
        "softmax\nfrom course_utils.checks import NotAnsweredYet, check, hint\n\n"
        'hint("02.5")',
    )
    sheet.run_through(SECONDS_TO_RUN)
    shown = sheet.page.locator("div[role=status]", has_text="which two axes of keys change places?")
    shown.wait_for(timeout=TO_SHOW)


def test_right_answers_pass_and_are_seen_in_progress(sheet, shots):
    for start, text in RIGHT.items():
        sheet.write(start, text)
    assert sheet.run_all(SECONDS_TO_RUN) and errors(sheet) == []
    board = sheet.page.locator(".course-panel", has_text="Your progress")
    board.locator("td", has_text="1● 2● 3● 4● 5●").wait_for(timeout=TO_SHOW)
    if shots:
        sheet.page.locator("div[role=status]", has_text="✓").nth(2).scroll_into_view_if_needed()
        sheet.page.screenshot(path=shots / f"{SHEET}-right.png")
        board.screenshot(path=shots / f"{SHEET}-progress.png")
