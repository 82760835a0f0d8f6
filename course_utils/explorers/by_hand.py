"""Weights by hand: move them from where a twin learned to put them, and watch its answer."""

from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from course_utils.explorers.missions import Explorer, Mission, View
from course_utils.lab.results import results
from course_utils.learning.panels import labelled
from course_utils.plots.drawings import (
    FAINT,
    INK,
    LINE,
    box,
    frame,
    label,
    middle,
    svg,
    weight_cell,
)

WORDS = (
    *("bad", "good"),
    *("tea", "rain", "bus", "door", "lamp", "nine", "blue", "cup", "song", "tree"),
    *("road", "milk", "hand", "moon", "shop", "coat", "bird", "ship", "page", "salt"),
)
KINDS = {"word vectors": "words", "states of a GRU": "GRU"}
TEXTS = ("good, in the middle", "bad, in the middle", "good, the last word")
PLACES = 12
NARROW = ((8, 6, 394, 190), (394, 6, 800, 190), (8, 196, 420, 300), (420, 196, 800, 300))


class Moved(NamedTuple):
    """What the explorer shows: the weights now, the margins, and where the weight went."""

    kind: str
    weights: np.ndarray
    learned: float  # margin
    now: float
    share: float
    to: int  # the place where the weight went, from 0
    to_signal: bool  # whether that is the signal word

    @property
    def stays(self):
        """Return whether the answer is the learned one."""
        return self.now > 0


def by_hand_explorer():
    """Return a text whose weights one moves to a word, beside what the twin then answers."""
    missions = (
        Mission(
            "Word vectors: move weight until the answer is wrong.",
            lambda seen: seen.kind == "words" and not seen.stays,
        ),
        Mission(
            "States of a GRU: move all the weight to a word that is not the signal, and let the "
            "margin be larger than the learned one.",
            lambda seen: (
                seen.kind == "GRU"
                and seen.share == 1
                and not seen.to_signal
                and seen.now > seen.learned
            ),
        ),
        Mission(
            "Word vectors: find a text whose answer stays with all the weight on a noise word.",
            lambda seen: (
                seen.kind == "words" and seen.share == 1 and not seen.to_signal and seen.stays
            ),
        ),
    )
    controls = {
        "kind": labelled(widgets.Dropdown, "The twin mixes:", options=KINDS, value="words"),
        "text": labelled(widgets.Dropdown, "Text:", options=TEXTS, value=TEXTS[0]),
        "to": labelled(
            widgets.Dropdown, "Move weight to word:", options=range(1, PLACES + 1), value=1
        ),
        "percent": labelled(
            widgets.IntSlider, "So many percent:", "260px", min=0, max=100, step=10, value=0
        ),
    }
    return Explorer("Weights by hand 手动改权重", controls, by_hand_look, missions, narrow=NARROW)


def by_hand_look(kind, text, to, percent):
    """Move a share of all weights to one word of a kept text: a `Moved`."""
    kept = results("weights_as_reasons")["found"]["texts"][kind][text]
    learned, supports = np.array(kept["weights"]), np.array(kept["supports"])
    learned = learned / learned.sum()  # they were kept with four digits
    share, target = percent / 100, np.arange(PLACES) == to - 1
    weights = (1 - share) * learned + share * target
    margin, now = float(learned @ supports), float(weights @ supports)
    facts = Moved(kind, weights, margin, now, share, to - 1, kept["ids"][to - 1] < 2)
    said = text.split(",")[0]
    answer = said if facts.stays else ("good" if said == "bad" else "bad")
    reading = (
        f"{percent} % of the weight is moved to word {to}, “{WORDS[kept['ids'][to - 1]]}”, whose "
        f"support is {signed(supports[to - 1])}. The margin of “{said}” was {signed(margin)} and "
        f"is {signed(now)}: the twin answers “{answer}”, {'as before' if facts.stays else 'wrong'}."
    )
    picture = by_hand_picture(kept["ids"], learned, supports, facts, reading)
    return View(picture, reading, facts)


def by_hand_picture(ids, learned, supports, facts, reading):
    """Draw a text with learned weights, weights now and supports, and the margin on a line."""
    drawn = [
        label(x, y, words, size=12, fill=FAINT)
        for x in (24, 396)
        for y, words in ((52, "learned weights"), (102, "weights now"), (150, "supports 支持度"))
    ]
    for i, (word, support) in enumerate(zip(ids, supports, strict=True)):
        x, signal = 24 + 62 * i, word < 2
        look = {"font_weight": "bold"} if signal else {}
        drawn += [
            middle(x + 29, 34, f"{i + 1} {WORDS[word]}", size=13, fill=INK, **look),
            weight_cell(x, 60, 58, 32, learned[i]),
            weight_cell(x, 110, 58, 32, facts.weights[i]),
            middle(x + 29, 170, signed(support), fill=INK, **look),
        ]
        if i == facts.to:
            drawn.append(frame(x, 110, 58, 32))
        if signal:
            drawn.append(frame(x - 1, 22, 60, 24))
    heading = label(
        24,
        14,
        "12 words, the signal framed; weight goes to the framed cell",
        size=12,
        fill=FAINT,
    )
    return svg(800, 306, "Weights by hand", reading, heading, *drawn, *_margins(facts))


def signed(number):
    """Write a number with its sign, a true minus, and one decimal."""
    return f"{number:+.1f}".replace("-", "−")


def _margins(facts):
    """Draw the margin as it was and as it is, on a line from wrong to right."""
    zero, step = 210, 12
    parts = [
        box(zero - 15 * step, 238, 30 * step, 2, fill=LINE),
        box(zero - 1, 222, 2, 34, fill=INK),
        middle(zero - 90, 210, "wrong ←", size=13, fill=FAINT),
        middle(zero + 90, 210, "→ as learned", size=13, fill=FAINT),
    ]
    for y, name, margin in ((228, "was", facts.learned), (250, "is", facts.now)):
        x = zero + step * float(np.clip(margin, -15, 15))
        parts.append(box(min(zero, x), y - 6, abs(x - zero), 12, fill=INK if y > 240 else FAINT))
        parts.append(label(430, y, f"margin {name} {signed(margin)}", size=15, fill=INK))
    parts.append(middle(zero, 272, "0", size=13, fill=FAINT))
    parts.append(label(430, 274, f"moved: {facts.share:.0%}", size=15, fill=INK))
    return parts
