"""nbgrader's metadata of cells, in every schema that nbgrader has had."""

from typing import Any

from course_utils.grading.script import BadCell

NEWEST = 3


def newest(marks: dict[str, Any]) -> dict[str, Any]:
    """Return a cell's metadata as the newest schema has them, by nbgrader's own rules of `update`.

    Before the third there were no tasks; before the first, points could be empty or below 0.
    Source: nbgrader.nbgraderformat, v1 to v3. Raises BadCell for a schema that is newer.
    """
    version = marks.get("schema_version") or 0
    if not isinstance(version, int) or version > NEWEST:
        raise BadCell(
            f"its cells have nbgrader's metadata of schema {version}, and this course knows those "
            f"up to {NEWEST}: write it with an nbgrader of version 0.6 to 0.9"
        )
    if version == 0 and marks.get("points") is not None:
        marks = {**marks, "points": max(0.0, float(marks["points"] or 0))}
    return marks if version == NEWEST or not marks else {**marks, "task": False}
