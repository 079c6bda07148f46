# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A trained model and its data -> .tflite files with the mcugen.toml that belongs to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcugen.config import CONFIG_NAME, Config, load_config
from mcugen.errors import DataError, ModelError
from mcugen.evaluation.detection import host_scorer
from mcugen.evaluation.model_runner import open_tflite
from mcugen.features.spec import FrontEnd
from mcugen.model.tflite import parse_tflite
from mcugen.samples.arrays import load_npy
from mcugen.samples.datasets import Dataset, Sample
from mcugen.samples.inputs import (
    FeatureOptions,
    Inputs,
    Progress,
    front_end_of,
    held_out_normals,
    open_inputs,
    preset_table,
    training_samples,
)
from mcugen.scoring.labels import NORMAL
from mcugen.scoring.roc import threshold_at
from mcugen.train.backend import load_tensorflow
from mcugen.train.convert import REPRESENTATIVE_STEP, Conversion, Vectors, convert_all
from mcugen.train.model_config import write_config
from mcugen.train.onnx_model import ONNX, check_onnx, load_onnx2tf
from mcugen.train.quantize import check_float, load_quantizer, quantize_tflite

MAX_THRESHOLD_CLIPS = 400
"""Enough for a threshold at 1 %; more would only take longer."""


PYTORCH_ENDINGS = (".pt", ".pth", ".pt2")
ENDINGS = (".keras", ".h5", ".hdf5", ".tflite", ONNX)


@dataclass(frozen=True, slots=True)
class ConversionJob:
    """All that a conversion needs to know before it starts."""

    model: Path
    dataset: Dataset
    machine_type: str
    table: Mapping[str, Any]  # [front_end]
    front_end: FrontEnd | None
    training: tuple[Sample, ...]
    normals: tuple[Sample, ...]  # what the threshold comes from; empty: there is no threshold

    @property
    def samples(self) -> tuple[Sample, ...]:
        """Every sample that is read, once."""
        return tuple(dict.fromkeys((*self.training, *self.normals)))

    def open_inputs(self, options: FeatureOptions, progress: Progress) -> Inputs:
        """The samples as model inputs."""
        return open_inputs(self.dataset, self.samples, self.front_end, options, progress)


@dataclass(frozen=True, slots=True)
class Converted:
    """What was written, and a sentence about the threshold."""

    files: Mapping[str, Path]
    config: Path
    note: str


