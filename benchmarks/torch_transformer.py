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
        return functional.cross_entropy(logits.flatten(0, 1), target[:, 1:].flatten(), ignore_index=0)


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
