"""Outreach steps: plan a campaign with a draft per person, show it, and ask to launch it."""

import asyncio
from datetime import datetime
from typing import Any

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.campaigns import Campaign, CampaignState, Draft, Touch
from domain.errors import Correctable, RainmakerError
from domain.icp import CompanyProfile, Icp
from domain.knobs import knob
from domain.labels import combine
from graph.desk import Desk, Progress
from graph.specialists import assigning, expecting
from graph.specialists.assigning import Draw
from graph.specialists.audience import Recipient, choose, passed_over
from graph.specialists.briefs import brief_for
from graph.specialists.expecting import Expectation
from graph.specialists.experiment_views import course_of, course_text
from graph.specialists.icp_steps import NoArgs
from graph.specialists.mail_check import check_drafts, mail_action
from graph.specialists.showing import campaign_text, draft_json
from graph.state import StepResult, Wanted
from language.offline.lexicon.canonical import country_label, industry_label, role_label
from language.port import Shown
from runtime.store import campaigns, crm, knowledge
from tools.catalog import Args, tool

WRITERS = 4  # drafts written at once
DEFAULT_AUDIENCE = 50


class PlanArgs(Args):
    """Whom to write to and what for."""

    country: str | None = Field(None, pattern=r"^[A-Za-z]{2}$", description="ISO 3166 alpha-2 code.")
    industry: str | None = Field(None, max_length=60, description="Industry slug.")
    role: str | None = Field(None, max_length=60, description="Role slug.")
    limit: int | None = Field(None, ge=1, le=2000, description="At most this many people.")
    goal: str | None = Field(None, max_length=200, description="What the mail asks for.")


@tool("outreach", PlanArgs, effect="propose", undo="drop the plan; nothing has left", cost="1 text a person")
async def plan_campaign(desk: Desk, args: PlanArgs) -> StepResult:
    """Plan a campaign: audience, offer, sequence and one draft per person, every claim with its source."""
    async with desk.database.read() as tx:
        icp = await knowledge.active_icp(tx)
        profile = await knowledge.active_profile(tx)
        if icp is None or profile is None:
            raise Correctable(
                "A campaign needs our own profile first.",
                code="no_profile",
                hint="Give me your company's website, e.g. https://example.com.",
            )
        chosen, left_out = await choose(tx, args.model_dump(exclude={"goal"}), args.limit or DEFAULT_AUDIENCE)
    if not chosen:
        raise _nobody(left_out)
    now = await desk.clock.now()
    campaign_id = desk.ids.new("cmp")
    async with desk.database.read() as tx:
        drawn = await assigning.draw(tx, desk.ids, campaign_id, [one.contact.id for one in chosen], now)
    campaign = _campaign(campaign_id, now, args, icp, profile, len(chosen), drawn)
    drafts, unwritten = await _write(desk, campaign, icp, profile, chosen, drawn)
    if not drafts:
        raise Correctable(
            f"No mail could be written: {next(iter(unwritten), 'nothing is known about them')}.",
            code="nothing_to_say",
            hint="Onboard a page that says what you sell, or find prospects whose sites say more.",
        )
    async with desk.database.read() as tx:
        said = await expecting.expectation(tx, drawn, len(drafts), desk.terms, now)
    async with desk.database.write() as tx:
        await campaigns.keep_campaign(tx, campaign, combine([one.label for one in drafts], origin="outreach"))
        await campaigns.keep_drafts(tx, drafts, await desk.clock.now())
        await assigning.keep(tx, drawn)
        await expecting.keep(tx, campaign.id, said, len(drafts), now)
        await check_drafts(tx, desk, campaign, drafts)
        stored = await campaigns.drafts_of(tx, campaign.id)
    return _planned(campaign, stored, chosen, {**left_out, **unwritten}, said, drawn.notes)


def _nobody(left_out: dict[str, int]) -> Correctable:
    why = "; ".join(f"{count} {reason}" for reason, count in left_out.items())
    return Correctable(
        f"Nobody can be written to: {why or 'there are no qualified prospects'}.",
        code="empty_audience",
        hint="Find prospects first, or widen the filter.",
    )


