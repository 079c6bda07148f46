# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Example programs of an SDK, written with its own models."""

from __future__ import annotations

from dataclasses import dataclass

from mcugen.codegen.render import render
from mcugen.sdk.package import Sdk


@dataclass(frozen=True, slots=True)
class Example:
    """A program in examples/ and the CMake targets it links."""

    name: str
    path: str
    targets: tuple[str, ...]
    content: bytes


def make_examples(sdk: Sdk) -> tuple[Example, ...]:
    """Those that the models allow: samples for `stream_pcm`, two models for `two_models`.

    The first one stands in the README.
    """
    first = sdk.models[0]
    streaming = [model for model in sdk.models if model.sample_type]
    examples = [_example("stream_pcm", (m.target,), {"m": m}) for m in streaming[:1]]
    examples.append(_example("minimal", (first.target,), {"m": first}))
    if first.slot:
        examples.append(_example("replace_weights", (first.target,), {"m": first}))
    stateless = [model for model in sdk.models if not model.lowered.states]
    if len(stateless) > 1:
        a, b = stateless[:2]
        examples.append(_example("two_models", (a.target, b.target), {"a": a, "b": b}))
    return tuple(examples)


def _example(name: str, targets: tuple[str, ...], values: dict[str, object]) -> Example:
    content = render(f"sdk/examples/{name}.c.j2", values)
    return Example(name, f"examples/{name}.c", targets, content)
