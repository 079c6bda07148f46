# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Energy: a simulated instrument of known power, recordings with marks, and both drivers on stand-ins."""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from mcugen.device.client import Client
from mcugen.device.energy import Bench as EnergyBench
from mcugen.device.energy import clip_energy, inference_energy, recorded_energy
from mcugen.device.measure import push_zero_window
from mcugen.energy import instruments
from mcugen.energy.instruments import open_instrument
from mcugen.energy.trace import Trace, read_trace
from mcugen.errors import ConfigError, DataError, DeviceError, EnvironmentError_
from mcugen.features.coding import input_coding
from mcugen.protocol import Frame, Request
from mcugen.records import EnergyRecord, Run
from mcugen.report.compare import compare_runs
from mcugen.report.files import load_run
from mcugen.report.text import figure_lines
from mcugen.samples.stimulus import make_stimulus
from tests.device.projects import SESSION, Bench
from tests.device.simulated_device import Clock
from tests.device.test_cli import Desk, desk  # noqa: F401 - a fixture
from tests.report.runs import head

IDLE_W, BUSY_W, NOISE_A = 0.0123, 0.0871, 0.0004
INFERENCE_S, ROW_S = 0.0037, 0.0011
VOLTS, RATE_HZ = 3.3, 20_000
WITHIN = 0.01


class Supply:
    """An instrument that knows when the device works; its clock is `late_s` behind the host's."""

    name = "simulated"

    def __init__(self, clock: Clock, late_s: float = 0.0) -> None:
        self.clock, self.late_s = clock, late_s
        self.busy: list[tuple[float, float]] = []
        self.began = 0.0

    def works(self, seconds: float) -> None:
        self.busy.append((self.clock.now, self.clock.now + seconds))
        self.clock.now += seconds

    def on_request(self, frame: Frame) -> None:
        if frame.type == Request.INFER:
            warmup, repeats = struct.unpack("<HH", frame.payload)
            self.works((warmup + repeats) * INFERENCE_S)
        elif frame.type == Request.PUSH:
            self.works(ROW_S)

    def start(self) -> None:
        self.began = self.clock.now

    def stop(self) -> Trace:
        times = np.arange(self.began, self.clock.now, 1 / RATE_HZ)
        watts = np.full(len(times), IDLE_W)
        for start, end in self.busy:
            watts[(times >= start) & (times < end)] += BUSY_W
        noise = np.random.default_rng(1).normal(0, NOISE_A, len(times))
        return Trace(times + self.late_s, watts / VOLTS + noise, np.full(len(times), VOLTS))

    def close(self) -> None:
        pass


def opened(bench: Bench, late_s: float = 0.0) -> tuple[EnergyBench, Supply]:
    clock = Clock()
    supply = Supply(clock, late_s)
    device = bench.device(clock, on_request=supply.on_request)
    device.open()
    client = Client(device, SESSION, clock=clock)
    client.hello()
    push_zero_window(client, bench.manifest.front_end, input_coding(bench.graph))

    def sleep(seconds: float) -> None:
        clock.now += seconds

    return EnergyBench(client, supply, None, clock, sleep), supply


@pytest.mark.parametrize("late_s", [0.0, 0.05, -0.05])
def test_a_known_energy_is_found(bench: Bench, late_s: float) -> None:
    measured, _ = opened(bench, late_s)
    found = inference_energy(measured)
    assert found.count >= 500
    assert found.joules == pytest.approx(BUSY_W * INFERENCE_S, rel=WITHIN)
    assert found.idle_watts == pytest.approx(IDLE_W, rel=WITHIN)
    assert found.seconds == pytest.approx(INFERENCE_S, rel=WITHIN)
    assert len(found.samples) == 20
    assert np.mean(found.samples) == pytest.approx(BUSY_W * INFERENCE_S, rel=WITHIN)


def test_a_clip_takes_all_that_its_requests_do(bench: Bench) -> None:
    measured, supply = opened(bench)
    coding = input_coding(bench.graph)
    clip = make_stimulus(bench.found()[0].path, "pcm", bench.manifest.front_end, coding)
    supply.busy.clear()
    found = clip_energy(measured, (clip, clip))
    worked_s = sum(end - start for start, end in supply.busy) / 2
    assert worked_s > 0 and found.count == 2
    assert found.joules == pytest.approx(BUSY_W * worked_s, rel=WITHIN)
    assert found.samples == pytest.approx([BUSY_W * worked_s] * 2, rel=WITHIN)


