# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Models that may take each other's place call the same kernels, whatever their weights are."""

from __future__ import annotations

import numpy as np
import pytest

from mcugen.engines.aot.lowering import lower
from mcugen.engines.aot.slot import make_slot
from mcugen.engines.contract import EngineOptions, Rounding
from mcugen.model.ir import Graph
from mcugen.model.tflite import parse_tflite
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

SAME = {"padding": "SAME", "fused_activation_function": "RELU", "stride_h": 1, "stride_w": 1}
UNDILATED = {"dilation_h_factor": 1, "dilation_w_factor": 1}


def network(seed: int) -> Graph:
    """A 3x3 CONV_2D, a 3x3 DEPTHWISE_CONV_2D and a pointwise CONV_2D with weights of that seed."""
    random = np.random.default_rng(seed)
    tensors = [TensorSpec((1, 6, 6, 4), "int8", 0.05, -128)]
    ops = []
    for name, shape, axis in (
        ("CONV_2D", (8, 3, 3, 4), 0),
        ("DEPTHWISE_CONV_2D", (1, 3, 3, 8), 3),
        ("CONV_2D", (12, 1, 1, 8), 0),
    ):
        lowest = int(random.choice([-127, -2]))
        scales = random.uniform(0.002, 0.01, shape[axis]).tolist()
        weights = random.integers(lowest, -lowest, shape).astype(np.int8)
        bias = random.integers(-2000, 2000, shape[axis]).astype(np.int32)
        x = len(tensors) - 1
        tensors += [
            TensorSpec(shape, "int8", scales, [0] * len(scales), axis, weights),
            TensorSpec(bias.shape, "int32", [0.05 * s for s in scales], data=bias),
            TensorSpec((1, 6, 6, shape[axis]), "int8", 0.05, -128),
        ]
        more = {"depth_multiplier": 1} if axis == 3 else {}
        options = {**SAME, **UNDILATED, **more}
        ops.append(OpSpec(name, [x, x + 1, x + 2], [x + 3], options, version=3))
    return parse_tflite(model_bytes(tensors, ops, [0], [len(tensors) - 1]), "network")


@pytest.mark.parametrize("isa", [(), ("dsp",), ("dsp", "mve"), ("simd",)])
@pytest.mark.parametrize("rounding", ["double", "single"])
def test_the_architecture_does_not_depend_on_the_weights(
    isa: tuple[str, ...], rounding: Rounding
) -> None:
    """Weights from -127 on, as the converter makes them: pairs of channels need that."""
    options = EngineOptions(isa=frozenset(isa), rounding=rounding, prune=False, any_weights=True)
    slots = [make_slot(lower(network(seed), options)) for seed in range(8)]
    assert len({slot.skeleton for slot in slots}) == 1
    assert len({slot.data for slot in slots}) == len(slots)
    for chosen_by_weights in ("_straight", "_mve", "_simd"):
        assert chosen_by_weights not in slots[0].skeleton
