"""Puts a market together and runs it until it is told to stop. The only place that knows all parts."""

import asyncio
import contextlib
import json
import logging
import os
import secrets
import signal
import sys
from collections.abc import Generator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import uvicorn

from evals.loopback import listening
from evals.market.board.api import Board
from evals.market.buyers.market import Buyers
from evals.market.calendar.diary import Diary
from evals.market.calendar.server import CalendarServer, calendar_url
from evals.market.changes.residents import Residents
from evals.market.changes.site import LivingSite
from evals.market.clock import ClockMode, MarketClock
from evals.market.control import ControlApi, Surroundings
from evals.market.egress import EgressProxy
from evals.market.events.scene import Scene
from evals.market.events.shocks import Shocks
from evals.market.mail.boxes import Mailboxes
from evals.market.mail.faults import FaultScript, Outages
from evals.market.mail.sink import MailSink
from evals.market.mail.store import MailStore
from evals.market.people.pen import SERVER
from evals.market.people.population import Population
from evals.market.people.town import Town, Townsfolk
from evals.market.people.words import MARKET
from evals.market.process import MarketEndpoints
from evals.market.search.documents import company_documents, dated_documents, other_documents
from evals.market.search.endpoint import SEARCH_HOST, SearchSite
from evals.market.search.index import SearchIndex
from evals.market.sites.directories import directory_hosts, load_directories
from evals.market.sites.internet import Internet, Site
from evals.market.sites.sellers import Seller, load_sellers
from evals.market.sites.static import mount_folders
from evals.market.world.atlas import Atlas, load_atlas
from evals.market.world.generate import generate_companies
from evals.market.world.records import Company

logger = logging.getLogger(__name__)

_PARENT_POLL_SECONDS = 0.5
_PARTNERS = 5
_PEOPLE_POLL_SECONDS = 0.2

MOVING, STILL = "moving", "still"
TERMINAL = "-"


@dataclass(frozen=True, slots=True)
class MarketOptions:
    """How a market is asked to run; port 0 is any free one."""

    seed: int = 7
    companies: int = 2400
    sites: tuple[Path, ...] = ()
    home: Path | None = None
    clock: ClockMode = ClockMode.REAL
    speed: float = 60.0
    start: datetime | None = None
    people: str = "calibrated"
    world: str = MOVING
    ports_file: Path | None = None
    parent_pid: int | None = None
    board_link: str = ""
    mail_users: tuple[str, ...] = ()
    seller: str | None = None  # host of the one whose mailbox is given out; the first one otherwise
    mail_password: str | None = None
    proxy_port: int = 0
    smtp_port: int = 0
    imap_port: int = 0
    caldav_port: int = 0
    control_port: int = 0


class QuietServer(uvicorn.Server):
    """Uvicorn without signal handlers: the market handles its own."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave signals alone."""
        yield


