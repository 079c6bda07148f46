# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""SDKs of the bundled autoencoder and two tiny models, made once a session and target."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

import numpy as np

from mcugen.codegen.tree_writer import write_tree
from mcugen.paths import examples_dir
from mcugen.sdk.build import SdkOptions, make_sdk
from tests.export.test_golden import dense
from tests.tflite_writer import fully_connected

SOUND = examples_dir() / "machine-sound"
IMAGE_TOML = """schema = 1
[model]
file = "image.tflite"
[front_end]
kind = "image"
line_pixels = 6
channels = 1
pixel_scale = 0.5
window_rows = 6
stride_rows = 6
"""


def image() -> bytes:
    """6 x 6 pixels into 5 classes."""
    random = np.random.default_rng(3)
    weights = random.integers(-127, 128, (5, 36)).astype(np.int8)
    bias = random.integers(-500, 500, 5).astype(np.int32)
    return fully_connected(weights, bias, input_quant=(0.5, -128))


@functools.cache
def _scratch() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="mcugen-sdk-")


@functools.cache
def model_files() -> tuple[Path, ...]:
    """machine_sound_int8 with its front-end, image with one of its own, dense without."""
    folder = Path(_scratch().name) / "models"
    (folder / "image").mkdir(parents=True)
    (folder / "image" / "image.tflite").write_bytes(image())
    (folder / "image" / "mcugen.toml").write_text(IMAGE_TOML)
    (folder / "dense.tflite").write_bytes(dense())
    return SOUND, folder / "image", folder / "dense.tflite"


@functools.cache
def sdk_for(target: str) -> Path:
    """The folder of the SDK with the three models."""
    folder = Path(_scratch().name) / target
    options = SdkOptions(target=target, name="three-models")
    write_tree(make_sdk(model_files(), options, None).tree, folder)
    return folder


def sources_of(sdk: Path) -> list[Path]:
    """What is compiled."""
    return sorted((sdk / "src").rglob("*.c"))


@functools.cache
def slot_sdk(target: str) -> Path:
    """The same with weights that can be replaced."""
    folder = Path(_scratch().name) / f"{target}-slot"
    options = SdkOptions(target=target, name="three-models", replaceable_weights=True)
    write_tree(make_sdk(model_files(), options, None).tree, folder)
    return folder
