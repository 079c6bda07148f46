# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""All passes, in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mcugen.engines.contract import EngineOptions
from mcugen.engines.passes.channels import remove_channels
from mcugen.engines.passes.clamps import remove_clamps
from mcugen.engines.passes.constants import fold_constants
from mcugen.engines.passes.equal import share_equal_channels
from mcugen.engines.passes.identities import remove_identities
from mcugen.engines.passes.padding import fold_padding
from mcugen.engines.passes.rewrite import Rewritten
from mcugen.engines.passes.taps import remove_zero_taps
from mcugen.model.ir import Graph


@dataclass(frozen=True, slots=True)
class _Pass:
    """`always`: with `--no-prune` too. `hides`: what it removes cannot be shown, so that it does not run
    where all layers are observed."""

    run: Callable[[Graph, EngineOptions], Rewritten]
    always: bool = False
    hides: bool = False


PASSES = (
    _Pass(fold_constants, always=True),
    _Pass(remove_identities),
    _Pass(remove_clamps),
    _Pass(fold_padding, hides=True),
    _Pass(remove_channels),
    _Pass(share_equal_channels),
    _Pass(remove_zero_taps),
)


def prune(graph: Graph, options: EngineOptions) -> Rewritten:
    """The graph after all passes that the options allow."""
    done = Rewritten(graph)
    for each in PASSES:
        allowed = each.always or options.prune
        if allowed and not (each.hides and options.per_layer):
            done = done.then(each.run(done.graph, options))
    return done
