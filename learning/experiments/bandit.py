"""Which share of tomorrow's units each arm gets: Thompson sampling that cannot cost much against the baseline.

Pure: counts in, shares out, the same for the same seed. It assigns nobody and closes nothing by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from domain.errors import Correctable
from learning.experiments.design import Design

Floats = NDArray[np.float64]

_DRAWS = 250
_PESSIMISM = 1.0  # standard deviations below the mean: what a challenger is assumed to bring while unknown
_PRIOR_UNITS = 40.0  # a challenger is taken for the baseline's equal, with the weight of so many units
_ABOVE = np.geomspace(1.2, 30, 24)  # times the limit: the harm rates bet on by the guardrail


@dataclass(frozen=True, slots=True)
class Objective:
    """What a unit's answers are worth; harms have negative worth."""

    worth: Mapping[str, float]

    def __post_init__(self) -> None:
        if not any(value > 0 for value in self.worth.values()):
            raise Correctable("The objective has nothing worth winning.", code="bandit_objective")


@dataclass(frozen=True, slots=True)
class Rules:
    """How the bandit behaves. `loss_budget`: the part of the baseline's yield that trying may cost.

    `memory_days` is the half-life of what was seen; None forgets nothing.
    """

    loss_budget: float = 0.025
    memory_days: float | None = 14.0
    harm_alpha: float = 0.05


@dataclass(frozen=True, slots=True)
class Batch:
    """One day's matured units of every arm, in the design's order, and how often each answer came."""

    units: Sequence[float]
    answers: Mapping[str, Sequence[float]]


@dataclass(frozen=True, slots=True)
class State:
    """What is known: recent (discounted) and all counts, and what trying has cost so far."""

    recent_units: Floats
    recent: Mapping[str, Floats]
    all_units: Floats
    all_answers: Mapping[str, Floats]
    cost: float = 0.0  # the baseline's yield on the challengers' units, minus what they brought
    closed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Shares:
    """Tomorrow's shares by arm, the chance of each to be the best, and why an arm is closed."""

    shares: Mapping[str, float]
    best: Mapping[str, float]
    closed: tuple[str, ...]
    held_back: bool  # the loss budget cut the challengers' share


def begin(design: Design, objective: Objective) -> State:
    """Nothing seen yet."""
    nothing = np.zeros(len(design.arms))
    names = (*objective.worth, *(one.harm for one in design.guardrails))
    zeros = {name: nothing for name in names}
    return State(nothing, zeros, nothing, dict(zeros))


def observe(
    state: State, batch: Batch, design: Design, objective: Objective, rules: Rules = Rules()
) -> State:
    """Add a day: old days weigh less, and an arm whose harm is surely above its limit is closed."""
    units = np.asarray(batch.units, float)
    answers = {
        name: np.asarray(batch.answers.get(name, np.zeros(len(units))), float) for name in state.recent
    }
    _refuse_impossible(units, answers, len(design.arms))
    keep = 0.5 ** (1 / rules.memory_days) if rules.memory_days else 1.0
    recent_units = keep * state.recent_units + units
    recent = {name: keep * state.recent[name] + answers[name] for name in answers}
    grown = replace(
        state,
        recent_units=recent_units,
        recent=recent,
        all_units=state.all_units + units,
        all_answers={name: state.all_answers[name] + answers[name] for name in answers},
    )
    base = _baseline_yield(grown, objective)
    brought = sum(worth * answers[name][1:].sum() for name, worth in objective.worth.items())
    cost = state.cost + base * units[1:].sum() - float(brought)
    return replace(grown, cost=cost, closed=state.closed | _harmful(grown, design, rules))


def divide(
    state: State,
    design: Design,
    objective: Objective,
    units: float,
    seed: int,
    rules: Rules = Rules(),
    pending: Sequence[float] = (),
) -> Shares:
    """Shares for the next `units`: chance to be best, the baseline's floor, and no more risk than the budget.

    `pending` are the units of every arm that still have time to answer: they are at risk already.
    """
    names = [arm.name for arm in design.arms]
    is_open = np.array([name not in state.closed for name in names])
    if not is_open.any():
        return Shares({name: 0.0 for name in names}, {name: 0.0 for name in names}, tuple(names), False)
    draws = _draws(state, objective, np.random.default_rng(seed))
    draws[:, ~is_open] = -np.inf
    best = np.bincount(draws.argmax(axis=1), minlength=len(names)) / len(draws)
    shares, held_back = best.copy(), False
    if is_open[0]:
        shares = _with_floor(shares, design.floor)
        waiting = np.asarray(pending if len(pending) else np.zeros(len(names)), float)
        room = _room(state, draws, (shares, units, waiting), objective, rules)
        if room < 1:
            shares[1:] *= room
            shares[0] = 1 - shares[1:].sum()
            held_back = True
    closed = tuple(name for name in names if name in state.closed)
    return Shares(_named(names, shares), _named(names, best), closed, held_back)


