# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen sdk`: models as a folder for somebody's own firmware."""

from __future__ import annotations

from pathlib import Path

import click

from mcugen.cli import completion
from mcugen.cli.facts import Packed, PackedModel, say_facts
from mcugen.cli.sections import PATH, board_dir_option, json_option, shown_option
from mcugen.codegen.tree_writer import write_tree
from mcugen.sdk.build import SdkOptions, make_sdk


@click.command()
@click.argument("models", type=PATH, nargs=-1, required=True)
@click.option(
    "--target",
    shell_complete=completion.boards,
    required=True,
    help="Core (cortex-m33) or board of `mcugen boards`.",
)
@click.option("--out", type=PATH, required=True, help="Folder to write.")
@shown_option("--name", default="mcugen-models", help="Name of the package.")
@click.option(
    "--front-end",
    shell_complete=completion.front_ends,
    default="",
    help="Front-end of all models: a preset, or raw for tensors only.",
)
@click.option(
    "--rounding", default="", help="Rounding: double (default, equals TFLite Micro) or single."
)
@click.option(
    "--optimize", default="", help="Optimise for speed (default), size, or fastest (more flash)."
)
@click.option(
    "--replaceable-weights",
    is_flag=True,
    help="Read the weights from a slot in flash that `mcugen weights` fills.",
)
@click.option("--prebuilt", is_flag=True, help="Also compile a library for the target.")
@json_option
@board_dir_option
def command(
    models: tuple[Path, ...], out: Path, as_json: bool, board_dir: Path | None, **given: object
) -> None:
    """Write an SDK with MODELS for your own firmware.

    MODELS are .tflite files with their mcugen.toml, or folders that `mcugen build` wrote.
    """
    made = make_sdk(models, SdkOptions(**given), board_dir)  # type: ignore[arg-type]
    write_tree(made.tree, out)
    sdk = made.sdk
    packed = tuple(
        PackedModel(m.name, f"{m.prefix}.h", m.weight_bytes, m.arena_bytes, m.instance_bytes + 100)
        for m in sdk.models
    )
    facts = Packed(out, sdk.name, sdk.target.name, len(made.tree), packed, made.missing)
    say_facts(facts, as_json)
