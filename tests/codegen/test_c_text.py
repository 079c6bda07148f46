# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcugen.codegen.c_text import (
    C_KEYWORDS,
    IDENTIFIER_LENGTH,
    c_array,
    c_comment,
    c_float,
    c_identifier,
    c_int,
    c_string,
)
from tests.conftest import require_tool


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_float_text_reads_back_as_the_same_float32(value: float) -> None:
    text = c_float(value)
    assert text.endswith("f")
    assert re.search("[.e]", text)
    assert np.float32(text[:-1]).tobytes() == np.float32(value).tobytes()


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1, "0.1f"), (1.0, "1.0f"), (-0.0, "-0.0f"), (1e-7, "1e-07f"), (0.39101523, "0.39101523f")],
)
def test_float_text_is_the_shortest(value: float, text: str) -> None:
    assert c_float(value) == text


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e39])
def test_a_value_without_literal_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="no float32 literal"):
        c_float(value)


def test_array_has_twelve_values_a_line() -> None:
    text = c_array("bias", np.arange(-6, 8, dtype=np.int8))
    assert text == (
        "static const int8_t bias[14] = {\n"
        "  -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5,\n"
        "  6, 7,\n"
        "};\n"
    )


def test_empty_array_is_refused() -> None:
    with pytest.raises(ValueError, match="array bias is empty"):
        c_array("bias", np.zeros(0, np.int32))


@given(st.text())
def test_identifiers_are_valid_and_short(text: str) -> None:
    name = c_identifier(text)
    assert re.fullmatch("[a-z][a-z0-9_]*", name)
    assert name not in C_KEYWORDS
    assert len(name) <= IDENTIFIER_LENGTH


def test_tensor_name_stays_recognisable() -> None:
    assert c_identifier("model/conv2d_3/Weights:0") == "model_conv2d_3_weights_0"
    assert c_identifier("functional_1/" + "dense/" * 9 + "kernel").endswith("_dense_kernel")


def test_comment_cannot_end_the_comment() -> None:
    assert c_comment("a */ b\n// c \\") == "a * / b // c"


def test_a_compiler_reads_the_same_values(tmp_path: Path) -> None:
    gcc = require_tool("gcc")
    nasty = 'tab\t quote" back\\slash ??/ \x01123 naïve'
    floats = np.array([1e-45, 3.4028235e38, -0.1, 7.0, 16777216.0], np.float32)
    ints = np.array([-(2**31), 2**31 - 1, 0], np.int32)
    source = (
        "#include <stdint.h>\n#include <stdio.h>\n"
        + c_array("floats", floats)
        + c_array("ints", ints)
        + c_array("wide", np.array([-(2**63), 2**63 - 1]))
        + c_array("words", np.array([2**32 - 1], np.uint32))
        + f"static const char text[] = {c_string(nasty)};\n"
        + "int main(void) {\n  fwrite(floats, sizeof floats, 1, stdout);\n"
        + "  fwrite(ints, sizeof ints, 1, stdout);\n  fwrite(wide, sizeof wide, 1, stdout);\n"
        + "  fwrite(words, sizeof words, 1, stdout);\n"
        + f"  fwrite(text, sizeof text - 1, 1, stdout);\n  return {c_int(0)};\n}}\n"
    )
    (tmp_path / "values.c").write_text(source)
    flags = ["-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Wtrigraphs", "-Werror"]
    program = tmp_path / "values"
    subprocess.run([gcc, *flags, "-o", program, tmp_path / "values.c"], check=True, timeout=60)
    output = subprocess.run([program], check=True, capture_output=True, timeout=60).stdout
    wide = np.array([-(2**63), 2**63 - 1]).tobytes() + np.array([2**32 - 1], np.uint32).tobytes()
    assert output == floats.tobytes() + ints.tobytes() + wide + nasty.encode()
