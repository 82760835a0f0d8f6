"""Make slides of the lessons: python -m tools.book.slides

Writes _build/slides/<lesson>.html, at most twelve slides each, for any browser; S opens the
speaker's view. Nothing is run and nothing is fetched: reveal.js comes with the course.
"""

import re
import shutil
from pathlib import Path

from nbconvert import SlidesExporter
from nbformat.v4 import new_markdown_cell, new_notebook

from tools import door
from tools.book.decks import deck
from tools.book.mathml import formula
from tools.book.stage import ROOT, read

HERE = Path(__file__).parent
FEWEST = 4  # a title and a summary alone are no deck
FORMULA = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]+)\$", re.S)


def main(folder=ROOT / "_build" / "slides"):
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(HERE / "reveal", folder / "reveal")
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        chosen = deck(read(path))
        if len(chosen) > FEWEST:
            (folder / f"{path.stem}.html").write_text(page(chosen, path.stem), encoding="utf-8")
    print(f"{len(list(folder.glob('*.html')))} decks: open {folder}")


def page(chosen, name):
    """The HTML of one lesson's slides."""
    exporter = SlidesExporter(
        template_file=str(HERE / "slides.html.j2"),
        reveal_url_prefix="reveal",
        reveal_theme="course",
        extra_template_basedirs=[str(HERE)],
    )
    return exporter.from_notebook_node(as_notebook(chosen), {"metadata": {"name": name}})[0]


def as_notebook(chosen):
    """Slides as a notebook whose metadata nbconvert understands."""
    parts = []
    for slide in chosen:
        parts.append(cell(with_formulas(slide.text), "slide"))
        if slide.notes:
            parts.append(cell(slide.notes, "notes"))
    return new_notebook(cells=parts)


def cell(text, kind):
    return new_markdown_cell(text, metadata={"slideshow": {"slide_type": kind}})


def with_formulas(text):
    """Markdown whose formulas are MathML, each on one line so that it stays one piece of HTML."""
    return FORMULA.sub(lambda found: as_html(found[1] or found[2], bool(found[1])), text)


def as_html(latex, as_block):
    return re.sub(r"\s*\n\s*", "", formula(latex, as_block))


if __name__ == "__main__":
    door.run(main)
