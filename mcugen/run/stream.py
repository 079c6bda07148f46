# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A stimulus through the device: pushed piece by piece, answered by windows and their costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcugen.protocol import PushReply, What
from mcugen.run.client import Client
from mcugen.run.stimulus import Stimulus


@dataclass(frozen=True, slots=True)
class Step:
    """What one PUSH gave. `output` is that of its last window, read only when asked for."""

    done: float  # part of the stimulus that the device has taken, 0 to 1
    reply: PushReply
    output: NDArray[np.int8] | None


def stream(
    client: Client, stimulus: Stimulus, *, output_bytes: int | None = None
) -> Iterator[Step]:
    """Sends the stimulus as one clip from a clean state, request by request.

    With `output_bytes` every request completes at most one row, so that each window's output (those
    completed by padding apart) is read before the next one replaces it.
    """
    client.reset()
    chunk_bytes = None if output_bytes is None else stimulus.row_bytes
    taken = 0
    for reply in client.push(stimulus.source, stimulus.data, end=True, chunk_bytes=chunk_bytes):
        taken += reply.taken
        output = None
        if output_bytes is not None and reply.windows:
            output = np.frombuffer(client.read(What.OUTPUT, output_bytes), np.int8)
        yield Step(taken / len(stimulus.data), reply, output)
