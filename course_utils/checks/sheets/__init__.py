"""The exercises, one file a sheet: what is asked, what is right, and which mistakes have a name.

Beside them stands what several sheets share. A sheet uses the subject, the tasks
and the kinds above it.
"""
