"""How many wrong programs, made mechanically of the right answers, do the checks refuse?

Run: python -m benchmarks.check_mutants, which takes minutes. For some sheets or exercises alone:
python -m benchmarks.check_mutants 12 03.2
"""

import os
import resource
import sys
from collections import Counter

os.environ["COURSE_PROGRESS"] = "memory"  # before the store is opened

from benchmarks.measure import table
from course_utils.checks.catalogue import blanks, exercises, lessons, sheets
from tools.check_mutants import TRIED, argued, mutants_of

BAR = 0.97
MOST_MEMORY = 6 * 2**30  # bytes: a wrong program that fills a list for ever fails, and nothing else


def main(wanted):
    """Print a row for each exercise, and every mutant that survives without an argument."""
    same, rows, totals, gaps, met = argued(), [], Counter(), [], set()
    for exercise in _tried(wanted):
        mutants = list(mutants_of(exercise))
        survivors = [mutant.key for mutant in mutants if mutant.survives()]
        met |= set(survivors)
        new = [key for key in survivors if key not in same]
        counts = len(mutants), len(mutants) - len(survivors), len(survivors) - len(new), len(new)
        totals.update(dict(zip(("made", "refused", "argued", "passed"), counts, strict=True)))
        rows.append([exercise.id, exercise.right.__name__, *counts])
        gaps += new
    title = "wrong programs made of right answers"
    table(title, ["id", "answer", "made", "refused", "no mistake, argued", "passed"], rows)
    share = totals["refused"] / max(1, totals["made"] - totals["argued"])
    print(f"  {share:.1%} of {totals['made'] - totals['argued']} are refused (bar {BAR:.0%})")
    print(*(f"  passed: {key}" for key in gaps), sep="\n")
    if not wanted:
        print(*(f"  argued, but refused or not made: {key}" for key in same.keys() - met), sep="\n")


def _tried(wanted):
    """Return the exercises and blanks that can be changed, of these sheets or ids; without, all."""
    declared = [e for sheet in sheets() for e in exercises(sheet).values()]
    declared += [blank for lesson in lessons() for blank in blanks(lesson).values()]
    tried = [e for e in declared if isinstance(e, TRIED)]
    return [e for e in tried if not wanted or {e.id, e.id.split(".")[0]} & wanted]


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    main(set(sys.argv[1:]))
