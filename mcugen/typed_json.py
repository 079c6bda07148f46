# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A dataclass out of a JSON object, every key and value checked against its annotations."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from mcugen.errors import DataError, nearest

T = TypeVar("T")


def from_object(kind: type[T], body: dict[str, Any], where: str) -> T:
    """All faults in one DataError, with `where` in front.

    A key with a default may be missing: the file is of a mcugen that did not know it.
    """
    hints = _hints(kind)  # type: ignore[arg-type]
    needed = {field.name for field in fields(kind) if field.default is MISSING}  # type: ignore[arg-type]
    faults = [f"unknown key {key!r}{_did_you_mean(key, hints)}" for key in body if key not in hints]
    values = {}
    for name, hint in hints.items():
        if name not in body:
            faults += [f"key {name!r} is missing"] if name in needed else []
            continue
        try:
            values[name] = _read(hint, body[name])
        except (TypeError, ValueError, OverflowError):
            faults.append(f"{name} = {body[name]!r:.60} is not {_word(hint)}")
    if faults:
        raise DataError(f"{where}: {'; '.join(faults)}")
    return kind(**values)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _did_you_mean(key: str, known: Iterable[str]) -> str:
    close = nearest(key, known)
    return f" (did you mean {close!r}?)" if close else ""


def _word(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) and not get_args(hint) else str(hint)


def _read(hint: Any, value: Any) -> Any:
    """TypeError or ValueError for what is not of that type."""
    arguments = get_args(hint)
    if get_origin(hint) is UnionType:  # X | None
        return None if value is None else _read(arguments[0], value)
    if hint is float and type(value) in (int, float) and math.isfinite(value):
        return float(value)
    if get_origin(hint) is tuple and type(value) is list:
        each = arguments[:1] * len(value) if arguments[-1] is Ellipsis else arguments
        return tuple(_read(one, item) for one, item in zip(each, value, strict=True))
    if isinstance(hint, type) and is_dataclass(hint) and type(value) is dict:
        return from_object(hint, value, hint.__name__.lower())
    if hint in (str, int) and type(value) is hint:  # True is an int
        return value
    raise TypeError
