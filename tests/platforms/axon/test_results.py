# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Results of Nordic's executor and the log of its test application, as files in the documented form."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mcugen.cli import main
from mcugen.errors import DataError
from mcugen.export.manifest import load_manifest
from mcugen.model.reference import open_reference
from mcugen.platforms.axon.results import (
    parse_maps,
    read_histogram,
    read_outputs,
    read_variants,
    workspace_records,
)
from mcugen.platforms.axon.uart_log import log_records, parse_axon_log
from mcugen.records import ClipRecord, LatencyRecord, MemoryRecord, RunRecord, from_json_line
from mcugen.samples.expected import expected_outputs
from mcugen.toolchain.project import open_project
from tests.device.projects import small_model
from tests.schemas import written_as
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

RESULTS = """small:
  accuracy_results:
    axons: 91.5
    float: NA
    tflite: 92.0
  memory_footprint:
    cmd_buffer_size: 632
    interlayer_buffer_size: 768
    model_const_buffer_size: 271512
    psum_buffer_size: 0
  performance_metrics:
    accuracy: 91.5
    flash_size: 272144
  profiling_ticks: 70645
  quantization_loss:
    axons: null
    tflite: 1.5
  test_data_size: 4
  variant_settings:
    psum_location: ''
    quantization: false
"""
HISTOGRAM = "".join(f"{step},{count}\n" for step, count in enumerate([63, 1] + [0] * 254))


def built(folder: Path, name: str, content: bytes, inputs: NDArray[np.int8]) -> Path:
    """The project for the NPU of a model with test data."""
    model, arrays = folder / f"{name}.tflite", folder / "x.npy"
    model.write_bytes(content)
    np.save(arrays, inputs)
    words = ["build", str(model), "--board", "nrf54lm20", "--test-data", str(arrays)]
    with pytest.raises(SystemExit) as ended:
        main([*words, "--out", str(folder / "project")])
    assert not ended.value.code
    return folder / "project"


def put_results(project: Path, name: str, histogram: str, outputs: NDArray[np.int8]) -> None:
    """What the executor leaves in the workspace."""
    rows = "".join(",".join(map(str, row)) + ",\n" for row in outputs.tolist())
    for path, text in (
        (
            f"intermediate/nrf_axon_model_{name}_variants_result_.yml",
            RESULTS.replace("small:", f"{name}:"),
        ),
        (f"intermediate/nrf_axon_model_{name}_histogram_result.txt", histogram),
        (f"outputs/nrf_axon_model_{name}_test_inference_labels_.csv", rows),
    ):
        target = project / "axon" / path
        target.parent.mkdir(exist_ok=True)
        target.write_text(text)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project for the NPU whose executor has run: one value of 64 is off by one."""
    inputs = np.random.default_rng(3).integers(-128, 128, (4, 16), np.int8)
    project = built(tmp_path, "small", small_model(), inputs)
    with open_reference(tmp_path / "small.tflite", rounding="double") as reference:
        outputs = expected_outputs(reference, inputs)[0]
    assert outputs.shape == (4, 16)
    outputs[2, 5] += 1
    put_results(project, "small", HISTOGRAM, outputs)
    return project


def test_a_workspace_becomes_records(folder: Path) -> None:
    records = workspace_records(open_project(folder))
    head, clip, latency, *memories = records
    assert isinstance(head, RunRecord) and isinstance(clip, ClipRecord)
    assert isinstance(latency, LatencyRecord)
    assert "tflite-micro" in (head.reference or "")
    facts = dict(head.facts)
    assert facts["accuracy, axons"] == "91.5" and facts["quantisation loss, tflite"] == "1.5"
    assert "accuracy, float" not in facts
    assert "1 of 64 outputs differ, by 1 at most" in facts.values()
    assert (clip.windows, clip.outputs_compared, clip.outputs_different) == (4, 64, 1)
    assert (latency.unit, latency.mean, latency.median) == ("cycles", 70645.0, None)
    sizes = {m.name: m.used_bytes for m in memories if isinstance(m, MemoryRecord)}
    assert sizes == {
        "flash: constants": 271512,
        "flash: command buffer": 632,
        "ram: interlayer buffer": 768,
        "ram: psum buffer": 0,
    }


def test_the_verb_writes_records_and_report(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["results", str(folder), "--out", str(tmp_path / "out")])
    assert not ended.value.code
    said = capsys.readouterr().out
    assert re.search(r"70.645 cycles", said) and "accuracy, axons: 91.5" in said
    lines = (tmp_path / "out" / "records.jsonl").read_text().splitlines(keepends=True)
    assert isinstance(from_json_line(lines[0], "here"), RunRecord)
    assert (tmp_path / "out" / "report.html").is_file()
    with pytest.raises(SystemExit):
        main(["results", str(folder), "--out", str(tmp_path / "out"), "--json"])
    assert written_as("summary", capsys.readouterr().out)["clips"] == 1


def test_planes_are_put_back_in_order(tmp_path: Path) -> None:
    """[C][H][W] of the NPU against [H][W][C] of everybody else, by an image of 2 x 3 x 4."""
    shape = (1, 2, 3, 4)
    tensors = [TensorSpec(shape, "int8", 0.1, 0), TensorSpec(shape, "int8", 1 / 256, -128)]
    content = model_bytes(tensors, [OpSpec("LOGISTIC", [0], [1])], [0], [1])
    inputs = np.random.default_rng(3).integers(-128, 128, (5, *shape[1:]), np.int8)
    project = built(tmp_path, "image", content, inputs)
    with open_reference(tmp_path / "image.tflite", rounding="double") as reference:
        outputs = expected_outputs(reference, inputs)[0].reshape(5, *shape[1:])
    put_results(project, "image", HISTOGRAM, outputs.transpose(0, 3, 1, 2).reshape(5, -1))
    records = workspace_records(open_project(project))
    (clip,) = [r for r in records if isinstance(r, ClipRecord)]
    assert (clip.outputs_compared, clip.outputs_different) == (5 * 24, 0)


def several_outputs() -> bytes:
    tensors = [TensorSpec((1, 16), "int8", 0.5, 0)] * 3
    ops = [OpSpec("TANH", [0], [1]), OpSpec("LOGISTIC", [0], [2])]
    return model_bytes(tensors, ops, [0], [1, 2])


def test_several_outputs_are_not_compared(tmp_path: Path) -> None:
    """The executor's CSV then has one line per output, its histogram a list of arrays."""
    project = built(tmp_path, "two", several_outputs(), np.zeros((1, 16), np.int8))
    put_results(project, "two", "0,[16 0]\n1,[15 1]\n", np.zeros((2, 16), np.int8))
    head, *others = workspace_records(open_project(project))
    assert isinstance(head, RunRecord) and head.reference is None
    assert dict(head.facts)["comparison"] == "none: the model has several outputs"
    assert not [r for r in others if isinstance(r, ClipRecord)]
    assert len([r for r in others if isinstance(r, MemoryRecord)]) == 4


