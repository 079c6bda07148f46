# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Names of classes in the archive after a model."""

from __future__ import annotations

import io
import zipfile

import numpy as np

from mcugen.model.class_names import packed_class_names
from mcugen.model.tflite import parse_tflite
from tests.tflite_writer import fully_connected

MODEL = fully_connected(np.eye(3, 4, dtype=np.int8))


def packed(**files: str) -> bytes:
    """The model with files behind it, as the metadata writer of TensorFlow Lite packs them."""
    archive = io.BytesIO(MODEL)
    with zipfile.ZipFile(archive, "a") as out:
        for name, content in files.items():
            out.writestr(name.replace("_txt", ".txt"), content)
    return archive.getvalue()


def test_the_file_with_a_line_for_each_class_is_it() -> None:
    model = packed(notes_txt="one\ntwo\n", vocab_txt="x\ny\nz\n", labels_txt="cat\n dog\r\n\nowl")
    assert packed_class_names(model, 3) == ("cat", "dog", "owl")
    assert packed_class_names(model, 2) == ("one", "two")
    assert packed_class_names(model, 4) == ()
    assert parse_tflite(model, "m").ops == parse_tflite(MODEL, "m").ops


def test_names_that_come_twice_are_numbered() -> None:
    assert packed_class_names(packed(labels_txt="crane\nowl\ncrane"), 3) == (
        "crane",
        "owl",
        "crane (2)",
    )


def test_models_without_or_with_a_damaged_archive_have_no_names() -> None:
    model = packed(labels_txt="a\nb\nc")
    assert packed_class_names(MODEL, 3) == ()
    for start in range(len(MODEL), len(model) - 22, 3):
        damaged = bytearray(model)
        damaged[start] ^= 0x55
        assert len(packed_class_names(bytes(damaged), 3)) in (0, 3)
