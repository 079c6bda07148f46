# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures as pixels of a model's size, channels and colour order; what is no such picture is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as pillow

from mcugen.errors import ConfigError, DataError
from mcugen.features.reference import quantize, row_extractor
from mcugen.features.spec import PRESETS, RESIZES, FrontEnd, Image, image_front_end
from mcugen.features.toml import front_end_from_dict, front_end_to_dict
from mcugen.model.ir import Quant
from mcugen.model.tflite import parse_tflite
from mcugen.samples.datasets import load_dataset
from mcugen.samples.files import read_source
from mcugen.samples.images import RESIZERS, read_picture
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

COLOUR = FrontEnd("image", 12, 3, stride_rows=3, rows=Image(4, 3))
GREY = FrontEnd("image", 4, 3, stride_rows=3, rows=Image(4, 1))
PIXELS = np.random.default_rng(1).integers(0, 256, (3, 4, 3), np.uint8)


def save(path: Path, pixels: np.ndarray, **how: object) -> Path:
    pillow.fromarray(pixels).save(path, **how)  # type: ignore[arg-type]
    return path


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "A.PNG"])
def test_a_picture_is_its_pixels(name: str, tmp_path: Path) -> None:
    path = save(tmp_path / name, PIXELS)
    np.testing.assert_array_equal(read_picture(path, COLOUR), PIXELS)
    np.testing.assert_array_equal(read_source(path, COLOUR), PIXELS.reshape(-1))


def test_a_jpeg_is_near_its_pixels(tmp_path: Path) -> None:
    flat = np.full((3, 4, 3), (200, 40, 90), np.uint8)
    read = read_picture(save(tmp_path / "a.jpg", flat), COLOUR)
    assert np.abs(read.astype(int) - flat).max() <= 3


def test_colour_order_is_the_models(tmp_path: Path) -> None:
    blue_first = replace(COLOUR, rows=Image(4, 3, bgr=True))
    read = read_picture(save(tmp_path / "a.png", PIXELS), blue_first)
    np.testing.assert_array_equal(read, PIXELS[..., ::-1])


def test_colour_becomes_luma_for_a_grey_model(tmp_path: Path) -> None:
    read = read_picture(save(tmp_path / "a.png", PIXELS), GREY)
    luma = PIXELS @ np.array([0.299, 0.587, 0.114])
    assert read.shape == (3, 4, 1)
    assert np.abs(read[..., 0] - luma).max() <= 1


def test_a_photo_is_turned_as_its_camera_says(tmp_path: Path) -> None:
    exif = pillow.Exif()
    exif[0x0112] = 6  # to be shown turned clockwise by 90 degrees
    path = save(tmp_path / "a.png", np.rot90(PIXELS), exif=exif)
    np.testing.assert_array_equal(read_picture(path, COLOUR), PIXELS)


@pytest.mark.parametrize(
    ("front_end", "pixels", "words"),
    [
        (COLOUR, np.zeros((4, 3, 3), np.uint8), "is 3 x 4 pixels, the model takes 4 x 3"),
        (COLOUR, PIXELS[..., 0], "is grey, the model takes colour"),
        (COLOUR, np.dstack([PIXELS, PIXELS[..., :1]]), "transparent pixels"),
        (COLOUR, PIXELS[..., 0].astype(np.uint16), "pixels of Pillow's mode I;16"),
        (FrontEnd("image", 8, 3, rows=Image(4, 2)), PIXELS, "the model takes 2 channels"),
    ],
)
def test_other_pictures_are_refused(
    front_end: FrontEnd, pixels: np.ndarray, words: str, tmp_path: Path
) -> None:
    path = save(tmp_path / "a.png", pixels)
    with pytest.raises(DataError, match=words) as caught:
        read_picture(path, front_end)
    assert str(path) in caught.value.what


