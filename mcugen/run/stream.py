# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A stimulus through the device: pushed piece by piece, answered by windows and their costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcugen.protocol import PushReply, What
from mcugen.run.client import Client
from mcugen.samples.stimulus import Stimulus


@dataclass(frozen=True, slots=True)
class Step:
    """What one PUSH gave. `tensors` are those of its last window, as far as they were asked for."""

    done: float  # part of the stimulus that the device has taken, 0 to 1
    reply: PushReply
    tensors: Mapping[What, NDArray[np.int8]]


def stream(
    client: Client, stimulus: Stimulus, *, reads: Mapping[What, int] | None = None
) -> Iterator[Step]:
    """Sends the stimulus as one clip from a clean state, request by request.

    `reads` names int8 tensors and their sizes in bytes. With it every request completes at most one
    row, so that each window's tensors (those of windows completed by padding apart, of which only
    the last is seen) are read before the next window replaces them.
    """
    client.reset()
    chunk_bytes = stimulus.row_bytes if reads else None
    taken = 0
    for reply in client.push(stimulus.source, stimulus.data, end=True, chunk_bytes=chunk_bytes):
        taken += reply.taken
        wanted = (reads or {}).items() if reply.windows else ()
        tensors = {what: np.frombuffer(client.read(what, size), np.int8) for what, size in wanted}
        yield Step(taken / len(stimulus.data), reply, tensors)
