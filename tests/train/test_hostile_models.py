# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Models with a layer that writes a file: in each format, no command lets it."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mcugen.errors import McugenError, ModelError
from mcugen.train.backend import load_model
from mcugen.train.saved_model_safety import check_saved_model
from tests.train.commands import run

tensorflow = pytest.importorskip("tensorflow")
tf_keras = pytest.importorskip("tf_keras")

FORMS = ("layer.h5", "layer.keras", "layer_saved", "graph_saved")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """FORMS, whose layer writes the file `ran`, and a data set for them."""
    root = tmp_path_factory.mktemp("hostile")
    ran = str(root / "ran")
    layers = [
        tf_keras.layers.Input((4,)),
        tf_keras.layers.Dense(4),
        tf_keras.layers.Lambda(lambda x: (open(ran, "w").close(), x)[1]),  # noqa: SIM115, PTH123
    ]
    model = tf_keras.Sequential(layers)
    for form in FORMS[:3]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # HDF5 is called legacy
            model.save(root / form)

    class Writer(tensorflow.Module):  # type: ignore[misc]
        @tensorflow.function(input_signature=[tensorflow.TensorSpec((1, 4))])  # type: ignore[untyped-decorator]
        def write(self, x: Any) -> Any:
            with tensorflow.control_dependencies([tensorflow.io.write_file(ran, "")]):
                return tensorflow.identity(x)

    writer = Writer()
    tensorflow.saved_model.save(writer, str(root / "graph_saved"), signatures=writer.write)
    for name in ("x_train", "x_test"):
        np.save(root / f"{name}.npy", np.zeros((8, 4), np.float32))
    np.save(root / "y_test.npy", np.arange(8) % 2)
    (root / "ran").unlink()
    return root


def test_the_layer_does_write_where_it_is_loaded(folder: Path) -> None:
    tf_keras.models.load_model(folder / "layer.h5", compile=False, safe_mode=False)
    (folder / "ran").unlink()
    tensorflow.saved_model.load(str(folder / "graph_saved")).signatures["serving_default"](
        tensorflow.zeros((1, 4))
    )
    (folder / "ran").unlink()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("verb", ["convert", "evaluate"])
def test_convert_and_evaluate_refuse_it_with_the_reason(verb: str, form: str, folder: Path) -> None:
    reason = "WriteFile may do more" if form == "graph_saved" else "Lambda .* holds Python code"
    words = {"convert": ("--data", folder), "evaluate": (folder, "--out", folder / "out")}
    if verb == "evaluate" and form.endswith("saved"):
        reason = "neither a model file"  # a folder is nothing that it loads
    with pytest.raises(McugenError, match=reason):
        run(verb, folder / form, *words[verb])
    assert not (folder / "ran").exists()
    assert not list(folder.glob("*.tflite"))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("words", [("build", "--board", "host"), ("inspect",)])
def test_build_and_inspect_do_not_load_it(words: tuple[str, ...], form: str, folder: Path) -> None:
    with pytest.raises(McugenError):
        run(*words, folder / form)
    assert not (folder / "ran").exists()


def test_after_a_refusal_no_other_loader_is_tried(folder: Path, tmp_path: Path) -> None:
    named_otherwise = tmp_path / "model.keras"  # HDF5 inside
    shutil.copy(folder / "layer.h5", named_otherwise)
    for path in (folder / "layer.h5", named_otherwise):
        with pytest.raises(ModelError, match="holds Python code"):
            load_model(path)
    assert not (folder / "ran").exists()


def test_files_of_variables_may_only_be_touched_by_the_loader(tmp_path: Path) -> None:
    """A graph that calls the saver's own function, or names it as one of the model's, is refused."""
    from tensorflow.core.protobuf import saved_model_pb2

    model = tf_keras.Sequential([tf_keras.layers.Input((4,)), tf_keras.layers.Dense(4)])
    model.save(tmp_path / "good")
    list(check_saved_model(tmp_path / "good"))
    content = (tmp_path / "good" / "saved_model.pb").read_bytes()
    for attack in ("called", "listed", "waited for"):
        saved = saved_model_pb2.SavedModel.FromString(content)
        graph = saved.meta_graphs[0]
        functions = graph.graph_def.library.function
        saver = next(f.signature.name for f in functions if "traced_save" in f.signature.name)
        if attack == "called":
            other = next(f for f in functions if "traced" not in f.signature.name)
            other.node_def.add(name="x", op="PartitionedCall").attr["f"].func.name = saver
        elif attack == "listed":
            graph.object_graph_def.concrete_functions[saver].SetInParent()
        else:
            node = graph.saver_def.save_tensor_name.partition(":")[0]
            graph.graph_def.node.add(name="x", op="NoOp").input.append(f"^{node}")
        (tmp_path / "bad").mkdir(exist_ok=True)
        (tmp_path / "bad" / "saved_model.pb").write_bytes(saved.SerializeToString())
        with pytest.raises(ModelError, match="may do more than compute"):
            list(check_saved_model(tmp_path / "bad"))