def open_conversion(
    model: Path, dataset: Dataset, machine_type: str | None, front_end: str | None
) -> ConversionJob:
    """Finds out what the model takes and which samples calibrate it; reads no sample yet."""
    model = _trained(model)
    if model.suffix == ".tflite":
        check_float(model)
        load_quantizer()
    elif model.suffix == ONNX:
        load_onnx2tf()
        load_tensorflow()
        check_onnx(model)
    else:
        load_tensorflow()
    beside = model.parent / CONFIG_NAME
    config = load_config(beside) if beside.is_file() else Config(model, {})
    table = dict(config.front_end) if front_end is None else preset_table(front_end)
    kind = _machine_type(dataset, machine_type, model)
    normals: tuple[Sample, ...] = ()
    if dataset.source == "audio":
        training, normals = training_samples(dataset, kind), held_out_normals(dataset, kind)
        normals = normals[:: -(-len(normals) // MAX_THRESHOLD_CLIPS)]
    else:
        training = dataset.part("train")
        if not training:
            raise DataError(f"{dataset.root} has no training part", hint="x_train.npy is needed")
    return ConversionJob(
        model=model,
        dataset=dataset,
        machine_type=kind,
        table=table,
        front_end=front_end_of(table, f"{beside} [front_end]"),
        training=training,
        normals=normals,
    )


def _trained(named: Path) -> Path:
    """The Keras model that was named, by its file or by the folder that `mcugen train` wrote."""
    inside = named / "model.keras"
    model = inside if inside.is_file() else named
    if not model.exists():
        raise ModelError(f"{model} does not exist", hint="mcugen train writes OUT/model.keras")
    if model.name.encode("utf-8", "replace").decode() != model.name:
        raise ModelError(
            f"{model}: mcugen.toml cannot name a file that is not UTF-8", hint="rename it"
        )
    if model.suffix in PYTORCH_ENDINGS:
        raise ModelError(
            f"{model} is a PyTorch file",
            hint="export it as .onnx, or by litert-torch as a float .tflite: docs/converting.md",
        )
    if model.suffix not in ENDINGS and not (model / "saved_model.pb").is_file():
        raise ModelError(
            f"{model} is not a Keras model",
            hint="pass a .keras, .h5 or .hdf5 file, a SavedModel folder, one that `mcugen train` "
            "wrote, an .onnx file, or a float .tflite",
        )
    return model


def _machine_type(dataset: Dataset, given: str | None, model: Path) -> str:
    """The type that was named, or the one that the model's folder is called, or the only one."""
    types = dataset.machine_types()
    folder = model.resolve().parent.name
    if given is not None and given not in types:
        raise DataError(f"{dataset.root} has no machine type '{given}', only {', '.join(types)}")
    if given is not None:
        return given
    if folder in types:
        return folder
    if len(types) > 1:
        raise DataError(f"{dataset.root} has the types {', '.join(types)}", hint="choose by --type")
    return types[0]


def convert_model(
    job: ConversionJob, inputs: Inputs, how: Conversion, false_alarm_rate: float
) -> Converted:
    """Writes all files beside the model; mcugen.toml then names the int8 one."""
    files = _convert(job, _vectors(job, inputs), how)
    score, threshold, note = "none", None, ""
    if job.normals and _reconstructs(files["int8"]):
        score = "reconstruction-error"
        threshold, note = _threshold(job, inputs, files["int8"], false_alarm_rate)
    config = write_config(job.model.parent, files["int8"].name, job.table, score, threshold, note)
    return Converted(files, config, note and f"threshold {threshold:.4f}, {note}")


def _vectors(job: ConversionJob, inputs: Inputs) -> Vectors:
    """What calibrates; the rows of an array that no front-end reads keep their axes."""
    first = job.training[0]
    if first.row is None or job.front_end is not None:
        return lambda: inputs.vectors(job.training, REPRESENTATIVE_STEP)
    axes = load_npy(first.path, mapped=True).shape[1:]
    return lambda: (row.reshape(axes) for row in inputs.vectors(job.training, REPRESENTATIVE_STEP))


def _convert(job: ConversionJob, vectors: Vectors, how: Conversion) -> dict[str, Path]:
    if job.model.suffix != ".tflite":
        return convert_all(job.model, vectors, how)
    if how != Conversion():
        raise ModelError(
            "--io, --per-channel and --unroll are for Keras models: a .tflite keeps its operators, "
            "gets int8 ends and a scale per channel"
        )
    return quantize_tflite(job.model, vectors)


def _reconstructs(model: Path) -> bool:
    """Whether the output has as many values as the input."""
    graph = parse_tflite(model.read_bytes(), model.name)
    taken, given = (graph.tensors[ends[0]].elements for ends in (graph.inputs, graph.outputs))
    return taken == given


def _threshold(
    job: ConversionJob, inputs: Inputs, model: Path, false_alarm_rate: float
) -> tuple[float, str]:
    """The int8 model's threshold, rounded up to four decimals, and how it was found."""
    with open_tflite(model) as loaded:
        scores = [clip.score for clip in host_scorer(loaded.run, inputs.windows_of)(job.normals)]
    threshold = threshold_at(scores, false_alarm_rate)
    above = sum(score > threshold for score in scores)
    held_out = all(s.split == "test" and s.label == NORMAL for s in job.normals)
    where = "normal clips held out" if held_out else "training clips"
    return round(threshold + 5e-5, 4), f"{above} of {len(scores)} {where} score above it"
