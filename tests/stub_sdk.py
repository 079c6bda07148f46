# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A made-up MCUXpresso SDK: the functions that our CMakeLists.txt calls, and an image of its own."""

from __future__ import annotations

from pathlib import Path

STUB = {
    "cmake/extension/mcux.cmake": """
function(mcux_add_source)
  cmake_parse_arguments(_ "" "BASE_PATH" "SOURCES" ${ARGN})
  foreach(source ${__SOURCES})
    if(NOT EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${source}")
      message(FATAL_ERROR "no ${source}")
    endif()
  endforeach()
  file(WRITE "${CMAKE_BINARY_DIR}/sources" "${__SOURCES}")
  add_library(own_sources OBJECT EXCLUDE_FROM_ALL ${__SOURCES})
  target_compile_options(own_sources PRIVATE -fno-builtin -std=gnu99)
endfunction()
foreach(name add_include add_macro remove_armgcc_configuration add_armgcc_configuration
             remove_armgcc_linker_script convert_binary)
  cmake_language(EVAL CODE "function(mcux_${name})\\nendfunction()")
endforeach()
function(mcux_add_armgcc_linker_script)
  cmake_parse_arguments(_ "" "BASE_PATH;LINKER" "TARGETS" ${ARGN})
  if(NOT EXISTS "${__BASE_PATH}/${__LINKER}")
    message(FATAL_ERROR "no ${__LINKER}")
  endif()
endfunction()
""",
    "CMakeLists.txt": """
file(WRITE "${CMAKE_BINARY_DIR}/stub.c" "int table[64] = {1};\\nint main(void) { return table[0]; }\\n")
add_executable(${PROJECT_NAME}_${core_id}.elf "${CMAKE_BINARY_DIR}/stub.c")
target_link_options(${PROJECT_NAME}_${core_id}.elf PRIVATE -nostdlib -Wl,-e,main
  "-T${SdkRootDirPath}/stub.ld" -Wl,--print-memory-usage)
""",
    "stub.ld": """
MEMORY { m_text (RX) : ORIGIN = 0, LENGTH = 1M m_data (RW) : ORIGIN = 0x20000000, LENGTH = 64K }
SECTIONS {
  .text : { *(.text*) } > m_text
  .data : { *(.data*) } > m_data AT > m_text
}
""",
    "cmake/toolchain/armgcc.cmake": """
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_C_COMPILER "$ENV{ARMGCC_DIR}/bin/arm-none-eabi-gcc")
set(CMAKE_CXX_COMPILER "$ENV{ARMGCC_DIR}/bin/arm-none-eabi-g++")
set(CMAKE_ASM_COMPILER "$ENV{ARMGCC_DIR}/bin/arm-none-eabi-gcc")
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
""",
}


def write_stub_sdk(workspace: Path) -> Path:
    """The folder mcuxsdk of a west workspace."""
    for path, content in STUB.items():
        target = workspace / "mcuxsdk" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
    return workspace / "mcuxsdk"
