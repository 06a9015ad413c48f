"""What the oracle says: at least this verdict, because of this rule. Knows no rule itself."""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.decisions import Verdict


@dataclass(frozen=True, slots=True)
class Demand:
    """At least this verdict, and the rule that says so."""

    least: Verdict
    rule: str


Demands = Iterator[Demand]


def refuses(rule: str, broken: bool) -> Demands:
    """A refusal, if the rule is broken."""
    if broken:
        yield Demand(Verdict.REFUSE, rule)


def asks(rule: str, broken: bool) -> Demands:
    """A person must decide, if the rule is broken."""
    if broken:
        yield Demand(Verdict.ASK, rule)
