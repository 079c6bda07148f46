# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What an inference of the native scorer takes on a board that runs Linux."""

from __future__ import annotations

from pathlib import Path

from mcugen.device.identity import open_device
from mcugen.device.measure import push_zero_window, repeat_inference
from mcugen.features.coding import input_coding
from mcugen.model.tflite import read_tflite
from mcugen.platforms.linux.scorer import linux_device_link
from mcugen.records import LatencyRecord, summarise
from mcugen.toolchain.project import open_project
from mcugen.transport.ssh_failure import SshTarget

SCORER = "scorer, 1 thread"
"""Name of its latency beside benchmark_model's configurations."""
WARMUP, REPEATS = 10, 200


def scorer_latency(
    build_dir: Path, target: SshTarget, board_dir: Path | None = None
) -> LatencyRecord | None:
    """Nanoseconds of an inference of the compiled scorer on the board; None for a bundle without one."""
    if not (build_dir / "build" / "firmware.elf").is_file():
        return None
    project = open_project(build_dir, board_dir)
    manifest = project.manifest
    with (
        linux_device_link(project, target) as link,
        open_device(link, manifest) as (client, _),
    ):
        push_zero_window(client, manifest.front_end, input_coding(read_tflite(project.model)))
        samples = repeat_inference(client, warmup=WARMUP, repeats=REPEATS)
    return summarise(SCORER, "nanoseconds", samples, warmup_count=WARMUP)
