# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The export for Nordic's Axon NPU: a golden workspace, labels that stay words, nothing when refused."""

from __future__ import annotations

import io
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from mcugen import __version__
from mcugen.boards import find_board
from mcugen.cli.build import command as build
from mcugen.codegen.tree import SourceTree
from mcugen.codegen.tree_writer import write_tree
from mcugen.config import Config
from mcugen.errors import ConfigError, McugenError, ModelError
from mcugen.export.project import generate
from mcugen.features.spec import PRESETS
from mcugen.platforms.axon.compile import compile_workspace
from mcugen.platforms.axon.workspace import workspace
from mcugen.platforms.request import Choices, make_request
from mcugen.samples.sample_set import SampleSet
from tests.conftest import ROOT, require_tool
from tests.device.projects import small_model
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes
from tests.yaml_1_1 import load

GOLDEN = ROOT / "tests" / "export" / "golden" / "axon"
WORDS = (
    "silence",
    "unknown",
    "yes",
    "no",
    "up",
    "down",
    "left",
    "right",
    "on",
    "off",
    "stop",
    "go",
)


def sample_set(count: int = 4) -> SampleSet:
    random = np.random.default_rng(1)
    inputs = random.integers(-128, 128, (count, 16), np.int8)
    return SampleSet(inputs, np.arange(count, dtype=np.int32) % 12, WORDS)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "My Model-1.tflite"
    path.write_bytes(small_model())
    return path


def project(model: Path, samples: SampleSet | None = None, **choices: str) -> SourceTree:
    request = make_request(
        Config(model=model, front_end={}), find_board("nrf54lm20"), Choices(**choices)
    )
    options = replace(request.export_options, test_set=samples)
    return generate(replace(request, export_options=options)).tree


GENERATED = (
    "CMakeLists.txt",
    "README.md",
    "prj.conf",
    "sysbuild.conf",
    "boards/nrf54lm20dk_nrf54lm20b_cpuapp.overlay",
    "axon/my_model_1_input.yaml",
    "model/axon_model.h",
)


@pytest.mark.parametrize("name", GENERATED)
def test_golden(name: str, model: Path, request: pytest.FixtureRequest) -> None:
    """After a wanted change: --update-golden; read the difference."""
    text = project(model, sample_set())[name].decode().replace(__version__, "VERSION")
    text = re.sub(r"sha256 [0-9a-f]{64}", "sha256 HASH", text)
    if request.config.getoption("--update-golden"):
        (GOLDEN / name).parent.mkdir(parents=True, exist_ok=True)
        (GOLDEN / name).write_text(text)
    assert text == (GOLDEN / name).read_text()


WEST = """#!/bin/sh
case $1 in
  init) for last; do :; done; mkdir -p "$last/.west" "$last/sdk-edge-ai" ;;
  update) test -d .west ;;
  build) test -d ../.west && test -f "$6/CMakeLists.txt" && mkdir "$5" ;;
  flash) test -d ../.west && test -d "$3" ;;
esac
"""
PYTHON = '#!/bin/sh\ntest -f "$2" && echo compiled $1 >&2\n'


