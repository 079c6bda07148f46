# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""JSON Schemas (draft 2020-12) of what mcugen writes as JSON, from the dataclasses where there are some.

`tools/write_docs.py` puts them into docs/schemas/; tests/report/test_schemas.py compares what is written
with them.
"""

from __future__ import annotations

from typing import Any

from mcugen import records
from mcugen.api.features import FeatureVerdict
from mcugen.cli import facts
from mcugen.device.layers import LayerVerdict
from mcugen.device.mlperf_run import Accuracy, Performance
from mcugen.device.verify import Verdict
from mcugen.engines.passes.rewrite import Removal
from mcugen.evaluation.detection import MachineResult
from mcugen.export.manifest import TABLES, Manifest
from mcugen.platforms.linux.benchmark_log import BenchmarkLog
from mcugen.platforms.linux.bundle import Plan
from mcugen.report.compare import Comparison
from mcugen.report.detection import AtThreshold
from mcugen.report.files import SAMPLES
from mcugen.report.load import Load
from mcugen.report.numbers import Check
from mcugen.scoring.wake_word import WakeWord
from mcugen.toolchain.doctor import Finding
from mcugen.toolchain.ports import NamedPort
from mcugen.toolchain.size import Section
from mcugen.train.autoencoder import Epoch
from tools.schema_types import (
    ANY,
    BOOLEAN,
    INTEGER,
    NUMBER,
    SHA256,
    STRING,
    TEXTS,
    Schema,
    array,
    finite,
    members,
    of,
    one_object,
    optional,
    versioned,
)


def _record(kind: str, record: Any) -> Schema:
    properties = {"kind": {"const": kind}, **members(record)}
    return versioned(records.SCHEMA_VERSION, properties)


def _summary() -> Schema:
    detection = {
        "normal": INTEGER,
        "anomaly": INTEGER,
        "auc": NUMBER,
        "auc_interval_95": optional(array(NUMBER)),
        "pauc": NUMBER,
        "pauc_max_fpr": NUMBER,
        "at_threshold": optional(of(AtThreshold)),
    }
    classification = {
        "classes": array(STRING),
        "clips": INTEGER,
        "top_1_accuracy": NUMBER,
        "confusion": array(array(INTEGER)),
    }
    return versioned(
        1,
        {
            "run": of(records.RunRecord),
            "clips": INTEGER,
            "windows": INTEGER,
            "largest_score_difference": optional(NUMBER),
            "checks": array(of(Check)),
            "detection": optional(one_object(detection)),
            "classification": optional(one_object(classification)),
            "latencies": array(of(records.LatencyRecord)),
            "layers": array(one_object(members(records.LayerRecord, *SAMPLES))),
            "energies": array(one_object(members(records.EnergyRecord, *SAMPLES))),
            "stages": array(one_object(members(records.StageRecord, *SAMPLES))),
            "front_end_ticks_per_window": optional(NUMBER),
            "load": optional(of(Load)),
            "memories": array(of(records.MemoryRecord)),
            "warnings": array(STRING),
        },
    )


_SEALED = {"files": {"type": "object", "additionalProperties": SHA256}, "manifest_sha256": SHA256}


def _manifest() -> Schema:
    # As in mcugen.toml: docs/front-ends.md, docs/decode.md; `accelerated` only where there is an NPU.
    tables: dict[str, Schema] = {"front_end": {"type": "object"}, "decode": ANY}
    tables["accelerated"] = array(STRING)
    tables["wake_word"] = of(WakeWord)
    tables["baud"] = INTEGER  # where it is not the board's
    facts = {**members(Manifest, *TABLES), **tables, **_SEALED}
    return versioned(1, facts, without=("accelerated", "wake_word", "baud"))


def _sdk_manifest() -> Schema:
    model = {
        **dict.fromkeys(("name", "prefix", "model_file", "rounding", "optimize", "score"), STRING),
        "model_sha256": SHA256,
        "isa": array(STRING),
        "front_end": {"type": "object"},
        "threshold": optional(NUMBER),
        "arena_bytes": INTEGER,
        "weight_bytes": INTEGER,
        "architecture": optional(SHA256),
        "layers": array(STRING),
    }
    facts = {"kind": {"const": "sdk"}, **dict.fromkeys(("tool", "name", "target"), STRING)}
    return versioned(1, {**facts, "models": array(one_object(model)), **_SEALED})


def _build() -> Schema:
    sizes = {"flash_bytes": INTEGER, "ram_bytes": INTEGER, "sections": array(of(Section))}
    return versioned(1, {"elf": STRING, "compiler": STRING, **sizes})


VERDICTS = (Verdict, LayerVerdict, FeatureVerdict)


def _verify() -> Schema:
    verdicts = array({"anyOf": [finite(of(one)) for one in VERDICTS]})
    return versioned(1, {"firmware_sha256": SHA256, "verdicts": verdicts}, ("firmware_sha256",))


def _tensor() -> Schema:
    quant = {"scales": array(NUMBER), "zero_points": array(INTEGER), "axis": optional(INTEGER)}
    return one_object(
        {
            "index": INTEGER,
            "name": STRING,
            "shape": array(INTEGER),
            "type": STRING,
            "constant": BOOLEAN,
            "quantisation": optional(one_object(quant)),
        }
    )


def _inspect() -> Schema:
    problem = one_object(dict.fromkeys(("where", "what", "hint"), STRING))
    layer = {
        "index": INTEGER,
        **dict.fromkeys(("where", "operator"), STRING),
        "version": INTEGER,
        "options": {"type": "object"},
        "inputs": array(optional(_tensor())),
        "outputs": array(_tensor()),
        "macs": INTEGER,
        "weight_bytes": INTEGER,
    }
    buffer = dict.fromkeys(("offset", "bytes", "first_step", "last_step"), INTEGER)
    engine = {
        "supported": BOOLEAN,
        "problems": array(problem),
        **dict.fromkeys(("arena_bytes", "state_bytes", "table_bytes"), optional(INTEGER)),
        "removed": array(of(Removal)),
    }
    board = {
        "fits": BOOLEAN,
        **dict.fromkeys(("reason", "uncounted"), STRING),
        "engine": optional(STRING),  # null: no engine takes the model, its tensors are counted
        **dict.fromkeys(("flash_bytes", "ram_bytes"), INTEGER),
    }
    return versioned(
        1,
        {
            "name": STRING,
            "sha256": SHA256,
            "file_bytes": INTEGER,
            "inputs": array(_tensor()),
            "outputs": array(_tensor()),
            "layers": array(one_object(layer)),
            "macs": INTEGER,
            "weight_bytes": INTEGER,
            "memory": one_object(
                {
                    "arena_bytes": INTEGER,
                    "lower_bound_bytes": INTEGER,
                    "peak": STRING,
                    "buffers": array(one_object({"name": STRING, **buffer})),
                }
            ),
            "problems": array(problem),
            "engines": {"type": "object", "additionalProperties": one_object(engine)},
            "boards": {"type": "object", "additionalProperties": one_object(board)},
        },
    )


def _evaluation() -> Schema:
    clip = one_object({"clip": STRING, "label": optional(STRING), "score": optional(NUMBER)})
    step = {
        "name": STRING,
        "auc": optional(NUMBER),
        "pauc": optional(NUMBER),
        "machines": array(of(MachineResult)),
        "clips": array(clip),
    }
    return versioned(
        1,
        {
            "data": STRING,
            "facts": TEXTS,
            "threshold": optional(NUMBER),
            "false_alarm_rate": optional(NUMBER),
            "auc_change": {"type": "object", "additionalProperties": NUMBER},
            "steps": array(one_object(step)),
        },
    )


def _classification() -> Schema:
    step = {
        "name": STRING,
        "accuracy": NUMBER,
        "precision": array(optional(NUMBER)),  # null: the class was never predicted
        "recall": array(optional(NUMBER)),  # null: no sample is of the class
        "confusion": array(array(INTEGER)),
        "host_us_per_inference": optional(NUMBER),
        "device_ticks_per_inference": optional(NUMBER),
        "tick_unit": optional(STRING),
    }
    return versioned(
        1,
        {
            **dict.fromkeys(("model", "data"), STRING),
            "seq_len": optional(INTEGER),
            "form": optional(STRING),
            "facts": TEXTS,
            "classes": array(STRING),
            "changes": array({"type": "object"}),
            "steps": array(one_object(step)),
        },
    )


def _mlperf() -> Schema:
    identity = {"identity": TEXTS}
    results = [versioned(1, {**identity, **members(kind)}) for kind in (Accuracy, Performance)]
    return {"oneOf": results}


def _training() -> Schema:
    more = {"features": STRING, "vectors": INTEGER}
    recipe = {"recipe": {"type": "object"}, "history": array(of(Epoch))}
    return versioned(1, {**recipe, **more}, tuple(more))


def _parsed_log() -> Schema:
    run = {
        "name": STRING,
        "ok": BOOLEAN,
        "accelerator": optional(STRING),
        "errors": array(STRING),
        "warnings": array(STRING),
        "status": optional(INTEGER),
        "facts": TEXTS,
        **members(BenchmarkLog, "text"),
    }
    return versioned(1, {"facts": TEXTS, "runs": array(one_object(run))})


def _boards() -> Schema:
    board = {
        "name": STRING,
        "title": STRING,
        "engines": array(STRING),
        "flash_bytes": optional(INTEGER),
        "ram_bytes": optional(INTEGER),
        "tick_unit": STRING,
        "is_emulated": BOOLEAN,
    }
    return versioned(1, {"boards": array(one_object(board))})


def _doctor() -> Schema:
    finding = one_object({**members(Finding), "ok": BOOLEAN})
    return versioned(1, {"board": STRING, "findings": array(finding)})


def _build_report() -> Schema:
    plan = {"weight_bytes": INTEGER, "arena_bytes": INTEGER, "peak": STRING}
    report = {
        "board": STRING,
        "manifest": _manifest(),
        "plan": one_object(plan),
        "image": optional(_build()),
        "notes": array(STRING),
        "next": array(STRING),
    }
    return versioned(1, report)


def _facts(*kinds: Any) -> Schema:
    """What `say_facts` prints of these."""
    schemas = [versioned(facts.SCHEMA_VERSION, members(kind)) for kind in kinds]
    return schemas[0] if len(schemas) == 1 else {"oneOf": schemas}


WRITTEN: dict[str, tuple[str, Schema]] = {
    "records": (
        "records.jsonl of a run, each line",
        {"oneOf": [_record(name, kind) for name, kind in records.KINDS.items()]},
    ),
    "summary": ("summary.json of a run", _summary()),
    "manifest": ("manifest.json of a project", _manifest()),
    "build": ("build/build.json of a compiled project", _build()),
    "verify": (
        "build/verify.json and build/features.json of a project, and `mcugen verify --json`",
        _verify(),
    ),
    "boards": ("`mcugen boards --json`", _boards()),
    "ports": ("`mcugen ports --json`", versioned(1, {"ports": array(of(NamedPort))})),
    "doctor": ("`mcugen doctor --json`", _doctor()),
    "build-report": ("`mcugen build --json`", _build_report()),
    "compare": ("`mcugen compare --json`", versioned(1, members(Comparison))),
    "inspect": ("`mcugen inspect --json`", _inspect()),
    "evaluation": ("evaluation.json of an anomaly detector", _evaluation()),
    "classification": ("evaluation.json of a classifier", _classification()),
    "mlperf": ("accuracy.json and performance.json of `mcugen mlperf`", _mlperf()),
    "training": ("training.json of `mcugen train`", _training()),
    "plan": ("plan.json of a bundle for Linux", versioned(1, members(Plan))),
    "parsed-log": ("`mcugen parse-log --json`", _parsed_log()),
    "data": ("`mcugen data --json`", _facts(facts.SyntheticSet, facts.DownloadedSet)),
    "trained": ("`mcugen train --json`", _facts(facts.Trained)),
    "converted": ("`mcugen convert --json`", _facts(facts.ConvertedFiles)),
    "sdk": ("`mcugen sdk --json`", _facts(facts.Packed)),
    "weights": ("`mcugen weights --json`", _facts(facts.WeightsFile)),
    "flash": (
        "`mcugen flash --json`, with --list, with --dry-run",
        _facts(facts.Flashed, facts.Probes, facts.FlashCommands),
    ),
    "serve": ("`mcugen serve --json`", _facts(facts.Served)),
    "sdk-manifest": ("manifest.json of an SDK", _sdk_manifest()),
}
"""Name -> what is written so, and its schema."""


def published() -> dict[str, Schema]:
    """File name in docs/schemas -> the schema with its title."""
    draft = "https://json-schema.org/draft/2020-12/schema"
    return {
        f"{name}.schema.json": {"$schema": draft, "title": title, **schema}
        for name, (title, schema) in WRITTEN.items()
    }
