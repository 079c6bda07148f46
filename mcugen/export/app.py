# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The parts of a project that are the same for every exporter: runtime, board files, sizes, identity."""

from __future__ import annotations

from mcugen.boards import Board
from mcugen.codegen.tree import SourceTree
from mcugen.features.spec import FrontEnd, LogMel, Mfcc, MicroSpeech

HARNESS = (
    "device.c device.h device_read.c device_read.h engine.h float_math.h frame.c frame.h front_end.c "
    "front_end.h harness.c harness.h identity.h little_endian.h main.c mlperf.c mlperf.h model.h port.h "
    "profile.c profile.h quantize.c quantize.h score.c score.h status.c status.h text.c text.h "
    "window.c window.h"
).split()
"""Files of runtime/ that every firmware links; engines and front-ends bring their own."""

MAX_PAYLOAD_BYTES = 2048
BATCH_PAYLOAD_BYTES = 16384
"""Of a firmware that computes several windows at once: one request brings enough of them."""
ENERGY_BAUD = 9600
"""What the MLPerf Tiny runner speaks in its energy mode."""
ENERGY_MACROS = (("MCUGEN_MLPERF_ENERGY", "1"), ("MCUGEN_START_BAUD", str(ENERGY_BAUD)))


def board_tree(board: Board) -> SourceTree:
    """Port, start-up code, linker script: all of the board's files but its description."""
    return {f"board/{name}": path.read_bytes() for name, path in board.files.items()}


def config_macros(
    front_end: FrontEnd,
    score: str,
    word_windows: int,
    input_bytes: int,
    output_bytes: int,
    tick_unit: str,
    *,
    batch: int = 1,
    mlperf_energy: bool = False,
) -> tuple[tuple[str, str], ...]:
    """The content of app/config.h. `word_windows`: of a wake word's mean, 0 for another score."""
    audio = front_end.rows if isinstance(front_end.rows, LogMel | Mfcc | MicroSpeech) else None
    return (
        ("MCUGEN_MAX_PAYLOAD", f"{BATCH_PAYLOAD_BYTES if batch > 1 else MAX_PAYLOAD_BYTES}u"),
        ("MCUGEN_ROW_VALUES", f"{front_end.row_values}u"),
        ("MCUGEN_WINDOW_ROWS", f"{front_end.window_rows}u"),
        ("MCUGEN_SAMPLE_RATE_HZ", f"{audio.sample_rate_hz if audio else 0}u"),
        ("MCUGEN_INPUT_BYTES", f"{input_bytes}u"),
        ("MCUGEN_OUTPUT_BYTES", f"{output_bytes}u"),
        ("MCUGEN_SCORE_RECONSTRUCTION", "1" if score == "reconstruction-error" else "0"),
        ("MCUGEN_WAKE_WORD_WINDOWS", f"{word_windows}u"),
        ("MCUGEN_TICK_UNIT", f'"{tick_unit}"'),
        *((("MCUGEN_BATCH", f"{batch}u"),) if batch > 1 else ()),
        *(ENERGY_MACROS if mlperf_energy else ()),
    )
