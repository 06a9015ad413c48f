"""Simulated experiments whose truth is known: A/A tests, broken splits, plans, guardrails, bandits.

Rates, sizes and effects are drawn anew for every run; the seeds are those of reporting, none was tuned on.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evals.suites.figures import Figure, share
from evals.suites.options import Options

Floats = NDArray[np.float64]

SEED = 7_310_000
_TESTS, _SPLITS, _PLANS, _GUARDED, _BANDITS = 2000, 2000, 400, 2000, 500
_DAYS, _Z, _LOG20, _CHI_LOOKS = 28, 1.959964, float(np.log(20)), 2.575829
_DELAY = 3  # days until a reply is known
_SAFE_LOSS = 0.05


async def figures(options: Options) -> tuple[dict[str, Figure], dict[str, str]]:
    """Every simulation, each with what the usual way gets."""
    options.say(f"{_TESTS} A/A tests of rates and {_TESTS} of amounts, looked at on each of {_DAYS} days")
    found = {"aa_false_wins": _aa_rates(), "aa_false_wins_amounts": _aa_amounts()}
    options.say(f"{_SPLITS} sound and {_SPLITS} broken splits, {_PLANS} planned tests, {_GUARDED} guardrails")
    found |= _splits() | _plans() | _guardrails()
    options.say(f"{_BANDITS} bandits against their baseline")
    return found | _bandits(), {}


def _aa_rates() -> Figure:
    from learning.experiments.evidence import Counts, log_e_of_rates

    random = np.random.default_rng(SEED)
    ours = naive = 0
    for _ in range(_TESTS):
        rate, a_day = float(np.exp(random.uniform(np.log(0.004), np.log(0.4)))), random.integers(20, 1500)
        units = random.poisson(a_day, (2, _DAYS))
        hits = random.binomial(units, rate)
        (n0, n1), (s0, s1) = units.cumsum(axis=1).astype(float), hits.cumsum(axis=1).astype(float)
        ours += bool((log_e_of_rates(Counts(n0, s0, n1, s1)) >= _LOG20).any())
        pooled = (s0 + s1) / (n0 + n1)
        with np.errstate(divide="ignore", invalid="ignore"):
            z = (s1 / n1 - s0 / n0) / np.sqrt(pooled * (1 - pooled) * (1 / n0 + 1 / n1))
        naive += bool((np.abs(z) > _Z).any())
    return share(ours, _TESTS, "≤ 0.05", naive / _TESTS)


def _aa_amounts() -> Figure:
    """Orders with a long tail: most are small, a few are large."""
    from learning.experiments.evidence import Moments, log_e_of_means, standardised
    from learning.experiments.trial import mean_and_variance

    random = np.random.default_rng(SEED + 1)
    ours = naive = 0
    for _ in range(_TESTS):
        a_day, tail = int(random.integers(10, 200)), random.uniform(0.3, 1.2)
        amounts = random.lognormal(3, tail, (2, _DAYS, a_day))
        units = (np.arange(1, _DAYS + 1) * a_day).astype(float)
        sums, squares = amounts.sum(axis=2).cumsum(axis=1), (amounts**2).sum(axis=2).cumsum(axis=1)
        (m0, m1), (v0, v1) = mean_and_variance(units, sums, squares)
        moments = Moments(units, m0, v0, units, m1, v1)
        ours += bool((log_e_of_means(moments) >= _LOG20).any())
        naive += bool((np.abs(standardised(moments)[0]) > _Z).any())
    return share(ours, _TESTS, "≤ 0.05", naive / _TESTS)


def _splits() -> dict[str, Figure]:
    """20,000 units in 20 days, checked every day; beside it the chi-square test of the same level."""
    from learning.experiments.balance import ALPHA, log_e_of_split

    random = np.random.default_rng(SEED + 2)
    days, a_day = 20, 1000
    all_units = np.arange(1, days + 1) * a_day
    found = {}
    for name, part, goal in (("srm_found", 0.52, "≥ 0.95"), ("srm_false_alarms", 0.5, "≤ 0.01")):
        first = random.binomial(a_day, part, (_SPLITS, days)).cumsum(axis=1)
        looks = np.stack([first, all_units - first], axis=-1)
        alarms = (log_e_of_split(looks, np.array([0.5, 0.5])) >= -np.log(ALPHA)).any(axis=1)
        usual = (np.abs(2 * first - all_units) / np.sqrt(all_units) > _CHI_LOOKS).any(axis=1)
        found[name] = share(int(alarms.sum()), _SPLITS, goal, float(usual.mean()))
    return found


def _plans() -> dict[str, Figure]:
    """A real effect of the planned size: how many tests are decided by the day that was told in advance."""
    from learning.experiments.evidence import Counts, log_e_of_rates
    from learning.experiments.planning import plan

    random = np.random.default_rng(SEED + 3)
    decided = 0
    for _ in range(_PLANS):
        rate, lift = random.uniform(0.02, 0.2), random.uniform(0.15, 0.6)
        per_look = np.full(20, plan(rate, lift).units // 40)
        n = per_look.cumsum().astype(float)
        s0 = random.binomial(per_look, rate).cumsum().astype(float)
        s1 = random.binomial(per_look, rate * (1 + lift)).cumsum().astype(float)
        decided += bool((log_e_of_rates(Counts(n, s0, n, s1)) >= _LOG20).any())
    return {"decided_by_told_time": share(decided, _PLANS, "≥ 0.8")}


def _guardrails() -> dict[str, Figure]:
    """Complaints at the limit must not close an arm, complaints at three times the limit must."""
    from learning.experiments.bandit import log_e_above

    random = np.random.default_rng(SEED + 4)
    limit, days, a_day = 0.01, 30, 60
    units = (np.arange(1, days + 1) * a_day).astype(float)
    found = {}
    for name, rate, goal in (("guardrail_closed", 3 * limit, "≥ 0.95"), ("guardrail_false", limit, "≤ 0.05")):
        hits = random.binomial(a_day, rate, (_GUARDED, days)).cumsum(axis=1).astype(float)
        closed = (log_e_above(units, hits, limit) >= _LOG20).any(axis=1)
        found[name] = share(int(closed.sum()), _GUARDED, goal)
    return found


@dataclass(frozen=True, slots=True)
class _World:
    """True reply rates by day and arm; the first arm is the baseline."""

    rates: Floats
    a_day: int
    drifts: bool


def _worlds() -> Iterator[_World]:
    """Half stand still with mostly worse challengers, half drift like seasons and fatigue do."""
    for run in range(_BANDITS):
        random = np.random.default_rng(SEED + 10_000 + run)
        base, a_day, arms = random.uniform(0.02, 0.15), int(random.integers(80, 400)), 4
        if run % 2:
            days = np.arange(150)[:, None]
            height, period = random.uniform(0.2, 0.6, arms), random.uniform(80, 240, arms)
            wave = height * np.sin(2 * np.pi * days / period + random.uniform(0, 2 * np.pi, arms))
            yield _World(np.clip(base * np.exp(wave), 0.001, 0.6), a_day, True)
        else:
            factors = np.concatenate([[1.0], np.exp(random.normal(-0.3, 0.5, arms - 1))])
            yield _World(np.tile(np.clip(base * factors, 0.001, 0.6), (100, 1)), a_day, False)


def _bandits() -> dict[str, Figure]:
    safe = even_safe = 0
    gained = even_gained = possible = 0.0
    for run, world in enumerate(_worlds()):
        ours = _play(world, SEED + run)
        base = float(world.rates[:, 0].sum()) * world.a_day
        even = float(world.rates.mean(axis=1).sum()) * world.a_day
        safe += base - ours <= _SAFE_LOSS * base
        even_safe += base - even <= _SAFE_LOSS * base
        if world.drifts:
            gained, even_gained = gained + ours - base, even_gained + even - base
            possible += float(world.rates.max(axis=1).sum()) * world.a_day - base
    return {
        "bandit_safe_runs": share(safe, _BANDITS, "≥ 0.95", even_safe / _BANDITS),
        "bandit_drift_gain": Figure(
            gained / possible, "of the oracle's gain", "≥ 0.30", even_gained / possible, _BANDITS // 2
        ),
    }


def _play(world: _World, seed: int) -> float:
    """The expected replies of a run; answers come late, so every decision is made on old news."""
    from learning.experiments.bandit import Batch, Objective, begin, divide, observe
    from learning.experiments.design import Design, even

    design = Design("simulated", "replies", even(("base", "a", "b", "c")), floor=0.1)
    objective = Objective({"replies": 1.0})
    random = np.random.default_rng(seed)
    state, waiting, got = begin(design, objective), [], 0.0
    for day, rates in enumerate(world.rates):
        pending = np.sum([units for units, _ in waiting], axis=0) if waiting else ()
        shares = divide(state, design, objective, world.a_day, seed * 1000 + day, pending=pending).shares
        units = random.multinomial(world.a_day, list(shares.values()))
        got += float(units @ rates)
        waiting.append((units, random.binomial(units, rates)))
        if len(waiting) > _DELAY:
            matured, hits = waiting.pop(0)
            state = observe(state, Batch(matured, {"replies": hits}), design, objective)
    return got
