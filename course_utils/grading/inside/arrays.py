"""NumPy's values as items: arrays of every plain kind, and single numbers."""

import contextlib
import re

import numpy as np

from course_utils.grading.inside.items import (
    BASES,
    MOST_BYTES,
    PACK,
    READ,
    READ_MANY,
    TOGETHER,
    check,
)

CODES = ("|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8")
CODES += ("<f2", "<f4", "<f8", "<c8", "<c16", np.dtype("g").str, np.dtype("G").str)
DTYPES = {code: np.dtype(code) for code in CODES}
ODD_CODE = re.compile(
    r"<U[0-9]{1,8}|\|S[0-9]{1,8}|<[mM]8(\[([1-9][0-9]{0,3})?(Y|M|W|D|h|[mnupfa]?s|m)\])?"
)
LAST_LETTER = 0x10FFFF
OF_OBJECT = 8  # bytes that an array takes for each


def dtype_of(code):
    """Return the dtype with that code, None if it is no plain one: objects, records, huge texts."""
    if code in DTYPES:
        return DTYPES[code]
    if type(code) is not str or not ODD_CODE.fullmatch(code):
        return None
    with contextlib.suppress(TypeError, ValueError):
        dtype = np.dtype(code)
        return dtype if dtype.str == code and 0 < dtype.itemsize <= MOST_BYTES else None
    return None


def size_of(shape, bytes_each):
    """Return the bytes of an array. One without numbers must not announce a huge one either."""
    largest = size = bytes_each
    for axis in check(shape, type(shape) is list):
        check(axis, type(axis) is int and 0 <= axis <= MOST_BYTES)
        size *= axis
        largest *= axis or 1
        check(shape, largest <= MOST_BYTES)
    return size


def _pack_array(packer, array):
    """Pack an array; one that does not lie in one piece must not do so on the other side either."""
    code = array.dtype.str
    if code not in DTYPES:
        return _pack_odd_array(packer, array)
    packer.blobs.append(array.tobytes())  # in C's order, however it lies in memory
    if array.flags.c_contiguous:
        return ["a", code, [*array.shape]]
    return ["a", code, [*array.shape], True]


def _pack_odd_array(packer, array):
    """Pack texts, dates, objects and records, and numbers of the other byte order."""
    dtype, shape = array.dtype, [*array.shape]
    if dtype.kind == "O":
        return ["o", shape, packer.many(array.ravel().tolist())]
    if dtype.names:
        names = [*dtype.names]
        fields = [packer.item(np.asarray(array[name])) for name in names]
        plain = all(field[0] in OF_ARRAYS for field in fields)
        return ["w", shape, names, *fields] if plain else packer.keep(array)
    if dtype.byteorder == ">":
        dtype = dtype.newbyteorder("<")
        array = array.astype(dtype)
    if dtype_of(dtype.str) is None:
        return packer.keep(array)
    packer.blobs.append(array.tobytes())
    return ["a", dtype.str, shape]


def _read_array(reader, code, shape, apart=False):
    dtype = dtype_of(code)
    size = size_of(shape, check(dtype, dtype is not None).itemsize)
    check(size, reader.used + size <= len(reader.blobs))
    array = np.ndarray(shape, dtype, reader.blobs, reader.used).copy()
    reader.used += size
    if dtype.kind == "b":  # a byte of a bool is 0 or 1, whatever was sent
        array = array.view(np.uint8).astype(bool)
    elif dtype.kind == "U":
        check(array, array.size == 0 or array.reshape(-1).view("<u4").max() <= LAST_LETTER)
    return reader.array(reader.apart(array) if apart is True else array)


def _read_plain(reader, item):
    """Return an array that is a part of another value."""
    array = reader.value(item)
    return np.asarray(check(array, isinstance(array, np.ndarray)))


def _read_objects(reader, shape, parts):
    size_of(shape, OF_OBJECT)
    array, values = np.empty(shape, object), reader.many(parts)
    check(values, len(values) == array.size)
    flat = array.reshape(-1)
    for place, value in enumerate(values):  # NumPy would look into lists and make them axes
        flat[place] = value
    return reader.array(array)


