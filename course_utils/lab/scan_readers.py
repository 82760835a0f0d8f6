"""Models that read rows of scans aloud: built, taught, and asked where each word looks.

Nobody tells them which scan belongs to which word: they see rows and their words alone.
"""

from typing import NamedTuple

import numpy as np

from course_utils.attention import Attention
from course_utils.decoding import read_along
from course_utils.lab.vector_encoders import PatchEncoder, VectorEncoder
from course_utils.metrics import matches
from course_utils.scoring import AdditiveScore, GeneralScore
from course_utils.seq2seq import Seq2Seq
from course_utils.tasks.scans import LONGEST, PIXELS, VOCABULARY, endless_rows, in_patches
from course_utils.training import train

WIDTH = 48  # numbers of a state, of words and of scans
PATCHES, PATCH_PIXELS = 4, 16  # of a scan that is cut in four
INK = {"#": 1.0, "+": 0.5, ".": 0.0}


class Asking(NamedTuple):
    """One row as attention meets it: who asks, who is asked, and the rule's matrix."""

    words: np.ndarray  # (n, d): the decoder's state as it writes each word
    scans: np.ndarray  # (m, d): the encoder's state of each scan
    W: np.ndarray  # (d, d), of the general rule


def looking(seed=0):
    """Return a new attention with the general rule, for a reader."""
    return Attention(GeneralScore.for_width(WIDTH, rng=seed))


def new_reader(context, seed=0):
    """Return a reader that knows nothing yet; its encoder has a state for each scan."""
    encoder = VectorEncoder(PIXELS * PIXELS, WIDTH, rng=seed)
    return Seq2Seq(None, len(VOCABULARY), WIDTH, context, rng=seed, encoder=encoder)


def taught(reader, scans, name, steps=1000, seed=0):
    """Teach a reader on endless rows of these scans, with a bar that says its name; return it."""
    train(reader, endless_rows(scans, 64, seed), steps, 6e-3, progress=f"training, {name}")
    return reader


def patch_reader(scans, seed):
    """Teach a reader that sees four patches of each scan, each by itself; return it."""
    context = Attention(AdditiveScore.for_width(WIDTH, rng=seed))
    encoder = PatchEncoder(PATCH_PIXELS, PATCHES * LONGEST, WIDTH, rng=seed)
    reader = Seq2Seq(None, len(VOCABULARY), WIDTH, context, rng=seed, encoder=encoder)
    rows = map(in_patches, endless_rows(scans, 64, 0))
    train(reader, rows, 1500, 1e-2, progress=f"training, patches, start {seed + 1}")
    return reader


def read(reader, batch):
    """Let it read a batch aloud: (the decoded answer, which rows are right, (rows,) booleans)."""
    answer = reader.greedy(batch.source, batch.source_lengths, LONGEST + 2)
    return answer, matches(answer.tokens, batch)


def share_on_right_scan(weights, lengths):
    """Say in which share of all words the largest weight of word i is on scan i.

    weights : (rows, words, scans), the end mark may follow.  lengths : scans of each row.
    """
    place = np.arange(LONGEST)
    return (weights[:, :LONGEST].argmax(axis=-1) == place)[place < lengths[:, None]].mean()


def on_own_patches(weights, lengths):
    """Return each word's weights on the four patches of its own scan, (words, 4).

    weights : (rows, words, patches).  lengths : scans of each row.
    """
    place = np.arange(LONGEST)
    return by_scan(weights)[:, place, place][place < lengths[:, None]]


def by_scan(weights):
    """Turn weights (rows, words, patches) into (rows, words, scans, 4), without the end mark."""
    return weights[:, :LONGEST].reshape(len(weights), LONGEST, LONGEST, PATCHES)


def patches_used(own):
    """Say how many patches a word uses: four alike are 4, a single one is 1.  own : (words, 4)."""
    shares = own / own.sum(axis=-1, keepdims=True)
    return (1 / (shares**2).sum(axis=-1)).mean()


def by_patches(weights, right, lengths):
    """Say in three numbers how a reader by patches reads an exam.

    weights : (rows, words, patches).  right : which rows it read right.  lengths : scans of each.
    """
    by_scans = by_scan(weights).sum(axis=-1)
    return {
        "rows right": right.mean(),
        "right scan": share_on_right_scan(by_scans, lengths),
        "patches used": patches_used(on_own_patches(weights, lengths)),
    }


def asking(reader, batch, row):
    """Return who asks and who is asked as a reader with the general rule reads a row: `Asking`."""
    length, states = batch.source_lengths[row], []
    memory, stepper = reader.start(batch.source[row : row + 1], batch.source_lengths[row : row + 1])
    step = stepper(memory)

    def watched(ids, state):
        logits, state, weights = step(ids, state)
        states.append(state[0])
        return logits, state, weights

    read_along(watched, memory, batch.target[row : row + 1])
    return Asking(
        np.array(states[:length]), memory.states[0, :length], reader.context.score.own["W"]
    )


def read_scans(reader, images):
    """Let it read a row of images (m, 8, 8): (its words, weights (words, m))."""
    row = np.asarray(images, dtype=np.float32).reshape(1, -1, PIXELS * PIXELS)
    answer = reader.greedy(row, np.array([len(images)]), LONGEST + 2)
    words = VOCABULARY.decode(answer.tokens[0])
    return words, answer.weights[0, : len(words)]


def drawn(text):
    """Turn a drawing of eight lines with eight signs into a scan (8, 8), ink from 0 to 1.

    text : # is ink, + is half as much, . is paper; empty lines and spaces around do not count.
    Raises ValueError for another size or another sign.
    """
    lines = [line.strip() for line in text.strip().splitlines()]
    sizes = [len(line) for line in lines]
    if sizes != [PIXELS] * PIXELS:
        raise ValueError(
            f"a drawing has {PIXELS} lines of {PIXELS} signs each, got {len(lines)} lines of "
            f"{sizes} signs: fill up with dots"
        )
    strange = sorted(set("".join(lines)) - set(INK))
    if strange:
        raise ValueError(f"draw with {' '.join(INK)} alone, got {' '.join(strange)} as well")
    return np.array([[INK[sign] for sign in line] for line in lines], dtype=np.float32)
