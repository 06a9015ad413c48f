"""Short statements run in the loop's own thread: on SQLite a hop to another costs more than they do.

Begin and commit, which may wait for a lock or the disk, keep their thread. On Postgres nothing changes.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection


@asynccontextmanager
async def inline(tx: AsyncConnection) -> AsyncIterator[AsyncConnection]:
    """Statements inside run without a thread of their own; for many short ones in a row, never for long reads."""
    driver = (await tx.get_raw_connection()).driver_connection if tx.dialect.name == "sqlite" else None
    if driver is None or driver._execute is _at_once:
        yield tx
        return
    before, driver._execute = (
        driver._execute,
        _at_once,
    )  # ours until the transaction ends; a contract test holds this
    try:
        yield tx
    finally:
        driver._execute = before


async def _at_once(work: Callable[..., Any], *args: Any, **named: Any) -> Any:
    return work(*args, **named)


def cursors_inline(driver: Any) -> None:
    """Let a new connection to SQLite make its cursors in the loop's thread: that touches no file."""
    in_thread = driver._execute

    async def execute(work: Callable[..., Any], *args: Any, **named: Any) -> Any:
        if work.__name__ == "cursor":
            return work(*args, **named)
        return await in_thread(work, *args, **named)

    driver._execute = execute
