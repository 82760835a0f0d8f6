"""What a reader answers in the page, and what a page leaves out since no cell runs there."""

import ast
import re

from tools.book import cards, cells

# A bar of a training that ended long ago, as tqdm stores it; and what `check` and `yours` say of a
# part that nobody has built yet.
DEAD_BAR = re.compile(r"\d+%\|")
NOT_BUILT = "○ "
TOP = '<div class="course-top"></div>'  # the script's button: show all results
JUDGES = ("check", "hint", "progress")
WAY_OUT = "# The way out"
FOOT = '<div class="course-foot"></div>'  # the script's panel: your answers


def outcomes(notebook):
    """{key: what happened} for all predictions of a lesson, from its stored outputs."""
    return {key: told for cell in notebook.cells for key, told in cards.outcomes(cell).items()}


def live(cell, told):
    """Put cards in the place of a cell's widgets, and take away what is dead in a page.

    told : as `outcomes` gives it. The code of a question has its answer, so it is not shown.
    """
    asked = [
        cards.prediction_card(cards.prediction(call, told.get(cards.key_of(call))))
        for call in cards.calls(cell, "predict")
    ]
    asked += [cards.quiz_card(cards.questions(call)) for call in cards.calls(cell, "quiz")]
    if asked:
        cells.tag(cell, "remove-input")
        cell.outputs = [cards.html(card) for card in asked]
    if cards.calls(cell, "references"):  # a page shows the works, not the line that lists them
        cells.tag(cell, "remove-input")
    if cell.source.startswith(WAY_OUT):
        cells.name_fold(cell, "The way out", "Fold the way out")
    keys = iter(cards.key_of(call) for call in cards.calls(cell, "reveal"))
    cell.outputs = [shown(output, keys) for output in cell.outputs if not is_dead(output)]


def only_judges(cell):
    """Whether a cell does nothing but judge what one has typed: on a page nobody types code."""
    if cell.cell_type != "code" or not any(f"{name}(" in cell.source for name in JUDGES):
        return False
    lines = ast.parse(cell.source).body
    rest = [line for line in lines if not isinstance(line, ast.Import | ast.ImportFrom)]
    calls = [getattr(line, "value", None) for line in rest]
    return bool(calls) and all(
        isinstance(call, ast.Call) and cards.called(call) in JUDGES for call in calls
    )


def shown(output, keys):
    """An output as the page has it: the result of a prediction can be found by its key."""
    happened = cards.outcome(output)
    if not happened:
        return output
    said, _, because = happened
    return cards.html(cards.happened_line(next(keys), said, because))


def is_dead(output):
    """Whether an output speaks of a cell that runs, or waits to be run."""
    if output.output_type == "stream":
        lines = output.text.splitlines(keepends=True)
        output.text = "".join(line for line in lines if not line.startswith(NOT_BUILT))
        return not output.text.strip()
    text = output.get("data", {}).get("text/plain", "")
    return bool(DEAD_BAR.search(text.splitlines()[0] if text else "")) or text.startswith(NOT_BUILT)


def with_doors(page):
    """The cells of a page; where it has cards, with the places of the button and of the panel."""
    texts = (str(cell.get("outputs", "")) for cell in page)
    if not any("data-card=" in text for text in texts):
        return page
    return [page[0], cells.markdown(TOP), *page[1:], cells.markdown(FOOT)]
