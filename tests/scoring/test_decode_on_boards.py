# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The C post-processing on the emulated boards and under sanitizers: the bits that Python finds.

Cortex-M33 with an FPU, RV32IMC with floating point in software.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from mcugen.codegen.c_text import c_array
from mcugen.export.decode import emit_decode
from mcugen.model.ir import Graph
from mcugen.scoring.classes import decode_classes
from mcugen.scoring.decode import Decode, Yolo
from mcugen.scoring.landmarks import decode_landmarks
from mcugen.scoring.yolo import decode_yolo
from tests.c_program import (
    FIRMWARE_TESTS,
    ROOT,
    RUNTIME,
    compile_for_board,
    put_sources,
    run_on_board,
    run_on_host,
)
from tests.scoring import decode_cases as cases
from tests.scoring.decode_cases import Outputs

Words = list[str]


def words(*values: float | int) -> Words:
    """As put_word and put_float print them."""
    packed = (struct.pack(">f" if isinstance(v, float) else ">I", v) for v in values)
    return [content.hex() for content in packed]


def yolo_words(outputs: Outputs, yolo: Yolo = cases.YOLO) -> Words:
    found = decode_yolo(yolo, outputs, (cases.Q3, cases.Q6))
    return [
        word
        for box in found
        for word in words(box.left, box.top, box.right, box.bottom, box.score, box.class_index)
    ]


def landmark_words(outputs: Outputs) -> Words:
    found = decode_landmarks(cases.LANDMARKS, outputs[0], outputs[1], cases.Q3, cases.Q6)
    return words(int(found.present), *map(float, found.points.reshape(-1)))


def class_words(outputs: Outputs) -> Words:
    found = decode_classes(cases.CLASSES, outputs[0], cases.Q3)
    return [word for one in found for word in words(one.index, one.score)]


def yolo_vectors() -> Sequence[Outputs]:
    """No detection, boxes at the border, equal scores, all detections; and random ones."""
    made = (cases.empty, cases.one_box, cases.at_the_border, cases.equal_scores)
    made_full = (cases.at_the_threshold, cases.all_detections, cases.tiny_boxes)
    random = [cases.random_cells(seed, low) for seed in range(4) for low in (-128, -40, 60, 120)]
    return [*(make() for make in (*made, *made_full)), *random]


def landmark_vectors() -> Sequence[Outputs]:
    random = np.random.default_rng(5)
    points = [random.integers(-128, 128, 1404, np.int8) for _ in range(4)]
    return [
        [p, np.array([flag], np.int8)]
        for p, flag in zip(points, (-128, -21, -20, 127), strict=True)
    ]


def class_vectors() -> Sequence[Outputs]:
    random = np.random.default_rng(6)
    extremes = [np.full(12, value, np.int8) for value in (-128, 127)]
    wide = [random.integers(-128, 128, 12, np.int8) for _ in range(20)]
    narrow = [random.integers(0, 3, 12, np.int8) for _ in range(20)]  # many are equal
    return [[output] for output in (*extremes, *wide, *narrow)]


@dataclass(frozen=True, slots=True)
class Kind:
    decode: Decode
    graph: Graph
    vectors: Callable[[], Sequence[Outputs]]
    expected: Callable[[Outputs], Words]


KINDS = {
    "yolo": Kind(cases.YOLO, cases.YOLO_GRAPH, yolo_vectors, yolo_words),
    # The same boxes overlap by 1, which is not more.
    "yolo, overlap 1": Kind(
        replace(cases.YOLO, overlap=1.0),
        cases.YOLO_GRAPH,
        yolo_vectors,
        partial(yolo_words, yolo=replace(cases.YOLO, overlap=1.0)),
    ),
    "landmarks": Kind(cases.LANDMARKS, cases.POINTS, landmark_vectors, landmark_words),
    "classes": Kind(cases.CLASSES, cases.SCORES, class_vectors, class_words),
}


def vectors_h(vectors: Sequence[Outputs]) -> str:
    """Each output of all vectors as one array, and its size in one vector."""
    lines = ["#include <stdint.h>\n", f"#define VECTORS {len(vectors)}u\n"]
    for number in range(len(vectors[0])):
        values = np.stack([vector[number].reshape(-1) for vector in vectors])
        lines += [
            f"#define OUTPUT_{number}_BYTES {values.shape[1]}u\n",
            c_array(f"output_{number}", values.reshape(-1)),
        ]
    return "".join(lines)


def run(board_name: str, sources: Sequence[Path], folder: Path) -> str:
    if board_name == "host":
        return run_on_host([*sources, ROOT / "boards" / "host" / "port.c"], folder)
    includes = [FIRMWARE_TESTS / "decode"]
    return run_on_board(
        compile_for_board(sources, folder, includes, board_name), board_name=board_name
    )


@pytest.mark.parametrize("board_name", ["host", "mps2-an505", "qemu-riscv32"])
@pytest.mark.parametrize("kind", KINDS)
def test_c_gives_the_bits_of_python(kind: str, board_name: str, tmp_path: Path) -> None:
    case = KINDS[kind]
    vectors = case.vectors()
    (tmp_path / "vectors.h").write_text(vectors_h(vectors))
    sources = put_sources(emit_decode(case.decode, case.graph, "mcugen"), tmp_path)
    sources += [FIRMWARE_TESTS / "decode" / f"print_{case.decode.kind}.c", RUNTIME / "text.c"]
    said = [line.split() for line in run(board_name, sources, tmp_path).splitlines()]
    assert said == [case.expected(vector) for vector in vectors]


def test_the_vectors_hold_something_to_find() -> None:
    counts = [len(yolo_words(vector)) // 6 for vector in yolo_vectors()]
    assert counts[:5] == [0, 1, 1, 3, 1] and max(counts) == cases.YOLO.most_boxes
    assert len(yolo_words(cases.all_detections(), replace(cases.YOLO, overlap=1.0))) == 12 * 6
    flags = [landmark_words(vector)[0] for vector in landmark_vectors()]
    assert set(flags) == {"00000000", "00000001"}
