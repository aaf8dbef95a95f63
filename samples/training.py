"""One training run, from the data to the files it will leave: fit, measure, judge, export, compare.

Pure of the file system: run.py writes what this returns.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import numpy as np
import sklearn
from sklearn.model_selection import train_test_split
from threadpoolctl import threadpool_limits

from export import signature, to_onnx
from defects import skewed, slowed, with_errors
from lineage import data_sha256
from quality import demand_floors, demand_parity, measure, predict
from sample import SPLIT_SEED, QualityError

if TYPE_CHECKING:
    import onnx
    from sklearn.base import BaseEstimator

    from sample import Data, Sample


@dataclass(frozen=True)
class Options:
    """How a run is made, beside its sample."""

    seed: int
    floors: Mapping[str, float]
    held_out_rows: int | None = None
    """Rows in heldout.json, on which the metrics are measured; all that are held out where it is None."""
    defect: str | None = None
    """A fault on purpose, one of train.py's DEFECTS."""
    slow_ms: int = 0
    image: str | None = None
    """The image that this runs in, by its digest."""


@dataclass(frozen=True)
class TrainedRun:
    """What a run made: the files by name, and the figures of its summary."""

    files: dict[str, bytes]
    metrics: dict[str, float]
    sha256: str


def train(sample: Sample, code_sha256: str, options: Options, progress: Callable[[str], None]) -> TrainedRun:
    """Trains a sample; raises QualityError where the model misses a floor or its ONNX twin differs."""
    # One thread: sums in another order would be other bits, and one seed has to give one model.
    with threadpool_limits(limits=1):
        data = sample.load()
        if options.defect == "skew":
            data = skewed(data, sample.skew_factor)
        train_rows, test_rows = train_test_split(
            np.arange(len(data.targets)),
            test_size=sample.held_out_share,
            random_state=SPLIT_SEED,
            stratify=data.targets if sample.task == "classification" else None,
        )
        test_rows = test_rows[: options.held_out_rows]
        train_x, train_y = data.features[train_rows], data.targets[train_rows]
        test_x, test_y = data.features[test_rows], data.targets[test_rows]
        if sample.task == "classification" and set(test_y) != set(train_y):
            raise QualityError(
                f"{len(test_y)} held-out rows of {sample.name} are too few to measure on: they lack a class. "
                "Nothing was written. Ask for more with --heldout-rows."
            )
        progress(f"training {sample.name} on {len(train_x)} rows of {len(data.columns)} columns, seed {options.seed}")
        estimator = sample.estimator(options.seed).fit(train_x, train_y)

        answers = predict(sample, estimator, test_x)
        metrics = measure(sample, test_y, answers)
        progress(f"{len(test_x)} held-out rows: " + ", ".join(f"{name} {value:.4f}" for name, value in metrics.items()))
        demand_floors(sample, metrics, options.floors)

        model = _with_defect(to_onnx(sample, estimator, data), data, options)
        worst = demand_parity(sample, model, test_x, answers)
        progress(f"the ONNX model agrees with the estimator on every held-out row, to {worst:.1e}")

    artifact = model.SerializeToString(deterministic=True)
    sha256 = hashlib.sha256(artifact).hexdigest()
    held_out = {
        "model": sample.name,
        "rows": _rows(sample, test_x, answers),
        "targets": test_y.tolist(),
        "slices": _slices(sample.slices(replace(data, features=test_x, targets=test_y))),
    }
    held_out_file = _json(held_out, indent=None)
    manifest = {
        "model": sample.name,
        "artifact": {"sha256": sha256, "bytes": len(artifact)},
        "signature": signature(sample, model, data),
        "metrics": metrics,
        "lineage": {
            "dataSha256": data_sha256(data.columns, train_x, train_y),
            "codeSha256": code_sha256,
            "trainedAt": datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "framework": f"scikit-learn {sklearn.__version__}",
            **({"image": options.image} if options.image else {}),
        },
        "evaluation": {
            "task": sample.task,
            **_compared(sample, estimator),
            "heldout": {"sha256": hashlib.sha256(held_out_file).hexdigest(), "rows": len(test_x)},
        },
    }
    files = {"model.onnx": artifact, "heldout.json": held_out_file, "manifest.json": _json(manifest)}
    return TrainedRun(files=files, metrics=metrics, sha256=sha256)


def _with_defect(model: onnx.ModelProto, data: Data, options: Options) -> onnx.ModelProto:
    if options.defect == "errors":
        return with_errors(model, data)
    return slowed(options.slow_ms)(model, data) if options.defect == "slow" else model


def _compared(sample: Sample, estimator: BaseEstimator) -> dict:
    """Which outputs are compared with the targets."""
    if sample.task == "regression":
        return {"output": "prediction"}
    classes = [int(label) for label in estimator.classes_]
    return {"output": "label", "probabilities": {"output": "probabilities", "classes": classes}}


def _slices(slices: Mapping[str, np.ndarray]) -> dict[str, list[int]]:
    """Indexes of rows; a slice that none of them is in is left out."""
    return {name: np.flatnonzero(rows).tolist() for name, rows in slices.items() if rows.any()}


def _rows(sample: Sample, features: np.ndarray, answers: Mapping[str, np.ndarray]) -> list[dict]:
    """Each held-out row with the estimator's own answer; every number is written so that it reads back the same."""
    return [
        {
            "id": f"{sample.entity}-{index + 1:04d}",
            "features": row.tolist(),
            **{name: values[index].tolist() for name, values in answers.items()},
        }
        for index, row in enumerate(features)
    ]


def _json(value: dict, indent: str | None = "\t") -> bytes:
    return (json.dumps(value, indent=indent, allow_nan=False, ensure_ascii=False) + "\n").encode()
