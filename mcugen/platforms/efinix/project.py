# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""One more application for the `standalone` folder of Efinix's TinyML platform, and what is known of the
accelerator that its model wants. TFLite Micro, driver and board support stay in the user's platform.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from mcugen.boards import Board
from mcugen.codegen.c_text import c_identifier, c_values
from mcugen.codegen.render import render
from mcugen.codegen.tree import SourceTree
from mcugen.errors import ConfigError
from mcugen.export.exporter import ExportOptions, common_context
from mcugen.model.ir import Graph, Op
from mcugen.model.tflite import parse_tflite
from mcugen.paths import runtime_dir
from mcugen.samples.arrays import npy_bytes

SERVE_MAIN = "runtime/main.c"
HELLO_MAIN = "runtime/efinix_hello.c"
VECTORS = "model/test_vectors.npy"
DEFAULT_VECTORS = 4
AXI_BITS = (32, 64, 128, 256, 512)
MOST_PARALLEL = 16
CONVOLUTIONS = ("CONV_2D", "DEPTHWISE_CONV_2D")


@dataclass(frozen=True, slots=True)
class Accelerator:
    """The table [efinix] of a board.toml: parameters that do not follow from the model."""

    core: int = 0
    axi_bits: int = 128
    in_parallel: int = 8
    out_parallel: int = 4


def read_accelerator(board: Board) -> Accelerator:
    """[efinix] of the board; ConfigError with all values that the generator would not take."""
    table = board.table("efinix")
    found = table.read(Accelerator)
    most_in = min(MOST_PARALLEL, found.axi_bits // 8)
    most_out = min(MOST_PARALLEL, found.axi_bits // 32)
    checks = (
        (0 <= found.core <= 3, "core must be 0 to 3"),
        (found.axi_bits in AXI_BITS, f"axi_bits must be one of {AXI_BITS}"),
        (_is_power(found.in_parallel, most_in), f"in_parallel: a power of two to {most_in}"),
        (_is_power(found.out_parallel, most_out), f"out_parallel: a power of two to {most_out}"),
    )
    wrong = [text for holds, text in checks if not holds]
    if wrong:
        raise ConfigError(f"{table.where}: {'; '.join(wrong)}")
    return found


def _is_power(value: int, most: int) -> bool:
    return 0 < value <= most and value & (value - 1) == 0


@dataclass(frozen=True, slots=True)
class Define:
    """One parameter of the accelerator. `value` None: only the vendor's generator computes it."""

    name: str
    value: int | str | None


def accelerator_defines(graph: Graph, chosen: Accelerator) -> tuple[Define, ...]:
    """All parameters in the generator's order. A mode is on when the model has the operator."""
    kinds = {op.kind for op in graph.ops}
    weights = [graph.tensors[op.inputs[1]].shape for op in graph.ops if op.kind in _WITH_NODES]
    channels = max((_channels(graph, op) for op in _convolutions(graph)), default=0)
    edges = max((_longest_edge(graph, op) for op in _convolutions(graph)), default=0)

    def mode(*operators: str) -> str:
        return "STANDARD" if kinds & set(operators) else "DISABLE"

    return (
        Define("AXI_DW", chosen.axi_bits),
        Define("CONV_DEPTHW_MODE", mode(*CONVOLUTIONS)),
        Define("CONV_DEPTHW_STD_IN_PARALLEL", chosen.in_parallel),
        Define("CONV_DEPTHW_STD_OUT_PARALLEL", chosen.out_parallel),
        Define("CONV_DEPTHW_STD_OUT_CH_FIFO_A", channels),
        Define("CONV_DEPTHW_STD_FILTER_FIFO_A", None),
        Define("CONV_DEPTHW_STD_CNT_DTH", max(channels, edges)),
        Define("CONV_DEPTHW_LITE_PARALLEL", 4),
        Define("CONV_DEPTHW_LITE_AW", 7),
        Define("ADD_MODE", mode("ADD")),
        Define("LR_MODE", mode("LEAKY_RELU")),
        Define("FC_MODE", mode("FULLY_CONNECTED")),
        Define("FC_MAX_IN_NODE", max((nodes_in for _, nodes_in in weights), default=0)),
        Define("FC_MAX_OUT_NODE", max((nodes_out for nodes_out, _ in weights), default=0)),
        Define("MUL_MODE", mode("MUL")),
        Define("MIN_MAX_MODE", mode("MINIMUM", "MAXIMUM")),
        Define("RS_MODE", mode("RESHAPE")),
        Define("TINYML_CACHE", "DISABLE"),
        Define("CACHE_DEPTH", None),
    )


_WITH_NODES = ("FULLY_CONNECTED",)


def _convolutions(graph: Graph) -> list[Op]:
    return [op for op in graph.ops if op.kind in CONVOLUTIONS]


def _channels(graph: Graph, op: Op) -> int:
    return graph.output_tensors(op)[0].shape[3]


def _longest_edge(graph: Graph, op: Op) -> int:
    """The longer edge of the input: what the counters run to, by the generator's seven models."""
    _, height, width, _ = graph.tensors[op.inputs[0]].shape
    return max(height, width)


def efinix_compile_flags(board: Board, optimize: str) -> tuple[str, ...]:
    """The platform's makefiles choose the flags."""
    return ("platform",)


def export_efinix(app: SourceTree, board: Board, model: str, options: ExportOptions) -> SourceTree:
    """makefile, both programs, test vectors, the accelerator's defines, README."""
    graph = parse_tflite(app[f"model/{model}.tflite"], model)
    accelerator = read_accelerator(board)
    vectors = _vectors(graph, options)
    defines = accelerator_defines(graph, accelerator)
    context = common_context(app, board, model)
    common = [path for path in context["sources"] if path != SERVE_MAIN]
    context |= {
        "name": c_identifier(model),
        "core": accelerator.core,
        "defines": defines,
        "unknown": [define.name for define in defines if define.value is None],
        "sources": [*common, "model/test_vectors.c"],
        "hello_main": HELLO_MAIN,
        "serve_main": SERVE_MAIN,
        "count": len(vectors),
        "bytes": vectors[0].size,
        "rows": [c_values(vector) for vector in vectors],
    }
    names = {
        "README.md": "README.md.j2",
        "makefile": "makefile.j2",
        "model/test_vectors.c": "test_vectors.c.j2",
        "model/test_vectors.h": "test_vectors.h.j2",
        f"tinyml_core{accelerator.core}_define.v": "define.v.j2",
    }
    files = {path: render(f"efinix/{template}", context) for path, template in names.items()}
    hello = (runtime_dir() / PurePosixPath(HELLO_MAIN).name).read_bytes()
    return files | {HELLO_MAIN: hello, VECTORS: npy_bytes(vectors)}


def _vectors(graph: Graph, options: ExportOptions) -> NDArray[np.int8]:
    """The given samples, or random ones that are always the same."""
    shape = graph.tensors[graph.inputs[0]].shape[1:]
    if options.test_set is not None:
        return options.test_set.inputs
    random = np.random.default_rng(0)
    return random.integers(-128, 128, (DEFAULT_VECTORS, *shape), np.int8)
