# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Kernels with vectors equal TFLite Micro with every instruction set: SSE2, AVX2 and plain C on the PC,
NEON and SDOT under qemu-aarch64, Helium on an emulated Cortex-M55 and as C."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mcugen.boards import find_board
from mcugen.engines import ENGINES
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared.vectors import Blocks, block_channels, pack_constants, pack_weights
from tests.c_compiler import compile_program
from tests.conftest import ROOT, require_tool
from tests.engines.c_engine import AARCH64, HOSTS
from tests.engines.ops.convolutions import ACTIVATIONS, Case, vectors_of_cases
from tests.engines.vectors import Vectors, differences

DEPTHWISE = Case(kind="DEPTHWISE_CONV_2D", channels=8)
FINE = {"smallest_weight": -1, "largest_weight": 1, "gain": 40, "output_zero_point": -9}
EDGES = (
    *(Case(filter=(1, 1), channels=c, outputs=n) for c, n in ((8, 8), (16, 3), (24, 17), (5, 9))),
    *(Case(filter=(1, 1), channels=16, outputs=8, image=(1, n)) for n in (1, 2, 3, 5)),
    *(Case(padding=p, stride=s) for p in ("SAME", "VALID") for s in ((1, 1), (2, 2), (1, 2))),
    *(Case(dilation=d, image=(9, 8)) for d in ((2, 2), (1, 2), (3, 1))),
    *(Case(channels=c, outputs=20, image=(4, 3)) for c in (1, 3, 6, 11)),
    Case(filter=(5, 5), channels=3, image=(2, 2), batches=2),
    Case(filter=(3, 1), channels=8, image=(9, 1), stride=(2, 1)),  # one column
    *(replace(DEPTHWISE, channels=16, filter=(f, 1), image=(9, 1)) for f in (3, 5)),
    *(Case(activation=a, outputs=9, output_zero_point=z) for a in ACTIVATIONS for z in (-128, 127)),
    *(Case(gain=gain) for gain in (0.001, 0.4, 1e3, 1e8)),
    Case(smallest_weight=-128, outputs=9),
    Case(channels=16, outputs=8, **FINE),
    *(replace(DEPTHWISE, channels=c, stride=s) for c in (8, 9, 16, 23) for s in ((1, 1), (2, 2))),
    *(
        replace(DEPTHWISE, channels=16, filter=f, image=(12, 9))
        for f in ((10, 4), (1, 1), (2, 2), (1, 8))
    ),
    *(replace(DEPTHWISE, channels=16, dilation=d, image=(9, 8)) for d in ((2, 2), (1, 2))),
    *(replace(DEPTHWISE, activation=a, batches=2) for a in ACTIVATIONS),
    *(replace(DEPTHWISE, gain=gain) for gain in (0.001, 0.4, 1e3, 1e8)),
    replace(DEPTHWISE, smallest_weight=-128),
    replace(DEPTHWISE, channels=20, **FINE),
)


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return vectors_of_cases(EDGES, tmp_path_factory.mktemp("edges"))


WHERE = (*(("simd", on) for on in (*HOSTS, *AARCH64)), ("mve", "host"), ("mve", "helium"))


def options(isa: str, rounding: str = "double") -> EngineOptions:
    return EngineOptions(isa=frozenset({isa}), rounding=rounding)  # type: ignore[arg-type]


@pytest.mark.parametrize("rounding", ["double", "single"])
@pytest.mark.parametrize(("isa", "on"), WHERE, ids=lambda word: word)
def test_edges_equal_the_reference(
    isa: str, on: str, rounding: str, edges: Vectors, tmp_path: Path
) -> None:
    assert not any(differences(edges, options(isa, rounding), tmp_path, on=on))


@pytest.mark.parametrize(("isa", "most"), [("simd", 6), ("mve", 22)])
def test_most_edges_run_in_vectors(isa: str, most: int, edges: Vectors) -> None:
    """Weights of -128, shifts to the left and, of depthwise layers, fewer channels than a block are left to
    the portable kernels."""
    tree = ENGINES["aot"].emit(edges.graph, options(isa))
    (model,) = (text for path, text in tree.items() if path.endswith("_model.c"))
    calls = [line for line in model.decode().splitlines() if line.startswith("  mcugen_")]
    portable = [line for line in calls if f"_{isa}_" not in line]
    assert len(calls) >= len(EDGES)
    assert len(portable) <= most


