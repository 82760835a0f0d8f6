"""What does attention buy on two tasks, in exact sequences, with as much computing for each side?

Number words: at most 12 digits, width 32, both directions; reversing: at most 20 letters, width
48. For each model the learning rate is the best of RATES on a seed that is not reported. The
model without attention takes 1.8 times the steps, which is at least as many seconds.
"""

import time

from benchmarks.measure import one_thread, table
from course_utils.attention import Attention, LastState
from course_utils.metrics import exact_match
from course_utils.scoring import AdditiveScore
from course_utils.seq2seq import Seq2Seq
from course_utils.tasks import batches, number_words, reverse
from course_utils.training import train

RATES = (4e-3, 8e-3, 16e-3, 32e-3)
SEEDS = (0, 1, 2)
TUNING_SEED = 9
STEPS, STEPS_WITHOUT = 1_300, 2_340
TASKS = {"number words": (number_words, 32, 0.99), "reversing": (reverse, 48, 0.95)}
GAP = 0.15


def run(make_task, width, attention, rate, seed):
    """(exact match on held-out examples, seconds of training) of one model."""
    task = make_task(rng=seed)
    context = Attention(AdditiveScore.for_width(width, rng=seed)) if attention else LastState()
    sizes = len(task.source_vocabulary), len(task.target_vocabulary)
    model = Seq2Seq(*sizes, width, context=context, bidirectional=True, rng=seed)
    start = time.process_time()
    steps = STEPS if attention else STEPS_WITHOUT
    train(model, batches(task.train, 64, rng=seed), steps, rate, progress=False)
    seconds = time.process_time() - start
    test = task.test
    decoded = model.greedy(test.source, test.source_lengths, test.target.shape[1])
    return exact_match(decoded.tokens, test), seconds


def tuned(make_task, width, attention):
    """The best of RATES on the tuning seed, and what each reached."""
    reached = {rate: run(make_task, width, attention, rate, TUNING_SEED)[0] for rate in RATES}
    return max(reached, key=reached.get), reached


def main():
    rows = []
    for name, (make_task, width, bar) in TASKS.items():
        worst = {}
        for attention in (True, False):
            rate, reached = tuned(make_task, width, attention)
            runs = [run(make_task, width, attention, rate, seed) for seed in SEEDS]
            shares = [share for share, _ in runs]
            worst[attention] = min(shares) if attention else max(shares)
            rows.append(
                [
                    name,
                    "additive" if attention else "without",
                    STEPS if attention else STEPS_WITHOUT,
                    f"{rate:g} of "
                    + ", ".join(f"{r:g}: {share:.3f}" for r, share in reached.items()),
                    " ".join(f"{share:.3f}" for share in shares),
                    " ".join(f"{seconds:.0f}" for _, seconds in runs),
                ]
            )
        enough = worst[True] >= bar and worst[True] - worst[False] >= GAP
        rows.append(
            [name, f"bars {bar} and {GAP} below", "", "", "kept" if enough else "MISSED", ""]
        )
    columns = ["task", "model", "steps", "rate (tuning)", "exact, seeds 0 1 2", "CPU seconds"]
    table("With and without attention", columns, rows)


if __name__ == "__main__":
    with one_thread():
        main()
