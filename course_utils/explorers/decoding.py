"""A decoder, symbol by symbol: what it reads, where it looks, what it writes; or other weights."""

import functools
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from course_utils.explorers.missions import Explorer, Mission, View
from course_utils.lab.interventions import INTERVENTIONS, intervene
from course_utils.lab.ready_made import ready_made
from course_utils.learning.panels import labelled
from course_utils.plots.drawings import INK, KEY, QUERY, VALUE, arrow, bar, box, label, middle, svg
from course_utils.softmax import softmax
from course_utils.tasks import Vocabulary, make_batch
from course_utils.tasks.marks import END, START
from course_utils.tasks.numerals import (
    CHINESE_CHARACTERS,
    ENGLISH_WORDS,
    chinese_numeral,
    english_words,
)
from course_utils.tasks.own_pairs import Books, checked_pairs, symbols_of

BOOKS = Books(Vocabulary(ENGLISH_WORDS, separator=" "), Vocabulary(CHINESE_CHARACTERS))
LARGEST = 999_999  # its English has eleven words: they fit the picture
ROOM = 16  # symbols at most, if the right answer has no more
MOST_OFFERED = 200  # pairs in a menu
LIKELIEST = 3
IN_BOOK = (7, 20, 42, 105, 110, 305, 512, 999, 1_000, 2_026, 10_000, 30_303, 65_536, 100_000)
IN_BOOK += (137_857, 342_000, 500_005, 777_777)
NARROW = ((0, 10, 503, 330), (503, 10, 890, 150), (0, 330, 610, 400))  # what a narrow window stacks


class Step(NamedTuple):
    """One step of a decoder."""

    read: str  # y_{t−1}: the symbol that was read
    weights: np.ndarray  # (m,): where it looked
    written: str  # y_t
    likeliest: list[tuple[str, float]]  # symbols with the largest probabilities


class Decoding(NamedTuple):
    """What the explorer shows: the way of weighing, all steps, the one in view, what is right."""

    way: str
    right: str
    steps: list[Step]
    at: int
    separator: str = ""

    @property
    def text(self):
        """Return what was written, without the end mark."""
        written = (step.written for step in self.steps if step.written != "end")
        return self.separator.join(written)


def decoding_explorer(number=137_857, model=None, books=None, pairs=None):
    """Return a translator to step through, whose weights can be replaced.

    number : where it begins.  model, books, pairs : a learner's own: a trained `Seq2Seq` that
    attends, its `Books(source, target)` and pairs to choose from, of which the first 200 are
    offered; without them the ready-made translator of numbers. Raises ValueError where one of the
    three is missing, or the model has no attention.
    """
    own = (model, books, pairs)
    if any(part is not None for part in own):
        if any(part is None for part in own):
            raise ValueError("decoding_explorer needs model, books and pairs together: give all")
        return _for_their(model, Books(*books), checked_pairs(pairs)[:MOST_OFFERED])
    ready = ready_made("number_translator")
    whole = {"value": number, "min": 1, "max": LARGEST}
    which = labelled(widgets.BoundedIntText, "Number, then Enter:", "300px", **whole)

    remembered = functools.lru_cache(maxsize=32)(functools.partial(decode_number, ready))

    def look(number, way, step):
        return _number_view(remembered(number, way), number, way, step)

    step = "Step to the symbol for a digit: does the word that carries it win?"
    missions = (Mission(step, _is_digit), *_missions_of_weights("the number"))
    controls, in_book = _controls({"number": which}), {"number": IN_BOOK}
    return Explorer(NAME, controls, look, missions, in_book=in_book, narrow=NARROW)


NAME = "A decoder, step by step 逐步解码"


def _for_their(model, books, pairs):
    """Return the same with a learner's own model: its sources stand in a menu."""
    intervene(model, INTERVENTIONS["learned"])  # says what is wrong with a model that cannot look
    right = dict(pairs)
    which = labelled(widgets.Dropdown, "Source:", "520px", options=list(right))

    def look(source, way, step):
        return own_look(model, books, (source, right[source]), way, step)

    step = "Step to a symbol after the first: does one word get more than half?"
    missions = (Mission(step, _wins), *_missions_of_weights("the text"))
    return Explorer(
        f"{NAME}: your model", _controls({"source": which}), look, missions, narrow=NARROW
    )


def _controls(which):
    return {
        **which,
        "way": labelled(widgets.Dropdown, "Weights:", options=list(INTERVENTIONS)),
        "step": labelled(widgets.IntSlider, "Step:", "320px", min=1, max=ROOM, value=1),
    }


def _missions_of_weights(whole):
    return (
        Mission(f"Replace the weights so that {whole} comes out wrong.", _is_wrong),
        Mission(f"Replace the weights by other ones, and {whole} is still right.", _is_kept),
    )


def _is_digit(seen):
    return seen.way == "learned" and seen.steps[seen.at].written in CHINESE_CHARACTERS[1:10]


def _wins(seen):
    return seen.way == "learned" and seen.at > 0 and seen.steps[seen.at].weights.max() > 0.5


def _is_wrong(seen):
    return seen.way != "learned" and seen.text != seen.right


def _is_kept(seen):
    return seen.way != "learned" and seen.text == seen.right


