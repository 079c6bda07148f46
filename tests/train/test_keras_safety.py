# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Configurations that name code, files or other models are refused with what they name."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from mcugen.errors import ModelError
from mcugen.train.keras_safety import check_keras_model

DENSE = {
    "module": "keras.layers",
    "class_name": "Dense",
    "config": {"name": "dense", "units": 1, "activation": "relu", "kernel_initializer": "zeros"},
    "registered_name": None,
}


def model(layer: Any) -> dict[str, Any]:
    layers = [DENSE, {"class_name": "TimeDistributed", "module": "keras.layers", "config": layer}]
    return {"module": "keras", "class_name": "Sequential", "config": {"layers": layers}}


def zipped(folder: Path, config: Any) -> Path:
    path = folder / "model.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(config))
    return path


def in_hdf5(folder: Path, config: Any) -> Path:
    h5py = pytest.importorskip("h5py")
    path = folder / "model.h5"
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(config)
    return path


REFUSED = [
    ({"class_name": "Lambda", "config": {"name": "evil"}}, "Lambda 'evil' holds Python code"),
    ({"class_name": "__lambda__", "config": {"code": "4wAA"}}, "holds Python code"),
    ({"class_name": "TFSMLayer", "config": {"filepath": "/m"}}, "TFSMLayer loads another model"),
    ({"class_name": "TorchModuleWrapper", "config": {}}, "unpickles Python objects"),
    ({"class_name": "StringLookup", "config": {"vocabulary": "/etc/passwd"}}, "read other files"),
    ({"class_name": "MyLayer", "config": {"name": "mine"}}, "MyLayer 'mine' is a custom object"),
    ({"class_name": "Dense", "registered_name": "Evil>Dense"}, "Dense is a custom object"),
    ({"class_name": "Dense", "module": "evil.layers"}, "from the module evil.layers"),
    ({"class_name": "system", "module": "os"}, "from the module os"),
    ({"class_name": "get_file", "module": "keras.utils"}, "from the module keras.utils"),
    ({"class_name": "Dense", "module": "keras.src.utils\n"}, r"module keras.src.utils\\n"),
    (
        {"class_name": "function", "module": "builtins", "config": "exec"},
        "its function exec is code",
    ),
    ({"class_name": "function", "config": {"a": 1}}, "is code outside of Keras"),
    ({"class_name": "print", "module": "builtins"}, "from the module builtins"),
    ({"class_name": ["Dense"]}, "is a custom object"),
    (
        {"class_name": "TFOpLambda", "config": {"function": "io.write_file"}},
        "TFOpLambda calls tf.io.write_file",
    ),
]


@pytest.mark.parametrize("write", [zipped, in_hdf5])
@pytest.mark.parametrize(("layer", "reason"), REFUSED)
def test_what_is_more_than_a_layer_is_refused(
    layer: Any, reason: str, write: Any, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match=f"is not loaded: .*{reason}") as caught:
        check_keras_model(write(tmp_path, model(layer)))
    assert "nothing of the file was run" in caught.value.hint


ALLOWED = [
    DENSE,
    {"class_name": "Functional", "module": "keras.src.models.functional"},
    {"class_name": "Rsqrt", "module": "keras.src.ops.numpy", "registered_name": "Rsqrt"},
    {"class_name": "function", "module": "builtins", "config": "relu"},
    {"class_name": "TFOpLambda", "config": {"function": "math.add"}},
    {"compile_config": {"loss": {"class_name": "function", "config": "my_loss"}}},
]


@pytest.mark.parametrize("write", [zipped, in_hdf5])
@pytest.mark.parametrize("layer", ALLOWED)
def test_layers_of_keras_may_be_loaded(layer: Any, write: Any, tmp_path: Path) -> None:
    check_keras_model(write(tmp_path, model(layer)))


def test_a_file_that_is_two_formats_is_looked_at_as_both(tmp_path: Path) -> None:
    path = in_hdf5(tmp_path, model(DENSE))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("config.json", json.dumps(model(REFUSED[0][0])))
    with pytest.raises(ModelError, match="holds Python code"):
        check_keras_model(path)


def test_weights_that_lie_in_another_file_are_refused(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    (tmp_path / "secret").write_bytes(bytes(64))
    for number in range(2):
        path = tmp_path / f"{number}.h5"
        with h5py.File(path, "w") as file:
            group = file.create_group("model_weights")
            if number:
                group["kernel"] = h5py.ExternalLink("other.h5", "/kernel")
            else:
                external = [(str(tmp_path / "secret"), 0, 64)]
                group.create_dataset("kernel", (16,), "f4", external=external)
        with pytest.raises(ModelError, match="kernel lies in another file"):
            check_keras_model(path)


@pytest.mark.parametrize("content", [b"", b"{", b'{"class_name": ' * 5000])
def test_damaged_configurations_are_one_line(content: bytes, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "model.keras", "w") as archive:
        archive.writestr("config.json", content)
    with pytest.raises(ModelError, match="is damaged"):
        check_keras_model(tmp_path / "model.keras")


def test_an_archive_that_unpacks_to_more_than_any_model_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, model(DENSE))
    content = bytearray(path.read_bytes())
    directory = content.rindex(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = (0xFFFFFFF0).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(ModelError, match="no model does"):
        check_keras_model(path)
