# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Logs in the form that the applications of Efinix's TinyML platform print, and others."""

from __future__ import annotations

import pytest

from mcugen.errors import DataError
from mcugen.run.efinix_log import Layer, parse_efinix_log

COST = (
    "Inference clock cycle (hex): 0, 5F5E100\n\rSYSTEM_CLINT_HZ (hex): 5F5E100\n\r"
    "NOTE: processing_time (second) = timestamp_clock_cycle/SYSTEM_CLINT_HZ\n\r"
    "Inference time: 1000ms\n\r"
)
DETECTOR = (
    "\t--Hello Efinix TinyML--\n\rTinyML Setup...Done\n\r\n\rTotal output layers: 1\n\r"
    "Input shape: 2 1 640 0 0, type: 9\n\r"
    "\n\rInference 1 ...Done\n\r[OUTPUT_0]Slice 1 Score :12.7776;\n\r"
    + COST
    + "[OUTPUT_1]Slice 2 Score :-1.5e-3;\n\rInference time: 7ms\n\rHello world complete\n\r"
)
KEYWORDS = (
    "0; CONV_2D; STANDARD; 30\n\r1; SOFTMAX; SOFTWARE; 2\n\r"
    "\n\r[OUTPUT_0]Keyword 1=(On) ...\n\rdown score: -128,\n\ron score: 127,\n\r;\n\r"
    + COST
    + "Hello world complete\n\r"
)
BOXES = (
    "[OUTPUT_0]Boxes:\n0.0105, 0.3174, 0.2272\n0.0346, 0.4683, 0.3781\n;\nHello world complete\n"
)


def test_scores() -> None:
    first, second = parse_efinix_log(DETECTOR, "log").blocks
    assert (first.title, first.values, first.time_ns) == ("Slice 1 Score", (12.7776,), 1e9)
    assert (second.number, second.values, second.time_ns) == (1, (-0.0015,), 7e6)


def test_classes_and_layers() -> None:
    found = parse_efinix_log(KEYWORDS, "log")
    (block,) = found.blocks
    assert block.values == (-128.0, 127.0) and block.title == "Keyword 1=(On) ..."
    assert found.layers == (
        Layer(0, "CONV_2D", "STANDARD", 30e6),
        Layer(1, "SOFTMAX", "SOFTWARE", 2e6),
    )


def test_boxes_without_a_cost() -> None:
    (block,) = parse_efinix_log(BOXES, "log").blocks
    assert len(block.values) == 6 and block.values[3] == 0.0346 and block.time_ns is None


REFUSED = {
    "no \\[OUTPUT_n\\]": "hello\n",
    "ends after 2 outputs": DETECTOR[: DETECTOR.index("Hello world complete")],
    "is not closed": DETECTOR.replace("12.7776;", "12.7776"),
}


@pytest.mark.parametrize("words", REFUSED)
def test_foreign_and_cut_logs_are_refused(words: str) -> None:
    with pytest.raises(DataError, match=words):
        parse_efinix_log(REFUSED[words], "log")
