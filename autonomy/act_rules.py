"""Hard rules for acts that are no mail: what exists, who may stop and start, fields, policy, meetings, calls. Pure.

A rule answers None when it has nothing against the act.
"""

from collections.abc import Callable
from datetime import datetime

from autonomy.call_rules import call_hits
from autonomy.deal_rules import deal_problem
from autonomy.experiment_rules import experiment_hit
from autonomy.facts import MeetingFacts, RecordFacts, Snapshot
from autonomy.field_table import field_rule
from autonomy.links import has_image_or_html, link_problem, links_in
from autonomy.notice_rules import notice_hits
from autonomy.outbound_scan import scan
from autonomy.switch import WORKS_WHILE_STOPPED
from autonomy.text_problems import has_unsafe
from domain.actions import (
    BookMeeting,
    ChangeAutonomy,
    ChangeExperiment,
    ChangeIcp,
    ChangeMeeting,
    ChangePolicy,
    ConnectedCall,
    EditDraft,
    ErasePerson,
    MoveDeal,
    NotifyOwner,
    PaceCampaign,
    PauseSending,
    QualifyProspects,
    ResumeSending,
    Suppress,
    SwitchModel,
    UpdateRecord,
)
from domain.decisions import Actor, Proposal, RuleHit, Verdict
from domain.labels import PUBLIC, SECRET, WORKSPACE

ActRule = Callable[[Proposal, Snapshot], RuleHit | None]
_MUST_EXIST = (
    ChangeIcp,
    QualifyProspects,
    EditDraft,
    UpdateRecord,
    ErasePerson,
    ChangePolicy,
    MoveDeal,
    SwitchModel,
    ChangeExperiment,
    PaceCampaign,
)
_MEETING = BookMeeting | ChangeMeeting
MAX_MEETING_TEXT = 6_000  # characters of subject and body together
MAX_MEETING_MINUTES = 8 * 60
REPLAYED = 1_000  # past decisions a policy is replayed over before it may apply (fewer when there are fewer)
TOP_LEVEL = 2


def act_hits(proposal: Proposal, snapshot: Snapshot) -> list[RuleHit]:
    """Every hard rule that is against this act."""
    action = proposal.action
    if isinstance(action, PauseSending | Suppress):
        return []  # stopping, and never writing to somebody, work even while everything is stopped
    hits = [hit for hit in (rule(proposal, snapshot) for rule in ACT_RULES.values()) if hit is not None]
    if isinstance(action, ConnectedCall):
        hits += call_hits(action, snapshot.call)
    if isinstance(action, NotifyOwner):
        hits += notice_hits(action, snapshot.notice, proposal.label)
    return hits


def g2_suppressed(proposal: Proposal, snapshot: Snapshot) -> RuleHit | None:
    """Nobody who is suppressed is invited."""
    if not isinstance(proposal.action, _MEETING):
        return None
    why = _meeting(snapshot).suppressed
    if why is None:
        return None
    return _refuse("G2", f"An attendee must not be contacted ({why or 'no reason kept'}).")


def g3_meeting_text(proposal: Proposal, snapshot: Snapshot) -> RuleHit | None:
    """A meeting's subject and body are plain text of a sane size."""
    action = proposal.action
    if not isinstance(action, BookMeeting):
        return None
    if len(action.subject) > 150 or len(action.body) > MAX_MEETING_TEXT:
        return _refuse("G3", f"The invitation is longer than 150 or {MAX_MEETING_TEXT:,} characters.")
    if has_unsafe(action.subject, allowed="") or has_unsafe(action.body, allowed="\n\t"):
        return _refuse("G3", "The invitation holds control or invisible characters.")
    return None


def g4_meeting_links(proposal: Proposal, snapshot: Snapshot) -> RuleHit | None:
    """Only links on the allow-list in an invitation, no images, no HTML."""
    text = _invitation(proposal)
    if has_image_or_html(text):
        return _refuse("G4", "The invitation holds HTML or an image.")
    for link in links_in(text):
        problem = link_problem(link, _meeting(snapshot).allowed_links)
        if problem:
            return _refuse("G4", problem[0].upper() + problem[1:] + ".")
    return None


