"""The book in a browser: its pages, shown to this machine only."""

import functools
import http.server
from pathlib import Path

ADDRESS = "127.0.0.1"


class Pages(http.server.SimpleHTTPRequestHandler):
    """The pages of a site, and its own page for one that is not there."""

    def send_error(self, code, *said):
        missing = Path(self.directory) / "404.html"
        if code != 404 or not missing.exists():
            return super().send_error(code, *said)
        content = missing.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def server_of(site, port, another):
    """Return a server of the site for this machine only. another : how to choose another port.

    Raises SystemExit, in a sentence, where the port cannot be had.
    """
    handler = functools.partial(Pages, directory=site)
    try:
        return http.server.ThreadingHTTPServer((ADDRESS, port), handler)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or error
        advice = f"end what uses it, or choose another: {another}"
        raise SystemExit(f"Port {port} cannot be used ({why}): {advice}") from None


def serve(server):
    """Show the site until Ctrl+C."""
    print(f"The book is at http://{ADDRESS}:{server.server_port}/ (Ctrl+C ends it)", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()
