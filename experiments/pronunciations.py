"""Spelling → sounds with and without attention: python -m experiments.pronunciations

Needs `pip install pocketsphinx` for the dictionary. Trains every model for a fixed number of steps
on one BLAS thread, about as many CPU seconds each on one split, and pairs that write together.
Prints a table, writes course_utils/lab/results/pronunciations.json and the ready-made model that
lessons try words with. Interrupted, it goes on after the last model that was finished; delete the
file to begin anew.
"""

import time
from importlib.metadata import version

from threadpoolctl import threadpool_limits

from course_utils.attention import Attention, LastState
from course_utils.lab.edits import edits, error_rates, rates_by_length
from course_utils.lab.ensembles import Ensemble
from course_utils.lab.ready_made import FOLDER
from course_utils.lab.results import results
from course_utils.lab.speaking import say_all
from course_utils.scoring import AdditiveScore
from course_utils.seq2seq import Seq2Seq
from course_utils.tasks import batches_by_length
from course_utils.tasks.pronunciations import SOUNDS, SPELLING, pronunciations
from course_utils.training import train
from experiments.record import record

WIDTH, BATCH, SEED, BEAM = 128, 64, 0, 5
RATE = 4e-3
EDGES = (2, 5, 7, 9, 11, 13, 15, 29)  # letters
# Steps that take about the same CPU time, some 260 seconds. Twice as many make it worse.
RUNS = {
    ("random", "additive"): 22_000,
    ("random", "no attention"): 32_500,
    ("families", "additive"): 22_000,
    ("families", "no attention"): 32_500,
}
# Two seeds that write together, each trained as above: less than ten minutes in all.
PAIRS = (("random", "additive"), ("random", "no attention"))
KEPT = ("random", "additive")  # becomes the ready-made model
SETTINGS = {
    "width": WIDTH,
    "batch": BATCH,
    "learning rate": RATE,
    "beam": BEAM,
    "edges": list(EDGES),
}


def build(name, seed=SEED):
    """A model with that context; all else is the same."""
    contexts = {
        "no attention": LastState,
        "additive": lambda: Attention(AdditiveScore.for_width(WIDTH, rng=seed)),
    }
    sizes = len(SPELLING), len(SOUNDS), WIDTH
    return Seq2Seq(*sizes, context=contexts[name](), bidirectional=True, rng=seed)


def trained(data, name, steps, seed=SEED):
    """(model, CPU seconds of its training)."""
    model = build(name, seed)
    start = time.process_time()
    stream = batches_by_length(data.task.train, BATCH, rng=seed)
    train(model, stream, steps, RATE, every=500, progress=False)
    return model, time.process_time() - start


def run(data, name, steps):
    """Train one model: (model, what was found)."""
    model, seconds = trained(data, name, steps)
    parameters = sum(value.size for value in model.params.values())
    found = {"steps": steps, "seconds": seconds, "parameters": parameters}
    return model, found | judged(model, data)


def run_pair(data, name, steps):
    """Train two seeds, let them write together: what was found."""
    pair = [trained(data, name, steps, seed) for seed in (SEED, SEED + 1)]
    models, seconds = zip(*pair, strict=True)
    parameters = sum(value.size for model in models for value in model.params.values())
    found = {"steps": 2 * steps, "seconds": sum(seconds), "parameters": parameters}
    return found | judged(Ensemble(models), data)


def judged(model, data):
    """What a model writes on the test words, greedily and with a beam."""
    return {way: judge(model, data, width) for way, width in (("greedy", 1), ("beam", BEAM))}


def judge(model, data, width):
    """Error rates on the test words, against every listed pronunciation, and by word length."""
    start = time.process_time()
    written = say_all(model, data.task.test, width)
    seconds = time.process_time() - start
    edited = edits(written, [data.listed[word] for word in data.test_words])
    parts = rates_by_length(edited, data.task.test.source_lengths, EDGES)
    return {
        "all": error_rates(edited)._asdict(),
        "by length": [part and part._asdict() for part in parts],
        "seconds": seconds,
    }


def print_rows(split, name, found):
    """One line of the table for each way of decoding."""
    for decoding in ("greedy", "beam"):
        rates = found[decoding]["all"]
        cells = (
            f"{100 * rates[rate]:6.2f} [{100 * low:.2f}, {100 * high:.2f}]"
            for rate, (low, high) in (
                ("per", rates["per_interval"]),
                ("wer", rates["wer_interval"]),
            )
        )
        print(f"{split:9} {name:13} {decoding:7}", *cells, f"{found['seconds']:6.0f} s", flush=True)


def print_lengths(found, split, name):
    """Phoneme error rate by word length, beam search."""
    for low, part in zip(EDGES, found["beam"]["by length"], strict=False):
        if part:
            ends = "[{:.1f}, {:.1f}]".format(*(100 * end for end in part["per_interval"]))
            print(f"  {split}, {name}: from {low:2} letters {100 * part['per']:5.1f} {ends}")


def kept_runs():
    """What an earlier call found with the same settings: {"split, model": found}."""
    try:
        earlier = results("pronunciations")
    except ValueError:  # there was none
        return {}
    return earlier["found"]["runs"] if earlier["settings"] == SETTINGS else {}


def keep(runs, sizes):
    """Write down what was found so far, so that an interruption loses one run at most."""
    made = {"runs": runs, "sizes": sizes, "pocketsphinx": version("pocketsphinx")}
    record("pronunciations", [SEED, SEED + 1], SETTINGS, made)


@threadpool_limits.wrap(limits=1)
def main():
    splits = {split: pronunciations(split) for split in ("random", "families")}
    sizes = {
        split: {"train": len(data.task.train.source), "test": len(data.test_words)}
        for split, data in splits.items()
    }
    print("split     model         decoding   PER % [95 %]        WER % [95 %]        CPU")
    runs = kept_runs()
    for (split, name), steps in RUNS.items():
        if runs.get(f"{split}, {name}", {}).get("steps") != steps:
            model, runs[f"{split}, {name}"] = run(splits[split], name, steps)
            if (split, name) == KEPT:
                model.save(FOLDER / "pronouncer.npz")
            keep(runs, sizes)
        print_rows(split, name, runs[f"{split}, {name}"])
    for split, name in PAIRS:
        pair, steps = f"{split}, {name}, two models", RUNS[split, name]
        if runs.get(pair, {}).get("steps") != 2 * steps:
            runs[pair] = run_pair(splits[split], name, steps)
            keep(runs, sizes)
        print_rows(split, f"2 × {name}", runs[pair])
    for split, name in RUNS:
        print_lengths(runs[f"{split}, {name}"], split, name)


if __name__ == "__main__":
    main()
