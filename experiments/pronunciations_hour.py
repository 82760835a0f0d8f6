"""Spelling → sounds, as well as one hour of one core can: python -m experiments.pronunciations_hour

Needs `pip install pocketsphinx` for the dictionary. Six models with dropout, three that write from
the front and three from the end, learn for a share of the hour each; which of them work together,
and how, is chosen on the dev words, and the test words are read once, after that. The hour is the
processor's: trainings and all that looks at dev words. Writes
course_utils/lab/results/pronunciations_hour.json and the tables of docs/pronunciations.md.

Finished models are kept in a temporary folder (it is named at the start), and judged on dev words
as far as they go; interrupted, the experiment goes on after the last of them, and once it is
through, another call only writes. Delete the folder to begin anew.
"""

import json
import re
import tempfile
import time
from importlib.metadata import version
from itertools import count
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from course_utils.attention import Attention
from course_utils.lab.dropout import with_dropout
from course_utils.lab.edits import edits, error_rates
from course_utils.lab.ensembles import Ensemble
from course_utils.lab.juries import elected, judged, proposals, turned
from course_utils.lab.results import results
from course_utils.lab.speaking import say_all
from course_utils.memory import keep_freed_memory
from course_utils.scoring import AdditiveScore
from course_utils.seq2seq import Seq2Seq
from course_utils.tasks import batches_by_length
from course_utils.tasks.pronunciations import SOUNDS, SPELLING, pronunciations
from course_utils.training import Adam
from experiments.record import record

HOUR = 3_600  # seconds of the processor, for trainings and choosing
CHOOSING = 180  # seconds of them that are left for what looks at dev words
WIDTH, BATCH, RATE, WARM_UP, DROPOUT, BEAM = 192, 64, 3e-3, 100, 0.1, 5
# In the order of training: name, whether it writes from the end.
MODELS = {f"{way} {i}": way == "end" for i in range(3) for way in ("front", "end")}
SETTINGS = {
    "hour": HOUR,
    "choosing": CHOOSING,
    "width": WIDTH,
    "batch": BATCH,
    "learning rate": RATE,
    "warm-up": WARM_UP,
    "dropout": DROPOUT,
    "beam": BEAM,
    "models": list(MODELS),
}
KEPT = Path(tempfile.gettempdir()) / "pronunciations_hour"
PAGE = Path(__file__).parent.parent / "docs" / "pronunciations.md"
PLACE = re.compile(r"(?<=<!-- an hour -->\n).*?(?=<!-- end of the hour -->)", flags=re.S)


def build(seed):
    """A model that is not trained yet."""
    context = Attention(AdditiveScore.for_width(WIDTH, rng=seed))
    return Seq2Seq(len(SPELLING), len(SOUNDS), WIDTH, context=context, bidirectional=True, rng=seed)


def learn(model, stream, seconds):
    """Train for so many seconds of the processor, the rate falling to zero; returns the steps."""
    keep_freed_memory()
    optimiser, start = Adam(model.params, clip=1.0), time.process_time()
    for step in count():
        used = (time.process_time() - start) / seconds
        if used >= 1:
            return step
        _, cache = model.forward(next(stream))
        rate = RATE * (1 - used) * min(1, (step + 1) / WARM_UP)
        optimiser.step(model.backward(cache), rate)


def trained(data, name, seconds):
    """(model, {"steps", "seconds"}): the one that was kept, or else a new one."""
    path, found = KEPT / f"{name}.npz", kept(name)
    if found:
        return Seq2Seq.load(path), found
    seed, start = list(MODELS).index(name), time.process_time()
    model = build(seed)
    train = turned(data.task.train) if MODELS[name] else data.task.train
    learner = with_dropout(model, DROPOUT, rng=seed)
    steps = learn(learner, batches_by_length(train, BATCH, rng=seed), seconds)
    found = {"steps": steps, "seconds": time.process_time() - start}
    model.save(path)
    keep(name, found)
    return model, found


def keep(name, found):
    """Write down in the temporary folder what was found, and with which settings."""
    text = json.dumps({"settings": SETTINGS, "found": found})
    (KEPT / f"{name}.json").write_text(text, encoding="utf-8")


def kept(name):
    """What an earlier call found with the same settings, or None."""
    path = KEPT / f"{name}.json"
    said = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return said["found"] if said.get("settings") == SETTINGS else None


