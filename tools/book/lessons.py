"""A lesson as a page: its stored outputs, with a text for each picture, and how to run it."""

from tools.book import answers, cells, flowcharts, folds, links, stills, wording

OPEN = """\
:::{{admonition}} Run it yourself
:class: note

Predictions and quizzes answer on this page. To run and change every cell, and to build the parts
that wait for you, run `make lab` and open `notebooks/{name}` in JupyterLab.
:::"""


def lesson_page(notebook, name, linked, summary=""):
    """The notebook as the book shows it.

    linked : the ids of cells that need a label.  summary : what stands above it in Chinese.
    """
    told = answers.outcomes(notebook)
    notebook = wording.for_readers(notebook)
    groups = [(cell, shown(cell, linked, told)) for cell in notebook.cells]
    (_, title), *rest = groups
    opening = cells.markdown(f"{OPEN.format(name=name)}\n\n{summary}")
    notebook.cells = answers.with_doors([*title, opening, *folds.with_folds(rest)])
    return notebook


def shown(cell, linked, told):
    """The cells that stand in the book for one cell of a lesson."""
    label = links.label(cell.id) if cell.id in linked else ""
    if cell.cell_type == "markdown":
        cell.source = f"{label}\n{flowcharts.drawn(links.in_book(cell.source))}"
        return [cell]
    labels = [cells.markdown(label)] if label else []
    if answers.only_judges(cell):
        return labels
    answers.live(cell, told)
    cells.fold_hidden(cell)
    cell.outputs = [part for output in cell.outputs for part in outputs(output, cell.source)]
    return [*labels, *cells.described(cell)]


def outputs(output, source):
    """The outputs that stand in the book for one of a lesson's."""
    if stills.is_explorer(output):
        return [stills.shown(output, source)]
    return [output]
