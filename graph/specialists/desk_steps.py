"""The supervisor's own steps: what waits, why something was done, stop and go, how things stand."""

from typing import Literal

from pydantic import Field

from autonomy import approvals
from autonomy.ask_budget import deferred, digest_line
from autonomy.stop_file import with_stop_file
from domain.actions import PauseSending, ResumeSending
from domain.labels import owner_label
from graph.desk import Desk
from graph.intake import look
from graph.specialists.icp_steps import NoArgs
from graph.state import Citation, StepResult, Wanted
from language.port import Shown
from runtime.store import outbox, people
from tools.catalog import Args, tool
from tools.read.digest import digest
from tools.read.why import explain

SCOPE = r"^(workspace|(campaign|mailbox|agent|account):\S+)$"  # a misspelt scope would stop nothing


class WhyArgs(Args):
    """Something with an id: a mail, draft, prospect, decision, approval or profile version."""

    id: str = Field(max_length=60)


class PauseArgs(Args):
    """Why sending stops."""

    reason: str = Field("asked for", max_length=300)
    scope: str = Field(
        "workspace",
        max_length=80,
        pattern=SCOPE,
        description="workspace, campaign:ID, mailbox:ADDRESS, agent:NAME or account:ID.",
    )
    level: Literal["sends", "effects", "all"] = Field("sends", description="What stops.")


class ResumeArgs(Args):
    """What goes on."""

    scope: str = Field("workspace", max_length=80, pattern=SCOPE, description="workspace or campaign:ID.")


@tool("supervisor", NoArgs)
async def show_approvals(desk: Desk, args: NoArgs) -> StepResult:
    """List what waits for a person's decision."""
    now = await desk.clock.now()
    async with desk.database.read() as tx:
        rows = await approvals.listing(tx, now)
    lines = [
        f"{number}. **{row['summary']}** – risk {row['risk']}/10, "
        f"until {row['expires_at']:%d %B %H:%M} UTC. {row['why']}"
        for number, row in enumerate(rows, 1)
    ]
    note = "Decide with the buttons on the card, `rainmaker approvals`, or the API; text never decides."
    return StepResult(
        text="\n".join([*lines, "", note]) if lines else "Nothing waits for you.",
        shown=tuple(
            Shown(kind="approval", id=row["id"], label=row["summary"], position=number)
            for number, row in enumerate(rows, 1)
        ),
        data={"approvals": [row["id"] for row in rows]},
    )


@tool("supervisor", WhyArgs)
async def why(desk: Desk, args: WhyArgs) -> StepResult:
    """Explain why something was done: the chain from a mail back to pages, rules and people."""
    async with desk.database.read() as tx:
        chain = await explain(tx, args.id)
    lines = [f"- **{link.kind.replace('_', ' ')}** {link.text}" for link in chain]
    return StepResult(
        text="\n".join(lines),
        citations=tuple(Citation(url=link.url, quote=link.text) for link in chain if link.url),
        data={"id": args.id, "chain": [link.as_json() for link in chain]},
    )


@tool("supervisor", PauseArgs, effect="propose", undo="resume (owner only)")
async def pause(desk: Desk, args: PauseArgs) -> StepResult:
    """Stop all sending at once."""
    action = PauseSending(reason=args.reason, scope=args.scope, level=args.level)
    wanted = Wanted(action=action, reason=args.reason, label=owner_label(desk.actor.name), as_user=True)
    return StepResult(
        text="Sending is stopped until an owner resumes it.", wanted=(wanted,), summary="Stop sending"
    )


@tool("supervisor", ResumeArgs, effect="propose", undo="pause")
async def resume(desk: Desk, args: ResumeArgs) -> StepResult:
    """Let sending go on; only an owner may."""
    action = ResumeSending(scope=args.scope, reason=desk.said[:200])
    wanted = Wanted(
        action=action, reason="sending may go on", label=owner_label(desk.actor.name), as_user=True
    )
    return StepResult(text="Resuming.", wanted=(wanted,), summary="Let sending go on")


@tool("supervisor", NoArgs)
async def show_digest(desk: Desk, args: NoArgs) -> StepResult:
    """The morning page: what was done, found, needs you, comes next, and what it cost."""
    now = await desk.clock.now()
    async with desk.database.read() as tx:
        page = await digest(tx, desk.terms, now, zone=desk.office.zone)
    return StepResult(text=page.as_text(), data=page.as_json())


@tool("supervisor", NoArgs)
async def status(desk: Desk, args: NoArgs) -> StepResult:
    """Say how things stand."""
    situation = await look(desk)
    async with desk.database.read() as tx:
        mails = await outbox.counts(tx)
        switches = with_stop_file(await people.thrown_switches(tx), desk.terms.stop_file)
        later = await deferred(tx)
    lines = [
        f"- Company: {situation.seller_name or 'not onboarded yet'}",
        f"- Prospects: {situation.prospects}, {situation.qualified} qualified",
        f"- Campaign: {situation.campaign_state or 'none'}, {situation.drafts} drafts",
        f"- Mails: {', '.join(f'{count} {state}' for state, count in sorted(mails.items())) or 'none'}",
        f"- Waiting for you: {situation.pending_approvals}",
    ]
    lines += [f"- {line}" for line in digest_line(later, desk.terms.asks_per_day)]
    lines += [f"- **Stopped** ({row['level']}, {row['scope']}): {row['reason']}" for row in switches]
    return StepResult(text="\n".join(lines), data={"mails": mails, "prospects": situation.prospects})


@tool("supervisor", NoArgs)
async def help(desk: Desk, args: NoArgs) -> StepResult:
    """Say what can be asked for."""
    info = desk.language.info
    text = (
        "Give me your company's **website** and I work out who should buy from you, with sources. Then ask me to "
        "**find prospects**, to change the profile (“only companies in Germany with 50+ people”), to **write a "
        "campaign**, to revise or drop drafts, **why** somebody is on the list, and to **launch**. Nothing leaves "
        "before you approve the exact text on its card.\n\n"
        "Commands: `/icp` `/prospects` `/campaign` `/approve` `/why ID` `/pause` `/resume`.\n\n"
        f"Language: {info.name}. {info.limits}"
    )
    return StepResult(text=text)


TOOLS = (show_approvals, why, pause, resume, show_digest, status, help)
