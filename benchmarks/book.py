"""How long does the web book take, what does a page weigh, and what does Lighthouse say of it?

Run: python -m benchmarks.book [SITE]       (without SITE the book is built anew, and timed)

Bytes are counted as a static host sends them, compressed; pictures are all of a page's. Lighthouse
(`npm install -g lighthouse`) measures ten pages on a telephone and on a desk, with Chromium.
"""

import contextlib
import functools
import gzip
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.measure import table
from tools.book import heavy

ROOT = Path(__file__).resolve().parent.parent
MOST_SENT, LEAST_SCORE, TRIES, SECONDS_TO_BUILD = 350_000, 95, 3, 60
PAGES = (
    *("index.html", "notebooks/00_start_here.html", "notebooks/07_self_attention.html"),
    *("notebooks/10_seq2seq_with_attention.html", "exercises/02_score_normalise_mix.html"),
    *("exercises/20_capstone_translator.html", "docs/claims.html", "docs/glossary.html"),
    *("reference/module.attention.html", "search.html"),
)
CATEGORIES = ("performance", "accessibility", "best-practices")
SIZES = {"telephone": [], "desk": ["--preset=desktop"]}
FLAGS = "--headless --no-sandbox --disable-gpu --no-first-run"


def main(site=None):
    """Build the book unless SITE is given; print what its pages weigh, and Lighthouse's marks."""
    with tempfile.TemporaryDirectory() as folder:
        site = site or built(folder)
        if not (site / "index.html").exists():
            print(f"\nThere is no book in {site}: `make book` makes one; nothing is measured.")
            return
        weights(site)
        marks_of_pages(site)


def built(folder):
    """Build the book in `folder`, say how long that took, and return where its site is."""
    used, start = os.times(), time.perf_counter()
    subprocess.run([sys.executable, "-m", "tools.book", f"--folder={folder}"], cwd=ROOT, check=True)
    seconds, now = time.perf_counter() - start, os.times()
    core = now.children_user + now.children_system - used.children_user - used.children_system
    note = "" if seconds < SECONDS_TO_BUILD else f"more than {SECONDS_TO_BUILD}"
    row = [f"{seconds:.1f}", f"{core:.1f}", note]
    table("Building the book, seconds", ("by the clock", "of processors", ""), [row])
    return Path(folder) / "site"


def weights(site):
    """Print the bytes of every lesson and of the search."""
    rows = []
    for path in (*sorted((site / "notebooks").glob("*.html")), site / "search.html"):
        parts = heavy.page(path)
        whole = sum(parts.values())
        note = "" if whole <= MOST_SENT or path.stem == "search" else "too much"
        rows.append((path.stem, *(f"{size / 1000:.0f}" for size in (*parts.values(), whole)), note))
    table("Sent for a page, kB", ("which", "page", "style", "script", "image", "all", ""), rows)


def marks_of_pages(site):
    """Print Lighthouse's marks of ten pages, where it is installed."""
    lighthouse = shutil.which("lighthouse")
    if not lighthouse:
        print("\nLighthouse is not installed (npm install -g lighthouse): no marks.")
        return
    with compressed(site) as home:
        rows = [row for page in PAGES for row in marks(lighthouse, home, page)]
    table(f"Lighthouse, at least {LEAST_SCORE}", ("page", "size", *CATEGORIES), rows)


class Compressed(http.server.SimpleHTTPRequestHandler):
    """A static host: text is compressed, and may be kept."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if path.suffix not in heavy.TEXT or not path.is_file():
            return super().do_GET()
        content = gzip.compress(path.read_bytes(), 6)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Cache-Control", "max-age=31536000")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextlib.contextmanager
def compressed(site):
    """Serve a site as a static host does; yields its address."""
    handler = functools.partial(Compressed, directory=site)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def marks(lighthouse, home, page):
    """The rows of one page: its marks on a telephone and on a desk.

    A busy machine only takes marks away: a page below the bar is tried again, and the last counts.
    """
    for size, preset in SIZES.items():
        for _ in range(TRIES):
            found = measured(lighthouse, f"{home}/{page}", preset)
            if all(mark.isdigit() for mark in found):
                break
        yield page, size, *found


def measured(lighthouse, address, preset):
    """The marks of one run; each is a number, with what it lost by where it is below the bar."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [lighthouse, address, *preset, "--quiet", "--output=json",
                   f"--output-path={report}", f"--chrome-flags={FLAGS}",
                   f"--only-categories={','.join(CATEGORIES)}"]  # fmt: skip
        subprocess.run(command, capture_output=True)  # without a report: said in the table
        return scores(report)


def scores(report):
    """The marks of a report, each below the least one with what it lost by."""
    if not report.exists():
        return ["no report"] * len(CATEGORIES)
    said = json.loads(report.read_text(encoding="utf-8"))
    return [score(said["categories"][name], said["audits"]) for name in CATEGORIES]


def score(category, audits):
    points = round(100 * (category["score"] or 0))
    lost = [
        part["id"]
        for part in category["auditRefs"]
        if part["weight"] and (audits[part["id"]]["score"] or 0) < 0.9
    ]
    return f"{points}" if points >= LEAST_SCORE else f"{points} ({', '.join(lost)})"


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
