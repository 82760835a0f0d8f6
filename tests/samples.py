"""Small random things to test with, and how to vary them: rules, arrays, batches, models."""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from course_utils import scoring
from course_utils.attention import Attention, LastState, MeanState
from course_utils.seq2seq import Seq2Seq
from course_utils.tasks import Batch

LONGEST = 12  # what LocationScore is built for


def _called(rule, options):
    """A variant as tests call it: the rule's name, and what makes it another."""
    return " ".join([rule.name, *(f"{name}={value}" for name, value in options.items())])


VARIANTS = {  # every rule of the package, once for each of its variants
    _called(rule, options): (rule, options)
    for rule in scoring.RULES.values()
    for options in rule.variants.values()
}
RULES = tuple(VARIANTS)
CONTENT_RULES = tuple(name for name in RULES if "keys" in VARIANTS[name][0].sees)
CONTEXTS = ("last state", "mean state", *RULES)

every_rule = pytest.mark.parametrize("name", RULES)
every_context = pytest.mark.parametrize("name", CONTEXTS)
precisions = pytest.mark.parametrize("dtype", [np.float32, np.float64])
few = settings(max_examples=10, deadline=None, derandomize=True, database=None)


def make_rule(name, query_size, key_size, rng, dtype=np.float64, max_length=LONGEST):
    """A rule with random parameters, biases too. Some rules need equal sizes."""
    rule, options = VARIANTS[name]
    sizes = {"key_size": key_size, "hidden_size": 3, "max_length": max_length}
    return randomise(rule.for_width(query_size, **sizes, rng=rng, dtype=dtype, **options), rng)


def fitting_key_size(name, query_size, other):
    """`other`, or the queries' width for a rule that asks for equal ones."""
    return query_size if VARIANTS[name][0].equal_widths else other


def make_context(name, size, rng, dtype=np.float64):
    """LastState, MeanState or Attention by one of the rules."""
    if name in RULES:
        return Attention(make_rule(name, size, size, rng, dtype))
    return LastState() if name == "last state" else MeanState()


def make_model(context, rng, hidden=4, bidirectional=False, dtype=np.float64, symbols=4):
    """A Seq2Seq with random parameters over `symbols` source and target symbols."""
    context = make_context(context, hidden, rng, dtype)
    sizes = symbols + 3, symbols + 3, hidden
    return randomise(Seq2Seq(*sizes, context, bidirectional, rng=rng, dtype=dtype), rng)


def randomise(layer, rng, scale=0.7):
    """Fill all parameters with normal numbers, so that no bias is zero; returns the layer."""
    for value in layer.params.values():
        value[...] = rng.normal(0, scale, value.shape)
    return layer


class Sizes(NamedTuple):
    """Sizes of one attention problem and the seed of its numbers."""

    lead: tuple
    n: int
    m: int
    query: int
    key: int
    value: int
    seed: int


class Problem(NamedTuple):
    """Arrays of one attention problem; the mask has a few rows with nothing to look at."""

    queries: np.ndarray
    keys: np.ndarray
    values: np.ndarray
    mask: np.ndarray
    rng: np.random.Generator


SIZES = st.builds(
    Sizes,
    lead=st.sampled_from([(), (2,), (2, 3)]),
    n=st.integers(1, 4),
    m=st.integers(1, 5),
    query=st.integers(1, 4),
    key=st.integers(1, 4),
    value=st.integers(1, 4),
    seed=st.integers(0, 2**32 - 1),
)


def make_problem(sizes, dtype=np.float64, equal=False):
    """Random arrays of these sizes; `equal` makes keys as wide as queries."""
    rng = np.random.default_rng(sizes.seed)
    lead, n, m = sizes.lead, sizes.n, sizes.m
    shapes = (n, sizes.query), (m, sizes.query if equal else sizes.key), (m, sizes.value)
    arrays = (rng.normal(size=(*lead, *shape)).astype(dtype) for shape in shapes)
    mask = rng.random((*lead, n, m)) < 0.6
    return Problem(*arrays, mask, rng)


def rule_and_problem(name, sizes, dtype=np.float64):
    """A rule and a problem that fit each other."""
    problem = make_problem(sizes, dtype, equal=VARIANTS[name][0].equal_widths)
    widths = problem.queries.shape[-1], problem.keys.shape[-1]
    return make_rule(name, *widths, problem.rng, dtype), problem


def make_batch(rng, rows=3, longest=4, symbols=4):
    """Random symbols of random lengths: 1…longest in a source, 0…longest in a target."""
    source_lengths = rng.integers(1, longest + 1, rows)
    target_lengths = rng.integers(0, longest + 1, rows) + 2
    source = rng.integers(3, 3 + symbols, (rows, source_lengths.max()))
    target = rng.integers(3, 3 + symbols, (rows, target_lengths.max()))
    source[np.arange(source.shape[1]) >= source_lengths[:, None]] = 0
    target[np.arange(target.shape[1]) >= target_lengths[:, None]] = 0
    target[:, 0] = 1
    target[np.arange(rows), target_lengths - 1] = 2
    return Batch(source, source_lengths, target, target_lengths)


def freeze(*arrays):
    """Make arrays read-only, so that a function that writes to one fails."""
    for array in arrays:
        array.flags.writeable = False


def assert_close(found, expected, tolerance=1e-12):
    """Equal to a relative and absolute tolerance."""
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


def assert_all_close(found, expected, tolerance=1e-12):
    """The same for two dicts of arrays with the same names."""
    assert found.keys() == expected.keys()
    for name in expected:
        np.testing.assert_allclose(
            found[name], expected[name], rtol=tolerance, atol=tolerance, err_msg=str(name)
        )
