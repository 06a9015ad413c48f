"""Act: allowed proposals get a permit and are executed, asked ones wait for a person, refused ones say why."""

from typing import Any, Literal

from langgraph.runtime import Runtime
from langgraph.types import Command
from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import approvals
from autonomy.ask_budget import MAIL_LIFE, OTHER_LIFE
from domain.actions import ChangeIcp, Letter, SendEmail
from domain.campaigns import CampaignState
from domain.decisions import Decision, Verdict
from domain.errors import Bug
from graph.desk import Desk
from graph.rescore import rescore
from graph.state import StepResult, TurnState
from runtime.store import campaigns, decisions
from tools.execute import Permit, execute


async def act(state: TurnState, runtime: Runtime[Desk]) -> Command[Literal["supervisor"]]:
    """Carry out the verdicts on the current step."""
    desk = runtime.context
    result = StepResult.model_validate(state.get("current", {}))
    outcome: list[dict[str, Any]] = []
    async with desk.database.write() as tx:
        made = [await _decision(tx, decision_id) for decision_id in state.get("decided", [])]
        asked = [one for one in made if one.judgement.verdict is Verdict.ASK]
        for decision in made:
            if decision.judgement.verdict is Verdict.REFUSE:
                outcome.append(_told(decision, decision.judgement.why))
            elif decision.judgement.verdict is not Verdict.ASK:
                outcome.append(_told(decision, await _allowed(tx, desk, decision)))
        if asked:
            outcome.append(await _asked(tx, desk, asked, result))
    if any(isinstance(one.proposal.action, ChangeIcp) for one in made):
        await rescore(desk)
    update = {
        "outcome": [*state.get("outcome", []), *outcome],
        "cursor": state.get("cursor", 0) + 1,
        "decided": [],
    }
    return Command(goto="supervisor", update=update)


async def _decision(tx: AsyncConnection, decision_id: str) -> Decision:
    decision = await decisions.decision(tx, decision_id)
    if decision is None:
        raise Bug("A decision vanished between gate and act.", where=decision_id)
    return decision


async def _allowed(tx: AsyncConnection, desk: Desk, decision: Decision) -> str:
    """A letter may wait out a stop, a weekend or a cap: at its claim everything is judged again."""
    now = await desk.clock.now()
    life = MAIL_LIFE if isinstance(decision.proposal.action, Letter) else OTHER_LIFE
    permit = Permit(desk.ids.new("per"), now + life)
    await decisions.grant(
        tx,
        permit_id=permit.id,
        decision_id=decision.id,
        action_hash=decision.proposal.action.hash,
        by="gate",
        at=now,
        expires_at=permit.expires_at,
    )
    done = await execute(tx, permit, decision, terms=desk.terms, ids=desk.ids, now=now)
    return done.text


async def _asked(
    tx: AsyncConnection, desk: Desk, asked: list[Decision], result: StepResult
) -> dict[str, Any]:
    now = await desk.clock.now()
    summary = result.summary or asked[0].proposal.reason
    approval_id = await approvals.ask(
        tx,
        asked,
        summary=summary,
        cause=result.cause,
        ids=desk.ids,
        now=now,
        per_day=desk.terms.asks_per_day,
    )
    first = asked[0].proposal.action
    if isinstance(first, SendEmail):
        await campaigns.set_state(tx, first.campaign_id, CampaignState.ASKED)
    return {
        "kind": first.kind,
        "id": approval_id,
        "verdict": str(Verdict.ASK),
        "text": summary,
        "items": len(asked),
    }


def _told(decision: Decision, text: str) -> dict[str, Any]:
    return {
        "kind": decision.proposal.action.kind,
        "id": decision.id,
        "verdict": str(decision.judgement.verdict),
        "text": text,
        "rules": [hit.rule for hit in decision.judgement.hits],
    }
