# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Synthetic machines: the same samples everywhere, and faults that can be heard."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from mcugen.train.synth import FAULTS, MACHINE_TYPES, SAMPLE_RATE_HZ, machine_of, synth_clip

HASHES = {
    None: "301cafda4c7e68dadf390d4a7357bf434bfbb7c48928e09c5957dfd015f17add",
    "bearing-ticks": "ef18d5e81677ec884b75f503b7665b8b0405db30c1b6d549b384f9ecf75c27a1",
    "imbalance": "78f7caa44c80cd1e5869e0995492fdcabedefbc8d5729f0c4cdf4cabf1e23781",
    "missing-tooth": "b9e6eeb34e7d2367ed94b4e7cb7b8544634366bcc222a90a628ff193f9d6037c",
    "rattle": "7af04ada351a82dbee4cf8176af956fe45dc7e7753921659c547a131b979fbb4",
}
"""sha256 of machine 2, seed 7, 1 s: these samples are what the bundled model was trained on."""


@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_samples_never_change(fault: str | None) -> None:
    samples = synth_clip(2, fault, 7, seconds=1.0)
    assert samples.dtype == np.int16
    assert samples.shape == (SAMPLE_RATE_HZ,)
    assert hashlib.sha256(samples.astype("<i2").tobytes()).hexdigest() == HASHES[fault]


def test_every_argument_matters() -> None:
    clips = [
        synth_clip(1, None, 0, 0.2),
        synth_clip(2, None, 0, 0.2),
        synth_clip(1, "rattle", 0, 0.2),
        synth_clip(1, None, 1, 0.2),
        synth_clip(1, None, 0, 0.2, machine_type="fan"),
    ]
    assert len({clip.tobytes() for clip in clips}) == len(clips)


@pytest.mark.parametrize("fault", [None, *FAULTS])
@pytest.mark.parametrize("machine_type", MACHINE_TYPES)
def test_no_clip_reaches_full_scale_or_silence(machine_type: str, fault: str | None) -> None:
    for machine_id in range(1, 5):
        samples = synth_clip(machine_id, fault, 3, 1.0, machine_type).astype(np.int32)
        assert np.abs(samples).max() < 32767
        assert samples.std() > 300


def band_energy(samples: np.ndarray, low_hz: float, high_hz: float) -> float:
    power = np.abs(np.fft.rfft(samples / 32768.0)) ** 2
    hz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE_HZ)
    return float(power[(hz >= low_hz) & (hz < high_hz)].sum())


def test_faults_sound_where_they_should() -> None:
    machine = machine_of("gearbox", 1)
    rotor_hz, casing_hz = machine.rotor_hz, machine.casing_hz[0]
    bands = {
        "bearing-ticks": (4000.0, 6500.0),
        "imbalance": (0.5 * rotor_hz, 3.5 * rotor_hz),
        "missing-tooth": (0.9 * casing_hz, 1.1 * casing_hz),
        "rattle": (5000.0, 8000.0),
    }
    for fault, band in bands.items():
        quiet = np.median([band_energy(synth_clip(1, None, s, 2.0), *band) for s in range(5)])
        loud = np.median([band_energy(synth_clip(1, fault, s, 2.0), *band) for s in range(5)])
        assert loud > 1.5 * quiet, fault
