"""Right and wrong work for the capstone's checks, in unusual styles, from the text alone."""

# ruff: noqa: B905, RUF007, SIM905 (as learners write)

import collections
import datetime
import functools
import hashlib
import itertools
import random

import numpy as np

from course_utils.lab.ready_made import ready_made
from course_utils.tasks import Vocabulary, make_batch
from course_utils.tasks.numerals import CHINESE_CHARACTERS, ENGLISH_WORDS, english_words

RIGHT_WORK, WRONG_WORK = [], []
MONTHS = "january february march april may june july august".split()
DIGITS = "零一二三四五六七八九"


def right(id):
    return lambda answer: RIGHT_WORK.append((id, answer)) or answer


def wrong(id):
    return lambda answer: WRONG_WORK.append((id, answer)) or answer


# ---- 20.1: pairs by chance; each seed its own ----
def group(four, inner):
    """Four digits as a Chinese group; `inner`: whether something stands before it."""
    text, gap = "", inner
    for place, digit in enumerate(f"{four:04}"):
        if digit == "0":
            gap = gap or bool(text)
            continue
        if gap and (text or inner) and (place and f"{four:04}"[place - 1] == "0"):
            text += "零"
        text += DIGITS[int(digit)] + "千百十 "[place].strip()
        gap = False
    return text


def to_chinese(number):
    upper, lower = divmod(number, 10_000)
    text = (group(upper, False) + "万" if upper else "") + (group(lower, bool(upper)))
    return text.removeprefix("一") if text.startswith("一十") else text


@right("20.1")
def _(count, seed):
    rng = random.Random(seed)
    numbers = (round(10 ** rng.uniform(2, 5.99)) for _ in range(count))
    return [(" ".join(english_words(n)), to_chinese(n)) for n in numbers]


@right("20.1")
def _(count, seed):
    day = datetime.date(1950, 1, 1)
    days = np.random.default_rng(seed).integers(0, 36_000, size=count).tolist()
    dates = [day + datetime.timedelta(days=one) for one in days]
    return [(f"{d.day} {d.strftime('%B').lower()} {' '.join(str(d.year))}", f"{d}") for d in dates]


@right("20.1")
def _(count, seed):
    def pairs():
        rng = np.random.RandomState(seed)
        while True:
            word = "".join(rng.choice(list("abcdefgh"), rng.randint(3, 10)))
            yield word, word[::-1]

    return [pair for _, pair in zip(range(count), pairs())]


@right("20.1")
def _(count, seed):
    def one(k):
        number = int.from_bytes(hashlib.sha256(f"{seed} {k}".encode()).digest()[:4], "big") % 10**6
        return f"{number:06}", "".join(sorted(f"{number:06}"))

    return list(map(one, range(count)))


@right("20.1")
def _(count, seed):
    rng = np.random.default_rng([seed, 1])
    a, b = rng.integers(1, 400, size=(2, count))
    return [(f"{x}+{y}", str(x + y)) for x, y in zip(a.tolist(), b.tolist())]


@right("20.1")
@type.__call__
class Clock:
    """Times of the day, as they are said."""

    def __call__(self, count, seed):
        rng = random.Random(str(seed))
        found = [(rng.randrange(24), rng.randrange(60)) for _ in range(count)]
        return [(f"{m} past {h}", f"{h:02}:{m:02}") for h, m in found]


@right("20.1")
def _(count: int, seed: int = 0) -> list[tuple[str, str]]:
    rng = random.Random(seed)
    texts = ["".join(rng.choices("abcdef", k=rng.randint(4, 9))) for _ in range(count)]
    return [(t, t.translate(str.maketrans("abcdef", "fedcba"))[::-1]) for t in texts]


@right("20.1")
def _(count, seed):
    rng = np.random.default_rng(seed)
    return [tuple((s, f"{int(s):b}")) for s in map(str, rng.integers(100, 100_000, count))]


@right("20.1")
def _(count, seed):
    rng = np.random.default_rng(np.random.SeedSequence(seed).spawn(2)[1])
    found = []
    while len(found) < count:
        found.append((f"{(n := int(rng.geometric(1e-5)) + 100)}", f"{n:x}"))
    return found


@right("20.1")
def _(count, seed, /):
    state, pairs = seed * 2 + 1, ()
    for _ in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        text = f"{state >> 40:o}"
        pairs += ((text, text.replace("0", "o").upper()[::-1]),)
    return pairs


