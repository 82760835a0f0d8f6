"""What sets the course up, opens it and makes it; no lesson imports it."""
