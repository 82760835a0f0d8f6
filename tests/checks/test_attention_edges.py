"""The edges of exercises on attention: exact, crossed in pairs, and no wrong softmax passes."""

import ast
import inspect
import textwrap
from itertools import combinations

import numpy as np
import pytest

from course_utils.attention import softmax as right_softmax
from course_utils.checks.cases import Case
from course_utils.checks.catalogue import blanks, exercises, lessons, sheets
from course_utils.checks.functions import FunctionExercise
from course_utils.checks.returned import as_outputs
from course_utils.checks.sheets.attention_edges import LAYOUTS, MASKS, SCORES, SIZES, edges_in_pairs

DECLARED = [exercise for sheet in sheets() for exercise in exercises(sheet).values()]
DECLARED += [blank for lesson in lessons() for blank in blanks(lesson).values()]
FUNCTIONS = [exercise for exercise in DECLARED if isinstance(exercise, FunctionExercise)]
CROSSED = [exercise for exercise in FUNCTIONS if exercise.crossed()]


def seen_by(mask, scores):
    """The mask in full, and the scores with −∞ where hidden."""
    seen = np.ones(scores.shape, bool) if mask is None else np.broadcast_to(mask, scores.shape)
    return seen, np.where(seen, scores, -np.inf)


def divided(exps, axis):
    """Exponentials divided by their sum, zeros where it is 0."""
    total = exps.sum(axis=axis, keepdims=True)
    return exps / np.where(total == 0, 1, total)


def naive(scores, axis=-1, mask=None):
    return divided(np.exp(seen_by(mask, scores)[1]), axis)


def clipped(scores, axis=-1, mask=None):
    return divided(np.exp(np.clip(seen_by(mask, scores)[1], -np.inf, 700)), axis)


def shifted_by_the_first(scores, axis=-1, mask=None):
    return divided(np.exp(seen_by(mask, scores)[1] - np.take(scores, [0], axis)), axis)


def shifted_by_the_mean(scores, axis=-1, mask=None):
    return divided(np.exp(seen_by(mask, scores)[1] - scores.mean(axis, keepdims=True)), axis)


def one_largest_for_all(scores, axis=-1, mask=None):
    return divided(np.exp(seen_by(mask, scores)[1] - scores.max()), axis)


def a_thousandth_in_the_sum(scores, axis=-1, mask=None):
    hidden = seen_by(mask, scores)[1]
    largest = hidden.max(axis, keepdims=True)
    exps = np.exp(hidden - np.where(np.isfinite(largest), largest, 0))
    return exps / (exps.sum(axis, keepdims=True) + 1e-3)


def over_the_first_axis(scores, axis=-1, mask=None):
    return right_softmax(scores, 0, mask)


def mask_ignored(scores, axis=-1, mask=None):
    return right_softmax(scores, axis)


def mask_inverted(scores, axis=-1, mask=None):
    return right_softmax(scores, axis, None if mask is None else ~mask)


def times_the_mask(scores, axis=-1, mask=None):
    return right_softmax(scores, axis) * seen_by(mask, scores)[0]


def times_the_mask_and_renormalised(scores, axis=-1, mask=None):
    return divided(times_the_mask(scores, axis, mask), axis)


def hidden_by(number):
    """A softmax that puts a number in place of −∞, and zeros where nothing is seen."""

    def softmax(scores, axis=-1, mask=None):
        seen = seen_by(mask, scores)[0]
        weights = right_softmax(np.where(seen, scores, number), axis)
        return np.where(seen.any(axis, keepdims=True), weights, 0)

    return softmax


def taken_off_where_hidden(scores, axis=-1, mask=None):
    seen = seen_by(mask, scores)[0]
    weights = right_softmax(scores - 1000 * ~seen, axis)
    return np.where(seen.any(axis, keepdims=True), weights, 0)


OF_SCORES = {
    "naive exp": naive,
    "clipped at 700": clipped,
    "shifted by the first key": shifted_by_the_first,
    "shifted by the mean": shifted_by_the_mean,
    "a thousandth in the sum": a_thousandth_in_the_sum,
}
OF_ROWS = {"one largest for all": one_largest_for_all, "over axis 0": over_the_first_axis}
OF_MASKS = {
    "mask ignored": mask_ignored,
    "mask inverted": mask_inverted,
    "times the mask": times_the_mask,
    "times the mask and renormalised": times_the_mask_and_renormalised,
    "hidden by 0": hidden_by(0),
    "hidden by −100": hidden_by(-100),
    "hidden by −1000": hidden_by(-1000),
    "scores − 1000 where hidden": taken_off_where_hidden,
}
# No weights are asked: how much they change, or what a function does.
OTHER_QUESTIONS = {"01.4", "04.6", "07.3", "12.5"}
# what lesson 03 says next is what happens with large ones; R2.6 asks of six words of variance 1
SMALL_SCORES = {"03.a", "R2.6"}
ONE_ROW = {"01.2", "03.4", "04.5", "08.5", "04.b", "10.a", "11.b", "12.a", "14.a", "18.d"}
ROW_BY_ROW = {"in_loops", "row_by_row", "token_by_token"}
NO_MISTAKE = {
    ("powers_of_weights", "a thousandth in the sum"),  # divides by the sum once more
    ("merge_answers", "over axis 0"),  # where its machines are
}


