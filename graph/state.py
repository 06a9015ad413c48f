"""The program's vocabulary for one turn: what came in, the plan, what was found, proposed and decided.

State holds ids, plans and messages; facts live in the store.
"""

from typing import Any, NotRequired

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from domain.actions import ProposedAction
from domain.labels import Label
from language.port import Shown

MAX_STEPS = 12
MAX_REPLANS = 3


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


class StepResult(BaseModel):
    """What one step of a specialist gave: an answer passed through as it is, and proposals."""

    model_config = ConfigDict(frozen=True)

    text: str = ""
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
    cursor: NotRequired[int]
    steps: NotRequired[int]
    answers: NotRequired[list[dict[str, Any]]]  # StepResults so far
    current: NotRequired[dict[str, Any]]  # the StepResult waiting for the gate
    decided: NotRequired[list[str]]  # decision ids of the current step
    outcome: NotRequired[list[dict[str, Any]]]  # what became of proposals: kind, id, verdict, text
    error: NotRequired[dict[str, Any] | None]
