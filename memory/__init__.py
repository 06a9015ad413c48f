"""Recall over what was read: passages by meaning and words, with provenance and age. Never fetches."""
