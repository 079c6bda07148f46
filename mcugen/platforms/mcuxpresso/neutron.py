# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Models for the Neutron NPU of MCX N947: NXP's converter, and whether its work fits the user's SDK.

The converter and the driver must come from one release. Both carry the version word of the
microcode: the converted model in the constant input NeutronMicrocode of its NeutronGraph operators
(magic "nMCd", then the word), the driver library somewhere in its bytes. A driver that meets another
word goes on with wrong numbers (SDK 26.03), so a mismatch is refused before anything is flashed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mcugen.engines.tflm_operators import NEUTRON_GRAPH
from mcugen.errors import EnvironmentError_, ModelError
from mcugen.model.ir import Graph
from mcugen.model.tflite import read_tflite
from mcugen.platforms.mcuxpresso.neutron_converter import (
    ARENA_MARGIN,
    Converter,
    convert,
    find_converter,
    reasons_of,
)

MAGIC = b"nMCd"
WORD_BYTES = 4
DRIVER = "libNeutronDriver.a"
DRIVER_FOLDERS = (  # below mcuxsdk/: SDK 25.12 and later, then 25.09 and earlier
    "middleware/eiq/neutron/mcxn",
    "middleware/eiq/tensorflow-lite/third_party/neutron/mcxn",
)
PERSISTENT_BYTES = 16 * 1024
TOLERANCE_LSB = 1
"""How far an output may be from the reference: NXP states no bit-exactness of the NPU's rounding."""


@dataclass(frozen=True, slots=True)
class NpuShare:
    """How much of a model runs on the NPU: operators of the original that the converter took."""

    converted: int
    original: int
    left_over: tuple[str, ...]  # kinds that stay on the CPU, in order


@dataclass(frozen=True, slots=True)
class Prepared:
    """A model ready for the NPU: the file to link, its arena, and lines for the user."""

    model: Path
    arena_bytes: int
    notes: tuple[str, ...]


def prepare(
    original: Path,
    target: str,
    npu_model: Path | None,
    neutron_sdk: Path | None,
    sdk: Path | None,
    work: Path,
) -> Prepared:
    """Converts `original` into the folder `work` (or takes `npu_model`) and checks what came out.

    With `sdk` the microcode must be the one its driver knows; without, the check is left to the user
    and said so. A conversion is made twice, to know whether it can be repeated.
    """
    arena_bytes, said, warning = None, None, ""
    if npu_model is None:
        converter = find_converter(neutron_sdk)
        conversion = convert(original, target, work / f"{original.stem}_npu.tflite", converter)
        npu_model, arena_bytes, said = conversion.model, conversion.arena_bytes, conversion.said
        warning = _again(original, target, converter, conversion.model, work)
    source, converted = read_tflite(original), read_tflite(npu_model)
    check_same_edges(source, converted)
    share = npu_share(source, converted)
    head = f"{share.converted} of {share.original} operators run on the NPU"
    if sdk is None:
        checked = "microcode not compared with a driver: no --sdk given"
    else:
        checked = f"microcode 0x{check_microcode(npu_model, sdk)}, known to the SDK's driver"
    lines = (head, *_left_on_cpu(share.left_over, said), checked, *filter(None, (warning,)))
    return Prepared(npu_model, arena_bytes or propose_arena_bytes(converted), lines)


def _left_on_cpu(kinds: Iterable[str], said: str | None) -> tuple[str, ...]:
    """One line for each kind of operator that stayed, with what the converter printed about it."""
    counted = Counter(kinds)
    if not counted:
        return ("nothing stays on the CPU",)
    lines = []
    for kind, count in counted.items():
        if said is None:
            why = "why is not known: the model was converted elsewhere"
        else:
            why = "; ".join(reasons_of(kind, said)) or "the converter gives no reason"
        times = f" ({count} times)" if count > 1 else ""
        lines.append(f"on the CPU: {kind}{times}: {why}")
    return tuple(lines)


