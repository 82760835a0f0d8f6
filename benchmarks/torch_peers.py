"""The same models in PyTorch, as strong as eager PyTorch gets, and as tutorials write them."""

from itertools import repeat

import numpy as np
import torch
from torch import nn
from torch.nn import functional


def tensor(array):
    """A parameter with a copy of the array's numbers."""
    return nn.Parameter(torch.from_numpy(np.ascontiguousarray(array)).clone())


class Additive(nn.Module):
    """v · tanh(q W_query + k W_key), one broadcast sum for all pairs."""

    def __init__(self, params):
        super().__init__()
        self.W_query, self.W_key, self.v = (
            tensor(params[name]) for name in ("W_query", "W_key", "v")
        )

    def forward(self, queries, keys):
        return self.compare(queries, keys @ self.W_key)

    def compare(self, queries, projected_keys):
        hidden = torch.tanh((queries @ self.W_query)[:, :, None] + projected_keys[:, None])
        return hidden @ self.v


class Dot(nn.Module):
    """q · k for all pairs."""

    def forward(self, queries, keys):
        return torch.bmm(queries, keys.transpose(1, 2))


class TorchSeq2Seq(nn.Module):
    """Our model with the same weights: nn.GRU over whole sequences, one batched attention."""

    def __init__(self, model):
        super().__init__()
        params = model.params
        self.source = tensor(params["encoder.embedding.table"])
        self.target = tensor(params["embedding.table"])
        self.encoder = torch_gru(params, "encoder.forwards")
        self.decoder = torch_gru(params, "gru")
        rule = {name[14:]: p for name, p in params.items() if name.startswith("context.score.")}
        self.score = Additive(rule) if "v" in rule else Dot()
        self.by_state, self.state_bias, self.by_context, self.output, self.output_bias = (
            tensor(params[f"readout.{name}"])
            for name in ("by_state.W", "by_state.b", "by_context.W", "output.W", "output.b")
        )

    def encode(self, source, lengths):
        states, last = self.encoder(functional.embedding(source, self.source))
        mask = torch.arange(source.shape[1]) < lengths[:, None]
        return states, last, mask

    def read(self, states, memory, mask):
        scores = self.score(states, memory).masked_fill(~mask[:, None], float("-inf"))
        return self.readout(states, torch.bmm(torch.softmax(scores, dim=-1), memory))

    def readout(self, states, context):
        mixed = (
            torch.addmm(self.state_bias, states.reshape(-1, states.shape[-1]), self.by_state)
            + context.reshape(-1, context.shape[-1]) @ self.by_context
        )
        return torch.addmm(self.output_bias, torch.tanh(mixed), self.output)

    def forward(self, source, lengths, target):
        memory, last, mask = self.encode(source, lengths)
        states, _ = self.decoder(functional.embedding(target[:, :-1], self.target), last)
        logits = self.read(states, memory, mask)
        return functional.cross_entropy(logits, target[:, 1:].reshape(-1), ignore_index=0)


class FusedDotSeq2Seq(TorchSeq2Seq):
    """The same with PyTorch's own fused attention for the dot rule."""

    def read(self, states, memory, mask):
        context = functional.scaled_dot_product_attention(
            states, memory, memory, attn_mask=mask[:, None], scale=1.0
        )
        return self.readout(states, context)


class TutorialSeq2Seq(TorchSeq2Seq):
    """Attention inside the decoder's loop, one step at a time, as the textbook decoders have it.

    The last state asks, keys are projected anew at each step, and the context is read with the
    symbol (Bahdanau's order); this computes another function than ours, at the same sizes.
    """

    def __init__(self, model):
        super().__init__(model)
        width = self.by_state.shape[0]
        self.decoder = nn.GRU(2 * width, width, batch_first=True)

    def forward(self, source, lengths, target):
        memory, state, mask = self.encode(source, lengths)
        outputs = []
        for symbol in functional.embedding(target[:, :-1], self.target).transpose(0, 1):
            scores = self.score(state[-1][:, None], memory)
            weights = torch.softmax(scores.masked_fill(~mask[:, None], float("-inf")), dim=-1)
            context = torch.bmm(weights, memory)
            step = torch.cat([context, symbol[:, None]], dim=-1)
            output, state = self.decoder(step, state)
            outputs.append(output)
        states = torch.cat(outputs, dim=1)
        logits = torch.addmm(self.output_bias, states.reshape(-1, states.shape[-1]), self.output)
        return functional.cross_entropy(logits, target[:, 1:].reshape(-1), ignore_index=0)


def torch_gru(params, name):
    """nn.GRU with our weights; its second bias is zero and frozen, ours has one."""
    W_input, W_hidden, b = (params[f"{name}.{part}"] for part in ("W_input", "W_hidden", "b"))
    gru = nn.GRU(W_input.shape[0], W_hidden.shape[0], batch_first=True)
    with torch.no_grad():
        gru.weight_ih_l0.copy_(torch.from_numpy(W_input.T.copy()))
        gru.weight_hh_l0.copy_(torch.from_numpy(W_hidden.T.copy()))
        gru.bias_ih_l0.copy_(torch.from_numpy(b))
        gru.bias_hh_l0.zero_().requires_grad_(False)
    return gru


def torch_step(peer, batch, learning_rate, fused=False):
    """A function that takes one training step: loss, gradients, clipping to 1, Adam."""
    return torch_steps(peer, repeat(batch), learning_rate, fused)


def torch_steps(peer, stream, learning_rate, fused=False):
    """The same for an iterator of batches: each call takes the next."""
    trained = [parameter for parameter in peer.parameters() if parameter.requires_grad]
    optimiser = torch.optim.Adam(trained, lr=learning_rate, fused=fused)

    def step():
        batch = next(stream)
        ids = [torch.from_numpy(ids) for ids in (batch.source, batch.source_lengths, batch.target)]
        optimiser.zero_grad(set_to_none=True)
        loss = peer(*ids)
        loss.backward()
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimiser.step()
        return loss.item()

    return step