def g5_meeting_text(proposal: Proposal, snapshot: Snapshot) -> RuleHit | None:
    """Nothing secret leaves by any road; nothing in an invitation that its attendees may not read."""
    action = proposal.action
    leaves = isinstance(action, BookMeeting) or (isinstance(action, ConnectedCall) and action.reach != "read")
    readers = proposal.label.readers
    if leaves and (SECRET in readers or not readers & {PUBLIC, WORKSPACE}):
        return _refuse("G5", "The act rests on something that may not leave.")
    text, facts = _invitation(proposal), _meeting(snapshot)
    for found in scan(text, secrets=facts.secrets, allowed_addresses=facts.own_addresses) if text else ():
        if found.kind == "secret":
            return _refuse("G5", "The invitation holds a secret.")
        return _refuse("G5", f"The invitation holds somebody's e-mail address ({found.text}).")
    return None


def _invitation(proposal: Proposal) -> str:
    action = proposal.action
    if not isinstance(action, BookMeeting):
        return ""
    return f"{action.subject[:MAX_MEETING_TEXT]}\n{action.body[:MAX_MEETING_TEXT]}"


def g9_meeting(proposal: Proposal, snapshot: Snapshot) -> RuleHit | None:
    """Only the owner and the thread's contact meet, at a slot we offered; only our own events change."""
    action, facts = proposal.action, _meeting(snapshot)
    if isinstance(action, BookMeeting):
        problem = _booking_problem(action, facts, snapshot.now)
    elif isinstance(action, ChangeMeeting):
        problem = _change_problem(action, facts, snapshot.now)
    else:
        return None
    return _refuse("G9", problem) if problem else None


def _booking_problem(action: BookMeeting, facts: MeetingFacts, now: datetime) -> str | None:
    if not facts.contact_known:
        return "The person to meet is not in the CRM."
    if not facts.contact_answered:
        return "Nobody in this thread asked for a meeting."
    if not {action.contact_id, *action.attendees} <= set(facts.thread_contacts):
        return "Only the owner and the contact of this thread may be invited."
    if not 1 <= action.minutes <= MAX_MEETING_MINUTES:
        return f"A meeting lasts from 1 to {MAX_MEETING_MINUTES} minutes."
    return _slot_problem(action.starts_at, facts, now)


def _change_problem(action: ChangeMeeting, facts: MeetingFacts, now: datetime) -> str | None:
    if not facts.made_by_us:
        return "Only a meeting that we made may be changed."
    if not {action.contact_id, *action.attendees} - {""} <= set(facts.thread_contacts):
        return "Only the owner and the contact of this thread may be invited."
    return None if action.starts_at is None else _slot_problem(action.starts_at, facts, now)


def _slot_problem(starts_at: datetime, facts: MeetingFacts, now: datetime) -> str | None:
    if starts_at.tzinfo is None:
        return "The meeting's time has no time zone."
    if starts_at < now:
        return "The meeting's time has passed."
    return None if facts.slot_offered else "We did not offer this slot."


def g10_field(proposal: Proposal, snapshot: Snapshot) -> RuleHit | None:
    """The field table says who may set a field; a deal moves by proof; nothing is deleted without a person."""
    action = proposal.action
    if isinstance(action, ErasePerson) and proposal.actor.kind != "user":
        return _ask("G10", "Erasing a person cannot be undone; a person decides.")
    if problem := deal_problem(proposal, snapshot):
        return _refuse("G10", problem)
    if not isinstance(action, UpdateRecord):
        return None
    rule, facts = field_rule(action.record, action.field), snapshot.record or RecordFacts()
    if rule is None:
        return _refuse("G10", f"The field table knows no field {action.field[:40]} of {action.record}.")
    if not facts.exists:
        return _refuse("G10", f"There is no such {action.record}.")
    if action.value is None or action.value == "":
        if proposal.label.integrity < rule.overwrite:
            return _refuse("G10", f"This source may not empty {action.record}.{action.field}.")
        return _ask("G10", f"Emptying {action.record}.{action.field} loses a value; a person decides.")
    if not rule.may_set(proposal.label.integrity, empty=facts.empty):
        source = proposal.label.integrity.name
        return _refuse("G10", f"A source of integrity {source} may not set {action.record}.{action.field}.")
    problem = rule.value_problem(action.value)
    return _refuse("G10", f"{action.record}.{action.field} {problem}.") if problem else None