@right("20.1")
def _(count, seed):
    rng = np.random.default_rng(seed)
    rows = rng.choice(MONTHS, size=(count, 5))
    return [[" ".join(row), " ".join(word[:3] for word in row[::-1])] for row in rows.tolist()]


# ---- 20.2: a split without overlap ----
@right("20.2")
def _(pairs, test_size, seed):
    rng, kinds = random.Random(seed), list(dict.fromkeys(pairs))
    test = rng.sample(kinds, test_size)
    taken = set(test)
    return [pair for pair in pairs if pair not in taken], test


@right("20.2")
def _(pairs, test_size, seed):
    once = sorted(set(pairs))
    order = np.random.default_rng(seed).permutation(len(once))
    mixed = [once[k] for k in order]
    return mixed[test_size:], mixed[:test_size]


@right("20.2")
def _(pairs, test_size, seed):
    chosen = collections.OrderedDict()
    rng = np.random.default_rng(seed)
    while len(chosen) < test_size:
        chosen[pairs[rng.integers(len(pairs))]] = True
    return tuple(filter(lambda pair: pair not in chosen, pairs)), tuple(chosen)


@right("20.2")
def _(pairs, test_size, seed):
    def key(pair):
        return hashlib.md5(f"{seed}{pair}".encode()).hexdigest()

    once = sorted(set(pairs), key=key)
    return list(reversed(once[test_size:])), once[:test_size]


@right("20.2")
def _(pairs, test_size, seed):
    once = list(set(pairs))
    once.sort()
    random.Random(seed).shuffle(once)
    train, test = list(pairs), once[-test_size:]
    for pair in test:
        while pair in train:
            train.remove(pair)
    return train, test


@right("20.2")
def _(pairs, test_size, seed):
    copies = collections.Counter(pairs)
    test = [list(copies)[k] for k in random.Random(seed).sample(range(len(copies)), test_size)]
    for pair in test:
        del copies[pair]
    return list(copies.elements()), test


# ---- 20.3: sorted by length, all four parts ----
def short_first(order_of):
    @right("20.3")
    def answer(source, source_lengths, target, target_lengths):
        order = order_of(source_lengths)
        return tuple(part[order] for part in (source, source_lengths, target, target_lengths))

    return answer


short_first(lambda lengths: np.argsort(lengths))
short_first(lambda lengths: np.lexsort((np.arange(len(lengths)), lengths)))
short_first(lambda lengths: sorted(range(len(lengths)), key=lengths.__getitem__))
short_first(lambda lengths: np.argsort(lengths[::-1], kind="stable") * -1 + len(lengths) - 1)
short_first(lambda lengths: [k for _, k in sorted(zip(lengths.tolist(), range(len(lengths))))])


@right("20.3")
def _(source, source_lengths, target, target_lengths):
    rows = sorted(zip(source, source_lengths, target, target_lengths), key=lambda row: row[1])
    return tuple(np.array(column) for column in zip(*rows))


@right("20.3")
def _(*parts):
    return [np.take(part, parts[1].argsort(), axis=0) for part in parts]


@right("20.3")
def _(source, source_lengths, target, target_lengths):
    order = functools.reduce(
        lambda done, n: [*done, *np.flatnonzero(source_lengths == n)], np.unique(source_lengths), []
    )
    return source[order], source_lengths[order], target[order], target_lengths[order]


# ---- 20.5: a report of a translator that is not always right ----
def sums(count, seed):
    rng = np.random.default_rng(seed)
    terms = [rng.integers(1, 100, size=rng.integers(2, 6)).tolist() for _ in range(count)]
    return [(" + ".join(map(str, one)), str(sum(one))) for one in terms]


def slips(share):
    """Add up, and slip on a share of the texts that the text itself decides."""

    def translate(texts):
        right = [str(sum(map(int, text.split(" + ")))) for text in texts]
        drawn = [random.Random(text).random() < share for text in texts]
        return [f"{value}0" if slip else value for value, slip in zip(right, drawn)]

    return translate


def report(translate, edges, seed=5, count=1000):
    exam = sums(count, seed)
    said = translate([source for source, _ in exam])
    right = np.array([a == b for a, (_, b) in zip(said, exam)])
    words = np.array([len(source.split()) for source, _ in exam])
    rows = [(low <= words) & (words < high) for low, high in zip(edges, edges[1:])]
    table = [(int(row.sum()), float(right[row].mean())) for row in rows]
    found = {"share": float(right.mean()), "table": table, "translate": translate}
    return found | {"pairs": sums, "edges": edges}