def _campaign(
    campaign_id: str,
    now: datetime,
    args: PlanArgs,
    icp: Icp,
    profile: CompanyProfile,
    people: int,
    drawn: Draw,
) -> Campaign:
    who = " ".join(
        part
        for part in (
            role_label(args.role) if args.role else "people",
            f"at {industry_label(args.industry)}" if args.industry else "at companies that fit the profile",
            f"in {country_label(args.country.upper())}" if args.country else "",
        )
        if part
    )
    offer = next((fact.value for fact in profile.values("offer")), profile.name)
    goal = args.goal or "a short call"
    return Campaign(
        id=campaign_id,
        name=f"{profile.name}: {who}, {now:%d %B %Y}",
        icp_id=icp.id,
        plan_version=1,
        audience=f"{people} {who}",
        offer=offer,
        goal=goal,
        touches=_sequence(campaign_id, goal, drawn),
        variants=knob("angle").choices,
        state=CampaignState.PLANNED,
        made_at=now,
    )


def _sequence(campaign_id: str, goal: str, drawn: Draw) -> tuple[Touch, ...]:
    """The steps of a sequence; a running test may let some people skip the last mail, or get one on another day."""
    purposes = (
        f"first mail: what they do, what we offer, {goal}",
        "one new fact, asked for approval when it is due",
        "the last mail, which says so and asks who is in charge",
    )
    follow_ups = max(int(drawn.values["follow_ups"]), *map(int, drawn.arms.get("follow_ups", {}).values()), 0)
    days = (0, int(drawn.values["follow_up_days"]), 7)
    mails = [
        Touch(id=f"{campaign_id}.{step}", step=step, delay_days=delay, purpose=purpose)
        for step, (delay, purpose) in enumerate(zip(days, purposes, strict=True), 1)
        if step <= follow_ups + 1
    ]
    call = len(mails) + 1
    return (
        *mails,
        Touch(
            id=f"{campaign_id}.{call}",
            step=call,
            delay_days=7,
            channel="task",
            purpose="a person calls or connects",
        ),
    )


async def _write(
    desk: Desk,
    campaign: Campaign,
    icp: Icp,
    profile: CompanyProfile,
    chosen: list[Recipient],
    drawn: Draw,
) -> tuple[list[Draft], dict[str, int]]:
    """One draft a person, a few at once; a person nothing true can be said to is left out with the reason."""
    slots = asyncio.Semaphore(WRITERS)
    written = 0

    async def one(recipient: Recipient) -> Draft | RainmakerError:
        nonlocal written
        async with slots:
            angle = drawn.value("angle", recipient.contact.id)
            brief = brief_for(desk, campaign, icp, profile, recipient, angle)
            try:
                mail = await desk.language.write_mail(brief)
            except RainmakerError as error:
                return error
            written += 1
            await desk.emit(
                Progress("progress", f"{written} of {len(chosen)} drafts written", written, len(chosen))
            )
        return Draft(
            id=desk.ids.new("drf"),
            campaign_id=campaign.id,
            touch_id=campaign.touches[0].id,
            contact_id=recipient.contact.id,
            mail=mail,
            label=combine([recipient.account.label, recipient.contact.label], origin=desk.language.info.name),
        )

    results = await asyncio.gather(*(one(recipient) for recipient in chosen))
    unwritten: dict[str, int] = {}
    for result in results:
        if isinstance(result, RainmakerError):
            unwritten[result.message] = unwritten.get(result.message, 0) + 1
    return [result for result in results if isinstance(result, Draft)], unwritten


def _planned(
    campaign: Campaign,
    drafts: list[Draft],
    chosen: list[Recipient],
    left_out: dict[str, int],
    said: Expectation,
    notes: tuple[str, ...],
) -> StepResult:
    names = {one.contact.id: one.name for one in chosen}
    told = [f"{count} left out: {reason.rstrip('.')}." for reason, count in left_out.items()]
    return StepResult(
        text="\n".join([campaign_text(campaign, drafts, names), *told, "", *said.lines(), *notes]),
        shown=_shown_drafts(drafts, names),
        cause=campaign.id,
        data=campaign_json(campaign, drafts, names)
        | said.as_json()
        | {"left_out": left_out, "notes": list(notes)},
    )


