"""Class grading: student code never meets the tests. See `--help`."""


class GradingError(Exception):
    """Why a class cannot be graded, in one sentence for the teacher."""