def _read_records(reader, shape, names, *fields):
    columns = [_read_plain(reader, field) for field in fields]
    fits = [column.shape[: len(shape)] == tuple(shape) for column in columns]
    check(names, columns and all(fits) and all(type(name) is str and name for name in names))
    kinds = [(column.dtype, column.shape[len(shape) :]) for column in columns]
    dtype = np.dtype([(name, *kind) for name, kind in zip(names, kinds, strict=True)])
    size_of(shape, max(dtype.itemsize, 1))
    array = np.empty(shape, dtype)
    for name, column in zip(names, columns, strict=True):
        array[name] = column
    return reader.array(array)


def _pack_masked(packer, array):
    data, mask = np.asarray(np.ma.getdata(array)), np.ma.getmaskarray(array)
    return packer.item(data) if data.dtype.names else ["M", packer.item(data), packer.item(mask)]


def _read_masked(reader, data, mask):
    data, mask = _read_plain(reader, data), _read_plain(reader, mask)
    check(mask, mask.dtype == bool and mask.shape == data.shape and not data.dtype.names)
    return reader.masked(np.ma.MaskedArray(data, mask))


def _pack_scalar(packer, scalar):
    """Pack one of NumPy's numbers: in the JSON, where Python has the same number."""
    dtype, number = scalar.dtype, scalar.item()
    if dtype.kind in "biufc" and not isinstance(number, np.generic):
        code = dtype.str if dtype.str in DTYPES else dtype.newbyteorder("<").str
        return ["n", code, packer.item(number)]
    if dtype.kind in "US":
        return ["n", dtype.kind, packer.item(number)]
    item = packer.item(np.asarray(scalar))
    return ["0", item] if item[0] in OF_ARRAYS else item


def _read_scalar(reader, code, item):
    number = reader.value(item)
    if code == "U":
        return np.str_(check(number, type(number) is str))
    if code == "S":
        return np.bytes_(check(number, type(number) is bytes))
    kind = {"b": bool, "c": complex, "f": float}.get(DTYPES[code].kind, int)
    made = DTYPES[code].type(check(number, type(number) is kind))
    return check(made, made == number or number != number)


def _read_first(reader, item):
    array = _read_plain(reader, item)
    return check(array, array.shape == ())[()]


def _scalars_together(packer, parts):
    """Pack NumPy's numbers of one kind, as `[x.mean() for x in rows]` gives them."""
    code = parts[0].dtype.newbyteorder("<").str
    if code not in DTYPES:
        return None
    packer.count(len(parts))
    packer.blobs.append(np.array(parts, code).tobytes())
    return ["P", code, len(parts)]


def _read_scalars(reader, code, size):
    return [*np.asarray(_read_array(reader, code, [reader.count(size)]))]


def _pack_dtype(packer, dtype):
    return ["j", dtype.str] if dtype_of(dtype.str) else packer.keep(dtype)


def _read_dtype(reader, code):
    dtype = dtype_of(code)
    return check(dtype, dtype is not None)


OF_ARRAYS = ("a", "o", "w")
SCALARS = {np.str_, np.bytes_, *(dtype.type for dtype in DTYPES.values())}
TOGETHER.update(dict.fromkeys(SCALARS - {np.str_, np.bytes_}, _scalars_together))
READ_MANY["P"] = READ["P"] = _read_scalars
PACK.update({np.ndarray: _pack_array, **dict.fromkeys(SCALARS, _pack_scalar)})
BASES.update(
    {
        np.ma.MaskedArray: _pack_masked,
        np.ndarray: lambda packer, array: _pack_array(packer, np.asarray(array)),
        np.generic: _pack_scalar,
        np.dtype: _pack_dtype,
    }
)
READ.update(
    {
        "a": _read_array,
        "o": _read_objects,
        "w": _read_records,
        "M": _read_masked,
        "n": _read_scalar,
        "0": _read_first,
        "j": _read_dtype,
    }
)
