# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Faults planted in the firmware of the board without an SDK: each is named by the emulator, or by the
firmware itself. docs/emulator.md has the same table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mcugen.device.emulated import with_findings
from mcugen.emulator.account import Account
from mcugen.errors import DeviceError
from mcugen.files import write_json
from tests.conftest import ROOT, require_tool
from tests.emulator.images import Edit, build_small, plant, power_on, talk

CLOCKS, DRIVERS, UART, START, HARDWARE, SCRIPT = (
    "clock_config.c drivers.c uart.c startup.c hardware_init.c mcxn947_large.ld".split()
)


def drop(file: str, text: str) -> Edit:
    return Edit(file, text, "")


FAULTS: dict[str, tuple[tuple[Edit, ...], str]] = {
    "no clock setup": (
        (drop(HARDWARE, "  BOARD_InitBootClocks();"),),
        "mcugen fatal: the DCDC converter is not at 1.2 V",
    ),
    "PLL not awaited": (
        (drop(CLOCKS, "  while ((SCG0->APLLCSR & APLLCSR_PLL_LOCK) == 0u) {\n  }\n"),),
        "switched to PLL0, which is not locked",
    ),
    "PLL without its regulator": (
        (drop(CLOCKS, "  SCG0->LDOCSR |= LDO_ENABLE;\n"),),
        "waits for ever for SCG.APLLCSR",
    ),
    "PLL too fast": (
        (Edit(CLOCKS, "PLL_M = 50", "PLL_M = 60"),),
        "the core's clock is above 150 MHz",
    ),
    "core voltage left low": (
        (Edit(CLOCKS, "LEVEL_1V2 << SPC_ACTIVE_CFG_CORELDO_VDD_LVL_SHIFT", "1u << 2u"),),
        "while the core LDO is not at 1.2 V",
    ),
    "DCDC voltage left low": (
        (Edit(CLOCKS, "LEVEL_1V2 << SPC_ACTIVE_CFG_DCDC_VDD_LVL_SHIFT", "1u << 10u"),),
        "while the DCDC converter is not at 1.2 V",
    ),
    "SRAM margin left low": (
        (Edit(CLOCKS, "SPC0->SRAMCTL = LEVEL_1V2", "SPC0->SRAMCTL = 1u"),),
        "while the SRAM is not set for 1.2 V",
    ),
    "wait states left low": (
        (Edit(CLOCKS, "| WAIT_STATES;", "| 1u;"),),
        "less than 3 wait states",
    ),
    "glitch detector armed": (
        (Edit(START, "  disarm_glitch_detectors();", "  (void)disarm_glitch_detectors;"),),
        "while the glitch detector may reset the chip",
    ),
    "LP_FLEXCOMM without a clock": (
        (drop(UART, "  CLOCK_EnableClock(kCLOCK_LPFlexComm4);\n"),),
        "while LPUART4 has no clock (SYSCON.AHBCLKCTRL1.FC4)",
    ),
    "LP_FLEXCOMM held in reset": (
        (
            drop(UART, "  RESET_ClearPeripheralReset(MCUGEN_UART_RESET);\n"),
            drop(HARDWARE, "  RESET_ClearPeripheralReset(MCUGEN_UART_RESET);\n"),
        ),
        "while LPUART4 is held in reset",
    ),
    "LP_FLEXCOMM not a UART": (
        (
            drop(UART, "  MCUGEN_UART->PSELID = PSELID_UART;\n"),
            Edit(UART, "== PSELID_UART", "!= PSELID_UART"),
        ),
        "LP_FLEXCOMM4 is not a UART",
    ),
    "UART without a clock source": (
        (Edit(DRIVERS, "FCCLKSEL[FLEXCOMM] = FRO_12M", "FCCLKSEL[FLEXCOMM] = 0u"),),
        "LP_FLEXCOMM4 has no 12 MHz clock",
    ),
    "UART's divider halted": (
        (drop(DRIVERS, "  SYSCON->FLEXCOMMCLKDIV[FLEXCOMM] = value - 1u;\n"),),
        "the clock divider of LP_FLEXCOMM4 is halted",
    ),
    "wrong baud rate": (
        (Edit(UART, "best = (samples - 1u)", "best = samples"),),
        "baud, the host at 115200",
    ),
    "pins not routed": (
        (drop(HARDWARE, "  BOARD_InitPins();\n"),),
        "pin P1_8 does not receive",
    ),
    "port without a clock": (
        (drop("pin_mux.c", "  CLOCK_EnableClock(kCLOCK_Port1);\n"),),
        "while PORT1 has no clock",
    ),
    "receiver off": (
        (Edit(UART, "CTRL = CTRL_TRANSMIT | CTRL_RECEIVE;", "CTRL = CTRL_TRANSMIT;"),),
        "LPUART4 has its receiver off",
    ),
    "receive interrupt off": (
        (Edit(UART, "|= CTRL_RECEIVE_INTERRUPT | CTRL_OV", "|= CTRL_OV"),),
        "its receive interrupt is off (CTRL.RIE)",
    ),
    "wrong interrupt": (
        (Edit("fsl_common.h", "LP_FLEXCOMM4_IRQn = 39", "LP_FLEXCOMM4_IRQn = 38"),),
        "interrupt 39 (LP_FLEXCOMM4) is not enabled in the NVIC",
    ),
    "missing vector": (
        (Edit(START, "= LP_FLEXCOMM4_IRQHandler", "= 0"),),
        "the vector of interrupt 39 (LP_FLEXCOMM4) is 0x00000000, where no code is",
    ),
    "stack in a bank without a clock": (
        (
            Edit(
                SCRIPT,
                "m_data       (RW) : ORIGIN = 0x20000000, LENGTH = 312K",
                "m_data       (RW) : ORIGIN = 0x20050000, LENGTH = 96K",
            ),
        ),
        "in RAMG, which has no clock (SYSCON.AHBCLKCTRL0.RAMG)",
    ),
    ".data not copied": (
        (
            Edit(START, "*to = *from++;", "(void)*from++;"),
            Edit(START, "int main(void);", "int main(void);\nuint32_t planted[8] = {1, 2, 3};"),
            Edit(START, "(void)main();", "planted[0]++;\n  (void)main();"),
        ),
        "main begins while .data holds what RAM held at power-on",
    ),
    ".bss not cleared": (
        (drop(START, "    *word = 0u;\n"),),
        "main begins while .bss holds what RAM held at power-on",
    ),
    "FPU off": (
        (Edit(START, "SCB->CPACR |= SCB_CPACR_FPU_Msk;", '__asm__ volatile("vmov s0, r0");'),),
        "a floating-point instruction while the FPU is off (CPACR)",
    ),
    "handler that loses a register": (
        (
            Edit(
                UART,
                "void MCUGEN_UART_HANDLER(void) {\n",
                'void MCUGEN_UART_HANDLER(void) {\n  __asm__ volatile("mov r11, sp");\n',
            ),
        ),
        "the handler of interrupt 39 (LP_FLEXCOMM4) changed r11",
    ),
    "write to flash": (
        (
            Edit(
                START,
                "  run_constructors();",
                '  run_constructors();\n  __asm__ volatile("str r0, [%0]" ::"r"(0x400u));',
            ),
        ),
        "in flash, which cannot be written",
    ),
    "call of nothing": (
        (
            Edit(
                START,
                "  run_constructors();",
                "  run_constructors();\n  ((handler_t)0x10000001u)();",
            ),
        ),
        "code was fetched from 0x10000000, where nothing is",
    ),
    "stack overflow": (
        (
            Edit(
                START,
                "  run_constructors();",
                '  run_constructors();\n  __asm__ volatile("sub sp, #16384\\n push {r0}");',
            ),
        ),
        "the stack went below its limit (MSPLIM)",
    ),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_small(tmp_path_factory.mktemp("planted"))


INTERRUPTED = """
  __set_MSPLIM((uint32_t)__StackLimit);
  __asm__ volatile(
      "ldr r1, =0xE000ED04 \\n mov r2, #0x04000000 \\n mvn r0, #0 \\n str r2, [r1]"
      ::: "r0", "r1", "r2", "memory");
"""
"""Sets the stack's limit and pends SysTick while r0, by which the emulator reads the limit, is above it."""


def test_the_limit_of_the_stack_is_the_one_that_was_set(project: Path) -> None:
    end = "  (void)SysTick_Config(SYSTICK_RELOAD);\n"
    answer, found = talk(plant(project, (Edit("port.c", end, end + INTERRUPTED),)))
    assert answer.startswith(b"m-name-") and not found, (answer, found)


def test_without_a_fault_it_answers(project: Path) -> None:
    said, found = talk(project / "build" / "firmware.elf")
    assert said.endswith(b"m-ready\r\n"), said
    assert found == ""


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named(fault: str, project: Path) -> None:
    require_tool("cmake")
    edits, wanted = FAULTS[fault]
    said, found = talk(plant(project, edits))
    assert wanted in said.decode(errors="replace") + found, (said, found)


def test_a_mute_firmware_is_found_where_it_stands(project: Path, tmp_path: Path) -> None:
    """A UART that does not start leaves only the LED: nothing is wrong that the emulator could find."""
    edit = Edit(UART, "return (MCUGEN_UART->PSELID & PSELID_MASK) == PSELID_UART;", "return false;")
    chip = power_on(plant(project, (edit,)))
    for _ in range(3):
        assert not chip.advance() and chip.take() == b""
    assert not chip.findings.sentences
    assert re.match(r"(stop|end_fatal|wait_loops)\+", chip.place), chip.place
    report = tmp_path / "account.json"
    write_json(report, Account.of(chip, 1).as_json())
    told = with_findings(DeviceError("no answer to HELLO in 10 s"), report)
    assert told.what == (
        f"no answer to HELLO in 10 s; the emulator found nothing wrong; its core was at {chip.place}"
    )


def test_the_document_has_every_fault() -> None:
    text = (ROOT / "docs" / "emulator.md").read_text()
    assert [fault for fault, (_, wanted) in FAULTS.items() if wanted not in text] == []
