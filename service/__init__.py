"""Composition root, use cases and read models. No presentation."""
