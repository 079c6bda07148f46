# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What extracting features costs: memory that does not grow with the clips, and little time."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

from mcugen.features.spec import FrontEnd, LogMel
from mcugen.samples.datasets import Dataset, Sample
from mcugen.samples.feature_store import Extraction, open_store
from mcugen.samples.inputs import Inputs, audio_windows
from mcugen.train.synth import synth_clip
from mcugen.train.synth_set import write_wav

SECONDS = 11.0
REAL_TIME = 100

FRONT_END = FrontEnd("log-mel", 128, 5, rows=LogMel())


def many_clips(folder: Path, count: int) -> list[Path]:
    """One clip under many names."""
    first = folder / "0.wav"
    write_wav(first, synth_clip(1, None, 0, 1.0))
    paths = [first, *(folder / f"{index}.wav" for index in range(1, count))]
    for path in paths[1:]:
        os.link(first, path)
    return paths


def test_memory_does_not_grow_with_the_clips(tmp_path: Path) -> None:
    """Extraction, calibration and scoring of 300 clips, whose features take 4.8 MB."""
    clips = many_clips(tmp_path, 300)
    samples = tuple(Sample(clip, "test", "normal") for clip in clips)
    # Modules are loaded and tables are made before counting.
    open_store(tmp_path / "warm", FRONT_END).extract(clips[:1], Extraction(jobs=1))
    tracemalloc.start()
    try:
        store = open_store(tmp_path / "cache", FRONT_END)
        store.extract(clips, Extraction(jobs=1))
        inputs = Inputs(Dataset(tmp_path, "folders", "audio", samples), audio_windows(store), store)
        windows = sum(len(inputs.windows_of(sample)) for sample in samples)
        vectors = sum(1 for _ in inputs.vectors(samples, 5))
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert store.all_rows().nbytes > 4.8e6
    assert windows == len(store.window_starts(clips))
    assert vectors == -(-windows // 5)
    assert peak_bytes < 2.4e6


CPU_TIME = """
import sys, time
from pathlib import Path
from mcugen.features.spec import PRESETS
from mcugen.samples.feature_store import extract_rows

clip = Path(sys.argv[1])
extract_rows([clip], PRESETS["mlperf-ad"])
start = time.process_time()
extract_rows([clip] * 8, PRESETS["mlperf-ad"])
print((time.process_time() - start) / 8)
"""


def test_a_core_extracts_a_hundred_times_faster_than_real_time(tmp_path: Path) -> None:
    """Time of the processor, not of the clock: other programs do not count."""
    clip = tmp_path / "clip.wav"
    write_wav(clip, synth_clip(1, None, 0, SECONDS))
    done = subprocess.run(
        [sys.executable, "-c", CPU_TIME, str(clip)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert SECONDS / float(done.stdout) >= REAL_TIME
