# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a SavedModel only computes: looked up in its graphs, before TensorFlow loads it.

A SavedModel is a program: its graphs may read and write files, and loading runs some of them.
Allowed are operators without side effects, and those that hold variables. The files of its own
variables are read and written in two functions that only the loader calls.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mcugen.errors import EnvironmentError_, ModelError
from mcugen.foreign_text import one_line

HINT = "nothing of it was run; export the model without this operator"

_STATEFUL = frozenset(
    "Assert AssignAddVariableOp AssignSubVariableOp AssignVariableOp DestroyResourceOp "
    "DisableCopyOnRead For If NoOp Placeholder PlaceholderWithDefault PartitionedCall RandomNormal "
    "RandomStandardNormal RandomUniform RandomUniformInt ReadVariableOp StatefulPartitionedCall "
    "TruncatedNormal VarHandleOp VarIsInitializedOp VariableShape VariableV2 While".split()
)
"""Operators with state that a model needs."""
_FILES = re.compile(
    r"File|Read(er|Into)|PyFunc|Proto|Iterator|Dataset|Summary|Save|Restore|Checkpoint|Print|Load|Dump"
    r"|Vocab|Remote|Rpc|Socket|Lookup|Xla|Tpu|TPU|Collective|Launch|DecodeImage|Audio$"
)
_OWN_FILES = frozenset({"MergeV2Checkpoints", "RestoreV2", "SaveV2", "ShardedFilename"})


def check_saved_model(folder: Path) -> Iterator[Any]:
    """ModelError when an operator could do more than compute; yields the Keras objects described."""
    try:
        from google.protobuf.message import DecodeError
        from tensorflow.core.protobuf import saved_model_pb2
        from tf_keras.protobuf import saved_metadata_pb2
    except ImportError as error:
        raise EnvironmentError_(
            f"{folder} is a SavedModel: reading it needs TensorFlow",
            hint="pip install 'mcugen[train]'",
        ) from error
    try:
        content = (folder / "saved_model.pb").read_bytes()
        for graph in saved_model_pb2.SavedModel.FromString(content).meta_graphs:
            _check_graph(graph, folder.name)
        metadata = folder / "keras_metadata.pb"
        if metadata.is_file():
            nodes = saved_metadata_pb2.SavedMetadata.FromString(metadata.read_bytes()).nodes
            yield from (json.loads(n.metadata) for n in nodes if n.identifier != "_tf_keras_metric")
    except (DecodeError, ValueError, OSError, RecursionError) as error:
        raise ModelError(f"{folder} is not a readable SavedModel: {error}") from error


def _check_graph(meta_graph: Any, name: str) -> None:
    main, functions = meta_graph.graph_def.node, meta_graph.graph_def.library.function
    saver = _saver_functions(meta_graph)
    for place, nodes in (("", main), *((f.signature.name, f.node_def) for f in functions)):
        for node in nodes:
            own = place in saver and node.op in _OWN_FILES
            if not own and (reason := _reason(node.op, {f.signature.name for f in functions})):
                raise ModelError(f"{name} is not loaded: its operator {reason}", hint=HINT)


def _saver_functions(meta_graph: Any) -> frozenset[str]:
    """The functions that save and restore variables, where nothing but the loader can call them."""
    main, functions = meta_graph.graph_def.node, meta_graph.graph_def.library.function
    saver = meta_graph.saver_def
    callers = {saver.save_tensor_name.partition(":")[0], saver.restore_op_name.partition(":")[0]}
    called = {name for node in main if node.name in callers for name in _calls(node)}
    others = [node for node in main if node.name not in callers]
    others += [node for function in functions for node in function.node_def]
    reachable = {name for node in others for name in _calls(node)}
    reachable |= set(meta_graph.object_graph_def.concrete_functions)
    waited_for = {re.sub(r"^\^|:\d+$", "", source) for node in main for source in node.input}
    return frozenset() if waited_for & callers else frozenset(called - reachable)


def _calls(node: Any) -> Iterable[str]:
    """Functions that a node names, in whatever attribute."""
    yield node.op
    for value in node.attr.values():
        yield value.func.name
        yield from (function.name for function in value.list.func)


def _reason(operator: str, own_functions: set[str]) -> str:
    """Why an operator is refused; empty when it only computes."""
    from tensorflow.python.framework import op_def_registry

    shown = one_line(operator)[:60]
    definition = op_def_registry.get(operator)
    if definition is None:
        return "" if operator in own_functions else f"{shown} is none of TensorFlow's"
    if operator in _STATEFUL:
        return ""
    if definition.is_stateful or _FILES.search(operator):
        return f"{shown} may do more than compute"
    return ""
