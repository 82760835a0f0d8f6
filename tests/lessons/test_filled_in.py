"""What `make new-lesson` and `make new-exercise` begin is filled in before it is handed out."""

from pathlib import Path

import pytest

from tools.new import GAP

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("notebooks", "solutions", "exercises", "course_utils", "docs")
ENDINGS = {".ipynb", ".py", ".md"}


def places():
    """Every file in which an author may have left a gap."""
    inside = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))
    return [ROOT / "README.md", *(path for path in inside if path.suffix in ENDINGS)]


@pytest.mark.style
def test_no_gap_is_left():
    left = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in places()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if GAP in line
    ]
    assert not left, "these gaps are to be filled in:\n" + "\n".join(left)
