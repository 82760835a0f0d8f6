"""A translator of number words of attention alone, and one with a GRU, at equal computing."""

import time
from contextlib import contextmanager

import numpy as np

from course_utils import tasks
from course_utils.attention import Attention
from course_utils.lab.reasons import agreement
from course_utils.metrics import by_length, matches
from course_utils.scoring import AdditiveScore
from course_utils.seq2seq import Seq2Seq
from course_utils.softmax import cross_entropy
from course_utils.tasks import PADDING, Batch
from course_utils.tasks.numerals import chinese_numeral, english_words
from course_utils.training import train
from course_utils.transformer import EncoderBlock, Trace, Transformer, causal_mask

WIDTH, HEADS, HIDDEN, LAYERS, BATCH = 32, 4, 64, 2, 64
STEPS, RATE, WARM_UP = 1000, 6e-3, 100
GRU_RATE = 8e-3  # as lesson 20's translators, which need no warm-up
SHORT = 10  # words of the longest number, where a model is examined beyond what it was trained on
BEYOND = {"2–10": (2, 11), "11": (11, 12), "12": (12, 13), "13–14": (13, 15), "15–16": (15, 17)}
WORDS = {"2–5": (2, 6), "6–8": (6, 9), "9–11": (9, 12), "12–16": (12, 17)}
KINDS = ("sinusoids", "learned", "rotary", "distance", "none")
ATTENTIONS = {
    "encoder's": ("encoder", "self"),
    "decoder's, at its own text": ("decoder", "self"),
    "decoder's, at the source": ("decoder", "cross"),
}
CHANGES = {  # what is left out, or stands elsewhere
    "whole": {},
    "no residual": {"residual": False},
    "no norm": {"norm": "none"},
    "norm after": {"norm": "after"},
    "no positions": {"positions": "none"},
}


def numbers(train_size=20_000, test_size=1_000):
    """Return the task: numbers below 10⁹ to train with, and unseen ones, in words and numerals."""
    return tasks.number_words(train_size, test_size, digits=9, rng=5)


def small_numbers():
    """Return a task that is learned in seconds: numbers below a thousand, 3,000 pairs."""
    return tasks.number_words(3_000, 300, digits=3, rng=5)


def short_numbers(train_size=20_000, test_size=4_000):
    """Return the same task with no number of more than 10 words to train with."""
    task = numbers(train_size, test_size)
    rows = task.train.source_lengths <= SHORT
    return task._replace(train=Batch(*(array[rows] for array in task.train)))


def transformer(task, seed=0, pair=None, mask=causal_mask, **options):
    """Return a new Transformer for the task; `pair` and `mask` are `Taught`'s, if it has some."""
    sizes = len(task.source_vocabulary), len(task.target_vocabulary), WIDTH
    options = {"heads": HEADS, "layers": LAYERS, "hidden_size": HIDDEN} | options
    if pair is None:
        return Transformer(*sizes, **options, rng=seed)
    return Taught(pair, mask, *sizes, **options, rng=seed)


def with_gru(task, seed=0):
    """Return a new `Seq2Seq` of the same width, with additive attention, as in lesson 10."""
    sizes = len(task.source_vocabulary), len(task.target_vocabulary), WIDTH
    context = Attention(AdditiveScore(WIDTH, WIDTH, WIDTH, rng=seed))
    return Seq2Seq(*sizes, context=context, bidirectional=True, rng=seed)


def parameters(model):
    """Return how many numbers a model learns."""
    return sum(value.size for value in model.params.values())


def trained(model, task, steps=STEPS, rate=None, warm_up=None, seed=0, progress=False):
    """Train a model on batches of like lengths; return (losses of all steps, CPU seconds).

    Without rate and warm_up each gets its own: a Transformer 0.006 and 100 steps, one with a GRU
    0.008 and none. Where a loss is not finite, training ends there.
    """
    own = (RATE, WARM_UP) if isinstance(model, Transformer) else (GRU_RATE, 0)
    rate, warm_up = (b if a is None else a for a, b in zip((rate, warm_up), own, strict=True))
    data = tasks.batches_by_length(task.train, BATCH, rng=seed)
    start = time.process_time()
    history = train(model, data, steps, rate, progress=progress, warm_up=warm_up)
    return np.array(history.losses), time.process_time() - start


def right(model, batch):
    """Return which rows of a batch a model translates exactly, boolean (batch,)."""
    room = batch.target.shape[1] + 2
    return matches(model.greedy(batch.source, batch.source_lengths, room).tokens, batch)


