# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Sounds of machines that do not exist: normal and faulty, the same samples on every computer.

A machine is a rotor, a gear (or blades) on its shaft, a casing that resonates and the noise of air and
friction. A fault adds its own sound on top. Only raw bits of PCG64 are drawn (NumPy keeps that stream
stable, its distributions not), and float64 differences in the last place vanish when rounded to PCM16.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE_HZ = 16000
DEFAULT_SECONDS = 11.0
SEVERITY = (0.4, 1.0)
"""How far a fault has gone: 1 is clearly audible, below 0.3 is not distinguishable from a healthy machine."""

Samples = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MachineType:
    """Ranges (low, high) from which the machines of one type are drawn."""

    rotor_hz: tuple[float, float]
    teeth: tuple[int, int]
    mesh_level: tuple[float, float]
    noise_level: tuple[float, float]


MACHINE_TYPES = {
    "gearbox": MachineType((19.0, 34.0), (17, 31), (0.20, 0.32), (0.05, 0.09)),
    "fan": MachineType((38.0, 58.0), (5, 9), (0.10, 0.20), (0.14, 0.22)),
}


@dataclass(frozen=True, slots=True)
class Machine:
    """One individual machine; levels are amplitudes where full scale is about 2."""

    rotor_hz: float
    teeth: int
    rotor_levels: tuple[float, ...]  # harmonic 1, 2, ... of the rotor
    mesh_levels: tuple[float, ...]  # harmonic 1, 2, ... of the tooth (or blade) rate
    noise_level: float
    noise_corner_hz: float
    casing_hz: tuple[float, ...]  # resonances of the casing
    bearing_ratio: float  # outer race impacts per turn


