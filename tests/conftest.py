"""The same conditions for every test: one BLAS thread, and nothing of the user's own settings."""

import os
import shutil
import tempfile

from hypothesis import settings

# Before anything imports NumPy, and for the kernels that run the notebooks as well.
for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["COURSE_PROGRESS"] = "memory"

# A busy machine is slow now and then; that is no error in what a property test examines.
settings.register_profile("course", deadline=None)
settings.load_profile("course")


def pytest_configure(config):
    config.profile = tempfile.mkdtemp(prefix="course-ipython-")
    os.environ["IPYTHONDIR"] = config.profile


def pytest_unconfigure(config):
    shutil.rmtree(config.profile, ignore_errors=True)
