"""Hard rules for acts that are no mail: what exists, who may stop and start, fields, policy, calendar, calls."""

from collections.abc import Iterator

from autonomy.facts import Snapshot
from domain.actions import (
    AnyAction,
    ChangeAutonomy,
    ChangeIcp,
    ChangePolicy,
    EditDraft,
    ErasePerson,
    PauseSending,
    QualifyProspects,
    ResumeSending,
    Suppress,
    UpdateRecord,
)
from domain.decisions import Actor, Proposal, RuleHit, Verdict

_MUST_EXIST = (ChangeIcp, QualifyProspects, EditDraft, UpdateRecord, ErasePerson, ChangePolicy)
_WORKS_WHILE_STOPPED = (PauseSending, Suppress, ResumeSending, ErasePerson, ChangePolicy)


def act_hits(proposal: Proposal, snapshot: Snapshot) -> list[RuleHit]:
    """Every hard rule that is against this act."""
    return [
        RuleHit(rule=rule, verdict=Verdict.REFUSE, message=message)
        for rule, message in _problems(proposal, snapshot)
    ]


def _problems(proposal: Proposal, snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    action = proposal.action
    if isinstance(action, PauseSending | Suppress):
        return  # stopping, and never writing to somebody, work even while everything is stopped
    if isinstance(action, ResumeSending) and not _is_owner(proposal.actor):
        yield "G18", "Only a signed-in owner may start sending again."
    if snapshot.stopped_effects and not isinstance(action, _WORKS_WHILE_STOPPED):
        yield "G18", snapshot.stopped_effects
    if isinstance(action, _MUST_EXIST) and not snapshot.previous_exists:
        yield "G12", "What this would change does not exist."
    yield from _authority_problems(action, proposal.actor)


def _authority_problems(action: AnyAction, actor: Actor) -> Iterator[tuple[str, str]]:
    if isinstance(action, ChangePolicy) and not _is_owner(actor):
        yield "G20", "Only a signed-in owner may change the policy."
    if isinstance(action, ChangeAutonomy) and abs(action.after - action.before) != 1:
        yield "G20", "An earned level moves by one step."


def _is_owner(actor: Actor) -> bool:
    return (actor.kind, actor.role) == ("user", "owner")
