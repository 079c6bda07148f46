# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""TOML read strictly: a missing, mistyped or unknown key is a ConfigError that names file and key."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from mcugen.errors import ConfigError, unknown

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")
D = TypeVar("D", bound="DataclassInstance")
_REQUIRED: Any = object()
_NAMES = {
    str: "a string",
    int: "an integer",
    bool: "true or false",
    dict: "a table",
    (int, float): "a number",
    (list, tuple): "a list",
}


def read_toml(path: Path) -> TomlTable:
    """The top table of a TOML file."""
    try:
        with path.open("rb") as file:
            return TomlTable(tomllib.load(file), str(path))
    except FileNotFoundError:
        raise ConfigError(f"{path} does not exist") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from error


def _inside(where: str, key: str) -> str:
    """The place of a sub-table: `board.toml [a]` and `b` -> `board.toml [a.b]`."""
    return f"{where[:-1]}.{key}]" if where.endswith("]") else f"{where} [{key}]"


class TomlTable:
    """One table and where it stands. Keys are asked for by type; `finish` refuses those never asked for."""

    def __init__(self, data: Mapping[str, Any], where: str) -> None:
        self._data = data
        self._asked: set[str] = set()
        self.where = where

    def __contains__(self, key: str) -> bool:
        self._asked.add(key)
        return key in self._data

    def text(self, key: str, default: str = _REQUIRED, *, may_be_empty: bool = False) -> str:
        """A string."""
        value: str = self._get(key, str, default)
        if key in self._data and not (value.strip() or may_be_empty):
            raise self.wrong(key, "a string with something in it")
        return value

    def integer(self, key: str, default: int = _REQUIRED, low: int = 0) -> int:
        """An integer of 64 bits, `low` or more."""
        value: int = self._get(key, int, default)
        if not low <= value < 2**63:
            raise self.wrong(key, f"{low} or more" if value < low else "an integer of 64 bits")
        return value

    def number(self, key: str, default: float = _REQUIRED) -> float:
        """A finite float; an integer is one as well."""
        value = self._get(key, (int, float), default)
        if not abs(value) <= sys.float_info.max:  # True for nan, infinity and what no float holds
            raise self.wrong(key, "a finite number")
        return float(value)

    def flag(self, key: str, default: bool = _REQUIRED) -> bool:
        """A boolean."""
        value: bool = self._get(key, bool, default)
        return value

    def texts(self, key: str, default: tuple[str, ...] = _REQUIRED) -> tuple[str, ...]:
        """A list of strings, none of them empty."""
        values = self._get(key, (list, tuple), default)
        if not all(isinstance(value, str) and value.strip() for value in values):
            raise self.wrong(key, "a list of strings with something in each")
        return tuple(values)

    def words(
        self, key: str, known: Sequence[str], default: tuple[str, ...] = _REQUIRED
    ) -> tuple[str, ...]:
        """A list of words that are all in `known`."""
        values = self.texts(key, default)
        for value in values:
            if value not in known:
                raise unknown(f"{self.where}: word in {key}", value, known)
        return values

    def wrong(self, key: str, wanted: str) -> ConfigError:
        """The error that `key` does not hold what is `wanted`."""
        return ConfigError(f"{self.where}: {key} must be {wanted}, not {self._data.get(key)!r}")

    def choice(self, key: str, choices: tuple[str, ...], default: str = _REQUIRED) -> str:
        """A string that is one of `choices`."""
        value = self.text(key, default)
        if value not in choices:
            raise unknown(f"{self.where}: {key}", value, choices)
        return value

    def table(self, key: str) -> TomlTable:
        """A sub-table; empty when absent."""
        value = self._get(key, dict, {})
        return TomlTable(value, _inside(self.where, key))

    def named_tables(self, key: str) -> Mapping[str, TomlTable]:
        """The sub-tables of a sub-table, whose names are the user's; empty when absent."""
        group = self.table(key)
        return {name: group.table(name) for name in self.mapping(key)}

    def named_texts(self, key: str, *, may_be_empty: bool = False) -> Mapping[str, str]:
        """The strings of a sub-table, whose names are the user's; empty when absent."""
        return self.table(key).texts_by_name(may_be_empty=may_be_empty)

    def texts_by_name(self, *, may_be_empty: bool = False) -> Mapping[str, str]:
        """All keys of this table, which are the user's, and their strings."""
        return {name: self.text(name, may_be_empty=may_be_empty) for name in self._data}

    def tables(self, key: str) -> tuple[TomlTable, ...]:
        """A list of sub-tables ([[key]]); empty when absent."""
        values = self._get(key, (list, tuple), ())
        if not all(isinstance(value, dict) for value in values):
            raise self.wrong(key, "a list of tables")
        return tuple(TomlTable(v, f"{self.where} [[{key}]] {n}") for n, v in enumerate(values, 1))

    def pairs(self, key: str) -> tuple[tuple[float, float], ...]:
        """A list of pairs of numbers."""
        values = self._get(key, (list, tuple), _REQUIRED)
        for value in values:
            two = isinstance(value, list | tuple) and len(value) == 2
            if not two or any(type(number) not in (int, float) for number in value):
                raise self.wrong(key, "a list of pairs of numbers")
        return tuple((float(a), float(b)) for a, b in values)

    def mapping(self, key: str) -> Mapping[str, Any]:
        """A sub-table as it is, for a reader elsewhere; empty when absent."""
        value: Mapping[str, Any] = self._get(key, dict, {})
        return value

    def other_tables(self) -> Mapping[str, Mapping[str, Any]]:
        """Every sub-table that nobody asked for, as it is, for readers elsewhere."""
        found = {
            k: v for k, v in self._data.items() if isinstance(v, dict) and k not in self._asked
        }
        self._asked |= found.keys()
        return found

    def read(self, kind: type[D], **known: Any) -> D:
        """A dataclass whose fields are keys of this table, each of the type that is annotated, but for
        those `known`. One with a default may be missing; what is no field is refused."""
        hints = get_type_hints(kind)
        for field in fields(kind):
            if field.name not in known:
                default = () if field.default is MISSING else (field.default,)
                known[field.name] = _READERS[hints[field.name]](self, field.name, *default)
        self.finish()
        return kind(**known)

    def finish(self) -> None:
        """Refuses every key that nobody asked for, naming the nearest known one."""
        for key in self._data:
            if key not in self._asked:
                raise unknown(f"{self.where}: key", key, sorted(self._asked))

    def _get(self, key: str, kind: Any, default: T) -> Any:
        self._asked.add(key)
        if key not in self._data:
            if default is _REQUIRED:
                raise ConfigError(f"{self.where}: key {key!r} is missing")
            return default
        value = self._data[key]
        boolean_by_accident = isinstance(value, bool) and kind is not bool
        if not isinstance(value, kind) or boolean_by_accident:
            raise self.wrong(key, _NAMES[kind])
        return value


_READERS: Mapping[Any, Callable[..., Any]] = {
    str: TomlTable.text,
    int: TomlTable.integer,
    float: TomlTable.number,
    bool: TomlTable.flag,
    tuple[str, ...]: TomlTable.texts,
    Mapping[str, str]: TomlTable.named_texts,
}
"""Annotation of a field -> how its key is read."""
