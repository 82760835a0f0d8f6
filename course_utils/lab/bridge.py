"""Our layers beside PyTorch's: its answers live where it is installed, and else as they were kept.

`experiments/bridge.py` keeps them, with PyTorch's version, in `results/bridge.json`.
"""

from typing import NamedTuple

import numpy as np

from course_utils.attention import AttentionLayer, attend_backward, attend_forward
from course_utils.lab import in_torch
from course_utils.lab.in_torch import HEADS, HIDDEN, MASK, READ, SIZE, STATE
from course_utils.lab.results import results
from course_utils.layers import Layer
from course_utils.recurrent import GRU
from course_utils.scoring import ScaledDotScore
from course_utils.transformer_blocks import EncoderBlock

QUESTIONS = (
    "F.scaled_dot_product_attention",
    "nn.MultiheadAttention",
    "nn.GRU",
    "nn.TransformerEncoderLayer, norm after",
    "nn.TransformerEncoderLayer, norm before",
)
NEAR = 1e-4  # how well an array must be the one that was kept


class Case(NamedTuple):
    """One layer of ours, what it is given, and what its answer is weighed with for a loss."""

    layer: Layer
    inputs: dict
    direction: np.ndarray


class DotAttention(Layer):
    """Rule 3 without any parameter, as a layer."""

    def forward(self, *arrays):
        attended, cache = attend_forward(*arrays, ScaledDotScore())
        return attended.context, cache

    def backward(self, d_context, cache):
        return attend_backward(d_context, cache)


def case(question):
    """Return the `Case` of a question, with the same float32 numbers every time."""
    # always these numbers, whoever asks for other seeds: PyTorch has answered to them
    rng = np.random.Generator(np.random.PCG64(QUESTIONS.index(question)))

    def numbers(*shape):
        return rng.normal(size=shape).astype(np.float32)

    if question == "nn.GRU":
        layer = GRU(READ, STATE, rng)
        layer.params["b"][...] = numbers(3 * STATE)
        return Case(layer, {"inputs": numbers(2, 5, READ)}, numbers(2, 5, STATE))
    x, y = numbers(2, 3, SIZE), numbers(2, 4, SIZE)
    direction = numbers(2, 3, SIZE)
    if question == "nn.MultiheadAttention":
        return Case(AttentionLayer(SIZE, HEADS, rng=rng), {"x": x, "y": y}, direction)
    if question == "F.scaled_dot_product_attention":
        names = {"queries": x, "keys": y, "values": numbers(2, 4, SIZE)}
        return Case(DotAttention(), names, direction)
    block = EncoderBlock(SIZE, HEADS, HIDDEN, question.split()[-1], rng=rng)
    for param in block.params.values():  # gains and biases that are not 1 and 0
        if param.ndim == 1:
            param[...] += numbers(*param.shape) / 4
    return Case(block, {"x": x}, direction)


def in_proj(W_query, W_key, W_value):
    """Return PyTorch's one matrix for three of ours: turned, and one below the other."""
    return np.concatenate([W_query.T, W_key.T, W_value.T])


def as_torch(question, ours):
    """Return arrays named as a layer's params, or its gradients, under PyTorch's names.

    Biases that ours do not have are zeros, and left out of gradients by `shared`.
    """
    if question == "nn.GRU":
        b = ours["b"]
        return {
            "weight_ih_l0": ours["W_input"].T,
            "weight_hh_l0": ours["W_hidden"].T,
            "bias_ih_l0": b,
            "bias_hh_l0": np.zeros_like(b),
        }
    if question == "nn.MultiheadAttention":
        return _attention(ours, "")
    return _block(ours) if question.startswith("nn.T") else {}


def _attention(ours, inside):
    thirds = (ours[f"{inside}W_{of}"] for of in ("query", "key", "value"))
    return {"in_proj_weight": in_proj(*thirds), "out_proj.weight": ours[f"{inside}W_output"].T}


def _block(ours):
    norm = "before" if "self_attention.before.gain" in ours else "after"
    attention = _attention(ours, "self_attention.layer.")
    found = {f"self_attn.{name}": array for name, array in attention.items()}
    found |= {
        "self_attn.in_proj_bias": np.zeros(3 * SIZE, np.float32),
        "self_attn.out_proj.bias": np.zeros(SIZE, np.float32),
    }
    for linear, part in (("linear1", "inner"), ("linear2", "outer")):
        found[f"{linear}.weight"] = ours[f"feed_forward.layer.{part}.W"].T
        found[f"{linear}.bias"] = ours[f"feed_forward.layer.{part}.b"]
    for name, part in (("norm1", "self_attention"), ("norm2", "feed_forward")):
        found[f"{name}.weight"] = ours[f"{part}.{norm}.gain"]
        found[f"{name}.bias"] = ours[f"{part}.{norm}.bias"]
    return found


