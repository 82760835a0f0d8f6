"""Draw the picture of README and front page: the ready-made translator's alignment of one number.

Lesson 00 asks where it looks for characters that no English word means: their rows are covered.

python -m tools.readme_picture
"""

from pathlib import Path

import numpy as np
from matplotlib.patches import Rectangle

from course_utils.lab.ready_made import ready_made
from course_utils.plots import weights_map
from course_utils.tasks import make_batch, number_words
from course_utils.tasks.numerals import chinese_numeral, english_words
from tools import door

NUMBER = 342_005
ASKED = "十百千万亿零"  # in lesson 00
PICTURE = Path(__file__).resolve().parent.parent / "docs" / "images" / "alignment.png"


def main():
    task = number_words()
    words, characters = english_words(NUMBER), chinese_numeral(NUMBER)
    batch = make_batch([(words, [])], task.source_vocabulary, task.target_vocabulary)
    decoded = ready_made("number_translator").greedy(batch.source, batch.source_lengths, 20)
    written = task.target_vocabulary.decode(decoded.tokens[0])
    assert "".join(written) == characters, f"the translator writes {written}, not {characters}"
    weights = np.array(decoded.weights[0, : len(written)])
    covered = [row for row, one in enumerate(written) if one in ASKED]
    weights[covered] = 0  # so that no outline sticks out from below
    figure = weights_map(weights, written, words, title="Where does the translator look?")
    cover(figure.axes[0], covered, len(words))
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(PICTURE, dpi=144, metadata={"Software": None})
    print(f"wrote {PICTURE.name}: {NUMBER:,} as {characters}")


def cover(axes, rows, columns):
    """Lay a bar with a question mark over these rows of a map."""
    for row in rows:
        bar = Rectangle((-0.5, row - 0.5), columns, 1, facecolor="#e4e7ec", edgecolor="white")
        axes.add_patch(bar).set(zorder=10, linewidth=2)
        question = {"ha": "center", "va": "center", "fontsize": 16, "fontweight": "bold"}
        axes.text((columns - 1) / 2, row, "?", zorder=11, color="#1a1a1a", **question)


if __name__ == "__main__":
    door.run(main)
