# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""CSV and JSON of a run, and the comparison of two."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from sklearn.metrics import roc_auc_score

from mcugen.cli.compare import command as compare_command
from mcugen.cli.report import command as report_command
from mcugen.errors import ConfigError, DataError, EnvironmentError_
from mcugen.own_files import LIST, KeptWarning
from mcugen.records import Run, to_json_line
from mcugen.report.compare import compare_runs
from mcugen.report.files import load_run, summary, write_report
from mcugen.report.numbers import verdict
from tests.cli.calls import call
from tests.report.runs import clip, head, labelled_run, linux_latency


def save(run: Run, folder: Path) -> Path:
    folder.mkdir()
    records = (
        run.head,
        *run.clips,
        *run.latencies,
        *run.memories,
        *run.layers,
        *run.energies,
        *run.stages,
    )
    (folder / "records.jsonl").write_text("".join(map(to_json_line, records)))
    return folder


def test_records_alone_give_all_files(tmp_path: Path) -> None:
    run = labelled_run()
    folder = save(run, tmp_path / "run")
    assert load_run(folder) == run == load_run(folder / "records.jsonl")
    result = CliRunner().invoke(report_command, [str(folder)])
    assert result.exit_code == 0, result.output
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "records.jsonl", "scores.csv", "latency.csv", "summary.json", "report.html", LIST,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["scores.csv", "latency.csv", "summary.json", "report.html"])
def test_what_the_user_put_in_place_of_a_file_is_kept(name: str, tmp_path: Path) -> None:
    write_report(labelled_run(), tmp_path)
    write_report(labelled_run(3), tmp_path)  # its own are replaced without a word
    own = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(b"notes of the user")
    with pytest.warns(KeptWarning, match="is not as mcugen wrote it"):
        write_report(labelled_run(3), tmp_path)
    assert (tmp_path / name).read_bytes() == own
    first, ending = name.split(".")
    assert (tmp_path / f"{first}.1.{ending}").read_bytes() == b"notes of the user"


@pytest.mark.filterwarnings("default::mcugen.own_files.KeptWarning")
def test_the_command_says_what_it_kept(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = save(labelled_run(), tmp_path / "run")
    (folder / "report.html").write_text("mine")
    answer = call(capfd, "report", folder)
    said = f"note: {folder}/report.html is not as mcugen wrote it: kept as {folder}/report.1.html"
    assert answer.status == 0 and said in answer.err.replace("\n", "")
    assert (folder / "report.1.html").read_text() == "mine"


def test_scores_csv(tmp_path: Path) -> None:
    unscored = replace(clip(1, None, 1.0, (1,)), score=None, reference_score=None)
    write_report(Run(head(), (clip(7, "normal", 2.5, (1, 2)), unscored)), tmp_path)
    rows = list(csv.reader((tmp_path / "scores.csv").read_text().splitlines()))
    assert rows[0] == [
        "file", "label", "windows", "device_score", "reference_score", "difference",
    ]  # fmt: skip
    assert rows[1][:4] == ["clips/normal_id_01_00000007.wav", "normal", "2", "2.5"]
    assert float(rows[1][5]) == pytest.approx(1e-4)
    assert rows[2][3:] == ["", "", ""], "not measured is empty, never zero"


def test_latency_csv(tmp_path: Path) -> None:
    write_report(Run(head(), (), (linux_latency("NPU", "ethos-u65", 143_000.0),)), tmp_path)
    (row,) = csv.DictReader((tmp_path / "latency.csv").read_text().splitlines())
    assert row["name"] == "NPU" and row["unit"] == "nanoseconds" and row["median"] == ""
    assert float(row["mean"]) == 143_000 and row["facts"].startswith(
        "delegate=libethosu_delegate.so; init_ns=3250000; "
    )


def test_summary_agrees_with_scikit_learn() -> None:
    run = labelled_run(30)
    found = json.loads(json.dumps(summary(run)))
    truth = [clip.label == "anomaly" for clip in run.clips]
    scores = [clip.score for clip in run.clips]
    assert found["schema"] == 1 and found["clips"] == 60
    assert found["detection"]["auc"] == pytest.approx(roc_auc_score(truth, scores))
    assert found["detection"]["pauc"] == pytest.approx(roc_auc_score(truth, scores, max_fpr=0.1))
    assert found["largest_score_difference"] == pytest.approx(1e-4)
    assert found["run"]["model_sha256"] == run.head.model_sha256


def test_recall_and_false_alarms_are_those_of_the_verdicts() -> None:
    run = labelled_run()
    found = summary(run)["detection"]["at_threshold"]
    called = {label: 0 for label in ("normal", "anomaly")}
    for one in run.clips:
        assert one.label is not None
        called[one.label] += verdict(one, run.head) == "anomaly"
    assert found == {
        "anomalies": 12,
        "found": called["anomaly"],
        "normals": 12,
        "false_alarms": called["normal"],
    }
    assert 0 < called["normal"] < called["anomaly"]


def test_nothing_half_written_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentError_, match="cannot write"):
        write_report(labelled_run(), tmp_path / "file" / "out")


def test_a_folder_without_records_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"records\.jsonl"):
        load_run(tmp_path)


def test_compare_shows_ratios_and_what_differs() -> None:
    a = labelled_run()
    faster = tuple(replace(x, median=x.median / 2 if x.median else None) for x in a.latencies)
    b = replace(a, head=head(engine="tflm", flags="-Os"), latencies=faster)
    found = compare_runs(a, b)
    ratios = {row.name: row.ratio for row in found.rows}
    assert ratios["inference on cpu"] == pytest.approx(0.5)
    assert ratios["AUC"] == ratios["flash"] == 1
    assert ("engine", "aot", "tflm") in found.made_by
    assert [name for name, _, _ in found.made_by] == ["engine", "flags"]
    assert found.notes == ("24 clips are in both runs; their scores differ by 0 at most",)


def test_compare_refuses_other_models() -> None:
    other = replace(labelled_run(), head=head(model="kws", model_sha256="11" * 32))
    with pytest.raises(ConfigError) as caught:
        compare_runs(labelled_run(), other)
    assert "11" * 32 in caught.value.what and "different models" in caught.value.what


def test_compare_gives_no_ratio_between_units() -> None:
    a = labelled_run()
    cycles = tuple(replace(x, unit="cycles") for x in a.latencies)
    found = compare_runs(a, replace(a, head=head(tick_unit="cycles"), latencies=cycles))
    assert {row.ratio for row in found.rows if row.name.endswith("on cpu")} == {None}
    assert any("no ratio" in note for note in found.notes)


def test_compare_command(tmp_path: Path) -> None:
    a = save(labelled_run(), tmp_path / "a")
    b = save(replace(labelled_run(), head=head(board="host")), tmp_path / "b")
    shown = CliRunner().invoke(compare_command, [str(a), str(b)])
    assert shown.exit_code == 0 and "board: mps2-an505 | host" in shown.output
    printed = CliRunner().invoke(compare_command, [str(a), str(b), "--json"])
    assert json.loads(printed.output)["made_by"] == [["board", "mps2-an505", "host"]]