BREAKS = (
    (
        "host",
        "simd_avx2.h",
        "_mm256_and_si256(high, shifts), 31",
        "_mm256_slli_epi32(high, 31), 31",
    ),
    ("host", "simd_avx2.h", "_mm256_madd_epi16(w3, last)", "_mm256_madd_epi16(w3, first)"),
    ("sse2", "simd_sse2.h", "weights + 48), last", "weights + 32), last"),
    ("c", "simd_c.h", "k / 4 * 4 * MCUGEN", "k / 4 * MCUGEN"),
    ("neon", "simd_neon.h", "vandq_s32(high, shifts), 31", "vshlq_n_s32(high, 31), 31"),
    ("neon", "simd_neon.h", "w.val[1], x, w.val[3], y", "w.val[1], x, w.val[3], x"),
    ("sdot", "simd_neon.h", "w.val[3], x, 1", "w.val[3], x, 0"),
    ("sdot", "simd_neon.h", "(part, v, 2, x.val[i], 3)", "(part, v, 2, x.val[i], 2)"),
    ("neon", "simd_neon.h", "weights + MCUGEN_LANES)", "weights)"),
    ("host", "padded_rows.h", "row - rows.back : row", "row : row"),
    ("host", "padded_rows.h", "y < 0 || ", ""),
    ("host", "depthwise_conv_2d_rows.h", "o < last ? o : last", "o < last ? o : 0"),
    ("helium", "conv_2d_mve.c", "vqadd.s32 %q[v0], %q[v0]", "vqsub.s32 %q[v0], %q[v0]"),
    ("helium", "conv_2d_mve.c", "r12, %q[v1], %q[v2]", "r12, %q[v0], %q[v2]"),
    ("helium", "depthwise_conv_2d_mve.c", 'NUDGE("d") ', ""),
    ("helium", "depthwise_conv_2d_mve.c", "vmullt.s8 %q[x]", "vmullb.s8 %q[x]"),
    ("host", "depthwise_conv_2d_mve.c", "{0, 2, 1, 3}", "{0, 1, 2, 3}"),
    ("host", "conv_2d_tiles.h", "at.x + f->width <= f->in_width", "true"),
    ("host", "depthwise_conv_2d_blocks.h", "o < last ? o : last", "o < last ? o : 0"),
    ("host", "depthwise_conv_2d_blocks.h", "(uint32_t)column < end", "column < (int32_t)end"),
    ("host", "depthwise_conv_2d_blocks.h", "whole && was_whole", "was_whole"),
)
WALKS_OF_HELIUM = ("conv_2d_tiles.h", "depthwise_conv_2d_blocks.h")


@pytest.mark.parametrize("broken", BREAKS, ids=lambda b: f"{b[0]} {b[2]}")
def test_a_break_is_noticed(
    broken: tuple[str, str, str, str], edges: Vectors, tmp_path: Path
) -> None:
    on, file, old, new = broken
    patch = (f"runtime/kernels/{file}", old, new)
    isa = "mve" if "mve" in file or file in WALKS_OF_HELIUM else "simd"
    assert any(differences(edges, options(isa), tmp_path, on=on, patch=patch))


def test_packing_keeps_every_number() -> None:
    """Undoes what conv_2d_vector.h describes, independently of how it is done."""
    rng = np.random.default_rng(3)
    weights = rng.integers(-127, 128, (11, 13)).astype(np.int8)
    constants = rng.integers(-(2**31), 2**31, (11, 3)).astype(np.int32)
    blocks = Blocks("simd", lanes=8, group=4, step=8, together=4, cost=1.0)
    for reuse_last in (False, True):
        channels = block_channels(11, blocks.lanes, reuse_last=reuse_last)
        packed = pack_weights(weights, channels, blocks).reshape(2, 4, 8, 4)
        packed_constants = pack_constants(constants, channels).reshape(2, 3, 8)
        for block, first in enumerate((0, 3 if reuse_last else 8)):
            for lane in range(min(8, 11 - first)):
                taps = packed[block, :, lane].reshape(-1)
                assert (taps[:13] == weights[first + lane]).all()
                assert not taps[13:].any()
                assert (packed_constants[block, :, lane] == constants[first + lane]).all()


def test_a_processor_without_sdot_is_refused(tmp_path: Path) -> None:
    (tmp_path / "main.c").write_text(
        '#include "port.h"\nint main(void) {\n  mcugen_port_init();\n  return 0;\n}\n'
    )
    board = find_board("imx93")
    sources = [tmp_path / "main.c", board.folder.parent / "host" / "port.c"]
    flags = [*board.cpu_flags, "-O1", f"-I{ROOT / 'runtime'}"]
    program = compile_program(
        f"{board.compiler_prefix}gcc", sources, tmp_path / "program", flags=flags, link=["-static"]
    )
    for core, status in (("max", 0), ("cortex-a53", 1)):
        command = [require_tool("qemu-aarch64"), "-cpu", core, str(program)]
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)
        assert done.returncode == status
        assert (b"mcugen fatal: compiled for SDOT" in done.stdout) == bool(status)