def half(text: str) -> str:
    return text[: len(text) // 2]


FOREIGN: dict[str, tuple[Callable[[str, str], object], str, str]] = {
    "cut results": (
        read_variants,
        RESULTS[: RESULTS.index("  quantization_loss")],
        "has no quantization_loss",
    ),
    "results cut in a word": (read_variants, half(RESULTS), "not a `key: value` line"),
    "empty results": (read_variants, "", "no variant"),
    "another YAML": (read_variants, "services:\n  web: 1\n", "'services' has no accuracy_results"),
    "a list": (read_variants, "- a\n", "not a `key: value` line"),
    "an object": (read_variants, "a: !!python/object\n", "is not a plain value"),
    "a key twice": (read_variants, "a: 1\na: 2\n", "there twice"),
    "a size that is none": (
        read_variants,
        RESULTS.replace("632", "many"),
        "'many' is not a count",
    ),
    "cut histogram": (read_histogram, half(HISTOGRAM), "cut off|not `"),
    "another histogram": (read_histogram, "0;1\n", "not `0,count`"),
    "other values": (lambda text, where: read_outputs(text, 2, where), "1,x\n", "whole numbers"),
    "int32 values": (lambda text, where: read_outputs(text, 2, where), "1,70000\n", "of int8"),
    "a short line": (lambda text, where: read_outputs(text, 2, where), "1,2\n1\n", ":2: 1 values"),
    "no line": (lambda text, where: read_outputs(text, 2, where), "", "no vector"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_foreign_and_cut_files_are_refused(name: str) -> None:
    read, text, words = FOREIGN[name]
    with pytest.raises(DataError, match=words):
        read(text, "file")


def test_a_workspace_that_was_not_compiled_is_refused(folder: Path) -> None:
    results = folder / "axon/intermediate/nrf_axon_model_small_variants_result_.yml"
    results.unlink()
    with pytest.raises(DataError, match="does not exist"):
        workspace_records(open_project(folder))


def test_maps_hold_what_yaml_dump_writes() -> None:
    text = "a:\n  b: 1.0e-05\n  c:\n    d: null\n  e: 'x y'\nf: -3\n"
    assert parse_maps(text, "f") == {"a": {"b": 1e-5, "c": {"d": None}, "e": "x y"}, "f": -3}


def case(number: int, what: str, outcome: str, ticks: str, result: str = "PASS") -> str:
    return (
        f"\r\nTEST:\ttest_nn_inference_small\tSTART CASE NO\t{number}\n"
        f"Test inference small vector {what}\n{outcome}\n{ticks}\n"
        f"\r\nTEST:\ttest_nn_inference_small\tCASE NO\t{number}\tRESULT:\t{result}\n"
    )


BOOT = "*** Booting nRF Connect SDK v3.4.0 ***\nHello world from nrf54lm20dk\nticks per second 1000000\n"
GAPS = "output matched 13, mismatched 3, max error 2 occurred 1 times."
FULL = "model small inference: ndx 7, label STOP, score 266802540, profiling ticks"
LOG = (
    BOOT
    + case(0, "0 FULL MODEL sync mode", "output bit exact!", f"{FULL} 5213")
    + case(1, "1 FULL MODEL async mode", GAPS, f"{FULL} 5254", "FAIL")
    + case(2, "0 layer 0", "output bit exact!", "profiling ticks 699")
    + "\r\nTEST:\ttest_nn_inference_small\tCOMPLETE\tPASS COUNT\t2\tFAIL COUNT\t1\n"
    + "test_nn_inference complete!\n"
)


def test_a_log_becomes_records(folder: Path) -> None:
    records = log_records(LOG, load_manifest(folder), [16], "log")
    head = records[0]
    clips = [r for r in records if isinstance(r, ClipRecord)]
    costs = {r.name: r for r in records if isinstance(r, LatencyRecord)}
    assert isinstance(head, RunRecord) and dict(head.facts)["passed"] == "2 of 3 cases"
    assert [(c.outputs_compared, c.outputs_different) for c in clips] == [(16, 0), (16, 3)]
    assert (costs["inference"].minimum, costs["inference"].maximum) == (5_213_000.0, 5_254_000.0)
    assert costs["layer 0"].mean == 699_000.0 and costs["layer 0"].unit == "nanoseconds"
    slower = LOG.replace("per second 1000000", "per second 250000")
    records = log_records(slower, load_manifest(folder), [16], "log")
    costs = {r.name: r for r in records if isinstance(r, LatencyRecord)}
    assert costs["layer 0"].mean == 4 * 699_000.0


def whole_log(*cases: str, announced: int | None = None) -> str:
    """The log of these cases, counted."""
    passed = sum("RESULT:\tPASS" in one for one in cases)
    head = f"\r\nTEST:\ttest_nn_inference_small\tCASE COUNT\t{announced or len(cases)}\n"
    counts = f"COMPLETE\tPASS COUNT\t{passed}\tFAIL COUNT\t{len(cases) - passed}\n"
    return BOOT + head + "".join(cases) + f"\r\nTEST:\ttest_nn_inference_small\t{counts}"


def test_every_output_of_a_case_counts(folder: Path) -> None:
    """The application compares output by output; 3 of the first and 1 of the third differ."""
    third = "output matched 4, mismatched 1, max error 1 occurred 1 times."
    several = f"{GAPS}\noutput bit exact!\n{third}"
    text = whole_log(case(0, "0 FULL MODEL sync mode", several, f"{FULL} 1", "FAIL"))
    records = log_records(text, load_manifest(folder), [16, 8, 5], "log")
    (clip,) = [r for r in records if isinstance(r, ClipRecord)]
    assert (clip.outputs_compared, clip.outputs_different) == (29, 4)


def test_cases_that_did_not_run_are_told(folder: Path) -> None:
    """The driver refused one; the application ended two before the number that it had announced."""
    exact = case(0, "0 FULL MODEL sync mode", "output bit exact!", f"{FULL} 9")
    refused = case(1, "1 FULL MODEL async mode", "", "", "FAIL")
    records = log_records(
        whole_log(exact, refused, announced=4), load_manifest(folder), [16], "log"
    )
    head, *others = records
    assert isinstance(head, RunRecord)
    assert dict(head.facts) == {
        "passed": "1 of 4 cases",
        "not run": "1 cases: the NPU's driver refused them",
    }
    assert [r.clip for r in others if isinstance(r, ClipRecord)] == ["small vector 0"]


def test_the_log_of_another_model_is_refused(folder: Path) -> None:
    manifest = load_manifest(folder)
    with pytest.raises(DataError, match="of the model 'kws', the project's is 'small'"):
        log_records(
            LOG.replace("inference small vector", "inference kws vector"), manifest, [16], ""
        )
    with pytest.raises(DataError, match=r"case 1 compares 1 outputs of \[16\] values"):
        log_records(LOG, manifest, [640], "log")
    with pytest.raises(DataError, match=r"case 0 compares 1 outputs of \[16\] values"):
        log_records(LOG, manifest, [16, 4], "log")


LOGS_REFUSED = {
    "not the log": "hello\n",
    "ends after 2 cases": LOG[: LOG.index("START CASE NO\t2")] + "START CASE NO\t2\n",
    "lines are missing": LOG.replace("PASS COUNT\t2", "PASS COUNT\t3"),
    "case 1 is damaged": LOG.replace("vector 1 FULL", "vector FULL"),
    "case 2 is damaged": LOG.replace("CASE NO\t2\tRESULT", "CASE NO\t4\tRESULT"),
    "case 0 does not say": LOG.replace("output bit exact!", "output", 1),
    "case 2 does not say": LOG.replace("output bit exact!\nprofiling", f"{GAPS}\nprofiling"),
}


@pytest.mark.parametrize("words", LOGS_REFUSED)
def test_foreign_and_cut_logs_are_refused(words: str) -> None:
    with pytest.raises(DataError, match=words):
        parse_axon_log(LOGS_REFUSED[words], "log")
