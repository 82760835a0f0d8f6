"""The course test: twelve questions, one idea each, asked before the course and again after it.

Checks record them and tell nothing; `course_test` tells the reasons, after the second time.
"""

from course_utils.checks.exercises import ChoiceExercise

NO_HINTS = (
    "A test gives no hints: which answer seems best to you?",
    "A guess is an answer too. Put one of the letters: ____",
)


def _item(number, title, right, reasons):
    return ChoiceExercise(
        id=f"course.{number}",
        title=title,
        points=0,
        right=right,
        reasons=reasons,
        hints=NO_HINTS,
        silent=True,
    )


EXERCISES = (
    _item(
        1,
        "what a key is for",
        "c",
        {
            "a": "What is being looked for is the query.",
            "b": "What is handed over is the value.",
            "c": "Yes: each key meets the query, and they make a score.",
            "d": "Hiding is done by a mask. A key is there to be found.",
        },
    ),
    _item(
        2,
        "what comes back",
        "a",
        {
            "a": "Yes: all values are mixed, each by its weight.",
            "b": "To find one item is hard lookup. Attention mixes all of them.",
            "c": "Nothing is skipped: every key is scored, every weight is above 0.",
            "d": "Nothing is drawn: the weights are shares of a mix.",
        },
    ),
    _item(
        3,
        "what sums to 1",
        "b",
        {
            "a": "A column tells how much a key was used, by all queries. That may be any number.",
            "b": "Yes: each query shares itself out over the keys.",
            "c": "The whole table sums to 4: each of its 4 rows to 1.",
            "d": "4 rows of sum 1 make 4. 6 columns of sum 1 would make 6.",
        },
    ),
    _item(
        4,
        "a query's part and a key's part",
        "d",
        {
            "a": "The query's number is added to every score of its row, and softmax cancels it.",
            "b": "What a query adds is the same for every key: it prefers none.",
            "c": "The keys decide alone here, and they are the same for both queries.",
            "d": "Yes: a number added to all scores changes no share. This is rule 1.",
        },
    ),
    _item(
        5,
        "what the bend is for",
        "b",
        {
            "a": "tanh runs from −1 to 1: scores below 0 are common, and no problem.",
            "b": "Yes: after the bend, what a query adds depends on the key. This is rule 2.",
            "c": "Softmax does that, for scores of any kind.",
            "d": "It takes more time: one tanh for every pair and unit.",
        },
    ),
    _item(
        6,
        "why √d",
        "d",
        {
            "a": "Softmax makes them sum to 1, whatever the scores are.",
            "b": "√d has to do with the width of a key, not with how many keys there are.",
            "c": "A mean would be divided by d. The spread of such a sum grows with √d.",
            "d": "Yes: the sums spread by √d, and softmax of far-apart scores is all or nothing.",
        },
    ),
    _item(
        7,
        "three roles of one word",
        "a",
        {
            "a": "Yes: one source, three learned projections.",
            "b": "Then nearly every word would look at itself: x · x is the largest score.",
            "c": "Neighbours play no special part: order is not even seen.",
            "d": "There is one sentence, and it plays all three parts.",
        },
    ),
    _item(
        8,
        "a rule and its layer",
        "c",
        {
            "a": "No words are stored: weights are computed anew for each input.",
            "b": "Weights come from the words, so they fit sentences of any length.",
            "c": "Yes: the dot product has nothing to learn; the matrices around it do.",
            "d": "Scores are computed, not kept.",
        },
    ),
    _item(
        9,
        "what the decoder gets",
        "b",
        {
            "a": "That is the model without attention, and its bottleneck.",
            "b": "Yes: a context of its own for each word that it writes.",
            "c": "That would be hard attention. Here all are mixed, some with little weight.",
            "d": "The source is read once; its vectors are kept, and mixed anew.",
        },
    ),
    _item(
        10,
        "hiding empty places",
        "d",
        {
            "a": "exp(0) is 1: a score of 0 still gets a share.",
            "b": "Then the rest no longer sums to 1.",
            "c": "A vector of zeros gives scores of 0, and exp(0) is 1.",
            "d": "Yes: exp(−∞) is exactly 0, and softmax shares out the rest.",
        },
    ),
    _item(
        11,
        "what it costs",
        "a",
        {
            "a": "Yes: n / 6d = 30 / 6,000. Length counts against width.",
            "b": "30 % comes out for 1,800 words of that width.",
            "c": "That takes 6,000 words: n / 6d = 1.",
            "d": "Every word meets every word, but each meeting is cheap beside 6 d² a step.",
        },
    ),
    _item(
        12,
        "what a large weight says",
        "c",
        {
            "a": "It may be. A weight says what was mixed; a reason needs a test.",
            "b": "Take it away and see: some models do not change their answer.",
            "c": "Yes: a weight is a share of a mix, and says no more.",
            "d": "A weight is no probability that an answer is right.",
        },
    ),
)
