# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A device in Python behind an in-memory link: docs/PROTOCOL.md with a NumPy engine.

It is written from the protocol page, not from runtime/: what it shares with the host are only the
frames (mcugen.protocol, which has tests of its own) and the front-end reference. Time is simulated:
an empty read takes the clock to its deadline, so nothing here ever waits.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from mcugen import protocol
from mcugen.errors import DeviceError
from mcugen.export.manifest import Manifest
from mcugen.features.reference import dequantize, quantize, row_extractor
from mcugen.model.ir import Graph
from mcugen.model.numpy_graph import run_graph
from mcugen.protocol import Frame, Request, Source, Status, What

ROW_TICKS = 90_000
INFERENCE_TICKS = 277_000
LAYER_TICKS = 1_000
MARK_TICKS = 20


@dataclass
class Clock:
    """Seconds that pass only when somebody waits."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


class Refused(Exception):
    """A request that gets an error reply."""

    def __init__(self, status: Status) -> None:
        self.status = status


@dataclass
class Stream:
    """The clip that is being received."""

    source: Source
    content: bytes = b""
    rows: list[np.ndarray] = field(default_factory=list)
    pending: list[np.ndarray] = field(default_factory=list)  # rows waiting for room in a reply
    scores: list[float] = field(default_factory=list)
    ended: bool = False  # the flag has come; padding rows are in `pending`


class SimulatedDevice:
    """`link` in one object: bytes written are executed at once, replies wait to be read.

    `unplug_after` requests the link raises, as a pulled cable does. `silent` answers nothing.
    `noise` is sent before every reply. `rounding` is that of the engine.
    """

    name = "simulated"

    def __init__(
        self,
        manifest: Manifest,
        graph: Graph,
        clock: Clock,
        *,
        rounding: str = "double",
        facts: Mapping[str, str] | None = None,
        silent: bool = False,
        noise: bytes = b"",
        unplug_after: int | None = None,
        max_payload: int = 512,
        on_request: Callable[[Frame], None] = lambda frame: None,
    ) -> None:
        self.manifest, self.graph, self.clock = manifest, graph, clock
        self.rounding, self.silent, self.noise = rounding, silent, noise
        self.unplug_after, self.max_payload = unplug_after, max_payload
        self.on_request = on_request
        self.facts = self._facts() | dict(facts or {})
        self.requests = self.inferences = self.repeated = 0
        self.is_open = False
        self._decoder = protocol.FrameDecoder()
        self._outgoing = bytearray()
        self._session: int | None = None
        self._last: tuple[int, bytes] | None = None  # sequence and stored reply
        self._stream: Stream | None = None
        self._window: np.ndarray | None = None  # float features of the last window
        self._input: np.ndarray | None = None
        self._output: np.ndarray | None = None
        self._layer: list[np.ndarray] = []

    def _facts(self) -> dict[str, str]:
        m = self.manifest
        return {
            "model": m.model,
            "model_sha256": m.model_sha256,
            "firmware_sha256": m.firmware_sha256,
            "compiler": "simulated 1.0",
            "flags": "-O2",
            "tick_unit": "instructions",
        }

    # The link.

    def open(self) -> None:
        self.is_open = True

    def close(self) -> None:
        self.is_open = False

    def set_baud(self, baud: int) -> None:
        raise AssertionError("nothing changes the rate of a simulated device")

    def write(self, data: bytes) -> None:
        assert self.is_open
        for frame in self._decoder.feed(data):
            self.on_request(frame)
            self.requests += 1
            if self.unplug_after is not None and self.requests > self.unplug_after:
                raise DeviceError("simulated: the device was unplugged", hint="plug it in")
            if not self.silent:
                self._outgoing += self.noise + self._answer(frame)

    def read(self, count: int, deadline: float) -> bytes:
        if not self._outgoing:
            self.clock.now = max(self.clock.now, deadline)
            return b""
        data = bytes(self._outgoing[:count])
        del self._outgoing[:count]
        return data

    # Delivery, section 3.

    def _answer(self, frame: Frame) -> bytes:
        if frame.type == Request.HELLO:
            (session,) = struct.unpack("<I", frame.payload)
            if session != self._session:
                self._session, self._stream, self._last = session, None, (frame.sequence - 1, b"")
        last = self._last[0] if self._last else None
        if self._last and frame.sequence == last and self._last[1]:
            self.repeated += 1
            return self._last[1]
        if last is None or frame.sequence != (last + 1) & 0xFFFF:
            return self._error(frame, Status.OUT_OF_ORDER)
        try:
            body = HANDLERS[Request(frame.type)](self, frame.payload)
            kind = frame.type | protocol.REPLY_BIT
            reply = protocol.encode_frame(Frame(kind, frame.sequence, body))
        except Refused as refused:
            reply = self._error(frame, refused.status)
        self._last = (frame.sequence, reply)
        return reply

    def _error(self, frame: Frame, status: Status) -> bytes:
        payload = struct.pack("<b", status) + status.name.encode()
        return protocol.encode_frame(Frame(protocol.ERROR_TYPE, frame.sequence, payload))

    # Requests, sections 4 to 8.

    def hello(self, payload: bytes) -> bytes:
        input_tensor = self.graph.tensors[self.graph.inputs[0]]
        output_tensor = self.graph.tensors[self.graph.outputs[0]]
        sizes = (1, self.max_payload, 0, input_tensor.elements, output_tensor.elements)
        text = "".join(f"{key}={value}\n" for key, value in self.facts.items())
        return struct.pack("<HHQII", *sizes) + text.encode()

    def reset(self, payload: bytes) -> bytes:
        self._stream = self._window = self._input = self._output = None
        return b""

    def push(self, payload: bytes) -> bytes:
        source, flags, data = Source(payload[0]), payload[1], payload[2:]
        if self._stream is None:
            self._stream = Stream(source)
        stream = self._stream
        if stream.source != source:
            raise Refused(Status.BAD_ARGUMENT)
        room = self.max_payload - 16
        if not stream.pending:
            self._take(stream, data, bool(flags & 1))
            taken = len(data)
        else:
            taken = 0  # rows of before go first
        count = min(room // 20, len(stream.pending))
        row_ticks, windows = [], []
        for row in stream.pending[:count]:
            row_ticks.append(ROW_TICKS if source is Source.PCM else 0)
            windows.extend(self._row(stream, row))
        del stream.pending[:count]
        ended = stream.ended and not stream.pending
        if ended:
            self._stream = None
        mean = float(np.mean(stream.scores)) if stream.scores else 0.0
        head = (len(row_ticks), len(windows), taken, int(ended), mean, len(stream.scores))
        return b"".join(
            (
                struct.pack("<HHHHfI", *head),
                struct.pack(f"<{len(row_ticks)}I", *row_ticks),
                *(struct.pack("<IfQ", *window) for window in windows),
            )
        )

    def _take(self, stream: Stream, data: bytes, end: bool) -> None:
        stream.content += data
        stream.ended = end
        front_end = self.manifest.front_end
        if stream.source is Source.PCM:
            if end:  # a whole clip at once: only the reply has to be cut
                samples = np.frombuffer(stream.content, "<i2").astype(np.int16)
                rows = row_extractor(front_end)(samples)
                stream.pending.extend(rows[front_end.first_row : front_end.last_row])
            return
        kind = np.dtype("<f4" if stream.source is Source.FEATURES else np.int8)
        size = front_end.row_values * kind.itemsize
        while len(stream.content) >= size:
            values = np.frombuffer(stream.content[:size], kind)
            stream.content = stream.content[size:]
            if stream.source is Source.INT8:
                quant = self.graph.tensors[self.graph.inputs[0]].quant
                assert quant is not None
                values = dequantize(values, quant)
            stream.pending.append(values.astype(np.float32))

    def _row(self, stream: Stream, row: np.ndarray) -> list[tuple[int, float, int]]:
        front_end = self.manifest.front_end
        stream.rows.append(row)
        since_first = len(stream.rows) - front_end.window_rows
        if since_first < 0 or since_first % front_end.stride_rows:
            return []
        self._window = np.concatenate(stream.rows[-front_end.window_rows :])
        score = self._infer(self._window)
        stream.scores.append(score)
        return [(len(stream.scores) - 1, score, INFERENCE_TICKS + len(stream.scores))]

    def _infer(self, window: np.ndarray) -> float:
        source = self.graph.tensors[self.graph.inputs[0]]
        target = self.graph.tensors[self.graph.outputs[0]]
        assert source.quant is not None and target.quant is not None
        self._input = quantize(window, source.quant)
        values = [self._input.reshape(1, *source.shape)]
        results = run_graph(self.graph, values, self.rounding)
        self._output = results[target.index].ravel().astype(np.int8)
        self.inferences += 1
        if self.manifest.score == "none":
            return 0.0
        error = dequantize(self._output, target.quant) - window
        return float(np.mean(error.astype(np.float32) ** 2))

    def read_tensor(self, payload: bytes) -> bytes:
        what, index, offset, count = struct.unpack("<BBIH", payload)
        if self._output is None or self._input is None:
            raise Refused(Status.NOT_READY)
        if what == What.LAYER:
            return self._layer[index].astype(np.int8).tobytes()[offset : offset + count]
        if index:
            raise Refused(Status.BAD_ARGUMENT)
        tensors = {What.INPUT: self._input, What.OUTPUT: self._output, What.FEATURES: self._window}
        content = np.asarray(tensors[What(what)]).tobytes()
        return content[offset : offset + count]

    def layer(self, payload: bytes) -> bytes:
        (layer,) = struct.unpack("<I", payload)
        if self._input is None:
            raise Refused(Status.NOT_READY)
        if layer >= len(self.graph.ops):
            raise Refused(Status.BAD_ARGUMENT)
        source = self.graph.tensors[self.graph.inputs[0]]
        values = [self._input.reshape(1, *source.shape)]
        results = run_graph(self.graph, values, self.rounding)
        self._layer = [results[index] for index in self.graph.ops[layer].outputs]
        return b""

    def profile(self, payload: bytes) -> bytes:
        """Two intervals for each operator; every mark takes MARK_TICKS of its interval."""
        if self._output is None:
            raise Refused(Status.NOT_READY)
        (first,) = struct.unpack("<I", payload)
        layers = [op.index for op in self.graph.ops for _ in range(2)]
        room = (self.max_payload - 8) // 8
        given = layers[first : first + room]
        head = struct.pack("<II", len(layers), protocol.CALIBRATION_MARKS * MARK_TICKS)
        ticks = (LAYER_TICKS * (layer + 1) + MARK_TICKS for layer in given)
        pairs = zip(given, ticks, strict=True)
        return head + b"".join(struct.pack("<II", *pair) for pair in pairs)

    def infer(self, payload: bytes) -> bytes:
        warmup, repeats = struct.unpack("<HH", payload)
        if not 1 <= repeats <= 64:
            raise Refused(Status.BAD_ARGUMENT)
        if self._output is None:
            raise Refused(Status.NOT_READY)
        self.inferences += warmup + repeats
        return struct.pack(f"<{repeats}I", *(INFERENCE_TICKS + i for i in range(repeats)))

    def stats(self, payload: bytes) -> bytes:
        damaged = self._decoder.damaged
        return struct.pack("<7I", 1416, 192, 256, damaged, self.repeated, 0, self.inferences)


HANDLERS: dict[Request, Callable[[SimulatedDevice, bytes], bytes]] = {
    Request.HELLO: SimulatedDevice.hello,
    Request.RESET: SimulatedDevice.reset,
    Request.PUSH: SimulatedDevice.push,
    Request.READ: SimulatedDevice.read_tensor,
    Request.INFER: SimulatedDevice.infer,
    Request.STATS: SimulatedDevice.stats,
    Request.LAYER: SimulatedDevice.layer,
    Request.PROFILE: SimulatedDevice.profile,
}
