"""The suite `prospecting`: worlds × profiles, and the figures over all of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2

from evals.market.process import MarketEndpoints, MarketProcess
from evals.suites.figures import Figure, SuiteResult, share
from evals.suites.options import Options
from evals.suites.prospecting import quotes
from evals.suites.prospecting.audiences import BROAD, NARROW, Audience, Truth, audiences
from evals.suites.prospecting.compare import Companies, Counts, counts, world_of
from evals.suites.prospecting.explain import explain
from evals.suites.prospecting.keyword_search import Hits, keyword_hits
from evals.suites.prospecting.quotes import Checked
from evals.suites.prospecting.search_run import SearchRun, search_for

COMPANIES = 2400
REPORTING_SEEDS = range(101, 200)
TUNING_SEEDS = range(7, 100)  # `--explain` is for improving the product, so it never looks at reporting seeds
QUOTES = 600  # looked up in each world
SNIPPETS = 200
FULL_SEEDS = 3
ENOUGH_DOMAINS = 2000  # below this a world cannot hold the companies the goal asks for
NARROW_COMPANIES = 600  # of the default run's second world: enough for narrow profiles, and quick
_TOO_FEW = f"a world of fewer than {NARROW_COMPANIES} domains holds too few such companies to count"


@dataclass(frozen=True, slots=True)
class Measured:
    """One profile in one world: what came of it, ours and the alternative's."""

    run: SearchRun
    ours: Counts
    theirs: Counts


@dataclass(frozen=True, slots=True)
class World:
    """A world to search, and for whom."""

    seed: int
    companies: int
    audiences: tuple[Audience, ...]


@dataclass(slots=True)
class _Ledger:
    """All that was measured so far."""

    measured: list[Measured] = field(default_factory=list)
    quotes: list[Checked] = field(default_factory=list)
    snippets: list[Checked] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


async def run(options: Options) -> SuiteResult:
    """Search every world for its profiles and compare with the truth."""
    seeds = _seeds(options)
    ledger = _Ledger()
    for world in _worlds(options, seeds):
        names = ", ".join(audience.name for audience in world.audiences)
        options.say(f"world {world.seed}: {world.companies} domains, searched for {names}")
        async with MarketProcess(seed=world.seed, companies=world.companies) as market:
            await _search(market.endpoints, world, options, ledger)
    figures = _figures(ledger, len(seeds), options.companies or COMPANIES)
    skipped = {name: _TOO_FEW for name, figure in figures.items() if figure.value is None}
    kept = {name: figure for name, figure in figures.items() if name not in skipped}
    return SuiteResult("prospecting", seeds, kept, skipped, explanation="\n\n".join(ledger.notes))


def _worlds(options: Options, seeds: Sequence[int]) -> list[World]:
    size, known = options.companies or COMPANIES, audiences()
    if options.full:
        return [World(seed, size, tuple(known.values())) for seed in seeds]
    wanted: list[tuple[int, tuple[Audience, ...]]] = [(size, (known[BROAD],))]
    if size >= NARROW_COMPANIES:
        wanted.append((NARROW_COMPANIES, tuple(known[name] for name in NARROW)))
    return [World(seed, companies, chosen) for seed in seeds for companies, chosen in wanted]


def _seeds(options: Options) -> tuple[int, ...]:
    number = options.seeds or (FULL_SEEDS if options.full else 1)
    return tuple((TUNING_SEEDS if options.explain else REPORTING_SEEDS)[:number])


