# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Graph -> Lowered: the steps of one inference, the values they pass on, and where those lie."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from mcugen.codegen.c_text import c_comment
from mcugen.engines.aot.banded import Bands, chosen_chains
from mcugen.engines.aot.bands import Chain
from mcugen.engines.aot.choice import Choice, LayoutChange, choose
from mcugen.engines.aot.layouts import CONVERSIONS
from mcugen.engines.aot.placement import Demand, Layer, Step
from mcugen.engines.aot.restore import restore
from mcugen.engines.aot.variants import (
    Call,
    Layout,
    Operands,
    Value,
    Variant,
    activations,
    held_element,
    layer_name,
)
from mcugen.engines.aot.views import PartPlaces, chosen_places, lies
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops import OPS
from mcugen.engines.ops.shared.copy_call import copy_constant_call, whole_of
from mcugen.engines.passes.prune import prune
from mcugen.engines.passes.rewrite import Removal, Rewritten, View, removal, whole
from mcugen.memory import MemoryPlan
from mcugen.model.ir import DType, Graph, Op, Tensor


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
    pruned = prune(graph, options)
    offered = {
        op.index: OPS[op.kind].variants(pruned.graph, op, options) for op in pruned.graph.ops
    }
    choices = {choice.op.index: choice for choice in choose(pruned.graph, offered)}
    bands = Bands(pruned.graph, options)

    def memory_of(chains: Sequence[Chain], places: PartPlaces) -> Demand:
        return _walk(graph, pruned, choices, chains, bands.measured(), places).memory()

    places: PartPlaces = {}
    if options.prune:
        places = chosen_places(pruned.graph, choices, lambda tried: memory_of((), tried).peak())
    chains = chosen_chains(bands, lambda chains: memory_of(chains, places))
    builder = _walk(graph, pruned, choices, chains, bands, places)
    memory = builder.memory()
    plan, offsets = memory.place()
    return Lowered(
        steps=tuple(builder.steps),
        values=tuple(builder.values),
        inputs=builder.borders(graph.inputs),
        outputs=builder.borders(graph.outputs),
        states=tuple(builder.states),
        layers=tuple(builder.layers),
        removals=(*pruned.removals, *builder.removals),
        plan=plan,
        offsets=offsets,
    )


def _walk(
    graph: Graph,
    pruned: Rewritten,
    choices: Mapping[int, Choice],
    chains: Sequence[Chain],
    bands: Bands,
    places: PartPlaces,
) -> _Builder:
    """The choices, in order; operators of a chain together, where its last one is."""
    options = bands.options
    builder = _Builder(pruned.graph, bands, places)
    ends = {
        op.index: chain if op is chain.ops[-1] else None for chain in chains for op in chain.ops
    }
    for op in graph.ops:
        choice = choices.get(op.index)
        for change in choice.before if choice is not None else ():
            builder.convert(change)
        chain = ends.get(op.index)
        if chain is not None:
            builder.compute_chain(chain)
        elif choice is not None and op.index not in ends:
            builder.compute(choice.op, choice.variant)
        if options.per_layer:
            builder.observe(graph, op, pruned.views)
        for change in choice.after if choice is not None else ():
            builder.convert(change)
    return builder


