"""Ways to part a data set's rows, of which the samples make their slices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sample import Data


def column(data: Data, name: str) -> np.ndarray:
    """One column's values."""
    return data.features[:, data.columns.index(name)]


def parts(values: np.ndarray, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """The rows by their value, in as many parts of like size as there are names, the smallest values first."""
    # Equal values stay together, so that a row's part follows from its value.
    bounds = np.quantile(values, [i / len(names) for i in range(1, len(names))])
    part = np.searchsorted(bounds, values, side="left")
    return {name: part == i for i, name in enumerate(names)}
