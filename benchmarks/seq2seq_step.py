"""How long does a training step of the seq2seq take, against PyTorch?

Batch 64, lengths 20, vocabulary 40, unidirectional, float32, one thread each. A step is the
loss, all gradients, clipping and Adam. Prints our time and our time ÷ theirs.
"""

import numpy as np

from benchmarks.measure import installed, interleaved, one_thread, table, verdict
from course_utils.attention import Attention
from course_utils.memory import keep_freed_memory
from course_utils.scoring import AdditiveScore, DotScore
from course_utils.seq2seq import Seq2Seq
from course_utils.tasks import Batch
from course_utils.training import Adam

BATCH, LENGTH, VOCABULARY = 64, 20, 40
WIDTHS = (64, 128, 256)
BARS = {"additive": (0.65, 0.70, 0.85), "dot": (0.75, 0.90, 1.0)}
TUTORIAL_BAR = 0.40
RATE = 1e-3


def random_batch(rng):
    """Random symbols, every source and target LENGTH long."""
    symbols = rng.integers(3, VOCABULARY, (2, BATCH, LENGTH))
    lengths = np.full(BATCH, LENGTH)
    target = np.pad(symbols[1], ((0, 0), (1, 1)), constant_values=((0, 0), (1, 2)))
    return Batch(symbols[0], lengths, target, lengths + 2)


def build(rule, width):
    """Our model; the same seed gives the same weights."""
    score = DotScore() if rule == "dot" else AdditiveScore.for_width(width, rng=1)
    return Seq2Seq(VOCABULARY, VOCABULARY, width, context=Attention(score), rng=0)


def our_step(model, batch):
    """A function that takes one training step."""
    optimiser = Adam(model.params, clip=1.0)
    keep_freed_memory()  # as `train` does

    def step():
        loss, cache = model.forward(batch)
        optimiser.step(model.backward(cache), RATE)
        return loss

    return step


def contestants(rule, width, batch):
    """Ours and PyTorch's steps; PyTorch's take the faster of its own ways to do the same."""
    from benchmarks import torch_peers as peers

    def peer(kind, fused):
        return peers.torch_step(kind(build(rule, width)), batch, RATE, fused)

    steps = {
        "ours": our_step(build(rule, width), batch),
        "torch": peer(peers.TorchSeq2Seq, False),
        "torch, fused Adam": peer(peers.TorchSeq2Seq, True),
        "tutorial": peer(peers.TutorialSeq2Seq, False),
    }
    if rule == "dot":
        steps["torch, fused Adam and attention"] = peer(peers.FusedDotSeq2Seq, True)
    return steps


def main(repeats=30):
    if not installed("torch"):
        return
    rows = []
    batch = random_batch(np.random.default_rng(0))
    for rule, bars in BARS.items():
        for width, bar in zip(WIDTHS, bars, strict=True):
            steps = contestants(rule, width, batch)
            losses = [step() for name, step in steps.items() if name != "tutorial"]
            assert max(losses) - min(losses) < 1e-5, f"the models differ: {losses}"
            seconds = interleaved(steps, repeats)
            ours, tutorial = seconds.pop("ours"), seconds.pop("tutorial")
            strongest = min(seconds, key=seconds.get)
            rows.append(
                [
                    rule,
                    width,
                    f"{1e3 * ours:.1f}",
                    f"{1e3 * seconds[strongest]:.1f} ({strongest})",
                    verdict(ours / seconds[strongest], bar),
                    verdict(ours / tutorial, TUTORIAL_BAR),
                ]
            )
    table(
        "A training step: NumPy ÷ PyTorch",
        ["rule", "width", "ours, ms", "strongest PyTorch, ms", "ours ÷ strongest", "÷ tutorial's"],
        rows,
    )


if __name__ == "__main__":
    with one_thread():
        main()
