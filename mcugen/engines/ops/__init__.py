# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The operators of the ahead-of-time engine: one file each, listed here."""

from __future__ import annotations

from collections.abc import Mapping

from mcugen.engines.aot.variants import Operator
from mcugen.engines.ops import (
    add,
    concatenation,
    conv_2d,
    depthwise_conv_2d,
    fully_connected,
    lstm,
    maximum,
    mean,
    mul,
    pad,
    pooling,
    prelu,
    quantize,
    reshape,
    resize,
    sigmoid,
    slicing,
    softmax,
    split,
    transpose,
    transpose_conv,
    unary,
)

OPS: Mapping[str, Operator] = {
    "ADD": add.OPERATOR,
    "AVERAGE_POOL_2D": pooling.OPERATOR,
    "CONCATENATION": concatenation.OPERATOR,
    "CONV_2D": conv_2d.OPERATOR,
    "DEPTHWISE_CONV_2D": depthwise_conv_2d.OPERATOR,
    "DEQUANTIZE": quantize.OPERATOR,
    "EXPAND_DIMS": reshape.OPERATOR,
    "FULLY_CONNECTED": fully_connected.OPERATOR,
    "HARD_SWISH": unary.OPERATOR,
    "LEAKY_RELU": unary.OPERATOR,
    "LOGISTIC": sigmoid.OPERATOR,
    "MAXIMUM": maximum.OPERATOR,
    "MAX_POOL_2D": pooling.OPERATOR,
    "MEAN": mean.OPERATOR,
    "MINIMUM": maximum.OPERATOR,
    "MUL": mul.OPERATOR,
    "PACK": split.PACK,
    "PAD": pad.OPERATOR,
    "PADV2": pad.OPERATOR,
    "PRELU": prelu.OPERATOR,
    "QUANTIZE": quantize.OPERATOR,
    "RELU": unary.OPERATOR,
    "RELU6": unary.OPERATOR,
    "RELU_N1_TO_1": unary.RELU_N1_TO_1,
    "RESHAPE": reshape.OPERATOR,
    "RESIZE_BILINEAR": resize.OPERATOR,
    "RESIZE_NEAREST_NEIGHBOR": resize.OPERATOR,
    "SLICE": slicing.OPERATOR,
    "SOFTMAX": softmax.OPERATOR,
    "SPLIT": split.SPLIT,
    "SPLIT_V": split.SPLIT,
    "SQUEEZE": reshape.OPERATOR,
    "STRIDED_SLICE": slicing.OPERATOR,
    "SUB": add.OPERATOR,
    "TANH": sigmoid.OPERATOR,
    "TRANSPOSE": transpose.OPERATOR,
    "TRANSPOSE_CONV": transpose_conv.OPERATOR,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": lstm.OPERATOR,
    "UNPACK": split.SPLIT,
}
"""The schema's name of an operator -> how it is compiled."""
