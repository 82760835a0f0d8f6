"""Make the reference values of test_reference.py with PyTorch, in float64, on the CPU.

Run from the project's root, with PyTorch and NumPy installed (the tests need NumPy alone):

    python tests/reference/make_reference.py

It writes scaled_dot.npz, heads.npz, additive.npz, gru.npz, seq2seq_last_state.npz,
seq2seq_additive.npz, rotated.npz, distance.npz, grouped.npz, multi_query.npz,
transformer_before.npz and transformer_after.npz beside itself, the same numbers on every run.
Inputs and weights are float32 numbers stored as float64, so that a model in either precision
starts from exactly these. Keys: `input.*`, `weight.*`, `output.*`, `gradient.*` (of inputs and
weights, for the loss Σ output · direction.*), and `made_with`, the versions.
"""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

HERE = Path(__file__).parent
LEARNING_RATE, CLIP, STEPS = 1e-2, 1.0, 3


def numbers(rng, *shape, scale=1.0):
    """Random float32 numbers as a float64 tensor that collects a gradient."""
    values = rng.normal(0, scale, shape).astype(np.float32).astype(np.float64)
    return torch.tensor(values, requires_grad=True)


def save(name, **groups):
    """Write {group: {name: tensor}} as `group.name` arrays; gradients are added by themselves."""
    leaves = {**groups["input"], **groups.get("weight", {})}
    groups.setdefault(
        "gradient", {key: leaf.grad for key, leaf in leaves.items() if torch.is_tensor(leaf)}
    )
    arrays = {
        f"{group}.{key}": value.detach().numpy() if torch.is_tensor(value) else np.asarray(value)
        for group, values in groups.items()
        for key, value in values.items()
    }
    made_with = f"PyTorch {torch.__version__}, NumPy {np.__version__}"
    np.savez(HERE / f"{name}.npz", made_with=made_with, **arrays)


def some_mask(rng, *shape):
    """A random boolean mask, True = may look, with something to look at in every row."""
    mask = rng.random(shape) < 0.6
    mask[..., 0] |= ~mask.any(axis=-1)
    return mask


def scaled_dot(rng):
    queries, keys, values = (
        numbers(rng, 2, 3, 4, 8),
        numbers(rng, 2, 3, 5, 8),
        numbers(rng, 2, 3, 5, 6),
    )
    mask = some_mask(rng, 2, 3, 4, 5)
    direction = numbers(rng, 2, 3, 4, 6).detach()
    context = F.scaled_dot_product_attention(queries, keys, values, attn_mask=torch.tensor(mask))
    (context * direction).sum().backward()
    save(
        "scaled_dot",
        input={"queries": queries, "keys": keys, "values": values, "mask": mask},
        direction={"context": direction},
        output={"context": context},
    )


def heads(rng):
    """Multi-head self- and cross-attention without biases; PyTorch's mask has True = may not."""
    size, count = 8, 4
    module = nn.MultiheadAttention(size, count, bias=False, batch_first=True).double()
    names = ("W_query", "W_key", "W_value", "W_output")
    weights = {name: numbers(rng, size, size, scale=0.4) for name in names}
    by_row = [weights[name].detach().T for name in names]
    module.in_proj_weight.data = torch.cat(by_row[:3])
    module.out_proj.weight.data = by_row[3].contiguous()
    x, y = numbers(rng, 2, 4, size), numbers(rng, 2, 5, size)
    mask, direction = some_mask(rng, 2, 4, 5), numbers(rng, 2, 4, size).detach()
    forbidden = torch.tensor(~mask).repeat_interleave(count, dim=0)
    output, per_head = module(x, y, y, attn_mask=forbidden, average_attn_weights=False)
    (output * direction).sum().backward()
    thirds = [third.T for third in module.in_proj_weight.grad.chunk(3)]
    gradients = dict(zip(names, [*thirds, module.out_proj.weight.grad.T], strict=True))
    save(
        "heads",
        input={"x": x, "y": y, "mask": mask},
        weight=weights,
        direction={"output": direction},
        output={"output": output, "weights": per_head},
        gradient={"x": x.grad, "y": y.grad, **gradients},
    )


