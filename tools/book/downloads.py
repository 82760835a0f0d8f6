"""The notebooks beside their pages, as `make lab` hands them out.

They come without results: one predicts first.
"""

from course_utils.command.stripped import without_outputs

FOLDERS = ("notebooks", "exercises")


def write(course, site):
    """Copy every lesson and sheet of a course without its results into the site."""
    for folder in FOLDERS:
        (site / folder).mkdir(exist_ok=True, parents=True)
        for path in sorted((course / folder).glob("*.ipynb")):
            (site / folder / path.name).write_bytes(without_outputs(path.read_bytes()))
