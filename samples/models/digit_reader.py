"""digit-reader: which digit is this handwritten 8 × 8 image? A small neural network on 64 grey values from 0 to 16.

scikit-learn's bundled copy of the UCI optical digits, 1,797 images.
"""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler

from sample import Data, Sample
from slices import parts


def load() -> Data:
    data = load_digits()
    return Data(
        columns=tuple(data.feature_names),
        features=data.data.astype(np.float32),
        targets=data.target.astype(np.int64),
    )


def estimator(seed: int) -> Pipeline:
    return make_pipeline(MinMaxScaler(), MLPClassifier(hidden_layer_sizes=(64,), max_iter=1000, random_state=seed))


def slices(data: Data) -> dict[str, np.ndarray]:
    ink = parts(data.features.sum(axis=1), ("light-strokes", "heavy-strokes"))
    return {**ink, "digits-0-to-4": data.targets < 5, "digits-5-to-9": data.targets >= 5}


SAMPLE = Sample(
    name="digit-reader",
    task="classification",
    load=load,
    slices=slices,
    estimator=estimator,
    floors={"accuracy": 0.95, "rocAuc": 0.99},
    entity="image",
    skew_factor=10,
)