def additive_attention(queries, keys, values, mask, W_query, W_key, v):
    """(context, weights) by broadcasting."""
    hidden = torch.tanh((queries @ W_query)[:, :, None] + (keys @ W_key)[:, None])
    scores = (hidden @ v).masked_fill(~mask, -torch.inf)
    weights = torch.softmax(scores, dim=-1)
    return weights @ values, weights


def additive(rng):
    queries, keys, values = numbers(rng, 2, 3, 4), numbers(rng, 2, 5, 6), numbers(rng, 2, 5, 7)
    weights = {"W_query": numbers(rng, 4, 8), "W_key": numbers(rng, 6, 8), "v": numbers(rng, 8)}
    mask, direction = some_mask(rng, 2, 3, 5), numbers(rng, 2, 3, 7).detach()
    context, looked = additive_attention(
        queries, keys, values, torch.tensor(mask), *weights.values()
    )
    (context * direction).sum().backward()
    save(
        "additive",
        input={"queries": queries, "keys": keys, "values": values, "mask": mask},
        weight=weights,
        direction={"context": direction},
        output={"context": context, "weights": looked},
    )


def as_turned(x):
    """x, feature pair i of place p turned by p / 10000^(2i/size): a product of complex numbers."""
    size = x.shape[-1]
    speeds = 10_000.0 ** (-torch.arange(0, size, 2, dtype=torch.float64) / size)
    angles = torch.outer(torch.arange(x.shape[-2], dtype=torch.float64), speeds)
    pairs = torch.view_as_complex(x.unflatten(-1, (-1, 2)))
    return torch.view_as_real(pairs * torch.polar(torch.ones_like(angles), angles)).flatten(-2)


def rotated(rng):
    """Attention by scaled dot products of turned queries and keys."""
    queries, keys, values = (
        numbers(rng, 2, 3, 4, 6),
        numbers(rng, 2, 3, 5, 6),
        numbers(rng, 2, 3, 5, 7),
    )
    direction = numbers(rng, 2, 3, 4, 7).detach()
    turned = as_turned(queries)
    context = F.scaled_dot_product_attention(turned, as_turned(keys), values)
    (context * direction).sum().backward()
    save(
        "rotated",
        input={"queries": queries, "keys": keys, "values": values},
        direction={"context": direction},
        output={"context": context, "queries": turned},
    )


def distance(rng):
    """Attention with a price for distance, another in each of three heads."""
    queries, keys, values = (
        numbers(rng, 2, 3, 4, 6),
        numbers(rng, 2, 3, 5, 6),
        numbers(rng, 2, 3, 5, 7),
    )
    slopes = np.array([0.5, 0.25, 2.0])
    direction = numbers(rng, 2, 3, 4, 7).detach()
    steps = torch.arange(4)[:, None] - torch.arange(5)
    bias = -torch.tensor(slopes)[:, None, None] * steps.abs()
    context = F.scaled_dot_product_attention(queries, keys, values, attn_mask=bias)
    (context * direction).sum().backward()
    save(
        "distance",
        input={"queries": queries, "keys": keys, "values": values},
        setting={"slopes": slopes},
        direction={"context": direction},
        output={"context": context, "bias": bias},
    )


