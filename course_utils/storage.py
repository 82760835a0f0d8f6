"""Models as .npz files: settings as JSON, parameters as arrays, and nothing that is code."""

import json
import os

import numpy as np

FORMAT = 1
OLDEST = "Seq2Seq"  # what a file holds that does not say it


def write(path, header, params):
    """Write a dict that JSON can hold and a dict of arrays to `path`.

    The file appears in one step: a failure or an interrupt leaves an older file whole.
    """
    text = json.dumps({"format": FORMAT, **header}, default=np.generic.item)
    part = f"{os.fspath(path)}.part"
    with open(part, "wb") as file:
        np.savez(file, header=text, **params)
    os.replace(part, path)


def read(path, model=OLDEST):
    """Return (header, arrays) of a file that `write` wrote for this class of model.

    Raises ValueError for any other file, format or model, FileNotFoundError where there is none.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        header = json.loads(str(arrays.pop("header")))
        version = header.pop("format")
    except FileNotFoundError:
        raise
    except Exception as error:  # a damaged file can fail in as many ways as it has bytes
        raise unknown(path, type(error).__name__, model) from error
    if version != FORMAT:
        raise unknown(path, f"its format is {version}", model)
    found = header.pop("model", OLDEST)
    if found != model:
        raise unknown(path, f"it holds a {found}", model)
    return header, arrays


def fill(params, arrays, path, model=OLDEST):
    """Copy arrays into the parameters of the same names.

    Raises ValueError for other names, shapes or dtypes, and for NaN or infinity.
    """
    wanted, found = _described(params), _described(arrays)
    for name in wanted | found:
        if wanted.get(name) != found.get(name):
            said = f"{name} must be {wanted.get(name)}, got {found.get(name)}"
            raise unknown(path, said, model)
    for name in params:
        if not np.isfinite(arrays[name]).all():
            raise unknown(path, f"{name} holds nan or inf", model)
    for name, value in params.items():
        value[...] = arrays[name]


def _described(arrays):
    """Name → shape and dtype in words."""
    return {name: f"{array.shape} {array.dtype}" for name, array in arrays.items()}


def unknown(path, reason, model=OLDEST):
    """Make the error for a file that is not a model of this class."""
    return ValueError(
        f"{path} is no saved model ({reason}); expected a model that {model}.save wrote, "
        f"format {FORMAT}: train and save it again"
    )
