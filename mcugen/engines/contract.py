# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What every engine offers to `mcugen build` and `mcugen inspect`."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

from mcugen.codegen.tree import SourceTree
from mcugen.engines.passes.rewrite import Removal
from mcugen.memory import MemoryPlan
from mcugen.model.ir import Graph, Problem

Rounding = Literal["double", "single"]
Optimize = Literal["speed", "size", "fastest"]


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """All that shapes the generated engine besides the model.

    `isa` is the board's capability set, of boards.ISAS. `per_layer` makes the output of every layer
    observable, at the price of RAM; `profile` its cost, at the price of flash. `prune` removes what
    provably never matters. `any_weights`: other weights may take the model's place at run time.
    `arena_limit_bytes`, where known, becomes a static assertion. `model_bytes`, the .tflite that is
    linked, and `arena_bytes` (None: propose one) are for interpreters.
    """

    rounding: Rounding = "double"
    optimize: Optimize = "speed"
    isa: frozenset[str] = frozenset()
    per_layer: bool = False
    profile: bool = False
    prune: bool = True
    any_weights: bool = False
    arena_limit_bytes: int | None = None
    model_bytes: bytes | None = None
    arena_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class EnginePlan:
    """What the engine will need, known before anything is compiled.

    `step_names` label the steps that the buffers of `memory` count; `peak_step` is the one with the
    most bytes alive. `weight_bytes` are all constant tables in flash. `state_bytes` of the arena outlive
    an inference: variables, as far as the engine knows. `removals` is what never matters and is not
    computed. `uncounted` names memory that only a vendor's compiler knows. Where `batch` windows are
    computed at once, `arena_bytes` is for that, `memory` for one.
    """

    arena_bytes: int
    weight_bytes: int
    memory: MemoryPlan
    step_names: tuple[str, ...]
    peak_step: str
    removals: tuple[Removal, ...] = ()
    uncounted: str = ""
    state_bytes: int = 0
    batch: int = 1


@dataclass(frozen=True, slots=True)
class Engine:
    """A way to run a model. `plan` and `emit` raise ModelError, naming all problems, for a graph that
    `supports` objects to; the emitted tree holds `model/` and the files of `runtime/` it calls.

    `operators` are the schema's names that it can take at all. `options` names the options of
    `mcugen build` that not every engine takes and this one does. `links_tflm`: the .tflite itself is
    linked, with a TFLite Micro that `--tflm` or the vendor's SDK brings; its C++ files need
    `cxx_defines`. `runs_file`: a tool on the board runs the .tflite; there is no firmware, and no check of
    the model.
    """

    name: str
    supports: Callable[[Graph], tuple[Problem, ...]]
    plan: Callable[[Graph, EngineOptions], EnginePlan]
    emit: Callable[[Graph, EngineOptions], SourceTree]
    operators: Collection[str] = ()
    options: frozenset[str] = frozenset()
    roundings: tuple[Rounding, ...] = ("double",)
    links_tflm: bool = False
    cxx_defines: tuple[str, ...] = ()
    runs_file: bool = False
