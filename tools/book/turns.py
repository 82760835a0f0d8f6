"""Where "previous" and "next" lead, where that is not the order of the side bar.

A sheet lies between its lesson and the next: so it leads back to the one and on to the other, and
the last lesson to its sheet, the reviews and the course test.
"""

LESSONS, SHEETS = "notebooks/", "exercises/"


def turns(name, lists):
    """(page before, page after) of a page, None where the order of the side bar stays.

    lists : the pages of each part of the side bar.
    """
    pages = [page for part in lists for page in part]
    if name not in pages:
        return None, None
    after = next(iter(pages[pages.index(name) + 1 :]), None)
    lesson = name.replace(SHEETS, LESSONS)
    if name.startswith(SHEETS):
        following = (after or "").replace(SHEETS, LESSONS)
        return (lesson if lesson in pages else None), (following if following in pages else None)
    is_last = name.startswith(LESSONS) and not (after or "").startswith(LESSONS)
    sheet = name.replace(LESSONS, SHEETS)
    return None, (sheet if is_last and sheet in pages else None)
