"""The explorer of parts: it shows the kept runs, and the end only at the end."""

import re

import numpy as np
import pytest

from course_utils.explorers.parts import CHANGES, HIGH, TOP, parts_look
from course_utils.lab.results import results

MOVES = [
    {"change": "no norm"},
    {"rate": "0.024"},
    {"warm_up": "0"},
    {"step": 5},
]
MISSIONS = [
    {"change": "no residual", "step": 8},
    {"change": "norm after", "rate": "0.012", "warm_up": "0", "step": 8},
    {"rate": "0.024", "step": 8},
]


@pytest.mark.parametrize("change", CHANGES.values())
def test_it_shows_the_kept_runs_up_to_a_step(change):
    run = results("attention_alone")["found"]["parts"][change]["0.012"]["100"]
    facts = parts_look(change, "0.012", "100", 3).facts
    np.testing.assert_array_equal(facts.losses, np.array(run["losses"])[:, :3])
    assert not facts.done
    facts = parts_look(change, "0.012", "100", 8).facts
    assert facts.done and facts.right.tolist() == run["right"]


def test_what_is_right_is_said_at_the_end_alone():
    before, after = (parts_look("whole", "0.006", "100", step) for step in (7, 8))
    assert "Right at the end: 0" not in before.reading and "not yet" in before.picture
    assert "Right at the end: 0" in after.reading and "not yet" not in after.picture


@pytest.mark.parametrize("change, warm_up", [("whole", "100"), ("no positions", "0")])
def test_names_of_lines_stand_apart_and_above_the_axis(change, warm_up):
    picture = parts_look(change, "0.024", warm_up, 8).picture
    found = re.findall(r'<text x="444" y="([\d.]+)"[^>]*>[012]<', picture)
    heights = sorted(map(float, found))
    assert len(heights) == 3 and heights[-1] <= TOP + HIGH
    assert min(np.diff(heights)) >= 13.9