class Draw:
    """Random numbers of one seed path, from raw bits only."""

    def __init__(self, *path: int) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence(path))

    def uniform(self, low: float, high: float) -> float:
        """One number, low <= x < high."""
        return low + (high - low) * float(self.uniforms(1)[0])

    def uniforms(self, count: int) -> Samples:
        """`count` numbers, 0 <= x < 1, of 53 bits each."""
        raw = np.asarray(self._bits.random_raw(count), dtype=np.uint64)
        return (raw >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def noise(self, count: int) -> Samples:
        """White noise of unit variance: four uniforms summed, which is Gaussian enough for the ear."""
        return np.asarray(
            (self.uniforms(4 * count).reshape(4, count).sum(axis=0) - 2.0) * np.sqrt(3.0)
        )


def machine_of(machine_type: str, machine_id: int) -> Machine:
    """The individual `machine_id` of a type: always the same one."""
    ranges = MACHINE_TYPES[machine_type]
    draw = Draw(1, list(MACHINE_TYPES).index(machine_type), machine_id)
    mesh = draw.uniform(*ranges.mesh_level)
    return Machine(
        rotor_hz=draw.uniform(*ranges.rotor_hz),
        teeth=ranges.teeth[0] + int(draw.uniform(0, ranges.teeth[1] - ranges.teeth[0] + 1)),
        rotor_levels=tuple(0.20 * draw.uniform(0.6, 1.0) / k**1.2 for k in range(1, 7)),
        mesh_levels=tuple(mesh * draw.uniform(0.5, 1.0) / k for k in range(1, 6)),
        noise_level=draw.uniform(*ranges.noise_level),
        noise_corner_hz=draw.uniform(500.0, 1500.0),
        casing_hz=tuple(draw.uniform(low, 1.3 * low) for low in (900.0, 2100.0, 3900.0)),
        bearing_ratio=draw.uniform(3.3, 4.9),
    )


def synth_clip(
    machine_id: int,
    fault: str | None,
    seed: int,
    seconds: float = DEFAULT_SECONDS,
    machine_type: str = "gearbox",
) -> NDArray[np.int16]:
    """One clip, int16 [seconds * 16000]; `fault` is a key of FAULTS or None for a healthy machine."""
    machine = machine_of(machine_type, machine_id)
    which = 0 if fault is None else 1 + list(FAULTS).index(fault)
    draw = Draw(2, list(MACHINE_TYPES).index(machine_type), machine_id, which, seed)
    turns = _turns(machine, round(seconds * SAMPLE_RATE_HZ), draw)
    sound = _healthy(machine, turns, draw)
    if fault is not None:
        sound += FAULTS[fault](machine, turns, draw.uniform(*SEVERITY), draw)
    gain = 10.0 ** (draw.uniform(-1.0, 1.0) / 20.0)  # the microphone is never in the same place
    return np.asarray(np.clip(np.rint(sound * gain * 16384.0), -32768, 32767), np.int16)


def _turns(machine: Machine, count: int, draw: Draw) -> Samples:
    """Angle of the rotor in turns at each sample: the load makes its speed wander by about 1 %."""
    t = np.arange(count) / SAMPLE_RATE_HZ
    turns = machine.rotor_hz * (1.0 + draw.uniform(-0.01, 0.01)) * t + draw.uniform(0.0, 1.0)
    for _ in range(3):
        rate_hz, swing = draw.uniform(0.05, 0.4), draw.uniform(0.0, 0.004)
        depth = swing * machine.rotor_hz / (2 * np.pi * rate_hz)
        turns += depth * np.sin(2 * np.pi * (rate_hz * t + draw.uniform(0.0, 1.0)))
    return np.asarray(turns)


def _harmonics(turns: Samples, levels: tuple[float, ...], draw: Draw) -> Samples:
    """Sum of levels[k - 1] * sin(2 pi k turns + phase k)."""
    step = np.exp(2j * np.pi * turns)
    power = np.ones_like(step)
    total = np.zeros_like(turns)
    for level in levels:
        power *= step
        total += level * (power * np.exp(2j * np.pi * draw.uniform(0.0, 1.0))).imag
    return total


def _healthy(machine: Machine, turns: Samples, draw: Draw) -> Samples:
    """Rotor + gear mesh, swelling a little once per turn, + shaped noise."""
    rotor = _harmonics(turns, machine.rotor_levels, draw)
    swell = 1.0 + 0.15 * np.sin(2 * np.pi * (turns + draw.uniform(0.0, 1.0)))
    mesh = _harmonics(turns * machine.teeth, machine.mesh_levels, draw)
    level = machine.noise_level * 10.0 ** (draw.uniform(-1.0, 1.0) / 20.0)
    noise = _casing_noise(machine, len(turns), draw)
    return np.asarray(rotor + swell * mesh + level * noise)


def _casing_noise(machine: Machine, count: int, draw: Draw) -> Samples:
    """Noise that falls above the corner and rises at the resonances of the casing; about unit RMS."""
    size = 1 << (count - 1).bit_length()  # a power of two: the FFT of any other length can be slow
    hz = np.fft.rfftfreq(size, 1.0 / SAMPLE_RATE_HZ)
    shape = 1.0 / np.sqrt(1.0 + (hz / machine.noise_corner_hz) ** 2)
    for centre_hz in machine.casing_hz:
        shape += 0.3 / (1.0 + ((hz - centre_hz) / (0.06 * centre_hz)) ** 2)
    shape /= np.sqrt(np.mean(shape**2))
    return np.fft.irfft(np.fft.rfft(draw.noise(size)) * shape, size)[:count]


def _ring(events: NDArray[np.int64], levels: Samples, hz: float, decay_s: float, n: int) -> Samples:
    """A decaying oscillation of `hz` started at each sample in `events`, summed over n samples."""
    t = np.arange(round(6 * decay_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    ring = np.exp(-t / decay_s) * np.sin(2 * np.pi * hz * t)
    total = np.zeros(n + len(ring))
    for start, level in zip(events, levels, strict=True):
        total[start : start + len(ring)] += level * ring
    return total[:n]


def _crossings(angle: Samples) -> NDArray[np.int64]:
    """Samples at which an angle in turns passes a whole number."""
    return np.flatnonzero(np.diff(np.floor(angle)) > 0) + 1


def bearing_ticks(machine: Machine, turns: Samples, severity: float, draw: Draw) -> Samples:
    """A pit in the outer race: each ball that rolls over it rings the casing."""
    events = _crossings(turns * machine.bearing_ratio)
    slip = np.rint((draw.uniforms(len(events)) - 0.5) * 0.0012 * SAMPLE_RATE_HZ).astype(np.int64)
    levels = 0.13 * severity * (0.6 + 0.8 * draw.uniforms(len(events)))
    events = np.clip(events + slip, 0, len(turns) - 1)
    return _ring(events, levels, 1.17 * machine.casing_hz[2], 0.0025, len(turns))


def imbalance(machine: Machine, turns: Samples, severity: float, draw: Draw) -> Samples:
    """A heavy spot: the rotor shakes the frame, and the load on the gear swings with each turn."""
    shake = _harmonics(turns, tuple(0.5 * severity / k for k in range(1, 9)), draw)
    swing = np.sin(2 * np.pi * (turns + draw.uniform(0.0, 1.0)))
    mesh = _harmonics(turns * machine.teeth, machine.mesh_levels, draw)
    return np.asarray(shake + 0.9 * severity * swing * mesh)


def missing_tooth(machine: Machine, turns: Samples, severity: float, draw: Draw) -> Samples:
    """A gap in the gear: once per turn the next tooth lands late and hard."""
    events = _crossings(turns + draw.uniform(0.0, 1.0))
    levels = 0.35 * severity * (0.8 + 0.4 * draw.uniforms(len(events)))
    thud = _ring(events, levels, machine.casing_hz[0], 0.010, len(turns))
    return thud + _ring(events, 0.7 * levels, machine.casing_hz[1], 0.005, len(turns))


def rattle(machine: Machine, turns: Samples, severity: float, draw: Draw) -> Samples:
    """A loose part: bursts of hiss of 20 to 60 ms, about seven a second, at any time."""
    count = len(turns)
    envelope = np.zeros(count)
    for _ in range(round(7.0 * count / SAMPLE_RATE_HZ)):
        start = int(draw.uniform(0, count))
        length = int(draw.uniform(0.020, 0.060) * SAMPLE_RATE_HZ)
        envelope[start : start + length] = draw.uniform(0.4, 1.0)
    hiss = draw.noise(count + 1)
    return 0.04 * severity * envelope * (hiss[1:] - hiss[:-1])  # the difference lifts high pitches


Fault = Callable[[Machine, Samples, float, Draw], Samples]

FAULTS: dict[str, Fault] = {
    "bearing-ticks": bearing_ticks,
    "imbalance": imbalance,
    "missing-tooth": missing_tooth,
    "rattle": rattle,
}
