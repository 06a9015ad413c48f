"""Makes random and adversarial proposals: a sound one first, then up to three things are broken.

Everything comes from the Random given, so a seed repeats a case and Hypothesis can shrink one. Judges nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from autonomy.facts import CallFacts, DealFacts, MailFacts, MeetingFacts, NoticeFacts, RecordFacts, Snapshot
from autonomy.policy import Policy, Row
from domain.actions import ACTION_CLASSES, AnyAction, parse_action
from domain.decisions import Proposal
from domain.experiments import Experiment
from evals.suites.gate import fuzz_breaks, fuzz_parts, fuzz_talks
from evals.suites.gate.fuzz_parts import Draft

MOST_BROKEN = 3
NOBODY_LOOKED = 0.01  # share of cases whose facts nobody gathered
LEVELS = ("auto", "notify", "ask", "deny", "earned")
_FACTS: dict[str, tuple[str, Callable[..., Any]]] = {
    "send_email": ("mail", MailFacts),
    "answer_mail": ("mail", MailFacts),
    "connected_call": ("call", CallFacts),
    "book_meeting": ("meeting", MeetingFacts),
    "change_meeting": ("meeting", MeetingFacts),
    "update_record": ("record", RecordFacts),
    "open_deal": ("deal", DealFacts),
    "move_deal": ("deal", DealFacts),
    "notify_owner": ("notice", NoticeFacts),
    "change_experiment": ("experiment", Experiment),
}
_OTHERS = tuple(kind for kind in ACTION_CLASSES if kind not in _FACTS)
_KINDS = ("connected_call", "update_record", *_FACTS)  # what acts outside or on records


@dataclass(frozen=True, slots=True)
class Case:
    """One proposal with all that it is judged by."""

    proposal: Proposal
    snapshot: Snapshot
    policy: Policy


def case(rng: Random) -> Case:
    """One case."""
    kind = rng.choice(_OTHERS) if rng.random() < 0.2 else rng.choice(_KINDS)
    action = fuzz_parts.sound_action(kind, rng)
    draft = Draft(
        kind=kind,
        action=action,
        facts=fuzz_parts.sound_facts(kind, action),
        label=rng.choice(fuzz_parts.LABELS),
        actor=rng.choice(fuzz_parts.ACTORS),
        snapshot={"earned_level": rng.choice((0, 1, 2))},
    )
    for _ in range(rng.choice((0, 1, 1, 2, MOST_BROKEN))):
        rng.choice(_breaks_of(kind))(draft, rng)
    policy = free_policy() if rng.random() < 0.6 else rng.choice(_random_policies())
    return Case(_proposal(draft), _snapshot(draft, rng), policy)


@cache
def _breaks_of(kind: str) -> tuple[fuzz_breaks.Break, ...]:
    return fuzz_breaks.of(kind) + fuzz_talks.OF.get(kind, ())


def _proposal(draft: Draft) -> Proposal:
    """Built unchecked: pydantic's checks are not what is tested, and they would cost a third of the time."""
    return Proposal.model_construct(
        id="prp_fuzz",
        action=_action(draft),
        actor=draft.actor,
        reason="fuzz",
        label=draft.label,
        cause="",
        made_at=fuzz_parts.NOW,
    )


def _action(draft: Draft) -> AnyAction:
    """Parsed as from a model; values that no parser lets through are put in past it."""
    action = parse_action({"kind": draft.kind, **draft.action})
    return action.model_copy(update=draft.forced) if draft.forced else action


def _snapshot(draft: Draft, rng: Random) -> Snapshot:
    values: dict[str, Any] = {"now": fuzz_parts.NOW, **draft.snapshot}
    name, build = _FACTS.get(draft.kind, ("", None))
    if build is not None and rng.random() >= NOBODY_LOOKED:
        values[name] = build(**draft.facts)
    return Snapshot(**values)


@cache
def free_policy() -> Policy:
    """Everything passes, so that the rules alone are tried."""
    return Policy(rows=(_row(0, ("*",), "*", "auto"),), risk_tolerance="bold")


@cache
def _random_policies() -> tuple[Policy, ...]:
    rng = Random(7)
    free = free_policy().rows
    return tuple(
        Policy(
            rows=(*(free if number % 2 else ()), *_random_rows(rng)), otherwise=rng.choice(("ask", "deny"))
        )
        for number in range(60)
    )


def _random_rows(rng: Random) -> tuple[Row, ...]:
    parties = (*fuzz_parts.AGENTS, "owner", "viewer", "*")
    kinds = (*ACTION_CLASSES, "*")
    return tuple(
        _row(number, tuple(rng.sample(parties, 2)), rng.choice(kinds), level)
        for number, level in enumerate(rng.choices(LEVELS, k=rng.randint(0, 6)), start=1)
    )


def _row(number: int, agents: tuple[str, ...], action: str, level: str) -> Row:
    return Row.model_validate(
        {
            "id": f"F-{number}",
            "agents": agents,
            "action": action,
            "level": level,
            "reason": "fuzz",
            "owner": "fuzz",
        }
    )
