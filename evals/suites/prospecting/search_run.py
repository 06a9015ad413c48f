"""One search for one profile in one world: opens a house, lets the product work, collects what it wrote."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from domain.accounts import CompanyFacts
from domain.labels import owner_label
from evals.market.process import MarketEndpoints
from evals.suites.homes import OWNER, temporary_house
from evals.suites.options import Say
from evals.suites.prospecting.audiences import Audience
from graph.desk import Progress
from runtime.store import knowledge, versions
from runtime.store.tables import accounts, evidence, prospects
from service.bootstrap import House
from service.commands import run_command

_TELL_EVERY = 10.0  # seconds between two lines of progress


@dataclass(frozen=True, slots=True)
class Written:
    """One company as the product wrote it down."""

    domain: str
    name: str
    qualified: bool
    verdict: str
    reasons: tuple[tuple[str, str], ...]  # (side, text)
    facts: CompanyFacts | None


@dataclass(frozen=True, slots=True)
class SearchRun:
    """What one search left behind, and how long it took."""

    audience: Audience
    written: tuple[Written, ...]
    quotes: tuple[tuple[str, str], ...]  # (url, quote), each once
    queries: tuple[str, ...]
    sites: int  # read, unreadable and dropped ones
    seconds: float

    @property
    def qualified(self) -> tuple[Written, ...]:
        """Those the product would write to."""
        return tuple(one for one in self.written if one.qualified)


async def search_for(audience: Audience, market: MarketEndpoints, say: Say) -> SearchRun:
    """Find prospects for one profile in an empty house."""
    async with temporary_house(market.settings()) as house:
        await _set_profile(house, audience)
        started = time.monotonic()
        done = await run_command(house, "prospects_find", {}, actor=OWNER, emit=_narrator(audience.name, say))
        seconds = time.monotonic() - started
        written, quotes = await _written(house)
        async with house.database.read() as tx:
            icp = await knowledge.active_icp(tx)
        assert icp is not None
        queries = await house.language.search_queries(icp, done["queries"])
    sites = done["companies"] + done["unreadable"] + done["duplicates"]
    say(f"{audience.name}: {sites} sites in {seconds:.0f} s, {done['qualified']} qualified")
    return SearchRun(audience, written, quotes, tuple(queries), sites, seconds)


async def _set_profile(house: House, audience: Audience) -> None:
    """Put the profile in force as if its owner had said it."""
    now = await house.clock.now()
    async with house.database.write() as tx:
        icp = await knowledge.keep_icp(
            tx,
            house.ids.new("icp"),
            audience.lines(now),
            label=owner_label(OWNER.name),
            by=OWNER.name,
            reason="evaluation",
            at=now,
        )
        await versions.activate_version(tx, "icp", icp.id, now)


def _narrator(name: str, say: Say) -> Callable[[Progress], Any]:
    """Passes progress on, a line every few seconds."""
    told = time.monotonic()

    async def emit(progress: Progress) -> None:
        nonlocal told
        if progress.kind == "progress" and time.monotonic() - told > _TELL_EVERY:
            told = time.monotonic()
            say(f"{name}: {progress.text}")

    return emit


async def _written(house: House) -> tuple[tuple[Written, ...], tuple[tuple[str, str], ...]]:
    """Every company and every quote in the store."""
    query = select(accounts, prospects.c.qualified, prospects.c.verdict, prospects.c.reasons).join(
        prospects, prospects.c.account_id == accounts.c.id
    )
    quoted = select(evidence.c.url, evidence.c.quote).join(accounts, accounts.c.id == evidence.c.subject)
    async with house.database.read() as tx:
        rows = (await tx.execute(query)).mappings().all()
        quotes = {(row.url, row.quote): None for row in await tx.execute(quoted.order_by(evidence.c.id))}
    return tuple(_company(dict(row)) for row in rows), tuple(quotes)


def _company(row: dict[str, Any]) -> Written:
    return Written(
        domain=row["domain"],
        name=row["name"],
        qualified=bool(row["qualified"]),
        verdict=row["verdict"],
        reasons=tuple((reason["side"], reason["text"]) for reason in row["reasons"]),
        facts=CompanyFacts.model_validate(row["facts"]) if row["facts"] else None,
    )
