# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Removes channels that never matter: constant ones, and those that nobody needs.

Proof. `ranges.py` finds channels that have one value for every input. A weighted sum does not need
such a channel: its share of the sum is one number, weight * (value - zero point), which moves into
the bias; but at an image's border the filter sees the real 0 instead, so there only channels that
are the real 0 may go, whose share is 0 on both sides. An output channel that is constant needs no
input: with all weights 0 and, as bias, any sum that it can have, it requantises to the same value,
because requantisation is monotone and both ends of its sums do. A channel of an input that meets
only weights of 0, or only outputs that nobody needs, does not matter. What is needed is found from the
outputs backwards until nothing changes; an operator not named here needs all of its inputs. Every
channel that stays has the values it had.

Kept channels are filled up to fours, at the lowest indices: the kernels are faster that way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from mcugen.engines.contract import EngineOptions
from mcugen.engines.passes.lookups import LOOKUPS
from mcugen.engines.passes.ranges import Range, ranges, sum_bounds
from mcugen.engines.passes.rewrite import Removal, Rewritten, View, removal, with_tensors
from mcugen.engines.passes.sums import CHANNEL_AXIS, Sums, read_sums
from mcugen.model.ir import DType, Graph, Op, Quant, Tensor

Mask = NDArray[np.bool_]
_TOGETHER = 4


First = NDArray[np.intp]
"""Of every channel of a tensor the first one that equals it."""


def remove_channels(
    graph: Graph, options: EngineOptions, same: Mapping[int, First] | None = None
) -> Rewritten:
    """The graph without them. Where all layers are observed, only constant channels go, and of those that
    are the `same` all but the first: these can be shown."""
    known = ranges(graph)
    firsts = {i: np.arange(len(r.low)) for i, r in known.items()} | dict(same or {})
    needs = _Needs(graph, known)
    if options.per_layer:
        for index in needs.masks.keys() & known.keys():
            shown = known[index].constant | (firsts[index] != np.arange(len(firsts[index])))
            needs.masks[index] |= ~shown
    needs.settle()
    kept = {index: mask for index, mask in needs.masks.items() if not mask.all()}
    if not kept:
        return Rewritten(graph)
    rewriting = _Rewriting(graph, known, kept)
    for index, mask in kept.items():
        rewriting.shrink(index, mask)
    ops = tuple(rewriting.op(op) for op in graph.ops)
    smaller = with_tensors(replace(graph, ops=ops), rewriting.tensors)
    views = {index: _view(index, mask, known[index], firsts[index]) for index, mask in kept.items()}
    return Rewritten(smaller, views, tuple(_removals(graph, known, kept)))


def _view(index: int, mask: Mask, known: Range, first: First) -> View:
    """Kept channels by their new place; of those that are gone the value, if it is one, or the place of
    the channel that they equal."""
    places = np.cumsum(mask) - 1
    gone = np.where(known.constant, known.low - 128, places[first])
    return View(index, np.where(mask, places, gone).astype(np.int32))


def _removals(
    graph: Graph, known: Mapping[int, Range], kept: Mapping[int, Mask]
) -> Iterator[Removal]:
    """One line per operator that makes fewer channels."""
    for op in graph.ops:
        mask = kept.get(op.outputs[0]) if op.outputs else None
        if mask is None:
            continue
        constant = int((~mask & known[op.outputs[0]].constant).sum())
        unread = int((~mask).sum()) - constant
        reasons = []
        if constant:
            reasons.append(f"{constant} with one value for every input")
        if unread:
            reasons.append(f"{unread} that reach no output")
        yield removal(op, f"{(~mask).sum()} of {len(mask)} channels", ", ".join(reasons))


# --- what is needed -----------------------------------------------------------------------------


