"""Fixtures every test may use: a migrated database of its own, a workspace in it, and a real SMTP sink."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # several workers share the cores

pytest_plugins = ["tests.fixtures.plugin", "tests.fixtures.postgres", "tests.fixtures.engines"]
