# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures -> pixels as a model takes them: size, channels and colour order."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import DataError
from mcugen.features.spec import FrontEnd, Image

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

PICTURES = (".png", ".jpg", ".jpeg", ".bmp")
FORMATS = ("PNG", "JPEG", "BMP")
OPAQUE = 255
GREY, COLOUR = "L", "RGB"
GREY_MODES = ("1", "L", "LA")
COLOUR_MODES = ("P", "PA", "RGB", "RGBA")


def read_picture(path: Path, front_end: FrontEnd) -> NDArray[np.uint8]:
    """Pixels [lines, pixels, channels] of a PNG, JPEG or BMP, turned as its EXIF data says.

    A colour picture becomes grey (ITU-R BT.601 luma) for a model that takes one channel. Another size is
    brought to the model's as `Image.resize` says, bilinear. DataError for a file that cannot be read,
    has another size and no `resize`, is grey where the model takes colour, is transparent, or has more than
    8 bits a channel.
    """
    from PIL import Image as pillow
    from PIL import ImageOps

    rows = front_end.rows
    assert isinstance(rows, Image)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pillow.DecompressionBombWarning)
            with pillow.open(path, formats=FORMATS) as file:
                picture = _with_channels(ImageOps.exif_transpose(file), path, rows.channels)
    except (OSError, ValueError, SyntaxError, pillow.DecompressionBombError, Warning) as error:
        raise DataError(
            f"{path}: not a readable picture: {error}", hint="use a PNG, JPEG or BMP file"
        ) from error
    pixels = np.asarray(_with_size(picture, path, front_end), np.uint8)
    pixels = pixels.reshape(front_end.window_rows, rows.line_pixels, rows.channels)
    return np.ascontiguousarray(pixels[..., ::-1] if rows.bgr else pixels)


def _with_channels(picture: Picture, path: Path, channels: int) -> Picture:
    """As grey or RGB; DataError where that would invent or drop something."""
    if picture.mode not in (*GREY_MODES, *COLOUR_MODES):
        raise DataError(
            f"{path}: pixels of Pillow's mode {picture.mode}", hint="save it as 8-bit RGB or grey"
        )
    if channels not in (1, 3):
        raise DataError(
            f"{path}: the model takes {channels} channels, a picture has 1 or 3",
            hint="pass an array of pixels: .npy or .bin",
        )
    if picture.has_transparency_data:
        alpha = picture.convert("RGBA").getchannel("A")
        if alpha.getextrema()[0] != OPAQUE:
            raise DataError(f"{path}: has transparent pixels", hint="save it without transparency")
    if picture.mode in GREY_MODES and channels == 3:
        raise DataError(
            f"{path}: is grey, the model takes colour (RGB)",
            hint="save it as RGB if the model was trained on such pictures",
        )
    return picture.convert(GREY if channels == 1 else COLOUR)


def _with_size(picture: Picture, path: Path, front_end: FrontEnd) -> Picture:
    rows = front_end.rows
    assert isinstance(rows, Image)
    size = (rows.line_pixels, front_end.window_rows)
    if picture.size == size:
        return picture
    if not rows.resize:
        raise DataError(
            f"{path}: is {picture.width} x {picture.height} pixels, the model takes "
            f"{size[0]} x {size[1]}",
            hint="mcugen run --resize fit (bars), crop (the middle) or stretch, as the model was trained; "
            "elsewhere `resize` of the front-end in mcugen.toml",
        )
    return RESIZERS[rows.resize](picture, size)


def _fit(picture: Picture, size: tuple[int, int]) -> Picture:
    from PIL import Image, ImageOps

    return ImageOps.pad(picture, size, Image.Resampling.BILINEAR)


def _crop(picture: Picture, size: tuple[int, int]) -> Picture:
    from PIL import Image, ImageOps

    return ImageOps.fit(picture, size, Image.Resampling.BILINEAR)


def _stretch(picture: Picture, size: tuple[int, int]) -> Picture:
    from PIL import Image

    return picture.resize(size, Image.Resampling.BILINEAR)


RESIZERS: Mapping[str, Callable[[Picture, tuple[int, int]], Picture]] = {
    "fit": _fit,
    "crop": _crop,
    "stretch": _stretch,
}
"""Word of --resize -> how: all of it between black bars, the largest middle part, or out of proportion."""
