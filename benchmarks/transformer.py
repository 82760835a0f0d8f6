"""How long do training and decoding of the Transformer take, against PyTorch, and does it learn?

A step is the loss, all gradients, clipping and Adam, on number words in batches of 64, once drawn
at random (half is padding, which only we leave out) and once by length; PyTorch has the same sizes,
`nn.Transformer` and its fused Adam. Decoding: 64 sources, 40 steps. Learning: the share of
held-out number words that are written exactly right, three seeds.
"""

import time
from itertools import cycle, islice

import numpy as np

from benchmarks.measure import installed, interleaved, one_thread, table, verdict
from benchmarks.seq2seq_step import RATE, random_batch
from course_utils.memory import keep_freed_memory
from course_utils.metrics import exact_match
from course_utils.tasks import END, batches, batches_by_length, number_words
from course_utils.training import Adam, train
from course_utils.transformer import Transformer

SIZES = {32: (4, 0.65), 64: (4, 0.85), 128: (8, 0.95)}  # width: heads, the bar of a step
DRAWN = {"at random": batches, "by length": batches_by_length}
STEPS, DECODED = 8, 40
CACHE_BAR, DECODING_BAR = 1 / 4, 0.5
SEEDS, TRAINING_STEPS, EXACT_BAR, SECONDS_BAR = (0, 1, 2), 1_500, 0.97, 30


def build(task, width, heads, seed=0):
    """Our model; the same seed gives the same weights."""
    sizes = len(task.source_vocabulary), len(task.target_vocabulary)
    return Transformer(*sizes, width, heads, rng=seed)


def our_step(model, stream):
    """A function that takes one training step on the next batch."""
    optimiser = Adam(model.params, clip=1.0)
    keep_freed_memory()  # as `train` does

    def step():
        loss, cache = model.forward(next(stream))
        optimiser.step(model.backward(cache), RATE)
        return loss

    return step


def their_step(model, some):
    """The same in PyTorch."""
    from benchmarks.torch_peers import torch_steps
    from benchmarks.torch_transformer import TorchTransformer

    return torch_steps(TorchTransformer(model), some, RATE, fused=True)


def step_rows():
    """A training step of each width, on both kinds of batches."""
    task = number_words(rng=0)
    for drawn, draw in DRAWN.items():
        some = list(islice(draw(task.train, 64, rng=0), STEPS))
        for width, (heads, bar) in SIZES.items():
            steps = {
                "ours": our_step(build(task, width, heads), cycle(some)),
                "torch": their_step(build(task, width, heads), cycle(some)),
            }
            losses = [step() for step in steps.values()]
            assert abs(losses[0] - losses[1]) < 1e-5, f"the models differ: {losses}"
            seconds = interleaved(steps, 5 * STEPS, warm_up=STEPS - 1)
            ratio = verdict(seconds["ours"] / seconds["torch"], bar)
            yield [drawn, width, f"{1e3 * seconds['ours']:.1f}", ratio]


def decoding_rows():
    """Greedy decoding with kept keys and values, against reading all again, and PyTorch."""
    from benchmarks.torch_transformer import TorchTransformer, greedy

    batch = random_batch(np.random.default_rng(0))
    for width, (heads, _) in SIZES.items():
        model = Transformer(40, 40, width, heads, rng=0)
        model.params["readout.b"][END] = -100  # nothing ends early
        arguments = batch.source, batch.source_lengths, DECODED
        runs = {
            "kept": lambda m=model, a=arguments: m.greedy(*a),
            "again": lambda m=model, a=arguments: m.greedy(*a, cached=False),
            "torch": greedy(TorchTransformer(model), *arguments),
        }
        tokens = runs["kept"]().tokens
        same = np.mean((tokens == runs["torch"]().numpy()).all(axis=1))
        assert same > 0.9, f"PyTorch writes other symbols: {same:.2f} of rows agree"
        seconds = interleaved(runs, 10, warm_up=1)
        yield [
            width,
            f"{1e3 * seconds['kept']:.1f}",
            verdict(seconds["kept"] / seconds["again"], CACHE_BAR),
            verdict(seconds["kept"] / seconds["torch"], DECODING_BAR),
        ]


def learning_rows():
    """Number words, width 32, in seconds of one core."""
    for seed in SEEDS:
        task = number_words(rng=seed)
        model = build(task, 32, 4, seed)
        start = time.process_time()
        drawn = batches_by_length(task.train, 64, rng=seed)
        train(model, drawn, TRAINING_STEPS, 6e-3, warm_up=100, progress=False)
        seconds = time.process_time() - start
        test = task.test
        decoded = model.greedy(test.source, test.source_lengths, test.target.shape[1])
        exact = exact_match(decoded.tokens, test)
        kept = exact >= EXACT_BAR and seconds <= SECONDS_BAR
        yield [seed, f"{exact:.3f}", f"{seconds:.0f}", "kept" if kept else "MISSED"]


def main():
    if installed("torch"):
        columns = ["batches", "width", "ours, ms", "ours ÷ nn.Transformer"]
        table("A training step of the Transformer", columns, step_rows())
        columns = ["width", "ours, ms", "÷ reading all again", "÷ PyTorch with kept keys"]
        table(f"Greedy decoding of 64 rows, {DECODED} steps", columns, decoding_rows())
    columns = ["seed", "exact", "CPU seconds", f"bars {EXACT_BAR} and {SECONDS_BAR} s"]
    table(f"Number words after {TRAINING_STEPS} steps", columns, learning_rows())


if __name__ == "__main__":
    with one_thread():
        main()
