"""Hard rules on deals and tasks (G10): opened for a reason with proof, moved one stage at a time; plain words. Pure."""

from collections.abc import Iterable
from datetime import datetime

from autonomy.facts import DealFacts, Snapshot
from autonomy.text_problems import has_unsafe
from domain.actions import AddTask, MoveDeal, OpenDeal
from domain.deals import CLOSED, DealFact, DealStage, Proof, move_problem
from domain.decisions import Proposal
from domain.labels import Integrity

LONGEST_LINE = 300  # characters of a name, a next step or a title
LONGEST_REASON = 2_000


def deal_problem(proposal: Proposal, snapshot: Snapshot) -> str | None:
    """What is against opening or moving a deal or adding a task, or None; other acts are none of its business."""
    action, facts = proposal.action, snapshot.deal or DealFacts()
    if isinstance(action, OpenDeal):
        return _opening(action, facts, snapshot.now, by_person=proposal.actor.kind == "user")
    if isinstance(action, MoveDeal):
        return _moving(action, facts, snapshot.now, proposal.label.integrity)
    return _task(action) if isinstance(action, AddTask) else None


def _opening(action: OpenDeal, facts: DealFacts, now: datetime, *, by_person: bool) -> str | None:
    if not facts.account_known:
        return "There is no such account."
    if not facts.contact_fits:
        return "The contact of the deal is not known at this account."
    if facts.open_already:
        return "This account has an open deal already."
    shown = {proof.fact for proof in action.proof}
    if action.cause == "person" and not by_person:
        return "Only a person opens a deal without proof."
    if action.cause == "intent" and DealFact.NEED not in shown:
        return "A deal opened for intent needs their words as proof."
    if action.cause == "meeting_held" and DealFact.MEETING_HELD not in shown:
        return "A deal opened for a meeting needs the meeting that was held."
    if not action.name.strip():
        return "A deal needs a name."
    problem = _proof(action.proof, facts) or _words(action.name, action.next_step)
    return problem or _next_step(action.next_step, action.next_step_at, now)


def _moving(action: MoveDeal, facts: DealFacts, now: datetime, integrity: Integrity) -> str | None:
    if facts.stage is None:
        return "There is no such deal."
    if action.before is not facts.stage:
        return f"The deal is in {facts.stage}, not in {action.before}."
    if not action.reason.strip():
        return "A move needs a reason."
    if action.after is DealStage.WON and integrity < Integrity.CRM:
        return "No mail or page makes a deal won; a person or a signed document does."
    problem = move_problem(action.before, action.after, facts.known)
    problem = problem or _proof(action.proof, facts) or _words(action.next_step, reason=action.reason)
    if problem or action.after in CLOSED:
        return problem
    return _next_step(action.next_step, action.next_step_at, now)


def _task(action: AddTask) -> str | None:
    if not action.title.strip():
        return "A task needs a title."
    if action.due_at.tzinfo is None:
        return "The task's date has no time zone."
    return _words(action.title, reason=action.why)


def _proof(proofs: Iterable[Proof], facts: DealFacts) -> str | None:
    if facts.unfounded:
        return f"The source does not say “{facts.unfounded[0][:80]}”."
    if any(proof.at.tzinfo is None for proof in proofs):
        return "A date of the proof has no time zone."
    return None


def _words(*lines: str, reason: str = "") -> str | None:
    """Names, steps and titles are one line each; a reason may have several. Nothing hides in them."""
    if any(len(line) > LONGEST_LINE for line in lines) or len(reason) > LONGEST_REASON:
        return f"A name, step or title is longer than {LONGEST_LINE} characters, or a reason is too long."
    if any(has_unsafe(line, allowed="") for line in lines) or has_unsafe(reason, allowed="\n\t"):
        return "The text holds control or invisible characters."
    return None


def _next_step(step: str, at: datetime | None, now: datetime) -> str | None:
    if not step.strip() or at is None:
        return "A deal needs a next step with a date."
    if at.tzinfo is None:
        return "The next step's date has no time zone."
    return "The next step's date has passed." if at < now else None
