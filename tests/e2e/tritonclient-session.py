"""Talks to the API with NVIDIA's tritonclient, unchanged, as a client of any Open Inference Protocol server would.

Prints what it got as one line of JSON; judges no value, which is the test's part. Any failure ends it with 1.
Usage: TRIPLANE_TOKEN=… python tritonclient-session.py URL MODEL HELDOUT_JSON [ROWS]
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException


def converse(url: str, model: str, rows: list[dict]) -> dict:
    """Health, metadata, and the rows inferred twice: with the outputs named, and by the client's default."""
    address = urlsplit(url)
    headers = {"Authorization": f"Bearer {os.environ['TRIPLANE_TOKEN']}"}
    client = triton.InferenceServerClient(
        # The client wants no scheme; a base path it keeps.
        url=address.netloc + address.path,
        ssl=address.scheme == "https",
        network_timeout=30.0,
    )
    features = np.array([row["features"] for row in rows], dtype=np.float32)
    given = triton.InferInput("features", features.shape, "FP32")
    given.set_data_from_numpy(features, binary_data=False)
    wanted = [triton.InferRequestedOutput(name, binary_data=False) for name in ("label", "probabilities")]
    try:
        named = client.infer(model, [given], outputs=wanted, headers=headers, request_id="triton-1")
        by_default = client.infer(model, [given], headers=headers)
        return {
            "live": client.is_server_live(headers=headers),
            "ready": client.is_server_ready(headers=headers),
            "modelReady": client.is_model_ready(model, headers=headers),
            "serverMetadata": client.get_server_metadata(headers=headers),
            "metadata": client.get_model_metadata(model, headers=headers),
            "id": named.get_response().get("id"),
            "labels": named.as_numpy("label").tolist(),
            "probabilities": named.as_numpy("probabilities").tolist(),
            "labelsByDefault": by_default.as_numpy("label").tolist(),
        }
    finally:
        client.close()


def main() -> int:
    url, model, heldout, *limit = sys.argv[1:]
    rows = json.loads(Path(heldout).read_text(encoding="utf-8"))["rows"][: int(limit[0]) if limit else None]
    try:
        said = converse(url, model, rows)
    except InferenceServerException as cause:
        print(f"tritonclient: {model} at {url}: status {cause.status()}: {cause.message()}", file=sys.stderr)
        return 1
    except OSError as cause:
        print(f"tritonclient: {url} does not answer: {cause}", file=sys.stderr)
        return 1
    print(json.dumps(said))
    return 0 if said["live"] and said["ready"] and said["modelReady"] else 1


if __name__ == "__main__":
    sys.exit(main())
