"""Reading decisions and asks for the pages: the newest, found by text, with what may still be undone. Read only."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.actions import ACTION_CLASSES
from domain.decisions import ApprovalState, Decision, OutboxState
from runtime.store import audit
from runtime.store import decisions as stored
from runtime.store.screen_lists import OWN_PAGE
from runtime.store.tables import approval_items, approvals, decisions, outbox, proposals

PAGE = 40
LATELY = 12
_HAPPENS = ("allow", "notify")
_LONG = 240  # characters of one fact in a list


@dataclass(frozen=True)
class Asked:
    """Which decisions; a day is counted without the morning page to ourselves."""

    text: str = ""
    verdict: str = ""
    action: str = ""
    agent: str = ""
    since: datetime | None = None

    def where(self) -> list[ColumnElement[bool]]:
        """As conditions on decisions and proposals."""
        found: list[ColumnElement[bool]] = [or_(*_matches(self.text))] if self.text else []
        found += [decisions.c.verdict == self.verdict] if self.verdict else []
        found += [proposals.c.kind == self.action] if self.action else []
        found += [proposals.c.actor["name"].as_string() == self.agent] if self.agent else []
        if self.since is not None:
            found += [decisions.c.made_at >= self.since, proposals.c.kind != OWN_PAGE]
        return found


async def found(tx: AsyncConnection, asked: Asked, skip: int) -> tuple[list[Decision], bool]:
    """Decisions, newest first, and whether there are more."""
    query = (
        select(decisions.c.id)
        .join(proposals, proposals.c.id == decisions.c.proposal_id)
        .where(*asked.where())
        .order_by(decisions.c.made_at.desc(), decisions.c.id.desc())
        .offset(skip)
        .limit(PAGE + 1)
    )
    ids = list((await tx.execute(query)).scalars())
    made = [await stored.decision(tx, one) for one in ids[:PAGE]]
    return [one for one in made if one is not None], len(ids) > PAGE


async def count(tx: AsyncConnection, asked: Asked) -> int:
    """How many decisions these are."""
    joined = decisions.join(proposals, proposals.c.id == decisions.c.proposal_id)
    query = select(func.count()).select_from(joined).where(*asked.where())
    return int((await tx.execute(query)).scalar_one())


def _matches(text: str) -> list[Any]:
    """Columns that may hold the text; JSON columns hold other letters than ASCII escaped."""
    plain = (decisions.c.id, decisions.c.policy_version, proposals.c.id, proposals.c.kind, proposals.c.reason)
    written = (proposals.c.action, proposals.c.actor, decisions.c.hits, decisions.c.risk)
    escaped = json.dumps(text)[1:-1]
    return [column.icontains(text, autoescape=True) for column in plain] + [
        cast(column, String).icontains(one, autoescape=True) for column in written for one in {text, escaped}
    ]


async def undoable(tx: AsyncConnection, made: Decision) -> bool:
    """True when a button to undo makes sense; undoing itself checks again."""
    action = made.proposal.action
    notes = [row["kind"] for row in await audit.about(tx, made.id)]
    if "undone" in notes:
        return False
    if action.kind == "send_email":
        query = select(outbox.c.state).where(outbox.c.decision_id == made.id)
        return (await tx.execute(query)).scalars().first() == OutboxState.QUEUED
    happened = made.judgement.verdict in _HAPPENS or await _approved(tx, made.id)
    return happened and ACTION_CLASSES[action.kind].undo != "irreversible"


async def _approved(tx: AsyncConnection, decision_id: str) -> bool:
    query = select(approval_items.c.state).where(approval_items.c.decision_id == decision_id)
    return ApprovalState.APPROVED in list((await tx.execute(query)).scalars())


async def lately_decided(tx: AsyncConnection) -> list[dict[str, Any]]:
    """The asks decided last, whoever decided them."""
    query = (
        select(approvals)
        .where(approvals.c.state.not_in([str(ApprovalState.PENDING), str(ApprovalState.DEFERRED)]))
        .order_by(approvals.c.decided_at.desc().nulls_last(), approvals.c.made_at.desc())
        .limit(LATELY)
    )
    return [dict(row) for row in (await tx.execute(query)).mappings()]


async def with_actions(tx: AsyncConnection, ask: dict[str, Any]) -> None:
    """Add to each item that is no mail what exactly would be done."""
    for item in ask["items"]:
        if "body" in item:
            continue
        made = await stored.decision(tx, item["decision"])
        item["facts"] = facts(made) if made is not None else []


def facts(made: Decision) -> list[tuple[str, str]]:
    """The exact action as names and values."""
    values = made.proposal.action.model_dump(mode="json", exclude={"kind", "claims"})
    return [
        (name.replace("_", " "), _shown(value)) for name, value in values.items() if value not in ("", [])
    ]


def _shown(value: Any) -> str:
    if isinstance(value, list):
        told = ", ".join(str(one) for one in value)
        return f"{told[:_LONG]} … ({len(value)})" if len(told) > _LONG else told
    return "–" if value is None else str(value)
