"""What does `import course_utils.attention` cost beyond `import numpy`?"""

import statistics
import subprocess
import sys

from benchmarks.measure import table, verdict

CODE = """
import time
import numpy
start = time.perf_counter()
import course_utils.attention
print(time.perf_counter() - start)
"""
BAR = 20  # milliseconds


def main(repeats=15):
    runs = [
        float(subprocess.run([sys.executable, "-c", CODE], capture_output=True, check=True).stdout)
        for _ in range(repeats)
    ]
    rows = [["course_utils.attention after numpy, ms", verdict(1e3 * statistics.median(runs), BAR)]]
    table("Import", ["what", "median"], rows)


if __name__ == "__main__":
    main()
