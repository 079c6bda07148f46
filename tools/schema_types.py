# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""JSON Schemas of Python types: what `asdict` and `json` make of a value. No object may have a key that
its schema does not name."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

Schema = dict[str, Any]

STRING: Schema = {"type": "string"}
INTEGER: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
BOOLEAN: Schema = {"type": "boolean"}
SHA256: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
ANY: Schema = {}
TEXTS: Schema = {"type": "object", "additionalProperties": STRING}
_SIMPLE = {
    str: STRING,
    Path: STRING,
    int: INTEGER,
    float: NUMBER,
    bool: BOOLEAN,
    type(None): {"type": "null"},
}


def array(items: Schema) -> Schema:
    """A list of one kind."""
    return {"type": "array", "items": items}


def optional(schema: Schema) -> Schema:
    """The same or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def one_object(properties: Mapping[str, Schema], without: tuple[str, ...] = ()) -> Schema:
    """An object with exactly these keys; those named `without` may be missing."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": [name for name in properties if name not in without],
        "additionalProperties": False,
    }


def of(kind: Any) -> Schema:
    """The schema of what `asdict` and `json` make of a value of this type."""
    if isinstance(kind, TypeVar) or kind is Any:
        return ANY
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return {"anyOf": [of(one) for one in arguments]}
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin is tuple and arguments[-1] is not Ellipsis:
        count = len(arguments)
        places = {"prefixItems": [of(one) for one in arguments], "items": False}
        return {"type": "array", **places, "minItems": count, "maxItems": count}
    if origin in (tuple, list) or (origin is not None and issubclass(origin, tuple | list)):
        return array(of(arguments[0]))
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": of(arguments[1])}
    if is_dataclass(kind):
        return one_object(members(kind))
    raise TypeError(f"no schema for {kind}")


def members(kind: Any, *left_out: str) -> dict[str, Schema]:
    """The fields of a dataclass."""
    hints = get_type_hints(kind)
    return {f.name: of(hints[f.name]) for f in fields(kind) if f.name not in left_out}


def versioned(
    version: int, properties: Mapping[str, Schema], without: tuple[str, ...] = ()
) -> Schema:
    """An object whose key `schema` is its version."""
    return one_object({"schema": {"const": version}, **properties}, without)


def finite(schema: Any) -> Any:
    """The schema with null for numbers that JSON does not know."""
    if schema == NUMBER:
        return {"type": ["number", "null"]}
    if isinstance(schema, dict):
        return {key: finite(one) for key, one in schema.items()}
    return [finite(one) for one in schema] if isinstance(schema, list) else schema
