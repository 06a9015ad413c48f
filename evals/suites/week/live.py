"""Lives the days: sets the sandbox seller up, launches one campaign, and then lets the clock and the product run."""

import random
import resource
import socket
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

from domain.meetings import uid_of
from evals.market.process import MarketEndpoints, MarketProcess
from evals.suites.options import Say
from evals.suites.week.keeper import PRELOADED, Keeper
from evals.suites.week.market_side import MarketSide, Truth, market_client
from evals.suites.week.product_side import Records, read_records
from evals.suites.week.worker import Alter, as_built
from runtime.settings import Settings

SELLER = "pitchloom.example"
START = datetime.fromisoformat("2026-11-23T07:00:00+00:00")  # a Monday
POLICY = Path(__file__).resolve().parents[3] / "docs" / "policies" / "unattended.yaml"
SHORTEST = timedelta(minutes=2)  # the clock never moves by less: a mailbox is looked at no more often
LONGEST = timedelta(hours=6)
_CALLED = {"held": "held", "no_show": "no-show"}
_LAST_DAY = timedelta(hours=11)  # the last day is lived until its evening
_MORNING = 7  # hour (UTC) at which the owner reads the morning page and decides what was asked


@dataclass(frozen=True)
class Plan:
    """How much of a week; it ends in the evening, so many days after the first."""

    seed: int
    days: int = 7
    prospects: int = 80
    companies: int = 900
    crashes: float = 0.2
    profile: str = "busy"
    world: str = "still"
    asked: tuple[str, ...] = ()  # further addresses of the control API whose answers are kept
    bought: str = ""  # a list of companies and people as CSV, imported on the first morning


@dataclass(frozen=True)
class Decision:
    """A person's yes after the first morning: when, to which act, about whom."""

    ask: str
    at: datetime
    action: str
    recipient: str


@dataclass(frozen=True)
class Lived:
    """What was left at the end, on both sides."""

    plan: Plan
    truth: Truth
    records: Records
    digest: dict[str, Any]
    kills: int
    ticks: int
    asks: int
    mails_planned: int
    seconds: float
    problems: tuple[str, ...]
    ended: datetime
    decided: tuple[Decision, ...] = ()
    told: Mapping[str, Any] = field(default_factory=dict)  # answers to `plan.asked`
    seconds_set_up: float = 0.0
    rss_mb: Mapping[str, tuple[float, ...]] = field(default_factory=dict)  # of each process, by day


async def live(plan: Plan, say: Say, alter: Alter = as_built) -> Lived:
    """Run one week in a market of its own; nothing is left of it. `alter` changes the product's house, see worker."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="rainmaker-week-") as folder:
        options = {
            "companies": plan.companies,
            "seed": plan.seed,
            "people": plan.profile,
            "world": plan.world,
        }
        async with MarketProcess(
            **options, clock="stepped", start=START.isoformat(), mail_user=f"robin@{SELLER}"
        ) as running:
            market = running.endpoints
            port = _free_port()
            settings = settings_at(Path(folder), market, port)
            async with market_client(market.control_url, market.control_token) as client:
                chance = random.Random(plan.seed)
                keeper = Keeper(settings, port, chance, _context=_processes(alter))
                days = _Days(plan, MarketSide(client), keeper, say, market.pid)
                try:
                    return await days.live(settings, started)
                finally:
                    await days.keeper.stop()


def _processes(alter: Alter) -> ForkServerContext:
    """The keeper's processes, each of which changes its house."""
    context = ForkServerContext()
    context.set_forkserver_preload(PRELOADED)
    context.Process = partial(ForkServerProcess, kwargs={"alter": alter})  # type: ignore[assignment,misc]
    return context


def settings_at(home: Path, market: MarketEndpoints, port: int) -> Settings:
    """Settings of a home in this market, with the policy for work that nobody watches."""
    return Settings(
        home=home,
        sandbox=True,
        web_proxy=market.web_proxy,
        search_url=market.search_url,
        smtp_url=market.smtp_url,  # type: ignore[arg-type]
        imap_url=market.imap_url,  # type: ignore[arg-type]
        caldav_url=market.caldav_url,  # type: ignore[arg-type]
        clock_url=market.clock_url,
        mail_servers=market.mail_server,
        mail_from=f"Robin Weber <{market.mail_user}>",
        postal_address="Example Street 1, Tallinn",
        mailbox_started="2020-01-01",  # type: ignore[arg-type]
        calendar_zone="Europe/Berlin",
        policy_file=POLICY if POLICY.is_file() else None,
        public_url=f"http://127.0.0.1:{port}",
        port=port,
        send_grace=0.2,
    )