def by_words(model, batch, ranges=BEYOND):
    """Return {number of words: share of numbers translated exactly}, for such ranges."""
    found = right(model, batch)
    return {
        name: float(by_length(found, batch.source_lengths, edges)[0][0])
        for name, edges in ranges.items()
    }


class Taught(Transformer):
    """A Transformer taught by functions of one's own: what is read and asked, and who may look.

    pair(target) → (read, asked), all (batch, n) but the target, which is that of a `Batch`: padding
    asks for nothing.  mask(n) → boolean (n, n), for the decoder's self-attention in training.
    """

    def __init__(self, pair, mask, *sizes, **options):
        super().__init__(*sizes, **options)
        self.pair, self.mask = pair, mask

    def forward(self, batch):
        """Return (loss, cache), as `Transformer.forward`."""
        read, asked = (np.asarray(ids, int) for ids in self.pair(batch.target))
        real = asked != PADDING
        states, source_real, encoder_cache = self.encode(batch.source, batch.source_lengths)
        masks = self.mask(read.shape[1]), source_real[:, None]
        vectors, decoder_cache = self.decoder.forward(read, real, states, *masks, real, source_real)
        logits, readout_cache = self.readout.forward(vectors)
        loss, d_logits = cross_entropy(logits, asked[real])
        return loss, Trace(encoder_cache, decoder_cache, readout_cache, d_logits)


def alike(residual, blocks=6, places=16, seed=0):
    """Return how alike random vectors are after 0, 1, … fresh encoder blocks: mean cosines."""
    rng = np.random.default_rng(seed)
    x, found = rng.normal(size=(places, WIDTH)), []
    for _ in range(blocks + 1):
        unit = x / np.linalg.norm(x, axis=1, keepdims=True)
        found.append(float((unit @ unit.T)[np.triu_indices(places, 1)].mean()))
        x = EncoderBlock(WIDTH, HEADS, HIDDEN, residual=residual, rng=rng, dtype=float)(x)
    return found


@contextmanager
def without_head(model, name, head):
    """Take a head away while the block lasts: what it mixed is added to nothing.

    name : as in `Transformer.maps`, such as "decoder.1.cross_attention".
    """
    W_output = model.params[f"{name}.layer.W_output"]
    width = len(W_output) // model.settings["heads"]
    rows = slice(head * width, (head + 1) * width)
    kept = W_output[rows].copy()
    W_output[rows] = 0
    try:
        yield model
    finally:
        W_output[rows] = kept


def heads(model, batch):
    """Return {"decoder.1.cross_attention, head 0": (mean largest weight, share right without)}.

    The largest weights are those of real places; all heads of all layers, one taken away at a time.
    """
    asks = {
        "encoder": np.arange(batch.source.shape[1]) < batch.source_lengths[:, None],
        "decoder": np.arange(batch.target.shape[1] - 1) < batch.target_lengths[:, None] - 1,
    }
    found = {}
    for name, weights in model.maps(batch).items():
        largest = weights.max(axis=-1)  # (batch, heads, n)
        for head in range(weights.shape[1]):
            real = largest[:, head][asks[name.split(".")[0]]]
            with without_head(model, name, head):
                found[f"{name}, head {head}"] = (
                    float(real.mean()),
                    float(right(model, batch).mean()),
                )
    return found


def least_by_kind(right_without):
    """Return {kind of attention: the smallest share right without one head of it}."""
    return {
        kind: min(share for name, share in right_without.items() if stack in name and what in name)
        for kind, (stack, what) in ATTENTIONS.items()
    }


def clear_and_needed(found):
    """Return Kendall's τ of what `heads` found: 1 where always more is lost of the clearer head."""
    clear, right_without = np.transpose(list(found.values()))
    return float(agreement(clear[None], -right_without[None])[0])


def translated(model, task, number):
    """Return (batch of one, numeral) of a number below 10⁹, as a model writes it."""
    pair = english_words(number), chinese_numeral(number)
    batch = tasks.make_batch([pair], task.source_vocabulary, task.target_vocabulary)
    found = model.greedy(batch.source, batch.source_lengths, 20)
    return batch, "".join(task.target_vocabulary.decode(found.tokens[0]))


def span(shares):
    """Write the smallest and the largest of some shares: "0.89–0.93"."""
    return f"{min(shares):.2f}–{max(shares):.2f}"


def at_seconds(runs, seconds):
    """Return the share right that a model has after so many CPU seconds, between its budgets.

    runs : {steps: {"seconds": …, "right": …}} of three seeds, whose medians count.
    """
    points = [(np.median(run["seconds"]), np.median(run["right"])) for run in runs.values()]
    return float(np.interp(seconds, *zip(*sorted(points), strict=True)))