def marked_trace() -> Trace:
    """Ten inferences of 4 ms, 50 ms apart; the mark follows them."""
    times = np.arange(0, 1, 1e-4)
    marks = (times % 0.05 >= 0.02) & (times % 0.05 < 0.024) & (times < 0.5)
    watts = np.where(marks, IDLE_W + BUSY_W, IDLE_W)
    return Trace(times, watts / VOLTS, np.full(len(times), VOLTS), marks)


def test_marks_of_a_pin_bound_the_inferences() -> None:
    found = recorded_energy(marked_trace(), "run.csv")
    assert found.count == 10
    assert found.joules == pytest.approx(BUSY_W * 0.004, rel=WITHIN)
    assert found.idle_watts == pytest.approx(IDLE_W, rel=WITHIN)
    assert found.seconds == pytest.approx(0.004, rel=WITHIN) and len(found.samples) == 10


def test_the_energy_of_a_part_interpolates() -> None:
    trace = Trace(np.array([0.0, 1.0, 2.0]), np.array([0.0, 2.0, 2.0]), np.array([1.0, 1.0, 1.0]))
    assert trace.joules(0.5, 1.5) == pytest.approx(0.75 + 1.0)
    assert trace.marked == ()


def csv_of(trace: Trace, path: Path) -> Path:
    assert trace.marks is not None
    lines = zip(trace.times_s, trace.amperes, trace.volts, trace.marks.astype(int), strict=True)
    text = "".join(f"{t:.6f},{a:.9f},{v},{m}\n" for t, a, v, m in lines)
    path.write_text("time_s,current_a,voltage_v,mark\n" + text)
    return path


