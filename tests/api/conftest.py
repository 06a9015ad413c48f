"""The HTTP application on a real port of the loopback, over a house with two imported people."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest_asyncio
import uvicorn
from sqlalchemy import select

from channels.api import make_app
from domain.decisions import Actor, OutboxState
from runtime.settings import Settings
from runtime.store import outbox
from runtime.store.tables import contacts
from service.bootstrap import House, open_house
from service.commands import run_command
from service.users import ensure_owner

TOKEN = "a-token-for-these-tests"
OWNER = Actor(kind="user", name="owner", role="owner")
CONTACTS = """Company,Website,Name,Title,E-mail,Country,City
Nordlicht Praxis,nordlicht-praxis.example,Anna Weiss,Praxisleitung,anna@nordlicht-praxis.example,Germany,Berlin
Blue Door Ltd,bluedoor.example,Tom Baker,Founder,tom@bluedoor.example,United Kingdom,London
"""

shared = pytest_asyncio.fixture(scope="module", loop_scope="module")


@dataclass(frozen=True)
class Live:
    """A running application, a signed-in client and one without a token."""

    house: House
    signed_in: httpx2.AsyncClient
    stranger: httpx2.AsyncClient
    contact_ids: dict[str, str]  # by address

    async def queue(self, address: str, key: str) -> None:
        """Put a mail for somebody into the outbox."""
        now = datetime.now(UTC)
        values = {
            "id": f"out_{key}",
            "key": key,
            "kind": "send_email",
            "action": {},
            "action_hash": "x",
            "permit_id": "per_x",
            "decision_id": "dec_x",
            "campaign_id": "cmp_x",
            "contact_id": self.contact_ids[address],
            "account_id": "acc_x",
            "state": str(OutboxState.QUEUED),
            "due_at": now + timedelta(days=1),
            "not_after": now + timedelta(days=2),
            "message_id": f"<{key}@x.example>",
            "made_at": now,
        }
        async with self.house.database.write() as tx:
            await outbox.enqueue(tx, values)

    async def state(self, key: str) -> tuple[str, str]:
        """State and code of a queued mail."""
        async with self.house.database.read() as tx:
            row = await outbox.by_key(tx, key)
        assert row is not None
        return row["state"], row["code"]


@shared
async def live(tmp_path_factory, new_database) -> AsyncIterator[Live]:
    home: Path = tmp_path_factory.mktemp("api")
    listing = home / "contacts.csv"
    listing.write_text(CONTACTS)
    async with open_house(Settings(home=home, database_url=new_database())) as house:
        await ensure_owner(house)
        await run_command(house, "import", {"path": str(listing)}, actor=OWNER)
        async with house.database.read() as tx:
            found = {row.email: row.id for row in await tx.execute(select(contacts.c.id, contacts.c.email))}
        listener = socket.create_server(("127.0.0.1", 0))  # calls made before the start wait in its queue
        port = listener.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(make_app(house, TOKEN), log_level="error"))
        running = asyncio.create_task(server.serve(sockets=[listener]))
        options = {"base_url": f"http://127.0.0.1:{port}", "trust_env": False, "timeout": 30.0}
        async with (
            httpx2.AsyncClient(**options, headers={"Authorization": f"Bearer {TOKEN}"}) as signed_in,
            httpx2.AsyncClient(**options) as stranger,
        ):
            yield Live(house, signed_in, stranger, found)
        server.should_exit = True
        await running