def _shown_drafts(drafts: list[Draft], names: dict[str, str]) -> tuple[Shown, ...]:
    live = [draft for draft in drafts if not draft.dropped]
    return tuple(
        Shown(kind="draft", id=draft.id, label=names.get(draft.contact_id, ""), position=number)
        for number, draft in enumerate(live[:50], 1)
    )


def campaign_json(campaign: Campaign, drafts: list[Draft], names: dict[str, str]) -> dict[str, Any]:
    """The contract's campaign."""
    return {
        "id": campaign.id,
        "name": campaign.name,
        "state": str(campaign.state),
        "audience": campaign.audience,
        "offer": campaign.offer,
        "goal": campaign.goal,
        "touches": [touch.model_dump(mode="json") for touch in campaign.touches],
        "variants": list(campaign.variants),
        "drafts": [
            draft_json(draft, names.get(draft.contact_id, "")) for draft in drafts if not draft.dropped
        ],
    }


async def current_campaign(tx: AsyncConnection) -> tuple[Campaign, list[Draft], dict[str, str]]:
    """The campaign made last, its drafts, and the recipients' names.

    Raises:
        Correctable: no_campaign.
    """
    campaign = await campaigns.latest_campaign(tx)
    if campaign is None:
        raise Correctable(
            "There is no campaign yet.", code="no_campaign", hint="Ask for one: “write a campaign”."
        )
    drafts = await campaigns.drafts_of(tx, campaign.id)
    return campaign, drafts, await crm.contact_names(tx, [draft.contact_id for draft in drafts])


@tool("outreach", NoArgs)
async def show_campaign(desk: Desk, args: NoArgs) -> StepResult:
    """Show the campaign made last: plan, drafts, what is blocked – exactly what would leave."""
    async with desk.database.read() as tx:
        campaign, drafts, names = await current_campaign(tx)
    course = await course_of(desk.database, campaign.id, await desk.clock.now())
    return StepResult(
        text=f"{campaign_text(campaign, drafts, names)}\n\n{course_text(course)}".rstrip(),
        shown=_shown_drafts(drafts, names),
        cause=campaign.id,
        data=campaign_json(campaign, drafts, names) | course,
    )


@tool("outreach", NoArgs, effect="propose", undo="unsent mails can be cancelled", cost="1 mail a person")
async def launch_campaign(desk: Desk, args: NoArgs) -> StepResult:
    """Ask a person to approve every mail of the campaign; nothing is sent without that."""
    async with desk.database.read() as tx:
        campaign, drafts, _ = await current_campaign(tx)
    if campaign.state is not CampaignState.PLANNED:
        raise Correctable(
            f"The campaign is already {campaign.state}.",
            code="already_launched",
            where=campaign.id,
            hint="See the cards with /approve." if campaign.state is CampaignState.ASKED else None,
        )
    ready = [draft for draft in drafts if not draft.dropped and not draft.blocked]
    if not ready:
        raise Correctable(
            "No draft may leave: every one is blocked or dropped.",
            code="nothing_to_launch",
            where=campaign.id,
        )
    async with desk.database.read() as tx:
        others = await crm.colleagues_of(tx, [draft.contact_id for draft in ready])
    wanted = tuple(
        Wanted(
            action=mail_action(campaign, draft),
            reason=f"first mail of {campaign.name}",
            label=draft.label,
            alternatives=passed_over(others.get(draft.contact_id, ())),
        )
        for draft in ready
    )
    return StepResult(
        text=f"{len(ready)} mails are ready for your decision. Each text is listed in the approval card.",
        wanted=wanted,
        summary=f"Send {len(ready)} mails: {campaign.name}",
        cause=campaign.id,
        data={"id": campaign.id, "mails": len(ready)},
    )


TOOLS = (plan_campaign, show_campaign, launch_campaign)
