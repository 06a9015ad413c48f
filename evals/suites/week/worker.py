"""The product as a child process: its own house, its one-click page, and turns on demand – until somebody kills it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from domain.decisions import Actor
from domain.errors import RainmakerError
from evals.loopback import listening
from runtime import faults
from runtime.clock import SandboxClock
from runtime.settings import Settings
from service import ticking
from service.bootstrap import House, open_house
from service.commands import run_command
from service.running import home_lock

log = logging.getLogger(__name__)
Alter = Callable[[House], House]
OWNER = Actor(kind="user", name="owner", role="owner")
POINTS = (
    "before_claim", "in_claim", "after_claim", "after_250", "before_mark", "after_mark", "mid_settle",
    "calendar.book.before_put", "calendar.book.after_put", "calendar.book.after_look",
    "calendar.move.before_put", "calendar.move.after_put",
)  # fmt: skip


@dataclass(frozen=True)
class Order:
    """What the child is to do: `tick`, `arm` a fault point, or a command by its name, wanted by somebody's role."""

    do: str
    args: dict[str, Any]
    role: str = "owner"


@dataclass(frozen=True)
class Outcome:
    """What came of it; `error` is a stable code, "" when it worked."""

    value: Any = None
    error: str = ""


def as_built(house: House) -> House:
    """The product as it is."""
    return house


def run(settings: Settings, port: int, orders: Connection, alter: Alter = as_built) -> None:
    """Serve until the other end of the pipe is closed; `alter` exchanges parts of the house, for ablations."""
    logging.disable(logging.CRITICAL)
    asyncio.run(_serve(settings, port, orders, alter))


async def _serve(settings: Settings, port: int, orders: Connection, alter: Alter) -> None:
    with home_lock(settings):
        async with open_house(settings) as built:
            house = alter(built)
            page = asyncio.create_task(_page(house, port))
            try:
                await _obey(house, orders)
            finally:
                page.cancel()


async def _page(house: House, port: int) -> None:
    """The product's HTTP application, for whoever uses a one-click address."""
    import uvicorn

    from channels.api import make_app

    listener = listening(port)
    config = uvicorn.Config(make_app(house, "unused"), log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    await server.serve(sockets=[listener])


async def _obey(house: House, orders: Connection) -> None:
    orders.send(Outcome("ready"))
    while True:
        try:
            order = await asyncio.to_thread(orders.recv)
        except EOFError:
            return
        orders.send(await _done(house, order))


async def _done(house: House, order: Order) -> Outcome:
    try:
        async with _standing(house):
            return Outcome(await _value(house, order))
    except RainmakerError as error:
        return Outcome(error=f"{error.code}: {error.message}")
    except Exception as error:  # the edge: the parent counts and tells it
        log.exception("order_failed")
        return Outcome(error=f"{type(error).__name__}: {error}")


@asynccontextmanager
async def _standing(house: House) -> AsyncIterator[None]:
    """Whoever gives orders steps the clock only between two of them: no need to ask for the time at every turn."""
    if isinstance(house.clock, SandboxClock):
        async with house.clock.standing():
            yield
    else:
        yield


async def _value(house: House, order: Order) -> Any:
    match order.do:
        case "tick":
            return (await ticking.tick(house, until_idle=True)).as_json()
        case "arm":
            return faults.arm(order.args["point"], order.args["after"])
        case name:
            return await run_command(house, name, order.args, actor=_actor(order.role))


def _actor(role: str) -> Actor:
    return OWNER if role == OWNER.role else Actor(kind="user", name=role, role=role)
