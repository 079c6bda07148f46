# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Feature rows of many clips in one file on disk: extracted once, in parallel, never all in memory.

<cache>/<front-end hash>/rows.f32    float32 rows, appended clip after clip
<cache>/<front-end hash>/index.jsonl one line per clip: its path, size, time stamp, place in rows.f32

A line is written after its rows, so an interrupted extraction continues where it stopped.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import DataError, EnvironmentError_
from mcugen.features.reference import ROWS_VERSION, row_extractor
from mcugen.features.spec import FrontEnd
from mcugen.features.toml import front_end_to_dict
from mcugen.samples.files import read_source
from mcugen.system import keep_freed_memory

Rows = NDArray[np.float32]
CHUNK_CLIPS = 8
"""Clips per task: enough that tables made per task cost nothing, few enough to fit in memory."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """How features are extracted: worker processes (-1: all cores), and who runs them."""

    jobs: int = -1
    parallel: str = "joblib"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the rows of a clip are in rows.f32."""

    first_row: int
    row_count: int


class FeatureStore:
    """The rows of clips under one front-end. Make one with open_store."""

    def __init__(self, folder: Path, front_end: FrontEnd, places: dict[str, Place]) -> None:
        self.folder = folder
        self.front_end = front_end
        self._places = places
        self._end_row = max((p.first_row + p.row_count for p in places.values()), default=0)

    def extract(
        self,
        clips: Sequence[Path],
        how: Extraction,
        progress: Callable[[Path], None] = lambda _: None,
    ) -> None:
        """Makes sure that the rows of all clips are there; DataError names the clip at fault."""
        missing = [clip for clip in clips if _key(clip) not in self._places]
        for clip in clips:
            if _key(clip) in self._places:
                progress(clip)
        with _writing(self.folder) as (rows_file, index_file):
            for clip, rows in _extracted(missing, self.front_end, how):
                place = Place(self._end_row, len(rows))
                rows_file.write(np.ascontiguousarray(rows, "<f4").tobytes())
                rows_file.flush()
                line = {"clip": _key(clip), "first": place.first_row, "rows": place.row_count}
                index_file.write(json.dumps(line).encode() + b"\n")
                index_file.flush()
                self._places[_key(clip)] = place
                self._end_row += place.row_count
                progress(clip)

    def all_rows(self) -> Rows:
        """Every row in the store, [rows, row_values], mapped from disk."""
        shape = (self._end_row, self.front_end.row_values)
        return np.memmap(self.folder / "rows.f32", dtype="<f4", mode="r", shape=shape)

    def windows(self, clip: Path) -> Rows:
        """The model inputs of a clip, float32 [windows, window_rows * row_values]."""
        starts = self.window_starts((clip,))
        return gather_windows(self.all_rows(), starts, self.front_end)

    def window_starts(self, clips: Iterable[Path]) -> NDArray[np.int64]:
        """First row in all_rows() of every window of the clips, in order."""
        spans = []
        for clip in clips:
            place = self._places[_key(clip)]
            last = place.row_count - self.front_end.window_rows
            spans.append(place.first_row + np.arange(0, last + 1, self.front_end.stride_rows))
        return np.asarray(np.concatenate(spans), np.int64)


def gather_windows(rows: Rows, starts: NDArray[np.int64], front_end: FrontEnd) -> Rows:
    """Windows that start at the given rows, float32 [len(starts), window_rows * row_values]."""
    picked = rows[starts[:, np.newaxis] + np.arange(front_end.window_rows)]
    return np.asarray(picked, dtype=np.float32).reshape(len(starts), -1)


def open_store(cache: Path, front_end: FrontEnd) -> FeatureStore:
    """The store of a front-end in a cache folder, created if it is not there."""
    table = json.dumps({"rows": ROWS_VERSION, **front_end_to_dict(front_end)}, sort_keys=True)
    folder = cache / hashlib.sha256(table.encode()).hexdigest()[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "front_end.json").write_text(table + "\n", encoding="utf-8")
    except OSError as error:
        raise EnvironmentError_(
            f"cannot write features to {cache}: {error.strerror}",
            hint="choose a writable folder with --cache",
        ) from error
    return FeatureStore(folder, front_end, _read_places(folder, front_end))


