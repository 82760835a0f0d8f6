"""My course: one page of what was built, predicted and reached, from the progress file alone."""

import json
import re

import numpy as np

from course_utils.checks import check
from course_utils.checks.catalogue import exercises
from course_utils.checks.progress_store import store
from course_utils.learning import Option, predict, progress, reveal
from course_utils.learning.course_test import hand_in
from course_utils.learning.my_course import export_my_course, keep_scores, my_course

RULES = [Option("<b>a</b>", "", when=lambda n: n < 0), Option("b", "", when=lambda n: n > 0)]


def row_sums(A):
    """Sum each row & keep <this> line."""
    return np.asarray(A).sum(axis=-1)


def guess(answer, confidence):
    asked = predict("01.rule", "Which rule?", RULES)
    asked.answer.value = answer
    asked.saves[confidence].click()
    reveal("01.rule", 1)


def test_an_empty_file_gives_a_page_that_says_so():
    page = my_course()
    assert "Nothing is built yet." in page and "The course test is not taken yet." in page


def test_the_page_has_the_own_code_of_what_is_right():
    check("00.3", row_sums)
    page = my_course()
    assert "00.3" in page and "def row_sums(A):" in page
    assert "Sum each row &amp; keep &lt;this&gt; line." in page


def test_a_wrong_answer_is_not_shown_and_does_not_take_the_right_one_away():
    check("00.3", lambda A: A)
    assert "Nothing is built yet." in my_course()
    check("00.3", row_sums)
    check("00.3", lambda A: A)
    assert "def row_sums(A):" in my_course()


def test_predictions_stand_beside_what_happened_and_how_sure_one_was():
    guess("<b>a</b>", 2)
    page = my_course()
    cells = re.findall("<td>(.*?)</td>", page)
    assert cells[:5] == ["Which rule?", "&lt;b&gt;a&lt;/b&gt;", "certain", "b", "≠"]
    assert "<svg" in page and "0 of 1 (0 %)" in page


def test_scores_before_and_after_come_from_the_course_test():
    right = [item.letter for item in exercises("course").values()]
    hand_in("before", ["a"] * 12)
    hand_in("after", right)
    cells = re.findall("<td>(.*?)</td>", my_course())
    before = sum(letter == "a" for letter in right)
    assert cells[:6] == ["before", str(before), "12", "after", "12", "12"]


def test_the_capstone_s_numbers_come_first(path):
    store().put("20.4", "exercise", tries=1, passed=True, answer={"exam": 0.981, "headline": "<i>"})
    page = my_course()
    assert page.index("My capstone") < page.index("What I built")
    assert "0.98" in page and "&lt;i&gt;" in page


def test_the_capstone_s_table_is_kept_for_the_page():
    keep_scores({"exam, 1,000 pairs": [0.97, np.float32(0.98)], "failing": [0.0, 1.0]})
    cells = re.findall("<td>(.*?)</td>", my_course())
    assert cells[:6] == ["exam, 1,000 pairs", "0.97", "0.98", "failing", "0.00", "1.00"]


def test_a_claim_keeps_its_numbers_and_words_and_no_function():
    claim = next(e for e in exercises("20").values() if type(e).__name__ == "WorkExercise")
    kept = claim.record({"share": np.float64(0.5), "n": 3, "text": "x" * 9999, "translate": len})
    assert json.loads(json.dumps(kept))["answer"].keys() == {"share", "n", "text"}
    assert len(kept["answer"]["text"]) < 5000


def test_the_button_writes_one_file_that_asks_no_other_host(tmp_path, path):
    panel = progress(tmp_path)
    panel.keep.click()
    assert "my_course.html" in panel.status.value
    page = (tmp_path / "my_course.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>") and "<script" not in page
    links = set(re.findall(r'(?:src|href|url)[=(]"?([^")\s]+)', page))
    assert all(link.startswith("data:") for link in links)
    assert export_my_course() == tmp_path / "my_course.html"
