# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Mutated models through read, check, inspect and generate: refused by name or compiled, never more.

MCUGEN_MUTANTS sets how many are tried (default 1000, 4 s), MCUGEN_MUTANTS_SEED the first. A failing
seed is made again by `tests.model.mutants.mutant(seed)`.
"""

from __future__ import annotations

import collections
import os

from tests.model.mutants import faults, mutant

COUNT = int(os.environ.get("MCUGEN_MUTANTS", "1000"))
FIRST = int(os.environ.get("MCUGEN_MUTANTS_SEED", "0"))


def test_a_mutant_is_refused_by_name_or_compiled() -> None:
    seen = collections.Counter()
    for seed, outcome in faults(FIRST, COUNT):
        assert not outcome.startswith("FAULT"), f"seed {seed}: {outcome}"
        seen[outcome] += 1
    assert 0.1 * COUNT < seen["compiled"] < 0.6 * COUNT, "mutants neither all sound nor all broken"
    assert len(seen) > 0.05 * COUNT, "many different reasons"


def test_a_seed_gives_the_same_mutant() -> None:
    assert mutant(7) == mutant(7) != mutant(8)
