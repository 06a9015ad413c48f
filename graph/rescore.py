"""Scoring every prospect again when the profile changes. A person's overrule stays."""

import asyncio
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.accounts import Account, CompanyFacts, Contact, Fact, PersonFact
from domain.icp import Icp
from domain.knowledge import Evidence
from domain.prospects import Fit
from graph.desk import Desk
from learning.fit import score
from runtime.store import crm, knowledge
from runtime.store.tables import accounts, prospects

CHUNK = 500


async def rescore(desk: Desk) -> int:
    """Score all prospects against the ICP in force; returns how many were scored."""
    now = await desk.clock.now()
    async with desk.database.read() as tx:
        icp = await knowledge.active_icp(tx)
    if icp is None:
        return 0
    after, total = "", 0
    while True:
        async with desk.database.write() as tx:
            rows = await _chunk(tx, after)
            if not rows:
                return total
            people = await crm.contacts_of(tx, [row["account_id"] for row in rows])
            scored = await asyncio.to_thread(_score_all, icp, rows, people)
            for row, fit in zip(rows, scored, strict=True):
                await tx.execute(
                    update(prospects)
                    .where(prospects.c.id == row["prospect_id"])
                    .values(**fit_columns(fit, row["overruled_by"]), icp_id=icp.id, scored_at=now)
                )
        after, total = rows[-1]["prospect_id"], total + len(rows)


async def _chunk(tx: AsyncConnection, after: str) -> list[dict[str, Any]]:
    query = (
        select(
            prospects.c.id.label("prospect_id"), prospects.c.account_id, prospects.c.overruled_by, accounts
        )
        .join(accounts, accounts.c.id == prospects.c.account_id)
        .where(prospects.c.id > after)
        .order_by(prospects.c.id)
        .limit(CHUNK)
    )
    return [dict(row) for row in (await tx.execute(query)).mappings()]


def _score_all(icp: Icp, rows: list[dict[str, Any]], people: dict[str, list[Contact]]) -> list[Fit]:
    return [score(icp, *known_facts(crm.account_of(row), people.get(row["account_id"], []))) for row in rows]


def fit_columns(fit: Fit, overruled_by: str) -> dict[str, Any]:
    """Columns a new fit changes; an overruled verdict stays as the person set it."""
    columns: dict[str, Any] = {
        "fit": fit.value,
        "reasons": [reason.model_dump(mode="json") for reason in fit.reasons],
    }
    if not overruled_by:
        columns |= {"qualified": fit.qualified, "verdict": fit.verdict}
    return columns


def known_facts(account: Account, people: list[Contact]) -> tuple[CompanyFacts, tuple[PersonFact, ...]]:
    """What is known of a company: its site's facts, filled up from CRM columns and contacts."""
    facts = account.facts or CompanyFacts(domain=account.domain, url="", name=account.name)
    record = _record_evidence(account)
    filled: dict[str, Any] = {}
    if not facts.industries and account.industry:
        filled["industries"] = (Fact(value=account.industry, evidence=record),)
    if facts.country is None and account.country:
        filled["country"] = Fact(value=account.country, evidence=record)
    if facts.staff_min is None and facts.staff_max is None:
        filled |= {"staff_min": account.staff_min, "staff_max": account.staff_max}
    persons = facts.people or tuple(
        PersonFact(name=one.name, title=one.title, role=one.role, email=one.email, evidence=record)
        for one in people
        if one.name or one.role
    )
    return facts.model_copy(update=filled), persons


def _record_evidence(account: Account) -> Evidence:
    from datetime import UTC, datetime

    return Evidence(
        url=f"crm:{account.id}",
        quote=f"CRM record of {account.name}",
        seen_at=datetime.fromtimestamp(0, UTC),
        label=account.label,
    )
