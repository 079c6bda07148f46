# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""SOFTMAX of int16: tables of exp and of the reciprocal, read between their points."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from mcugen.engines.aot.scales import quantize_multiplier
from mcugen.engines.aot.variants import Kernel, Table, Variant
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.broadcast import list_text
from mcugen.engines.ops.shared.one_call import one_call
from mcugen.model.ir import Tensor
from mcugen.reproducible import exp

_COST = 90  # instructions per value: two lookups and a product
_LARGEST_DEPTH = 65535
_SCALE = 2.0**-15
_STEPS = 512
_REACH = 10.0  # exp(-10) counts as 0


def reasons_s16(x: Tensor, out: Tensor, beta: float) -> Iterator[checks.Reason]:
    """What TFLite Micro asks of int16 to int16."""
    if x.shape[-1] > _LARGEST_DEPTH:
        yield f"{x.shape[-1]} values in a row are more than {_LARGEST_DEPTH}", ""
    if x.zero_point or out.zero_point:
        yield "int16 with a zero point other than 0 is not supported", ""
    if abs(out.scale - _SCALE) > _SCALE / 1000:
        yield "the output must have the scale 1/32768", ""
    if not 0 < beta <= 2**20 or list(checks.factor_reasons(_factor(x, beta), bits=17)):
        yield f"beta {beta:g} is not supported with this scale", ""


def _factor(x: Tensor, beta: float) -> float:
    """From a difference of inputs to steps of 10 / 65535 (CalculateSoftmaxParams)."""
    return x.scale * float(np.float32(beta)) / (_REACH / 65535.0)


def variant_s16(x: Tensor, beta: float, rounding: str) -> Variant:
    """A portable kernel, in place."""
    kernel = Kernel(
        f"mcugen_softmax_s16_{rounding}", "mcugen_softmax_s16_t", "softmax_s16.h", "softmax_s16.c"
    )
    fields = (
        ("exponential", Table("exponential", exponential_lines(), "exp(x), -10 to 0")),
        ("reciprocal", Table("reciprocal", reciprocal_lines(), "1 / (1 + x), 0 to 1")),
        ("rows", x.elements // x.shape[-1]),
        ("depth", x.shape[-1]),
        ("by", list_text(quantize_multiplier(_factor(x, beta)))),
    )
    return one_call(kernel, fields, _COST * x.elements, in_place=True)


def exponential_lines() -> NDArray[np.int16]:
    """exp(x) in Q0.15 of x from -10 to 0."""
    return _lines(
        np.float32(10.0) / np.float32(65535),
        32767,
        lambda x: exp(x.astype(np.float64)).astype(np.float32),
    )


def reciprocal_lines() -> NDArray[np.int16]:
    """1 / (1 + x) in Q0.15 of x from 0 to 1."""
    one = np.float32(1)
    return _lines(one / np.float32(65535), -32768, lambda x: one / (one + x))


Floats = NDArray[np.float32]


def _lines(
    scale: np.float32, zero_point: int, function: Callable[[Floats], Floats]
) -> NDArray[np.int16]:
    """LUTPopulateInt16 of TFLite in float32: ends of 512 lines, moved so that their middles fit as well."""
    low, high = (scale * np.float32(end - zero_point) for end in (-32768, 32767))
    span = np.float32(2.0) / np.float32(65535) * np.float32(65535)
    inverse = np.float32(65536) / span
    step = np.float32(high - low) / np.float32(_STEPS)
    left = low + np.arange(_STEPS, dtype=np.float32) * step
    right = low + np.arange(1, _STEPS + 1, dtype=np.float32) * step
    values, middles, nexts = (function(x) for x in (left, left + step / np.float32(2), right))
    samples = _rounded(values * inverse)
    between = _rounded((nexts * inverse + samples) / np.float32(2))
    bias = _rounded((between - _rounded(middles * inverse)) / np.float32(2))
    last = _rounded(function(np.array([high], np.float32)) * inverse)
    whole = np.concatenate([samples - bias, last])
    return np.asarray(np.clip(whole, -32768, 32767), np.int16)


def _rounded(values: Floats) -> Floats:
    """C's round()."""
    return np.asarray(np.copysign(np.floor(np.abs(values) + np.float32(0.5)), values), np.float32)
