# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Engine `tflm`: the model file as an array, a resolver with exactly its operators, an arena."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np

from mcugen import __version__
from mcugen.codegen.c_text import c_comment, c_values
from mcugen.codegen.render import render
from mcugen.codegen.tree import SourceTree, runtime_tree
from mcugen.engines.contract import Engine, EngineOptions, EnginePlan
from mcugen.engines.tflm_operators import CUSTOM_KERNELS, INT8_KERNELS, RESOLVER_METHODS
from mcugen.errors import ModelError, nearest
from mcugen.memory import Buffer, MemoryPlan, Placement
from mcugen.model.ir import DType, Graph, Op, Problem
from mcugen.model.reference import measure_arena
from mcugen.model.tflite import identifier, parse_tflite

ALIGNMENT = 16  # of model and arena: micro_arena_constants.h, MicroArenaBufferAlignment
INTERPRETER_FILES = ("tflm_interpreter.cc", "tflm_interpreter.h")
RUNTIME_FILES = ("engine_tflm.cc", "tflm_model.h", *INTERPRETER_FILES)
MARKS = "tflm_marks.h"
CXX_DEFINES = ("TF_LITE_STATIC_MEMORY", "TF_LITE_STRIP_ERROR_STRINGS")
"""STATIC_MEMORY shapes TFLM's structures and must equal the library's; without strings the code links
against libraries built with and without them."""
_RECURRENT_TO_OUTPUT = 8  # lstm_shared.h, kLstmRecurrentToOutputWeightsTensor
_LSTM_PARAMETER_BYTES = 256  # cmsis_nn_lstm_params: 19 words and 4 gates of 10 words, aligned
CALL_SUBGRAPHS = frozenset(("CALL_ONCE", "IF", "WHILE"))


def supports(graph: Graph) -> tuple[Problem, ...]:
    """One problem per operator kind that TFLM does not register or that hides other operators."""
    problems = (_problem(graph, kind) for kind in _kinds(graph))
    return (*_end_problems(graph), *(problem for problem in problems if problem is not None))


def _end_problems(graph: Graph) -> list[Problem]:
    """uint8 ends are int8 ones moved by 128 to the runtime, which must be true of the graph too."""
    ends = [*enumerate(graph.inputs), *enumerate(graph.outputs)]
    return [
        Problem("model", f"input or output {number} is uint8 that no QUANTIZE moves by 128")
        for number, index in ends
        if graph.tensors[index].dtype is DType.UINT8
    ]


def _problem(graph: Graph, kind: str) -> Problem | None:
    where = next((f"op {op.index} {kind}" for op in graph.file_ops if op.kind == kind), kind)
    known = RESOLVER_METHODS.keys() | CUSTOM_KERNELS.keys()
    if kind not in known:
        near = nearest(kind, known)
        hint = f"the closest operator it has is {near}" if near else ""
        return Problem(where, "is no operator of TFLite Micro that this engine runs", hint)
    if kind in CALL_SUBGRAPHS and any(op.kind == kind for op in graph.ops):
        what = "calls another subgraph, whose operators are not registered"
        return Problem(where, what, "convert the model without control flow")
    return None


