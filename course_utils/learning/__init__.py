"""What a learner answers and sees beside the exercises: predictions, quizzes, progress, numbers.

Answers are kept by `checks.progress_store`. Nothing here judges an exercise, and nothing is sent.
"""

from course_utils.learning.measured import measured
from course_utils.learning.my_course import keep_scores
from course_utils.learning.overview import progress
from course_utils.learning.predictions import Option, predict, reveal
from course_utils.learning.questions import Question, quiz

__all__ = [
    "Option",
    "Question",
    "keep_scores",
    "measured",
    "predict",
    "progress",
    "quiz",
    "reveal",
]
