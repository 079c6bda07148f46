# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Graph -> Lowered: the steps of one inference, the values they pass on, and where those lie."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mcugen.codegen.c_text import c_comment
from mcugen.engines.aot.choice import LayoutChange, choose
from mcugen.engines.aot.layouts import CONVERSIONS
from mcugen.engines.aot.restore import restore
from mcugen.engines.aot.variants import (
    ALIGNMENT_BYTES,
    Call,
    Layout,
    Operands,
    Value,
    Variant,
    activations,
    held_element,
)
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops import OPS
from mcugen.engines.passes.prune import prune
from mcugen.engines.passes.rewrite import Removal, Rewritten, View, whole
from mcugen.memory import Buffer, MemoryPlan, plan_memory
from mcugen.model.ir import DType, Graph, Op, Tensor


@dataclass(frozen=True, slots=True)
class Step:
    """Calls that run together. `op` is the layer's index, None for a change of layout.

    `in_place` pairs (output, input) that may share memory if nobody needs the input afterwards.
    """

    name: str
    op: int | None
    comment: str
    calls: tuple[Call, ...]
    reads: tuple[Value, ...]
    writes: tuple[Value, ...]
    scratch: tuple[Value, ...] = ()
    in_place: tuple[tuple[Value, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Layer:
    """What `verify --per-layer` sees of op `op` of the model: its outputs, once `after_step` steps
    have run.

    A value that is not NATIVE, or has lost channels, is first made whole by `calls`.
    """

    op: int
    after_step: int
    calls: tuple[Call, ...]
    outputs: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class State:
    """A variable tensor: it outlives the inference; a reset copies `initial` to it."""

    value: Value
    initial: NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class Lowered:
    """A whole model, ready to be written. `offsets` has an entry for every value, by name."""

    steps: tuple[Step, ...]
    values: tuple[Value, ...]
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    states: tuple[State, ...]
    layers: tuple[Layer, ...]
    removals: tuple[Removal, ...]
    plan: MemoryPlan
    offsets: Mapping[str, int]


def lower(graph: Graph, options: EngineOptions) -> Lowered:
    """The steps of a graph without problems."""
    pruned = prune(graph, observed=options.per_layer) if options.prune else Rewritten(graph)
    builder = _Builder(pruned.graph)
    offered = {
        op.index: OPS[op.kind].variants(pruned.graph, op, options) for op in pruned.graph.ops
    }
    choices = {choice.op.index: choice for choice in choose(pruned.graph, offered)}
    for op in graph.ops:
        choice = choices.get(op.index)
        if choice is not None:
            for change in choice.before:
                builder.convert(change)
            builder.compute(choice.op, choice.variant)
        if options.per_layer:
            builder.observe(graph, op, pruned.views)
        for change in choice.after if choice is not None else ():
            builder.convert(change)
    inputs = tuple(builder.held[t, Layout.NATIVE] for t in graph.inputs)
    outputs = tuple(builder.held[t, Layout.NATIVE] for t in graph.outputs)
    states = tuple(state.value for state in builder.states)
    # Per layer, one set of inputs is run many times, so nothing may overwrite them.
    kept = (*outputs, *states, *(inputs if options.per_layer else ()))
    present = (*inputs, *states)
    plan, offsets = _place(builder.steps, builder.values, builder.layers, present, kept)
    return Lowered(
        steps=tuple(builder.steps),
        values=tuple(builder.values),
        inputs=inputs,
        outputs=outputs,
        states=tuple(builder.states),
        layers=tuple(builder.layers),
        removals=pruned.removals,
        plan=plan,
        offsets=offsets,
    )


@dataclass(slots=True)
class _Builder:
    """Collects steps while the choices are walked; `held` finds the value of a tensor in a layout."""

    graph: Graph
    steps: list[Step] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    layers: list[Layer] = field(default_factory=list)
    held: dict[tuple[int, Layout], Value] = field(default_factory=dict)
    converted: dict[tuple[str, Layout], Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for position, index in enumerate(dict.fromkeys(self.graph.inputs)):
            self.add(f"input_{position}", self.graph.tensors[index], Layout.NATIVE)
        variables = (t for t in self.graph.tensors if t.is_variable and t.data is None)
        for position, tensor in enumerate(variables):
            value = self.add(f"state_{position}", tensor, Layout.NATIVE)
            self.states.append(State(value, _initial(tensor)))

    def add(self, name: str, tensor: Tensor, layout: Layout) -> Value:
        """A new value for a tensor."""
        comment = f'"{_shown(tensor.name)}" {list(tensor.shape)}'
        value = Value(name, held_element(tensor, layout), tensor.elements, comment)
        self.values.append(value)
        self.held[tensor.index, layout] = value
        return value

    def convert(self, change: LayoutChange) -> None:
        """A step that makes a tensor exist in another layout.

        None where a tensor that shares its value, by a RESHAPE, has been converted before.
        """
        source = self.held[change.tensor, change.source]
        known = self.converted.get((source.name, change.target))
        if known is not None:
            self.held[change.tensor, change.target] = known
            return
        name = f"{source.name}_{change.target.value or 'dense'}"
        target = self.add(name, self.graph.tensors[change.tensor], change.target)
        self.converted[source.name, change.target] = target
        call = CONVERSIONS[change.source, change.target].build(source, target)
        self.steps.append(
            Step(
                name=target.name,
                op=None,
                comment=source.comment,
                calls=(call,),
                reads=(source,),
                writes=(target,),
                in_place=((target, source),),
            )
        )

    def compute(self, op: Op, variant: Variant) -> None:
        """The step of an operator; none when its output is its input."""
        given = zip(activations(self.graph, op), variant.reads, strict=True)
        inputs = tuple(self.held[tensor.index, layout] for tensor, layout in given)
        given_tensors = (t for t in self.graph.input_tensors(op) if t is not None)
        states = tuple(self.held[t.index, Layout.NATIVE] for t in given_tensors if t.is_variable)
        if variant.build is None:
            self.held[op.outputs[0], variant.writes[0]] = (*inputs, *states)[0]
            return
        name = layer_name(op)
        outputs = tuple(
            self.add(
                _output_name(name, position, len(op.outputs), layout),
                self.graph.tensors[index],
                layout,
            )
            for position, (index, layout) in enumerate(zip(op.outputs, variant.writes, strict=True))
        )
        scratch = self._scratch(name, variant.scratch_bytes)
        operands = Operands(name, inputs, outputs, states, scratch[0] if scratch else None)
        self.steps.append(
            Step(
                name=name,
                op=op.index,
                comment=", ".join(value.comment for value in outputs or states),
                calls=variant.build(operands),
                reads=inputs,
                writes=outputs,
                scratch=scratch,
                in_place=tuple((outputs[o], inputs[i]) for o, i in variant.in_place),
            )
        )

    def _scratch(self, name: str, size_bytes: int) -> tuple[Value, ...]:
        if size_bytes == 0:
            return ()
        scratch = Value(f"{name}_scratch", "int8", size_bytes, "scratch")
        self.values.append(scratch)
        return (scratch,)

    def observe(self, model: Graph, op: Op, views: Mapping[int, View]) -> None:
        """Makes the outputs of an op of the model visible, NATIVE and with all their channels."""
        calls: list[Call] = []
        seen: list[Value] = []
        for position, index in enumerate(op.outputs):
            name, tensor = f"{layer_name(op)}_seen{position}", model.tensors[index]
            view = views.get(index, whole(tensor))
            value = self._dense(view.tensor, name, calls)
            if index in views:
                full = self._observed(f"{name}_whole", tensor, value.comment)
                calls.append(restore(view, tensor, value, full))
                value = full
            seen.append(value)
        self.layers.append(Layer(op.index, len(self.steps), tuple(calls), tuple(seen)))

    def _dense(self, index: int, name: str, calls: list[Call]) -> Value:
        """The NATIVE value of a tensor, by a call where there is none."""
        if (index, Layout.NATIVE) in self.held:
            return self.held[index, Layout.NATIVE]
        layout, value = next((f, v) for (t, f), v in self.held.items() if t == index)
        dense = self._observed(name, self.graph.tensors[index], value.comment)
        calls.append(CONVERSIONS[layout, Layout.NATIVE].build(value, dense))
        return dense

    def _observed(self, name: str, tensor: Tensor, comment: str) -> Value:
        """A new value that only an observer reads."""
        value = Value(name, tensor.dtype.value, tensor.elements, comment)
        self.values.append(value)
        return value


_SHOWN_LENGTH = 60


def _shown(name: str) -> str:
    """A tensor's name for a comment: the converter joins the names of all it fused with ";"."""
    first = c_comment(name).partition(";")[0]
    return first if len(first) <= _SHOWN_LENGTH else f"...{first[-_SHOWN_LENGTH:]}"


def _initial(tensor: Tensor) -> NDArray[np.generic]:
    """What a variable is reset to: as TFLite Micro's ResetVariableTensors where the file names nothing."""
    if tensor.initial is not None:
        return tensor.initial
    is_int8 = tensor.dtype is DType.INT8 and tensor.quant is not None
    fill = tensor.quant.zero_point if is_int8 and tensor.quant is not None else 0
    return np.full(tensor.shape, fill, tensor.dtype.value)


def layer_name(op: Op) -> str:
    """An op's name in C: its kind and its index in the model."""
    return f"{op.kind.lower()}_{op.index}"


def _output_name(name: str, position: int, count: int, layout: Layout) -> str:
    stem = f"{name}_out" if count == 1 else f"{name}_out{position}"
    return f"{stem}_{layout.value}" if layout.value else stem


# --- memory -------------------------------------------------------------------------------------


def _place(
    steps: Iterable[Step],
    values: Iterable[Value],
    layers: Iterable[Layer],
    present: tuple[Value, ...],
    kept: tuple[Value, ...],
) -> tuple[MemoryPlan, dict[str, int]]:
    """Lifetimes, shared memory, and an offset for every value by name.

    `present` values are there before the first step, `kept` ones live to the end.
    """
    lives = _lifetimes(list(steps), list(layers), present, kept)
    groups = _share(steps, lives, {value.name for value in kept})
    buffers: dict[str, Buffer] = {}
    for value in values:
        root = _root(groups, value.name)
        first, last = lives[value.name]
        old = buffers.get(root, Buffer(root, 0, first, last))
        buffers[root] = Buffer(
            root,
            max(old.size_bytes, value.bytes),
            min(old.first_step, first),
            max(old.last_step, last),
        )
    plan = plan_memory(tuple(buffers.values()), ALIGNMENT_BYTES)
    placed = {p.buffer.name: p.offset for p in plan.placements}
    return plan, {value.name: placed[_root(groups, value.name)] for value in values}


def _lifetimes(
    steps: list[Step], layers: list[Layer], present: tuple[Value, ...], kept: tuple[Value, ...]
) -> dict[str, tuple[int, int]]:
    """First and last step of every value."""
    end = max(len(steps) - 1, 0)
    lives = {value.name: (0, 0) for value in present}
    for number, step in enumerate(steps):
        for value in (*step.writes, *step.scratch):
            lives[value.name] = (number, number)
        for value in step.reads:
            lives[value.name] = (lives[value.name][0], number)
    for layer in layers:
        seen_at = max(layer.after_step - 1, 0)
        for value in (*(v for call in layer.calls for v in call.args), *layer.outputs):
            first, last = lives.get(value.name, (seen_at, seen_at))
            lives[value.name] = (first, max(last, seen_at))
    return lives | {value.name: (lives[value.name][0], end) for value in kept}


def _share(
    steps: Iterable[Step], lives: Mapping[str, tuple[int, int]], kept: set[str]
) -> dict[str, str]:
    """Output -> the input whose memory it takes over, where that input dies at the step."""
    shared: dict[str, str] = {}
    for number, step in enumerate(steps):
        taken: set[str] = set()
        for output, given in step.in_place:
            dies = lives[given.name][1] == number and given.name not in kept
            if dies and given.name not in taken and output.name not in shared:
                taken.add(given.name)
                shared[output.name] = given.name
    return shared


def _root(shared: Mapping[str, str], name: str) -> str:
    """The value whose buffer `name` lies in."""
    while name in shared:
        name = shared[name]
    return name