def shared_heads(rng, name, heads, kv_heads):
    """Heads that share keys and values, by PyTorch's own grouped attention."""
    size, width = 12, 12 // heads
    shapes = [(size, size), (size, kv_heads * width), (size, kv_heads * width), (size, size)]
    names = ("W_query", "W_key", "W_value", "W_output")
    weights = {w: numbers(rng, *shape, scale=0.4) for w, shape in zip(names, shapes, strict=True)}
    x, y, mask = numbers(rng, 2, 4, size), numbers(rng, 2, 5, size), some_mask(rng, 2, 4, 5)
    direction = numbers(rng, 2, 4, size).detach()
    queries, keys, values = (
        (array @ weights[w]).unflatten(-1, (-1, width)).transpose(1, 2)
        for array, w in ((x, "W_query"), (y, "W_key"), (y, "W_value"))
    )
    context = F.scaled_dot_product_attention(
        queries, keys, values, attn_mask=torch.tensor(mask)[:, None], enable_gqa=True
    )
    output = context.transpose(1, 2).flatten(-2) @ weights["W_output"]
    (output * direction).sum().backward()
    save(
        name,
        input={"x": x, "y": y, "mask": mask},
        weight=weights,
        direction={"output": direction},
        output={"output": output, "context": context},
    )


def torch_gru(W_input, W_hidden, b):
    """nn.GRU with these weights; its second bias, which ours does not have, is zero and frozen."""
    gru = nn.GRU(W_input.shape[0], W_hidden.shape[0], batch_first=True).double()
    gru.weight_ih_l0.data = W_input.detach().T.contiguous()
    gru.weight_hh_l0.data = W_hidden.detach().T.contiguous()
    gru.bias_ih_l0.data = b.detach().clone()
    gru.bias_hh_l0.data.zero_()
    gru.bias_hh_l0.requires_grad_(False)
    return gru


def gru_tensors(gru):
    """nn.GRU's trained tensors under our names: (tensor, is it transposed)."""
    return {
        "W_input": (gru.weight_ih_l0, True),
        "W_hidden": (gru.weight_hh_l0, True),
        "b": (gru.bias_ih_l0, False),
    }


def run_padded(gru, inputs, lengths, initial=None):
    """(states, zero after each length, last) of a padded batch."""
    packed = nn.utils.rnn.pack_padded_sequence(
        inputs, torch.tensor(lengths), batch_first=True, enforce_sorted=False
    )
    states, last = gru(packed, initial)
    width = inputs.shape[1]
    padded, _ = nn.utils.rnn.pad_packed_sequence(states, batch_first=True, total_length=width)
    return padded, last[0]


def gru(rng):
    inputs, initial, lengths = numbers(rng, 3, 6, 4), numbers(rng, 3, 5), np.array([4, 6, 1])
    weights = {
        "W_input": numbers(rng, 4, 15, scale=0.5),
        "W_hidden": numbers(rng, 5, 15, scale=0.5),
        "b": numbers(rng, 15, scale=0.5),
    }
    module = torch_gru(**weights)
    states, last = run_padded(module, inputs, lengths, initial[None])
    directions = {"states": numbers(rng, 3, 6, 5).detach(), "last": numbers(rng, 3, 5).detach()}
    ((states * directions["states"]).sum() + (last * directions["last"]).sum()).backward()
    gradients = {
        name: tensor.grad.T if turned else tensor.grad
        for name, (tensor, turned) in gru_tensors(module).items()
    }
    save(
        "gru",
        input={"inputs": inputs, "initial": initial, "lengths": lengths},
        weight=weights,
        direction=directions,
        output={"states": states, "last": last},
        gradient={"inputs": inputs.grad, "initial": initial.grad, **gradients},
    )


def masked_loss(logits, target, target_lengths):
    """The mean cross-entropy over what follows the start mark, padding left out."""
    expected = target[:, 1:].clone()
    ends = torch.tensor(target_lengths)[:, None] - 1
    expected[torch.arange(expected.shape[1]) >= ends] = -100  # F.cross_entropy leaves it out
    return F.cross_entropy(logits.flatten(0, 1), expected.flatten())


