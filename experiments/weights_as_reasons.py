"""Are weights reasons, over twelve random starts: python -m experiments.weights_as_reasons

The twins of lessons 14 and 19 with twelve seeds. Writes
course_utils/lab/results/weights_as_reasons.json: for each kind and seed what changed weights do,
how ranks agree, and how far weights can go; and three texts of the first seed with weights and
supports, which lesson 19's explorer shows.
"""

import numpy as np

from course_utils.lab import elsewhere, interventions, reasons, twins
from experiments.record import record

SEEDS = tuple(range(12))
SETTINGS = {"exam texts": 500, "exam seed": 99, "steps": 300}
SHOWN = {
    "good, in the middle": (1, 5),
    "bad, in the middle": (0, 6),
    "good, the last word": (1, 11),
}


def facts(kind, seed, texts):
    """What one twin shows, {name: number}."""
    twin = twins.trained(kind, seed)
    supports, weights = reasons.supports(twin, texts.ids)
    slopes = np.abs(reasons.gradient_times_input(twin, texts.ids))
    falls = np.abs(reasons.falls(twin, texts.ids))
    signal = np.arange(twins.LENGTH) == texts.places[:, None]
    stays = twin.answer(texts.ids, interventions.without_top)[0] == texts.labels
    pairs = zip(weights, supports, strict=True)
    moved = np.array([elsewhere.furthest(*pair)[1] for pair in pairs])
    apart = elsewhere.trained_apart(twin, kind, seed)
    return {
        "right": twin.share_right(texts),
        "top on the signal": twin.top_is_signal(texts),
        "right without top": float(stays.mean()),
        **{f"right without top, {name}": x for name, x in reasons.by_label(texts, stays).items()},
        "ranks, leaving out": float(reasons.agreement(weights, falls).mean()),
        "ranks, gradient": float(reasons.agreement(weights, slopes).mean()),
        "ranks, leaving out, signal": float(reasons.agreement(weights, falls, signal).mean()),
        "moved, median": float(np.median(moved)),
        "right, kept apart": apart.share_right(texts),
    }


def shown(kind, texts):
    """Three texts with weights and supports of the first seed's twin."""
    twin, kept = twins.trained(kind, 0), {}
    for name, (label, place) in SHOWN.items():
        row = np.flatnonzero((texts.labels == label) & (texts.places == place))[0]
        supports, weights = reasons.supports(twin, texts.ids[row : row + 1])
        kept[name] = {"ids": texts.ids[row], "weights": weights[0], "supports": supports[0]}
    return kept


def main():
    texts = twins.sentences(SETTINGS["exam seed"], SETTINGS["exam texts"])
    found = {"texts": {kind: shown(kind, texts) for kind in twins.KINDS}}
    for kind in twins.KINDS:
        rows = [facts(kind, seed, texts) for seed in SEEDS]
        found[kind] = {name: [row[name] for row in rows] for name in rows[0]}
        for name, values in found[kind].items():
            print(f"{kind:5} {name:32}", " ".join(f"{value:5.2f}" for value in values))
    record("weights_as_reasons", SEEDS, SETTINGS, found)


if __name__ == "__main__":
    main()
