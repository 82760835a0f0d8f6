"""The check engine: whatever a learner hands in gets one clear message, and nothing gets hurt."""

import contextlib
import gc
import os
import sys
import threading
import time
from itertools import permutations

import numpy as np
import pytest

from course_utils import checks, progress_store
from course_utils.attention import softmax
from course_utils.checks import NotAnsweredYet, NotCorrect, check, hint, require
from course_utils.checks.answers import count_words, shown
from course_utils.checks.calls import TookTooLong, within
from course_utils.checks.catalogue import find
from course_utils.checks.exercises import FULL, Effort

ATTENTION = find("02.3")


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    """Give each test its own progress file."""
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))
    progress_store.store.cache_clear()
    yield
    progress_store.store.cache_clear()


def attention(queries, keys, values):
    weights = softmax(queries @ keys.T)
    return weights @ values, weights


def judge(answer, exercise=ATTENTION, **options):
    return exercise.judge(answer, Effort(**options))


def test_a_right_function_passes_with_praise():
    result = check("02.3", attention)
    assert result.passed and result.mistake is None
    assert result.message.startswith("Right: rows sum to 1")


# What a learner's function may do


def test_a_function_that_prints_passes_and_hears_of_it():
    def chatty(*arrays):
        print("hello", arrays[0].shape)
        return attention(*arrays)

    verdict = judge(chatty)
    assert verdict.passed and "It also prints while it works, first: 'hello (" in verdict.note


def test_a_flood_of_prints_keeps_no_more_than_its_beginning():
    _, kept = within(5, lambda: [print("x" * 1000) for _ in range(1000)])
    assert len(kept) == 2000


def test_a_function_that_raises_shows_its_own_line():
    def broken(queries, keys, values):
        scores = queries @ keys.T
        return scores @ nothing  # noqa: F821

    verdict = judge(broken)
    assert "attention stops with NameError: name 'nothing' is not defined" in verdict.message
    line = broken.__code__.co_firstlineno + 2
    assert ("stopped", f"line {line}: return scores @ nothing  # noqa: F821") in verdict.evidence


def test_a_function_that_raises_elsewhere_shows_the_line_that_called():
    verdict = judge(lambda queries, keys, values: queries @ keys @ np.ones(9))
    assert "stops with ValueError" in verdict.message
    assert ": verdict = judge(lambda" in dict(verdict.evidence)["stopped"]


def test_settings_that_a_function_changes_end_with_it():
    """A strict np.seterr would otherwise stop our own right answer, at exp of −2000."""

    def strict(*arrays):
        found = attention(*arrays)
        np.seterr(all="raise")
        sys.stdout = None
        return found

    stdout, before = sys.stdout, np.geterr()
    assert judge(strict).passed
    assert np.geterr() == before and sys.stdout is stdout


@pytest.mark.parametrize("dtype", [object, np.float32, np.longdouble])
def test_numbers_of_any_kind_are_taken(dtype):
    assert judge(lambda *arrays: tuple(a.astype(dtype) for a in attention(*arrays))).passed


def test_an_object_that_will_not_be_a_number_is_no_array_of_numbers():
    class Refusing:
        def __array__(self, *_, **__):
            raise RuntimeError("no")

    for strange in (Refusing(), 10**400):
        assert judge(lambda *_, s=strange: (s, s)).message.startswith("context must be an array")


def test_an_error_that_cannot_be_asked_is_named_by_its_kind():
    class Silent(Exception):
        def __str__(self):
            raise RuntimeError("no")

    def failing(*_):
        raise Silent

    assert judge(failing).message == "attention stops with Silent"


def test_a_long_error_is_cut():
    def failing(*_):
        raise ValueError("x" * 10_000)

    assert len(judge(failing).message) < 250


def test_a_single_number_may_stand_in_a_list():
    assert check("01.5", [find("01.5").right_answer]).passed


def test_a_known_mistake_is_not_suspected_from_afar():
    """0.2 is no weight of the phone book, and nothing is said of one."""
    assert check("01.5", 0.2).mistake is None
    assert check("02.1", [2 / 7, 1 / 7, 4 / 7]).mistake == "powers of 2"


def test_two_right_ways_to_the_same_weights_may_round_differently():
    def changes(lookup, query, keys, values_1, values_2):
        one, answer_1 = lookup(query, keys, values_1)
        other, answer_2 = lookup(query.astype(np.longdouble), keys, values_2)
        return np.abs(one - other).max(), np.abs(answer_1 - answer_2).max()

    assert check("01.4", changes).passed


