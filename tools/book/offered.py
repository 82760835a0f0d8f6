"""What the controls of an explorer offer in the book: words and values."""

import ipywidgets as widgets

STEP = "step"  # the name of a control that goes through steps; the last one, by agreement
MENUS = (widgets.Dropdown, widgets.SelectionSlider)


def offered(explorer):
    """{control: [(words, value), …]} that the book offers, in the order of the controls."""
    return {name: choices(explorer, name) for name in explorer.controls}


def first_values(explorer):
    return {name: control.value for name, control in explorer.controls.items()}


def values_of(pairs):
    return [value for _, value in pairs]


def choices(explorer, name):
    """[(words, value), …] of one control: all of it, or what `in_book` says.

    Raises ValueError where `in_book` leaves out the first value, or steps come before another.
    """
    control, some = explorer.controls[name], explorer.in_book.get(name)
    if isinstance(control, MENUS):
        every = control._options_full
        pairs = [pair for pair in every if some is None or pair[1] in some]
    else:
        pairs = [(words_for(control, number), number) for number in some or numbers(control)]
    if control.value not in values_of(pairs):
        raise ValueError(
            f"{explorer.name}: the book must offer the first value of {name!r}, "
            f"{control.value!r}: add it to in_book"
        )
    if name == STEP and name != list(explorer.controls)[-1]:
        raise ValueError(f"{explorer.name}: the control {STEP!r} must be the last one")
    return pairs


def numbers(control):
    """Every number of a slider or a number box."""
    step = getattr(control, "step", 1)
    count = round((control.max - control.min) / step) + 1
    return [round(control.min + i * step, 9) for i in range(count)]


def words_for(control, number):
    """A number as the control shows it, a long one with commas."""
    return f"{number:{getattr(control, 'readout_format', ',d')}}".replace("-", "−")