ONLY_THEIRS = ("d_bias_hh_l0", "d_self_attn.in_proj_bias", "d_self_attn.out_proj.bias")


def ours(question, asked):
    """Return our output and gradients of a `Case`, under the names that PyTorch's have."""
    if question == "nn.GRU":
        lengths = np.full(2, asked.inputs["inputs"].shape[1])
        (output, last), cache = asked.layer.forward(asked.inputs["inputs"], lengths)
        d_inputs, _, grads = asked.layer.backward((asked.direction, np.zeros_like(last)), cache)
        d_all = (d_inputs,)
    else:
        output, cache = asked.layer.forward(*asked.inputs.values())
        *d_all, grads = asked.layer.backward(asked.direction, cache)
    found = {f"d_{name}": d for name, d in zip(asked.inputs, d_all, strict=True)}
    found |= {f"d_{name}": d for name, d in as_torch(question, grads).items()}
    return {"output": output} | {n: d for n, d in found.items() if n not in ONLY_THEIRS}


def ask(question, inputs, weights, direction):
    """Return PyTorch's output and gradients, live, or as they were kept.

    Raises ValueError where PyTorch is missing and other arrays were asked than those of `case`.
    """
    if in_torch.version():
        return in_torch.answers(question, inputs, weights, direction)
    kept = results("bridge")["found"][question]
    given = prints(inputs | weights | {"direction": direction})
    for name, was in kept["asked"].items():
        if abs(given.get(name, np.inf) - was) > NEAR:
            raise ValueError(
                f"{name} is not the array that PyTorch was asked with, and it is not installed "
                f"here: bring the case's own weights, in PyTorch's layout, or install it"
            )
    return {name: np.array(array, np.float32) for name, array in kept["answers"].items()}


def prints(arrays):
    """Return a number for each array that tells another order of its numbers, and a turn."""
    sums = {}
    for name, array in arrays.items():
        places = np.sin(np.arange(1, array.size + 1))
        sums[name] = round(float(np.ravel(array).astype(float) @ places) + np.shape(array)[0], 6)
    return sums


def millionths(mine, theirs):
    """Return the largest difference in output and in gradients, in millionths of the largest.

    Every array of `mine` is compared with that of the same name, measured by its largest number.
    """
    gaps = {name: _gap(array, theirs[name]) for name, array in mine.items()}
    gradients = [gap for name, gap in gaps.items() if name != "output"]
    return {"output": gaps["output"], "gradients": max(gradients)}


def _gap(one, other):
    return float(1e6 * np.abs(one - other).max() / np.abs(other).max())


def agreement():
    """Return {question: `millionths` between our layer and PyTorch's with the same weights}."""
    found = {}
    for question in QUESTIONS:
        asked = case(question)
        weights = as_torch(question, asked.layer.params)
        theirs = ask(question, asked.inputs, weights, asked.direction)
        found[question] = millionths(ours(question, asked), theirs)
    return found


def heard():
    """Return (mask (4,), {function and argument: how much each key moves the answer (4,)})."""
    live = in_torch.heard() if in_torch.version() else results("bridge")["found"]["heard"]
    return MASK, {name: np.array(array) for name, array in live.items()}


def with_every_key_hidden():
    """Return {function: its answer (d,) to a query that may look at no key}."""
    if in_torch.version():
        return in_torch.with_every_key_hidden()
    kept = results("bridge")["found"]["with every key hidden"]
    return {name: np.array(array, float) for name, array in kept.items()}  # None becomes NaN


def twice_in_eval():
    """Return {function: by how much its answer moves when asked twice in eval mode}."""
    return in_torch.twice_in_eval() if in_torch.version() else results("bridge")["found"]["twice"]


def where(count):
    """Say how many of PyTorch's answers came live and how many were kept, and from which version.

    All three depend on the machine, so they stand behind ≈, where the lessons' tests do not look.
    """
    here = in_torch.version()
    version = here or results("bridge")["versions"]["PyTorch"]
    live, kept = (count, 0) if here else (0, count)
    return f"PyTorch ≈ {version}: answers given live ≈ {live}, kept from before ≈ {kept}"
