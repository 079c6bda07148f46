# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Engine `efinix`: TFLite Micro as Efinix's TinyML platform carries it, of 2022, over its accelerator."""

from __future__ import annotations

import numpy as np

from mcugen import __version__
from mcugen.codegen.c_text import c_identifier, c_values
from mcugen.codegen.render import render
from mcugen.codegen.tree import SourceTree, runtime_tree
from mcugen.engines import tflm
from mcugen.engines.contract import Engine, EngineOptions, EnginePlan
from mcugen.engines.tflm_operators import RESOLVER_METHODS
from mcugen.errors import ModelError
from mcugen.model.check import check_int8_ends, refuse, where
from mcugen.model.ir import Graph, Problem

RUNTIME_FILES = ("engine_efinix.cc", *tflm.INTERPRETER_FILES)
METHODS = frozenset(
    """AddAbs AddAdd AddAddN AddArgMax AddArgMin AddAveragePool2D AddBatchToSpaceNd AddCeil
    AddConcatenation AddConv2D AddCos AddCumSum AddDepthToSpace AddDepthwiseConv2D AddDequantize
    AddElu AddEqual AddFloor AddFloorDiv AddFloorMod AddFullyConnected AddGreater AddGreaterEqual
    AddHardSwish AddL2Normalization AddL2Pool2D AddLeakyRelu AddLess AddLessEqual AddLog
    AddLogicalAnd AddLogicalNot AddLogicalOr AddLogistic AddMaxPool2D AddMaximum AddMean AddMinimum
    AddMul AddNeg AddNotEqual AddPack AddPad AddPadV2 AddPrelu AddQuantize AddReduceMax AddRelu
    AddRelu6 AddReshape AddResizeBilinear AddResizeNearestNeighbor AddRound AddRsqrt AddShape AddSin
    AddSlice AddSoftmax AddSpaceToBatchNd AddSplit AddSplitV AddSqrt AddSquare AddSqueeze
    AddStridedSlice AddSub AddSvdf AddTanh AddTranspose AddTransposeConv AddUnpack""".split()
)
"""What all_ops_resolver.cc of the platform registers (Efinix-Inc/tinyml, commit e5bc129)."""

OPERATORS = frozenset(kind for kind, method in RESOLVER_METHODS.items() if method in METHODS)


def supports(graph: Graph) -> tuple[Problem, ...]:
    """Operators that the platform's TFLite Micro does not have; inputs that the hello program, which
    copies one vector of int8 and prints int8, could not give or print."""
    unknown = (
        Problem(where(op), "is not supported by the platform's TFLite Micro (2022)")
        for op in graph.file_ops
        if op.kind not in OPERATORS
    )
    inputs = len(graph.inputs)
    many = (Problem("model", f"has {inputs} inputs, its programs give one"),) if inputs > 1 else ()
    return (*unknown, *many, *check_int8_ends(graph))


def plan(graph: Graph, options: EngineOptions) -> EnginePlan:
    """As of engine `tflm`, measured with today's TFLite Micro: the platform's needs about the same."""
    refuse(supports(graph), graph.name)
    return tflm.plan(graph, options)


def emit(graph: Graph, options: EngineOptions) -> SourceTree:
    """The model's array as that platform names it, aligned; the resolver's calls; the engine."""
    refuse(supports(graph), graph.name)
    if options.model_bytes is None:
        raise ModelError("engine efinix needs the model's file, not only its graph")
    content = options.model_bytes
    name = c_identifier(graph.name)
    context = {
        "tool": f"mcugen {__version__}",
        "model": graph.name,
        "sha256": graph.sha256,
        "name": name,
        "bytes": len(content),
        "values": c_values(np.frombuffer(content, np.uint8)),
        "calls": list(dict.fromkeys(RESOLVER_METHODS[op.kind] for op in graph.file_ops)),
        "arena_bytes": tflm.plan(graph, options).arena_bytes,
    }
    generated = {
        f"model/{name}_model_data.h": render("efinix/model_data.h.j2", context),
        f"model/{name}_model_data.cc": render("efinix/model_data.cc.j2", context),
        "model/efinix_model.h": render("efinix/efinix_model.h.j2", context),
    }
    return generated | runtime_tree(RUNTIME_FILES)


ENGINE = Engine("efinix", supports, plan, emit, operators=OPERATORS)
