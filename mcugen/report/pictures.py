# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""An image with what the model found on it, as one self-contained SVG."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mcugen.codegen.render import render
from mcugen.records import Decoded

SHOWN_PIXELS = 480


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
    """A PNG of [height, width, 1 or 3]."""
    from PIL import Image

    content = io.BytesIO()
    Image.fromarray(pixels.squeeze(axis=2) if pixels.shape[2] == 1 else pixels).save(content, "PNG")
    return content.getvalue()
