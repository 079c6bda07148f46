# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Model, front-end and board -> a whole project as a value. Nothing here touches the disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mcugen import __version__
from mcugen.boards import Board, MemoryRegion
from mcugen.codegen.render import render
from mcugen.codegen.tree import MARKER, SourceTree, merge, runtime_tree, tree_sha256
from mcugen.engines.contract import Engine, EngineOptions, EnginePlan
from mcugen.errors import ConfigError, ModelError
from mcugen.export.app import ENERGY_BAUD, HARNESS, board_tree, config_macros
from mcugen.export.decode import emit_decode
from mcugen.export.exporter import Exporter, ExportOptions
from mcugen.export.manifest import Manifest, manifest_json
from mcugen.features.c_tables import RUNTIME_SOURCES, emit_front_end
from mcugen.features.spec import FrontEnd, check_front_end
from mcugen.model.check import check_graph, refuse
from mcugen.model.ir import Graph, Problem
from mcugen.scoring.decode import Decode, check_decode
from mcugen.scoring.wake_word import WakeWord

TOOL = f"mcugen {__version__}"


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """Everything that decides what a project holds. `model_bytes` is the .tflite as it was read."""

    graph: Graph
    model_bytes: bytes
    model_file: str
    front_end: FrontEnd
    score: str
    threshold: float | None
    board: Board
    engine: Engine
    exporter: Exporter
    engine_options: EngineOptions
    export_options: ExportOptions
    mlperf_id: str
    mlperf_energy: bool = False  # time stamps are pulses on a pin
    others: tuple[Engine, ...] = ()  # engines that the board also runs
    layouts: Mapping[str, Board] = field(default_factory=dict)  # --memory -> the board with it
    decode: Decode | None = None
    accelerated: tuple[str, ...] = ()  # what the NPU's compiler said, in lines
    wake_word: WakeWord | None = None

    def with_linked_model(
        self, model: bytes, arena_bytes: int, said: tuple[str, ...] = ()
    ) -> BuildRequest:
        """With another .tflite linked in place of the model, which stays the reference; `said` by what
        made it.

        ConfigError when the engine does not link the model's file.
        """
        if not self.engine.links_tflm:
            raise ConfigError("a converted model needs the interpreter", hint="--engine tflm")
        chosen = self.engine_options.arena_bytes or arena_bytes
        options = replace(self.engine_options, model_bytes=model, arena_bytes=chosen)
        return replace(self, engine_options=options, accelerated=said)


@dataclass(frozen=True, slots=True)
class GeneratedProject:
    """A project ready to be written, and what its engine needs."""

    tree: SourceTree
    manifest: Manifest
    plan: EnginePlan


def generate(request: BuildRequest) -> GeneratedProject:
    """The project of a request; a model that cannot work on the board is refused with all reasons."""
    check_request(request)
    plan = request.engine.plan(request.graph, request.engine_options)
    check_fit(plan, request.board, request.layouts)
    app = merge(
        {} if request.engine.runs_file else _firmware(request, plan),
        {f"model/{request.graph.name}.tflite": request.model_bytes},
        _converted(request),
    )
    around = request.exporter.emit(app, request.board, request.graph.name, request.export_options)
    tree = merge(app, around)
    sha256 = tree_sha256(tree)
    if not request.engine.runs_file:
        header = render("app/firmware_sha256.h.j2", {"tool": TOOL, "sha256": sha256})
        tree = merge(tree, {"app/firmware_sha256.h": header})
    manifest = _manifest(request, plan, sha256)
    return GeneratedProject(merge(tree, {MARKER: manifest_json(manifest, tree)}), manifest, plan)


def _converted(request: BuildRequest) -> SourceTree:
    """The file that is linked in place of the model, where there is one."""
    linked = request.engine_options.model_bytes
    if linked in (None, request.model_bytes):
        return {}
    return {f"model/{request.graph.name}_npu.tflite": linked}  # Manifest.converted_file


def _firmware(request: BuildRequest, plan: EnginePlan) -> SourceTree:
    """Model, front-end, runtime and board, as sources."""
    return merge(
        request.engine.emit(request.graph, request.engine_options),
        emit_front_end(request.front_end, TOOL, taps=request.engine_options.per_layer),
        runtime_tree((*HARNESS, *RUNTIME_SOURCES[request.front_end.kind])),
        board_tree(request.board),
        {"app/config.h": _config(request, plan), "app/identity.c": _identity(request, plan)},
        emit_decode(request.decode, request.graph, TOOL),
    )


def check_request(request: BuildRequest) -> None:
    """Refuses what cannot work, with all reasons: engine, front-end and decoding against the model."""
    _check_pin(request)
    refuse(_problems(request), request.model_file)


def _check_pin(request: BuildRequest) -> None:
    sources = [path for path in request.board.files.values() if path.suffix in (".c", ".cc")]
    if request.mlperf_energy and not any(b"mcugen_port_mark" in p.read_bytes() for p in sources):
        raise ConfigError(
            f"board {request.board.name} drives no pin, which MLPerf's energy mode needs",
            hint="give its port.c a mcugen_port_mark (runtime/port.h), or choose another board",
        )


