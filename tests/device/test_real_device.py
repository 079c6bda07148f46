# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The same commands against real firmware: a native process, and the emulated Cortex-M33."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest

from mcugen.cli import main
from mcugen.paths import examples_dir
from mcugen.records import Run
from mcugen.report.files import load_run
from mcugen.report.findings import clip_notes
from mcugen.toolchain import project as project_module
from mcugen.train.synth_set import demo_clips
from mcugen.transport.choose import link_for
from mcugen.transport.link import Link
from tests.conftest import require_tool
from tests.transport.fake_link import FakeLink, Faults

CLIPS = 3


def mcugen(*words: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    return int(ended.value.code or 0)


@pytest.fixture(scope="module")
def host_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled model, compiled for this computer."""
    require_tool("gcc")
    require_tool("cmake")
    folder = tmp_path_factory.mktemp("host") / "project"
    model = examples_dir() / "machine-sound" / "mcugen.toml"
    assert mcugen("build", model, "--board", "host", "--out", folder) == 0
    return folder


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    found = demo_clips(tmp_path_factory.mktemp("clips"))
    return (found[0], found[1], found[-1])


def run(project: Path, out: Path, *words: object) -> Run:
    assert mcugen("run", project, "--out", out, *words) == 0
    return load_run(out)


def test_host_firmware_scores_as_the_reference_does(
    host_project: Path, clips: tuple[Path, ...], tmp_path: Path
) -> None:
    found = run(host_project, tmp_path / "alone", *clips, "--check-outputs")
    assert [clip.windows for clip in found.clips] == [196] * CLIPS
    for clip in found.clips:
        assert clip.score == pytest.approx(clip.reference_score, abs=0.01)
        assert clip.features_compared == 196 * 640
        assert (clip.features_different or 0) <= 0.001 * 196 * 640
        assert (clip.features_largest_difference or 0) <= 1
    assert {m.name: m.provenance for m in found.memories}["flash"] == "linker"
    together = run(host_project, tmp_path / "together", *clips)
    assert [clip.window_scores for clip in together.clips] == [c.window_scores for c in found.clips]
    notes = [" ".join(clip_notes(one)) for one in (found, together)]
    assert ["4 windows are computed at once" in note for note in notes] == [False, True]


def test_host_firmware_is_bit_exact(
    host_project: Path, clips: tuple[Path, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert mcugen("verify", host_project, "--vectors", 30, "--clips", clips[0], "--json") == 0
    (verdict,) = json.loads(capsys.readouterr().out)["verdicts"]
    assert verdict["different"] == 0 and verdict["values"] == 640 * (30 + 6 + 30 + 196)


def test_a_bad_cable_changes_nothing(
    host_project: Path,
    clips: tuple[Path, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clean = run(host_project, tmp_path / "clean", *clips, "--input", "features")
    faults = Faults(drop=0.06, corrupt=0.06, duplicate=0.06, stall=0.06, reorder=0.06)
    links: list[FakeLink] = []

    def bad_link_for(*arguments: object) -> Link:
        links.append(FakeLink(link_for(*arguments), faults, seed=1))  # type: ignore[arg-type]
        return links[-1]

    monkeypatch.setattr(project_module, "link_for", bad_link_for)
    found = run(host_project, tmp_path / "bad", *clips, "--input", "features")
    assert sum(links[0].counts.values()) > 5, "the cable was good"
    assert [(c.score, c.window_scores) for c in found.clips] == [
        (c.score, c.window_scores) for c in clean.clips
    ]


def test_a_device_that_dies_is_status_3_and_the_run_resumes(
    host_project: Path,
    clips: tuple[Path, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Dying:
        """Passes everything on until the process is killed under it."""

        def __init__(self, link: Link) -> None:
            self.link, self.name, self.left = link, link.name, 6
            self.open, self.close, self.read, self.clock = (
                link.open,
                link.close,
                link.read,
                link.clock,
            )

        def write(self, data: bytes) -> None:
            self.left -= 1
            if self.left == 0:
                os.kill(self.link._process.pid, 9)  # type: ignore[attr-defined]
            self.link.write(data)

    monkeypatch.setattr(project_module, "link_for", lambda *a: Dying(link_for(*a)))
    words = ("run", host_project, *clips, "--input", "int8", "--out", tmp_path)
    assert mcugen(*words) == 3
    assert "the same command resumes" in capsys.readouterr().err
    done = len(load_run(tmp_path).clips)
    assert 0 < done < CLIPS
    monkeypatch.undo()
    assert mcugen(*words) == 0
    rows = list(csv.DictReader((tmp_path / "scores.csv").read_text().splitlines()))
    assert len(rows) == CLIPS and all(row["device_score"] for row in rows)


def test_ad01_in_the_emulator(real_models: Path, tmp_path: Path) -> None:
    """All 196 x 640 outputs of the real clip equal TFLite Micro's; costs are instructions."""
    require_tool("qemu-system-arm")
    require_tool("arm-none-eabi-gcc")
    project, clip = tmp_path / "project", real_models / "example_input.wav"
    model = real_models / "ad01_int8.tflite"
    shape = ("--front-end", "mlperf-ad", "--score", "reconstruction-error")
    assert mcugen("build", model, *shape, "--board", "mps2-an505", "--out", project) == 0
    found = run(project, tmp_path / "run", clip, "--input", "int8", "--check-outputs")
    (record,) = found.clips
    assert (record.windows, record.outputs_compared, record.outputs_different) == (196, 125_440, 0)
    # Double rounding, as TFLite Micro and CMSIS-NN; single rounding gives 11.09.
    assert record.score == pytest.approx(11.068, abs=0.001)
    assert found.head.tick_unit == "instructions" and found.head.ticks_per_second is None
    inference = found.latencies[0]
    assert inference.median is not None and inference.median <= 290_000
