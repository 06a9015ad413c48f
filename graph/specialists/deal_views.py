"""How deals and tasks are told: JSON for programs, Markdown for people. Reads only."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.deals import DealStage, missing, stage_after
from graph.specialists.deal_book import company_of, heard, heard_from, pulse_of
from graph.specialists.deal_odds import chance_book
from graph.specialists.deal_plan import SHOWN, named
from graph.specialists.dealing import people_in
from graph.specialists.showing import quoted
from learning.deal_chance import ChanceBook
from learning.deal_health import Health, assess
from runtime.store import crm, deal_history, deals, inbound, meetings, threads

UNKNOWN_AMOUNT = "not known"


async def deal_list(tx: AsyncConnection, now: datetime, *, closed: bool = False) -> list[dict[str, Any]]:
    """Deals with their stage, dated next step and health, the most urgent first."""
    return await deal_rows(tx, await deals.listing(tx, closed=closed), now)


async def deal_rows(
    tx: AsyncConnection, rows: Sequence[dict[str, Any]], now: datetime
) -> list[dict[str, Any]]:
    """These deals, each as the list tells it."""
    book = await chance_book(tx, now) if rows else None
    stages = {row["stage"] for row in rows if row["closed_at"] is None}
    days = {stage: await deal_history.days_in(tx, stage) for stage in stages}
    return [await _row(tx, row, now, book, days.get(row["stage"])) for row in rows]


async def _row(
    tx: AsyncConnection,
    deal: dict[str, Any],
    now: datetime,
    book: ChanceBook | None,
    days: tuple[float, ...] | None = None,
) -> dict[str, Any]:
    account = await crm.account(tx, deal["account_id"])
    names = await crm.contact_names(tx, [deal["contact_id"]])
    is_open = deal["closed_at"] is None
    health = assess(await pulse_of(tx, deal, now, days=days)) if is_open else None
    win = book.chance(DealStage(deal["stage"]), health.signals).as_json() if book and health else None
    return {
        "id": deal["id"],
        "name": deal["name"],
        "account": account.name if account else deal["name"],
        "account_id": deal["account_id"],
        "contact": names.get(deal["contact_id"], "").partition(",")[0],
        "stage": deal["stage"],
        "stage_since": deal["stage_since"].isoformat(),
        "next_step": deal["next_step"] if is_open else "",
        "next_step_at": deal["next_step_at"].isoformat() if is_open else "",
        "overdue": is_open and deal["next_step_at"] < now,
        "health": health.score if health else None,
        "top_signal": health.top.why if health and health.top else "",
        "amount": str(deal["amount"]) if deal["amount"] is not None else None,
        "currency": deal["currency"],
        "opened_at": deal["opened_at"].isoformat(),
        "closed_at": deal["closed_at"].isoformat() if deal["closed_at"] else None,
        "close_on": deal["close_on"].isoformat() if deal["close_on"] else None,
        "called": deal["called"],
        "win_probability": win["chance"] if win else None,
        "win": win,
    }


async def deal_detail(tx: AsyncConnection, deal: dict[str, Any], now: datetime) -> dict[str, Any]:
    """One deal with people, proofs and their words, moves, tasks and every signal of health."""
    health: Health = assess(await pulse_of(tx, deal, now))
    proofs = await deals.proofs(tx, deal["id"])
    stage = DealStage(deal["stage"])
    after = stage_after(stage)
    about = await _about(tx, deal)
    opened = await deal_history.judged(tx, "open_deal", "deal_id", deal["id"])
    return await _row(tx, deal, now, await chance_book(tx, now)) | {
        "opened_by": next((one.id for one in reversed(opened) if one.verdict != "refuse"), ""),
        "next_stage": str(after) if after else "",
        "missing": sorted(missing(stage, [proof.fact for proof in proofs])),
        "stakeholders": await _people(tx, deal),
        "proofs": [
            {
                "fact": str(proof.fact),
                "source": proof.source,
                "quote": proof.quote,
                "at": proof.at.isoformat(),
            }
            for proof in proofs
        ],
        "moves": [
            {
                "before": row["before"],
                "after": row["after"],
                "reason": row["reason"],
                "by": row["by"],
                "at": row["at"].isoformat(),
                "decision": row["decision_id"],
            }
            for row in await deals.moves(tx, deal["id"])
        ],
        "tasks": [await task_json(tx, row, now) for row in await deal_history.tasks_about(tx, about)],
        "signals": [signal.as_json() for signal in health.signals],
        "reviewed": {"health": deal["health"], "signals": deal["signals"]},
    }


async def _about(tx: AsyncConnection, deal: dict[str, Any]) -> list[str]:
    """Everything a task of this deal may be about."""
    met = [row["id"] for row in await deal_history.meetings_with(tx, deal["account_id"])]
    talks = [row["id"] for row in await threads.of_contact(tx, deal["contact_id"])]
    return [one for one in (deal["id"], deal["contact_id"], *met, *talks) if one]


async def _people(tx: AsyncConnection, deal: dict[str, Any]) -> list[dict[str, Any]]:
    rows = await deals.people_of(tx, deal["id"])
    account = await crm.account(tx, deal["account_id"])
    company = company_of(account, await heard_from(tx, deal["account_id"], deal_id=deal["id"]))
    quotes: dict[str, dict[str, str]] = {}
    for source in {row["source"] for row in rows}:
        quotes[source] = await _quotes(tx, source, company)
    return [
        {
            "name": row["name"],
            "title": row["title"],
            "email": row["email"],
            "role": row["role"],
            "candidate": not row["contact_id"],
            "found_in": row["found_in"],
            "source": row["source"],
            "quote": quotes[row["source"]].get(row["email"].casefold() or row["name"].casefold(), ""),
        }
        for row in rows
    ]


async def _quotes(tx: AsyncConnection, source: str, company: str) -> dict[str, str]:
    """The words of one mail in which each person was found."""
    row = await inbound.one(tx, source)
    one = heard(row) if row else None
    if one is None:
        return {}
    found = people_in(one.mail, one.reading, source, company=company, ours="")
    return {person.email.casefold() or person.name.casefold(): person.quote for person in found}


async def task_json(tx: AsyncConnection, row: dict[str, Any], now: datetime) -> dict[str, Any]:
    """One task."""
    return {
        "id": row["id"],
        "title": row["title"],
        "why": row["why"],
        "about": row["about"],
        "with": await _whom(tx, row["about"]),
        "due_at": row["due_at"].isoformat(),
        "overdue": row["state"] == "open" and row["due_at"] < now,
        "state": row["state"],
        "result": row["result"],
        "done_by": row["done_by"],
        "made_by": row["made_by"],
    }


async def _whom(tx: AsyncConnection, about: str) -> str:
    """The person and company a task is about, as far as its subject tells."""
    deal = await deals.one(tx, about)
    if deal is not None:
        return str(deal["name"])
    row = await meetings.one(tx, about) or await threads.one(tx, about)
    contact_id = row["contact_id"] if row else about
    return (await crm.contact_names(tx, [contact_id])).get(contact_id, "")


def day(moment: str) -> str:
    """A stored moment as a short date."""
    return f"{datetime.fromisoformat(moment):%d %b %Y}" if moment else ""


def money(row: dict[str, Any]) -> str:
    """The amount, or that nobody knows it."""
    return f"{row['amount']} {row['currency']}".strip() if row["amount"] is not None else UNKNOWN_AMOUNT


def list_text(rows: Sequence[dict[str, Any]]) -> str:
    """Deals as a table."""
    if not rows:
        return "There are no open deals. One begins with a clear yes or a meeting that was held."
    lines = ["| # | Company | Stage | Next step | When | Health | Amount |", "|--:|---|---|---|---|---|---|"]
    for number, row in enumerate(rows, 1):
        when = f"{day(row['next_step_at'])}{' (overdue)' if row['overdue'] else ''}"
        health = f"{row['health']} – {row['top_signal']}" if row["health"] is not None else "closed"
        cells = [row["account"], row["stage"], row["next_step"], when, health, money(row)]
        lines.append(f"| {number} | " + " | ".join(_cell(cell) for cell in cells) + " |")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "/").replace("\n", " ")


def detail_text(row: dict[str, Any]) -> str:
    """One deal for reading, every fact with its words."""
    head = f"### {row['account']}: {row['stage']}"
    lines = [head, f"Health {row['health']}/100 · amount {money(row)} · since {day(row['stage_since'])}"]
    lines += win_lines(row)
    if row["next_step"]:
        late = " – **overdue**" if row["overdue"] else ""
        lines.append(f"Next: {row['next_step']}, {day(row['next_step_at'])}{late}")
    if row["missing"]:
        lines.append(f"Before {row['next_stage']} it must be shown: {named(row['missing'])}.")
    lines += _section("Signals", [f"{one['points']:+d} {one['why']}" for one in row["signals"]])
    lines += _section("Shown", [_proof_line(one) for one in row["proofs"]])
    lines += _section("Who has a say", [_person_line(one) for one in row["stakeholders"]])
    lines += _section(
        "Moves",
        [f"{one['before']} → {one['after']}, {day(one['at'])}: {one['reason']}" for one in row["moves"]],
    )
    open_tasks = [one for one in row["tasks"] if one["state"] == "open"]
    return "\n".join(lines + _section("Tasks", [task_line(one) for one in open_tasks]))


def win_lines(row: dict[str, Any]) -> list[str]:
    """The chance that a deal is won, from what, and the signs that move it."""
    win = row["win"]
    if win is None:
        return []
    if win["chance"] is None:
        return [f"Chance to win: {win['said']}"]
    spread = f"{win['lower']:.0%} to {win['upper']:.0%}"
    lines = [f"Chance to win: {win['chance']:.0%} (80 % sure: {spread}). {win['said']}"]
    for word, signs in (("For", win["positive"]), ("Against", win["negative"])):
        if signs:
            lines.append(
                f"{word}: " + " ".join(f"{one['why']} (odds ×{one['odds']:.2f})" for one in signs[:3])
            )
    return lines


def _section(title: str, lines: Sequence[str]) -> list[str]:
    return ["", f"**{title}**", *(f"- {line}" for line in lines)] if lines else []


def _proof_line(one: dict[str, Any]) -> str:
    words = f": {quoted(one['quote'])}" if one["quote"] else ""
    return f"{SHOWN[one['fact']]}{words} [{one['source']}]"


def _person_line(one: dict[str, Any]) -> str:
    who = ", ".join(part for part in (one["name"] or one["email"], one["title"]) if part)
    kind = " – candidate" if one["candidate"] else ""
    words = f" {quoted(one['quote'], 90)}" if one["quote"] else ""
    return f"{who} ({one['role']}, from {one['found_in']}){kind}{words}"


def task_line(one: dict[str, Any]) -> str:
    """One task for reading."""
    late = " (overdue)" if one["overdue"] else ""
    return f"{one['title']} – by {day(one['due_at'])}{late}. {one['why']} [{one['id']}]"
