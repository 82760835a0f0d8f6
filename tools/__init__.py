"""What sets the course up, opens it and makes it; no lesson imports it."""

import sys

# A second less for each command that reads notebooks: see GRAMMAR in course_utils/command/lab.py.
sys.modules.setdefault("rfc3987_syntax", None)
