"""What changed in a forecast between two days, and why: reasons that add up exactly to the difference. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from domain.deals import DealStage


class Why(StrEnum):
    """What happened to a deal."""

    NEW = "new"
    WON = "won"
    LOST = "lost"
    SLIPPED = "slipped"  # its day moved out of the period
    PULLED_IN = "pulled_in"  # its day moved into the period
    AMOUNT = "amount_changed"
    STAGE = "stage_moved"
    CHANCE = "chance_changed"  # same stage, other chance
    REOPENED = "reopened"
    GONE = "gone"  # no longer in the list, without a word


@dataclass(frozen=True)
class DealState:
    """A deal as it stood on a day. `changed_on`: when it last changed, if known."""

    id: str
    name: str
    stage: DealStage
    amount: Decimal
    chance: Decimal
    close_on: date | None
    changed_on: date | None = None


@dataclass(frozen=True)
class Snapshot:
    """All deals of a day, closed ones of the period included."""

    on: date
    deals: tuple[DealState, ...]


@dataclass(frozen=True)
class Change:
    """One reason: what it did to the expected value of the period, in money."""

    on: date
    deal_id: str
    deal: str
    why: Why
    effect: Decimal
    sentence: str


def expected(snapshot: Snapshot, until: date) -> Decimal:
    """What a snapshot expects of the period that ends on a day: won amounts in full, open ones by their chance."""
    return sum((_value(deal, until) for deal in snapshot.deals), Decimal(0))


def what_changed(before: Snapshot, after: Snapshot, until: date) -> list[Change]:
    """Dated reasons, the largest effect first. Their effects sum to `expected(after) - expected(before)`."""
    then = {deal.id: deal for deal in before.deals}
    now = {deal.id: deal for deal in after.deals}
    found: list[Change] = []
    for deal_id in sorted(then.keys() | now.keys()):
        found += _of(then.get(deal_id), now.get(deal_id), until, after.on)
    return sorted(found, key=lambda one: (-abs(one.effect), one.on, one.deal_id))


def _value(deal: DealState, until: date) -> Decimal:
    if deal.stage is DealStage.LOST or deal.close_on is None or deal.close_on > until:
        return Decimal(0)
    return deal.amount if deal.stage is DealStage.WON else deal.amount * deal.chance


def _of(before: DealState | None, after: DealState | None, until: date, on: date) -> list[Change]:
    if after is None:
        return (
            []
            if before is None
            else [_change(before, Why.GONE, -_value(before, until), on, "is gone from the list")]
        )
    on = after.changed_on or on
    if before is None:
        return [_change(after, _entry(after), _value(after, until), on, f"is new, at {_money(after.amount)}")]
    if before.stage is not after.stage and (ended := _ENDS.get(after.stage) or _REOPENED.get(before.stage)):
        why, words = ended
        return [_change(after, why, _value(after, until) - _value(before, until), on, words)]
    return _steps(before, after, until, on)


_ENDS = {
    DealStage.WON: (Why.WON, "is won"),
    DealStage.LOST: (Why.LOST, "is lost"),
}
_REOPENED = {
    DealStage.WON: (Why.REOPENED, "was won and is open again"),
    DealStage.LOST: (Why.REOPENED, "was lost and is open again"),
}


def _entry(deal: DealState) -> Why:
    """A deal that appears closed is told by its end."""
    return _ENDS[deal.stage][0] if deal.stage in _ENDS else Why.NEW


def _steps(before: DealState, after: DealState, until: date, on: date) -> list[Change]:
    """Day, amount and chance one after the other: each effect is measured with the changes before it made."""
    moved = replace(before, close_on=after.close_on)
    priced = replace(moved, amount=after.amount)
    steps: Sequence[tuple[DealState, DealState, Why, str]] = (
        (before, moved, _slip(before, after, until), f"moves from {_day(before)} to {_day(after)}"),
        (moved, priced, Why.AMOUNT, f"goes from {_money(before.amount)} to {_money(after.amount)}"),
        (
            priced,
            replace(priced, stage=after.stage, chance=after.chance),
            Why.STAGE if before.stage is not after.stage else Why.CHANCE,
            f"moves from {before.stage} to {after.stage}"
            if before.stage is not after.stage
            else f"has a chance of {after.chance:.0%} instead of {before.chance:.0%}",
        ),
    )
    return [
        _change(after, why, effect, on, words)
        for old, new, why, words in steps
        if old != new and ((effect := _value(new, until) - _value(old, until)) or why in _TOLD)
    ]


_TOLD = frozenset({Why.SLIPPED, Why.STAGE})  # a move without effect on the period is still news


def _slip(before: DealState, after: DealState, until: date) -> Why:
    inside = after.close_on is not None and after.close_on <= until
    return Why.PULLED_IN if inside and (before.close_on is None or before.close_on > until) else Why.SLIPPED


def _change(deal: DealState, why: Why, effect: Decimal, on: date, words: str) -> Change:
    sign = "+" if effect > 0 else "−" if effect < 0 else "±"
    return Change(on, deal.id, deal.name, why, effect, f"{deal.name} {words} ({sign}{_money(abs(effect))}).")


def _day(deal: DealState) -> str:
    return deal.close_on.isoformat() if deal.close_on else "no day"


def _money(amount: Decimal) -> str:
    return f"{amount:,.0f}"
