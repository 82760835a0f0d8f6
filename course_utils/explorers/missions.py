"""An explorer: controls, one picture that follows them, and three missions to reach.

`look` is a plain function from the controls' values to a `View`; this module only wires it up.
"""

from collections.abc import Callable, Mapping
from html import escape
from types import MappingProxyType
from typing import Any, NamedTuple

import ipywidgets as widgets

from course_utils.learning.panels import Panel, button, row, spoken, strong, text
from course_utils.learning.reached import keep_reached, reached


class View(NamedTuple):
    """What one setting of the controls shows: SVG, the same in words, and facts for missions."""

    picture: str
    reading: str
    facts: Any
    last_step: int | None = None  # the new end of the slider called "step", where there is one


class Mission(NamedTuple):
    """Something to reach: what to do, and a test of the facts that says whether it is done."""

    task: str
    reached: Callable[[Any], bool]


NOTHING = MappingProxyType({})


class Ties(NamedTuple):
    """What controls do to each other, by their names, here and in the web book."""

    resets: Mapping = NOTHING  # {control: the one that begins anew when it changes}
    idle: Mapping = NOTHING  # {control: test(**values) that says whether it has no effect now}
    onward: Mapping = NOTHING  # {menu: the words of a button that takes its next option}


class Explorer(Panel):
    """Controls, a picture in SVG that is redrawn at every change, its reading, and missions.

    name : its text form and its heading.  controls : {name: control}, each with a `value`.
    look : called with the controls' values by name, returns a `View`.  missions : `Mission`s;
    one that was reached stays reached, also when the cell is run again another day: the learner's
    progress file keeps it. All other state is in the controls' values.
    ties : a `Ties`.  in_book : {control: the values that the web book offers}, for controls with
    more of them than a page can hold: it draws every state beforehand (`tools/book/live.py`).
    narrow : boxes (left, top, right, bottom) of the picture, which a narrow window of the book
    shows one below the other; none cuts a text. Without any, such a window scrolls the picture.
    """

    def __init__(
        self,
        name,
        controls,
        look,
        missions,
        ties=Ties(),  # noqa: B008
        in_book=NOTHING,
        narrow=(),
    ):
        self.controls, self.look, self.missions = controls, look, missions
        self.ties, self.in_book, self.narrow = ties, in_book, narrow
        self.name, before = name, reached(name)
        self.reached = [mission.task in before for mission in missions]
        self.picture = widgets.HTML(layout={"width": "100%"}).add_class("course-picture")
        self.reading, self.checklist = text(), text()
        for control, other in ties.resets.items():  # first, so that no old state is drawn
            self._reset_with(controls[control], controls[other])
        for control in controls.values():
            control.observe(self._redraw, "value")
        self._redraw()
        # missions above: what to do, the controls and the picture fit on one screen
        children = [text(strong(name)), self.checklist, *self._arranged(), self.picture]
        super().__init__(
            [*children, self.reading],
            name=f"Explorer: {name}",
            still={"image/svg+xml": self.picture.value},
            alt=self.view.reading,
        )
        self.add_class("course-explorer")
        self._keep()

    def _reset_with(self, control, other):
        first = other.value
        control.observe(lambda _: setattr(other, "value", first), "value")

    def _arranged(self):
        """Lay out the controls; a slider called "step" gets a row with buttons back and on."""
        others = [part for name in self.controls if name != "step" for part in self._parts(name)]
        step = self.controls.get("step")
        if step is None:
            return [row(*others)]
        back, on = button("◀ Back", lambda: self._move(-1)), button("Next ▶", lambda: self._move(1))
        return [row(*others), row(back, step, on)]

    def _parts(self, name):
        """Return a control, and the button beside it where it has one."""
        control, words = self.controls[name], self.ties.onward.get(name)
        return [control, button(words, lambda: self._onward(control))] if words else [control]

    def _onward(self, menu):
        menu.index = (menu.index + 1) % len(menu.options)

    def _move(self, by):
        step = self.controls["step"]
        step.value = min(max(step.value + by, step.min), step.max)

    def _redraw(self, _=None):
        values = {name: control.value for name, control in self.controls.items()}
        for name, test in self.ties.idle.items():
            self.controls[name].disabled = bool(test(**values))
        view = self.view = self.look(**values)
        self.picture.value = view.picture
        self.reading.value = spoken(escape(view.reading))
        self._check(view.facts)
        if view.last_step is not None and view.last_step != self.controls["step"].max:
            self.controls["step"].max = view.last_step  # may move the slider, and so draw again

    def _check(self, facts):
        before = self.reached
        tests = zip(self.missions, before, strict=True)
        self.reached = [done or bool(mission.reached(facts)) for mission, done in tests]
        if self.reached != before:
            self._keep()
        lines = "".join(
            f"<li>{escape(mission.task)} {strong('✓ reached!') if done else '○ not yet'}</li>"
            for mission, done in zip(self.missions, self.reached, strict=True)
        )
        self.checklist.value = f"{strong('Missions · 任务')}<ol style='margin: 0'>{lines}</ol>"

    def _keep(self):
        pairs = zip(self.missions, self.reached, strict=True)
        done = [mission.task for mission, reached in pairs if reached]
        keep_reached(self.name, done, len(self.missions))
