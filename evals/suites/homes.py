"""A house in a temporary home for a suite, wired to the sandbox or a stub model. Leaves nothing behind."""

import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from domain.decisions import Actor
from runtime.settings import PREFIX, Settings
from service.bootstrap import House, open_house

OWNER = Actor(kind="user", name="owner", role="owner")


def settings_for(home: Path, environment: Mapping[str, str]) -> Settings:
    """Settings from variables, given directly: nothing is taken from or left in the process environment."""
    given = {
        name.removeprefix(PREFIX).lower() if name.startswith(PREFIX) else name: value
        for name, value in environment.items()
    }
    return Settings(**{"home": home, **given})  # type: ignore[arg-type]


@asynccontextmanager
async def temporary_house(environment: Mapping[str, str]) -> AsyncIterator[House]:
    """An empty house that is deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="rainmaker-eval-") as folder:
        async with open_house(settings_for(Path(folder), environment)) as house:
            yield house
