# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a Keras model may be loaded: looked up in its configuration, before any loader sees it.

A Keras file describes objects that its loader makes. Some hold Python code (Lambda: CVE-2024-3660),
name code to import (CVE-2025-1550), or read files and other models. Here every object must be on a
list of Keras' own layers and what belongs to them; anything else is refused with its name, and no
other loader is tried. Saved state of optimizers and losses is not looked at: it is never loaded.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mcugen.errors import ModelError
from mcugen.foreign_text import one_line
from mcugen.train.saved_model_safety import check_saved_model

HINT = (
    "nothing of the file was run; write the layer with Keras' own ones, or convert the model to "
    ".tflite where you trust it"
)
MAX_CONFIG_BYTES = 64 << 20
MAX_FILE_BYTES = 4 << 30

_REASONS = {
    "Lambda": "holds Python code",
    "__lambda__": "holds Python code",
    "TFSMLayer": "loads another model",
    "TorchModuleWrapper": "unpickles Python objects",
    "JaxLayer": "holds code of another framework",
    "FlaxLayer": "holds code of another framework",
    "StringLookup": "may read other files",
    "IntegerLookup": "may read other files",
    "TextVectorization": "may read other files",
}
"""Objects of Keras that are no use to a microcontroller and more than numbers."""

_KNOWN = frozenset(
    # What a configuration itself is made of.
    "Sequential Functional Model InputLayer InputSpec DTypePolicy Policy TensorShape TypeSpec "
    "__keras_tensor__ __tensor__ __numpy__ __slice__ __ellipsis__ __tuple__ "
    # Layers.
    "Activation ActivityRegularization AdaptiveAveragePooling1D AdaptiveAveragePooling2D "
    "AdaptiveMaxPooling1D AdaptiveMaxPooling2D Add AdditiveAttention AlphaDropout Attention Average "
    "AveragePooling1D AveragePooling2D AveragePooling3D BatchNormalization Bidirectional "
    "CategoryEncoding CenterCrop Concatenate Conv1D Conv1DTranspose Conv2D Conv2DTranspose Conv3D "
    "Conv3DTranspose ConvLSTM1D ConvLSTM2D ConvLSTM3D Cropping1D Cropping2D Cropping3D Dense "
    "DepthwiseConv1D DepthwiseConv2D Discretization Dot Dropout ELU EinsumDense Embedding Flatten GRU "
    "GRUCell GaussianDropout GaussianNoise GlobalAveragePooling1D GlobalAveragePooling2D "
    "GlobalAveragePooling3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D "
    "GroupNormalization GroupQueryAttention Identity LSTM LSTMCell LayerNormalization LeakyReLU "
    "LocallyConnected1D LocallyConnected2D Masking MaxPooling1D MaxPooling2D MaxPooling3D Maximum "
    "MelSpectrogram Minimum MultiHeadAttention Multiply Normalization PReLU Permute RMSNormalization "
    "RNN RandomBrightness RandomContrast RandomCrop RandomFlip RandomHeight RandomRotation "
    "RandomTranslation RandomWidth RandomZoom ReLU RepeatVector Rescaling Reshape Resizing "
    "STFTSpectrogram SeparableConv1D SeparableConv2D SimpleRNN SimpleRNNCell Softmax "
    "SpatialDropout1D SpatialDropout2D SpatialDropout3D SpectralNormalization StackedRNNCells "
    "Subtract ThresholdedReLU TimeDistributed UnitNormalization UpSampling1D UpSampling2D "
    "UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D "
    # Initializers, regularizers, constraints.
    "Constant GlorotNormal GlorotUniform HeNormal HeUniform IdentityInitializer LecunNormal "
    "LecunUniform Ones Orthogonal OrthogonalInitializer RandomNormal RandomUniform STFT "
    "STFTInitializer TruncatedNormal VarianceScaling Zeros L1 L1L2 L2 OrthogonalRegularizer MaxNorm "
    "MinMaxNorm NonNeg RadialConstraint UnitNorm SeedGenerator "
    # What mcugen itself trains with.
    "Adam MeanSquaredError "
    # Operators between layers, as HDF5 files name them.
    "Abs Cast Clip Divide ExpandDims Exp GetItem LogSoftmax MatMul Matmul Max Mean Min Negative Pad "
    "Power Relu Relu6 Sigmoid Split Sqrt Square Squeeze Stack Sum Swish Tanh Transpose TrueDivide "
    "TFOpLambda SlicingOpLambda".split()
)
_ACTIVATIONS = frozenset(
    "celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu "
    "linear log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus "
    "softsign sparse_plus squareplus swish tanh tanh_shrink threshold".split()
)
_MODULES = re.compile(
    r"(tf_)?keras(\.(src|engine|layers|models|initializers|regularizers|constraints|activations"
    r"|dtype_policies|mixed_precision|random|optimizers|losses)(\.\w+)*)?"
)
_OPERATORS = re.compile(r"keras\.src\.ops\.(numpy|nn|math|image|linalg)")
_TF_FUNCTIONS = re.compile(
    r"(__operators__|math|nn)\.\w+|(compat\.v1\.)?(abs|add|cast|clip_by_value|concat|divide|exp"
    r"|expand_dims|gather|identity|maximum|minimum|multiply|negative|ones_like|pad|pow|reshape|round"
    r"|reverse|sigmoid|sign|slice|split|sqrt|square|squeeze|stack|strided_slice|subtract|tanh|tile"
    r"|transpose|unstack|where|zeros_like|reduce_(max|mean|min|prod|sum)|image\.resize)"
)
_NOT_LOADED = frozenset({"compile_config"})


