# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""One model of an SDK: what its header shows, and its generated files."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mcugen import __version__
from mcugen.codegen.c_text import C_TYPES, c_float
from mcugen.codegen.render import render
from mcugen.engines.aot.emit import emit_model, table_bytes
from mcugen.engines.aot.lowering import Lowered, lower
from mcugen.engines.aot.slot import Slot, make_slot
from mcugen.errors import ConfigError
from mcugen.export.project import BuildRequest, check_request
from mcugen.features.c_tables import (
    RUNTIME_SOURCES,
    StateBuffer,
    front_end_template,
    front_end_values,
)
from mcugen.features.spec import FrontEnd, Image, LogMel, Mfcc, MicroSpeech, Timeseries
from mcugen.model.ir import DType, Graph, Tensor

TOOL = f"mcugen {__version__}"

SAMPLE_TYPES = {
    LogMel: "int16_t",
    Mfcc: "int16_t",
    MicroSpeech: "int16_t",
    Image: "uint8_t",
    Timeseries: "float",
}
"""Type of a front-end's rows -> C type of its samples."""

SAMPLE_BYTES = {"uint8_t": 1, "int16_t": 2, "float": 4, "uint32_t": 4}

VALUES = (DType.INT8, DType.UINT8, DType.INT16, DType.FLOAT32)
"""What runtime/quantize.c makes of features, and values of."""

RAW_HINT = "--front-end raw, for an SDK that takes and gives tensors"

_STREAM_SOURCES = ("quantize.c", "quantize.h", "score.c", "score.h", "float_math.h")


@dataclass(frozen=True, slots=True)
class ModelEnd:
    """An input or output in the header: C type, values, suffix of its functions where it is not the
    only one."""

    type: str
    values: int
    suffix: str
    comment: str


@dataclass(frozen=True, slots=True)
class Expected:
    """Hashes that the self-test must give: where floats are multiplied and added in one rounding,
    and elsewhere."""

    fused: int = 0
    unfused: int = 0


@dataclass(frozen=True, slots=True)
class DefaultWeights:
    """Weights that the code brings, and the architecture that all weights must have."""

    blob: bytes
    architecture: bytes

    @property
    def values(self) -> NDArray[np.uint8]:
        """The blob as numbers."""
        return np.frombuffer(self.blob, np.uint8)

    @property
    def architecture_values(self) -> NDArray[np.uint8]:
        """The hash as numbers."""
        return np.frombuffer(self.architecture, np.uint8)


@dataclass(frozen=True, slots=True)
class SdkModel:
    """A model with everything that its files show. `sample_type` is "" without a front-end."""

    request: BuildRequest
    lowered: Lowered
    name: str
    prefix: str
    sample_type: str
    maker: str | None
    buffers: tuple[StateBuffer, ...]
    work_values: int  # of the front-end, where it may not work in the arena
    arena_bytes: int
    has_features: bool
    inputs: tuple[ModelEnd, ...]
    outputs: tuple[ModelEnd, ...]
    slot: Slot | None  # what replaceable weights bring; None: weights are linked
    expected: Expected = Expected()

    @property
    def macro(self) -> str:
        """What its macros start with."""
        return self.prefix.upper()

    @property
    def target(self) -> str:
        """Its CMake target."""
        return f"mcugen::{self.prefix}"

    @property
    def graph(self) -> Graph:
        """The model as it was read."""
        return self.request.graph

    @property
    def window_values(self) -> int:
        """Elements of input 0."""
        return self.inputs[0].values

    @property
    def window_bytes(self) -> int:
        """Bytes of input 0."""
        return self.graph.tensors[self.graph.inputs[0]].bytes

    @property
    def weight_bytes(self) -> int:
        """Tables of the model, each counted once; those of the front-end apart."""
        if self.slot is not None:
            return len(self.slot.data)
        return table_bytes(self.lowered)

    @property
    def instance_bytes(self) -> int:
        """Arrays of the instance; some 100 bytes of pointers and counters come on top."""
        arrays = sum(b.count * SAMPLE_BYTES[b.type] for b in self.buffers) + 4 * self.work_values
        window = self.window_bytes + (4 * self.window_values if self.has_features else 0)
        return arrays + (window if self.sample_type else 0)

    @property
    def has_classes(self) -> bool:
        """Whether the class of an event means something."""
        return not self.has_features and self.request.wake_word is None

    @property
    def clip_samples(self) -> int | None:
        """Of a front-end that takes clips as a whole."""
        rows = self.request.front_end.rows
        return rows.clip_samples if isinstance(rows, Mfcc) else None

    @property
    def last_row(self) -> int | None:
        """The first row of a clip that does not count for its score any more, where there is one."""
        return self.request.front_end.last_row if self.sample_type else None

    @property
    def description(self) -> str:
        """One line for the head of the header."""
        front_end = self.request.front_end
        if not self.sample_type:
            return "Tensor in, tensor out."
        score = "reconstruction error" if self.has_features else "value of the best class"
        rows = f"{front_end.window_rows} x {front_end.row_values} {front_end.kind} values"
        return f"Samples in, {score} of windows of {rows} out."

    @property
    def macros(self) -> tuple[tuple[str, str, str], ...]:
        """(name, value, comment) of the header's constants."""
        macros = [("ARENA_BYTES", f"{self.arena_bytes}u", "RAM that MCUGEN_ARENA takes")]
        rows, front_end = self.request.front_end.rows, self.request.front_end
        if isinstance(rows, LogMel | Mfcc | MicroSpeech):
            macros.append(("SAMPLE_RATE_HZ", f"{rows.sample_rate_hz}u", ""))
            samples = front_end.stride_rows * rows.hop_samples
            macros.append(("STRIDE_SAMPLES", f"{samples}u", "between two windows"))
        if self.clip_samples is not None:
            macros.append(("CLIP_SAMPLES", f"{self.clip_samples}u", "of every clip"))
        if self.last_row is not None:
            comment = "of a clip: from here on windows do not count for mean_score"
            macros.append(("LAST_ROW", f"{self.last_row}u", comment))
        threshold = self.request.threshold
        if threshold is not None:
            macros.append(("THRESHOLD", c_float(threshold), "of mcugen.toml, for clip scores"))
        word = self.request.wake_word
        if word is not None:
            macros.append(("WAKE_WORD_WINDOWS", f"{word.windows}u", "of the mean probability"))
            macros.append(("WAKE_WORD_REFRACTORY", f"{word.refractory}u", "windows"))
        return tuple(macros)

    @property
    def self_test_samples(self) -> int:
        """Samples of a clip that completes two windows at least."""
        return _self_test_samples(self.request.front_end)


