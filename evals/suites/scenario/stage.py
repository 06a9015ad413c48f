"""Where a scenario plays: a home prepared once and copied, a fresh market of the same seed, the product as a child."""

import asyncio
import csv
import json
import random
import shutil
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from evals.market.process import MarketProcess
from evals.suites.scenario.story import Role, Setup
from evals.suites.week.keeper import Keeper
from evals.suites.week.live import POLICY, SELLER, START, settings_at
from evals.suites.week.market_side import MarketSide, market_client
from runtime.settings import Settings

SEED, COMPANIES = 23, 120
PEOPLE = 8  # who can be written to
_PROFILE = "busy"  # of the market's people; everybody is told to be silent first
_TRADES = frozenset({"marketing_agency", "web_studio", "consulting"})
_COLUMNS = ("company", "website", "country", "city", "industry", "employees", "name", "title", "email")


@dataclass(frozen=True)
class Person:
    """Somebody of the prepared world whom a scenario can speak of."""

    name: str
    title: str
    address: str
    company: str
    domain: str
    language: str
    country: str
    city: str
    industry: str
    employees: int

    @property
    def first(self) -> str:
        """What they are called."""
        return self.name.split(" ")[0]


@dataclass(frozen=True)
class Prepared:
    """A home that knows its seller and its prospects, and the people it knows; `colleagues` by domain are unknown."""

    home: Path
    people: tuple[Person, ...]
    colleagues: Mapping[str, Person]


@dataclass(frozen=True)
class Stage:
    """One running world with a product in it."""

    side: MarketSide
    keeper: Keeper
    settings: Settings
    mailbox: str
    prepared: Prepared


async def prepare(folder: Path) -> Prepared:
    """Teach a house its seller and its prospects; what every scenario begins with."""
    home = folder / "prepared"
    async with _market(Setup(), folder) as market, _client(market) as side:
        people, colleagues = _chosen(await side.ask("/truth/companies"))
        file = folder / "people.csv"
        await asyncio.to_thread(_write, file, people)
        keeper = Keeper(settings_at(home, market, free_port()), 0, random.Random(SEED), crashes=0.0)
        keeper.port = keeper.settings.port
        try:
            await keeper.do("onboard", url=f"http://{SELLER}/")
            await keeper.do("import", path=str(file))
        finally:
            await keeper.stop()
    return Prepared(home, people, colleagues)


@asynccontextmanager
async def staged(prepared: Prepared, setup: Setup, folder: Path) -> AsyncIterator[Stage]:
    """A copy of the prepared home in a world of its own."""
    home = folder / "home"
    await asyncio.to_thread(shutil.copytree, prepared.home, home)
    async with _market(setup, folder) as market, _client(market) as side:
        port = free_port()
        changed = {"policy_file": _policy(setup, folder)} if setup.policy else {}
        settings = settings_at(home, market, port).model_copy(update=changed)
        keeper = Keeper(settings, port, random.Random(SEED), crashes=0.0)
        try:
            yield Stage(side, keeper, settings, market.mail_user, prepared)
        finally:
            await keeper.stop()


def cast(prepared: Prepared, roles: Mapping[str, Role]) -> dict[str, Person]:
    """Who plays whom: the first that fits and has no part yet.

    Raises:
        ValueError: nobody is left who fits.
    """
    free = list(prepared.people)
    found: dict[str, Person] = {}
    for name, role in roles.items():
        if role.colleague_of:
            continue
        wants = [
            one for name_of in _partners(roles, name) for one in free if one.domain in prepared.colleagues
        ]
        pool = wants or free
        fits = [one for one in pool if one.language == (role.language or one.language)]
        fits = [one for one in fits if one.country == (role.country or one.country)]
        if not fits:
            raise ValueError(f"nobody in the prepared world can play {name}")
        found[name] = fits[0]
        free.remove(fits[0])
    for name, role in roles.items():
        if role.colleague_of:
            boss = found[role.colleague_of]
            if boss.domain not in prepared.colleagues:
                raise ValueError(f"{role.colleague_of} has no colleague who could play {name}")
            found[name] = prepared.colleagues[boss.domain]
    return found


def _partners(roles: Mapping[str, Role], name: str) -> list[str]:
    return [other for other, role in roles.items() if role.colleague_of == name]


@asynccontextmanager
async def _market(setup: Setup, folder: Path) -> AsyncIterator[Any]:
    """A market of the one seed."""
    options: dict[str, Any] = {"world": setup.world}
    if setup.sites:
        options["sites"] = await asyncio.to_thread(_sites, setup.sites, folder / "sites")
    async with MarketProcess(
        companies=COMPANIES,
        seed=SEED,
        people=_PROFILE,
        clock="stepped",
        start=START.isoformat(),
        mail_user=f"robin@{SELLER}",
        **options,
    ) as running:
        yield running.endpoints


@asynccontextmanager
async def _client(market: Any) -> AsyncIterator[MarketSide]:
    async with market_client(market.control_url, market.control_token) as client:
        yield MarketSide(client)


def _chosen(companies: list[dict[str, Any]]) -> tuple[tuple[Person, ...], dict[str, Person]]:
    """People of companies that fit, half of them English; and one colleague of each where there is one."""
    fit = [
        one for one in companies if one["industry"] in _TRADES and one["status"] == "active" and one["people"]
    ]
    fit = sorted(fit, key=lambda one: (_rank(one, fit), one["domains"][0]))
    people = tuple(_person(one, 0) for one in fit[:PEOPLE])
    colleagues = {one["domains"][0]: _person(one, 1) for one in fit[:PEOPLE] if len(one["people"]) > 1}
    return people, colleagues


def _rank(company: dict[str, Any], fit: list[dict[str, Any]]) -> int:
    """Its place among the companies of its language, so that several languages are there."""
    same = sorted(one["domains"][0] for one in fit if one["language"] == company["language"])
    return same.index(company["domains"][0])


def _person(company: dict[str, Any], number: int) -> Person:
    one = company["people"][number]
    return Person(
        name=one["name"],
        title=one["role"],
        address=one["email"].lower(),
        company=company["name"],
        domain=company["domains"][0],
        language=company["language"],
        country=company["country"],
        city=company["city"],
        industry=company["industry_label"],
        employees=company["employees"],
    )


def _write(file: Path, people: tuple[Person, ...]) -> None:
    with file.open("w", newline="") as handle:
        rows = csv.writer(handle)
        rows.writerow(_COLUMNS)
        for one in people:
            row = asdict(one) | {"website": one.domain, "email": one.address}
            rows.writerow([row[column] for column in _COLUMNS])


def _sites(sites: Mapping[str, Mapping[str, str]], root: Path) -> Path:
    for host, pages in sites.items():
        for name, text in pages.items():
            path = root / host / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return root


def _policy(setup: Setup, folder: Path) -> Path:
    """The matrix for work that nobody watches, with cells of some rows changed."""
    matrix = yaml.safe_load(POLICY.read_text())
    unknown = set(setup.policy) - {row["id"] for row in matrix["rows"]}
    if unknown:
        raise ValueError(f"the matrix has no row {sorted(unknown)[0]}")
    matrix["rows"] = [{**row, **setup.policy.get(row["id"], {})} for row in matrix["rows"]]
    path = folder / "policy.yaml"
    path.write_text(yaml.safe_dump(matrix, sort_keys=False))
    return path


def free_port() -> int:
    """A port nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def told_as_text(value: Any) -> str:
    """What a command answered, for patterns to search in."""
    return json.dumps(value, ensure_ascii=False, default=str)
