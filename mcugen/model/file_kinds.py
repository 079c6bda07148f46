# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What a file is that was given as a .tflite and is none."""

from __future__ import annotations

import re

_CONVERT = "convert it first: mcugen convert {name} --data DATA"
_DOWNLOAD = "download the file itself: on GitHub the link `raw`, on Hugging Face `resolve`"

_KINDS: tuple[tuple[bytes, str, str], ...] = (
    (rb"\Z", "is not a .tflite file: it is empty", "copy or download it again"),
    (
        rb"version https://git-lfs",
        "is a Git LFS pointer, not the model it stands for",
        "fetch the model: git lfs pull",
    ),
    (rb"\s*<(?i:!doctype|html|\?xml)", "is a web page, not a model", _DOWNLOAD),
    (rb"\x89HDF\r\n", "is an HDF5 file (Keras), not a .tflite file", _CONVERT),
    (
        rb"PK\x03\x04",
        "is a ZIP archive (Keras 3, PyTorch or a packed model), not a .tflite file",
        "unpack it, or convert a Keras model: mcugen convert {name} --data DATA",
    ),
    (rb"\x1f\x8b|BZh|\xfd7zXZ", "is compressed", "unpack it first"),
    (rb"\x08[\x01-\x0f][\x12\x1a\x22\x3a]", "is an ONNX model, not a .tflite file", _CONVERT),
)
"""Start of a file, what it is, and the way out."""


def recognise(content: bytes, name: str) -> tuple[str, str]:
    """(what a file without the mark of a .tflite is, the way out)."""
    for start, what, hint in _KINDS:
        if re.match(start, content):
            return what, hint.format(name=name)
    if name.endswith((".keras", ".h5", ".hdf5")):
        return "is not a .tflite file", _CONVERT.format(name=name)
    return "is not a .tflite file", "pass the .tflite flatbuffer that TensorFlow's converter writes"
