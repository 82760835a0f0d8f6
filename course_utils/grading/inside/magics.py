"""Cells with lines that only IPython understands, as Python: by IPython's own rules where it is.

Of IPython one module is loaded, without the package around it: that alone takes half a second.
"""

import functools
import importlib
import importlib.util
import re
import sys
import types

RULES = "IPython.core.inputtransformer2"
PACKAGES = "IPython", "IPython.core", "IPython.utils"
MAGIC = re.compile(r"^\s*([%!?]|[\w.]+\?+\s*$)")
MAGIC_VALUE = re.compile(r"^(\s*\w[\w, ]*=)\s*[%!]")
RUNNING = ("%%time", "%%timeit", "%%capture", "%%prun")


def as_python(source):
    """Return a cell's text with calls of `get_ipython()` in the place of IPython's lines.

    The lines keep their numbers, but for those that are joined.
    """
    rules = _rules()
    if rules is None:
        return without_magics(source)
    text = rules.TransformerManager().transform_cell(source)
    blank = len(source) - len(source.lstrip())
    return "\n" * source[:blank].count("\n") + text


@functools.cache
def _rules():
    """Load the module, None where there is no IPython, or one that has it elsewhere."""
    if RULES in sys.modules:
        return sys.modules[RULES]
    known = {name: module for name, module in sys.modules.items() if name.startswith("IPython")}
    try:
        return importlib.import_module(RULES) if known else _alone()
    except (ImportError, AttributeError):
        return None


def _alone():
    """Load it with empty packages around it, and take these away again."""
    spec = importlib.util.find_spec("IPython")
    if spec is None:
        return None
    try:
        for name in PACKAGES:
            module = sys.modules[name] = types.ModuleType(name)
            parts = name.split(".")[1:]
            module.__path__ = ["/".join([path, *parts]) for path in spec.submodule_search_locations]
        return importlib.import_module(RULES)
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "IPython"]:
            del sys.modules[name]


def lead_to(get_ipython):
    """Let `from IPython import get_ipython` find the shell of the notebook."""
    try:
        places = [importlib.import_module(name) for name in ("IPython", "IPython.core.getipython")]
    except ImportError:
        return
    for place in places:
        place.get_ipython = get_ipython


def without_magics(source):
    """Make IPython's lines do nothing, by their text; a cell in another language does nothing."""
    lines = source.splitlines()
    first = next((line.split()[0] for line in lines if line.strip()), "")
    if first.startswith("%%") and first not in RUNNING:
        return ""
    indents = (line[: len(line) - len(line.lstrip())] for line in lines)
    return "\n".join(
        f"{indent}pass" if MAGIC.match(line) else MAGIC_VALUE.sub(r"\1 None #", line)
        for indent, line in zip(indents, lines, strict=True)
    )
