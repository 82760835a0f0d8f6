"""The door of every command here: the same as that of the command `attention-course`."""

from course_utils.command.door import refused, run

__all__ = ["refused", "run"]