@dataclass(slots=True)
class _Needs:
    """For every activation that may lose channels, those that are needed."""

    graph: Graph
    known: Mapping[int, Range]
    masks: dict[int, Mask] = field(default_factory=dict)
    sums: dict[int, Sums] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for op in self.graph.ops:
            sums = read_sums(self.graph, op)
            if sums is not None:
                self.sums[op.index] = sums
            for index in (*op.inputs, *op.outputs):
                if index >= 0 and self.graph.tensors[index].data is None:
                    channels = (1, *self.graph.tensors[index].shape)[-1]
                    self.masks.setdefault(index, np.zeros(channels, np.bool_))
        for index in (*self.graph.inputs, *self.graph.outputs):
            if index in self.masks:
                self.masks[index][:] = True
        for op in self.graph.ops:
            if self._ties(op) is None and not self._sums_up(op):
                for index in {*op.inputs, *op.outputs} & self.masks.keys():
                    self.masks[index][:] = True

    def settle(self) -> None:
        """Raises the masks until no operator needs more, in fours."""
        while True:
            before = self._count()
            for op in reversed(self.graph.ops):
                self._raise(op)
            if self._count() == before and not self._fill_up():
                return

    def _count(self) -> int:
        return sum(int(mask.sum()) for mask in self.masks.values())

    def _fill_up(self) -> bool:
        """Fours, and one channel at least; whether that changed anything."""
        before = self._count()
        for mask in self.masks.values():
            missing = -int(mask.sum()) % _TOGETHER if mask.any() else 1
            mask[np.flatnonzero(~mask)[:missing]] = True
        return self._count() != before

    def _sums_up(self, op: Op) -> bool:
        """Whether it is a weighted sum whose groups, if any, are single channels."""
        sums = self.sums.get(op.index)
        if sums is None:
            return False
        channels = len(self.masks[op.inputs[0]])
        return op.kind == "FULLY_CONNECTED" or sums.reads.shape[1] in (1, channels)

    def _raise(self, op: Op) -> None:
        if self._sums_up(op):
            self._raise_sums(op, self.sums[op.index])
            return
        for few, many in self._ties(op) or ():
            few |= many.any(axis=0)
            many |= few

    def _raise_sums(self, op: Op, sums: Sums) -> None:
        given, made = self.masks[op.inputs[0]], self.masks[op.outputs[0]]
        if op.kind == "DEPTHWISE_CONV_2D":
            groups = made.reshape(len(given), -1)  # a view: channels follow their input
            given |= groups.any(axis=1)
            groups |= given[:, np.newaxis]
            return
        alive = made & ~self.known[op.outputs[0]].constant
        meets = (sums.weights[alive] != 0).any(axis=(0, 1))
        wanted = np.zeros(len(given), np.bool_)
        np.logical_or.at(wanted, sums.reads[0], meets)
        given |= wanted & ~foldable(sums, self.known[op.inputs[0]])

    def _ties(self, op: Op) -> list[_Tie] | None:
        """None where all channels are needed."""
        rule = _TIES.get(op.kind)
        if rule is None or any(index < 0 for index in op.inputs):
            return None
        return rule(self.graph, op, self.masks)


def foldable(sums: Sums, given: Range) -> Mask:
    """Input channels whose share of every sum is one number."""
    zero = given.low == sums.in_zero_point
    return given.constant & zero if sums.padded else given.constant


_Tie = tuple[Mask, Mask]
"""Channels [n], and [times, n] others that each need the same: both parts of masks."""

_Masks = Mapping[int, Mask]


def _elementwise(graph: Graph, op: Op, masks: _Masks) -> list[_Tie] | None:
    """Activations of the output's shape, and constants that are the same for all channels or have one
    value each."""
    (out,) = graph.output_tensors(op)
    tensors = [t for t in graph.input_tensors(op) if t is not None]
    computed = [t for t in tensors if t.data is None]
    if not out.shape or any(t.is_variable or t.shape != out.shape for t in computed):
        return None
    return [(masks[t.index], masks[out.index][np.newaxis]) for t in computed]


def _channels_alike(graph: Graph, op: Op, masks: _Masks) -> list[_Tie] | None:
    """Operators that treat every channel by itself."""
    x, out = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    if x.data is not None or not x.shape or x.shape[-1:] != out.shape[-1:]:
        return None
    return [(masks[x.index], masks[out.index][np.newaxis])]


def _reshaped(graph: Graph, op: Op, masks: _Masks) -> list[_Tie] | None:
    """Whole pixels side by side."""
    x, out = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    if x.data is not None or not x.shape or not out.shape or out.shape[-1] % x.shape[-1]:
        return None
    return [(masks[x.index], masks[out.index].reshape(-1, x.shape[-1]))]


def _joined(graph: Graph, op: Op, masks: _Masks) -> list[_Tie] | None:
    """Images one after the other, or their channels side by side."""
    tensors = [graph.tensors[index] for index in op.inputs]
    (out,) = graph.output_tensors(op)
    if any(t.data is not None for t in tensors) or not out.shape:
        return None
    if int(op.options.get("axis", 0)) % len(out.shape) < len(out.shape) - 1:
        return [(masks[t.index], masks[out.index][np.newaxis]) for t in tensors]
    ends = np.cumsum([t.shape[-1] for t in tensors])
    parts = np.split(masks[out.index], ends[:-1])
    return [(masks[t.index], part[np.newaxis]) for t, part in zip(tensors, parts, strict=True)]


def _padded(graph: Graph, op: Op, masks: _Masks) -> list[_Tie] | None:
    paddings = graph.tensors[op.inputs[1]].data
    if paddings is None or paddings[-1].any():
        return None
    return _channels_alike(graph, op, masks)


def _meaned(graph: Graph, op: Op, masks: _Masks) -> list[_Tie] | None:
    x, axes = graph.tensors[op.inputs[0]], graph.tensors[op.inputs[1]].data
    rank = len(x.shape)
    if axes is None or any(int(axis) % rank == rank - 1 for axis in axes.reshape(-1)):
        return None
    return _channels_alike(graph, op, masks)


