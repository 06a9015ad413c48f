"""Research steps about ourselves: read our site, show and change the ideal customer profile."""

from pydantic import Field

from domain.actions import ChangeIcp
from domain.errors import Correctable
from domain.icp import CompanyProfile, Icp, IcpEdit, apply_edits
from domain.knowledge import Evidence
from domain.labels import Integrity, Label, combine, owner_label, web_label
from graph.desk import Desk, Progress
from graph.specialists.showing import evidence_json, icp_json, icp_text, profile_text
from graph.state import Citation, StepResult, Wanted
from language.port import Shown
from runtime.store import knowledge
from tools.catalog import Args, tool
from tools.read.ports import SiteVisit

MAX_PAGES = 30


class OnboardArgs(Args):
    """Our own site."""

    url: str = Field(min_length=3, max_length=2000, description="Address of our own company's website.")


class NoArgs(Args):
    """Nothing."""


class EditIcpArgs(Args):
    """Changes to the profile."""

    edits: tuple[IcpEdit, ...] = Field(min_length=1, max_length=20)


@tool("research", OnboardArgs, effect="propose", undo="activates the ICP version before", cost="≤30 pages")
async def onboard(desk: Desk, args: OnboardArgs) -> StepResult:
    """Read our own company's website and propose an ideal customer profile that cites its pages."""
    visit = await desk.web.visit(args.url, MAX_PAGES, desk.page_counter())
    await desk.emit(
        Progress("progress", f"{len(visit.pages)} pages read", len(visit.pages), len(visit.pages))
    )
    profile = await desk.language.read_profile(visit.url, visit.pages)
    await desk.emit(Progress("progress", f"{len(profile.facts)} facts with quotes"))
    lines = await desk.language.propose_icp(profile, visit.pages)
    if not lines and not profile.facts:
        raise Correctable(
            f"{visit.url} says nothing about a company that can be quoted.",
            code="nothing_to_quote",
            where=visit.url,
            hint="Give the address of a page that describes what you sell.",
        )
    label = combine([page.label for page in visit.pages], origin=visit.url)
    icp = await _keep(desk, visit, profile, lines, label)
    await desk.recall.remember(knowledge.SELLER)
    return _onboarded(desk, visit, profile, icp, label)


async def _keep(desk: Desk, visit: SiteVisit, profile: CompanyProfile, lines: tuple, label: Label) -> Icp:
    now = await desk.clock.now()
    quotes = [quote for fact in profile.facts for quote in fact.evidence]
    quotes += [quote for line in lines for quote in line.evidence]
    async with desk.database.write() as tx:
        await knowledge.keep_pages(tx, knowledge.SELLER, visit.pages)
        await knowledge.keep_evidence(tx, knowledge.SELLER, quotes)
        await knowledge.keep_profile(tx, desk.ids.new("prf"), profile, label, now)
        return await knowledge.keep_icp(
            tx,
            desk.ids.new("icp"),
            lines,
            label=label,
            by="research",
            reason=f"read from {visit.url}",
            at=now,
        )


def _onboarded(desk: Desk, visit: SiteVisit, profile: CompanyProfile, icp: Icp, label: Label) -> StepResult:
    facts = [
        {"field": fact.field, "value": fact.value, "evidence": evidence_json(fact.evidence)}
        for fact in profile.facts
    ]
    data = {
        "profile": {"name": profile.name, "url": profile.url, "fields": facts},
        "icp": {"id": icp.id, "version": icp.version, "lines": icp_json(icp)},
        "not_found": list(profile.not_found),
        "pages": len(visit.pages),
        "problems": [{"url": url, "code": code, "message": text} for url, code, text in visit.problems],
    }
    text = f"{profile_text(profile, len(visit.pages))}\n\n{icp_text(icp)}"
    return StepResult(
        text=text,
        citations=_citations(icp),
        wanted=(Wanted(action=ChangeIcp(icp_id=icp.id, reason=icp.reason), reason=icp.reason, label=label),),
        shown=_shown_lines(icp),
        summary=f"Use ICP version {icp.version}, read from {visit.url}",
        cause=icp.id,
        data=data,
    )


def _citations(icp: Icp) -> tuple[Citation, ...]:
    return tuple(Citation(url=quote.url, quote=quote.quote) for line in icp.lines for quote in line.evidence)


def _shown_lines(icp: Icp) -> tuple[Shown, ...]:
    return tuple(
        Shown(kind="icp_line", id=line.key, label=line.value, position=position)
        for position, line in enumerate(icp.lines, 1)
    )


async def _icp(desk: Desk) -> Icp:
    async with desk.database.read() as tx:
        icp = await knowledge.active_icp(tx)
    if icp is None:
        raise Correctable(
            "There is no ideal customer profile yet.",
            code="no_icp",
            hint="Give me your company's website first, e.g. https://example.com.",
        )
    return icp


@tool("research", NoArgs)
async def show_icp(desk: Desk, args: NoArgs) -> StepResult:
    """Show the ideal customer profile in force with the source of each line."""
    icp = await _icp(desk)
    data = {"id": icp.id, "version": icp.version, "lines": icp_json(icp)}
    return StepResult(text=icp_text(icp), citations=_citations(icp), shown=_shown_lines(icp), data=data)


@tool("research", EditIcpArgs, effect="propose", undo="activates the ICP version before")
async def edit_icp(desk: Desk, args: EditIcpArgs) -> StepResult:
    """Change the ideal customer profile: add, remove or replace lines; every prospect is scored again."""
    icp = await _icp(desk)
    now = await desk.clock.now()
    said = Evidence(
        url=f"conversation:{desk.message_id or 'cli'}",
        quote=desk.said
        or "; ".join(f"{edit.op} {edit.kind} {edit.field} {edit.value}" for edit in args.edits),
        seen_at=now,
        label=owner_label(desk.actor.name) if desk.actor.kind == "user" else web_label("unknown"),
    )
    lines = apply_edits(icp.lines, args.edits, said)
    if lines == icp.lines:
        raise Correctable(
            "That changes nothing: the profile has no such line.",
            code="nothing_changed",
            hint="See the lines with /icp.",
        )
    reason = f"asked for: {said.quote[:200]}"
    label = Label(integrity=Integrity.OWNER, origin=f"user:{desk.actor.name}")
    async with desk.database.write() as tx:
        await knowledge.keep_evidence(tx, knowledge.SELLER, [said])
        changed = await knowledge.keep_icp(
            tx, desk.ids.new("icp"), lines, label=label, by=desk.actor.name, reason=reason, at=now
        )
    action = ChangeIcp(icp_id=changed.id, previous_id=icp.id, reason=reason)
    return StepResult(
        text=icp_text(changed, before=icp),
        wanted=(Wanted(action=action, reason=reason, label=label, as_user=True),),
        shown=_shown_lines(changed),
        summary=f"Use ICP version {changed.version}",
        cause=changed.id,
        data={"id": changed.id, "version": changed.version, "lines": icp_json(changed)},
    )


TOOLS = (onboard, show_icp, edit_icp)
