# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""docs/operators.md says what the code says."""

from __future__ import annotations

import re

from mcugen.engines.ops import OPS
from mcugen.paths import runtime_dir
from mcugen.platforms.choose import all_engines
from mcugen.report.operators_doc import operators_doc
from tests.conftest import ROOT


def test_the_document_is_current() -> None:
    """`python tools/write_docs.py` makes it so."""
    assert (ROOT / "docs" / "operators.md").read_text() == operators_doc(all_engines())


def own_rows() -> dict[str, list[str]]:
    own, _, _ = operators_doc(all_engines()).partition("## All engines")
    rows = [line.removesuffix(" |").split(" | ") for line in own.splitlines()]
    return {row[0].removeprefix("| "): row[1:] for row in rows if len(row) == 5}


TYPES = re.compile("int4|int8|int16|int32|float32|bool|any type")


def test_every_operator_states_what_it_supports_and_how_it_runs() -> None:
    rows = own_rows()
    assert set(OPS) < set(rows)
    for kind in OPS:
        supported, runs, dsp, exactness = rows[kind]
        assert TYPES.search(supported.lower()), kind
        assert supported.endswith(".") and runs.endswith("."), kind
        assert dsp in ("yes", "no") and "TFLite Micro" in exactness, kind


def test_a_paragraph_about_one_operator_stays_in_its_row() -> None:
    rows = own_rows()
    assert "quantisation" in rows["RELU6"][0] and "quantisation" not in rows["HARD_SWISH"][0]
    assert rows["TANH"][0] != rows["LOGISTIC"][0]
    assert not re.search(r"[A-Z0-9_]{3,}: ", str(rows)), (
        "a paragraph about a kind that is no operator"
    )


def test_operators_with_dsp_kernels_are_those_whose_variants_call_one() -> None:
    with_dsp = {kind for kind in OPS if own_rows()[kind][2] == "yes"}
    modules = {OPS[kind].variants.__module__.rpartition(".")[2] for kind in with_dsp}
    files = {path.stem.removesuffix("_dsp") for path in (runtime_dir() / "kernels").glob("*_dsp.c")}
    assert modules == files
    assert with_dsp == {
        *("ADD", "MUL", "MAXIMUM", "MINIMUM", "CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"),
        *("AVERAGE_POOL_2D", "MAX_POOL_2D", "UNIDIRECTIONAL_SEQUENCE_LSTM"),
    }
