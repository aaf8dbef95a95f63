"""From a trained estimator to an ONNX model with the platform's tensor names, and its signature.

Knows the conversion only; whether the two agree is asked in quality.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType

from sample import INPUT

if TYPE_CHECKING:
    import onnx
    from sklearn.base import BaseEstimator

    from sample import Data, Sample

OPSET = {"": 18, "ai.onnx.ml": 3}
"""Operator sets that every runtime of the last years reads."""

DATATYPES = {1: "FP32", 7: "INT64"}
"""The Open Inference Protocol's names of ONNX's element types."""


def to_onnx(sample: Sample, estimator: BaseEstimator, data: Data) -> onnx.ModelProto:
    """The estimator as ONNX, the same bytes for the same estimator."""
    classifies = sample.task == "classification"
    model = convert_sklearn(
        estimator,
        name=sample.name,
        initial_types=[(INPUT, FloatTensorType([None, len(data.columns)]))],
        final_types=None if classifies else [("prediction", FloatTensorType([None, 1]))],
        # Without this, probabilities come as a list of maps, which no tensor protocol can carry.
        options={id(estimator): {"zipmap": False}} if classifies else None,
        target_opset=OPSET,
    )
    # The converter lists them in a set's order, which changes from process to process.
    opsets = sorted(model.opset_import, key=lambda opset: opset.domain)
    del model.opset_import[:]
    model.opset_import.extend(opsets)
    return model


def signature(sample: Sample, model: onnx.ModelProto, data: Data) -> dict:
    """What the model takes and gives, read from the model itself."""
    described = {
        "inputs": [_tensor(value) for value in model.graph.input],
        "outputs": [_tensor(value) for value in model.graph.output],
    }
    if sample.entity_input is not None:
        described["features"] = {"input": INPUT, "entityInput": sample.entity_input, "columns": list(data.columns)}
    return described


def _tensor(value: onnx.ValueInfoProto) -> dict:
    tensor = value.type.tensor_type
    return {
        "name": value.name,
        "datatype": DATATYPES[tensor.elem_type],
        # A dimension without a value is of any size.
        "shape": [d.dim_value if d.HasField("dim_value") else -1 for d in tensor.shape.dim],
    }
