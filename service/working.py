"""The unattended part of a running service: roles, the lease, and the engine with its workflows. No HTTP."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from enum import StrEnum

from domain.errors import Correctable
from runtime import allocator
from runtime.durable import engine_home
from runtime.durable.lease import Lease
from runtime.settings import Settings
from service import timetable
from service.bootstrap import House
from service.mail_watch import MailWatch, watched
from tools import effector

log = logging.getLogger(__name__)
_PATIENCE = 5.0  # seconds a mail that is being handed over gets at the end


class Role(StrEnum):
    """What a process of the service does. Everything, unless several share a Postgres."""

    ALL = "all"
    WEB = "web"  # chat, console, API
    WORKER = "worker"  # turns and sends; wakes too
    SCHEDULER = "scheduler"  # wakes and recovers, carries out nothing


def role_of(settings: Settings, name: str) -> Role:
    """The role a process is started in.

    Raises:
        Correctable: unknown_role, role_needs_postgres.
    """
    try:
        role = Role(name)
    except ValueError as error:
        raise Correctable(
            f"There is no role '{name[:40]}'.",
            code="unknown_role",
            where="--role",
            hint=f"The roles are: {', '.join(Role)}.",
        ) from error
    if role is not Role.ALL and engine_home.is_embedded(settings):
        raise Correctable(
            "With SQLite one process does everything; the roles need Postgres.",
            code="role_needs_postgres",
            where=f"--role {role}",
            hint="Leave out --role, or set RAINMAKER_DATABASE_URL to postgresql+psycopg://….",
        )
    return role


@asynccontextmanager
async def at_work(house: House, role: Role = Role.ALL) -> AsyncIterator[House]:
    """The house with a lease of its own and, unless it only serves pages, the engine running in this process."""
    timetable.of_house(house)  # a wrong timetable is told before anything starts
    allocator.give_back()
    lease = Lease(house.database, role=role, ttl=house.settings.lease_seconds)
    await lease.start()
    leased = replace(house, standing=lease)
    try:
        if role is Role.WEB:
            yield leased
        else:
            async with _driven(leased, lease, works=role is not Role.SCHEDULER):
                yield leased
    finally:
        await lease.close()


@asynccontextmanager
async def _driven(house: House, lease: Lease, *, works: bool) -> AsyncIterator[None]:
    from runtime.durable.engine import Engine
    from service.workflows import TURN, Workflows

    engine = Engine(house.settings, lease, works=works)

    async def wake() -> None:
        await engine.enqueue(TURN, once=f"turn:{lease.executor}")

    mail = MailWatch(house.database, watched(house.settings), wake)
    try:
        await engine.start(Workflows(house, mail.silent).all())
        await wake()  # whatever came due while nobody was here: one turn, now
        async with mail.watching():
            yield
    finally:
        lease.resign()
        await effector.come_to_rest(_PATIENCE)
        await engine.close()
