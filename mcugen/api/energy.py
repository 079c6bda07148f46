# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`--energy`: what an instrument, or a recording, says of the device that a run measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mcugen.device.energy import Bench, clip_energy, inference_energy, recorded_energy
from mcugen.device.measure import push_zero_window
from mcugen.device.session import Session
from mcugen.energy.instruments import open_instrument
from mcugen.energy.trace import read_trace
from mcugen.features.coding import input_coding
from mcugen.records import EnergyRecord
from mcugen.samples.clips import Clip
from mcugen.samples.stimulus import make_stimulus

CLIPS = 10  # whose energy is measured: a comparison needs several
RECORDING = "csv:"


def energies(
    session: Session, clips: Sequence[Clip], asked: str | None, volts: float | None
) -> tuple[EnergyRecord, ...]:
    """Of one inference and of the first clips; of inferences alone where a recording is given."""
    if not asked:
        return ()
    if asked.startswith(RECORDING):
        path = Path(asked.removeprefix(RECORDING))
        return (recorded_energy(read_trace(path), path.name),)
    front_end, coding = session.manifest.front_end, input_coding(session.reference.graph)
    clips = clips[:CLIPS]
    stimuli = [make_stimulus(c.path, session.input_name, front_end, coding) for c in clips]
    instrument = open_instrument(asked, volts)
    try:
        bench = Bench(session.client, instrument, session.identity.ticks_per_second)
        push_zero_window(session.client, front_end, coding)
        of_inference = inference_energy(bench)
        if not stimuli:
            return (of_inference,)
        of_clip = clip_energy(bench, tuple(stimuli))
        return (of_inference, replace(of_clip, clips=tuple(clip.sha256 for clip in clips)))
    finally:
        instrument.close()
