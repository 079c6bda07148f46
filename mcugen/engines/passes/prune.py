# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""All passes, in order."""

from __future__ import annotations

from mcugen.engines.passes.channels import remove_channels
from mcugen.engines.passes.clamps import remove_clamps
from mcugen.engines.passes.identities import remove_identities
from mcugen.engines.passes.padding import fold_padding
from mcugen.engines.passes.rewrite import Rewritten
from mcugen.model.ir import Graph


def prune(graph: Graph, *, observed: bool) -> Rewritten:
    """The graph after all passes. Where all layers are `observed`, each can still be shown."""
    passes = [remove_identities, remove_clamps, *([] if observed else [fold_padding])]
    done = Rewritten(graph)
    for remove in passes:
        done = done.then(remove(done.graph))
    return done.then(remove_channels(done.graph, observed=observed))