def test_a_run_takes_a_recording(desk: Desk, tmp_path: Path, capsys: Any) -> None:  # noqa: F811
    path = csv_of(marked_trace(), tmp_path / "supply.csv")
    words = [desk.bench.clips, "--energy", f"csv:{path}", "--out", tmp_path / "run"]
    assert desk.run(*words) == 0
    assert "energy per inference: 3" in capsys.readouterr().out
    (found,) = json.loads((tmp_path / "run" / "summary.json").read_text())["energies"]
    assert found["count"] == 10 and found["source"] == "supply.csv"
    page = (tmp_path / "run" / "report.html").read_text()
    assert "Energy per inference" in page and "12.3 mW" in page
    (record,) = load_run(tmp_path / "run").energies
    assert len(record.samples) == 10 and np.mean(record.samples) == pytest.approx(found["joules"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no column time_s, current_a, voltage_v"),
        ("time_s,current_a\n0,1\n", "no column voltage_v"),
        ("time_s,current_a,voltage_v\n0,1,x\n", "voltage_v = 'x' is not a number"),
        ("time_s,current_a,voltage_v\n0,nan,1\n1,1,1\n", "not finite"),
        ("time_s,current_a,voltage_v\n1,1,1\n0,1,1\n", "does not rise"),
        ("time_s,current_a,voltage_v\n0,1,1\n1,1,1\n", "marks no inference"),
    ],
)
def test_a_recording_that_says_nothing_is_refused(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "supply.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=words):
        recorded_energy(read_trace(path), path.name)


def test_report_and_comparison_show_energies() -> None:
    def run(joules: float) -> Run:
        return Run(
            head(), energies=(EnergyRecord("inference", 540, joules, 0.0123, 0.004, "PPK2"),)
        )

    (line,) = figure_lines(run(31.8e-6))
    assert line == (
        "energy per inference: 31.8 µJ above idle, 81 µJ with it; idle 12.3 mW (mean of 540, PPK2)"
    )
    rows = compare_runs(run(30e-6), run(33e-6)).rows
    assert [(row.name, row.a, row.b) for row in rows] == [
        ("energy per inference", "30 µJ", "33 µJ"),
        ("energy per inference, with idle", "79.2 µJ", "82.2 µJ"),
        ("idle power before the inference", "12.3 mW", "12.3 mW"),
    ]
    assert rows[0].ratio == pytest.approx(1.1) and rows[2].ratio == 1


class FakePpk2:
    """ppk2_api.PPK2_API as far as it is called: 100,000 samples a second of 1 mA."""

    def __init__(self, port: str) -> None:
        self.port, self.asked, self.given = port, [], 0

    @staticmethod
    def list_devices() -> list[tuple[str, str]]:
        return [("/dev/ttyACM7", "serial")]

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *words: self.asked.append((name, *words))

    def get_data(self) -> bytes:
        return b"xxxx" * 50_000 if self.given == 0 else b""

    def get_samples(self, data: bytes) -> tuple[list[float], list[int]]:
        self.given += len(data) // 4
        return [1000.0] * (len(data) // 4), []


def test_the_ppk2_measures_current_at_the_voltage_that_is_told(monkeypatch: Any) -> None:
    module = SimpleNamespace(PPK2_API=FakePpk2)
    monkeypatch.setitem(sys.modules, "ppk2_api", SimpleNamespace(ppk2_api=module))
    monkeypatch.setitem(sys.modules, "ppk2_api.ppk2_api", module)
    instrument = open_instrument("ppk2", 3.0)
    device: Any = instrument._device  # type: ignore[attr-defined]
    assert device.port == "/dev/ttyACM7"
    assert device.asked[1:] == [("set_source_voltage", 3000), ("use_ampere_meter",)]
    instrument.start()
    trace = instrument.stop()
    assert len(trace.times_s) == 50_000
    length = float(trace.times_s[-1] - trace.times_s[0])
    charge = trace.joules(float(trace.times_s[0]), float(trace.times_s[-1])) / 3.0
    assert charge == pytest.approx(1e-3 * length) and length == pytest.approx(0.5, rel=1e-3)
    assert device.asked[-1] == ("stop_measuring",)
    with pytest.raises(ConfigError, match="--volts"):
        open_instrument("ppk2", None)


def test_the_joulescope_gives_current_and_voltage(monkeypatch: Any) -> None:
    class Buffer:
        sample_id_range = (100, 1100)

        def samples_get(self, first: int, last: int, fields: list[str]) -> dict[str, Any]:
            assert (first, last, fields) == (100, 1100, ["current", "voltage"])
            amperes = np.full(1000, 0.002, np.float32)
            amperes[10] = np.nan  # a sample that was lost
            signals = {"current": {"value": amperes}, "voltage": {"value": np.full(1000, 3.3)}}
            return {"time": {"sampling_frequency": {"value": 1000.0}}, "signals": signals}

    calls: list[str] = []
    device = SimpleNamespace(
        stream_buffer=Buffer(),
        **{
            name: lambda name=name: calls.append(name)
            for name in ("open", "start", "stop", "close")
        },
    )
    package = SimpleNamespace(scan_require_one=lambda config: device)
    monkeypatch.setitem(sys.modules, "joulescope", package)
    instrument = open_instrument("joulescope", None)
    instrument.start()
    trace = instrument.stop()
    instrument.close()
    assert calls == ["open", "start", "stop", "close"]
    assert len(trace.times_s) == 999
    start, end = float(trace.times_s[0]), float(trace.times_s[-1])
    assert end - start == pytest.approx(0.999)
    assert trace.joules(start, end) == pytest.approx(0.002 * 3.3 * 0.999, rel=1e-5)


def test_what_is_missing_is_named(monkeypatch: Any) -> None:
    with pytest.raises(ConfigError, match="joulscope") as caught:
        open_instrument("joulscope", None)
    assert "joulescope" in caught.value.hint
    monkeypatch.setitem(sys.modules, "joulescope", None)
    with pytest.raises(EnvironmentError_, match="joulescope is not installed"):
        open_instrument("joulescope", None)

    def nothing(config: str) -> None:
        raise RuntimeError("no devices found")

    monkeypatch.setitem(sys.modules, "joulescope", SimpleNamespace(scan_require_one=nothing))
    with pytest.raises(DeviceError, match="no devices found"):
        open_instrument("joulescope", None)
    assert set(instruments.INSTRUMENTS) == {"joulescope", "ppk2"}
