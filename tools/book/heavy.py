"""How many bytes a page of the finished site sends, compressed as a static host does it."""

import gzip
import re
from pathlib import Path

# What a host compresses; a PNG or a font is compressed already.
TEXT = {".html", ".css", ".js", ".svg", ".json"}
PARTS = re.compile(
    r"<script\b[^>]*\bsrc=\"(?P<script>[^\"?#]+)|"
    r"<link\b[^>]*\bhref=\"(?P<style>[^\"?#]+\.(?:css|svg))|"
    r"<img\b[^>]*\bsrc=\"(?P<image>[^\"?#:]+)\"|<source\b[^>]*\bsrcset=\"(?P<narrow>[^\"?#: ]+)"
)
IMPORT = re.compile(r"@import ?(?:url\()?\"([^\"]+)\"")


def sent(path):
    """The bytes that a host sends for one file."""
    data = path.read_bytes()
    return len(gzip.compress(data, 6)) if path.suffix in TEXT else len(data)


def page(path):
    """{what: bytes} of a page: itself, its styles and scripts, and all of its pictures."""
    files = {"page": {path}, "style": set(), "script": set(), "image": set()}
    for found in PARTS.finditer(path.read_text(encoding="utf-8")):
        what = found.lastgroup
        if what in files:  # a picture for narrow windows comes in place of the wide one
            files[what].add((path.parent / found[what]).resolve())
    for style in list(files["style"]):
        files["style"] |= imported(style)
    return {what: sum(map(sent, inside)) for what, inside in files.items()}


def imported(style):
    """The style sheets that one imports."""
    if style.suffix != ".css":
        return set()
    names = IMPORT.findall(style.read_text(encoding="utf-8"))
    return {(style.parent / Path(name)).resolve() for name in names}
