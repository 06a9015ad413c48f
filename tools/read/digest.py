"""The morning page: what was done, what was found, what needs a person, what comes next, what it cost. Reads only."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import approvals, budgets
from autonomy.links import links_in, plain
from autonomy.stop_file import with_stop_file
from autonomy.terms import Terms
from autonomy.text_problems import has_unsafe
from domain.decisions import OutboxState
from runtime.store import crm, deals, inbound, meetings, outbox, people, threads
from runtime.store.deal_tables import deal_moves
from runtime.store.deal_tables import deals as deal_rows
from runtime.store.tables import accounts, decisions, prospects
from runtime.store.tables import outbox as mails
from runtime.store.talk_tables import inbound as came
from runtime.store.talk_tables import meetings as meeting_rows
from tools.read.calendar.zones import zone_named

DAY = timedelta(days=1)
MOST = 8  # lines of one kind
LONGEST_PART, LONGEST_LINE = 24, 300  # lines of a part, characters of a line
LAYERS = 3  # of encoding around a link
NOTHING = ("Nothing.",)
OWN_PAGE = "notify_owner"  # the page does not tell of itself
VERDICTS = {"allow": "allowed", "notify": "done and told", "ask": "asked", "refuse": "refused"}
_BRACKETS = str.maketrans("[]<>`", "()‹›'")
_MARKUP = re.compile(r"\*\*+|__+|!(?=\()")


@dataclass(frozen=True)
class Digest:
    """One page: parts in order, each a title with lines of plain words; times are local to the zone."""

    since: datetime
    until: datetime
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    zone: ZoneInfo

    @property
    def quiet(self) -> bool:
        """True when nothing was done or found and nothing needs a person."""
        return all(lines == NOTHING for title, lines in self.parts if title in ("Did", "Found", "Needs you"))

    @property
    def headline(self) -> str:
        """The page in one line: what needs a person, and what came first of what was done and found."""
        lines = {title: () if rows == NOTHING else rows for title, rows in self.parts}
        needs = _many(len(lines["Needs you"]), "thing needs you", "things need you") or "nothing needs you"
        told = [rows[0] for rows in (lines["Did"], lines["Found"]) if rows]
        return f"{self.until.astimezone(self.zone):%A %-d %B}: {', '.join([needs, *told])}"

    def as_text(self) -> str:
        """Markdown, for chat, mail and terminal."""
        until, since = self.until.astimezone(self.zone), self.since.astimezone(self.zone)
        head = f"**{until:%A %-d %B %Y}** – since {since:%A, %H:%M}"
        if self.until - self.since > timedelta(days=6):
            head = f"**{until:%A %-d %B %Y}** – since {since:%-d %B, %H:%M}"
        head += f" ({self.zone.key.removeprefix('Etc/')})"
        blocks = [f"**{title}**\n" + "\n".join(f"- {line}" for line in lines) for title, lines in self.parts]
        return "\n\n".join([head, *blocks])

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            **{title.lower().replace(" ", "_"): list(lines) for title, lines in self.parts},
        }


async def digest(
    tx: AsyncConnection, terms: Terms, now: datetime, since: datetime | None = None, zone: str = "UTC"
) -> Digest:
    """The page of the last day, or since a moment, in the owner's zone."""
    start, local = since or now - DAY, zone_named(zone)
    parts = (
        ("Did", await _did(tx, start)),
        ("Found", await _found(tx, start)),
        ("Needs you", await _needs(tx, terms, now, local)),
        ("Plan", await _plan(tx, now, local)),
        ("Cost", (*await _cost(tx, start), *await _used(tx, terms, now))),
    )
    return Digest(start, now, tuple((title, _cut(lines)) for title, lines in parts), local)


def _cut(lines: tuple[str, ...]) -> tuple[str, ...]:
    """So many lines as somebody reads, each harmless wherever it is shown."""
    kept = tuple(harmless(line) for line in lines[:LONGEST_PART])
    more = len(lines) - len(kept)
    return (*kept, f"… and {more} more") if more else kept or NOTHING


