"""How often predictions came true, by how sure the learner was of them: a small picture."""

from course_utils.learning.predictions import CONFIDENCE
from course_utils.plots.drawings import QUERY, bar, label, svg

LINE = 28  # pixels from one bar to the next


def judged(entries):
    """Count by confidence the predictions that a run has judged, {confidence: (right, all)}.

    entries : those of a progress file. Predictions of older editions, which kept no verdict, and
    skipped ones do not count.
    """
    counts = dict.fromkeys(CONFIDENCE, (0, 0))
    for entry in entries:
        sure, right = entry.get("confidence"), entry.get("right")
        if entry["kind"] == "prediction" and sure in counts and isinstance(right, bool):
            counts[sure] = counts[sure][0] + right, counts[sure][1] + 1
    return counts


def calibration(entries):
    """Return the picture and the same in words, as HTML; "" before anything was judged."""
    counts = judged(entries)
    if not any(of for _, of in counts.values()):
        return ""
    lines = [
        bar(8, 54 + LINE * i, sure, right / max(of, 1), _share(right, of), QUERY, 100, 200)
        for i, (sure, (right, of)) in enumerate(counts.items())
    ]
    heading = label(12, 22, "How often it came true, by how sure you were", font_weight="bold")
    said = "; ".join(f"{sure}: {_share(*count)}" for sure, count in counts.items())
    picture = svg(480, 54 + LINE * len(counts), "Your predictions", said, heading, *lines)
    return (
        f"{picture}<p>The surer you are, the longer the bar should be. A bar of 100 % beside "
        "“a guess” is luck, a short one beside “certain” is worth a second look.</p>"
    )


def _share(right, of):
    return f"{right} of {of} ({100 * right / of:.0f} %)" if of else "none yet"
