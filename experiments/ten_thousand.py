"""Draw the words of the second capstone: python -m experiments.ten_thousand

Needs `pip install pocketsphinx` for the dictionary. Writes course_utils/tasks/ten_thousand.txt.gz,
12,000 words by chance with all their pronunciations: 10,000 to work with, and 2,000 for the exam.
"""

import gzip

import numpy as np

from course_utils.tasks.pronunciations import read_dictionary
from course_utils.tasks.ten_thousand import FILE

WORDS, SEED = 12_000, 20


def drawn(listed):
    """The file's text: a line for each pronunciation, the words in the order of their draw."""
    words = sorted(listed)
    order = np.random.default_rng(SEED).permutation(len(words))[:WORDS]
    chosen = [words[place] for place in order]
    lines = [f"{word}\t{' '.join(sounds)}" for word in chosen for sounds in listed[word]]
    return "\n".join(lines) + "\n"


def main():
    text = drawn(read_dictionary())
    FILE.write_bytes(gzip.compress(text.encode("ascii"), 9, mtime=0))
    print(f"{FILE.name}: {WORDS:,} words, {text.count(chr(10)):,} pronunciations")


if __name__ == "__main__":
    main()
