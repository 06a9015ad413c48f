"""Read models for every screen and the CLI. They look; they change nothing."""

from typing import Any

from domain.errors import Correctable
from graph.specialists.experiment_views import course_of
from graph.specialists.showing import icp_json, prospect_json
from runtime.store import campaigns, crm, knowledge, outbox, people
from service.bootstrap import House
from service.models import said_of


async def prospects(house: House, filters: dict[str, Any]) -> list[dict[str, Any]]:
    """The contract's list of prospects, best fit first."""
    country = str(filters["country"]).upper() if filters.get("country") else None
    others: dict[str, Any] = {key: value for key, value in filters.items() if key != "country"}
    async with house.database.read() as tx:
        rows = await crm.prospect_rows(tx, country=country, **others)
        said = await said_of(tx)
    return [prospect_json(row) | {"chance_said": said} for row in rows]


async def icp(house: House) -> dict[str, Any]:
    """The ICP in force.

    Raises:
        Correctable: no_icp.
    """
    async with house.database.read() as tx:
        found = await knowledge.active_icp(tx)
    if found is None:
        raise Correctable(
            "There is no ideal customer profile yet.",
            code="no_icp",
            hint="Run `rainmaker onboard URL` first.",
        )
    return {"id": found.id, "version": found.version, "reason": found.reason, "lines": icp_json(found)}


async def latest_campaign_id(house: House) -> str:
    """Id of the campaign made last.

    Raises:
        Correctable: no_campaign.
    """
    async with house.database.read() as tx:
        campaign = await campaigns.latest_campaign(tx)
    if campaign is None:
        raise Correctable(
            "There is no campaign yet.", code="no_campaign", hint="Run `rainmaker campaign plan`."
        )
    return campaign.id


async def campaign(house: House, campaign_id: str) -> dict[str, Any]:
    """How a campaign stands: drafts and mails by state, and each mail."""
    wanted = campaign_id or await latest_campaign_id(house)
    async with house.database.read() as tx:
        found = await campaigns.campaign(tx, wanted)
        if found is None:
            raise Correctable(
                f"There is no campaign {wanted[:60]}.", code="unknown_campaign", where=wanted[:60]
            )
        drafts = await campaigns.drafts_of(tx, wanted)
        names = await crm.contact_names(tx, [draft.contact_id for draft in drafts])
        mails = await outbox.of_campaign(tx, wanted)
        counts = await outbox.counts(tx, wanted)
        stopped = [row["scope"] for row in await people.thrown_switches(tx)]
    course = await course_of(house.database, wanted, await house.clock.now())
    paused = f"campaign:{found.id}" in stopped or course["pace"]["first_mails"] == 0
    return course | {
        "id": found.id,
        "name": found.name,
        "state": "paused" if paused else str(found.state),
        "audience": found.audience,
        "drafts": len(drafts),
        "dropped": sum(draft.dropped for draft in drafts),
        "blocked": sum(bool(draft.blocked) for draft in drafts),
        "mails": counts,
        "stopped": stopped,
        "list": [
            {
                "id": mail["id"],
                "contact": names.get(mail["contact_id"], ""),
                "subject": mail["action"]["subject"],
                "state": mail["state"],
                "due_at": mail["due_at"].isoformat(),
                "sent_at": mail["sent_at"].isoformat() if mail["sent_at"] else None,
                "message_id": mail["message_id"],
                "code": mail["code"],
                "detail": mail["detail"],
            }
            for mail in mails
        ],
    }
