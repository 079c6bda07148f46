# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What no engine can take, all of it at once, each with the way out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from mcugen.errors import ModelError
from mcugen.model.ir import DType, Graph, Op, Problem, Tensor
from mcugen.model.operands import MOST_ELEMENTS, TOO_LARGE, operand_problems, state_problems
from mcugen.model.shapes import FIXED_SHAPE_HINT, multiplier_problems, shape_problems
from mcugen.model.variables import HANDLE_KINDS, UNCLEAR, UNCLEAR_HINT

_QUANTISE = (
    "mcugen convert MODEL --data DATA makes an int8 model of a Keras file, a SavedModel or a float "
    ".tflite; elsewhere convert with full integer quantisation: a representative dataset, "
    "supported_ops = [TFLITE_BUILTINS_INT8], int8 inputs and outputs"
)
_FUSE = (
    "convert fused: a Keras LSTM with unroll=False, batch 1 and a fixed number of steps, "
    "TFLITE_BUILTINS_INT8 without SELECT_TF_OPS, becomes UNIDIRECTIONAL_SEQUENCE_LSTM"
)
_REPLACE = "replace the operator by builtin ones before converting"

NPU_OPERATORS: Mapping[str, tuple[str, str]] = {
    "CUSTOM:ethos-u": (
        "is code for an Ethos-U NPU: Vela compiled this file",
        "pass the .tflite from before Vela; mcugen runs Vela itself for boards with an Ethos-U",
    ),
    "CUSTOM:NeutronGraph": (
        "is code for NXP's Neutron NPU: neutron-converter made this file",
        "pass the original .tflite, and this file as --npu-model",
    ),
    "CUSTOM:edgetpu-custom-op": (
        "is code for an Edge TPU: edgetpu_compiler made this file",
        "pass the .tflite from before edgetpu_compiler",
    ),
}
"""Operator that an NPU's compiler leaves -> (what it is, the way out)."""

_XCORE = ("is code for an xcore: XMOS' optimiser made this file", "pass the .tflite from before it")
_CUSTOM_HINTS: Mapping[str, str] = {
    "Signal": "mcugen has this front-end (kind micro-speech): build the model that comes after it",
    "TFLite_Detection_PostProcess": "export the detector without it, and build what gives boxes and scores",
}
"""Start of a custom operator's name -> the way out."""

_CONTROL_FLOW = frozenset({"WHILE", "IF", "CALL", "STABLEHLO_WHILE"})
_CARRIES_FLOAT = frozenset({"QUANTIZE", "DEQUANTIZE", "SPLIT"})
"""Operators that touch float32 without computing in it: they convert it or only move it."""

_ENGINE_TYPES = frozenset(
    {
        DType.INT8,
        DType.UINT8,
        DType.INT16,
        DType.INT32,
        DType.INT64,
        DType.FLOAT32,
        DType.BOOL,
    }
)
_TYPE_HINTS: Mapping[DType, str] = {
    DType.UINT8: "quantise again: uint8 is the scheme of TensorFlow 1, engines take int8",
    DType.FLOAT16: _QUANTISE,
    DType.FLOAT64: _QUANTISE,
    DType.BFLOAT16: _QUANTISE,
    DType.INT4: "convert with 8-bit weights",
    DType.VARIANT: _FUSE,
    DType.RESOURCE: _FUSE,
}


def check_graph(graph: Graph, operators: Collection[str] = ()) -> list[Problem]:
    """Every reason why an engine with these operators cannot take the graph; it may know more of its own.

    What an NPU's compiler left is the only reason for its file: the rest follows from it.
    """
    compiled = [Problem(where(op), *found) for op in graph.ops if (found := _compiled(op.kind))]
    floats = [*_float_problems(graph)]
    return compiled or [
        *shape_problems(graph),
        *multiplier_problems(graph),
        *_operator_problems(graph, operators),
        *(problem for op in graph.ops for problem in operand_problems(op)),
        *state_problems(graph),
        *(floats or _tensor_problems(graph, operators)),
    ]


def _compiled(kind: str) -> tuple[str, str] | None:
    """What an operator is that an NPU's compiler left, and the way out."""
    return _XCORE if kind.startswith("CUSTOM:XC_") else NPU_OPERATORS.get(kind)


def check_int8_ends(graph: Graph) -> tuple[Problem, ...]:
    """One problem per input or output that the file has in another type than int8, and for int4."""
    ends = (("input", graph.inputs), ("output", graph.outputs))
    types = {t.index: t.dtype for t in graph.tensors} | dict.fromkeys(graph.shifted, DType.UINT8)
    packed = [Problem("model", "has int4 weights") for t in graph.tensors if t.is_int4]
    return (
        *packed[:1],
        *(
            Problem("model", f"{name} {number} is {types[index].value}, not int8")
            for name, indices in ends
            for number, index in enumerate(indices)
            if types[index] is not DType.INT8
        ),
    )


def refuse(problems: Sequence[Problem], name: str = "the model") -> None:
    """Raises one ModelError that lists all problems of the model `name`, if there are any.

    The same problem of several operators is listed once.
    """
    if not problems:
        return
    wheres: dict[str, list[str]] = {}
    for problem in problems:
        wheres.setdefault(problem.what, []).append(problem.where)
    lines = [f"{_places(where)}: {what}" for what, where in wheres.items()]
    head = f"{name}: " if len(lines) == 1 else f"{name} has {len(lines)} problems:\n  "
    hints = dict.fromkeys(problem.hint for problem in problems if problem.hint)
    raise ModelError(head + "\n  ".join(lines), hint="\n       ".join(hints))