class _Days:
    """One run."""

    def __init__(self, plan: Plan, side: MarketSide, keeper: Keeper, say: Say, market_pid: int) -> None:
        self.plan, self.side, self.keeper, self.say = plan, side, keeper, say
        self.ticks = self.asks = self.planned = 0
        self._market_pid = market_pid
        self._looked_in: set[str] = set()
        self._problems: dict[str, None] = {}
        self._decided: list[Decision] = []
        self._rss: dict[str, list[float]] = {"product": [], "market": []}

    async def live(self, settings: Settings, started: float) -> Lived:
        crashes, self.keeper.crashes = self.plan.crashes, 0.0
        await self._set_up()
        set_up = time.monotonic() - started
        self._decided.clear()  # what a person does on the first morning is the mandate
        self.keeper.crashes = crashes
        await self._run(START + timedelta(days=self.plan.days) + _LAST_DAY)
        self.keeper.crashes = 0.0
        await self._turn()
        await self._tell_of_meetings()
        page = await self.keeper.do("digest", hours=24 * (self.plan.days + 1))
        await self.keeper.stop()
        return Lived(
            plan=self.plan,
            truth=await Truth.of(self.side),
            records=await read_records(settings),
            digest=page,
            kills=self.keeper.kills,
            ticks=self.ticks,
            asks=self.asks,
            mails_planned=self.planned,
            seconds=time.monotonic() - started,
            problems=tuple(dict.fromkeys((*self._problems, *self.keeper.errors))),
            ended=await self.side.now(),
            decided=tuple(self._decided),
            told={path: await self.side.ask(path) for path in self.plan.asked},
            seconds_set_up=set_up,
            rss_mb={name: tuple(sizes) for name, sizes in self._rss.items()},
        )

    async def _set_up(self) -> None:
        """What a person does on the first morning: profile, prospects, campaign, one yes."""
        await self.keeper.do("onboard", url=f"http://{SELLER}/")
        if self.plan.bought:
            path = self.keeper.settings.home / "bought.csv"
            path.write_text(self.plan.bought)
            await self.keeper.do("import", path=str(path))
        found = await self.keeper.do("prospects_find", limit=self.plan.prospects)
        planned = await self.keeper.do("campaign_plan", limit=self.plan.prospects)
        self.planned = len(planned["drafts"])
        self.say(f"seed {self.plan.seed}: {found.get('qualified', '?')} prospects, {self.planned} drafts")
        await self.keeper.do("campaign_launch")
        await self._decide()

    async def _run(self, end: datetime) -> None:
        now = await self.side.now()
        while now < end:
            told = await self._turn()
            if now.hour == _MORNING and now.weekday() < 5 and now.date().isoformat() not in self._looked_in:
                self._looked_in.add(now.date().isoformat())
                await self._decide()
                told = await self._turn()
                self.say(f"{now:%A}: {told.get('sent', 0)} sent, {self.keeper.kills} kills")
                self._weigh_processes()
            await self.side.step_to(min(end, await self._next(now, told)))
            now = await self.side.now()

    async def _next(self, now: datetime, told: dict[str, Any]) -> datetime:
        """The moment at which somebody has something to do: the product, a person outside, the owner."""
        morning = now.replace(hour=_MORNING, minute=0, second=0, microsecond=0)
        times = [now + LONGEST, morning if morning > now else morning + timedelta(days=1)]
        due_at = datetime.fromisoformat(told["next_due"]) if told.get("next_due") else now
        if due_at > now:  # a time gone by waits for something else: for a stop to end, or for a person
            times.append(due_at)
        if (due := await self.side.next_due()) is not None:
            times.append(due)
        return max(now + SHORTEST, min(times))

    async def _turn(self) -> dict[str, Any]:
        self.ticks += 1
        told = await self.keeper.tick()
        self._problems |= dict.fromkeys(told.get("problems", ()))
        return told

    async def _decide(self) -> None:
        """The owner says yes to whatever is asked, and whether meetings took place; other tasks stay open."""
        await self._tell_of_meetings()
        for ask in await self.keeper.do("approvals"):
            try:
                await self.keeper.do("approve", id=ask["id"])
                self.asks += 1
                now = await self.side.now()
                self._decided += [
                    Decision(ask["id"], now, ask["action"], one["recipient"]) for one in ask["items"]
                ]
            except RuntimeError as error:
                self._problems[str(error)[:200]] = None

    def _weigh_processes(self) -> None:
        for name, pid in (("product", self.keeper.pid), ("market", self._market_pid)):
            self._rss[name].append(_rss_mb(pid))

    async def _tell_of_meetings(self) -> None:
        """Only those who were there know; the owner was."""
        truth = {one["uid"]: one["state"] for one in await self.side.ask("/truth/meetings")}
        for task in await self.keeper.do("tasks"):
            state = truth.get(uid_of(task["about"]))
            if state is not None:
                await self.keeper.do("tasks_done", id=task["id"], result=_CALLED.get(state, "cancelled"))


def _rss_mb(pid: int | None) -> float:
    """Resident memory of a process as the kernel tells it; 0 where it is gone."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return 0.0
    return pages * resource.getpagesize() / 2**20


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
