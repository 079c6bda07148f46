# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The published JSON Schemas: they are those of the code, and what mcugen writes keeps to them.

Evaluations, training, bundles and SDKs are looked at where they are tested.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mcugen.records import Run, to_json_line
from mcugen.report.files import summary_json
from tests.cli.calls import call
from tests.conftest import ROOT, require_tool
from tests.device.test_per_layer import three_convolutions
from tests.report.runs import clip, head, labelled_run
from tests.schemas import SCHEMAS, written_as

Capture = pytest.CaptureFixture[str]
LOGS = ROOT / "tests" / "fixtures" / "benchmark_logs"


def test_the_published_schemas_are_those_of_the_code() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    program = "import json; from tools.schemas import published; print(json.dumps(published()))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    found = {path.name: json.loads(path.read_text()) for path in SCHEMAS.iterdir()}
    assert found == json.loads(done.stdout), "run `make docs`"
    for schema in found.values():
        jsonschema.validators.validator_for(schema).check_schema(schema)


def test_another_key_does_not_pass() -> None:
    value = json.loads(summary_json(labelled_run()))
    written_as("summary", value)
    with pytest.raises(AssertionError, match="colour"):
        written_as("summary", value | {"colour": "red"})
    with pytest.raises(AssertionError, match="schema"):
        written_as("summary", value | {"schema": 2})


@pytest.mark.parametrize("name", ["tf28_profile", "tf29_cpu", "delegate_aborts"])
def test_parsed_logs(name: str, capfd: Capture) -> None:
    written_as("parsed-log", call(capfd, "parse-log", LOGS / f"{name}.log", "--json").out)


def test_records_and_summary() -> None:
    run = labelled_run()
    records = (run.head, *run.clips, *run.latencies, *run.memories)
    for record in records:
        written_as("records", to_json_line(record))
    few = Run(head(row_s=0.032, stride_rows=1), (clip(1, None, 1.0, (1,)),))
    assert written_as("summary", summary_json(few).decode())["load"]["unit"] == "instructions"


def test_a_project_from_its_model_to_the_comparison(tmp_path: Path, capfd: Capture) -> None:
    require_tool("gcc")
    model, project, out = (tmp_path / name for name in ("three.tflite", "project", "run"))
    model.write_bytes(three_convolutions())
    words = ["--board", "host", "--per-layer", "--out", project]
    assert call(capfd, "build", model, *words).status == 0
    written_as("manifest", project / "manifest.json")
    written_as("build", project / "build" / "build.json")
    written_as("inspect", call(capfd, "inspect", model, "--json").out)
    few = ["verify", project, "--vectors", 2, "--json"]
    assert len(written_as("verify", call(capfd, *few).out)["verdicts"]) == 1
    written_as("verify", project / "build" / "verify.json")
    assert len(written_as("verify", call(capfd, *few, "--per-layer").out)["verdicts"]) == 3
    answer = call(capfd, "run", project, "--profile", "--out", out, "--json")
    assert answer.status == 0, answer.err
    assert len(written_as("summary", answer.out)["layers"]) == 3
    for line in (out / "records.jsonl").read_text().splitlines():
        written_as("records", line)
    assert len(written_as("summary", out / "summary.json")["layers"]) == 3
    written_as("compare", call(capfd, "compare", out, out, "--json").out)
    printed = {
        form: call(capfd, "report", out, "--format", form).out
        for form in ("json", "html", "csv", "junit")
    }
    written_as("summary", printed["json"])
    assert printed["html"].startswith("<!DOCTYPE html>")
    assert printed["csv"].startswith("name,unit,count")
    assert 'tests="0"' in printed["junit"]


def test_a_clip_that_disagrees_fails_in_junit(tmp_path: Path, capfd: Capture) -> None:
    run = labelled_run(2)
    wrong = run.clips[1]
    lines = [to_json_line(record) for record in (run.head, *run.clips)]
    changed = json.loads(lines[2]) | {"reference_score": wrong.score * 1.1}  # type: ignore[operator]
    lines[2] = json.dumps(changed) + "\n"
    (tmp_path / "records.jsonl").write_text("".join(lines))
    found = call(capfd, "report", tmp_path, "--format", "junit").out
    assert 'tests="4" failures="1"' in found
    assert f'name="{wrong.clip}"' in found and "apart" in found
