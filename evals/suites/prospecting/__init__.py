"""Prospecting measured against the sandbox's truth. The product sees only the sandbox's web."""
