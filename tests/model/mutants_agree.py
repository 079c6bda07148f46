# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Mutants that are compiled compute what TFLite Micro computes. By hand, 300 of them:

python -m tests.model.mutants_agree 300
"""

from __future__ import annotations

import collections
import sys
import tempfile
from pathlib import Path

import numpy as np

from mcugen.engines.contract import EngineOptions
from mcugen.errors import McugenError
from tests.engines.vectors import differences, vectors_of
from tests.model.mutants import corpus, mutant, use


def verdict(content: bytes, folder: Path) -> str:
    """`equal`, `differs`, or why there is nothing to compare."""
    try:
        graph, _ = use(content)
    except McugenError:
        return "refused"
    if any(np.prod(graph.tensors[i].shape) > 1 << 16 for i in (*graph.inputs, *graph.outputs)):
        return "large"
    try:
        vectors = vectors_of(content, folder, ["double"])
    except McugenError:
        return "TFLite Micro does not take it"
    return "differs" if any(differences(vectors, EngineOptions(), folder)) else "equal"


def main(count: int, first: int = 0) -> int:
    corpus()
    seen: collections.Counter[str] = collections.Counter()
    seed = first
    while seen["equal"] + seen["differs"] < count:
        with tempfile.TemporaryDirectory() as folder:
            found = verdict(mutant(seed), Path(folder))
        if found == "differs":
            print(f"seed {seed} differs", flush=True)
        seen[found] += 1
        seed += 1
    print(f"{seed - first} mutants: " + ", ".join(f"{n} {what}" for what, n in seen.items()))
    return 1 if seen["differs"] else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
