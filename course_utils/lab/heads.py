"""A board of six towns and their temperatures: a wish names two towns, and both are to be told.

A town writes its name in features 0 to 5 and its temperature, in steps of 10 degrees from the
usual, in feature 12. A wish names the first town in features 0 to 5, the second in 6 to 11.
"""

from typing import NamedTuple

import numpy as np

from course_utils.attention import AttentionLayer
from course_utils.layers import Layer, nested
from course_utils.training import train

TOWNS = ("Ayr", "Bath", "Cork", "Deal", "Ely", "Fowey")
WIDTH, NUMBER = 16, 12  # features of a town, and the one that has its temperature


class Boards(NamedTuple):
    """Two wishes for each board, and what they ask for."""

    wishes: np.ndarray  # (count, 2, 16)
    towns: np.ndarray  # (count, 6, 16)
    asked: np.ndarray  # (count, 2, 2): the number of the first town, and of the second
    told: np.ndarray  # (count, 2, 2): their temperatures


def boards(rng, count):
    """Draw boards whose temperatures are normal: a mean of 0, a variance of 1."""
    rng = np.random.default_rng(rng)
    towns, wishes = np.zeros((count, 6, WIDTH)), np.zeros((count, 2, WIDTH))
    towns[..., :6], towns[..., NUMBER] = np.eye(6), rng.normal(size=(count, 6))
    asked = rng.permuted(np.tile(np.arange(6), (count, 2, 1)), axis=2)[..., :2]
    wishes[..., :6], wishes[..., 6:12] = np.eye(6)[asked[..., 0]], np.eye(6)[asked[..., 1]]
    told = np.take_along_axis(towns[:, None, :, NUMBER], asked, axis=2)
    return Boards(*(a.astype(np.float32) for a in (wishes, towns)), asked, told.astype(np.float32))


class Reporter(Layer):
    """One attention layer: its first two outputs are what it tells of the two towns."""

    def __init__(self, heads, kv_heads=None, rng=None):
        self.layer = AttentionLayer(WIDTH, heads, rng=rng, kv_heads=kv_heads)
        super().__init__(parts={"layer": self.layer})

    def forward(self, batch):
        """Return the mean squared error over both numbers, and what `backward` needs."""
        output, cache = self.layer.forward(batch.wishes, batch.towns)
        d_output, gap = np.zeros_like(output), output[..., :2] - batch.told
        d_output[..., :2] = 2 * gap / gap.size
        return float((gap**2).mean()), (d_output, cache)

    def backward(self, cache):
        """Return the gradients of all parameters."""
        return nested(layer=self.layer.backward(*cache)[2])


def trained(heads, kv_heads=None, seed=0, steps=500, label=False):
    """Return a reporter that learned from boards; label : what the bar says, False for none."""
    reporter, rng = Reporter(heads, kv_heads, rng=seed), np.random.default_rng(seed)
    stream = (boards(rng, 32) for _ in range(steps))
    train(reporter, stream, steps, learning_rate=2e-2, progress=label)
    return reporter


def three(heads, kv_heads=None):
    """Return three reporters, trained from three seeds; the bar of progress shows the first."""
    labels = (f"heads: {heads}", False, False)
    return [trained(heads, kv_heads, seed, label=label) for seed, label in enumerate(labels)]


def exam():
    """Return the 1,000 boards that every reporter is judged on."""
    return boards(9, 1000)


class Seen(NamedTuple):
    """A reporter at its exam, one row for each of 2,000 wishes."""

    mixed: np.ndarray  # (2000, 16): what the heads hand over, side by side
    W_output: np.ndarray  # (16, 16)
    told: np.ndarray  # (2000, 2): the temperatures that are right
    weights: np.ndarray  # (2000, heads, 6)
    asked: np.ndarray  # (2000, 2): which towns


def seen(reporter):
    """Return a reporter's exam as `Seen`."""
    batch = exam()
    _, cache = reporter.layer.forward(batch.wishes, batch.towns)
    weights = cache.attended.weights.swapaxes(1, 2)  # (1000, 2, heads, 6)
    rows = (a.reshape(-1, a.shape[-1]) for a in (cache.mixed, batch.told, batch.asked))
    mixed, told, asked = rows
    by_wish = weights.reshape(-1, *weights.shape[2:])
    return Seen(mixed, reporter.params["layer.W_output"], told, by_wish, asked)


def errors(output, told):
    """Return the mean squared errors at both towns, {"first": …, "second": …}.

    output (rows, 2 or more), told (rows, 2). Who always tells the usual temperature gets 1.
    """
    found = ((output[:, :2] - told) ** 2).mean(axis=0)
    return {"first": round(float(found[0]), 3), "second": round(float(found[1]), 3)}


def exam_errors(reporters):
    """Return each reporter's errors, and their sum: {start: {"first", "second", "together"}}."""
    found = {}
    for start, reporter in enumerate(reporters):
        at = seen(reporter)
        both = errors(at.mixed @ at.W_output, at.told)
        found[f"start {start}"] = both | {"together": sum(both.values())}
    return found


def looks(reporter):
    """Return each head's mean weight on the first town and on the second: (heads, 2)."""
    at = seen(reporter)
    return np.take_along_axis(at.weights, at.asked[:, None], axis=2).mean(axis=0)


def takers(reporter):
    """Return which head looks most at the first town, and which at the second."""
    return looks(reporter).argmax(axis=0).tolist()


def wish_map(reporter, wish=0):
    """Return (weights (heads, 6) of one wish of the exam, its two towns by name)."""
    at = seen(reporter)
    return at.weights[wish], [TOWNS[i] for i in at.asked[wish]]