def test_the_lines_of_the_readme_are_exact(model: Path, tmp_path: Path) -> None:
    """Every line is run, in order, by one shell, before stand-ins of west and of Nordic's executor."""
    write_tree(project(model, sample_set()), tmp_path / "project")
    (tmp_path / "bin").mkdir()
    for name, script in (
        ("west", WEST),
        ("python", PYTHON),
        ("mcugen", "#!/bin/sh\ntest -f $2/manifest.json"),
    ):
        (tmp_path / "bin" / name).write_text(script)
        (tmp_path / "bin" / name).chmod(0o755)
    text = (tmp_path / "project" / "README.md").read_text()
    lines = re.findall(r"^    (\S.*)$", text, flags=re.M)
    assert len(lines) == 11
    done = subprocess.run(
        ["sh", "-eu", "-c", "\n".join(lines)],
        cwd=tmp_path / "project",
        env={"HOME": str(tmp_path), "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    executor = "sdk-edge-ai/tools/axon/compiler/scripts/axons_ml_nn_compiler_executor.py"
    assert f"compiled {tmp_path}/axon-sdk/{executor}" in done.stderr


def test_words_stay_words(model: Path) -> None:
    """on, off, yes and no are booleans in YAML 1.1 and end the executor."""
    tests = load(project(model, sample_set())["axon/my_model_1_input.yaml"].decode())
    assert list(tests) == ["my_model_1"]
    keys = tests["my_model_1"]
    assert keys["classification_labels"] == list(WORDS)
    assert keys["test_labels_format"] == "just_labels"
    assert keys["test_vectors"] == [0, 1, 2, 3] and keys["header_file_test_vector_cnt"] == 3
    assert isinstance(keys["precision_threshold"], float)
    assert keys["disable_op_quantization"] is False


EXECUTOR_KEYS = """
    model_name tflite_model float_model train_data test_data test_labels test_labels_format
    classification_labels test_vectors header_file_test_vector_cnt disable_op_quantization op_radix
    transpose_kernel run_all_variants interlayer_buffer_size psum_buffer_size
    user_handle_accuracy_results user_handle_test_labels log_level precision_threshold
    precision_margin reshape_input conv2d_setting psum_buffer_placement normalize_scaleshift
    skip_softmax_op get_quantized_data generate_sim_env_hdrs perform_bit_comparison
    get_histogram_plot constants_location no_striping cpu_op_codes_list
"""
"""What Nordic's executor reads of a test, by its template, its samples and its source."""


TRAPS = ("on", "off", "yes", "no", "y", "n", "null", "~", "1e3", "0x1", "1:30", "[a]", "a: b", "#")


@given(st.lists(st.text(min_size=1, max_size=6) | st.sampled_from(TRAPS), min_size=1, unique=True))
def test_any_words_come_back(words: list[str]) -> None:
    """By PyYAML, which the executor reads its input with."""
    yaml = pytest.importorskip(
        "yaml", reason="PyYAML is not installed: pip install 'mcugen[train]'"
    )

    samples = SampleSet(np.zeros((2, 4), np.int8), np.zeros(2, np.int32), tuple(words))
    text = workspace("m", b"", None, "none", samples)["axon/m_input.yaml"].decode()
    assert yaml.safe_load(text)["m"]["classification_labels"] == words
    assert load(text)["m"]["classification_labels"] == words


def test_without_data_every_key_is_there(model: Path) -> None:
    tree = project(model)
    keys = load(tree["axon/my_model_1_input.yaml"].decode())["my_model_1"]
    assert sorted(keys) == sorted(EXECUTOR_KEYS.split())
    with_data = load(project(model, sample_set())["axon/my_model_1_input.yaml"].decode())
    assert keys.keys() == with_data["my_model_1"].keys()
    assert "classification_labels" in keys and keys["classification_labels"] is None
    assert keys["test_vectors"] == [] and keys["test_data"] is None
    assert not [path for path in tree if path.endswith(".npy")]


def test_the_data_is_what_the_executor_takes(model: Path) -> None:
    samples = sample_set()
    tree = project(model, samples)
    x = np.load(io.BytesIO(tree["axon/data/x_test_my_model_1.npy"]))
    y = np.load(io.BytesIO(tree["axon/data/y_test_my_model_1.npy"]))
    assert x.dtype == np.int8 and (x == samples.inputs).all()
    assert y.dtype == np.int32 and y.tolist() == [0, 1, 2, 3]
    assert tree["axon/my_model_1.tflite"] == small_model()


def test_an_anomaly_detector_gets_the_handler() -> None:
    samples = SampleSet(
        np.zeros((200, 640), np.int8), np.zeros(200, np.int32), ("normal", "anomaly")
    )
    tree = workspace("ad", b"", PRESETS["mlperf-ad"], "reconstruction-error", samples)
    keys = load(tree["axon/ad_input.yaml"].decode())["ad"]
    assert keys["user_handle_accuracy_results"].startswith("user_handler_functions.")
    assert keys["test_labels_format"] is None
    # With names of classes the executor would judge a classifier and not call the handler.
    assert keys["classification_labels"] is None and keys["test_labels"] == "data/y_test_ad.npy"
    assert (keys["ad_frames"], keys["ad_n_mels"], keys["ad_power"]) == (5, 128, 2.0)
    assert (keys["ad_sampling_rate"], keys["ad_n_fft"], keys["ad_hop_length"]) == (16000, 1024, 512)
    assert (keys["ad_central_part_start"], keys["ad_central_part_end"]) == (50, 250)
    assert keys["test_vectors"] == list(range(100))


def test_engine_aot_needs_nothing_of_the_add_on(model: Path) -> None:
    tree = project(model, engine="aot")
    assert "NRF_AXON" not in (tree["CMakeLists.txt"] + tree["prj.conf"]).decode()
    assert not [path for path in tree if path.startswith("axon/") or "axon" in path]


def test_other_boards_do_not_run_it(model: Path) -> None:
    config = Config(model=model, front_end={})
    with pytest.raises(ConfigError, match="does not run engine 'axon'"):
        make_request(config, find_board("host"), Choices(engine="axon"))
    with pytest.raises(ConfigError, match="does not run engine 'tflm'"):
        make_request(config, find_board("nrf54lm20"), Choices(engine="tflm"))


def test_a_model_that_axon_cannot_take_is_refused_whole(tmp_path: Path) -> None:
    quant = (0.5, 0)
    tensors = [TensorSpec((1, 4, 4, 2), "int8", *quant)] * 2
    ops = [OpSpec("MAXIMUM", [0, 0], [1]), OpSpec("CONCATENATION", [1] * 4, [2], {"axis": 3})]
    tensors = [*tensors, TensorSpec((1, 4, 4, 8), "int8", *quant)]
    path = tmp_path / "wrong.tflite"
    path.write_bytes(model_bytes(tensors, ops, [0], [2]))
    with pytest.raises(ModelError) as caught:
        project(path)
    assert "op 0 MAXIMUM: is not supported by Axon" in caught.value.what
    assert "op 1 CONCATENATION: has 4 inputs" in caught.value.what


def test_nothing_is_written_of_a_refused_model(tmp_path: Path) -> None:
    """All reasons at once, of the compiler's limits and of ours."""
    quant = (0.5, 0)
    tensors = [
        *(TensorSpec((1, 4, 4, 2), "int8", *quant),) * 2,
        *(TensorSpec((1, 1040), "int8", *quant),) * 2,
        TensorSpec((1, 1040), "float32"),
    ]
    ops = [OpSpec("MAXIMUM", [0, 0], [1]), OpSpec("TANH", [2], [3]), OpSpec("DEQUANTIZE", [3], [4])]
    (tmp_path / "wrong.tflite").write_bytes(model_bytes(tensors, ops, [0, 2], [1, 4]))
    words = [str(tmp_path / "wrong.tflite"), "--board", "nrf54lm20"]
    done = CliRunner().invoke(build, [*words, "--out", str(tmp_path / "project")])
    assert isinstance(done.exception, ModelError) and done.exception.exit_status == 2
    for reason in (
        "has 2 inputs, Axon takes one",
        "op 0 MAXIMUM: is not supported by Axon",
        "op 1 TANH, op 2 DEQUANTIZE: has a tensor of shape [1, 1040], edges may be 1024",
        "output 1 is float32, not int8",
    ):
        assert reason in done.exception.what
    assert not (tmp_path / "project").exists()


HEADER = """#define NRF_AXON_MODEL_MY_MODEL_1_MAX_IL_BUFFER_USED 2688
#define NRF_AXON_MODEL_MY_MODEL_1_MAX_PSUM_BUFFER_USED 0
"""


def configure(folder: Path) -> str:
    """What plain CMake says of the project's list up to find_package(Zephyr)."""
    fake = folder / "zephyr" / "ZephyrConfig.cmake"
    fake.parent.mkdir()
    fake.write_text(
        "file(READ ${CMAKE_CURRENT_BINARY_DIR}/axon_buffers.conf CONF)\n"
        'message(FATAL_ERROR "reached Zephyr: ${EXTRA_CONF_FILE} ${CONF}")\n'
    )
    command = [require_tool("cmake"), "-S", str(folder), "-B", str(folder / "build")]
    command.append(f"-DZephyr_DIR={fake.parent}")
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (HEADER, "CONFIG_NRF_AXON_INTERLAYER_BUFFER_SIZE=2688 CONFIG_NRF_AXON_PSUM_BUFFER_SIZE=0"),
        (None, "run Nordic's Axon compiler first"),
        ("#define OTHER 1\n", "does not say MAX_IL_BUFFER_USED"),
    ],
)
def test_buffer_sizes_come_from_the_compiled_header(
    header: str | None, words: str, model: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "CMakeLists.txt").write_bytes(project(model)["CMakeLists.txt"])
    if header is not None:
        outputs = folder / "axon" / "outputs"
        outputs.mkdir(parents=True)
        (outputs / "nrf_axon_model_my_model_1_.h").write_text(header)
    assert words in configure(folder)


