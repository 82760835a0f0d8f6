"""A lesson as a page: its stored outputs, with a text for each picture, and how to run it."""

from tools.book import cells, flowcharts, links

OPEN = """\
:::{{note}}
To predict, run and change every cell yourself, run `make lab` and open
`notebooks/{name}` in JupyterLab. Here you see what it shows when it has run.
:::"""


def lesson_page(notebook, name, linked):
    """The notebook as the book shows it. linked : the ids of cells that need a label."""
    title, *rest = [part for cell in notebook.cells for part in shown(cell, linked)]
    notebook.cells = [title, cells.markdown(OPEN.format(name=name)), *rest]
    return notebook


def shown(cell, linked):
    """The cells that stand in the book for one cell of a lesson."""
    label = links.label(cell.id) if cell.id in linked else ""
    if cell.cell_type == "markdown":
        cell.source = f"{label}\n{flowcharts.drawn(links.in_book(cell.source))}"
        return [cell]
    if cell.metadata.get("jupyter", {}).get("source_hidden"):
        cells.tag(cell, "hide-input")
    for output in cell.outputs:
        where_to_run(output)
    return [*([cells.markdown(label)] if label else []), *cells.described(cell)]


def where_to_run(output):
    """What a widget says where it cannot run is said for a reader of the book."""
    data = output.get("data", {})
    if "text/html" in data:
        data["text/html"] = data["text/html"].replace(
            "Run this cell", "In JupyterLab, run this cell"
        )
