"""One act that no turn of the brain led to: judged, permitted and carried out in the caller's transaction."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy.judge import judge
from domain.actions import AnyAction
from domain.decisions import Actor, Decision, Proposal, Verdict
from domain.errors import Refused
from domain.labels import Label
from runtime.store import decisions
from service.bootstrap import House
from tools.execute import Done, Permit, execute

PERMIT_LIFE = timedelta(hours=1)
MAY_HAPPEN = (Verdict.ALLOW, Verdict.NOTIFY)


async def decide_on(
    tx: AsyncConnection,
    house: House,
    action: AnyAction,
    *,
    actor: Actor,
    reason: str,
    label: Label,
    cause: str = "",
) -> Decision:
    """The gate's decision on an action, written."""
    now = await house.clock.now()
    proposal = Proposal(
        id=house.ids.new("prp"),
        action=action,
        actor=actor,
        reason=reason,
        label=label,
        cause=cause,
        made_at=now,
    )
    return await judge(tx, proposal, policy=house.policy, terms=house.terms, ids=house.ids, now=now)


async def carry_out(
    tx: AsyncConnection, house: House, made: Decision, *, by: str = "gate", life: timedelta = PERMIT_LIFE
) -> Done:
    """Do what a decision allows without asking; a letter that has not left when `life` is over never does.

    Raises:
        Refused: refused – the gate refused it, or wants a person to decide.
    """
    if made.judgement.verdict not in MAY_HAPPEN:
        raise Refused(made.judgement.why, code="refused", where=made.id)
    now = await house.clock.now()
    permit = Permit(house.ids.new("per"), now + life)
    await decisions.grant(
        tx,
        permit_id=permit.id,
        decision_id=made.id,
        action_hash=made.proposal.action.hash,
        by=by,
        at=now,
        expires_at=permit.expires_at,
    )
    return await execute(tx, permit, made, terms=house.terms, ids=house.ids, now=now)
