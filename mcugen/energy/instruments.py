# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Instruments that record current: Joulescope (JS110, JS220) and Nordic's Power Profiler Kit II."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from mcugen.energy.trace import Trace
from mcugen.errors import ConfigError, DeviceError, EnvironmentError_, unknown

PPK2_HZ = 100_000
PPK2_POLL_S = 0.01
_INSTALL = "pip install 'mcugen[energy]'"


class Instrument(Protocol):
    """An instrument. Times of its traces are those of time.monotonic."""

    @property
    def name(self) -> str:
        """What it is, for the record."""

    def start(self) -> None:
        """Begins a recording."""

    def stop(self) -> Trace:
        """Ends it."""

    def close(self) -> None:
        """Gives the instrument back."""


class Joulescope:
    """The only Joulescope that is plugged in; package `joulescope`. Records up to its buffer's 30 s."""

    name = "Joulescope"

    def __init__(self, where: str, volts: float | None) -> None:
        del volts  # it measures the voltage as well
        if where:
            raise ConfigError(f"joulescope takes no {where!r}: the one that is plugged in is used")
        package = _package("joulescope")
        try:
            self._device: Any = package.scan_require_one(config="auto")
            self._device.open()
        except Exception as error:
            raise DeviceError(
                f"Joulescope: {error}", hint="plug one in, close its program"
            ) from error

    def start(self) -> None:
        """Begins a recording."""
        self._device.start()

    def stop(self) -> Trace:
        """Samples that were lost are left out; the last one is now."""
        buffer = self._device.stream_buffer
        first, last = buffer.sample_id_range
        now = time.monotonic()
        found = buffer.samples_get(first, last, fields=["current", "voltage"])
        rate = float(found["time"]["sampling_frequency"]["value"])
        self._device.stop()
        amperes, volts = (
            np.asarray(found["signals"][name]["value"], np.float64)
            for name in ("current", "voltage")
        )
        times = now - (len(amperes) - 1 - np.arange(len(amperes))) / rate
        good = np.isfinite(amperes) & np.isfinite(volts)
        return Trace(times[good], amperes[good], volts[good])

    def close(self) -> None:
        """Gives the instrument back."""
        self._device.close()


class Ppk2:
    """A PPK2 as ampere meter in the board's supply, whose voltage is given; package `ppk2-api`."""

    name = "Power Profiler Kit II"

    def __init__(self, where: str, volts: float | None) -> None:
        if volts is None:
            raise ConfigError(
                "ppk2 needs --volts", hint="the board's supply: it measures current only"
            )
        api = _package("ppk2_api.ppk2_api").PPK2_API
        self._volts = volts
        ports = [where] if where else [str(_first(found)) for found in api.list_devices()]
        if len(ports) != 1:
            raise DeviceError(
                f"{len(ports)} PPK2 are plugged in", hint="--energy ppk2:PORT names the port"
            )
        try:
            self._device: Any = api(ports[0])
            self._device.get_modifiers()
            self._device.set_source_voltage(round(volts * 1000))
            self._device.use_ampere_meter()
        except Exception as error:
            raise DeviceError(f"PPK2 on {ports[0]}: {error}", hint="close its program") from error
        self._samples: list[float] = []
        self._ended = threading.Event()
        self._reader: threading.Thread | None = None
        self._began_s = 0.0

    def start(self) -> None:
        """Begins a recording; a thread takes what the port's buffer would not hold."""
        self._samples.clear()
        self._ended.clear()
        self._device.start_measuring()
        self._began_s = time.monotonic()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while not self._ended.wait(PPK2_POLL_S):
            self._take()

    def _take(self) -> None:
        if data := self._device.get_data():
            microamperes, _ = self._device.get_samples(data)
            self._samples.extend(microamperes)

    def stop(self) -> Trace:
        """100,000 samples a second from the start on; DeviceError when it gave none."""
        self._ended.set()
        if self._reader is not None:
            self._reader.join()
        self._take()
        self._device.stop_measuring()
        if len(self._samples) < 2:
            raise DeviceError("PPK2: no samples", hint="is the board's supply led through it?")
        amperes = np.array(self._samples) * 1e-6
        times = self._began_s + np.arange(len(amperes)) / PPK2_HZ
        return Trace(times, amperes, np.full(len(amperes), self._volts))

    def close(self) -> None:
        """Gives the instrument back."""
        self._device.stop_measuring()


INSTRUMENTS: dict[str, Callable[[str, float | None], Instrument]] = {
    "joulescope": Joulescope,
    "ppk2": Ppk2,
}


def open_instrument(text: str, volts: float | None) -> Instrument:
    """The instrument that `joulescope`, `ppk2` or `ppk2:PORT` names."""
    kind, _, where = text.partition(":")
    if kind not in INSTRUMENTS:
        raise unknown("energy", kind, [*INSTRUMENTS, "csv"])
    return INSTRUMENTS[kind](where, volts)


def _first(found: Any) -> Any:
    """list_devices gave names of ports, in later versions pairs of a port and a serial number."""
    return found if isinstance(found, str) else found[0]


def _package(name: str) -> Any:
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError as error:
        raise EnvironmentError_(
            f"{name.partition('.')[0]} is not installed", hint=_INSTALL
        ) from error