def harmless(line: str) -> str:
    """A line that may quote strangers: one line of visible text, without links, markup or anything hidden."""
    seen = _visible(line[: 4 * LONGEST_LINE])
    if len(seen) > LONGEST_LINE:
        seen = seen[: LONGEST_LINE - 1] + "…"
    for _ in range(LAYERS):
        if not links_in(seen):
            return seen
        seen = plain(seen)
        for link in sorted(links_in(seen), key=len, reverse=True):
            seen = seen.replace(link, _named(link))
        seen = _visible(seen)
    return "(a line full of links)" if links_in(seen) else seen


def _visible(text: str) -> str:
    """Without what hides, and without what Markdown or HTML would read as more than words."""
    shown = "".join(" " if has_unsafe(char, allowed="") else char for char in text.translate(_BRACKETS))
    return " ".join(_MARKUP.sub("", shown).split())


def _named(link: str) -> str:
    """A bare name such as booking.com stays readable; a whole address of a page is only mentioned."""
    return "(a link)" if set(link) & set("/:") else link.replace(".", "·")


async def _did(tx: AsyncConnection, since: datetime) -> tuple[str, ...]:
    sent = Counter(
        await _column(tx, mails.c.kind, mails.c.sent_at >= since, mails.c.state == OutboxState.SENT)
    )
    lines = [
        _many(sent["send_email"], "campaign mail sent", "campaign mails sent"),
        _many(sent["answer_mail"], "reply answered", "replies answered"),
        _many(sent["book_meeting"] + sent["change_meeting"], "invitation sent", "invitations sent"),
    ]
    moved = await _column(tx, deal_moves.c.after, deal_moves.c.at >= since)
    opened = await _column(tx, deal_rows.c.name, deal_rows.c.opened_at >= since)
    lines += [f"Deal opened: {name}" for name in opened[:MOST]]
    lines += [
        _many(count, f"deal moved to {stage}", f"deals moved to {stage}")
        for stage, count in Counter(moved).items()
    ]
    failed = await _column(tx, mails.c.code, mails.c.due_at >= since, mails.c.state.in_(["failed", "held"]))
    lines += [
        f"{_many(count, 'mail', 'mails')} did not leave ({code or 'held'})"
        for code, count in Counter(failed).items()
    ]
    return tuple(line for line in lines if line)


async def _found(tx: AsyncConnection, since: datetime) -> tuple[str, ...]:
    kinds = await inbound.counts(tx, since)
    read = await _column(tx, came.c.reading, came.c.came_at >= since, came.c.kind == "human")
    said = Counter(
        one["findings"][0]["kind"] for one in read if isinstance(one, dict) and one.get("findings")
    )
    companies = (
        await tx.execute(select(func.count()).select_from(accounts).where(accounts.c.made_at >= since))
    ).scalar_one()
    qualified = (
        await tx.execute(
            select(func.count())
            .select_from(prospects)
            .where(prospects.c.scored_at >= since, prospects.c.qualified)
        )
    ).scalar_one()
    lines = [
        _many(kinds.get("human", 0), "person wrote", "people wrote"),
        ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in said.most_common(MOST)),
        _many(kinds.get("bounce", 0), "bounce", "bounces"),
        _many(kinds.get("quarantined", 0), "mail could not be read", "mails could not be read"),
        _many(companies, "company found", "companies found"),
        _many(qualified, "prospect scored as qualified", "prospects scored as qualified"),
    ]
    return tuple(line for line in lines if line)


