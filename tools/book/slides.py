"""Make slides of the lessons: python -m tools.book.slides [LESSON ...]

Writes _build/slides/<lesson>.html for any browser, at most 26 slides each; S opens the speaker's
view. Nothing is run and nothing is fetched: reveal.js comes with the course.
"""

import re
import shutil
import sys
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from nbconvert.filters.markdown import markdown2html

from tools import door, teaching
from tools.book.decks import deck
from tools.book.mathml import formula
from tools.book.stage import ROOT, read

HERE = Path(__file__).parent
FORMULA = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]+)\$", re.S)
CODE = re.compile(r"(<pre.*?</pre>|<figure>.*?</figure>|`[^`\n]+`)", re.S)


def main(names=(), folder=ROOT / "_build" / "slides"):
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(HERE / "reveal", folder / "reveal")
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        guide = teaching.page_of(path.stem)
        if guide and (not names or path.stem in names or path.stem.split("_")[0] in names):
            html = page(deck(read(path), guide), path.stem)
            (folder / f"{path.stem}.html").write_text(html, encoding="utf-8")
    print(f"{len(list(folder.glob('*.html')))} decks: open {folder}")


def page(chosen, name):
    """The HTML of one lesson's slides."""
    template = Environment(loader=FileSystemLoader(HERE)).get_template("slides.html.j2")
    slides = [(as_html(slide.text), as_html(slide.notes)) for slide in chosen]
    return template.render(name=name, slides=slides)


def as_html(text):
    """Markdown as HTML, its formulas as MathML."""
    return re.sub(r'<a class="anchor-link".*?</a>', "", markdown2html(with_formulas(text)))


def with_formulas(text):
    """Markdown whose formulas are MathML, each on one line so that it stays one piece of HTML."""
    parts = CODE.split(text)
    parts[::2] = [
        FORMULA.sub(lambda found: drawn(found[1] or found[2], bool(found[1])), part)
        for part in parts[::2]
    ]
    return "".join(parts)


def drawn(latex, as_block):
    return re.sub(r"\s*\n\s*", "", formula(latex, as_block))


if __name__ == "__main__":
    door.run(main, sys.argv[1:])
