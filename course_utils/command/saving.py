"""What is saved of a notebook's widgets: those that it shows, and none of earlier runs.

JupyterLab saves the state of every widget that it has met since the notebook was opened, the saved
ones included: without this, a notebook that is run every day grows every day.
"""

import json
import re

STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"
NAMED = re.compile(r'"IPY_MODEL_([^"]+)"')  # how a widget's state names another widget


def keep_what_is_shown(model, **_):
    """Drop the state of widgets that no output shows: a hook of Jupyter's, before each save.

    model : what JupyterLab sends to be saved; changed in place. Files that are no notebooks, and
    notebooks without saved widgets, stay as they are.
    """
    if model.get("type") != "notebook" or not model.get("content"):
        return
    widgets = model["content"].get("metadata", {}).get("widgets", {}).get(STATE, {})
    if states := widgets.get("state"):
        shown = _with_their_parts(_views(model["content"]), states)
        widgets["state"] = {name: states[name] for name in states if name in shown}


def _views(notebook):
    """List the widgets that outputs show."""
    outputs = (out for cell in notebook.get("cells", ()) for out in cell.get("outputs", ()))
    views = (output.get("data", {}).get(VIEW, {}) for output in outputs)
    return [view.get("model_id") for view in views]


def _with_their_parts(found, states):
    """Return the names of widgets and of all that they are made of."""
    seen, waiting = set(), list(found)
    while waiting:
        name = waiting.pop()
        if name in states and name not in seen:
            seen.add(name)
            waiting += NAMED.findall(json.dumps(states[name]))
    return seen
