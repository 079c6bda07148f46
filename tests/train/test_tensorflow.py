# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""From data to an int8 model that scores: what needs TensorFlow, small enough for every run."""

from __future__ import annotations

import importlib.util
import shutil
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from mcugen.config import load_config
from mcugen.errors import EnvironmentError_, ModelError
from mcugen.features.spec import FrontEnd, LogMel
from mcugen.model.tflite import read_tflite
from mcugen.samples.feature_store import Extraction, open_store
from mcugen.train.autoencoder import Recipe
from mcugen.train.convert import Conversion, convert_all
from mcugen.train.inference_copy import fold
from tests.schemas import written_as
from tests.train.commands import run

needs_tensorflow = pytest.mark.skipif(
    importlib.util.find_spec("tensorflow") is None,
    reason="TensorFlow is not installed: pip install 'mcugen[train]'",
)


@needs_tensorflow
def test_the_model_is_that_of_mlperf_tiny(trained: Path) -> None:
    graph = read_tflite(trained / "model_int8.tflite")
    assert [op.kind for op in graph.ops] == ["FULLY_CONNECTED"] * 10
    activations = [op.options["fused_activation_function"] for op in graph.ops]
    assert activations == ["RELU"] * 9 + ["NONE"]
    widths = [graph.tensors[op.inputs[1]].shape for op in graph.ops]
    assert [w[0] for w in widths] == [128, 128, 128, 128, 8, 128, 128, 128, 128, 640]
    weights = [graph.tensors[op.inputs[1]] for op in graph.ops]
    assert all(w.quant is not None and w.quant.axis is None for w in weights)
    assert graph.tensors[graph.inputs[0]].shape == (1, 640)
    assert graph.file_bytes < 290_000


@needs_tensorflow
def test_the_model_carries_front_end_and_threshold(trained: Path) -> None:
    config = load_config(trained / "mcugen.toml")
    assert config.model == trained / "model_int8.tflite"
    assert dict(config.front_end) == {"preset": "mlperf-ad"}
    assert config.score == "reconstruction-error"
    assert config.threshold is not None
    assert 1 < config.threshold < 300
    assert 'class="curve second"' in (trained / "history.svg").read_text()
    written_as("training", trained / "training.json")


@needs_tensorflow
def test_keras_and_float_tflite_agree(trained: Path, sounds: Path, tmp_path: Path) -> None:
    from mcugen.train.backend import open_model

    windows = np.random.default_rng(0).normal(-20, 10, (50, 640)).astype(np.float32)
    with (
        open_model(trained / "model.keras") as keras,
        open_model(trained / "model.tflite") as lite,
    ):
        np.testing.assert_allclose(lite.run(windows), keras.run(windows), atol=2e-3)


@needs_tensorflow
def test_interrupted_training_ends_in_the_same_model(sounds: Path, tmp_path: Path) -> None:
    from mcugen.train.autoencoder import Epoch
    from mcugen.train.autoencoder import train as train_autoencoder

    front_end = FrontEnd("log-mel", 16, 2, last_row=40, rows=LogMel(n_mels=16))
    store = open_store(tmp_path / "cache", front_end)
    clips = tuple(sorted((sounds / "gearbox" / "train").iterdir()))
    store.extract(clips, Extraction(jobs=1))
    recipe = Recipe(hidden=(8, 4, 8), epochs=4, batch_size=32, seed=3)

    def interrupt(epoch: Epoch) -> None:
        if epoch.number == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_autoencoder(store, clips, recipe, tmp_path / "broken", interrupt)
    assert not (tmp_path / "broken" / "model.keras").exists()
    seen: list[int] = []
    resumed = train_autoencoder(
        store, clips, recipe, tmp_path / "broken", lambda epoch: seen.append(epoch.number)
    )
    assert seen == [3, 4]
    assert resumed == train_autoencoder(store, clips, recipe, tmp_path / "whole")
    assert not (tmp_path / "broken" / ".resume").exists()
    again: list[Epoch] = []
    assert train_autoencoder(store, clips, recipe, tmp_path / "whole", again.append) == resumed
    assert again == []


@needs_tensorflow
def test_a_state_that_is_not_reset_is_noticed(lstm: Path, tmp_path: Path) -> None:
    """What evaluation relies on: without the reset per window, a fused LSTM answers nonsense."""
    runtime = pytest.importorskip("tflite_micro", reason="tflite-micro has no wheel here").runtime
    out = shutil.copytree(lstm, tmp_path / "lstm")
    run("convert", out / "model.keras", "--data", out / "data")
    from mcugen.features.reference import quantize, row_extractor
    from mcugen.features.toml import front_end_from_dict

    front_end = front_end_from_dict(load_config(out / "mcugen.toml").front_end, "test")
    values = np.load(out / "data" / "x_test.npy")
    graph = read_tflite(out / "model_int8.tflite")
    quant = graph.tensors[graph.inputs[0]].quant
    assert quant is not None
    windows = quantize(row_extractor(front_end)(values).reshape(values.shape), quant)
    interpreter = runtime.Interpreter.from_file(str(out / "model_int8.tflite"))

    def accuracy(reset: bool) -> float:
        answers = []
        for window in windows:
            if reset:
                interpreter.reset()
            interpreter.set_input(window[np.newaxis], 0)
            interpreter.invoke()
            answers.append(int(interpreter.get_output(0).ravel()[0]) >= 0)
        return float(np.mean(np.array(answers) == np.load(out / "data" / "y_test.npy")))

    assert accuracy(reset=True) > 0.9
    assert accuracy(reset=False) < accuracy(reset=True) - 0.1


