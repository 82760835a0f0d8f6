"""Without Jupyter's server, as in Colab: widgets with ipywidgets 7 and 8, each in a new venv."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# What such a place has; the course itself comes without what it would pull in.
THERE = ["ipykernel", "matplotlib", "numpy", "scikit-learn", "threadpoolctl", "tqdm"]
OURS = ["fsrs", "pycountry"]
# What each kind of widget shows, as the front end gets it.
SHOWN = """
import json, sys
sys.path.insert(0, {root!r})
from IPython.core.interactiveshell import InteractiveShell
import ipywidgets
from course_utils.checks.desk import check
from course_utils.explorers import shelf_explorer
from course_utils.learning import Question, quiz
ASKED = Question("Who asks?", dict(query="yes", key="no"), "query")
shell = InteractiveShell.instance()
widgets = [shelf_explorer(), quiz("alone", [ASKED])]
assert not any(map(shell.display_formatter.ipython_display_formatter, widgets))
shown = [sorted(shell.display_formatter.format(widget)[0]) for widget in widgets]
print(json.dumps([ipywidgets.__version__, "jupyter_server" in sys.modules, *shown]))
"""
VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.mark.nightly
@pytest.mark.parametrize("major", ["7", "8"])
def test_widgets_come_with_a_still_for_a_page_that_runs_none(major, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", tmp_path], check=True)
    python = next(tmp_path.glob("[bS]*/python*"))
    install = [python, "-m", "pip", "install", "--quiet", f"ipywidgets=={major}.*", *THERE, *OURS]
    if subprocess.run(install, capture_output=True).returncode:
        pytest.skip("no network to make an environment from")
    program = SHOWN.format(root=str(ROOT))
    done = subprocess.run([python, "-c", program], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    version, server, explorer, asked = json.loads(done.stdout)
    assert version.startswith(f"{major}.") and not server
    assert explorer == [VIEW, "image/svg+xml", "text/plain"]
    assert asked == [VIEW, "text/html", "text/plain"]
