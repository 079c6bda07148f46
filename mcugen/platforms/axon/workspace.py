# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The folder that Nordic's Axon compiler executor works in: model, test data and the YAML that names
every key. What the executor writes (logs/, intermediate/, outputs/) appears beside them.

Source: nRF Edge AI Add-on 2.2.0, compiler_input_yaml_template.yaml, and running its executor.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from mcugen.codegen.tree import SourceTree
from mcugen.features.spec import FrontEnd, LogMel
from mcugen.platforms.axon.engine import model_symbol
from mcugen.samples.arrays import npy_bytes
from mcugen.samples.sample_set import SampleSet

FOLDER = "axon"
MOST_VECTORS = 100
"""Vectors that the executor simulates; each takes it up to a second."""
HEADER_VECTORS = 3
"""Vectors that Nordic's own test application gets as a header."""

UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""What JSON takes as it is, and YAML does not: control characters, line ends, byte order marks."""

YamlValue = str | int | float | bool | None | Sequence[str] | Sequence[int]

AD_HANDLER = "user_handler_functions.user_handle_anomaly_detection_accuracy_results"
"""Of Nordic's executor: root mean square differences instead of a classifier's accuracy."""


def workspace(
    model: str, content: bytes, front_end: FrontEnd | None, score: str, test_set: SampleSet | None
) -> SourceTree:
    """axon/<name>_input.yaml, the model and data/*.npy."""
    name = model_symbol(model)
    keys = _keys(name, front_end, score, test_set)
    tree = {f"{FOLDER}/{name}_input.yaml": _yaml(name, keys), f"{FOLDER}/{name}.tflite": content}
    if test_set is not None:
        tree[f"{FOLDER}/data/x_test_{name}.npy"] = npy_bytes(test_set.inputs)
    if test_set is not None and test_set.labels is not None:
        tree[f"{FOLDER}/data/y_test_{name}.npy"] = npy_bytes(test_set.labels)
    return tree


def _yaml(name: str, keys: Mapping[str, YamlValue]) -> bytes:
    """One test. Texts are quoted, always: the words on, off, yes and no are booleans in YAML 1.1."""
    lines = [f"{name}:", *(f"  {key}:{_scalar(value)}" for key, value in keys.items())]
    return ("\n".join(lines) + "\n").encode()


def _scalar(value: YamlValue) -> str:
    """The value behind its colon; nothing for None, which the executor takes as its default."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return f" {value!r}"
    text = json.dumps(value if isinstance(value, str) else list(value), ensure_ascii=False)
    return " " + UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _keys(
    name: str, front_end: FrontEnd | None, score: str, test_set: SampleSet | None
) -> dict[str, YamlValue]:
    """Every key the executor reads, in the order of Nordic's template."""
    labelled = test_set is not None and test_set.labels is not None
    detects = labelled and score == "reconstruction-error"
    classifies = labelled and not detects
    count = min(len(test_set.inputs), MOST_VECTORS) if test_set is not None else 0
    return {
        "model_name": name,
        "tflite_model": f"{name}.tflite",
        "float_model": None,
        "train_data": None,
        "test_data": f"data/x_test_{name}.npy" if test_set is not None else None,
        "test_labels": f"data/y_test_{name}.npy" if labelled else None,
        "test_labels_format": "just_labels" if classifies else None,
        # The key must be there, blank or not. With labels in it the executor judges a classifier and
        # never calls the handler.
        "classification_labels": test_set.classes or None if classifies and test_set else None,
        # One by one: of a range, the documentation includes the end and the code does not.
        "test_vectors": list(range(count)),
        "header_file_test_vector_cnt": min(count, HEADER_VECTORS),
        "disable_op_quantization": False,
        "transpose_kernel": False,
        "run_all_variants": False,
        "interlayer_buffer_size": 125000,
        "psum_buffer_size": 0,
        "op_radix": 0,
        "user_handle_accuracy_results": AD_HANDLER if detects else None,
        "user_handle_test_labels": None,
        "log_level": "info",
        "precision_threshold": 0.0,
        "precision_margin": 0,
        "reshape_input": False,
        "conv2d_setting": "local_psum",
        "psum_buffer_placement": "interlayer_buffer",
        "normalize_scaleshift": True,
        "skip_softmax_op": False,
        "get_quantized_data": False,
        "perform_bit_comparison": True,
        "get_histogram_plot": False,
        "generate_sim_env_hdrs": False,
        # Read before version 1.4.0 of the compiler.
        "constants_location": "NVM",
        "no_striping": False,
        "cpu_op_codes_list": None,
        **(_detection_keys(front_end) if detects and front_end is not None else {}),
    }


def _detection_keys(front_end: FrontEnd) -> dict[str, YamlValue]:
    """What the handler for anomaly detection reads of the front-end.

    Not ad_audio_length, ad_float_threshold and ad_tflite_threshold: they have defaults, and version
    2.2.0 reports differences of outputs only, for which it needs none of them.
    """
    keys: dict[str, YamlValue] = {"ad_frames": front_end.window_rows}
    rows = front_end.rows
    if isinstance(rows, LogMel):
        keys |= {
            "ad_sampling_rate": rows.sample_rate_hz,
            "ad_n_fft": rows.n_fft,
            "ad_hop_length": rows.hop_samples,
            "ad_n_mels": rows.n_mels,
            "ad_power": rows.power,
            "ad_central_part_start": front_end.first_row,
            "ad_central_part_end": front_end.last_row,
        }
    return keys