async def _needs(tx: AsyncConnection, terms: Terms, now: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    asks = await approvals.listing(tx, now)
    lines = [f"Decide: {row['summary']} (risk {row['risk']}/10, {row['id']})" for row in asks[:MOST]]
    lines += [
        f"{task['title']} – by {task['due_at'].astimezone(zone):%A %-d %B, %H:%M} ({task['id']})"
        for task in (await deals.open_tasks(tx))[:MOST]
    ]
    waiting = await inbound.in_state(tx, inbound.WAITING, MOST)
    lines += [
        f"Look at: “{row['subject'][:80]}” from {row['from_address']} – {row['detail'][:160]}"
        for row in waiting
    ]
    held = (await outbox.counts(tx)).get(str(OutboxState.HELD), 0)
    lines += [_many(held, "mail is in doubt and held", "mails are in doubt and held")] if held else []
    stops = with_stop_file(await people.thrown_switches(tx), terms.stop_file)
    lines += [f"Stopped ({row['level']}, {row['scope']}): {row['reason']}" for row in stops]
    lines += [
        f"The mailbox {box['address']} cannot be read: {box['trouble']}"
        for box in await inbound.mailbox_states(tx)
        if box["trouble"]
    ]
    return tuple(lines)


async def _plan(tx: AsyncConnection, now: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    until = now + DAY
    ours = mails.c.kind != OWN_PAGE
    waiting = await _column(
        tx, mails.c.due_at, mails.c.state == OutboxState.QUEUED, mails.c.due_at <= until, ours
    )
    lines = [_many(len(waiting), "mail leaves within a day", "mails leave within a day")]
    for row in await meetings.between(tx, now, until):
        contact = await crm.contact(tx, row["contact_id"])
        who = (contact.name or contact.email) if contact else "somebody"
        lines.append(f"Meeting {row['starts_at'].astimezone(zone):%A %-d %B, %H:%M} with {who}")
    for deal in (await deals.listing(tx))[:MOST]:
        if deal["next_step_at"] <= until:
            lines.append(
                f"{deal['name']}: {deal['next_step']} ({deal['next_step_at'].astimezone(zone):%-d %B})"
            )
    states = await threads.counts(tx)
    lines.append(
        ", ".join(
            f"{_many(count, 'lead', 'leads')} {state.replace('_', ' ')}"
            for state, count in sorted(states.items())
        )
    )
    booked = await _column(tx, meeting_rows.c.state, meeting_rows.c.starts_at > now)
    lines.append(
        ", ".join(
            f"{_many(count, 'meeting', 'meetings')} {state}"
            for state, count in sorted(Counter(booked).items())
        )
    )
    return tuple(line for line in lines if line)


async def _cost(tx: AsyncConnection, since: datetime) -> tuple[str, ...]:
    query = select(decisions.c.context, decisions.c.verdict).where(decisions.c.made_at >= since)
    rows = [(row.context or {}, row.verdict) for row in await tx.execute(query)]
    rows = [(context, verdict) for context, verdict in rows if context.get("action") != OWN_PAGE]
    costs = Counter(str(context.get("cost", "none")) for context, verdict in rows if verdict != "refuse")
    lines = [_costs(count, cost) for cost, count in sorted(costs.items()) if cost != "none"]
    verdicts = Counter(verdict for _, verdict in rows)
    told = ", ".join(f"{count} {VERDICTS.get(name, name)}" for name, count in sorted(verdicts.items()))
    return (*lines, f"{_many(len(rows), 'decision', 'decisions')}: {told}") if rows else ()


def _costs(count: int, cost: str) -> str:
    return _many(count, cost.removeprefix("1 "), cost.removeprefix("1 ") + "s")


async def _used(tx: AsyncConnection, terms: Terms, now: datetime) -> tuple[str, ...]:
    """Today's share of the budgets that were touched at all."""
    named: dict[budgets.Kind, str] = {
        "mails": "mails",
        "fetches": "web requests",
        "tokens": "model tokens",
    }
    used = {kind: await budgets.used(tx, kind, now) for kind in named}
    caps = terms.budgets
    return tuple(
        f"{count:,} of {getattr(caps, kind):,} {named[kind]} today" for kind, count in used.items() if count
    )


async def _column(tx: AsyncConnection, column: Any, *where: Any) -> list[Any]:
    return list((await tx.execute(select(column).where(*where))).scalars())


def _many(count: int, one: str, more: str) -> str:
    if not count:
        return ""
    return f"1 {one}" if count == 1 else f"{count} {more}"
