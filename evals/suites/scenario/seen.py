"""What was left at the end, as rows that checks count: the market's side and the product's, each by its own reader."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from evals.suites.scenario import letters
from evals.suites.scenario.letters import Arrived
from evals.suites.scenario.play import Played
from evals.suites.scenario.stage import Stage, told_as_text
from evals.suites.week.market_side import MarketSide, Truth
from evals.suites.week.product_side import Records, Row, read_records
from runtime.store.deal_tables import stakeholders
from runtime.store.tables import campaigns
from service.bootstrap import open_house


@dataclass(frozen=True)
class Line:
    """One row: whom it is about (an address), when it happened, and what checks may ask of it."""

    who: str = ""
    at: datetime | None = None
    says: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        said = ", ".join(
            f"{name} {' '.join(text.split())[:90]!r}" for name, text in self.says.items() if text
        )
        return f"{self.who}: {said}" if self.who else said


@dataclass(frozen=True)
class Seen:
    """All rows by kind, and whether the audit chain verifies."""

    rows: Mapping[str, list[Line]]
    chain_ok: bool


async def look(stage: Stage, played: Played) -> Seen:
    """Read both sides; the product has stopped."""
    truth = await Truth.of(stage.side)
    posted = await _posted(stage.side)
    records = await read_records(stage.settings)
    async with open_house(stage.settings) as house, house.database.read() as tx:
        named, planned = await _all(tx, stakeholders), await _all(tx, campaigns)
    rows = {
        **_outside(truth, posted, played, await stage.side.ask("/truth/refusals")),
        **_inside(records, truth, played),
        "stakeholders": [_line("", row, "made_at", "found_in", "role", "name", "email") for row in named],
        "campaigns": [_line("", row, "made_at", "state") for row in planned],
        "told": [Line(says={"step": step, "text": told_as_text(one)}) for step, one in played.told.items()],
        "kills": [Line() for _ in range(stage.keeper.kills)],
    }
    return Seen(rows, records.chain_ok)


async def _all(tx: AsyncConnection, table: Table) -> list[Row]:
    return [
        {str(name): one for name, one in row.items()} for row in (await tx.execute(select(table))).mappings()
    ]


async def _posted(side: MarketSide) -> list[tuple[dict[str, Any], Arrived]]:
    """Every mail that arrived anywhere, with its words."""
    found = []
    for mail in await side.ask("/mails"):
        raw = (await side.client.get(f"/mails/{mail['id']}/raw")).raise_for_status().content
        found.append((mail, letters.arrived(raw, datetime.fromisoformat(mail["arrived_at"]))))
    return found


def _outside(
    truth: Truth, posted: list[tuple[dict[str, Any], Arrived]], played: Played, refusals: list[dict[str, Any]]
) -> dict[str, list[Line]]:
    """What the market saw."""
    sent = [line for mail, letter in posted for line in _of_mail(mail, letter, truth, played)]
    answers = {(row["mail"], row["person"]) for row in truth.letters if _answers(row, posted, played)}
    numbers = {row["id"]: (row["mail"], row["person"]) for row in truth.letters}
    broken = [
        row
        for row in truth.violations
        if not (row["rule"] == "too_often" and numbers.get(row["letter"]) in answers)
    ]
    return {
        "letters": sent,
        "replies": [_line(row["person"], row, "at", "meaning") for row in truth.replies],
        "violations": [_line(row["person"], row, "at", "rule", "because") for row in broken],
        "refusals": [_line(row["person"], row, "at", "code") for row in refusals],
        "calendar": [_event(row, truth.events) for row in truth.events],
    }


def _event(row: dict[str, Any], all_of_them: list[dict[str, Any]]) -> Line:
    """One event of the seller's calendar, and whether it takes a time that another one has."""
    busy = [one for one in all_of_them if one["status"] != "CANCELLED" and not one["transparent"]]
    clash = row in busy and any(
        one is not row and one["start"] < row["end"] and row["start"] < one["end"] for one in busy
    )
    says = {"status": row["status"] or "", "start": row["start"], "clash": "yes" if clash else "no"}
    return Line(" ".join(one["email"] for one in row["attendees"]).lower(), None, says)