def g12_exists(proposal: Proposal, snapshot: Snapshot) -> RuleHit | None:
    """Whatever an act changes does exist."""
    if isinstance(proposal.action, _MUST_EXIST) and not snapshot.previous_exists:
        return _refuse("G12", "What this would change does not exist.")
    return None


def g18_switch(proposal: Proposal, snapshot: Snapshot) -> RuleHit | None:
    """Nothing happens while effects are stopped; only an owner starts again."""
    action = proposal.action
    if isinstance(action, ResumeSending) and not _is_owner(proposal.actor):
        return _refuse("G18", "Only a signed-in owner may start sending again.")
    if snapshot.stopped_effects and not isinstance(action, WORKS_WHILE_STOPPED):
        return _refuse("G18", snapshot.stopped_effects)
    if snapshot.stopped_sends and isinstance(action, _MEETING | NotifyOwner):
        return _refuse("G18", snapshot.stopped_sends)
    return None


def g20_policy(proposal: Proposal, snapshot: Snapshot) -> RuleHit | None:
    """Only an owner changes the policy, after a replay; nobody widens their own authority."""
    action = proposal.action
    problem = None
    if isinstance(action, ChangeExperiment | PaceCampaign):
        return experiment_hit(proposal, snapshot.experiment)
    if isinstance(action, ChangePolicy):
        problem = _policy_problem(action, proposal.actor, snapshot.past_decisions)
    elif isinstance(action, ChangeAutonomy):
        problem = _autonomy_problem(action, proposal.actor)
    return _refuse("G20", problem) if problem else None


def _policy_problem(action: ChangePolicy, actor: Actor, past: int) -> str | None:
    if not _is_owner(actor):
        return "Only a signed-in owner may change the policy."
    if not 0 <= action.loosened <= action.simulated:
        return "The replay's counts contradict each other."
    needed = min(REPLAYED, past)
    if action.simulated < needed:
        return f"The policy was replayed over {action.simulated} past decisions; {needed} are needed."
    if action.loosened and not action.reason.strip():
        return "A policy that loosens past decisions needs a reason."
    return None


def _autonomy_problem(action: ChangeAutonomy, actor: Actor) -> str | None:
    if actor.kind == "agent":
        return "No agent moves an earned level."
    if actor.kind == "user" and action.after > action.before and not _is_owner(actor):
        return "Only a signed-in owner or the reviewed record raises an earned level."
    if not (0 <= action.before <= TOP_LEVEL and 0 <= action.after <= TOP_LEVEL):
        return f"An earned level lies from 0 to {TOP_LEVEL}."
    return None if abs(action.after - action.before) == 1 else "An earned level moves by one step."


ACT_RULES: dict[str, ActRule] = {
    "G2": g2_suppressed,
    "G3": g3_meeting_text,
    "G4": g4_meeting_links,
    "G5": g5_meeting_text,
    "G9": g9_meeting,
    "G10": g10_field,
    "G12": g12_exists,
    "G18": g18_switch,
    "G20": g20_policy,
}


def _meeting(snapshot: Snapshot) -> MeetingFacts:
    return snapshot.meeting or MeetingFacts()


def _is_owner(actor: Actor) -> bool:
    return (actor.kind, actor.role) == ("user", "owner")


def _refuse(rule: str, message: str) -> RuleHit:
    return RuleHit(rule=rule, verdict=Verdict.REFUSE, message=message)


def _ask(rule: str, message: str) -> RuleHit:
    return RuleHit(rule=rule, verdict=Verdict.ASK, message=message)
