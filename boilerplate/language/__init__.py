"""Which language a page and each of its lines are in."""
