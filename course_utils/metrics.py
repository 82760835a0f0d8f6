"""How many sequences a model decodes exactly right, overall and by length."""

from itertools import pairwise

import numpy as np

from course_utils.tasks import END, PADDING


def matches(tokens, batch):
    """Return which rows are decoded exactly right, boolean (batch,).

    `tokens` (batch, time) is what a model decodes: symbols and the end mark, no start mark;
    what follows the end mark is ignored. A row that never ends is wrong. Raises ValueError where
    the tokens are not one row for each of the batch.
    """
    tokens, expected = _checked(tokens, batch), batch.target[:, 1:]
    after_end = np.cumsum(tokens == END, axis=1) > (tokens == END)
    tokens = np.where(after_end, PADDING, tokens)
    time = max(tokens.shape[1], expected.shape[1])
    return (_widen(tokens, time) == _widen(expected, time)).all(axis=1)


def exact_match(tokens, batch):
    """Return the share of rows that are decoded exactly right, 0…1 (see `matches`).

    Raises ValueError where there is no row.
    """
    right = matches(tokens, batch)
    if not len(right):
        raise ValueError("a share must be of at least one row, got none: decode a batch with rows")
    return float(right.mean())


def symbols_right(tokens, batch):
    """Return the share of each row's symbols that stand right at their place, (batch,).

    It is 0…1; start and end marks do not count. `tokens` is as in `matches`; a row without symbols
    is NaN.
    """
    expected = batch.target[:, 1:]
    tokens = _widen(_checked(tokens, batch)[:, : expected.shape[1]], expected.shape[1])
    symbols = (expected != END) & (expected != PADDING)
    with np.errstate(invalid="ignore"):
        return ((tokens == expected) & symbols).sum(axis=1) / symbols.sum(axis=1)


def by_length(matched, lengths, edges):
    """Return the share of rows that match, and their number, for each range of lengths.

    Range i holds edges[i] ≤ length < edges[i + 1]; the share of an empty range is NaN.
    `matched` (rows,) is boolean, or a share for each row; both results have shape
    (len(edges) - 1,). Raises ValueError for NaN, and for edges that do not rise.
    """
    matched, lengths = np.asarray(matched), np.asarray(lengths)
    if np.isnan(matched).any() or np.isnan(lengths).any():
        raise ValueError(
            "matched and lengths must hold no NaN, which would spread over a range: leave out rows "
            "without symbols"
        )
    if not (np.diff(edges) > 0).all():
        raise ValueError(f"edges must rise, got {list(edges)}: range i ends where i + 1 begins")
    if matched.shape != lengths.shape:
        raise ValueError(
            f"matched and lengths must have one entry per row, got {matched.shape} "
            f"and {lengths.shape}: take both from the same batch"
        )
    inside = [(low <= lengths) & (lengths < high) for low, high in pairwise(edges)]
    counts = np.array([rows.sum() for rows in inside])
    right = np.array([matched[rows].sum() for rows in inside])
    return np.where(counts > 0, right / np.maximum(counts, 1), np.nan), counts


def _checked(tokens, batch):
    if hasattr(tokens, "tokens"):
        raise ValueError("tokens must be an array of ids, got a Decoded: pass its .tokens")
    tokens = np.asarray(tokens)
    if tokens.size and not np.issubdtype(tokens.dtype, np.integer):
        raise ValueError(f"tokens must be integers, got {tokens.dtype}: pass ids, not their text")
    if tokens.ndim != 2 or len(tokens) != len(batch.target):
        raise ValueError(
            f"tokens must have shape (batch, time) with batch = {len(batch.target)}, got "
            f"{tokens.shape}: pass the tokens that were decoded from this batch"
        )
    return tokens


def _widen(ids, time):
    return np.pad(ids, ((0, 0), (0, time - ids.shape[1])), constant_values=PADDING)
