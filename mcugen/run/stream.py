# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A stimulus through the device: cut into requests, answered by windows and their costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import DeviceError
from mcugen.protocol import PushReply
from mcugen.run.client import Client
from mcugen.run.stimulus import Stimulus

READ_OUTPUT = 1
PUSH_HEADER_BYTES = 2


@dataclass(frozen=True, slots=True)
class Step:
    """What one PUSH gave. `output` is that of its last window, read only when asked for."""

    done: float  # part of the stimulus that the device has taken, 0 to 1
    reply: PushReply
    output: NDArray[np.int8] | None


def stream(
    client: Client, stimulus: Stimulus, *, max_payload: int, output_bytes: int | None = None
) -> Iterator[Step]:
    """Sends the stimulus as one clip from a clean state, request by request.

    With `output_bytes` every request completes at most one row, so that each window's output (those
    completed by padding apart) can be read before the next one replaces it.
    """
    client.reset()
    limit = max_payload - PUSH_HEADER_BYTES
    if output_bytes is not None:
        limit = min(limit, stimulus.row_bytes)
    position = 0
    while True:
        data = stimulus.data[position : position + limit]
        reply = client.push(
            stimulus.source, data, end=position + len(data) == len(stimulus.data)
        )
        if not (reply.taken or reply.rows or reply.ended):
            raise DeviceError("the device takes no more of the clip, although it has not ended")
        position += reply.taken
        output = None
        if output_bytes is not None and reply.windows:
            output = read_tensor(client, 0, output_bytes, max_payload)
        yield Step(position / len(stimulus.data), reply, output)
        if reply.ended:
            return


def read_tensor(client: Client, index: int, size: int, max_payload: int) -> NDArray[np.int8]:
    """Output tensor `index` of the last inference, all `size` bytes of it."""
    content = bytearray()
    while len(content) < size:
        count = min(size - len(content), max_payload)
        part = client.read(READ_OUTPUT, index, len(content), count)
        if not part:
            raise DeviceError(f"output {index} ends after {len(content)} of {size} bytes")
        content += part
    return np.frombuffer(bytes(content), np.int8)
