"""Outreach steps that come later: the next touch of a sequence to people who did not answer."""

from datetime import timedelta

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.actions import AddTask
from domain.campaigns import Campaign, Draft, Touch
from domain.errors import Correctable, RainmakerError
from domain.icp import CompanyProfile, Icp
from domain.ids import derived
from domain.labels import combine
from graph.desk import Desk
from graph.specialists.audience import Recipient, recipients_of
from graph.specialists.briefs import brief_for
from graph.specialists.mail_check import check_drafts, mail_action
from graph.state import StepResult, Wanted
from runtime.store import campaigns, experiments, knowledge
from tools.catalog import Args, tool

TASK_DAYS = 2


class FollowUpArgs(Args):
    """Whom to write to again, in which campaign, with which step."""

    campaign_id: str = Field(pattern=r"^cmp_[0-9a-z]{1,36}$")
    step: int = Field(ge=2, le=10)
    contact_ids: tuple[str, ...] = Field(min_length=1, max_length=200)


@tool(
    "outreach", FollowUpArgs, effect="propose", undo="unsent mails can be cancelled", cost="1 mail a person"
)
async def follow_up(desk: Desk, args: FollowUpArgs) -> StepResult:
    """Write the next mail of a sequence to people who did not answer, or put a call before a person."""
    async with desk.database.read() as tx:
        campaign = await campaigns.campaign(tx, args.campaign_id)
        icp, profile = await knowledge.active_icp(tx), await knowledge.active_profile(tx)
        if campaign is None or icp is None or profile is None:
            raise Correctable("There is no such campaign.", code="no_campaign", where=args.campaign_id)
        touch = next((one for one in campaign.touches if one.step == args.step), None)
        if touch is None:
            raise Correctable(
                "The sequence has no such step.", code="no_step", where=f"{campaign.id}, step {args.step}"
            )
        people = await recipients_of(tx, args.contact_ids)
    if touch.channel == "task":
        wanted = await _calls(desk, touch, people)
    else:
        wanted = await _mails(desk, campaign, touch, icp, profile, people)
    what = "calls" if touch.channel == "task" else "mails"
    return StepResult(
        text=f"{len(wanted)} {what} of step {args.step} are ready.",
        wanted=wanted,
        summary=f"Send {len(wanted)} follow-ups: {campaign.name}, step {args.step}",
        cause=campaign.id,
        data={"campaign": campaign.id, "step": args.step, "ready": len(wanted), "people": len(people)},
    )


async def _mails(
    desk: Desk, campaign: Campaign, touch: Touch, icp: Icp, profile: CompanyProfile, people: list[Recipient]
) -> tuple[Wanted, ...]:
    drafts = []
    async with desk.database.read() as tx:
        angles = await _angles(tx, campaign, people)
    for one in people:
        draft = await _draft(desk, campaign, touch, icp, profile, one, angles[one.contact.id])
        if draft is not None:
            drafts.append(draft)
    now = await desk.clock.now()
    async with desk.database.write() as tx:
        fresh = await _not_there(tx, campaign, drafts)
        await campaigns.keep_drafts(tx, fresh, now)
        await check_drafts(tx, desk, campaign, fresh)
        stored = [await campaigns.draft(tx, draft.id) for draft in fresh]
    return tuple(
        Wanted(action=mail_action(campaign, draft), reason=f"follow-up of {campaign.name}", label=draft.label)
        for draft in stored
        if draft is not None and not draft.blocked
    )


async def _angles(tx: AsyncConnection, campaign: Campaign, people: list[Recipient]) -> dict[str, str]:
    """The angle each person was drawn for, or the one their first mail had."""
    ids = [one.contact.id for one in people]
    drawn = (await experiments.arms_of(tx, campaign.id, ids)).get("angle", {})
    first = {one.contact_id: one.mail.variant for one in reversed(await campaigns.drafts_of(tx, campaign.id))}
    usual = campaign.variants[0]
    return {one: drawn[one].arm if one in drawn else first.get(one) or usual for one in ids}


async def _not_there(tx: AsyncConnection, campaign: Campaign, drafts: list[Draft]) -> list[Draft]:
    there = {(one.touch_id, one.contact_id) for one in await campaigns.drafts_of(tx, campaign.id)}
    return [one for one in drafts if (one.touch_id, one.contact_id) not in there]


async def _draft(
    desk: Desk,
    campaign: Campaign,
    touch: Touch,
    icp: Icp,
    profile: CompanyProfile,
    one: Recipient,
    variant: str,
) -> Draft | None:
    brief = brief_for(desk, campaign, icp, profile, one, variant, step=touch.step)
    try:
        mail = await desk.language.write_mail(brief)
    except RainmakerError:
        return None  # nothing new and true can be said to them: silence is better
    return Draft(
        id=desk.ids.new("drf"),
        campaign_id=campaign.id,
        touch_id=touch.id,
        contact_id=one.contact.id,
        mail=mail,
        label=combine([one.account.label, one.contact.label], origin=desk.language.info.name),
    )


def call_task_id(touch_id: str, contact_id: str) -> str:
    """The task of a step that is a call: one a person, however often the step is looked at."""
    return derived("tsk", touch_id, contact_id)


async def _calls(desk: Desk, touch: Touch, people: list[Recipient]) -> tuple[Wanted, ...]:
    now = await desk.clock.now()
    return tuple(
        Wanted(
            action=AddTask(
                task_id=call_task_id(touch.id, one.contact.id),
                about=one.contact.id,
                title=f"Call or connect with {one.name} at {one.account.name}",
                due_at=now + timedelta(days=TASK_DAYS),
                why="They did not answer our mails.",
            ),
            reason=touch.purpose,
            label=combine([one.contact.label], origin="outreach"),
        )
        for one in people
    )


TOOLS = (follow_up,)
