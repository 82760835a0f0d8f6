"""What a learner builds within a lesson: one module a lesson, declared like a sheet."""
