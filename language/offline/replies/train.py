"""Makes the classifier's weights from the labelled phrases: `python -m language.offline.replies.train`.

Regularised logistic regression by accelerated descent in the space of the phrases; no chance is involved.
`--check` only cross-validates and writes nothing.
"""

import hashlib
import sys
from pathlib import Path

import numpy as np

from language.offline.replies.classifier import (
    LEAVING,
    WEIGHTS,
    gloss_texts,
    softmax,
    training_phrases,
    training_texts,
)
from language.offline.replies.features import Matrix, embeds, seen
from language.offline.replies.words import folded

_STEPS = 300
_STRENGTH = 3.0  # against regularisation, per phrase; cross-validation is flat from 1 to 10
_FOLDS = 8


def digest() -> str:
    """Of everything the weights are made from."""
    return hashlib.sha256("\0".join((*training_texts(), *gloss_texts())).encode()).hexdigest()


def trained(rows: Matrix, labels: np.ndarray, count: int) -> Matrix:
    """Columns of weights, one a label; rare labels count as much as frequent ones."""
    wanted = np.zeros((len(labels), count), dtype=np.float32)
    wanted[np.arange(len(labels)), labels] = 1.0
    weight = wanted @ (1.0 / np.maximum(wanted.sum(0), 1.0))
    weight = (weight / weight.mean())[:, None].astype(np.float32)
    alike = rows @ rows.T
    decay = 1.0 / (_STRENGTH * len(labels))
    pace = 1.0 / (_steepest(alike * weight.T) / len(labels) + decay)
    here: Matrix = np.zeros_like(wanted)
    there: Matrix = here
    for step in range(_STEPS):
        scores: Matrix = (alike @ there).astype(np.float32)
        slope = (softmax(scores) - wanted) * weight / len(labels) + decay * there
        ahead: Matrix = (there - pace * slope).astype(np.float32)
        there, here = (ahead + (step / (step + 3)) * (ahead - here)).astype(np.float32), ahead
    return rows.T @ here


def _steepest(alike: Matrix) -> float:
    """A little over the largest eigenvalue, by power iteration."""
    vector = np.ones(len(alike), dtype=np.float32)
    value = 1.0
    for _ in range(40):
        vector = alike @ vector
        value = float(np.linalg.norm(vector))
        vector /= value
    return 1.05 * value


def main() -> None:
    """Write the weights, or with --check print what cross-validation says of them."""
    phrases = training_phrases()
    kinds = tuple(dict.fromkeys(kind for kind, _ in phrases))
    by_kind = np.array([kinds.index(kind) for kind, _ in phrases])
    leaving = np.array([int(kind in LEAVING) for kind, _ in phrases])
    stored: dict[str, np.ndarray] = {
        "kinds": np.array([kind.value for kind in kinds]),
        "digest": np.array(digest()),
        "words": np.array(" ".join(sorted({word for _, text in phrases for word in folded(text)}))),
    }
    for mark in ("embedded", "plain"):
        rows = seen([text for _, text in phrases], embedded=mark == "embedded" and embeds())
        if "--check" in sys.argv:
            _report(mark, rows, leaving)
            continue
        stored[f"{mark}_by_kind"] = trained(rows, by_kind, len(kinds)).astype(np.float16)
        stored[f"{mark}_leaving"] = trained(rows, leaving, 2).astype(np.float16)
    if "--check" not in sys.argv:
        path = Path(__file__).with_name(WEIGHTS)
        np.savez_compressed(path, allow_pickle=False, **stored)
        sys.stdout.write(f"{len(phrases)} phrases, {path.stat().st_size // 1024} KB of weights written\n")


def _report(mark: str, rows: Matrix, labels: np.ndarray) -> None:
    chances = np.zeros(len(labels))
    folds = np.random.default_rng(1).permutation(len(labels)) % _FOLDS
    for fold in range(_FOLDS):
        weights = trained(rows[folds != fold], labels[folds != fold], 2)
        chances[folds == fold] = softmax(rows[folds == fold] @ weights)[:, 1]
    for threshold in (0.1, 0.3, 0.5, 0.7):
        said = chances >= threshold
        right = int((said & (labels == 1)).sum())
        shares = f"recall {right / labels.sum():.3f} precision {right / said.sum():.3f}"
        sys.stdout.write(f"{mark} from {threshold}: {shares}\n")


if __name__ == "__main__":
    if not embeds():
        sys.exit("The sentence model is not installed, so half of the weights cannot be made.")
    main()
