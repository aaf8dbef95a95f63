"""The sample models by name. Each is imported only when it is asked for, so that the command line answers at once."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sample import Sample

MODULES = {
    "tumour-risk": "models.tumour_risk",
    "digit-reader": "models.digit_reader",
    "disease-progress": "models.disease_progress",
}


def load_sample(name: str) -> Sample:
    """The sample called `name`, which has to be one of `MODULES`."""
    return import_module(MODULES[name]).SAMPLE
