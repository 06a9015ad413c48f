"""Proposals, decisions and permits as rows."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.decisions import Actor, Decision, Judgement, Proposal, RiskPart, RuleHit, Verdict
from runtime.store.rows import by, label_columns, label_of
from runtime.store.tables import decisions, permits, proposals


async def keep_proposal(tx: AsyncConnection, proposal: Proposal) -> None:
    """Store a proposal."""
    await tx.execute(
        insert(proposals).values(
            id=proposal.id,
            kind=proposal.action.kind,
            action=proposal.action.model_dump(mode="json"),
            action_hash=proposal.action.hash,
            actor=proposal.actor.model_dump(mode="json"),
            reason=proposal.reason,
            cause=proposal.cause,
            made_at=proposal.made_at,
            **label_columns(proposal.label),
        )
    )


async def keep_decision(
    tx: AsyncConnection, decision: Decision, snapshot: dict[str, Any], context: dict[str, Any]
) -> None:
    """Store a decision with the facts it was made on and what the audit chain keeps of it."""
    judgement = decision.judgement
    await tx.execute(
        insert(decisions).values(
            id=decision.id,
            proposal_id=decision.proposal.id,
            action_hash=decision.proposal.action.hash,
            verdict=str(judgement.verdict),
            score=judgement.score,
            hits=[hit.model_dump(mode="json") for hit in judgement.hits],
            risk=[part.model_dump(mode="json") for part in judgement.risk],
            snapshot=snapshot,
            policy_version=decision.policy_version,
            context=context,
            made_at=decision.made_at,
        )
    )


async def proposal(tx: AsyncConnection, proposal_id: str) -> Proposal | None:
    """One proposal."""
    row = (await tx.execute(by(proposals.c.id), {"id": proposal_id})).mappings().one_or_none()
    return _proposal_of(row) if row else None


def _proposal_of(row: Any) -> Proposal:
    return Proposal(
        id=row["id"],
        action=row["action"],
        actor=Actor.model_validate(row["actor"]),
        reason=row["reason"],
        label=label_of(row),
        cause=row["cause"],
        made_at=row["made_at"],
    )


async def decision(tx: AsyncConnection, decision_id: str) -> Decision | None:
    """One decision with its proposal."""
    row = (await tx.execute(_DECISION, {"of": decision_id})).mappings().one_or_none()
    if row is None:
        return None
    judgement = Judgement(
        verdict=Verdict(row["verdict"]),
        hits=tuple(RuleHit.model_validate(hit) for hit in row["hits"]),
        risk=tuple(RiskPart.model_validate(part) for part in row["risk"]),
    )
    return Decision(
        id=decision_id,
        proposal=_proposal_of(row),
        judgement=judgement,
        policy_version=row["policy_version"],
        made_at=row["decided_at"],
    )


_DECISION = (
    select(
        proposals,
        decisions.c.verdict,
        decisions.c.hits,
        decisions.c.risk,
        decisions.c.policy_version,
        decisions.c.made_at.label("decided_at"),
    )
    .join(proposals, proposals.c.id == decisions.c.proposal_id)
    .where(decisions.c.id == bindparam("of"))
)


async def grant(
    tx: AsyncConnection,
    *,
    permit_id: str,
    decision_id: str,
    action_hash: str,
    by: str,
    at: datetime,
    expires_at: datetime,
) -> None:
    """Give a one-use right to the exact action of a decision."""
    await tx.execute(
        insert(permits).values(
            id=permit_id,
            decision_id=decision_id,
            action_hash=action_hash,
            granted_by=by,
            granted_at=at,
            expires_at=expires_at,
        )
    )


async def spend(tx: AsyncConnection, permit_id: str, action_hash: str, at: datetime) -> bool:
    """Use a permit up; False when it is unknown, spent, expired or for another action."""
    values = {"is": permit_id, "for": action_hash, "at": at}
    return (await tx.execute(_SPEND, values)).rowcount == 1


_SPEND = (
    update(permits)
    .where(
        permits.c.id == bindparam("is"),
        permits.c.action_hash == bindparam("for"),
        permits.c.spent_at.is_(None),
        permits.c.expires_at > bindparam("at"),
    )
    .values(spent_at=bindparam("at", type_=permits.c.spent_at.type))
)


async def unspend(tx: AsyncConnection, permit_id: str) -> None:
    """Give a permit back after an attempt that certainly had no effect."""
    await tx.execute(update(permits).where(permits.c.id == permit_id).values(spent_at=None))


async def permit(tx: AsyncConnection, permit_id: str) -> dict[str, Any] | None:
    """One permit row."""
    row = (await tx.execute(by(permits.c.id), {"id": permit_id})).mappings().one_or_none()
    return dict(row) if row else None


async def decision_naming(tx: AsyncConnection, wanted: str) -> Decision | None:
    """The newest carried-out decision whose action names this batch, ICP version or model."""
    kinds = {"record_prospects": "batch_id", "change_icp": "icp_id", "switch_model": "model_id"}
    query = (
        select(decisions.c.id, proposals.c.kind, proposals.c.action)
        .join(proposals, proposals.c.id == decisions.c.proposal_id)
        .where(proposals.c.kind.in_(list(kinds)))
        .order_by(decisions.c.made_at.desc())
    )
    for row in await tx.execute(query):
        if row.action.get(kinds[row.kind]) == wanted:
            return await decision(tx, row.id)
    return None
