# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Conversion gives the network that was trained, or one line why it cannot."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mcugen.errors import ModelError
from mcugen.train.backend import load_keras, quiet
from mcugen.train.convert import Conversion, convert_all
from mcugen.train.same_function import check_same

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("tensorflow") is None,
    reason="TensorFlow is not installed: pip install 'mcugen[train]'",
)
VECTORS = np.random.default_rng(0).normal(0, 1, (8, 4, 3)).astype(np.float32)

Layers = Callable[[Any], list[Any]]


def normalised(layers: Any) -> Any:
    layer = layers.Normalization()
    layer.adapt(VECTORS * 3 + 2)
    return layer


KEPT: dict[str, Layers] = {
    "beside an LSTM": lambda k: [
        normalised(k),
        k.Conv1D(4, 3, strides=2, padding="same", activation="relu"),
        k.LeakyReLU(negative_slope=0.1),
        k.MaxPooling1D(2, strides=1),
        k.LSTM(3, return_sequences=True, go_backwards=True),
    ],
    "without one": lambda k: [normalised(k), k.TimeDistributed(k.Dense(4, "relu")), k.Flatten()],
}
UNROLLED: dict[str, Layers] = {
    "layers of several kinds": lambda k: [
        k.GRU(3, return_sequences=True, reset_after=False),
        k.GRU(2, return_sequences=True),
        k.Bidirectional(k.SimpleRNN(2, return_sequences=True), "sum"),
        k.LSTM(3, activation="relu"),
    ],
}
REFUSED: dict[str, tuple[Layers, str]] = {
    "convolution inside": (
        lambda k: [k.Reshape((2, 2, 3)), k.ConvLSTM1D(2, 2), k.Flatten()],
        "ConvLSTM1D|loop",
    ),
    "setting": (
        lambda k: [k.LSTM(3, return_sequences=True, name="a"), k.LSTM(3, activation=k.LeakyReLU())],
        "LSTM with activation=LeakyReLU cannot be converted",
    ),
    "other activation of the same name": (
        lambda k: [k.LSTM(3, recurrent_activation="hard_sigmoid")],
        "another function: output 0 differs by",
    ),
}


def convert(layers: Layers, out: Path, *, unroll: bool = False) -> dict[str, Path]:
    keras, source = load_keras(), out / "net.keras"
    with quiet():
        keras.utils.set_random_seed(1)
        keras.Sequential([keras.Input((4, 3)), *layers(keras.layers)]).save(source)
    return convert_all(source, lambda: VECTORS, Conversion(unroll=unroll))


@pytest.mark.parametrize("name", KEPT)
def test_the_whole_configuration_is_kept(name: str, tmp_path: Path) -> None:
    assert convert(KEPT[name], tmp_path)["int8"].is_file()


@pytest.mark.parametrize("name", UNROLLED)
def test_an_unrolled_layer_is_the_trained_one(name: str, tmp_path: Path) -> None:
    assert convert(UNROLLED[name], tmp_path, unroll=True)["int8"].is_file()


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_kept_is_refused_in_a_line(name: str, tmp_path: Path) -> None:
    layers, reason = REFUSED[name]
    unroll = name == "other activation of the same name"
    with pytest.raises(ModelError, match=reason):
        convert(layers, tmp_path, unroll=unroll)
    assert [path.name for path in tmp_path.iterdir()] == ["net.keras"]


def test_another_function_is_noticed(tmp_path: Path) -> None:
    content = convert(lambda k: [k.Flatten(), k.Dense(2)], tmp_path)["float"].read_bytes()
    with pytest.raises(ModelError, match="output 0 differs by .* of its range on 8 vectors"):
        check_same("net", lambda x: [x.reshape(-1)[:2]], content, VECTORS)
    with pytest.raises(ModelError, match="differs by inf"):
        check_same("net", lambda x: [x.reshape(-1)[:3]], content, VECTORS)
