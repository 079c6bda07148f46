# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Features on disk: equal to the front-end's, extracted once, whole after any interruption."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mcugen.errors import DataError, EnvironmentError_
from mcugen.features.reference import cut_windows, row_extractor
from mcugen.features.spec import PRESETS, FrontEnd, LogMel
from mcugen.samples.feature_store import Extraction, open_store
from mcugen.samples.wav import read_wav
from mcugen.train.synth import synth_clip
from mcugen.train.synth_set import write_wav

FRONT_END = FrontEnd("log-mel", 128, 5, first_row=2, last_row=20, rows=LogMel())
SERIAL = Extraction(jobs=1)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("clips")
    paths = [folder / f"clip_{seed}.wav" for seed in range(20)]
    for seed, path in enumerate(paths):
        write_wav(path, synth_clip(1, None, seed, 0.8 + 0.02 * seed))
    return paths


def test_windows_are_those_of_the_front_end(clips: list[Path], tmp_path: Path) -> None:
    store = open_store(tmp_path, FRONT_END)
    store.extract(clips, SERIAL)
    for clip in (clips[0], clips[11], clips[19]):
        rows = row_extractor(FRONT_END)(read_wav(clip, 16000))
        np.testing.assert_array_equal(store.windows(clip), cut_windows(rows, FRONT_END))


def test_parallel_equals_serial(clips: list[Path], tmp_path: Path) -> None:
    one, two = open_store(tmp_path / "1", FRONT_END), open_store(tmp_path / "2", FRONT_END)
    one.extract(clips, SERIAL)
    two.extract(clips, Extraction(jobs=2))
    np.testing.assert_array_equal(one.all_rows(), two.all_rows())


def test_workers_of_an_earlier_call_find_relative_paths(
    clips: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, clip in enumerate(clips[:2]):
        folder = tmp_path / str(number)
        folder.mkdir()
        folder.joinpath(f"{number}.wav").write_bytes(clip.read_bytes())
        monkeypatch.chdir(folder)
        open_store(Path("cache"), FRONT_END).extract([Path(f"{number}.wav")], Extraction(jobs=2))


def test_nothing_is_extracted_twice(clips: list[Path], tmp_path: Path) -> None:
    open_store(tmp_path, FRONT_END).extract(clips, SERIAL)
    store = open_store(tmp_path, FRONT_END)
    size = len(store.all_rows())
    seen: list[Path] = []
    store.extract(clips, SERIAL, seen.append)
    assert seen == clips
    assert len(store.all_rows()) == size


@pytest.mark.parametrize("cut_bytes", [1, 700, 30_000])
@pytest.mark.parametrize("torn", ["rows.f32", "index.jsonl"])
def test_an_interrupted_extraction_goes_on(
    clips: list[Path], tmp_path: Path, torn: str, cut_bytes: int
) -> None:
    whole = open_store(tmp_path / "whole", FRONT_END)
    whole.extract(clips, SERIAL)
    broken = open_store(tmp_path / "broken", FRONT_END)
    broken.extract(clips, SERIAL)
    path = broken.folder / torn
    content = path.read_bytes()
    path.write_bytes(content[: max(0, len(content) - cut_bytes)])
    store = open_store(tmp_path / "broken", FRONT_END)
    store.extract(clips, SERIAL)
    for clip in clips:
        np.testing.assert_array_equal(store.windows(clip), whole.windows(clip))


def test_a_changed_clip_is_extracted_again(tmp_path: Path) -> None:
    clip = tmp_path / "a.wav"
    write_wav(clip, synth_clip(1, None, 0, 1.0))
    open_store(tmp_path / "c", FRONT_END).extract([clip], SERIAL)
    write_wav(clip, synth_clip(1, None, 1, 0.9))
    store = open_store(tmp_path / "c", FRONT_END)
    store.extract([clip], SERIAL)
    rows = row_extractor(FRONT_END)(read_wav(clip, 16000))
    np.testing.assert_array_equal(store.windows(clip), cut_windows(rows, FRONT_END))


def test_front_ends_do_not_share_rows(clips: list[Path], tmp_path: Path) -> None:
    assert (
        open_store(tmp_path, FRONT_END).folder != open_store(tmp_path, PRESETS["mlperf-ad"]).folder
    )


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_clip_at_fault_is_named(clips: list[Path], tmp_path: Path, jobs: int) -> None:
    short = tmp_path / "short.wav"
    write_wav(short, synth_clip(1, None, 0, 0.1))
    noise = tmp_path / "noise.wav"
    noise.write_bytes(b"this is no wav file")
    for bad in (short, noise, tmp_path / "missing.wav"):
        store = open_store(tmp_path / f"cache-{jobs}", FRONT_END)
        with pytest.raises(DataError, match=bad.stem):
            store.extract([*clips[:2], bad], Extraction(jobs=jobs))


def test_an_unwritable_cache_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentError_, match="--cache|cannot write features"):
        open_store(tmp_path / "file", FRONT_END)
