"""Commands of the sales work: profile, prospects, import, campaigns, the unattended turn, talk."""

from typing import Any

from pydantic import Field

from domain.decisions import Actor
from domain.errors import Correctable
from graph.desk import Emit
from service import importing, listings, reports, ticking, turns
from service.bootstrap import House
from service.commands.calls import EVERYONE, Call, Command, NoCall


class UrlCall(Call):
    """A website."""

    url: str = Field(min_length=1, max_length=2000)


class ImportCall(Call):
    """A file on this machine."""

    path: str
    dry_run: bool = False


class ListCall(Call):
    """Filters of the prospects list."""

    country: str | None = Field(None, pattern=r"^[A-Za-z]{2}$")
    industry: str | None = None
    role: str | None = None
    min_fit: float | None = Field(None, ge=0, le=1)
    qualified: bool | None = None
    limit: int = Field(10_000, ge=1, le=100_000)


class FindCall(Call):
    """How many qualified prospects."""

    limit: int | None = Field(None, ge=1, le=20_000)


class PlanCall(Call):
    """Whom a campaign writes to."""

    country: str | None = None
    industry: str | None = None
    role: str | None = None
    limit: int | None = Field(None, ge=1, le=2000)
    goal: str | None = None


class CampaignCall(Call):
    """A campaign; empty means the one made last."""

    id: str = ""


class TickCall(Call):
    """One turn, or turns until idle."""

    until_idle: bool = False


class ChatCall(Call):
    """A message."""

    text: str
    conversation: str = Field("", max_length=40)


async def _onboard(house: House, actor: Actor, call: UrlCall, emit: Emit | None) -> Any:
    done = await turns.handle_signal(house, "onboarding_wanted", {"url": call.url}, actor=actor, emit=emit)
    return done.data


async def _icp(house: House, actor: Actor, call: NoCall, emit: Emit | None) -> Any:
    return await reports.icp(house)


async def _import(house: House, actor: Actor, call: ImportCall, emit: Emit | None) -> Any:
    return await importing.import_file(house, call.path, dry_run=call.dry_run, actor=actor, emit=emit)


async def _find(house: House, actor: Actor, call: FindCall, emit: Emit | None) -> Any:
    args = {"limit": call.limit}
    return (await turns.handle_signal(house, "prospects_wanted", args, actor=actor, emit=emit)).data


async def _list(house: House, actor: Actor, call: ListCall, emit: Emit | None) -> Any:
    return await reports.prospects(house, call.model_dump())


async def _plan(house: House, actor: Actor, call: PlanCall, emit: Emit | None) -> Any:
    args = call.model_dump()
    return (await turns.handle_signal(house, "campaign_wanted", args, actor=actor, emit=emit)).data


async def _launch(house: House, actor: Actor, call: CampaignCall, emit: Emit | None) -> Any:
    if call.id and call.id != await reports.latest_campaign_id(house):
        raise Correctable(
            "Only the campaign made last can be launched.", code="unknown_campaign", where=call.id[:60]
        )
    done = await turns.handle_signal(house, "launch_wanted", {}, actor=actor, emit=emit)
    asked = [one for one in done.outcome if one["verdict"] == "ask"]
    refused = [one for one in done.outcome if one["verdict"] == "refuse"]
    return done.data | {
        "mails": sum(one["items"] for one in asked),
        "approval": asked[0]["id"] if asked else None,
        "refused": refused,
    }


async def _campaign_pause(house: House, actor: Actor, call: CampaignCall, emit: Emit | None) -> Any:
    campaign_id = (await reports.campaign(house, call.id))["id"]
    args = {"reason": "campaign paused", "scope": f"campaign:{campaign_id}"}
    done = await turns.handle_signal(house, "stop_wanted", args, actor=actor, emit=emit)
    return {"id": campaign_id, "state": "paused", "decision": done.outcome[0]["id"]}


async def _report(house: House, actor: Actor, call: CampaignCall, emit: Emit | None) -> Any:
    return await reports.campaign(house, call.id)


async def _tick(house: House, actor: Actor, call: TickCall, emit: Emit | None) -> Any:
    return (await ticking.tick(house, until_idle=call.until_idle)).as_json()


async def _chat(house: House, actor: Actor, call: ChatCall, emit: Emit | None) -> Any:
    conversation = call.conversation or f"cli-{actor.name}"[:40]
    await listings.check_conversation(house, actor.name, conversation)
    done = await turns.handle_message(house, call.text, actor=actor, conversation_id=conversation, emit=emit)
    return done.as_chat() | {"conversation": conversation, "data": done.data}


COMMANDS: dict[str, Command] = {
    "onboard": Command(UrlCall, _onboard),
    "icp": Command(NoCall, _icp, EVERYONE, reads=True),
    "import": Command(ImportCall, _import),
    "prospects": Command(ListCall, _list, EVERYONE, reads=True),
    "prospects_find": Command(FindCall, _find),
    "campaign_plan": Command(PlanCall, _plan),
    "campaign_launch": Command(CampaignCall, _launch),
    "campaign_pause": Command(CampaignCall, _campaign_pause),
    "campaign_report": Command(CampaignCall, _report, EVERYONE, reads=True),
    "tick": Command(TickCall, _tick),
    "chat": Command(ChatCall, _chat, EVERYONE),
}
