"""Lists that screens page through: mails of ours, mails that came in, meetings, tasks. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.store import paging
from runtime.store.deal_tables import tasks
from runtime.store.experience_tables import made_touches
from runtime.store.outbox import LEFT_AT
from runtime.store.paging import Page, Query
from runtime.store.tables import accounts, contacts, outbox
from runtime.store.talk_tables import inbound, meetings, threads

OWN_PAGE = "notify_owner"  # the morning page to ourselves is no mail to anybody
INVITATIONS = ("book_meeting", "change_meeting")
SAID = inbound.c.reading[("findings", 0, "kind")].as_string()
_OPEN_TALKS = select(tasks.c.about).where(tasks.c.state == "open")
_WHO = (contacts.c.name.label("contact"), contacts.c.email, accounts.c.name.label("account"))


@dataclass(frozen=True)
class MailFilter:
    """Which intents to write to somebody; `since` speaks of when they left."""

    kinds: Sequence[str] = ()
    states: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    campaign_id: str = ""
    contact_ids: Sequence[str] = ()
    variant: str = ""
    step: int = 0
    each_once: bool = False  # one mail for each person

    def where(self) -> list[ColumnElement[bool]]:
        """As conditions on the outbox."""
        step = outbox.c.action["step"].as_integer()
        of_arm = select(made_touches.c.key).where(made_touches.c.arm == self.variant)
        wanted = (
            (bool(self.kinds), outbox.c.kind.in_(list(self.kinds))),
            (not self.kinds, outbox.c.kind != OWN_PAGE),
            (bool(self.states), outbox.c.state.in_(list(self.states))),
            (bool(self.campaign_id), outbox.c.campaign_id == self.campaign_id),
            (bool(self.contact_ids), outbox.c.contact_id.in_(list(self.contact_ids))),
            (bool(self.variant), outbox.c.key.in_(of_arm)),
            (bool(self.step), step == self.step),
        )
        spans = [] if self.since is None else [self.since <= LEFT_AT]
        spans += [] if self.until is None else [self.until > LEFT_AT]
        found = [condition for is_wanted, condition in wanted if is_wanted] + spans
        return [*found, _one_each(outbox, outbox.c.contact_id, found)] if self.each_once else found


@dataclass(frozen=True)
class ReplyFilter:
    """Which mails that came in."""

    kinds: Sequence[str] = ()
    states: Sequence[str] = ()
    said: Sequence[str] = ()
    since: datetime | None = None
    campaign_id: str = ""
    contact_ids: Sequence[str] = ()
    variant: str = ""  # of a campaign: what their person was sent
    step: int = 0
    each_once: bool = False  # one mail for each talk
    without_task: bool = False  # no open task speaks of its talk

    def where(self) -> list[ColumnElement[bool]]:
        """As conditions on what came in."""
        of_campaign = select(threads.c.id).where(threads.c.campaign_id == self.campaign_id)
        if self.variant or self.step:
            of_campaign = of_campaign.where(threads.c.contact_id.in_(self._tried()))
        wanted = (
            (bool(self.kinds), inbound.c.kind.in_(list(self.kinds))),
            (bool(self.states), inbound.c.state.in_(list(self.states))),
            (bool(self.said), SAID.in_(list(self.said))),
            (bool(self.campaign_id), inbound.c.thread_id.in_(of_campaign)),
            (bool(self.contact_ids), inbound.c.contact_id.in_(list(self.contact_ids))),
            (self.without_task, inbound.c.thread_id.not_in(_OPEN_TALKS)),
        )
        since = [] if self.since is None else [inbound.c.came_at >= self.since]
        found = [condition for is_wanted, condition in wanted if is_wanted] + since
        return [*found, _one_each(inbound, inbound.c.thread_id, found)] if self.each_once else found

    def _tried(self) -> Select[Any]:
        """People whom a campaign sent this variant, or this step."""
        sent = select(made_touches.c.contact_id).join(outbox, outbox.c.key == made_touches.c.key)
        sent = sent.where(made_touches.c.campaign_id == self.campaign_id, outbox.c.state == "sent")
        sent = sent.where(made_touches.c.arm == self.variant) if self.variant else sent
        return sent.where(made_touches.c.step == self.step) if self.step else sent


@dataclass(frozen=True)
class MeetingFilter:
    """Which meetings; `made_since` speaks of when they were agreed, the span of when they begin."""

    states: Sequence[str] = ()
    starts_from: datetime | None = None
    starts_before: datetime | None = None
    made_since: datetime | None = None
    contact_ids: Sequence[str] = ()
    campaign_id: str = ""

    def where(self) -> list[ColumnElement[bool]]:
        """As conditions on meetings."""
        talks = select(threads.c.id).where(threads.c.campaign_id == self.campaign_id)
        found = [meetings.c.state.in_(list(self.states))] if self.states else []
        found += [meetings.c.contact_id.in_(list(self.contact_ids))] if self.contact_ids else []
        found += [meetings.c.thread_id.in_(talks)] if self.campaign_id else []
        found += [meetings.c.starts_at >= self.starts_from] if self.starts_from else []
        found += [meetings.c.starts_at < self.starts_before] if self.starts_before else []
        return found + ([meetings.c.made_at >= self.made_since] if self.made_since else [])


async def mails(tx: AsyncConnection, wanted: MailFilter, *, after: str = "", size: int = 40) -> Page:
    """Our mails, the newest first: by when they left, or are to leave."""
    named = outbox.c.action["subject"].as_string().label("subject")
    columns = (
        outbox.c.id, outbox.c.kind, outbox.c.state, outbox.c.sent_at, outbox.c.due_at, outbox.c.detail,
        outbox.c.code, outbox.c.contact_id, outbox.c.account_id, outbox.c.campaign_id, outbox.c.decision_id,
    )  # fmt: skip
    query = _with_people(select(*columns, named, *_WHO), outbox).where(*wanted.where())
    return await paging.page(tx, query, LEFT_AT, outbox.c.id, after=after, size=size)


async def mails_count(tx: AsyncConnection, wanted: MailFilter) -> int:
    """How many of our mails these are."""
    return await _count(tx, outbox, wanted.where())


async def replies(tx: AsyncConnection, wanted: ReplyFilter, *, after: str = "", size: int = 40) -> Page:
    """Mails that came in, the newest first."""
    columns = (
        inbound.c.id, inbound.c.kind, inbound.c.state, inbound.c.came_at, inbound.c.subject, inbound.c.detail,
        inbound.c.from_address, inbound.c.contact_id, inbound.c.account_id, inbound.c.thread_id,
    )  # fmt: skip
    query = _with_people(select(*columns, SAID.label("said"), *_WHO), inbound).where(*wanted.where())
    return await paging.page(tx, query, inbound.c.came_at, inbound.c.id, after=after, size=size)


async def replies_count(tx: AsyncConnection, wanted: ReplyFilter) -> int:
    """How many mails that came in these are."""
    return await _count(tx, inbound, wanted.where())


async def meetings_page(tx: AsyncConnection, wanted: MeetingFilter, *, after: str = "", down: bool) -> Page:
    """Meetings by when they begin."""
    columns = (
        meetings.c.id, meetings.c.state, meetings.c.starts_at, meetings.c.ends_at, meetings.c.detail,
        meetings.c.contact_id, meetings.c.account_id, meetings.c.decision_id, meetings.c.made_at,
    )  # fmt: skip
    query = _with_people(select(*columns, *_WHO), meetings).where(*wanted.where())
    return await paging.page(tx, query, meetings.c.starts_at, meetings.c.id, after=after, down=down)


async def meetings_count(tx: AsyncConnection, wanted: MeetingFilter) -> int:
    """How many meetings these are."""
    return await _count(tx, meetings, wanted.where())


async def open_tasks(tx: AsyncConnection, *, after: str = "", size: int = 40) -> Page:
    """Open tasks, the most urgent first."""
    query = select(tasks).where(tasks.c.state == "open")
    return await paging.page(tx, query, tasks.c.due_at, tasks.c.id, after=after, size=size, down=False)


async def open_tasks_count(tx: AsyncConnection) -> int:
    """How many tasks are open."""
    return await _count(tx, tasks, [tasks.c.state == "open"])


def _with_people(query: Query, table: Any) -> Query:
    """With the person's and the company's name."""
    account_id = func.coalesce(contacts.c.account_id, table.c.account_id)
    joined = table.outerjoin(contacts, contacts.c.id == table.c.contact_id)
    return query.select_from(joined.outerjoin(accounts, accounts.c.id == account_id))


async def _count(tx: AsyncConnection, table: Any, where: Sequence[ColumnElement[bool]]) -> int:
    return int((await tx.execute(select(func.count()).select_from(table).where(*where))).scalar_one())


def _one_each(
    table: Any, of: ColumnElement[Any], where: Sequence[ColumnElement[bool]]
) -> ColumnElement[bool]:
    """True for one row of each person or talk."""
    return table.c.id.in_(select(func.max(table.c.id)).where(*where).group_by(of))


def text_matches(text: str, *columns: ColumnElement[Any]) -> ColumnElement[bool]:
    """True where one of these columns holds the text, whatever its capitals."""
    return or_(*(column.icontains(text, autoescape=True) for column in columns))
