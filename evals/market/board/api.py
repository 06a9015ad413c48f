"""The board's routes. Whoever has no cookie of ours sees that a link is needed, and nothing else."""

import hashlib
from collections.abc import Awaitable, Callable
from email import message_from_bytes, policy
from email.message import EmailMessage

from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from evals.market.board import page
from evals.market.board.door import COOKIE, FIELD, PATH, Door, ForeignError, Guest, check_form, comes_home
from evals.market.board.feed import Feed
from evals.market.board.hands import LINE_CUT, CannotError, Hands
from evals.market.board.judging import Judge
from evals.market.board.struck import all_struck
from evals.market.control import Surroundings
from evals.market.ledger.facts import facts_of
from evals.market.people.reading import text_of
from evals.market.sites.sellers import load_sellers

_Answer = Callable[[Request, Guest], Awaitable[Response]]
_LONGEST_FORM = 4000
_SHOWN_HEADERS = ("From", "To", "Cc", "Subject", "Date")
_QUIET = {**page.HEADERS, "Content-Security-Policy": "default-src 'none'; sandbox"}


class Board:
    """The page behind the curtain of one market."""

    def __init__(self, around: Surroundings, control: Starlette) -> None:
        self._around = around
        self._door = Door()
        self._hands = Hands(around, control)
        facts = facts_of(around.atlas, around.scene.book, load_sellers())
        self._judge = Judge(around.folk, around.diary, around.scene, facts, around.clock.now)
        self._said: dict[str, tuple[str, str]] = {}  # by guest: what their last button did

    def link(self, origin: str) -> str:
        """An address that opens the board in one browser, once."""
        return self._door.new_link(origin)

    async def wait_for_mail(self) -> None:
        """Let time pass slowly until the agent has written to somebody."""
        await self._hands.wait_for_mail()

    def routes(self) -> list[Route]:
        """Return the routes, all below one path."""
        reading: list[tuple[str, _Answer]] = [
            ("", self._page),
            ("/parts", self._parts),
            ("/mails/{number:int}", self._mail),
            ("/mails/{number:int}/source", self._mail_source),
            ("/answers/{id}", self._answer),
            ("/answers/{id}/source", self._answer_source),
        ]
        acting: list[tuple[str, _Answer]] = [
            ("/clock", self._move_clock),
            ("/shocks", self._strike),
            ("/links", self._give_link),
        ]
        return [
            Route(f"{PATH}/enter", self._enter),
            Route(f"{PATH}/static/{{name}}", _static),
            *(Route(f"{PATH}{path}", self._guarded(answer)) for path, answer in reading),
            *(Route(f"{PATH}{path}", self._guarded(answer), methods=["POST"]) for path, answer in acting),
        ]

    def _guarded(self, answer: _Answer) -> Callable[[Request], Awaitable[Response]]:
        """Let only guests in; what cannot be done is a sentence on their page."""

        async def guarded(request: Request) -> Response:
            guest = self._door.guest(request) if comes_home(request) else None
            if guest is None:
                return _outside()
            try:
                return await answer(request, guest)
            except ForeignError as error:
                return PlainTextResponse(f"{error}\n", 403, page.HEADERS)
            except CannotError as error:
                self._said[guest.session] = ("bad", f"Nothing happened: {error}.")
                return _back()

        return guarded

    async def _enter(self, request: Request) -> Response:
        """Spend the link and show the page under an address without the key."""
        if self._door.guest(request) is not None and comes_home(request):
            return _back()
        key = request.query_params.get("key", "")
        fits = request.method == "GET" and comes_home(request)  # a HEAD is a program's look ahead
        guest = self._door.let_in(key) if fits else None
        if guest is None:
            return _outside(spent=bool(key))
        answer = _back()
        answer.set_cookie(COOKIE, guest.session, path=PATH, httponly=True, samesite="lax")
        return answer

    async def _page(self, request: Request, guest: Guest, link: str = "") -> Response:
        values = await self._values(guest)
        drawn = page.draw("board.html", guest=guest, field=FIELD, link=link, **values)
        return HTMLResponse(drawn, headers=page.HEADERS)

    async def _parts(self, request: Request, guest: Guest) -> Response:
        """What changes on the page; the lists only if they are others than the browser has."""
        values = await self._values(guest)
        lists = page.draw("lists.html", **values)
        mark = hashlib.sha256(lists.encode()).hexdigest()[:16]
        known = request.query_params.get("seen") == mark
        drawn = page.draw("head.html", **values) + ("" if known else lists)
        return HTMLResponse(drawn, headers={**page.HEADERS, "X-Seen": mark})

    async def _values(self, guest: Guest) -> dict[str, object]:
        around, hands = self._around, self._hands
        found = await self._judge.look()
        feed = Feed(around.folk, around.store, found)
        reading = around.clock.read()
        time = page.Time(reading.now, hands.running, reading.speed, hands.speed, hands.leaps_to, hands.waits)
        shocks = all_struck(around.scene.shocks, hands.cuts, len(around.store.all()), found, feed.spoken)
        return {
            "time": time,
            "counts": page.counts(around.folk, found),
            "shocks": shocks,
            "rows": feed.rows(),
            "said": self._said.pop(guest.session, None),
        }

    async def _move_clock(self, request: Request, guest: Guest) -> Response:
        form = await _form(request, guest)
        wanted = str(form.get("do", ""))
        match wanted:
            case "pause":
                self._hands.pause()
            case "go_on":
                self._hands.go_on()
            case "speed":
                self._hands.go_on(_number(form.get("speed")))
            case _:
                self._hands.leap(wanted)
        return _back()

    async def _strike(self, request: Request, guest: Guest) -> Response:
        form = await _form(request, guest)
        name = str(form.get("name", ""))
        told = self._hands.cut_line() if name == LINE_CUT else await self._hands.strike(name)
        self._said[guest.session] = ("good", told)
        return _back()

    async def _give_link(self, request: Request, guest: Guest) -> Response:
        """A link for one more browser, on this answer only."""
        await _form(request, guest)
        return await self._page(request, guest, self._door.new_link(f"http://{request.headers['host']}"))

    async def _mail(self, request: Request, _: Guest) -> Response:
        return _text(self._raw_mail(request))

    async def _mail_source(self, request: Request, _: Guest) -> Response:
        return _source(self._raw_mail(request))

    async def _answer(self, request: Request, _: Guest) -> Response:
        return _text(self._raw_answer(request))

    async def _answer_source(self, request: Request, _: Guest) -> Response:
        return _source(self._raw_answer(request))

    def _raw_mail(self, request: Request) -> bytes | None:
        mail = self._around.store.get(int(request.path_params["number"]))
        return mail.raw if mail else None

    def _raw_answer(self, request: Request) -> bytes | None:
        wanted = request.path_params["id"]
        return next((one.raw for one in self._around.folk.replies if one.id == wanted), None)


