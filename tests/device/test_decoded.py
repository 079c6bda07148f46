# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""From mcugen.toml to a picture with boxes: the outputs of real firmware, decoded."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from mcugen.cli import main
from mcugen.device.decoded import interpret
from mcugen.export.manifest import load_manifest
from mcugen.model.reference import open_reference
from mcugen.records import Decoded
from mcugen.report.files import load_run
from mcugen.report.pictures import picture_svg, png
from mcugen.scoring.decode import Classes, Landmarks, Yolo
from tests.conftest import require_tool
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

TOML = """
schema = 1

[model]
file = "finder.tflite"

[front_end]
kind = "image"
line_pixels = 4
channels = 3
window_rows = 4
stride_rows = 4

[decode]
kind = "yolo"
labels = ["person", "cat"]
input_pixels = 32
objectness = 0.6

[[decode.heads]]
output = 0
anchors = [[8, 12]]
"""


def finder() -> bytes:
    """A 1 x 1 convolution from [4, 4, 3] pixels to [4, 4, 7]: red is objectness, green is a cat."""
    weights = np.zeros((7, 1, 1, 3), np.int8)
    weights[4, 0, 0, 0], weights[6, 0, 0, 1], weights[5, 0, 0, 2] = 127, 127, 127
    tensors = [
        TensorSpec((1, 4, 4, 3), "int8", 1 / 255, -128),
        TensorSpec((7, 1, 1, 3), "int8", [0.05] * 7, [0] * 7, data=weights),
        TensorSpec((7,), "int32", [0.05 / 255] * 7, [0] * 7, data=np.zeros(7, np.int32)),
        TensorSpec((1, 4, 4, 7), "int8", 0.05, 0),
    ]
    options = {"padding": "VALID", "stride_w": 1, "stride_h": 1}
    op = OpSpec("CONV_2D", [0, 1, 2], [3], options, version=3)
    return model_bytes(tensors, [op], [0], [3])


def mcugen(*words: object) -> None:
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    assert not ended.value.code, words


def test_boxes_come_back_and_are_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    require_tool("gcc")
    (tmp_path / "mcugen.toml").write_text(TOML)
    (tmp_path / "finder.tflite").write_bytes(finder())
    image = np.zeros((4, 4, 3), np.uint8)
    image[1, 2] = (255, 255, 0)  # a cat
    image[3, 0] = (255, 0, 255)  # a person
    np.save(tmp_path / "scene.npy", image)
    np.save(tmp_path / "nobody.npy", np.zeros_like(image))
    project, out = tmp_path / "project", tmp_path / "run"
    mcugen("build", tmp_path / "mcugen.toml", "--board", "host", "--out", project)
    scenes = (tmp_path / "scene.npy", tmp_path / "nobody.npy")
    capsys.readouterr()
    mcugen("run", project, *scenes, "--out", out)
    said = capsys.readouterr().out
    assert "cat 0.99" in said and "person 0.99" in said

    manifest, found = load_manifest(project), load_run(out)
    assert isinstance(manifest.decode, Yolo) and manifest.decode.labels == ("person", "cat")
    scene, nobody = found.clips
    assert nobody.decoded == () and {one.what for one in scene.decoded} == {"cat", "person"}
    with open_reference(project / manifest.model_file, rounding="double") as reference:
        output = reference.run([(image.astype(np.int16) - 128).astype(np.int8)[None, None]])[0]
        tensor = reference.graph.tensors[reference.graph.outputs[0]]
    assert tensor.quant is not None
    quant, values = tensor.quant, output.reshape(tensor.shape)
    assert scene.decoded == interpret(manifest.decode, lambda number: (values, quant))
    cat = next(one for one in scene.decoded if one.what == "cat")
    assert (cat.values[0] + cat.values[2]) / 2 == pytest.approx(2.5 / 4)

    picture = ElementTree.fromstring((out / "pictures" / "scene.npy.svg").read_text())
    tags = [element.tag.rpartition("}")[2] for element in picture]
    assert tags.count("rect") == 2 and tags.count("image") == 1
    assert not (out / "pictures" / "nobody.npy.svg").exists()
    embedded = base64.b64encode((out / "pictures" / "scene.npy.svg").read_bytes()).decode()
    assert f"data:image/svg+xml;base64,{embedded}" in (out / "report.html").read_text()
    assert "outputs mean" in (out / "report.html").read_text()


