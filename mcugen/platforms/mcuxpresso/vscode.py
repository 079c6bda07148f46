# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""CMake presets and the files by which MCUXpresso for VS Code knows a freestanding application."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from mcugen.codegen.tree import SourceTree

PRESETS_VERSION = 7  # the extension writes ${pathListSep} into the presets, which needs 7


def vscode_tree(
    *,
    project: str,
    device: str,
    core: str,
    variants: tuple[str, ...],
    default_variant: str,
    configs: Mapping[str, str],
) -> SourceTree:
    """Presets `<config>-<variant>`; the default variant's come first. Nothing here names a machine.

    `configs` maps each configuration to the SDK's name of it.
    """
    ordered = (default_variant, *(v for v in variants if v != default_variant))
    files = {
        "CMakePresets.json": _presets(project, core, ordered, configs),
        "mcux_include.json": _environment(configs),
        ".vscode/mcuxpresso-tools.json": _tools(project, device, core, default_variant),
        ".vscode/settings.json": {
            "cmake.useCMakePresets": "always",
            "cmake.sourceDirectory": "${workspaceFolder}/",
            "cmake.configureOnOpen": False,
        },
        ".vscode/launch.json": _launch(),
        ".vscode/tasks.json": _tasks(),
    }
    return {
        path: (json.dumps(content, indent=2) + "\n").encode() for path, content in files.items()
    }


def _presets(
    project: str, core: str, variants: tuple[str, ...], configs: Mapping[str, str]
) -> dict[str, Any]:
    pairs = [(variant, config) for variant in variants for config in configs]
    return {
        "version": PRESETS_VERSION,
        "include": ["mcux_include.json"],
        "configurePresets": [
            {
                "name": f"{config}-{variant}",
                "displayName": f"{project}, {variant}, {config}",
                "inherits": f"{config}-env",
                "generator": "Ninja",
                "binaryDir": "${fileDir}/build/${presetName}",
                "toolchainFile": "$env{SdkRootDirPath}/mcuxsdk/cmake/toolchain/armgcc.cmake",
                "cacheVariables": {
                    "APP_DIR": {"type": "PATH", "value": "${fileDir}"},
                    "CMAKE_BUILD_TYPE": configs[config],
                    "SdkRootDirPath": "$env{SdkRootDirPath}/mcuxsdk",
                    "CONFIG_TOOLCHAIN": "armgcc",
                    "WEST": "TRUE",
                    "board": variant,
                    "core_id": core,
                    "PrjRootDirPath": "${fileDir}",
                },
            }
            for variant, config in pairs
        ],
        "buildPresets": [
            {"name": f"{config}-{variant}", "configurePreset": f"{config}-{variant}"}
            for variant, config in pairs
        ],
    }


def _environment(configs: Iterable[str]) -> dict[str, Any]:
    """The part that is of one machine: from the environment here, rewritten by the extension."""
    return {
        "version": PRESETS_VERSION,
        "configurePresets": [
            {
                "name": f"{config}-env",
                "hidden": True,
                "environment": {
                    "ARMGCC_DIR": "$penv{ARMGCC_DIR}",
                    "SdkRootDirPath": "$penv{SdkRootDirPath}",
                },
            }
            for config in configs
        ],
    }


def _tools(project: str, device: str, core: str, variant: str) -> dict[str, Any]:
    return {
        "version": "25.3",
        "toolchainPath": "",
        "linkedProjects": [],
        "trustZoneType": "none",
        "multicoreType": "none",
        "projectType": "sdk-v2-freestanding",
        "projectName": project,
        "sdk": {
            "version": "",
            "path": "",
            "boardId": variant,
            "deviceId": device,
            "coreId": core,
        },
    }


def _launch() -> dict[str, Any]:
    return {
        "version": "0.2.0",
        "configurations": [
            {
                "type": "mcuxpresso-debug",
                "name": "Debug",
                "request": "launch",
                "cwd": "${workspaceFolder}",
                "executable": {"elf": ""},
                "stopAtSymbol": "main",
                "gdbServerConfigs": {"linkserver": {}, "segger": {}, "pemicro": {}},
            }
        ],
    }


def _tasks() -> dict[str, Any]:
    return {
        "version": "2.0.0",
        "tasks": [
            {"type": "cmake", "label": "CMake: configure", "command": "configure"},
            {"type": "cmake", "label": "CMake: build", "command": "build", "group": "build"},
            {"type": "cmake", "label": "CMake: clean", "command": "clean"},
        ],
    }