async def _form(request: Request, guest: Guest) -> FormData:
    """The fields of a form that a page of this guest sent."""
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > _LONGEST_FORM:
        raise ForeignError("This form is none of the board's; nothing was done.")
    form = await request.form(max_files=0, max_fields=10)
    check_form(request, guest, form.get(FIELD))
    return form


def _number(given: object) -> float:
    try:
        return float(str(given))
    except ValueError as error:
        raise CannotError("time cannot run at this speed") from error


def _back() -> RedirectResponse:
    """To the page, so that loading it again repeats nothing."""
    return RedirectResponse(PATH, 303, page.HEADERS)


def _outside(*, spent: bool = False) -> Response:
    return HTMLResponse(page.draw("outside.html", spent=spent), 403, page.HEADERS)


def _text(raw: bytes | None) -> Response:
    """A mail as its reader sees it: a few headers and the words."""
    if raw is None:
        return PlainTextResponse("There is no such mail.\n", 404, _QUIET)
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    head = "\n".join(f"{name}: {message[name]}" for name in _SHOWN_HEADERS if message[name])
    return PlainTextResponse(f"{head}\n\n{text_of(message).strip()}\n", headers=_QUIET)


def _source(raw: bytes | None) -> Response:
    """A mail byte for byte."""
    if raw is None:
        return PlainTextResponse("There is no such mail.\n", 404, _QUIET)
    return PlainTextResponse(raw, headers=_QUIET)


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in page.STATIC:
        return PlainTextResponse("There is no such file.\n", 404, page.HEADERS)
    content = (page.HERE / "static" / name).read_bytes()
    return Response(content, media_type=page.STATIC[name], headers=page.HEADERS)
