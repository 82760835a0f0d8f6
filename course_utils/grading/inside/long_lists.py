"""Long lists of one kind as items: their numbers, letters or rows go as bytes, not as JSON."""

import itertools

import numpy as np

from course_utils.grading.inside.items import (
    DEEPEST,
    MANY,
    READ,
    READ_MANY,
    TOGETHER,
    Unsendable,
    check,
    is_text,
)

EACH_ROW = 4  # parts that it counts as: a list takes more room than a number


def _numbers_together(code):
    def pack(packer, parts):
        try:
            data = np.array(parts, code).tobytes()
        except OverflowError:  # integers of more than eight bytes
            return None
        packer.count(len(parts))
        packer.blobs.append(data)
        return ["p", code, len(parts)]

    return pack


def _read_numbers(reader, code, size):
    check(code, code in NUMBERS)
    dtype = np.dtype(code)
    data = np.frombuffer(reader.bytes(reader.count(size) * dtype.itemsize), dtype)
    return (data.view(np.uint8) != 0 if code == "|b1" else data).tolist()


def _texts_together(packer, parts):
    text = "".join(parts)
    if not is_text(text):
        return None
    packer.count(len(parts))
    packer.blobs.append(np.array([*map(len, parts)], "<i4").tobytes())
    return ["U", len(parts), packer.bytes(text.encode())]


def _read_texts(reader, size, letters):
    ends = np.frombuffer(reader.bytes(4 * reader.count(size)), "<u4").astype(np.int64).cumsum()
    text = str(reader.bytes(letters), "utf-8")
    check(text, len(text) == (ends[-1] if size else 0))
    starts = [0, *ends.tolist()]
    return [text[start:end] for start, end in itertools.pairwise(starts)]


def _rows_together(kind):
    """Return what packs rows of one length as columns: a thousand pairs (1, "a") are two."""

    def pack(packer, rows):
        if len(set(map(len, rows))) != 1 or not 0 < len(rows[0]) < MANY:
            return None
        packer.count(EACH_ROW * len(rows))
        if packer.depth > DEEPEST:
            raise Unsendable
        packer.depth += 1
        columns = [packer.many(column) for column in zip(*rows, strict=True)]
        packer.depth -= 1
        return ["C", kind is tuple, *columns]

    return pack


def _read_rows(reader, as_tuples, *columns):
    check(reader.depth, reader.depth <= DEEPEST)
    reader.depth += 1
    rows = [*zip(*[reader.many(column) for column in columns], strict=True)]
    reader.depth -= 1
    reader.count(EACH_ROW * len(rows))
    return rows if as_tuples is True else [[*row] for row in rows]


NUMBERS = {"<i8": int, "<f8": float, "|b1": bool, "<c16": complex}
TOGETHER.update({kind: _numbers_together(code) for code, kind in NUMBERS.items()})
TOGETHER.update({str: _texts_together, tuple: _rows_together(tuple), list: _rows_together(list)})
READ_MANY.update({"p": _read_numbers, "U": _read_texts, "C": _read_rows})
READ.update(READ_MANY)