class Translator(nn.Module):
    """The course's Seq2Seq, unidirectional, in PyTorch: GRUs, context, readout."""

    def __init__(self, weights, attention):
        super().__init__()
        self.attention = attention
        self.parts, self.free = nn.ModuleDict(), nn.ParameterDict()
        self.named = {}  # our name → (PyTorch's tensor, is it transposed)
        for side in ("encoder.forwards", "gru"):
            names = ("W_input", "W_hidden", "b")
            module = torch_gru(*(weights[f"{side}.{name}"] for name in names))
            self.parts[side.replace(".", "_")] = module
            self.named |= {f"{side}.{name}": pair for name, pair in gru_tensors(module).items()}
        for name, value in weights.items():
            if name not in self.named:
                parameter = nn.Parameter(value.detach().clone())
                self.free[name.replace(".", "_")] = parameter
                self.named[name] = (parameter, False)

    def get(self, name):
        return self.named[name][0]

    def forward(self, source, source_lengths, target, target_lengths):
        """The mean cross-entropy over the real target symbols and end marks."""
        vectors = F.embedding(source, self.get("encoder.embedding.table"))
        memory, summary = run_padded(self.parts["encoder_forwards"], vectors, source_lengths)
        vectors = F.embedding(target[:, :-1], self.get("embedding.table"))
        states, _ = self.parts["gru"](vectors, summary[None].contiguous())
        context = summary[:, None]
        if self.attention:
            real = torch.arange(source.shape[1]) < torch.tensor(source_lengths)[:, None]
            rule = (self.get(f"context.score.{name}") for name in ("W_query", "W_key", "v"))
            context, _ = additive_attention(states, memory, memory, real[:, None], *rule)
        mixed = torch.tanh(
            states @ self.get("readout.by_state.W")
            + self.get("readout.by_state.b")
            + context @ self.get("readout.by_context.W")
        )
        logits = mixed @ self.get("readout.output.W") + self.get("readout.output.b")
        return masked_loss(logits, target, target_lengths)

    def arrays(self, gradient=False):
        """Parameters, or their gradients, under our names and in our orientation."""
        pick = (lambda tensor: tensor.grad) if gradient else (lambda tensor: tensor.detach())
        return {
            name: (pick(tensor).T if turned else pick(tensor)).clone()
            for name, (tensor, turned) in self.named.items()
        }


def seq2seq_weights(rng, source_size, target_size, hidden, attention):
    """Random parameters under the course's names, large enough for a gradient that is clipped."""
    shapes = {
        "encoder.embedding.table": (source_size, hidden),
        "embedding.table": (target_size, hidden),
        "readout.by_state.W": (hidden, hidden),
        "readout.by_state.b": (hidden,),
        "readout.by_context.W": (hidden, hidden),
        "readout.output.W": (hidden, target_size),
        "readout.output.b": (target_size,),
    }
    for side in ("encoder.forwards", "gru"):
        shapes |= {f"{side}.{name}": (hidden, 3 * hidden) for name in ("W_input", "W_hidden")}
        shapes[f"{side}.b"] = (3 * hidden,)
    if attention:
        shapes |= {f"context.score.{name}": (hidden, 6) for name in ("W_query", "W_key")}
        shapes["context.score.v"] = (6,)
    return {name: numbers(rng, *shape, scale=0.8) for name, shape in shapes.items()}


def seq2seq(rng, name, attention):
    """Three steps of a small translator."""
    weights = seq2seq_weights(rng, 10, 8, 8, attention)
    three_steps(name, Translator(weights, attention), weights)


