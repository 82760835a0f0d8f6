"""Draw the README's picture: the ready-made translator's alignment of one number.

python -m tools.readme_picture
"""

from pathlib import Path

import numpy as np

from course_utils.lab.ready_made import ready_made
from course_utils.plots import weights_map
from course_utils.tasks import make_batch, number_words
from course_utils.tasks.numerals import chinese_numeral, english_words
from tools import door

NUMBER = 342_005
PICTURE = Path(__file__).resolve().parent.parent / "docs" / "images" / "alignment.png"


def main():
    task = number_words()
    words, characters = english_words(NUMBER), chinese_numeral(NUMBER)
    batch = make_batch([(words, [])], task.source_vocabulary, task.target_vocabulary)
    decoded = ready_made("number_translator").greedy(batch.source, batch.source_lengths, 20)
    written = task.target_vocabulary.decode(decoded.tokens[0])
    assert "".join(written) == characters, f"the translator writes {written}, not {characters}"
    weights = np.asarray(decoded.weights[0, : len(written)])
    figure = weights_map(
        weights, written, words, title="Where the translator looks as it writes each character"
    )
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(PICTURE, dpi=144, metadata={"Software": None})
    print(f"wrote {PICTURE.name}: {NUMBER:,} as {characters}")


if __name__ == "__main__":
    door.run(main)
