"""Tokens in a ring, each asked for the letter of the next: what must Q and K be able to do?"""

import numpy as np

from course_utils.attention import AttentionLayer
from course_utils.softmax import cross_entropy
from course_utils.training import train

LETTERS, PLACES = 6, 8
VERSIONS = ("two matrices", "one matrix", "literal", "no places")


def rings(rng, count, places=True):
    """Return tokens (count, 8, 6 + 8), letter and place as ones among zeros, and the next letters.

    places : False leaves the places empty, all zeros.
    """
    letters = rng.integers(LETTERS, size=(count, PLACES))
    here = np.broadcast_to(places * np.eye(PLACES), (count, PLACES, PLACES))
    tokens = np.concatenate([np.eye(LETTERS)[letters], here], axis=-1)
    return tokens.astype(np.float32), np.roll(letters, -1, axis=1)


class NextLetter:
    """An attention layer whose first 6 outputs score the letters.

    version : "two matrices" and "no places" as usual; "one matrix" makes queries and keys with the
    same; "literal" with none. `params` has only what training may change.
    """

    def __init__(self, version, seed, dtype=np.float32):
        self.version = version
        self.layer = AttentionLayer(LETTERS + PLACES, rng=seed, dtype=dtype)
        self.params, own = self.layer.params, self.layer.own
        if version == "one matrix":
            own["W_key"] = own["W_query"]  # one array in two roles
            del self.params["W_key"]
        if version == "literal":
            own["W_query"] = own["W_key"] = np.eye(LETTERS + PLACES, dtype=dtype)
            del self.params["W_query"], self.params["W_key"]

    def forward(self, batch):
        """Return (loss, cache) of tokens and next letters."""
        tokens, wanted = batch
        output, cache = self.layer.forward(tokens, tokens)
        loss, d_scores = cross_entropy(output[..., :LETTERS], wanted)
        d_output = np.zeros_like(output)
        d_output[..., :LETTERS] = d_scores
        return loss, (d_output, cache)

    def backward(self, cache):
        """Return the gradients of `params`, and of a matrix that has none there."""
        grads = self.layer.backward(*cache)[-1]
        if self.version == "one matrix":  # it plays two roles and gets both gradients
            grads["W_query"] = grads["W_query"] + grads["W_key"]
        return {name: grads[name] for name in self.params}


def three_runs(version):
    """Train a version from three seeds, and return (three shares, mean weights of the last run).

    The bar of progress shows the first run, which stands for the others.
    """
    labels = (version, False, False)
    runs = [next_letters_right(version, seed, label=said) for seed, said in enumerate(labels)]
    return [right for right, _ in runs], runs[-1][1]


def next_letters_right(version, seed, steps=400, label=True):
    """Train a version, and return (share of next letters that are right, mean weights (8, 8)).

    Judged on 1,000 rings, the same for all.  label : what the bar of progress says.
    """
    placed = version != "no places"
    model, stream = NextLetter(version, seed), np.random.default_rng(seed)
    batches = (rings(stream, 64, placed) for _ in range(steps))
    train(model, batches, steps, learning_rate=0.02, progress=label)
    tokens, wanted = exam(placed)
    output, cache = model.layer.forward(tokens, tokens)
    right = (output[..., :LETTERS].argmax(axis=-1) == wanted).mean()
    return float(right), cache.attended.weights[:, 0].mean(axis=0)


def exam(places=True):
    """Return 1,000 rings and their next letters."""
    return rings(np.random.default_rng(99), 1000, places)


def commonest_letter():
    """Return how often the commonest of a token's seven others is the next letter."""
    tokens, wanted = exam()
    letters = tokens[..., :LETTERS]
    others = letters.sum(axis=1, keepdims=True) - letters
    return float((others.argmax(axis=-1) == wanted).mean())
