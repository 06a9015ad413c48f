"""A house in a folder of its own whose clock stands still, and the workspace in it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest_asyncio

from domain.decisions import Actor
from domain.errors import RainmakerError
from runtime.clock import FixedClock
from runtime.settings import Settings
from service.bootstrap import House, open_house
from service.commands import run_command
from tests.fixtures import builders
from tests.fixtures.sink import Sink
from tests.fixtures.workspace import Workspace


@dataclass(frozen=True)
class Home:
    """A house, the workspace in its database, and the clock both read."""

    house: House
    workspace: Workspace
    clock: FixedClock

    async def do(self, name: str, actor: Actor = builders.OWNER, /, **args: Any) -> Any:
        """The result of a command."""
        return await run_command(self.house, name, args, actor=actor)

    async def fails(self, name: str, actor: Actor = builders.OWNER, /, **args: Any) -> RainmakerError:
        """The error of a command that must not work."""
        try:
            done = await self.do(name, actor, **args)
        except RainmakerError as error:
            return error
        raise AssertionError(f"{name} worked: {done}")


@pytest_asyncio.fixture
async def lived_in(home: Path, sink: Sink, database_setting: str) -> AsyncIterator[Home]:
    clock = FixedClock(builders.MONDAY)
    settings = Settings(
        home=home,
        database_url=database_setting,
        smtp_url=f"smtp://127.0.0.1:{sink.port}",
        send_grace=0.0,
    )
    async with open_house(settings) as opened:
        house = replace(opened, clock=clock, terms=replace(builders.TERMS, salt=opened.terms.salt))
        yield Home(house, Workspace(house.database, clock, terms=house.terms), clock)
