"""A lease for one command on a shared database, so that workers beside it respect what it does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from runtime.durable.lease import Lease
from service.bootstrap import House


@asynccontextmanager
async def leased(house: House) -> AsyncIterator[House]:
    """The house with a lease; on SQLite the home's lock is enough, and who has one keeps it."""
    if house.database.is_sqlite or isinstance(house.standing, Lease):
        yield house
        return
    lease = Lease(house.database, role="command", ttl=house.settings.lease_seconds)
    await lease.start()
    try:
        yield replace(house, standing=lease)
    finally:
        await lease.close()