class Market:
    """One running market."""

    def __init__(self, options: MarketOptions) -> None:
        self._options = options
        self._clock = MarketClock(
            options.clock, speed=options.speed, start=options.start or self._kept_time()
        )
        self._outages = Outages(self._clock.now)
        self._boxes = Mailboxes(self._outages)
        self._outages.tell(self._boxes.drop_connections)
        self._faults = FaultScript()
        mails = options.home / "mails" if options.home else None
        self._store = MailStore(self._clock.now, mails)
        self._calendar = CalendarServer(options.home / "calendar" if options.home else None)
        self._token = secrets.token_urlsafe(24)
        self._password = options.mail_password or secrets.token_urlsafe(12)
        self._control: QuietServer | None = None
        self.board: Board | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> MarketEndpoints:
        """Make the world and open every port."""
        options, atlas, sellers = self._options, load_atlas(), load_sellers()
        mounted: dict[str, Site] = {**mount_folders(options.sites)}
        reserved = frozenset({SEARCH_HOST, *mounted, *(s.host for s in sellers), *directory_hosts()})
        companies = generate_companies(atlas, options.seed, options.companies, reserved)
        self._scene = Scene(atlas, companies, sellers, options.seed, still=options.world == STILL)
        internet = build_internet(
            atlas, companies, sellers, self._scene, options.seed, mounted, self._clock.now()
        )
        self._internet = internet
        self._proxy = EgressProxy(internet, self._clock.now)
        first = sorted(sellers, key=lambda one: one.host != options.seller)
        users = options.mail_users or tuple(s.mailbox for s in first)
        for user in users:
            await self._boxes.add_user(user, self._password)
        shocks = self._remembered_shocks(users)
        residents = Residents(atlas, companies, self._scene.book, self._clock.now)
        minds = Buyers(options.seed, atlas, companies) if options.people == MARKET else None
        await self._settle_people(residents, minds)
        diary = Diary(self._calendar, users[0])
        around = Surroundings(
            self._token,
            self._clock,
            atlas,
            companies,
            self._store,
            self._boxes,
            self._faults,
            self._proxy,
            diary,
            self._folk,
            self._scene,
            shocks,
            internet,
        )
        proxy = await self._proxy.start(options.proxy_port)
        smtp = await self._sink.start(options.smtp_port)
        imap = await self._boxes.start(options.imap_port)
        caldav = await asyncio.to_thread(self._calendar.start, users, self._password, options.caldav_port)
        control = await self._start_control(around)
        login = f"{quote(users[0], safe='')}:{quote(self._password, safe='')}"
        return MarketEndpoints(
            web_proxy=f"http://127.0.0.1:{proxy}",
            search_url=f"http://{SEARCH_HOST}/search",
            smtp_url=f"smtp://{login}@127.0.0.1:{smtp}",
            imap_url=f"imap://{login}@127.0.0.1:{imap}",
            caldav_url=calendar_url(users[0], self._password, caldav),
            clock_url=f"http://127.0.0.1:{control}/now",
            control_url=f"http://127.0.0.1:{control}",
            control_token=self._token,
            sellers=tuple(s.url for s in first),
            mail_user=users[0],
            mail_password=self._password,
            mail_server=SERVER,
            seed=options.seed,
            companies=len(companies),
            pid=os.getpid(),
        )

    async def live(self) -> None:
        """Let people do what comes due while the clock runs by itself."""
        while True:
            await asyncio.sleep(_PEOPLE_POLL_SECONDS)
            try:
                await self._folk.pass_time()
            except Exception:  # one person's trouble must not end everybody's life
                logger.exception("people_stopped_short")

    async def warm_up(self) -> None:
        """Build the search index beside the running servers."""
        await asyncio.to_thread(self._scene.events, self._clock.now(), self._clock.now())
        search = self._internet.site(SEARCH_HOST)
        if isinstance(search, SearchSite):
            await asyncio.to_thread(search.warm_up)

    async def stop(self) -> None:
        """Close every port and keep the time for the next run."""
        calendar = asyncio.to_thread(self._calendar.stop)
        await asyncio.gather(self._proxy.stop(), self._sink.stop(), self._boxes.stop(), calendar)
        if self._control is not None:
            self._control.should_exit = True
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._options.home:
            self._options.home.mkdir(parents=True, exist_ok=True)
            (self._options.home / "clock.json").write_text(json.dumps({"now": self._clock.now().isoformat()}))

    def _remembered_shocks(self, users: tuple[str, ...]) -> Shocks:
        """Bring back the shocks of an earlier run."""
        kept = self._options.home / "shocks.jsonl" if self._options.home else None
        shocks = Shocks(self._scene, self._outages, tuple(user.lower() for user in users), kept)
        shocks.remember()
        return shocks

    async def _settle_people(self, population: Population, minds: Buyers | None) -> None:
        """Bring back what an earlier run kept, and let people read what arrives from now on."""
        options = self._options
        folder = options.home / "people" if options.home else None
        town = Town(
            options.seed,
            options.people,
            population,
            self._boxes,
            self._store,
            self._clock.now,
            folder,
            minds,
        )
        self._folk = Townsfolk(town)
        self._sink = MailSink(self._store, self._boxes, self._faults, self._folk, self._outages)
        await self._sink.refile()
        await self._folk.replay()

    async def _start_control(self, around: Surroundings) -> int:
        """Serve the control API and return its port."""
        listener = listening(self._options.control_port)
        application = ControlApi(around).application()
        if self._options.board_link:
            self.board = Board(around, application)
            application.router.routes.extend(self.board.routes())
        config = uvicorn.Config(application, log_level="warning", lifespan="off")
        self._control = QuietServer(config)
        self._tasks.append(asyncio.create_task(self._control.serve(sockets=[listener])))
        while not self._control.started:  # noqa: ASYNC110 - uvicorn offers a flag, no event
            await asyncio.sleep(0.005)
        return int(listener.getsockname()[1])

    def _kept_time(self) -> datetime | None:
        """Return the time at which a stepped or fast market stopped; a real clock needs none."""
        kept = self._options.home / "clock.json" if self._options.home else None
        if kept is None or not kept.is_file() or self._options.clock is ClockMode.REAL:
            return None
        return datetime.fromisoformat(json.loads(kept.read_text())["now"])