def test_opaque_pictures_with_alpha_are_taken(tmp_path: Path) -> None:
    opaque = np.dstack([PIXELS, np.full((3, 4, 1), 255, np.uint8)])
    np.testing.assert_array_equal(read_picture(save(tmp_path / "a.png", opaque), COLOUR), PIXELS)


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"GIF89a" + b"\0" * 40])
def test_a_file_that_is_no_picture_is_named(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(DataError, match="a.png: not a readable picture"):
        read_picture(tmp_path / "a.png", COLOUR)


def test_a_picture_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    """PNG's header says the size; 400 million pixels of one colour are a small file."""
    path = tmp_path / "bomb.png"
    pillow.new("1", (20_000, 20_000)).save(path)
    with pytest.raises(DataError, match="bomb.png: not a readable picture"):
        read_picture(path, COLOUR)


def test_every_way_to_resize_is_known() -> None:
    assert tuple(RESIZERS) == RESIZES


def test_resizing_fits_crops_or_stretches(tmp_path: Path) -> None:
    """12 x 12 pixels whose first and last two lines are red, the others blue, to 4 wide and 3 high."""
    pixels = np.zeros((12, 12, 3), np.uint8)
    pixels[..., 2] = 255
    pixels[[0, 1, 10, 11]] = 255, 0, 0
    path = save(tmp_path / "a.png", pixels)
    fit, crop, stretch = (read_picture(path, COLOUR.resized(how)) for how in RESIZES)
    assert not fit[:, 3].any() or not fit[:, 0].any(), "bars"
    assert crop[..., 2].min() > crop[..., 0].max(), "the middle is blue"
    assert stretch[0, 0, 0] > 100 and stretch[1, 0, 2] > 200, "red lines above a blue one"


def test_resizing_is_for_pictures() -> None:
    with pytest.raises(
        ConfigError, match="--resize needs front-end image, the project's is log-mel"
    ):
        PRESETS["mlperf-ad"].resized("fit")


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((3, 3, 4), "the model takes \\[3, 4, 3\\]"),
        ((2, 3, 3, 4), "the model takes"),
        ((4, 3, 3), "the model takes"),
        ((9, 4), "the model takes \\[3, 4, 3\\]"),  # three grey pictures
    ],
)
def test_arrays_with_other_axes_are_no_windows(
    shape: tuple[int, ...], words: str, tmp_path: Path
) -> None:
    np.save(tmp_path / "a.npy", np.zeros(shape, np.uint8))
    with pytest.raises(DataError, match=words):
        read_source(tmp_path / "a.npy", COLOUR)


@pytest.mark.parametrize("shape", [(3, 4, 3), (2, 3, 4, 3), (36,), (3, 12), (2, 36)])
def test_arrays_with_the_models_axes_are_taken(shape: tuple[int, ...], tmp_path: Path) -> None:
    pixels = np.random.default_rng(2).integers(0, 256, shape, np.uint8)
    np.save(tmp_path / "a.npy", pixels)
    np.testing.assert_array_equal(read_source(tmp_path / "a.npy", COLOUR), pixels.reshape(-1))


@pytest.mark.parametrize(("scale", "zero_point"), [(1 / 255, -128), (0.0078, -1), (0.0171, -14)])
def test_the_front_end_of_a_model_makes_p_minus_128(scale: float, zero_point: int) -> None:
    scale = float(np.float32(scale))
    ends = [TensorSpec((1, 3, 4, 3), "int8", scale, zero_point) for _ in range(2)]
    graph = parse_tflite(model_bytes(ends, [OpSpec("ABS", [0], [1])], [0], [1]), "m")
    front_end = image_front_end(graph)
    assert (front_end.window_rows, front_end.row_values, front_end.stride_rows) == (3, 12, 3)
    assert front_end_from_dict(front_end_to_dict(front_end), "manifest") == front_end
    pixels = np.resize(np.arange(256, dtype=np.uint8), 264)
    rows = row_extractor(front_end)(pixels)
    elements = quantize(rows, Quant((scale,), (zero_point,)))
    np.testing.assert_array_equal(elements.reshape(-1), pixels.astype(int) - 128)


def test_folders_of_pictures_are_a_data_set(tmp_path: Path) -> None:
    for name in ("cat/a.png", "dog/b.jpg", "train/dog/c.png"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        save(path, PIXELS)
    dataset = load_dataset(tmp_path)
    found = [(s.path.name, s.split, s.label) for s in dataset.samples]
    assert found == [("a.png", "test", "cat"), ("b.jpg", "test", "dog"), ("c.png", "train", "dog")]
