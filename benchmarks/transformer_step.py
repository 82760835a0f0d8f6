"""How long does a training step of the Transformer take, against PyTorch's `nn.Transformer`?

Number words in batches of 64, 2 + 2 layers, feed-forward twice the width, float32, one thread
each. A step is the loss, all gradients, clipping and Adam; PyTorch's Adam is the faster of two.
"""

from itertools import islice

from benchmarks.measure import installed, interleaved, one_thread, table, verdict
from benchmarks.seq2seq_step import RATE, our_step
from course_utils.tasks import batches, number_words
from course_utils.transformer import Transformer

SIZES = {32: (4, 0.65), 64: (4, 0.85), 128: (8, 0.95)}  # width: heads, bar
BATCHES = 8


def build(task, width, heads):
    """Our model; the same seed gives the same weights."""
    sizes = len(task.source_vocabulary), len(task.target_vocabulary)
    return Transformer(*sizes, width, heads, layers=2, rng=0)


def in_turn(steps):
    """A function that takes one step on each batch."""
    return lambda: [step() for step in steps]


def contestants(task, width, heads, some):
    """Ours and PyTorch's steps over the same batches."""
    from benchmarks.torch_peers import torch_step
    from benchmarks.torch_transformer import TorchTransformer

    runs = {"ours": stepper(build(task, width, heads), some)}
    for name, fused in (("torch", False), ("torch, fused Adam", True)):
        peer = TorchTransformer(build(task, width, heads)).train()
        runs[name] = in_turn([torch_step(peer, batch, RATE, fused) for batch in some])
    return runs
