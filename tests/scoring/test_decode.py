# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Post-processing: hand-made outputs by their meaning, and C against Python, bit for bit."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mcugen.errors import ConfigError
from mcugen.export.decode import emit_decode
from mcugen.model.ir import Graph, Quant
from mcugen.scoring.classes import decode_classes, softmax
from mcugen.scoring.decode import (
    Classes,
    Decode,
    check_decode,
    decode_from_dict,
    decode_to_dict,
)
from mcugen.scoring.landmarks import decode_landmarks
from mcugen.scoring.yolo import Box, decode_yolo
from tests.c_program import compile_library, put_sources
from tests.scoring.decode_cases import (
    CLASSES,
    LANDMARKS,
    POINTS,
    Q3,
    Q6,
    SCORES,
    SHAPES,
    YOLO,
    YOLO_GRAPH,
    all_detections,
    at_the_border,
    empty,
    equal_scores,
    graph,
    one_box,
    put,
    random_cells,
    tiny_boxes,
)


class CBox(ctypes.Structure):
    _fields_ = [(name, ctypes.c_float) for name in ("left", "top", "right", "bottom", "score")]
    _fields_ += [("class_index", ctypes.c_uint32)]


def library(decode: Decode, model: Graph, folder: Path) -> ctypes.CDLL:
    sources = put_sources(emit_decode(decode, model, "mcugen"), folder)
    return ctypes.CDLL(str(compile_library(sources, folder)))


def pointer(values: NDArray[Any]) -> ctypes.c_void_p:
    return ctypes.c_void_p(values.ctypes.data)


CYolo = Callable[[Sequence[NDArray[np.int8]]], tuple[Box, ...]]


@pytest.fixture(scope="module")
def c_yolo(tmp_path_factory: pytest.TempPathFactory) -> CYolo:
    c = library(YOLO, YOLO_GRAPH, tmp_path_factory.mktemp("yolo"))
    c.mcugen_yolo_decode.restype = ctypes.c_size_t

    def decode(outputs: Sequence[NDArray[np.int8]]) -> tuple[Box, ...]:
        boxes = (CBox * YOLO.most_boxes)()
        addresses = (ctypes.c_void_p * len(outputs))(*(o.ctypes.data for o in outputs))
        spec = ctypes.c_char.in_dll(c, "mcugen_yolo")
        count = c.mcugen_yolo_decode(
            ctypes.byref(spec), addresses, boxes, ctypes.c_size_t(YOLO.most_boxes)
        )
        return tuple(Box(*(getattr(b, name) for name, _ in CBox._fields_)) for b in boxes[:count])

    return decode


def both(outputs: Sequence[NDArray[np.int8]], c_yolo: CYolo) -> tuple[Box, ...]:
    """The boxes, once both twins say the same."""
    found = decode_yolo(YOLO, outputs, (Q3, Q6))
    assert c_yolo(outputs) == found
    return found


def test_no_detection(c_yolo: CYolo) -> None:
    assert both(empty(), c_yolo) == ()


def test_one_box_is_where_it_was_put(c_yolo: CYolo) -> None:
    """Zero real values: the middle of the cell, the anchor's size, half of everything."""
    (box,) = both(one_box(), c_yolo)
    assert box.class_index == 0 and box.score > 0.99
    assert (box.left + box.right) / 2 == pytest.approx(3.5 / 6, abs=1e-6)
    assert (box.top + box.bottom) / 2 == pytest.approx(2.5 / 6, abs=1e-6)
    assert box.right - box.left == pytest.approx(37 / 96, abs=1e-6)
    assert box.bottom - box.top == pytest.approx(49 / 96, abs=1e-6)


def test_boxes_end_at_the_border(c_yolo: CYolo) -> None:
    (box,) = both(at_the_border(), c_yolo)
    assert (box.left, box.top, box.right, box.bottom) == (0.0, 0.0, 1.0, 1.0)
    assert box.class_index == 1


def test_equal_scores_keep_their_order_and_overlap_suppresses(c_yolo: CYolo) -> None:
    outputs = equal_scores()
    boxes = both(outputs, c_yolo)
    assert [box.class_index for box in boxes] == [0, 1, 0]
    assert boxes[0].score == boxes[1].score == boxes[2].score
    assert boxes[0].left < boxes[2].left
    put(outputs[0], 0, 0, 0, 127, 127, -20, -28, 127, 127, -128)
    put(outputs[0], 0, 1, 0, -128, 127, -20, -28, 127, 127, -128)  # the same place, from the right
    assert len(both(outputs, c_yolo)) == 4


def test_all_detections_fill_what_there_is(c_yolo: CYolo) -> None:
    assert 1 <= len(both(all_detections(), c_yolo)) <= YOLO.most_boxes
    boxes = both(tiny_boxes(), c_yolo)
    assert len(boxes) == YOLO.most_boxes


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32 - 1), lowest=st.sampled_from([-128, -40, 60, 120]))
def test_boxes_in_c_equal_python(seed: int, lowest: int, c_yolo: CYolo) -> None:
    both(random_cells(seed, lowest), c_yolo)


