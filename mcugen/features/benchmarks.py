# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The benchmarks of MLPerf Tiny that a firmware can answer for, as data."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mcugen.errors import ConfigError
from mcugen.features.spec import PRESETS, FrontEnd
from mcugen.model.class_names import packed_class_names
from mcugen.model.ir import Graph

AD01_SHA256 = "87cf24194ef93d1d9b11a591d805526b98008e351655d29883c825c9c106ba24"
KWS01_SHA256 = "aeea436800704fce17b17292e4412630ad856e9d777c044c64ef748a880bd0ae"
IC01_SHA256 = "3c002613d1b2475eb51dd78dfb85a546c8ae658dee71cf6ade43b022fe205415"
VWW01_SHA256 = "597a384c8c2c8a1276f04702f25013b7838f2f814f1ca7c174d295b73e3d6b7b"
"""MLPerf Tiny's reference models."""

KWS_CLASSES = tuple("down go left no off on right stop up yes silence unknown".split())
CIFAR_10_CLASSES = tuple("airplane automobile bird cat deer dog frog horse ship truck".split())
VWW_CLASSES = ("non_person", "person")
"""Source: mlcommons/tiny, benchmark/training."""

ID = re.compile(r"[A-Za-z0-9_.-]{1,40}")


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What a model must be like to run as a benchmark. Source: mlcommons/tiny, MLPerfTiny_Rules.adoc."""

    preset: str  # of features.spec.PRESETS
    outputs: int
    score: str
    metric: str  # "top-1" or "AUC"
    target: float  # the least value of the closed division
    model_sha256: str  # of the reference model
    classes: tuple[str, ...] = ()  # in the order of its outputs


BENCHMARKS = {
    "ad01": Benchmark("mlperf-ad", 640, "reconstruction-error", "AUC", 0.85, AD01_SHA256),
    "kws01": Benchmark("mlperf-kws", 12, "none", "top-1", 0.90, KWS01_SHA256, KWS_CLASSES),
    "ic01": Benchmark("mlperf-ic", 10, "none", "top-1", 0.85, IC01_SHA256, CIFAR_10_CLASSES),
    "vww01": Benchmark("mlperf-vww", 2, "none", "top-1", 0.80, VWW01_SHA256, VWW_CLASSES),
}
"""Id as the official runner knows it -> benchmark. runtime/mlperf.c prints results by the same ids."""


def known_classes(front_end: FrontEnd | None, model: bytes, outputs: int) -> tuple[str, ...]:
    """Names of the classes of a model (the bytes of its file): those of the benchmark that the front-end
    is the preset of, or those in its metadata; nothing where neither has as many as there are outputs."""
    found = (b.classes for b in BENCHMARKS.values() if PRESETS[b.preset] == front_end)
    preset = next((classes for classes in found if len(classes) == outputs), ())
    return preset or packed_class_names(model, outputs)


WAKE_WORD_PRESET = "micro-wake-word"


def known_model(graph: Graph) -> str:
    """What a reference model of MLPerf Tiny, known by its hash, or one of microWakeWord, known by what it
    takes and gives, is to be built with; "" for others."""
    for name, benchmark in BENCHMARKS.items():
        if benchmark.model_sha256 == graph.sha256:
            return f"this is {name} of MLPerf Tiny: --front-end {benchmark.preset} is its front-end"
    preset = PRESETS[WAKE_WORD_PRESET]
    (first, *more), output = graph.inputs, graph.tensors[graph.outputs[0]]
    taken = graph.tensors[first].shape
    fits = len(taken) == 3 and (taken[0], taken[2]) == (1, preset.row_values)
    if graph.streams and not more and output.elements == 1 and fits:
        return (
            f"a model of microWakeWord takes this: --front-end {WAKE_WORD_PRESET} is its front-end"
        )
    return ""


def mlperf_id(chosen: str, graph: Graph, front_end: FrontEnd, score: str) -> str:
    """The id a firmware gives the runner: the chosen one, the benchmark it is made as, or the model.

    Raises ConfigError, with all reasons, for a benchmark that this model cannot run as, and for a
    name that would not survive the text dialect.
    """
    if not chosen:
        made_as = (
            name
            for name, benchmark in BENCHMARKS.items()
            if front_end == PRESETS[benchmark.preset]
            and not _faults(benchmark, graph, front_end, score)
        )
        return next(made_as, graph.name)
    if not ID.fullmatch(chosen):
        raise ConfigError(
            f"MLPerf id {chosen!r} is not 1 to 40 letters, digits, '_', '.' or '-'",
            hint=f"the official ids are {', '.join(BENCHMARKS)}",
        )
    if chosen in BENCHMARKS:
        benchmark = BENCHMARKS[chosen]
        faults = _faults(benchmark, graph, front_end, score)
        if faults:
            raise ConfigError(
                f"{graph.name} cannot run as {chosen}: {'; '.join(faults)}",
                hint=f"--front-end {benchmark.preset} --score {benchmark.score}, or another id",
            )
    return chosen


def _faults(benchmark: Benchmark, graph: Graph, front_end: FrontEnd, score: str) -> list[str]:
    preset = PRESETS[benchmark.preset]
    taken, sent = graph.tensors[graph.inputs[0]].elements, preset.window_rows * preset.row_values
    outputs = graph.tensors[graph.outputs[0]].elements
    checks = (
        (taken == sent, f"it takes {taken} values, not {sent}"),
        (outputs == benchmark.outputs, f"it gives {outputs} values, not {benchmark.outputs}"),
        (score == benchmark.score, f"its score is {score}, not {benchmark.score}"),
        # Only a front-end for images turns the pixels that the runner sends into int8.
        (
            front_end.kind == preset.kind or "image" not in (front_end.kind, preset.kind),
            f"its front-end is {front_end.kind}, not {preset.kind}",
        ),
    )
    return [text for holds, text in checks if not holds]
