# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""FrontEnd <-> one flat table, as in mcugen.toml `[front_end]` and in manifest.json."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from mcugen.errors import ConfigError, nearest, unknown
from mcugen.features.spec import KINDS, PRESETS, FrontEnd

FLOAT32_MAX = 3.4028234663852886e38
INT32_MAX = 2**31 - 1

SHAPE_KEYS = ("window_rows", "stride_rows", "first_row", "last_row")
SHAPE_DEFAULTS = {"window_rows": 1, "stride_rows": 1, "first_row": 0, "last_row": None}


def front_end_to_dict(front_end: FrontEnd) -> dict[str, Any]:
    """The table that front_end_from_dict turns back into `front_end`; no key holds None."""
    table: dict[str, Any] = {"kind": front_end.kind}
    table.update({key: getattr(front_end, key) for key in SHAPE_KEYS})
    if front_end.rows is None:
        table["row_values"] = front_end.row_values
    else:
        table.update(dataclasses.asdict(front_end.rows))
    return {key: value for key, value in table.items() if value is not None}


def front_end_from_dict(table: Mapping[str, Any], where: str) -> FrontEnd:
    """The front-end a flat table describes: a `preset` or a `kind`, and what differs from it.

    `where` names the table in errors (`mcugen.toml [front_end]`). All wrong keys, or else all wrong
    values, are named in one ConfigError.
    """
    given = dict(table)
    defaults = _defaults(given.pop("preset", None), given.pop("kind", None), where)
    kind = defaults.pop("kind")
    _refuse(where, [_key_fault(key, defaults) for key in given if key not in defaults])
    _refuse(where, [_type_fault(key, value, defaults[key]) for key, value in given.items()])
    values = {**defaults, **given}
    shape = {key: values.pop(key) for key in SHAPE_KEYS}
    _refuse(where, _shape_faults(shape))
    parameters = KINDS[kind]
    if parameters is None:
        _refuse(where, ["row_values must be positive"] if values["row_values"] < 1 else [])
        return FrontEnd(kind, values["row_values"], **shape)
    rows = parameters(**{key: _like(defaults[key], value) for key, value in values.items()})
    _refuse(where, rows.faults())
    return FrontEnd(kind, rows.row_values, **shape, rows=rows)


def _defaults(preset: object, kind: object, where: str) -> dict[str, Any]:
    """Every key of the table with the value it has when it is not given, and `kind`."""
    if preset is not None and str(preset) not in PRESETS:
        raise unknown(f"{where}: preset", str(preset), PRESETS)
    if kind is not None and str(kind) not in KINDS:
        raise unknown(f"{where}: kind", str(kind), KINDS)
    if preset is not None:
        start = front_end_to_dict(PRESETS[str(preset)])
        if kind not in (None, start["kind"]):
            raise ConfigError(f"{where}: preset {preset!r} is a {start['kind']}, not a {kind}")
        return {"last_row": None, **start}
    parameters = KINDS[str(kind)] if kind is not None else None
    own = {"row_values": 0} if parameters is None else dataclasses.asdict(parameters())
    return {"kind": kind or "raw", **SHAPE_DEFAULTS, **own}


def _refuse(where: str, faults: Iterable[str]) -> None:
    """Raises one error of all faults that are not empty."""
    if texts := [fault for fault in faults if fault]:
        raise ConfigError(f"{where}: " + "; ".join(texts))


def _key_fault(key: str, known: Iterable[str]) -> str:
    meant = nearest(key, known)
    return f"unknown key {key!r}" + (f", did you mean {meant!r}?" if meant else "")


def _type_fault(key: str, value: object, default: object) -> str:
    """A text unless `value` has the type of `default`, where None stands for an integer."""
    if isinstance(default, bool):
        return "" if isinstance(value, bool) else f"{key} must be true or false, not {value!r}"
    if isinstance(default, str):
        return "" if isinstance(value, str) else f"{key} must be a string, not {value!r}"
    if isinstance(default, tuple):
        fits = isinstance(value, list | tuple) and all(map(_is_number, value))
        return "" if fits else f"{key} must be a list of numbers, not {value!r}"
    if isinstance(default, float):
        return "" if _is_number(value) else f"{key} must be a number, not {value!r}"
    if not isinstance(value, int) or isinstance(value, bool):
        return f"{key} must be a whole number, not {value!r}"
    return "" if abs(value) <= INT32_MAX else f"{key} must be a whole number of 32 bits"


def _is_number(value: object) -> bool:
    """Whether `value` is a number that float32 can hold."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and abs(float(str(value))) <= FLOAT32_MAX


def _shape_faults(shape: Mapping[str, Any]) -> list[str]:
    least = {"window_rows": 1, "stride_rows": 1, "first_row": 0}
    faults = [f"{key} must be at least {low}" for key, low in least.items() if shape[key] < low]
    last_row = shape["last_row"]
    if last_row is not None and last_row < shape["first_row"] + shape["window_rows"]:
        faults.append("last_row must leave room for one window after first_row")
    return faults


def _like(default: object, value: Any) -> Any:
    """`value`, which passed _type_fault, in the type of `default`."""
    if isinstance(default, tuple):
        return tuple(map(float, value))
    return float(value) if isinstance(default, float) else value