def test_landmarks_in_c_equal_python(tmp_path: Path) -> None:
    c = library(LANDMARKS, POINTS, tmp_path)
    c.mcugen_landmarks_decode.restype = ctypes.c_bool
    spec = ctypes.c_char.in_dll(c, "mcugen_landmarks")
    random = np.random.default_rng(2)
    seen = set()
    for flag in range(-128, 128, 5):
        points = random.integers(-128, 128, 1404).astype(np.int8)
        presence = np.array([flag], np.int8)
        found = decode_landmarks(LANDMARKS, points, presence, Q3, Q6)
        decoded = np.zeros(1404, np.float32)
        present = c.mcugen_landmarks_decode(
            ctypes.byref(spec), pointer(points), pointer(presence), pointer(decoded)
        )
        assert present == found.present and (decoded.reshape(-1, 3) == found.points).all()
        seen.add(found.present)
    assert seen == {True, False}
    first = decode_landmarks(LANDMARKS, np.full(1404, 8 + 12, np.int8), np.array([-20]), Q3, Q6)
    assert first.points[0, 0] == np.float32(1.5) / np.float32(192) and first.presence == 0.5


def test_classes_in_c_equal_python(tmp_path: Path) -> None:
    c = library(CLASSES, SCORES, tmp_path)
    table = (ctypes.c_float * 256).in_dll(c, "mcugen_class_table")
    random = np.random.default_rng(4)
    extremes = [np.full(12, -128, np.int8), np.full(12, 127, np.int8)]
    wide = [random.integers(-128, 128, 12).astype(np.int8) for _ in range(100)]
    narrow = [random.integers(0, 3, 12).astype(np.int8) for _ in range(100)]  # many are equal
    for output in (*extremes, *wide, *narrow):
        scores, best = np.zeros(12, np.float32), np.zeros(5, np.uint32)
        c.mcugen_softmax_int8(pointer(output), pointer(scores), ctypes.c_size_t(12), table)
        c.mcugen_top_classes(
            pointer(scores), ctypes.c_size_t(12), pointer(best), ctypes.c_size_t(5)
        )
        found = decode_classes(CLASSES, output, Q3)
        assert best.tolist() == [one.index for one in found]
        assert [float(scores[i]) for i in best] == [one.score for one in found]
        exact = softmax(((output.astype(np.float32) - 8) * np.float32(0.125))[None])[0]
        assert np.abs(scores - exact).max() < 2e-7


def test_scores_without_softmax_are_dequantised() -> None:
    plain = Classes(("no", "yes"), top=2)
    found = decode_classes(plain, np.array([-128, 127], np.int8), Quant((1 / 256,), (-128,)))
    assert [(one.index, one.score) for one in found] == [(1, 255 / 256), (0, 0.0)]


@pytest.mark.parametrize("decode", [YOLO, LANDMARKS, CLASSES], ids=lambda it: it.kind)
def test_a_table_reads_back(decode: Decode) -> None:
    assert decode_from_dict(decode_to_dict(decode), "here") == decode


YOLO_TABLE = decode_to_dict(YOLO)
WRONG: dict[str, dict[str, Any]] = {
    "unknown kind 'yollo'": YOLO_TABLE | {"kind": "yollo"},
    "unknown key 'objectnes'": YOLO_TABLE | {"objectnes": 0.3},
    "heads must be 1 to 8": YOLO_TABLE | {"heads": []},
    "anchors must be a list of pairs": YOLO_TABLE | {"heads": [{"output": 0, "anchors": [[1]]}]},
    "overlap must be 0 to 1": YOLO_TABLE | {"overlap": 2},
    "'input_pixels' is missing": {"kind": "landmarks"},
    "dimensions must be 2 or 3": {"kind": "landmarks", "input_pixels": 192, "dimensions": 4},
    "labels must name": {"kind": "classes", "labels": ["only"], "top": 1},
    "top must be 1 to": {"kind": "classes", "labels": ["a", "b"], "top": 3},
}


@pytest.mark.parametrize("words", WRONG)
def test_a_wrong_table_is_named(words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        decode_from_dict(WRONG[words], "mcugen.toml [decode]")


def test_outputs_that_do_not_fit_are_problems() -> None:
    assert check_decode(YOLO, YOLO_GRAPH) == []
    assert check_decode(LANDMARKS, POINTS) == []
    (problem,) = check_decode(YOLO, graph(SHAPES[:1], (Q3,)))
    assert "there is no output 1" in problem.what
    (problem,) = check_decode(Classes(("a", "b"), top=1), SCORES)
    assert problem.what == "2 labels for 12 scores"
    said = [p.what for p in check_decode(YOLO, graph(SHAPES[::-1], (Q3, Q6)))]
    assert "output 0 has shape [1, 6, 6, 14], not groups of 21" in said
