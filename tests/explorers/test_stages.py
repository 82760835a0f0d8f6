"""The hand example fills its numbers step by step, over either axis."""

import numpy as np

from course_utils.explorers.stages import stage_explorer, stage_look

MOVES = [
    {"step": 1},
    {"step": 2, "change": (1, 0), "number": 3},
    {"step": 2, "number": 3, "change": (1, 0)},
    {"step": 8, "axis": 0},
]
MISSIONS = [{"step": 8}, {"axis": 0, "step": 9}, {"change": (1, 0), "number": 1, "step": 7}]


def test_the_buttons_step_on_and_back_and_stop_at_the_ends():
    explorer = stage_explorer()
    explorer._move(-1)
    assert explorer.controls["step"].value == 0
    explorer._move(1)
    explorer._move(1)
    explorer._move(-1)
    assert explorer.controls["step"].value == 1
    assert "q1 · k1 = 1·1 + 0·0 = 1." in explorer.reading.value


def test_a_number_can_be_changed_once_it_is_chosen():
    controls = stage_explorer().controls
    chosen = []
    for place in ((), (1, 0), ()):
        controls["change"].value = place
        chosen.append(not controls["number"].disabled)
    assert chosen == [False, True, False]


def test_the_hand_example_gives_the_published_numbers():
    last = stage_look(axis=-1, change=(), number=0, step=10)
    np.testing.assert_allclose(
        last.facts.weights, [[0.422, 0.155, 0.422], [0.155, 0.422, 0.422]], atol=5e-4
    )
    assert "[3.665 6.335]" in last.reading


def test_each_step_fills_what_it_says():
    filled = [
        int(np.isfinite(stage_look(-1, (), 0, step).facts.weights).sum()) for step in range(11)
    ]
    assert filled == [0] * 7 + [3, 6, 6, 6]
    by_column = [
        int(np.isfinite(stage_look(0, (), 0, step).facts.weights).sum()) for step in range(12)
    ]
    assert by_column == [0] * 7 + [2, 4, 6, 6, 6]


def test_the_wrong_axis_has_one_step_more():
    explorer = stage_explorer()
    explorer.controls["axis"].value = 0
    assert explorer.controls["step"].max == 11
    explorer.controls["step"].value = 11
    explorer.controls["axis"].value = -1
    assert (explorer.controls["step"].max, explorer.controls["step"].value) == (10, 10)