def users_of(name):
    """(exercise, the right answer) whose own code calls `name`."""
    for exercise in FUNCTIONS:
        for code in (exercise.right, *exercise.others):
            tree = ast.parse(textwrap.dedent(inspect.getsource(code)))
            tree.body[0].decorator_list = []
            if any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(tree)):
                yield exercise, code, tree


def with_another(softmax, code, tree):
    """A right answer that uses this softmax in place of the course's."""
    names = dict(code.__globals__) | {"softmax": softmax}
    exec(compile(tree, "<answer>", "exec"), names)
    return names[code.__name__]


def tried():
    for exercise, code, tree in users_of("softmax"):
        if exercise.id in OTHER_QUESTIONS | SMALL_SCORES:
            continue
        kinds = dict(OF_SCORES)
        if exercise.id not in ONE_ROW and code.__name__ not in ROW_BY_ROW:
            kinds |= OF_ROWS
        if "mask=" in ast.unparse(tree):
            kinds |= OF_MASKS
        for name in [name for name in kinds if (code.__name__, name) not in NO_MISTAKE]:
            made = f"{exercise.id} {code.__name__} {name}"
            yield pytest.param(exercise, code, tree, kinds[name], id=made)


@pytest.mark.parametrize(("exercise", "code", "tree", "softmax"), list(tried()))
def test_no_wrong_softmax_passes(exercise, code, tree, softmax):
    assert not exercise.judge(with_another(softmax, code, tree)).passed


def test_the_course_s_own_softmax_passes_in_the_same_way():
    for exercise, code, tree in users_of("softmax"):
        assert exercise.judge(with_another(right_softmax, code, tree)).passed, exercise.id


def test_scores_are_exact_in_float32_too():
    def arguments(setting):
        queries, keys = setting.queries_and_keys(scale=2)
        x, W = setting.projected(keys)
        for dtype in (np.float64, np.float32):
            q, k = queries.astype(dtype), x.astype(dtype) @ W.astype(dtype)
            np.testing.assert_array_equal(q @ k.T / 2, setting.scores)
        return queries, keys

    assert len(edges_in_pairs(arguments, masks=MASKS)()) > 100


def test_each_edge_comes_alone_and_with_each_edge_of_another_kind():
    made = edges_in_pairs(lambda setting: (setting.scores, setting.mask), masks=MASKS)()
    kinds = [set(kind) - {""} for kind in (SIZES, MASKS, SCORES)]
    for one, other in combinations(kinds, 2):
        for a in one:
            assert any(a in name for name in made)
            assert all(any(a in name and b in name for name in made) for b in other), a


def test_each_edge_meets_each_layout():
    made = edges_in_pairs(lambda setting: (setting.scores, setting.mask), masks=MASKS)()
    for layout in set(LAYOUTS) - {""}:
        met = [name for name in made if name.endswith(layout)]
        for edge in (set(MASKS) | set(SCORES)) - {""}:
            assert any(edge in name for name in met), (edge, layout)


def test_a_read_only_array_stays_read_only_and_a_view_stays_one():
    (exercise,) = [e for e in CROSSED if e.id == "12.2"]
    for case in exercise.cases(0):
        for given, fresh in zip(case.arguments, case.fresh(), strict=True):
            assert given.flags.writeable == fresh.flags.writeable
            if not case.strided:
                assert given.strides == fresh.strides and not np.shares_memory(given, fresh)


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda exercise: exercise.id)
def test_no_two_inputs_share_a_name(exercise):
    names = [case.name for case in exercise.cases(0)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("exercise", CROSSED, ids=lambda exercise: exercise.id)
def test_edges_hold_what_the_exercise_says_of_its_arguments(exercise):
    """The right answer gives finite numbers in the shapes asked for, on every one."""
    for name, arguments in exercise.crossed().items():
        case = Case(name, arguments)
        assert as_outputs(exercise.right(*case.exact()), exercise.outputs(*arguments), name)
