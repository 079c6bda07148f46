# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What the inference of a window costs in a batch and alone: the second table of vectors.md."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from benchmarks import vectors
from benchmarks.device import build, measure, open_program
from mcugen.boards import find_board
from mcugen.device.stream import stream
from mcugen.engines.aot.batch import WINDOWS, batched
from mcugen.engines.contract import EngineOptions
from mcugen.features.coding import input_coding
from mcugen.model.tflite import read_tflite
from mcugen.samples.stimulus import from_elements
from mcugen.toolchain.project import Project

CLIP_WINDOWS = 1200
HEAD = f"""
## A window of a batch

Models of FULLY_CONNECTED alone, whose weights are then read once for {WINDOWS} windows of a clip: what the
inference of a window takes in a batch and alone.

| model | A53 batch | alone | ratio | A55 batch | alone | ratio | this computer µs batch | alone | ratio |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|
"""


def append(models: Iterable[Path]) -> None:
    """Measures all models that have batches; their table follows what vectors.py has written."""
    with (vectors.HERE / "vectors.md").open("a") as file:
        file.writelines([HEAD, *map(_line, filter(_has_batches, models))])


def _has_batches(model: Path) -> bool:
    return batched(read_tflite(model), EngineOptions(isa=find_board(vectors.HOST).isa)) is not None


def _line(model: Path) -> str:
    cells = [model.stem]
    with tempfile.TemporaryDirectory() as folder:
        for board in vectors.LINUX:
            project = build(model, board, Path(folder) / board)
            together, _ = vectors.count(project, clip_ticks, "invoke_batch")
            alone, _ = vectors.count(project, measure)
            cells += vectors.beside(together / WINDOWS, alone)
        project = build(model, vectors.HOST, Path(folder) / vectors.HOST)
        alone = min(measure(project, repeats=CLIP_WINDOWS).samples)
        cells += vectors.beside(min(clip_ticks(project)) / 1000, alone / 1000, digits=1)
    return f"| {' | '.join(cells)} |\n"


def clip_ticks(project: Project) -> tuple[int, ...]:
    """Of every window of a clip of zeros."""
    front_end, coding = project.manifest.front_end, input_coding(read_tflite(project.model))
    rows = front_end.window_rows + (CLIP_WINDOWS - 1) * front_end.stride_rows
    zeros = np.zeros((rows, coding.elements // front_end.window_rows), coding.dtype)
    with open_program(project) as client:
        steps = stream(client, from_elements(zeros, front_end, coding))
        return tuple(window.ticks for step in steps for window in step.reply.windows)
