"""The control and clock API of the market, for the harness. Only health and the time of day need no token."""

import asyncio
import base64
import hmac
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from evals.market.calendar.diary import Diary
from evals.market.clock import ClockMode, ClockReading, MarketClock
from evals.market.egress import EgressProxy
from evals.market.events.api import EventsApi
from evals.market.events.scene import Scene
from evals.market.events.shocks import Shocks
from evals.market.ledger.api import LedgerApi
from evals.market.ledger.facts import facts_of
from evals.market.mail.boxes import Mailboxes
from evals.market.mail.faults import Fault, FaultKind, FaultScript
from evals.market.mail.store import MailStore, ReceivedMail
from evals.market.people.api import PeopleApi
from evals.market.people.town import Townsfolk
from evals.market.sites.internet import Internet
from evals.market.sites.sellers import load_sellers
from evals.market.truth import describe_all
from evals.market.world.atlas import Atlas
from evals.market.world.records import Company

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the control API reaches."""

    token: str
    clock: MarketClock
    atlas: Atlas
    companies: tuple[Company, ...]
    store: MailStore
    boxes: Mailboxes
    faults: FaultScript
    proxy: EgressProxy
    diary: Diary
    folk: Townsfolk
    scene: Scene
    shocks: Shocks
    internet: Internet


class ControlApi:
    """The endpoints, one method each."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def application(self) -> Starlette:
        """Return the ASGI application."""
        guarded: list[tuple[str, Endpoint, str]] = [
            ("/clock", self.set_clock, "POST"),
            ("/clock/step", self.step_clock, "POST"),
            ("/mails", self.list_mails, "GET"),
            ("/mails/{number:int}/raw", self.raw_mail, "GET"),
            ("/mailboxes", self.open_mailbox, "POST"),
            ("/mailboxes/{address}/inbox", self.deliver, "POST"),
            ("/faults", self.list_faults, "GET"),
            ("/faults", self.add_fault, "POST"),
            ("/faults", self.clear_faults, "DELETE"),
            ("/visits", self.list_visits, "GET"),
            ("/calendar/events", self.list_events, "GET"),
            ("/calendar/events", self.add_event, "POST"),
            ("/calendar/events/{uid}", self.remove_event, "DELETE"),
            ("/truth/companies", self.truth, "GET"),
            *PeopleApi(self._around.folk).routes(),
            *self._ledger().routes(),
            *EventsApi(
                self._around.scene, self._around.shocks, self._around.internet, self._around.clock.now
            ).routes(),
        ]
        routes = [Route("/health", self.health), Route("/now", self.now)]
        routes += [Route(path, self._guard(endpoint), methods=[method]) for path, endpoint, method in guarded]
        return Starlette(routes=routes)

    def _ledger(self) -> LedgerApi:
        """The judge of what the seller did."""
        around = self._around
        facts = facts_of(around.atlas, around.scene.book, load_sellers())
        return LedgerApi(around.folk, around.diary, around.scene, facts, around.clock.now)

    async def health(self, _: Request) -> Response:
        """Say that the market is up."""
        return JSONResponse({"ok": True, "companies": len(self._around.companies)})

    async def now(self, _: Request) -> Response:
        """Tell the time."""
        return _reading(self._around.clock.read())

    async def set_clock(self, request: Request) -> Response:
        """Set mode, speed or time; what comes due by it has happened when this returns."""
        body = await request.json()
        mode = ClockMode(body["mode"]) if "mode" in body else None
        now = _moment(body["now"]) if "now" in body else None
        speed = float(body["speed"]) if "speed" in body else None
        reading = self._around.clock.set(mode=mode, speed=speed, now=now)
        await self._around.folk.pass_time()
        return _reading(reading)

    async def step_clock(self, request: Request) -> Response:
        """Move the time forward; what comes due on the way has happened when this returns."""
        body = await request.json()
        to = _moment(body["to"]) if "to" in body else None
        reading = self._around.clock.step(seconds=body.get("seconds"), to=to)
        await self._around.folk.pass_time()
        return _reading(reading)

    async def list_mails(self, _: Request) -> Response:
        """List what arrived."""
        return JSONResponse([_mail(mail) for mail in self._around.store.all()])

    async def raw_mail(self, request: Request) -> Response:
        """Return the bytes of one mail."""
        mail = self._around.store.get(int(request.path_params["number"]))
        return Response(mail.raw, media_type="message/rfc822") if mail else _error(404, "no such mail")

    async def open_mailbox(self, request: Request) -> Response:
        """Open a mailbox for an address."""
        body = await request.json()
        await self._around.boxes.add_user(str(body["address"]), str(body["password"]))
        return JSONResponse({"address": body["address"]}, 201)

    async def deliver(self, request: Request) -> Response:
        """Put a message (base64 in "raw") into somebody's INBOX."""
        address = str(request.path_params["address"])
        if not self._around.boxes.has_user(address):
            return _error(404, "no such mailbox")
        raw = base64.b64decode((await request.json())["raw"])
        await self._around.boxes.file(address, "INBOX", raw, self._around.clock.now())
        return JSONResponse({"delivered": address}, 201)

    async def list_faults(self, _: Request) -> Response:
        """List the failures still to happen."""
        return JSONResponse([asdict(fault) for fault in self._around.faults.pending()])

    async def add_fault(self, request: Request) -> Response:
        """Script one failure: kind, recipient pattern, code, seconds, times (null = for ever)."""
        body: dict[str, Any] = await request.json()
        body["kind"] = FaultKind(body["kind"])
        self._around.faults.add(Fault(**body))
        return JSONResponse({"pending": len(self._around.faults.pending())}, 201)

    async def clear_faults(self, _: Request) -> Response:
        """Forget all failures."""
        self._around.faults.clear()
        return JSONResponse({"pending": 0})

    async def list_visits(self, request: Request) -> Response:
        """List requests that came through the proxy, or count them by host with ?by=host."""
        visits = self._around.proxy.visits
        if request.query_params.get("by") == "host":
            return JSONResponse(Counter(v.host for v in visits))
        host = request.query_params.get("host")
        rows = [{**asdict(v), "at": v.at.isoformat()} for v in visits if not host or v.host == host]
        return JSONResponse(rows)

    async def list_events(self, request: Request) -> Response:
        """List what is in a calendar; ?user= names another mailbox than the first."""
        rows = await asyncio.to_thread(self._around.diary.events, request.query_params.get("user"))
        return JSONResponse(rows)

    async def add_event(self, request: Request) -> Response:
        """Insert a busy time: start and end, or a whole .ics in "raw"."""
        user = request.query_params.get("user")
        uid = await asyncio.to_thread(self._around.diary.add, await request.json(), user)
        return JSONResponse({"uid": uid}, 201)

    async def remove_event(self, request: Request) -> Response:
        """Delete an event by its UID."""
        user, uid = request.query_params.get("user"), str(request.path_params["uid"])
        found = await asyncio.to_thread(self._around.diary.remove, uid, user)
        return JSONResponse({"removed": uid}) if found else _error(404, "no such event")

    async def truth(self, _: Request) -> Response:
        """Tell the truth about every company as it is now."""
        around = self._around
        return JSONResponse(describe_all(around.atlas, around.scene.book.all_as_of(around.clock.now())))

    def _guard(self, endpoint: Endpoint) -> Endpoint:
        """Let an endpoint be called only with the token; wrong input becomes one sentence."""

        async def guarded(request: Request) -> Response:
            expected = f"Bearer {self._around.token}"
            if not hmac.compare_digest(request.headers.get("authorization", "").encode(), expected.encode()):
                return _error(401, "this needs the control token")
            try:
                return await endpoint(request)
            except (KeyError, TypeError, ValueError) as error:
                return _error(422, f"{type(error).__name__}: {error}")

        return guarded


def _reading(reading: ClockReading) -> Response:
    """Shape a clock reading."""
    return JSONResponse({"now": reading.now.isoformat(), "mode": reading.mode.value, "speed": reading.speed})


def _mail(mail: ReceivedMail) -> dict[str, Any]:
    """Shape one received mail."""
    return {
        "id": mail.id,
        "from": mail.sender,
        "to": list(mail.recipients),
        "user": mail.user,
        "headers": mail.headers(),
        "arrived_at": mail.arrived_at.isoformat(),
        "size": len(mail.raw),
    }


def _moment(text: str) -> datetime:
    """Read an ISO moment; without a zone it is UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _error(status: int, message: str) -> Response:
    """Shape an error."""
    return JSONResponse({"error": message}, status)