def _problems(request: BuildRequest) -> list[Problem]:
    """All reasons against the request; the engine's own only where the graph is sound."""
    graph = request.graph
    general = [] if request.engine.runs_file else check_graph(graph, request.engine.operators)
    told = {problem.where for problem in general}
    own: Sequence[Problem] = request.engine.supports(graph)
    shape = check_front_end(request.front_end, graph)
    meaning = check_decode(request.decode, graph) if request.decode else []
    own = [problem for problem in own if problem.where not in told]
    found = [*general, *own, *shape, *meaning]
    if general or own:
        found[-1] = replace(found[-1], hint="\n       ".join(_ways_out(request, found[-1].hint)))
    return found


def _ways_out(request: BuildRequest, hint: str) -> Iterator[str]:
    """The hint, and the engines of the board that do take the model."""
    yield from [hint] if hint else []
    for engine in request.others:
        if engine.runs_file:
            yield f"--engine {engine.name} only times the file, whatever is in it"
        elif _takes(engine, request):
            yield f"use --engine {engine.name}, which takes the model"


def _takes(engine: Engine, request: BuildRequest) -> bool:
    if check_graph(request.graph, engine.operators) or engine.supports(request.graph):
        return False
    try:
        engine.plan(request.graph, request.engine_options)
    except ModelError:
        return False
    return True


def check_fit(plan: EnginePlan, board: Board, layouts: Mapping[str, Board]) -> None:
    """ModelError with the numbers when the plan needs more than the board has left for a model, and the
    layouts of its memory in which there is enough."""
    for name, region, needed_bytes, left_bytes, what in _overflows(plan, board):
        fits = [word for word, other in layouts.items() if not [*_overflows(plan, other)]]
        raise ModelError(
            f"the model does not fit {board.name}: it needs {needed_bytes} bytes of {name} ({what}), "
            f"{left_bytes} are left of {region.bytes}"
            + (f"; it fits with --memory {' or '.join(fits)}" if fits else ""),
            hint="take a smaller model, another board, or --optimize size",
        )


def _overflows(plan: EnginePlan, board: Board) -> Iterator[tuple[str, MemoryRegion, int, int, str]]:
    """Memory that is too small: its name, it, the bytes needed and left, what needs them."""
    needs = (
        ("flash", board.flash, plan.weight_bytes, "weights and tables"),
        ("RAM", board.ram, plan.arena_bytes, f"activations, most in {plan.peak_step}"),
    )
    for name, region, needed_bytes, what in needs:
        if region is not None and needed_bytes > (left := region.bytes - region.reserved_bytes):
            yield name, region, needed_bytes, left, what


def _config(request: BuildRequest, plan: EnginePlan) -> bytes:
    graph = request.graph
    word = request.wake_word
    macros = config_macros(
        request.front_end,
        request.score,
        word.windows if word else 0,
        sum(graph.tensors[index].bytes for index in graph.inputs),
        graph.tensors[graph.outputs[0]].bytes,
        request.board.tick_unit,
        batch=plan.batch,
        mlperf_energy=request.mlperf_energy,
    )
    return render("app/config.h.j2", {**_heading(request), "macros": macros})


def _heading(request: BuildRequest) -> dict[str, object]:
    return {"tool": TOOL, "model_file": request.model_file, "board": request.board}


def _manifest(request: BuildRequest, plan: EnginePlan, firmware: str) -> Manifest:
    options = request.engine_options
    return Manifest(
        tool=TOOL,
        model=request.graph.name,
        model_file=f"model/{request.graph.name}.tflite",
        model_sha256=request.graph.sha256,
        board=request.board.name,
        board_title=request.board.title,
        engine=request.engine.name,
        rounding=options.rounding,
        optimize=options.optimize,
        accelerator="cpu" if options.model_bytes in (None, request.model_bytes) else "npu",
        front_end=request.front_end,
        score=request.score,
        threshold=request.threshold,
        arena_bytes=plan.arena_bytes,
        weight_bytes=plan.weight_bytes,
        firmware_sha256=firmware,
        decode=request.decode,
        accelerated=request.accelerated,
        wake_word=request.wake_word,
        baud=ENERGY_BAUD if request.mlperf_energy else None,
    )


def _identity(request: BuildRequest, plan: EnginePlan) -> bytes:
    options = request.engine_options
    flags = request.exporter.compile_flags(request.board, options.optimize)
    facts = (
        ("model", request.graph.name),
        ("model_sha256", request.graph.sha256),
        ("tool", TOOL),
        ("engine", request.engine.name),
        ("rounding", options.rounding),
        ("front_end", request.front_end.kind),
        ("score", request.score),
        ("board", request.board.name),
        ("tick_unit", request.board.tick_unit),
        ("mlperf_id", request.mlperf_id),
        *((("batch", plan.batch),) if plan.batch > 1 else ()),
    )
    return render(
        "app/identity.c.j2", {**_heading(request), "facts": facts, "flags": " ".join(flags)}
    )
