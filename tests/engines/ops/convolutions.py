# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Layers of CONV_2D and DEPTHWISE_CONV_2D as test cases, and what they answer with each rounding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from mcugen.engines import ENGINES
from mcugen.engines.ops.shared.convolution import Filter, read_convolution
from mcugen.model.ir import Graph
from mcugen.model.numpy_graph import ROUNDINGS
from mcugen.model.reference import open_reference
from mcugen.model.tflite import parse_tflite
from tests.engines.vectors import Vectors, random_inputs
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

ACTIVATIONS = ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")


@dataclass(frozen=True)
class Case:
    """One layer. `gain` is about the standard deviation of the output in output steps.

    A depthwise layer has `channels` inputs and `multiplier` outputs for each.
    """

    kind: str = "CONV_2D"
    batches: int = 1
    image: tuple[int, int] = (5, 4)
    channels: int = 4
    filter: tuple[int, int] = (3, 3)
    outputs: int = 4
    multiplier: int = 1
    groups: int = 1
    stride: tuple[int, int] = (1, 1)
    dilation: tuple[int, int] = (1, 1)
    padding: str = "SAME"
    per_channel: bool = True
    bias: bool = True
    activation: str = "NONE"
    input_zero_point: int = -3
    output_zero_point: int = 5
    smallest_weight: int = -127
    largest_weight: int = 127
    gain: float = 60.0
    seed: int = 0

    @property
    def depthwise(self) -> bool:
        return self.kind == "DEPTHWISE_CONV_2D"

    @property
    def out_channels(self) -> int:
        return self.channels * self.multiplier if self.depthwise else self.outputs * self.groups

    @property
    def in_channels(self) -> int:
        return self.channels if self.depthwise else self.channels * self.groups

    @property
    def fits(self) -> bool:
        """Whether a VALID filter lies within the image at least once."""
        return self.padding == "SAME" or min(self.out_size()) > 0

    def out_size(self) -> tuple[int, ...]:
        """Height and width of the output."""
        room = [
            size - (0 if self.padding == "SAME" else (taps - 1) * dilation)
            for size, taps, dilation in zip(self.image, self.filter, self.dilation, strict=True)
        ]
        return tuple(-(-r // s) for r, s in zip(room, self.stride, strict=True))


def model_of(cases: Sequence[Case]) -> bytes:
    """One .tflite with a layer per case, each with its own input and output."""
    tensors: list[TensorSpec] = []
    ops: list[OpSpec] = []
    for number, case in enumerate(cases):
        first = len(tensors)
        tensors += layer_tensors(case, number)
        # TFLite Micro's depthwise kernel crashes on a bias of -1; left out altogether it is fine.
        no_bias = [] if case.depthwise else [-1]
        inputs = [first, first + 1, *([first + 3] if case.bias else no_bias)]
        ops.append(OpSpec(case.kind, inputs, [first + 2], layer_options(case), version=3))
    inputs = [op.inputs[0] for op in ops]
    return model_bytes(tensors, ops, inputs, [op.outputs[0] for op in ops])


def problems_of_case(case: Case, change: Mapping[int | str, Any]) -> list[str]:
    """What the engine says against a layer with changed tensors (by index) or options (by name)."""
    tensors = dict(enumerate(layer_tensors(case, 0)))
    tensors |= {key: value for key, value in change.items() if isinstance(key, int)}
    options = layer_options(case)
    options |= {key: value for key, value in change.items() if isinstance(key, str)}
    op = OpSpec(case.kind, [0, 1, 3], [2], options, version=3)
    graph = parse_tflite(model_bytes([*tensors.values()], [op], [0], [2]), "bad")
    return [problem.what for problem in ENGINES["aot"].supports(graph)]


def layer_options(case: Case) -> dict[str, Any]:
    """The option table of a case."""
    options = {
        "padding": case.padding,
        "stride_h": case.stride[0],
        "stride_w": case.stride[1],
        "dilation_h_factor": case.dilation[0],
        "dilation_w_factor": case.dilation[1],
        "fused_activation_function": case.activation,
    }
    return options | ({"depth_multiplier": case.multiplier} if case.depthwise else {})


def layer_tensors(case: Case, number: int) -> list[TensorSpec]:
    """Input, weights, output and, if there is one, bias of a case."""
    rng = np.random.default_rng((case.seed, number))
    outputs, taps = case.out_channels, case.filter[0] * case.filter[1]
    depth = 1 if case.depthwise else case.channels
    weights = rng.integers(
        case.smallest_weight, case.largest_weight + 1, (outputs, *case.filter, depth)
    ).astype(np.int8)
    weights.reshape(-1)[0] = case.smallest_weight
    weights[-1, 0, 0, 0] = case.smallest_weight
    x_scale, w_scale = np.float32(rng.uniform(0.01, 0.1)), np.float32(rng.uniform(0.001, 0.02))
    weight_spread = (case.largest_weight - case.smallest_weight) / 12**0.5
    spread = 74 * weight_spread * (taps * depth) ** 0.5
    y_scale = float(x_scale * w_scale) * spread / case.gain
    scales = w_scale * rng.uniform(0.2, 1, outputs) if case.per_channel else w_scale
    data = weights.transpose(3, 1, 2, 0) if case.depthwise else weights
    x_shape = (case.batches, *case.image, case.in_channels)
    y_shape = (case.batches, *case.out_size(), outputs)
    tensors = [
        TensorSpec(x_shape, "int8", float(x_scale), case.input_zero_point),
        TensorSpec(
            data.shape,
            "int8",
            np.float32(scales).tolist(),
            axis=3 if case.depthwise else 0,
            data=np.ascontiguousarray(data),
        ),
        TensorSpec(y_shape, "int8", y_scale, case.output_zero_point),
    ]
    if case.bias:
        bias = rng.integers(-int(spread), int(spread) + 1, outputs).astype(np.int32)
        bias_scales = np.float32(x_scale) * np.float32(scales)
        tensors.append(TensorSpec((outputs,), "int32", bias_scales.tolist(), data=bias))
    return tensors


def vectors_of_cases(cases: Sequence[Case], folder: Path) -> Vectors:
    """Double rounding from TFLite Micro; single rounding from NumPy, which must agree on double."""
    path = folder / "layers.tflite"
    path.write_bytes(model_of(cases))
    graph = parse_tflite(path.read_bytes(), path.name)
    inputs = random_inputs(graph)
    with open_reference(path) as reference:
        double = reference.run(inputs)
    for mine, wanted in zip(numpy_outputs(graph, inputs, "double"), double, strict=True):
        assert np.array_equal(mine, wanted)
    single = numpy_outputs(graph, inputs, "single")
    return Vectors(graph, inputs, {"double": double, "single": single})


def numpy_outputs(
    graph: Graph, inputs: Sequence[np.ndarray], rounding: str
) -> tuple[np.ndarray, ...]:
    """Every layer in NumPy, int64 sums."""
    answers = []
    for op, x in zip(graph.ops, inputs, strict=True):
        depthwise = op.kind == "DEPTHWISE_CONV_2D"
        layer = read_convolution(graph, op, 3 if depthwise else 0)
        sums = _sums(layer.filter, x.astype(np.int64) - layer.in_zero_point, layer.weights)
        multiplier, shift = layer.requant.astype(np.int64).T
        scaled = ROUNDINGS[rounding](sums + layer.bias, multiplier, shift) + layer.zero_point
        answers.append(np.clip(scaled, layer.low, layer.high).astype(np.int8))
    return tuple(answers)


def _sums(f: Filter, x: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Samples [N, batches, height, width, channels] -> sums [N, batches, out..., channels]."""
    reach_y = (f.out_height - 1) * f.stride_y + 1
    reach_x = (f.out_width - 1) * f.stride_x + 1
    after_y = max(0, reach_y + (f.height - 1) * f.dilation_y - f.pad_top - f.in_height)
    after_x = max(0, reach_x + (f.width - 1) * f.dilation_x - f.pad_left - f.in_width)
    padded = np.pad(x, ((0, 0), (0, 0), (f.pad_top, after_y), (f.pad_left, after_x), (0, 0)))
    depth = weights.shape[3]
    groups = f.in_channels // depth
    sums = np.zeros((*x.shape[:2], f.out_height, f.out_width, f.out_channels), np.int64)
    for ky in range(f.height):
        for kx in range(f.width):
            top, left = ky * f.dilation_y, kx * f.dilation_x
            seen = padded[
                :, :, top : top + reach_y : f.stride_y, left : left + reach_x : f.stride_x
            ]
            grouped = seen.reshape(*seen.shape[:4], groups, depth)
            taps = weights[:, ky, kx].astype(np.int64).reshape(groups, -1, depth)
            sums += np.einsum("nbyxgd,god->nbyxgo", grouped, taps).reshape(sums.shape)
    return sums


pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))


def layers(kind: str) -> st.SearchStrategy[Case]:
    """Random layers of an operator."""
    return st.builds(
        Case,
        kind=st.just(kind),
        batches=st.integers(1, 2),
        image=st.tuples(st.integers(1, 12), st.integers(1, 12)),
        channels=st.integers(1, 20),
        filter=st.tuples(st.integers(1, 5), st.integers(1, 5)),
        outputs=st.integers(1, 12),
        multiplier=st.sampled_from((1, 1, 1, 2, 3)),
        groups=st.sampled_from((1, 1, 1, 2, 3)),
        stride=pairs,
        dilation=st.one_of(st.just((1, 1)), pairs),
        padding=st.sampled_from(("SAME", "VALID")),
        per_channel=st.booleans(),
        bias=st.booleans(),
        activation=st.sampled_from(ACTIVATIONS),
        input_zero_point=st.integers(-128, 127),
        output_zero_point=st.one_of(st.just(-128), st.integers(-128, 127)),
        smallest_weight=st.sampled_from((-127, -127, -127, -128)),
        gain=st.floats(-1, 4).map(lambda exponent: 10.0**exponent),
        seed=st.integers(0, 2**31),
    ).filter(lambda case: case.fits)
