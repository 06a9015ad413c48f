"""Outreach steps on drafts: show one, revise some as asked, drop some."""

from pydantic import Field

from domain.actions import EditDraft
from domain.campaigns import Campaign, Draft, WrittenMail
from domain.errors import Correctable, RainmakerError
from domain.labels import combine, owner_label
from graph.desk import Desk, Progress
from graph.specialists.audience import Recipient
from graph.specialists.briefs import brief_for
from graph.specialists.campaign_steps import current_campaign
from graph.specialists.mail_check import problems_of
from graph.specialists.showing import draft_json, draft_text
from graph.state import Citation, StepResult, Wanted
from language.port import MailBrief, Shown
from runtime.store import crm, knowledge
from tools.catalog import Args, tool

SHOWN_AT_ONCE = 3


class DraftArgs(Args):
    """One draft."""

    id: str = Field(max_length=60)


class ReviseArgs(Args):
    """Which drafts to change, and how."""

    ids: tuple[str, ...] = Field((), max_length=2000, description="Draft ids; empty means all.")
    instruction: str = Field(min_length=1, max_length=2000)


class DropArgs(Args):
    """Drafts to drop."""

    ids: tuple[str, ...] = Field(min_length=1, max_length=2000)


@tool("outreach", DraftArgs)
async def show_draft(desk: Desk, args: DraftArgs) -> StepResult:
    """Show one draft with the source of every claim."""
    async with desk.database.read() as tx:
        _, drafts, names = await current_campaign(tx)
    wanted = args.id.casefold()
    known = [one.id for one in drafts if wanted in names.get(one.contact_id, "").casefold()]
    draft = _named(drafts, (known[0] if known else args.id,))[0]
    name = names.get(draft.contact_id, "")
    return StepResult(
        text=draft_text(draft, name),
        citations=tuple(
            Citation(url=one.evidence.url, quote=one.evidence.quote) for one in draft.mail.claims
        ),
        focus=Shown(kind="draft", id=draft.id, label=name, position=1),
        data=draft_json(draft, name),
    )


def _named(drafts: list[Draft], ids: tuple[str, ...]) -> list[Draft]:
    live = {draft.id: draft for draft in drafts if not draft.dropped}
    unknown = [one for one in ids if one not in live]
    if unknown:
        raise Correctable(
            "There is no such draft in this campaign.",
            code="unknown_draft",
            where=unknown[0],
            hint="See /campaign.",
        )
    return [live[one] for one in ids] if ids else list(live.values())


@tool("outreach", ReviseArgs, effect="propose", undo="restores the text before", cost="1 text a draft")
async def revise_drafts(desk: Desk, args: ReviseArgs) -> StepResult:
    """Change drafts as asked, e.g. shorter or less formal; every changed text is checked again."""
    async with desk.database.read() as tx:
        campaign, drafts, names = await current_campaign(tx)
        chosen = _named(drafts, args.ids)
        briefs = [await _brief(tx, desk, campaign, draft) for draft in chosen]
    wanted: list[Wanted] = []
    changed: list[Draft] = []
    problem: RainmakerError | None = None
    for number, (draft, brief) in enumerate(zip(chosen, briefs, strict=True), 1):
        try:
            mail = await desk.language.revise_mail(draft.mail, args.instruction, brief)
        except RainmakerError as error:
            problem = error
            continue
        changed.append(draft.model_copy(update={"mail": mail}))
        wanted.append(_edit(desk, draft, mail, args.instruction))
        await desk.emit(Progress("progress", f"{number} drafts revised", number, len(chosen)))
    if not changed and problem is not None:
        raise problem
    return await _revised(desk, campaign, changed, wanted, names)


async def _brief(tx: object, desk: Desk, campaign: Campaign, draft: Draft) -> MailBrief:
    contact = await crm.contact(tx, draft.contact_id)  # type: ignore[arg-type]
    account = await crm.account(tx, contact.account_id) if contact else None  # type: ignore[arg-type]
    icp = await knowledge.icp(tx, campaign.icp_id)  # type: ignore[arg-type]
    profile = await knowledge.active_profile(tx)  # type: ignore[arg-type]
    if contact is None or account is None or icp is None or profile is None:
        raise Correctable("The draft's recipient is gone.", code="unknown_contact", where=draft.contact_id)
    return brief_for(desk, campaign, icp, profile, Recipient(contact, account, ()), draft.mail.variant)


def _edit(desk: Desk, draft: Draft, mail: WrittenMail, instruction: str) -> Wanted:
    action = EditDraft(draft_id=draft.id, subject=mail.subject, body=mail.body, claims=mail.claims)
    label = combine([draft.label, owner_label(desk.actor.name)], origin=desk.language.info.name)
    return Wanted(action=action, reason=instruction[:200], label=label, as_user=True)


async def _revised(
    desk: Desk, campaign: Campaign, changed: list[Draft], wanted: list[Wanted], names: dict[str, str]
) -> StepResult:
    parts = []
    async with desk.database.read() as tx:
        for draft in changed[:SHOWN_AT_ONCE]:
            checked = draft.model_copy(update={"blocked": await problems_of(tx, desk, campaign, draft)})
            parts.append(draft_text(checked, names.get(draft.contact_id, "")))
    if len(changed) > SHOWN_AT_ONCE:
        parts.append(f"… and {len(changed) - SHOWN_AT_ONCE} more.")
    focus = None
    if len(changed) == 1:
        focus = Shown(kind="draft", id=changed[0].id, label=names.get(changed[0].contact_id, ""), position=1)
    return StepResult(
        text="\n\n".join([f"{len(changed)} drafts changed.", *parts]),
        wanted=tuple(wanted),
        focus=focus,
        cause=campaign.id,
        data={"changed": [draft.id for draft in changed]},
    )


@tool("outreach", DropArgs, effect="propose", undo="restores the draft")
async def drop_drafts(desk: Desk, args: DropArgs) -> StepResult:
    """Drop drafts from the campaign; these people are not written to."""
    async with desk.database.read() as tx:
        campaign, drafts, names = await current_campaign(tx)
    chosen = _named(drafts, args.ids)
    label = owner_label(desk.actor.name)
    wanted = tuple(
        Wanted(action=EditDraft(draft_id=draft.id, drop=True), reason="dropped", label=label, as_user=True)
        for draft in chosen
    )
    people = "; ".join(names.get(draft.contact_id, "") for draft in chosen)
    return StepResult(
        text=f"Dropped: {people}.",
        wanted=wanted,
        cause=campaign.id,
        data={"dropped": [draft.id for draft in chosen]},
    )


TOOLS = (show_draft, revise_drafts, drop_drafts)