def test_a_number_that_was_not_measured_is_refused():
    """0 for the weights passed, whatever library was asked."""

    def literal(lookup, query, keys, values_1, values_2):
        answers = [lookup(query, keys, values)[1] for values in (values_1, values_2)]
        return 0, np.abs(answers[0] - answers[1]).max()

    assert check("01.4", literal).mistake == "zero without asking"


def test_a_failure_on_an_input_that_a_property_made_says_which():
    """Twice the values is an input that only a property makes: here it is refused."""
    seen = []

    def fragile(queries, keys, values):
        seen.append(float(values.sum()))
        if any(np.isclose(seen[-1], 2 * before) for before in seen):
            raise ValueError("twice")
        return attention(queries, keys, values)

    verdict = judge(fragile)
    assert verdict.message == "attention stops with ValueError: twice"
    assert "to test: twice the values give twice the answer" in dict(verdict.evidence)["input"]


def test_the_kind_of_an_array_is_named_where_it_is_none_of_numbers():
    verdict = judge(lambda *arrays: tuple(part + 0j for part in attention(*arrays)))
    assert verdict.message.endswith("of complex128.")


def test_leaving_python_does_not_end_the_kernel():
    assert "stops with SystemExit" in judge(lambda *_: sys.exit(3)).message


def test_a_function_that_returns_none_hears_of_return():
    verdict = judge(lambda *_: None)
    assert verdict.message == "attention returns None: is there a return at its end?"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("text", "attention must return 2 things, context and weights."),
        ({"context": 1}, "attention must return 2 things, context and weights."),
        ((np.ones(2), "text"), "context must have the shape"),
        (("text", np.ones(2)), "context must be an array of numbers, got a str."),
        ((object(), 1), "context must be an array of numbers, got an object."),
        (([[1], [2, 3]], 1), "context must be an array of numbers, got a list of 2."),
    ],
)
def test_the_wrong_type_is_named(value, message):
    assert judge(lambda *_: value).message.startswith(message)


def test_a_wrong_shape_is_named_with_the_right_one():
    verdict = judge(lambda q, k, v: (np.ones((len(q) + 1, v.shape[1])), np.ones((len(q), len(k)))))
    assert verdict.message.startswith("context must have the shape (")
    assert [label for label, _ in verdict.evidence] == ["input", "expected", "yours"]


def test_numbers_that_are_not_finite_are_named_with_their_input():
    def fragile(queries, keys, values):
        context, weights = attention(queries, keys, values)
        return (context, weights) if np.abs(queries).max() < 100 else (context * np.nan, weights)

    verdict = judge(fragile)
    assert verdict.message.startswith("context holds NaN or infinity")
    assert "scores of ±1000" in dict(verdict.evidence)["input"]


def test_a_function_that_changes_its_inputs_is_told_which():
    def careless(queries, keys, values):
        keys *= 2
        return attention(queries, keys / 2, values)

    verdict = judge(careless)
    assert verdict.message == "attention changes its input keys: compute on a new array instead."


@pytest.mark.parametrize("answer", [np.ones(3), (1, 2), "attention", 7, object()])
def test_what_is_no_function_is_told_so(answer):
    message = judge(answer).message
    assert 'write check("02.3", attention), without calling it' in message


def test_other_numbers_show_three_lines_with_the_learners_own():
    def nearly(queries, keys, values):
        context, weights = attention(queries, keys, values)
        return context + 1e-4, weights

    verdict = judge(nearly, smallest=0.3)
    assert not verdict.passed and len(verdict.evidence) == 3
    assert [label for label, _ in verdict.evidence] == ["seen", "expected", "yours"]


def test_a_property_that_fails_comes_before_plain_numbers():
    def tilted(queries, keys, values):
        weights = softmax(queries @ keys.T) * 1.01
        return weights @ values, weights

    verdict = judge(tilted)
    assert verdict.message == "This should hold, and does not: each row of the weights sums to 1."
    assert dict(verdict.evidence)["yours"].startswith("row sums [1.010 1.010")


# Endless work


def seconds_to(action):
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def forever(*_):
    while True:
        pass


def test_an_endless_loop_is_ended():
    threads = threading.active_count()
    assert seconds_to(lambda: judge(forever, seconds=0.2)) < 2
    assert threading.active_count() == threads


def test_a_loop_that_catches_everything_leaves_the_kernel_usable():
    over = threading.Event()

    def swallowing(*_):
        while not over.is_set():
            with contextlib.suppress(BaseException):  # what a bare `except:` does
                time.sleep(0.001)

    assert seconds_to(lambda: judge(swallowing, seconds=0.2)) < 3
    assert check("02.3", attention).passed
    over.set()