def _again(original: Path, target: str, converter: Converter, first: Path, work: Path) -> str:
    """A warning where the converter does not give the same file twice; empty where it does."""
    second = convert(original, target, work / f"{original.stem}_npu_again.tflite", converter).model
    if first.read_bytes() == second.read_bytes():
        return ""
    return (
        "warning: converting the same model twice gives two different files; to build this image again, "
        "keep its model/*.tflite and pass it with --npu-model"
    )


def check_same_edges(original: Graph, converted: Graph) -> None:
    """ModelError unless inputs and outputs are alike: conversion leaves them as they are."""
    edges = [
        [(tensor.shape, tensor.dtype.value) for tensor in (graph.tensors[i] for i in indices)]
        for graph in (original, converted)
        for indices in ((*graph.inputs, *graph.outputs),)
    ]
    if edges[0] != edges[1]:
        raise ModelError(
            f"{converted.name} is not {original.name} converted: inputs and outputs are "
            f"{edges[1]}, not {edges[0]}",
            hint="pass the original as MODEL and its own conversion with --npu-model",
        )


def propose_arena_bytes(converted: Graph) -> int:
    """Arena where the converter did not say: all activations and scratch at once, NXP's margin, and
    PERSISTENT_BYTES for TFLM's own structures. More than needed; the device reports what it used."""
    activation_bytes = sum(tensor.bytes for tensor in converted.tensors if tensor.data is None)
    return round(activation_bytes * ARENA_MARGIN) + PERSISTENT_BYTES


def npu_share(original: Graph, converted: Graph) -> NpuShare:
    """Counts what the converter took. ModelError when it took nothing, or an NPU model is the original."""
    if any(op.kind == NEUTRON_GRAPH for op in original.ops):
        raise ModelError(
            f"{original.name} is already converted for the NPU",
            hint="pass the original as MODEL and the converted one with --npu-model",
        )
    left_over = tuple(op.kind for op in converted.ops if op.kind != NEUTRON_GRAPH)
    if len(left_over) == len(converted.ops):
        raise ModelError(
            f"no operator of {converted.name} runs on the NPU",
            hint="the converter found nothing it supports: build without --accelerator npu",
        )
    return NpuShare(max(len(original.ops) - len(left_over), 0), len(original.ops), left_over)


def microcode_words(graph: Graph) -> tuple[bytes, ...]:
    """The version words of all NeutronGraph operators, each once, in order."""
    words = []
    for op in graph.ops:
        if op.kind != NEUTRON_GRAPH:
            continue
        for tensor in graph.input_tensors(op):
            content = b"" if tensor is None or tensor.data is None else tensor.data.tobytes()
            if content.startswith(MAGIC):
                words.append(content[len(MAGIC) : len(MAGIC) + WORD_BYTES])
    return tuple(dict.fromkeys(words))


def find_driver(sdk: Path) -> Path:
    """The SDK's driver library for the MCX N; `sdk` is the folder mcuxsdk or the one that holds it."""
    for root in (sdk, sdk / "mcuxsdk"):
        for folder in DRIVER_FOLDERS:
            library = root / folder / DRIVER
            if library.is_file():
                return library
    raise EnvironmentError_(
        f"there is no {DRIVER} for the MCX N in {sdk}",
        hint="the SDK needs the eIQ middleware: `west update` in its workspace",
    )


def check_microcode(converted: Path, sdk: Path) -> str:
    """The version word both sides share, as hexadecimal; ModelError when the driver lacks it."""
    graph = read_tflite(converted)
    words = microcode_words(graph)
    if not words:
        raise ModelError(f"{converted.name} holds no Neutron microcode, so no version to check")
    driver = find_driver(sdk)
    library = driver.read_bytes()
    for word in words:
        if word not in library:
            raise ModelError(
                f"{converted.name} has Neutron microcode version 0x{_hex(word)}, "
                f"which the driver of this SDK ({driver.name}) does not know",
                hint="convert the model with the neutron-converter of the same release as the SDK",
            )
    return _hex(words[0])


def _hex(word: bytes) -> str:
    return f"{int.from_bytes(word, 'little'):08x}"
