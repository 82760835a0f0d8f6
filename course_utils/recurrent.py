"""A gated recurrent unit over a whole padded batch, forward and backward through time."""

from typing import NamedTuple

import numpy as np

from course_utils.layers import Layer, as_float, check_gradient, check_last_axis, rows, uniform

CANDIDATE = 2  # the third of three gates: reset, update, candidate


class Scan(NamedTuple):
    """What the steps leave behind for the way back, time first: (time, batch, …)."""

    states: np.ndarray  # (time + 1, batch, hidden): the initial state, then one per step
    gates: np.ndarray  # (time, batch, 2·hidden): reset, update
    candidates: np.ndarray  # (time, batch, hidden)
    recalled: np.ndarray  # (time, batch, hidden): U h_{t−1} of the candidate, before the reset


class GRU(Layer):
    """A gated recurrent unit (Cho et al., 2014a, eqs. 5–8).

    r, z = σ(x W + b + h U) and ñ = tanh(x W + b + r ∘ (h U)) give h' = z ∘ h + (1 − z) ∘ ñ, with
    W for W_input and U for W_hidden. The reset gate acts after the product, as in cuDNN and
    PyTorch, so that one product per step serves all three gates. W_input (input_size, 3·hidden),
    W_hidden (hidden, 3·hidden) and b (3·hidden) hold them side by side: reset, update, candidate.
    """

    def __init__(self, input_size, hidden_size, rng=None, dtype=np.float32):
        rng = np.random.default_rng(rng)
        self.input_size, self.hidden_size = input_size, hidden_size
        by_gate = [
            np.concatenate([uniform(rng, size, hidden_size, dtype) for _ in range(3)], axis=1)
            for size in (input_size, hidden_size)
        ]
        bias = np.zeros(3 * hidden_size, dtype)
        super().__init__({"W_input": by_gate[0], "W_hidden": by_gate[1], "b": bias})

    def forward(self, inputs, lengths, initial=None):
        """Read inputs (batch, time, input_size), lengths (batch,) → ((states, last), cache).

        states (batch, time, hidden) are zero after each row's length; last (batch, hidden) is
        each row's state at its length. `initial` (batch, hidden) is zero where not given.
        Raises ValueError for shapes or lengths that do not fit.
        """
        inputs, lengths = as_float(inputs), np.asarray(lengths)
        check_last_axis(inputs, self.input_size, "inputs")
        if inputs.ndim != 3:
            raise ValueError(
                f"inputs must be (batch, time, {self.input_size}), got {inputs.shape}: "
                f"one sequence is inputs[None]"
            )
        _check_initial(initial, (len(inputs), self.hidden_size))
        real = real_steps(lengths, inputs.shape[:2])
        by_time = inputs.swapaxes(0, 1)
        states, scan = self.scan(self.project(by_time), initial)
        last = states[lengths - 1, np.arange(len(lengths))]
        return ((states * real.T[..., None]).swapaxes(0, 1), last), (by_time, real, lengths, scan)

    def backward(self, d_outputs, cache):
        """Turn d_outputs (d_states, d_last) into (d_inputs, d_initial, grads).

        Raises ValueError where they are not shaped like the states and the last state.
        """
        by_time, real, lengths, scan = cache
        d_states, d_last = d_outputs
        check_gradient(d_states, (*real.shape, self.hidden_size), "d_states")
        check_gradient(d_last, (len(real), self.hidden_size), "d_last")
        d_states = d_states.swapaxes(0, 1) * real.T[..., None]
        d_states[lengths - 1, np.arange(len(lengths))] += d_last
        d_projected, d_initial, grads = self.scan_backward(d_states, scan)
        d_inputs, input_grads = self.project_backward(d_projected, by_time)
        return d_inputs.swapaxes(0, 1), d_initial, grads | input_grads

    def project(self, inputs):
        """Return x W + b for all three gates: (..., input_size) → (..., 3·hidden)."""
        projected = inputs @ self.like("W_input", inputs)
        projected += self.like("b", inputs)
        return projected

    def project_backward(self, d_projected, inputs):
        """Return (d_inputs, grads) of `project`."""
        d_rows = rows(d_projected)
        d_weights = rows(inputs).T @ d_rows
        d_inputs = d_projected @ self.like("W_input", d_projected).T
        return d_inputs, {"W_input": d_weights, "b": d_rows.sum(axis=0)}

    def scan(self, projected, initial=None):
        """Step through projected (time, batch, 3·hidden), time first: (states, cache).

        states (time, batch, hidden). A row's states after its length are of no use, and do no
        harm: nothing before them depends on them.
        """
        time, batch, _ = projected.shape
        hidden, W_hidden = self.hidden_size, self.like("W_hidden", projected)
        dtype = projected.dtype
        states = np.empty((time + 1, batch, hidden), dtype)
        states[0] = 0 if initial is None else initial
        gates = np.empty((time, batch, 2 * hidden), dtype)
        candidates, recalled = (np.empty((time, batch, hidden), dtype) for _ in range(2))
        product = np.empty((batch, 3 * hidden), dtype)
        for t in range(time):
            np.matmul(states[t], W_hidden, out=product)
            np.add(product[:, : 2 * hidden], projected[t, :, : 2 * hidden], out=gates[t])
            sigmoid(gates[t])
            reset, update = gates[t, :, :hidden], gates[t, :, hidden:]
            recalled[t] = product[:, 2 * hidden :]
            candidate = np.multiply(reset, recalled[t], out=candidates[t])
            candidate += projected[t, :, 2 * hidden :]
            np.tanh(candidate, out=candidate)
            new = np.subtract(states[t], candidate, out=states[t + 1])  # z h + (1 − z) ñ
            new *= update
            new += candidate
        return states[1:], Scan(states, gates, candidates, recalled)

    def scan_backward(self, d_states, cache):
        """Return (d_projected, d_initial, grads) of `scan`; d_states (time, batch, hidden) is kept.

        How a step's state depends on each gate's input is known before the way back begins, so
        it is worked out for all steps at once; a step then is one multiplication and one product.
        """
        time, batch, hidden = d_states.shape
        d_recalled, d_candidate = self.gate_factors(cache)  # (time, batch, 3, hidden), (…, hidden)
        updates = cache.gates[:, :, hidden:]
        W_back = np.ascontiguousarray(self.like("W_hidden", d_states).T)  # (3·hidden, hidden)
        d_state = np.zeros((batch, hidden), d_states.dtype)
        through_gates = np.empty_like(d_state)
        for t in reversed(range(time)):
            d_state += d_states[t]
            # in place, a step's derivatives become gradients: new arrays cost 3 % of a step
            d_recalled[t] *= d_state[:, None]
            d_candidate[t] *= d_state
            np.matmul(d_recalled[t].reshape(batch, -1), W_back, out=through_gates)
            d_state *= updates[t]
            d_state += through_gates
        grads = {"W_hidden": rows(cache.states[:-1]).T @ d_recalled.reshape(time * batch, -1)}
        # an input reaches reset and update as h U does, and the candidate past the reset gate
        d_recalled[:, :, CANDIDATE] = d_candidate
        d_projected = d_recalled.reshape(time, batch, 3 * hidden)
        return d_projected, d_state, grads

    def gate_factors(self, cache):
        """Return ∂h'/∂(h U) per gate, (time, batch, 3, hidden), and ∂h'/∂(candidate's input).

        The three gates of the first are filled through views of it, each where it will stand.
        """
        states, gates, candidates, recalled = cache
        hidden = self.hidden_size
        resets, updates = gates[:, :, :hidden], gates[:, :, hidden:]
        factors = np.empty((*candidates.shape[:2], 3, hidden), candidates.dtype)
        by_reset, by_update, by_candidate = np.moveaxis(factors, 2, 0)
        kept = 1 - updates
        d_candidate_input = 1 - candidates * candidates
        d_candidate_input *= kept
        np.multiply(d_candidate_input, resets, out=by_candidate)
        np.multiply(by_candidate, recalled, out=by_reset)
        by_reset *= 1 - resets  # r (1 − r), the first r being in by_candidate
        np.subtract(states[:-1], candidates, out=by_update)
        by_update *= updates
        by_update *= kept
        return factors, d_candidate_input


