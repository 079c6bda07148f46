# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The expressions of a chip's description: Python's arithmetic and comparisons over fields, nothing else."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mcugen.errors import ConfigError

Lookup = Callable[[str], float]

_OPERATORS: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def parse(text: str, where: str) -> ast.expr:
    """The tree of an expression; ConfigError names `where` for anything but numbers, fields, `and`,
    `or`, `not`, `if`/`else`, + - * / and comparisons."""
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        raise ConfigError(f"{where}: {text!r} is not an expression: {error.msg}") from None
    for node in ast.walk(tree):
        is_number = isinstance(node, ast.Constant) and type(node.value) is int
        if not is_number and not isinstance(node, _ALLOWED):
            raise ConfigError(
                f"{where}: {text!r} holds {type(node).__name__}, which is not allowed"
            )
    return tree


_ALLOWED = (
    *(ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.BinOp, ast.Compare, ast.IfExp),
    *(ast.Name, ast.Attribute, ast.Load, *_OPERATORS),
)


def names(tree: ast.expr) -> Iterator[str]:
    """The fields that an expression reads."""
    if isinstance(tree, ast.Name | ast.Attribute):
        yield ast.unparse(tree)
        return
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.expr):
            yield from names(node)


def evaluate(tree: ast.expr, lookup: Lookup) -> float:
    """Its value; a division by zero is 0, as of a clock whose divider is not set."""
    match tree:
        case ast.Constant(value=int(value)):
            return value
        case ast.Name() | ast.Attribute():
            return lookup(ast.unparse(tree))
        case ast.UnaryOp(operand=operand):
            return not evaluate(operand, lookup)
        case ast.BoolOp(op=ast.And(), values=values):
            return all(evaluate(value, lookup) for value in values)
        case ast.BoolOp(values=values):
            return any(evaluate(value, lookup) for value in values)
        case ast.IfExp(test=test, body=body, orelse=other):
            return evaluate(body if evaluate(test, lookup) else other, lookup)
        case ast.BinOp(left=left, op=op, right=right):
            a, b = evaluate(left, lookup), evaluate(right, lookup)
            is_void = isinstance(op, ast.Div) and b == 0
            return 0 if is_void else float(_OPERATORS[type(op)](a, b))
        case ast.Compare(left=left, ops=ops, comparators=others):
            terms = [evaluate(each, lookup) for each in (left, *others)]
            pairs = zip(ops, terms, terms[1:], strict=False)
            return all(_OPERATORS[type(op)](a, b) for op, a, b in pairs)
    raise AssertionError(ast.dump(tree))
