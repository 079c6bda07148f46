# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""All passes, in order."""

from __future__ import annotations

from mcugen.engines.passes.channels import remove_channels
from mcugen.engines.passes.rewrite import Rewritten
from mcugen.model.ir import Graph


def prune(graph: Graph, *, observed: bool) -> Rewritten:
    """The graph after all passes. Where all layers are `observed`, each can still be shown."""
    return remove_channels(graph, observed=observed)
