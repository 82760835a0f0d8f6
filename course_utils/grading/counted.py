"""Counts in sentences: 1 point, 2 points, 1.5 points."""


def counted(number: float | str, one: str, many: str = "") -> str:
    """Return a number with what it counts, "1 day" and "2 days"; many : where it is not one + s."""
    text = number if isinstance(number, str) else f"{number:.6g}"
    return f"{text} {one if text == '1' else many or one + 's'}"