def decode(model, words, books=BOOKS, room=ROOM):
    """Decode one source greedily in at most `room` symbols; return all steps, each a `Step`."""
    batch = make_batch([(words, ())], *books)
    memory, stepper = model.start(batch.source, batch.source_lengths)
    step, state, ids, steps = stepper(memory), memory.summary, np.array([START]), []
    while len(steps) < room and ids[0] != END:
        logits, state, weights = step(ids, state)
        chances = softmax(logits[0, END:])
        best = np.argsort(-chances, kind="stable")[:LIKELIEST]  # as decoding breaks ties
        likeliest = [(_name(i + END, books), float(chances[i])) for i in best]
        steps.append(Step(_name(ids[0], books), weights[0], likeliest[0][0], likeliest))
        ids = best[:1] + END
    return steps


def _name(i, books):
    return {START: "start", END: "end"}.get(int(i)) or books.target.decode([i])[0]


def decode_number(model, number, way):
    """Decode a number with one way of weighing; return all steps."""
    return decode(intervene(model, INTERVENTIONS[way]), english_words(number))


def decoding_look(model, number, way, step):
    """Decode a number with one way of weighing; the facts are a `Decoding`."""
    return _number_view(decode_number(model, number, way), number, way, step)


def _number_view(steps, number, way, step):
    said = english_words(number), chinese_numeral(number), f"{number:,}"
    return _view(steps, *said, way, step, BOOKS.target.separator)


def own_look(model, books, pair, way, step):
    """Decode the source of a pair with a learner's model; the facts are a `Decoding`."""
    source, right = pair
    words, separator = symbols_of(source, books.source.separator), books.target.separator
    room = max(ROOM, len(symbols_of(right, separator)) + 1)
    steps = decode(intervene(model, INTERVENTIONS[way]), words, books, room)
    return _view(steps, words, right, source, way, step, separator)


def _view(steps, words, right, said, way, step, separator):
    at = min(step, len(steps)) - 1
    seen, now = Decoding(way, right, steps, at, separator), steps[at]
    verdict = "✓ right" if seen.text == right else f"✗ should be {right}"
    reading = (
        f"{said}, weights: {way}. Step {at + 1} of {len(steps)}: reads {now.read}, gives "
        f"{_top_in_words(words, now.weights)}, writes {now.written} "
        f"({100 * now.likeliest[0][1]:.0f} % sure). The whole: {seen.text} {verdict}."
    )
    return View(decoding_picture(seen, words, reading), reading, seen, last_step=len(steps))


def _top(weights):
    """Return the place of the largest weight; None where all of several are equal."""
    level = len(weights) > 1 and np.ptp(weights) < 1e-6
    return None if level else int(weights.argmax())


def _top_in_words(words, weights):
    top = _top(weights)
    name = "every word" if top is None else f"“{words[top]}”"
    return f"{name} {100 * weights.max():.0f} %"


def decoding_picture(seen, words, reading):
    """Draw one step: the symbol read, the weights over the words, the mix, the symbol written."""
    now = seen.steps[seen.at]
    heads = ((20, "reads"), (150, "asks, and looks at"), (520, "mixes"), (650, "writes"))
    drawn = [label(x, 26, head, size=15, font_weight="bold") for x, head in heads]
    drawn += [_station(20, "yₜ₋₁", now.read, QUERY), arrow((112, 110), (146, 110), INK)]
    gap = min(26, 300 / len(words))
    top = _top(now.weights)
    for j, (word, weight) in enumerate(zip(words, now.weights, strict=True)):
        shown = f"{100 * weight:.0f} %"
        drawn.append(bar(150, 56 + gap * j, word, weight, shown, KEY, 100, 180, strong=j == top))
    drawn += [arrow((486, 110), (516, 110), INK), _station(520, "context", "Σ αⱼ hⱼ", VALUE)]
    drawn.append(arrow((616, 110), (646, 110), INK))
    for k, (name, chance) in enumerate(now.likeliest):
        drawn.append(_candidate(650, 70 + 34 * k, name, chance, k == 0))
    return svg(920, 400, "One step of a decoder", reading, *drawn, _strip(seen))


def _station(x, name, words, colour):
    cell = box(x, 84, 90, 52, fill="#ffffff", stroke=colour, stroke_width=2, rx=5)
    return cell + middle(x + 45, 72, name, fill=colour) + middle(x + 45, 110, words, size=17)


def _candidate(x, y, name, chance, best):
    return bar(x, y, name, chance, f"{100 * chance:.0f} %", QUERY, 44, 120, strong=best)


def _strip(seen):
    """Draw what has been written so far, the current symbol ringed."""
    parts = [label(20, 366, "written", size=15, font_weight="bold")]
    gap = min(46, 810 / len(seen.steps))
    for i, step in enumerate(seen.steps):
        x, ring = 100 + gap * i, 3 if i == seen.at else 1
        parts.append(box(x, 346, gap - 4, 38, stroke=QUERY, stroke_width=ring))
        words = step.written if i <= seen.at else ""
        parts.append(
            middle(x + gap / 2 - 2, 365, _cut(words, gap), size=17 if len(words) < 2 else 13)
        )
    return "".join(parts)


def _cut(words, room):
    """Shorten a word to what fits into so many pixels."""
    most = max(int(room / 8), 1)
    return words if len(words) <= most else words[: most - 1] + "…"
