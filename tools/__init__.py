"""What sets the course up, opens it and makes it; no lesson imports it."""

import sys

# See GRAMMAR in course_utils/command/lab.py: a second less before each command that reads notebooks.
sys.modules.setdefault("rfc3987_syntax", None)
