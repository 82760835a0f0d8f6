"""Answers in the forms that people type them."""

import pytest

from course_utils.checks import check
from course_utils.checks.answers import count_words
from course_utils.checks.catalogue import find
from course_utils.checks.typed import letter_in, numbers_in, order_in


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("0,5", [0.5]),
        ("1/2", [0.5]),
        ("50 %", [0.5]),
        ("1,5 %", [0.015]),
        ("０．５", [0.5]),
        ("−5", [-5.0]),
        ("1e-3", [0.001]),
        (".5", [0.5]),
        ("1,048,576", [1048576.0]),
        ("[0.2, 0.3, 0.5]", [0.2, 0.3, 0.5]),
        ("0.2 0.3 0.5", [0.2, 0.3, 0.5]),
        ("0,245; 0,090; 0,665", [0.245, 0.09, 0.665]),
        ("0,2, 0,3", [0.2, 0.3]),
        ("0.5、0.2", [0.5, 0.2]),
        ("1 / 2 1/4 1/4", [0.5, 0.25, 0.25]),
    ],
)
def test_numbers_are_read(text, numbers):
    assert numbers_in(text) == pytest.approx(numbers)


@pytest.mark.parametrize("text", ["five", "", "67.1 MB", "1,024", "1/0", "0.5.2", "-"])
def test_what_is_no_number_or_could_be_two_is_not_read(text):
    assert numbers_in(text) is None


def test_percent_is_what_the_question_asks_for():
    assert numbers_in("50 %") == [0.5] and numbers_in("50 %", percent=True) == [50]


@pytest.mark.parametrize("answer", ["66,4", "66.4", "６６．４", ["66,4"], "[66.4]", "332/5"])
def test_a_value_may_be_typed(answer):
    assert check("09.6", answer).passed


def test_a_list_may_hold_typed_numbers():
    assert check("02.1", ["0,245", "0.09", "66.5 %"]).passed
    assert check("02.1", "0,245 0,090 0,665").passed


def test_a_decimal_comma_in_python_makes_two_numbers_and_is_named():
    message = find("09.6").judge((66, 4)).message
    assert message.endswith("In Python a decimal has a point: 0.5, not 0,5.")


@pytest.mark.parametrize(
    "text", ["4、9、2", "[4, 9, 2]", "4 → 9 → 2", "492", "④⑨②", "4-9-2", "4. 9. 2.", "４９２"]
)
def test_orders_are_read(text):
    assert order_in(text, range(1, 10)) == (4, 9, 2)


def test_digits_in_a_row_are_one_number_where_lines_have_two():
    assert order_in("12", range(1, 13)) == (12,)
    assert order_in("12 3", range(1, 13)) == (12, 3)


@pytest.mark.parametrize("text", ["four", "4.5 9", "4 and a half"])
def test_what_is_no_order_is_not_read(text):
    assert order_in(text, range(1, 10)) is None


@pytest.mark.parametrize(
    "answer", ["3241", 3241, "3、2、4、1", "(3) (2) (4) (1)", ["3", "2", "4", "1"]]
)
def test_an_order_may_be_typed(answer):
    assert check("10.3", answer).passed


@pytest.mark.parametrize(
    "text", ["d", "d)", "(d)", "D.", "option d", "Ｄ）", "ⓓ", "“d”", "Answer: d"]
)
def test_letters_are_read(text):
    assert letter_in(text) == "d"


@pytest.mark.parametrize("text", ["ab", "d) weights", "2", ""])
def test_what_is_no_single_letter_stays_as_it_is(text):
    assert letter_in(text) == text


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("混合的电话号码谁也打不通 really", 7),
        ("混ぜた電話番号は、それだけでは誰にもつながらない", 11),
        ("ภาษาไทยไม่มีช่องว่างระหว่างคำ", 6),
        ("ភាសាខ្មែរមិនមានដកឃ្លារវាងពាក្យ", 5),
        ("한국어는 띄어쓰기를 한다", 3),
        ("one, two – three", 3),
    ],
)
def test_words_are_counted_in_every_script(text, least):
    assert least <= count_words(text) <= least + 1
