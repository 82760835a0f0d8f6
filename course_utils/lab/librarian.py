"""A shelf of six books: a wish names topics, and their books' colours are the answer.

A book writes its topic in features 0 to 5 and its colour in 6 to 10. A wish for one topic writes it
in features 6 to 11, in another place than the books; a wish for two has the other one in 0 to 5.
"""

from typing import NamedTuple

import numpy as np

from course_utils.attention import attend_forward
from course_utils.layers import Layer, Linear, nested
from course_utils.scoring import ScaledDotScore
from course_utils.softmax import cross_entropy
from course_utils.training import train

TOPICS = ("art", "law", "sea", "sun", "tea", "war")
COLOURS = ("blue", "gold", "green", "red", "white")
WIDTH, WISHES = 2 * len(TOPICS), 2


def shelves(rng, count, asked=1):
    """Return (wishes (count, 2, 12), books (count, 6, 12), colours asked for (count, 2, asked)).

    asked : how many topics a wish names, 1 or 2; those of a shelf all differ.
    """
    topics = rng.permuted(np.tile(np.arange(6), (count, 1)), axis=1)
    colours = rng.integers(len(COLOURS), size=(count, 6))
    books = np.zeros((count, 6, WIDTH))
    books[..., :6], books[..., 6:11] = np.eye(6)[topics], np.eye(5)[colours]
    chosen = rng.permuted(np.tile(np.arange(6), (count, 1)), axis=1)[:, : WISHES * asked]
    wanted = np.take_along_axis(topics, chosen, axis=1).reshape(count, WISHES, asked)
    wishes = np.zeros((count, WISHES, WIDTH))
    wishes[..., 6:] = np.eye(6)[wanted[..., -1]]
    if asked == 2:
        wishes[..., :6] = np.eye(6)[wanted[..., 0]]
    answers = np.take_along_axis(colours, chosen, axis=1).reshape(count, WISHES, asked)
    return wishes.astype(np.float32), books.astype(np.float32), answers


class Librarian(Layer):
    """Names colours of what attention hands over, with a dense layer.

    layer : an AttentionLayer of width 12, or None for the bare scaled dot product.
    joined : wishes and books are one sequence, which asks itself.
    """

    def __init__(self, layer, asked=1, joined=False, rng=None):
        out = Linear(WIDTH, asked * len(COLOURS), rng=rng)
        super().__init__(parts={"out": out} | ({"layer": layer} if layer else {}))
        self.layer, self.joined = layer, joined

    def look(self, wishes, books):
        """Return (what each wish gets, its weights (count, heads, 2, m), the cache)."""
        if self.layer is None:
            found, cache = attend_forward(wishes, books, books, ScaledDotScore())
            return found.context, found.weights[:, None], cache
        asking, asked = wishes, books
        if self.joined:
            asking = asked = np.concatenate([wishes, books], axis=1)
        output, cache = self.layer.forward(asking, asked)
        return output[:, :WISHES], cache.attended.weights[:, :, :WISHES], cache

    def forward(self, batch):
        """Return (loss, cache)."""
        wishes, books, answers = batch
        handed, _, looked = self.look(wishes, books)
        logits, out = self.parts["out"].forward(handed)
        loss, d_logits = cross_entropy(_by_question(logits, answers), answers)
        return loss, (d_logits.reshape(logits.shape), looked, out)

    def backward(self, cache):
        """Return the gradients; the bare rule has none."""
        d_logits, looked, out = cache
        d_handed, grads = self.parts["out"].backward(d_logits, out)
        if self.layer is None:
            return nested(out=grads)
        if self.joined:  # the rows of the books are handed to nobody
            d_handed = np.pad(d_handed, [(0, 0), (0, len(TOPICS)), (0, 0)])
        return nested(out=grads, layer=self.layer.backward(d_handed, looked)[2])

    def colours(self, wishes, books, asked=1):
        """Return the colours that it names, as numbers (count, 2, asked)."""
        logits = self.parts["out"](self.look(wishes, books)[0])
        return logits.reshape(*logits.shape[:-1], asked, len(COLOURS)).argmax(axis=-1)


def _by_question(logits, answers):
    return logits.reshape(*answers.shape, len(COLOURS))


class Trained(NamedTuple):
    """What came of a training, judged on 1,000 shelves."""

    right: float  # share of wishes with every colour right
    looks: float  # share of wishes whose largest weight is on a book that they name
    weights: np.ndarray  # (1000, heads, 2, m)
    model: Librarian


def exam(asked=1):
    """Return the 1,000 shelves that every librarian is judged on."""
    return shelves(np.random.default_rng(9), 1_000, asked)


def trained_librarian(layer, asked=1, joined=False, seed=0, steps=600, label=True):
    """Train a `Librarian` with this layer and return it as `Trained`."""
    model, stream = Librarian(layer, asked, joined, rng=seed), np.random.default_rng(seed)
    batches = (shelves(stream, 64, asked) for _ in range(steps))
    train(model, batches, steps, learning_rate=2e-2, progress=label)
    wishes, books, answers = exam(asked)
    right = (model.colours(wishes, books, asked) == answers).all(axis=-1).mean()
    weights = model.look(wishes, books)[1]
    return Trained(float(right), _looks(weights, wishes, books), weights, model)


def _looks(weights, wishes, books):
    """Return the share of wishes, over all heads, that look most at a book they name."""
    named = (wishes[..., :6] + wishes[..., 6:]) @ books[..., :6].swapaxes(1, 2)  # (…, 2, 6)
    of_books = weights[..., -len(TOPICS) :]
    best = of_books.argmax(axis=-1)[..., None]
    on_books = of_books.max(axis=-1) == weights.max(axis=-1)
    hit = np.take_along_axis(np.broadcast_to(named[:, None], of_books.shape), best, axis=-1)
    return float((hit[..., 0].astype(bool) & on_books).mean())


def labels_of(shelf, asked=1):
    """Return the names of the wishes and of the books on one of the exam's shelves."""
    wishes, books, _ = (part[shelf] for part in exam(asked))
    halves = [[TOPICS[i] for i in wish.reshape(2, 6).argmax(axis=1)] for wish in wishes]
    return [" + ".join(half[2 - asked :]) for half in halves], [
        TOPICS[i] for i in books[:, :6].argmax(axis=1)
    ]


def told(trained, topic, shelf=0):
    """Return (the colour that a librarian names for one topic, the book's colour), as words."""
    if topic not in TOPICS:
        raise ValueError(f"topic must be one of {', '.join(TOPICS)}, got {topic!r}")
    _, books, _ = (part[shelf] for part in exam())
    wish = np.zeros((1, WISHES, WIDTH), dtype=np.float32)
    wish[..., 6 + TOPICS.index(topic)] = 1
    named = trained.model.colours(wish, books[None])[0, 0, 0]
    book = books[books[:, TOPICS.index(topic)] == 1][0]
    return COLOURS[named], COLOURS[book[6:11].argmax()]
