# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A stimulus through the device: pushed piece by piece, answered by windows and their costs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from mcugen.protocol import PushReply, What
from mcugen.run.client import Client
from mcugen.samples.stimulus import Stimulus


@dataclass(frozen=True, slots=True)
class Read:
    """A tensor to read: what, its number, and its size."""

    what: What
    index: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Step:
    """What one PUSH gave. `tensors` are those of its last window, as far as they were asked for."""

    done: float  # part of the stimulus that the device has taken, 0 to 1
    reply: PushReply
    tensors: Mapping[Read, bytes]


def stream(client: Client, stimulus: Stimulus, *, reads: Collection[Read] = ()) -> Iterator[Step]:
    """Sends the stimulus as one clip from a clean state, request by request.

    With `reads` every request completes at most one row, so that each window's tensors are read
    before the next window replaces them; of the windows that padding completes only the last is.
    """
    client.reset()
    chunk_bytes = stimulus.row_bytes if reads else None
    taken = 0
    for reply in client.push(stimulus.source, stimulus.data, end=True, chunk_bytes=chunk_bytes):
        taken += reply.taken
        wanted = reads if reply.windows else ()
        tensors = {r: client.read(r.what, r.bytes, index=r.index) for r in wanted}
        yield Step(taken / len(stimulus.data), reply, tensors)
