"""What a turn may use, handed in by the composition root. Ports only; nothing here acts on its own."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from autonomy.policy import Policy
from autonomy.terms import Terms
from domain.decisions import Actor
from domain.ids import Ids
from graph.specialists.office import Office
from language.port import Language
from runtime.clock import Clock
from runtime.store.engine import Database
from tools.read.ports import Diary, Recall, Web


@dataclass(frozen=True)
class Progress:
    """Something for the person watching: a step begins, moves on or ends; or a token of the answer."""

    kind: Literal["step", "progress", "done", "token"]
    text: str
    done: int = 0
    total: int = 0


Emit = Callable[[Progress], Awaitable[None]]


async def _silent(_: Progress) -> None:
    return None


@dataclass(frozen=True)
class Desk:
    """Everything one turn works with."""

    database: Database
    clock: Clock
    ids: Ids
    language: Language
    web: Web
    recall: Recall
    policy: Policy
    terms: Terms
    actor: Actor
    conversation_id: str = ""
    message_id: str = ""
    said: str = ""
    calendar: Diary | None = None
    meeting_minutes: int = 30
    office: Office = field(default_factory=Office)
    emit: Emit = field(default=_silent)

    def page_counter(self) -> Callable[[int, int, str], None]:
        """A callback that tells the person watching about each page read."""
        loop = asyncio.get_running_loop()
        waiting: set[asyncio.Task[None]] = set()

        def on_page(done: int, total: int, url: str) -> None:
            told = loop.create_task(self._tell(Progress("progress", f"reading {url}", done, total)))
            waiting.add(told)
            told.add_done_callback(waiting.discard)

        return on_page

    async def _tell(self, progress: Progress) -> None:
        await self.emit(progress)

    def token_sink(self) -> Callable[[str], Awaitable[None]]:
        """Where an answer's tokens go as they are written."""

        async def on_token(token: str) -> None:
            await self.emit(Progress("token", token))

        return on_token