def sigmoid(array):
    """Compute 1 / (1 + e^−x) in place, as (1 + tanh(x/2)) / 2: fast, and no overflow."""
    array *= 0.5
    np.tanh(array, out=array)
    array += 1
    array *= 0.5


def _check_initial(initial, shape):
    """Raise ValueError unless the initial state, where there is one, has the given shape."""
    if initial is not None and np.shape(initial) != shape:
        raise ValueError(
            f"initial must be (batch, hidden) = {shape}, got {np.shape(initial)}: one state a row"
        )


def real_steps(lengths, shape, name="lengths", shortest=1):
    """Mark a row's real steps with True: lengths (batch,) and a shape → (batch, time).

    Raises ValueError unless there is one whole number a row, from `shortest` to the batch's
    width.
    """
    if len(shape) != 2:
        raise ValueError(f"ids must be (batch, time), got {shape}: one sentence is ids[None]")
    batch, time = shape
    lengths = np.asarray(lengths)
    if batch == 0:
        raise ValueError("a batch must have at least one row, got an empty batch: add an example")
    if lengths.shape != (batch,) or not np.issubdtype(lengths.dtype, np.integer):
        raise ValueError(
            f"{name} must be one whole number for each of the {batch} rows, got "
            f"{lengths.dtype} {lengths.shape}: count the symbols of every row"
        )
    if lengths.min() < shortest or lengths.max() > time:
        raise ValueError(
            f"{name} must lie between {shortest} and {time}, the width of the batch, got "
            f"{lengths.min()} to {lengths.max()}: count each row's symbols, and a target's marks"
        )
    return np.arange(time) < lengths[:, None]
