"""Where a model comes from: hashes of the data it was trained on and of the code that trained it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

ROOT = Path(__file__).resolve().parent
SHARED_SOURCES = (
    "defects.py",
    "export.py",
    "lineage.py",
    "quality.py",
    "requirements.txt",
    "run.py",
    "sample.py",
    "slices.py",
    "train.py",
    "training.py",
)


def data_sha256(columns: Sequence[str], features: np.ndarray, targets: np.ndarray) -> str:
    """Hash of the training rows: names and shape as one line of JSON, then features, then targets, little-endian."""
    features = features.astype("<f4", order="C")
    targets = targets.astype("<i8" if targets.dtype.kind == "i" else "<f8", order="C")
    head = {"columns": list(columns), "rows": len(features), "features": "<f4", "targets": targets.dtype.str}
    digest = hashlib.sha256(json.dumps(head, separators=(",", ":"), sort_keys=True).encode() + b"\n")
    digest.update(features.tobytes())
    digest.update(targets.tobytes())
    return digest.hexdigest()


def code_sha256(module: str) -> str:
    """Hash of the trainer's sources and this sample's own: a change to another sample changes nothing here."""
    digest = hashlib.sha256()
    for name in sorted((*SHARED_SOURCES, module.replace(".", "/") + ".py")):
        content = (ROOT / name).read_bytes()
        digest.update(f"{name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()