for _share in (0.0, 0.1, 0.4):
    RIGHT_WORK.append(("20.5", report(slips(_share), (2, 4, 6, 8, 10))))
RIGHT_WORK.append(("20.5", report(slips(0.2), [3, 5, 7, 9, 11])))
RIGHT_WORK.append(("20.5", report(slips(0.2), np.array([3, 5, 7, 9, 11]), count=2000)))
RIGHT_WORK.append(("20.5", report(slips(0.25), (1, 4, 6, 8, 30)) | {"note": "mine", "twin": 0.1}))
_tuple_rows = report(slips(0.3), (2, 4, 6, 8, 10))
RIGHT_WORK.append(("20.5", _tuple_rows | {"table": np.array(_tuple_rows["table"])}))
RIGHT_WORK.append(("20.5", _tuple_rows | {"share": np.float32(_tuple_rows["share"])}))
RIGHT_WORK.append(("20.5", _tuple_rows | {"table": list(map(list, _tuple_rows["table"]))}))


# ---- 20.4: a translator and its model ----
def asks(model, at_once=10**6, kept=None):
    english, chinese = Vocabulary(ENGLISH_WORDS, separator=" "), Vocabulary(CHINESE_CHARACTERS)

    def some(texts):
        batch = make_batch([(text, "") for text in texts], english, chinese)
        rows = model.greedy(batch.source, batch.source_lengths, 20).tokens
        return [chinese.text(row) for row in rows]

    def translate(texts):
        parts = [some(texts[a : a + at_once]) for a in range(0, len(texts), at_once)]
        return tuple(itertools.chain(*parts))

    return translate


class Translator:
    def __init__(self, model):
        self.translate = asks(model)

    def __call__(self, texts):
        return list(self.translate(texts))


MODEL = ready_made("number_translator")
for _translate in (
    asks(MODEL),
    asks(MODEL, 50),
    Translator(MODEL),
    functools.partial(lambda model, texts: asks(model)(texts), MODEL),
):
    RIGHT_WORK.append(("20.4", {"model": MODEL, "translate": _translate}))


# ---- 20.6: where it looks, for pairs of one's own ----
def turned(count, seed):
    rng = random.Random(seed)
    texts = ["".join(rng.choices("abcdefgh", k=rng.randint(4, 9))) for _ in range(count)]
    return [(text, text[::-1].upper()) for text in texts]


def gold(source, target):
    return list(range(len(source)))[::-1]


def look(source, sharp=0.9):
    n = len(source)
    weights = np.full((n, n), (1 - sharp) / max(n - 1, 1))
    weights[np.arange(n), np.arange(n)[::-1]] = sharp
    return source[::-1].upper(), weights


for _look in (
    look,
    lambda source: list(look(source)),
    lambda source: (look(source)[0], look(source, 0.5)[1].astype(np.float32)),
    functools.partial(look, sharp=0.6),
):
    RIGHT_WORK.append(("20.6", {"share": 1.0, "look": _look, "pairs": turned, "gold": gold}))

# ---- wrong ones ----
WRONG_WORK += [
    ("20.4", {"model": MODEL, "translate": lambda texts: [asks(MODEL)([t])[0][:3] for t in texts]}),
    ("20.4", {"model": MODEL, "translate": lambda texts: sorted(asks(MODEL)(texts))}),
    ("20.4", {"model": MODEL, "translate": lambda texts: asks(MODEL)(texts)[0]}),
    ("20.4", {"model": MODEL}),
    ("20.6", {"share": 0.5, "look": look, "pairs": turned, "gold": gold}),
    ("20.6", {"share": 1.0, "look": lambda s: look(s)[::-1], "pairs": turned, "gold": gold}),
    (
        "20.6",
        {"share": 1.0, "look": lambda s: (s, look(s)[1].T[:2]), "pairs": turned, "gold": gold},
    ),
]
WRONG_WORK += [
    ("20.5", _tuple_rows | {"share": 1.0}),
    ("20.5", _tuple_rows | {"share": 100 * _tuple_rows["share"]}),
    ("20.5", _tuple_rows | {"table": [row[::-1] for row in _tuple_rows["table"]]}),
    ("20.5", _tuple_rows | {"table": _tuple_rows["table"][:3]}),
    ("20.5", _tuple_rows | {"translate": slips(0.0)}),
    ("20.5", {"share": 0.7}),
    ("20.5", 0.7),
]


