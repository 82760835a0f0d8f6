"""Make the web book an EPUB: python -m tools.book.epub [--edition class]

Writes _build/book/attention.epub, with Sphinx's own builder: lessons, sheets with their solutions,
claims, notation, glossary. Explorers are pictures with their numbers.
"""

import argparse
import re
import shutil
import zipfile

from tools import door, sealed
from tools.book import editions
from tools.book.printed import still
from tools.book.stage import ROOT, stage

LEFT_OUT = ("reference", "docs/teaching", "CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md")
TREES_LEFT_OUT = re.compile(r"```\{toctree\}\n:caption: (?:Teach|The code)\n.*?```\n", re.S)
# Their links become plain words.
TO_LEFT_OUT = re.compile(
    r"\[([^\]]+)\]\((?:\.\./)*(?:(?:docs/)?teaching/|reference/|(?:docs/)?architecture|CHANGELOG|"
    r"CONTRIBUTING)[^)]*\)(?:\{[^}]*\})?"
)
# A manifest must say what a page of it has beside plain XHTML.
PROPERTIES = {"mathml": b"<math", "svg": b"<svg", "scripted": b"<script"}
NAME = "attention.epub"
# What browsers forgive: [pattern, what is valid].
FORGIVEN = (
    (re.compile(r'<p class="(collapsed|expanded) admonition-title">(.*?)</p>', re.S),
     r'<span class="\1">\2</span>'),
    (re.compile(r"<details open(?=[ >])"), '<details open="open"'),
    (re.compile(r"&ApplyFunction;"), "&#8289;"),
    (re.compile(r"(<mfrac) displaystyle=\"\w+\" scriptlevel=\"\d\""), r"\1"),
    (re.compile(r'<link [^>]*href="[^"]*mystnb[^>]*>'), ""),
)  # fmt: skip


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--edition", choices=editions.EDITIONS, default=editions.FULL)
    edition = parser.parse_args(arguments).edition
    return build(ROOT / "_build" / editions.FOLDERS[edition], edition)


def build(folder, edition=editions.FULL):
    """Build the EPUB of an edition in a folder. Returns 1 where Sphinx failed."""
    try:
        from sphinx.cmd.build import main as sphinx
    except ImportError:
        raise SystemExit("The EPUB needs Sphinx: run `make epub`, which installs it.") from None
    source, made = folder / "epub-source", folder / "epub"
    shutil.rmtree(made, ignore_errors=True)
    stage(source, edition)
    leave_out(source)
    options = ["-q", "-j2", "-b", "epub", "-t", "epub", "-c", ROOT / "docs/site"]
    if sphinx([str(part) for part in (*options, "-d", folder / "epub-doctrees", source, made)]):
        return 1
    built = next(made.glob("*.epub"))
    finished(built, folder / NAME)
    print(f"{(folder / NAME).stat().st_size / 1e6:.1f} MB: open {folder / NAME}")
    return 0


def leave_out(source):
    """Remove what is for teachers and authors, from the pages and from the contents."""
    for name in LEFT_OUT:
        path = source / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    for page in source.rglob("*.md"):
        text = TREES_LEFT_OUT.sub("", page.read_text(encoding="utf-8"))
        page.write_text(TO_LEFT_OUT.sub(r"\1", text), encoding="utf-8")


def finished(built, target):
    """Copy an EPUB: valid pages, and in its manifest the properties of each."""
    with zipfile.ZipFile(built) as old, zipfile.ZipFile(target, "w") as new:
        pages = {name: old.read(name) for name in old.namelist()}
        for name, content in pages.items():
            if name.endswith(".opf"):
                content = with_properties(content.decode(), pages).encode()
            if name.endswith(".xhtml"):
                content = valid(content.decode()).encode()
            kind = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            new.writestr(sealed.member(name, kind), content)


def valid(page):
    """A page of the book as XHTML that every reader of e-books can parse."""
    page = still(page)
    for pattern, instead in FORGIVEN:
        page = pattern.sub(instead, page)
    return page


def with_properties(manifest, pages):
    """The manifest, saying which pages have formulas, drawings or scripts."""

    def item(found):
        content = next((text for name, text in pages.items() if name.endswith(found[1])), b"")
        has = [name for name, sign in PROPERTIES.items() if sign in content]
        return found[0].replace("/>", f'properties="{" ".join(has)}" />') if has else found[0]

    return re.sub(r'<item [^>]*href="([^"]+\.xhtml)"(?![^>]*properties=)[^>]*/>', item, manifest)


if __name__ == "__main__":
    door.run(main)
