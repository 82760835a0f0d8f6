"""What a page says and has only where it is live: not on paper, and not in an EPUB."""

import re

# [what a page of the site has, what stands for it].
INSTEAD = (
    (re.compile(r"Predictions and quizzes answer on this page\.\s*"), ""),
    (re.compile(r"Answer here, or in JupyterLab"), "How to answer"),
    (
        re.compile(r"The cards answer on this page, and keep your answers in this browser\."),
        "On paper; or on the web and in JupyterLab, where the cards are live.",
    ),
    (re.compile(r"are folded below\b"), "stand below"),
    (re.compile(r"is folded below\b"), "stands below"),
    # Controls and missions of an explorer, and its line for what they reach.
    (re.compile(r'<div class="explorer-live".*?(?=<div class="explorer-picture")', re.S), ""),
    (re.compile(r'<p class="explorer-reading"[^>]*></p>'), ""),
    (re.compile(r' data-card="[^"]*"'), ""),
)


def still(page):
    """The HTML of a page without what needs a script."""
    for pattern, instead in INSTEAD:
        page = pattern.sub(instead, page)
    return page
