"""Trained models as plain values: they say the same after storing, explain themselves exactly, and bear odd input."""

import json
import random
from typing import Any

import numpy as np
import pytest

from domain.errors import Refused
from domain.experience import Known
from domain.sealed import FORMAT, opened, seal
from learning.history.models import Calibration, ModelKind, train
from learning.registry.known import columns_of, kinds_of
from learning.registry.model import PlainModel, model_of, packed

People = list[dict[str, Known]]


def people(count: int = 400, seed: int = 1) -> People:
    draw = random.Random(seed)
    return [
        {
            "role": draw.choice(["ceo", "buyer", None]),
            "staff": draw.choice([None, draw.uniform(1, 4)]),
            "hiring": draw.random() < 0.3,
            "same": "x",
        }
        for _ in range(count)
    ]


def trained(kind: ModelKind, known: People) -> PlainModel:
    columns = columns_of(known, kinds_of(known))
    draw = np.random.default_rng(2)
    pull = [2.0 * (one["role"] == "ceo") + (one["staff"] or 0.0) - 2.0 for one in known]  # type: ignore[operator]
    won = (draw.random(len(known)) < 1 / (1 + np.exp(-np.array(pull)))).astype(np.int8)
    model = train(kind, columns, won, np.arange(len(known)), 0.1).calibrated(Calibration(-0.2, 0.8))
    return packed(model, known, {"base_rate": float(won.mean())})


@pytest.fixture(scope="module", params=["logistic", "boosting"])
def model(request: pytest.FixtureRequest) -> PlainModel:
    return trained(request.param, people())


def test_a_stored_model_says_exactly_what_it_said(model: PlainModel) -> None:
    again = model_of(json.loads(json.dumps(model.as_json())))
    assert np.array_equal(again.chances(people(50, 3)), model.chances(people(50, 3)))


def test_reasons_add_up_to_the_chance(model: PlainModel) -> None:
    some = people(60, 4)
    for said, chance in zip(model.say(some), model.chances(some), strict=True):
        log_odds = said.start + sum(said.effects.values())
        assert 1 / (1 + np.exp(-log_odds)) == pytest.approx(said.chance) == pytest.approx(float(chance))


def test_what_never_differs_is_not_learnt_from(model: PlainModel) -> None:
    assert set(model.kinds) == {"hiring", "role", "staff"}


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"role": "astronaut", "staff": float("nan"), "hiring": None},
        {"role": 7.0, "staff": "many", "hiring": "perhaps"},
        {"staff": float("inf"), "new": "feature"},
        {"role": "", "staff": -1e300},
    ],
)
def test_a_feature_that_is_gone_odd_or_new_still_gives_a_chance(
    model: PlainModel, odd: dict[str, Known]
) -> None:
    (chance,) = model.chances([odd])
    assert 0 < chance < 1


def test_nobody_gives_nothing(model: PlainModel) -> None:
    assert len(model.chances([])) == len(model.say([])) == 0


def row(**given: Any) -> dict[str, Any]:
    body = {"weights": [0.5, 1e-17], "labels": ["ä", "b"]}
    return {"id": "mod_1", "format": FORMAT, "body": body, "digest": seal(body), **given}


def test_an_untouched_model_opens_after_a_trip_through_json() -> None:
    assert opened({**row(), "body": json.loads(json.dumps(row()["body"]))}) == row()["body"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"format": FORMAT + 1}, "model_format"),
        ({"body": {"weights": [0.6, 1e-17], "labels": ["ä", "b"]}}, "model_edited"),
        ({"body": None}, "model_edited"),
        ({"digest": ""}, "model_edited"),
    ],
)
def test_a_model_of_another_format_or_with_edited_content_is_refused(
    given: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        opened(row(**given))
    assert refused.value.code == code
    assert "It is not used." in refused.value.message
