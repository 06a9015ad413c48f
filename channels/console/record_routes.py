"""/console/mails, replies, meetings, tasks: the records behind every number, and one of them with its whole text."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from channels.console import words
from channels.console.door import Visitor, text_of
from channels.console.pages import Console, see, status_of
from domain.errors import Correctable, RainmakerError
from runtime.store.meetings import TAKES_TIME
from runtime.store.screen_campaigns import AGREED, YES
from runtime.store.screen_lists import INVITATIONS, MailFilter, MeetingFilter, ReplyFilter
from service import views_records
from service.views_records import Records
from service.views_today import day_start

NOT_LEFT = ("failed", "held")


def add_routes(router: APIRouter, console: Console) -> None:
    """Lists and single records."""
    entered = Annotated[Visitor, Depends(console.door.enter)]
    _add_mails(router, console, entered)
    _add_replies(router, console, entered)
    _add_meetings(router, console, entered)
    _add_tasks(router, console, entered)


def _known(value: str, choices: dict[str, Any], where: str) -> Any:
    """What a parameter stands for.

    Raises:
        Correctable: bad_filter.
    """
    if value not in choices:
        raise Correctable(f"The list has no {where} “{value[:40]}”.", code="bad_filter", where=where)
    return choices[value]


def _choices(names: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"": (), **{name: (name,) for name in names}, **more}


def _add_mails(router: APIRouter, console: Console, entered: Any) -> None:
    kinds = _choices(words.MAIL_KIND_WORDS, invitations=INVITATIONS)
    states = _choices(words.MAIL_WORDS, not_left=NOT_LEFT)

    @router.get("/mails")
    async def mails(
        visitor: entered,
        kind: str = "",
        state: str = "",
        day: str = "",
        campaign: str = "",
        variant: str = "",
        step: int = 0,
        once: int = 0,
        after: str = "",
    ) -> Response:
        wanted = MailFilter(
            kinds=_known(kind, kinds, "kind"),
            states=_known(state, states, "state"),
            since=await _today(console, day),
            campaign_id=campaign[:60],
            variant=variant[:40],
            step=max(0, min(step, 100)),
            each_once=bool(once),
        )
        page = await views_records.mails(console.house, wanted, after=after)
        asked = {"kind": kind, "state": state, "day": day and "today", "campaign": campaign[:60]}
        asked |= {"variant": variant[:40], "step": wanted.step or "", "once": 1 if once else ""}
        return await _list(console, visitor, "mails.html", page, asked)

    @router.get("/mails/{mail_id}")
    async def mail(visitor: entered, mail_id: str) -> Response:
        row, person = await views_records.one_mail(console.house, mail_id[:60])
        return await console.page(visitor, "mail.html", row=row, person=person)


def _add_replies(router: APIRouter, console: Console, entered: Any) -> None:
    kinds = _choices(words.CAME_WORDS)
    said_choices = _choices(words.REPLY_WORDS, yes=YES)

    @router.get("/replies")
    async def replies(
        visitor: entered,
        kind: str = "",
        said: str = "",
        state: str = "",
        day: str = "",
        campaign: str = "",
        variant: str = "",
        step: int = 0,
        once: int = 0,
        untold: int = 0,
        after: str = "",
    ) -> Response:
        wanted = ReplyFilter(
            kinds=_known(kind, kinds, "kind"),
            said=_known(said, said_choices, "said"),
            states=_known(state, {"": (), "waiting": ("waiting",)}, "state"),
            since=await _today(console, day),
            campaign_id=campaign[:60],
            variant=variant[:40],
            step=max(0, min(step, 100)),
            each_once=bool(once),
            without_task=bool(untold),
        )
        page = await views_records.replies(console.house, wanted, after=after)
        asked = {"kind": kind, "said": said, "state": state, "day": day and "today"}
        asked |= {"campaign": campaign[:60], "variant": variant[:40]}
        asked |= {"step": wanted.step or "", "once": 1 if once else "", "untold": 1 if untold else ""}
        return await _list(console, visitor, "replies.html", page, asked)

    @router.get("/replies/{reply_id}")
    async def reply(visitor: entered, reply_id: str) -> Response:
        letter = await views_records.one_reply(console.house, reply_id[:60])
        return await console.page(visitor, "reply.html", letter=letter)


def _add_meetings(router: APIRouter, console: Console, entered: Any) -> None:
    states = _choices(words.MEETING_WORDS, agreed=AGREED, standing=TAKES_TIME)

    @router.get("/meetings")
    async def meetings(
        visitor: entered,
        state: str = "",
        when: str = "",
        made: str = "",
        campaign: str = "",
        after: str = "",
    ) -> Response:
        now = await console.house.clock.now()
        wanted = MeetingFilter(
            states=_known(state, states, "state"),
            starts_from=now if when == "ahead" else None,
            starts_before=now if when == "past" else None,
            made_since=await _today(console, made),
            campaign_id=campaign[:60],
        )
        page = await views_records.meetings(console.house, wanted, after=after)
        asked = {"state": state, "when": when, "made": made and "today", "campaign": campaign[:60]}
        return await _list(console, visitor, "meetings.html", page, asked)


def _add_tasks(router: APIRouter, console: Console, entered: Any) -> None:
    @router.get("/tasks")
    async def tasks(visitor: entered, after: str = "", done: str = "") -> Response:
        notice = "The task is closed." if done else None
        return await _tasks(console, visitor, after=after, notice=notice)

    @router.post("/tasks/{task_id}")
    async def finish(request: Request, visitor: entered, task_id: str) -> Response:
        form = await console.door.form(request, visitor)
        result = text_of(form, "result").strip()[:500] or "done"
        try:
            await console.run(visitor, "tasks_done", id=task_id[:60], result=result)
        except RainmakerError as error:
            return await _tasks(console, visitor, error=error)
        return see("/console/tasks?done=1")


async def _tasks(
    console: Console,
    visitor: Visitor,
    *,
    after: str = "",
    notice: str | None = None,
    error: RainmakerError | None = None,
) -> Response:
    page = await views_records.tasks(console.house, after=after)
    return await console.page(
        visitor,
        "tasks.html",
        status=status_of(error) if error else 200,
        notice=notice,
        error=error,
        here="today",
        page=page,
        asked={},
        is_first=not after,
        may_finish=visitor.may("tasks_done"),
    )


async def _today(console: Console, wanted: str) -> Any:
    return day_start(console.house, await console.house.clock.now()) if wanted else None


async def _list(
    console: Console, visitor: Visitor, template: str, page: Records, asked: dict[str, Any]
) -> Response:
    here = "campaigns" if asked.get("campaign") else "today"
    return await console.page(visitor, template, here=here, page=page, asked=asked)
