"""A lesson as a page: its stored outputs, with a text for each picture, and how to run it."""

from tools.book import cells, flowcharts, links, stills

OPEN = """\
:::{{admonition}} Run it yourself
:class: note

To predict, run and change every cell yourself, run `make lab` and open
`notebooks/{name}` in JupyterLab. Here you see what it shows when it has run.
:::"""


def lesson_page(notebook, name, linked, summary=""):
    """The notebook as the book shows it.

    linked : the ids of cells that need a label.  summary : what stands above it in Chinese.
    """
    title, *rest = [part for cell in notebook.cells for part in shown(cell, linked)]
    notebook.cells = [title, cells.markdown(f"{OPEN.format(name=name)}\n\n{summary}"), *rest]
    return notebook


def shown(cell, linked):
    """The cells that stand in the book for one cell of a lesson."""
    label = links.label(cell.id) if cell.id in linked else ""
    if cell.cell_type == "markdown":
        cell.source = f"{label}\n{flowcharts.drawn(links.in_book(cell.source))}"
        return [cell]
    if cell.metadata.get("jupyter", {}).get("source_hidden"):
        cells.tag(cell, "hide-input")
    cell.outputs = [part for output in cell.outputs for part in outputs(output, cell.source)]
    return [*([cells.markdown(label)] if label else []), *cells.described(cell)]


def outputs(output, source):
    """The outputs that stand in the book for one of a lesson's."""
    if stills.is_explorer(output):
        return [stills.shown(output, source)]
    data = output.get("data", {})
    if "text/html" in data:  # a widget, which cannot run here
        data["text/html"] = data["text/html"].replace(
            "Run this cell", "In JupyterLab, run this cell"
        )
    return [output]
