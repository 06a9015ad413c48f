"""Turning views into HTML: one Jinja environment that escapes everything, and errors as pages."""

import logging
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from channels.console import words
from channels.console.door import TOKEN_FIELD, Door, Visitor
from chat_ui.rendering import each_once
from domain.errors import Bug, Correctable, RainmakerError, Refused, Retryable
from service import views_today
from service.cadence import zone_named
from service.commands import run_command

log = logging.getLogger(__name__)
# name, label, icon; the first four stand in the bar of a phone
MAIN_LINKS = (
    ("today", "Today", "today"),
    ("approvals", "Approvals", "approvals"),
    ("pipeline", "Pipeline", "pipeline"),
    ("prospects", "Prospects", "prospects"),
    ("campaigns", "Campaigns", "campaigns"),
)
MORE_LINKS = (
    ("learning", "Learning", "learning"),
    ("decisions", "Decisions", "decisions"),
    ("policy", "Limits", "policy"),
    ("health", "Health", "health"),
    ("stop", "Stop", "stop"),
)
HERE = Path(__file__).resolve().parent
# Stricter than the chat's: nothing inline, nothing from elsewhere, forms post home only.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_STATUS = {Correctable: 400, Refused: 403, Retryable: 503, Bug: 500}
_TOO_LATE = ("already_decided", "already_agreed", "approval_expired", "approval_mismatch")
_UNKNOWN = (
    "unknown_policy_version",
    "unknown_id",
    "unknown_approval",
    "unknown_campaign",
    "unknown_deal",
    "unknown_task",
    "unknown_page",
)


def status_of(error: RainmakerError) -> int:
    """The HTTP status of an error; somebody else's earlier answer is a conflict."""
    if error.code in _TOO_LATE:
        return 409
    if error.code in _UNKNOWN:
        return 404
    if error.code == "body_too_large":
        return 413
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 500)


def environment(zone: ZoneInfo) -> Environment:
    """Templates of the console; every value is escaped, a missing one is an error. Times are local to the zone."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    names: dict[str, Any] = {
        "token_field": TOKEN_FIELD,
        "level_words": words.LEVEL_WORDS,
        "verdict_words": words.VERDICT_WORDS,
        "relationship_words": words.RELATIONSHIP_WORDS,
        "evidence_words": words.EVIDENCE_WORDS,
        "stop_words": words.STOP_WORDS,
        "column_words": words.COLUMN_WORDS,
        "tolerance_words": words.TOLERANCE_WORDS,
        "stage_words": words.STAGE_WORDS,
        "fact_words": words.FACT_WORDS,
        "found_words": words.FOUND_WORDS,
        "mail_words": words.MAIL_WORDS,
        "mail_kind_words": words.MAIL_KIND_WORDS,
        "reply_words": words.REPLY_WORDS,
        "came_words": words.CAME_WORDS,
        "lead_words": words.LEAD_WORDS,
        "meeting_words": words.MEETING_WORDS,
        "work_words": words.WORK_WORDS,
        "used_words": words.USED_WORDS,
        "campaign_words": words.CAMPAIGN_WORDS,
        "zone_name": zone.key.removeprefix("Etc/"),
        "main_links": MAIN_LINKS,
        "more_links": MORE_LINKS,
    }
    filters: dict[str, Any] = {
        "action": words.action_words,
        "who": words.who_words,
        "moment": partial(words.moment, zone=zone),
        "short": partial(words.short, zone=zone),
        "day": partial(words.day, zone=zone),
        "clock": partial(words.clock, zone=zone),
        "money": words.money,
        "words": words.plain_words,
        "address": address,
        "link": words.safe_link,
        "cell": words.cell_text,
        "counted": words.one_of,
        "once": each_once,
    }
    made.globals.update(names)
    made.filters.update(filters)
    return made


class Console:
    """What every page needs: the door, the templates, and what stands in the frame of the page."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.house = door.house
        self._templates = environment(zone_named(door.house.settings.calendar_zone))

    async def run(self, visitor: Visitor, name: str, **args: Any) -> Any:
        """A command as this person."""
        return await run_command(self.house, name, args, actor=visitor.actor)

    async def page(
        self, visitor: Visitor, template: str, *, status: int = 200, **values: Any
    ) -> HTMLResponse:
        """A page in its frame."""
        frame = {
            "visitor": visitor,
            "sandbox": self.house.settings.sandbox,
            "waiting_now": await views_today.waiting(self.house),
            "here": "",
            "notice": None,
            "error": None,
        }
        html = self._templates.get_template(template).render({**frame, **values})
        return HTMLResponse(html, status, {"Cache-Control": "no-store", "Content-Security-Policy": POLICY})

    def part(self, template: str, **values: Any) -> HTMLResponse:
        """A part of a page, asked for by the page itself."""
        html = self._templates.get_template(template).render(values)
        return HTMLResponse(html, 200, {"Cache-Control": "no-store", "Content-Security-Policy": POLICY})

    async def problem(self, request: Request, error: RainmakerError) -> Response:
        """An error no page caught, as a page."""
        visitor = await self.door.enter(request)
        return await self.page(visitor, "problem.html", status=status_of(error), error=error)


def route_class(console: Console) -> type[APIRoute]:
    """Routes whose errors are pages with one clear sentence."""

    class ConsoleRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handler = super().get_route_handler()

            async def told(request: Request) -> Response:
                try:
                    return await handler(request)
                except RainmakerError as error:
                    log.info("console_refused", extra={"code": error.code, "path": request.url.path})
                    return await console.problem(request, error)
                except RequestValidationError as error:
                    first = error.errors()[0]
                    where = str(first["loc"][-1])
                    wrong = Correctable(
                        f"{where} is wrong: {first['msg']}.", code="bad_arguments", where=where
                    )
                    return await console.problem(request, wrong)
                except HTTPException:
                    raise
                except Exception:  # the page's outer edge
                    log.exception("console_failed", extra={"path": request.url.path})
                    bug = Bug("Something unexpected went wrong; the log has the details.")
                    return await console.problem(request, bug)

            return told

    return ConsoleRoute


def address(path: str, **given: object) -> str:
    """An address with the parameters that say something."""
    told = {name: value for name, value in given.items() if value not in ("", None, False, 0)}
    return f"{path}?{urlencode(told, doseq=True)}" if told else path


def see(address: str) -> RedirectResponse:
    """After a form was carried out: another page, so that loading again repeats nothing."""
    return RedirectResponse(address, 303)
