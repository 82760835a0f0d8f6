import re

import numpy as np
import pytest

from course_utils.recurrent import GRU
from tests.samples import randomise


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def one_row(gru, inputs, state):
    """The states of one sequence, by the formula, one step at a time."""
    hidden = gru.hidden_size
    reset, update, candidate = (slice(i * hidden, (i + 1) * hidden) for i in range(3))
    W, U, b = (gru.params[name] for name in ("W_input", "W_hidden", "b"))
    states = []
    for x in inputs:
        part = x @ W + b
        r = sigmoid(part[reset] + state @ U[:, reset])
        z = sigmoid(part[update] + state @ U[:, update])
        new = np.tanh(part[candidate] + r * (state @ U[:, candidate]))
        state = z * state + (1 - z) * new
        states.append(state)
    return np.array(states)


@pytest.fixture
def problem():
    rng = np.random.default_rng(0)
    gru = randomise(GRU(3, 4, dtype=np.float64), rng)
    return gru, rng.normal(size=(3, 6, 3)), np.array([6, 1, 4]), rng.normal(size=(3, 4))


@pytest.mark.parametrize("with_initial", [False, True])
def test_gru_follows_its_formula(problem, with_initial):
    gru, inputs, lengths, initial = problem
    start = initial if with_initial else np.zeros_like(initial)
    states, last = gru(inputs, lengths, initial if with_initial else None)
    for row, length in enumerate(lengths):
        expected = one_row(gru, inputs[row, :length], start[row])
        np.testing.assert_allclose(states[row, :length], expected)
        np.testing.assert_allclose(last[row], expected[-1])
        assert (states[row, length:] == 0).all()


def test_what_stands_in_the_padding_does_not_matter(problem):
    gru, inputs, lengths, _ = problem
    noisy = inputs.copy()
    noisy[np.arange(6) >= lengths[:, None]] = 1e6
    for found, expected in zip(gru(noisy, lengths), gru(inputs, lengths), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_padding_gets_no_gradient(problem):
    gru, inputs, lengths, _ = problem
    outputs, cache = gru.forward(inputs, lengths)
    d_outputs = [np.ones_like(array) for array in outputs]
    d_inputs, _, _ = gru.backward(d_outputs, cache)
    padding = np.arange(6) >= lengths[:, None]
    assert (d_inputs[padding] == 0).all()
    assert (d_inputs[~padding] != 0).all()


def test_huge_inputs_saturate_without_a_warning(problem):
    gru, inputs, lengths, _ = problem
    with np.errstate(all="raise", under="ignore"):
        states, _ = gru(1e5 * inputs, lengths)
    assert (abs(states) <= 1).all()


def test_parameters_have_their_names_and_shapes():
    shapes = {name: value.shape for name, value in GRU(2, 5).params.items()}
    assert shapes == {"W_input": (2, 15), "W_hidden": (5, 15), "b": (15,)}


@pytest.mark.parametrize(
    ("lengths", "found"),
    [([0, 3, 2], "0 to 3"), ([7, 3, 2], "2 to 7"), ([-1, 1, 1], "-1 to 1")],
)
def test_lengths_out_of_range(problem, lengths, found):
    gru, inputs, _, _ = problem
    with pytest.raises(ValueError, match=f"lengths must lie between 1 and 6.* got {found}"):
        gru(inputs, np.array(lengths))


def test_an_empty_batch(problem):
    with pytest.raises(ValueError, match="got an empty batch"):
        problem[0](np.zeros((0, 6, 3)), np.zeros(0, int))


def test_inputs_of_another_width(problem):
    message = "inputs must have 3 features on the last axis, got shape (3, 6, 2)"
    with pytest.raises(ValueError, match=re.escape(message)):
        problem[0](np.zeros((3, 6, 2)), np.array([6, 1, 4]))


def test_one_length_for_each_row(problem):
    gru, inputs, _, _ = problem
    with pytest.raises(ValueError, match="lengths must"):
        gru(inputs, np.array([6, 1]))
