"""Our Transformer's twin in PyTorch: `nn.Transformer` with the same weights."""

import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from benchmarks.torch_peers import tensor
from course_utils.positions import sinusoids


class TorchTransformer(nn.Module):
    """Embeddings, `nn.Transformer` and a readout, of the same function as ours.

    PyTorch's attention has biases where ours has none: they are zero, and frozen.
    """

    def __init__(self, model):
        super().__init__()
        settings, params = model.settings, model.params
        self.size, layers = settings["model_size"], settings["layers"]
        self.inner = nn.Transformer(
            self.size,
            settings["heads"],
            layers,
            layers,
            settings["hidden_size"],
            dropout=0.0,
            batch_first=True,
            norm_first=settings["norm"] == "before",
        )
        self.source = tensor(params["encoder.embedding.table"])
        self.target = tensor(params["decoder.embedding.table"])
        self.output, self.bias = tensor(params["readout.W"].T), tensor(params["readout.b"])
        places = sinusoids(500, self.size).astype(np.float32)
        self.register_buffer("places", torch.from_numpy(places))
        copy_weights(self.inner, params, layers)

    def embed(self, ids, table):
        return functional.embedding(ids, table) * math.sqrt(self.size) + self.places[: ids.shape[1]]

    def forward(self, source, lengths, target):
        padding = torch.arange(source.shape[1]) >= lengths[:, None]  # True hides
        read = target[:, :-1]
        ahead = torch.ones(read.shape[1], read.shape[1], dtype=torch.bool).triu(1)  # True hides
        states = self.inner(
            self.embed(source, self.source),
            self.embed(read, self.target),
            tgt_mask=ahead,
            src_key_padding_mask=padding,
            memory_key_padding_mask=padding,
            tgt_is_causal=True,
        )
        logits = functional.linear(states, self.output, self.bias)
        return functional.cross_entropy(
            logits.flatten(0, 1), target[:, 1:].flatten(), ignore_index=0
        )


@torch.no_grad()
def copy_weights(inner, params, layers):
    """Write our parameters into an `nn.Transformer`."""
    for i in range(layers):
        encoder, decoder = inner.encoder.layers[i], inner.decoder.layers[i]
        copy_attention(encoder.self_attn, params, f"encoder.{i}.self_attention.layer")
        copy_attention(decoder.self_attn, params, f"decoder.{i}.self_attention.layer")
        copy_attention(decoder.multihead_attn, params, f"decoder.{i}.cross_attention.layer")
        for block, name in ((encoder, f"encoder.{i}"), (decoder, f"decoder.{i}")):
            for linear, part in ((block.linear1, "inner"), (block.linear2, "outer")):
                fill(linear.weight, params[f"{name}.feed_forward.layer.{part}.W"].T)
                fill(linear.bias, params[f"{name}.feed_forward.layer.{part}.b"])


def copy_attention(module, params, name):
    """Write one attention layer: PyTorch keeps W_query, W_key and W_value in one, turned."""
    W_query, W_key, W_value, W_output = (
        params[f"{name}.W_{part}"] for part in ("query", "key", "value", "output")
    )
    fill(module.in_proj_weight, np.concatenate([W_query, W_key, W_value], axis=1).T)
    fill(module.out_proj.weight, W_output.T)
    for bias in (module.in_proj_bias, module.out_proj.bias):
        bias.zero_().requires_grad_(False)


def fill(parameter, array):
    parameter.copy_(torch.from_numpy(np.ascontiguousarray(array)))


def greedy(peer, source, lengths, steps):
    """A function that decodes greedily with kept keys and values; no mark ends a row early.

    As strong as eager code gets: the memory's keys and values once, one product for a new symbol's
    query, key and value, room for all steps at once, PyTorch's own attention.
    """
    source, lengths = torch.from_numpy(source), torch.from_numpy(lengths)
    blocks, heads = peer.inner.decoder.layers, peer.inner.nhead

    def split(x):
        return x.unflatten(-1, (heads, -1)).transpose(1, 2)

    def attend(module, queries, keys, values, mask=None):
        mixed = functional.scaled_dot_product_attention(queries, keys, values, attn_mask=mask)
        return functional.linear(mixed.transpose(1, 2).flatten(2), module.out_proj.weight)

    @torch.no_grad()
    def run():
        padding = torch.arange(source.shape[1]) >= lengths[:, None]
        memory = peer.inner.encoder(peer.embed(source, peer.source), src_key_padding_mask=padding)
        mask, size = ~padding[:, None, None], peer.size
        memory_kept = [
            [
                split(functional.linear(memory, W))
                for W in block.multihead_attn.in_proj_weight[size:].chunk(2)
            ]
            for block in blocks
        ]
        shape = len(source), heads, steps, size // heads
        kept = [[torch.empty(shape) for _ in range(2)] for _ in blocks]
        ids, ended = torch.ones(len(source), dtype=torch.long), torch.zeros(len(source)).bool()
        tokens = []
        for t in range(steps):
            x = functional.embedding(ids[:, None], peer.target) * math.sqrt(size) + peer.places[t]
            for block, own, crossed in zip(blocks, kept, memory_kept, strict=True):
                asked = functional.linear(block.norm1(x), block.self_attn.in_proj_weight)
                queries, keys, values = (split(part) for part in asked.chunk(3, dim=-1))
                for room, new in zip(own, (keys, values), strict=True):
                    room[:, :, t : t + 1] = new
                x = x + attend(block.self_attn, queries, *(room[:, :, : t + 1] for room in own))
                W_query = block.multihead_attn.in_proj_weight[:size]
                queries = split(functional.linear(block.norm2(x), W_query))
                x = x + attend(block.multihead_attn, queries, *crossed, mask)
                x = x + block.linear2(torch.relu(block.linear1(block.norm3(x))))
            last = peer.inner.decoder.norm(x[:, 0])
            logits = functional.linear(last, peer.output, peer.bias)
            ids = (logits[:, 2:].argmax(dim=-1) + 2).masked_fill(ended, 0)
            ended |= ids == 2
            tokens.append(ids)
            if ended.all():
                break
        return torch.stack(tokens, dim=1)

    return run
