"""The course test: twelve questions, one idea each, asked before the course and again after it.

Checks record them and tell nothing; `course_test` tells the reasons, after the second time.
"""

from course_utils.checks.declare import Sheet

NO_HINTS = (
    "A test gives no hints: which answer seems best to you?",
    "A guess is an answer too. Put one of the letters: ____",
)

sheet = Sheet("course", choices={"points": 0, "silent": True, "hints": NO_HINTS})

sheet.choice(
    "course.1",
    "what a key is for",
    asks="""
    Attention works with three kinds of vectors: queries 查询, keys 键 and values 值. What is a
    key for?
    """,
    letter="c",
    options={
        "a": ("to say what is being looked for", "What is being looked for is the query."),
        "b": ("to be handed over as the answer", "What is handed over is the value."),
        "c": (
            "to be compared with a query",
            "Yes: each key meets the query, and they make a score.",
        ),
        "d": (
            "to lock what must not be seen",
            "Hiding is done by a mask. A key is there to be found.",
        ),
    },
)

sheet.choice(
    "course.2",
    "what comes back",
    asks="""
    A search engine shows the best hit first. What does attention hand over for a query?
    """,
    letter="a",
    options={
        "a": (
            "a mix of all items, more of those that fit",
            "Yes: all values are mixed, each by its weight.",
        ),
        "b": (
            "the one item that fits best, found faster",
            "To find one item is hard lookup. Attention mixes all of them.",
        ),
        "c": (
            "the few items that fit, the rest skipped",
            "Nothing is skipped: every key is scored, every weight is above 0.",
        ),
        "d": (
            "one item, drawn by chance from those that fit",
            "Nothing is drawn: the weights are shares of a mix.",
        ),
    },
)

sheet.choice(
    "course.3",
    "what sums to 1",
    asks="""
    4 queries meet 6 keys: a table of scores, a row for each query, a column for each key.
    Softmax turns the scores into shares above 0, which sum to 1. What is it that sums to 1
    here?
    """,
    letter="b",
    options={
        "a": (
            "each column",
            "A column tells how much a key was used, by all queries. That may be any number.",
        ),
        "b": ("each row", "Yes: each query shares itself out over the keys."),
        "c": ("the whole table", "The whole table sums to 4: each of its 4 rows to 1."),
        "d": (
            "each row and each column",
            "4 rows of sum 1 make 4. 6 columns of sum 1 would make 6.",
        ),
    },
)

sheet.choice(
    "course.4",
    "a query's part and a key's part",
    asks="""
    A score is the sum of two numbers: one computed from the query alone, one from the key
    alone. All queries meet the same keys, and softmax turns the scores of each query into
    shares. Do the shares of two queries differ?
    """,
    letter="d",
    options={
        "a": (
            "yes, as much as the two queries do",
            "The query's number is added to every score of its row, and softmax cancels it.",
        ),
        "b": (
            "yes, for each prefers other keys",
            "What a query adds is the same for every key: it prefers none.",
        ),
        "c": (
            "only if the keys are all different",
            "The keys decide alone here, and they are the same for both queries.",
        ),
        "d": (
            "no, both get the very same shares",
            "Yes: a number added to all scores changes no share. This is rule 1.",
        ),
    },
)

sheet.choice(
    "course.5",
    "what the bend is for",
    asks="""
    Now a score is made of many such sums. Each is bent by a curve, tanh: steep in the
    middle, flat at both ends. Then they are added up. What is the bend for?
    """,
    letter="b",
    options={
        "a": (
            "it keeps all the scores above 0",
            "tanh runs from −1 to 1: scores below 0 are common, and no problem.",
        ),
        "b": (
            "it lets queries prefer other keys",
            "Yes: after the bend, what a query adds depends on the key. This is rule 2.",
        ),
        "c": ("it makes the shares sum to 1", "Softmax does that, for scores of any kind."),
        "d": (
            "it saves time in computing the scores",
            "It takes more time: one tanh for every pair and unit.",
        ),
    },
)

sheet.choice(
    "course.6",
    "why √d",
    asks="""
    A score is the dot product of two vectors of d numbers: d products, added up. Then it is
    divided by √d. What happens for large d without that?
    """,
    letter="d",
    options={
        "a": (
            "the shares do not sum to 1 any more",
            "Softmax makes them sum to 1, whatever the scores are.",
        ),
        "b": (
            "a longer list of keys gets less",
            "√d has to do with the width of a key, not with how many keys there are.",
        ),
        "c": (
            "the sum is not a mean any more",
            "A mean would be divided by d. The spread of such a sum grows with √d.",
        ),
        "d": (
            "one key gets nearly all the share",
            "Yes: the sums spread by √d, and softmax of far-apart scores is all or nothing.",
        ),
    },
)