def propose_arena_bytes(graph: Graph, measured_bytes: int) -> int:
    """Arena for a 32-bit device from the bytes that TFLM used in the end on a 64-bit PC.

    Persistent structures shrink with the pointers and activations stay, so the measurement bounds
    both. Three things come on top: the scratch of the optimised kernels, of one operator at a time,
    what these kernels keep, and what the planner itself needs for where activations go. The device
    reports what it used.
    """
    kept_bytes = sum(_cmsis_nn_kept_bytes(graph, op) for op in graph.file_ops)
    scratch_bytes = max((_cmsis_nn_scratch_bytes(graph, op) for op in graph.file_ops), default=0)
    activation_bytes = max((_live_bytes(graph, op) for op in graph.file_ops), default=0)
    planning_bytes = max(_planning_bytes(graph) - activation_bytes, 0)
    needed_bytes = measured_bytes + scratch_bytes + kept_bytes + planning_bytes
    return -(-needed_bytes // ALIGNMENT) * ALIGNMENT


def _planning_bytes(graph: Graph) -> int:
    """AllocationInfo (32 bytes with 64-bit pointers) for each tensor and scratch buffer, 40 bytes in
    greedy_memory_planner.cc for each one that is planned; one scratch buffer per operator."""
    planned = sum(tensor.data is None for tensor in graph.tensors)
    scratch = len(graph.file_ops)
    return 32 * (len(graph.tensors) + scratch) + 40 * (planned + scratch)


def _live_bytes(graph: Graph, op: Op) -> int:
    """Bytes of an operator's own activations: a lower bound of what the plan will hold."""
    indices = {index for index in (*op.inputs, *op.outputs) if index >= 0}
    return sum(graph.tensors[i].bytes for i in indices if graph.tensors[i].data is None)


def _cmsis_nn_scratch_bytes(graph: Graph, op: Op) -> int:
    """CMSIS-NN, DSP extension: arm_convolve_s8_get_buffer_size (two int16 columns of the im2col
    matrix), arm_depthwise_conv_s8_opt_get_buffer_size (one int16 patch)."""
    columns = {"CONV_2D": 2, "DEPTHWISE_CONV_2D": 1}.get(op.kind)
    if columns is None:
        return 0
    _, height, width, channels = graph.tensors[op.inputs[1]].shape
    return columns * height * width * channels * DType.INT16.bytes


def _cmsis_nn_kept_bytes(graph: Graph, op: Op) -> int:
    """CMSIS_NN_PortOpData of unidirectional_sequence_lstm.cc: eight sums of weights per unit in the
    type of the bias (int32, with int16 activations int64), and the parameters of the four gates."""
    if op.kind != "UNIDIRECTIONAL_SEQUENCE_LSTM":
        return 0
    units = graph.tensors[op.inputs[_RECURRENT_TO_OUTPUT]].shape[0]
    bias = DType.INT64 if graph.tensors[op.inputs[0]].dtype is DType.INT16 else DType.INT32
    return 8 * -(-units * bias.bytes // ALIGNMENT) * ALIGNMENT + _LSTM_PARAMETER_BYTES


def plan(graph: Graph, options: EngineOptions) -> EnginePlan:
    """The arena as one buffer, since TFLM plans inside it; the file itself is the weights."""
    graph = _deployed(graph, options)
    arena_bytes = _arena_bytes(graph, options)
    arena = Buffer("TFLM arena", arena_bytes, 0, max(len(graph.file_ops) - 1, 0))
    names = tuple(f"{op.index} {op.kind}" for op in graph.file_ops)
    return EnginePlan(
        arena_bytes=arena_bytes,
        weight_bytes=graph.file_bytes,
        memory=MemoryPlan((Placement(arena, 0),), arena_bytes, arena_bytes),
        step_names=names,
        peak_step=names[0] if names else "",
    )


def emit(graph: Graph, options: EngineOptions) -> SourceTree:
    """model/<name>_model.c (array and arena), model/<name>_operators.cc and the runtime's files."""
    graph = _deployed(graph, options)
    problems = supports(graph)
    if problems:
        listed = "; ".join(f"{p.where}: {p.what}" for p in problems)
        raise ModelError(f"{graph.name}: {listed}", hint=problems[0].hint)
    content = _model_bytes(options)
    registrations = [_registration(graph, kind) for kind in _kinds(graph)]
    context = {
        "tool": f"mcugen {__version__}",
        "model": c_comment(graph.name),
        "sha256": graph.sha256,
        "bytes": len(content),
        "values": c_values(np.frombuffer(content, np.uint8)),
        "arena_bytes": _arena_bytes(graph, options),
        "arena_limit_bytes": options.arena_limit_bytes,
        "alignment": ALIGNMENT,
        "resource_variables": graph.variables,
        "profile": options.profile,
        "calls": [call for call, _ in registrations],
        "headers": sorted({header for _, header in registrations if header}),
    }
    name = identifier(graph.name)
    generated = {
        f"model/{name}_model.c": render("tflm/model.c.j2", context),
        f"model/{name}_operators.cc": render("tflm/operators.cc.j2", context),
    }
    files = (*RUNTIME_FILES, MARKS) if options.profile else RUNTIME_FILES
    return generated | runtime_tree(files)


def _deployed(graph: Graph, options: EngineOptions) -> Graph:
    """The graph of the file that is linked: another one than `graph` when that was converted for an
    accelerator, which keeps inputs and outputs as they are."""
    content = options.model_bytes
    if content is None or hashlib.sha256(content).hexdigest() == graph.sha256:
        return graph
    return parse_tflite(content, graph.name)


def _model_bytes(options: EngineOptions) -> bytes:
    if options.model_bytes is None:
        raise ModelError("the tflm engine needs the model's file, not only its graph")
    return options.model_bytes


def _arena_bytes(graph: Graph, options: EngineOptions) -> int:
    if options.arena_bytes is not None:
        return options.arena_bytes
    return propose_arena_bytes(graph, measure_arena(_model_bytes(options), graph.name))


def _kinds(graph: Graph) -> tuple[str, ...]:
    """The operator kinds of the file, each once, in order of first use.

    The graph that CALL_ONCE calls consists of VAR_HANDLE and ASSIGN_VARIABLE (model/variables.py).
    """
    kinds = dict.fromkeys(op.kind for op in graph.file_ops)
    called = ("VAR_HANDLE", "ASSIGN_VARIABLE") if "CALL_ONCE" in kinds else ()
    return tuple(dict.fromkeys((*kinds, *called)))


def _registration(graph: Graph, kind: str) -> tuple[str, str]:
    """The resolver call for a kind and the header it needs besides the resolver's own."""
    if kind in CUSTOM_KERNELS:
        return CUSTOM_KERNELS[kind]
    method = RESOLVER_METHODS[kind]
    kernel = INT8_KERNELS.get(kind)
    if kernel is None or not _all_int8(graph, (op for op in graph.file_ops if op.kind == kind)):
        return f"{method}()", ""
    return (
        f"{method}(tflite::{kernel.function}())",
        f"tensorflow/lite/micro/kernels/{kernel.header}",
    )


def _all_int8(graph: Graph, ops: Iterable[Op]) -> bool:
    """Whether first inputs, weights and outputs are all int8; biases and states are not asked."""
    return all(
        graph.tensors[index].dtype is DType.INT8 and not graph.tensors[index].is_int4
        for op in ops
        for index in (*op.inputs[:2], *op.outputs)
        if index >= 0
    )


TFLM = Engine(
    "tflm",
    supports,
    plan,
    emit,
    operators=RESOLVER_METHODS.keys() - {"IF", "WHILE"},
    options=frozenset({"tflm", "arena_bytes", "profile", "per_layer"}),
    links_tflm=True,
    cxx_defines=CXX_DEFINES,
)