def three_steps(name, model, weights):
    """Three steps of Adam with clipping: one step hides the clipping, Adam's first has any scale.

    `gradient.*` are those of the first step before clipping; `after1.*` and `after3.*` the
    parameters after one and after three steps.
    """
    source = np.array([[3, 4, 5, 6, 7], [8, 3, 0, 0, 0], [9, 9, 4, 0, 0]])
    target = np.array([[1, 3, 4, 2, 0, 0], [1, 5, 6, 7, 3, 2], [1, 2, 0, 0, 0, 0]])
    lengths = {"source_lengths": np.array([5, 2, 3]), "target_lengths": np.array([4, 6, 2])}
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimiser = torch.optim.Adam(trained, lr=LEARNING_RATE)
    batch = torch.tensor(source), lengths["source_lengths"], torch.tensor(target)
    losses, norms, after, gradients = [], [], [], None
    for _ in range(STEPS):
        optimiser.zero_grad()
        loss = model(*batch, lengths["target_lengths"])
        loss.backward()
        gradients = gradients or model.arrays(gradient=True)
        norms.append(float(nn.utils.clip_grad_norm_(trained, CLIP)))
        optimiser.step()
        losses.append(loss.item())
        after.append(model.arrays())
    assert max(norms) > CLIP and max(norms) / min(norms) > 1.01, f"clipping does not show: {norms}"
    save(
        name,
        input={"source": source, "target": target, **lengths},
        weight=weights,
        output={"losses": losses, "norms": norms},
        gradient=gradients,
        setting={"learning_rate": LEARNING_RATE, "clip": CLIP},
        after1=after[0],
        after3=after[-1],
    )


class AttentionAlone(nn.Module):
    """The course's Transformer of PyTorch's blocks; its attentions' biases are zero and frozen."""

    def __init__(self, weights, size, heads, hidden, layers, norm):
        super().__init__()
        self.size = size
        options = {"batch_first": True, "norm_first": norm == "before", "dropout": 0.0}
        last = nn.LayerNorm if norm == "before" else lambda size: None
        self.encoder = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(size, heads, hidden, **options),
            layers,
            last(size),
            enable_nested_tensor=False,
        )
        self.decoder = nn.TransformerDecoder(
            nn.TransformerDecoderLayer(size, heads, hidden, **options), layers, last(size)
        )
        self.free = nn.ParameterDict(
            {
                name.replace(".", "_"): nn.Parameter(value.detach().clone())
                for name, value in weights.items()
                if "table" in name or "readout" in name
            }
        )
        self.double()
        self.named = {}  # our name → (PyTorch's tensor, its rows, is it transposed)
        for name in weights:
            free = name.replace(".", "_")
            self.named[name] = (
                (self.free[free], slice(None), False) if free in self.free else self.find(name)
            )
        with torch.no_grad():
            for name, (tensor, part, turned) in self.named.items():
                tensor[part] = weights[name].T if turned else weights[name]
            for stack in (self.encoder, self.decoder):
                for module in stack.modules():
                    if isinstance(module, nn.MultiheadAttention):
                        for bias in (module.in_proj_bias, module.out_proj.bias):
                            bias.zero_().requires_grad_(False)

    def find(self, name):
        """The tensor of a block or a last norm that has our name."""
        stack, *path, last = name.split(".")
        module = getattr(self, stack)
        if path == ["norm"]:
            return self.of_norm(module.norm, last)
        block, (layer, *inner) = module.layers[int(path[0])], path[1:]
        if inner != ["layer"] and inner[0] in ("before", "after"):
            order = ["self_attention", "cross_attention", "feed_forward"]
            if stack == "encoder":
                order.remove("cross_attention")
            return self.of_norm(getattr(block, f"norm{order.index(layer) + 1}"), last)
        if layer == "feed_forward":
            linear = block.linear1 if inner[-1] == "inner" else block.linear2
            return (linear.weight, slice(None), True) if last == "W" else (linear.bias, ..., False)
        attention = block.self_attn if layer == "self_attention" else block.multihead_attn
        if last == "W_output":
            return attention.out_proj.weight, slice(None), True
        third = ["W_query", "W_key", "W_value"].index(last) * self.size
        return attention.in_proj_weight, slice(third, third + self.size), True

    @staticmethod
    def of_norm(norm, name):
        return norm.weight if name == "gain" else norm.bias, slice(None), False

    def embed(self, ids, table):
        angles = torch.arange(ids.shape[1])[:, None] / 10_000.0 ** (
            torch.arange(0, self.size, 2, dtype=torch.float64) / self.size
        )
        places = torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)
        return F.embedding(ids, self.free[table]) * self.size**0.5 + places

    def forward(self, source, source_lengths, target, target_lengths):
        """The mean cross-entropy over the real target symbols and end marks."""
        hidden = torch.arange(source.shape[1]) >= torch.tensor(source_lengths)[:, None]
        memory = self.encoder(
            self.embed(source, "encoder_embedding_table"), src_key_padding_mask=hidden
        )
        read = target[:, :-1]
        states = self.decoder(
            self.embed(read, "decoder_embedding_table"),
            memory,
            tgt_mask=torch.ones(read.shape[1], read.shape[1], dtype=torch.bool).triu(1),
            memory_key_padding_mask=hidden,
        )
        logits = states @ self.free["readout_W"] + self.free["readout_b"]
        return masked_loss(logits, target, target_lengths)

    def arrays(self, gradient=False):
        """Parameters, or their gradients, under our names and in our orientation."""
        pick = (lambda tensor: tensor.grad) if gradient else (lambda tensor: tensor.detach())
        return {
            name: (pick(tensor)[part].T if turned else pick(tensor)[part]).clone()
            for name, (tensor, part, turned) in self.named.items()
        }


