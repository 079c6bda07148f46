# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Another model of the same architecture -> weights for an SDK that is in the field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mcugen.codegen.tree import MARKER
from mcugen.errors import ConfigError, ModelError, near_path
from mcugen.platforms.request import Choices, make_request
from mcugen.sdk.build import read_config
from mcugen.sdk.manifest import KIND, layer_hashes
from mcugen.sdk.models import SdkModel, plan_model
from mcugen.sdk.package import Sdk, sources_tree
from mcugen.sdk.self_test import expected_hashes
from mcugen.sdk.targets import find_target
from mcugen.sdk.weights import architecture, signed, weights_blob


@dataclass(frozen=True, slots=True)
class Replacement:
    """What to make: for which model of the SDK (""; the only one), its version, the key, if any."""

    sdk: Path
    name: str
    version: int
    key: Path | None


def make_weights(model: Path, wanted: Replacement, board_dir: Path | None) -> bytes:
    """The file for `mcugen_weights_check`; ModelError names the first layer that differs."""
    manifest = read_sdk_manifest(wanted.sdk)
    facts = _choose(manifest, wanted)
    planned = _plan(model, manifest, facts, board_dir)
    _refuse_another_architecture(planned, facts, model)
    sdk = Sdk(str(manifest["name"]), find_target(manifest["target"], board_dir), (planned,))
    (expected,) = expected_hashes(sdk, sources_tree(sdk))
    blob = weights_blob(planned, wanted.version, expected)
    return signed(blob, wanted.key) if wanted.key else blob


def read_sdk_manifest(folder: Path) -> Mapping[str, Any]:
    """The manifest of an SDK; ConfigError when the folder is not one."""
    try:
        manifest: Mapping[str, Any] = json.loads((folder / MARKER).read_bytes())
        is_sdk = manifest["kind"] == KIND
    except (OSError, ValueError, KeyError, TypeError):
        is_sdk = False
    if not is_sdk:
        raise ConfigError(
            f"{folder} is not an SDK: no {MARKER} of one in it",
            hint=near_path(folder) or "pass the folder that `mcugen sdk --out` wrote",
        )
    return manifest


def _choose(manifest: Mapping[str, Any], wanted: Replacement) -> Mapping[str, Any]:
    """The model of the SDK whose weights are replaced."""
    models = [m for m in manifest["models"] if m["architecture"]]
    if not models:
        raise ConfigError(
            f"the models of {wanted.sdk} have their weights linked",
            hint="mcugen sdk --replaceable-weights",
        )
    named = [m for m in models if wanted.name in ("", m["name"], m["prefix"])]
    if len(named) != 1:
        names = ", ".join(m["name"] for m in models)
        raise ConfigError(f"{wanted.sdk} has the models {names}", hint="say which one with --as")
    chosen: Mapping[str, Any] = named[0]
    return chosen


def _plan(
    model: Path, manifest: Mapping[str, Any], facts: Mapping[str, Any], board_dir: Path | None
) -> SdkModel:
    """The model as the SDK would have it: its front-end, score and options."""
    config = read_config(model)
    config = replace(config, front_end=facts["front_end"], score=facts["score"])
    choices = Choices(engine="aot", rounding=facts["rounding"], optimize=facts["optimize"])
    target = find_target(manifest["target"], board_dir)
    request = make_request(config, target, choices)
    request = replace(request, graph=replace(request.graph, name=facts["name"]))
    return plan_model(request, slot=True)


def _refuse_another_architecture(planned: SdkModel, facts: Mapping[str, Any], model: Path) -> None:
    if architecture(planned).hex() == facts["architecture"]:
        return
    ours, theirs = layer_hashes(planned), facts["layers"]
    pairs = zip(ours, theirs, strict=False)
    first = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(ours), len(theirs)))
    where = "inputs, outputs or options differ"
    if ours != theirs:
        where = f"call {first} of {len(theirs)} differs (the new model has {len(ours)})"
    raise ModelError(
        f"{model} has another architecture than {facts['name']}: {where}",
        hint="train the same network and convert it the same way, or ship a new SDK",
    )
