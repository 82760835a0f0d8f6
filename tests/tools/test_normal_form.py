import base64
import copy
import struct
import zlib

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_utils.command.alone import LICENCE, LINE
from tools.normal_form import normalise, problems, strip_png, to_text


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


def first_cell(source):
    notebook = new_notebook(cells=[new_markdown_cell(source, id="text")])
    return normalise(normalise(notebook)).cells[0].source


def test_the_first_cell_says_once_how_to_get_the_package():
    assert first_cell("# Title\n\nText.") == f"# Title\n\nText.\n\n{LINE}"
    assert first_cell(f"# T\n\n{LICENCE}\n\nAsk.") == f"# T\n\n{LICENCE}\n{LINE}\n\nAsk."
    older = "**Opened alone?** Ask the author."
    assert first_cell(f"# T\n\n{older}\n\nMore.") == f"# T\n\nMore.\n\n{LINE}"
    assert first_cell("No title.") == "No title."


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


def test_of_a_widget_its_still_is_kept():
    still = {"image/svg+xml": "<svg/>", "text/plain": "Explorer"}
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "a" * 32}}
    notebook = notebook_with(new_output("display_data", {**still, **view}))
    state = {"state": {"a" * 32: {"model_name": "BoxModel"}}, "version_major": 2}
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": state}
    normalise(notebook)
    assert notebook.cells[1].outputs[0].data == still
    assert "widgets" not in notebook.metadata


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
