"""What every widget of the course shares: a stable text form, one look, labelled controls."""

from datetime import UTC, datetime
from html import escape

import ipywidgets as widgets

from course_utils.checks.progress_store import store

VIEW = "application/vnd.jupyter.widget-view+json"
# JupyterLab takes arrow keys from focused menus and radio buttons to move between cells; a panel
# keeps the plain keys that are pressed inside it for its own controls. Notebook 7 asks at the
# document, before the panel hears of a key: an attribute that it knows says it is not for it.
KEEP_KEYS = """
window.courseKeepsKeys ??= !window.addEventListener('keydown', key =>
  key.target.closest?.('.course-panel') && key.target.toggleAttribute('data-lm-suppress-shortcuts',
    !(key.ctrlKey || key.metaKey || key.altKey || key.shiftKey)), true);
this.closest('.course-panel').addEventListener('keydown', key =>
  key.ctrlKey || key.metaKey || key.altKey || key.shiftKey || key.stopPropagation());"""
# Enter in a line of text presses the panel's main button, or leads to the first where none is the
# main one. The line itself passes no key on, so the panel looks first; and the button takes the
# focus first, so that what was typed is sent before.
ENTER = """
this.closest('.course-panel').addEventListener('keydown', key => {
  if (key.key !== 'Enter' || key.shiftKey || key.ctrlKey || key.isComposing) return;
  if (!key.target.matches('input[type=text]')) return;
  key.preventDefault();
  const main = key.currentTarget.querySelector('button.mod-primary');
  (main || key.currentTarget.querySelector('button')).focus();
  if (main) main.click();
}, true);"""
# What a panel says whose kernel is gone: it was saved with the notebook, or the kernel restarted.
ASLEEP = (
    "This is how you left it. To use it again: click beside it, then in the menu Run, "
    "Run All Above Selected Cell; then run this cell."
)
# Colours come from JupyterLab's theme, so that light and dark both read well. Long choices wrap.
STYLE = (
    f'<style onload="{KEEP_KEYS}{ENTER}">'
    + """
.course-panel {border: 1px solid var(--jp-border-color1, #bbb); border-left: 5px solid #4c86c6;
  border-radius: 4px; padding: 8px 14px; max-width: 820px;}
.course-panel .widget-html-content {line-height: 1.5; color: var(--jp-content-font-color1, #222);
  font-size: var(--jp-content-font-size1, 14px); white-space: normal;}
.course-panel .widget-radio-box {margin: 0; width: 100%;}
.course-panel .widget-radio-box label {height: auto; width: auto; white-space: normal;
  line-height: 1.5; padding: 2px 0; display: flex; flex-direction: row-reverse;
  justify-content: flex-end; align-items: flex-start; gap: 8px;
  font-size: var(--jp-content-font-size1, 14px); color: var(--jp-content-font-color1, #222);}
.course-panel .widget-radio-box input {margin: 3px 0 0 0; position: static; flex: none;}
.course-panel .widget-label {color: var(--jp-content-font-color1, #222);}
.course-panel input:focus-visible, .course-panel button:focus-visible,
.course-panel select:focus-visible, .course-panel .noUi-handle:focus-visible
  {outline: 3px solid #4c86c6; outline-offset: 2px;}
.course-panel .noUi-handle {background: #4c86c6; border-color: #2f6aab;}
.course-panel .noUi-target[disabled] {opacity: 0.35;}
.course-panel .course-picture {margin: 0; overflow-x: auto;}
.course-panel .course-picture svg {max-width: 100%; height: auto; display: block;}
.course-explorer .course-picture svg {min-width: 720px;}
.course-explorer .widget-html-content {line-height: 1.4;}
.course-panel .course-note {display: none;}
.course-panel a {color: var(--jp-content-link-color, #0b57d0); text-decoration: underline;}
.course-panel table {border-collapse: collapse;}
.course-panel th, .course-panel td {padding: 2px 10px; text-align: left;
  border-bottom: 1px solid var(--jp-border-color2, #ddd);}
.course-panel .jupyter-widgets-disconnected::before {content: none;}
.course-panel.jupyter-widgets-disconnected :is(button, input, select, .noUi-target)
  {pointer-events: none; opacity: 0.5;}
.course-panel.jupyter-widgets-disconnected::before {padding: 0 0 6px 0; color: inherit;
  font: italic var(--jp-content-font-size1, 14px)/1.5 var(--jp-content-font-family, sans-serif);"""
    + f'content: "{ASLEEP}";}}</style>'
)


class Panel(widgets.VBox):
    """A box of widgets whose text form is fixed, and which says something without a kernel too.

    name : its text form, the same at every run.  still : what to show where widgets do not run
    (on a web page, or before the cell is run), a dict of media type → text.  alt : the same in
    words, where the still is a picture.
    """

    def __init__(self, children, name, still, alt=None):
        super().__init__([widgets.HTML(STYLE, layout={"display": "none"}), *children])
        self.add_class("course-panel")
        self._name, self._still = name, still
        self._metadata = {media: {"alt": alt} for media in still} if alt else {}

    def __repr__(self):
        return self._name

    _ipython_display_ = None  # ipywidgets 7 has this one, which would leave the still out

    def _repr_mimebundle_(self, **_):
        shown = {VIEW: self.get_view_spec(), **self._still, "text/plain": self._name}
        return shown, self._metadata


def text(html=""):
    """Return a line of text as a widget; its `value` can change."""
    return widgets.HTML(html)


def spoken(html):
    """Mark a message that appears after an action, so that a screen reader reads it out."""
    return f'<div role="status" aria-live="polite">{html}</div>'


def strong(words):
    """Return words in bold, safe to put into HTML."""
    return f"<strong>{escape(str(words))}</strong>"


def choice(options, description="Answer:", **more):
    """Return radio buttons; none is chosen yet unless `value` says so. Long options wrap."""
    return labelled(widgets.RadioButtons, description, options=options, **{"value": None, **more})


def typed(description, width):
    """Return a line of text, sent when it is finished; Enter leads on to the main button."""
    return labelled(widgets.Text, description, width, continuous_update=False)


def labelled(kind, description, width="auto", **more):
    """Return a control with a visible label that is never cut short."""
    style = {"description_width": "initial"}
    return kind(description=description, style=style, layout={"width": width}, **more)


def button(label, act, style=""):
    """Return a button that calls `act()`; style "primary" marks the main one."""
    layout = {"width": "auto", "align_self": "flex-start"}
    made = widgets.Button(description=label, button_style=style, layout=layout)
    made.on_click(lambda _: act())
    return made


def row(*children):
    """Return widgets side by side; they wrap where the page is narrow."""
    return widgets.HBox(
        children, layout={"flex_flow": "row wrap", "align_items": "center", "grid_gap": "4px"}
    )


def record(key, kind, **facts):
    """Keep an answer, with its time, in the learner's own progress file."""
    when = datetime.now(UTC).isoformat(timespec="seconds")
    store().put(key, kind, when=when, **facts)


def notice():
    """Return what the progress file has to say to the learner, safe to put into HTML."""
    return escape(store().notice)


def asked_still(asked):
    """Write (question, options) pairs as HTML, for a page that is read without a kernel."""
    parts = []
    for question, options in asked:
        items = "".join(f"<li>{escape(option)}</li>" for option in options)
        parts.append(f"<p>{strong(question)}</p>" + (f"<ul>{items}</ul>" if items else ""))
    return "".join(parts) + "<p><em>Run this cell to answer.</em></p>"
