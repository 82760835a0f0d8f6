"""The one form in which notebooks are committed, so that a diff shows only what an author changed.

Two runs of the same notebook differ in time stamps, random ids, how the kernel happened to cut a
stream into pieces, and a user's window settings. `normalise` removes all of these; `problems`
names what it must not repair, because only an author can.
"""

import base64
import json
import re
import struct

import nbformat

from course_utils.command import alone

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

# Everything else in a cell's metadata is a setting of the editor that happened to save it.
KEPT_CELL_METADATA = ("tags", "nbgrader", "slideshow", "editable", "deletable")

MEMORY_ADDRESS = re.compile(r"\bat 0x[0-9a-f]{6,}")
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_REMARKS = (b"tEXt", b"zTXt", b"iTXt", b"tIME")


def normalise(notebook):
    """Bring a notebook into normal form, in place, and return it. Doing it twice changes nothing.

    Cells keep their sources, ids, tags and execution counts; outputs keep what a reader sees. The
    first says how to get the package. A widget lives in its kernel: what is kept of it is the still
    that it shows elsewhere.
    """
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": dict(KERNEL), "language_info": {"name": "python"}}
    )
    for cell in notebook.cells[:1]:
        if cell.cell_type == "markdown" and cell.source.startswith("# "):
            cell.source = alone.with_line(cell.source)
    for cell in notebook.cells:
        cell.metadata = _kept_metadata(cell.metadata)
        if cell.cell_type == "code":
            cell.outputs = [_tidy_output(output) for output in _merge_streams(cell.outputs)]
    return notebook


def to_text(notebook):
    """The exact text of the file: sorted keys, one space of indent, a newline at the end."""
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def problems(text, executed=True):
    """What keeps a notebook's text from being in normal form, as a list of sentences.

    With `executed`, every code cell must have been run once, in order, in a fresh kernel.
    """
    notebook = nbformat.reads(text, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    counts = [cell.execution_count for cell in code if cell.source.strip()]
    found = []
    if executed and counts != list(range(1, len(counts) + 1)):
        found.append(f"code cells must be numbered 1 to {len(counts)} in order, got {counts}")
    for cell in code:
        if MEMORY_ADDRESS.search(json.dumps(cell.outputs)):
            found.append(f"cell {cell.id} shows a memory address, which differs in every run")
    if text != to_text(normalise(notebook)):
        found.append("not in normal form: it was saved by an editor, or merged by hand")
    return found


def _kept_metadata(metadata):
    kept = {name: metadata[name] for name in KEPT_CELL_METADATA if name in metadata}
    if not kept.get("tags", True):
        del kept["tags"]
    if metadata.get("jupyter", {}).get("source_hidden"):
        kept["jupyter"] = {"source_hidden": True}
    return nbformat.from_dict(kept)


def _merge_streams(outputs):
    """Join neighbouring streams: one stdout, then one stderr, however the kernel cut them."""
    merged = []
    streams = {}
    for output in outputs:
        if output.output_type != "stream":
            merged += [*_flushed(streams), output]
            streams = {}
        elif output.name in streams:
            streams[output.name].text += output.text
        else:
            streams[output.name] = output
    return merged + _flushed(streams)


def _flushed(streams):
    return [streams[name] for name in ("stdout", "stderr") if name in streams]


def _tidy_output(output):
    if output.output_type == "error":
        # A traceback holds paths of the machine that ran it.
        output.traceback = [f"{output.ename}: {output.evalue}"]
    output.get("data", {}).pop(WIDGET_VIEW, None)
    if "image/png" in output.get("data", {}):
        output.data["image/png"] = strip_png(output.data["image/png"])
    return output


def strip_png(encoded):
    """Drop a PNG's remarks (software, dates), in base64 on one line; the pixels stay."""
    data = base64.b64decode(encoded)
    kept, position = [PNG_SIGNATURE], len(PNG_SIGNATURE)
    while position < len(data):
        length = struct.unpack(">I", data[position : position + 4])[0] + 12
        if data[position + 4 : position + 8] not in PNG_REMARKS:
            kept.append(data[position : position + length])
        position += length
    return base64.b64encode(b"".join(kept)).decode()
