# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""How fast features are extracted, over processes: `python benchmarks/features.py [CLIPS]`.

A process computes with one thread, so it is a core. Real time is what the clips last; a core's rate
is real time by seconds of its processor, which other programs do not change.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

SECONDS = 11.0


def main(count: int) -> None:
    """Prints a table: processes, seconds of the clock, real time by clock and by processor."""
    from mcugen.train.synth import synth_clip
    from mcugen.train.synth_set import write_wav

    with tempfile.TemporaryDirectory() as folder:
        first = Path(folder, "0.wav")
        write_wav(first, synth_clip(1, None, 0, SECONDS))
        clips = [first, *(Path(folder, f"{index}.wav") for index in range(1, count))]
        for clip in clips[1:]:
            os.link(first, clip)
        print("processes  clock s  x real time  x real time per core")
        jobs = 1
        while jobs <= (os.cpu_count() or 1):
            clock_s, cpu_s = measure(clips, jobs)
            audio_s = SECONDS * count
            print(f"{jobs:9}  {clock_s:7.1f}  {audio_s / clock_s:11.0f}  {audio_s / cpu_s:20.0f}")
            jobs *= 2


def measure(clips: list[Path], jobs: int) -> tuple[float, float]:
    """Seconds by the clock and by all processors, the workers warm."""
    import joblib

    from mcugen.features.spec import PRESETS
    from mcugen.samples.feature_store import CHUNK_CLIPS

    chunks = [clips[start : start + CHUNK_CLIPS] for start in range(0, len(clips), CHUNK_CLIPS)]
    with joblib.Parallel(n_jobs=jobs, batch_size=1) as parallel:
        parallel(joblib.delayed(timed_rows)(clips[:1], PRESETS["mlperf-ad"]) for _ in range(jobs))
        start = time.perf_counter()
        costs = parallel(joblib.delayed(timed_rows)(c, PRESETS["mlperf-ad"]) for c in chunks)
        return time.perf_counter() - start, sum(costs)


def timed_rows(clips: list[Path], front_end: object) -> float:
    """Extracts, and returns the seconds of the processor it took."""
    from mcugen.samples.feature_store import extract_rows

    start = time.process_time()
    extract_rows(clips, front_end)  # type: ignore[arg-type]
    return time.process_time() - start


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 160)
