# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""An Inspection as tables for the terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from itertools import groupby
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from mcugen.boards import MemoryRegion
from mcugen.engines.passes.rewrite import Removal
from mcugen.features.benchmarks import known_model
from mcugen.memory import draw
from mcugen.model.check import where
from mcugen.model.ir import DType, Graph, Op, Problem, Tensor
from mcugen.report.inspection import BoardVerdict, EngineVerdict, Inspection, LayerCost

JSON_SCHEMA_VERSION = 1
_SHOWN_PROBLEMS = 12


_NARROW_COLUMNS = 120
"""Below it the layers have no column for weights and quantisation."""


def inspection_text(inspection: Inspection, columns: int) -> RenderableType:
    """Everything a person wants to know before building, for a terminal of that width."""
    is_narrow = columns < _NARROW_COLUMNS
    more = "inputs, weights and quantisation of the layers: a wider terminal, or --json"
    return Group(
        _heading(inspection),
        _layer_table(inspection, is_narrow),
        *([Text(more)] if is_narrow else []),
        Text("\nActivations, one buffer per tensor"),
        Text(draw(inspection.plan.memory)),
        Text(f"most in {inspection.plan.peak_step}\n"),
        *_problem_lines("no engine can take this model", inspection.problems),
        *_engine_lines(inspection),
        _board_table(inspection.boards),
        *(Text(v.reason) for v in inspection.boards if v.reason),
    )


def _heading(inspection: Inspection) -> Text:
    graph = inspection.graph
    lines = [
        f"{graph.name}: {graph.file_bytes:,} bytes, sha256 {graph.sha256[:16]}",
        *([f"  reads {graph.taken}"] if graph.taken else []),
        *([f"  {known}"] if (known := known_model(graph)) else []),
        *(f"  input   {_end_text(graph, i)}" for i in graph.inputs),
        *(f"  output  {_end_text(graph, i)}" for i in graph.outputs),
    ]
    return Text("\n".join(lines))


def _end_text(graph: Graph, index: int) -> str:
    tensor = graph.tensors[index]
    kind = tensor.dtype.value + (" (uint8 in the file)" if index in graph.shifted else "")
    return f"{_shape_text(tensor)} {kind}  {_quant_text(tensor)}  {tensor.name[:40]}"