@dataclass(slots=True)
class _Builder:
    """Collects steps while the choices are walked; `held` finds the value of a tensor in a layout."""

    graph: Graph
    bands: Bands
    places: PartPlaces
    steps: list[Step] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    layers: list[Layer] = field(default_factory=list)
    held: dict[tuple[int, Layout], Value] = field(default_factory=dict)
    converted: dict[tuple[str, Layout], Value] = field(default_factory=dict)
    removals: list[Removal] = field(default_factory=list)

    def __post_init__(self) -> None:
        for position, index in enumerate(dict.fromkeys(self.graph.inputs)):
            self.add(f"input_{position}", self.graph.tensors[index], Layout.NATIVE)
        variables = (t for t in self.graph.tensors if t.is_variable and t.data is None)
        for position, tensor in enumerate(variables):
            value = self.add(f"state_{position}", tensor, Layout.NATIVE)
            self.states.append(State(value, _initial(tensor)))

    def borders(self, indices: Iterable[int]) -> tuple[Value, ...]:
        """The values of the model's inputs or outputs."""
        return tuple(self.held[index, Layout.NATIVE] for index in indices)

    def memory(self) -> Demand:
        """All that needs a place."""
        inputs, outputs = self.borders(self.graph.inputs), self.borders(self.graph.outputs)
        states = tuple(state.value for state in self.states)
        # Per layer, one set of inputs is run many times, so nothing may overwrite them.
        kept = (*outputs, *states, *(inputs if self.bands.options.per_layer else ()))
        return Demand(self.steps, self.values, self.layers, (*inputs, *states), kept)

    def add(self, name: str, tensor: Tensor, layout: Layout) -> Value:
        """The value of a tensor: a new one, unless there was one for parts of it."""
        if (tensor.index, layout) in self.held:
            return self.held[tensor.index, layout]
        comment = f'"{_shown(tensor.name)}" {list(tensor.shape)}'
        value = Value(name, held_element(tensor, layout), tensor.elements, comment)
        place = self.places.get(tensor.index) if layout is Layout.NATIVE else None
        if place is not None:
            name = _output_name(layer_name(place.op), 0, 1, layout)
            whole = self.add(name, self.graph.tensors[place.whole], layout)
            value = replace(value, part_of=whole.name, start=place.start)
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
        step = Step(
            name=name,
            op=op.index,
            comment=", ".join(value.comment for value in outputs or states),
            calls=self.bands.calls(variant, operands),
            reads=inputs,
            writes=outputs,
            scratch=scratch,
            in_place=tuple((outputs[o], inputs[i]) for o, i in variant.in_place),
        )
        copied = self._without_copies(op, variant, step)
        self.steps.extend([copied] if copied is not None else [])

    def _without_copies(self, op: Op, variant: Variant, step: Step) -> Step | None:
        """The step for the parts that do not lie in their place; None where all do."""
        starts = variant.splits or variant.joins
        if not starts:
            return step
        if variant.splits:
            (whole,) = step.reads
            parts: list[Value | None] = [*step.writes]
        else:
            (whole,) = step.writes
            parts = [self.held.get((index, Layout.NATIVE)) for index in op.inputs]
        left = [n for n, start in enumerate(starts) if not lies(parts[n], whole, start)]
        if len(left) == len(starts):
            return step
        why = "its outputs lie in its input" if variant.splits else "its inputs lie in its output"
        what = f"{len(starts) - len(left)} of {len(starts)} copies"
        self.removals.append(removal(op, what, why))
        values = tuple(part for n in left if (part := parts[n]) is not None)
        calls = tuple(step.calls[n] for n in left if step.calls)
        rest = replace(step, writes=values) if variant.splits else replace(step, reads=values)
        return replace(rest, calls=calls) if left else None

    def compute_chain(self, chain: Chain) -> None:
        """The steps of operators that are computed in bands."""
        index = chain.output
        name = _output_name(layer_name(chain.ops[-1]), 0, 1, Layout.NATIVE)
        out = self.add(name, self.graph.tensors[index], Layout.NATIVE)
        given = {t: v for (t, layout), v in self.held.items() if layout is Layout.NATIVE}
        steps, values = self.bands.steps(chain, given | {index: out})
        self.steps.extend(steps)
        self.values = [*{value.name: value for value in (*self.values, *values)}.values()]

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
        tensor = self.graph.tensors[index]
        if tensor.data is not None:
            value = self._observed(name, tensor, "a constant")
            calls.append(copy_constant_call(whole_of(tensor), tensor, f"{name}_constant", value))
            return value
        if (index, Layout.NATIVE) in self.held:
            return self.held[index, Layout.NATIVE]
        layout, value = next((f, v) for (t, f), v in self.held.items() if t == index)
        dense = self._observed(name, tensor, value.comment)
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


def _output_name(name: str, position: int, count: int, layout: Layout) -> str:
    stem = f"{name}_out" if count == 1 else f"{name}_out{position}"
    return f"{stem}_{layout.value}" if layout.value else stem
