# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""UNIDIRECTIONAL_SEQUENCE_LSTM equals TFLite Micro, in every kernel, from a clean state."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import lstm_layer
from mcugen.engines.ops.shared.lstm_layer import curve
from mcugen.model.reference import open_reference
from mcugen.model.tflite import parse_tflite, read_tflite
from mcugen.paths import runtime_dir
from tests.conftest import ROOT
from tests.engines.c_engine import build, compile_driver, run_program
from tests.engines.ops.lstm_layers import Case, model_of
from tests.engines.vectors import OPTIONS, Vectors, differences, vectors_of
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

EXACT = ("portable", "dsp-speed")
"""Configurations of tests.engines.vectors that claim to equal TFLite Micro."""


EDGES = (
    *(Case(units=units) for units in (1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 32)),
    *(Case(features=features) for features in (2, 3, 4, 5, 8, 13)),
    *(Case(time_major=major, batches=b, features=2) for major in (False, True) for b in (2, 3)),
    *(Case(x_zero_point=z, state_zero_point=z) for z in (-128, 127)),
    *(Case(x_scale=scale) for scale in (0.0005, 0.004, 0.02, 0.3, 2.0, 40.0)),
    *(Case(spread=spread, steps=12) for spread in (0.1, 0.6, 6.0, 30.0)),
    *(Case(state_scale=scale) for scale in (0.0005, 1 / 512, 0.0077, 0.01, 1 / 32, 0.4)),
    *(Case(cell_power=p, cell_clip=0, steps=12) for p in (-18, -15, -14, -13, -11, -10, -9, -4)),
    *(Case(cell_clip=clip, steps=12, spread=5) for clip in (0, 1e-5, 0.5, 3.7, 7.9999, 100)),
    *(Case(largest_weight=1, units=16, features=6, seed=s) for s in (1, 2)),
    Case(units=260, steps=2, spread=3.0),
    Case(features=200, steps=2),
    Case(units=32, steps=100),
    Case(units=16, steps=100, forget=20.0, seed=3),  # forgets so little that the last bit counts
)


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return vectors_of(model_of(EDGES), tmp_path_factory.mktemp("edges"), ["double"])


@pytest.mark.parametrize("name", EXACT)
def test_edges_equal_the_reference_on_the_pc(name: str, edges: Vectors, tmp_path: Path) -> None:
    assert not any(differences(edges, OPTIONS[name], tmp_path))


EMULATED = (("qemu", "dsp"), ("host", "mve"), ("helium", "dsp mve"), ("neon", "simd"))


@pytest.mark.parametrize(("on", "isa"), EMULATED)
def test_edges_equal_the_reference_on_emulated_cores(
    on: str, isa: str, edges: Vectors, tmp_path: Path
) -> None:
    options = EngineOptions(isa=frozenset(isa.split()))
    assert not any(differences(edges, options, tmp_path, on=on))


layers = st.builds(
    Case,
    units=st.integers(1, 40),
    features=st.integers(1, 20),
    steps=st.integers(1, 20),
    batches=st.integers(1, 3),
    time_major=st.booleans(),
    x_scale=st.floats(-3, 0).map(lambda exponent: 10.0**exponent),
    x_zero_point=st.integers(-128, 127),
    state_scale=st.floats(-3, -1).map(lambda exponent: 10.0**exponent),
    state_zero_point=st.integers(-128, 127),
    cell_power=st.integers(-15, -9),
    cell_clip=st.floats(0, 20),
    spread=st.floats(0.1, 10),
    largest_weight=st.sampled_from((1, 20, 127)),
    seed=st.integers(0, 2**31),
)


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(layers, min_size=10, max_size=30), st.sampled_from(EXACT))
def test_random_layers_equal_the_reference(
    tmp_path_factory: pytest.TempPathFactory, cases: list[Case], name: str
) -> None:
    folder = tmp_path_factory.mktemp("random")
    vectors = vectors_of(model_of(cases), folder, ["double"])
    assert not any(differences(vectors, OPTIONS[name], folder))


@pytest.mark.parametrize("optimize", ["-O0", "-Os"])
def test_other_compiler_settings_compute_the_same(optimize: str, tmp_path: Path) -> None:
    """At -O0 the C twins of the assembly run."""
    cases = [Case(units=9, features=3), Case(units=8, x_scale=0.3), Case(units=16, spread=9)]
    vectors = vectors_of(model_of(cases), tmp_path, ["double"])
    engine = build(vectors.graph, OPTIONS["dsp-speed"], tmp_path, on="qemu", optimize=optimize)
    for ours, theirs in zip(
        engine.run(*vectors.inputs).outputs, vectors.expected["double"], strict=True
    ):
        assert (ours == theirs).all()


