"""A question as its sheet shows it, from its declaration: heading, words, and what is listed."""

import textwrap

LISTED = "{listed}"  # where options or lines stand, if not at the end


def question(exercise):
    """Return the Markdown of an exercise's cell in its sheet."""
    asks, listed = textwrap.dedent(exercise.asks).strip("\n"), exercise.listed()
    if listed and LISTED not in asks:
        asks = f"{asks}\n\n{LISTED}"
    return f"## {exercise.id} {_heading(exercise)}\n\n{asks.replace(LISTED, listed)}"


def _heading(exercise):
    """Write an exercise's title, and what it counts in class."""
    title = exercise.title[0].upper() + exercise.title[1:]
    return f"{title} ({worth})" if (worth := _worth_of(exercise)) else title


def _worth_of(exercise):
    """Say what an exercise counts, in words; nothing for what is only recorded."""
    if exercise.by_hand:
        return "your teacher reads this one"
    if not exercise.points:
        return ""
    return "1 point" if exercise.points == 1 else f"{exercise.points:g} points"
