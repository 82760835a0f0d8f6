"""Is a derivative right? Compare it with central differences."""

import numpy as np


def numerical_gradient(function, array, step=1e-5):
    """Return the gradient of `function()` for `array` by central differences.

    It is shaped like `array`. `function` takes nothing and returns a number; it must read `array`
    itself, which is moved by ± `step` in one entry at a time and put back. Use float64: in float32
    the differences drown in rounding. Raises TypeError for an array of another dtype, and for a
    list, FloatingPointError where the function's value is not finite.
    """
    found = getattr(array, "dtype", type(array).__name__)  # a list could not be moved in place
    if found != np.float64:
        raise TypeError(f"array must be float64, got {found}: build the layer in float64")
    gradient = np.zeros_like(array)
    for index in np.ndindex(array.shape):
        kept = array[index]
        try:
            array[index] = kept + step
            above = function()
            array[index] = kept - step
            below = function()
        finally:
            array[index] = kept
        gradient[index] = _slope(above, below, step, index)
    return gradient


def _slope(above, below, step, index):
    """Return a central difference. Raises FloatingPointError where it is no number."""
    if not (np.isfinite(above) and np.isfinite(below) and step):
        raise FloatingPointError(
            f"function() must be finite beside every entry, got {above} and {below} at {index} "
            f"moved by {step}: look for NaN in what it computes, or take another step"
        )
    return (above - below) / (2 * step)


def check_gradients(function, pairs, rtol=1e-6, atol=1e-9):
    """Raise AssertionError where a gradient is not that of `function()`.

    `pairs` maps a name to (array, its analytic gradient). The worst entry of each may be off by
    rtol · max|numeric| + atol. Returns the largest error of each name.
    """
    errors = {}
    for name, (array, analytic) in pairs.items():
        analytic = np.asarray(analytic)
        if analytic.shape != array.shape:
            raise AssertionError(
                f"the gradient of {name} must have its shape {array.shape}, got {analytic.shape}: "
                f"check the axes of its backward pass"
            )
        numeric = numerical_gradient(function, array)
        errors[name] = float(np.abs(analytic - numeric).max(initial=0))
        allowed = rtol * np.abs(numeric).max(initial=0) + atol
        if not errors[name] <= allowed:
            raise AssertionError(
                f"the gradient of {name} is off by {errors[name]:.2e}, allowed {allowed:.2e}: "
                f"check the backward pass of {name}"
            )
    return errors