def test_the_state_lasts_until_a_reset(tmp_path: Path) -> None:
    """The driver resets before each window. Without that, every window but the first is wrong."""
    vectors = vectors_of(model_of([Case(units=16, steps=10)]), tmp_path, ["double"])
    forgetful = ("model/layers_model.c", "  memset(arena", "  if (0) memset(arena")
    for name in EXACT:
        engine = build(vectors.graph, OPTIONS[name], tmp_path / name, patch=forgetful)
        (ours,), (theirs,) = engine.run(*vectors.inputs).outputs, vectors.expected["double"]
        assert [(a == b).all() for a, b in zip(ours, theirs, strict=True)] == [False] * 4, name


def test_the_state_of_a_window_goes_on_in_the_next(tmp_path: Path) -> None:
    """Two windows without a reset between equal one window that is twice as long."""
    case = Case(units=12, steps=6, features=2)
    twice = replace(case, steps=12)
    vectors = vectors_of(model_of([twice]), tmp_path, ["double"])
    halves = vectors.inputs[0].reshape(2 * len(vectors.inputs[0]), *case.in_shape)
    (long,) = vectors.expected["double"]
    reset = "void mcugen_engine_reset(void) {"
    # The driver resets twice a window: before the inference, and before it asks for layers.
    every_second = f"{reset} static int resets; if (resets++ % 4 != 0) return;"
    once = ("model/layers_engine.c", reset, every_second)
    graph = parse_tflite(model_of([case]), "layers")
    for name in EXACT:
        engine = build(graph, OPTIONS[name], tmp_path / name, patch=once)
        (ours,) = engine.run(halves).outputs
        assert (ours.reshape(long.shape) == long).all(), name


def test_single_rounding_is_close(tmp_path: Path) -> None:
    """Nothing else rounds an LSTM once, so this only bounds the distance to double rounding."""
    cases = [Case(units=16, steps=10), Case(units=8, features=4, x_scale=0.004)]
    vectors = vectors_of(model_of(cases), tmp_path, ["double"])
    engine = build(vectors.graph, OPTIONS["portable-single"], tmp_path)
    for ours, theirs in zip(
        engine.run(*vectors.inputs).outputs, vectors.expected["double"], strict=True
    ):
        assert np.abs(ours.astype(int) - theirs).max() <= 1


LSTM, LSTM_DSP = "runtime/kernels/lstm.c", "runtime/kernels/lstm_dsp.c"
UNIT = "runtime/kernels/lstm_unit.h"
BREAKS = (
    ("portable", UNIT, "saturate_s16(mcugen_saturate_s16(input)", "saturate_s16((input)"),
    ("portable", UNIT, "mcugen_saturate_s16(recurrent)", "recurrent"),
    ("portable", UNIT, "mcugen_saturate_s16(added)", "added"),
    ("portable", UNIT, "shape->cell_low, ", "INT16_MIN, "),
    ("portable", UNIT, "shape->cell_high);", "INT16_MAX);"),
    ("portable", UNIT, " + shape->tanh_half)", ")"),
    ("portable", LSTM, "hidden += shape->units;", ""),
    ("portable", LSTM, "batch * shape->in_batch", "batch * shape->in_step"),
    ("dsp-speed", LSTM_DSP, "by[1] - (int32_t)((uint32_t)twice >> 31)", "by[1]"),
    ("dsp-speed", LSTM_DSP, "mcugen_usat31(", "("),
    ("dsp-speed", LSTM_DSP, "mcugen_ssat16(requantize_product(", "(requantize_product("),
    ("dsp-speed", LSTM_DSP, "step.next, step.hidden, ", "step.hidden, step.next, "),
)


