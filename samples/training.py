"""One training run, from the data to the files it will leave: fit, measure, judge, export, compare.

Pure of the file system: run.py writes what this returns.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import sklearn
from sklearn.model_selection import train_test_split
from threadpoolctl import threadpool_limits

from export import signature, to_onnx
from lineage import data_sha256
from quality import demand_floors, demand_parity, measure, predict

if TYPE_CHECKING:
    import numpy as np

    from sample import Sample


@dataclass(frozen=True)
class TrainedRun:
    """What a run made: the files by name, and the figures of its summary."""

    files: dict[str, bytes]
    metrics: dict[str, float]
    sha256: str


def train(
    sample: Sample,
    code_sha256: str,
    seed: int,
    floors: Mapping[str, float],
    held_out_rows: int | None,
    progress: Callable[[str], None],
) -> TrainedRun:
    """Trains a sample; raises QualityError where the model misses a floor or its ONNX twin differs."""
    # One thread: sums in another order would be other bits, and one seed has to give one model.
    with threadpool_limits(limits=1):
        data = sample.load()
        train_x, test_x, train_y, test_y = train_test_split(
            data.features,
            data.targets,
            test_size=sample.held_out_share,
            random_state=seed,
            stratify=data.targets if sample.task == "classification" else None,
        )
        progress(f"training {sample.name} on {len(train_x)} rows of {len(data.columns)} columns, seed {seed}")
        estimator = sample.estimator(seed).fit(train_x, train_y)

        answers = predict(sample, estimator, test_x)
        metrics = measure(sample, test_y, answers)
        progress(f"{len(test_x)} held-out rows: " + ", ".join(f"{name} {value:.4f}" for name, value in metrics.items()))
        demand_floors(sample, metrics, floors)

        model = to_onnx(sample, estimator, data)
        worst = demand_parity(sample, model, test_x, answers)
        progress(f"the ONNX model agrees with the estimator on every held-out row, to {worst:.1e}")

    artifact = model.SerializeToString(deterministic=True)
    sha256 = hashlib.sha256(artifact).hexdigest()
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
        },
    }
    held_out = {"model": sample.name, "rows": _rows(sample, test_x, answers)[:held_out_rows]}
    return TrainedRun(
        files={"model.onnx": artifact, "manifest.json": _json(manifest), "heldout.json": _json(held_out, indent=None)},
        metrics=metrics,
        sha256=sha256,
    )


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
