# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""MAXIMUM and MINIMUM of equally quantised int8 operands; portable, and for DSP cores."""

from __future__ import annotations

from collections.abc import Iterable

from mcugen.engines.aot.variants import Kernel, Operator, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.broadcast import Pair
from mcugen.model.ir import Graph, Op

_PORTABLE_COST = 14  # instructions per element
_DSP_COST = 4


def reasons(graph: Graph, op: Op) -> Iterable[checks.Reason]:
    """int8 operands that broadcast; all tensors of one quantisation, as TFLite does not rescale."""
    pair = Pair.of(graph, op)
    return [*pair.reasons()] or checks.same_quantisation_reasons(pair.a, pair.b, pair.out)


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A portable kernel and a DSP kernel."""
    pair = Pair.of(graph, op)
    function = f"mcugen_{op.kind.lower()}"
    portable = Kernel(function, "mcugen_maximum_t", "maximum.h", "maximum.c")
    dsp = Kernel(f"{function}_dsp", "mcugen_maximum_t", "maximum.h", "maximum_dsp.c")
    found = (pair.variant(portable, (), _PORTABLE_COST),)
    return (*found, pair.variant(dsp, (), _DSP_COST)) if "dsp" in options.isa else found


OPERATOR = Operator(checks.as_problems(reasons), variants)