EXECUTOR = """
import pathlib, sys
yaml = pathlib.Path(sys.argv[1])
name = yaml.name.removesuffix("_input.yaml")
assert (yaml.parent / f"{name}.tflite").is_file()
if "broken" in name:
    print("No module named 'tensorflow'")
    sys.exit(1)
(yaml.parent / "outputs").mkdir()
(yaml.parent / "outputs" / f"nrf_axon_model_{name}_.h").write_text("// compiled")
"""


@pytest.fixture
def sdk(tmp_path: Path) -> Path:
    """An Edge AI Add-on with a stand-in for Nordic's executor."""
    folder = tmp_path / "sdk-edge-ai"
    scripts = folder / "tools" / "axon" / "compiler" / "scripts"
    scripts.mkdir(parents=True)
    (scripts / "axons_ml_nn_compiler_executor.py").write_text(EXECUTOR)
    return folder


def test_a_build_with_the_add_on_ends_with_the_compiled_model(
    model: Path, sdk: Path, tmp_path: Path
) -> None:
    words = [str(model), "--board", "nrf54lm20", "--axon-sdk", str(sdk)]
    done = CliRunner().invoke(build, [*words, "--out", str(tmp_path / "project")])
    assert done.exit_code == 0, done.output
    header = tmp_path / "project/axon/outputs/nrf_axon_model_my_model_1_.h"
    assert header.read_text() == "// compiled"
    assert f"Nordic's compiler wrote {header}" in done.output


def test_the_executor_is_run_where_it_is_installed(sdk: Path, tmp_path: Path) -> None:
    for name in ("good", "broken"):
        for path, content in workspace(name, b"model", None, "none", None).items():
            target = tmp_path / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    header = compile_workspace(tmp_path / "good", tmp_path)
    assert header.read_text() == "// compiled"
    with pytest.raises(McugenError) as caught:
        compile_workspace(tmp_path / "broken", sdk)
    assert "requirements.txt" in caught.value.hint
    with pytest.raises(McugenError, match="not an nRF Edge AI Add-on"):
        compile_workspace(tmp_path / "good", tmp_path / "good")