def transformer_weights(rng, source_size, target_size, size, hidden, layers, norm):
    """Random parameters under the course's names."""
    square = {f"W_{name}": (size, size) for name in ("query", "key", "value", "output")}
    feed = {"inner.W": (size, hidden), "inner.b": (hidden,)}
    feed |= {"outer.W": (hidden, size), "outer.b": (size,)}
    ends = {"gain": (size,), "bias": (size,)}
    shapes = {}
    for stack, tokens in (("encoder", source_size), ("decoder", target_size)):
        shapes[f"{stack}.embedding.table"] = (tokens, size)
        kinds = {"self_attention": square, "cross_attention": square, "feed_forward": feed}
        if stack == "encoder":
            del kinds["cross_attention"]
        for i in range(layers):
            for kind, inner in kinds.items():
                named = {f"layer.{name}": shape for name, shape in inner.items()}
                named |= {f"{norm}.{name}": shape for name, shape in ends.items()}
                shapes |= {f"{stack}.{i}.{kind}.{name}": shape for name, shape in named.items()}
        if norm == "before":
            shapes |= {f"{stack}.norm.{name}": shape for name, shape in ends.items()}
    shapes |= {"readout.W": (size, target_size), "readout.b": (target_size,)}
    return {name: numbers(rng, *shape, scale=0.8) for name, shape in shapes.items()}


def transformer(rng, norm, layers):
    """Three steps of a small Transformer, its norms before its layers or after them."""
    weights = transformer_weights(rng, 10, 8, 8, 12, layers, norm)
    model = AttentionAlone(weights, 8, 2, 12, layers, norm)
    three_steps(f"transformer_{norm}", model, weights)


def main():
    torch.set_num_threads(1)
    for seed, make in enumerate((scaled_dot, heads, additive, gru)):
        make(np.random.default_rng(seed))
    seq2seq(np.random.default_rng(4), "seq2seq_last_state", attention=False)
    seq2seq(np.random.default_rng(5), "seq2seq_additive", attention=True)
    rotated(np.random.default_rng(6))
    distance(np.random.default_rng(7))
    shared_heads(np.random.default_rng(8), "grouped", heads=6, kv_heads=2)
    shared_heads(np.random.default_rng(9), "multi_query", heads=3, kv_heads=1)
    transformer(np.random.default_rng(15), "before", layers=2)  # no gradient near 0, where
    transformer(np.random.default_rng(37), "after", layers=1)  # Adam magnifies rounding


if __name__ == "__main__":
    main()
