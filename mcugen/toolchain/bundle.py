# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What a bug report needs, in one archive, without names of the user, the machine and the boards."""

from __future__ import annotations

import getpass
import io
import json
import platform
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from mcugen import __version__
from mcugen.errors import ConfigError, near_path
from mcugen.toolchain.doctor import Finding
from mcugen.toolchain.ports import Port

BUILD_FILES = ("manifest.json", "build/build.json", "build/build.log", "build/verify.json")
VARIABLES = re.compile(
    r"MCUGEN_\w+|SdkRootDirPath|ARMGCC_DIR|ZEPHYR_\w+|NO_COLOR|TERM|LANG|LC_ALL|CI"
)
"""Variables of the environment that decide what mcugen does; no other one is in the archive."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_README = """What `mcugen doctor --bundle` found on this machine.

No model, no clip and no score is in it; a build brings its manifest, which has the model's name and
hash, the front-end and the class names. Replaced: the home folder by ~, the user by USER, the machine by
HOST, serial numbers of boards by SERIAL1 and so on. Please look through it before you send it.
"""


def make_bundle(
    findings: Sequence[Finding],
    ports: Sequence[Port],
    environment: Mapping[str, str],
    build_dir: Path | None,
) -> bytes:
    """A zip archive; the same facts give the same bytes. ConfigError for a folder that is no build."""
    facts = {
        "doctor": [asdict(finding) for finding in findings],
        "ports": [asdict(port) for port in ports],
        "versions": _versions(),
        "environment": {k: v for k, v in sorted(environment.items()) if VARIABLES.fullmatch(k)},
    }
    texts = {f"{name}.json": json.dumps(value, indent=2) for name, value in facts.items()}
    texts |= _build_texts(build_dir)
    redacted = redactor([port.serial_number for port in ports if port.serial_number])
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {"README.txt": _README, **texts}.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), redacted(text))
    return content.getvalue()


def _versions() -> dict[str, str]:
    found = {
        "mcugen": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "machine": platform.machine(),
    }
    for line in requires("mcugen") or ():
        name = re.split(r"[^\w.-]", line, maxsplit=1)[0]
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def _build_texts(build_dir: Path | None) -> dict[str, str]:
    if build_dir is None:
        return {}
    paths = [build_dir / name for name in BUILD_FILES]
    if not paths[0].is_file():
        raise ConfigError(
            f"{build_dir} is not a project made by mcugen: no {BUILD_FILES[0]} in it",
            hint=near_path(build_dir),
        )
    return {
        f"build/{path.name}": path.read_text(encoding="utf-8", errors="replace")
        for path in paths
        if path.is_file()
    }


def redactor(serial_numbers: Sequence[str]) -> Callable[[str], str]:
    """Replaces what identifies the user, the machine and the boards, longest words first."""
    words = {str(Path.home()): "~", platform.node(): "HOST", getpass.getuser(): "USER"}
    words |= {serial: f"SERIAL{number}" for number, serial in enumerate(serial_numbers, start=1)}
    # In JSON a backslash of a path is doubled.
    words |= {json.dumps(word)[1:-1]: stands for word, stands in words.items()}
    ordered = sorted((word for word in words if len(word) > 1), key=len, reverse=True)
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in ordered))
    return lambda text: pattern.sub(lambda found: words[found[0]], text)
