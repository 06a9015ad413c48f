"""Fixtures every test may use: a migrated database of its own, a workspace in it, and a real SMTP sink."""

pytest_plugins = ["tests.fixtures.plugin"]
