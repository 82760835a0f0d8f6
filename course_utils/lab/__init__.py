"""Experiments that lessons run: models trained and tampered with, and what was measured.

The lab uses the subject and the tasks. It has no screen: pictures of its results are `plots`.
"""
