# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen convert`: a trained model becomes .tflite files that a device can run."""

from __future__ import annotations

from pathlib import Path

import click

from mcugen.cli import completion
from mcugen.cli.console import note, progress
from mcugen.cli.facts import ConvertedFiles, ModelFile, say_facts
from mcugen.cli.feature_options import feature_options
from mcugen.cli.sections import PATH, Words, json_option, shown_option
from mcugen.progress import counted


@click.command("convert")
@click.argument("model", type=PATH)
@click.option("--data", type=PATH, required=True, help="Data set that the model was trained on.")
@click.option(
    "--type", "machine_type", help="Machine type. Default: the name of the model's folder."
)
@click.option(
    "--front-end",
    shell_complete=completion.front_ends,
    help="Front-end preset. Default: that of mcugen.toml beside MODEL, else raw.",
)
@shown_option(
    "--io",
    type=Words(["int8", "float"]),
    default="int8",
    help="Type of the int8 model's input and output; boards take int8.",
)
@click.option(
    "--per-channel",
    is_flag=True,
    help="Quantise Dense weights per output channel instead of per tensor.",
)
@click.option(
    "--unroll",
    is_flag=True,
    help="Unroll an LSTM into one operator per step instead of one fused operator.",
)
@shown_option(
    "--false-alarm-rate",
    type=click.FloatRange(0, 1),
    default=0.01,
    help="Share of normal clips that may score above the threshold.",
)
@feature_options
@json_option
def command(
    model: Path,
    data: Path,
    machine_type: str | None,
    front_end: str | None,
    io: str,
    per_channel: bool,
    unroll: bool,
    false_alarm_rate: float,
    jobs: int,
    parallel: str,
    cache: Path | None,
    as_json: bool,
) -> None:
    """Write float, dynamic-range and full int8 .tflite files beside MODEL, and their mcugen.toml.

    MODEL is a .keras, .h5 or .hdf5 file, a SavedModel folder, or the folder of a trained model; an
    .onnx file (extra `onnx`); or a float .tflite, of which the int8 file is written (extra `quantize`).
    Every 5th training vector calibrates the int8 model, as in the MLPerf Tiny reference. A model
    that reconstructs its input gets a threshold from the scores of normal clips.
    """
    from mcugen.samples.datasets import open_dataset
    from mcugen.samples.feature_store import Extraction
    from mcugen.samples.inputs import FeatureOptions
    from mcugen.train.convert import Conversion
    from mcugen.train.model_files import convert_model, open_conversion

    job = open_conversion(model, open_dataset(data, note), machine_type, front_end)
    options = FeatureOptions(cache, Extraction(jobs, parallel))
    with progress() as on_progress:
        inputs = job.open_inputs(options, counted(on_progress, "clips", len(job.samples)))
    converted = convert_model(job, inputs, Conversion(io, per_channel, unroll), false_alarm_rate)
    files = {kind: ModelFile(path, path.stat().st_size) for kind, path in converted.files.items()}
    say_facts(ConvertedFiles(files, converted.config, converted.note), as_json)
