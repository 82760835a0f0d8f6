"""The tool that makes, runs and checks notebooks, with real kernels."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from tools import notebooks

TEXT = """\
# %% [markdown]
# # A title 标题
#
# Some $x_i$.

# %%
import os
value = {'a': 1}
print(os.path.basename(os.getcwd()))

# %% tags=["raises-exception"]
1 / 0

# %%
import ipywidgets
ipywidgets.IntSlider(description="n")
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks/07_try.py").write_text(TEXT, encoding="utf-8")
    return tmp_path / "notebooks"


def call(command, path, capsys):
    """The exit code of the tool and what it said."""
    code = notebooks.main([command, str(path)])
    said = capsys.readouterr()
    return code, said.out + said.err


def sources(path):
    return [cell.source for cell in nbformat.read(path, as_version=4).cells]


def test_a_text_becomes_a_notebook_and_a_second_run_changes_no_byte(folder, capsys):
    path = folder / "07_try.ipynb"
    assert call("put", path.with_suffix(".py"), capsys)[0] == 0
    first = path.read_bytes()
    cells = nbformat.read(path, as_version=4).cells
    assert cells[1].outputs[0].text == "notebooks\n"
    assert 'value = {"a": 1}' in cells[1].source
    assert cells[2].outputs[0].ename == "ZeroDivisionError"
    assert call("check", path, capsys) == (0, "notebooks/07_try.ipynb: in normal form\n")
    assert call("run", path, capsys)[0] == 0
    assert path.read_bytes() == first

    assert call("tidy", path, capsys) == (0, "notebooks/07_try.ipynb: was tidy\n")
    path.write_text(first.decode().replace("Opened alone?", "Opened by itself?"))
    assert "not in normal form" in call("check", path, capsys)[1]
    assert call("tidy", path, capsys) == (0, "notebooks/07_try.ipynb: tidied\n")
    path.write_bytes(first)

    path.write_text(first.decode().replace('"execution_count": 1', '"execution_count": 9'))
    code, said = call("check", path, capsys)
    assert code == 1 and "make notebooks NAMES=07_try" in said

    # Out as text and in again: nothing is lost.
    text = path.with_suffix(".py")
    assert "is there already" in call("edit", path, capsys)[1]
    text.unlink()
    call("edit", path, capsys)
    call("put", text, capsys)
    assert path.read_bytes() == first


def test_a_cell_that_raises_leaves_the_notebook_as_it_was(folder, capsys):
    text = folder / "07_try.py"
    text.write_text("# %%\nundefined_name\n")
    code, said = call("put", text, capsys)
    assert code == 1 and "undefined_name" in said and "nothing was written" in said
    assert not text.with_suffix(".ipynb").exists()


def test_code_that_cannot_be_read_is_named(folder, capsys):
    text = folder / "07_try.py"
    text.write_text("# %%\nx = = 1\n")
    code, said = call("put", text, capsys)
    assert code == 1 and "cannot be read" in said


def test_an_unknown_name_is_named():
    with pytest.raises(SystemExit, match="99_nowhere"):
        notebooks.main(["check", "99_nowhere"])


def test_cells_keep_their_ids_where_they_can():
    old = [new_code_cell("a"), new_markdown_cell("b"), new_code_cell("c"), new_code_cell("d")]
    new = [new_code_cell(s) for s in ("zero", "a")] + [new_markdown_cell("edited")]
    new += [new_code_cell(s) for s in ("c", "x", "x")]
    notebooks.keep_ids(new, old)
    ids = [cell.id for cell in new]
    assert ids[1:5] == [cell.id for cell in old]
    assert len(set(ids)) == len(ids) and all(ids)


def test_new_cells_get_the_same_ids_on_every_machine():
    first, second = ([new_code_cell("a"), new_code_cell("a")] for _ in range(2))
    notebooks.keep_ids(first, [])
    notebooks.keep_ids(second, [])
    assert [cell.id for cell in first] == [cell.id for cell in second]
