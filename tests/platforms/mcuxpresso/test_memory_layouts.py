# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Memory layouts of MCUXpresso projects: the options, and images that are linked as they say."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from mcugen.engines import ENGINES
from mcugen.errors import ConfigError
from mcugen.platforms.mcuxpresso.project import memory_layouts
from tests.conftest import require_tool
from tests.platforms.mcuxpresso.exports import BOARD, LAYOUT, export, text


def test_memory_layouts() -> None:
    tree = export(memory="sramx")
    assert 'REGION_ALIAS("m_arena", m_sramx)' in text(tree, "board/arena_region.ld")
    assert "LINKER board/mcxn947_large.ld" in text(tree, "CMakeLists.txt")
    large = memory_layouts(BOARD)["large"]
    assert large.flash is not None
    assert large.flash.bytes == 2096128
    with pytest.raises(ConfigError) as caught:
        export(memory="larg")
    assert "large" in caught.value.hint


PROGRAM = """
static unsigned char model_arena[ARENA_BYTES] __attribute__((aligned(16)));
int table[3000];
int one = 1;
void Reset_Handler(void) { model_arena[table[0]] = (unsigned char)one; }
__attribute__((section(".isr_vector"), used)) static void *vectors[] = {0, (void *)Reset_Handler};
"""


HOT = {
    "runtime": "int kernel(int x); int kernel(int x) { return 2 * x; }",
    "model": "extern const int weights[]; const int weights[9] = {1};"
    "int layer(void); int layer(void) { return 1; }",
}


RAMA_END = 0x20000000 + 32 * 1024


SDK_RAM_END = 0x20000000 + 312 * 1024


def link_map(folder: Path, memory: str, arena_bytes: int) -> dict[str, int]:
    """The symbols of a small image that is linked as the layout says."""
    gcc, nm = require_tool("arm-none-eabi-gcc"), require_tool("arm-none-eabi-nm")
    (folder / "program.c").write_text(PROGRAM)
    for name in LAYOUT:
        (folder / f"{name}.ld").write_text(text(export(memory=memory), f"board/{name}.ld"))
    symbols = ["-Wl,--defsym=__heap_size__=1000", "-Wl,--defsym=__stack_size__=8192"]
    flags = [*BOARD.cpu_flags, "-fdata-sections", "-nostdlib", f"-DARENA_BYTES={arena_bytes}"]
    script = f"-T{BOARD.folder / 'mcxn947_large.ld'}"
    places = [f"-L{folder}", f"-L{BOARD.folder}"]
    for name, source in HOT.items():
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "hot.c").write_text(source)
        target = [*flags, "-c", f"{name}/hot.c", "-o", f"{folder}/{name}/hot.c.obj"]
        subprocess.run([gcc, *target], cwd=folder, check=True, capture_output=True, text=True)
    objects = ["program.c", *(f"{folder}/{name}/hot.c.obj" for name in HOT)]
    link = [gcc, *flags, *symbols, *places, script, *objects, "-o", "program.elf"]
    subprocess.run(link, cwd=folder, check=True, capture_output=True, text=True)
    output = subprocess.check_output([nm, "program.elf"], cwd=folder, text=True)
    return {words[2]: int(words[0], 16) for words in map(str.split, output.splitlines())}


@pytest.mark.parametrize(("memory", "arena_bytes"), [("large", 390_000), ("sramx", 98_304)])
def test_only_the_arena_lies_beyond_the_ram_of_the_sdk(
    tmp_path: Path, memory: str, arena_bytes: int
) -> None:
    """The stack in RAMA, whose clock never stops; an arena of the largest size that fits."""
    at = link_map(tmp_path, memory, arena_bytes)
    assert at["__StackLimit"] == 0x20000000
    assert at["__StackTop"] - at["__StackLimit"] == 8192
    assert at["__StackTop"] <= RAMA_END
    assert at["__StackTop"] <= at["one"] < at["table"] < at["__HeapBase"]
    assert at["__HeapBase"] < at["__HeapLimit"] <= SDK_RAM_END
    start = at["__HeapLimit"] if memory == "large" else 0x04000000
    assert at["model_arena"] == at["__arena_start__"] == start
    assert at["__arena_end__"] == start + arena_bytes
    with pytest.raises(subprocess.CalledProcessError) as caught:
        link_map(tmp_path, memory, arena_bytes + 40_000)
    assert re.search("(not within|will not fit in) region", caught.value.stderr)


def test_hot_code_and_weights_leave_the_flash(tmp_path: Path) -> None:
    """Code in SRAMX, copied by SystemInitHook; weights in the .data that start-up code copies."""
    at = link_map(tmp_path, "fast", 200_000)
    for name in ("kernel", "layer"):
        assert at["__fast_code_start__"] <= at[name] < at["__fast_code_end__"]
    assert at["__fast_code_start__"] == 0x04000000
    assert at["__fast_code_load__"] % 4 == (at["__fast_code_end__"]) % 4 == 0
    assert at["__data_start__"] <= at["weights"] < at["__data_end__"] <= SDK_RAM_END
    assert at["Reset_Handler"] < 0x00200000
    assert at["model_arena"] == at["__HeapLimit"]
    cold = link_map(tmp_path, "large", 200_000)
    assert cold["__fast_code_start__"] == cold["__fast_code_end__"]
    assert max(cold["kernel"], cold["layer"], cold["weights"]) < 0x00200000


def test_the_npu_has_no_arena_in_sramx() -> None:
    with pytest.raises(ConfigError, match="--memory sramx does not go with the NPU") as caught:
        export(engine=ENGINES["tflm"], npu=True, memory="sramx")
    assert "--memory large" in caught.value.hint