sheet.choice(
    "course.7",
    "three roles of one word",
    asks="""
    In self-attention 自注意力 the words of one sentence look at each other. Where do queries,
    keys and values come from?
    """,
    letter="a",
    options={
        "a": (
            "from each word, by three different matrices",
            "Yes: one source, three learned projections.",
        ),
        "b": (
            "from each word: all three are its own vector",
            "Then nearly every word would look at itself: x · x is the largest score.",
        ),
        "c": (
            "from each word and its two neighbours",
            "Neighbours play no special part: order is not even seen.",
        ),
        "d": (
            "from three sentences that say the same thing",
            "There is one sentence, and it plays all three parts.",
        ),
    },
)

sheet.choice(
    "course.8",
    "a rule and its layer",
    asks="""
    A rule turns a query and a key into a score, for example by their dot product. A network
    puts it into a layer. What does the layer add that is learned?
    """,
    letter="c",
    options={
        "a": (
            "a list of words that belong together",
            "No words are stored: weights are computed anew for each input.",
        ),
        "b": (
            "a weight for each place in a sentence",
            "Weights come from the words, so they fit sentences of any length.",
        ),
        "c": (
            "matrices for queries, keys and values",
            "Yes: the dot product has nothing to learn; the matrices around it do.",
        ),
        "d": ("a score for each pair of words it has met", "Scores are computed, not kept."),
    },
)

sheet.choice(
    "course.9",
    "what the decoder gets",
    asks="""
    A translator with attention reads a sentence and keeps a vector for each word. What does
    it get from them for each word that it writes?
    """,
    letter="b",
    options={
        "a": (
            "one vector, the same for all its words",
            "That is the model without attention, and its bottleneck.",
        ),
        "b": (
            "a new mix of all the source's vectors",
            "Yes: a context of its own for each word that it writes.",
        ),
        "c": (
            "the vector of the one word that fits",
            "That would be hard attention. Here all are mixed, some with little weight.",
        ),
        "d": (
            "all the words, read once more each time",
            "The source is read once; its vectors are kept, and mixed anew.",
        ),
    },
)

sheet.choice(
    "course.10",
    "hiding empty places",
    asks="""
    A short sentence is filled up with empty places. They must get no share, and the shares
    of the real words must sum to 1. What works?
    """,
    letter="d",
    options={
        "a": (
            "set their scores to 0, then softmax",
            "exp(0) is 1: a score of 0 still gets a share.",
        ),
        "b": ("softmax, then set their shares to 0", "Then the rest no longer sums to 1."),
        "c": (
            "set their vectors to 0, then score",
            "A vector of zeros gives scores of 0, and exp(0) is 1.",
        ),
        "d": (
            "set their scores to −∞, then softmax",
            "Yes: exp(−∞) is exactly 0, and softmax shares out the rest.",
        ),
    },
)

sheet.choice(
    "course.11",
    "what it costs",
    asks="""
    A translator is 1,000 numbers wide and turns 30 words into 30. Attention by dot products
    is added to it. How much more is there to compute?
    """,
    letter="a",
    options={
        "a": ("about 0.5 % more", "Yes: n / 6d = 30 / 6,000. Length counts against width."),
        "b": ("about 30 % more", "30 % comes out for 1,800 words of that width."),
        "c": ("about twice as much", "That takes 6,000 words: n / 6d = 1."),
        "d": (
            "about 30 times as much",
            "Every word meets every word, but each meeting is cheap beside 6 d² a step.",
        ),
    },
)

sheet.choice(
    "course.12",
    "what a large weight says",
    asks="""
    A model calls a review good. 90 % of its attention lies on the word “music”. What is
    certain?
    """,
    letter="c",
    options={
        "a": (
            "“music” is the reason for its answer",
            "It may be. A weight says what was mixed; a reason needs a test.",
        ),
        "b": (
            "without “music” it would not say so",
            "Take it away and see: some models do not change their answer.",
        ),
        "c": (
            "90 % of what it mixed is from “music”",
            "Yes: a weight is a share of a mix, and says no more.",
        ),
        "d": (
            "its answer is right with 90 %",
            "A weight is no probability that an answer is right.",
        ),
    },
)