def test_an_endless_loop_gets_its_message():
    verdict = judge(forever, seconds=0.2)
    assert verdict.mistake == "endless loop"
    assert verdict.message.startswith("attention did not end within 0.2 seconds")


def test_many_slow_calls_are_called_slow_and_not_endless():
    def slow(*arguments):
        time.sleep(0.03)
        return attention(*arguments)

    verdict = judge(slow, seconds=0.3)
    assert verdict.mistake == "too slow"
    assert "may be too slow" in verdict.message and "then came queries (" in verdict.message


def test_a_loop_that_only_large_sizes_make_long_is_called_slow():
    def slow_beyond_100(n, m, d):
        while n > 100:
            pass
        return n * m * d

    verdict = find("11.1").judge(slow_beyond_100, Effort(seconds=0.5))
    assert verdict.mistake == "too slow" and "n = 300, m = 200, d = 10" in verdict.message


def test_no_edge_takes_a_plain_loop_a_second():
    """Counting step by step, and trying all orders, are slow ways that are right."""

    def counted(n, m, d):
        return sum(1 for _ in range(n) for _ in range(m) for _ in range(d))

    def every_order(function, x):
        orders = map(list, permutations(range(len(x))))
        return all([np.allclose(function(x[p]), function(x)[p]) for p in orders])

    for id, plain in (("11.1", counted), ("07.3", every_order)):
        slowest = max(
            seconds_to(lambda case=case, plain=plain: plain(*case.fresh()))
            for case in find(id).cases(seed=0)
        )
        assert slowest < 1, id
        assert find(id).judge(plain).passed, id


def test_the_limit_is_ten_seconds():
    assert FULL.seconds == 10.0


def test_a_call_that_cannot_be_stopped_leaves_the_kernel_usable():
    asleep = threading.Event()
    verdict = judge(lambda *_: asleep.wait(60), seconds=0.2)
    asleep.set()
    assert "restart the kernel" in verdict.message
    assert check("02.3", attention).passed


def test_what_is_printed_afterwards_is_seen_again(capsys):
    with pytest.raises(TookTooLong):
        within(0.1, forever)
    print("seen")
    assert capsys.readouterr().out == "seen\n"


def test_a_learners_error_comes_out_of_the_thread():
    with pytest.raises(ZeroDivisionError):
        within(1, lambda: 1 / 0)


# Values, choices, orders, texts


def test_a_value_takes_lists_arrays_and_numbers():
    for answer in ([0.245, 0.09, 0.665], np.array([0.2447, 0.0900, 0.6652]), (0.243, 0.093, 0.664)):
        assert check("02.1", answer).passed


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ([0.5, 0.5], "Expected three weights, of k1, k2 and k3; yours is an array of shape (2,)."),
        (
            "0.2",
            "Expected three weights, of k1, k2 and k3; yours is a single number.",
        ),
        (
            "a fifth",
            "Expected three weights, of k1, k2 and k3, got 'a fifth'. "
            "Write numbers like 0.5 or [0.5, 0.25].",
        ),
        (
            [0.25, 0.10, 0.65],
            "Nearly: three weights, of k1, k2 and k3, each within 0.005. Round less.",
        ),
        ([0.3, 0.3, 0.3], "A row of weights sums to 1; yours: 0.900."),
        ([0.5, 0.3, 0.2], "The highest score gets the largest weight; yours: the largest is k1's."),
        (
            [0.2, 0.1, 0.7],
            "Not these numbers yet. Asked for: three weights, of k1, k2 and k3.",
        ),
    ],
)
def test_a_wrong_value_is_told_what_does_not_hold(answer, message):
    assert check("02.1", answer).message == message


@pytest.mark.parametrize("answer", ["b", "B", " b) ", "(b)", "b.", "ｂ", "Ｂ"])
def test_a_letter_may_be_written_in_many_ways(answer):
    assert check("01.3", answer).passed


@pytest.mark.parametrize("answer", ["e", "ab", 2, ["b"], np.array([1, 2])])
def test_what_is_no_letter_of_the_choice_is_told_so(answer):
    assert check("01.3", answer).message.startswith('Answer with one of "a", "b", "c", "d"; got')


def test_a_prediction_without_right_or_wrong_takes_every_letter():
    for letter in "abcd":
        result = check("00.1", letter)
        assert result.passed and repr(result).startswith("✎")


