# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Checks that operators share: numbers of tensors, types, quantisation, fused activations."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from functools import wraps

from mcugen.engines.aot.scales import ACTIVATIONS, quantize_multiplier
from mcugen.engines.aot.variants import is_activation
from mcugen.model.check import where
from mcugen.model.ir import DType, Graph, Op, Problem, Tensor

Reason = tuple[str, str]
"""What is wrong, and a hint or nothing."""

INT8_HINT = "convert the model with full integer quantisation, int8 inputs and outputs"

_SMALLEST_SCALE = 2.0**-28
"""Below it, bounds of fused activations in output steps would not fit 32 bits."""


class OperandsError(Exception):
    """An operator has other tensors, in number or role, than the text says it needs."""


def as_problems(
    reasons: Callable[[Graph, Op], Iterable[Reason]],
) -> Callable[[Graph, Op], list[Problem]]:
    """`Operator.problems`, without duplicates, of a function that gives reasons or raises OperandsError."""

    @wraps(reasons)
    def problems(graph: Graph, op: Op) -> list[Problem]:
        try:
            found = list(dict.fromkeys(reasons(graph, op)))
        except OperandsError as error:
            found = [(str(error), "")]
        return [Problem(where(op), what, hint) for what, hint in found]

    return problems


def in_and_out(
    graph: Graph,
    op: Op,
    constants: int = 0,
    needs: str = "needs one activation input and one output",
) -> tuple[Tensor, Tensor]:
    """(input, output) of an operator with one activation before `constants` constant inputs;
    OperandsError where they are others."""
    given, made = graph.input_tensors(op), graph.output_tensors(op)
    if len(given) != 1 + constants or len(made) != 1:
        raise OperandsError(needs)
    x, *rest = given
    if x is None or not is_activation(x) or any(t is None or t.data is None for t in rest):
        raise OperandsError(needs)
    return x, made[0]


def int8_reasons(*tensors: Tensor) -> Iterator[Reason]:
    """Tensors that are not int8 with one scale and at least one element."""
    return _reasons_unless(DType.INT8, tensors)


def int16_reasons(*tensors: Tensor) -> Iterator[Reason]:
    """Tensors that are not int16 with one scale and at least one element."""
    return _reasons_unless(DType.INT16, tensors)


def _reasons_unless(dtype: DType, tensors: Iterable[Tensor]) -> Iterator[Reason]:
    for tensor in tensors:
        if tensor.dtype is not dtype:
            beside = "" if dtype is DType.INT8 else f" beside {dtype.value}"
            yield f"{tensor.dtype.value}{beside} is not supported", INT8_HINT
        else:
            yield from scale_reasons(tensor)
        if not tensor.elements:
            yield f"shape {list(tensor.shape)} has no elements", ""


def scale_reasons(*tensors: Tensor) -> Iterator[Reason]:
    """Quantised tensors without one positive scale."""
    for tensor in tensors:
        if tensor.quant is None:
            yield "a tensor has no scale", INT8_HINT
        elif tensor.quant.axis is not None:
            yield "a scale per channel is not supported here", ""
        elif tensor.quant.scale <= 0:
            yield "a scale is not positive", ""


def activation_reasons(activation: str, out: Tensor) -> Iterator[Reason]:
    """Activations that TFLite does not clamp to, or whose bounds `out` cannot express."""
    if activation not in ACTIVATIONS:
        yield f"fused activation {activation} is not supported", ""
    elif activation != "NONE" and _smallest_scale(out) < _SMALLEST_SCALE:
        yield f"the output's scale is too small for the activation {activation}", ""


def _smallest_scale(tensor: Tensor) -> float:
    return min(tensor.quant.scales) if tensor.quant is not None else 1.0


def same_quantisation_reasons(*tensors: Tensor) -> Iterator[Reason]:
    """Scales or zero points that differ, for operators that do not rescale."""
    if len({(t.quant.scales, t.quant.zero_points) for t in tensors if t.quant is not None}) > 1:
        hint = "convert again: TensorFlow's converter gives these tensors one scale"
        yield "inputs and output are quantised differently", hint


def factor_reasons(*factors: float, bits: int = 8) -> Iterator[Reason]:
    """Requantisation factors that would overflow 32 bits for signed values of `bits` bits."""
    if not all(math.isfinite(f) and bits + quantize_multiplier(f)[1] <= 31 for f in factors):
        yield "the output's scale is too small for the input's", ""
