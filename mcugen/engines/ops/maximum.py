# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""MAXIMUM and MINIMUM of equally quantised int8 operands; portable, and for DSP cores."""

from __future__ import annotations

from collections.abc import Iterable

from mcugen.engines.aot.variants import Kernel, Operator, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared.broadcast import NEEDS_TWO, pair_of, pair_reasons, pair_variant
from mcugen.engines.ops.shared.checks import same_quantisation_reasons, to_problems
from mcugen.model.ir import Graph, Op, Problem

_PORTABLE_COST = 14  # instructions per element
_DSP_COST = 4


def problems(graph: Graph, op: Op) -> Iterable[Problem]:
    """int8 operands that broadcast; all tensors of one quantisation, as TFLite does not rescale."""
    pair = pair_of(graph, op)
    if pair is None:
        return to_problems(op, [(NEEDS_TWO, "")])
    reasons = [*pair_reasons(pair)]
    return to_problems(op, reasons or same_quantisation_reasons(pair.a, pair.b, pair.out))


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A portable kernel and a DSP kernel."""
    pair = pair_of(graph, op)
    assert pair is not None
    function = f"mcugen_{op.kind.lower()}"
    portable = Kernel(function, "mcugen_maximum_t", "maximum.h", "maximum.c")
    dsp = Kernel(f"{function}_dsp", "mcugen_maximum_t", "maximum.h", "maximum_dsp.c")
    found = (pair_variant(pair, portable, (), _PORTABLE_COST),)
    return (*found, pair_variant(pair, dsp, (), _DSP_COST)) if "dsp" in options.isa else found


OPERATOR = Operator(problems, variants)
