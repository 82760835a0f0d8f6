"""What is the same for all submissions of a run: the sandbox, the seed, what SOURCE does."""

from dataclasses import dataclass, field, replace
from typing import Self

from course_utils.grading.habits import Habits
from course_utils.grading.sandbox import Sandbox

NOTHING_HABITUAL = Habits()


@dataclass(frozen=True)
class Settings:
    """What is the same for all submissions of a run.

    habits : SOURCE's; None while SOURCE itself is graded.  apart : whether what a hidden test hands
    to one answer is kept from the others; not where SOURCE's own need what tests have done.
    """

    sandbox: Sandbox = field(default_factory=Sandbox)
    seed: str = "hidden"
    habits: Habits | None = NOTHING_HABITUAL
    apart: bool = True

    def of(self, student: str) -> Self:
        """Return the same for one student: hidden inputs of their own, which help nobody else."""
        return replace(self, seed=f"{self.seed} {student}")

    def in_slot(self, slot: int, core: int | None = None) -> Self:
        """Return the same for one of several places side by side, each on a core of its own."""
        return replace(self, sandbox=replace(self.sandbox, slot=slot, core=core))
