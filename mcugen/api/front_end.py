# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The device's front-end, called from Python: its own C, for training on exactly what it computes."""

from __future__ import annotations

import ctypes
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.config import CONFIG_NAME, load_config
from mcugen.errors import ConfigError
from mcugen.export.project import TOOL
from mcugen.features.c_tables import RUNTIME_SOURCES, emit_front_end
from mcugen.features.reference import cut_windows
from mcugen.features.spec import FrontEnd
from mcugen.paths import StrPath, runtime_dir
from mcugen.samples.files import read_source, source_bytes
from mcugen.samples.inputs import front_end_of, preset_table
from mcugen.toolchain.host_library import load_sources
from mcugen.toolchain.project import open_project

_FloatPointer = ctypes.POINTER(ctypes.c_float)


class CFrontEnd:
    """A front-end's C, compiled for this computer with the flags of the host board.

    `front_end` is a preset (`mlperf-ad`), a folder with an mcugen.toml, a build, or a FrontEnd.
    ConfigError when it is raw or none of these, EnvironmentError_ without a C compiler. Spectra on a
    Cortex-M may differ in the last bits of a float32, where its C library and compiler do.
    """

    def __init__(self, front_end: FrontEnd | StrPath) -> None:
        self.spec = front_end if isinstance(front_end, FrontEnd) else _spec_of(front_end)
        runtime = runtime_dir()
        names = ("front_end.c", *RUNTIME_SOURCES[self.spec.kind])
        with tempfile.TemporaryDirectory() as folder:
            tables = Path(folder) / "front_end_tables.c"
            tables.write_bytes(emit_front_end(self.spec, TOOL)["front_end/front_end_tables.c"])
            own = [runtime / name for name in names if name.endswith(".c")]
            self._library = load_sources([tables, *own], [runtime])
        push, finish = self._library.mcugen_front_end_push, self._library.mcugen_front_end_finish
        push.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.POINTER(_FloatPointer)]
        push.restype = ctypes.c_size_t
        finish.restype = _FloatPointer

    def rows(self, source: StrPath | NDArray[Any]) -> NDArray[np.float32]:
        """All rows [rows, row_values] of one clip: a file, or what is in it (int16 samples of a sound,
        uint8 pixels, float32 time steps)."""
        values = source if isinstance(source, np.ndarray) else read_source(Path(source), self.spec)
        data = source_bytes(values)
        content = ctypes.create_string_buffer(data, len(data))
        self._library.mcugen_front_end_reset()
        rows: list[NDArray[np.float32]] = []
        at = 0
        while at < len(data):  # it takes bytes up to the end of a row
            row = _FloatPointer()
            rest = ctypes.byref(content, at)
            at += self._library.mcugen_front_end_push(rest, len(data) - at, ctypes.byref(row))
            self._take(row, rows)
        while self._take(self._library.mcugen_front_end_finish(), rows):
            pass
        return np.array(rows, np.float32).reshape(-1, self.spec.row_values)

    def windows(self, source: StrPath | NDArray[Any]) -> NDArray[np.float32]:
        """The windows [windows, window_rows * row_values] that the model sees of a clip."""
        return cut_windows(self.rows(source), self.spec)

    def _take(self, row: Any, rows: list[NDArray[np.float32]]) -> bool:
        if row:
            rows.append(np.ctypeslib.as_array(row, (self.spec.row_values,)).copy())
        return bool(row)


def _spec_of(given: StrPath) -> FrontEnd:
    path = Path(given)
    if (path / CONFIG_NAME).is_file():
        found = front_end_of(load_config(path / CONFIG_NAME).front_end, str(path / CONFIG_NAME))
    elif path.is_dir():
        found = open_project(path).manifest.front_end
    else:
        found = front_end_of(preset_table(str(given)), "front-end")
    if found is None or found.rows is None:
        raise ConfigError(f"{given} has no front-end: its inputs are the model's tensors")
    return found
