"""Build the web book from what is committed; no lesson is run.

python -m tools.book            writes _build/book/site/index.html
python -m tools.book --serve    the same, then shows it to this machine until Ctrl+C
python -m tools.book --edition class    without solutions and keys: _build/book-class/site
python -m tools.book --url https://school.example/attention/
                                the same, with the tags of a link's preview, which need an address
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

from course_utils.command.serving import serve, server_of
from tools import door
from tools.book import downloads, editions, search, weight
from tools.book.stage import PANELS, ROOT, stage

PORT = 8000


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--edition", choices=editions.EDITIONS, default=editions.FULL)
    parser.add_argument("--folder", type=Path, help="default: _build/book, or _build/book-class")
    parser.add_argument("--url", default="", help="where the book will stand")
    parser.add_argument("--port", type=int, default=PORT, help="default: %(default)s")
    options = parser.parse_args(arguments)
    folder = options.folder or ROOT / "_build" / editions.FOLDERS[options.edition]
    if not options.serve:
        return 0 if build(folder, options.edition, options.url) else 1
    another = f'make serve ARGS="--port {options.port + 1}"'
    with server_of(folder / "site", options.port, another) as server:  # before all the work
        if not build(folder, options.edition, options.url):
            return 1
        serve(server)
    return 0


def build(folder, edition=editions.FULL, url=""):
    """Write the pages to folder/source and the site to folder/site; a warning is a failure."""
    try:
        from sphinx.cmd.build import main as sphinx
    except ImportError:
        raise SystemExit("The book needs Sphinx: run `make book`, which installs it.") from None
    start = time.perf_counter()
    source, site = folder / "source", folder / "site"
    shutil.rmtree(site, ignore_errors=True)  # pages of an older edition
    command = [sys.executable, "-m", "tools.book.live", site / "_static" / "explorers"]
    drawing = subprocess.Popen(command, cwd=ROOT)  # beside Sphinx
    stage(source, edition)
    options = [
        "-W",
        "--keep-going",
        "-q",
        "-j2",
        "-c",
        ROOT / "docs/site",
        "-d",
        folder / "doctrees",
    ]
    if url:
        options += ["-D", f"html_baseurl={url.rstrip('/')}/"]
    failed = sphinx([str(part) for part in (*options, source, site)])
    failed = drawing.wait() or failed
    if not failed:
        weight.lighten(site, json.loads((source / PANELS).read_text("utf-8")))
        search.write(site)
        downloads.write(ROOT, site)
        pages, seconds = len(list(site.rglob("*.html"))), time.perf_counter() - start
        print(f"{pages} pages in {seconds:.0f} s: open {site / 'index.html'}")
    return not failed


if __name__ == "__main__":
    door.run(main)
