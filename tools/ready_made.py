"""Train the models that come with the course and write them to course_utils/lab/models.

    python -m tools.ready_made

The settings are those of the lesson that trains the same model live.
"""

from course_utils.attention import Attention, LastState
from course_utils.lab import lengths, ready_made
from course_utils.metrics import exact_match
from course_utils.scoring import AdditiveScore
from course_utils.seq2seq import Seq2Seq
from course_utils.tasks import batches, number_words
from course_utils.training import train
from tools import door

WIDTH, STEPS, RATE = 32, 1_300, 16e-3


def contexts():
    """The models of lesson 00 by name: (context, seed). The twin differs in its seed alone."""
    return {
        "number_translator": (additive(0), 0),
        "number_translator_twin": (additive(2), 2),
        "number_translator_without": (LastState(), 0),
    }


def additive(seed):
    return Attention(AdditiveScore.for_width(WIDTH, rng=seed))


def reversers():
    """The models of lessons 09 and 10 by name: they write strings backwards."""
    task = lengths.reversing()
    yield "reverser_without", lengths.trained(task, "no attention", 2_700, 10e-3, progress=True)
    yield "reverser", lengths.trained(task, "2, learned v", 1_500, 10e-3, progress=True)


def main():
    for name, model in reversers():
        model.save(ready_made.FOLDER / f"{name}.npz")
    task = number_words()
    sizes = len(task.source_vocabulary), len(task.target_vocabulary)
    for name, (context, seed) in contexts().items():
        model = Seq2Seq(*sizes, WIDTH, context=context, bidirectional=True, rng=seed)
        train(model, batches(task.train, 64, rng=seed), STEPS, RATE)
        test = task.test
        decoded = model.greedy(test.source, test.source_lengths, test.target.shape[1])
        path = ready_made.FOLDER / f"{name}.npz"
        model.save(path)
        print(f"{path.name}: {exact_match(decoded.tokens, test):.3f} of unseen numbers exact")


if __name__ == "__main__":
    door.run(main)
