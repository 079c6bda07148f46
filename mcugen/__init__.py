# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""mcugen: from an int8 .tflite to firmware that is measured and proven against its reference.

`inspect`, `build`, `run`, `verify`, `compare` and `evaluate` are the commands of those names as
functions, `Board` is a board, `Device` one that answers, `CFrontEnd` its features. Each is imported
when it is first used.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mcugen.api.build import build
    from mcugen.api.compare import compare
    from mcugen.api.device import Device
    from mcugen.api.evaluate import evaluate
    from mcugen.api.front_end import CFrontEnd
    from mcugen.api.inspect import inspect
    from mcugen.api.run import run
    from mcugen.api.verify import verify
    from mcugen.boards import Board

__version__ = "0.1.0"
__all__ = [
    "Board", "CFrontEnd", "Device", "build", "compare", "evaluate", "inspect", "run", "verify",
]  # fmt: skip
_HOMES = {"Board": "mcugen.boards", "CFrontEnd": "mcugen.api.front_end"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(importlib.import_module(_HOMES.get(name, f"mcugen.api.{name.lower()}")), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
