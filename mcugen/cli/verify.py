# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen verify`: a proof that the device computes what the reference computes."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mcugen.cli.console import say
from mcugen.cli.sections import board_dir_option, port_option
from mcugen.device.verify_text import layer_lines, verdict_lines
from mcugen.errors import ConfigError

if TYPE_CHECKING:
    from mcugen.device.client import Client
    from mcugen.device.layers import LayerVerdict
    from mcugen.device.verify import VectorSet, Verdict
    from mcugen.model.ir import Graph
    from mcugen.toolchain.project import Project
    from mcugen.transport.link import Link

    LinkOpener = Callable[[], AbstractContextManager[Link]]

DIFFERENT_STATUS = 3
LAYER_WINDOWS = 5  # of each stream of inputs: every layer of every window is a request


@click.command("verify")
@click.argument("build_dir", type=click.Path(path_type=Path))
@click.option(
    "--vectors",
    type=click.IntRange(1),
    default=100,
    show_default=True,
    help="Number of random inputs.",
)
@port_option
@click.option("--host", help="Board that runs Linux, as in ssh (root@imx93).")
@click.option(
    "--ssh-option", multiple=True, help="Extra argument for ssh, repeatable (--ssh-option=-p2222)."
)
@click.option(
    "--clips",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Also verify with these clips, repeatable.",
)
@click.option(
    "--per-layer",
    is_flag=True,
    help="Compare every operator's outputs (build with --per-layer), on a few inputs of each kind.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@board_dir_option
def command(
    build_dir: Path,
    vectors: int,
    port: str | None,
    host: str | None,
    ssh_option: tuple[str, ...],
    clips: tuple[Path, ...],
    per_layer: bool,
    as_json: bool,
    board_dir: Path | None,
) -> None:
    """Send random, extreme and front-end inputs to the device and compare every output value.

    Exit status 0: all equal to the reference of the rounding it was built with (of an NPU: within
    one step of the output's quantisation); 3: some differ.
    """
    from mcugen.device.verify import clip_vectors, vector_sets
    from mcugen.features.coding import input_coding
    from mcugen.model.tflite import read_tflite
    from mcugen.platforms.linux.scorer import device_link, ssh_target
    from mcugen.samples.clips import find_clips
    from mcugen.samples.stimulus import suffixes_for
    from mcugen.toolchain.project import open_project

    if ssh_option and not host:
        raise ConfigError("--ssh-option needs --host", hint="see mcugen verify --help")
    if host and port:
        raise ConfigError("--host and --port exclude each other", hint="pass one of them")
    project = open_project(build_dir, board_dir)
    front_end = project.manifest.front_end
    graph = read_tflite(project.model)
    coding = input_coding(graph)
    sets = list(vector_sets(front_end, coding, vectors))
    if clips:
        found = find_clips(clips, suffixes_for("int8", front_end))
        sets.append(clip_vectors([clip.path for clip in found], front_end, coding))
    compare = _compare_layers if per_layer else _compare_outputs
    verdicts, is_accepted, lines = compare(
        partial(device_link, project, port, ssh_target(host, ssh_option)), project, graph, sets
    )
    if as_json:
        say(json.dumps({"schema": 1, "verdicts": [asdict(v) for v in verdicts]}, indent=2))
    else:
        say("\n".join(lines))
    if not is_accepted:
        raise SystemExit(DIFFERENT_STATUS)


def _client(link: Link) -> Client:
    from mcugen.device.client import Client

    return Client(link, secrets.randbits(32))


def _compare_outputs(
    open_link: LinkOpener, project: Project, graph: Graph, sets: list[VectorSet]
) -> tuple[tuple[Verdict, ...], bool, list[str]]:
    from mcugen.device.identity import check_sizes, open_device
    from mcugen.device.provenance import write_verified
    from mcugen.device.verify import ask_device, judge_outputs
    from mcugen.features.coding import input_coding
    from mcugen.platforms.choose import platform_of

    manifest = project.manifest
    with open_link() as link, open_device(link, manifest, _client) as (client, who):
        check_sizes(who, graph)
        answers = ask_device(client, graph, sets, manifest.front_end, input_coding(graph))
    is_npu = manifest.accelerator == "npu"
    tolerance_lsb = platform_of(project.board).npu_tolerance_lsb if is_npu else 0
    verdicts = judge_outputs(project.model, answers, manifest.rounding, tolerance_lsb)
    write_verified(project, verdicts)
    lines = [line for verdict in verdicts for line in verdict_lines(verdict)]
    return verdicts, verdicts[0].is_accepted, lines


def _compare_layers(
    open_link: LinkOpener, project: Project, graph: Graph, sets: list[VectorSet]
) -> tuple[tuple[LayerVerdict, ...], bool, list[str]]:
    from mcugen.device.identity import check_sizes, open_device
    from mcugen.device.layers import ask_layers, judge_layers, single_windows
    from mcugen.features.coding import input_coding

    manifest = project.manifest
    windows = single_windows(sets, manifest.front_end, LAYER_WINDOWS)
    with open_link() as link, open_device(link, manifest, _client) as (client, who):
        check_sizes(who, graph)
        answers = ask_layers(client, graph, windows, manifest.front_end, input_coding(graph))
    verdicts = judge_layers(project.model, answers, manifest.rounding)
    lines = layer_lines(verdicts, len(windows.streams))
    return verdicts, all(v.first is None for v in verdicts), lines
