# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A model on an emulated board or on this computer: built, run, and asked what it answers."""

from __future__ import annotations

import hashlib
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mcugen.boards import find_board
from mcugen.codegen.tree_writer import write_tree
from mcugen.config import Config
from mcugen.device.client import Client
from mcugen.device.identity import open_device
from mcugen.device.measure import push_zero_window, repeat_inference
from mcugen.device.verify import VectorSet, ask_device, vector_sets
from mcugen.export.project import generate
from mcugen.features.coding import Coding, input_coding
from mcugen.features.spec import FrontEnd
from mcugen.model.ir import DType
from mcugen.model.tflite import read_tflite
from mcugen.platforms.request import Choices, make_request
from mcugen.toolchain.build import compile_project
from mcugen.toolchain.project import Project, open_project, project_link

VECTORS = 5  # random inputs, besides the extreme ones, that all engines and boards must agree on


@dataclass(frozen=True, slots=True)
class Measured:
    """What a program says of itself; `samples` are costs of an inference in ticks."""

    samples: tuple[float, ...]
    arena_used_bytes: int
    stack_used_bytes: int | None
    outputs_sha256: str  # of what it answers to the inputs of `vectors`


def build(
    model: Path,
    board_name: str,
    folder: Path,
    choices: Choices | None = None,
    tflm: Path | None = None,
) -> Project:
    """The model behind the raw front-end, compiled."""
    board = find_board(board_name)
    request = make_request(Config(model, {}), board, choices or Choices(engine="aot"))
    write_tree(generate(request).tree, folder)
    compile_project(folder, board, tflm)
    return open_project(folder)


@contextmanager
def open_program(project: Project) -> Iterator[Client]:
    """The client of the program, which runs as long as the block."""
    with open_device(project_link(project, None), project.manifest, _client) as (client, _):
        yield client


def measure(project: Project, repeats: int = 3) -> Measured:
    """Runs the program and reads its own counters."""
    with open_program(project) as client:
        front_end, graph = project.manifest.front_end, read_tflite(project.model)
        coding = input_coding(graph)
        answers = ask_device(client, graph, vectors(front_end, coding), front_end, coding)
        push_zero_window(client, front_end, coding)
        samples = repeat_inference(client, warmup=1, repeats=repeats)
        stats = client.stats()
    outputs = b"".join(answer.outputs[0].tobytes() for answer in answers)
    return Measured(
        samples=tuple(samples),
        arena_used_bytes=stats.arena_used_bytes,
        stack_used_bytes=stats.stack_used_bytes,
        outputs_sha256=hashlib.sha256(outputs).hexdigest(),
    )


def vectors(front_end: FrontEnd, coding: Coding) -> tuple[VectorSet, ...]:
    """Those of `mcugen verify`, but for the random ones: their hash is compared across years."""
    sets = vector_sets(front_end, coding, VECTORS)
    if any(tensor.dtype is not DType.INT8 for tensor in coding.tensors):
        return sets
    rows = np.random.default_rng(0).integers(-128, 128, sets[0].streams[0].shape, np.int8)
    return (VectorSet("random", (rows,)), *sets[1:])


def _client(link: object) -> Client:
    return Client(link, secrets.randbits(32))  # type: ignore[arg-type]


def first_line(command: list[str]) -> str:
    """How a program begins to answer."""
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.splitlines()[0]
