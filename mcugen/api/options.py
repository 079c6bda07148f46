# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Options by name: the keywords of a function are the options of its command."""

from __future__ import annotations

from collections.abc import Mapping

from mcugen.errors import nearest


def refuse_strangers(function: str, given: Mapping[str, object], known: type) -> None:
    """TypeError for names that are no key of the TypedDict `known`, as Python has it for keywords."""
    names = known.__annotations__
    for name in given.keys() - names.keys():
        near = nearest(name, names)
        raise TypeError(
            f"{function}() got an unexpected keyword argument {name!r}"
            + (f"; did you mean {near!r}?" if near else "")
        )
