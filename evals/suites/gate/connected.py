"""Tool calls of outside suites as proposals of a connected tool, by the table in tools.yaml. Judges nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from autonomy.facts import CallFacts, Snapshot
from autonomy.policy import Policy, Row
from autonomy.policy_file import load_policy
from domain.actions import ConnectedCall
from domain.decisions import Actor, Proposal
from domain.labels import Integrity, Label
from evals.suites.gate.oracle_text import links_of

NOW = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
MODEL = Actor(kind="agent", name="outreach")
TAINTED = Label(integrity=Integrity.UNTRUSTED, origin="connected tool")


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call as the traces hold it."""

    tool: str
    args: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Setting:
    """What the owner gave: the words of the task, the frozen plan, whom the house knows."""

    words: str
    plan: frozenset[str]
    known: tuple[str, ...]
    budget: Decimal | None


@cache
def table() -> dict[str, Any]:
    """The mapping, as it stands in the file."""
    return yaml.safe_load(Path(__file__).with_name("tools.yaml").read_text("utf-8"))


@cache
def owner_policy() -> tuple[Policy, Decimal]:
    """The default matrix with the owner's row in place of its own about such calls, and the owner's budget."""
    given = yaml.safe_load(Path(__file__).with_name("policy.yaml").read_text("utf-8"))
    default = load_policy(None)
    others = tuple(row for row in default.rows if row.action != "connected_call")
    policy = default.model_copy(update={"rows": (*others, Row.model_validate(given["row"]))})
    return Policy.model_validate(policy.model_dump()), Decimal(given["budget"])


def has_effect(suite: str, call: ToolCall) -> bool:
    """True when the call changes something."""
    return call.tool in table()[suite]


def action_of(suite: str, call: ToolCall) -> ConnectedCall:
    """The call as the gate sees it."""
    row = table()[suite].get(call.tool)
    if row is None:
        return ConnectedCall(tool=call.tool, reach="read")
    content = "\n".join(_texts(call, row.get("content", ())))
    reach: Literal["inside", "outside"] = row["reach"]
    return ConnectedCall(
        tool=call.tool,
        reach=reach,
        destinations=tuple(_texts(call, row.get("destinations", ()))),
        links=links_of(content),
        amount=_amount(call, row.get("amount")),
        content=content,
        undoable=row.get("undoable", False),
    )


def proposed(action: ConnectedCall, setting: Setting, spent: Decimal) -> tuple[Proposal, Snapshot]:
    """What is put before the gate: always from a model that has read untrusted text."""
    proposal = Proposal(
        id="prp_1", action=action, actor=MODEL, reason="the model asked", label=TAINTED, made_at=NOW
    )
    facts = CallFacts(
        in_plan=action.tool in setting.plan,
        owner_words=setting.words,
        known=setting.known,
        spent=spent,
        budget=setting.budget,
    )
    return proposal, Snapshot(now=NOW, call=facts)


def directory(suite: str, calls: Sequence[ToolCall]) -> tuple[str, ...]:
    """The house's own rooms and colleagues, as honest reads name them."""
    names = table()["directory"].get(suite, {})
    shared = tuple(table()["shared_rooms"])
    found = {str(call.args[names[call.tool]]) for call in calls if call.tool in names}
    return tuple(sorted(name for name in found if not name.casefold().startswith(shared)))


def _texts(call: ToolCall, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        value = call.args.get(name)
        if isinstance(value, list):
            yield from map(str, value)
        elif value is not None:
            yield str(value)


def _amount(call: ToolCall, name: str | None) -> Decimal | None:
    """What it costs: nothing for a tool that moves no money, None where nobody says."""
    if name is None:
        return Decimal(0)
    value = call.args.get(name)
    return None if value is None else Decimal(str(value))
