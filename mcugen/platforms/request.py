# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What the user said, on the command line and in mcugen.toml -> a Request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast, get_args

from mcugen.boards import Board
from mcugen.config import SCORES, Config
from mcugen.engines.contract import Engine, EngineOptions, Optimize, Rounding
from mcugen.errors import ConfigError, EnvironmentError_, near_path, unknown
from mcugen.export.exporter import ExportOptions
from mcugen.export.project import BuildRequest
from mcugen.features.benchmarks import BENCHMARKS, WAKE_WORD_PRESET, known_classes, mlperf_id
from mcugen.features.spec import PRESETS, FrontEnd, image_front_end, raw_front_end, rows_of_model
from mcugen.features.toml import front_end_from_dict
from mcugen.model.ir import Graph
from mcugen.model.tflite import NO_MODEL_HINT, parse_tflite
from mcugen.platforms.choose import all_engines, memory_layouts, platform_of
from mcugen.samples.labels import read_class_names
from mcugen.scoring import wake_word
from mcugen.scoring.decode import (
    CLASS_TYPES,
    TOP_CLASSES,
    Classes,
    Decode,
    decode_from_dict,
    gives_probabilities,
)
from mcugen.scoring.wake_word import WakeWord

T = TypeVar("T", bound=str)

ROUNDINGS: tuple[Rounding, ...] = get_args(Rounding)
OPTIMIZES: tuple[Optimize, ...] = get_args(Optimize)


@dataclass(frozen=True, slots=True)
class Choices:
    """The options of `mcugen build`; an empty text leaves the choice to mcugen.toml or the default."""

    engine: str = ""
    front_end: str = ""
    score: str = ""
    rounding: str = ""
    optimize: str = ""
    per_layer: bool = False
    profile: bool = False
    prune: bool = True
    npu: bool = False
    variant: str = ""
    memory: str = ""
    mlperf_id: str = ""
    mlperf_energy: bool = False
    arena_bytes: int | None = None
    class_names: Path | None = None


def make_request(config: Config, board: Board, choices: Choices) -> BuildRequest:
    """Reads the model and settles every choice: the command line wins over mcugen.toml."""
    model_bytes = _read_model(config.model)
    graph = parse_tflite(model_bytes, config.model.name)
    platform = platform_of(board)
    engine = choose_engine(board, *said("engine", choices, config))
    layouts = memory_layouts(board)
    board = _laid_out(board, layouts, choices.memory)
    optimize = _choose(*said("optimize", choices, config, "speed"), OPTIMIZES)
    benchmark = choices.mlperf_id or config.mlperf_id
    front_end = _front_end(graph, config, choices.front_end, benchmark)
    score = _score(graph, config, choices, front_end)
    return BuildRequest(
        graph=graph,
        model_bytes=model_bytes,
        model_file=config.model.name,
        front_end=front_end,
        score=score,
        threshold=config.threshold,
        board=board,
        layouts=layouts,
        engine=engine,
        exporter=platform.exporter,
        engine_options=EngineOptions(
            rounding=_choose(*said("rounding", choices, config, "double"), ROUNDINGS),
            optimize=optimize,
            isa=board.isa,
            per_layer=choices.per_layer,
            profile=choices.profile or choices.per_layer,
            prune=choices.prune,
            arena_bytes=choices.arena_bytes,
            model_bytes=model_bytes,
            arena_limit_bytes=board.ram.bytes - board.ram.reserved_bytes if board.ram else None,
        ),
        export_options=ExportOptions(
            engine,
            optimize,
            choices.npu,
            choices.variant,
            choices.memory,
            front_end=front_end,
            score=score,
        ),
        wake_word=_wake_word(graph, config, front_end, score),
        decode=_decode(graph, config, choices, front_end, score, model_bytes),
        mlperf_id=mlperf_id(benchmark, graph, front_end, score),
        mlperf_energy=choices.mlperf_energy,
        others=tuple(all_engines()[name] for name in board.engines if name != engine.name),
    )


def _laid_out(board: Board, layouts: Mapping[str, Board], memory: str) -> Board:
    if memory and memory not in layouts:
        raise unknown("memory layout", memory, layouts)
    return layouts.get(memory, board)


