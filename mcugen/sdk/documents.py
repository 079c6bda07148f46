# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""README.md, API.md and MEMORY.md of an SDK."""

from __future__ import annotations

import re

from mcugen.codegen.render import render
from mcugen.paths import runtime_dir
from mcugen.sdk.examples import Example
from mcugen.sdk.glue import FLAGS, package_name, switch_name
from mcugen.sdk.models import TOOL
from mcugen.sdk.package import Sdk
from mcugen.sdk.stack import CompilerFigures

_RESULT = re.compile(r'X\((\w+), (-?\d+), "([^"]+)"\)')


def documents_tree(
    sdk: Sdk,
    examples: tuple[Example, ...],
    measured: CompilerFigures | None,
    reason: str,
    prebuilt: bool,
) -> dict[str, bytes]:
    """The pages; `reason` says why there are no figures of a compiler."""
    context = {
        "tool": TOOL,
        "sdk": sdk,
        "package": package_name(sdk),
        "switch": switch_name(sdk),
        "flags": FLAGS,
        "streams": any(model.sample_type for model in sdk.models),
        "slots": any(model.slot for model in sdk.models),
        "example": examples[0].content.decode(),
        "results": _RESULT.findall(
            (runtime_dir() / "sdk" / "mcugen.h").read_text(encoding="utf-8")
        ),
        "measured": measured,
        "prebuilt": prebuilt,
        "reason": reason,
    }
    pages = ("README.md", "API.md", "MEMORY.md")
    return {page: render(f"sdk/{page}.j2", context) for page in pages}
