import numpy as np
import pytest

from course_utils.lab.edits import edits, error_rates
from course_utils.lab.ready_made import ready_made
from course_utils.lab.speaking import LONGEST, say, say_all
from course_utils.seq2seq import Seq2Seq
from course_utils.tasks import make_batch
from course_utils.tasks.pronunciations import SOUNDS, SPELLING
from tests.samples import make_context, randomise

# Words that every speaker of English says alike, as the dictionary has them.
PLAIN = {
    "banana": "B AH N AE N AH",
    "flower": "F L AW ER",
    "knight": "N AY T",
    "phone": "F OW N",
    "station": "S T EY SH AH N",
    "thinking": "TH IH NG K IH NG",
}


def untrained(context="dot", seed=0):
    rng = np.random.default_rng(seed)
    sizes = len(SPELLING), len(SOUNDS), 6
    return randomise(Seq2Seq(*sizes, make_context(context, 6, rng), True, rng=rng), rng)


@pytest.mark.parametrize("width", [1, 5])
def test_one_row_of_weights_for_each_phoneme_and_one_for_the_end(width):
    spoken = say(ready_made("pronouncer"), "Knight's", width)
    assert spoken.letters == list("knight's")
    assert spoken.rows == [*spoken.phonemes, "end"]
    assert spoken.weights.shape == (len(spoken.rows), 8)
    np.testing.assert_allclose(spoken.weights.sum(axis=1), 1, atol=1e-5)


def test_a_model_that_never_ends_stops_at_the_limit():
    model = untrained()
    model.params["readout.output.b"][2] = -100  # the end mark
    spoken = say(model, "ab", width=1)
    assert len(spoken.phonemes) == len(spoken.rows) == len(spoken.weights) == LONGEST


def test_a_model_without_attention_has_no_weights():
    assert say(untrained("last state"), "ab").weights is None


@pytest.mark.parametrize("word", ["", "naïve", "two words", "co-op", "x2"])
def test_other_signs_are_refused(word):
    with pytest.raises(ValueError, match="letters a to z"):
        say(untrained(), word)


@pytest.mark.parametrize("width", [1, 3])
def test_all_words_are_said_as_each_alone(monkeypatch, width):
    monkeypatch.setattr("course_utils.lab.speaking.TOGETHER", 2)
    model, words = untrained(), ["abcde", "zz", "it's", "q", "house"]
    batch = make_batch([(word, ()) for word in words], SPELLING, SOUNDS)
    assert say_all(model, batch, width) == [say(model, word, width).phonemes for word in words]


def test_the_ready_made_model_says_plain_words():
    model = ready_made("pronouncer")
    written = [say(model, word).phonemes for word in PLAIN]
    assert error_rates(edits(written, [[text.split()] for text in PLAIN.values()])).per <= 0.1
