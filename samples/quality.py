"""How good a trained model is on rows that it has not seen, and whether its ONNX twin says the same.

Measures and judges; trains and writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import onnx
    from sklearn.base import BaseEstimator

    from sample import Sample

METRICS = {
    "classification": ("accuracy", "rocAuc", "precision", "recall", "logLoss"),
    "regression": ("r2", "meanAbsoluteError", "rootMeanSquaredError"),
}
"""Names of what is measured, by task. Higher is better unless the name says error or loss."""


class QualityError(Exception):
    """A model that is not good enough, or whose ONNX twin differs: nothing of it is kept."""


@dataclass(frozen=True)
class Predictions:
    """The estimator's own answers, by the names of the ONNX model's outputs."""

    outputs: dict[str, np.ndarray]


def predict(sample: Sample, estimator: BaseEstimator, features: np.ndarray) -> Predictions:
    if sample.task == "classification":
        return Predictions(
            {"label": estimator.predict(features), "probabilities": estimator.predict_proba(features)}
        )
    return Predictions({"prediction": estimator.predict(features)})


def measure(sample: Sample, targets: np.ndarray, predictions: Predictions) -> dict[str, float]:
    """The task's metrics, by the names in METRICS."""
    from sklearn import metrics

    if sample.task == "regression":
        values = predictions.outputs["prediction"]
        measured = (
            metrics.r2_score(targets, values),
            metrics.mean_absolute_error(targets, values),
            metrics.root_mean_squared_error(targets, values),
        )
    else:
        labels, probabilities = predictions.outputs["label"], predictions.outputs["probabilities"]
        binary = probabilities.shape[1] == 2
        average = "binary" if binary else "macro"
        scores = probabilities[:, 1] if binary else probabilities
        measured = (
            metrics.accuracy_score(targets, labels),
            metrics.roc_auc_score(targets, scores, multi_class="ovr"),
            metrics.precision_score(targets, labels, average=average, zero_division=0),
            metrics.recall_score(targets, labels, average=average, zero_division=0),
            metrics.log_loss(targets, probabilities),
        )
    return {name: float(value) for name, value in zip(METRICS[sample.task], measured, strict=True)}


def demand_floors(sample: Sample, metrics: Mapping[str, float], floors: Mapping[str, float]) -> None:
    """Raises QualityError, naming every metric that is under its floor."""
    low = [f"{name} is {metrics[name]:.4f}, under its floor of {floor:g}" for name, floor in floors.items()
           if not metrics[name] >= floor]
    if low:
        raise QualityError(
            f"{sample.name} is not good enough on its held-out rows: {'; '.join(low)}. "
            "Nothing was written. Look at the data and the estimator, or try another --seed."
        )


def demand_parity(sample: Sample, model: onnx.ModelProto, features: np.ndarray, expected: Predictions) -> float:
    """The greatest distance between the ONNX model and the estimator over all rows and outputs.

    Raises QualityError where a label differs or a number lies further off than the sample tolerates. The model is run by
    ONNX's reference evaluator: code that shares nothing with the conversion, and no second runtime to install.
    """
    import numpy as np
    from onnx.reference import ReferenceEvaluator

    from sample import INPUT

    names = list(expected.outputs)
    answers = ReferenceEvaluator(model).run(names, {INPUT: features})
    worst = 0.0
    for name, answer in zip(names, answers, strict=True):
        own = expected.outputs[name]
        answer = np.asarray(answer).reshape(own.shape)
        if np.issubdtype(own.dtype, np.integer):
            off = np.flatnonzero(answer != own)
            if off.size:
                raise QualityError(
                    f"The ONNX model of {sample.name} answers another {name} than the estimator on {off.size} of "
                    f"{len(own)} held-out rows (the first is row {off[0] + 1}). Nothing was written: "
                    "a converter's fault, so pin other versions of skl2onnx and scikit-learn."
                )
            continue
        distance = np.abs(answer - own) / np.maximum(1.0, np.abs(own))
        worst = max(worst, float(distance.max()))
        # A NaN is never within the tolerance, hence the negation.
        if not np.all(distance <= sample.parity_tolerance):
            raise QualityError(
                f"The ONNX model of {sample.name} answers {name} up to {float(distance.max()):.3g} off the estimator, "
                f"over the tolerance of {sample.parity_tolerance:g}. Nothing was written: "
                "look at the estimator's thresholds in float32, or pin other versions of skl2onnx and scikit-learn."
            )
    return worst
