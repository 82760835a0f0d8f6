"""The model that says the next symbol: its gradient, its data's ceiling, and what it may see."""

import numpy as np

from course_utils.gradients import check_gradients
from course_utils.lab.next_symbol import CEILING, LENGTH, SYMBOLS, NextSymbol, endless, sequences

CAUSAL = np.tri(LENGTH, dtype=bool)


def test_gradients_equal_central_differences():
    model = NextSymbol(CAUSAL, rng=0)
    ids = sequences(np.random.default_rng(1), 2)
    _, cache = model.forward(ids)
    grads = model.backward(cache)
    pairs = {key: (value, grads[key]) for key, value in model.params.items()}
    if next(iter(model.params.values())).dtype == np.float64:
        check_gradients(lambda: model.forward(ids)[0], pairs, rtol=1e-5)
    assert set(grads) == set(model.params)


def test_half_of_the_steps_count_on():
    ids = sequences(np.random.default_rng(2), 4_000)
    assert ids.shape == (4_000, LENGTH + 1) and ids.max() == SYMBOLS - 1
    on = (ids[:, 1:] == (ids[:, :-1] + 1) % SYMBOLS).mean()
    assert abs(on - CEILING) < 0.01
    assert next(endless(0, size=3)).shape == (3, LENGTH + 1)


def test_its_mask_decides_what_a_later_symbol_changes():
    model = NextSymbol(CAUSAL, rng=0)
    ids = sequences(np.random.default_rng(3), 1)[:, :-1]
    changed = ids.copy()
    changed[0, 7:] = (changed[0, 7:] + 3) % SYMBOLS
    for mask, moves in ((CAUSAL, False), (np.ones_like(CAUSAL), True)):
        before, after = (model.logits(one, mask)[0][0, :7] for one in (ids, changed))
        assert (np.abs(before - after).max() > 1e-5) is np.bool_(moves)
    assert not np.triu(model.weights(np.repeat(ids, 2, axis=1)[:, : LENGTH + 1], CAUSAL), 1).any()
