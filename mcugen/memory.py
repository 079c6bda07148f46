# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Static memory planning: buffers with lifetimes in, offsets in one arena out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Buffer:
    """Needs `size_bytes` of RAM from step `first_step` to `last_step`, both included.

    Tensors that share memory (in-place operators, RESHAPE) are one Buffer; scratch of a step is a
    Buffer that lives for that step only. Steps count the calls of the generated code, from 0.
    """

    name: str
    size_bytes: int
    first_step: int
    last_step: int


@dataclass(frozen=True, slots=True)
class Placement:
    """A buffer and its byte offset in the arena."""

    buffer: Buffer
    offset: int


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """Where every buffer lives; `lower_bound_bytes` is the largest sum alive at one step."""

    placements: tuple[Placement, ...]
    arena_bytes: int
    lower_bound_bytes: int
