"""How long do the forward operations take, and how much memory, against PyTorch?"""

import tracemalloc

import numpy as np

from benchmarks.measure import installed, interleaved, one_thread, table, verdict
from course_utils.attention import attend, blocked_attend
from course_utils.scoring import AdditiveScore, DotScore, ScaledDotScore

SHAPES = ((8, 8, 64, 64), (1, 8, 1024, 64), (1, 1, 4096, 64))
DOT_BAR, ADDITIVE_BAR, BLOCKED_BAR = 1.5, 0.3, 1.2
SKIPPED_BAR = 0.6
MEGABYTE = 1 << 20


def arrays(shape, count=3):
    """Random float32 arrays."""
    rng = np.random.default_rng(0)
    return [rng.normal(size=shape).astype(np.float32) for _ in range(count)]


def dot_rows():
    """Both dot rules against scaled_dot_product_attention.

    `attend` returns the scores and the weights too, two arrays (…, n, m) that PyTorch never
    makes; `blocked_attend` returns what PyTorch returns, the context alone.
    """
    import torch
    from torch.nn import functional

    for shape in SHAPES:
        ours = arrays(shape)
        theirs = [torch.from_numpy(array) for array in ours]
        for rule, scale in ((ScaledDotScore(), None), (DotScore(), 1.0)):
            contestants = {
                "ours": lambda a=ours, r=rule: attend(*a, score=r),
                "torch": lambda a=theirs, s=scale: functional.scaled_dot_product_attention(
                    *a, scale=s
                ),
            }
            context, expected = contestants["ours"]().context, contestants["torch"]().numpy()
            assert context.dtype == np.float32 and np.abs(context - expected).max() < 1e-4
            if scale is None and shape[2] > 1000:  # not made for many small heads
                contestants["blocked"] = lambda a=ours: blocked_attend(*a)
            seconds = interleaved(contestants, 30)
            names = {"ours": type(rule).__name__, "blocked": "blocked_attend, context alone"}
            for name in sorted(names.keys() & seconds.keys(), reverse=True):
                ratio = verdict(seconds[name] / seconds["torch"], DOT_BAR)
                yield [names[name], shape, f"{1e3 * seconds[name]:.2f}", ratio]


def additive_rows():
    """The additive rule, in blocks, against one broadcast sum in PyTorch."""
    import torch

    from benchmarks.torch_peers import Additive

    for shape in SHAPES:
        batch = (shape[0] * shape[1], *shape[2:])
        repeats = 30 if shape[2] < 1000 else 5
        rule = AdditiveScore.for_width(64, rng=0)
        queries, keys, values = arrays(batch)
        peer = Additive(rule.params)
        tensors = [torch.from_numpy(array) for array in (queries, keys, values)]

        def theirs(peer=peer, tensors=tensors):
            with torch.no_grad():
                queries, keys, values = tensors
                outputs = []  # a few queries at a time where all at once would be gigabytes
                for part in queries.split(max(1, 2**28 // (keys.numel())), dim=1):
                    outputs.append(torch.softmax(peer(part, keys), dim=-1) @ values)
                return torch.cat(outputs, dim=1)

        ours = lambda a=(queries, keys, values), r=rule: attend(*a, score=r)  # noqa: E731
        assert np.abs(ours().context - theirs().numpy()).max() < 1e-4
        seconds = interleaved({"ours": ours, "torch": theirs}, repeats, warm_up=1)
        ratio = seconds["ours"] / seconds["torch"]
        yield ["AdditiveScore", shape, f"{1e3 * seconds['ours']:.1f}", verdict(ratio, ADDITIVE_BAR)]


def peak(run):
    """Peak bytes that NumPy held while `run` ran, its result included."""
    tracemalloc.start()
    run()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def memory_rows():
    """Peak memory and time of the blocked version, and of the additive rule."""
    queries, keys, values = arrays((8192, 64))
    contestants = {
        "naive": lambda: attend(queries, keys, values),
        "blocked": lambda: blocked_attend(queries, keys, values),
        "skipped": lambda: blocked_attend(queries, keys, values, causal=True),
    }
    peaks = {name: peak(run) for name, run in contestants.items()}
    seconds = interleaved(contestants, 7, warm_up=1)
    yield [
        "blocked ÷ naive, 8192 × 8192 × 64: time",
        verdict(seconds["blocked"] / seconds["naive"], BLOCKED_BAR),
    ]
    yield [
        f"… memory ({peaks['blocked'] / MEGABYTE:.1f} of {peaks['naive'] / MEGABYTE:.0f} MB)",
        verdict(peaks["blocked"] / peaks["naive"], 1 / 50),
    ]
    yield [
        "looking back, hidden blocks skipped ÷ every block: time",
        verdict(seconds["skipped"] / seconds["blocked"], SKIPPED_BAR),
    ]
    rule = AdditiveScore.for_width(64, rng=0)
    queries, keys = queries[:1024], keys[:1024]
    used = peak(lambda: attend(queries, keys, values[:1024], score=rule)) / MEGABYTE
    yield ["additive, 1024 × 1024 × 64: MB held", verdict(used, 64)]


def main():
    if installed("torch"):
        columns = ["rule", "shape", "ours, ms", "ours ÷ PyTorch"]
        table("attend", columns, [*dot_rows(), *additive_rows()])
    table("Memory", ["what", "measured"], memory_rows())


if __name__ == "__main__":
    with one_thread():
        main()