def _draws(state: State, objective: Objective, random: np.random.Generator) -> Floats:
    """Possible yields per unit of every arm, given what was seen lately."""
    units = state.recent_units
    total = np.zeros((_DRAWS, len(units)))
    for name, worth in objective.worth.items():
        hits = state.recent[name]
        rate = _baseline_rate(state, name, worth)  # what challengers are expected to do until they speak
        good = hits + _PRIOR_UNITS * rate
        bad = np.maximum(units - hits, 0) + _PRIOR_UNITS * (1 - rate)
        total += worth * random.beta(np.maximum(good, 1e-3), np.maximum(bad, 1e-3), size=total.shape)
    return total


def _with_floor(shares: Floats, floor: float) -> Floats:
    if shares[0] >= floor:
        return shares
    rest = shares[1:].sum()
    out = shares * ((1 - floor) / rest)
    out[0] = floor
    return out


def _room(
    state: State, draws: Floats, at_stake: tuple[Floats, float, Floats], objective: Objective, rules: Rules
) -> float:
    """Which part of the challengers' share the loss budget allows (conservative exploration, Wu et al. 2016)."""
    shares, units, waiting = at_stake
    base = _baseline_yield(state, objective)
    known = draws[:, 1:]
    feared = np.zeros(len(shares) - 1)
    there = np.isfinite(known[0])
    feared[there] = base - known[:, there].mean(axis=0) + _PESSIMISM * known[:, there].std(axis=0)
    feared = np.maximum(feared, 0)
    everything = float(state.all_units.sum() + waiting.sum()) + units
    left = (
        rules.loss_budget * _baseline_yield(state, objective, gains_only=True) * everything
        - state.cost
        - float(feared @ waiting[1:])
    )
    risk = units * float(feared @ shares[1:])
    return 1.0 if risk <= 0 else float(np.clip(left / risk, 0.0, 1.0))


def _baseline_yield(state: State, objective: Objective, gains_only: bool = False) -> float:
    kept = [(name, worth) for name, worth in objective.worth.items() if worth > 0 or not gains_only]
    return sum(worth * _baseline_rate(state, name, worth) for name, worth in kept)


def _baseline_rate(state: State, name: str, worth: float) -> float:
    """The baseline's rate of an answer; before any, a usual one: harms are rarer than replies."""
    hits, units = (0.5, 20.0) if worth > 0 else (0.05, 50.0)
    return float((state.recent[name][0] + hits) / (state.recent_units[0] + units))


def _harmful(state: State, design: Design, rules: Rules) -> frozenset[str]:
    """Arms whose harm is surely above a limit, however often one looks. The baseline is not spared."""
    found = set()
    for guardrail in design.guardrails:
        log_e = log_e_above(state.all_units, state.all_answers[guardrail.harm], guardrail.limit)
        over = log_e >= -np.log(rules.harm_alpha)
        found |= {arm.name for arm, one in zip(design.arms, over, strict=True) if one}
    return frozenset(found)


def log_e_above(units: ArrayLike, hits: ArrayLike, limit: float) -> Floats:
    """Log e-value of "the rate is at most `limit`": a bet on several higher rates at once."""
    rates = np.minimum(limit * _ABOVE, (1 + limit) / 2)
    harmed = np.asarray(hits, float)[..., None]
    spared = np.asarray(units, float)[..., None] - harmed
    logs = harmed * np.log(rates / limit) + spared * np.log((1 - rates) / (1 - limit))
    return np.logaddexp.reduce(logs, axis=-1) - np.log(len(rates))


def _refuse_impossible(units: Floats, answers: Mapping[str, Floats], arms: int) -> None:
    counts = [units, *answers.values()]
    bad = any(not np.isfinite(one).all() or (one < 0).any() or one.shape != (arms,) for one in counts)
    if bad or any((one > units).any() for one in answers.values()):
        raise Correctable(
            "A day's counts are negative, no number, not one for every arm, or more answers than units.",
            code="bandit_counts",
        )


def _named(names: Sequence[str], values: Floats) -> dict[str, float]:
    return {name: float(value) for name, value in zip(names, values, strict=True)}
