"""The program's vocabulary for one turn: what came in, the plan, what was found, proposed and decided.

State holds ids, plans and messages; facts live in the store.
"""

from collections.abc import Mapping
from typing import Any, NotRequired

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from autonomy.plans import FrozenPlan
from domain.actions import ProposedAction
from domain.decisions import Actor
from domain.labels import Integrity, Label, owner_label
from language.port import Shown

MAX_STEPS = 12


class Citation(BaseModel):
    """A source shown under an answer."""

    model_config = ConfigDict(frozen=True)

    url: str
    quote: str = ""


class Wanted(BaseModel):
    """An action a specialist wants, why, and the label of all it rests on."""

    model_config = ConfigDict(frozen=True)

    action: ProposedAction
    reason: str
    label: Label
    as_user: bool = False  # carried out in the name of the person who asked
    alternatives: tuple[str, ...] = ()  # what was considered and left, ids and reasons, no texts


class StepResult(BaseModel):
    """What one step of a specialist gave: an answer passed through as it is, and proposals."""

    model_config = ConfigDict(frozen=True)

    text: str = ""
    label: Label = Field(default_factory=Label)  # of all that the step read; set by code, never by a model
    citations: tuple[Citation, ...] = ()
    wanted: tuple[Wanted, ...] = ()
    shown: tuple[Shown, ...] | None = None  # a new list replaces the old one
    focus: Shown | None = None
    summary: str = ""  # what a person is asked, when the proposals need one
    cause: str = ""  # id the proposals serve, e.g. a campaign
    data: dict[str, Any] = Field(default_factory=dict)  # structured result for programs


class TurnState(TypedDict):
    """State of one turn; every value survives JSON."""

    turn_id: str
    conversation_id: str
    actor: dict[str, Any]
    message: str
    signal: dict[str, Any] | None  # {"kind": …, "args": {…}}: routed by table, no model call
    situation: NotRequired[dict[str, Any]]
    plan: NotRequired[list[dict[str, Any]]]
    frozen: NotRequired[dict[str, Any]]  # the FrozenPlan: fixed before untrusted text is read (G13)
    replan: NotRequired[
        list[dict[str, Any]] | None
    ]  # other steps from the cursor on, checked against the frozen plan
    untrusted: NotRequired[bool]  # a step of this run has read untrusted text
    cursor: NotRequired[int]
    steps: NotRequired[int]
    answers: NotRequired[list[dict[str, Any]]]  # StepResults so far
    current: NotRequired[dict[str, Any]]  # the StepResult waiting for the gate
    decided: NotRequired[list[str]]  # decision ids of the current step
    outcome: NotRequired[list[dict[str, Any]]]  # what became of proposals: kind, id, verdict, text
    error: NotRequired[dict[str, Any] | None]


def frozen_plan(state: Mapping[str, Any]) -> FrozenPlan | None:
    """The frozen plan of a turn; None before it is planned."""
    kept = state.get("frozen")
    return FrozenPlan.model_validate(kept) if kept else None


def person_label(actor: Actor) -> Label:
    """The label of what an actor says: a signed-in person's words, or what our own code computed."""
    if actor.kind == "user":
        return owner_label(actor.name)
    return Label(integrity=Integrity.AGENT, origin=f"{actor.kind}:{actor.name}")
