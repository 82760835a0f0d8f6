"""What Sphinx is told about a cell: what is folded, how wide a picture is and what it shows."""

import re
from secrets import token_hex

from nbformat import from_dict
from nbformat.v4 import new_code_cell

PICTURES = ("image/svg+xml", "image/png", "image/jpeg")
SHOW_CODE = "Show the code"
FULL_WIDTH = 800  # an explorer's still fills the column


def markdown(text):
    """A cell of text; nbformat's own function checks each against a schema, as saving does."""
    return from_dict({"cell_type": "markdown", "id": token_hex(4), "metadata": {}, "source": text})


def tag(cell, name):
    """Give a cell one of the tags that MyST-NB knows, such as "hide-input"."""
    cell.metadata["tags"] = [*cell.metadata.get("tags", []), name]


def fold(cell, closed, opened):
    """Fold a whole cell away behind a line that says what is in it."""
    tag(cell, "hide-cell")
    name_fold(cell, closed, opened)


def is_hidden(cell):
    return cell.metadata.get("jupyter", {}).get("source_hidden", False)


def fold_hidden(cell):
    """Fold the code that JupyterLab folds, behind a line that says what it is."""
    if not is_hidden(cell):
        return
    tag(cell, "hide-input")
    if "mystnb" not in cell.metadata:
        repair = re.search(r"repair", cell.source)
        name_fold(cell, "One repair" if repair else SHOW_CODE, "Fold it")


def name_fold(cell, closed, opened):
    """Say what is in a cell's fold, in place of "Show code cell source"."""
    prompts = {"code_prompt_show": closed, "code_prompt_hide": opened}
    cell.metadata.setdefault("mystnb", {}).update(prompts)


def pictures(cell):
    """The outputs of a cell that are pictures."""
    return [output for output in cell.outputs if media(output)]


def media(output):
    """The media type of an output's picture, or None."""
    return next((kind for kind in PICTURES if kind in output.get("data", {})), None)


def described(cell):
    """The cell as one or more cells with a picture each; every picture gets its alt text."""
    cuts = [cell.outputs.index(output) for output in pictures(cell)][1:]
    starts, ends = [0, *cuts], [*cuts, len(cell.outputs)]
    parts = [cell.outputs[start:end] for start, end in zip(starts, ends, strict=True)]
    cell.outputs = parts[0]
    more = [new_code_cell("", outputs=part, metadata=like(cell)) for part in parts[1:]]
    for part in (cell, *more):
        describe(part)
    return [cell, *more]


def like(cell):
    """The metadata of a cell that shows more of what `cell` shows: folded where that is."""
    if "hide-output" not in cell.metadata.get("tags", []):
        return {"tags": ["remove-input"]}
    return {"tags": ["remove-input", "hide-output"], "mystnb": {**cell.metadata["mystnb"]}}


def describe(cell):
    """Tell MyST-NB the alt text and the width that the output's own metadata has."""
    for output in pictures(cell):
        about = output.metadata.get(media(output), {})
        image = {"alt": about["alt"], "width": f"{about.get('width', FULL_WIDTH)}px"}
        cell.metadata.setdefault("mystnb", {})["image"] = image
