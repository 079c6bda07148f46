# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""An image with what the model found on it, as one self-contained SVG."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mcugen.codegen.render import render
from mcugen.records import Decoded

SHOWN_PIXELS = 480
PNG_GREY, PNG_RGB = 0, 2


def picture_svg(pixels: NDArray[np.uint8], found: tuple[Decoded, ...], title: str) -> bytes:
    """`pixels` [height, width, 1 or 3], enlarged; boxes with their labels, landmarks as dots."""
    height, width = pixels.shape[:2]
    zoom = SHOWN_PIXELS / max(height, width)
    size = (width * zoom, height * zoom)
    values = {
        "title": title,
        "width": size[0],
        "height": size[1],
        "png": base64.b64encode(png(pixels)).decode(),
        "boxes": list(_boxes(found, size)),
        "dots": list(_dots(found, size)),
        "words": [_words(one) for one in found if not one.values],
    }
    return render("picture.svg.j2", values)


def _words(one: Decoded) -> str:
    return f"{one.what} {one.score:.3f}"


def _boxes(found: tuple[Decoded, ...], size: tuple[float, float]) -> Iterator[dict[str, object]]:
    for one in found:
        if len(one.values) == 4 and not one.dimensions:
            left, top, right, bottom = one.values
            yield {
                "x": round(left * size[0], 2),
                "y": round(top * size[1], 2),
                "width": round((right - left) * size[0], 2),
                "height": round((bottom - top) * size[1], 2),
                "words": _words(one),
            }


def _dots(found: tuple[Decoded, ...], size: tuple[float, float]) -> Iterator[tuple[float, float]]:
    for one in found:
        for start in range(0, len(one.values), one.dimensions) if one.dimensions else ():
            x, y = one.values[start : start + 2]
            yield round(x * size[0], 2), round(y * size[1], 2)


def png(pixels: NDArray[np.uint8]) -> bytes:
    """A PNG of [height, width, 1 or 3] (PNG specification, 2nd edition; every line unfiltered)."""
    height, width, channels = pixels.shape
    colour = PNG_GREY if channels == 1 else PNG_RGB
    lines = b"".join(b"\0" + line.tobytes() for line in pixels)
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
