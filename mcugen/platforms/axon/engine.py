# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Engine `axon`: Nordic's compiler makes the model's code from the workspace that export writes; here
are its limits, what our side needs, and the table that runtime/engine_axon.c is compiled with."""

from __future__ import annotations

from dataclasses import dataclass

from mcugen import __version__
from mcugen.codegen.c_text import c_identifier
from mcugen.codegen.render import render
from mcugen.codegen.tree import SourceTree, runtime_tree
from mcugen.engines.contract import Engine, EngineOptions, EnginePlan
from mcugen.memory import MemoryPlan
from mcugen.model.check import check_int8_ends, refuse
from mcugen.model.ir import Graph, Problem, Tensor
from mcugen.platforms.axon.limits import CHECKS, limits

RUNTIME_FILES = ("engine_axon.c",)
PACKED_ALIGNMENT = 4  # each packed output starts on 32 bits: nrf_axon_nn_infer.h


@dataclass(frozen=True, slots=True)
class Edge:
    """An input or output as both sides see it: [height, width, channels], channels last with us."""

    height: int
    width: int
    channels: int
    scale: float
    zero_point: int

    @property
    def bytes(self) -> int:
        """Size of the int8 tensor."""
        return self.height * self.width * self.channels


def supports(graph: Graph) -> tuple[Problem, ...]:
    """The compiler's limits, and ours: int8 at both ends."""
    return (*limits(graph), *check_int8_ends(graph))


def plan(graph: Graph, options: EngineOptions) -> EnginePlan:
    """Our copies of inputs and outputs, and the constants as the file holds them.

    What the NPU needs (interlayer buffer, command buffer) only Nordic's compiler knows.
    """
    refuse(supports(graph), graph.name)
    constants = {i for op in graph.file_ops for i in op.inputs if i >= 0}
    weights = sum(t.bytes for t in map(graph.tensors.__getitem__, constants) if t.data is not None)
    arena = 2 * sum(_buffers(graph))
    step = "copies of input and output; the compiler states the interlayer buffer"
    memory = MemoryPlan((), arena, arena)
    return EnginePlan(arena, weights, memory, (step,), step, uncounted="interlayer buffer")


def _buffers(graph: Graph) -> tuple[int, int]:
    """Bytes of the input and of all outputs; engine_axon.c keeps each twice, as it is and in planes."""
    outputs = sum(_aligned(edge.bytes) for edge in edges_of(graph))
    return _edge(graph.tensors[graph.inputs[0]]).bytes, outputs


def _aligned(size_bytes: int) -> int:
    return -(-size_bytes // PACKED_ALIGNMENT) * PACKED_ALIGNMENT


def edges_of(graph: Graph) -> tuple[Edge, ...]:
    """The outputs, in the order in which they are packed."""
    return tuple(_edge(graph.tensors[index]) for index in graph.outputs)


def _edge(tensor: Tensor) -> Edge:
    """[1, values] is one line; missing dimensions are 1."""
    inner = tensor.shape[1:] if len(tensor.shape) > 1 else tensor.shape
    height, width, channels = {1: (1, *inner, 1), 2: (1, *inner), 3: inner}.get(
        len(inner), (1, tensor.elements, 1)
    )
    return Edge(height, width, channels, tensor.scale, tensor.zero_point)


def model_symbol(name: str) -> str:
    """The name that the workspace gives the model; Nordic's compiler builds its symbols from it."""
    return c_identifier(name)


def emit(graph: Graph, options: EngineOptions) -> SourceTree:
    """model/axon_model.h and the engine. The compiled model itself is a header of the workspace."""
    refuse(supports(graph), graph.name)
    input_bytes, output_bytes = _buffers(graph)
    context = {
        "tool": f"mcugen {__version__}",
        "model": graph.name,
        "sha256": graph.sha256,
        "symbol": model_symbol(graph.name),
        "input": _edge(graph.tensors[graph.inputs[0]]),
        "outputs": edges_of(graph),
        "input_bytes": input_bytes,
        "output_bytes": output_bytes,
    }
    header = render("axon/axon_model.h.j2", context)
    return runtime_tree(RUNTIME_FILES) | {"model/axon_model.h": header}


ENGINE = Engine("axon", supports, plan, emit, operators=CHECKS)
