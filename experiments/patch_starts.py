"""Which part of a scan leads, over seven random starts: python -m experiments.patch_starts

The patch training of lesson 13 with seven seeds. Writes course_utils/lab/results/patch_starts.json:
what each start reads, and in which share of the words each pair has the same leading patch.
"""

from itertools import combinations

import numpy as np

from course_utils.attention import Attention
from course_utils.lab.vector_encoders import PatchEncoder
from course_utils.metrics import matches
from course_utils.scoring import AdditiveScore
from course_utils.seq2seq import Seq2Seq
from course_utils.tasks import scans
from course_utils.training import train
from experiments.record import record

SEEDS = tuple(range(7))
PATCHES, PIXELS = 4, 16  # of each scan
SETTINGS = {"width": 48, "encoder": 32, "steps": 1500, "learning rate": 1e-2, "batch": 64}
SETTINGS |= {"exam rows": 1000, "exam seed": 99}


def trained(seed, train_scans):
    """A model that reads patches, as lesson 13 trains it."""
    width = SETTINGS["width"]
    context = Attention(AdditiveScore.for_width(width, rng=seed))
    encoder = PatchEncoder(PIXELS, SETTINGS["encoder"], width, rng=seed)
    model = Seq2Seq(None, len(scans.VOCABULARY), width, context, rng=seed, encoder=encoder)
    rows = map(scans.in_patches, scans.endless_rows(train_scans, SETTINGS["batch"], 0))
    train(model, rows, SETTINGS["steps"], SETTINGS["learning rate"])
    return model


def on_own_scan(weights, lengths):
    """Weights (rows, words, 32) → those of each real word on the patches of its scan (words, 4)."""
    place, most = np.arange(scans.LONGEST), scans.LONGEST
    parts = weights[:, :most].reshape(len(weights), most, most, PATCHES)
    return parts[:, place, place][place < lengths[:, None]]


def main():
    train_scans, exam_scans = scans.load_scans()
    exam = scans.in_patches(
        scans.draw_rows(exam_scans, SETTINGS["exam rows"], rng=SETTINGS["exam seed"])
    )
    read, leads = [], []
    for seed in SEEDS:
        answer = trained(seed, train_scans).greedy(exam.source, exam.source_lengths, 10)
        read.append(matches(answer.tokens, exam).mean())
        own = on_own_scan(answer.weights, exam.source_lengths // PATCHES)
        leads.append(own.argmax(axis=-1))
    same = [(one == other).mean() for one, other in combinations(leads, 2)]
    print(f"rows right {min(read):.2f}–{max(read):.2f}; same patch {min(same):.2f}–{max(same):.2f}")
    record("patch_starts", SEEDS, SETTINGS, {"rows right": read, "same patch leads": same})


if __name__ == "__main__":
    main()
