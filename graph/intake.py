"""Intake: what the moment looks like – ids and counts from the store, the recent conversation."""

from typing import Any, Literal

from langgraph.runtime import Runtime
from langgraph.types import Command

from autonomy import approvals
from autonomy.stop_file import with_stop_file
from graph.desk import Desk
from graph.state import TurnState
from language.port import Shown, Situation
from runtime.store import campaigns, crm, knowledge, people, talks

RECENT = 6


async def intake(state: TurnState, runtime: Runtime[Desk]) -> Command[Literal["supervisor"]]:
    """Load the situation."""
    situation = await look(runtime.context)
    update = {
        "situation": situation.model_dump(mode="json"),
        "cursor": 0,
        "steps": 0,
        "answers": [],
        "outcome": [],
    }
    return Command(goto="supervisor", update=update)


async def look(desk: Desk) -> Situation:
    """The situation as it is now."""
    now = await desk.clock.now()
    async with desk.database.read() as tx:
        remembered = await talks.conversation_state(tx, desk.conversation_id) if desk.conversation_id else {}
        icp = await knowledge.active_icp(tx)
        profile = await knowledge.active_profile(tx)
        campaign = await campaigns.latest_campaign(tx)
        drafts = await campaigns.drafts_of(tx, campaign.id) if campaign else []
        return Situation(
            has_icp=icp is not None,
            seller_name=profile.name if profile else "",
            prospects=await crm.count(tx, "prospects"),
            qualified=await crm.count(tx, "prospects", qualified=True),
            campaign_id=campaign.id if campaign else "",
            campaign_state=str(campaign.state) if campaign else "",
            drafts=sum(1 for draft in drafts if not draft.dropped),
            pending_approvals=len(await approvals.listing(tx, now)),
            sending_paused=bool(with_stop_file(await people.thrown_switches(tx), desk.terms.stop_file)),
            recent=tuple(await talks.last_messages(tx, desk.conversation_id, RECENT)),
            **_shown(remembered),
        )


def _shown(remembered: dict[str, Any]) -> dict[str, Any]:
    focus = remembered.get("focus")
    return {
        "shown": tuple(Shown.model_validate(one) for one in remembered.get("shown", [])),
        "focus": Shown.model_validate(focus) if focus else None,
        "digest": str(remembered.get("digest", "")),
    }
