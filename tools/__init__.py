"""What developers of the course run; nothing here is needed to learn from it."""
