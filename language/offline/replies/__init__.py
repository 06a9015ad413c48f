"""Reads replies without a model: word lists by language, a small classifier, dates, times and people."""
