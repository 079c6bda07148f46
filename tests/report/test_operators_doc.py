# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""docs/operators.md says what the code says."""

from __future__ import annotations

from mcugen.engines.ops import OPS
from mcugen.report.operators_doc import operators_doc
from tests.conftest import ROOT


def test_the_document_is_current() -> None:
    """`python tools/write_docs.py` makes it so."""
    assert (ROOT / "docs" / "operators.md").read_text() == operators_doc()


def test_every_operator_says_what_it_refuses_and_how_it_runs() -> None:
    rows = [line.split(" | ") for line in operators_doc().splitlines() if line.startswith("| ")]
    own = {row[0].removeprefix("| "): row[1:] for row in rows if len(row) == 5}
    assert set(OPS) < set(own)
    for kind in OPS:
        refused, runs, dsp, exactness = own[kind]
        assert refused.endswith(".") and runs.endswith("."), kind
        assert dsp in ("yes", "no") and "TFLite Micro" in exactness, kind


def test_the_operators_with_dsp_kernels_are_found() -> None:
    assert "| FULLY_CONNECTED | Everything but int8" in operators_doc()
    with_dsp = [line for line in operators_doc().splitlines() if "| yes | equals" in line]
    kinds = {line.split()[1] for line in with_dsp}
    assert {"CONV_2D", "FULLY_CONNECTED", "UNIDIRECTIONAL_SEQUENCE_LSTM"} <= kinds
    assert "RESIZE_BILINEAR" not in kinds
