"""What every scoring rule shares, and what its class says of itself."""

from inspect import signature

import numpy as np

from course_utils.layers import Layer, as_float, check_gradient, check_last_axis

BOTH = ("queries", "keys")


class Score(Layer):
    """What the rules share: a check of the shapes, and keys prepared once for many queries.

    A rule defines `compare`, `backward` and, where part of the work depends on the keys alone,
    `prepare`: a decoder that asks step by step prepares its keys only once. The rest of the
    course knows a rule by what its class says of itself:

    name : what menus and tests call it.  number : of the article's rule, or None.
    variants : {what a table of results calls it: options of the constructor}, a row for each.
    sees : what its weights depend on.  equal_widths : whether keys must be as wide as queries.
    macs : its multiply-adds, counted.
    """

    name, number, variants = None, None, {}
    sees, equal_widths = BOTH, False

    def __init__(self, own=None, **settings):
        super().__init__(own)
        self.settings = settings  # what rebuilds the rule: type(rule)(**rule.settings)

    @classmethod
    def for_width(
        cls,
        width,
        key_size=None,
        hidden_size=None,
        max_length=None,
        rng=None,
        dtype=np.float32,
        **options,
    ):
        """Return the rule for queries `width` wide: its constructor, with each size said once.

        Keys and hidden layer are as wide, unless they are given. The names of the constructor's
        arguments say which of all this a rule has; `options` are its own.
        """
        offered = {
            "query_size": width,
            "key_size": width if key_size is None else key_size,
            "hidden_size": width if hidden_size is None else hidden_size,
            "max_length": max_length,
            "rng": rng,
            "dtype": dtype,
        }
        known = signature(cls).parameters
        fitting = {name: value for name, value in offered.items() if name in known}
        return cls(**fitting, **options)

    @classmethod
    def macs(cls, n, m, width, hidden):
        """Count the multiply-adds of n queries and m keys `width` wide: {"projections", "scores"}.

        hidden : width of a hidden layer, where there is one.
        """
        raise NotImplementedError(f"define macs in {cls.__name__}, which counts its multiply-adds")

    def __call__(self, queries, keys):
        """Return scores (..., n, m) without a cache. Raises ValueError where sizes do not fit."""
        queries, keys = self.check(queries, keys)
        return self.compare(queries, self.prepare(keys))

    def forward(self, queries, keys):
        """Return (scores, cache)."""
        queries, keys = self.check(queries, keys)
        return self.compare(queries, self.prepare(keys)), (queries, keys)

    def prepare(self, keys):
        """Do the part of the work that depends on the keys alone."""
        return keys

    def newest(self, queries, keys):
        """Return scores of queries that stand where the last keys do: (..., n, m) with n ≤ m."""
        return self.compare(queries, self.prepare(keys))

    def check(self, queries, keys):
        """Return queries and keys as floats of one dtype. Raises ValueError unless they fit."""
        queries, keys = as_float(queries), as_float(keys)
        if queries.ndim < 2 or keys.ndim < 2 or queries.shape[:-2] != keys.shape[:-2]:
            raise ValueError(
                f"queries and keys must be (..., n, query_size) and (..., m, key_size) with the "
                f"same leading axes, got {queries.shape} and {keys.shape}: add or repeat an axis"
            )
        if "query_size" in self.settings:
            check_last_axis(queries, self.settings["query_size"], "queries")
        if "key_size" in self.settings:
            check_last_axis(keys, self.settings["key_size"], "keys")
        if self.equal_widths and queries.shape[-1] != keys.shape[-1]:
            raise ValueError(
                f"queries and keys must be equally wide for a dot product, got "
                f"{queries.shape[-1]} and {keys.shape[-1]}: project one, or use GeneralScore"
            )
        dtype = np.result_type(queries, keys)
        return queries.astype(dtype, copy=False), keys.astype(dtype, copy=False)

    def check_back(self, d_scores, queries, keys):
        """Raise ValueError unless there is a gradient for each score."""
        check_gradient(d_scores, (*queries.shape[:-1], keys.shape[-2]), "d_scores")


def check_score(score):
    """Raise TypeError unless `score` is a rule."""
    if not isinstance(score, Score):
        raise TypeError(
            f"score must be a rule such as DotScore(), got {score!r:.60}: "
            f"write the parentheses, and pass a mask as mask=…"
        )