@pytest.fixture(scope="module")
def telling(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    """A few layers that tell every break."""
    cases = (
        Case(units=9, features=3, x_scale=0.004),
        *(Case(batches=2, features=2, time_major=major) for major in (False, True)),
        *(Case(spread=spread, steps=12) for spread in (0.6, 30.0)),
        *(Case(cell_power=p, cell_clip=0, steps=12) for p in (-18, -14, -10)),
        *(Case(cell_clip=clip, steps=12, spread=5) for clip in (0.5, 7.9999)),
        Case(x_scale=0.3),
    )
    return vectors_of(model_of(cases), tmp_path_factory.mktemp("telling"), ["double"])


@pytest.mark.parametrize("broken", BREAKS, ids=lambda b: f"{b[0]} {b[2]}")
def test_a_break_is_noticed(
    broken: tuple[str, str, str, str], telling: Vectors, tmp_path: Path
) -> None:
    name, file, old, new = broken
    assert any(differences(telling, OPTIONS[name], tmp_path, patch=(file, old, new)))


def gates_of_reference(values: np.ndarray, folder: Path) -> np.ndarray:
    """TFLite Micro's int16 LOGISTIC at 2^-12, TANH at 2^-12 and TANH at 2^-11: [values, 3]."""
    path = folder / "gates.tflite"
    tensors = [
        TensorSpec(values.shape, "int16", scale)
        for scale in (2.0**-12, 2.0**-12, 2.0**-11, *[2.0**-15] * 3)
    ]
    ops = [OpSpec(kind, [i], [i + 3]) for i, kind in enumerate(("LOGISTIC", "TANH", "TANH"))]
    path.write_bytes(model_bytes(tensors, ops, [0, 1, 2], [3, 4, 5]))
    with open_reference(path) as micro:
        return np.stack([output[0] for output in micro.run([values[None]] * 3)], axis=1)


@pytest.mark.parametrize("on", ["host", "qemu"])
def test_sigmoid_and_tanh_equal_the_reference_for_all_values(on: str, tmp_path: Path) -> None:
    values = np.arange(-32768, 32768).astype(np.int16)
    driver = ROOT / "firmware_tests" / "curve_driver.c"
    command = compile_driver([driver], [runtime_dir()], tmp_path, on=on)
    answer = run_program(command, tmp_path, curve().tobytes() + values.tobytes())
    ours = np.frombuffer(answer, np.int16).reshape(-1, 3)
    assert (ours == gates_of_reference(values, tmp_path)).all()


def cancelling_layer(units: int = 64) -> bytes:
    """Two steps; in the second, sums of about +28,000 and -28,000 meet in the cell gate.

    The other gates are open or shut by their biases, so that the output shows the cell gate's last
    bits. The scales are such that their product in float32 is off by 5.9e-8.
    """
    rng = np.random.default_rng(1)
    x_scale, input_scale, state_scale, hidden_scale = (
        float(np.float32(scale)) for scale in (0.025915943, 0.00014744446, 4e-4, 0.01700218)
    )
    step = x_scale * input_scale * 4096
    met = round(state_scale * hidden_scale * 4096 * units * 127 * 127)
    shut = np.full(units, round(60000 / step))
    biases = [shut, -shut, np.round((met + rng.integers(-150, 150, units)) / step), shut]
    from_input, from_state = np.zeros((4, units, 1)), np.zeros((4, units, units))
    from_input[2], from_state[2] = 1, -127

    def weights(tables: np.ndarray, scale: float) -> list[TensorSpec]:
        return [TensorSpec(t.shape, "int8", scale, data=t.astype(np.int8)) for t in tables]

    tensors = [
        TensorSpec((1, 2, 1), "int8", x_scale),
        *weights(from_input, input_scale),
        *weights(from_state, hidden_scale),
        *(TensorSpec((units,), "int32", 1e-4, data=bias.astype(np.int32)) for bias in biases),
        TensorSpec((1, units), "int8", state_scale, is_variable=True),
        TensorSpec((1, units), "int16", 2.0**-12, is_variable=True),
        TensorSpec((1, 2, units), "int8", state_scale),
    ]
    inputs = [*range(9), -1, -1, -1, *range(9, 13), -1, -1, 13, 14, -1, -1, -1, -1]
    op = OpSpec("UNIDIRECTIONAL_SEQUENCE_LSTM", inputs, [15], Case().options)
    return model_bytes(tensors, [op], [0], [15])


@pytest.mark.parametrize("name", EXACT)
def test_scales_are_multiplied_in_double(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cancelling.tflite"
    path.write_bytes(cancelling_layer())
    x = np.zeros((256, 1, 2, 1), np.int8)
    x[:, 0, 1, 0] = np.arange(-128, 128)
    with open_reference(path) as micro:
        (theirs,) = micro.run([x])
    assert len(np.unique(theirs[:, 0, 1])) > 50  # the second step is not saturated
    graph = read_tflite(path)
    assert (build(graph, OPTIONS[name], tmp_path / "double").run(x).outputs[0] == theirs).all()

    exact = lstm_layer.sum_factors
    monkeypatch.setattr(
        lstm_layer, "sum_factors", lambda t: [float(np.float32(f)) for f in exact(t)]
    )
    again = read_tflite(path)  # what is emitted for one graph is kept
    assert (build(again, OPTIONS[name], tmp_path / "float32").run(x).outputs[0] != theirs).any()
