# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The variant of a convolution by a portable kernel, which all take the same fields."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mcugen.engines.aot.variants import Fields, Kernel, Table, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared.convolution import Convolution, range_fields
from mcugen.engines.ops.shared.one_call import late_call


def portable_variant(
    layer: Convolution,
    stem: str,
    options: EngineOptions,
    weights: Callable[[], NDArray[np.generic]],
    cost: int,
    *,
    how: str = "",
    grouped: bool = False,
    scratch_bytes: int = 0,
) -> Variant:
    """The kernel `mcugen_<stem>_<rounding>`; `how` its weights lie."""

    def packed() -> tuple[Kernel, Fields]:
        groups = layer.filter.in_channels // layer.weights.shape[3] if grouped else None
        return kernel, (
            ("weights", Table("weights", weights(), layer.comment + how)),
            ("bias", Table("bias", layer.bias, "per output channel")),
            ("requant", requant_table(layer)),
            *layer.filter.fields(),
            *(() if groups is None else (("groups", groups),)),
            *range_fields(layer),
        )

    name = f"mcugen_{stem}"
    kernel = Kernel(f"{name}_{options.rounding}", f"{name}_t", f"{stem}.h", f"{stem}.c")
    return late_call(packed, cost, scratch_bytes=scratch_bytes)


def requant_table(layer: Convolution) -> Table:
    """mcugen_requant_t per output channel."""
    return Table("requant", layer.requant, "multiplier, shift", struct="mcugen_requant_t")
