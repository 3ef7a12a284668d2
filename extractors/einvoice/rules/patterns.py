"""Match patterns: whether an element is one that a rule speaks of, tested from the element upwards.

>>> from lxml import etree
>>> from extractors.einvoice.rules.nodes import grow
>>> tree = grow(etree.fromstring("<a><b><c/></b><c/></a>"))
>>> [pattern] = compile_pattern("b/c", Compiler({}))
>>> [pattern.matches(node, Scope(tree)) for node in tree.by["c"]], pattern.tag
([True, False], 'c')
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from extractors.einvoice.rules.nodes import Node
from extractors.einvoice.rules.xpath import Context, Scope, XPathError, paths
from extractors.einvoice.rules.xpath.expression import Compiler
from extractors.einvoice.rules.xpath.grammar import Tree, parse

Matches = Callable[[Any, Scope], bool]
_ANYWHERE = ("step", "descendant-or-self", "node()", ())


@dataclass(frozen=True, slots=True)
class Pattern:
    """One alternative of a match: `tag` is the name of what it matches, empty for any element, `@` for attributes."""

    tag: str
    matches: Matches


def compile_pattern(expression: str, compiler: Compiler) -> list[Pattern]:
    """The alternatives of a pattern; raises XPathError."""
    return [_compile(tree, compiler) for tree in _alternatives(parse(expression))]


def _alternatives(tree: Tree) -> list[Tree]:
    if tree[0] == "union":
        return [*_alternatives(tree[2]), *_alternatives(tree[3])]
    return [tree]


def _compile(tree: Tree, compiler: Compiler) -> Pattern:
    if tree[0] != "path":
        raise XPathError(f"no pattern: {tree[0]}")
    _, start, steps = tree
    if any(step[0] != "step" for step in steps):
        return _by_selection(tree, compiler)
    # What stands above an element: nothing in particular (relative, "//"), or the document itself ("/").
    above: Matches = _is_document if start == "/" else _always
    gap = start != "/"
    for step in steps:
        if step == _ANYWHERE:
            gap = True
            continue
        above = _step(step, compiler, above, anywhere=gap)
        gap = False
    last = steps[-1] if steps else None
    return Pattern(_tag_of(last, compiler), above if steps else _is_document)


def _tag_of(step: Tree | None, compiler: Compiler) -> str:
    if step is None or "*" in step[2] or "(" in step[2]:
        return "@" if step is not None and step[1] == "attribute" else ""
    return "@" if step[1] == "attribute" else paths.clark(step[2], compiler.namespaces)


def _is_document(item: Any, _: Scope) -> bool:  # noqa: ANN401 - any item
    return isinstance(item, Node) and not item.tag


def _always(_item: Any, _scope: Scope) -> bool:  # noqa: ANN401 - any item
    return True


def _step(step: Tree, compiler: Compiler, above: Matches, *, anywhere: bool) -> Matches:
    """One step: the item's own name and predicates, then what stands above it."""
    select = paths.node_test(step[2], compiler.namespaces)
    tests = [compiler.test(predicate) for predicate in step[3]]

    def matches(item: Any, scope: Scope) -> bool:  # noqa: ANN401 - any item
        if not select(item) or item.parent is None:
            return False
        if above is not _always and not _is_above(item, scope):
            return False
        return all(_is_true(test, item, scope) for test in tests)

    def _is_above(item: Any, scope: Scope) -> bool:  # noqa: ANN401 - any item
        parent = item.parent
        while parent is not None:
            if above(parent, scope):
                return True
            parent = parent.parent if anywhere else None
        return False

    return matches


def _is_true(test: Callable[[Context], bool], item: Any, scope: Scope) -> bool:  # noqa: ANN401 - any item
    """A predicate that cannot be evaluated does not match: so says XSLT."""
    try:
        return test(Context(item, scope))
    except XPathError:
        return False


def _by_selection(tree: Tree, compiler: Compiler) -> Pattern:
    """A pattern with steps that are expressions: select all that it could mean, and look whether the item is there."""
    _, start, steps = tree
    everywhere = ("path", "//", steps) if not start else tree
    select = compiler.value(everywhere)

    def matches(item: Any, scope: Scope) -> bool:  # noqa: ANN401 - any item
        if id(tree) not in scope.memory:
            scope.memory[id(tree)] = frozenset(map(id, select(Context(scope.tree.document, scope))))
        return id(item) in scope.memory[id(tree)]

    return Pattern("", matches)
