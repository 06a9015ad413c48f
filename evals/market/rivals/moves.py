"""Draws the moves of a vendor and plays them through: after each, how it stands and what its news would say."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any

from evals.market.events.moments import OPENING, draw_key, moments, working_day
from evals.market.rivals.records import Move, MoveKind, Plan, Rival, Stand, Step
from evals.market.world.atlas import DATA, read_yaml

_HISTORY = timedelta(days=420)
_HISTORY_RATE = 4.0  # told moves a year before the world opened
_ADVERTISED = timedelta(days=60)
_FEATURES_AT_FIRST = 6


@lru_cache(maxsize=1)
def playbook() -> Mapping[str, Any]:
    """Return the data file of moves."""
    return dict(read_yaml(DATA / "moves.yaml"))


def draw_moves(rival: Rival, seed: int, until: datetime) -> list[Move]:
    """Return what a vendor does from the opening until a moment."""
    found: list[Move] = []
    for kind in MoveKind:
        salt = f"{seed}:{rival.host}:{kind}"
        at_any_hour = kind is MoveKind.OUTAGE
        days = moments(salt, playbook()["kinds"][kind]["rate"], until, office=not at_any_hour)
        for number, at in enumerate(days[:1] if kind is MoveKind.ACQUISITION else days):
            found.append(_move(f"{salt}:{number}", f"{rival.host}/{kind}/{number}", at, kind))
    return sorted(found, key=lambda move: (move.at, move.id))


def draw_history(rival: Rival, seed: int) -> list[Move]:
    """Return what the news page told before the world opened; it left no traces elsewhere."""
    salt = f"{seed}:{rival.host}:before"
    found = []
    for number, at in enumerate(moments(salt, _HISTORY_RATE, OPENING, since=OPENING - _HISTORY)):
        kind = MoveKind(Random(f"{salt}:{number}").choice(playbook()["before"]))
        found.append(Move(f"{rival.host}/before/{number}", at, kind, number * 7919 + 11, at))
    return found


def opening(rival: Rival, seed: int) -> Stand:
    """Return how a vendor stood when the world opened."""
    rng = Random(f"{seed}:{rival.host}:opening")
    own_plans = rival.plans != rival.market.plans
    level = 1.0 if own_plans else rng.choice((0.85, 0.9, 1.0, 1.1, 1.2))
    plans = tuple(replace(plan, price=_round(plan.price * level)) for plan in rival.plans)
    features = rng.sample(range(len(rival.market.features)), _FEATURES_AT_FIRST)
    return Stand(plans, (), "EUR", tuple(features), rng.randrange(len(rival.market.positions)), rival.staff)


def play(rival: Rival, first: Stand, moves: Sequence[Move]) -> list[Step]:
    """Play moves in order; one that has become impossible (nothing left to retire) does not happen."""
    steps: list[Step] = []
    stand = first
    for move in moves:
        found = _RULES[move.kind](rival, stand, move)
        if found is not None:
            after, facts = found
            steps.append(_step(rival, move, after, facts))
            stand = after
    return steps


def retell(rival: Rival, stand: Stand, moves: Sequence[Move]) -> list[Step]:
    """Put the moves of the time before into words without changing how the vendor stands."""
    steps = []
    for move in moves:
        index = stand.features[move.roll % len(stand.features)]
        facts = _feature_facts(rival, index) if move.kind is MoveKind.FEATURE else _money_facts(move)
        steps.append(_step(rival, move, stand, facts))
    return steps


def money(amount: float, currency: str) -> str:
    """Write a price that is EUR inside in the currency of a price list."""
    rate, sign = playbook()["currencies"][currency]
    return f"{sign}{_round(amount * rate):,.0f}"


def _move(salt: str, name: str, at: datetime, kind: MoveKind) -> Move:
    """Draw the details of one move."""
    rng, row = Random(salt), playbook()["kinds"][kind]
    roll = rng.randrange(1 << 20)
    told = rng.random() < row["told"]
    days = int(draw_key(row["later"], rng))
    return Move(name, at, kind, roll, _told_at(at, days) if told else None)


def _told_at(at: datetime, days: int) -> datetime:
    """Return when it is told: at once, or on a later working day."""
    return working_day(at, days) if days else at


def _step(rival: Rival, move: Move, after: Stand, facts: Mapping[str, str]) -> Step:
    """Write a move down."""
    tongue = playbook()["tongues"][rival.market.language]
    day = move.at.strftime(tongue["date"])
    told = tongue["told"][move.kind]
    words = told[move.roll % len(told)].format(name=rival.name, day=day, **facts)
    title, body = words.split(" | ", 1)
    ends = None
    if move.kind is MoveKind.HIRING:
        ends = move.at + _ADVERTISED
    elif move.kind is MoveKind.OUTAGE:
        ends = move.at + timedelta(hours=int(facts["hours"]))
    return Step(move, after, title, body, facts, ends)


_Rule = Callable[[Rival, Stand, Move], tuple[Stand, Mapping[str, str]] | None]


def _reprice(rival: Rival, stand: Stand, move: Move) -> tuple[Stand, Mapping[str, str]] | None:
    """Change the price of one plan."""
    if not stand.plans:
        return None
    cut = move.kind is MoveKind.PRICE_CUT
    index = move.roll % len(stand.plans)
    steps = (0.9, 0.85, 0.8, 0.75) if cut else (1.06, 1.1, 1.15, 1.25)
    factor = move.factor or steps[move.roll // 7 % len(steps)]
    plan = stand.plans[index]
    dearer = replace(plan, price=_round(plan.price * factor))
    plans = (*stand.plans[:index], dearer, *stand.plans[index + 1 :])
    facts = {
        "plan": plan.name,
        "before": money(plan.price, stand.currency),
        "after": money(dearer.price, stand.currency),
        "percent": f"{(dearer.price / plan.price - 1) * 100:.0f}",
    }
    return (replace(stand, plans=plans), facts) if dearer.price != plan.price else None


def _ship(rival: Rival, stand: Stand, move: Move) -> tuple[Stand, Mapping[str, str]] | None:
    """Add a feature that the vendor did not have."""
    missing = [n for n in range(len(rival.market.features)) if n not in stand.features]
    if not missing:
        return None
    index = missing[move.roll % len(missing)]
    return replace(stand, features=(*stand.features, index)), _feature_facts(rival, index)


def _reposition(rival: Rival, stand: Stand, move: Move) -> tuple[Stand, Mapping[str, str]] | None:
    """Tell another story on the front page."""
    others = [n for n in range(len(rival.market.positions)) if n != stand.position]
    chosen = others[move.roll % len(others)]
    position, text = rival.market.positions[chosen]
    return replace(stand, position=chosen), {"position": f"{position}.", "text": text}


def _grow(rival: Rival, stand: Stand, move: Move) -> tuple[Stand, Mapping[str, str]] | None:
    """Look for several people at once."""
    facts = _money_facts(move)
    return replace(stand, staff=stand.staff + int(facts["count"])), facts


def _raise(rival: Rival, stand: Stand, move: Move) -> tuple[Stand, Mapping[str, str]] | None:
    """Take money, unless somebody owns the vendor already."""
    return None if stand.owner else (stand, _money_facts(move))


def _sell(rival: Rival, stand: Stand, move: Move) -> tuple[Stand, Mapping[str, str]] | None:
    """Be bought."""
    names = playbook()["buyers"]
    owner = names[move.roll % len(names)]
    return (replace(stand, owner=owner), {"owner": owner}) if not stand.owner else None


def _fail(rival: Rival, stand: Stand, move: Move) -> tuple[Stand, Mapping[str, str]] | None:
    """Be out of order for some hours."""
    return stand, {"hours": str(2 + move.roll % 20)}


def _retire(rival: Rival, stand: Stand, move: Move) -> tuple[Stand, Mapping[str, str]] | None:
    """Stop selling the smallest plan while at least two remain."""
    if len(stand.plans) < 2:
        return None
    gone = min(stand.plans, key=lambda plan: plan.price)
    plans = tuple(plan for plan in stand.plans if plan is not gone)
    return replace(stand, plans=plans, retired=(*stand.retired, gone.name)), {"plan": gone.name}


def _convert(rival: Rival, stand: Stand, move: Move) -> tuple[Stand, Mapping[str, str]] | None:
    """Write the same prices in a currency in which the figures are smaller."""
    rates = {code: row[0] for code, row in playbook()["currencies"].items()}
    lower = [code for code in rates if rates[code] < rates[stand.currency]]
    if not lower or not stand.plans:
        return None
    code, plan = lower[move.roll % len(lower)], stand.plans[move.roll % len(stand.plans)]
    facts = {"plan": plan.name, "currency": code, "before": money(plan.price, stand.currency)}
    return replace(stand, currency=code), {**facts, "after": money(plan.price, code)}


_RULES: Mapping[MoveKind, _Rule] = {
    MoveKind.PRICE_CUT: _reprice,
    MoveKind.PRICE_RISE: _reprice,
    MoveKind.FEATURE: _ship,
    MoveKind.POSITIONING: _reposition,
    MoveKind.HIRING: _grow,
    MoveKind.FUNDING: _raise,
    MoveKind.ACQUISITION: _sell,
    MoveKind.OUTAGE: _fail,
    MoveKind.DISCONTINUED: _retire,
    MoveKind.CURRENCY: _convert,
}


def _feature_facts(rival: Rival, index: int) -> Mapping[str, str]:
    """Return the words of a feature."""
    feature, sentence = rival.market.features[index]
    return {"feature": feature, "sentence": sentence}


def _money_facts(move: Move) -> Mapping[str, str]:
    """Return what a round or a hiring wave consists of."""
    investors = playbook()["investors"]
    return {
        "amount": str((3, 5, 8, 12, 20, 35)[move.roll % 6]),
        "investor": investors[move.roll // 6 % len(investors)],
        "count": str(4 + move.roll % 9),
    }


def _round(amount: float) -> float:
    """Round to what a price list would print."""
    step = 1 if amount < 500 else 10 if amount < 5000 else 100
    return float(round(amount / step) * step)


def priced(rows: Sequence[Sequence[Any]]) -> tuple[Plan, ...]:
    """Read plans of a data file."""
    return tuple(Plan(str(name), float(price), str(included)) for name, price, included in rows)
