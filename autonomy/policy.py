"""The authority matrix: who may do what on their own, by amount, relationship and evidence. Strictest row wins."""

from collections.abc import Iterable
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from autonomy.circumstances import Circumstances, Evidence, Relationship
from autonomy.expression import Condition
from domain.decisions import STRICTNESS, Actor, RuleHit, Verdict
from domain.ids import digest

Level = Literal["auto", "notify", "ask", "deny", "earned"]
LEVELS: dict[str, Verdict] = {
    "auto": Verdict.ALLOW,
    "notify": Verdict.NOTIFY,
    "ask": Verdict.ASK,
    "deny": Verdict.REFUSE,
}
Amount = Annotated[Decimal, Field(ge=Decimal(0), allow_inf_nan=False)]  # in the workspace's currency
EARNED = (Verdict.ASK, Verdict.NOTIFY, Verdict.ALLOW)  # by earned level 0, 1, 2
AGENTS = ("research", "outreach", "relationship", "deal", "analytics", "supervisor", "system")
ROLES = ("owner", "manager", "rep", "viewer")
PARTIES = AGENTS + ROLES
RISK_ASKS = {
    "cautious": 5,
    "balanced": 8,
    "bold": 10,
}  # from here on a person decides, whatever the matrix says


class Row(BaseModel):
    """One line of the matrix. Empty columns match everything; `agents` holds specialists, roles or `*`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1, max_length=40)
    agents: tuple[str, ...]
    action: str
    min_amount: Amount | None = None
    max_amount: Amount | None = None
    relationship: tuple[Relationship, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    when: str = ""  # typed CEL over the circumstances
    level: Level
    approvers: int = Field(1, ge=1, le=2)
    reason: str
    owner: str

    @cached_property
    def condition(self) -> Condition | None:
        """The compiled expression.

        Raises:
            Correctable: bad_expression.
        """
        return Condition(self.when) if self.when else None

    def concerns(self, party: str, action: str) -> bool:
        """True when the row speaks about this party and kind of action."""
        return (party in self.agents or "*" in self.agents) and self.action in (action, "*")

    def fits(self, seen: Circumstances) -> bool | None:
        """Whether every column fits; None when the expression gave no answer. An unknown amount is large."""
        if self.relationship and seen.relationship not in self.relationship:
            return False
        if self.evidence and seen.evidence not in self.evidence:
            return False
        if self.max_amount is not None and (seen.amount is None or seen.amount > self.max_amount):
            return False
        if self.min_amount is not None and seen.amount is not None and seen.amount < self.min_amount:
            return False
        return True if self.condition is None else self.condition.holds(seen)


class Policy(BaseModel):
    """All rows, what holds where none speaks, and how much risk the business tolerates."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: tuple[Row, ...]
    otherwise: Literal["ask", "deny"] = "ask"
    risk_tolerance: Literal["cautious", "balanced", "bold"] = "balanced"

    @cached_property
    def version(self) -> str:
        """Hash that names this policy in every decision."""
        return digest(self.model_dump(mode="json"))[:16]

    @property
    def risk_asks(self) -> int:
        """Risk points from which on a person decides."""
        return RISK_ASKS[self.risk_tolerance]

    def judge(self, actor: Actor, action: str, seen: Circumstances, earned: int = 0) -> RuleHit:
        """The strictest matching row; an unclear row asks; no row means `otherwise`."""
        party = party_of(actor)
        hits = list(self._hits(party, action, seen, earned))
        if not hits:
            return RuleHit(
                rule="authority:none",
                verdict=LEVELS[self.otherwise],
                message=f"No row of the authority matrix lets {party or actor.name} do this alone.",
            )
        return max(hits, key=lambda hit: (STRICTNESS[hit.verdict], hit.approvers))

    def _hits(self, party: str, action: str, seen: Circumstances, earned: int) -> Iterable[RuleHit]:
        for row in self._concerning.get((party, action)) or self._of(party, action):
            fits = row.fits(seen)
            if fits is None and row.level != "deny":
                message = f"The condition of row {row.id} gave no clear answer."
                yield RuleHit(rule=f"authority:{row.id}", verdict=Verdict.ASK, message=message)
            elif fits or fits is None:
                verdict = EARNED[max(0, min(earned, 2))] if row.level == "earned" else LEVELS[row.level]
                yield RuleHit(
                    rule=f"authority:{row.id}", verdict=verdict, message=row.reason, approvers=row.approvers
                )

    def _of(self, party: str, action: str) -> tuple[Row, ...]:
        found = tuple(row for row in self.rows if row.concerns(party, action))
        self._concerning[(party, action)] = found
        return found

    @cached_property
    def _concerning(self) -> dict[tuple[str, str], tuple[Row, ...]]:
        return {}


def party_of(actor: Actor) -> str:
    """The name rows know an actor by; an agent called like a role is not that role."""
    if actor.kind == "user":
        return actor.role if actor.role in ROLES else ""
    return actor.name if actor.name in AGENTS else ""
