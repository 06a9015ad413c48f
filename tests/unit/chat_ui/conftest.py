"""One mounted chat for all tests here: Chainlit keeps its settings per process, so it is mounted once."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from fastapi import FastAPI

from autonomy import approvals
from autonomy.judge import judge
from autonomy.policy import Policy
from chat_ui.mount import mount_chat
from domain.actions import PauseSending
from domain.decisions import Actor, Proposal
from domain.labels import owner_label
from runtime.settings import Settings
from service.bootstrap import House, open_house
from service.users import add_user

PASSWORD = "correct horse battery"
session = pytest_asyncio.fixture(scope="session", loop_scope="session")


@pytest.fixture(scope="session")
def source_tree() -> Callable[[], set[Path]]:
    """Every file of the chat's folder as it is now."""
    root = Path(__file__).resolve().parents[3] / "chat_ui"
    return lambda: {path for path in root.rglob("*") if "__pycache__" not in path.parts}


@pytest.fixture(scope="session")
def files_before(source_tree: Callable[[], set[Path]]) -> set[Path]:
    return source_tree()


@session
async def house(
    tmp_path_factory: pytest.TempPathFactory, files_before: set[Path], new_database: Callable[[], str]
) -> AsyncIterator[House]:
    settings = Settings(
        home=tmp_path_factory.mktemp("chat"),
        database_url=new_database(),
        sandbox=True,
        public_url="https://ours.example",
    )
    async with open_house(settings) as opened:
        for name in ("olga", "victor", "mallory", "tess"):
            await add_user(opened, name, PASSWORD, "viewer" if name == "victor" else "owner")
        yield opened


@session
async def app(house: House) -> FastAPI:
    made = FastAPI()
    mount_chat(made, house)
    return made


Enter = Callable[..., Awaitable[httpx2.AsyncClient]]


@session
async def enter(app: FastAPI) -> AsyncIterator[Enter]:
    """A browser; with a name, one that has signed in."""
    opened: list[httpx2.AsyncClient] = []

    async def one(name: str = "", password: str = PASSWORD) -> httpx2.AsyncClient:
        client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://chat.test")
        opened.append(client)
        if name:
            done = await client.post("/chat/login", data={"username": name, "password": password})
            assert done.status_code == 200
        return client

    yield one
    for client in opened:
        await client.aclose()


@pytest.fixture
def ask_to_stop(house: House) -> Callable[[str], Awaitable[str]]:
    """Put a stop of one campaign before a person; returns the approval's id."""

    async def ask(campaign: str) -> str:
        now = await house.clock.now()
        proposal = Proposal(
            id=house.ids.new("prp"),
            action=PauseSending(scope=f"campaign:{campaign}", reason="too many bounces"),
            actor=Actor(kind="agent", name="outreach"),
            reason="too many bounces",
            label=owner_label("olga"),
            made_at=now,
        )
        async with house.database.write() as tx:
            made = await judge(
                tx, proposal, policy=Policy(rows=()), terms=house.terms, ids=house.ids, now=now
            )
            return await approvals.ask(tx, [made], summary="Stop it", cause="", ids=house.ids, now=now)

    return ask
