"""The shape of a sample: its data, its estimator and what a trained model of it has to reach.

Not the training itself, which is the same for every sample (training.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from sklearn.base import BaseEstimator

METRICS = {
    "classification": ("accuracy", "rocAuc", "precision", "recall", "logLoss"),
    "regression": ("r2", "meanAbsoluteError", "rootMeanSquaredError"),
}
"""Names of what is measured on the held-out rows, by task. Higher is better unless the name says error or loss."""

INPUT = "features"
"""Name of every sample's one input tensor, FP32 [rows, columns]."""


@dataclass(frozen=True)
class Data:
    """A data set as the model will see it: float32 rows, since that is what a request carries."""

    columns: tuple[str, ...]
    features: np.ndarray
    """float32 [rows, columns]"""
    targets: np.ndarray
    """int64 [rows] of class numbers, or float64 [rows] of values"""


@dataclass(frozen=True)
class Sample:
    """One sample model. A new one is a file in models/ that exports `SAMPLE`, and a line in models/__init__.py."""

    name: str
    task: Literal["classification", "regression"]
    load: Callable[[], Data]
    slices: Callable[[Data], dict[str, np.ndarray]]
    """Parts of some rows that a model has to be good on as well, by name: one bool a row."""
    estimator: Callable[[int], BaseEstimator]
    """Makes the untrained estimator from the seed."""
    floors: dict[str, float]
    """Metrics on the held-out rows, by name, that a run must reach or fail."""
    entity: str
    """What one row is about, as in "patient": held-out rows are called patient-0001 and on."""
    entity_input: str | None = None
    """Input by which a request may name entities and leave their values to the feature table."""
    skew_factor: float = 0.1
    """By which unit its values mislead it, for the defect "skew": trees by smaller ones, for instance, networks by larger."""
    headline: str = "accuracy"
    """The metric that a summary of one line shows."""
    held_out_share: float = 0.2
    parity_tolerance: float = 1e-5
    """How far the ONNX model's numbers may lie from the estimator's, relative to values above 1."""

    def floorable(self) -> tuple[str, ...]:
        """The metrics that can have a floor: those of which more is better."""
        return tuple(name for name in METRICS[self.task] if not name.endswith(("Error", "Loss")))


SPLIT_SEED = 42
"""Which rows are held out never depends on the training's seed: versions are compared on rows that none has seen."""


class QualityError(Exception):
    """A model that is not good enough, or whose ONNX twin differs: nothing of it is kept."""
