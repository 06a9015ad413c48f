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
    if driver is None or "_execute" in vars(driver):
        yield tx
        return

    async def at_once(work: Callable[..., Any], *args: Any, **named: Any) -> Any:
        return work(*args, **named)

    driver._execute = at_once  # the connection is ours until the transaction ends; a contract test holds this
    try:
        yield tx
    finally:
        del driver._execute