def _answers(row: dict[str, Any], posted: list[tuple[dict[str, Any], Arrived]], played: Played) -> bool:
    """Whether a letter answers a mail of the script, which the market's people know nothing of."""
    mail = next((mail for mail, _ in posted if mail["id"] == row["mail"]), None)
    return mail is not None and bool(_answered(mail, played))


def _answered(mail: dict[str, Any], played: Played) -> str:
    return played.mails.get(str(mail["headers"].get("In-Reply-To", "")).strip(), "")


def _of_mail(mail: dict[str, Any], letter: Arrived, truth: Truth, played: Played) -> Iterable[Line]:
    """One row for each recipient."""
    for to in mail["to"]:
        row = next(
            (one for one in truth.letters if (one["mail"], one["person"]) == (mail["id"], to.lower())), None
        )
        step = _answered(mail, played)
        known = next((one["meaning"] for one in truth.replies if row and one["id"] == row["answers"]), "")
        kind = "outside" if row is None else "answer" if step and not row["invite"] else row["kind"]
        says = {"kind": kind, "subject": letter.subject, "answers": step or known, "text": letter.text}
        yield Line(to.lower(), letter.at, {**says, "to": " ".join(mail["to"])})


def _inside(records: Records, truth: Truth, played: Played) -> dict[str, list[Line]]:
    """What the product wrote down."""
    whose = {row["id"]: address for address, row in records.contacts.items()}
    held = {one["uid"]: one["state"] for one in truth.meetings}
    about = {row["id"]: whose.get(row["contact_id"], "") for row in (*records.threads, *records.deals)}
    about |= {row["id"]: whose.get(row["contact_id"], row["from_address"]) for row in records.inbound}
    about |= {
        row[key]: whose.get(row["contact_id"], "") for row in records.meetings for key in ("id", "uid")
    } | whose
    return {
        "threads": [
            _line(about[row["id"]], row, "made_at", "state", "reason", "until") for row in records.threads
        ],
        "inbound": [_came(row, played) for row in records.inbound],
        "outbox": [
            _line(whose.get(row["contact_id"], ""), row, "due_at", "kind", "state", "code")
            for row in records.outbox
        ],
        "meetings": [
            _line(
                about[row["id"]],
                {**row, "truth": held.get(row["uid"], ""), "start": row["starts_at"]},
                "made_at",
                "state",
                "truth",
                "start",
            )
            for row in records.meetings
        ],
        "deals": [
            _line(about[row["id"]], row, "opened_at", "stage", "name", "signals") for row in records.deals
        ],
        "tasks": [
            _line(about.get(row["about"], ""), row, "made_at", "state", "title", "why")
            for row in records.tasks
        ],
        "approvals": [_line("", row, "made_at", "state", "action", "summary") for row in records.approvals],
        "contacts": [
            _line(address, row, "made_at", "status", "name") for address, row in records.contacts.items()
        ],
        "left_alone": [Line(address) for address in sorted(records.left_alone)],
    }


def _came(row: Row, played: Played) -> Line:
    """One mail that was taken in, and what it was read as."""
    reading = row["reading"] if isinstance(row["reading"], dict) else {}
    objections = [f"{one['kind']} {one['competitor']}".strip() for one in reading.get("objections", ())]
    says = {
        "mail": played.mails.get(row["message_id"], ""),
        "kind": str(row["kind"]),
        "state": str(row["state"]),
        "read": " ".join(one["kind"] for one in reading.get("findings", ())),
        "objection": " ".join(objections),
        "until": str((reading.get("until") or {}).get("day", "")),
        "detail": row["detail"],
    }
    return Line(row["from_address"].lower(), row["came_at"], says)


def _line(who: str, row: Mapping[str, Any], at: str, *names: str) -> Line:
    moment = row.get(at)
    when = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return Line(who, when, {name: _text(row.get(name)) for name in names})


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else told_as_text(value)