def build_internet(
    atlas: Atlas,
    companies: tuple[Company, ...],
    sellers: tuple[Seller, ...],
    scene: Scene,
    seed: int,
    mounted: dict[str, Site],
    now: datetime,
) -> Internet:
    """Put every host on the map; mounted folders win over drawn companies."""
    hosts: dict[str, Site] = {}
    for company in companies:
        first = (company.key * 7919 + 13) % max(1, len(companies))
        partners = tuple(companies[(first + n * 31) % len(companies)] for n in range(_PARTNERS))
        site = LivingSite(atlas, company, partners, scene.book)
        hosts |= dict.fromkeys((company.domain, company.host, *company.aliases), site)
    directories = load_directories(atlas, companies, seed)
    hosts |= {site.host: site for site in scene.sites}
    hosts |= {seller.host: seller for seller in sellers}
    hosts |= {directory.host: directory for directory in directories}

    def build_index() -> SearchIndex:
        dated = dated_documents(scene.sites, now)
        return SearchIndex(
            [*company_documents(atlas, companies), *other_documents(directories, sellers), *dated]
        )

    return Internet({**hosts, **mounted, SEARCH_HOST: SearchSite(build_index)})


async def run_market(options: MarketOptions) -> None:
    """Run a market until SIGTERM, SIGINT or the parent's end."""
    market = Market(options)
    endpoints = await market.start()
    stopped = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stopped.set)
    if market.board is not None:
        tell_link(market.board.link(endpoints.control_url), options.board_link)
    announce(endpoints, options.ports_file, keep_token=market.board is not None)
    beside = [
        asyncio.create_task(_watch_parent(options.parent_pid, stopped)),
        asyncio.create_task(market.warm_up()),
        asyncio.create_task(market.live()),
    ]
    if market.board is not None:
        beside.append(asyncio.create_task(market.board.wait_for_mail()))
    await stopped.wait()
    for task in beside:
        task.cancel()
    await market.stop()


def announce(endpoints: MarketEndpoints, ports_file: Path | None, *, keep_token: bool = False) -> None:
    """Print the endpoints as one line, and write them for whoever may read the file.

    Args:
        keep_token: leave the control token out of the file, which the product can read.
    """
    told = asdict(endpoints)
    if ports_file is not None:
        _write_privately(ports_file, json.dumps(told | ({"control_token": ""} if keep_token else {})))
    sys.stdout.write(f"{json.dumps(told)}\n")
    sys.stdout.flush()


def tell_link(link: str, where: str) -> None:
    """Hand the board's link to the person alone: to a file, or past the program that started us to the terminal."""
    if where != TERMINAL:
        return _write_privately(Path(where), link)
    sys.stderr.write(f"Behind the curtain, the market's own page (opens once): {link}\n")
    sys.stderr.flush()


def _write_privately(file: Path, text: str) -> None:
    """Write a file that only its owner reads, at once."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f"{file.name}.part")
    partial.touch(mode=0o600)
    partial.write_text(text)
    partial.replace(file)


async def _watch_parent(parent: int | None, stopped: asyncio.Event) -> None:
    """Stop when the parent is gone; a re-parented process shows it before the number is free again."""
    own_parent = os.getppid() == parent
    while parent is not None:
        if (own_parent and os.getppid() != parent) or not _alive(parent):
            stopped.set()
            return
        await asyncio.sleep(_PARENT_POLL_SECONDS)


def _alive(pid: int) -> bool:
    """Say whether a process exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
