"""Pictures: arrays in, a figure or an SVG text out. A picture knows no model.

The front door has what lessons use most. It loads matplotlib when a figure is first asked for:
the explorers draw with `drawings` and `readings` alone, and start faster without it.
"""

import importlib

_HOMES = {
    "figures": ("chinese_font", "figure", "show"),
    "curves": ("accuracy_by_length", "learning_curves", "lines"),
    "multiples": ("maps", "panels"),
    "charts": (
        "bars",
        "ranges",
        "scores_map",
        "show_weights",
        "three_stages",
        "weights_map",
    ),
}
__all__ = sorted(name for names in _HOMES.values() for name in names)


def __dir__():
    return __all__


def __getattr__(name):
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
