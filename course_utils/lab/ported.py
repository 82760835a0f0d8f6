"""What was carried from one library to another, and four tests of it that need no training.

A ported function turns texts (batch, n, size) into vectors (batch, n, hidden). Three tests ask it
alone; the fourth needs the function that it was made from.
"""

import numpy as np

from course_utils.recurrent import GRU

SIZE, STATE, BATCH, LENGTH = 8, 8, 4, 6
BACK = np.tri(LENGTH, dtype=bool)  # row = query; True = may look
TESTS = ("asked twice", "alone", "later changed", "beside")
NEAR = 1e-4  # of the largest number: float32 in another order is far below


def texts(rng=0, batch=BATCH):
    """Return random texts (batch, n, size), float32."""
    return np.random.default_rng(rng).normal(size=(batch, LENGTH, SIZE)).astype(np.float32)


def moved(one, other):
    """Return the largest difference of two outputs, as a share of the largest number; NaN is 1."""
    gap = np.abs(np.asarray(one, float) - other).max() / np.nanmax(np.abs(other))
    return 1.0 if np.isnan(gap) else float(gap)


def noticed(ported, meant, looks_back=True):
    """Return {test: True where it finds fault, None where it does not apply}.

    meant : the function as it should be.  looks_back : whether it is meant not to look ahead.
    """
    x, changed = texts(), texts()
    output = ported(x)
    changed[:, -1] += 1
    found = {
        "asked twice": moved(ported(x), output),
        "alone": moved(ported(x[:1]), output[:1]),
        "later changed": moved(ported(changed)[:, :-1], output[:, :-1]) if looks_back else None,
        "beside": moved(output, meant(x)),
    }
    return {name: None if gap is None else gap > NEAR for name, gap in found.items()}


def padded_texts(rng=1, batch=LENGTH):
    """Return texts, and which tokens are real: (batch, n), one to three of padding at each end."""
    rng = np.random.default_rng(rng)
    lengths = LENGTH - rng.integers(1, 4, batch)
    return texts(rng, batch), np.arange(LENGTH) < lengths[:, None]


def two_grus(rng=1):
    """Return two readers, texts → states: a GRU, and one that got its weights in another order.

    The second has the thirds update, reset, candidate where reset, update, candidate are read.
    """
    rng = np.random.default_rng(rng)
    one, other = GRU(SIZE, STATE, rng), GRU(SIZE, STATE, rng)
    one.params["b"][...] = rng.normal(size=3 * STATE)
    for name, array in one.params.items():
        reset, update, candidate = np.split(array, 3, axis=-1)
        other.params[name][...] = np.concatenate([update, reset, candidate], axis=-1)
    return _reader(one), _reader(other)


def _reader(gru):
    return lambda x: gru.forward(x, np.full(len(x), x.shape[1]))[0][0]
