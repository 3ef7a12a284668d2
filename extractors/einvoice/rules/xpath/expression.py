"""A syntax tree to a Python function: `compile_value` gives a sequence, `compile_test` true or false.

>>> from lxml import etree
>>> from extractors.einvoice.rules.nodes import grow
>>> tree = grow(etree.fromstring("<a><b>2</b><b>3</b></a>"))
>>> compile_value("sum(/a/b[. > 2]) + 1", {})(Context(tree.root, Scope(tree)))
[4.0]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from extractors.einvoice.rules.xpath import paths
from extractors.einvoice.rules.xpath.context import Context, Evaluate, Scope, Sequence, Test
from extractors.einvoice.rules.xpath.functions import BOOLEAN, FUNCTIONS
from extractors.einvoice.rules.xpath.grammar import Tree, parse
from extractors.einvoice.rules.xpath.values import CASTS, XPathError, effective, holds, reckon, single

Namespaces = Mapping[str, str]
_NO_SUCH_PATH = re.compile(r"\s*not\(\s*([A-Za-z][\w.-]*:[A-Za-z][\w.-]*(?:/[A-Za-z][\w.-]*:[A-Za-z][\w.-]*)*)\s*\)\s*")


def compile_value(expression: str, namespaces: Namespaces) -> Evaluate:
    """An expression as a function from a context to a sequence; raises XPathError."""
    return Compiler(namespaces).value(parse(expression))


def compile_test(expression: str, namespaces: Namespaces) -> Test:
    """An expression as a function from a context to its effective boolean value; raises XPathError."""
    if plain := _NO_SUCH_PATH.fullmatch(expression):  # two of three published tests; spares them the parser
        leads = paths.exists(tuple(paths.clark(name, namespaces) for name in plain[1].split("/")))
        return lambda context: not leads(context)
    return Compiler(namespaces).test(parse(expression))


class Compiler:
    """Compiles trees under one set of namespace prefixes."""

    def __init__(self, namespaces: Namespaces) -> None:
        self.namespaces = namespaces

    def value(self, tree: Tree) -> Evaluate:
        """The function that gives the tree's sequence."""
        if tree[0] in {"or", "and", "compare", "some", "every", "castable"}:
            test = self.test(tree)
            return lambda context: [test(context)]
        return _VALUES[tree[0]](self, tree)

    def test(self, tree: Tree) -> Test:
        """The function that gives the tree's truth."""
        special = _TESTS.get(tree[0])
        if special:
            return special(self, tree)
        if tree[0] == "call" and tree[1] in _CALL_TESTS and len(tree[2]) == 1:
            return _CALL_TESTS[tree[1]](self, tree[2][0])
        if tree[0] == "path" and (chain := paths.plain_chain(tree, self.namespaces)):
            return paths.exists(chain)
        value = self.value(tree)
        return lambda context: effective(value(context))


def _or(compiler: Compiler, tree: Tree) -> Test:
    one, other = compiler.test(tree[1]), compiler.test(tree[2])
    return lambda context: one(context) or other(context)


def _and(compiler: Compiler, tree: Tree) -> Test:
    one, other = compiler.test(tree[1]), compiler.test(tree[2])
    return lambda context: one(context) and other(context)


def _not(compiler: Compiler, tree: Tree) -> Test:
    test = compiler.test(tree)
    return lambda context: not test(context)


def _compare(compiler: Compiler, tree: Tree) -> Test:
    symbol, left, right = tree[1], compiler.value(tree[2]), compiler.value(tree[3])
    return lambda context: holds(symbol, left(context), right(context))


def _quantified(compiler: Compiler, tree: Tree) -> Test:
    kind, bindings, condition = tree
    test = compiler.test(condition)
    loop = _loop([(name, compiler.value(source)) for name, source in bindings])
    if kind == "some":
        return lambda context: any(test(inner) for inner in loop(context))
    return lambda context: all(test(inner) for inner in loop(context))


def _for(compiler: Compiler, tree: Tree) -> Evaluate:
    loop = _loop([(name, compiler.value(source)) for name, source in tree[1]])
    body = compiler.value(tree[2])
    return lambda context: [item for inner in loop(context) for item in body(inner)]


def _loop(bindings: list[tuple[str, Evaluate]]) -> Callable[[Context], list[Context]]:
    """The contexts of a `for`, one for each combination of the variables."""

    def contexts(context: Context) -> list[Context]:
        found = [context]
        for name, source in bindings:
            found = [_bound(outer, name, item) for outer in found for item in source(outer)]
        return found

    return contexts