def _read_model(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        what = f"cannot read {path}: {error.strerror}"
        raise EnvironmentError_(what, hint=near_path(path) or NO_MODEL_HINT) from error


def said(name: str, choices: Choices, config: Config, default: str = "") -> tuple[str, str]:
    """Where the choice `name` was made, for errors, and what was chosen."""
    if chosen := getattr(choices, name):
        return name, chosen
    return f"{config.where} [build]: {name}", getattr(config, name) or default


def choose_engine(board: Board, what: str, chosen: str) -> Engine:
    """The engine the user names, or the board's first one; ConfigError if the board does not run it.

    `what` says where it was chosen.
    """
    platform_of(board)  # checks the board's own engines
    engines = all_engines()
    name = chosen or board.engines[0]
    if name not in engines:
        raise unknown(what, name, engines)
    if name not in board.engines:
        raise ConfigError(
            f"board {board.name!r} does not run engine {name!r}",
            hint=f"its engines: {', '.join(board.engines)}",
        )
    return engines[name]


def _choose(name: str, value: str, known: Sequence[T]) -> T:
    """The member of `known` that `value` spells."""
    if value not in known:
        raise unknown(name, value, known)
    return known[known.index(cast(T, value))]


def _front_end(graph: Graph, config: Config, chosen: str, benchmark: str) -> FrontEnd:
    """The chosen one, that of mcugen.toml, that of the benchmark, or `raw`."""
    if benchmark in BENCHMARKS and not chosen and not config.front_end:
        return PRESETS[BENCHMARKS[benchmark].preset]
    if chosen == "raw" or (not chosen and not config.front_end):
        return raw_front_end(graph)
    if chosen == "image":
        return image_front_end(graph)
    if chosen:
        _choose("front-end", chosen, (*PRESETS, "image", "raw"))
        return rows_of_model(PRESETS[chosen], graph)
    front_end = front_end_from_dict(config.front_end, f"{config.where} [front_end]")
    is_said = "window_rows" in config.front_end or "stride_rows" in config.front_end
    return front_end if is_said else rows_of_model(front_end, graph)


def _decode(
    graph: Graph,
    config: Config,
    choices: Choices,
    front_end: FrontEnd,
    score: str,
    model_bytes: bytes,
) -> Decode | None:
    """The meaning of the outputs: [decode] of mcugen.toml; or classes, whose names are in a file, or known
    from the preset or from the model's metadata."""
    if config.decode and not choices.class_names:
        return decode_from_dict(config.decode, f"{config.where} [decode]")
    output = graph.tensors[graph.outputs[0]]
    if choices.class_names:
        names = read_class_names(choices.class_names)
    elif score == "none" and output.dtype in CLASS_TYPES:
        names = known_classes(front_end, model_bytes, output.elements)
    else:
        names = ()
    if not names:
        return None
    return Classes(names, min(TOP_CLASSES, len(names)), softmax=not gives_probabilities(graph))


def _score(graph: Graph, config: Config, choices: Choices, front_end: FrontEnd) -> str:
    """An autoencoder with a front-end is scored by its reconstruction error unless configured otherwise."""
    if choices.score:
        return _choose("score", choices.score, SCORES)
    if config.score != "none":
        return config.score
    shapes = [graph.tensors[index].elements for index in (graph.inputs[0], graph.outputs[0])]
    return "reconstruction-error" if front_end.kind != "raw" and len(set(shapes)) == 1 else "none"


def _wake_word(graph: Graph, config: Config, front_end: FrontEnd, score: str) -> WakeWord | None:
    """How a wake word is found, in windows; ConfigError for a model or front-end without one."""
    if score != wake_word.SCORE:
        return None
    output = graph.tensors[graph.outputs[0]]
    if output.elements != 1 or front_end.row_s is None:
        what = f"output 0 has {output.elements} values and the front-end is {front_end.kind}"
        raise ConfigError(
            f"the score wake-word is of one probability and of audio: {what}",
            hint=f"--front-end {WAKE_WORD_PRESET} for a model of microWakeWord",
        )
    if config.windows > wake_word.MOST_WINDOWS or config.refractory_s < 0:
        raise ConfigError(
            f"{config.where} [score]: windows is 1 to {wake_word.MOST_WINDOWS}, refractory_s at least 0"
        )
    window_s = front_end.stride_rows * front_end.row_s
    refractory = wake_word.refractory_windows(config.refractory_s, window_s)
    return WakeWord(config.windows, refractory)
