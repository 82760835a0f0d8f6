"""The states of NumPy's random generators, as they may come from the other side."""

import numpy as np

from course_utils.grading.inside.items import check

MERSENNE = 624  # numbers of 32 bits
PLACES = {"pos": MERSENNE, "buffer_pos": 4}  # of MT19937, of Philox
KINDS_OF_BITS = ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")


def set_bits(generator, state):
    """Set a generator's state; another kind of bits takes another object's place inside."""
    kind = check(state["bit_generator"], state["bit_generator"] in KINDS_OF_BITS)
    for part in (state, state["state"]):
        check(part, all(_is_place(part.get(name, 0), most) for name, most in PLACES.items()))
    if generator.bit_generator.state["bit_generator"] != kind:
        generator.__init__(getattr(np.random, kind)())
    generator.bit_generator.state = state


def shared_bits(state):
    """Return a state as `numpy.random.get_state` gives it. Raises Malformed for any other."""
    check(state, type(state) is tuple and len(state) == 5 and state[0] == "MT19937")
    check(state, np.shape(state[1]) == (MERSENNE,) and _is_place(state[2], MERSENNE))
    return state


def _is_place(place, most):
    """Say whether NumPy may go on there: it does not look, and would read beyond its numbers."""
    return type(place) is int and 0 <= place <= most