def check_keras_model(path: Path, *, is_trained: bool = False) -> None:
    """ModelError with the reason when loading `path` would do more than make Keras' own layers.

    `is_trained`: its optimizer and loss are loaded as well.
    `path`: a .keras or HDF5 file, or the folder of a SavedModel. The content decides what it is: a
    file that is two formats at once must be harmless as both.
    """
    if path.is_dir():
        for node in check_saved_model(path):
            _check_objects(node, path.name)
        return
    for configuration in (*_zipped(path), *_in_hdf5(path)):
        _check_objects(configuration, path.name, frozenset() if is_trained else _NOT_LOADED)


def _zipped(path: Path) -> Iterator[Any]:
    """The configuration in a .keras file, which is a zip archive."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            total = sum(entry.file_size for entry in archive.infolist())
            size = archive.getinfo("config.json").file_size
            if size > MAX_CONFIG_BYTES or total > MAX_FILE_BYTES:
                raise ModelError(f"{path.name} would unpack to {total} bytes: no model does")
            with archive.open("config.json") as file:
                yield json.loads(file.read(MAX_CONFIG_BYTES))
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, RecursionError) as error:
        raise ModelError(f"{path.name} is damaged: {error}") from error


def _in_hdf5(path: Path) -> Iterator[Any]:
    """The configuration in an HDF5 file; none when it only holds weights."""
    try:
        import h5py
    except ImportError:  # then there is no Keras that would load it
        return
    if not h5py.is_hdf5(path):
        return
    try:
        with h5py.File(path) as file:
            _refuse_other_files(file, path.name)
            text = file.attrs.get("model_config", "null")
            yield json.loads(text)
    except (KeyError, ValueError, TypeError, OSError, RuntimeError, RecursionError) as error:
        raise ModelError(f"{path.name} is damaged: {error}") from error


def _refuse_other_files(group: Any, name: str) -> None:
    """HDF5 can show parts of other files as its own: weights that are the user's secrets."""
    import h5py

    for key in group:
        link = group.get(key, getlink=True)
        found = None if isinstance(link, h5py.ExternalLink) else group.get(key)
        is_outside = found is None or (isinstance(found, h5py.Dataset) and bool(found.external))
        if is_outside and not isinstance(link, h5py.SoftLink):
            raise ModelError(f"{name}: {one_line(key)} lies in another file", hint=HINT)
        if isinstance(found, h5py.Group) and isinstance(link, h5py.HardLink):
            _refuse_other_files(found, name)


def _check_objects(value: Any, name: str, skipped: frozenset[str] = _NOT_LOADED) -> None:
    """Walks a configuration; every `class_name` in it is an object that the loader would make."""
    pending = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, Mapping):
            if "class_name" in one and (reason := _reason(one)):
                raise ModelError(f"{name} is not loaded: {reason}", hint=HINT)
            pending += [item for key, item in one.items() if key not in skipped]
        elif isinstance(one, list):
            pending += one


def _reason(one: Mapping[str, Any]) -> str:
    """Why an object may not be made; empty when it may."""
    class_name, module = str(one["class_name"]), one.get("module")
    settings = one.get("config")
    own_name = settings.get("name") if isinstance(settings, Mapping) else None
    what = f"its {one_line(class_name)}" + (f" '{one_line(str(own_name))}'" if own_name else "")
    if class_name in _REASONS:
        return f"{what} {_REASONS[class_name]}"
    if class_name == "function":
        known = isinstance(settings, str) and settings in _ACTIVATIONS
        return (
            "" if known else f"its function {one_line(str(settings))[:60]} is code outside of Keras"
        )
    if module == "builtins" or (module is not None and not _MODULES.fullmatch(str(module))):
        return (
            f"{what} comes from the module {one_line(str(module))}, which is none of Keras' layers"
        )
    if ">" in str(one.get("registered_name") or ""):
        return f"{what} is a custom object"
    if class_name in ("TFOpLambda", "SlicingOpLambda"):
        function = settings.get("function") if isinstance(settings, Mapping) else None
        known = _TF_FUNCTIONS.fullmatch(str(function)) is not None
        return "" if known else f"{what} calls tf.{one_line(str(function))}"
    is_operator = _OPERATORS.fullmatch(str(module)) and re.fullmatch(r"[A-Z]\w*", class_name)
    return "" if is_operator or class_name in _KNOWN else f"{what} is a custom object"