def plan_model(request: BuildRequest, *, slot: bool = False) -> SdkModel:
    """The model of a request, by the ahead-of-time engine, lowered for its target."""
    check_request(request)
    # What can be pruned, and some kernels, depend on the weights.
    prune = request.engine_options.prune and not slot
    options = replace(
        request.engine_options, per_layer=False, profile=False, prune=prune, any_weights=slot
    )
    request = replace(request, engine_options=options)
    graph, front_end = request.graph, request.front_end
    lowered = lower(graph, options)
    values = front_end_values(front_end)
    work = int(str(values["work_values"]))
    stateful = bool(lowered.states)
    sample_type = SAMPLE_TYPES.get(type(front_end.rows), "") if front_end.rows else ""
    if sample_type:
        _check_window(graph)
    activations = max(lowered.plan.arena_bytes, 16)
    return SdkModel(
        request=request,
        lowered=lowered,
        name=graph.name,
        prefix=graph.name.lower(),
        sample_type=sample_type,
        maker=str(values["maker"]) if values["maker"] else None,
        buffers=values["buffers"],  # type: ignore[arg-type]
        work_values=work if stateful else 0,
        arena_bytes=activations if stateful else _aligned(max(activations, 4 * work)),
        has_features=bool(sample_type) and request.score == "reconstruction-error",
        slot=make_slot(lowered) if slot else None,
        inputs=_borders(graph, graph.inputs),
        outputs=_borders(graph, graph.outputs),
    )


def emit_sdk_model(model: SdkModel, default: DefaultWeights | None) -> dict[str, bytes]:
    """`include/<model>.h` and the model's files in `src/`, its kernels among them.

    `default`: the weights that a model with replaceable ones starts with.
    """
    tree: dict[str, bytes] = {}
    options = model.request.engine_options
    files = emit_model(model.graph, options, model.lowered, model.slot)
    for path, content in files.items():
        if not path.endswith("_engine.c"):
            tree[f"src/{path.removeprefix('model/').removeprefix('runtime/')}"] = content
    context = {"tool": TOOL, "m": model, "default": default}
    tree[f"include/{model.prefix}.h"] = render("sdk/model.h.j2", context)
    tree[f"src/{model.prefix}_api.c"] = render("sdk/model_api.c.j2", context)
    if default is not None:
        tree[f"src/{model.prefix}_weights.c"] = render("sdk/default_weights.c.j2", context)
    if model.sample_type:
        tree[f"src/{model.prefix}_front_end.c"] = _front_end(model)
    return tree


def runtime_names(model: SdkModel) -> tuple[str, ...]:
    """Files of runtime/ that the model needs besides kernels and those of every SDK."""
    if not model.sample_type:
        return ()
    return (*RUNTIME_SOURCES[model.request.front_end.kind], *_STREAM_SOURCES)


def _front_end(model: SdkModel) -> bytes:
    front_end = model.request.front_end
    values = {
        **front_end_values(front_end),
        "tool": TOOL,
        "model": model.name,
        "symbol": f"{model.prefix}_front_end",
        "layout": "sdk/front_end.c.j2",
    }
    return render(front_end_template(front_end), values)


def _check_window(graph: Graph) -> None:
    """A window is the model's only input, and its output has values to score."""
    if len(graph.inputs) > 1:
        raise ConfigError(
            f"{graph.name} has {len(graph.inputs)} inputs; samples make up one", hint=RAW_HINT
        )
    for side, index in (("input", graph.inputs[0]), ("output", graph.outputs[0])):
        tensor = graph.tensors[index]
        if tensor.dtype not in VALUES:
            raise ConfigError(
                f"{graph.name}: {side} 0 is {tensor.dtype.value}, which samples and scores are not",
                hint=RAW_HINT,
            )


def _borders(graph: Graph, indices: tuple[int, ...]) -> tuple[ModelEnd, ...]:
    return tuple(
        _border(graph.tensors[index], f"_{number}" if len(indices) > 1 else "")
        for number, index in enumerate(indices)
    )


def _border(tensor: Tensor, suffix: str) -> ModelEnd:
    shape = " x ".join(map(str, tensor.shape))
    c_type = C_TYPES[tensor.dtype.value]
    return ModelEnd(c_type, tensor.elements, suffix, f"{tensor.name}, {shape}")


def _self_test_samples(front_end: FrontEnd) -> int:
    rows = front_end.rows
    count = front_end.first_row + front_end.window_rows + front_end.stride_rows
    if isinstance(rows, LogMel | MicroSpeech):
        return rows.n_fft + rows.hop_samples * count
    if isinstance(rows, Mfcc):
        return rows.clip_samples
    return front_end.row_values * count


def _aligned(size: int) -> int:
    return -(-size // 16) * 16
