"""What the audit chain keeps about a decision besides the verdict: causes, inputs, versions, cost. No judgement."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy.policy import Policy
from domain.actions import Mail, SendEmail
from domain.decisions import Judgement, Proposal, Verdict
from runtime.store import versions


async def record_of(
    tx: AsyncConnection, proposal: Proposal, judgement: Judgement, policy: Policy
) -> dict[str, Any]:
    """JSON-ready; holds ids and hashes, no texts and no addresses, so that a person can be erased beside it."""
    action = proposal.action
    return {
        "proposal": proposal.id,
        "action": action.kind,
        "action_hash": action.hash,
        "verdict": str(judgement.verdict),
        "approvers": judgement.approvers,
        "rules": [hit.rule for hit in judgement.hits],
        "overruled": [
            f"{hit.rule}:{hit.verdict}" for hit in judgement.hits if hit.verdict != judgement.verdict
        ],
        "risk": {part.factor: part.points for part in judgement.risk},
        "policy": policy.version,
        "cause": proposal.cause,
        "label": proposal.label.model_dump(mode="json"),
        "inputs": _inputs(proposal),
        "maker": proposal.maker,
        "knowledge": await _knowledge(tx),
        "plan": _plan(proposal),
        "alternatives": list(proposal.alternatives),
        "cost": action.cost if judgement.verdict is not Verdict.REFUSE else "none",
    }


def _inputs(proposal: Proposal) -> list[dict[str, str]]:
    """The stored evidence a text rests on: hash of the quote and its label."""
    action = proposal.action
    if not isinstance(action, Mail):
        return []
    return [
        {
            "sha256": claim.evidence.sha256,
            "integrity": claim.evidence.label.integrity.name,
            "readers": ",".join(sorted(claim.evidence.label.readers)),
        }
        for claim in action.claims
    ]


def _plan(proposal: Proposal) -> str:
    action = proposal.action
    return f"{action.campaign_id}:{action.plan_version}" if isinstance(action, SendEmail) else ""


async def _knowledge(tx: AsyncConnection) -> dict[str, str]:
    """Which versions of what we know were in force."""
    return {kind: await versions.active_version(tx, kind) or "" for kind in ("icp", "profile")}
