# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen mlperf`: the two modes of MLPerf Tiny, through its text dialect."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mcugen.cli.console import bar, note, say, say_json
from mcugen.cli.sections import (
    PATH,
    Words,
    board_dir_option,
    emulate_options,
    json_option,
    port_option,
    shown_option,
)
from mcugen.errors import ConfigError

if TYPE_CHECKING:
    from mcugen.device.mlperf_run import Accuracy, OnFile, Performance
    from mcugen.protocol import Identity
    from mcugen.samples.datasets import Sample
    from mcugen.toolchain.project import Project


@click.command("mlperf")
@click.argument("build_dir", type=PATH)
@click.option(
    "--dataset",
    required=True,
    type=PATH,
    help="Folder with y_labels.csv, or with a subfolder named by the benchmark id.",
)
@shown_option(
    "--mode",
    type=Words(["performance", "accuracy"]),
    default="performance",
    help="performance: five timed windows; accuracy: every file once.",
)
@port_option
@click.option("--out", type=PATH, help="Folder for the results. Default: BUILD_DIR-mlperf.")
@json_option
@emulate_options
@board_dir_option
def command(
    build_dir: Path,
    dataset: Path,
    mode: str,
    port: str | None,
    out: Path | None,
    as_json: bool,
    emulate: bool,
    ram_seed: int | None,
    board_dir: Path | None,
) -> None:
    """Measure the device that runs BUILD_DIR as the MLPerf Tiny runner does.

    performance: five windows of at least 10 s, and their median throughput. accuracy: every window
    of every file, and AUC or top-1. Only the official runner's results count for a submission: see
    docs/mlperf.md.
    """
    from mcugen.api.folder import beside
    from mcugen.cli.folder import hold_folder
    from mcugen.cli.mlperf_text import result_lines
    from mcugen.device.emulated import perhaps_emulated
    from mcugen.files import write_json
    from mcugen.toolchain.project import open_project

    project = open_project(build_dir, board_dir)
    if project.manifest.baud:
        raise ConfigError(
            f"{build_dir} is built for the runner's energy mode: it gives no times",
            hint="build it without --mlperf-energy",
        )
    folder = out or beside(build_dir, "mlperf")
    hold_folder(folder)
    with perhaps_emulated(project, emulate, ram_seed, port, note) as device:
        found, identity = _measure(device, port, dataset, mode)
    body = {"schema": 1, "identity": dict(identity.facts), **asdict(found)}
    path = write_json(folder / f"{mode}.json", body)
    if as_json:
        say_json(body)
        return
    for line in result_lines(found, identity):
        say(line)
    say(f"wrote {path}")


def _measure(
    project: Project, port: str | None, dataset: Path, mode: str
) -> tuple[Accuracy | Performance, Identity]:
    from mcugen.device.emulated import as_counted
    from mcugen.device.identity import open_device
    from mcugen.device.mlperf import Dialect
    from mcugen.device.mlperf_run import MODES, find_samples
    from mcugen.toolchain.project import project_link

    link = project_link(project, port)
    with open_device(link, project.manifest) as (_, identity):
        dialect = Dialect(link)
        samples = find_samples(dataset, dialect.model_id())
        with _progress(len(samples)) as on_file:
            return MODES[mode](dialect, samples, on_file), as_counted(identity, project)


@contextmanager
def _progress(count: int) -> Iterator[OnFile]:
    """A bar on a terminal, nothing elsewhere."""
    with bar() as shown:
        task = shown.add_task("", total=count)
        started = iter(range(count))

        def on_file(sample: Sample) -> None:
            shown.update(task, description=sample.path.name, completed=next(started, count))

        yield on_file
