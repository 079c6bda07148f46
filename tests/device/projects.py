# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A small project on disk, its clips, and a session with a simulated device in front of it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from mcugen.device.client import Client
from mcugen.device.identity import open_device
from mcugen.device.journal import open_journal
from mcugen.device.session import Outcome, Session, describe_run, run_clips
from mcugen.export.manifest import Manifest, manifest_json
from mcugen.features.spec import FrontEnd, LogMel
from mcugen.model.ir import Graph
from mcugen.model.reference import Reference
from mcugen.model.tflite import parse_tflite
from mcugen.samples.clips import Clip, find_clips
from mcugen.transport.link import Link
from tests.device.simulated_device import Clock, SimulatedDevice
from tests.tflite_writer import fully_connected
from tests.transport.fake_link import FakeLink, Faults

RATE_HZ = 8000
ROWS = LogMel(sample_rate_hz=RATE_HZ, n_fft=256, hop_samples=128, n_mels=8, fmax_hz=4000.0)
LOG_MEL = FrontEnd("log-mel", 8, 2, first_row=3, last_row=40, rows=ROWS)
RAW = FrontEnd("raw", 16, 1)
SESSION = 0x1234_5678


def small_model() -> bytes:
    """16 -> 16 values. The scales' ratio is 0.3, where one rounding and two often differ."""
    random = np.random.default_rng(7)
    weights = np.zeros((16, 16), np.int8)
    weights[np.arange(16), random.permutation(16)] = random.choice([-1, 1], 16)
    bias = random.integers(-60, 60, 16).astype(np.int32)
    return fully_connected(
        weights, bias, input_quant=(0.39, 89), weight_scales=0.37, output_quant=(0.481, 40)
    )


@dataclass(frozen=True)
class Bench:
    """A project folder and a folder of clips."""

    folder: Path
    clips: Path
    manifest: Manifest
    graph: Graph

    @property
    def model(self) -> Path:
        return self.folder / self.manifest.model_file

    def found(self) -> tuple[Clip, ...]:
        return find_clips([self.clips], [".wav"])

    def device(self, clock: Clock, **how: Any) -> SimulatedDevice:
        return SimulatedDevice(self.manifest, self.graph, clock, **how)


def make_bench(
    root: Path, front_end: FrontEnd = LOG_MEL, score: str = "reconstruction-error"
) -> Bench:
    """Two normal and two anomalous clips of 0.8 s, and the project of a model of 16 values."""
    data = small_model()
    folder, clips = root / "project", root / "clips"
    (folder / "model").mkdir(parents=True)
    clips.mkdir()
    (folder / "model" / "small.tflite").write_bytes(data)
    manifest = Manifest(
        tool="mcugen 0.1.0",
        model="small",
        model_file="model/small.tflite",
        model_sha256=hashlib.sha256(data).hexdigest(),
        board="mps2-an505",
        board_title="Arm MPS2+ AN505",
        engine="aot",
        rounding="double",
        optimize="speed",
        accelerator="cpu",
        front_end=front_end,
        score=score,
        threshold=600.0,
        arena_bytes=256,
        weight_bytes=320,
        firmware_sha256="ab" * 32,
    )
    (folder / "manifest.json").write_bytes(manifest_json(manifest, {}))
    random = np.random.default_rng(3)
    for number, label in enumerate(("normal", "anomaly", "normal", "anomaly")):
        samples = random.normal(0, 9000 if label == "normal" else 300, RATE_HZ * 4 // 5)
        pcm = np.clip(samples, -32768, 32767).astype(np.int16)
        soundfile.write(clips / f"{label}_{number}.wav", pcm, RATE_HZ)
    return Bench(folder, clips, manifest, parse_tflite(data, "small"))


@contextmanager
def opened(
    bench: Bench, reference: Reference, link: Link, clock: Clock, **options: Any
) -> Iterator[Session]:
    """A session over `link`."""
    settings = {"input_name": "pcm", "check_outputs": False} | options
    with open_device(link, bench.manifest, lambda it: Client(it, SESSION, clock=clock)) as (
        client,
        identity,
    ):
        yield Session(client, identity, bench.manifest, reference=reference, **settings)


def run_bench(
    bench: Bench,
    reference: Reference,
    out: Path,
    *,
    faults: Faults | None = None,
    repeats: int = 0,
    on_progress: Any = lambda clip, part: None,
    clips: tuple[Clip, ...] | None = None,
    input_name: str = "pcm",
    check_outputs: bool = False,
    seed: int = 1,
    counts: Counter[str] | None = None,
    **device: Any,
) -> tuple[Outcome, SimulatedDevice]:
    """One whole run; the device is returned to be looked at."""
    clock = Clock()
    simulated = bench.device(clock, **device)
    link: Link = simulated
    if faults is not None:
        link = FakeLink(simulated, faults, seed, clock=clock)
    options = {"input_name": input_name, "check_outputs": check_outputs}
    try:
        with opened(bench, reference, link, clock, **options) as session:
            head = describe_run(
                session.identity, bench.manifest, input_name, str(reference.info), link.name
            )
            out.mkdir(exist_ok=True)
            journal = open_journal(out, head)
            outcome = run_clips(
                session, journal, clips or bench.found(), on_progress, repeats=repeats
            )
    finally:
        if counts is not None and isinstance(link, FakeLink):
            counts.update(link.counts)
    return outcome, simulated