@needs_tensorflow
def test_the_tensor_list_form_is_refused_with_its_reason(tmp_path: Path) -> None:
    from mcugen.train.backend import load_keras, quiet

    keras = load_keras()
    with quiet():
        source = keras.Input((6, 1))
        state = keras.layers.LSTM(4)(source)
        keras.Model(source, keras.layers.Dense(1)(state)).export(str(tmp_path / "saved"))
    vectors = np.zeros((4, 6, 1), np.float32)
    with pytest.raises(ModelError, match="TensorList") as error:
        convert_all(tmp_path / "saved", lambda: vectors, Conversion(), tmp_path / "out")
    assert "--unroll" in error.value.hint
    assert not (tmp_path / "out").exists()


@needs_tensorflow
def test_data_of_another_shape_is_refused(lstm: Path, sounds: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(lstm, tmp_path / "lstm")
    before = {path.name: path.read_bytes() for path in folder.glob("*.*")}
    with pytest.raises(ModelError, match="takes 10 values, the training data has 640"):
        run(
            "convert",
            folder / "model.keras",
            "--data",
            sounds,
            "--front-end",
            "mlperf-ad",
            "--jobs",
            1,
        )
    assert {path.name: path.read_bytes() for path in folder.glob("*.*")} == before


@needs_tensorflow
def test_what_is_no_model_is_refused(tmp_path: Path, sounds: Path) -> None:
    bad = tmp_path / "gearbox" / "model.keras"
    bad.parent.mkdir()
    bad.write_bytes(b"no model")
    with pytest.raises(ModelError, match=r"model\.keras is not a (readable )?Keras model"):
        run("convert", bad, "--data", sounds, "--front-end", "mlperf-ad", "--jobs", 1)
    assert [path.name for path in bad.parent.iterdir()] == ["model.keras"]
    with pytest.raises(ModelError, match="does not exist"):
        run("convert", tmp_path / "none.keras", "--data", sounds)


def test_without_tensorflow_the_way_to_install_it_is_said(
    sounds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(EnvironmentError_, match="needs tensorflow") as error:
        run("train", "ad", sounds, "--out", tmp_path)
    assert "mcugen[train]" in error.value.hint
    assert list(tmp_path.iterdir()) == []


@needs_tensorflow
@pytest.mark.parametrize("name", ["model.keras", "model.h5", "saved"])
def test_a_sequential_model_of_the_users_own_is_converted(
    name: str, sounds: Path, tmp_path: Path
) -> None:
    """Not made by `mcugen train`; read from each format, its batch normalisation folded."""
    import keras

    layers = keras.layers
    parts = [layers.Dense(16), layers.BatchNormalization(), layers.ReLU(), layers.Dense(640)]
    model = keras.Sequential([keras.Input((640,)), *parts])
    path = tmp_path / name
    with warnings.catch_warnings():  # some formats are old, and Keras says so
        warnings.simplefilter("ignore")
        model.save(path) if path.suffix else model.export(path, verbose=False)
        run("convert", path, "--data", sounds, "--front-end", "mlperf-ad")
    graph = read_tflite(tmp_path / f"{path.stem}_int8.tflite")
    assert graph.tensors[graph.inputs[0]].shape == (1, 640)
    assert [op.kind for op in graph.ops] == ["FULLY_CONNECTED"] * 2


def test_folding_equals_dense_then_normalisation() -> None:
    rng = np.random.default_rng(0)
    kernel, bias = rng.normal(size=(6, 4)).astype("f4"), rng.normal(size=4).astype("f4")
    gamma, beta, mean = (rng.normal(size=4).astype("f4") for _ in range(3))
    variance = rng.uniform(0.5, 2, 4).astype("f4")
    x = rng.normal(size=(9, 6)).astype("f4")
    expected = gamma * (x @ kernel + bias - mean) / np.sqrt(variance + 1e-3) + beta
    folded_kernel, folded_bias = fold(kernel, bias, gamma, beta, mean, variance, 1e-3)
    np.testing.assert_allclose(x @ folded_kernel + folded_bias, expected, atol=1e-5)


def test_a_baseline_yaml_of_the_reference_is_read(tmp_path: Path) -> None:
    pytest.importorskip("yaml", reason="PyYAML is not installed: pip install 'mcugen[train]'")
    from mcugen.train.autoencoder import read_recipe

    path = tmp_path / "baseline.yaml"
    path.write_text(
        "max_fpr : 0.1\nfeature:\n  n_mels: 64\n  frames : 3\n  n_fft: 512\n  hop_length: 256\n"
        "fit:\n  compile:\n    optimizer : adam\n    loss : mean_squared_error\n  epochs : 7\n"
        "  batch_size : 32\n  shuffle : True\n  validation_split : 0.2\n  verbose : 1\n"
    )
    recipe, table = read_recipe(path)
    assert (recipe.epochs, recipe.batch_size, recipe.validation_split) == (7, 32, 0.2)
    assert table == {
        "preset": "mlperf-ad",
        "n_mels": 64,
        "window_rows": 3,
        "n_fft": 512,
        "hop_samples": 256,
    }


def test_defaults_are_those_of_the_reference() -> None:
    recipe = Recipe()
    assert recipe.hidden == (128, 128, 128, 128, 8, 128, 128, 128, 128)
    assert (recipe.epochs, recipe.batch_size, recipe.validation_split) == (100, 512, 0.1)
    assert (recipe.optimizer, recipe.loss, recipe.shuffle) == ("adam", "mean_squared_error", True)