ELEMENTWISE = ("ADD", "MAXIMUM", "MINIMUM", "MUL", "PRELU", "SUB")
"""Operators that make one value of two."""

_TIES: Mapping[str, Callable[[Graph, Op, _Masks], list[_Tie] | None]] = {
    **dict.fromkeys(ELEMENTWISE, _elementwise),
    **dict.fromkeys(LOOKUPS, _channels_alike),
    "AVERAGE_POOL_2D": _channels_alike,
    "CONCATENATION": _joined,
    "EXPAND_DIMS": _reshaped,
    "MAX_POOL_2D": _channels_alike,
    "MEAN": _meaned,
    "PAD": _padded,
    "RESHAPE": _reshaped,
    "SQUEEZE": _reshaped,
}


# --- the smaller graph --------------------------------------------------------------------------


@dataclass(slots=True)
class _Rewriting:
    """New tensors by index: smaller ones, and the constants of operators that changed."""

    graph: Graph
    known: Mapping[int, Range]
    kept: Mapping[int, Mask]
    tensors: dict[int, Tensor] = field(default_factory=dict)

    def shrink(self, index: int, mask: Mask) -> None:
        """An activation without the channels that are not in the mask."""
        tensor = self.graph.tensors[index]
        self.tensors[index] = replace(tensor, shape=(*tensor.shape[:-1], int(mask.sum())))

    def op(self, op: Op) -> Op:
        """The operator on smaller tensors: the same, but for constants of its own."""
        if not {*op.inputs, *op.outputs} & self.kept.keys():
            return op
        sums = read_sums(self.graph, op)
        if sums is not None:
            return self._weighted(op, sums)
        return self._elementwise(op) if op.kind in ELEMENTWISE else op

    def _elementwise(self, op: Op) -> Op:
        """With the values of the channels that are left, where a constant has one each."""
        made = self._mask(op.outputs[0])
        inputs = [*op.inputs]
        for place, tensor in enumerate(self.graph.input_tensors(op)):
            if tensor is not None and tensor.data is not None and tensor.shape[-1:] == made.shape:
                inputs[place] = self._constant(tensor, tensor.data[..., made], made)
        return replace(op, inputs=tuple(inputs))

    def _weighted(self, op: Op, sums: Sums) -> Op:
        x, weights, *rest = (*self.graph.input_tensors(op), None)
        assert x is not None and weights is not None and weights.data is not None
        given, known = self._mask(op.inputs[0]), self.known[op.inputs[0]]
        made, constant = self._mask(op.outputs[0]), self.known[op.outputs[0]].constant
        gone = ~given & foldable(sums, known)
        shares = np.where(gone, known.low - sums.in_zero_point, 0)[sums.reads]
        bias = sums.bias + (sums.weights * shares[:, np.newaxis]).sum(axis=(1, 2))
        bias = np.where(constant, sum_bounds(sums, known)[0], bias)
        weighted = np.where(constant[:, np.newaxis, np.newaxis], 0, sums.weights)
        if op.kind != "DEPTHWISE_CONV_2D":
            weighted = weighted[:, :, given[sums.reads[0]]]
        axis = CHANNEL_AXIS[op.kind]
        shape = [*weights.shape]
        shape[-1] = weighted.shape[2] * (1 if axis == 0 else int(made.sum()))
        shape[axis] = int(made.sum())
        data = weighted[made].astype(np.int8)
        data = data.reshape(shape) if axis == 0 else data[..., 0].T.reshape(shape)
        new_weights = self._constant(weights, data, made)
        new_bias = self._constant(rest[0], bias[made].astype(np.uint32).view(np.int32), made)
        return replace(op, inputs=(op.inputs[0], new_weights, new_bias, *op.inputs[3:]))

    def _mask(self, index: int) -> Mask:
        channels = self.graph.tensors[index].shape[-1]
        return self.kept.get(index, np.ones(channels, np.bool_))

    def _constant(self, like: Tensor | None, data: NDArray[np.generic], made: Mask) -> int:
        """A new tensor for some channels of a constant; returns its index."""
        index = len(self.graph.tensors) + sum(i >= len(self.graph.tensors) for i in self.tensors)
        name, quant = ("", None) if like is None else (like.name, _some_scales(like.quant, made))
        dtype = DType(data.dtype.name)
        is_int4 = like is not None and like.is_int4
        self.tensors[index] = Tensor(index, name, data.shape, dtype, quant, data, is_int4=is_int4)
        return index


def _some_scales(quant: Quant | None, made: Mask) -> Quant | None:
    """The scales of the channels that are left."""
    if quant is None or quant.axis is None:
        return quant
    chosen = np.flatnonzero(made)
    return Quant(
        tuple(quant.scales[i] for i in chosen),
        tuple(quant.zero_points[i] for i in chosen),
        quant.axis,
    )
