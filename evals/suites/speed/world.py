"""A home filled once by the product itself, offline, from a small sandbox; the speed suite works in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select, update

from domain.accounts import CompanyFacts
from domain.campaigns import CampaignState
from domain.icp import Icp
from domain.labels import owner_label
from evals.market.process import MarketProcess
from evals.suites.homes import OWNER, settings_for
from evals.suites.prospecting.audiences import BROAD, audiences
from evals.suites.speed.job_model import HOUSE, ModelClient
from runtime.store import knowledge, versions
from runtime.store.tables import accounts, campaigns, prospects
from service.bootstrap import House, open_house
from service.commands import run_command

COMPANIES = 120
SEED = 301


@dataclass(frozen=True, slots=True)
class Workplace:
    """A filled home: where it is, what was read from sites, the profile in force, prospect ids best first."""

    home: Path
    facts: tuple[CompanyFacts, ...]
    icp: Icp
    prospects: tuple[str, ...]


@asynccontextmanager
async def workplace() -> AsyncIterator[Workplace]:
    """Fill a temporary home with a seller, a profile and prospects read from the sandbox."""
    with TemporaryDirectory(prefix="rainmaker-eval-") as folder:
        async with MarketProcess(seed=SEED, companies=COMPANIES) as market:
            settings = settings_for(Path(folder), market.endpoints.settings())
            async with open_house(settings) as house:
                await run_command(house, "onboard", {"url": market.endpoints.sellers[0]}, actor=OWNER)
                icp = await _set_profile(house)
                await run_command(house, "prospects_find", {}, actor=OWNER)
                filled = await _read(house, icp)
        yield filled


@asynccontextmanager
async def modelled(place: Workplace, model: ModelClient) -> AsyncIterator[House]:
    """The same home with the stub as its language model."""
    environment = {
        "OPENAI_BASE_URL": model.url,
        "OPENAI_MODEL": HOUSE,
        "RAINMAKER_MAIL_FROM": "Robin Example <sales@seller.example>",
    }
    async with open_house(settings_for(place.home, environment)) as house:
        yield house


async def free_everybody(house: House) -> None:
    """Close all campaigns, so that the next round may write to the same people again."""
    async with house.database.write() as tx:
        await tx.execute(update(campaigns).values(state=str(CampaignState.FINISHED)))


async def _set_profile(house: House) -> Icp:
    now = await house.clock.now()
    async with house.database.write() as tx:
        icp = await knowledge.keep_icp(
            tx,
            house.ids.new("icp"),
            audiences()[BROAD].lines(now),
            label=owner_label(OWNER.name),
            by=OWNER.name,
            reason="evaluation",
            at=now,
        )
        await versions.activate_version(tx, "icp", icp.id, now)
    return icp


async def _read(house: House, icp: Icp) -> Workplace:
    wanted = (
        select(prospects.c.id).where(prospects.c.qualified).order_by(prospects.c.fit.desc(), prospects.c.id)
    )
    async with house.database.read() as tx:
        stored = (await tx.execute(select(accounts.c.facts).order_by(accounts.c.id))).scalars().all()
        ids = (await tx.execute(wanted)).scalars().all()
    facts = tuple(CompanyFacts.model_validate(row) for row in stored if row)
    return Workplace(house.settings.home, facts, icp, tuple(ids))
