"""The console over an open house, and tabs of people with each role; no chat is mounted."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from typing import Any

import httpx2
import pytest_asyncio

from channels.api import make_app
from channels.console.door import Door
from channels.console.mount import mount_console
from chat_ui.sessions import COOKIE
from domain.decisions import Actor
from domain.errors import Refused
from runtime.clock import FixedClock
from runtime.settings import Settings
from service.bootstrap import House, open_house
from service.policies import install_first
from service.users import actor_named, add_user
from tests.fixtures import builders
from tests.fixtures.workspace import Workspace

PASSWORD = "correct horse battery"
PEOPLE = {"olga": "owner", "mark": "manager", "rita": "rep", "vera": "viewer"}
_INPUT = re.compile(r'<input name="(row-\d+-\w+)"[^>]*value="([^"]*)"')
_TEXT = re.compile(r'<textarea name="(row-\d+-\w+)"[^>]*>([^<]*)</textarea>')
_SELECT = re.compile(r'<select name="(row-\d+-\w+)"(.*?)</select>', re.DOTALL)
_CHOSEN = re.compile(r'<option(?: value="([^"]*)")? selected>([^<]*)')


@dataclass(frozen=True)
class Tab:
    """A browser tab of one person: reads pages, and sends forms with the token they hold."""

    http: httpx2.AsyncClient
    token: str

    async def page(self, address: str) -> str:
        """The text of a page that must be there."""
        answer = await self.http.get(address)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def grid(self) -> dict[str, str]:
        """The fields of the grid as a browser would send them back."""
        text = (await self.page("/console/policy")).split("<template")[0]
        fields = {"otherwise": "ask", "risk_tolerance": "balanced"}
        fields |= {name: unescape(value) for find in (_INPUT, _TEXT) for name, value in find.findall(text)}
        for name, inner in _SELECT.findall(text):
            value, words = _CHOSEN.search(inner).groups()  # type: ignore[union-attr]
            fields[name] = value or words
        return fields

    async def send(self, address: str, **more: Any) -> httpx2.Response:
        """Send a form the way our pages do."""
        fields = {"form_token": self.token, **more.pop("data", {})}
        return await self.http.post(address, data=fields, **more)


@dataclass(frozen=True)
class Served:
    """The served console and the workspace in its house."""

    house: House
    workspace: Workspace
    tab: Callable[[str], Awaitable[Tab]]


async def by_name(house: House, token: str | None) -> Actor:
    """Stands for the chat's sessions: the cookie is the person's name."""
    if not token:
        raise Refused("Please sign in again.", code="session_ended")
    return await actor_named(house, token)


@pytest_asyncio.fixture
async def console(home: Path, database_setting: str) -> AsyncIterator[Served]:
    opened: list[httpx2.AsyncClient] = []
    async with open_house(Settings(home=home, database_url=database_setting)) as made:
        clock = FixedClock(builders.MONDAY)
        house = replace(made, clock=clock, terms=replace(builders.TERMS, salt=made.terms.salt))
        for name, role in PEOPLE.items():
            await add_user(house, name, PASSWORD, role)
        await install_first(house)
        app = make_app(house, "token")
        mount_console(app, house, who=by_name)

        door = Door(house, by_name)

        async def tab(name: str) -> Tab:
            http = httpx2.AsyncClient(
                transport=httpx2.ASGITransport(app=app),
                base_url="http://console.test",
                cookies={COOKIE: name} if name else None,
            )
            opened.append(http)
            return Tab(http, door.token_of(name))

        yield Served(house, Workspace(house.database, clock, terms=house.terms), tab)
        for http in opened:
            await http.aclose()
