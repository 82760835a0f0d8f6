"""Show the course as a book in the browser. It is in the package as one file, and asks no host."""

import tempfile
import threading
import webbrowser
import zipfile

from course_utils.command import places, serving

PORT = 8000
NO_BOOK = (
    "This package was built without the book. A release has it; in a clone of the course, "
    "`make serve` builds and shows it."
)


def show(port=PORT, in_browser=True):
    """Unpack the book for as long as it is read, and show it until Ctrl+C."""
    packed = places.book()
    if packed is None:
        raise SystemExit(NO_BOOK)
    again = f"attention-course book --port {port + 1}"
    with tempfile.TemporaryDirectory() as site, serving.server_of(site, port, again) as server:
        with zipfile.ZipFile(packed) as archive:
            archive.extractall(site)
        if in_browser:
            address = f"http://{serving.ADDRESS}:{server.server_port}/"
            threading.Timer(0.5, webbrowser.open, [address]).start()
        serving.serve(server)
