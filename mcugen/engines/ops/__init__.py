# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The operators of the ahead-of-time engine: one file each, listed here."""

from __future__ import annotations

from collections.abc import Mapping

from mcugen.engines.ops import (
    add,
    concatenation,
    conv_2d,
    depthwise_conv_2d,
    fully_connected,
    lstm,
    pad,
    pooling,
    reshape,
    sigmoid,
    softmax,
    transpose,
)
from mcugen.engines.steps import Operator

OPS: Mapping[str, Operator] = {
    "ADD": add.OPERATOR,
    "AVERAGE_POOL_2D": pooling.OPERATOR,
    "CONCATENATION": concatenation.OPERATOR,
    "CONV_2D": conv_2d.OPERATOR,
    "DEPTHWISE_CONV_2D": depthwise_conv_2d.OPERATOR,
    "EXPAND_DIMS": reshape.OPERATOR,
    "FULLY_CONNECTED": fully_connected.OPERATOR,
    "LOGISTIC": sigmoid.OPERATOR,
    "MAX_POOL_2D": pooling.OPERATOR,
    "PAD": pad.OPERATOR,
    "PADV2": pad.OPERATOR,
    "RESHAPE": reshape.OPERATOR,
    "SOFTMAX": softmax.OPERATOR,
    "SQUEEZE": reshape.OPERATOR,
    "SUB": add.OPERATOR,
    "TANH": sigmoid.OPERATOR,
    "TRANSPOSE": transpose.OPERATOR,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": lstm.OPERATOR,
}
"""The schema's name of an operator -> how it is compiled."""
