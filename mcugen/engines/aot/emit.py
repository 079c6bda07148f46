# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Lowered -> C text: model/<name>_model.c/.h, <name>_weights.c/.h and the kernels they call."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from mcugen import __version__
from mcugen.codegen.c_text import C_TYPES, c_int, c_values
from mcugen.codegen.render import render
from mcugen.codegen.tree import SourceTree
from mcugen.engines.aot.batch import WINDOWS, Batch
from mcugen.engines.aot.lowering import Lowered, State
from mcugen.engines.aot.placement import Step
from mcugen.engines.aot.slot import Slot
from mcugen.engines.aot.variants import ALIGNMENT_BYTES, Call, Table, Value
from mcugen.engines.contract import EngineOptions
from mcugen.memory import draw
from mcugen.model.ir import DType, Graph, Tensor
from mcugen.paths import runtime_dir

ENGINE_VERSION = 1
"""MCUGEN_ENGINE_VERSION of the runtime that the generated code is written for."""

ENGINE_DTYPES = frozenset(
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
"""Element types that engine.h can name: MCUGEN_<name>."""

MODEL_FILES = ("model.c", "model.h")


def emit_model(
    graph: Graph,
    options: EngineOptions,
    lowered: Lowered,
    slot: Slot | None = None,
    batch: Batch | None = None,
) -> SourceTree:
    """The generated engine as files; with a slot, of a model that gets its weights with every call.

    The batch is a model of its own, `<name>_batch`, with the tables of the single one.
    """
    prefix = graph.name.lower()
    plans = (lowered, *((batch.lowered,) if batch is not None else ()))
    tables = _unique_tables(_calls(*plans))
    context = {
        "tool": f"mcugen {__version__}",
        "engine_version": ENGINE_VERSION,
        "model": graph.name,
        "sha256": graph.sha256,
        "command": _command(graph, options),
        "isa": ", ".join(sorted(options.isa)),
        "alignment": ALIGNMENT_BYTES,
        "arena_bytes": max(ALIGNMENT_BYTES, *(it.plan.arena_bytes for it in plans)),
        "arena_limit_bytes": options.arena_limit_bytes,
        "options": options,
        "slot": slot,
        "batch": WINDOWS if batch is not None else None,
        "invoke": "invoke",
        "weights": prefix,
        **_model_context(prefix, graph, lowered, _params(prefix, tables, slot)),
        "tables": [_table_context(prefix, table) for table in dict.fromkeys(tables.values())],
        "has_structs": any(table.struct for table in tables.values()),
    }
    around = ("engine.c", "weights.c", "weights.h")
    written = _render(context, MODEL_FILES if slot is not None else (*around, *MODEL_FILES))
    if batch is not None:
        params = _params(prefix, tables, None)
        code = _model_context(f"{prefix}_batch", batch.graph, batch.lowered, params)
        own = {"invoke": "invoke_batch", "options": replace(options, profile=False)}
        written = {**written, **_render({**context, **code, **own}, MODEL_FILES)}
    return {**written, **kernel_files(_calls(*plans))}


def _render(context: Mapping[str, Any], parts: Iterable[str]) -> SourceTree:
    return {
        f"model/{context['prefix']}_{part}": render(f"aot/{part}.j2", context) for part in parts
    }


def table_bytes(*plans: Lowered) -> int:
    """Bytes of all constant tables, each counted once."""
    tables = dict.fromkeys(_unique_tables(_calls(*plans)).values())
    return sum(table.values.nbytes for table in tables)


def _calls(*plans: Lowered) -> list[Call]:
    """Every call line, in the order it is written."""
    return [
        call
        for it in plans
        for parts in (it.steps, it.layers)
        for part in parts
        for call in part.calls
    ]


def _unique_tables(calls: Iterable[Call]) -> dict[Table, Table]:
    """Every table -> the first one with the same content."""
    first: dict[tuple[str, str, bytes], Table] = {}
    unique = {}
    for call in calls:
        for _, value in call.fields:
            if isinstance(value, Table):
                content = (value.values.dtype.str, value.struct, value.values.tobytes())
                unique[value] = first.setdefault(content, value)
    return unique


def _command(graph: Graph, options: EngineOptions) -> str:
    """How to generate the same engine again."""
    words = [f"mcugen build {graph.name}.tflite --engine aot --rounding {options.rounding}"]
    words.append(f"--optimize {options.optimize}")
    if options.per_layer:
        words.append("--per-layer")
    if options.profile:
        words.append("--profile")
    if not options.prune:
        words.append("--no-prune")
    return " ".join(words)


# --- the model file -----------------------------------------------------------------------------


def _model_context(prefix: str, graph: Graph, lowered: Lowered, params: _Params) -> dict[str, Any]:
    """What model.c and model.h list: headers, values, parameters, call lines, border tensors."""
    steps = [
        {
            "comment": f"{step.name}: {step.comment}",
            "lines": [line for call in step.calls for line in params.call(call, step.name)],
            "layer": layer,
        }
        for step, layer in zip(lowered.steps, layers_of(lowered.steps), strict=True)
    ]
    blocks, done = [], 0
    for layer in lowered.layers:
        blocks.append(
            {
                "layer": layer.op,
                "steps": steps[done : layer.after_step],
                "lines": [
                    line for call in layer.calls for line in params.call(call, f"layer_{layer.op}")
                ],
                "outputs": [{"name": v.name, "bytes": _dense_bytes(v)} for v in layer.outputs],
            }
        )
        done = layer.after_step
    return {
        "prefix": prefix,
        "macro": prefix.upper(),
        "plan_lines": draw(lowered.plan).splitlines(),
        "kernel_headers": sorted({call.kernel.header for call in _calls(lowered)}),
        "values": _used_values(lowered),
        "params": params.written,
        "steps": steps,
        "blocks": blocks,
        "last_steps": steps[done:],
        "most_outputs": max((len(layer.outputs) for layer in lowered.layers), default=0),
        "states": [_state_context(s, lowered.offsets) for s in lowered.states],
        "streams": graph.streams,
        "inputs": _border(graph, graph.inputs, lowered.inputs, lowered.offsets),
        "outputs": _border(graph, graph.outputs, lowered.outputs, lowered.offsets),
    }


def layers_of(steps: Sequence[Step]) -> list[int]:
    """The layer that each step is for; a change of layout belongs to the operator behind it, or, at the
    end, to the last one."""
    layers: list[int] = []
    behind = next((step.op for step in reversed(steps) if step.op is not None), 0)
    for step in reversed(steps):
        behind = step.op if step.op is not None else behind
        layers.append(behind)
    return layers[::-1]


class _Params(Protocol):
    """How calls get their parameters: `written` are constant structs of the file."""

    written: list[dict[str, Any]]

    def call(self, call: Call, stem: str) -> list[str]:
        """The lines of a call of step `stem`."""


def _params(prefix: str, tables: Mapping[Table, Table], slot: Slot | None) -> _Params:
    return _LinkedParams(prefix, tables) if slot is None else _SlotParams(slot)


class _SlotParams:
    """Parameters made for every call of what is in the slot."""

    def __init__(self, slot: Slot) -> None:
        self._fields = iter(slot.fields)
        self.written: list[dict[str, Any]] = []

    def call(self, call: Call, stem: str) -> list[str]:
        """A block with the struct and the call."""
        del stem
        fields = [f"      .{name} = {text}," for name, text in next(self._fields)]
        args = ", ".join(("&layer", *(value.name for value in call.args)))
        line = _wrapped(f"{call.kernel.function}({args});").replace("\n", "\n  ")
        return ["{", f"  const {call.kernel.params} layer = {{", *fields, "  };", f"  {line}", "}"]


class _LinkedParams:
    """Parameter structs in the order of the calls; calls with the same ones share them."""

    def __init__(self, prefix: str, tables: Mapping[Table, Table]) -> None:
        self._prefix = prefix
        self._tables = tables
        self._counts: dict[str, int] = {}
        self._names: dict[str, str] = {}
        self.written: list[dict[str, Any]] = []

    def call(self, call: Call, stem: str) -> list[str]:
        """Notes the struct of the call."""
        fields = [{"name": field, "text": self._text(value)} for field, value in call.fields]
        content = f"{call.kernel.params} {fields}"
        if content not in self._names:
            count = self._counts[stem] = self._counts.get(stem, 0) + 1
            name = f"{stem}_params" if count == 1 else f"{stem}_params_{count}"
            self.written.append({"name": name, "type": call.kernel.params, "fields": fields})
            self._names[content] = name
        name = self._names[content]
        args = ", ".join((f"&{name}", *(value.name for value in call.args)))
        return [_wrapped(f"{call.kernel.function}({args});")]

    def _text(self, value: int | str | Table) -> str:
        if isinstance(value, Table):
            return f"{self._prefix}_{self._tables[value].name}"
        return c_int(value) if isinstance(value, int) else value


def _wrapped(line: str) -> str:
    """A call line of the generated function in lines of at most 100 columns."""
    return textwrap.fill(
        line, 98, subsequent_indent=" " * 6, break_long_words=False, break_on_hyphens=False
    )


def _used_values(lowered: Lowered) -> list[dict[str, Any]]:
    """The values that call lines name, in the order of the model."""
    computed_with = {v.name for step in lowered.steps for call in step.calls for v in call.args}
    named = {value.name for call in _calls(lowered) for value in call.args}
    named |= {value.name for layer in lowered.layers for value in layer.outputs}
    return [
        {
            "name": value.name,
            "c_type": value.c_type,
            "offset": lowered.offsets[value.name],
            "comment": value.comment,
            "is_computed_with": value.name in computed_with,
        }
        for value in lowered.values
        if value.name in named
    ]


def _state_context(state: State, offsets: Mapping[str, int]) -> dict[str, Any]:
    """What a reset does to a variable: `fill` is the one byte it consists of, None for several."""
    content = np.frombuffer(state.initial.tobytes(), np.int8)
    return {
        "name": state.value.name,
        "offset": offsets[state.value.name],
        "bytes": content.size,
        "fill": int(content[0]) if len(set(content.tolist())) == 1 else None,
        "content": content,
    }


def _dense_bytes(value: Value) -> int:
    """Bytes of the elements alone."""
    return value.elements * np.dtype(value.element).itemsize


def _border(
    graph: Graph,
    indices: tuple[int, ...],
    values: tuple[Value, ...],
    offsets: Mapping[str, int],
) -> list[dict[str, Any]]:
    """The model's inputs or outputs as rows of mcugen_tensor_t, and where they lie."""
    pairs = zip((graph.tensors[i] for i in indices), values, strict=True)
    return [{"offset": offsets[value.name], **_tensor_context(tensor)} for tensor, value in pairs]


def _tensor_context(tensor: Tensor) -> dict[str, Any]:
    quant = tensor.quant
    per_tensor = quant is not None and quant.axis is None
    return {
        "dtype": f"MCUGEN_{tensor.dtype.name}",
        "bytes": tensor.bytes,
        "scale": quant.scale if quant is not None and per_tensor else 0.0,
        "zero_point": quant.zero_point if quant is not None and per_tensor else 0,
    }


# --- tables and kernels -------------------------------------------------------------------------


def _table_context(prefix: str, table: Table) -> dict[str, Any]:
    """One constant array; rows of structs are written one per line."""
    if table.struct:
        rows = table.values.reshape(-1, table.values.shape[-1]).tolist()
        text = "\n".join(f"  {{{', '.join(map(c_int, row))}}}," for row in rows)
        size, c_type = len(rows), table.struct
    else:
        text = c_values(table.values)
        size, c_type = table.values.size, C_TYPES[table.values.dtype.name]
    name = f"{prefix}_{table.name}"
    return {"name": name, "type": c_type, "size": size, "text": text, "comment": table.comment}


_INCLUDE = re.compile(rb'^#include "([^"]+)"', re.MULTILINE)


def kernel_files(calls: Iterable[Call]) -> SourceTree:
    """The files of runtime/kernels/ that the calls need, with whatever those include there."""
    folder = runtime_dir() / "kernels"
    waiting = [name for call in calls for name in call.kernel.files]
    files: dict[str, bytes] = {}
    while waiting:
        name = waiting.pop()
        if f"runtime/kernels/{name}" not in files:
            content = (folder / name).read_bytes()
            files[f"runtime/kernels/{name}"] = content
            waiting.extend(found.decode() for found in _INCLUDE.findall(content))
    return dict(sorted(files.items()))
