"""What attention costs in multiply-adds and in bytes: counts that hold on every machine.

n target steps ask about m source positions, all states are `width` wide. Left out are what all
models share or what is small beside it: embeddings, the output layer, softmax, tanh.
"""

from course_utils.rule import BOTH
from course_utils.scoring import RULES, AdditiveScore

FLOAT32 = 4  # bytes of a number
GATES = 3  # of a GRU: update, reset, candidate


def _cheapest_first(rules):
    """Sort rules by their multiply-adds; of two that cost the same, the article's first."""
    return sorted(rules, key=lambda rule: (sum(rule.macs(2, 2, 2, 2).values()), not rule.number))


def _concat_macs(n, m, width, hidden):
    """Count the additive rule in code that joins [q; k]: each pair is projected anew."""
    return AdditiveScore.macs(n, m, width, hidden) | {"projections": n * m * 2 * width * hidden}


# Rules that compare a query with a key. One that inherits its count costs what its parent costs,
# and stands under the parent's name.
COMPARING = _cheapest_first(rule for rule in RULES.values() if rule.sees == BOTH)
COUNTED = {rule.name: rule.macs for rule in COMPARING if "macs" in vars(rule)}
COUNTED |= {"concat": _concat_macs}


def gru_macs(steps, width):
    """Count the multiply-adds of a GRU, inputs and states of one width d: 6 d² for each step."""
    return steps * GATES * (width * width + width * width)


def attention_macs(rule, n, m, width, hidden=None):
    """Count the multiply-adds of one attention, {part: count}: projections, scores and mix.

    rule : a name of `COUNTED`: "dot", "general", "additive" (split, keys projected once), "concat"
    (additive with each pair projected anew) ….  hidden : width of the additive rules' hidden
    layer, default `width`. Raises ValueError for another rule.
    """
    if rule not in COUNTED:
        raise ValueError(f"rule must be one of {', '.join(COUNTED)}, got {rule!r}")
    hidden = width if hidden is None else hidden
    return COUNTED[rule](n, m, width, hidden) | {"mix": n * m * width}


def overhead(rule, n, m, width, hidden=None):
    """Return what attention adds, as a share of the encoder and the decoder without it."""
    rest = gru_macs(m, width) + gru_macs(n, width)
    return sum(attention_macs(rule, n, m, width, hidden).values()) / rest


def self_attention_macs(n, width):
    """Count the multiply-adds of self-attention, {part: count}: scores and mix, 4 projections."""
    return {"scores and mix": 2 * n * n * width, "projections": 4 * n * width * width}


def weights_bytes(n, m):
    """Return the bytes of one (n, m) array of weights in float32."""
    return FLOAT32 * n * m


def cache_bytes(m, width):
    """Return the bytes of the keys and values that a decoder keeps of m positions, in float32."""
    return FLOAT32 * 2 * m * width


def writing_macs(n, width, kept):
    """Count the multiply-adds of one layer that writes n symbols, one at a time, looking back.

    kept : whether keys and values of earlier symbols are kept, or made again at each step.
    """
    made = sum(1 if kept else t for t in range(1, n + 1))  # keys, and as many values
    looks = sum(range(1, n + 1))  # scores, and as many weighted values
    return 2 * made * width**2 + n * width**2 + 2 * looks * width
