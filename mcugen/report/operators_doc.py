# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""docs/operators.md: which operators each engine supports, from the operators' docstrings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from mcugen.engines.contract import Engine
from mcugen.engines.ops import OPS
from mcugen.errors import EnvironmentError_

_INTRODUCTION = """# Operators

Written by `python tools/write_docs.py` from the code: change the docstrings of `reasons` and
`variants` in `mcugen/engines/ops/`, not this file. `mcugen inspect MODEL` names everything in a
model that an engine does not support, with a workaround where there is one.

## Engine `aot`

Operators missing from this table, and cases that it does not list as supported, run with
`--engine tflm`. A kernel with DSP instructions or vectors is chosen where the board has them and it is
cheaper; all other kernels are portable C11.

**Exactness.** With `--rounding double`, the default, every operator returns exactly the same integers
as TFLite Micro (0 differences) for random and extreme inputs, on the PC under sanitizers and on an
emulated Cortex-M33, those with vectors on an emulated Cortex-M55 and on AArch64
(`tests/engines/ops/`). Where TFLite Micro and TensorFlow Lite differ, TFLite
Micro is the reference. With `--rounding single` convolutions, FULLY_CONNECTED, the LSTM, LOGISTIC,
TANH and RESIZE_BILINEAR round once when they requantise, in 64-bit integers; ADD, SUB, MUL, PRELU,
MEAN, SOFTMAX and the lookups of RELU, LEAKY_RELU, HARD_SWISH and QUANTIZE round twice in either
mode. `mcugen verify` compares single rounding with NumPy code (`mcugen/model/numpy_graph.py`), which
supports CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED, ADD, SUB, MUL, MAXIMUM, MINIMUM, PRELU, pooling,
RESHAPE, SOFTMAX, slices, splits, CONCATENATION and variables, and refuses other operators. LiteRT 2.3
with XNNPACK, its default, nearly agrees: it multiplies in float32, and about two of a million values of a
convolution are one step off.
LiteRT's reference kernels (BUILTIN_REF) round FULLY_CONNECTED once and convolutions twice.
SOFTMAX of int16 rounds once when it scales its input; its vectors come from NumPy code in its test.

**What TFLite Micro does not register**: TILE and RELU_N1_TO_1, whose models `mcugen verify` compares
with that NumPy code. L2_POOL_2D it registers for float32 only, which `aot` does not support.

**float32 parts** of a quantised model run in plain C, in the order of TFLite Micro's sums. Functions of
the C library (EXP, LOG, SIN, COS, TANH, LOGISTIC, ELU) differ in the last bits between libraries:
on the PC the results are those of TFLite Micro, on a board `mcugen verify` compares float32 outputs
after such a function to 18 bits and says so.

**Inputs and outputs** are int8, uint8, int16, int32, int64, float32 or bool, in any number. Where a
QUANTIZE at an end of the model only moves uint8 by 128, it is left out: that end is int8 in
generated code, and a program that holds uint8 values subtracts 128 (`mcugen inspect` says
"uint8 in the file"). int4 weights are read as the int8 values they stand for.

**State**: variables that VAR_HANDLE names lie in the arena, apart from everything else, as long as the
engine lives. What CALL_ONCE assigns is their first value, and a reset brings it back. A model
that reads variables streams: its state goes on from window to window of a clip and is reset between
clips. State of the fused LSTM and of SVDF is reset before every window.
"""

_OTHERS = """## All engines

`tflm` supports the builtin operators that TFLite Micro registers, except IF and WHILE, and its custom ones
except CIRCULAR_BUFFER, which ends most inferences without an output. State of its Signal operators is
reset before every window. `axon` supports those that Nordic's compiler documents, within the limits of
`mcugen/platforms/axon/limits.py`, and `efinix` those that the TinyML platform's TFLite Micro of 2022
registers. All three run third-party kernels. Other custom operators are refused: Flex operators need
TensorFlow itself. An NPU's compiler is run by mcugen, or has made the file that `--npu-model` names.
"""


def operators_doc(engines: Mapping[str, Engine]) -> str:
    """The whole document, with a column per engine."""
    return "\n".join((_INTRODUCTION, *_own_table(), "", _OTHERS, *_engine_table(engines), ""))


def _own_table() -> Iterator[str]:
    yield "| operator | supported | how it runs | DSP kernel | exactness |"
    yield "|---|---|---|---|---|"
    for kind, operator in sorted(OPS.items()):
        supported, runs = _described(kind, operator.problems), _described(kind, operator.variants)
        dsp = "yes" if "DSP" in runs else "no"
        yield f"| {kind} | {supported} | {runs} | {dsp} | {operator.exactness} |"


def _described(kind: str, function: Callable[..., object]) -> str:
    """The paragraphs of a docstring that are about `kind`, as the cell of a table."""
    if function.__doc__ is None:
        what = f"{kind}: {function.__name__} has no docstring"
        raise EnvironmentError_(what, hint="run Python without -OO")
    cell = ""
    for paragraph in function.__doc__.split("\n\n"):
        text = " ".join(paragraph.split())
        kinds, _, rest = text.partition(": ")
        if not set(kinds.split(", ")) <= OPS.keys():
            cell += f" {text}"
        elif kind in kinds.split(", "):
            cell = f"{cell.removesuffix('.')}; {rest}" if cell else rest
    return cell.strip().replace("|", "\\|")


def _engine_table(engines: Mapping[str, Engine]) -> Iterator[str]:
    yield f"| operator | {' | '.join(engines)} |"
    yield "|---|" + len(engines) * "---|"
    kinds = {kind for engine in engines.values() for kind in engine.operators}
    for kind in sorted(kinds):
        taken = (kind in engine.operators for engine in engines.values())
        yield f"| {kind} | {' | '.join('yes' if yes else '-' for yes in taken)} |"
