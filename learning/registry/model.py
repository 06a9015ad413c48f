"""A trained model that is only numbers: how values are encoded, what each weighs, how it is calibrated. No pickle.

What it says of a person is a chance, and reasons that add up to it exactly on the scale of log-odds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from domain.errors import Bug
from domain.experience import Known
from learning.history.columns import Kind
from learning.history.encoding import Encoder, Matrix, encoder_json, encoder_of
from learning.history.measures import Floats
from learning.history.models import Calibration, Model, ModelKind
from learning.registry.known import People, columns_of
from learning.registry.trees import Tree, tree_of, trees_of

CHUNK = 20_000  # rows asked about at once
_EQUAL = 1e-6


@dataclass(frozen=True, slots=True)
class Said:
    """What a model says of one person. `start` plus all effects are the log-odds of the chance."""

    chance: float
    start: float
    effects: dict[str, float]


@dataclass(frozen=True, slots=True)
class PlainModel:
    """The model. `middle` is the average training row, against which a linear model's effects are told."""

    kind: ModelKind
    encoder: Encoder
    start: float
    weights: Floats  # of a linear model; empty for trees
    trees: tuple[Tree, ...]
    middle: Floats
    calibration: Calibration
    about: dict[str, Any]  # purpose, dataset, moments, metrics, card

    @property
    def kinds(self) -> dict[str, Kind]:
        """The features it was trained on, with their kinds."""
        return self.encoder.kinds

    def chances(self, people: People) -> Floats:
        """The calibrated chance of each."""
        parts = [self._log_odds(self._matrix(part)) for part in _chunks(people)]
        return self.calibration.chance(np.concatenate(parts)) if parts else np.empty(0)

    def say(self, people: People) -> list[Said]:
        """The chance of each, with its effects."""
        return [one for part in _chunks(people) for one in self._say(part)]

    def _say(self, people: People) -> list[Said]:
        matrix = self._matrix(people)
        start, parts = self._parts(matrix)
        by_feature = np.zeros((len(people), len(self.encoder.names)))
        np.add.at(by_feature.T, self.encoder.owner, parts.T)
        shift, slope = self.calibration.shift, self.calibration.slope
        chances = self.calibration.chance(self._log_odds(matrix))
        begin = shift + slope * start
        return [
            Said(float(chance), begin, dict(zip(self.encoder.names, map(float, slope * row), strict=True)))
            for chance, row in zip(chances, by_feature, strict=True)
        ]

    def _matrix(self, people: People) -> Matrix:
        columns = columns_of(people, self.kinds)
        return self.encoder.matrix(columns, np.arange(len(people)))

    def _log_odds(self, matrix: Matrix) -> Floats:
        if self.trees:
            return self.start + np.sum([one.leaves(matrix) for one in self.trees], axis=0)
        return self.start + matrix @ self.weights

    def _parts(self, matrix: Matrix) -> tuple[float, Matrix]:
        if not self.trees:
            return self.start + float(self.middle @ self.weights), (matrix - self.middle) * self.weights
        parts = np.zeros_like(matrix)
        for one in self.trees:
            one.walk(matrix, parts)
        return self.start + sum(float(one.value[0]) for one in self.trees), parts

    def as_json(self) -> dict[str, Any]:
        """Everything as plain values: what is stored and sealed."""
        return {
            "kind": self.kind,
            "features": encoder_json(self.encoder),
            "start": self.start,
            "weights": self.weights.tolist(),
            "trees": [one.as_json() for one in self.trees],
            "middle": self.middle.tolist(),
            "calibration": {"shift": self.calibration.shift, "slope": self.calibration.slope},
            "about": self.about,
        }


def model_of(body: Mapping[str, Any]) -> PlainModel:
    """A model from its plain values, which were checked against their seal."""
    return PlainModel(
        kind=body["kind"],
        encoder=encoder_of(body["features"]),
        start=float(body["start"]),
        weights=np.array(body["weights"], dtype=np.float64),
        trees=tuple(tree_of(one) for one in body["trees"]),
        middle=np.array(body["middle"], dtype=np.float64),
        calibration=Calibration(**body["calibration"]),
        about=dict(body["about"]),
    )


def packed(trained: Model, people: Sequence[Mapping[str, Known]], about: dict[str, Any]) -> PlainModel:
    """What was trained, without the library that trained it; `people` are rows it was trained on."""
    sample = people[:: max(1, len(people) // CHUNK)]
    kinds = {name: kind for name, kind in trained.encoder.kinds.items()}
    matrix = trained.encoder.matrix(columns_of(sample, kinds), np.arange(len(sample)))
    start, weights, trees = trained.constant, np.zeros(matrix.shape[1]), ()
    if trained.fitted is not None and trained.kind == "logistic":
        start, weights = float(trained.fitted.intercept_[0]), np.asarray(trained.fitted.coef_[0], dtype=float)
    elif trained.fitted is not None:
        start, trees = trees_of(trained.fitted)
    made = PlainModel(
        trained.kind, trained.encoder, start, weights, trees, matrix.mean(axis=0), trained.calibration, about
    )
    if float(np.abs(made._log_odds(matrix) - trained.log_odds(matrix)).max()) > _EQUAL:
        raise Bug("A packed model does not say what the trained one says.", code="model_packed_wrong")
    return made


def _chunks(people: People) -> list[People]:
    return [people[start : start + CHUNK] for start in range(0, len(people), CHUNK)]
