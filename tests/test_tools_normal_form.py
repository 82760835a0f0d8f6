import base64
import copy
import struct
import zlib

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools.normal_form import WIDGET_STATE, normalise, problems, strip_png, to_text


def notebook_with(*outputs, **metadata):
    cell = new_code_cell("1 + 1", id="code", execution_count=1, outputs=list(outputs))
    cell.metadata.update(metadata)
    return new_notebook(cells=[new_markdown_cell("# Title", id="text"), cell])


def stream(name, text):
    return new_output("stream", name=name, text=text)


def png(*chunks):
    """A PNG of one pixel with the given chunks between its header and its data."""
    header = (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    data = (b"IDAT", zlib.compress(b"\0\0"))
    parts = [b"\x89PNG\r\n\x1a\n"]
    for kind, content in (header, *chunks, data, (b"IEND", b"")):
        check = struct.pack(">I", zlib.crc32(kind + content))
        parts.append(struct.pack(">I", len(content)) + kind + content + check)
    return base64.b64encode(b"".join(parts)).decode()


def test_twice_is_once():
    outputs = [stream("stderr", "b"), stream("stdout", "a"), stream("stdout", "c")]
    once = to_text(normalise(notebook_with(*outputs)))
    assert to_text(normalise(nbformat.reads(once, as_version=4))) == once
    assert not problems(once)


def test_neighbouring_streams_become_one_stdout_and_one_stderr():
    picture = new_output("display_data", {"text/plain": "<Figure>"})
    pieces = [stream("stdout", "a"), stream("stderr", "!"), stream("stdout", "b")]
    cell = normalise(notebook_with(*pieces, picture, stream("stdout", "c"))).cells[1]
    kinds = [(output.get("name"), output.get("text")) for output in cell.outputs]
    assert kinds == [("stdout", "ab"), ("stderr", "!"), (None, None), ("stdout", "c")]


def test_settings_of_an_editor_are_dropped_and_the_authors_are_kept():
    ours = {"tags": ["raises-exception"], "editable": False, "nbgrader": {"grade": True}}
    theirs = {"collapsed": True, "execution": {"iopub.status.busy": "2026-01-01"}, "scrolled": True}
    notebook = notebook_with(**ours, **theirs, jupyter={"source_hidden": True, "outputs": 1})
    notebook.metadata["language_info"] = {"name": "python", "version": "3.12.1"}
    normalise(notebook)
    assert notebook.cells[1].metadata == {**ours, "jupyter": {"source_hidden": True}}
    assert notebook.metadata.language_info == {"name": "python"}


def test_a_traceback_loses_the_paths_of_the_machine():
    error = new_output("error", ename="ValueError", evalue="no", traceback=["File /home/me/x.py"])
    assert normalise(notebook_with(error)).cells[1].outputs[0].traceback == ["ValueError: no"]


def test_a_picture_loses_its_remarks_and_nothing_else():
    assert strip_png(png((b"tEXt", b"Software\0Matplotlib 3"), (b"tIME", b"1234567"))) == png()
    assert strip_png(png((b"pHYs", b"123456789"))) == png((b"pHYs", b"123456789"))


WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def widgets(first, second):
    """A slider inside a box, under these two model ids, with a progress bar's text."""
    state = {
        first: {"model_name": "LayoutModel", "state": {"value": " 9/9 [00:03&lt;00:00, 31.2it/s]"}},
        second: {"model_name": "BoxModel", "state": {"layout": f"IPY_MODEL_{first}"}},
    }
    view = new_output("display_data", {WIDGET_VIEW: {"model_id": second}, "text/plain": "Box()"})
    notebook = notebook_with(view)
    notebook.metadata["widgets"] = {WIDGET_STATE: {"state": state, "version_major": 2}}
    return notebook


def test_widgets_are_numbered_and_stay_connected():
    one = normalise(widgets("a" * 32, "b" * 32))
    other = widgets("d" * 32, "c" * 32)
    state = one.metadata.widgets[WIDGET_STATE].state
    box = state[one.cells[1].outputs[0].data[WIDGET_VIEW]["model_id"]]
    layout = state[box.state.layout.removeprefix("IPY_MODEL_")]
    assert layout == {"model_name": "LayoutModel", "state": {"value": " 9/9"}}
    assert to_text(one) == to_text(normalise(other))


def test_problems_are_named():
    good = normalise(notebook_with(new_output("execute_result", {"text/plain": "2"})))
    skipped = copy.deepcopy(good)
    skipped.cells[1].execution_count = 3
    address = copy.deepcopy(good)
    address.cells[1].outputs[0].data["text/plain"] = "<object at 0x7f9754015100>"
    assert not problems(to_text(good))
    assert "numbered 1 to 1" in problems(to_text(skipped))[0]
    assert not problems(to_text(skipped), executed=False)
    assert "memory address" in problems(to_text(address))[0]
    assert "normal form" in problems(to_text(good).replace("\n ", "\n  "))[0]