def _layer_table(inspection: Inspection, is_narrow: bool) -> Table:
    """A row per operator, then the totals."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_footer=True)
    names = ("output",) if is_narrow else ("shapes", "weights", "output quantisation")
    for name in ("op", "operator", *names):
        table.add_column(name, "total" if name == "operator" else "")
    totals = (f"{inspection.macs:,}", f"{inspection.weight_bytes:,}")
    for name, total in zip(("MACs", "weight bytes"), totals, strict=True):
        table.add_column(name, total, justify="right")
    cells = _narrow_cells if is_narrow else _wide_cells
    for layer in inspection.layers:
        op = layer.op
        table.add_row(
            str(op.index),
            f"{op.kind}{_options_text(op)}",
            *cells(inspection.graph, op),
            f"{layer.macs:,}" if layer.macs else "",
            f"{layer.weight_bytes:,}" if layer.weight_bytes else "",
        )
    return table


def _narrow_cells(graph: Graph, op: Op) -> tuple[str, ...]:
    return (_sum_text(_typed_shape(t) for t in graph.output_tensors(op)),)


def _wide_cells(graph: Graph, op: Op) -> tuple[str, ...]:
    inputs = [t for t in graph.input_tensors(op) if t is not None]
    outputs = graph.output_tensors(op)
    flowing = _sum_text(_typed_shape(t) for t in inputs if t.data is None)
    return (
        f"{flowing} -> {_sum_text(_typed_shape(t) for t in outputs)}",
        _sum_text(_weights_text(t) for t in inputs if t.data is not None),
        ", ".join(dict.fromkeys(_quant_text(t) for t in outputs)),
    )


def _sum_text(terms: Iterable[str]) -> str:
    """`a + b`, with equal neighbours counted: `a + 4 of b`."""
    groups = ((term, len(list(same))) for term, same in groupby(terms))
    return " + ".join(term if count == 1 else f"{count} of {term}" for term, count in groups)


def _options_text(op: Op) -> str:
    """The options that change what a person expects of the operator."""
    options = op.options
    words = []
    if options.get("stride_h", 1) != 1 or options.get("stride_w", 1) != 1:
        words.append(f"s{options['stride_h']}x{options['stride_w']}")
    if op.fused_activation != "NONE":
        words.append(op.fused_activation)
    return "".join(f" {word}" for word in words)


def _shape_text(tensor: Tensor) -> str:
    return "x".join(map(str, tensor.shape)) or "scalar"


def _typed_shape(tensor: Tensor) -> str:
    """The shape, with the type where it is not int8."""
    kind = "" if tensor.dtype is DType.INT8 else f" {tensor.dtype.value}"
    return _shape_text(tensor) + kind


def _weights_text(tensor: Tensor) -> str:
    is_bias = len(tensor.shape) == 1  # per channel wherever its weights are
    per_channel = not is_bias and tensor.quant is not None and tensor.quant.axis is not None
    return _typed_shape(tensor) + (" per channel" if per_channel else "")


def _quant_text(tensor: Tensor) -> str:
    if tensor.quant is None:
        return ""
    if tensor.quant.axis is not None:
        return f"{len(tensor.quant.scales)} scales along axis {tensor.quant.axis}"
    return f"{tensor.quant.scale:.6g} z={tensor.quant.zero_point}"


def _engine_lines(inspection: Inspection) -> Iterable[Text]:
    """One line per engine, with all its reasons where it refuses."""
    for verdict in inspection.engines:
        if verdict.plan is not None:
            plan = verdict.plan
            kept = f" and {plan.state_bytes:,} of state among them" if plan.state_bytes else ""
            yield Text(
                f"engine {verdict.name}: takes it; {plan.arena_bytes:,} bytes of activations and "
                f"scratch (most in {plan.peak_step}){kept}, {plan.weight_bytes:,} bytes of tables"
            )
            yield from _removal_lines(plan.removals)
        elif verdict.problems:
            yield from _problem_lines(f"engine {verdict.name} refuses", verdict.problems)
        else:
            yield Text(f"engine {verdict.name} refuses for the reasons above")


def _removal_lines(removals: tuple[Removal, ...]) -> Iterable[Text]:
    """What the engine does not compute."""
    if removals:
        yield Text("  never matters, so not computed (--no-prune computes all but constants):")
    for r in removals:
        yield Text(f"    op {r.op} {r.kind}: {r.what}: {r.why}")


def _problem_lines(head: str, problems: tuple[Problem, ...]) -> Iterable[Text]:
    if not problems:
        return
    yield Text(f"{head}:", style="bold")
    for problem in problems[:_SHOWN_PROBLEMS]:
        yield Text(f"  {problem.where}: {problem.what}")
    if len(problems) > _SHOWN_PROBLEMS:
        yield Text(f"  and {len(problems) - _SHOWN_PROBLEMS} more: see --json")
    for hint in dict.fromkeys(p.hint for p in problems if p.hint):
        yield Text(f"  try: {hint}")


def _board_table(verdicts: tuple[BoardVerdict, ...]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in ("board", "fits", "flash B, of KiB", "RAM B, of KiB", "engine"):
        table.add_column(name)
    table.columns[2].justify = table.columns[3].justify = "right"
    for v in verdicts:
        table.add_row(
            v.board.name,
            _fits_text(v),
            _share_text(v.flash_bytes, v.board.flash),
            _share_text(v.ram_bytes, v.board.ram),
            v.engine or "none: tensors",
        )
    return table


def _fits_text(verdict: BoardVerdict) -> str:
    if verdict.reason:
        return "no"
    if verdict.uncounted:
        return "partly known"
    return "yes" if verdict.engine else "by size, but no engine"


def _share_text(needed_bytes: int, region: MemoryRegion | None) -> str:
    if region is None:
        return f"{needed_bytes:,}"
    return f"{needed_bytes:,} of {(region.bytes - region.reserved_bytes) // 1024:,}"


# --- JSON ---------------------------------------------------------------------------------------


def inspection_json(inspection: Inspection) -> dict[str, Any]:
    """The same facts, complete, for programs."""
    graph = inspection.graph
    return {
        "schema": JSON_SCHEMA_VERSION,
        "name": graph.name,
        "sha256": graph.sha256,
        "file_bytes": graph.file_bytes,
        "inputs": [_tensor_json(graph.tensors[i]) for i in graph.inputs],
        "outputs": [_tensor_json(graph.tensors[i]) for i in graph.outputs],
        "layers": [_layer_json(graph, layer) for layer in inspection.layers],
        "macs": inspection.macs,
        "weight_bytes": inspection.weight_bytes,
        "memory": {
            "arena_bytes": inspection.plan.memory.arena_bytes,
            "lower_bound_bytes": inspection.plan.memory.lower_bound_bytes,
            "peak": inspection.plan.peak_step,
            "buffers": [
                {
                    "name": p.buffer.name,
                    "offset": p.offset,
                    "bytes": p.buffer.size_bytes,
                    "first_step": p.buffer.first_step,
                    "last_step": p.buffer.last_step,
                }
                for p in inspection.plan.memory.placements
            ],
        },
        "problems": [asdict(p) for p in inspection.problems],
        "engines": {v.name: _engine_json(v) for v in inspection.engines},
        "boards": {v.board.name: _board_json(v) for v in inspection.boards},
    }


def _tensor_json(tensor: Tensor) -> dict[str, Any]:
    quant = tensor.quant
    return {
        "index": tensor.index,
        "name": tensor.name,
        "shape": list(tensor.shape),
        "type": tensor.dtype.value,
        "constant": tensor.data is not None,
        "quantisation": quant
        and {
            "scales": list(quant.scales),
            "zero_points": list(quant.zero_points),
            "axis": quant.axis,
        },
    }


def _layer_json(graph: Graph, layer: LayerCost) -> dict[str, Any]:
    op = layer.op
    return {
        "index": op.index,
        "where": where(op),
        "operator": op.kind,
        "version": op.version,
        "options": dict(op.options),
        "inputs": [None if t is None else _tensor_json(t) for t in graph.input_tensors(op)],
        "outputs": [_tensor_json(t) for t in graph.output_tensors(op)],
        "macs": layer.macs,
        "weight_bytes": layer.weight_bytes,
    }


def _engine_json(verdict: EngineVerdict) -> dict[str, Any]:
    plan = verdict.plan
    return {
        "supported": plan is not None,
        "problems": [asdict(p) for p in verdict.problems],
        "arena_bytes": None if plan is None else plan.arena_bytes,
        "state_bytes": None if plan is None else plan.state_bytes,
        "table_bytes": None if plan is None else plan.weight_bytes,
        "removed": [] if plan is None else [asdict(removal) for removal in plan.removals],
    }


def _board_json(verdict: BoardVerdict) -> dict[str, Any]:
    return {
        "fits": not verdict.reason,
        "reason": verdict.reason,
        "uncounted": verdict.uncounted,
        "engine": verdict.engine,
        "flash_bytes": verdict.flash_bytes,
        "ram_bytes": verdict.ram_bytes,
    }
