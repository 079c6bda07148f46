# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The bytes of a model file, read with a budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mcugen.errors import ModelError


@dataclass(slots=True)
class FileSource:
    """The file, and how many more elements may be read from it before it must be a bomb.

    Flatbuffers may share vectors, so a small file can spell a huge model; real ones do not.
    """

    data: bytes
    name: str
    budget: int = 0

    def __post_init__(self) -> None:
        self.budget = 4 * len(self.data) + 1024

    def fault(self, what: str, hint: str = "") -> ModelError:
        """The error for something wrong in this file."""
        return ModelError(f"{self.name}: {what}", hint=hint)

    def pay(self, count: int) -> int:
        """`count` elements are about to be read."""
        self.budget -= count
        if self.budget < 0:
            raise self.fault("is damaged: its vectors are longer than the file")
        return count

    def numbers(self, table: Any, field: str) -> tuple[Any, ...]:
        """A vector of numbers as a tuple; absent is empty."""
        self.pay(int(getattr(table, f"{field}Length")()))
        vector = getattr(table, f"{field}AsNumpy")()
        return () if isinstance(vector, int) else tuple(vector.tolist())

    def tables(self, table: Any, field: str) -> list[Any]:
        """A vector of tables."""
        count = self.pay(int(getattr(table, f"{field}Length")()))
        return [getattr(table, field)(i) for i in range(count)]

    def text(self, raw: bytes | None) -> str:
        """A string field; absent is empty."""
        self.pay(len(raw or b"") // 16)
        return (raw or b"").decode("utf-8", "replace")
