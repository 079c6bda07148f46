# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""docs/operators.md: which engine takes which operator, as the operators themselves say it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from mcugen.engines.axon_limits import CHECKS
from mcugen.engines.ops import OPS
from mcugen.engines.steps import Operator
from mcugen.engines.tflm_operators import RESOLVER_METHODS
from mcugen.errors import EnvironmentError_
from mcugen.paths import runtime_dir

_INTRODUCTION = """# Operators

Written by `python tools/write_docs.py` from the code: change the docstrings of `problems` and
`variants` in `mcugen/engines/ops/`, not this file. `mcugen inspect MODEL` names everything in a
model that an engine does not take, all at once, each with a way out where there is one.

## Engine `aot`

What is not in the table, or is refused as it says, can run by `--engine tflm`. A kernel with DSP
instructions is chosen where the board has them and it is cheaper; all others are portable C11.

**Exactness.** With `--rounding double`, the default, every operator gives the very integers of
TFLite Micro: 0 differences, on random and on extreme inputs, on the PC under sanitizers and on an
emulated Cortex-M33 (`tests/engines/ops/`). Where TFLite Micro and TensorFlow Lite differ, TFLite
Micro is the reference. With `--rounding single` convolutions, FULLY_CONNECTED, the LSTM, LOGISTIC,
TANH and RESIZE_BILINEAR round once when they requantise, in 64-bit integers; ADD, SUB, MUL, PRELU,
MEAN, SOFTMAX and the look-ups of RELU, LEAKY_RELU, HARD_SWISH and QUANTIZE round twice in either
mode. `mcugen verify` judges single rounding by NumPy code (`mcugen/model/single_rounding.py`), which
knows CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED, ADD, pooling, RESHAPE and SOFTMAX, and refuses
other operators. LiteRT 2.3 with XNNPACK, its default, answers nearly so: it multiplies in float32,
and about two of a million values of a convolution are one step off. LiteRT's reference kernels
(BUILTIN_REF) round FULLY_CONNECTED once and convolutions twice.
"""

_OTHERS = """## Engines `tflm` and `axon`

`tflm` takes whatever TFLite Micro registers, `axon` what Nordic's compiler documents, within the
limits of `mcugen/engines/axon_limits.py`; both compute with code that is not ours.
"""


def operators_doc() -> str:
    """The whole document."""
    return "\n".join((_INTRODUCTION, *_own_table(), "", _OTHERS, *_others_table(), ""))


def _own_table() -> Iterator[str]:
    yield "| operator | refused | how it runs | DSP kernel | exactness |"
    yield "|---|---|---|---|---|"
    for kind, operator in sorted(OPS.items()):
        refused, runs = _told(kind, operator.problems), _told(kind, operator.variants)
        dsp = "yes" if _has_dsp_kernel(operator) else "no"
        yield f"| {kind} | {refused} | {runs} | {dsp} | {operator.exactness} |"


def _told(kind: str, function: Callable[..., object]) -> str:
    """A docstring as the cell of a table."""
    if function.__doc__ is None:
        what = f"{kind}: {function.__name__} has no docstring"
        raise EnvironmentError_(what, hint="run Python without -OO")
    return " ".join(function.__doc__.split()).replace("|", "\\|")


def _has_dsp_kernel(operator: Operator) -> bool:
    """A kernel `foo_dsp.c` belongs to the operators of `ops/foo.py`."""
    module = sys.modules[operator.variants.__module__]
    stem = module.__name__.rpartition(".")[2]
    return (runtime_dir() / "kernels" / f"{stem}_dsp.c").is_file()


def _others_table() -> Iterator[str]:
    yield "| operator | aot | tflm | axon |"
    yield "|---|---|---|---|"
    for kind in sorted({*OPS, *RESOLVER_METHODS, *CHECKS}):
        taken = (kind in engine for engine in (OPS, RESOLVER_METHODS, CHECKS))
        yield f"| {kind} | {' | '.join('yes' if yes else '-' for yes in taken)} |"
