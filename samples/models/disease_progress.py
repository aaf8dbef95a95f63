"""disease-progress: how far will diabetes have progressed in a year, by ten measurements of a patient now?

scikit-learn's bundled diabetes data in its own units, 442 patients. A sample, not a medical device.
"""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from sample import Data, Sample
from slices import column, parts


def load() -> Data:
    data = load_diabetes(scaled=False)
    return Data(
        columns=tuple(data.feature_names),
        features=data.data.astype(np.float32),
        targets=data.target.astype(np.float64),
    )


def estimator(seed: int) -> Pipeline:
    return make_pipeline(StandardScaler(), Ridge(alpha=10.0, random_state=seed))


def slices(data: Data) -> dict[str, np.ndarray]:
    sex = column(data, "sex")
    # The data set names its two sexes 1 and 2, and does not say which is which.
    return {**parts(column(data, "age"), ("younger", "older")), "sex-1": sex == 1, "sex-2": sex == 2}


SAMPLE = Sample(
    name="disease-progress",
    task="regression",
    load=load,
    slices=slices,
    estimator=estimator,
    floors={"r2": 0.25},
    entity="patient",
    entity_input="patient_id",
    headline="r2",
)