def _places(wheres: Sequence[str]) -> str:
    """Places as one list; operators of one kind together: `ops 0, 2 CONV_2D, op 1 SOFTMAX`."""
    indices: dict[str, list[str]] = {}
    for place in dict.fromkeys(wheres):
        match = re.fullmatch(r"op (\d+) (\S+)", place)
        indices.setdefault(match[2] if match else place, []).extend([match[1]] if match else [])
    texts = []
    for kind, numbers in indices.items():
        ops = "op" if len(numbers) == 1 else "ops"
        texts.append(f"{ops} {', '.join(numbers)} {kind}" if numbers else kind)
    return ", ".join(texts)


def where(op: Op) -> str:
    """How messages name an operator."""
    return f"op {op.index} {op.kind}"


def _operator_problems(graph: Graph, operators: Collection[str] = ()) -> Iterator[Problem]:
    """Operators that need a runtime, another graph, or that nobody knows; custom ones of `operators`
    are an engine's."""
    for op in graph.ops:
        custom = op.kind.partition(":")[2]
        if custom.startswith("Flex"):
            hint = _FUSE if custom.startswith("FlexTensorList") else _REPLACE
            yield Problem(where(op), "is a TensorFlow operator that needs TensorFlow itself", hint)
        elif op.kind.startswith("CUSTOM:") and op.kind not in operators:
            hints = [hint for name, hint in _CUSTOM_HINTS.items() if custom.startswith(name)]
            yield Problem(where(op), "is a custom operator", *(hints or [_REPLACE]))
        elif op.kind in _CONTROL_FLOW:
            yield Problem(where(op), "calls another graph of the file", _FUSE)
        elif op.kind in HANDLE_KINDS:
            yield Problem(where(op), UNCLEAR, UNCLEAR_HINT)
        elif op.kind.startswith("BUILTIN_"):
            yield Problem(where(op), "is newer than the schema that mcugen knows", _REPLACE)


def _float_problems(graph: Graph) -> Iterator[Problem]:
    """A graph that computes in float32 alone; float32 parts of others are the engines' to judge."""
    floats = [op for op in graph.ops if op.kind not in _CARRIES_FLOAT and _is_float(graph, op)]
    quantised = any(t.quant is not None and t.data is None for t in graph.tensors)
    if not floats or quantised:
        return
    weights = {t.dtype for op in floats for t in _tensors(graph, op) if t.data is not None}
    halves = any(t.dtype is DType.FLOAT16 and t.data is not None for t in graph.tensors)
    if DType.INT8 in weights:
        what = "has dynamic-range quantisation: int8 weights, but it computes in float32"
    elif halves:
        what = "computes in float32 with float16 weights: it is not quantised"
    else:
        what = "computes in float32: it is not quantised"
    yield Problem("model", what, _QUANTISE)


def _is_float(graph: Graph, op: Op) -> bool:
    return any(t.dtype is DType.FLOAT32 for t in _tensors(graph, op))


def _touched(graph: Graph, ops: Iterable[Op]) -> set[int]:
    """The tensors that operators read or write."""
    return {tensor.index for op in ops for tensor in _tensors(graph, op)}


def _tensors(graph: Graph, op: Op) -> Iterable[Tensor]:
    """Inputs that are there, and outputs."""
    return [graph.tensors[i] for i in (*op.inputs, *op.outputs) if i >= 0]


def _tensor_problems(graph: Graph, operators: Collection[str]) -> Iterator[Problem]:
    """Types, shapes and quantisation, each tensor named with the first operator that touches it.

    Those of operators that nobody knows are left out: they follow from the operator. What lies between
    an engine's custom operators is the engine's.
    """
    strange = {problem.where for problem in _operator_problems(graph, operators)}
    unknown = _touched(graph, (op for op in graph.ops if where(op) in strange))
    custom = _touched(graph, (op for op in graph.ops if op.kind.startswith("CUSTOM:")))
    seen = unknown | (custom - {*graph.inputs, *graph.outputs})
    read = {index for op in graph.ops for index in op.inputs}
    cast = {index for op in graph.ops if op.kind == "CAST" for index in op.outputs}
    plain = custom | (cast - read)
    for op in graph.ops:
        for tensor in _tensors(graph, op):
            if tensor.index not in seen:
                seen.add(tensor.index)
                place = f"{where(op)}, tensor {tensor.index}"
                yield from _problems_of(tensor, place, is_plain=tensor.index in plain)


def _problems_of(tensor: Tensor, place: str, *, is_plain: bool) -> Iterator[Problem]:
    """`is_plain`: the tensor holds integers that nothing rescales, so it needs no scale."""
    if tensor.dtype not in _ENGINE_TYPES:
        hint = _TYPE_HINTS.get(tensor.dtype, "")
        yield Problem(place, f"has the type {tensor.dtype.value}", hint)
    if tensor.data is not None:
        return
    if tensor.elements > MOST_ELEMENTS:
        yield Problem(place, f"has {tensor.elements} elements: {TOO_LARGE}")
    if 0 in tensor.shape:
        yield Problem(place, f"has no fixed size: shape {list(tensor.shape)}", FIXED_SHAPE_HINT)
    if tensor.dtype in (DType.INT8, DType.INT16):
        if tensor.quant is None and not is_plain:
            yield Problem(place, f"is {tensor.dtype.value} without a scale", _QUANTISE)
        elif tensor.quant is not None and tensor.quant.axis is not None:
            yield Problem(place, "is an activation with a scale per channel", _QUANTISE)
