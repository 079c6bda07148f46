# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""TOML read strictly: a missing, mistyped or unknown key is a ConfigError that names file and key."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from mcugen.errors import ConfigError, nearest

T = TypeVar("T")
_REQUIRED: Any = object()
_NAMES = {str: "a text", int: "an integer", float: "a number", bool: "true or false"}


def read_toml(path: Path) -> Table:
    """The top table of a TOML file."""
    try:
        with path.open("rb") as file:
            return Table(tomllib.load(file), str(path))
    except FileNotFoundError:
        raise ConfigError(f"{path} does not exist") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from error


class Table:
    """One table and where it stands. Keys are asked for by type; `finish` refuses those never asked for."""

    def __init__(self, data: Mapping[str, Any], where: str) -> None:
        self._data = data
        self._asked: set[str] = set()
        self.where = where

    def __contains__(self, key: str) -> bool:
        self._asked.add(key)
        return key in self._data

    def text(self, key: str, default: str = _REQUIRED) -> str:
        """A string."""
        value: str = self._get(key, str, default)
        return value

    def integer(self, key: str, default: int = _REQUIRED) -> int:
        """An integer."""
        value: int = self._get(key, int, default)
        return value

    def number(self, key: str, default: float = _REQUIRED) -> float:
        """A float; an integer is one too."""
        value = self._get(key, (int, float), default)
        return float(value)

    def flag(self, key: str, default: bool = _REQUIRED) -> bool:
        """A boolean."""
        value: bool = self._get(key, bool, default)
        return value

    def texts(self, key: str, default: tuple[str, ...] = _REQUIRED) -> tuple[str, ...]:
        """A list of strings."""
        values = self._get(key, (list, tuple), default)
        if not all(isinstance(value, str) for value in values):
            raise ConfigError(f"{self.where}: {key} must be a list of texts")
        return tuple(values)

    def choice(self, key: str, choices: tuple[str, ...], default: str = _REQUIRED) -> str:
        """A string that is one of `choices`."""
        value = self.text(key, default)
        if value not in choices:
            near = nearest(value, choices)
            raise ConfigError(
                f"{self.where}: {key} = {value!r} is not one of {', '.join(choices)}",
                hint=f"did you mean {near!r}?" if near else "",
            )
        return value

    def table(self, key: str) -> Table:
        """A sub-table; empty when absent."""
        value = self._get(key, dict, {})
        return Table(value, f"{self.where} [{key}]")

    def tables(self, key: str) -> tuple[Table, ...]:
        """A list of sub-tables ([[key]]); empty when absent."""
        values = self._get(key, (list, tuple), ())
        if not all(isinstance(value, dict) for value in values):
            raise ConfigError(f"{self.where}: {key} must be a list of tables")
        return tuple(Table(v, f"{self.where} [[{key}]] {n}") for n, v in enumerate(values, 1))

    def pairs(self, key: str) -> tuple[tuple[float, float], ...]:
        """A list of pairs of numbers."""
        values = self._get(key, (list, tuple), _REQUIRED)
        for value in values:
            two = isinstance(value, list | tuple) and len(value) == 2
            if not two or any(type(number) not in (int, float) for number in value):
                raise ConfigError(f"{self.where}: {key} must be a list of pairs of numbers")
        return tuple((float(a), float(b)) for a, b in values)

    def mapping(self, key: str) -> Mapping[str, Any]:
        """A sub-table as it is, for a reader elsewhere; empty when absent."""
        value: Mapping[str, Any] = self._get(key, dict, {})
        return value

    def finish(self) -> None:
        """Refuses every key that nobody asked for, naming the nearest known one."""
        for key in self._data:
            if key not in self._asked:
                near = nearest(key, self._asked)
                raise ConfigError(
                    f"{self.where}: unknown key {key!r}",
                    hint=f"did you mean {near!r}?"
                    if near
                    else f"known keys: {', '.join(sorted(self._asked))}",
                )

    def _get(self, key: str, kind: Any, default: T) -> Any:
        self._asked.add(key)
        if key not in self._data:
            if default is _REQUIRED:
                raise ConfigError(f"{self.where}: key {key!r} is missing")
            return default
        value = self._data[key]
        boolean_by_accident = isinstance(value, bool) and kind is not bool
        if not isinstance(value, kind) or boolean_by_accident:
            wanted = _NAMES.get(kind, "a number" if kind == (int, float) else "a list or table")
            raise ConfigError(f"{self.where}: {key} must be {wanted}, not {value!r}")
        return value