def _bound(context: Context, name: str, item: Any) -> Context:  # noqa: ANN401 - any item
    scope: Scope = context.scope.inner()
    scope.variables[name] = [item]
    return Context(context.item, scope, context.position, context.size)


def _castable(compiler: Compiler, tree: Tree) -> Test:
    value, cast = compiler.value(tree[1]), _cast_to(tree[2])

    def test(context: Context) -> bool:
        try:
            cast(single(value(context)))
        except XPathError:
            return False
        return True

    return test


def _cast(compiler: Compiler, tree: Tree) -> Evaluate:
    value, cast = compiler.value(tree[1]), _cast_to(tree[2])

    def convert(context: Context) -> Sequence:
        items = value(context)
        return [cast(single(items))] if items else []

    return convert


def _cast_to(name: str) -> Callable[[Any], Any]:
    if name not in CASTS:
        raise XPathError(f"no such type here: {name}")
    return CASTS[name]


def _arithmetic(compiler: Compiler, tree: Tree) -> Evaluate:
    symbol, left, right = tree[1], compiler.value(tree[2]), compiler.value(tree[3])

    def calculate(context: Context) -> Sequence:
        one, other = single(left(context)), single(right(context))
        return [] if one is None or other is None else [reckon(symbol, one, other)]

    return calculate


def _range(compiler: Compiler, tree: Tree) -> Evaluate:
    first, last = compiler.value(tree[1]), compiler.value(tree[2])

    def numbers(context: Context) -> Sequence:
        low, high = single(first(context)), single(last(context))
        return [] if low is None or high is None else list(range(int(low), int(high) + 1))

    return numbers


def _sequence(compiler: Compiler, tree: Tree) -> Evaluate:
    parts = [compiler.value(part) for part in tree[1]]
    return lambda context: [item for part in parts for item in part(context)]


def _union(compiler: Compiler, tree: Tree) -> Evaluate:
    one, other = compiler.value(tree[2]), compiler.value(tree[3])
    return lambda context: paths.ordered([*one(context), *other(context)])


def _if(compiler: Compiler, tree: Tree) -> Evaluate:
    test, positive, negative = compiler.test(tree[1]), compiler.value(tree[2]), compiler.value(tree[3])
    return lambda context: positive(context) if test(context) else negative(context)


def _literal(_: Compiler, tree: Tree) -> Evaluate:
    found = [tree[1]]
    return lambda context: found  # noqa: ARG005 - one signature


def _variable(_: Compiler, tree: Tree) -> Evaluate:
    name = tree[1]
    return lambda context: context.scope.variable(name)


def _call(compiler: Compiler, tree: Tree) -> Evaluate:
    name, arguments = tree[1].removeprefix("fn:"), [compiler.value(argument) for argument in tree[2]]
    if name in BOOLEAN and name in _CALL_TESTS:
        test = compiler.test(tree)
        return lambda context: [test(context)]
    if function := FUNCTIONS.get(name):
        if len(arguments) == 1:
            only = arguments[0]
            return lambda context: function(context, only(context))
        return lambda context: function(context, *(argument(context) for argument in arguments))

    def own(context: Context) -> Sequence:
        if name not in context.scope.functions:
            raise XPathError(f"no such function: {name}")
        return context.scope.functions[name](*(argument(context) for argument in arguments))

    return own


def _exists(compiler: Compiler, tree: Tree) -> Test:
    if tree[0] == "path" and (chain := paths.plain_chain(tree, compiler.namespaces)):
        return paths.exists(chain)
    value = compiler.value(tree)
    return lambda context: bool(value(context))


def _path(compiler: Compiler, tree: Tree) -> Evaluate:
    return paths.compile_path(tree, compiler)


_VALUES: dict[str, Callable[[Compiler, Tree], Evaluate]] = {
    "literal": _literal,
    "variable": _variable,
    "self": lambda _compiler, _tree: lambda context: [context.item],
    "sequence": _sequence,
    "if": _if,
    "for": _for,
    "range": _range,
    "arithmetic": _arithmetic,
    "union": _union,
    "cast": _cast,
    "call": _call,
    "path": _path,
}
_TESTS: dict[str, Callable[[Compiler, Tree], Test]] = {
    "or": _or,
    "and": _and,
    "compare": _compare,
    "some": _quantified,
    "every": _quantified,
    "castable": _castable,
}
_CALL_TESTS: dict[str, Callable[[Compiler, Tree], Test]] = {
    "not": _not,
    "exists": _exists,
    "boolean": lambda compiler, tree: compiler.test(tree),
}
