"""Evals: the sandbox market and what measures the product; never imported by the product."""
