"""From a mind and a letter to the chances of each reaction, and what they are worth. No dice here."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from evals.market.buyers.records import Appraisal, Mind, Weighed
from evals.market.world.atlas import read_yaml

CRAFT = frozenset({"relevance", "named", "company", "specific"})  # what good writing adds
_DATA = Path(__file__).resolve().parent / "data"


@dataclass(frozen=True, slots=True)
class Reaction:
    """One reaction: the group that sets its rate, its value as a part of a wish to talk, and what moves it."""

    name: str
    group: str
    share: float
    worth: float
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Model:
    """All reactions and what comes after a wish to talk."""

    reactions: tuple[Reaction, ...]
    rates: Mapping[
        str, float
    ]  # base of each group, in logits; and `craft`, which scales what good writing does
    meeting: Mapping[str, float]
    signing: Mapping[str, float]
    harm: Mapping[str, float]


@lru_cache(maxsize=1)
def model() -> Model:
    """The model of the data files."""
    found = read_yaml(_DATA / "reactions.yaml")
    moved = {"good": found["good"], "bad": found["bad"]}
    reactions = tuple(
        Reaction(
            name,
            row["group"],
            float(row["share"]),
            float(row["worth"]),
            {**moved[row["moved"]], **row["weights"]},
        )
        for name, row in found["reactions"].items()
    )
    rates = read_yaml(_DATA / "calibration.yaml")["rates"]
    return Model(reactions, rates, found["meeting"], found["signing"], found["harm"])


def features_of(mind: Mind, day: date) -> dict[str, float]:
    """What the mind brings to any letter that comes on a day."""
    return {
        "need": mind.need,
        "timing": mind.window.open(day),
        "authority": mind.authority,
        "concern": mind.concern,
        "affordable": mind.affordable,
        "trust": mind.trust,
        "rival": float(bool(mind.rival)),
    }


def weigh(mind: Mind, letter: Appraisal, day: date, using: Model | None = None) -> Weighed:
    """The chances of each reaction to an unasked letter, and its expected value and harm."""
    used = using or model()
    crafted, rest = split({name: value for name, value in letter.features.items() if value})
    met = {name: value for name, value in features_of(mind, day).items() if value} | rest
    craft = used.rates["craft"]
    pulls = {
        one.name: one.share
        * math.exp(used.rates[one.group] + pull(one.weights, met) + craft * pull(one.weights, crafted))
        for one in used.reactions
    }
    whole = 1.0 + sum(pulls.values())
    chances = {name: pull / whole for name, pull in pulls.items()}
    talk = value_of_talk(mind, day, used)
    value = sum(chances[one.name] * one.worth for one in used.reactions) * talk
    cost = sum(chances[name] * euros for name, euros in used.harm.items())
    return Weighed(chances, value, cost, letter)


def split(features: Mapping[str, float]) -> tuple[dict[str, float], dict[str, float]]:
    """What the writer's craft gained, and the rest."""
    crafted = {name: value for name, value in features.items() if name in CRAFT}
    return crafted, {name: value for name, value in features.items() if name not in CRAFT}


def chance_of_meeting(mind: Mind, using: Model | None = None) -> float:
    """That a wish to talk, handled well, becomes a meeting that is held."""
    used = (using or model()).meeting
    return min(1.0, used["base"] + used["trust"] * mind.trust)


def chance_of_signing(mind: Mind, day: date, using: Model | None = None) -> float:
    """That a held meeting, followed up well, ends with a signature."""
    return _logistic(pull((using or model()).signing, {**features_of(mind, day), "base": 1.0}))


def value_of_talk(mind: Mind, day: date, using: Model | None = None) -> float:
    """EUR of margin expected of a wish to talk, when everything after it is done well."""
    return chance_of_meeting(mind, using) * chance_of_signing(mind, day, using) * mind.worth


def pull(weights: Mapping[str, float], features: Mapping[str, float]) -> float:
    """How far these features move a reaction, in logits."""
    return sum(weights.get(name, 0.0) * value for name, value in features.items())


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def as_row(found: Weighed) -> dict[str, Any]:
    """For the truth endpoint."""
    return {
        "chances": {name: round(share, 6) for name, share in found.chances.items()},
        "value": round(found.value, 4),
        "cost": round(found.cost, 4),
        "features": dict(found.appraisal.features),
        "because": list(found.appraisal.because),
    }
