# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Models -> the folder people ship: headers, sources, examples, glue, documents. Nothing here touches
the disk."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mcugen.boards import Board
from mcugen.codegen.tree import SourceTree, merge
from mcugen.errors import ConfigError
from mcugen.paths import runtime_dir
from mcugen.sdk.models import DefaultWeights, Expected, SdkModel, emit_sdk_model, runtime_names
from mcugen.sdk.weights import architecture, weights_blob

CORE = (
    "sdk/result.c sdk/instance.c sdk/phase.h sdk/decide.c sdk/self_test.c sdk/self_test.h "
    "float_math.h model.h status.h"
).split()
"""Files of runtime/ that every SDK links, all in `src/`."""

STREAM = ("sdk/stream.c", "sdk/self_test_stream.c", "sdk/self_test_stream.h")
"""Those that push samples."""

SLOT = (
    "sdk/weights.c sdk/weights.h sdk/store.c sdk/sha256.c sdk/sha256.h sdk/mcugen_weights.h"
).split()
"""Those with replaceable weights."""

FIRST_VERSION = 1
"""Of the weights that the code brings."""


@dataclass(frozen=True, slots=True)
class Sdk:
    """Models that ship together, and what they are made for."""

    name: str
    target: Board
    models: tuple[SdkModel, ...]


def check_sdk(sdk: Sdk) -> None:
    """ConfigError for models that cannot be told apart."""
    for prefix, count in Counter(model.prefix for model in sdk.models).items():
        if count > 1:
            raise ConfigError(
                f"{count} models are named {prefix!r}", hint="rename the .tflite files"
            )
    if not re.fullmatch("[a-z][a-z0-9-]*", sdk.name):
        raise ConfigError(
            f"--name {sdk.name!r}: a name has small letters, digits and -, and starts with a letter"
        )


def sources_tree(sdk: Sdk) -> dict[str, bytes]:
    """`include/` and `src/`: all that is compiled."""
    models = [emit_sdk_model(model, _default_weights(model)) for model in sdk.models]
    streams = any(model.sample_type for model in sdk.models)
    slots = any(model.slot for model in sdk.models)
    names = {*CORE, *(STREAM if streams else ()), *(SLOT if slots else ())}
    names |= {name for model in sdk.models for name in runtime_names(model)}
    headers = _struct_headers(sdk)
    runtime = {
        f"src/{name.rpartition('/')[2]}": (runtime_dir() / name).read_bytes()
        for name in sorted(names - headers.keys())
    }
    public = {f"include/{path}": (runtime_dir() / n).read_bytes() for n, path in headers.items()}
    tree = merge(*models, runtime, public)
    return merge(tree, _forwarders(tree))


def _default_weights(model: SdkModel) -> DefaultWeights | None:
    if model.slot is None:
        return None
    return DefaultWeights(weights_blob(model, FIRST_VERSION, model.expected), architecture(model))


def _struct_headers(sdk: Sdk) -> dict[str, str]:
    """Headers that the models' structs need: file of runtime/ -> path below include/."""
    headers = {"sdk/mcugen.h": "mcugen.h", "sdk/instance.h": "mcugen/instance.h"}
    headers |= {name: f"mcugen/{name}" for name in ("model.h", "status.h")}
    if any(model.sample_type for model in sdk.models):
        headers["sdk/stream.h"] = "mcugen/stream.h"
        headers["score.h"] = "mcugen/score.h"
    if any(model.slot for model in sdk.models):
        headers["sdk/mcugen_weights.h"] = "mcugen_weights.h"
    for model in sdk.models:
        names = [name for name in runtime_names(model) if name.endswith(".h")]
        private = ("quantize.h", "float_math.h")
        headers |= {name: f"mcugen/{name}" for name in names if name not in private}
    return headers


def _forwarders(tree: SourceTree) -> dict[str, bytes]:
    """`src/<header>` for every header in include/: so Arduino, which looks into src/ only, finds
    them."""
    text = '// {0}\n#include "../{1}"\n'
    return {
        f"src/{path.rpartition('/')[2]}": text.format("see there", path).encode()
        for path in tree
        if path.startswith("include/")
    }


def with_expected(sdk: Sdk, expected: Sequence[Expected]) -> Sdk:
    """The SDK whose self-tests expect these hashes, model by model."""
    pairs = zip(sdk.models, expected, strict=True)
    return replace(sdk, models=tuple(replace(model, expected=e) for model, e in pairs))
