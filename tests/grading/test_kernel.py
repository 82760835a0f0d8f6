"""A cell means in class what it means in a kernel: the same names, values and errors after each."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jupyter_client.manager import KernelManager

from tests.grading.kernel_corpus import CORPUS

ROOT = Path(__file__).resolve().parents[2]
BEGIN = f"""
import os, sys, tempfile, warnings
sys.path.insert(0, {str(ROOT)!r})
import tests.grading.kernel_corpus as _corpus
sys.modules["_corpus"] = _corpus
_corpus.environment = dict(os.environ)
"""
RESET = """
import os, sys, tempfile
os.chdir(tempfile.mkdtemp())
for name in ("own_module", "other"):
    sys.modules.pop(name, None)
get_ipython().compile.reset_compiler_flags()
get_ipython().reset(new_session=True)
"""
SEEN = {"seen": "__import__('json').dumps(__import__('_corpus').seen(get_ipython().user_ns))"}
SECONDS = 30


class Kernel:
    """A kernel as a notebook's, which tells what its names are."""

    def __init__(self):
        self.manager = KernelManager()
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        self.manager.kernel_spec.argv[:] = [*command, "--HistoryManager.enabled=True"]
        self.manager.start_kernel(cwd=str(ROOT))
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=SECONDS)

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def ask(self, code, **options):
        """The reply to a request, whose messages nobody reads."""
        asked = self.client.execute(code, allow_stdin=False, stop_on_error=False, **options)
        while True:
            message = self.client.get_shell_msg(timeout=SECONDS)
            if message["parent_header"].get("msg_id") == asked:
                return message["content"]

    def states(self, cells):
        """[the name of the error, what is seen of the names] after each cell."""
        self.ask(RESET, store_history=False)
        made = []
        for cell in cells:
            error = self.ask(cell).get("ename", "")
            reply = self.ask("pass", silent=True, user_expressions=SEEN)["user_expressions"]["seen"]
            made.append([error, json.loads(eval(reply["data"]["text/plain"]))])
        return made


@pytest.fixture(scope="module")
def kernel():
    one = Kernel()
    one.ask(BEGIN, silent=True)
    yield one
    one.close()


@pytest.fixture(scope="module")
def in_class():
    command = [sys.executable, "-m", "tests.grading.kernel_corpus"]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert not made.returncode, made.stderr
    return json.loads(made.stdout)


@pytest.mark.parametrize("title", CORPUS)
def test_a_cell_means_what_it_means_in_a_kernel(title, kernel, in_class):
    for cell, there, here in zip(
        CORPUS[title], kernel.states(CORPUS[title]), in_class[title], strict=True
    ):
        assert there == here, f"after the cell {cell!r}"
