# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Files that people name -> an SDK: reads, plans, compiles the self-tests here, packs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mcugen.boards import Board
from mcugen.codegen.tree import MARKER, SourceTree, merge
from mcugen.config import Config, find_config
from mcugen.errors import EnvironmentError_
from mcugen.export.manifest import load_manifest
from mcugen.export.sbom import sbom_json
from mcugen.features.toml import front_end_to_dict
from mcugen.paths import examples_dir, licence_file
from mcugen.platforms.request import Choices, make_request
from mcugen.scoring.decode import decode_to_dict
from mcugen.sdk.documents import documents_tree
from mcugen.sdk.examples import make_examples
from mcugen.sdk.glue import FLAGS, glue_tree
from mcugen.sdk.manifest import sdk_manifest
from mcugen.sdk.models import SdkModel, plan_model
from mcugen.sdk.package import Sdk, check_sdk, sources_tree, with_expected
from mcugen.sdk.self_test import expected_hashes
from mcugen.sdk.stack import CompilerFigures, measure_sdk
from mcugen.sdk.targets import find_target


@dataclass(frozen=True, slots=True)
class SdkOptions:
    """The options of `mcugen sdk`; empty texts leave the choice to mcugen.toml or the default."""

    target: str
    name: str
    front_end: str = ""
    rounding: str = ""
    optimize: str = ""
    replaceable_weights: bool = False
    prebuilt: bool = False


@dataclass(frozen=True, slots=True)
class MadeSdk:
    """An SDK ready to be written, and why figures are missing in it, where they are."""

    sdk: Sdk
    tree: SourceTree
    missing: str


def make_sdk(models: Sequence[Path], options: SdkOptions, board_dir: Path | None) -> MadeSdk:
    """The SDK of the named models; errors name the model at fault."""
    target = find_target(options.target, board_dir)
    planned = tuple(_plan(path, target, options) for path in models)
    sdk = Sdk(options.name, target, planned)
    check_sdk(sdk)
    sdk = with_expected(sdk, expected_hashes(sdk, sources_tree(sdk)))
    sources = sources_tree(sdk)
    measured, reason = _measure(sdk, sources, options)
    prebuilt = {}
    if options.prebuilt and measured is not None:
        prebuilt = {f"lib/libmcugen_{sdk.target.name}.a": measured.library}
    return MadeSdk(sdk, package_tree(sdk, merge(sources, prebuilt), measured, reason), reason)


def package_tree(
    sdk: Sdk, sources: SourceTree, measured: CompilerFigures | None, reason: str
) -> dict[str, bytes]:
    """The whole folder, manifest.json included."""
    examples = make_examples(sdk)
    tree = merge(
        sources,
        {example.path: example.content for example in examples},
        glue_tree(sdk, sources, examples),
        documents_tree(
            sdk, examples, measured, reason, any(path.endswith(".a") for path in sources)
        ),
        {"LICENSE": licence_file().read_bytes()},
    )
    tree = merge(tree, {"sbom.spdx.json": sbom_json(tree, sdk.name, ())})
    return merge(tree, {MARKER: sdk_manifest(sdk, tree)})


def _measure(
    sdk: Sdk, sources: SourceTree, options: SdkOptions
) -> tuple[CompilerFigures | None, str]:
    """Figures of the target's compiler, or why there are none."""
    try:
        return measure_sdk(sdk.target, sdk.models, sources, FLAGS), ""
    except EnvironmentError_ as error:
        if options.prebuilt:
            raise
        return None, f"code and stack are not in MEMORY.md: {error.what}"


def _plan(path: Path, target: Board, options: SdkOptions) -> SdkModel:
    choices = Choices(
        engine="aot",
        front_end=options.front_end,
        rounding=options.rounding,
        optimize=options.optimize,
    )
    request = make_request(read_config(path), target, choices)
    return plan_model(request, slot=options.replaceable_weights)


def read_config(path: Path) -> Config:
    """What is known of a model: mcugen.toml's word, or that of the manifest of its project."""
    if not (path / MARKER).is_file():
        return find_config(path, Path.cwd(), examples_dir())
    manifest = load_manifest(path)
    word = manifest.wake_word
    window_s = manifest.front_end.stride_rows * (manifest.front_end.row_s or 0.0)
    return Config(
        model=path / manifest.model_file,
        front_end=front_end_to_dict(manifest.front_end),
        score=manifest.score,
        threshold=manifest.threshold,
        rounding=manifest.rounding,
        optimize=manifest.optimize,
        decode=decode_to_dict(manifest.decode) if manifest.decode else {},
        windows=word.windows if word else 1,
        refractory_s=word.refractory * window_s if word else 0.0,
    )
