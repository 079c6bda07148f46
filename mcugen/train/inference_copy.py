# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A trained Keras model -> the same function for one sample: no dropout, fewer and simpler layers."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import ModelError
from mcugen.train.backend import load_tf_keras, quiet
from mcugen.train.layer_copy import copy_layer, is_recurrent

DROPPED = (
    "InputLayer Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D AlphaDropout GaussianNoise "
    "GaussianDropout ActivityRegularization"
).split()
"""Layers that do nothing when a model is not trained."""

Floats = NDArray[np.float32]


def inference_copy(model: Any, *, unroll: bool = False) -> Any:
    """The model with a batch of exactly one and an input named `input`.

    In a plain chain of layers, batch normalisation is folded into the Dense layer before it, and
    recurrent layers become those of Keras 2, the only ones that the converter fuses into one
    operator (or one operator per step, if `unroll`, or if they were trained so). Other models keep
    their layers.
    """
    if len(model.inputs) != 1:
        raise ModelError(f"the model has {len(model.inputs)} inputs, only one can be converted")
    layers = _chain(model)
    recurrent = any(map(is_recurrent, model.layers))
    if recurrent and layers is None:
        raise ModelError("a recurrent layer is converted only in a plain chain of layers")
    keras = load_tf_keras() if recurrent else _keras_of(model)
    with quiet():
        keras.backend.clear_session()  # names of tensors must not depend on what was done before
        source = keras.Input(tuple(model.inputs[0].shape)[1:], batch_size=1, name="input")
        if layers is None:
            in_list = not _is_sequential(model) and isinstance(model.input, list)
            value = model([source] if in_list else source)
        else:
            value = _rebuilt(keras, layers, source, unroll)
        return keras.Model(source, value)


def _keras_of(model: Any) -> Any:
    return import_module("tf_keras" if is_keras_2(model) else "keras")


def is_keras_2(model: Any) -> bool:
    """Whether tf_keras made the model, and not Keras 3."""
    return any(cls.__module__.startswith("tf_keras") for cls in type(model).__mro__)


def _is_sequential(model: Any) -> bool:
    """A Sequential read from a file has no `input`, and neither have its layers."""
    return type(model).__name__ == "Sequential"


def _chain(model: Any) -> tuple[Any, ...] | None:
    """The layers when each one takes just what the one before gives, else None."""
    layers = tuple(layer for layer in model.layers if type(layer).__name__ != "InputLayer")
    if _is_sequential(model) and not any(hasattr(layer, "layers") for layer in layers):
        return layers
    value = model.inputs[0]
    for layer in layers:
        try:
            taken, given = layer.input, layer.output
        except (AttributeError, ValueError):  # a nested model, or a layer used twice
            return None
        if isinstance(taken, list) or taken is not value:
            return None
        value = given
    return layers if value is model.outputs[0] else None


def _rebuilt(keras: Any, layers: tuple[Any, ...], value: Any, unroll: bool) -> Any:
    """The chain applied to `value`, with the weights of the trained layers."""
    copies: list[tuple[Any, Any]] = []
    for layer, follower in zip(layers, (*layers[1:], None), strict=True):
        kind = type(layer).__name__
        if kind in DROPPED or _folds(copies[-1][1] if copies else None, layer):
            continue
        copy = copy_layer(keras, layer, unroll=unroll)
        value = _applied(copy, value)
        weights = _folded(layer, follower) if _folds(layer, follower) else layer.get_weights()
        copies.append((copy, layer))
        _set_weights(copy, weights)
    return value


def _applied(copy: Any, value: Any) -> Any:
    try:
        return copy(value)
    except Exception as error:  # Keras raises anything
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelError(f"layer {copy.name} cannot be converted: {reason}") from error


def _folds(layer: Any, follower: Any) -> bool:
    """Whether `follower` is a batch normalisation that the Dense layer before it can take in."""
    return (
        type(layer).__name__ == "Dense"
        and type(follower).__name__ == "BatchNormalization"
        and getattr(layer.activation, "__name__", "") == "linear"
        and layer.use_bias
    )


def _folded(dense: Any, normalisation: Any) -> list[Floats]:
    weights = dict(zip(("gamma", "beta"), _affine(normalisation), strict=True))
    mean, variance = (np.asarray(w) for w in normalisation.get_weights()[-2:])
    kernel, bias = dense.get_weights()
    return list(
        fold(kernel, bias, weights["gamma"], weights["beta"], mean, variance, normalisation.epsilon)
    )


def _affine(normalisation: Any) -> tuple[Floats, Floats]:
    """gamma and beta; 1 and 0 where the layer was made without them."""
    values = list(normalisation.get_weights()[:-2])
    size = normalisation.get_weights()[-1].shape
    gamma = values.pop(0) if normalisation.scale else np.ones(size, np.float32)
    beta = values.pop(0) if normalisation.center else np.zeros(size, np.float32)
    return gamma, beta


def fold(
    kernel: Floats,
    bias: Floats,
    gamma: Floats,
    beta: Floats,
    mean: Floats,
    variance: Floats,
    epsilon: float,
) -> tuple[Floats, Floats]:
    """Kernel [in, out] and bias [out] of one Dense layer equal to Dense + batch normalisation.

    gamma * (x W + b - mean) / sqrt(variance + epsilon) + beta. (The MLPerf Tiny reference leaves the
    bias b of the Dense layer out, 02_convert.py; here it is kept.)
    """
    factor = gamma / np.sqrt(variance + np.float32(epsilon))
    return (kernel * factor).astype(np.float32), ((bias - mean) * factor + beta).astype(np.float32)


def _set_weights(copy: Any, weights: list[Any]) -> None:
    try:
        copy.set_weights(weights)
    except ValueError as error:
        kind = type(copy).__name__
        raise ModelError(f"layer {copy.name}: the weights of {kind} cannot be converted") from error
    if hasattr(copy, "finalize_state"):  # Normalization: mean and variance become its constants
        copy.finalize_state()
