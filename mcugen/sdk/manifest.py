# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""manifest.json of an SDK: what it was made from, and the hash of every file."""

from __future__ import annotations

import hashlib

from mcugen.codegen.tree import SourceTree
from mcugen.codegen.tree_writer import seal_manifest
from mcugen.features.toml import front_end_to_dict
from mcugen.sdk.models import TOOL, SdkModel
from mcugen.sdk.package import Sdk
from mcugen.sdk.weights import architecture

SCHEMA_VERSION = 1
KIND = "sdk"


def sdk_manifest(sdk: Sdk, tree: SourceTree) -> bytes:
    """The manifest of an SDK whose other files are `tree`."""
    data = {
        "schema": SCHEMA_VERSION,
        "kind": KIND,
        "tool": TOOL,
        "name": sdk.name,
        "target": sdk.target.name,
        "models": [_facts(model) for model in sdk.models],
    }
    return seal_manifest(data, tree)


def _facts(model: SdkModel) -> dict[str, object]:
    options = model.request.engine_options
    return {
        "name": model.name,
        "prefix": model.prefix,
        "model_file": model.request.model_file,
        "model_sha256": model.graph.sha256,
        "rounding": options.rounding,
        "optimize": options.optimize,
        "isa": sorted(options.isa),
        "front_end": front_end_to_dict(model.request.front_end),
        "score": model.request.score,
        "threshold": model.request.threshold,
        "arena_bytes": model.arena_bytes,
        "weight_bytes": model.weight_bytes,
        "architecture": architecture(model).hex() if model.slot else None,
        "layers": layer_hashes(model),
    }


def layer_hashes(model: SdkModel) -> list[str]:
    """A short hash per call of a model with replaceable weights: what must be the same in another."""
    lines = model.slot.skeleton.splitlines() if model.slot else []
    return [hashlib.sha256(line.encode()).hexdigest()[:8] for line in lines]
