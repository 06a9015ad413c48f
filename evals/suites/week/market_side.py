"""The market's truth as the harness asks for it, and its clock."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx2


@dataclass(frozen=True)
class MarketSide:
    """The control API of a running market."""

    client: httpx2.AsyncClient

    async def ask(self, path: str) -> Any:
        """Whatever an address of the control API tells."""
        return (await self.client.get(path)).raise_for_status().json()

    async def now(self) -> datetime:
        """The market's time."""
        return datetime.fromisoformat((await self.ask("/now"))["now"])

    async def next_due(self) -> datetime | None:
        """When somebody does something next."""
        due = (await self.ask("/people/next"))["due"]
        return datetime.fromisoformat(due) if due else None

    async def step_to(self, at: datetime) -> None:
        """Let time pass until a moment."""
        (await self.client.post("/clock/step", json={"to": at.isoformat()})).raise_for_status()


def market_client(url: str, token: str) -> httpx2.AsyncClient:
    """A client of the control API."""
    headers = {"Authorization": f"Bearer {token}"}
    return httpx2.AsyncClient(base_url=url, headers=headers, trust_env=False, timeout=60.0)


@dataclass(frozen=True)
class Truth:
    """Everything the market knows at the end."""

    letters: list[dict[str, Any]]
    replies: list[dict[str, Any]]
    people: dict[str, dict[str, Any]]
    meetings: list[dict[str, Any]]
    clicks: list[dict[str, Any]]
    violations: list[dict[str, Any]]
    unanswered: list[dict[str, Any]]
    events: list[dict[str, Any]]
    message_ids: list[str]

    @classmethod
    async def of(cls, side: MarketSide) -> "Truth":
        """Ask for all of it."""
        people = await side.ask("/truth/people")
        mails = await side.ask("/mails")
        return cls(
            letters=await side.ask("/truth/letters"),
            replies=await side.ask("/truth/replies"),
            people={one["address"]: one for one in people},
            meetings=await side.ask("/truth/meetings"),
            clicks=await side.ask("/truth/clicks"),
            violations=(await side.ask("/truth/violations"))["rows"],
            unanswered=await side.ask("/truth/unanswered"),
            events=await side.ask("/calendar/events"),
            message_ids=[one["headers"].get("Message-ID", "") for one in mails],
        )
