"""Research steps about others: find companies, list and explain prospects, overrule verdicts, ask."""

from pydantic import Field

from domain.actions import QualifyProspects
from domain.errors import Correctable
from domain.labels import Integrity, Label
from domain.prospects import Reason
from graph.desk import Desk
from graph.specialists.finding import find
from graph.specialists.showing import (
    chance_lines,
    prospect_json,
    prospect_label,
    prospects_text,
    quoted,
    source,
)
from graph.state import Citation, StepResult, Wanted
from language.port import Shown
from runtime.store import crm, knowledge
from tools.catalog import Args, tool


class FindArgs(Args):
    """How many qualified prospects are wanted."""

    limit: int | None = Field(None, ge=1, le=20_000, description="Stop at this many qualified prospects.")


class ListArgs(Args):
    """Filters of a list."""

    country: str | None = Field(None, pattern=r"^[A-Za-z]{2}$", description="ISO 3166 alpha-2 code.")
    industry: str | None = Field(None, max_length=60, description="Industry slug.")
    role: str | None = Field(None, max_length=60, description="Role slug of the person.")
    min_fit: float | None = Field(None, ge=0, le=1)
    qualified: bool | None = None
    limit: int = Field(20, ge=1, le=20_000)


class ProspectArgs(Args):
    """One prospect."""

    id: str = Field(max_length=60)


class QualifyArgs(Args):
    """A person's verdict."""

    ids: tuple[str, ...] = Field(min_length=1, max_length=500)
    qualified: bool
    reason: str = Field("", max_length=500)


class AskArgs(Args):
    """A question about what was read."""

    question: str = Field(min_length=1, max_length=2000)
    about: str | None = Field(None, max_length=200, description="Prospect id, company name, or empty.")


@tool("research", FindArgs, effect="propose", undo="reverts the batch", cost="≤5 pages a company")
async def find_prospects(desk: Desk, args: FindArgs) -> StepResult:
    """Find matching companies and people on the web, score them and put them into the CRM as candidates."""
    return await find(desk, args.limit)


async def _listed(desk: Desk, args: ListArgs) -> tuple[list[dict], int]:
    country = args.country.upper() if args.country else None
    filters = args.model_dump(exclude={"country", "limit"})
    async with desk.database.read() as tx:
        rows = await crm.prospect_rows(tx, country=country, limit=args.limit, **filters)
        total = await crm.count(tx, "prospects")
    return rows, total


@tool("research", ListArgs)
async def list_prospects(desk: Desk, args: ListArgs) -> StepResult:
    """List prospects with fit, verdict and reasons, best first."""
    rows, total = await _listed(desk, args)
    return StepResult(
        text=prospects_text(rows[:25], total),
        shown=tuple(
            Shown(kind="prospect", id=row["id"], label=prospect_label(row), position=number)
            for number, row in enumerate(rows[:50], 1)
        ),
        data={"prospects": [prospect_json(row) for row in rows], "total": total},
    )


@tool("research", ProspectArgs)
async def explain_prospect(desk: Desk, args: ProspectArgs) -> StepResult:
    """Explain why a prospect is in or out: reasons for and against with their sources."""
    async with desk.database.read() as tx:
        rows = await crm.prospect_rows(tx, ids=[args.id])
        if not rows:  # a person may have typed a name
            rows = await crm.prospect_rows(tx, ids=await crm.prospects_named(tx, args.id, 1))
    if not rows:
        raise Correctable(
            "There is no such prospect.", code="unknown_prospect", where=args.id, hint="See /prospects."
        )
    row = rows[0]
    reasons = [Reason.model_validate(reason) for reason in row["reasons"]]
    signs = {"for": "+", "against": "–", "unknown": "?"}
    lines = [f"### {prospect_label(row)}", f"Fit {row['fit']:.2f}. {row['verdict']}"]
    lines += [f"- {signs[one.side]} {one.text}{source(one.evidence)}" for one in reasons]
    lines += chance_lines(row)
    focus = Shown(kind="prospect", id=row["id"], label=prospect_label(row), position=1)
    return StepResult(
        text="\n".join(lines),
        citations=tuple(
            Citation(url=one.url, quote=one.quote) for reason in reasons for one in reason.evidence
        ),
        focus=focus,
        data=prospect_json(row),
    )


@tool("research", QualifyArgs, effect="propose", undo="restores the verdict")
async def qualify_prospects(desk: Desk, args: QualifyArgs) -> StepResult:
    """Overrule the verdict on prospects, e.g. drop some from the list."""
    word = "Qualified" if args.qualified else "Dropped"
    async with desk.database.read() as tx:
        rows = await crm.prospect_rows(tx, ids=args.ids, limit=len(args.ids))
    action = QualifyProspects(
        prospect_ids=args.ids, qualified=args.qualified, reason=args.reason or desk.said[:200]
    )
    label = Label(integrity=Integrity.OWNER, origin=f"user:{desk.actor.name}")
    names = "; ".join(prospect_label(row) for row in rows[:5]) + (" …" if len(rows) > 5 else "")
    return StepResult(
        text=f"{word}: {names or 'nobody known by these ids'}.",
        wanted=(Wanted(action=action, reason=args.reason or desk.said[:200], label=label, as_user=True),),
        summary=f"{word} {len(args.ids)} prospects",
        data={"ids": list(args.ids), "qualified": args.qualified},
    )


@tool("research", AskArgs)
async def ask(desk: Desk, args: AskArgs) -> StepResult:
    """Answer a question about a company or ourselves from stored pages and records, with citations."""
    subjects, name = await _subjects(desk, args.about)
    passages = await desk.recall.passages(args.question, subjects, 6)
    answer = await desk.language.answer(args.question, passages, desk.token_sink())
    by_id = {passage.id: passage for passage in passages}
    cited = [by_id[one] for one in answer.cited if one in by_id]
    lines = [answer.text]
    for number, passage in enumerate(cited, 1):
        age = f", read {passage.age_days:.0f} days ago" if passage.age_days >= 1 else ""
        lines.append(f"{number}. {quoted(passage.text)} ([source]({passage.url}){age})")
    return StepResult(
        text="\n".join(lines),
        citations=tuple(Citation(url=one.url, quote=one.text[:300]) for one in cited),
        data={"known": answer.known, "about": name},
    )


async def _subjects(desk: Desk, about: str | None) -> tuple[list[str] | None, str]:
    """Whose pages to look at: one company, or our own site and everything."""
    if not about:
        return None, ""
    async with desk.database.read() as tx:
        rows = await crm.prospect_rows(tx, ids=[about])
        account_ids = [rows[0]["account_id"]] if rows else await crm.accounts_named(tx, about, 3)
        profile = await knowledge.active_profile(tx)
    if account_ids:
        return account_ids, about
    names = {"us", "we", "our", knowledge.SELLER, profile.name.casefold() if profile else ""}
    if about.casefold() in names:
        return [knowledge.SELLER], profile.name if profile else ""
    return None, ""  # the question itself may still find it


TOOLS = (find_prospects, list_prospects, explain_prospect, qualify_prospects, ask)
