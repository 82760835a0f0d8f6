"""Lines that only IPython understands, taken out of a cell: by its text, for nothing is run."""

import re
from ast import PyCF_ALLOW_TOP_LEVEL_AWAIT

MAGIC = re.compile(r"^\s*([%!?]|[\w.]+\?+\s*$)")
MAGIC_VALUE = re.compile(r"^(\s*\w[\w, ]*=)\s*[%!]")


def without_magics(source: str) -> str:
    """Make IPython's lines do nothing; a cell in another language does nothing at all."""
    lines = source.splitlines()
    first = next((line.split()[0] for line in lines if line.strip()), "")
    if first.startswith("%%") and first not in ("%%time", "%%timeit", "%%capture", "%%prun"):
        return ""
    indents = (line[: len(line) - len(line.lstrip())] for line in lines)
    return "\n".join(
        f"{indent}pass" if MAGIC.match(line) else MAGIC_VALUE.sub(r"\1 None #", line)
        for indent, line in zip(indents, lines, strict=True)
    )


def python_of(source: str) -> str:
    """Return a cell of the master as Python, also where it has lines that only IPython knows."""
    try:
        compile(source, "<cell>", "exec", PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError):
        return without_magics(source)
    return source
