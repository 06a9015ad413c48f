"""Frozen plans (G13): what a turn may do is fixed before untrusted text is read, and only gets narrower after. Pure."""

import re
from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from autonomy.outbound_scan import normal
from domain.errors import Refused
from domain.ids import digest
from domain.labels import Integrity, Label, combine, validated

MAX_REPLANS = 3


class PlannedStep(BaseModel):
    """One step: its tool, and the hash of its exact arguments."""

    model_config = ConfigDict(frozen=True)

    tool: str
    args_hash: str


class FrozenPlan(BaseModel):
    """The steps in their order, the label of all that the planner read, and who may have asked for effects.

    `from_owner` is true when the plan, or each of its outside effects, follows from the person's own
    words alone, with nothing untrusted in the planner's context.
    """

    model_config = ConfigDict(frozen=True)

    steps: tuple[PlannedStep, ...]
    label: Label
    from_owner: bool = False
    replans: int = 0

    @property
    def hash(self) -> str:
        """Names the plan in records."""
        return digest([one.model_dump() for one in self.steps])

    @property
    def tools(self) -> frozenset[str]:
        """Every tool that the plan uses."""
        return frozenset(one.tool for one in self.steps)


def freeze(steps: Sequence[Mapping[str, object]], label: Label, *, from_owner: bool = False) -> FrozenPlan:
    """Fix a plan of steps that have a `name` and `args`."""
    return FrozenPlan(steps=tuple(_step(one) for one in steps), label=label, from_owner=from_owner)


def check_step(plan: FrozenPlan | None, position: int, step: Mapping[str, object]) -> FrozenPlan:
    """The plan, when this step stands in it at this position.

    Raises:
        Refused: not_in_plan.
    """
    if plan is not None and 0 <= position < len(plan.steps) and plan.steps[position] == _step(step):
        return plan
    name = str(step.get("name", ""))[:60]
    raise Refused(
        f"{name or 'This step'} is not in the plan that was made before foreign text was read.",
        code="not_in_plan",
        where=name,
    )


def replan(
    plan: FrozenPlan, position: int, steps: Sequence[Mapping[str, object]], *, read_untrusted: bool
) -> FrozenPlan:
    """Other steps from `position` on; once untrusted text was read they may only leave planned ones out.

    Raises:
        Refused: too_many_replans, plan_widened.
    """
    if plan.replans >= MAX_REPLANS:
        raise Refused(f"A run is planned again at most {MAX_REPLANS} times.", code="too_many_replans")
    after = tuple(_step(one) for one in steps)
    if read_untrusted and not _narrower(after, plan.steps[position:]):
        raise Refused(
            "After foreign text was read the plan may only get shorter; ask for the new step yourself.",
            code="plan_widened",
        )
    changed = {"steps": (*plan.steps[:position], *after), "replans": plan.replans + 1}
    return plan.model_copy(update=changed)


def _narrower(after: Sequence[PlannedStep], before: Sequence[PlannedStep]) -> bool:
    """True when `after` is `before` with nothing added, changed or moved."""
    rest = iter(before)
    return all(any(step == one for one in rest) for step in after)


def _step(step: Mapping[str, object]) -> PlannedStep:
    return PlannedStep(tool=str(step.get("name", "")), args_hash=digest(step.get("args") or {}))


def args_label(args: object, said: str, plan: FrozenPlan, person: Label) -> Label:
    """The label of a step's arguments.

    What stands word for word in what the person said is theirs; typed values were checked by code;
    everything else has the label of the planner's whole context.
    """
    if plan.label.integrity >= person.integrity:
        return plan.label
    words = normal(said)
    labels = [person if _said(one, words) else validated(one, plan.label) for one in _leaves(args)]
    return combine([person, *labels], origin=plan.label.origin)


def _said(value: object, words: str) -> bool:
    if not isinstance(value, str):
        return False
    text = " ".join(normal(value).split())
    return bool(text) and re.search(rf"(?<!\w){re.escape(text)}(?!\w)", " ".join(words.split())) is not None


def _leaves(value: object) -> list[object]:
    if isinstance(value, Mapping):
        return [leaf for one in value.values() for leaf in _leaves(one)]
    if isinstance(value, list | tuple | set | frozenset):
        return [leaf for one in value for leaf in _leaves(one)]
    return [value]


def is_untrusted(label: Label) -> bool:
    """True for mail, web pages, uploads and all that rests on them."""
    return label.integrity <= Integrity.MAIL
