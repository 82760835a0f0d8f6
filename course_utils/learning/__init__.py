"""What a learner answers and sees beside the exercises: predictions, quizzes, progress.

Answers are kept by `checks.progress_store`. Nothing here judges an exercise, and nothing is sent.
"""

from course_utils.learning.questions import Question, predict, progress, quiz, reveal

__all__ = ["Question", "predict", "progress", "quiz", "reveal"]