@pytest.mark.parametrize(
    "answer",
    [[4, 9, 2, 6, 1, 3, 7], "4 9 2 6 1 3 7", "4,9,2,6,1,3,7", "４，９，２，６，１，３，７"],
)
def test_an_order_may_be_a_list_or_a_text(answer):
    assert check("02.2", answer).passed


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ([4, 9], "The first 2 are right, and some lines are still missing."),
        ([4, 9, 2, 7], "3 lines are right from the top. Line 7 does not come next."),
        ([4, 7], "1 line is right from the top. Line 7 does not come next."),
        ([7, 4], "Line 7 does not come first."),
        ([4, 4], "Each line is used once at most: one of yours stands twice."),
        ([4, 12], "There is no line 12: they go to 9."),
        ("four", "Give line numbers like [3, 1, 2]; got 'four'."),
        (7, "Give line numbers like [3, 1, 2]; got 7."),
        ([4.5, 9], "Give line numbers like [3, 1, 2]; got [4.500 9.000]."),
        ([float("inf")], "Give line numbers like [3, 1, 2]; got [inf]."),
    ],
)
def test_a_wrong_order_is_told_how_far_it_is_right(answer, message):
    assert check("02.2", answer).message == message


def test_an_empty_order_is_no_answer_and_a_huge_number_no_line():
    with pytest.raises(NotAnsweredYet, match="put the numbers of the lines"):
        check("02.2", [])
    assert "Give line numbers" in check("02.2", [10**400]).message
    assert check("02.2", [4]).message == "The first is right, and some lines are still missing."


def test_a_beginning_of_another_right_order_counts():
    wanted = "3 lines are right from the top. Line 4 does not come next."
    assert check("R1.11", [2, 7, 5, 4]).message == wanted
    assert check("R1.11", [7, 2, 5, 4]).message == wanted


def run_lines(exercise, order, head):
    """The function that the lines of an order make."""
    scope = {"np": np, "softmax": softmax}
    exec("\n".join([f"def function{head}:", *(exercise.lines[n] for n in order)]), scope)
    return scope["function"]


def test_the_order_of_the_lines_computes_attention():
    exercise = find("02.2")
    verdict = judge(run_lines(exercise, exercise.right_answer, "(Q, K, V)"))
    assert verdict.passed, verdict


def test_every_order_that_is_taken_as_right_computes_the_same():
    exercise, rng = find("R1.11"), np.random.default_rng(0)
    arrays = [rng.normal(size=s) for s in [(2, 4), (3, 5), (3, 6), (4, 7), (5, 7), (7,)]]
    head = "(queries, keys, values, W_query, W_key, v)"
    orders = exercise.right_orders()
    results = [run_lines(exercise, order, head)(*arrays) for order in orders]
    expected = softmax(find("R1.12").right_answer(*arrays[:2], *arrays[3:])) @ arrays[2]
    assert all(exercise.judge(order).passed for order in orders)
    assert all(np.allclose(result, expected) for result in results)


def test_a_text_is_recorded_and_never_scored():
    result = check("01.6", "word " * 15)
    assert result.passed and result.message.startswith("Recorded, 15 words.")
    kept = progress_store.store().get("01.6")
    assert kept["answer"].startswith("word word") and find("01.6").points == 0


def test_a_short_text_is_asked_for_more():
    assert check("01.6", "too short").message == "Say it in at least 15 words; these are 2."


def test_words_are_counted_in_chinese_too():
    assert count_words("混合的电话号码谁也打不通 really") == 7


@pytest.mark.parametrize("exercise", ["00.2", "01.3", "02.2", "01.6", "02.3"])
@pytest.mark.parametrize("nothing", [..., None])
def test_no_answer_is_the_named_error(exercise, nothing):
    with pytest.raises(NotAnsweredYet, match=f"^{exercise} is not answered yet. "):
        check(exercise, nothing)


def test_a_function_without_an_answer_is_the_named_error():
    def attention(queries, keys, values):
        raise NotAnsweredYet

    with pytest.raises(NotAnsweredYet, match=r"^02\.3 is not answered yet\. Replace the line"):
        check("02.3", attention)
    assert progress_store.store().get("02.3") == {}


def test_the_named_error_is_shown_in_short_lines_without_a_traceback():
    with pytest.raises(NotAnsweredYet) as caught:
        check("02.1", ...)
    lines = caught.value._render_traceback_()
    assert " ".join(lines) == f"○ {caught.value}" and max(map(len, lines)) <= 84
    assert caught.value.__cause__ is None and caught.value.__suppress_context__


