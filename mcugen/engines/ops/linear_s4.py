# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""int4 weights that stay packed in flash: with `--optimize size`."""

from __future__ import annotations

from dataclasses import replace
from functools import wraps

import numpy as np
from numpy.typing import NDArray

from mcugen.engines.aot.variants import Operator, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.linear_s16 import CHANNEL_AXES, as_convolution, parts
from mcugen.engines.ops.shared import convolution
from mcugen.engines.ops.shared.portable_convolution import portable_variant
from mcugen.model.ir import Graph, Op

_COST = 10  # instructions per product
_REQUANT_BYTES = 8
_MOST_TAPS = 2**19
"""More products of 8 by 255 would not fit 32 bits."""


def or_packed(own: Operator) -> Operator:
    """`own`, or a kernel that unpacks int4 weights as it goes, where flash counts most."""

    @wraps(own.variants)
    def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
        packed = _packed(graph, op, options) if options.optimize == "size" else None
        return own.variants(graph, op, options) if packed is None else (packed,)

    text = "With `--optimize size` int4 weights stay packed in flash, for a portable kernel."
    variants.__doc__ = f"{own.variants.__doc__}\n\n{text}"
    return Operator(own.problems, variants, own.exactness)


def _packed(graph: Graph, op: Op, options: EngineOptions) -> Variant | None:
    _, weights, bias = parts(graph, op)
    assert weights is not None
    if not weights.is_int4 or len(weights.shape) not in (2, 4):
        return None
    layer = convolution.read_convolution(*as_convolution(graph, op), CHANNEL_AXES[op.kind])
    shared = weights.quant is not None and weights.quant.axis is None
    more_bytes = _REQUANT_BYTES * len(layer.weights) if shared else 0  # one for each channel
    if layer.taps > _MOST_TAPS or pack_rows(layer.weights).size + more_bytes >= weights.elements:
        return None
    if bias is not None and bias.data is not None:
        layer = replace(layer, bias=bias.data.astype(np.int32).reshape(-1))
    return portable_variant(
        layer,
        "linear_s4",
        options,
        lambda: pack_rows(layer.weights),
        _COST * layer.macs,
        grouped=True,
        scratch_bytes=layer.taps + 1,
    )


def pack_rows(weights: NDArray[np.int8]) -> NDArray[np.uint8]:
    """Two values of an output channel in a byte, the first in the lower half; channels begin in bytes."""
    rows = weights.reshape(len(weights), -1)
    if rows.shape[1] % 2:
        rows = np.pad(rows, ((0, 0), (0, 1)))
    halves = rows.view(np.uint8) & 0x0F
    return np.asarray(halves[:, 0::2] | (halves[:, 1::2] << 4), np.uint8)
