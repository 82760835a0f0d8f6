"""Every run of pytest leaves out the digits behind `≈` in notebooks, wherever it is started."""

from pathlib import Path

SANITIZE = Path(__file__).parent / "tests" / "nbval_sanitize.cfg"


def pytest_configure(config):
    """Give nbval the committed file, unless another one is named on the command line."""
    if getattr(config.option, "nbval_sanitize_with", "") is None:
        config.option.nbval_sanitize_with = str(SANITIZE)
