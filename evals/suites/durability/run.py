"""The suite `durability`: kills on SQLite and Postgres, restarts, rates out and in, memory, hours of readers.

With --full more of each, and a large campaign.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from statistics import median

from domain.errors import Correctable
from evals.suites.durability.arena import Arena, Tally, arena
from evals.suites.durability.campaign import Outcome, run_campaign
from evals.suites.durability.hours import Left, send_over_nights
from evals.suites.durability.inbound import inbound_taken
from evals.suites.durability.kills import kill_among, kill_one_by_one
from evals.suites.durability.seeding import A_DAY
from evals.suites.durability.server import postgres
from evals.suites.durability.speed import bare_sends_per_second, cold_starts, work_for
from evals.suites.figures import Figure, SuiteResult, middle_half, share
from evals.suites.options import Options

SEED = 20261121
KILLS, FULL_KILLS = 60, 1000
LEASE = 2.0  # seconds, so that a dead worker's work is taken soon
AUDIENCE = 10_000
STARTS = 5
DAYS, FULL_DAYS = 15, 223  # of 45 mails each: 675, and 10,000
INBOUND, FULL_INBOUND = 400, 1_000
OVER_NIGHTS, FULL_OVER_NIGHTS = 400, 10_000
BARE = 200


async def run(options: Options) -> SuiteResult:
    """Kill workers, count at the sink; then measure everything else."""
    kills = options.kills or (FULL_KILLS if options.full else KILLS)
    figures, skipped = await _killed(options, kills)
    figures |= await _starts(options)
    figures |= await _sends(options)
    figures |= await _inbound(options)
    options.say("mails over nights on which clocks change")
    left = await send_over_nights(FULL_OVER_NIGHTS if options.full else OVER_NIGHTS, SEED, options.say)
    figures |= _of_hours(left)
    if options.full:
        options.say(f"a campaign of {AUDIENCE} mails")
        async with arena() as place:
            figures |= _of_campaign(await run_campaign(place, AUDIENCE, SEED, options.say))
    return SuiteResult("durability", (SEED,), figures, skipped)


async def _starts(options: Options) -> dict[str, Figure]:
    options.say("starts of a cold worker")
    async with arena() as place:
        starts = await cold_starts(place, STARTS)
    return {"restart_s": Figure(max(starts), "s", "≤ 5", None, len(starts), (min(starts), max(starts)))}


async def _sends(options: Options) -> dict[str, Figure]:
    options.say("sends a second, and the worker's memory")
    async with arena() as place:
        bare = await bare_sends_per_second(place, BARE)
    async with arena() as place:
        days = await work_for(place, FULL_DAYS if options.full else DAYS, options.say)
    rates, mails = days.rates, len(days.rates) * A_DAY
    return {
        "sends_per_s": Figure(median(rates), "mails/s", "≥ 50", bare, len(rates), middle_half(rates)),
        "send_cpu_ms": Figure(median(days.cpu) * 1e3, "ms", n=len(rates), interval=_thousand(days.cpu)),
        "memory_growth": Figure(days.growth, "MB", "≤ 10", n=mails),
        "worker_rss_mb": Figure(days.megabytes[-1], "MB", n=mails),
    }


def _thousand(seconds: list[float]) -> tuple[float, float] | None:
    half = middle_half(seconds)
    return (half[0] * 1e3, half[1] * 1e3) if half else None


async def _inbound(options: Options) -> dict[str, Figure]:
    options.say("mails in a second")
    async with arena() as place:
        ours, plain = await inbound_taken(place, FULL_INBOUND if options.full else INBOUND, SEED)
    rates = (ours.mails / ours.seconds, plain.mails / plain.seconds)
    return {
        "inbound_per_s": Figure(rates[0], "mails/s", "≥ 50", rates[1], ours.mails),
        "inbound_cpu_ms": Figure(
            ours.cpu / ours.mails * 1e3, "ms", "", plain.cpu / plain.mails * 1e3, ours.mails
        ),
    }


def _of_hours(left: Left) -> dict[str, Figure]:
    return {
        "window_violations": Figure(left.outside, "mails", "0", n=left.mails),
        "window_never_left": Figure(left.waiting, "mails", "0", n=left.mails + left.waiting),
        "window_zones": Figure(len(left.zones), "zones", "≥ 24", n=left.mails),
    }


async def _killed(options: Options, kills: int) -> tuple[dict[str, Figure], dict[str, str]]:
    figures: dict[str, Figure] = {}
    skipped: dict[str, str] = {}
    for engine in (options.engine,) if options.engine else ("sqlite", "postgres"):
        workers = (options.workers or 2) if engine == "postgres" else 1
        options.say(f"{kills} kills on {engine}, workers: {workers}")
        try:
            async with _place(engine) as place:
                if engine == "postgres":
                    done = await kill_among(place, kills, workers, SEED, options.say)
                else:
                    done = await kill_one_by_one(place, kills, SEED, options.say)
                figures |= _of_kills(engine, done, await place.tally(), place.first_effects)
        except Correctable as error:
            if error.code != "no_postgres":
                raise
            skipped[f"{engine}_kills"] = error.message
    return _summed(figures), skipped


@asynccontextmanager
async def _place(engine: str) -> AsyncIterator[Arena]:
    if engine == "sqlite":
        async with arena() as place:
            yield place
        return
    with postgres() as url:
        async with arena(url, lease=LEASE) as place:
            yield place


def _of_kills(engine: str, kills: int, tally: Tally, first_effects: list[float]) -> dict[str, Figure]:
    slowest = max(first_effects, default=None)
    return {
        f"{engine}_kills": Figure(kills, "kills", n=tally.mails),
        f"{engine}_duplicate_effects": Figure(tally.duplicates, "mails", "0", n=tally.mails),
        f"{engine}_lost_intents": Figure(tally.lost + tally.open, "mails", "0", n=tally.mails),
        f"{engine}_in_doubt_auto_resolved": share(tally.settled_alone, tally.doubts, "≥ 0.95"),
        f"{engine}_warm_restart_s": Figure(
            slowest, "s", "≤ 5", n=len(first_effects), interval=middle_half(first_effects)
        ),
    }


def _summed(figures: dict[str, Figure]) -> dict[str, Figure]:
    """The totals under the names the goals have, then each engine's own."""
    totals = {}
    for name, unit, goal in (
        ("kills", "kills", ""),
        ("duplicate_effects", "mails", "0"),
        ("lost_intents", "mails", "0"),
    ):
        parts = [figure for key, figure in figures.items() if key.endswith(f"_{name}")]
        totals[name] = Figure(
            sum(int(one.value or 0) for one in parts), unit, goal, n=sum(one.n for one in parts)
        )
    doubts = [figure for key, figure in figures.items() if key.endswith("_in_doubt_auto_resolved")]
    settled = round(sum((one.value or 0) * one.n for one in doubts))
    totals["in_doubt_auto_resolved"] = share(settled, sum(one.n for one in doubts), "≥ 0.95")
    return {**totals, **figures}


def _of_campaign(done: Outcome) -> dict[str, Figure]:
    tally = done.tally
    return {
        "campaign_mails": Figure(done.audience, "mails"),
        "campaign_kills": Figure(done.kills, "kills"),
        "campaign_duplicates": Figure(tally.duplicates, "mails", "0", n=tally.mails),
        "campaign_lost": Figure(tally.lost + tally.open, "mails", "0", n=tally.mails),
        "campaign_sent_while_paused": Figure(done.sent_while_paused, "mails", "0", n=done.pauses),
        "campaign_finished_early": Figure(done.early + (not done.finished), "times", "0"),
    }