def say(model, batch, from_end):
    """What a model writes for a batch, from the front in any case."""
    written = say_all(model, batch, BEAM)
    return [answer[::-1] for answer in written] if from_end else written


def ways(models, batch, words):
    """{way of working together: what is written for these words}, for all ways that there are."""
    alone = {name: say(model, batch, MODELS[name]) for name, model in models.items()}
    written = dict(alone)
    for way, from_end in (("front", False), ("end", True)):
        several = [model for name, model in models.items() if MODELS[name] == from_end]
        if len(several) > 1:
            written[f"{way}, averaged"] = say(Ensemble(several), batch, from_end)
    if len(models) > 1:
        proposed = proposals(list(written.values()))
        points = [judged(models[name], words, proposed, MODELS[name]) for name in models]
        written["all judge"] = elected(proposed, np.mean(points, axis=0))
    return written


def rates(written, words, listed):
    """Error rates of what was written, against every listed pronunciation."""
    return error_rates(edits(written, [listed[word] for word in words]))._asdict()


def judged_on_dev(models, data):
    """({way: error rates on the dev words}, seconds)."""
    start = time.process_time()
    written = ways(models, data.dev, data.dev_words)
    found = {way: rates(some, data.dev_words, data.listed) for way, some in written.items()}
    return found, time.process_time() - start


def print_rates(title, found):
    """A table: a line for each way of working together."""
    print(title)
    for way, some in found.items():
        print(f"  {way:16} phonemes {100 * some['per']:5.2f} %  words {100 * some['wer']:5.2f} %")
    print(flush=True)


def make(data):
    """Train, choose, test: what was found."""
    seconds = (HOUR - CHOOSING) / len(MODELS)
    models, trainings, looking = {}, {}, 0
    for name in MODELS:
        models[name], trainings[name] = trained(data, name, seconds)
        if len(models) in (2, 4, len(MODELS)):  # a third, two thirds, all
            dev, spent = judged_on_dev(models, data)
            looking += spent
            print_rates(f"{len(models)} models, dev words, {spent:.0f} s to judge:", dev)
    chosen = min(dev, key=lambda way: dev[way]["wer"])
    written = ways(models, data.task.test, data.test_words)  # once, after the choice
    parameters = sum(value.size for model in models.values() for value in model.params.values())
    return {
        "trainings": trainings,
        "seconds of choosing": looking,
        "seconds": looking + sum(found["seconds"] for found in trainings.values()),
        "parameters": parameters,
        "dev": dev,
        "chosen": chosen,
        "test": {way: rates(some, data.test_words, data.listed) for way, some in written.items()},
        "pocketsphinx": version("pocketsphinx"),
    }


def table(found):
    """The table of docs/pronunciations.md: a row for each way, the chosen one in bold."""
    lines = [
        "| who writes | dev words wrong % | phoneme errors % | word errors % |",
        "|---|---|---|---|",
    ]
    for way, some in found["test"].items():
        per, wer = (
            "{:.1f} [{:.1f}, {:.1f}]".format(
                *(100 * x for x in (some[rate], *some[f"{rate}_interval"]))
            )
            for rate in ("per", "wer")
        )
        name = f"**{way}**, chosen" if way == found["chosen"] else way
        lines.append(f"| {name} | {100 * found['dev'][way]['wer']:.1f} | {per} | {wer} |")
    return "\n".join(lines) + "\n"


def page(found):
    """docs/pronunciations.md with the table of what was found."""
    steps = [training["steps"] for training in found["trainings"].values()]
    said = (
        f"\n{found['seconds']:,.0f} CPU seconds in all, {found['seconds of choosing']:.0f} of them "
        f"for choosing; {found['parameters']:,} numbers in {len(steps)} models of "
        f"{min(steps):,} to {max(steps):,} steps. 95 % intervals, as above.\n\n"
    )
    return PLACE.sub(lambda _: said + table(found) + "\n", PAGE.read_text(encoding="utf-8"))


@threadpool_limits.wrap(limits=1)
def main():
    KEPT.mkdir(exist_ok=True)
    print(f"finished models are kept in {KEPT}", flush=True)
    found = kept("all")
    if not found:
        found = make(pronunciations("random"))
        keep("all", found)
    record("pronunciations_hour", range(len(MODELS)), SETTINGS, found)
    found = results("pronunciations_hour")["found"]
    PAGE.write_text(page(found), encoding="utf-8", newline="\n")
    print(table(found))


if __name__ == "__main__":
    main()
