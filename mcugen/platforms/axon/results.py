# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What Nordic's Axon compiler executor leaves in its workspace -> Records: memory, simulated ticks,
accuracy, and its outputs compared with TFLite Micro's.

Formats: nRF Edge AI Add-on 2.2.0, found by running its executor. Only the plain YAML that it writes is
read: nested maps of scalars.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import DataError
from mcugen.export.manifest import run_record
from mcugen.model.reference import open_reference
from mcugen.model.tflite import read_tflite
from mcugen.platforms.axon.engine import edges_of, model_symbol
from mcugen.platforms.axon.workspace import FOLDER
from mcugen.records import ClipRecord, LatencyRecord, MemoryRecord, Record, RunRecord
from mcugen.samples.arrays import load_npy
from mcugen.samples.expected import expected_outputs
from mcugen.toolchain.project import Project

HISTOGRAM_STEPS = 256
SCALARS: Mapping[str, Any] = {"null": None, "true": True, "false": False, "''": "", "NA": None}

Maps = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CompiledVariant:
    """One way of compiling the model. Sizes in bytes, ticks in cycles of the simulator; None: not stated."""

    name: str
    vectors: int | None
    constant_bytes: int | None
    command_bytes: int | None
    interlayer_bytes: int | None
    psum_bytes: int | None
    ticks: int | None
    accuracy: Mapping[str, float | None]  # "float", "tflite", "axons"
    quantization_loss: Mapping[str, float | None]


def parse_maps(text: str, where: str) -> Maps:
    """Block maps of scalars by indentation; DataError names the line that is anything else."""
    root: Maps = {}
    open_maps: list[tuple[int, Maps]] = [(-1, root)]
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key, colon, value = line.strip().partition(":")
        indent = len(line) - len(line.lstrip(" "))
        while indent <= open_maps[-1][0]:
            open_maps.pop()
        parent = open_maps[-1][1]
        if not colon or not key or key[0] in "-{[!&*" or (value and value[0] != " "):
            raise DataError(f"{where}:{number}: not a `key: value` line: {line.strip()[:60]!r}")
        if key in parent:
            raise DataError(f"{where}:{number}: {key!r} is there twice")
        if value.strip():
            parent[key] = _scalar(value.strip(), f"{where}:{number}")
        else:
            child: Maps = {}
            parent[key] = child
            open_maps.append((indent, child))
    return root


def _scalar(text: str, where: str) -> Any:
    if text in SCALARS:
        return SCALARS[text]
    if text[0] in "{[!&*|>":
        raise DataError(f"{where}: {text[:40]!r} is not a plain value")
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return text.strip("'\"")


def read_variants(text: str, where: str) -> tuple[CompiledVariant, ...]:
    """The variants of a `*_variants_result_.yml`; DataError when it is another file or cut off."""
    found = parse_maps(text, where)
    variants = tuple(_variant(name, body, where) for name, body in found.items())
    if not variants:
        raise DataError(f"{where}: holds no variant")
    return variants


def _variant(name: str, body: Any, where: str) -> CompiledVariant:
    parts = ("accuracy_results", "memory_footprint", "quantization_loss")
    missing = [part for part in parts if not isinstance(body, dict) or not _is_map(body, part)]
    missing += [
        key for key in ("profiling_ticks", "variant_settings") if not missing and key not in body
    ]
    if missing:
        raise DataError(
            f"{where}: variant {name!r} has no {', '.join(missing)}",
            hint="pass the *_variants_result_.yml of a run that ended",
        )
    memory, ticks = body["memory_footprint"], body["profiling_ticks"]
    return CompiledVariant(
        name=name,
        vectors=_integer(body.get("test_data_size"), where),
        constant_bytes=_integer(memory.get("model_const_buffer_size"), where),
        command_bytes=_integer(memory.get("cmd_buffer_size"), where),
        interlayer_bytes=_integer(memory.get("interlayer_buffer_size"), where),
        psum_bytes=_integer(memory.get("psum_buffer_size"), where),
        ticks=_integer(ticks, where),
        accuracy=body["accuracy_results"],
        quantization_loss=body["quantization_loss"],
    )


def _is_map(body: Maps, key: str) -> bool:
    return isinstance(body.get(key), dict)


def _integer(value: Any, where: str) -> int | None:
    if value is None or (isinstance(value, int) and value >= 0):
        return value
    raise DataError(f"{where}: {value!r} is not a count")


def read_histogram(text: str, where: str) -> tuple[int, ...]:
    """Count of outputs by their difference to TFLite (0 to 255); DataError when lines are missing."""
    counts = []
    for number, line in enumerate(text.splitlines()):
        step, _, count = line.partition(",")
        if step != str(number) or not count.isdigit():
            raise DataError(f"{where}:{number + 1}: not `{number},count`: {line[:40]!r}")
        counts.append(int(count))
    if len(counts) != HISTOGRAM_STEPS:
        raise DataError(f"{where}: {len(counts)} lines of {HISTOGRAM_STEPS}: cut off")
    return tuple(counts)


