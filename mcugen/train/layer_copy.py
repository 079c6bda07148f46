# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A Keras layer -> a fresh one of the wanted Keras with its whole configuration, or an error."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

from mcugen.errors import ModelError

RECURRENT = ("LSTM", "GRU", "SimpleRNN")
RENAMED = {("LeakyReLU", "negative_slope"): "alpha"}
"""(layer, setting of Keras 3) -> its name in Keras 2."""

_WITHOUT_EFFECT = frozenset(
    "activity_regularizer batch_input_shape batch_shape dropout implementation name noise_shape rate "
    "recurrent_dropout seed stateful trainable unit_forget_bias unroll use_cudnn "
    "zero_output_for_mask".split()
)
"""What one inference from a cleared state, without a mask, does not depend on. `unroll` is chosen by the
caller."""
_TRAINING_ONLY = ("_initializer", "_regularizer", "_constraint")
_PLAIN = (bool, int, float, str, type(None))


def is_recurrent(layer: Any) -> bool:
    """Whether the layer, or the one that it wraps, goes through its steps one by one."""
    inner = getattr(layer, "forward_layer", None) or getattr(layer, "layer", None)
    return type(layer).__name__ in RECURRENT or (inner is not None and is_recurrent(inner))


def copy_layer(keras: Any, layer: Any, *, unroll: bool) -> Any:
    """A layer of the module `keras` that computes what `layer` does, still without its weights.

    ModelError names a layer that `keras` does not have, and a setting that it cannot take over.
    """
    kind = type(layer).__name__
    known: Any = getattr(keras.layers, kind, None)
    if known is None:
        raise ModelError(f"layer {layer.name}: {kind} cannot stand beside a recurrent layer")
    if kind == "Bidirectional":
        forward, backward = (
            copy_layer(keras, one, unroll=unroll)
            for one in (layer.forward_layer, layer.backward_layer)
        )
        merged = {"merge_mode": layer.merge_mode, "name": layer.name}
        return known(forward, backward_layer=backward, **merged)
    if kind == "TimeDistributed":
        return known(copy_layer(keras, layer.layer, unroll=unroll), name=layer.name)
    if kind not in RECURRENT and keras is _keras_of(layer):
        return type(layer).from_config(layer.get_config())
    settings = _settings(known, layer) | {"name": layer.name}
    if kind in RECURRENT:
        settings["unroll"] = unroll or layer.unroll
    return known(**settings)


def _settings(known: Any, layer: Any) -> dict[str, Any]:
    """The layer's configuration as arguments of `known`; ModelError for what it does not take."""
    kind, settings = type(layer).__name__, {}
    takes = _parameters(known)
    defaults = {k: v for cls in reversed(type(layer).__mro__) for k, v in _parameters(cls).items()}
    for key, value in layer.get_config().items():
        target = RENAMED.get((kind, key), key)
        if key in _WITHOUT_EFFECT or key.endswith(_TRAINING_ONLY):
            continue
        if key == "dtype":
            _check_float32(layer)
        elif target in takes and _is_plain(value):
            settings[target] = value
        elif value != getattr(defaults.get(key), "default", None) and value not in (None, False):
            raise ModelError(
                f"layer {layer.name}: {kind} with {key}={_shown(value)} cannot be converted"
            )
    return settings


def _parameters(kind: type) -> dict[str, inspect.Parameter]:
    own = vars(kind).get("__init__")
    return {} if own is None else dict(inspect.signature(own).parameters)


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return isinstance(value, _PLAIN)


def _shown(value: Any) -> str:
    return str(value.get("class_name", value)) if isinstance(value, dict) else repr(value)


def _check_float32(layer: Any) -> None:
    computes = getattr(layer, "compute_dtype", "float32")
    if computes not in ("float32", None):
        raise ModelError(
            f"layer {layer.name} computes in {computes}, which cannot be converted",
            hint="train or save the model with the dtype policy float32",
        )


def _keras_of(layer: Any) -> Any:
    return import_module("tf_keras" if type(layer).__module__.startswith("tf_keras") else "keras")