# What is shown


def test_a_result_is_text_with_the_message_first():
    lines = repr(check("02.3", lambda q, k, v: attention(q, k, k))).splitlines()
    assert lines[0] == "✗ Your context mixes the keys: what is handed over are the values."
    assert lines[1].split()[0] == "input" and lines[-1] == "Exercise 02.3 · attention without loops"
    assert 'hint("02.3")' in lines[-2]


def test_a_result_is_html_that_shows_the_same_and_escapes_what_came():
    result = check("02.1", "<script>")
    assert "&lt;script&gt;" in result._repr_html_() and "<script>" not in result._repr_html_()
    assert 'role="status"' in result._repr_html_()


def test_a_long_answer_is_cut_and_a_strange_one_only_named():
    class Endless:
        def __repr__(self):
            raise RuntimeError("never asked for")

    assert len(shown("x" * 1000)) <= 70 and shown(Endless()) == "Endless"
    assert shown(np.arange(100)) == "[0 1 2 3 4 5 …]"


# Hints and progress


def test_hints_come_one_after_the_other():
    first, second, again = hint("02.3"), hint("02.3"), hint("02.3")
    assert (first.level, second.level, again.level) == (1, 2, 2)
    assert first.text == ATTENTION.hints[0] and second.text == ATTENTION.hints[1]
    assert repr(first).startswith("→ What shape has S") and "hint 1 of 2" in first._repr_html_()


def test_the_first_hint_comes_by_itself_after_three_failed_tries():
    answers = [repr(check("02.1", [1, 2, 3])) for _ in range(3)]
    first_hint = find("02.1").hints[0]
    assert [first_hint in answer for answer in answers] == [False, False, True]
    assert hint("02.1").level == 2


def test_what_a_learner_did_is_kept():
    check("02.1", [2, 1, 3])
    check("02.1", [0.245, 0.09, 0.665])
    check("02.1", [2, 1, 3])
    kept = progress_store.store().get("02.1")
    assert kept["kind"] == "exercise" and kept["tries"] == 3
    assert kept["passed"] is True, "what was solved once stays solved"
    assert kept["mistake"] == "scores" and kept["answer"] == [2, 1, 3]


def test_after_a_right_answer_the_next_open_exercise_is_named():
    assert check("02.1", [0.245, 0.09, 0.665]).advice == "Next: 02.2."
    assert check("02.3", attention).advice == "Next: 02.4."


def test_a_check_leaves_the_learners_arrays_alone():
    answer = np.array([0.245, 0.09, 0.665])
    answer.flags.writeable = False
    check("02.1", answer)
    assert answer.tolist() == [0.245, 0.09, 0.665]


# In class


def test_a_hidden_test_raises_for_a_wrong_answer_and_keeps_nothing():
    require("02.3", attention)
    with pytest.raises(NotCorrect, match="Your context mixes the keys"):
        require("02.3", lambda q, k, v: attention(q, k, k))
    assert progress_store.store().entries() == {}


def test_a_hidden_test_draws_its_inputs_from_the_seed_of_the_class(monkeypatch):
    seen = []

    def spying(queries, keys, values):
        seen.append(queries.sum())
        return attention(queries, keys, values)

    for seed in ("one secret", "another secret", "one secret"):
        monkeypatch.setenv("COURSE_GRADING_SEED", seed)
        require("02.3", spying)
    first, second, third = np.array_split(np.array(seen), 3)
    assert np.array_equal(first, third) and not np.isclose(first[:50], second[:50]).all()


def test_an_answer_that_knows_the_visible_inputs_fails_in_class():
    table = {}

    def recording(*arrays):
        table[arrays[0].tobytes()] = attention(*arrays)
        return table[arrays[0].tobytes()]

    assert check("02.3", recording).passed
    with pytest.raises(NotCorrect):
        require("02.3", lambda *arrays: table[arrays[0].tobytes()])


def test_checks_in_two_threads_give_the_streams_back():
    stdout = sys.stdout
    threads = [threading.Thread(target=check, args=("02.3", attention)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sys.stdout is stdout


def test_the_front_door_names_what_sheets_use():
    assert set(checks.__all__) == {
        "NotAnsweredYet",
        "NotCorrect",
        "check",
        "given",
        "hint",
        "require",
        "yours",
    }


def test_no_thread_is_left_behind():
    gc.collect()
    before = threading.active_count()
    check("02.3", attention)
    assert threading.active_count() == before and os.getpid() > 0
