"""Faults that a model can have and its evaluation does not see: to see a rollback with, never to serve.

Each is put into an otherwise sound model, passes the trainer's own checks, and shows in traffic alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from sample import INPUT

if TYPE_CHECKING:
    import onnx

    from sample import Data

GUARDED = "guarded_features"
"""What the model reads instead of its input, once a defect stands between the two."""

EDGE = 256
"""Rows and columns of the matrix that is multiplied to lose time."""

PRODUCTS_PER_MS = 8
"""Products of such matrices in a millisecond by ONNX Runtime on one processor of a server with AVX2, roughly."""


def skewed(data: Data, factor: float) -> Data:
    """The data set in the wrong unit. A champion misreads such rows as well, and looks no better on them."""
    return replace(data, features=data.features * np.float32(factor))


def with_errors(model: onnx.ModelProto, data: Data) -> onnx.ModelProto:
    """The model, failing at run time on rows beyond the data set: it reads past the end of a table of one entry."""
    limits = numpy_helper.from_array(data.features.max(axis=0).reshape(1, -1), "limits")
    table = numpy_helper.from_array(np.zeros(1, np.float32), "table")
    nodes = [
        helper.make_node("Greater", [INPUT, "limits"], ["is_beyond"]),
        helper.make_node("Cast", ["is_beyond"], ["beyond"], to=TensorProto.INT64),
        helper.make_node("ReduceMax", ["beyond"], ["entry"], keepdims=0),
        helper.make_node("Gather", ["table", "entry"], ["nothing"], axis=0),
    ]
    return _guarded(model, nodes, [limits, table])


def slowed(slow_ms: int) -> Callable[[onnx.ModelProto, Data], onnx.ModelProto]:
    """Makes models that multiply matrices for about so many milliseconds in each run, whatever its rows."""

    def slow(model: onnx.ModelProto, _: Data) -> onnx.ModelProto:
        matrix, tensor = [EDGE, EDGE], helper.make_tensor_value_info
        body = helper.make_graph(
            [
                helper.make_node("MatMul", ["before", "unit"], ["after"]),
                helper.make_node("Identity", ["goes_on"], ["goes_on_after"]),
            ],
            "product",
            [
                tensor("turn", TensorProto.INT64, []),
                tensor("goes_on", TensorProto.BOOL, []),
                tensor("before", TensorProto.FLOAT, matrix),
            ],
            [tensor("goes_on_after", TensorProto.BOOL, []), tensor("after", TensorProto.FLOAT, matrix)],
        )
        constants = [
            numpy_helper.from_array(np.array(max(1, round(slow_ms * PRODUCTS_PER_MS)), np.int64), "turns"),
            numpy_helper.from_array(np.array(True), "always"),
            numpy_helper.from_array(np.array(matrix, np.int64), "matrix"),
            numpy_helper.from_array(np.array(0, np.float32), "zero"),
        ]
        nodes = [
            helper.make_node("ConstantOfShape", ["matrix"], ["empty"]),
            helper.make_node("EyeLike", ["empty"], ["unit"]),
            # The first matrix follows from the request, or the runtime would multiply once, when it loads the model.
            helper.make_node("ReduceMax", [INPUT], ["some"], keepdims=0),
            helper.make_node("Greater", ["some", "zero"], ["is_positive"]),
            helper.make_node("Cast", ["is_positive"], ["little"], to=TensorProto.FLOAT),
            helper.make_node("Mul", ["unit", "little"], ["first"]),
            helper.make_node("Loop", ["turns", "always", "first"], ["last"], body=body),
            helper.make_node("ReduceMax", ["last"], ["left"], keepdims=0),
            helper.make_node("Mul", ["left", "zero"], ["nothing"]),
        ]
        return _guarded(model, nodes, constants)

    return slow


def _guarded(
    model: onnx.ModelProto, nodes: list[onnx.NodeProto], constants: list[onnx.TensorProto]
) -> onnx.ModelProto:
    """The model behind nodes that make `nothing`, which is 0 and is added to its input."""
    for node in model.graph.node:
        node.input[:] = [GUARDED if name == INPUT else name for name in node.input]
    kept = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend([*nodes, helper.make_node("Add", [INPUT, "nothing"], [GUARDED]), *kept])
    model.graph.initializer.extend(constants)
    return model
