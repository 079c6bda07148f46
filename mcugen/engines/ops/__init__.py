# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The operators of the ahead-of-time engine: one file each, listed here."""

from __future__ import annotations

from collections.abc import Mapping

from mcugen.engines.aot.variants import Operator
from mcugen.engines.ops import (
    add,
    add_n,
    along_axis,
    arithmetic,
    batch_matmul,
    cast,
    concatenation,
    conv_2d,
    curves_s16,
    depthwise_conv_2d,
    elementwise,
    fully_connected,
    gather,
    leaky_relu_s16,
    linear_f32,
    linear_s16,
    lstm,
    maximum,
    mean,
    mul,
    pad,
    pooling,
    prelu,
    quantize,
    rearrange,
    reduce,
    reshape,
    resize,
    select,
    sigmoid,
    slicing,
    softmax,
    softmax_f32,
    split,
    svdf,
    transpose_conv,
    unary,
    variable,
)
from mcugen.engines.ops.linear_s4 import or_packed
from mcugen.engines.ops.shared.by_type import or_else

OPS: Mapping[str, Operator] = {
    "ADD": or_else(add.OPERATOR, arithmetic.OPERATOR),
    "ADD_N": add_n.OPERATOR,
    "AVERAGE_POOL_2D": pooling.OPERATOR,
    "CONCATENATION": concatenation.OPERATOR,
    "CONV_2D": or_else(or_packed(conv_2d.OPERATOR), linear_s16.OPERATOR, linear_f32.OPERATOR),
    "DEPTHWISE_CONV_2D": or_else(
        or_packed(depthwise_conv_2d.OPERATOR), linear_s16.OPERATOR, linear_f32.OPERATOR
    ),
    "DEQUANTIZE": quantize.OPERATOR,
    "EXPAND_DIMS": reshape.OPERATOR,
    "FULLY_CONNECTED": or_else(
        or_packed(fully_connected.OPERATOR), linear_s16.OPERATOR, linear_f32.OPERATOR
    ),
    "HARD_SWISH": or_else(unary.OPERATOR, elementwise.OPERATOR),
    "LEAKY_RELU": or_else(unary.OPERATOR, leaky_relu_s16.OPERATOR, elementwise.OPERATOR),
    "LOGISTIC": or_else(sigmoid.OPERATOR, curves_s16.OPERATOR, elementwise.OPERATOR),
    "MAXIMUM": or_else(maximum.OPERATOR, arithmetic.OPERATOR),
    "MAX_POOL_2D": pooling.OPERATOR,
    "MEAN": or_else(mean.OPERATOR, reduce.OPERATOR),
    "MINIMUM": or_else(maximum.OPERATOR, arithmetic.OPERATOR),
    "MUL": or_else(mul.OPERATOR, arithmetic.OPERATOR),
    "PACK": split.PACK,
    "PAD": or_else(pad.OPERATOR, rearrange.OPERATOR),
    "PADV2": pad.OPERATOR,
    "PRELU": or_else(prelu.OPERATOR, arithmetic.OPERATOR),
    "QUANTIZE": quantize.OPERATOR,
    "RELU": or_else(unary.OPERATOR, leaky_relu_s16.OPERATOR, elementwise.OPERATOR),
    "RELU6": or_else(unary.OPERATOR, elementwise.OPERATOR),
    "RELU_N1_TO_1": unary.RELU_N1_TO_1,
    "RESHAPE": reshape.OPERATOR,
    "RESIZE_BILINEAR": resize.OPERATOR,
    "RESIZE_NEAREST_NEIGHBOR": resize.OPERATOR,
    "SLICE": slicing.OPERATOR,
    "SPLIT": split.SPLIT,
    "SPLIT_V": split.SPLIT,
    "SQUEEZE": reshape.OPERATOR,
    "STRIDED_SLICE": slicing.OPERATOR,
    "SUB": or_else(add.OPERATOR, arithmetic.OPERATOR),
    "TANH": or_else(sigmoid.OPERATOR, curves_s16.OPERATOR, elementwise.OPERATOR),
    "TILE": rearrange.TILE,
    "TRANSPOSE_CONV": or_else(transpose_conv.OPERATOR, linear_s16.OPERATOR),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": lstm.OPERATOR,
    "UNPACK": split.SPLIT,
    "ABS": or_else(unary.OPERATOR, elementwise.OPERATOR),
    "CAST": cast.OPERATOR,
    "ELU": or_else(unary.ELU, elementwise.OPERATOR),
    **dict.fromkeys(("GATHER", "GATHER_ND"), gather.OPERATOR),
    "RSQRT": or_else(unary.OPERATOR, elementwise.OPERATOR),
    "BATCH_MATMUL": batch_matmul.OPERATOR,
    "SELECT_V2": select.OPERATOR,
    "SVDF": svdf.OPERATOR,
    **dict.fromkeys(
        ("LOG_SOFTMAX", "SOFTMAX"),
        or_else(softmax.OPERATOR, softmax.OPERATOR, softmax_f32.OPERATOR),
    ),
    **dict.fromkeys("ASSIGN_VARIABLE READ_VARIABLE".split(), variable.OPERATOR),
    **dict.fromkeys("ARG_MAX ARG_MIN CUMSUM L2_NORMALIZATION".split(), along_axis.OPERATOR),
    **dict.fromkeys("REDUCE_ALL REDUCE_MAX REDUCE_MIN SUM".split(), reduce.OPERATOR),
    **dict.fromkeys(
        "DIV EQUAL FLOOR_DIV FLOOR_MOD GREATER GREATER_EQUAL LESS LESS_EQUAL LOGICAL_AND LOGICAL_OR "
        "NOT_EQUAL SQUARED_DIFFERENCE".split(),
        arithmetic.OPERATOR,
    ),
    **dict.fromkeys(
        "CEIL COS EXP FLOOR LOG LOGICAL_NOT NEG ROUND SIN SQRT SQUARE".split(), elementwise.OPERATOR
    ),
    **dict.fromkeys(
        "BATCH_TO_SPACE_ND BROADCAST_TO DEPTH_TO_SPACE MIRROR_PAD REVERSE_V2 SPACE_TO_BATCH_ND "
        "SPACE_TO_DEPTH TRANSPOSE".split(),
        rearrange.OPERATOR,
    ),
}
"""The schema's name of an operator -> how it is compiled."""
