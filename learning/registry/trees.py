"""Boosted trees as plain arrays: taken out of the estimator that grew them, asked and explained without it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from learning.history.encoding import Matrix
from learning.history.measures import Floats

Ints = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Tree:
    """Nodes in arrays. `feature` is -1 at a leaf; `value` of an inner node is the mean of what is below it."""

    feature: Ints
    threshold: Floats
    left: Ints
    right: Ints
    value: Floats

    def walk(self, matrix: Matrix, parts: Matrix) -> None:
        """Add to every row's parts what each split on its way changed; the sum is leaf minus root."""
        rows = np.arange(len(matrix))
        at = np.zeros(len(matrix), dtype=np.intp)
        while len(rows):
            feature = self.feature[at]
            inner = feature >= 0
            rows, at, feature = rows[inner], at[inner], feature[inner]
            below = matrix[rows, feature] <= self.threshold[at]
            then = np.where(below, self.left[at], self.right[at])
            np.add.at(parts, (rows, feature), self.value[then] - self.value[at])
            at = then

    def leaves(self, matrix: Matrix) -> Floats:
        """The value of the leaf every row comes to."""
        at = np.zeros(len(matrix), dtype=np.intp)
        while True:
            feature = self.feature[at]
            inner = feature >= 0
            if not inner.any():
                return self.value[at]
            below = matrix[np.arange(len(matrix)), np.maximum(feature, 0)] <= self.threshold[at]
            at = np.where(inner, np.where(below, self.left[at], self.right[at]), at)

    def as_json(self) -> dict[str, Any]:
        """The arrays as lists."""
        return {
            "feature": self.feature.tolist(),
            "threshold": self.threshold.tolist(),
            "left": self.left.tolist(),
            "right": self.right.tolist(),
            "value": self.value.tolist(),
        }


def tree_of(body: dict[str, Any]) -> Tree:
    """A tree from its lists."""
    return Tree(
        np.array(body["feature"], dtype=np.intp),
        np.array(body["threshold"], dtype=np.float64),
        np.array(body["left"], dtype=np.intp),
        np.array(body["right"], dtype=np.intp),
        np.array(body["value"], dtype=np.float64),
    )


def trees_of(fitted: Any) -> tuple[float, tuple[Tree, ...]]:
    """The start and the trees of a fitted histogram gradient boosting classifier for two outcomes.

    They lie in attributes the library does not promise, so whoever calls this compares the result with the estimator.
    """
    start = float(np.asarray(fitted._baseline_prediction).ravel()[0])
    return start, tuple(_tree(one[0].nodes) for one in fitted._predictors)


def _tree(nodes: Any) -> Tree:
    leaf = nodes["is_leaf"].astype(bool)
    left, right = nodes["left"].astype(np.intp), nodes["right"].astype(np.intp)
    value, count = nodes["value"].astype(np.float64).copy(), nodes["count"].astype(np.float64)
    for at in range(len(nodes) - 1, -1, -1):  # children come after their parent
        if not leaf[at]:
            below = [left[at], right[at]]
            value[at] = float(np.average(value[below], weights=np.maximum(count[below], 1)))
    threshold = np.where(leaf, 0.0, nodes["num_threshold"]).astype(np.float64)
    return Tree(np.where(leaf, -1, nodes["feature_idx"].astype(np.intp)), threshold, left, right, value)
