"""Runs the collected tests of a file once for each of several changes, each in a forked child. Knows no rule."""

import os
from collections.abc import Callable, Sequence
from typing import Any

FAILED, NOT_TRIED = 1, 3


class ForkedLoop:
    """A plugin for pytest that takes the place of its loop; `codes`: 0 for a change that no test noticed, or FAILED."""

    def __init__(self, changes: Sequence[str], put_in_place: Callable[[str], None]) -> None:
        self._changes = changes
        self._put_in_place = put_in_place
        self.codes: dict[str, int] = {}

    def pytest_runtestloop(self, session: Any) -> bool:
        """Collected once; run for each change in a child, the cheap tests first."""
        items = sorted(session.items, key=_cost)
        for change in self._changes if items and not session.testsfailed else ():
            child = os.fork()
            if child == 0:
                self._in_child(session, items, change)
            _, status = os.waitpid(child, 0)
            self.codes[change] = os.waitstatus_to_exitcode(status)
        return True

    def _in_child(self, session: Any, items: Sequence[Any], change: str) -> None:
        code = NOT_TRIED
        try:
            if change:
                self._put_in_place(change)
            code = FAILED
            code = _first_failure(session, items)
        finally:
            os._exit(code)  # nothing of the parent is cleaned up here


def _first_failure(session: Any, items: Sequence[Any]) -> int:
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return FAILED
    return 0


def _cost(item: Any) -> int:
    """Tests of many examples after tests of one, tests with a database last."""
    if "workspace" in item.fixturenames or "database" in item.fixturenames:
        return 2
    return int(hasattr(getattr(item, "obj", None), "hypothesis"))