def read_outputs(text: str, values: int, where: str) -> NDArray[np.int8]:
    """Raw outputs [vectors, values] of a `*_test_inference_labels_.csv`, in Axon's order."""
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        cells = line.strip().rstrip(",").split(",")
        try:
            row = [int(cell) for cell in cells]
        except ValueError:
            raise DataError(f"{where}:{number}: not whole numbers: {line[:40]!r}") from None
        if len(row) != values or not all(-128 <= value <= 127 for value in row):
            raise DataError(
                f"{where}:{number}: {len(row)} values, the model has {values} of int8",
                hint="disable_op_quantization must be False; run the executor again",
            )
        rows.append(row)
    if not rows:
        raise DataError(f"{where}: holds no vector")
    return np.array(rows, np.int8)


def workspace_records(project: Project) -> tuple[Record, ...]:
    """All that the executor found for the project's model; DataError when it has not run to its end."""
    name = model_symbol(project.manifest.model)
    folder = project.folder / FOLDER
    prefix = f"nrf_axon_model_{name}"
    results = folder / "intermediate" / f"{prefix}_variants_result_.yml"
    if not results.is_file():
        raise DataError(f"{results} does not exist", hint="run Nordic's executor: see README.md")
    variant, *others = read_variants(_read(results), str(results))
    if others:
        raise DataError(f"{results}: {1 + len(others)} variants", hint="run_all_variants: False")
    outputs = folder / "outputs" / f"{prefix}_test_inference_labels_.csv"
    inputs = folder / "data" / f"x_test_{name}.npy"
    vectors: tuple[ClipRecord, ...] = ()
    reference = None
    facts = tuple(_facts(variant))
    if len(read_tflite(project.model).outputs) > 1:
        # The executor mixes the outputs in one file, in an order of its own, and its histogram file
        # is then a list of arrays.
        facts += (("comparison", "none: the model has several outputs"),)
    elif outputs.is_file() and inputs.is_file():
        vectors, reference = _compare(project, outputs, inputs)
        facts += _own_comparison(folder / "intermediate" / f"{prefix}_histogram_result.txt")
    return (_head(project, reference, facts), *vectors, *_figures(variant))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read: {error}") from error


def _head(project: Project, reference: str | None, facts: tuple[tuple[str, str], ...]) -> RunRecord:
    return replace(
        run_record(project.manifest),
        rounding=None,
        compiler="Axon compiler, simulator",
        tick_unit="cycles",
        ticks_per_second=None,
        reference=reference,
        facts=facts,
    )


def _compare(
    project: Project, outputs: Path, inputs: Path
) -> tuple[tuple[ClipRecord, ...], str | None]:
    """The simulator's outputs of the first vectors against TFLite Micro's, value by value."""
    samples = load_npy(inputs)
    with open_reference(project.model, rounding=project.manifest.rounding) as reference:
        graph = reference.graph
        (edge,) = edges_of(graph)
        found = read_outputs(_read(outputs), edge.bytes, str(outputs))
        if len(found) > len(samples):
            raise DataError(f"{outputs}: {len(found)} vectors of {len(samples)} in {inputs.name}")
        planes = found.reshape(-1, edge.channels, edge.height * edge.width)
        ours = planes.transpose(0, 2, 1).reshape(len(found), -1)
        wanted = expected_outputs(reference, samples[: len(found)])[0]
        different = int(np.count_nonzero(ours != wanted))
        record = ClipRecord(
            clip=inputs.name,
            sha256=hashlib.sha256(inputs.read_bytes()).hexdigest(),
            label=None,
            windows=len(found),
            score=None,
            reference_score=None,
            outputs_compared=ours.size,
            outputs_different=different,
        )
        return (record,), str(reference.info)


def _facts(variant: CompiledVariant) -> Iterator[tuple[str, str]]:
    yield "variant", variant.name
    for what, values in (
        ("accuracy", variant.accuracy),
        ("quantisation loss", variant.quantization_loss),
    ):
        for which, value in values.items():
            if isinstance(value, int | float):
                yield f"{what}, {which}", f"{value:g}"


def _own_comparison(histogram: Path) -> tuple[tuple[str, str], ...]:
    if not histogram.is_file():
        return ()
    counts = read_histogram(_read(histogram), str(histogram))
    different = sum(counts[1:])
    largest = max((step for step, count in enumerate(counts) if count), default=0)
    text = f"{different} of {sum(counts)} outputs differ, by {largest} at most"
    return (("executor's own comparison with TFLite (XNNPACK)", text),)


def _figures(variant: CompiledVariant) -> Iterator[Record]:
    if variant.ticks is not None:
        yield LatencyRecord(
            name="inference, simulated",
            unit="cycles",
            count=0,
            warmup_count=None,
            minimum=None,
            median=None,
            mean=float(variant.ticks),
            p90=None,
            p99=None,
            maximum=None,
            stdev=None,
            accelerator="Axon NPU",
        )
    sizes = (
        ("flash: constants", variant.constant_bytes),
        ("flash: command buffer", variant.command_bytes),
        ("ram: interlayer buffer", variant.interlayer_bytes),
        ("ram: psum buffer", variant.psum_bytes),
    )
    for name, size_bytes in sizes:
        if size_bytes is not None:
            yield MemoryRecord(name, size_bytes, None, "Axon compiler")
