"""A large campaign over many working days: paused, killed and restarted; each mail leaves exactly once."""

import asyncio
import contextlib
import random
from dataclasses import dataclass
from datetime import datetime

from autonomy import suppression
from domain.campaigns import CampaignState
from evals.suites.durability.arena import Arena, Tally
from evals.suites.durability.seeding import A_DAY, address_of, business_day
from evals.suites.durability.sender import CAMPAIGN, TERMS
from evals.suites.durability.worker import POINTS
from evals.suites.options import Say
from runtime.store import campaigns, people

WEEK = 5  # working days one approval lives, whatever it holds
_SUPPRESSED, _REFUSED = 40, 60  # every so many people opted out, or have a mailbox that is gone
_TURNS = 20.0  # seconds
_KILL, _PAUSE = 3, 4  # every so many days a worker is killed, or the campaign is paused


@dataclass(frozen=True)
class Outcome:
    """How it ended: `early` counts looks at which it called itself finished although mails were open."""

    audience: int
    kills: int
    pauses: int
    sent_while_paused: int
    early: int
    finished: bool
    tally: Tally


@dataclass
class _Log:
    kills: int = 0
    pauses: int = 0
    sent_while_paused: int = 0
    early: int = 0


async def run_campaign(place: Arena, audience: int, seed: int, say: Say) -> Outcome:
    """Send to everybody, week by week; the next week's ask is always open, as long as there is one."""
    chance, log, day = random.Random(seed), _Log(), 0
    weeks = [min(WEEK * A_DAY, audience - start) for start in range(0, audience, WEEK * A_DAY)]
    following = await _ask(place, weeks[0], business_day(0))
    for number in range(len(weeks)):
        await place.seeding.approve(following, business_day(day))
        for weekday in range(WEEK):
            if weekday == WEEK - 1 and number + 1 < len(weeks):  # an ask lives seven days
                following = await _ask(place, weeks[number + 1], business_day(day))
            await _a_day(place, day, chance, log)
            day += 1
        say(f"{place.post.count} of {audience} mails after {day} days")
    await _one_turn_more(place, business_day(day))
    tally = await place.tally()
    return Outcome(audience, **vars(log), finished=await _finished(place), tally=tally)


async def _ask(place: Arena, mails: int, now: datetime) -> str:
    first = place.seeding.count + 1
    asked = await place.seeding.ask(mails, now)
    for number in range(first, first + mails):
        if number % _REFUSED == 0:
            place.post.refuse(address_of(number))
        if number % _SUPPRESSED == 0:
            async with place.database.write() as tx:
                hashes = [suppression.hash_of(TERMS.salt, address_of(number))]
                await people.suppress(tx, hashes, "opted out", now)
    return asked


async def _a_day(place: Arena, day: int, chance: random.Random, log: _Log) -> None:
    now = business_day(day)
    if day % _KILL == 1:
        job = place.job(now=now, die_at=chance.choice(POINTS[:6]), after=chance.randint(1, A_DAY // 2))
        log.kills += await place.worked(job) == -9
    if day % _PAUSE == 2:
        await _paused(place, now, log)
    if await place.worked(place.job(now=now, day=True)) != 0:
        raise RuntimeError(f"the worker of day {day} did not finish")
    log.early += await _finished(place) and await place.open() > 0


async def _paused(place: Arena, now: datetime, log: _Log) -> None:
    """A worker that starts while the campaign is paused sends nothing."""
    await _set(place, CampaignState.PAUSED)
    before = place.post.count
    await place.worked(place.job(now=now, stay=True, die_in=1.0))
    log.pauses, log.sent_while_paused = log.pauses + 1, log.sent_while_paused + place.post.count - before
    await _set(place, CampaignState.RUNNING)


async def _one_turn_more(place: Arena, now: datetime) -> None:
    """The worker looks every five seconds whether a campaign came to its end."""
    process = place.start(place.job(now=now, stay=True))
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_TURNS):
            while not await _finished(place):  # noqa: ASYNC110 – another process
                await asyncio.sleep(0.2)
    process.kill()


async def _set(place: Arena, state: CampaignState) -> None:
    async with place.database.write() as tx:
        await campaigns.set_state(tx, CAMPAIGN, state)


async def _finished(place: Arena) -> bool:
    async with place.database.read() as tx:
        found = await campaigns.campaign(tx, CAMPAIGN)
    return found is not None and found.state is CampaignState.FINISHED
