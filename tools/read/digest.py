"""The morning page: what was done, what was found, what needs a person, what comes next, what it cost. Reads only."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import approvals, budgets
from autonomy.stop_file import with_stop_file
from autonomy.terms import Terms
from domain.decisions import OutboxState
from runtime.store import crm, deals, inbound, meetings, outbox, people, threads
from runtime.store.deal_tables import deal_moves
from runtime.store.deal_tables import deals as deal_rows
from runtime.store.tables import accounts, decisions, prospects
from runtime.store.tables import outbox as mails
from runtime.store.talk_tables import inbound as came
from runtime.store.talk_tables import meetings as meeting_rows

DAY = timedelta(days=1)
MOST = 8  # lines of one part


@dataclass(frozen=True)
class Digest:
    """One page: parts in order, each a title with lines."""

    since: datetime
    until: datetime
    parts: tuple[tuple[str, tuple[str, ...]], ...]

    def as_text(self) -> str:
        """Markdown, for chat, mail and terminal."""
        head = f"**{self.until:%A %-d %B %Y}** – since {self.since:%-d %B, %H:%M} UTC"
        blocks = [f"**{title}**\n" + "\n".join(f"- {line}" for line in lines) for title, lines in self.parts]
        return "\n\n".join([head, *blocks])

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            **{title.lower().replace(" ", "_"): list(lines) for title, lines in self.parts},
        }


async def digest(tx: AsyncConnection, terms: Terms, now: datetime, since: datetime | None = None) -> Digest:
    """The page of the last day, or since a moment."""
    start = since or now - DAY
    parts = (
        ("Did", await _did(tx, start)),
        ("Found", await _found(tx, start)),
        ("Needs you", await _needs(tx, terms, now)),
        ("Plan", await _plan(tx, now)),
        ("Cost", (*await _cost(tx, start), *await _used(tx, terms, now))),
    )
    return Digest(start, now, tuple((title, lines or ("Nothing.",)) for title, lines in parts))


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
    lines += [f"{count} deals moved to {stage}" for stage, count in Counter(moved).items()]
    failed = await _column(tx, mails.c.code, mails.c.due_at >= since, mails.c.state.in_(["failed", "held"]))
    lines += [f"{count} mails did not leave ({code or 'held'})" for code, count in Counter(failed).items()]
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


async def _needs(tx: AsyncConnection, terms: Terms, now: datetime) -> tuple[str, ...]:
    asks = await approvals.listing(tx, now)
    lines = [f"Decide: {row['summary']} (risk {row['risk']}/10, {row['id']})" for row in asks[:MOST]]
    lines += [
        f"{task['title']} – by {task['due_at']:%-d %B, %H:%M} UTC ({task['id']})"
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


async def _plan(tx: AsyncConnection, now: datetime) -> tuple[str, ...]:
    until = now + DAY
    waiting = await _column(tx, mails.c.due_at, mails.c.state == OutboxState.QUEUED, mails.c.due_at <= until)
    lines = [_many(len(waiting), "mail leaves within a day", "mails leave within a day")]
    for row in await meetings.between(tx, now, until):
        contact = await crm.contact(tx, row["contact_id"])
        who = (contact.name or contact.email) if contact else "somebody"
        lines.append(f"Meeting {row['starts_at']:%A %-d %B, %H:%M} UTC with {who}")
    for deal in (await deals.listing(tx))[:MOST]:
        if deal["next_step_at"] <= until:
            lines.append(f"{deal['name']}: {deal['next_step']} ({deal['next_step_at']:%-d %B})")
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
    rows = (await tx.execute(query)).all()
    costs = Counter(str((row.context or {}).get("cost", "none")) for row in rows if row.verdict != "refuse")
    lines = [f"{count} × {cost}" for cost, count in sorted(costs.items()) if cost != "none"]
    verdicts = Counter(row.verdict for row in rows)
    if rows:
        told = ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items()))
        lines.append(f"{len(rows)} decisions: {told}")
    return tuple(lines)


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