def test_a_table_that_does_not_fit_the_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mcugen.toml").write_text(TOML.replace('"person", "cat"', '"person"'))
    (tmp_path / "finder.tflite").write_bytes(finder())
    with pytest.raises(SystemExit) as ended:
        main(
            [
                "build",
                str(tmp_path / "mcugen.toml"),
                "--board",
                "host",
                "--out",
                str(tmp_path / "p"),
            ]
        )
    assert ended.value.code == 2 and not (tmp_path / "p").exists()


def test_a_png_holds_the_pixels() -> None:
    pixels = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
    content = png(pixels)
    np.testing.assert_array_equal(Image.open(io.BytesIO(content)), pixels)


def test_landmarks_are_dots_and_classes_are_words() -> None:
    grey = np.zeros((6, 6, 1), np.uint8)
    points = Decoded("landmarks", 0.9, (0.5, 0.25, 0.0, 1.0, 1.0, 0.0), 3)
    text = picture_svg(grey, (points, Decoded("a < b", 0.75)), "x").decode()
    assert re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', text) == [
        ("240.0", "120.0"),
        ("480.0", "480.0"),
    ]
    assert "a &lt; b 0.750" in text
    assert base64.b64encode(png(grey)).decode() in text


def test_every_kind_is_interpreted() -> None:
    from mcugen.model.ir import Quant

    quant = Quant((0.5,), (0,))
    classes = Classes(("no", "yes"), top=1, softmax=True)
    (best,) = interpret(classes, lambda number: (np.array([0, 10], np.int8), quant))
    assert best.what == "yes" and best.score > 0.99
    outputs = [np.full((1, 6), 96, np.int8), np.array([[10]], np.int8)]
    (face,) = interpret(Landmarks(96), lambda number: (outputs[number], quant))
    assert face.values == (0.5,) * 6 and face.dimensions == 3
    outputs[1] = np.array([[-10]], np.int8)
    assert interpret(Landmarks(96), lambda number: (outputs[number], quant)) == ()


def colours() -> bytes:
    """[4, 4, 3] pixels to red, green and blue: their means."""
    tensors = [
        TensorSpec((1, 4, 4, 3), "int8", 1 / 255, -128),
        TensorSpec((2,), "int32", data=np.array([1, 2], np.int32)),
        TensorSpec((1, 3), "int8", 1 / 255, -128),
    ]
    op = OpSpec("MEAN", [0, 1], [2], {"keep_dims": False}, version=2)
    return model_bytes(tensors, [op], [0], [2])


def test_pictures_in_folders_get_classes_without_a_toml(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From PNG files and names of classes to a table that says what is right."""
    require_tool("gcc")
    (tmp_path / "colours.tflite").write_bytes(colours())
    (tmp_path / "names.txt").write_text("red\ngreen\nblue\n")
    for folder, colour in (("red", (255, 20, 0)), ("blue", (0, 30, 200)), ("green", (90, 0, 10))):
        (tmp_path / "set" / folder).mkdir(parents=True)
        pixels = np.full((6, 4, 3), colour, np.uint8)
        Image.fromarray(pixels).save(tmp_path / "set" / folder / f"{folder}_wall.png")
    project, out = tmp_path / "project", tmp_path / "run"
    mcugen(
        *("build", tmp_path / "colours.tflite", "--board", "host", "--front-end", "image"),
        *("--class-names", tmp_path / "names.txt", "--out", project),
    )
    capsys.readouterr()
    mcugen("run", project, tmp_path / "set", "--resize", "crop", "--out", out)
    said = capsys.readouterr().out
    assert re.search(r"green_wall.png +red +0\.\d+ +blue .* green +wrong", said), said
    assert "2 of 3 labelled clips are right; taken for another: green as red (1)" in said
    assert "all 144 quantised features equal the front-end on this PC" in said
    assert "green_wall.png,green,1,,,,red,0.4" in (out / "scores.csv").read_text()
    assert len(list((out / "pictures").glob("*.svg"))) == 3
