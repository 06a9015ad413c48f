"""The calendar of the world: everything dated that happens, what it really means, and what only looks like it."""
