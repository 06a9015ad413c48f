"""Labelled phrases the reply classifier learns from, by kind."""