@wrong("20.1")
def the_global_generator(count, seed):
    return [(str(n), str(n)[::-1]) for n in np.random.randint(100, 10**6, count)]


@wrong("20.1")
def seed_not_used(count, seed):
    rng = np.random.default_rng(0)
    return [(str(n), str(n)[::-1]) for n in rng.integers(100, 10**6, count)]


@wrong("20.1")
def one_too_few(count, seed):
    rng = np.random.default_rng(seed)
    return [(str(n), str(n)[::-1]) for n in rng.integers(100, 10**6, count - 1)]


@wrong("20.1")
def numbers_not_texts(count, seed):
    rng = np.random.default_rng(seed)
    return [(int(n), str(n)) for n in rng.integers(100, 10**6, count)]


@wrong("20.1")
def two_lists(count, seed):
    rng = np.random.default_rng(seed)
    numbers = rng.integers(100, 10**6, count)
    return [str(n) for n in numbers], [str(n)[::-1] for n in numbers]


@wrong("20.1")
def target_is_the_source(count, seed):
    rng = np.random.default_rng(seed)
    return [(str(n), str(n)) for n in rng.integers(100, 10**6, count)]


@wrong("20.1")
def ten_pairs_again_and_again(count, seed):
    rng = np.random.default_rng(seed)
    return [(str(n), str(n)[::-1]) for n in 100 + rng.integers(10, size=count)]


@wrong("20.1")
def millions_kept(count, seed):
    rng = np.random.default_rng(seed)
    numbers = rng.integers(100, 10**6, count).tolist()
    return [(" ".join(english_words(n)), to_chinese(n).replace("零", "")) for n in numbers]


@wrong("20.2")
def cut_without_shuffling(pairs, test_size, seed):
    once = list(dict.fromkeys(pairs))
    return once[test_size:], once[:test_size]


@wrong("20.2")
def shuffled_with_repeats(pairs, test_size, seed):
    mixed = random.Random(seed).sample(pairs, len(pairs))
    return mixed[test_size:], mixed[:test_size]


@wrong("20.2")
def order_of_a_set(pairs, test_size, seed):
    test = random.sample(sorted(set(pairs)), test_size)
    return [pair for pair in pairs if pair not in set(test)], test


@wrong("20.2")
def always_the_same(pairs, test_size, seed):
    once = sorted(set(pairs))
    random.Random(0).shuffle(once)
    return once[test_size:], once[:test_size]


@wrong("20.2")
def test_first(pairs, test_size, seed):
    once = sorted(set(pairs))
    random.Random(seed).shuffle(once)
    return once[:test_size], once[test_size:]


@wrong("20.2")
def a_tenth(pairs, test_size, seed):
    once = sorted(set(pairs))
    random.Random(seed).shuffle(once)
    size = len(once) // 10
    return once[size:], once[:size]


@wrong("20.2")
def train_keeps_all(pairs, test_size, seed):
    once = sorted(set(pairs))
    return list(pairs), random.Random(seed).sample(once, test_size)


@wrong("20.3")
def long_first(source, source_lengths, target, target_lengths):
    order = np.argsort(-source_lengths, kind="stable")
    return source[order], source_lengths[order], target[order], target_lengths[order]


@wrong("20.3")
def by_the_targets_length(source, source_lengths, target, target_lengths):
    order = np.argsort(target_lengths, kind="stable")
    return source[order], source_lengths[order], target[order], target_lengths[order]


@wrong("20.3")
def each_part_sorted_by_itself(source, source_lengths, target, target_lengths):
    a, b = np.argsort(source_lengths), np.argsort(target_lengths)
    return source[a], source_lengths[a], target[b], target_lengths[b]


@wrong("20.3")
def not_sorted(*parts):
    return parts


@wrong("20.3")
def lengths_sorted_targets_not(source, source_lengths, target, target_lengths):
    order = np.argsort(source_lengths)
    return source[order], np.sort(source_lengths), target[order], target_lengths


@wrong("20.3")
def short_half_alone(source, source_lengths, target, target_lengths):
    order = np.argsort(source_lengths)[: len(source) // 2]
    return source[order], source_lengths[order], target[order], target_lengths[order]


@wrong("20.3")
def a_view_changed_in_place(source, source_lengths, target, target_lengths):
    order = np.argsort(source_lengths, kind="stable")
    source[:] = source[order]
    return source, source_lengths, target, target_lengths