def _read_places(folder: Path, front_end: FrontEnd) -> dict[str, Place]:
    """Clips that are wholly there; what an interrupted run left half-written is cut off."""
    index, rows = folder / "index.jsonl", folder / "rows.f32"
    index.touch()
    rows.touch()
    row_bytes = 4 * front_end.row_values
    places, good_bytes, end = {}, 0, 0
    for line in index.read_bytes().splitlines(keepends=True):
        try:
            entry = json.loads(line)
            place = Place(int(entry["first"]), int(entry["rows"]))
            key = str(entry["clip"])
        except (ValueError, KeyError, TypeError):
            break
        end = place.first_row + place.row_count
        if not line.endswith(b"\n") or end * row_bytes > rows.stat().st_size:
            break
        places[key] = place
        good_bytes += len(line)
    end = max((p.first_row + p.row_count for p in places.values()), default=0)
    for path, size in ((index, good_bytes), (rows, end * row_bytes)):
        if path.stat().st_size != size:
            with path.open("r+b") as file:
                file.truncate(size)
    return places


@contextmanager
def _writing(folder: Path) -> Iterator[tuple[Any, Any]]:
    with (folder / "rows.f32").open("ab") as rows, (folder / "index.jsonl").open("ab") as index:
        yield rows, index


def _key(clip: Path) -> str:
    """A clip's identity in the cache: another size or time stamp means another clip."""
    try:
        status = clip.stat()
    except OSError as error:
        raise DataError(f"{clip} cannot be read: {error.strerror}") from error
    return f"{clip.resolve()}|{status.st_size}|{status.st_mtime_ns}"


def _extracted(
    clips: Sequence[Path], front_end: FrontEnd, how: Extraction
) -> Iterator[tuple[Path, Rows]]:
    """(clip, rows) in order; only a few chunks per worker are in memory at any time."""
    chunks = [clips[start : start + CHUNK_CLIPS] for start in range(0, len(clips), CHUNK_CLIPS)]
    if how.jobs == 1 and how.parallel == "joblib":
        for chunk in chunks:
            yield from zip(chunk, extract_rows(chunk, front_end), strict=True)
    elif chunks:
        import joblib

        with _backend(how) as backend, joblib.parallel_config(backend=backend, n_jobs=how.jobs):
            # A worker outlives a call and keeps the working directory that it started in.
            tasks = (
                joblib.delayed(extract_rows)([clip.absolute() for clip in chunk], front_end)
                for chunk in chunks
            )
            results = joblib.Parallel(return_as="generator", batch_size=1)(tasks)
            for chunk, rows_of_clips in zip(chunks, results, strict=True):
                yield from zip(chunk, rows_of_clips, strict=True)


@contextmanager
def _backend(how: Extraction) -> Iterator[str]:
    """The joblib backend that the option asks for; a Dask client lives as long as the block."""
    if how.parallel == "joblib":
        yield "loky"
        return
    try:
        from dask.distributed import Client
    except ImportError as error:
        raise EnvironmentError_(
            "the Dask backend is not installed", hint="pip install 'dask[distributed]'"
        ) from error
    # Client() joins the cluster that DASK_SCHEDULER_ADDRESS names, or starts one on this machine.
    with Client():
        yield "dask"


def extract_rows(clips: Sequence[Path], front_end: FrontEnd) -> list[Rows]:
    """The used rows of each clip, float32 [rows, row_values]; DataError names the clip at fault."""
    keep_freed_memory()
    rows_of = row_extractor(front_end)
    used = slice(front_end.first_row, front_end.last_row)
    return [rows_of(read_source(clip, front_end))[used] for clip in clips]
