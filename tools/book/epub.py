"""Make the web book an EPUB: python -m tools.book.epub

Writes _build/book/attention.epub, with Sphinx's own builder: lessons, sheets with their solutions,
claims, notation, glossary. Explorers are pictures with their numbers.
"""

import re
import shutil
import zipfile

from tools import door
from tools.book.stage import ROOT, stage

LEFT_OUT = ("reference", "docs/teaching", "CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md")
TREES_LEFT_OUT = re.compile(r"```\{toctree\}\n:caption: (?:Teach|The code)\n.*?```\n", re.S)
# A manifest must say what a page of it has beside plain XHTML.
PROPERTIES = {"mathml": b"<math", "svg": b"<svg", "scripted": b"<script"}
NAME = "attention.epub"


def main(folder=ROOT / "_build" / "book"):
    """Build the EPUB. Returns 1 where Sphinx failed."""
    try:
        from sphinx.cmd.build import main as sphinx
    except ImportError:
        raise SystemExit("The EPUB needs Sphinx: run `make epub`, which installs it.") from None
    source, made = folder / "epub-source", folder / "epub"
    shutil.rmtree(made, ignore_errors=True)
    stage(source)
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
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    index = source / "index.md"
    index.write_text(TREES_LEFT_OUT.sub("", index.read_text("utf-8")), encoding="utf-8")


def finished(built, target):
    """Copy an EPUB, with the properties of each page in its manifest."""
    with zipfile.ZipFile(built) as old, zipfile.ZipFile(target, "w") as new:
        pages = {name: old.read(name) for name in old.namelist()}
        for name, content in pages.items():
            if name.endswith(".opf"):
                content = with_properties(content.decode(), pages).encode()
            kind = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            new.writestr(name, content, kind)


def with_properties(manifest, pages):
    """The manifest, saying which pages have formulas, drawings or scripts."""

    def item(found):
        content = next((text for name, text in pages.items() if name.endswith(found[1])), b"")
        has = [name for name, sign in PROPERTIES.items() if sign in content]
        return found[0].replace("/>", f'properties="{" ".join(has)}" />') if has else found[0]

    return re.sub(r'<item [^>]*href="([^"]+\.xhtml)"(?![^>]*properties=)[^>]*/>', item, manifest)


if __name__ == "__main__":
    door.run(main)
