"""A class on one machine, by JupyterHub: jupyterhub -f jupyterhub_config.py (see hub.md beside it).

tests/command/test_hub.py runs this file with users and ports of its own.
"""

c = get_config()  # noqa: F821 (JupyterHub gives it)

# An environment that students can read and not write, with the course and jupyterhub in it.
COURSE = "/srv/attention-course/bin/python"

c.Spawner.cmd = [COURSE, "-I", "-m", "course_utils.command.hub"]
c.Spawner.start_timeout = c.Spawner.http_timeout = 120  # thirty students begin at once

c.JupyterHub.bind_url = "http://127.0.0.1:8000/"  # your web server brings https to it
c.Authenticator.allowed_users = {"ada", "bo", "cy"}  # accounts of this machine, by default
