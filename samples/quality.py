"""How good a trained model is on rows that it has not seen, and whether its ONNX twin says the same.

Measures and judges; trains and writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from onnx.reference import ReferenceEvaluator
from sklearn import metrics as scores

from sample import INPUT, METRICS, QualityError

if TYPE_CHECKING:
    import onnx
    from sklearn.base import BaseEstimator

    from sample import Sample


def predict(sample: Sample, estimator: BaseEstimator, features: np.ndarray) -> dict[str, np.ndarray]:
    """The estimator's own answers, by the names of the ONNX model's outputs."""
    if sample.task == "classification":
        return {"label": estimator.predict(features), "probabilities": estimator.predict_proba(features)}
    return {"prediction": estimator.predict(features)}


def measure(sample: Sample, targets: np.ndarray, answers: Mapping[str, np.ndarray]) -> dict[str, float]:
    """The task's metrics, by the names in METRICS."""
    if sample.task == "regression":
        values = answers["prediction"]
        measured = (
            scores.r2_score(targets, values),
            scores.mean_absolute_error(targets, values),
            scores.root_mean_squared_error(targets, values),
        )
    else:
        labels, probabilities = answers["label"], answers["probabilities"]
        _, classes = probabilities.shape
        binary = classes == 2
        average = "binary" if binary else "macro"
        measured = (
            scores.accuracy_score(targets, labels),
            scores.roc_auc_score(targets, probabilities[:, 1] if binary else probabilities, multi_class="ovr"),
            scores.precision_score(targets, labels, average=average, zero_division=0),
            scores.recall_score(targets, labels, average=average, zero_division=0),
            scores.log_loss(targets, probabilities),
        )
    return {name: float(value) for name, value in zip(METRICS[sample.task], measured, strict=True)}


def demand_floors(sample: Sample, metrics: Mapping[str, float], floors: Mapping[str, float]) -> None:
    """Raises QualityError, naming every metric that is under its floor."""
    low = [
        f"{name} is {metrics[name]:.4f}, under its floor of {floor:g}"
        for name, floor in floors.items()
        if not metrics[name] >= floor
    ]
    if low:
        raise QualityError(
            f"{sample.name} is not good enough on its held-out rows: {'; '.join(low)}. "
            "Nothing was written. Look at the data and the estimator."
        )


def demand_parity(
    sample: Sample, model: onnx.ModelProto, features: np.ndarray, answers: Mapping[str, np.ndarray]
) -> float:
    """The greatest distance between the ONNX model and the estimator over all rows and outputs.

    Raises QualityError where a label differs or a number lies further off than the sample tolerates. The model is run
    by ONNX's reference evaluator: code that shares nothing with the conversion, and no second runtime to install.
    """
    worst = 0.0
    twins = ReferenceEvaluator(model).run(list(answers), {INPUT: features})
    for (name, own), twin in zip(answers.items(), twins, strict=True):
        same_shape = np.asarray(twin).reshape(own.shape)
        if np.issubdtype(own.dtype, np.integer):
            off = np.flatnonzero(same_shape != own)
            if off.size:
                raise QualityError(
                    f"The ONNX model of {sample.name} answers another {name} than the estimator on {off.size} of "
                    f"{len(own)} held-out rows (the first is row {off[0] + 1}). Nothing was written: "
                    "a converter's fault, so pin other versions of skl2onnx and scikit-learn."
                )
            continue
        distance = np.abs(same_shape - own) / np.maximum(1.0, np.abs(own))
        furthest = float(distance.max())
        # A NaN is never within the tolerance, hence the negation.
        if not furthest <= sample.parity_tolerance:
            raise QualityError(
                f"The ONNX model of {sample.name} answers {name} up to {furthest:.3g} off the estimator, "
                f"over the tolerance of {sample.parity_tolerance:g}. Nothing was written: "
                "look at the estimator's thresholds in float32, or pin other versions of skl2onnx and scikit-learn."
            )
        worst = max(worst, furthest)
    return worst
