# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A proof that the device computes what the reference computes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from numbers import Integral
from pathlib import Path

from mcugen.api.features import FeatureVerdict, compare_features
from mcugen.device.emulated import perhaps_emulated
from mcugen.device.identity import check_sizes, open_device
from mcugen.device.layers import (
    LayerVerdict,
    ask_layers,
    judge_layers,
    places_in,
    places_of,
    single_windows,
)
from mcugen.device.provenance import FEATURES_JSON, write_verified
from mcugen.device.verify import (
    VectorSet,
    Verdict,
    ask_device,
    clip_vectors,
    judge_outputs,
    vector_sets,
)
from mcugen.device.verify_text import layer_lines, verdict_lines
from mcugen.errors import ConfigError
from mcugen.features.coding import input_coding
from mcugen.model.tflite import read_tflite
from mcugen.paths import StrPath, optional_path
from mcugen.platforms.choose import platform_of
from mcugen.platforms.linux.scorer import device_link, ssh_target
from mcugen.samples.clips import find_clips
from mcugen.samples.stimulus import suffixes_for
from mcugen.toolchain.project import Project, open_project
from mcugen.transport.link import Link

LAYER_WINDOWS = 5  # of each stream of inputs: every layer of every window is a request
WINDOWS_BEFORE = 3  # each of them, of a model that streams: so that its state is not the first one


@dataclass(frozen=True, slots=True)
class Verification:
    """The device compared with its reference: one verdict per rounding, the build's own first; of
    `per_layer` one per output of a layer, of `features` a single one. `lines` say the same in words."""

    is_accepted: bool  # all are equal; of an NPU, near enough
    verdicts: tuple[Verdict, ...] | tuple[LayerVerdict, ...] | tuple[FeatureVerdict, ...]
    lines: tuple[str, ...]


def verify(
    build_dir: StrPath,
    *,
    vectors: int = 100,
    port: str | None = None,
    host: str | None = None,
    ssh_option: tuple[str, ...] = (),
    clips: Iterable[StrPath] = (),
    per_layer: bool = False,
    emulate: bool = False,
    ram_seed: int | None = None,
    features: Iterable[StrPath] = (),
    board_dir: StrPath | None = None,
) -> Verification:
    """Sends random, extreme and front-end inputs to the device and compares every output value with
    the reference of the rounding it was built with, as `mcugen verify` does; the keywords are its
    options.

    DeviceError when the device does not answer or runs something else, DataError for clips that
    cannot be used. A difference is no error: see `is_accepted`.
    """
    if not (isinstance(vectors, Integral) and vectors >= 1):
        raise ConfigError(f"{vectors} vectors prove nothing", hint="pass a whole number from 1 on")
    if ssh_option and not host:
        raise ConfigError("--ssh-option needs --host", hint="see mcugen verify --help")
    if host and port:
        raise ConfigError("--host and --port exclude each other", hint="pass one of them")
    project = open_project(Path(build_dir), optional_path(board_dir))
    of_features = tuple(map(Path, features))
    sets = [] if of_features else _vector_sets(project, vectors, tuple(map(Path, clips)))
    compare = _compare_layers if per_layer else _compare_outputs
    told: list[str] = []
    with (
        perhaps_emulated(project, emulate, ram_seed, port or host, told.append) as device,
        device_link(device, port, ssh_target(host, tuple(ssh_option))) as link,
    ):
        found = (
            _compare_features(link, device, of_features)
            if of_features
            else compare(link, device, sets)
        )
    return replace(found, lines=(*found.lines, *told))


def _vector_sets(project: Project, vectors: int, clips: tuple[Path, ...]) -> list[VectorSet]:
    front_end = project.manifest.front_end
    coding = input_coding(read_tflite(project.model))
    sets = list(vector_sets(front_end, coding, vectors))
    if clips:
        found = find_clips(clips, suffixes_for("int8", front_end), tensors=len(coding.tensors))
        sets.append(clip_vectors([clip.path for clip in found], front_end, coding))
    return sets


def _compare_features(link: Link, project: Project, clips: tuple[Path, ...]) -> Verification:
    found = compare_features(link, project, clips)
    write_verified(project, (found,), FEATURES_JSON)
    return Verification(found.is_accepted, (found,), found.lines)


def _compare_outputs(link: Link, project: Project, sets: list[VectorSet]) -> Verification:
    manifest, graph = project.manifest, read_tflite(project.model)
    with open_device(link, manifest) as (client, who):
        check_sizes(who, graph)
        answers = ask_device(client, graph, sets, manifest.front_end, input_coding(graph))
    verdicts = judge_outputs(project.model, answers, manifest.rounding, _tolerance_lsb(project))
    write_verified(project, verdicts)
    lines = tuple(line for verdict in verdicts for line in verdict_lines(verdict))
    return Verification(verdicts[0].is_accepted, verdicts, lines)


def _tolerance_lsb(project: Project) -> int:
    is_npu = project.manifest.accelerator == "npu"
    return platform_of(project.board).npu_tolerance_lsb if is_npu else 0


def _compare_layers(link: Link, project: Project, sets: list[VectorSet]) -> Verification:
    manifest, graph = project.manifest, read_tflite(project.model)
    before = WINDOWS_BEFORE if graph.streams else 0
    windows = single_windows(sets, manifest.front_end, LAYER_WINDOWS, before)
    converted = manifest.converted_file
    places, unknown = (
        places_in(read_tflite(project.folder / converted), graph)
        if converted
        else (places_of(graph), ())
    )
    with open_device(link, manifest) as (client, who):
        check_sizes(who, graph)
        answers = ask_layers(client, places, windows, manifest.front_end, input_coding(graph))
    verdicts = judge_layers(
        project.model, places, answers, manifest.rounding, is_converted=bool(converted)
    )
    tolerance_lsb = _tolerance_lsb(project)
    lines = layer_lines(verdicts, len(windows.streams), project.board.tick_unit, tolerance_lsb)
    if unknown:
        lines.append(f"not compared, for the model has no such tensor: {', '.join(unknown)}")
    accepted = all(verdict.largest_difference <= tolerance_lsb for verdict in verdicts)
    return Verification(accepted, verdicts, tuple(lines))
