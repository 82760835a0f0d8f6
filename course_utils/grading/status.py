"""How a submission fared. A new status is one line here, and one in docs/teaching/grading.md."""

import enum


class Status(enum.StrEnum):
    """The value stands in the tables; of several that apply, the first in this order counts.

    look : whether a teacher should look at the row.  of_code : what a student's code did, as the
    end of a sentence, where it is code that brings the status about.  to_student : what the
    student's page says of it; a rejected submission's page has the reason instead.
    """

    look: bool
    of_code: str
    to_student: str

    REJECTED = "rejected", True
    PROTOCOL = (
        "protocol",
        True,
        "sent an answer that cannot be read.",
        "Some of your code sent answers that cannot be read.",
    )
    CRASHED = (
        "crashed",
        True,
        "ended the whole program, for example with sys.exit() or with too much memory.",
        "Some of your code ended the program that ran it.",
    )
    TIMEOUT = (
        "timeout",
        True,
        "did not end in time: look for a loop that never ends.",
        "Some of your code did not end in time.",
    )
    GRADED = "graded"
    MISSING = "missing", False, "", "Nothing was handed in."

    def __new__(
        cls, text: str, look: bool = False, of_code: str = "", to_student: str = ""
    ) -> "Status":
        member = str.__new__(cls, text)
        member._value_ = text
        member.look, member.of_code, member.to_student = look, of_code, to_student
        return member

    @property
    def handed_in(self) -> bool:
        """Say whether there is a submission at all."""
        return self is not Status.MISSING


def first_of(statuses: "list[Status]") -> Status:
    """Return the one that counts where several apply; where none does, everything was graded."""
    return min(statuses, key=list(Status).index, default=Status.GRADED)
