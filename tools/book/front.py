"""The front page: its text, with what the claims' table and the folder of lessons say today."""

import re
from string import Template

# One row of each kind of verdict, from different lessons.
SHOWN = ("1", "4", "8", "25")
KINDS = {
    "true, some of them with an addition": r"true",
    "imprecise or half true": r"imprecise|half true|(it )?depends",
    "wrong": r"wrong|about people",
}


def front_page(template, claims, lessons):
    """template : docs/site/index.md.  claims : docs/claims.md.  lessons : the stems of lessons."""
    rows = table(claims)
    numbered = [stem for stem in lessons if re.match(r"\d\d_", stem)]
    return Template(template).substitute(
        lessons=len(numbered), verdicts=verdicts(rows), claims=sample(rows)
    )


def table(claims):
    """The rows of the first table, the article's claims, each a list of its five cells."""
    article = claims.split("\n## ")[0]
    lines = [line for line in article.splitlines() if line.startswith("|")][2:]
    return [[part.strip() for part in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def verdicts(rows):
    """How many rows have each kind of verdict, in a sentence."""
    counts = {
        kind: sum(bool(re.match(start, row[2])) for row in rows) for kind, start in KINDS.items()
    }
    said = "; ".join(f"{count} {kind}" for kind, count in counts.items() if count)
    return f"So far {len(rows)} tests have a verdict: {said}."


def sample(rows):
    """A few rows as a table: what is said, the verdict, what the cells show."""
    head = "| the article says | verdict | what the cells show |\n|---|---|---|\n"
    first = {row[0]: row for row in reversed(rows)}
    chosen = [" | ".join(first[claim][1:4]) for claim in SHOWN if claim in first]
    return head + "\n".join(f"| {row} |" for row in chosen)
