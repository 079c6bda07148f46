# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What the functions promise beside the commands, with a simulated device on the port."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import mcugen
from mcugen.errors import ConfigError, DataError, DeviceError
from mcugen.model.reference import open_reference
from mcugen.toolchain import project as project_module
from tests.device.projects import RAW, Bench, make_bench
from tests.device.simulated_device import Clock, SimulatedDevice


@pytest.fixture
def raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A project without a front-end: windows of 16 int8 values."""
    return on_port(make_bench(tmp_path, RAW, "none"), monkeypatch)


def on_port(bench: Bench, monkeypatch: pytest.MonkeyPatch, **how: int) -> Bench:
    def link_for(*_: object) -> SimulatedDevice:
        return bench.device(Clock(), **how)

    monkeypatch.setattr(project_module, "link_for", link_for)
    return bench


def test_importing_loads_nothing() -> None:
    code = "import sys, mcugen; print(sorted({m.split('.')[0] for m in sys.modules} & {'mcugen', 'numpy'}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['mcugen']"


def test_every_name_is_there_and_no_other() -> None:
    for name in mcugen.__all__:
        assert getattr(mcugen, name).__name__ == name
        assert name in dir(mcugen)
    with pytest.raises(AttributeError, match="no attribute 'biuld'"):
        mcugen.biuld  # noqa: B018


@pytest.mark.parametrize("name", ["build", "run", "evaluate"])
def test_a_keyword_that_is_no_option_is_a_type_error(name: str, tmp_path: Path) -> None:
    places = (tmp_path, tmp_path) if name == "evaluate" else (tmp_path,)
    with pytest.raises(TypeError, match="argument 'bord_dir'; did you mean 'board_dir'"):
        getattr(mcugen, name)(*places, bord_dir=".")


def test_outputs_are_those_of_the_reference(raw: Bench) -> None:
    windows = np.random.default_rng(1).integers(-128, 128, (7, 16), np.int8)
    with mcugen.Device(raw.folder, "simulated") as device:
        answer = device.infer(windows)
        halves = device.infer(windows[:3].astype(np.float32) * 0.0)
        assert len(device.score(windows).inference_ticks) == 7
    with open_reference(raw.model) as reference:
        (expected,) = reference.run([windows[:, None]])
        np.testing.assert_array_equal(answer.outputs[0], expected[:, 0])
    assert answer.outputs[0].dtype == np.int8 and len(answer.ticks) == 7
    assert halves.outputs[0].shape == (3, 16)


def test_arrays_that_do_not_fit_are_named(raw: Bench) -> None:
    with mcugen.Device(raw.folder, "simulated") as device:
        with pytest.raises(
            DataError, match=r"takes int8 \[1, 16\] windows, given is int8 \[3, 15\]"
        ):
            device.infer(np.zeros((3, 15), np.int8))
        with pytest.raises(DataError, match="given is int64"):
            device.infer([[0] * 16] * 3)
        with pytest.raises(DataError, match="holds NaN or infinite values"):
            device.infer([[float("nan")] * 16])
        with pytest.raises(DataError, match="2 arrays are given, the model has 1 inputs"):
            device.infer((np.zeros((3, 16), np.int8), np.zeros((3, 16), np.int8)))


def test_a_device_must_be_open_and_closes_twice(raw: Bench) -> None:
    device = mcugen.Device(raw.folder, "simulated")
    with pytest.raises(DeviceError, match="is not open"):
        device.stats()
    assert device.open().stats().arena_given_bytes == 256
    device.close()
    device.close()
    with pytest.raises(DeviceError, match="is not open"):
        device.infer(np.zeros((1, 16), np.int8))


def test_a_device_that_fails_raises_and_the_same_call_resumes(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_port(bench, monkeypatch, unplug_after=60)
    with pytest.raises(DeviceError, match="unplugged"):
        mcugen.run(bench.folder, bench.clips, port="simulated", out=tmp_path / "run")
    on_port(bench, monkeypatch, unplug_after=30)
    kept = mcugen.run(
        bench.folder, [bench.clips], port="simulated", out=tmp_path / "run", check=False
    )
    assert kept.fault is not None and 0 < len(kept.run.clips) < 4
    on_port(bench, monkeypatch)
    seen: list[tuple[str, float]] = []
    done = mcugen.run(
        bench.folder,
        str(bench.clips),
        port="simulated",
        out=str(tmp_path / "run"),
        on_progress=lambda what, part: seen.append((what, part)),
    )
    assert done.is_complete and done.skipped >= 1
    assert [part for _, part in seen] == sorted(part for _, part in seen)
    assert seen[-1][1] == 1.0 and all(what.endswith(".wav") for what, _ in seen)
    assert mcugen.compare(tmp_path / "run", done.run).rows


def test_options_that_change_nothing_are_refused(bench: Bench) -> None:
    with pytest.raises(ConfigError, match="--baud needs --port"):
        mcugen.run(bench.folder, bench.clips, baud=9600)
    with pytest.raises(ConfigError, match="no clips are given"):
        mcugen.run(bench.folder)
    with pytest.raises(ConfigError, match="unknown input 'int9'"):
        mcugen.run(bench.folder, bench.clips, input="int9")
    for vectors in (0, "x"):
        with pytest.raises(ConfigError, match=f"{vectors} vectors prove nothing"):
            mcugen.verify(bench.folder, vectors=vectors)


def test_nothing_is_printed(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    on_port(bench, monkeypatch)
    mcugen.inspect(bench.model)
    mcugen.build(bench.model, board="host", no_compile=True, out=tmp_path / "build")
    mcugen.run(bench.folder, bench.clips, port="simulated", out=tmp_path / "run")
    mcugen.verify(bench.folder, vectors=3, port="simulated")
    assert capfd.readouterr() == ("", "")
