"""An explorer as HTML: its controls, hidden until a script wakes them, and below them its still.

docs/site/static/explorers.js finds what it needs by class names and `data-` attributes.
"""

from html import escape

from tools.book.offered import STEP, offered

MARK = '<span class="explorer-mark">○ not yet</span>'


def panel(name, explorer, still, table):
    """All of it: name, missions, controls, the picture `still` and its numbers in `table`."""
    return (
        f'<div class="explorer" data-explorer="{name}"{parts(explorer)}>'
        f'<div class="explorer-live" hidden="hidden" role="group"'
        f' aria-label="{escape(explorer.name)}">'
        f'<p class="explorer-name">{escape(explorer.name)}</p>'
        f"{missions(explorer)}{controls(name, explorer)}</div>"
        '<div class="explorer-picture" role="group" aria-label="Picture" tabindex="0">'
        f"{still}</div>"
        '<div class="explorer-more" aria-hidden="true"></div>'
        '<p class="explorer-reading" role="status" hidden="hidden"></p>'
        f'<div class="explorer-still">{table}</div></div>'
    )


def parts(explorer):
    """The boxes of the picture that a narrow window shows one below the other, for the script."""
    if not explorer.narrow:
        return ""
    return f' data-narrow="{";".join(" ".join(map(str, box)) for box in explorer.narrow)}"'


def missions(explorer):
    tasks = "".join(f"<li>{escape(one.task)} {MARK}</li>" for one in explorer.missions)
    return f'<p>Missions · 任务</p><ol class="explorer-missions" aria-live="polite">{tasks}</ol>'


def controls(name, explorer):
    """The controls in one group, which is disabled until the data have come."""
    parts = [
        control(f"{name}-{key}", key, explorer, pairs) for key, pairs in offered(explorer).items()
    ]
    return f'<fieldset disabled="disabled">{"".join(parts)}</fieldset>{fewer(explorer)}'


def control(place, key, explorer, pairs):
    """A control with its label, what it shows, and the buttons that belong to it."""
    widget = explorer.controls[key]
    at = [value for _, value in pairs].index(widget.value)
    about = f'id="{place}" data-control="{key}"'
    if key in explorer.ties.resets:
        about += f' data-resets="{explorer.ties.resets[key]}"'
    words = [said for said, _ in pairs]
    if looks_like_a_menu(widget):
        part = menu(about, words, at) + onward(key, explorer.ties.onward.get(key))
    else:
        part = slider(about, words, at, key == STEP)
    if key == STEP:
        part = button("◀ Back", 'data-by="-1"') + part + button("Next ▶", 'data-by="1"')
    label = f'<label for="{place}">{escape(label_of(widget))}:</label>'
    return f'<div class="explorer-control">{label}{part}</div>'


def label_of(widget):
    """What a control is called; a menu in place of a number box needs no Enter."""
    return widget.description.removesuffix(":").removesuffix(", then Enter")


def looks_like_a_menu(widget):
    """Number boxes too: the book offers some numbers, and a menu finds what one types."""
    return "Slider" not in type(widget).__name__


def menu(about, words, at):
    chosen = {at: ' selected="selected"'}
    options = "".join(
        f"<option{chosen.get(i, '')}>{escape(said)}</option>" for i, said in enumerate(words)
    )
    return f"<select {about}>{options}</select>"


def slider(about, words, at, counts):
    """A range over the places of the values; what it says and shows are their words.

    counts : the words are a first number and those that follow, as far as a state says.
    """
    width = max(map(len, words)) + 0.5
    said = f'data-from="{words[0]}"' if counts else f'data-words="{escape("|".join(words))}"'
    return (
        f'<input type="range" {about} min="0" max="{len(words) - 1}" value="{at}" {said} '
        f'aria-valuetext="{escape(words[at])}"/>'
        f'<output style="width: {width}ch">{escape(words[at])}</output>'
    )


def onward(key, words):
    return button(words, f'data-onward="{key}"') if words else ""


def button(words, about):
    return f'<button type="button" {about}>{escape(words)}</button>'


def fewer(explorer):
    """A line about what the book leaves out."""
    left_out = [label_of(explorer.controls[key]) for key in explorer.in_book]
    if not left_out:
        return ""
    said = f"JupyterLab has more values for: {'; '.join(left_out)}."
    return f'<p class="explorer-note">{escape(said)}</p>'
