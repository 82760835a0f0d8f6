"""When a question comes back: spaced repetition, each review after a longer pause than the last.

The scheduler is FSRS, from its own library (Ye, Su and Cao 2022, "A stochastic shortest path
algorithm for optimizing spaced repetition scheduling", KDD). Only the answers are kept, each with
its time; the schedule is worked out from them anew, so that no file depends on a release of FSRS.
"""

import functools
from datetime import UTC, datetime

RETENTION = 0.9  # asked again when about one in ten would have forgotten it


def due_on(reviews):
    """Return the day, in local time, on which a question comes back.

    reviews : [(time in ISO format, whether the answer was right), …], at least one, the first
    first. Raises ValueError for a time that is none.
    """
    from fsrs import Card, Rating

    card = Card(card_id=0)
    for when, right in reviews:
        rating = Rating.Good if right else Rating.Again
        card, _ = _scheduler().review_card(card, rating, _moment(when))
    return card.due.astimezone().date()


@functools.cache
def _scheduler():
    from fsrs import Scheduler  # here, so that a lesson without a review does not load it

    # A course is visited once a day at most: no steps of minutes. No chance: the day is told.
    steps = {"learning_steps": (), "relearning_steps": ()}
    return Scheduler(desired_retention=RETENTION, enable_fuzzing=False, **steps)


def _moment(when):
    moment = datetime.fromisoformat(when)
    return moment.astimezone(UTC)


def now():
    """Return this moment as text, as `due_on` reads it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
