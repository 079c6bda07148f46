# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A stimulus through the device: pushed piece by piece, answered by windows and their costs."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from mcugen.device.client import Client
from mcugen.errors import DeviceError
from mcugen.protocol import PushReply, Source, What
from mcugen.samples.stimulus import Stimulus


@dataclass(frozen=True, slots=True)
class Read:
    """A tensor to read: what, its number, and its size."""

    what: What
    index: int
    bytes: int


MEANS_DIFFER = 1e-4  # relatively: the device adds in float32


@dataclass(frozen=True, slots=True)
class StreamStep:
    """What one PUSH gave. `tensors` are those of its last window, as far as they were asked for."""

    done: float  # part of the stimulus that the device has taken, 0 to 1
    reply: PushReply
    tensors: Mapping[Read, bytes]


def stream(
    client: Client, stimulus: Stimulus, *, reads: Collection[Read] = ()
) -> Iterator[StreamStep]:
    """Sends the stimulus as one clip from a clean state, request by request.

    With `reads` every request completes at most one row, so that each window's tensors are read
    before the next window replaces them; of the windows that padding completes only the last is.
    DeviceError for replies that do not add up to this stimulus.
    """
    client.reset()
    chunk_bytes = stimulus.row_bytes if reads else None
    taken = 0
    so_far = _SoFar(client, stimulus)
    for reply in client.push(stimulus.source, stimulus.data, end=True, chunk_bytes=chunk_bytes):
        taken += reply.taken
        so_far.add(reply)
        wanted = reads if reply.windows else ()
        tensors = {r: client.read(r.what, r.bytes, index=r.index) for r in wanted}
        yield StreamStep(taken / len(stimulus.data), reply, tensors)
    so_far.check_end()


def stream_whole(client: Client, stimulus: Stimulus) -> None:
    """Sends the stimulus for what it leaves behind on the device; the replies are only checked."""
    for _ in stream(client, stimulus):
        pass


@dataclass(slots=True)
class _SoFar:
    """What the replies to the pushes of one clip add up to; DeviceError for what cannot be."""

    client: Client
    stimulus: Stimulus
    rows: int = 0
    scores: list[float] = field(default_factory=list)

    def add(self, reply: PushReply) -> None:
        """Counts and checks one reply, also against those before it."""
        self.rows += len(reply.row_ticks)
        if self.rows > self.stimulus.rows:
            raise self._fault(f"made more than the {self.stimulus.rows} rows of the clip")
        for window in reply.windows:
            if window.index != len(self.scores):
                raise self._fault(f"made window {window.index} after {len(self.scores)} windows")
            if not (math.isfinite(window.score) and window.score >= 0):
                raise self._fault(f"gave the score {window.score} to window {window.index}")
            self.scores.append(window.score)
        if len(self.scores) > len(self.stimulus.inputs):
            raise self._fault(self._windows())
        if reply.clip_windows != len(self.scores):
            raise self._fault(f"counts {reply.clip_windows} windows, it made {len(self.scores)}")
        mean = sum(self.scores) / max(len(self.scores), 1)
        if not math.isclose(reply.clip_score, mean, rel_tol=MEANS_DIFFER, abs_tol=1e-30):
            raise self._fault(f"reports the mean score {reply.clip_score:g} instead of {mean:g}")

    def check_end(self) -> None:
        """DeviceError when windows, or pushed rows, are missing at the end of the clip."""
        pushed = self.stimulus.source is not Source.PCM  # of a source the last rows may not be sent
        if pushed and self.rows != self.stimulus.rows:
            raise self._fault(f"made {self.rows} rows, the clip has {self.stimulus.rows}")
        if len(self.scores) != len(self.stimulus.inputs):
            raise self._fault(self._windows())

    def _windows(self) -> str:
        return f"made {len(self.scores)} windows, the clip has {len(self.stimulus.inputs)}"

    def _fault(self, what: str) -> DeviceError:
        return DeviceError(
            f"{self.client.name}: the device {what}",
            hint="the front-end of the firmware differs from the one in manifest.json: build again",
        )