async def _search(market: MarketEndpoints, searched: World, options: Options, ledger: _Ledger) -> None:
    world = world_of(map(Truth.parse, await _control(market, "/truth/companies")))
    found: dict[tuple[str, str], None] = {}
    snippets: dict[tuple[str, str], None] = {}
    for audience in searched.audiences:
        before = await _control(market, "/visits?by=host") if options.explain else {}
        done = await search_for(audience, market, options.say)
        found |= dict.fromkeys(done.quotes)
        if options.explain:
            after = await _control(market, "/visits?by=host")
            visits = {host: number - before.get(host, 0) for host, number in after.items()}
            ledger.notes.append(explain(done, world, visits))
        hits = await keyword_hits(done.queries, search_url=market.search_url, proxy=market.web_proxy)
        snippets |= dict.fromkeys(hits.snippets)
        ledger.measured.append(_measured(done, hits, world))
    options.say(f"looking up {min(QUOTES, len(found))} of {len(found)} quotes")
    ledger.quotes.append(await _checked(market, found, QUOTES))
    ledger.snippets.append(await _checked(market, snippets, SNIPPETS))
    if options.explain and ledger.quotes[-1].missing:
        ledger.notes.append("== quotes not found\n" + "\n".join(map(str, ledger.quotes[-1].missing[:20])))


def _measured(done: SearchRun, hits: Hits, world: Companies) -> Measured:
    taken = [one.domain for one in done.qualified]
    ours = counts(done.audience, world, taken, [one.domain for one in done.written])
    return Measured(done, ours, counts(done.audience, world, hits.hosts, hits.hosts))


async def _checked(market: MarketEndpoints, found: dict[tuple[str, str], None], size: int) -> Checked:
    return await quotes.check(quotes.sample(tuple(found), size, market.seed), market.web_proxy)


async def _control(market: MarketEndpoints, path: str) -> Any:
    headers = {"Authorization": f"Bearer {market.control_token}"}
    async with httpx2.AsyncClient(trust_env=False, timeout=60) as client:
        return (await client.get(market.control_url + path, headers=headers)).raise_for_status().json()


def _figures(ledger: _Ledger, worlds: int, companies: int) -> dict[str, Figure]:
    ours = sum((one.ours for one in ledger.measured), Counts())
    theirs = sum((one.theirs for one in ledger.measured), Counts())
    broad = [one for one in ledger.measured if one.run.audience.name == BROAD]
    narrow = [one for one in ledger.measured if one.run.audience.name != BROAD]
    few, few_theirs = (
        sum((one.ours for one in narrow), Counts()),
        sum((one.theirs for one in narrow), Counts()),
    )
    seconds = sum(one.run.seconds for one in broad) / worlds
    shown, asked = sum(one.shown for one in ledger.quotes), sum(one.asked for one in ledger.quotes)
    goal = "≥ 1000" if companies >= ENOUGH_DOMAINS else ""
    return {
        "companies_found": Figure(
            round(sum(one.ours.taken for one in broad) / worlds),
            "companies a world",
            goal,
            round(sum(one.theirs.taken for one in broad) / worlds),
            worlds,
        ),
        "precision": share(ours.right, ours.taken, "≥ 0.9", _rate(theirs.right, theirs.taken)),
        "recall": share(ours.wanted_found, ours.wanted, "≥ 0.8", _rate(theirs.wanted_found, theirs.wanted)),
        "duplicates_left": share(
            ours.repeated, ours.records, "≤ 0.01", _rate(theirs.repeated, theirs.records)
        ),
        "quotes_verified": share(shown, asked, "1", _snippets(ledger.snippets)),
        "precision_strict": share(
            ours.right_strict, ours.taken, "", _rate(theirs.right_strict, theirs.taken)
        ),
        "recall_all": share(
            ours.wanted_all_found, ours.wanted_all, "", _rate(theirs.wanted_all_found, theirs.wanted_all)
        ),
        "precision_narrow": share(few.right, few.taken, "", _rate(few_theirs.right, few_theirs.taken)),
        "recall_narrow": share(
            few.wanted_found, few.wanted, "", _rate(few_theirs.wanted_found, few_theirs.wanted)
        ),
        "sites_per_s": Figure(
            sum(one.run.sites for one in ledger.measured) / sum(one.run.seconds for one in ledger.measured),
            "sites/s",
            n=sum(one.run.sites for one in ledger.measured),
        ),
        "find_s": Figure(seconds, "s", n=worlds),
    }


def _rate(hits: int, total: int) -> float | None:
    return hits / total if total else None


def _snippets(checked: Sequence[Checked]) -> float | None:
    return _rate(sum(one.shown for one in checked), sum(one.asked for one in checked))
