"""Build the web book: python -m tools.book [serve]

    python -m tools.book          _build/book/site/index.html, from what is committed; runs no lesson
    python -m tools.book serve    the same, then shows it on this machine, until Ctrl+C
"""

import functools
import http.server
import sys
import time

from tools.book.stage import ROOT, stage

BUILD = ROOT / "_build" / "book"
SITE = BUILD / "site"
PORT = 8000


def main(arguments=()):
    if not build():
        return 1
    if "serve" in arguments:
        serve()
    return 0


def build(folder=BUILD):
    """Write the pages to folder/source and the site to folder/site; a warning is a failure."""
    try:
        from sphinx.cmd.build import main as sphinx
    except ImportError:
        raise SystemExit("The book needs Sphinx: run `make book`, which installs it.") from None
    start = time.perf_counter()
    source = folder / "source"
    stage(source)
    conf, doctrees = ROOT / "docs" / "site", folder / "doctrees"
    options = ["-W", "--keep-going", "-q", "-j", "2", "-c", conf, "-d", doctrees]
    failed = sphinx([str(part) for part in (*options, source, folder / "site")])
    if not failed:
        pages = len(list((folder / "site").rglob("*.html")))
        seconds = time.perf_counter() - start
        print(f"{pages} pages in {seconds:.0f} s: open {folder / 'site' / 'index.html'}")
    return not failed


def serve(port=PORT):
    """Show the site to this machine only."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=SITE)
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        print(f"The book is at http://127.0.0.1:{server.server_port}/ (Ctrl+C ends it)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
