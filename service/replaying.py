"""Replay: the same inputs under the same policy must give the same verdict; if not, something was changed."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import gate
from autonomy.facts import restored
from autonomy.policy import Policy
from domain.decisions import Decision
from domain.errors import Correctable
from runtime.store import audit, authority, decisions
from runtime.store.tables import decisions as decided
from service.bootstrap import House


async def replay(house: House, decision_id: str) -> dict[str, Any]:
    """Judge a stored decision again on its stored facts.

    Raises:
        Correctable: unknown_id, policy_unknown.
    """
    async with house.database.read() as tx:
        made = await decisions.decision(tx, decision_id)
        if made is None:
            raise Correctable(
                f"There is no decision {decision_id[:60]}.", code="unknown_id", where=decision_id[:60]
            )
        policy = await _policy(tx, house, made)
        query = select(decided.c.snapshot).where(decided.c.id == decision_id)
        snapshot = restored((await tx.execute(query)).scalar_one(), house.terms.secrets)
        chained = await audit.verdict_of(tx, made.id, made.proposal.action.hash)
    again = gate.decide(made.proposal, snapshot, policy)
    same = again == made.judgement and chained == made.judgement.verdict
    return {
        "id": decision_id,
        "same": same,
        "verdict": str(made.judgement.verdict),
        "again": str(again.verdict),
        "chain": str(chained),
        "policy": policy.version,
        "rules": [hit.rule for hit in again.hits],
        "risk": {part.factor: part.points for part in again.risk},
        "differs": _differences(made, again.model_dump(mode="json"), chained),
    }


async def _policy(tx: AsyncConnection, house: House, made: Decision) -> Policy:
    if house.policy.version == made.policy_version:
        return house.policy
    for row in await authority.policy_versions_listed(tx):
        policy = Policy.model_validate(row["body"])
        if policy.version == made.policy_version:
            return policy
    raise Correctable(
        "The policy this was decided under is not stored any more.", code="policy_unknown", where=made.id
    )


def _differences(made: Decision, again: dict[str, Any], chained: str) -> list[str]:
    stored = made.judgement.model_dump(mode="json")
    found = [f"{name} differs" for name in stored if stored[name] != again[name]]
    if chained != made.judgement.verdict:
        found.append(f"the audit chain says {chained or 'nothing'}")
    return found
