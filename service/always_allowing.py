"""“Always allow this”: from one ask to a draft of the matrix that would not ask. It applies nothing by itself."""

from collections.abc import Iterator
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import approvals
from autonomy.circumstances import EVIDENCE, RELATIONSHIPS, Circumstances, circumstances
from autonomy.facts import Snapshot
from autonomy.policy import PARTIES, Policy, Row, party_of
from autonomy.policy_book import in_force
from domain.actions import ACTION_KINDS
from domain.decisions import Actor, Decision, Verdict
from domain.errors import Correctable, Refused
from runtime.store import audit, authority, decisions
from runtime.store.tables import decisions as decision_rows
from service.bootstrap import House


async def always_allow(
    house: House, approval_id: str, actor: Actor, *, level: Literal["auto", "earned"] = "auto"
) -> dict[str, Any]:
    """Propose a row that allows what this ask is about, as a new draft of the matrix.

    Raises:
        Correctable: unknown_approval, nothing_to_allow.
        Refused: role_may_not_approve, not_by_policy – a hard rule or the risk asked, which no row can change.
    """
    if actor.role not in approvals.DECIDERS:
        raise Refused(f"The role {actor.role or 'none'} may not propose a row.", code="role_may_not_approve")
    now = await house.clock.now()
    async with house.database.write() as tx:
        decision, seen = await _asked_about(tx, approval_id)
        policy = await in_force(tx, house.policy)
        row = _row(policy, decision, seen, actor, level)
        draft = Policy(
            rows=(*_carved(policy, row), row),
            otherwise=policy.otherwise,
            risk_tolerance=policy.risk_tolerance,
        )
        _check_it_works(draft, decision, seen)
        version_id = house.ids.new("pol")
        note = f"always allow what {approval_id} asked for"
        number = await authority.add_policy_version(
            tx, version_id=version_id, body=draft.model_dump(mode="json"), note=note, by=actor.name, at=now
        )
        body = {"approval": approval_id, "number": number, "row": row.id}
        await audit.append(tx, at=now, kind="policy_drafted", subject=version_id, by=actor.name, body=body)
    return {
        "id": version_id,
        "number": number,
        "row": row.model_dump(mode="json", exclude_defaults=True),
        "text": f"Draft {number} of the policy allows this. An owner simulates and activates it; until then "
        "you are asked.",
    }


async def _asked_about(tx: AsyncConnection, approval_id: str) -> tuple[Decision, Circumstances]:
    """The decision of the first item, and the circumstances it was made in."""
    await approvals.one(tx, approval_id)
    for item in await approvals.items(tx, approval_id):
        decision = await decisions.decision(tx, item["decision_id"])
        if decision is None:
            continue
        query = select(decision_rows.c.snapshot).where(decision_rows.c.id == decision.id)
        snapshot = Snapshot.model_validate((await tx.execute(query)).scalar_one())
        _check_matrix_asked(decision)
        return decision, circumstances(decision.proposal, snapshot)
    raise Correctable(
        "This ask holds nothing that could be allowed.", code="nothing_to_allow", where=approval_id
    )


def _check_matrix_asked(decision: Decision) -> None:
    others = [
        hit
        for hit in decision.judgement.hits
        if hit.verdict is Verdict.ASK and not hit.rule.startswith("authority:")
    ]
    if others:
        raise Refused(
            f"The matrix alone did not ask for this, so no row of it can allow it: {others[0].message}",
            code="not_by_policy",
            where=others[0].rule,
        )


def _row(policy: Policy, decision: Decision, seen: Circumstances, actor: Actor, level: str) -> Row:
    """The new row: this party, this act, under these circumstances and no others."""
    party = party_of(decision.proposal.actor)
    if not party:
        raise Correctable(
            "The matrix does not know who proposed this.", code="nothing_to_allow", where=decision.id
        )
    counts = decision.proposal.action.kind == "connected_call"  # other acts have no amount
    if counts and seen.amount is None:
        raise Correctable(
            "Nobody knows what this costs, so it is always asked.", code="nothing_to_allow", where=decision.id
        )
    taken = {row.id for row in policy.rows}
    name = next(one for number in range(1, 10_000) if (one := f"A-{number:02}") not in taken)
    return Row.model_validate(
        {
            "id": name,
            "agents": (party,),
            "action": decision.proposal.action.kind,
            "relationship": (seen.relationship,),
            "evidence": (seen.evidence,),
            "max_amount": seen.amount if counts else None,
            "level": level,
            "reason": f"{actor.name} wants such an act to need no question.",
            "owner": actor.name,
        }
    )


def _check_it_works(draft: Policy, decision: Decision, seen: Circumstances) -> None:
    """With an agent that earned everything the draft must not ask, or it would promise what it cannot keep."""
    hit = draft.judge(decision.proposal.actor, decision.proposal.action.kind, seen, earned=2)
    if hit.verdict not in (Verdict.ALLOW, Verdict.NOTIFY):
        raise Refused(f"Another row still says no: {hit.message}", code="not_by_policy", where=hit.rule)


def _carved(policy: Policy, new: Row) -> Iterator[Row]:
    """The rows as they are, but those that would still ask no longer speak about the new row's cell.

    The strictest row wins, so without this the new one would change nothing. A row that denies stays whole.
    """
    for row in policy.rows:
        asks = row.level in ("ask", "earned") and row.concerns(new.agents[0], new.action)
        yield from _without(row, new) if asks and _meets(row, new) else (row,)


def _meets(row: Row, new: Row) -> bool:
    return (not row.relationship or new.relationship[0] in row.relationship) and (
        not row.evidence or new.evidence[0] in row.evidence
    )


def _without(row: Row, new: Row) -> Iterator[Row]:
    """A row minus one cell: everybody else, every other act, every other circumstance – and larger amounts."""
    party, action = new.agents[0], new.action
    others = tuple(one for one in (PARTIES if "*" in row.agents else row.agents) if one != party)
    if others:
        yield row.model_copy(update={"agents": others})
    kinds = [kind for kind in ACTION_KINDS if kind != action] if row.action == "*" else []
    for kind in kinds:
        yield _copy(row, f"{kind}", agents=(party,), action=kind)
    own = {"agents": (party,), "action": action}
    evidence = tuple(one for one in row.evidence or EVIDENCE if one != new.evidence[0])
    if evidence:
        yield _copy(row, "e", **own, evidence=evidence)
    relationship = tuple(one for one in row.relationship or RELATIONSHIPS if one != new.relationship[0])
    if relationship:
        yield _copy(row, "r", **own, relationship=relationship, evidence=new.evidence)
    if new.max_amount is not None:
        cell = {"relationship": new.relationship, "evidence": new.evidence}
        yield _copy(row, "m", **own, **cell, min_amount=new.max_amount)


def _copy(row: Row, mark: str, **columns: Any) -> Row:
    return row.model_copy(update={"id": f"{row.id[: 39 - len(mark)]}/{mark}", **columns})
